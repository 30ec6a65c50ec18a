//! SequencesExt: searching, editing and comparing sequences.
//!
//! Holds: what happens at the ends, and to strings, is what the module's text gives: where a
//! sequence is not a tuple or an index is not inside it, the text's own steps are taken.

use super::super::call::Callee;
use super::super::sets::Trouble;
use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::Value;

impl<'m> Evaluator<'m> {
    pub(super) fn sequence_ext(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        let s = self.eval(args[0], base)?;
        match native {
            Native::Contains => {
                let element = self.eval(args[1], base)?;
                for item in self.checked(s.as_sequence(op), id)? {
                    if self.checked(element.try_eq(item), id)? {
                        return Ok(Value::TRUE);
                    }
                }
                Ok(Value::FALSE)
            }
            Native::Reverse => {
                let mut items = self.items(&s, op, id)?;
                items.reverse();
                Ok(Value::tuple(items))
            }
            Native::Remove => {
                let element = self.eval(args[1], base)?;
                let mut kept = Vec::new();
                for item in self.checked(s.as_sequence(op), id)? {
                    if !self.checked(item.try_eq(&element), id)? {
                        kept.push(item.clone());
                    }
                }
                Ok(Value::tuple(kept))
            }
            Native::ReplaceAll => {
                let old = self.eval(args[1], base)?;
                let new = self.eval(args[2], base)?;
                let mut items = self.items(&s, op, id)?;
                for item in &mut items {
                    if self.checked(old.try_eq(item), id)? {
                        *item = new.clone();
                    }
                }
                Ok(Value::tuple(items))
            }
            Native::SelectInSeq | Native::SelectLastInSeq => {
                let test = self.callee(args[1], base)?;
                let last = native == Native::SelectLastInSeq;
                self.select(&s, &test, last, args[1], op, id)
            }
            Native::SelectInSubSeq | Native::SelectLastInSubSeq => {
                let from = self.eval(args[1], base)?;
                let to = self.eval(args[2], base)?;
                let test = self.callee(args[3], base)?;
                let part = self.checked(s.subsequence(&from, &to), id)?;
                let last = native == Native::SelectLastInSubSeq;
                self.select(&part, &test, last, args[3], op, id)
            }
            Native::InsertAt => {
                let at = self.eval(args[1], base)?;
                let element = self.eval(args[2], base)?;
                self.insert_at(&s, &at, element, id)
            }
            Native::ReplaceAt => {
                let at = self.eval(args[1], base)?;
                let element = self.eval(args[2], base)?;
                let replaced =
                    s.except(&[at], &mut |_| -> std::result::Result<Value, Trouble> { Ok(element.clone()) });
                self.settled(replaced, id)
            }
            Native::RemoveAt => {
                let at = self.eval(args[1], base)?;
                self.remove_at(&s, &at, id)
            }
            Native::RemoveFirstMatch => {
                let test = self.callee(args[1], base)?;
                match self.select(&s, &test, false, args[1], op, id)? {
                    Value::Int(0) => Ok(s),
                    place => self.remove_at(&s, &place, id),
                }
            }
            Native::RemoveFirst => {
                let element = self.eval(args[1], base)?;
                let mut place = None;
                for (i, item) in self.checked(s.as_sequence(op), id)?.iter().enumerate() {
                    if self.checked(item.try_eq(&element), id)? {
                        place = Some(i as i64 + 1);
                        break;
                    }
                }
                match place {
                    Some(place) => self.remove_at(&s, &Value::Int(place), id),
                    None => Ok(s),
                }
            }
            Native::Cons => {
                let sequence = self.eval(args[1], base)?;
                self.checked(Value::tuple(vec![s]).concat(&sequence), id)
            }
            Native::Snoc => {
                let sequence = self.eval(args[1], base)?;
                self.checked(sequence.append(s), id)
            }
            Native::Front => {
                let length = self.checked(s.length(), id)?;
                let to = self.checked(length.subtract(&Value::Int(1)), id)?;
                self.checked(s.subsequence(&Value::Int(1), &to), id)
            }
            Native::Last => {
                let length = self.checked(s.length(), id)?;
                self.at(&s, length, id)
            }
            Native::IsPrefix | Native::IsStrictPrefix | Native::IsSuffix | Native::IsStrictSuffix => {
                let t = self.eval(args[1], base)?;
                let strict = matches!(native, Native::IsStrictPrefix | Native::IsStrictSuffix);
                let front = matches!(native, Native::IsPrefix | Native::IsStrictPrefix);
                Ok(Value::Bool(self.is_part(&s, &t, strict, front, id)?))
            }
            _ => self.subsequence_native(native, s, args, id, base),
        }
    }

