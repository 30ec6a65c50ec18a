//! The names that are bound around a place: parameters, bound identifiers, LET definitions.
//!
//! Holds: the innermost meaning of a name is found in constant time, however many names there are; a
//! name's outer meaning comes back when the scope is cut back.

use super::Entity;
use crate::ast::Symbol;
use rustc_hash::FxHashMap;

/// Names and what they stand for, innermost last.
#[derive(Default)]
pub(super) struct Scope {
    /// With each, where the same name stands further out.
    names: Vec<(Symbol, Entity, Option<u32>)>,
    innermost: FxHashMap<Symbol, u32>,
}

impl Scope {
    pub(super) fn push(&mut self, (name, entity): (Symbol, Entity)) {
        let outer = self.innermost.insert(name.clone(), self.names.len() as u32);
        self.names.push((name, entity, outer));
    }

    /// Cuts back to the first so many names.
    pub(super) fn truncate(&mut self, len: usize) {
        while self.names.len() > len {
            let Some((name, _, outer)) = self.names.pop() else { return };
            match outer {
                Some(at) => self.innermost.insert(name, at),
                None => self.innermost.remove(&name),
            };
        }
    }

    /// Cuts back, and answers what was cut off.
    pub(super) fn split_off(&mut self, len: usize) -> Vec<(Symbol, Entity)> {
        let cut = self.names[len.min(self.names.len())..].iter().map(|(n, e, _)| (n.clone(), *e)).collect();
        self.truncate(len);
        cut
    }

    pub(super) fn extend(&mut self, names: Vec<(Symbol, Entity)>) {
        names.into_iter().for_each(|name| self.push(name));
    }

    pub(super) fn lookup(&self, name: &str) -> Option<Entity> {
        self.innermost.get(name).map(|&at| self.names[at as usize].1)
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&Symbol, Entity)> {
        self.names.iter().map(|(name, entity, _)| (name, *entity))
    }
}
