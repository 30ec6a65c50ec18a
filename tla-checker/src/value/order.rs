//! Equality and order.
//!
//! One walk over two values serves three readings of what happens when kinds differ: the total order
//! (`Ord`), in which kinds are ranked; the order by which sets are sorted and which refuses unlike
//! kinds but lets model values stand beside anything; and TLA+'s `=` as TLC evaluates it, which refuses
//! typed model values too. In each the first difference decides, so `<<1, "a">> = <<2, 3>>` is FALSE
//! and `<<1, "a">> = <<1, 3>>` an error.
//!
//! Functions compare by size, then by domain, then by values; sets by size and then element by
//! element. Lazy sets are walked, never built.

use std::cmp::Ordering;

use super::elements::WALK;
use super::function::{FuncNode, RecordNode};
use super::lazy::{Axes, Index, LazyNode, LazySet, Size};
use super::{Elements, Fault, Result, Value, ValueError};

/// How a comparison reads what `Ord` alone would decide.
trait Reading {
    type Error;
    /// Values of unlike kinds, or different model values.
    fn unlike(&self, a: &Value, b: &Value) -> Result<Ordering, Self::Error>;
    /// Different sets of which at least one is not finite.
    fn infinite(&self, a: &Value, b: &Value, order: Ordering) -> Result<Ordering, Self::Error>;
    /// Sets of equal size that agree on more elements than anyone waits for.
    fn endless(&self, a: &Value, b: &Value) -> Result<Ordering, Self::Error>;
    /// Functions of which at least one is given by a rule, and which are not the same.
    fn rules(&self, a: &Value, b: &Value) -> Result<Ordering, Self::Error>;
}

struct Total;

enum Never {}

impl Reading for Total {
    type Error = Never;
    fn unlike(&self, a: &Value, b: &Value) -> Result<Ordering, Never> {
        Ok(match (a, b) {
            (Value::Model(a), Value::Model(b)) => a.cmp(b),
            _ => a.kind().cmp(&b.kind()),
        })
    }
    fn infinite(&self, _: &Value, _: &Value, order: Ordering) -> Result<Ordering, Never> {
        Ok(order)
    }
    fn endless(&self, a: &Value, b: &Value) -> Result<Ordering, Never> {
        Ok(by_makeup(a, b))
    }
    fn rules(&self, a: &Value, b: &Value) -> Result<Ordering, Never> {
        Ok(match (a, b) {
            (Value::Closure(a), Value::Closure(b)) => a
                .domain
                .cmp(&b.domain)
                .then_with(|| std::rc::Rc::as_ptr(a).cast::<()>().cmp(&std::rc::Rc::as_ptr(b).cast::<()>())),
            (Value::Closure(_), _) => Ordering::Greater,
            _ => Ordering::Less,
        })
    }
}

