//! Native operators, a file a family of modules.
//!
//! Enters: a native and its arguments, unevaluated. Leaves: its value.
//! Holds: an argument is evaluated when its meaning needs it, from left to right.

mod core;
pub mod registers;
mod tlc;

use super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::Value;

impl<'m> Evaluator<'m> {
    pub(super) fn native(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        match native {
            Native::Nat => Ok(Value::nat()),
            Native::Int => Ok(Value::int()),
            Native::Real => Ok(Value::real()),
            Native::Any => Ok(Value::any()),
            Native::Add
            | Native::Subtract
            | Native::Multiply
            | Native::Power
            | Native::Less
            | Native::Greater
            | Native::AtMost
            | Native::AtLeast
            | Native::Interval
            | Native::Divide
            | Native::Modulo
            | Native::Negate
            | Native::RealDivide => self.arithmetic(native, args, id, base),
            Native::Len
            | Native::Seq
            | Native::Concat
            | Native::Append
            | Native::Head
            | Native::Tail
            | Native::SubSeq
            | Native::SelectSeq => self.sequence(native, args, id, base),
            Native::IsFiniteSet => {
                let set = self.eval(args[0], base)?;
                Ok(Value::Bool(self.checked(set.is_finite_set(), id)?))
            }
            Native::Cardinality => {
                if let Some(set) = self.peek(args[0], base) {
                    let size = set.cardinality();
                    return self.checked(size, id);
                }
                let set = self.eval(args[0], base)?;
                self.checked(set.cardinality(), id)
            }
            _ => self.tlc(native, args, id, base),
        }
    }
}
