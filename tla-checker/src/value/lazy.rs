//! Sets given by how their elements are found: `a..b`, `SUBSET S`, `[S -> T]`, record sets, products,
//! `Seq(S)`, `Nat`, and unions and differences of infinite ones.
//!
//! The constructors return `{}` for what is evidently empty, so a lazy set has an element, save that
//! nothing is known of intersections and differences of infinite sets. Products, record sets and
//! function sets are one thing, a set of functions with a set of values for each argument: that makes
//! `{1} \X {1}`, `[1..2 -> {1}]` and their orders and hashes agree by construction.

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use num_bigint::{BigInt, BigUint};
use num_traits::ToPrimitive;

use super::extent::Extent;
use super::set::SetNode;
use super::{Elements, Expected, Fault, Keys, Limits, RecordShape, Result, Symbol, Value};

/// How many elements a set has, as far as that costs nothing to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// So many.
    Exact(u64),
    /// Finitely many, more than 64 bits count.
    Beyond,
    /// Infinitely many.
    Infinite,
    /// An intersection or difference of infinite sets, or functions on an infinite domain.
    Unknown,
}

/// What a lazy set is made of.
#[derive(Clone)]
pub enum LazySet {
    /// `low..high`, with `low <= high`.
    Interval(i64, i64),
    /// `SUBSET base`.
    Subset(Value),
    /// The functions with these arguments and, for each, a set of values.
    Functions(Index, Axes),
    /// `Seq(S)`, `S` not empty.
    Seq(Value),
    /// `Nat`.
    Nat,
    /// `Int`.
    Int,
    /// `Real`.
    Real,
    /// `STRING`.
    Strings,
    /// TLC's `Any`: everything is an element.
    Any,
    /// A union of which a part is infinite.
    Cup(Value, Value),
    /// An intersection of infinite sets.
    Cap(Value, Value),
    /// An infinite set without another.
    Diff(Value, Value),
}

/// The arguments of a set of functions.
#[derive(Clone)]
pub enum Index {
    /// `1..n`, of `S1 \X … \X Sn`.
    Product(usize),
    /// The fields of a record set.
    Fields(Rc<RecordShape>),
    /// The domain of `[S -> T]`, a non-empty set.
    Domain(Value),
}

/// The sets of values of a set of functions, each of them not empty.
#[derive(Clone)]
pub enum Axes {
    /// One for all arguments: `[S -> T]`.
    Same(Value),
    /// One for each, in the order of the arguments.
    Each(Rc<[Value]>),
}

/// A lazy set, its size, and what has been computed of it.
pub struct LazyNode {
    set: LazySet,
    size: Size,
    pub(super) hash: Cell<u64>,
    extent: Extent,
    explicit: OnceCell<Rc<SetNode>>,
}

impl LazyNode {
    /// What it is made of.
    #[inline]
    pub fn set(&self) -> &LazySet {
        &self.set
    }

    /// How many elements.
    #[inline]
    pub fn size(&self) -> Size {
        self.size
    }

    #[inline]
    pub(super) fn extent(&self) -> Extent {
        self.extent
    }
}

/// The bits that the number of elements of a set may take before it is no longer computed.
const CARDINALITY_BITS: u64 = 1 << 20;

impl LazySet {
    fn size(&self) -> Size {
        match self {
            LazySet::Interval(low, high) => match (*high as i128 - *low as i128 + 1).to_u64() {
                Some(n) => Size::Exact(n),
                None => Size::Beyond,
            },
            LazySet::Subset(base) => power(Size::Exact(2), base.size()),
            LazySet::Functions(Index::Domain(domain), Axes::Same(range)) => {
                power(range.size(), domain.size())
            }
            LazySet::Functions(index, Axes::Same(range)) => {
                power(range.size(), Size::Exact(index.len() as u64))
            }
            LazySet::Functions(_, Axes::Each(axes)) => {
                axes.iter().fold(Size::Exact(1), |size, axis| times(size, axis.size()))
            }
            LazySet::Cap(..) | LazySet::Diff(..) => Size::Unknown,
            LazySet::Seq(_)
            | LazySet::Nat
            | LazySet::Int
            | LazySet::Real
            | LazySet::Strings
            | LazySet::Any
            | LazySet::Cup(..) => Size::Infinite,
        }
    }
}

