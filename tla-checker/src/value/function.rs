//! Functions: tuples, records and the rest; their nodes, domains, application, `@@` and `:>`.
//!
//! The values of a function stand in the canonical order of its domain, and the domain is shared, so
//! that a function made by `EXCEPT` from another costs its values only.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use super::extent::Extent;
use super::set::SetNode;
use super::{Expected, Fault, Limits, Result, Symbol, Value, ValueError};

/// A tuple's elements and cached hash.
#[derive(Clone)]
pub struct TupleNode {
    pub(super) elements: Vec<Value>,
    pub(super) hash: Cell<u64>,
    pub(super) extent: Extent,
}

impl TupleNode {
    pub(super) fn new(elements: Vec<Value>) -> TupleNode {
        let extent = Extent::of(&elements);
        TupleNode { elements, hash: Cell::new(0), extent }
    }

    /// The elements.
    #[inline]
    pub fn elements(&self) -> &[Value] {
        &self.elements
    }
}

/// The field names that records of one shape share, sorted by text.
pub struct RecordShape {
    names: Vec<Symbol>,
    domain: OnceCell<Value>,
}

impl RecordShape {
    /// A shape of these names, which are sorted and without duplicates here.
    pub fn new(mut names: Vec<Symbol>) -> Rc<RecordShape> {
        names.sort();
        names.dedup();
        Rc::new(RecordShape { names, domain: OnceCell::new() })
    }

    /// The names, sorted by text.
    #[inline]
    pub fn names(&self) -> &[Symbol] {
        &self.names
    }

    /// The place of a field.
    #[inline]
    pub fn position(&self, field: &Symbol) -> Option<usize> {
        if let Some(at) = self.names.iter().position(|name| name.same(field)) {
            return Some(at);
        }
        self.names.iter().position(|name| name == field)
    }

    /// The names as a set of strings.
    pub fn domain(&self) -> &Value {
        self.domain
            .get_or_init(|| Value::set_from_sorted(self.names.iter().cloned().map(Value::Str).collect()))
    }
}

/// A record: its shape, shared, and the values in the order of the names.
#[derive(Clone)]
pub struct RecordNode {
    pub(super) shape: Rc<RecordShape>,
    pub(super) values: Vec<Value>,
    pub(super) hash: Cell<u64>,
    pub(super) extent: Extent,
}

impl RecordNode {
    pub(super) fn new(shape: Rc<RecordShape>, values: Vec<Value>) -> RecordNode {
        let extent = Extent::of(&values);
        RecordNode { shape, values, hash: Cell::new(0), extent }
    }

    /// The shape.
    pub fn shape(&self) -> &Rc<RecordShape> {
        &self.shape
    }

    /// The values, in the order of the shape's names.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of a field.
    #[inline]
    pub fn get(&self, field: &Symbol) -> Option<&Value> {
        self.shape.position(field).map(|at| &self.values[at])
    }
}

/// A function on a domain that is neither `1..n` nor a set of strings.
#[derive(Clone)]
pub struct FuncNode {
    pub(super) domain: Rc<SetNode>,
    pub(super) values: Vec<Value>,
    pub(super) hash: Cell<u64>,
    pub(super) extent: Extent,
}

impl FuncNode {
    pub(super) fn new(domain: Rc<SetNode>, values: Vec<Value>) -> FuncNode {
        debug_assert_eq!(domain.elements().len(), values.len());
        let extent = Extent::of(&values).with(domain.extent);
        FuncNode { domain, values, hash: Cell::new(0), extent }
    }

    /// The domain.
    pub fn domain(&self) -> &Rc<SetNode> {
        &self.domain
    }

    /// The values, in the order of the domain.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The place of an argument in the domain.
    #[inline]
    pub fn position(&self, argument: &Value) -> Option<usize> {
        self.domain.position(argument)
    }
}

/// The domain of functions, analysed once: it decides their canonical form.
#[derive(Clone)]
pub enum Keys {
    /// `1..n`.
    Sequence(usize),
    /// A non-empty set of strings.
    Fields(Rc<RecordShape>),
    /// Any other finite set.
    Other(Rc<SetNode>),
}

impl Keys {
    /// The keys of functions on this set; the set is built if it was lazy, unless it is `1..n`.
    pub fn of(domain: &Value) -> Result<Keys> {
        if let Some((1, high)) = domain.as_interval() {
            let limits = Limits::DEFAULT;
            return match usize::try_from(high) {
                Ok(n) if n <= u32::MAX as usize => Ok(Keys::Sequence(n)),
                _ => Err(Fault::SetTooLarge {
                    op: "a function",
                    size: Some(high.unsigned_abs().into()),
                    limit: limits.max_set,
                }
                .into()),
            };
        }
        let set = domain.explicit("a function", &Limits { max_set: 1 << 24 })?;
        Ok(Keys::from_set(&set))
    }

    /// The keys of functions on the elements of this set.
    pub fn from_set(set: &Rc<SetNode>) -> Keys {
        match set.elements() {
            [] => Keys::Sequence(0),
            elements if is_sequence_domain(elements) => Keys::Sequence(elements.len()),
            elements if is_field_domain(elements) => Keys::Fields(shape_of(elements)),
            _ => Keys::Other(set.clone()),
        }
    }

