//! One way to look at both forms of values, so that printing, encoding and fingerprints are written
//! once and cannot disagree.

use num_bigint::BigInt;

use super::{Datum, Value};

/// What a value is, one level deep.
pub enum View<'a, T> {
    /// A boolean.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer outside 64 bits.
    Big(&'a BigInt),
    /// A string.
    Str(&'a str),
    /// A model value.
    Model(&'a str),
    /// An explicit set in canonical order.
    Set(&'a [T]),
    /// A tuple.
    Tuple(&'a [T]),
    /// A record of so many fields; see [`Shape::field`].
    Record(usize),
    /// A function of so many pairs; see [`Shape::pair`].
    Function(usize),
    /// A lazy set or a function by rule, which only a [`Value`] can be.
    Unforced(&'a Value),
}

/// A value in either form.
pub trait Shape: Sized {
    /// What it is.
    fn view(&self) -> View<'_, Self>;
    /// The field at a place of a record, in the order of the names.
    fn field(&self, at: usize) -> (&str, &Self);
    /// The argument and value at a place of a function, in the order of the domain.
    fn pair(&self, at: usize) -> (&Self, &Self);
}

impl Shape for Value {
    #[inline]
    fn view(&self) -> View<'_, Value> {
        match self {
            Value::Bool(b) => View::Bool(*b),
            Value::Int(i) => View::Int(*i),
            Value::Big(big) => View::Big(big),
            Value::Str(s) => View::Str(s.text()),
            Value::Model(m) => View::Model(m.name()),
            Value::Set(s) => View::Set(s.elements()),
            Value::Tuple(t) => View::Tuple(t.elements()),
            Value::Record(r) => View::Record(r.values().len()),
            Value::Func(f) => View::Function(f.values().len()),
            Value::Lazy(_) | Value::Closure(_) => View::Unforced(self),
        }
    }

    fn field(&self, at: usize) -> (&str, &Value) {
        match self {
            Value::Record(r) => (r.shape().names()[at].text(), &r.values()[at]),
            _ => ("", self),
        }
    }

    fn pair(&self, at: usize) -> (&Value, &Value) {
        match self {
            Value::Func(f) => (&f.domain().elements()[at], &f.values()[at]),
            _ => (self, self),
        }
    }
}

impl Shape for Datum {
    #[inline]
    fn view(&self) -> View<'_, Datum> {
        match self {
            Datum::Bool(b) => View::Bool(*b),
            Datum::Int(i) => View::Int(*i),
            Datum::Big(big) => View::Big(big),
            Datum::Str(s) => View::Str(s),
            Datum::ModelValue(m) => View::Model(m),
            Datum::Set(s) => View::Set(s),
            Datum::Tuple(t) => View::Tuple(t),
            Datum::Record(r) => View::Record(r.len()),
            Datum::Function(f) => View::Function(f.len()),
        }
    }

    fn field(&self, at: usize) -> (&str, &Datum) {
        match self {
            Datum::Record(r) => (&r[at].0, &r[at].1),
            _ => ("", self),
        }
    }

    fn pair(&self, at: usize) -> (&Datum, &Datum) {
        match self {
            Datum::Function(f) => (&f[at].0, &f[at].1),
            _ => (self, self),
        }
    }
}
