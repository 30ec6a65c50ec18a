//! TLCExt and Toolbox: what speaks to the checker.
//!
//! Holds: nobody is asked anything, so PickSuccessor takes every step.

use super::super::{Evaluator, Native, Result};
use crate::failure::FailureKind;
use crate::ir::*;
use crate::value::Value;
use crate::value::fingerprint::variable_terms;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn tlc_ext(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        match native {
            Native::AssertEq => {
                let a = self.eval(args[0], base)?;
                let b = self.eval(args[1], base)?;
                let equal = self.checked(a.try_eq(&b), id)?;
                if !equal {
                    self.print(&format!("Assertion failed\n{a}\n#\n{b}"));
                }
                Ok(Value::Bool(equal))
            }
            Native::AssertError => {
                let expected = self.eval(args[0], base)?;
                let expected = self.text(&expected, op, id)?;
                let (depth, height) = (self.depth, self.stack.len());
                match self.eval(args[1], base) {
                    Ok(_) => Ok(Value::FALSE),
                    Err(failure) if is_about_the_run(failure.kind) => Err(failure),
                    Err(failure) => {
                        // What was under way when it failed is left behind.
                        self.depth = depth;
                        self.stack.truncate(height);
                        Ok(Value::Bool(failure.message.contains(&expected)))
                    }
                }
            }
            Native::TlcGetOrDefault => {
                let key = self.eval(args[0], base)?;
                match self.register(&key, id)? {
                    Some(value) => Ok(value),
                    None => self.eval(args[1], base),
                }
            }
            Native::TlcGetAndSet => {
                let key = self.eval(args[0], base)?;
                let change = self.callee(args[1], base)?;
                let value = self.eval(args[2], base)?;
                let old = match self.register(&key, id)? {
                    Some(old) => old,
                    None => self.eval(args[3], base)?,
                };
                let new = self.apply_callee(&change, [old.clone(), value], id)?;
                self.tlc_set(&key, new, id)?;
                Ok(old)
            }
            Native::Trace | Native::TeTrace => match &self.trace {
                Some(trace) => Ok(trace.clone()),
                None => {
                    let message =
                        format!("`{op}` is not known here: no trace is kept where this is evaluated");
                    Err(self.evaluation(id, code::NO_VALUE, message))
                }
            },
            Native::CounterExample => match &self.example {
                Some(example) => Ok(example.clone()),
                None => {
                    let message = format!("`{op}` is known in a POSTCONDITION only");
                    Err(self.evaluation(id, code::NO_VALUE, message))
                }
            },
            Native::ToTrace => {
                let example = self.eval(args[0], base)?;
                let states = self.field(&example, "state", id)?;
                let mut pairs = Vec::new();
                for pair in self.elements_of(&states, op, id)? {
                    let place = self.at(&pair, Value::Int(1), id)?;
                    pairs.push((place, self.at(&pair, Value::Int(2), id)?));
                }
                self.checked(Value::function_from_pairs(pairs), id)
            }
            Native::TlcModelValue => {
                let name = self.eval(args[0], base)?;
                let name = self.text(&name, op, id)?;
                Ok(Value::Model(self.interner.model(&name)))
            }
            // Simulation alone defers; elsewhere nothing is ever chosen.
            Native::TlcDefer => Ok(Value::TRUE),
            Native::TlcNoOp | Native::TlcCache => self.eval(args[0], base),
            Native::PickSuccessor => {
                self.truth(args[0], base)?;
                Ok(Value::TRUE)
            }
            Native::TlcFp => {
                let value = self.eval(args[0], base)?;
                let print: u64 = self.checked(variable_terms("", &value), id)?;
                Ok(Value::Int(i64::from(print as u32 as i32)))
            }
            Native::TlcEvalDefinition => {
                let message = format!(
                    "`{op}` is not implemented: definitions have no names here; write the definition itself"
                );
                Err(self.evaluation(id, code::NO_VALUE, message))
            }
            other => Err(self.misplaced(other, id)),
        }
    }

    /// A register that was set, or a statistic.
    fn register(&mut self, key: &Value, id: NodeId) -> Result<Option<Value>> {
        match key {
            Value::Int(register) => {
                let datum = self.setting.registers.get(*register);
                Ok(datum.map(|d| d.to_value(&mut self.interner)))
            }
            _ => self.tlc_get(key, id).map(Some),
        }
    }
}

/// What an assertion about errors must not swallow.
fn is_about_the_run(kind: FailureKind) -> bool {
    matches!(kind, FailureKind::Cancelled | FailureKind::Internal)
}