    pub(super) fn from_sorted(elements: Vec<Value>) -> Keys {
        Keys::from_set(&Rc::new(SetNode::new(elements)))
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        match self {
            Keys::Sequence(n) => *n,
            Keys::Fields(shape) => shape.names().len(),
            Keys::Other(set) => set.elements().len(),
        }
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The key at a place, in canonical order; the place is below [`Keys::len`].
    pub fn key(&self, at: usize) -> Value {
        match self {
            Keys::Sequence(_) => Value::Int(at as i64 + 1),
            Keys::Fields(shape) => Value::Str(shape.names()[at].clone()),
            Keys::Other(set) => set.elements()[at].clone(),
        }
    }
}

fn is_sequence_domain(elements: &[Value]) -> bool {
    // Sorted and distinct, so the ends decide: everything between two integers is an integer.
    matches!((elements.first(), elements.last()), (Some(Value::Int(1)), Some(Value::Int(n)))
        if *n == elements.len() as i64)
}

fn is_field_domain(elements: &[Value]) -> bool {
    matches!((elements.first(), elements.last()), (Some(Value::Str(_)), Some(Value::Str(_))))
}

fn shape_of(elements: &[Value]) -> Rc<RecordShape> {
    let names = elements.iter().filter_map(|e| match e {
        Value::Str(s) => Some(s.clone()),
        _ => None,
    });
    RecordShape::new(names.collect())
}

impl Value {
    /// `DOMAIN f`.
    pub fn domain(&self) -> Result<Value> {
        match self {
            Value::Tuple(t) => Ok(Value::interval(1, t.elements.len() as i64)),
            Value::Record(r) => Ok(r.shape.domain().clone()),
            Value::Func(f) => Ok(Value::Set(f.domain.clone())),
            Value::Closure(c) => Ok(c.domain.clone()),
            other => Err(Fault::expected("DOMAIN", Expected::Function, other)),
        }
    }

    /// The size of the domain of a function with a finite one.
    pub fn function_len(&self) -> Option<usize> {
        self.function_values().map(<[Value]>::len)
    }

    /// The values of a function with a finite domain, in the canonical order of the domain.
    pub fn function_values(&self) -> Option<&[Value]> {
        match self {
            Value::Tuple(t) => Some(&t.elements),
            Value::Record(r) => Some(&r.values),
            Value::Func(f) => Some(&f.values),
            _ => None,
        }
    }

    /// The keys of a function with a finite domain.
    pub fn function_keys(&self) -> Option<Keys> {
        match self {
            Value::Tuple(t) => Some(Keys::Sequence(t.elements.len())),
            Value::Record(r) => Some(Keys::Fields(r.shape.clone())),
            Value::Func(f) => Some(Keys::Other(f.domain.clone())),
            _ => None,
        }
    }

    /// `f[argument]`.
    #[inline]
    pub fn apply(&self, argument: &Value) -> Result<&Value> {
        let found = match (self, argument) {
            (Value::Tuple(t), Value::Int(i)) => {
                usize::try_from(i.wrapping_sub(1)).ok().and_then(|at| t.elements.get(at))
            }
            (Value::Record(r), Value::Str(s)) => r.get(s),
            (Value::Func(f), _) => f.position(argument).map(|at| &f.values[at]),
            _ => None,
        };
        match found {
            Some(value) => Ok(value),
            None => Err(self.cannot_apply(argument, "function application")),
        }
    }

    #[cold]
    pub(super) fn cannot_apply(&self, argument: &Value, op: &'static str) -> ValueError {
        match (self, argument) {
            (Value::Closure(c), _) => Fault::InfiniteFunction { op, domain: c.domain.clone() }.into(),
            (Value::Record(_), Value::Str(field)) => {
                Fault::NoField { record: self.clone(), field: field.clone() }.into()
            }
            (Value::Tuple(_) | Value::Record(_) | Value::Func(_), _) => {
                Fault::NotInDomain { op, function: self.clone(), argument: argument.clone() }.into()
            }
            _ => Fault::expected(op, Expected::Function, self),
        }
    }

    /// `r.field`, which is `r["field"]`.
    #[inline]
    pub fn select(&self, field: &Symbol) -> Result<&Value> {
        match self {
            Value::Record(r) => match r.get(field) {
                Some(value) => Ok(value),
                None => Err(self.cannot_apply(&Value::Str(field.clone()), "field selection")),
            },
            Value::Func(_) | Value::Tuple(_) => {
                Err(self.cannot_apply(&Value::Str(field.clone()), "field selection"))
            }
            other => Err(Fault::expected("field selection", Expected::Record, other)),
        }
    }

    /// `argument :> value`.
    pub fn singleton_function(argument: Value, value: Value) -> Value {
        Value::function_on(&Keys::from_sorted(vec![argument]), vec![value])
    }

    /// `f @@ g`: `f` extended by `g` outside the domain of `f`.
    pub fn override_with(&self, other: &Value) -> Result<Value> {
        const OP: &str = "@@";
        let left = self.finite_pairs(OP)?;
        let right = other.finite_pairs(OP)?;
        // The pairs of the left function come first, and the first of equal arguments stays.
        let mut pairs = left;
        pairs.extend(right);
        Value::function_from_pairs(pairs)
    }

    /// The argument-value pairs of a function with a finite domain, in canonical order.
    pub fn finite_pairs(&self, op: &'static str) -> Result<Vec<(Value, Value)>> {
        let (Some(keys), Some(values)) = (self.function_keys(), self.function_values()) else {
            return Err(match self {
                Value::Closure(c) => Fault::InfiniteFunction { op, domain: c.domain.clone() }.into(),
                other => Fault::expected(op, Expected::Function, other),
            });
        };
        Ok(values.iter().enumerate().map(|(at, value)| (keys.key(at), value.clone())).collect())
    }
}
