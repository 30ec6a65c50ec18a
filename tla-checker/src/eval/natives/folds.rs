//! Folds, sums and counts: Folds, and the folds of Functions, FiniteSetsExt, SequencesExt, Apalache.
//!
//! Holds: a set is folded in the canonical order of its elements, without being built.

use super::super::call::Callee;
use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::Value;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn fold(&mut self, native: Native, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        match native {
            Native::MapThenFoldSet => self.map_then_fold_set(args, id, base),
            Native::FoldFunctionOnSet => {
                let op = self.callee(args[0], base)?;
                let mut acc = self.eval(args[1], base)?;
                let function = self.eval(args[2], base)?;
                let indices = self.eval(args[3], base)?;
                for index in self.elements_of(&indices, native.name(), id)? {
                    let value = self.at(&function, index, id)?;
                    acc = self.apply_callee(&op, [value, acc], id)?;
                }
                Ok(acc)
            }
            Native::FoldFunction | Native::FoldSeq => {
                let op = self.callee(args[0], base)?;
                let start = self.eval(args[1], base)?;
                let function = self.eval(args[2], base)?;
                let values = self.values(&function, native.name(), id)?;
                self.fold_onto(&op, start, values, id)
            }
            Native::SumFunctionOnSet => {
                let function = self.eval(args[0], base)?;
                let indices = self.eval(args[1], base)?;
                let mut sum = Value::Int(0);
                for index in self.elements_of(&indices, native.name(), id)? {
                    let value = self.at(&function, index, id)?;
                    sum = self.checked(value.add(&sum), id)?;
                }
                Ok(sum)
            }
            Native::SumFunction => {
                let function = self.eval(args[0], base)?;
                let mut sum = Value::Int(0);
                for value in self.values(&function, native.name(), id)? {
                    sum = self.checked(value.add(&sum), id)?;
                }
                Ok(sum)
            }
            Native::FoldSet => {
                let op = self.callee(args[0], base)?;
                let start = self.eval(args[1], base)?;
                let set = self.eval(args[2], base)?;
                let elements = self.elements_of(&set, native.name(), id)?;
                self.fold_onto(&op, start, elements, id)
            }
            Native::ApaFoldSet => {
                let op = self.callee(args[0], base)?;
                let start = self.eval(args[1], base)?;
                let set = self.eval(args[2], base)?;
                let elements = self.elements_of(&set, native.name(), id)?;
                self.fold_into(&op, start, elements, id)
            }
            Native::SumSet | Native::ProductSet => {
                let set = self.eval(args[0], base)?;
                let product = native == Native::ProductSet;
                let mut acc = Value::Int(i64::from(product));
                for element in self.elements_of(&set, native.name(), id)? {
                    self.tick(id)?;
                    let next = if product { element.multiply(&acc) } else { element.add(&acc) };
                    acc = self.checked(next, id)?;
                }
                Ok(acc)
            }
            Native::MapThenSumSet => {
                let op = self.callee(args[0], base)?;
                let set = self.eval(args[1], base)?;
                let mut sum = Value::Int(0);
                for element in self.elements_of(&set, native.name(), id)? {
                    let image = self.apply_callee(&op, [element], id)?;
                    sum = self.checked(image.add(&sum), id)?;
                }
                Ok(sum)
            }
            Native::Quantify => {
                let set = self.eval(args[0], base)?;
                let test = self.callee(args[1], base)?;
                let mut count = 0;
                for element in self.elements_of(&set, native.name(), id)? {
                    count += i64::from(self.holds(&test, element, args[1], id)?);
                }
                Ok(Value::Int(count))
            }
            Native::FoldLeft | Native::ApaFoldSeqLeft => {
                let op = self.callee(args[0], base)?;
                let start = self.eval(args[1], base)?;
                let sequence = self.eval(args[2], base)?;
                let items = self.items(&sequence, native.name(), id)?;
                self.fold_into(&op, start, items, id)
            }
            Native::FoldRight => {
                let op = self.callee(args[0], base)?;
                let sequence = self.eval(args[1], base)?;
                let start = self.eval(args[2], base)?;
                let items = self.items(&sequence, native.name(), id)?;
                self.fold_onto(&op, start, items.into_iter().rev(), id)
            }
            Native::FoldLeftDomain => {
                let op = self.callee(args[0], base)?;
                let start = self.eval(args[1], base)?;
                let sequence = self.eval(args[2], base)?;
                let length = self.checked(sequence.length(), id)?;
                let length = self.natural(&length, native.name(), id)? as i64;
                self.fold_into(&op, start, (1..=length).map(Value::Int), id)
            }
            Native::FoldRightDomain => {
                let op = self.callee(args[0], base)?;
                let sequence = self.eval(args[1], base)?;
                let start = self.eval(args[2], base)?;
                let length = self.checked(sequence.length(), id)?;
                let length = self.natural(&length, native.name(), id)? as i64;
                self.fold_onto(&op, start, (1..=length).rev().map(Value::Int), id)
            }
            Native::MkSeq => {
                let length = self.eval(args[0], base)?;
                let op = self.callee(args[1], base)?;
                let length = self.checked(length.as_int(native.name()), id)?;
                let mut items = Vec::new();
                for i in 1..=length {
                    items.push(self.apply_callee(&op, [Value::Int(i)], id)?);
                }
                Ok(Value::tuple(items))
            }
            Native::Repeat => {
                let op = self.callee(args[0], base)?;
                let times = self.eval(args[1], base)?;
                let start = self.eval(args[2], base)?;
                let times = self.checked(times.as_int(native.name()), id)?;
                self.fold_into(&op, start, (1..=times).map(Value::Int), id)
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    /// `op(xn, … op(x1, start))`
    fn fold_onto(
        &mut self,
        op: &Callee,
        start: Value,
        values: impl IntoIterator<Item = Value>,
        id: NodeId,
    ) -> Result<Value> {
        let mut acc = start;
        for value in values {
            acc = self.apply_callee(op, [value, acc], id)?;
        }
        Ok(acc)
    }

    /// `op(… op(start, x1) …, xn)`
    fn fold_into(
        &mut self,
        op: &Callee,
        start: Value,
        values: impl IntoIterator<Item = Value>,
        id: NodeId,
    ) -> Result<Value> {
        let mut acc = start;
        for value in values {
            acc = self.apply_callee(op, [acc, value], id)?;
        }
        Ok(acc)
    }

    /// The elements are chosen first to last, and folded last to first.
    fn map_then_fold_set(&mut self, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        let op = self.callee(args[0], base)?;
        let start = self.eval(args[1], base)?;
        let map = self.callee(args[2], base)?;
        let choose = self.callee(args[3], base)?;
        let set = self.eval(args[4], base)?;
        let node = self.built_set(&set, "MapThenFoldSet", id)?;
        drop(set);
        let mut left = node.elements().len();
        let mut images = Vec::with_capacity(left);
        let mut rest = Value::Set(node);
        while left > 0 {
            let chosen = self.apply_callee(&choose, [rest.clone()], id)?;
            let limits = self.limits;
            rest = self.checked(rest.without_element(&chosen, &limits), id)?;
            if rest.set_elements().map_or(left, <[Value]>::len) == left {
                let message = "`MapThenFoldSet` needs a choice of an element of the set it is given";
                return Err(self.evaluation(args[3], code::NO_CHOICE, message.into()));
            }
            left -= 1;
            images.push(self.apply_callee(&map, [chosen], id)?);
        }
        self.fold_onto(&op, start, images.into_iter().rev(), id)
    }
}
