//! The values of TLA+: what an expression evaluates to.
//!
//! Two forms. [`Value`] is the evaluator's: confined to a thread, sixteen bytes, cheap to clone
//! (`Rc`), lazy where a set need not be built. [`Datum`] is the owned form that crosses threads and
//! enters dictionaries, JSON and checkpoints.
//!
//! What holds:
//! - One canonical form per value. A function on `1..n` is a `Tuple` (the empty function is `<<>>`),
//!   a function on a non-empty set of strings is a `Record`, any other is a `Func` with its domain
//!   sorted. An integer is `Int` whenever it fits 64 bits. An explicit set is sorted and has no
//!   duplicates.
//! - `Eq`, `Ord` and `Hash` agree across every representation: `1..3` equals `{1, 2, 3}`, hashes and
//!   sorts like it. They are total; [`Value::try_eq`] and [`Value::try_cmp`] are TLC's partial ones,
//!   which refuse values of unlike kinds.
//! - A lazy set is never empty (the constructors give `{}` instead), except for differences and
//!   intersections of infinite sets, about which nothing is known.
//! - No operation builds a set of more elements than [`Limits::max_set`], and none panics.
//! - Walking a value (comparing, hashing, printing, dropping it) recurses as deep as it nests; the
//!   threads that evaluate have the stack for that.
//!
//! What does not happen here: expressions, states, spans. The evaluator adds those to a
//! [`ValueError`]. *Specifying Systems*, section 14.2, describes the values TLC handles.

mod arithmetic;
mod codec;
mod construct;
mod datum;
mod elements;
mod error;
mod except;
mod extent;
pub mod fingerprint;
mod function;
mod hash;
mod json;
mod lazy;
mod membership;
mod number;
mod order;
mod print;
mod sequence;
mod set;
mod shared;
mod symbol;
mod view;

use std::any::Any;
use std::fmt;
use std::rc::Rc;

use num_bigint::BigInt;

pub use codec::DecodeError;
pub use datum::Datum;
pub use elements::Elements;
pub(crate) use error::Short;
pub use error::{Expected, Fault, ValueError};
pub use extent::{Extent, MAX_DEPTH};
pub use function::{FuncNode, Keys, RecordNode, RecordShape, TupleNode};
pub use lazy::{Axes, Index, LazyNode, LazySet, Size};
pub use number::{Numbers, Unnumbered, join, left_half};
pub use print::Pretty;
pub use set::SetNode;
pub use shared::Shared;
pub use symbol::{Interner, ModelValue, Symbol};
pub use view::{Shape, View};

/// The result of an operation on values.
pub type Result<T, E = ValueError> = std::result::Result<T, E>;

/// Bounds on what an operation may build.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most elements an explicit set may have (TLC's `-maxSetSize`).
    pub max_set: usize,
}

impl Limits {
    /// TLC's own limits: sets of up to a million elements.
    pub const DEFAULT: Limits = Limits { max_set: 1_000_000 };
}

impl Default for Limits {
    fn default() -> Self {
        Limits::DEFAULT
    }
}

/// A TLA+ value, as the evaluator handles it: sixteen bytes, confined to its thread.
#[derive(Clone)]
pub enum Value {
    /// `FALSE` or `TRUE`.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// An integer outside 64 bits; never one inside.
    Big(Rc<BigInt>),
    /// A string.
    Str(Symbol),
    /// A model value.
    Model(ModelValue),
    /// A set given by its elements, in canonical order.
    Set(Rc<SetNode>),
    /// A function on `1..n`; `<<>>` is the empty function.
    Tuple(Rc<TupleNode>),
    /// A function on a non-empty set of strings.
    Record(Rc<RecordNode>),
    /// Any other function with a finite domain.
    Func(Rc<FuncNode>),
    /// A set given by how its elements are found.
    Lazy(Rc<LazyNode>),
    /// A function whose domain is infinite: the evaluator keeps its body.
    Closure(Rc<ClosureNode>),
}

/// A function given by its rule, because its domain cannot be enumerated (`[n \in Nat |-> n + 1]`).
///
/// The evaluator owns the meaning of `rule` and applies it; at this level such a function has a
/// domain and nothing else, and comparing two of them is an error.
pub struct ClosureNode {
    /// The domain, a set.
    pub domain: Value,
    /// The evaluator's rule.
    pub rule: Rc<dyn Any>,
    /// How deep it is: what the rule captured counts.
    pub extent: Extent,
}