    /// The place of the first or last element that passes, or 0.
    fn select(
        &mut self,
        sequence: &Value,
        test: &Callee,
        last: bool,
        at: NodeId,
        op: &'static str,
        id: NodeId,
    ) -> Result<Value> {
        let items = self.checked(sequence.as_sequence(op), id)?;
        for step in 0..items.len() {
            let place = if last { items.len() - 1 - step } else { step };
            if self.holds(test, items[place].clone(), at, id)? {
                return Ok(Value::Int(place as i64 + 1));
            }
        }
        Ok(Value::Int(0))
    }

    fn insert_at(&mut self, s: &Value, at: &Value, element: Value, id: NodeId) -> Result<Value> {
        if let (Value::Tuple(t), Value::Int(i)) = (s, at)
            && *i >= 1
            && *i as u64 <= t.elements().len() as u64 + 1
        {
            let mut items = Vec::with_capacity(t.elements().len() + 1);
            let (before, after) = t.elements().split_at(*i as usize - 1);
            items.extend_from_slice(before);
            items.push(element);
            items.extend_from_slice(after);
            return Ok(Value::tuple(items));
        }
        let one = Value::Int(1);
        let to = self.checked(at.subtract(&one), id)?;
        let before = self.checked(s.subsequence(&one, &to), id)?;
        let before = self.checked(before.append(element), id)?;
        let length = self.checked(s.length(), id)?;
        let after = self.checked(s.subsequence(at, &length), id)?;
        self.checked(before.concat(&after), id)
    }

    pub(super) fn remove_at(&mut self, s: &Value, at: &Value, id: NodeId) -> Result<Value> {
        if let (Value::Tuple(t), Value::Int(i)) = (s, at)
            && *i >= 1
            && *i as u64 <= t.elements().len() as u64
        {
            let mut items = Vec::with_capacity(t.elements().len() - 1);
            items.extend_from_slice(&t.elements()[..*i as usize - 1]);
            items.extend_from_slice(&t.elements()[*i as usize..]);
            return Ok(Value::tuple(items));
        }
        let one = Value::Int(1);
        let to = self.checked(at.subtract(&one), id)?;
        let before = self.checked(s.subsequence(&one, &to), id)?;
        let from = self.checked(at.add(&one), id)?;
        let length = self.checked(s.length(), id)?;
        let after = self.checked(s.subsequence(&from, &length), id)?;
        self.checked(before.concat(&after), id)
    }

    /// Whether `s` is how `t` begins or ends.
    fn is_part(&mut self, s: &Value, t: &Value, strict: bool, front: bool, id: NodeId) -> Result<bool> {
        let (short, long) = (self.checked(s.length(), id)?, self.checked(t.length(), id)?);
        let short = self.natural(&short, "Len", id)?;
        let long = self.natural(&long, "Len", id)?;
        if short > long || (strict && short == long) {
            return Ok(false);
        }
        let from = if front { 0 } else { long - short };
        if let (Value::Tuple(s), Value::Tuple(t)) = (s, t) {
            for (a, b) in t.elements()[from..].iter().zip(s.elements()) {
                if !self.checked(a.try_eq(b), id)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        let (from, to) = (Value::Int(from as i64 + 1), Value::Int((from + short) as i64));
        let part = self.checked(t.subsequence(&from, &to), id)?;
        self.checked(part.try_eq(s), id)
    }
}
