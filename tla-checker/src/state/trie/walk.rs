//! Looking states up in a trie: what is known of an evaluation, and where something is missing.
//!
//! Enters: a packed state (for a predicate of steps, two side by side). Leaves: in a [`Walk`], the payloads of
//! the leaves that were reached, and the branches that lead to each place where nothing is known. Holds: of
//! branches of which one is enough, what comes after one that is not known is not looked at: it may hold. Of
//! a successor of a state that satisfies the predicate only the branches are followed that may have changed.

use super::{ENDED, Each, FAILS, NOTHING, Node, ROOT, Trie};
use crate::canary::{Rule, without};
use crate::state::store::Store;
use std::cell::Cell;

/// What a walk found, reused from one to the next.
#[derive(Default)]
pub(crate) struct Walk {
    /// The payloads of the leaves that were reached.
    pub payloads: Vec<u32>,
    /// The branches taken to each place where nothing is known yet.
    pub missing: Vec<Vec<u32>>,
    path: Vec<u32>,
    /// Whether what was found depends on more than the first state of a step.
    beyond: bool,
}

impl Walk {
    /// The truth of the predicate that was looked up; none where not all of it is known.
    #[inline]
    pub fn truth(&self) -> Option<bool> {
        self.missing.is_empty().then(|| !self.payloads.contains(&FAILS))
    }
}

/// The words in which two states differ, as bits of a [`Footprint`].
#[inline]
pub(crate) fn changed(a: &[u32], b: &[u32]) -> u64 {
    let mut bits = 0u64;
    for (at, (a, b)) in a.chunks(8).zip(b.chunks(8)).enumerate() {
        // Most are the same, and many are compared at once.
        if a != b {
            let differ = |bits, (a, b): (&u32, &u32)| bits >> 1 | u64::from(a != b) << 7;
            let eight = a.iter().zip(b).fold(0, differ) >> (8 - a.len());
            bits |= eight << (at * 8 % 64);
        }
    }
    bits
}

impl Trie {
    /// Looks a state up; `found` is overwritten.
    #[inline]
    pub fn walk(&self, store: &Store, words: &[u32], found: &mut Walk) {
        found.payloads.clear();
        found.missing.clear();
        found.path.clear();
        self.from::<false>(ROOT, store, words, found);
    }

    /// Looks a step up: two states, side by side. What does not hold of the first, whatever the second, is
    /// noted until another first one comes.
    #[inline]
    pub fn walk_step(&mut self, store: &Store, words: &[u32], found: &mut Walk) {
        let first = &words[..words.len() / 2];
        if self.parent != first {
            self.parent.clear();
            self.parent.extend_from_slice(first);
            self.epoch = self.epoch.wrapping_add(1);
            if self.epoch == 0 {
                self.epoch = 1;
                self.refuted.clear();
            }
        }
        if self.refuted.len() < self.pool.len() {
            self.refuted.resize(self.pool.len(), Cell::new(0));
        }
        found.payloads.clear();
        found.missing.clear();
        found.path.clear();
        self.from::<true>(ROOT, store, words, found);
    }

    /// Follows all branches from a place; false when nothing after them matters.
    fn from<const STEP: bool>(&self, at: u32, store: &Store, words: &[u32], found: &mut Walk) -> bool {
        let at = self.end_of::<STEP>(at, store, words, &mut found.beyond);
        if at & ENDED != 0 {
            let payload = at & !ENDED;
            if payload != NOTHING {
                found.payloads.push(payload);
            }
            return payload != FAILS;
        }
        if at != 0 {
            match self.nodes[at as usize] {
                Node::Fork { start, len, .. } => {
                    for branch in 0..len {
                        found.path.push(branch);
                        if !self.from::<STEP>(self.pool[(start + branch) as usize], store, words, found) {
                            return false;
                        }
                        found.path.pop();
                    }
                    return true;
                }
                Node::Any { start, len } => return self.any::<STEP>(start, len, store, words, found),
                Node::Each(each) => {
                    let Each { first, branches, dead, .. } = &self.eaches[each as usize];
                    for (at, dead) in (0u32..).zip(dead) {
                        let mut bits = words[(first + at) as usize] & !dead;
                        while bits != 0 {
                            let element = at * 32 + bits.trailing_zeros();
                            bits &= bits - 1;
                            found.path.push(element);
                            let next = branches.get(element as usize).copied().unwrap_or(0);
                            if !self.from::<STEP>(next, store, words, found) {
                                return false;
                            }
                            found.path.pop();
                        }
                    }
                    return true;
                }
                _ => {}
            }
        }
        found.missing.push(found.path.clone());
        true
    }

