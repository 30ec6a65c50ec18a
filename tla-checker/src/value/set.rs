//! Explicit sets and the algebra of sets.
//!
//! Whatever has to be built obeys [`Limits`]; whatever involves an infinite set stays lazy and
//! answers membership only, as TLC's `SetCup`, `SetCap` and `SetDiff` values do.

use std::cell::Cell;
use std::cmp::Ordering;
use std::rc::Rc;

use super::elements::WALK;
use super::extent::Extent;
use super::lazy::{LazySet, Size};
use super::{Expected, Fault, Limits, Result, Value};

/// An explicit set: elements in canonical order without duplicates, and the cached hash.
#[derive(Clone)]
pub struct SetNode {
    pub(super) elements: Vec<Value>,
    pub(super) hash: Cell<u64>,
    pub(super) extent: Extent,
}

/// Sets up to this size are searched by pointer before they are searched by order.
const SCAN: usize = 8;

impl SetNode {
    pub(super) fn new(elements: Vec<Value>) -> SetNode {
        let extent = Extent::of(&elements);
        SetNode { elements, hash: Cell::new(0), extent }
    }

    /// The elements, in canonical order.
    #[inline]
    pub fn elements(&self) -> &[Value] {
        &self.elements
    }

    /// The place of an element.
    #[inline]
    pub fn position(&self, element: &Value) -> Option<usize> {
        self.search(element).ok()
    }

    /// The place of an element, or where it would stand.
    pub(super) fn search(&self, element: &Value) -> Result<usize, usize> {
        match element {
            Value::Int(i) => {
                // Integers between two integers: their distance from the first may be the index.
                if let (Some(Value::Int(first)), Some(Value::Int(last))) =
                    (self.elements.first(), self.elements.last())
                {
                    let contiguous = last.wrapping_sub(*first) as u64 == self.elements.len() as u64 - 1;
                    if contiguous && first <= i && i <= last {
                        return Ok((i - first) as usize);
                    }
                }
            }
            Value::Model(_) | Value::Str(_) if self.elements.len() <= SCAN => {
                if let Some(at) = self.elements.iter().position(|e| e.same(element)) {
                    return Ok(at);
                }
            }
            _ => {}
        }
        self.elements.binary_search_by(|e| e.cmp(element))
    }

    /// `element \in self`, an error when it cannot be compared with the elements.
    #[inline]
    pub fn contains(&self, element: &Value) -> Result<bool> {
        match self.search(element) {
            Ok(_) => Ok(true),
            Err(at) => self.check_neighbours(at, element).map(|()| false),
        }
    }

    /// An error when a value that is not an element cannot be compared with the elements.
    pub(super) fn check_foreign(&self, value: &Value) -> Result<()> {
        match self.search(value) {
            Ok(_) => Ok(()),
            Err(at) => self.check_neighbours(at, value),
        }
    }

    /// The elements are comparable with one another, so the two beside the place speak for all.
    fn check_neighbours(&self, at: usize, value: &Value) -> Result<()> {
        if at > 0 {
            check_equatable(&self.elements[at - 1], value)?;
        }
        if let Some(next) = self.elements.get(at) {
            check_equatable(next, value)?;
        }
        Ok(())
    }
}

#[inline]
fn check_equatable(element: &Value, value: &Value) -> Result<()> {
    match (element, value) {
        (Value::Int(_), Value::Int(_)) | (Value::Str(_), Value::Str(_)) => Ok(()),
        _ => element.try_eq(value).map(|_| ()),
    }
}

/// Sorts and removes duplicates.
pub(super) fn sort_set(elements: &mut Vec<Value>) {
    if elements.is_sorted_by(|a, b| a < b) {
        return;
    }
    elements.sort_unstable();
    elements.dedup();
}

/// An error when two of the elements, sorted, cannot be compared. Kinds are contiguous in the order,
/// so if any two clash then two neighbours do.
pub(super) fn check_comparable(elements: &[Value], op: &'static str) -> Result<()> {
    for pair in elements.windows(2) {
        match (&pair[0], &pair[1]) {
            (Value::Int(_), Value::Int(_)) | (Value::Str(_), Value::Str(_)) => {}
            (a, b) => {
                a.try_cmp_for(b, op)?;
            }
        }
    }
    Ok(())
}

fn collect(
    op: &'static str,
    limits: &Limits,
    elements: impl Iterator<Item = Value>,
    mut keep: impl FnMut(&Value) -> Result<bool>,
) -> Result<Value> {
    let mut kept = Vec::new();
    for (looked_at, element) in elements.enumerate() {
        if looked_at >= WALK {
            return Err(Fault::SetTooLarge { op, size: None, limit: WALK }.into());
        }
        if keep(&element)? {
            if kept.len() >= limits.max_set {
                return Err(too_large(op, limits));
            }
            kept.push(element);
        }
    }
    Ok(Value::set_from_sorted(kept))
}

