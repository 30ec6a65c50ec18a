//! Rust values as TLA+ values, so that `constant("N", 3)` reads as it should.
//!
//! Enters: integers, texts, arrays, vectors and sets. Leaves: [`Datum`].
//! Holds: a text is a TLA+ string, never a model value (see [`Datum::model_value`]); an array, a
//! vector and a Rust set are TLA+ sets, for that is what constants mostly are (see [`Datum::tuple`]
//! for sequences).

use crate::value::Datum;
use num_bigint::BigInt;
use std::collections::{BTreeSet, HashSet};

impl Datum {
    /// The model value of this name; `A_1` is of type `A`, as in TLC.
    pub fn model_value(name: impl Into<String>) -> Datum {
        Datum::ModelValue(name.into())
    }

    /// The sequence of these elements.
    pub fn tuple<T: Into<Datum>>(elements: impl IntoIterator<Item = T>) -> Datum {
        Datum::Tuple(elements.into_iter().map(Into::into).collect())
    }
}

macro_rules! integers {
    ($($t:ty)*) => {
        $(impl From<$t> for Datum {
            fn from(value: $t) -> Self {
                Datum::integer(BigInt::from(value))
            }
        })*
    };
}

integers!(i8 i16 i32 i128 isize u8 u16 u32 u64 u128 usize);

impl From<BigInt> for Datum {
    fn from(value: BigInt) -> Self {
        Datum::integer(value)
    }
}

impl From<String> for Datum {
    fn from(value: String) -> Self {
        Datum::Str(value)
    }
}

impl<T: Into<Datum>, const N: usize> From<[T; N]> for Datum {
    fn from(values: [T; N]) -> Self {
        set(values)
    }
}

impl<T: Into<Datum>> From<Vec<T>> for Datum {
    fn from(values: Vec<T>) -> Self {
        set(values)
    }
}

impl<T: Into<Datum>> From<BTreeSet<T>> for Datum {
    fn from(values: BTreeSet<T>) -> Self {
        set(values)
    }
}

impl<T: Into<Datum>, S> From<HashSet<T, S>> for Datum {
    fn from(values: HashSet<T, S>) -> Self {
        set(values)
    }
}

fn set<T: Into<Datum>>(values: impl IntoIterator<Item = T>) -> Datum {
    Datum::set(values.into_iter().map(Into::into).collect())
}
