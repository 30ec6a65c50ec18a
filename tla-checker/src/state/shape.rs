//! The shape of a variable's values: how far it can be taken apart.
//!
//! Enters: the values that were observed. Leaves: the [`Shape`] all of them have. Holds: a shape is a
//! guess about the values to come; one that does not fit leads to another layout, never to an error.

use super::layout::KeyList;
use crate::value::{Keys, Value};
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// How far values can be taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// Not at all: the value is looked up in a dictionary.
    Leaf,
    /// A set, a bit for each element; so many words of 32 bits.
    Set(usize),
    /// A function on this domain, with a shape for each value.
    Function(KeyList, Vec<Shape>),
}

/// The most words that one variable is taken apart into.
const MOST_WORDS: usize = 512;
/// The most elements that sets kept as bits may have between them.
pub(crate) const MOST_ELEMENTS: usize = 4096;

impl Shape {
    /// How many words it takes.
    pub(crate) fn words(&self) -> usize {
        match self {
            Shape::Leaf => 1,
            Shape::Set(words) => *words,
            Shape::Function(_, parts) => parts.iter().map(Shape::words).sum(),
        }
    }

    /// A shape for sets with twice the room; a leaf when they would grow too large.
    pub(crate) fn wider(words: usize) -> Shape {
        if words * 2 * 32 > MOST_ELEMENTS { Shape::Leaf } else { Shape::Set(words * 2) }
    }
}

/// The shape of these values.
pub(crate) fn infer(values: &[&Value]) -> Shape {
    let shape = shape_of(values);
    if shape.words() > MOST_WORDS { Shape::Leaf } else { shape }
}

fn shape_of(values: &[&Value]) -> Shape {
    functions(values).or_else(|| sets(values)).unwrap_or(Shape::Leaf)
}

fn functions(values: &[&Value]) -> Option<Shape> {
    let keys = values.first()?.function_keys()?;
    if keys.is_empty() || keys.len() > MOST_WORDS {
        return None;
    }
    if !values.iter().all(|v| v.function_keys().is_some_and(|k| same_keys(&keys, &k))) {
        return None;
    }
    let list = KeyList::of(&keys)?;
    let mut parts = Vec::with_capacity(keys.len());
    for at in 0..keys.len() {
        let mut inner: Vec<&Value> =
            values.iter().filter_map(|v| v.function_values().map(|values| &values[at])).collect();
        // The same value often stands at a place; what is left to compare is few.
        inner.dedup_by(|a, b| a.same(b));
        parts.push(shape_of(&inner));
    }
    Some(Shape::Function(list, parts))
}

/// Whether two domains are the same.
pub(crate) fn same_keys(a: &Keys, b: &Keys) -> bool {
    match (a, b) {
        (Keys::Sequence(a), Keys::Sequence(b)) => a == b,
        (Keys::Fields(a), Keys::Fields(b)) => Rc::ptr_eq(a, b) || a.names() == b.names(),
        (Keys::Other(a), Keys::Other(b)) => Rc::ptr_eq(a, b) || a.elements() == b.elements(),
        _ => false,
    }
}

fn sets(values: &[&Value]) -> Option<Shape> {
    let mut elements: Vec<&Value> = Vec::new();
    for value in values {
        let set = value.set_elements()?;
        elements.extend(set);
        if elements.len() > 2 * MOST_ELEMENTS {
            elements.sort_unstable();
            elements.dedup();
        }
        if elements.len() > MOST_ELEMENTS / 4 {
            elements.sort_unstable();
            elements.dedup();
            if elements.len() > MOST_ELEMENTS / 4 {
                return None;
            }
        }
    }
    elements.sort_unstable();
    elements.dedup();
    if elements.is_empty() {
        return None;
    }
    // Elements that cannot be compared make an error of what would be none bit by bit.
    let comparable = elements
        .iter()
        .enumerate()
        .all(|(at, a)| elements[..at].iter().all(|b| a.try_cmp(b).is_ok() && a.try_eq(b).is_ok()));
    comparable.then(|| Shape::Set((elements.len() * 2).div_ceil(32).next_power_of_two()))
}