/// The kinds that cannot be compared with one another, in the order that `Ord` gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A model value.
    Model,
    /// A boolean.
    Bool,
    /// An integer.
    Int,
    /// A string.
    Str,
    /// A set.
    Set,
    /// A function: tuple, sequence and record included.
    Function,
}

impl Kind {
    /// What to call a value of this kind in a message.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Model => "a model value",
            Kind::Bool => "a boolean",
            Kind::Int => "an integer",
            Kind::Str => "a string",
            Kind::Set => "a set",
            Kind::Function => "a function",
        }
    }
}

impl Value {
    /// `TRUE`.
    pub const TRUE: Value = Value::Bool(true);
    /// `FALSE`.
    pub const FALSE: Value = Value::Bool(false);

    /// The kind of this value.
    pub fn kind(&self) -> Kind {
        match self {
            Value::Bool(_) => Kind::Bool,
            Value::Int(_) | Value::Big(_) => Kind::Int,
            Value::Str(_) => Kind::Str,
            Value::Model(_) => Kind::Model,
            Value::Set(_) | Value::Lazy(_) => Kind::Set,
            Value::Tuple(_) | Value::Record(_) | Value::Func(_) | Value::Closure(_) => Kind::Function,
        }
    }

    /// What to call this value in a message: `a tuple`, `a set`, …
    pub fn kind_name(&self) -> &'static str {
        match self {
            Value::Tuple(_) => "a tuple",
            Value::Record(_) => "a record",
            _ => self.kind().name(),
        }
    }

    /// Whether both are the very same allocation or the same immediate: a sufficient condition for
    /// equality that costs nothing.
    #[inline]
    pub fn same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Big(a), Value::Big(b)) => Rc::ptr_eq(a, b),
            (Value::Str(a), Value::Str(b)) => a.same(b),
            (Value::Model(a), Value::Model(b)) => a.same(b),
            (Value::Set(a), Value::Set(b)) => Rc::ptr_eq(a, b),
            (Value::Tuple(a), Value::Tuple(b)) => Rc::ptr_eq(a, b),
            (Value::Record(a), Value::Record(b)) => Rc::ptr_eq(a, b),
            (Value::Func(a), Value::Func(b)) => Rc::ptr_eq(a, b),
            (Value::Lazy(a), Value::Lazy(b)) => Rc::ptr_eq(a, b),
            (Value::Closure(a), Value::Closure(b)) => Rc::ptr_eq(a, b),
            _ => false,
        }
    }

    /// The boolean, or an error that names the operator `op`.
    #[inline]
    pub fn as_bool(&self, op: &'static str) -> Result<bool> {
        match self {
            Value::Bool(b) => Ok(*b),
            other => Err(Fault::expected(op, Expected::Boolean, other)),
        }
    }

    /// The integer when it fits 64 bits; an error that names the operator `op` otherwise.
    #[inline]
    pub fn as_int(&self, op: &'static str) -> Result<i64> {
        match self {
            Value::Int(i) => Ok(*i),
            Value::Big(_) => Err(Fault::IntegerTooLarge { op, value: self.clone() }.into()),
            other => Err(Fault::expected(op, Expected::Integer, other)),
        }
    }

    /// The text of a string, or an error that names the operator `op`.
    #[inline]
    pub fn as_str(&self, op: &'static str) -> Result<&str> {
        match self {
            Value::Str(s) => Ok(s.text()),
            other => Err(Fault::expected(op, Expected::String, other)),
        }
    }

    /// Whether this is a set, explicit or lazy.
    pub fn is_set(&self) -> bool {
        self.kind() == Kind::Set
    }

    /// Whether this is a function: tuple and record included.
    pub fn is_function(&self) -> bool {
        self.kind() == Kind::Function
    }

    /// The elements of a tuple (a finite sequence), when it is one.
    #[inline]
    pub fn tuple_elements(&self) -> Option<&[Value]> {
        match self {
            Value::Tuple(t) => Some(t.elements()),
            _ => None,
        }
    }

    /// The elements of an explicit set in order, when it is one.
    #[inline]
    pub fn set_elements(&self) -> Option<&[Value]> {
        match self {
            Value::Set(s) => Some(s.elements()),
            _ => None,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

const _: () = assert!(size_of::<Value>() == 16);
const _: () = assert!(size_of::<Result<Value>>() == 16);
