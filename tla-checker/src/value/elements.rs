//! The elements of a set one by one, in canonical order, without building the set.
//!
//! The order is the one `Ord` gives to the elements: subsets by size and then by elements, functions
//! (of one set of functions all have one domain) by their values, the first argument most significant.

use std::rc::Rc;

use super::lazy::LazySet;
use super::set::SetNode;
use super::{Expected, Fault, Keys, Limits, Result, Value};

/// An iterator over the elements of a set, in canonical order.
#[derive(Clone)]
pub struct Elements(Inner);

#[derive(Clone)]
enum Inner {
    Explicit { node: Rc<SetNode>, next: usize },
    Interval { next: i64, last: i64, done: bool },
    Subsets(Box<Subsets>),
    Functions(Box<Functions>),
}

/// Subsets of a base: the places chosen, in ascending order, all sizes in turn.
#[derive(Clone)]
struct Subsets {
    base: Rc<SetNode>,
    chosen: Vec<usize>,
    done: bool,
}

/// An odometer, the last place fastest.
#[derive(Clone)]
struct Functions {
    keys: Keys,
    starts: Vec<Elements>,
    cursors: Vec<Elements>,
    current: Vec<Value>,
    done: bool,
}

/// How many elements of a lazy set an operation that cannot be interrupted looks at.
pub(super) const WALK: usize = 1 << 22;

/// The base of a `SUBSET` and the domain of a set of functions are built to enumerate; beyond this
/// size nobody would live to see the second element of interest.
const BASE: Limits = Limits { max_set: 1 << 22 };

impl Value {
    /// The elements of this set in canonical order; an error when it is no set or not finite.
    pub fn elements(&self, op: &'static str) -> Result<Elements> {
        let inner = match self {
            Value::Set(node) => Inner::Explicit { node: node.clone(), next: 0 },
            Value::Lazy(node) => match node.set() {
                LazySet::Interval(low, high) => Inner::Interval { next: *low, last: *high, done: false },
                LazySet::Subset(base) => Inner::Subsets(Box::new(Subsets {
                    base: base.explicit(op, &BASE)?,
                    chosen: Vec::new(),
                    done: false,
                })),
                LazySet::Functions(index, axes) if self.is_enumerable() => {
                    let keys = index.keys()?;
                    if keys.len() > BASE.max_set {
                        let (size, limit) = (Some(keys.len().into()), BASE.max_set);
                        return Err(Fault::SetTooLarge { op, size, limit }.into());
                    }
                    let mut starts = Vec::with_capacity(keys.len());
                    for place in 0..keys.len() {
                        starts.push(axes.at(place).elements(op)?);
                    }
                    let mut cursors = starts.clone();
                    let current: Vec<Value> = cursors.iter_mut().filter_map(Iterator::next).collect();
                    let done = current.len() < keys.len();
                    Inner::Functions(Box::new(Functions { keys, starts, cursors, current, done }))
                }
                _ => {
                    return Err(Fault::InfiniteSet { op, set: self.clone() }.into());
                }
            },
            _ => return Err(Fault::expected(op, Expected::Set, self)),
        };
        Ok(Elements(inner))
    }
}

impl Iterator for Elements {
    type Item = Value;

    #[inline]
    fn next(&mut self) -> Option<Value> {
        match &mut self.0 {
            Inner::Explicit { node, next } => {
                let element = node.elements().get(*next)?.clone();
                *next += 1;
                Some(element)
            }
            Inner::Interval { next, last, done } => {
                if *done {
                    return None;
                }
                let element = Value::Int(*next);
                if *next == *last {
                    *done = true;
                } else {
                    *next += 1;
                }
                Some(element)
            }
            Inner::Subsets(subsets) => subsets.next(),
            Inner::Functions(functions) => functions.next(),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            Inner::Explicit { node, next } => {
                let left = node.elements().len() - next;
                (left, Some(left))
            }
            Inner::Interval { done: true, .. } => (0, Some(0)),
            Inner::Interval { next, last, .. } => {
                let left = usize::try_from(*last as i128 - *next as i128 + 1);
                (left.unwrap_or(usize::MAX), left.ok())
            }
            _ => (0, None),
        }
    }
}

impl Subsets {
    fn next(&mut self) -> Option<Value> {
        if self.done {
            return None;
        }
        let base = self.base.elements();
        let subset = self.chosen.iter().map(|&at| base[at].clone()).collect();
        self.advance();
        Some(Value::set_from_sorted(subset))
    }

    fn advance(&mut self) {
        let (n, k) = (self.base.elements().len(), self.chosen.len());
        // The last place that can still move right moves, and those after it follow it closely.
        for place in (0..k).rev() {
            if self.chosen[place] < n - (k - place) {
                let from = self.chosen[place] + 1;
                for (step, later) in self.chosen[place..].iter_mut().enumerate() {
                    *later = from + step;
                }
                return;
            }
        }
        if k == n {
            self.done = true;
        } else {
            self.chosen = (0..=k).collect();
        }
    }
}

impl Functions {
    fn next(&mut self) -> Option<Value> {
        if self.done {
            return None;
        }
        let function = Value::function_on(&self.keys, self.current.clone());
        self.advance();
        Some(function)
    }

    fn advance(&mut self) {
        for place in (0..self.current.len()).rev() {
            if let Some(value) = self.cursors[place].next() {
                self.current[place] = value;
                return;
            }
            self.cursors[place] = self.starts[place].clone();
            if let Some(value) = self.cursors[place].next() {
                self.current[place] = value;
            }
        }
        self.done = true;
    }
}
