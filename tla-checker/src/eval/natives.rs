//! Native operators, a file a family of modules.
//!
//! Enters: a native and its arguments, unevaluated. Leaves: its value.
//! Holds: an argument is evaluated when its meaning needs it, from left to right; what a native
//! gives is what the module's text gives (`tests/library` compares them).

mod bags;
mod core;
mod counting;
mod csv;
mod files;
mod folds;
mod format;
mod functions;
mod graphs;
mod io;
mod json;
mod pictures;
mod random;
pub mod registers;
mod sequences;
mod subsequences;
mod tlc;
mod tlc_ext;

pub(super) use files::Files;

use super::call::Callee;
use super::native::Family;
use super::{Evaluator, Native, Result};
use crate::failure::Failure;
use crate::ir::*;
use crate::value::{Elements, Expected, Fault, SetNode, Value};
use std::rc::Rc;
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn native(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        match native.family() {
            Family::Json | Family::Csv | Family::Io
                if !self.setting.bounds.outside && native.reaches_outside() =>
            {
                Err(self.no_way_out(native, id))
            }
            Family::Infinite => Ok(match native {
                Native::Nat => Value::nat(),
                Native::Int => Value::int(),
                Native::Real => Value::real(),
                _ => Value::any(),
            }),
            Family::Arithmetic => self.arithmetic(native, args, id, base),
            Family::Sequences => self.sequence(native, args, id, base),
            Family::FiniteSets => self.finite_set(native, args, id, base),
            Family::Tlc => self.tlc(native, args, id, base),
            Family::TlcExt => self.tlc_ext(native, args, id, base),
            Family::Random => self.randomization(native, args, id, base),
            Family::Bags => self.bag(native, args, id, base),
            Family::Folds => self.fold(native, args, id, base),
            Family::Functions => self.function_native(native, args, id, base),
            Family::SequencesExt => self.sequence_ext(native, args, id, base),
            Family::Counting => self.counting(native, args, id, base),
            Family::Graphs => self.graph(native, args, id, base),
            Family::Json => self.json(native, args, id, base),
            Family::Csv => self.csv(native, args, id, base),
            Family::Io => self.input_output(native, args, id, base),
            Family::Pictures => self.picture(native, args, id, base),
            Family::Missing => {
                let message = format!("`{}` of module {} is not implemented", native.name(), native.module());
                Err(self.evaluation(id, code::NO_VALUE, message))
            }
        }
    }

    /// A native that the function of its family does not know: a mistake in the table.
    #[cold]
    fn misplaced(&self, native: Native, id: NodeId) -> Box<Failure> {
        self.internal(id, native.name())
    }

    /// The elements of a set, one by one.
    fn elements_of(&mut self, set: &Value, op: &'static str, id: NodeId) -> Result<Elements> {
        self.checked(set.elements(op), id)
    }

    /// The set with its elements built.
    fn built_set(&mut self, set: &Value, op: &'static str, id: NodeId) -> Result<Rc<SetNode>> {
        self.checked(set.explicit(op, &self.limits), id)
    }

    /// A copy of the elements of a sequence.
    fn items(&mut self, sequence: &Value, op: &'static str, id: NodeId) -> Result<Vec<Value>> {
        Ok(self.checked(sequence.as_sequence(op), id)?.to_vec())
    }

    /// The values of a function with a finite domain, in the order of its domain.
    fn values(&mut self, function: &Value, op: &'static str, id: NodeId) -> Result<Vec<Value>> {
        match function.function_values() {
            Some(values) => Ok(values.to_vec()),
            None => {
                let pairs = self.checked(function.finite_pairs(op), id)?;
                Ok(pairs.into_iter().map(|(_, value)| value).collect())
            }
        }
    }

    /// A predicate applied to a value; `at` is the predicate.
    fn holds(&mut self, test: &Callee, value: Value, at: NodeId, id: NodeId) -> Result<bool> {
        match self.apply_callee(test, [value], id)? {
            Value::Bool(b) => Ok(b),
            other => Err(self.not_boolean(at, &other)),
        }
    }

    /// A function, perhaps given by a rule, applied to a value.
    fn at(&mut self, function: &Value, argument: Value, id: NodeId) -> Result<Value> {
        match function {
            Value::Closure(c) => self.apply_closure(&c.clone(), argument, id),
            _ => self.checked(function.apply(&argument).cloned(), id),
        }
    }

    /// A field of a record.
    fn field(&mut self, record: &Value, name: &str, id: NodeId) -> Result<Value> {
        let name = self.interner.symbol(name);
        self.checked(record.select(&name).cloned(), id)
    }

    /// A number of things: an integer from 0.
    fn natural(&mut self, value: &Value, op: &'static str, id: NodeId) -> Result<usize> {
        let i = self.checked(value.as_int(op), id)?;
        match usize::try_from(i) {
            Ok(n) => Ok(n),
            Err(_) => {
                let message = format!("`{op}` needs a natural number, but this is {i}");
                Err(self.evaluation(id, code::TYPE_ERROR, message))
            }
        }
    }

    /// The text of a string.
    fn text(&mut self, value: &Value, op: &'static str, id: NodeId) -> Result<String> {
        Ok(self.checked(value.as_str(op), id)?.to_string())
    }

    /// A string.
    fn string(&mut self, text: &str) -> Value {
        Value::Str(self.interner.symbol(text))
    }

    /// The failure of an argument of the wrong kind.
    #[cold]
    fn wrong(&self, op: &'static str, expected: Expected, value: &Value, id: NodeId) -> Box<Failure> {
        match self.checked::<Value>(Err(Fault::expected(op, expected, value)), id) {
            Err(failure) => failure,
            Ok(_) => self.internal(id, op),
        }
    }

    /// The failure of something outside: a file, a program.
    #[cold]
    fn outside(&self, op: &str, what: &str, error: &dyn std::fmt::Display, id: NodeId) -> Box<Failure> {
        self.evaluation(id, code::INPUT_OUTPUT, format!("{op} cannot {what}: {error}"))
    }

    /// The failure of an operator that reaches outside where that is not allowed.
    #[cold]
    fn no_way_out(&self, native: Native, id: NodeId) -> Box<Failure> {
        let (name, module) = (native.name(), native.module());
        let message = format!("{name} of module {module} would reach outside, which is not allowed here");
        let mut failure = self.evaluation(id, code::NO_WAY_OUT, message);
        failure.help =
            Some("check the spec with `tlacheck`, if it is to be trusted with files and programs".into());
        failure
    }

    /// A set of so many elements is about to be built.
    fn check_count(&self, count: usize, id: NodeId) -> Result<()> {
        self.check_size(count.saturating_sub(1), id)
    }
}
