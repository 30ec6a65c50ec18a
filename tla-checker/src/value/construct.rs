//! Making values: integers, strings, sets, tuples, records and functions in canonical form.

use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::function::RecordShape;
use super::set::{SetNode, check_comparable, sort_set};
use super::{FuncNode, Keys, ModelValue, RecordNode, Result, Symbol, TupleNode, Value};

impl Value {
    /// An integer of any size, in canonical form.
    pub fn integer(value: BigInt) -> Value {
        match value.to_i64() {
            Some(i) => Value::Int(i),
            None => Value::Big(Rc::new(value)),
        }
    }

    /// A string; see [`super::Interner`] to share its text.
    pub fn string(text: &str) -> Value {
        Value::Str(Symbol::new(text))
    }

    /// A model value; see [`super::Interner`] to share its name.
    pub fn model(name: &str) -> Value {
        Value::Model(ModelValue::new(name))
    }

    /// `{}`.
    pub fn empty_set() -> Value {
        Value::Set(Rc::new(SetNode::new(Vec::new())))
    }

    /// `BOOLEAN`.
    pub fn booleans() -> Value {
        Value::Set(Rc::new(SetNode::new(vec![Value::FALSE, Value::TRUE])))
    }

    /// The set of these elements, in any order and with duplicates; an error when two of them cannot
    /// be compared (`{1, "a"}`).
    pub fn set(mut elements: Vec<Value>) -> Result<Value> {
        sort_set(&mut elements);
        check_comparable(&elements, "{…}")?;
        Ok(Value::set_from_sorted(elements))
    }

    /// The set of elements that are already in canonical order, without duplicates and comparable.
    pub fn set_from_sorted(elements: Vec<Value>) -> Value {
        debug_assert!(elements.is_sorted_by(|a, b| a < b));
        Value::Set(Rc::new(SetNode::new(elements)))
    }

    /// `<<e1, …, en>>`.
    pub fn tuple(elements: Vec<Value>) -> Value {
        Value::Tuple(Rc::new(TupleNode::new(elements)))
    }

    /// `[f1 |-> v1, …]`, the fields in any order; of a repeated field the first value stays.
    pub fn record(mut fields: Vec<(Symbol, Value)>) -> Value {
        if fields.is_empty() {
            return Value::tuple(Vec::new());
        }
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields.dedup_by(|later, earlier| later.0 == earlier.0);
        let (names, values): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        Value::record_with(RecordShape::new(names), values)
    }

    /// A record on a shape made before, with the values in the order of the shape's names.
    ///
    /// The shape has at least one name, and as many as there are values.
    pub fn record_with(shape: Rc<RecordShape>, values: Vec<Value>) -> Value {
        debug_assert_eq!(shape.names().len(), values.len());
        debug_assert!(!values.is_empty());
        Value::Record(Rc::new(RecordNode::new(shape, values)))
    }

    /// The function on these keys with these values in the order of the keys, in canonical form.
    pub fn function_on(keys: &Keys, values: Vec<Value>) -> Value {
        match keys {
            Keys::Sequence(_) => Value::tuple(values),
            Keys::Fields(shape) => Value::record_with(shape.clone(), values),
            Keys::Other(domain) => Value::Func(Rc::new(FuncNode::new(domain.clone(), values))),
        }
    }

    /// The function on a finite set with these values, given in the canonical order of the set.
    /// To make several functions on one domain, keep its [`Keys`] and use [`Value::function_on`].
    pub fn function(domain: &Value, values: Vec<Value>) -> Result<Value> {
        let keys = Keys::of(domain)?;
        Ok(Value::function_on(&keys, values))
    }

    /// The function of these pairs, in any order; of a repeated argument the first value stays. An
    /// error when two arguments cannot be compared.
    pub fn function_from_pairs(mut pairs: Vec<(Value, Value)>) -> Result<Value> {
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        let (keys, values): (Vec<_>, Vec<_>) = pairs.into_iter().unzip();
        check_comparable(&keys, "[x \\in S |-> e]")?;
        Ok(Value::function_on(&Keys::from_sorted(keys), values))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Value {
        Value::Int(value)
    }
}

impl From<BigInt> for Value {
    fn from(value: BigInt) -> Value {
        Value::integer(value)
    }
}
