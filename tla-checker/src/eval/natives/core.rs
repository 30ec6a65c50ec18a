//! Naturals, Integers, Sequences, FiniteSets.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::Value;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(in crate::eval) fn arithmetic(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let a = self.eval(args[0], base)?;
        if native == Native::Negate {
            return self.checked(a.negate(), id);
        }
        let b = self.eval(args[1], base)?;
        if let (Value::Int(a), Value::Int(b)) = (&a, &b) {
            match native {
                Native::Less => return Ok(Value::Bool(a < b)),
                Native::Greater => return Ok(Value::Bool(a > b)),
                Native::AtMost => return Ok(Value::Bool(a <= b)),
                Native::AtLeast => return Ok(Value::Bool(a >= b)),
                _ => {}
            }
        }
        let result = match native {
            Native::Add => a.add(&b),
            Native::Subtract => a.subtract(&b),
            Native::Multiply => a.multiply(&b),
            Native::Power => a.power(&b),
            Native::Less => a.less(&b).map(Value::Bool),
            Native::Greater => a.greater(&b).map(Value::Bool),
            Native::AtMost => a.at_most(&b).map(Value::Bool),
            Native::AtLeast => a.at_least(&b).map(Value::Bool),
            Native::Interval => Value::interval_of(&a, &b),
            Native::Divide => a.divide(&b),
            Native::Modulo => a.modulo(&b),
            _ => {
                let message = "`/` of module Reals cannot be evaluated: there are no real numbers";
                return Err(self.evaluation(id, code::NO_VALUE, message.into()));
            }
        };
        self.checked(result, id)
    }

    pub(super) fn sequence(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        // Len and Head look at a sequence where it lies.
        if matches!(native, Native::Len | Native::Head)
            && let Some(s) = self.peek(args[0], base)
        {
            let result = if native == Native::Len { s.length() } else { s.head() };
            return self.checked(result, id);
        }
        let s = self.eval(args[0], base)?;
        let result = match native {
            Native::Len => s.length(),
            Native::Head => s.head(),
            Native::Seq => Value::sequences(&s),
            Native::Tail => s.tail(),
            Native::Append => {
                let element = self.eval(args[1], base)?;
                s.append(element)
            }
            Native::Concat => {
                let t = self.eval(args[1], base)?;
                s.concat(&t)
            }
            Native::SubSeq => {
                let from = self.eval(args[1], base)?;
                let to = self.eval(args[2], base)?;
                s.subsequence(&from, &to)
            }
            _ => {
                let test = self.callee(args[1], base)?;
                let selected =
                    s.select_sequence(&mut |e: &Value| match self.apply_callee(&test, [e.clone()], id)? {
                        Value::Bool(b) => Ok(b),
                        other => Err(self.not_boolean(args[1], &other).into()),
                    });
                return self.settled(selected, id);
            }
        };
        self.checked(result, id)
    }

    pub(super) fn finite_set(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        if native == Native::IsFiniteSet {
            let set = self.eval(args[0], base)?;
            return Ok(Value::Bool(self.checked(set.is_finite_set(), id)?));
        }
        if let Some(set) = self.peek(args[0], base) {
            let size = set.cardinality();
            return self.checked(size, id);
        }
        let set = self.eval(args[0], base)?;
        self.checked(set.cardinality(), id)
    }
}