#[cold]
fn too_large(op: &'static str, limits: &Limits) -> super::ValueError {
    Fault::SetTooLarge { op, size: None, limit: limits.max_set }.into()
}

impl Value {
    pub(super) fn need_set(&self, op: &'static str) -> Result<()> {
        if self.is_set() { Ok(()) } else { Err(Fault::expected(op, Expected::Set, self)) }
    }

    /// An operand that is the result. TLC prints the result of an operator by its elements, so an
    /// interval is built here if it may be.
    fn operand(&self, op: &'static str, limits: &Limits) -> Result<Value> {
        match (self.as_interval(), self.size()) {
            (Some(_), Size::Exact(n)) if n <= limits.max_set as u64 => {
                Ok(Value::Set(self.explicit(op, limits)?))
            }
            _ => Ok(self.clone()),
        }
    }

    /// `self \cup other`.
    pub fn union(&self, other: &Value, limits: &Limits) -> Result<Value> {
        const OP: &str = "\\cup";
        self.need_set(OP)?;
        other.need_set(OP)?;
        if self.same(other) || other.is_empty_set() {
            return self.operand(OP, limits);
        }
        if self.is_empty_set() {
            return other.operand(OP, limits);
        }
        if !self.is_enumerable() || !other.is_enumerable() {
            return Ok(Value::lazy(LazySet::Cup(self.clone(), other.clone())));
        }
        let (a, b) = (self.explicit(OP, limits)?, other.explicit(OP, limits)?);
        match (a.elements(), b.elements()) {
            (_, [one]) => return insert(a, one.clone(), limits),
            ([one], _) => return insert(b, one.clone(), limits),
            _ => {}
        }
        merge(&a, &b, limits)
    }

    /// `self \cup {element}`, in place where nobody else holds the set.
    pub fn with_element(self, element: Value, limits: &Limits) -> Result<Value> {
        match self {
            Value::Set(node) => insert(node, element, limits),
            other => other.union(&Value::set_from_sorted(vec![element]), limits),
        }
    }

    /// `self \cap other`.
    pub fn intersection(&self, other: &Value, limits: &Limits) -> Result<Value> {
        const OP: &str = "\\cap";
        self.need_set(OP)?;
        other.need_set(OP)?;
        if self.same(other) {
            return self.operand(OP, limits);
        }
        if let (Some((a, b)), Some((c, d))) = (self.as_interval(), other.as_interval()) {
            return Value::interval(a.max(c), b.min(d)).operand(OP, limits);
        }
        let (from, filter) = match (self.size(), other.size()) {
            (Size::Exact(a), Size::Exact(b)) if b < a => (other, self),
            (Size::Exact(_) | Size::Beyond, _) => (self, other),
            (_, Size::Exact(_) | Size::Beyond) => (other, self),
            _ => return Ok(Value::lazy(LazySet::Cap(self.clone(), other.clone()))),
        };
        collect(OP, limits, from.elements(OP)?, |x| filter.contains(x))
    }

    /// `self \ other`.
    pub fn difference(&self, other: &Value, limits: &Limits) -> Result<Value> {
        const OP: &str = "\\";
        self.need_set(OP)?;
        other.need_set(OP)?;
        if other.is_empty_set() {
            return self.operand(OP, limits);
        }
        if !self.is_enumerable() {
            return Ok(Value::lazy(LazySet::Diff(self.clone(), other.clone())));
        }
        if let (Value::Set(a), [one]) = (self, other.set_elements().unwrap_or_default()) {
            return remove(a.clone(), one);
        }
        collect(OP, limits, self.elements(OP)?, |x| other.contains(x).map(|found| !found))
    }

    /// `self \ {element}`, in place where nobody else holds the set.
    pub fn without_element(self, element: &Value, limits: &Limits) -> Result<Value> {
        match self {
            Value::Set(node) => remove(node, element),
            other => other.difference(&Value::set_from_sorted(vec![element.clone()]), limits),
        }
    }

