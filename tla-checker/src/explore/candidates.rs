//! States of the next level that compete for a key.
//!
//! Where several states share a key (a VIEW, or keys cut to few bits) and are first reached in one
//! level, the one with the smallest full fingerprint is kept, ties settled by the link. Which one that
//! is shows only when the level has ended, so they wait here and are settled then. With `--exact` only
//! states of one identity compete; those that share just the key are told apart when they are settled.
//! Holds: the outcome does not depend on the order of the offers.

use super::packed::Packed;
use super::seen::Link;
use rustc_hash::FxHashMap;
use std::collections::hash_map::Entry;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// A state that may be kept.
pub(super) struct Candidate {
    /// The whole state's fingerprint.
    pub fingerprint: u64,
    /// How it was reached.
    pub link: Link,
    /// The state.
    pub state: Packed,
}

/// Winners by key and identity.
pub(super) type Shard = FxHashMap<(u64, u64), Candidate>;

/// The competitors of one level.
pub(super) struct Candidates {
    shards: Vec<Mutex<Shard>>,
    next: AtomicUsize,
}

impl Candidates {
    /// None yet, for so many workers.
    pub fn new(workers: usize) -> Self {
        let shards = (workers * 16).next_power_of_two();
        Candidates { shards: (0..shards).map(|_| Mutex::default()).collect(), next: AtomicUsize::new(0) }
    }

    /// Lets a state of this layout compete for a key, with those of its identity.
    pub fn offer(
        &self,
        (key, identity): (u64, u64),
        fingerprint: u64,
        link: Link,
        layout: u32,
        state: &[u32],
    ) {
        let shard = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & (self.shards.len() - 1);
        let mut shard = self.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
        match shard.entry((key, identity)) {
            Entry::Vacant(place) => {
                let state = Packed { layout, words: state.to_vec() };
                place.insert(Candidate { fingerprint, link, state });
            }
            Entry::Occupied(mut place) => {
                let held = place.get_mut();
                if (fingerprint, link) < (held.fingerprint, held.link) {
                    (held.fingerprint, held.link) = (fingerprint, link);
                    held.state.layout = layout;
                    held.state.words.clear();
                    held.state.words.extend_from_slice(state);
                }
            }
        }
    }

    /// A share of the winners for one worker to settle; `None` when all are taken.
    pub fn take(&self) -> Option<Shard> {
        // Relaxed: the counter only hands out shards, their contents are behind the locks.
        let shard = self.shards.get(self.next.fetch_add(1, Ordering::Relaxed))?;
        Some(std::mem::take(&mut *shard.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Makes the table ready for the next level; only between levels.
    pub fn reset(&self) {
        // Relaxed: the workers learn of the next level through a lock taken after this.
        self.next.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_fingerprint_and_then_link_wins_in_any_order() {
        let offers: [(u64, u32); 5] = [(9, 1), (4, 8), (4, 3), (7, 0), (4, 5)];
        for rotation in 0..offers.len() {
            let candidates = Candidates::new(2);
            for k in 0..offers.len() {
                let (fingerprint, instance) = offers[(k + rotation) % offers.len()];
                let state = [fingerprint as u32, instance];
                let link = Link { parent: 1, instance };
                // Each in another layout, of another width.
                candidates.offer((42, 0), fingerprint, link, instance, &state[..1 + (instance as usize) % 2]);
            }
            let mut winners: Vec<_> = std::iter::from_fn(|| candidates.take()).flatten().collect();
            let ((key, _), winner) = winners.pop().expect("one winner");
            assert!(winners.is_empty());
            assert_eq!((key, winner.fingerprint, winner.link.instance), (42, 4, 3));
            assert_eq!(winner.state, Packed { layout: 3, words: vec![4, 3] });
        }
    }
}
