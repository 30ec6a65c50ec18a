//! The successors of one state, collected before they are judged.
//!
//! Holds: they are in the order in which they were emitted; each knows its layout, as the worker may
//! change its own from one instance to the next.

use super::packed::Packed;
use crate::space::State;

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
    #[inline]
    pub fn push(&mut self, instance: u32, layout: u32, fingerprint: u64, state: &State) {
        let start = self.words.len();
        self.words.extend_from_slice(state);
        self.all.push(Successor { fingerprint, instance, layout, start, end: self.words.len() });
    }

    /// Says that those from `first` on turned out to be of this layout.
    pub fn relabel(&mut self, first: usize, layout: u32) {
        self.all[first..].iter_mut().for_each(|successor| successor.layout = layout);
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
