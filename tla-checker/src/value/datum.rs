//! The owned form of a value: it crosses threads and enters dictionaries, JSON and checkpoints.
//!
//! Canonical like [`Value`], so that equality, order and hash derived from the shape are those of the
//! value. Only what can be a state's is a datum: finite, with nothing lazy left.

use std::cmp::Ordering;
use std::rc::Rc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::{Fault, FuncNode, Interner, Limits, Result, SetNode, Value};

/// A value, owned: `Send`, `Sync`, and the same on every machine.
///
/// The constructors [`Datum::set`], [`Datum::record`], [`Datum::function`] and [`Datum::integer`]
/// make the canonical form; the variants are to be matched on.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Datum {
    /// A boolean.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer outside 64 bits.
    Big(BigInt),
    /// A string.
    Str(String),
    /// A model value.
    ModelValue(String),
    /// A set: in canonical order, without duplicates.
    Set(Vec<Datum>),
    /// A tuple; the empty function is the empty tuple.
    Tuple(Vec<Datum>),
    /// A record: fields sorted by name, at least one.
    Record(Vec<(String, Datum)>),
    /// A function that is neither: pairs sorted by argument.
    Function(Vec<(Datum, Datum)>),
}

impl Datum {
    /// An integer in canonical form.
    pub fn integer(value: BigInt) -> Datum {
        match value.to_i64() {
            Some(i) => Datum::Int(i),
            None => Datum::Big(value),
        }
    }

    /// The set of these elements, in any order.
    pub fn set(mut elements: Vec<Datum>) -> Datum {
        elements.sort();
        elements.dedup();
        Datum::Set(elements)
    }

    /// The record of these fields, in any order; of a repeated field the first stays.
    pub fn record(mut fields: Vec<(String, Datum)>) -> Datum {
        if fields.is_empty() {
            return Datum::Tuple(Vec::new());
        }
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields.dedup_by(|later, earlier| later.0 == earlier.0);
        Datum::Record(fields)
    }

    /// The function of these pairs, in any order, in canonical form; of a repeated argument the first
    /// stays.
    pub fn function(mut pairs: Vec<(Datum, Datum)>) -> Datum {
        pairs.sort_by(|a, b| a.0.cmp(&b.0));
        pairs.dedup_by(|later, earlier| later.0 == earlier.0);
        let len = pairs.len() as i64;
        match (pairs.first(), pairs.last()) {
            (Some((Datum::Int(1), _)), Some((Datum::Int(n), _))) if *n == len => {
                Datum::Tuple(pairs.into_iter().map(|(_, value)| value).collect())
            }
            (None, _) => Datum::Tuple(Vec::new()),
            (Some((Datum::Str(_), _)), Some((Datum::Str(_), _))) => {
                let fields = pairs.into_iter().filter_map(|(key, value)| match key {
                    Datum::Str(name) => Some((name, value)),
                    _ => None,
                });
                Datum::Record(fields.collect())
            }
            _ => Datum::Function(pairs),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Datum::ModelValue(_) => 0,
            Datum::Bool(_) => 1,
            Datum::Int(_) | Datum::Big(_) => 2,
            Datum::Str(_) => 3,
            Datum::Set(_) => 4,
            Datum::Tuple(_) | Datum::Record(_) | Datum::Function(_) => 5,
        }
    }

    fn arity(&self) -> usize {
        match self {
            Datum::Tuple(t) => t.len(),
            Datum::Record(r) => r.len(),
            Datum::Function(f) => f.len(),
            _ => 0,
        }
    }

    fn key(&self, at: usize) -> Datum {
        match self {
            Datum::Record(r) => Datum::Str(r[at].0.clone()),
            Datum::Function(f) => f[at].0.clone(),
            _ => Datum::Int(at as i64 + 1),
        }
    }

    /// The same value in the evaluator's form, its strings and model values shared by the interner.
    pub fn to_value(&self, interner: &mut Interner) -> Value {
        match self {
            Datum::Bool(b) => Value::Bool(*b),
            Datum::Int(i) => Value::Int(*i),
            Datum::Big(big) => Value::Big(Rc::new(big.clone())),
            Datum::Str(s) => Value::Str(interner.symbol(s)),
            Datum::ModelValue(m) => Value::Model(interner.model(m)),
            Datum::Set(s) => Value::set_from_sorted(s.iter().map(|e| e.to_value(interner)).collect()),
            Datum::Tuple(t) => Value::tuple(t.iter().map(|e| e.to_value(interner)).collect()),
            Datum::Record(r) => {
                let names = r.iter().map(|(name, _)| interner.symbol(name)).collect();
                let shape = interner.shape(names);
                let values = r.iter().map(|(_, value)| value.to_value(interner)).collect();
                Value::record_with(shape, values)
            }
            Datum::Function(f) => {
                let keys = f.iter().map(|(key, _)| key.to_value(interner)).collect();
                let values = f.iter().map(|(_, value)| value.to_value(interner)).collect();
                Value::Func(Rc::new(FuncNode::new(Rc::new(SetNode::new(keys)), values)))
            }
        }
    }
}