impl Index {
    fn len(&self) -> usize {
        match self {
            Index::Product(n) => *n,
            Index::Fields(shape) => shape.names().len(),
            Index::Domain(_) => 0,
        }
    }

    /// The arguments, analysed; an error when there are too many to enumerate.
    pub fn keys(&self) -> Result<Keys> {
        match self {
            Index::Product(n) => Ok(Keys::Sequence(*n)),
            Index::Fields(shape) => Ok(Keys::Fields(shape.clone())),
            Index::Domain(domain) => Keys::of(domain),
        }
    }

    /// The arguments as a set.
    pub fn domain(&self) -> Value {
        match self {
            Index::Product(n) => Value::interval(1, *n as i64),
            Index::Fields(shape) => shape.domain().clone(),
            Index::Domain(domain) => domain.clone(),
        }
    }
}

impl Axes {
    /// The set of values for the argument at a place.
    pub fn at(&self, place: usize) -> &Value {
        match self {
            Axes::Same(range) => range,
            Axes::Each(axes) => &axes[place],
        }
    }
}

/// `base` to the power of `exponent`, both at least one.
fn power(base: Size, exponent: Size) -> Size {
    match (base, exponent) {
        (Size::Exact(1), Size::Exact(_) | Size::Beyond) => Size::Exact(1),
        (Size::Exact(b), Size::Exact(e)) => match u32::try_from(e).ok().and_then(|e| b.checked_pow(e)) {
            Some(n) => Size::Exact(n),
            None => Size::Beyond,
        },
        (Size::Exact(_) | Size::Beyond, Size::Exact(_) | Size::Beyond) => Size::Beyond,
        (Size::Exact(2), Size::Infinite) => Size::Infinite,
        (Size::Infinite, Size::Exact(_) | Size::Beyond) => Size::Infinite,
        _ => Size::Unknown,
    }
}

fn times(a: Size, b: Size) -> Size {
    match (a, b) {
        (Size::Exact(a), Size::Exact(b)) => match a.checked_mul(b) {
            Some(n) => Size::Exact(n),
            None => Size::Beyond,
        },
        (Size::Unknown, _) | (_, Size::Unknown) => Size::Unknown,
        (Size::Infinite, _) | (_, Size::Infinite) => Size::Infinite,
        _ => Size::Beyond,
    }
}

impl Value {
    pub(super) fn lazy(set: LazySet) -> Value {
        let (size, extent) = (set.size(), set.extent());
        Value::Lazy(Rc::new(LazyNode { set, size, hash: Cell::new(0), extent, explicit: OnceCell::new() }))
    }

    /// `low..high`.
    pub fn interval(low: i64, high: i64) -> Value {
        if low > high { Value::empty_set() } else { Value::lazy(LazySet::Interval(low, high)) }
    }

    /// `low..high` of two values.
    pub fn interval_of(low: &Value, high: &Value) -> Result<Value> {
        Ok(Value::interval(low.as_int("..")?, high.as_int("..")?))
    }

    /// `SUBSET base`.
    pub fn subsets(base: &Value) -> Result<Value> {
        base.need_set("SUBSET")?;
        Ok(Value::lazy(LazySet::Subset(base.clone())))
    }

    /// `[domain -> range]`.
    pub fn function_set(domain: &Value, range: &Value) -> Result<Value> {
        const OP: &str = "[S -> T]";
        domain.need_set(OP)?;
        range.need_set(OP)?;
        if domain.is_empty_set() {
            return Ok(Value::set_from_sorted(vec![Value::tuple(Vec::new())]));
        }
        if range.is_empty_set() {
            return Ok(Value::empty_set());
        }
        let index = Index::Domain(domain.clone());
        Ok(Value::lazy(LazySet::Functions(index, Axes::Same(range.clone()))))
    }

    /// `[f1 : S1, …]`, the fields in any order.
    pub fn record_set(mut fields: Vec<(Symbol, Value)>) -> Result<Value> {
        for (_, set) in &fields {
            set.need_set("[f : S]")?;
        }
        if fields.iter().any(|(_, set)| set.is_empty_set()) {
            return Ok(Value::empty_set());
        }
        if fields.is_empty() {
            return Ok(Value::set_from_sorted(vec![Value::tuple(Vec::new())]));
        }
        fields.sort_by(|a, b| a.0.cmp(&b.0));
        fields.dedup_by(|later, earlier| later.0 == earlier.0);
        let (names, sets): (Vec<_>, Vec<_>) = fields.into_iter().unzip();
        let index = Index::Fields(RecordShape::new(names));
        Ok(Value::lazy(LazySet::Functions(index, Axes::Each(sets.into()))))
    }

