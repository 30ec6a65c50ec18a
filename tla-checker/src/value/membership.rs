//! `x \in S`, without building `S`, and an error where TLC has one: when the kind of `x` is none that
//! an element of `S` could have.

use super::lazy::{Axes, Index, LazySet};
use super::{Expected, Fault, Result, Value};

const OP: &str = "\\in";

impl Value {
    /// `element \in self`.
    #[inline]
    pub fn contains(&self, element: &Value) -> Result<bool> {
        match self {
            Value::Set(node) => node.contains(element),
            Value::Lazy(node) => self.lazy_contains(node.set(), element),
            _ => Err(Fault::expected(OP, Expected::Set, self)),
        }
    }

    fn lazy_contains(&self, set: &LazySet, element: &Value) -> Result<bool> {
        match (set, element) {
            (LazySet::Any, _) => Ok(true),
            (LazySet::Cup(a, b), _) => {
                // The finite part first: `"a" \in Nat \cup {"a"}` is TRUE in TLC.
                let (first, second) = if b.is_enumerable() { (b, a) } else { (a, b) };
                Ok(first.contains(element)? || second.contains(element)?)
            }
            (LazySet::Cap(a, b), _) => Ok(a.contains(element)? && b.contains(element)?),
            (LazySet::Diff(a, b), _) => Ok(a.contains(element)? && !b.contains(element)?),
            (LazySet::Interval(low, high), Value::Int(i)) => Ok(low <= i && i <= high),
            (LazySet::Interval(..), Value::Big(_)) => Ok(false),
            (LazySet::Nat, Value::Int(i)) => Ok(*i >= 0),
            (LazySet::Nat, Value::Big(big)) => Ok(big.sign() != num_bigint::Sign::Minus),
            (LazySet::Int | LazySet::Real, Value::Int(_) | Value::Big(_)) => Ok(true),
            (LazySet::Strings, Value::Str(_)) => Ok(true),
            (LazySet::Subset(base), Value::Set(_) | Value::Lazy(_)) => element.is_subset(base),
            (LazySet::Seq(base), Value::Tuple(tuple)) => all_in(tuple.elements(), base),
            (LazySet::Seq(base), Value::Str(text)) => {
                for c in text.text().chars() {
                    if !base.contains(&Value::string(c.encode_utf8(&mut [0; 4])))? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            (LazySet::Functions(index, axes), _) if element.is_function() => {
                self.function_in(index, axes, element)
            }
            // An untyped model value is no element of any of these, and that is no error; of a
            // `SUBSET` it is one in TLC.
            (LazySet::Subset(_), _) => self.foreign(element),
            (_, Value::Model(model)) if model.typed().is_none() => Ok(false),
            _ => self.foreign(element),
        }
    }

    fn function_in(&self, index: &Index, axes: &Axes, element: &Value) -> Result<bool> {
        match (index, element) {
            (Index::Product(n), Value::Tuple(tuple)) => {
                Ok(tuple.elements().len() == *n && each_in(tuple.elements(), axes)?)
            }
            (Index::Product(_), Value::Func(_)) => Ok(false),
            (Index::Fields(_), Value::Tuple(tuple)) if tuple.elements().is_empty() => Ok(false),
            (Index::Fields(shape), Value::Record(record)) => {
                let same_fields =
                    std::rc::Rc::ptr_eq(shape, record.shape()) || shape.names() == record.shape().names();
                Ok(same_fields && each_in(record.values(), axes)?)
            }
            (Index::Domain(domain), _) => {
                if let (Value::Set(a), Value::Func(f)) = (domain, element)
                    && std::rc::Rc::ptr_eq(a, f.domain())
                {
                    return each_in(f.values(), axes);
                }
                if let (Some((1, n)), Value::Tuple(tuple)) = (domain.as_interval(), element) {
                    return Ok(tuple.elements().len() as i64 == n && each_in(tuple.elements(), axes)?);
                }
                if !domain.try_eq(&element.domain()?)? {
                    return Ok(false);
                }
                match element.function_values() {
                    Some(values) => each_in(values, axes),
                    None => {
                        let domain = domain.clone();
                        Err(Fault::InfiniteFunction { op: OP, domain }.into())
                    }
                }
            }
            _ => self.foreign(element),
        }
    }

    #[cold]
    fn foreign(&self, element: &Value) -> Result<bool> {
        Err(Fault::Foreign { value: element.clone(), set: self.clone() }.into())
    }
}

fn all_in(values: &[Value], set: &Value) -> Result<bool> {
    for value in values {
        if !set.contains(value)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn each_in(values: &[Value], axes: &Axes) -> Result<bool> {
    match axes {
        Axes::Same(range) => all_in(values, range),
        Axes::Each(axes) => {
            for (value, axis) in values.iter().zip(axes.iter()) {
                if !axis.contains(value)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
    }
}