impl Value {
    /// The same value in the owned form, its lazy sets built; an error when one is infinite or too
    /// large.
    pub fn to_datum(&self, limits: &Limits) -> Result<Datum> {
        let all = |values: &[Value]| -> Result<Vec<Datum>> {
            values.iter().map(|value| value.to_datum(limits)).collect()
        };
        Ok(match self {
            Value::Bool(b) => Datum::Bool(*b),
            Value::Int(i) => Datum::Int(*i),
            Value::Big(big) => Datum::Big(BigInt::clone(big)),
            Value::Str(s) => Datum::Str(s.text().to_owned()),
            Value::Model(m) => Datum::ModelValue(m.name().to_owned()),
            Value::Set(s) => Datum::Set(all(s.elements())?),
            Value::Lazy(_) => Datum::Set(all(self.explicit("a state", limits)?.elements())?),
            Value::Tuple(t) => Datum::Tuple(all(t.elements())?),
            Value::Record(r) => {
                let names = r.shape().names().iter().map(|name| name.text().to_owned());
                Datum::Record(names.zip(all(r.values())?).collect())
            }
            Value::Func(f) => {
                let keys = all(f.domain().elements())?;
                Datum::Function(keys.into_iter().zip(all(f.values())?).collect())
            }
            Value::Closure(c) => {
                let domain = c.domain.clone();
                return Err(Fault::InfiniteFunction { op: "a state", domain }.into());
            }
        })
    }
}

impl Ord for Datum {
    fn cmp(&self, other: &Datum) -> Ordering {
        let by_length = |a: &[Datum], b: &[Datum]| a.len().cmp(&b.len()).then_with(|| a.cmp(b));
        match (self, other) {
            (Datum::Bool(a), Datum::Bool(b)) => a.cmp(b),
            (Datum::Int(a), Datum::Int(b)) => a.cmp(b),
            (Datum::Big(a), Datum::Big(b)) => a.cmp(b),
            (Datum::Int(_), Datum::Big(b)) => BigInt::ZERO.cmp(b),
            (Datum::Big(a), Datum::Int(_)) => a.cmp(&BigInt::ZERO),
            (Datum::Str(a), Datum::Str(b)) | (Datum::ModelValue(a), Datum::ModelValue(b)) => a.cmp(b),
            (Datum::Set(a), Datum::Set(b)) | (Datum::Tuple(a), Datum::Tuple(b)) => by_length(a, b),
            (Datum::Record(a), Datum::Record(b)) => {
                let keys = || a.iter().map(|(k, _)| k).cmp(b.iter().map(|(k, _)| k));
                let values = || a.iter().map(|(_, v)| v).cmp(b.iter().map(|(_, v)| v));
                a.len().cmp(&b.len()).then_with(keys).then_with(values)
            }
            (Datum::Function(a), Datum::Function(b)) => {
                let keys = || a.iter().map(|(k, _)| k).cmp(b.iter().map(|(k, _)| k));
                let values = || a.iter().map(|(_, v)| v).cmp(b.iter().map(|(_, v)| v));
                a.len().cmp(&b.len()).then_with(keys).then_with(values)
            }
            _ => {
                // Functions of different canonical forms: the domains differ, and decide.
                let domains = || {
                    let (a, b) = (self.arity(), other.arity());
                    (0..a).map(|at| self.key(at)).cmp((0..b).map(|at| other.key(at)))
                };
                let ranks = self.rank().cmp(&other.rank());
                ranks.then_with(|| self.arity().cmp(&other.arity())).then_with(domains)
            }
        }
    }
}

impl PartialOrd for Datum {
    fn partial_cmp(&self, other: &Datum) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl From<bool> for Datum {
    fn from(value: bool) -> Datum {
        Datum::Bool(value)
    }
}

impl From<i64> for Datum {
    fn from(value: i64) -> Datum {
        Datum::Int(value)
    }
}

impl From<&str> for Datum {
    fn from(value: &str) -> Datum {
        Datum::Str(value.to_owned())
    }
}

const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<Datum>();
};