    /// `S1 \X … \X Sn`.
    pub fn product(sets: Vec<Value>) -> Result<Value> {
        for set in &sets {
            set.need_set("\\X")?;
        }
        if sets.iter().any(Value::is_empty_set) {
            return Ok(Value::empty_set());
        }
        if sets.is_empty() {
            return Ok(Value::set_from_sorted(vec![Value::tuple(Vec::new())]));
        }
        let index = Index::Product(sets.len());
        Ok(Value::lazy(LazySet::Functions(index, Axes::Each(sets.into()))))
    }

    /// `Seq(set)`.
    pub fn sequences(set: &Value) -> Result<Value> {
        set.need_set("Seq")?;
        if set.is_empty_set() {
            return Ok(Value::set_from_sorted(vec![Value::tuple(Vec::new())]));
        }
        Ok(Value::lazy(LazySet::Seq(set.clone())))
    }

    /// `Nat`.
    pub fn nat() -> Value {
        Value::lazy(LazySet::Nat)
    }

    /// `Int`.
    pub fn int() -> Value {
        Value::lazy(LazySet::Int)
    }

    /// `Real`.
    pub fn real() -> Value {
        Value::lazy(LazySet::Real)
    }

    /// `STRING`.
    pub fn strings() -> Value {
        Value::lazy(LazySet::Strings)
    }

    /// TLC's `Any`.
    pub fn any() -> Value {
        Value::lazy(LazySet::Any)
    }

    /// The lazy set, if this is one.
    #[inline]
    pub fn as_lazy(&self) -> Option<&LazySet> {
        match self {
            Value::Lazy(node) => Some(&node.set),
            _ => None,
        }
    }

    /// The bounds, if this is an interval that has not been built.
    #[inline]
    pub fn as_interval(&self) -> Option<(i64, i64)> {
        match self.as_lazy() {
            Some(LazySet::Interval(low, high)) => Some((*low, *high)),
            _ => None,
        }
    }

    /// How many elements a set has, without counting. Of what is no set: unknown.
    #[inline]
    pub fn size(&self) -> Size {
        match self {
            Value::Set(node) => Size::Exact(node.elements().len() as u64),
            Value::Lazy(node) => node.size,
            _ => Size::Unknown,
        }
    }

    /// Whether this is `{}`.
    #[inline]
    pub fn is_empty_set(&self) -> bool {
        matches!(self, Value::Set(node) if node.elements().is_empty())
    }

    /// Whether this set has finitely many elements that can be enumerated.
    #[inline]
    pub fn is_enumerable(&self) -> bool {
        matches!(self.size(), Size::Exact(_) | Size::Beyond)
    }

    /// `IsFiniteSet(self)`.
    pub fn is_finite_set(&self) -> Result<bool> {
        self.need_set("IsFiniteSet")?;
        Ok(self.is_enumerable())
    }

    /// `Cardinality(self)`, without enumerating.
    pub fn cardinality(&self) -> Result<Value> {
        const OP: &str = "Cardinality";
        match self.size() {
            Size::Exact(n) => match i64::try_from(n) {
                Ok(n) => Ok(Value::Int(n)),
                Err(_) => Ok(Value::integer(BigInt::from(n))),
            },
            Size::Beyond => match self.count() {
                Some(n) => Ok(Value::integer(BigInt::from(n))),
                None => {
                    let limit = Limits::DEFAULT.max_set;
                    Err(Fault::SetTooLarge { op: OP, size: None, limit }.into())
                }
            },
            _ if self.is_set() => Err(Fault::InfiniteSet { op: OP, set: self.clone() }.into()),
            _ => Err(Fault::expected(OP, Expected::Set, self)),
        }
    }

    /// The number of elements of a finite set, if it is a number of reasonable length.
    pub(super) fn count(&self) -> Option<BigUint> {
        if let Size::Exact(n) = self.size() {
            return Some(BigUint::from(n));
        }
        match self.as_lazy()? {
            LazySet::Interval(low, high) => {
                (BigInt::from(*high) - BigInt::from(*low) + BigInt::from(1)).to_biguint()
            }
            LazySet::Subset(base) => raise(BigUint::from(2u8), &base.count()?),
            LazySet::Functions(Index::Domain(domain), Axes::Same(range)) => {
                raise(range.count()?, &domain.count()?)
            }
            LazySet::Functions(_, Axes::Each(axes)) => {
                let mut product = BigUint::from(1u8);
                for axis in axes.iter() {
                    product *= axis.count()?;
                    if product.bits() > CARDINALITY_BITS {
                        return None;
                    }
                }
                Some(product)
            }
            _ => None,
        }
    }