    /// `UNION self`.
    pub fn big_union(&self, limits: &Limits) -> Result<Value> {
        const OP: &str = "UNION";
        self.need_set(OP)?;
        if let Some(LazySet::Subset(base)) = self.as_lazy() {
            return Ok(base.clone());
        }
        let mut all: Vec<Value> = Vec::new();
        let mut infinite: Option<Value> = None;
        for member in self.elements(OP)? {
            if !member.is_set() {
                return Err(Fault::expected(OP, Expected::SetOfSets, self));
            }
            if !member.is_enumerable() {
                infinite = Some(match infinite {
                    None => member,
                    Some(before) => before.union(&member, limits)?,
                });
                continue;
            }
            let node = member.explicit(OP, limits)?;
            all.extend_from_slice(node.elements());
            if all.len() > limits.max_set.saturating_mul(2).max(1024) {
                sort_set(&mut all);
                if all.len() > limits.max_set {
                    return Err(too_large(OP, limits));
                }
            }
        }
        sort_set(&mut all);
        if all.len() > limits.max_set {
            return Err(too_large(OP, limits));
        }
        check_comparable(&all, OP)?;
        let finite = Value::set_from_sorted(all);
        match infinite {
            None => Ok(finite),
            Some(infinite) => infinite.union(&finite, limits),
        }
    }

    /// `self \subseteq other`.
    pub fn is_subset(&self, other: &Value) -> Result<bool> {
        const OP: &str = "\\subseteq";
        self.need_set(OP)?;
        other.need_set(OP)?;
        if !self.is_enumerable() {
            return Err(Fault::InfiniteSet { op: OP, set: self.clone() }.into());
        }
        if self.same(other) {
            return Ok(true);
        }
        if let (Some((a, b)), Some((c, d))) = (self.as_interval(), other.as_interval()) {
            return Ok(c <= a && b <= d);
        }
        if let (Some(LazySet::Subset(a)), Some(LazySet::Subset(b))) = (self.as_lazy(), other.as_lazy()) {
            return a.is_subset(b);
        }
        if let Value::Set(node) = self {
            for element in node.elements() {
                if !other.contains(element)? {
                    return Ok(false);
                }
            }
            return Ok(true);
        }
        for (looked_at, element) in self.elements(OP)?.enumerate() {
            if looked_at >= WALK {
                return Err(Fault::SetTooLarge { op: OP, size: self.count(), limit: WALK }.into());
            }
            if !other.contains(&element)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

fn insert(mut node: Rc<SetNode>, element: Value, limits: &Limits) -> Result<Value> {
    if let Err(at) = node.search(&element) {
        node.check_neighbours(at, &element)?;
        if node.elements.len() >= limits.max_set {
            return Err(too_large("\\cup", limits));
        }
        if let Some(unique) = Rc::get_mut(&mut node) {
            unique.extent.add(element.extent());
            unique.elements.insert(at, element);
            unique.hash.set(0);
        } else {
            let mut elements = Vec::with_capacity(node.elements.len() + 1);
            elements.extend_from_slice(&node.elements[..at]);
            elements.push(element);
            elements.extend_from_slice(&node.elements[at..]);
            return Ok(Value::set_from_sorted(elements));
        }
    }
    Ok(Value::Set(node))
}

fn remove(mut node: Rc<SetNode>, element: &Value) -> Result<Value> {
    match node.search(element) {
        Ok(at) => {
            let unique = Rc::make_mut(&mut node);
            let removed = unique.elements.remove(at);
            unique.hash.set(0);
            if unique.extent.remove(removed.extent()) {
                unique.extent = Extent::of(&unique.elements);
            }
        }
        Err(at) => node.check_neighbours(at, element)?,
    }
    Ok(Value::Set(node))
}

fn merge(a: &Rc<SetNode>, b: &Rc<SetNode>, limits: &Limits) -> Result<Value> {
    let (left, right) = (a.elements(), b.elements());
    let mut merged: Vec<Value> = Vec::with_capacity(left.len() + right.len());
    let (mut i, mut j) = (0, 0);
    // Which side the last element came from: only neighbours of different sides can clash.
    let mut from_left: Option<bool> = None;
    while i < left.len() || j < right.len() {
        let side = match (left.get(i), right.get(j)) {
            (Some(x), Some(y)) => x.cmp(y),
            (Some(_), None) => Ordering::Less,
            _ => Ordering::Greater,
        };
        let (element, is_left) = match side {
            Ordering::Less => (&left[i], Some(true)),
            Ordering::Greater => (&right[j], Some(false)),
            Ordering::Equal => (&left[i], None),
        };
        if let Some(last) = merged.last()
            && from_left.is_some()
            && is_left.is_some()
            && from_left != is_left
        {
            check_equatable(last, element)?;
        }
        from_left = is_left;
        merged.push(element.clone());
        i += usize::from(side != Ordering::Greater);
        j += usize::from(side != Ordering::Less);
    }
    if merged.len() > limits.max_set {
        return Err(too_large("\\cup", limits));
    }
    // An operand that already held everything is shared rather than copied.
    if merged.len() == left.len() {
        return Ok(Value::Set(a.clone()));
    }
    if merged.len() == right.len() {
        return Ok(Value::Set(b.clone()));
    }
    Ok(Value::set_from_sorted(merged))
}