    /// Follows branches, of which one is enough, until one holds or is not known; false when none holds.
    fn any<const STEP: bool>(
        &self,
        start: u32,
        len: u32,
        store: &Store,
        words: &[u32],
        found: &mut Walk,
    ) -> bool {
        let (depth, leaves, open) = (found.path.len(), found.payloads.len(), found.missing.len());
        for branch in 0..len {
            let at = (start + branch) as usize;
            if STEP && self.refuted[at].get() == self.epoch {
                continue;
            }
            found.path.push(branch);
            let beyond = std::mem::take(&mut found.beyond);
            let holds = self.from::<STEP>(self.pool[at], store, words, found);
            found.path.truncate(depth);
            let own = found.beyond;
            found.beyond |= beyond;
            if holds || found.missing.len() > open {
                return true;
            }
            // That it does not hold says nothing yet.
            found.payloads.truncate(leaves);
            if STEP && (!own || without(Rule::Beyond)) {
                self.refuted[at].set(self.epoch);
            }
        }
        found.payloads.push(FAILS);
        false
    }

    /// Looks up a successor of a state that satisfies the predicate, from which it differs in these words:
    /// what cannot have changed is left out.
    #[inline]
    pub fn walk_changed(&self, store: &Store, from: &[u32], words: &[u32], changed: u64, found: &mut Walk) {
        found.payloads.clear();
        found.missing.clear();
        found.path.clear();
        self.changed_branches(ROOT, store, from, words, changed, found);
    }

    /// Follows the branches from a place that may have changed; false when nothing after them matters.
    fn changed_branches(
        &self,
        at: u32,
        store: &Store,
        from: &[u32],
        words: &[u32],
        changed: u64,
        found: &mut Walk,
    ) -> bool {
        if at & ENDED != 0 {
            return self.from::<false>(at, store, words, found);
        }
        match self.nodes[at as usize] {
            Node::Fork { start, len, words: first } => {
                let footprints = &self.footprints[first as usize..(first + len) as usize];
                for (branch, footprint) in (0u32..).zip(footprints) {
                    if footprint & changed == 0 {
                        continue;
                    }
                    found.path.push(branch);
                    let next = self.pool[(start + branch) as usize];
                    if !self.changed_branches(next, store, from, words, changed, found) {
                        return false;
                    }
                    found.path.pop();
                }
                true
            }
            Node::Each(each) => {
                let Each { first, branches, dead, footprints } = &self.eaches[each as usize];
                for (at, dead) in (0u32..).zip(dead) {
                    let mut bits = words[(first + at) as usize] & !dead;
                    let old = from[(first + at) as usize];
                    while bits != 0 {
                        let bit = bits.trailing_zeros();
                        let (element, is_new) = (at * 32 + bit, old >> bit & 1 == 0);
                        bits &= bits - 1;
                        let footprint = footprints.get(element as usize).copied().unwrap_or(u64::MAX);
                        if !is_new && footprint & changed == 0 {
                            continue;
                        }
                        found.path.push(element);
                        let next = branches.get(element as usize).copied().unwrap_or(0);
                        let goes_on = if is_new {
                            self.from::<false>(next, store, words, found)
                        } else {
                            self.changed_branches(next, store, from, words, changed, found)
                        };
                        if !goes_on {
                            return false;
                        }
                        found.path.pop();
                    }
                }
                true
            }
            _ => self.from::<false>(at, store, words, found),
        }
    }
}