    /// The set with its elements built, at most as many as the limit allows. It is kept, so that it
    /// is built once.
    pub fn explicit(&self, op: &'static str, limits: &Limits) -> Result<Rc<SetNode>> {
        let node = match self {
            Value::Set(node) => return Ok(node.clone()),
            Value::Lazy(node) => node,
            _ => return Err(Fault::expected(op, Expected::Set, self)),
        };
        if let Some(built) = node.explicit.get() {
            return Ok(built.clone());
        }
        match node.size {
            Size::Exact(n) if n <= limits.max_set as u64 => {}
            Size::Exact(_) | Size::Beyond => {
                let (size, limit) = (self.count(), limits.max_set);
                return Err(Fault::SetTooLarge { op, size, limit }.into());
            }
            _ => {
                return Err(Fault::InfiniteSet { op, set: self.clone() }.into());
            }
        }
        let elements: Elements = self.elements(op)?;
        let built = Rc::new(SetNode::new(elements.collect()));
        Ok(node.explicit.get_or_init(|| built).clone())
    }

    /// The value with every lazy set in it built: what may enter a state.
    pub fn forced(&self, limits: &Limits) -> Result<Value> {
        const OP: &str = "a state";
        let all = |values: &[Value]| -> Result<Option<Vec<Value>>> {
            // Most values hold nothing lazy; then nothing is copied.
            let Some(first) = values.iter().position(Value::is_unforced) else {
                return Ok(None);
            };
            let mut forced = values[..first].to_vec();
            let mut extent = Extent::of(&forced);
            for value in &values[first..] {
                let value = value.forced(limits)?;
                extent.add(value.extent());
                if u64::from(extent.parts) > limits.max_parts() {
                    return Err(Fault::TooManyParts { limit: limits.max_parts() }.into());
                }
                forced.push(value);
            }
            Ok(Some(forced))
        };
        Ok(match self {
            Value::Lazy(_) => Value::Set(self.explicit(OP, limits)?).forced(limits)?,
            Value::Set(s) => match all(s.elements())? {
                Some(elements) => Value::set_from_sorted(elements),
                None => self.clone(),
            },
            Value::Tuple(t) => match all(t.elements())? {
                Some(elements) => Value::tuple(elements),
                None => self.clone(),
            },
            Value::Record(r) => match all(r.values())? {
                Some(values) => Value::record_with(r.shape().clone(), values),
                None => self.clone(),
            },
            Value::Func(f) => {
                let keys = match all(f.domain().elements())? {
                    Some(elements) => Rc::new(SetNode::new(elements)),
                    None => f.domain().clone(),
                };
                match all(f.values())? {
                    Some(values) => Value::function_on(&Keys::Other(keys), values),
                    None if Rc::ptr_eq(&keys, f.domain()) => self.clone(),
                    None => Value::function_on(&Keys::Other(keys), f.values().to_vec()),
                }
            }
            Value::Closure(c) => {
                return Err(Fault::InfiniteFunction { op: OP, domain: c.domain.clone() }.into());
            }
            _ => self.clone(),
        })
    }

    /// Whether a lazy set, or a function by rule, occurs anywhere in this value.
    pub fn is_unforced(&self) -> bool {
        match self {
            Value::Lazy(_) | Value::Closure(_) => true,
            Value::Set(s) => s.elements().iter().any(Value::is_unforced),
            Value::Tuple(t) => t.elements().iter().any(Value::is_unforced),
            Value::Record(r) => r.values().iter().any(Value::is_unforced),
            Value::Func(f) => {
                f.values().iter().any(Value::is_unforced)
                    || f.domain().elements().iter().any(Value::is_unforced)
            }
            _ => false,
        }
    }
}

fn raise(base: BigUint, exponent: &BigUint) -> Option<BigUint> {
    let exponent = exponent.to_u32()?;
    if base.bits().checked_mul(u64::from(exponent))? > CARDINALITY_BITS {
        return None;
    }
    Some(base.pow(exponent))
}
