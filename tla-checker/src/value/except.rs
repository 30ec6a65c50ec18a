//! `[f EXCEPT ![a].b = e]`: one update along a path, in place where nobody else holds the function.

use std::rc::Rc;

use super::extent::Extent;
use super::{Expected, Fault, Result, Value, ValueError};

const OP: &str = "EXCEPT";

impl Value {
    /// `[self EXCEPT ![p1]…[pn] = update(@)]`.
    ///
    /// `update` gets the old value, `@`. It is not called, and the function stays as it is, when a
    /// key of the path is outside a domain: TLC warns then, and so can the caller. A key that no
    /// element of the domain can be compared with is an error, and so is a path into what is not a
    /// function.
    pub fn except<E: From<ValueError>>(
        mut self,
        path: &[Value],
        update: &mut dyn FnMut(Value) -> Result<Value, E>,
    ) -> Result<Value, E> {
        self.update_at(path, update)?;
        Ok(self)
    }

    fn update_at<E: From<ValueError>>(
        &mut self,
        path: &[Value],
        update: &mut dyn FnMut(Value) -> Result<Value, E>,
    ) -> Result<(), E> {
        let Some((key, rest)) = path.split_first() else {
            // The old value moves out, so that an update of `@` can happen in place.
            let old = std::mem::replace(self, Value::FALSE);
            *self = update(old)?;
            return Ok(());
        };
        let Some(at) = self.except_position(key)? else {
            return Ok(());
        };
        match self {
            Value::Tuple(t) => {
                let node = Rc::make_mut(t);
                node.hash.set(0);
                let before = node.elements[at].extent();
                node.elements[at].update_at(rest, update)?;
                if node.extent.replace(before, node.elements[at].extent()) {
                    node.extent = Extent::of(&node.elements);
                }
            }
            Value::Record(r) => {
                let node = Rc::make_mut(r);
                node.hash.set(0);
                let before = node.values[at].extent();
                node.values[at].update_at(rest, update)?;
                if node.extent.replace(before, node.values[at].extent()) {
                    node.extent = Extent::of(&node.values);
                }
            }
            Value::Func(f) => {
                let node = Rc::make_mut(f);
                node.hash.set(0);
                let before = node.values[at].extent();
                node.values[at].update_at(rest, update)?;
                if node.extent.replace(before, node.values[at].extent()) {
                    node.extent = Extent::of(&node.values).with(node.domain.extent);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn except_position(&self, key: &Value) -> Result<Option<usize>> {
        match (self, key) {
            (Value::Tuple(t), Value::Int(i)) => {
                Ok(usize::try_from(i.wrapping_sub(1)).ok().filter(|at| *at < t.elements.len()))
            }
            (Value::Tuple(_), Value::Big(_) | Value::Model(_)) => Ok(None),
            (Value::Tuple(t), _) if t.elements.is_empty() => Ok(None),
            (Value::Record(r), Value::Str(field)) => Ok(r.shape.position(field)),
            (Value::Record(_), Value::Model(_)) => Ok(None),
            (Value::Func(f), _) => match f.position(key) {
                Some(at) => Ok(Some(at)),
                None => {
                    f.domain.check_foreign(key)?;
                    Ok(None)
                }
            },
            (Value::Tuple(_) | Value::Record(_), _) => {
                Err(Fault::NotInDomain { op: OP, function: self.clone(), argument: key.clone() }.into())
            }
            (Value::Closure(c), _) => {
                Err(Fault::InfiniteFunction { op: OP, domain: c.domain.clone() }.into())
            }
            (other, _) => Err(Fault::expected(OP, Expected::Function, other)),
        }
    }
}
