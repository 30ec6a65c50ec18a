//! Which words the conjuncts of a predicate read: what need not be asked again of a successor.
//!
//! Enters: the footprints of the branches of a predicate, as they are learned. Leaves: for every worker's
//! trie, the words that each branch may read. Holds: a state that is expanded satisfies the predicate, and
//! whoever found that out had noted every word that decided it before the state was handed on. So a
//! branch of which no word has changed from a state to its successor holds there too, by induction over
//! the behaviour: the last state in it at which the branch was evaluated agrees on every word that was
//! read then. That is why all workers share what they note, why it only grows, and why it is given up
//! ([`Footprints::spoil`]) once a state is found to satisfy the predicate in another way. Words are those
//! of one layout: a state that was judged in another layout says nothing.

use crate::canary::{Rule, without};
use crate::state::{Footprint, Trie};
use rustc_hash::FxHashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What is known of a predicate in a layout.
#[derive(Default)]
pub(super) struct Footprints {
    /// Counts the changes of `known`.
    version: AtomicU64,
    known: Mutex<FxHashMap<Box<[u32]>, u64>>,
}

/// The version after which footprints are of no use.
const SPOILT: u64 = u64::MAX;

impl Footprints {
    fn known(&self) -> MutexGuard<'_, FxHashMap<Box<[u32]>, u64>> {
        // A panic elsewhere ends the run; the map is whole at any time.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds what an evaluation has read.
    pub fn widen(&self, read: &[Footprint]) {
        let mut known = self.known();
        let mut changed = false;
        for (branch, words) in read {
            match known.get_mut(branch.as_slice()) {
                Some(held) => {
                    if without(Rule::Widen) {
                        continue;
                    }
                    changed |= *words & !*held != 0;
                    *held |= words;
                }
                None => {
                    known.insert(branch.as_slice().into(), *words);
                    changed = true;
                }
            }
        }
        if changed && self.version.load(Ordering::Relaxed) != SPOILT {
            // Release: pairs with the load in `update`.
            self.version.fetch_add(1, Ordering::Release);
        }
    }

    /// From now on nothing follows from what a state was: one satisfied the predicate, and it is not
    /// known what that depended on.
    pub fn spoil(&self) {
        if self.version.load(Ordering::Relaxed) == SPOILT || without(Rule::Spoil) {
            return;
        }
        let _known = self.known();
        // Release: pairs with the load in `update`.
        self.version.store(SPOILT, Ordering::Release);
    }

    /// Brings a worker's trie up to date; false when footprints are of no use.
    #[inline]
    pub fn update(&self, version: &mut u64, trie: &mut Trie) -> bool {
        // Acquire: a state comes here after what was noted about it, through the lock of the frontier or
        // the worker's own hands, so it is seen here, and with it what belongs to it.
        let current = self.version.load(Ordering::Acquire);
        if current != *version {
            self.catch_up(version, trie);
        }
        *version != SPOILT
    }

    #[cold]
    fn catch_up(&self, version: &mut u64, trie: &mut Trie) {
        let known = self.known();
        *version = self.version.load(Ordering::Relaxed);
        for (branch, &words) in known.iter() {
            trie.set_footprint(branch, words);
        }
    }
}
