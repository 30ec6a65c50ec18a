//! A state that was expanded, and its successors, collected before they are judged.
//!
//! Holds: they are in the order in which they were emitted; each knows its layout, as the worker may
//! change its own from one instance to the next.

use super::packed::Packed;
use crate::space::{self, Known, State};

/// A state that was expanded.
#[derive(Debug, Default)]
pub(super) struct Expanded {
    /// Its key.
    pub key: u64,
    /// The state.
    pub parent: Packed,
    /// The layout in which it was judged when it was generated.
    pub judged_in: u32,
    /// The successors that need not be built yet.
    pub known: Vec<Known>,
    /// All others.
    pub successors: Successors,
    /// How many of those are judged.
    pub judged: usize,
    /// How many intermediate states were generated on the way.
    pub intermediate: u64,
}

impl Expanded {
    /// Becomes another state, of which no successor is known yet.
    pub fn restart(&mut self, key: u64, layout: u32, state: &State) {
        self.known.clear();
        self.successors.clear();
        (self.judged, self.intermediate) = (0, 0);
        (self.key, self.judged_in) = (key, layout);
        self.parent.layout = layout;
        self.parent.words.clear();
        self.parent.words.extend_from_slice(state);
    }

    /// Whether it has no successor.
    pub fn is_deadlock(&self) -> bool {
        self.known.is_empty() && self.successors.len() == 0
    }
}

/// A successor among others.
#[derive(Clone, Copy, Debug)]
pub(super) struct Successor {
    /// The fingerprint of the whole state.
    pub fingerprint: u64,
    /// The action instance it comes from.
    pub instance: u32,
    /// What its words mean.
    pub layout: u32,
    start: usize,
    end: usize,
}

/// Successors side by side.
#[derive(Debug, Default)]
pub(super) struct Successors {
    all: Vec<Successor>,
    words: Vec<u32>,
}

impl Successors {
    /// Forgets them, keeps the memory.
    pub fn clear(&mut self) {
        self.all.clear();
        self.words.clear();
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Adds one.
    pub fn push(&mut self, instance: u32, emitted: space::Successor<'_>) {
        let space::Successor { state, fingerprint, layout } = emitted;
        self.add(instance, layout, fingerprint, state.len()).copy_from_slice(state);
    }

    /// Adds one of `width` words, which the caller fills.
    pub fn add(&mut self, instance: u32, layout: u32, fingerprint: u64, width: usize) -> &mut State {
        let start = self.words.len();
        self.words.resize(start + width, 0);
        self.all.push(Successor { fingerprint, instance, layout, start, end: self.words.len() });
        &mut self.words[start..]
    }

    /// The different ones, in the order of their fingerprints: an order that depends on nothing but the
    /// states.
    pub fn distinct(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.all.len()).collect();
        order.sort_by_key(|&at| self.all[at].fingerprint);
        order.dedup_by_key(|at| self.all[*at].fingerprint);
        order
    }

    /// Successor `at`.
    #[inline]
    pub fn get(&self, at: usize) -> Successor {
        self.all[at]
    }

    /// Its state.
    #[inline]
    pub fn state(&self, at: usize) -> &State {
        let Successor { start, end, .. } = self.all[at];
        &self.words[start..end]
    }

    /// Its state, to be kept or converted.
    pub fn packed(&self, at: usize) -> Packed {
        Packed { layout: self.all[at].layout, words: self.state(at).to_vec() }
    }
}