/// TLC's `compareTo`: what sorts sets.
struct Sorting(&'static str);

impl Reading for Sorting {
    type Error = ValueError;
    fn unlike(&self, a: &Value, b: &Value) -> Result<Ordering> {
        match (a, b) {
            (Value::Model(a), Value::Model(b)) => Ok(a.cmp(b)),
            (Value::Model(_), _) => Ok(Ordering::Less),
            (_, Value::Model(_)) => Ok(Ordering::Greater),
            _ => Err(Fault::incomparable(self.0, a, b)),
        }
    }
    fn infinite(&self, a: &Value, b: &Value, order: Ordering) -> Result<Ordering> {
        if a.is_enumerable() != b.is_enumerable() {
            return Err(infinite_comparison(self.0, a, b));
        }
        Ok(order)
    }
    fn endless(&self, a: &Value, _: &Value) -> Result<Ordering> {
        Err(Fault::SetTooLarge { op: self.0, size: a.count(), limit: WALK }.into())
    }
    fn rules(&self, a: &Value, b: &Value) -> Result<Ordering> {
        Err(infinite_function(self.0, a, b))
    }
}

/// TLC's `equals`: the `=` of TLA+.
struct Equality(&'static str);

impl Reading for Equality {
    type Error = ValueError;
    fn unlike(&self, a: &Value, b: &Value) -> Result<Ordering> {
        match (a, b) {
            (Value::Model(x), Value::Model(y)) => match (x.typed(), y.typed()) {
                (Some(s), Some(t)) if s != t => Err(Fault::incomparable(self.0, a, b)),
                _ => Ok(x.cmp(y)),
            },
            (Value::Model(m), _) | (_, Value::Model(m)) if m.typed().is_none() => Ok(Ordering::Less),
            (Value::Tuple(tuple), Value::Str(text)) => spelt(self, tuple.elements(), text.text()),
            _ => Err(Fault::incomparable(self.0, a, b)),
        }
    }
    fn infinite(&self, a: &Value, b: &Value, order: Ordering) -> Result<Ordering> {
        if a.is_enumerable() != b.is_enumerable() {
            return Err(infinite_comparison(self.0, a, b));
        }
        Ok(order)
    }
    fn endless(&self, a: &Value, _: &Value) -> Result<Ordering> {
        Err(Fault::SetTooLarge { op: self.0, size: a.count(), limit: WALK }.into())
    }
    fn rules(&self, a: &Value, b: &Value) -> Result<Ordering> {
        Err(infinite_function(self.0, a, b))
    }
}

/// `<<"a", "b">> = "ab"`: strings are sequences of characters (*Specifying Systems*, section 16.1.10), which
/// TLC takes for strings of one. Only so: it refuses a tuple on the right of a string.
#[cold]
fn spelt(equality: &Equality, elements: &[Value], text: &str) -> Result<Ordering> {
    // TLC counts in UTF-16.
    if elements.len() != text.encode_utf16().count() {
        return Ok(Ordering::Less);
    }
    for (element, character) in elements.iter().zip(text.chars()) {
        let mut spelling = [0; 4];
        let character = character.encode_utf8(&mut spelling);
        let order = match element {
            Value::Str(own) => own.text().cmp(character),
            other => walk(equality, other, &Value::string(character))?,
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

#[cold]
fn infinite_comparison(op: &'static str, a: &Value, b: &Value) -> ValueError {
    Fault::InfiniteComparison { op, left: a.clone(), right: b.clone() }.into()
}

#[cold]
fn infinite_function(op: &'static str, a: &Value, b: &Value) -> ValueError {
    let domain = match (a, b) {
        (Value::Closure(c), _) | (_, Value::Closure(c)) => c.domain.clone(),
        _ => a.clone(),
    };
    Fault::InfiniteFunction { op, domain }.into()
}

impl Value {
    /// `self = other` as TLC evaluates it: an error when the kinds are unlike.
    #[inline]
    pub fn try_eq(&self, other: &Value) -> Result<bool> {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => Ok(a == b),
            (Value::Bool(a), Value::Bool(b)) => Ok(a == b),
            (Value::Str(a), Value::Str(b)) => Ok(a == b),
            _ => Ok(walk(&Equality("="), self, other)? == Ordering::Equal),
        }
    }

    /// The order by which sets are sorted: an error when the kinds are unlike, save that model values
    /// stand beside anything.
    pub fn try_cmp(&self, other: &Value) -> Result<Ordering> {
        self.try_cmp_for(other, "comparison")
    }

    pub(super) fn try_cmp_for(&self, other: &Value, op: &'static str) -> Result<Ordering> {
        walk(&Sorting(op), self, other)
    }
}

impl Ord for Value {
    #[inline]
    fn cmp(&self, other: &Value) -> Ordering {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => a.cmp(b),
            (Value::Str(a), Value::Str(b)) => a.cmp(b),
            _ => match walk(&Total, self, other) {
                Ok(order) => order,
                Err(never) => match never {},
            },
        }
    }
}

impl PartialOrd for Value {
    #[inline]
    fn partial_cmp(&self, other: &Value) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Value {
    #[inline]
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Int(a), Value::Int(b)) => a == b,
            (Value::Str(a), Value::Str(b)) => a == b,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            _ => {
                self.kind() == other.kind()
                    && !self.known_different(other)
                    && self.cmp(other) == Ordering::Equal
            }
        }
    }
}

impl Eq for Value {}

impl Value {
    /// Whether hashes computed before already tell them apart.
    fn known_different(&self, other: &Value) -> bool {
        match (self.cached_hash(), other.cached_hash()) {
            (0, _) | (_, 0) => false,
            (a, b) => a != b,
        }
    }
}

fn walk<R: Reading>(reading: &R, a: &Value, b: &Value) -> Result<Ordering, R::Error> {
    if a.same(b) {
        return Ok(Ordering::Equal);
    }
    match (a, b) {
        (Value::Int(a), Value::Int(b)) => Ok(a.cmp(b)),
        (Value::Bool(a), Value::Bool(b)) => Ok(a.cmp(b)),
        (Value::Str(a), Value::Str(b)) => Ok(a.cmp(b)),
        (Value::Model(x), Value::Model(y)) if x == y => Ok(Ordering::Equal),
        (Value::Big(a), Value::Big(b)) => Ok(a.cmp(b)),
        (Value::Int(_), Value::Big(b)) => Ok(0.cmp(&sign(b))),
        (Value::Big(a), Value::Int(_)) => Ok(sign(a).cmp(&0)),
        (Value::Set(x), Value::Set(y)) => walk_all(reading, x.elements(), y.elements()),
        (Value::Lazy(_), Value::Set(_) | Value::Lazy(_)) | (Value::Set(_), Value::Lazy(_)) => {
            walk_sets(reading, a, b)
        }
        (Value::Tuple(x), Value::Tuple(y)) => walk_all(reading, x.elements(), y.elements()),
        (Value::Record(x), Value::Record(y)) => walk_records(reading, x, y),
        (Value::Func(x), Value::Func(y)) => walk_functions(reading, x, y),
        (Value::Closure(_), _) | (_, Value::Closure(_)) if a.is_function() && b.is_function() => {
            reading.rules(a, b)
        }
        _ if a.is_function() && b.is_function() => walk_domains(reading, a, b),
        _ => reading.unlike(a, b),
    }
}

/// A big integer lies outside 64 bits, so its sign decides against any that is inside.
fn sign(big: &num_bigint::BigInt) -> i32 {
    if big.sign() == num_bigint::Sign::Minus { -1 } else { 1 }
}

/// By length, and then by the first difference.
fn walk_all<R: Reading>(reading: &R, a: &[Value], b: &[Value]) -> Result<Ordering, R::Error> {
    if a.len() != b.len() {
        return Ok(a.len().cmp(&b.len()));
    }
    for (x, y) in a.iter().zip(b) {
        // Most components are atoms, and most of those decide at once.
        let order = match (x, y) {
            (Value::Int(x), Value::Int(y)) => x.cmp(y),
            (Value::Str(x), Value::Str(y)) => x.cmp(y),
            (Value::Model(x), Value::Model(y)) if x.same(y) => Ordering::Equal,
            _ => walk(reading, x, y)?,
        };
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

fn walk_records<R: Reading>(reading: &R, a: &RecordNode, b: &RecordNode) -> Result<Ordering, R::Error> {
    if !std::rc::Rc::ptr_eq(&a.shape, &b.shape) {
        let (x, y) = (a.shape.names(), b.shape.names());
        let order = x.len().cmp(&y.len()).then_with(|| x.cmp(y));
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    walk_all(reading, &a.values, &b.values)
}

fn walk_functions<R: Reading>(reading: &R, a: &FuncNode, b: &FuncNode) -> Result<Ordering, R::Error> {
    if !std::rc::Rc::ptr_eq(&a.domain, &b.domain) {
        let order = walk_all(reading, a.domain.elements(), b.domain.elements())?;
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    walk_all(reading, &a.values, &b.values)
}

/// Functions of different canonical forms: their domains differ, and decide.
fn walk_domains<R: Reading>(reading: &R, a: &Value, b: &Value) -> Result<Ordering, R::Error> {
    let (Some(x), Some(y)) = (a.function_keys(), b.function_keys()) else {
        return reading.rules(a, b);
    };
    if x.len() != y.len() {
        return Ok(x.len().cmp(&y.len()));
    }
    for at in 0..x.len() {
        let order = walk(reading, &x.key(at), &y.key(at))?;
        if order != Ordering::Equal {
            return Ok(order);
        }
    }
    Ok(Ordering::Equal)
}

/// Two sets of which at least one is lazy.
fn walk_sets<R: Reading>(reading: &R, a: &Value, b: &Value) -> Result<Ordering, R::Error> {
    if let (Value::Lazy(x), Value::Lazy(y)) = (a, b)
        && same_makeup(x, y)
    {
        return Ok(Ordering::Equal);
    }
    match (a.is_enumerable(), b.is_enumerable()) {
        (true, true) => {}
        (true, false) => return reading.infinite(a, b, Ordering::Less),
        (false, true) => return reading.infinite(a, b, Ordering::Greater),
        (false, false) => return reading.infinite(a, b, by_makeup(a, b)),
    }
    let sizes = match (a.size(), b.size()) {
        (Size::Exact(x), Size::Exact(y)) => x.cmp(&y),
        (Size::Exact(_), _) => Ordering::Less,
        (_, Size::Exact(_)) => Ordering::Greater,
        _ => match (a.count(), b.count()) {
            (Some(x), Some(y)) => x.cmp(&y),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => by_makeup(a, b),
        },
    };
    if sizes != Ordering::Equal {
        return Ok(sizes);
    }
    if let (Some((low, _)), Some((other, _))) = (a.as_interval(), b.as_interval()) {
        return Ok(low.cmp(&other));
    }
    match (a.elements("="), b.elements("=")) {
        (Ok(x), Ok(y)) => match walk_elements(reading, x, y)? {
            Some(order) => Ok(order),
            None => reading.endless(a, b),
        },
        // Too large to enumerate even in part: then only what they are made of tells them apart.
        _ => Ok(by_makeup(a, b)),
    }
}

/// The order that the first difference decides; none when too many elements are equal.
fn walk_elements<R: Reading>(reading: &R, a: Elements, b: Elements) -> Result<Option<Ordering>, R::Error> {
    for (looked_at, (x, y)) in a.zip(b).enumerate() {
        if looked_at >= WALK {
            return Ok(None);
        }
        let order = walk(reading, &x, &y)?;
        if order != Ordering::Equal {
            return Ok(Some(order));
        }
    }
    Ok(Some(Ordering::Equal))
}

/// Whether two lazy sets are made of equal parts in the same way, hence equal.
fn same_makeup(a: &LazyNode, b: &LazyNode) -> bool {
    match (a.set(), b.set()) {
        (LazySet::Functions(i, x), LazySet::Functions(j, y)) => {
            let axes = match (x, y) {
                (Axes::Same(x), Axes::Same(y)) => x == y,
                (Axes::Each(x), Axes::Each(y)) => x == y,
                (Axes::Same(x), Axes::Each(y)) | (Axes::Each(y), Axes::Same(x)) => {
                    y.iter().all(|axis| axis == x)
                }
            };
            axes && match (i, j) {
                (Index::Product(m), Index::Product(n)) => m == n,
                (Index::Fields(s), Index::Fields(t)) => s.names() == t.names(),
                _ => i.domain() == j.domain(),
            }
        }
        _ => {
            makeup_rank(a) == makeup_rank(b) && parts(a).eq(parts(b)) && {
                match (a.set(), b.set()) {
                    (LazySet::Interval(l, h), LazySet::Interval(m, k)) => (l, h) == (m, k),
                    _ => true,
                }
            }
        }
    }
}

fn makeup_rank(node: &LazyNode) -> u8 {
    match node.set() {
        LazySet::Interval(..) => 0,
        LazySet::Nat => 1,
        LazySet::Int => 2,
        LazySet::Real => 3,
        LazySet::Strings => 4,
        LazySet::Any => 5,
        LazySet::Subset(_) => 6,
        LazySet::Seq(_) => 7,
        LazySet::Functions(..) => 8,
        LazySet::Cup(..) => 9,
        LazySet::Cap(..) => 10,
        LazySet::Diff(..) => 11,
    }
}

/// The sets that a lazy set is made of.
fn parts(node: &LazyNode) -> impl Iterator<Item = Value> {
    let parts: Vec<Value> = match node.set() {
        LazySet::Subset(a) | LazySet::Seq(a) => vec![a.clone()],
        LazySet::Cup(a, b) | LazySet::Cap(a, b) | LazySet::Diff(a, b) => {
            vec![a.clone(), b.clone()]
        }
        LazySet::Functions(index, Axes::Same(range)) => vec![index.domain(), range.clone()],
        LazySet::Functions(index, Axes::Each(axes)) => {
            std::iter::once(index.domain()).chain(axes.iter().cloned()).collect()
        }
        _ => Vec::new(),
    };
    parts.into_iter()
}

/// An order of sets that are not enumerable: by how they are made, then by their parts.
fn by_makeup(a: &Value, b: &Value) -> Ordering {
    let (Value::Lazy(x), Value::Lazy(y)) = (a, b) else {
        return matches!(a, Value::Lazy(_)).cmp(&matches!(b, Value::Lazy(_)));
    };
    if same_makeup(x, y) {
        return Ordering::Equal;
    }
    makeup_rank(x).cmp(&makeup_rank(y)).then_with(|| parts(x).cmp(parts(y)))
}
