//! Keys that are never shared: what `--exact` adds to fingerprints.
//!
//! Enters: a key that follows from a fingerprint, and the identity of the state (or of its VIEW): whole
//! values, numbered ([`Numbers`]). Leaves: the key of that state and of no other. Holds: a key is claimed
//! once, for one identity; a state that finds its key taken goes on along a chain of keys that follows
//! from its own, until it finds itself or a free one. Claims are never taken back, so all workers walk a
//! chain the same way, and the rest of the search can go on trusting keys.
//!
//! Which of two states that share a fingerprint comes first on the chain decides nothing but ties
//! between traces of one length. Where keys are cut to few bits the order is that of the whole
//! fingerprints ([`Candidates`](super::candidates::Candidates)); where two states of one level share all
//! 64 bits, it is the order of discovery.

use crate::failure::Failure;
use crate::space::{SpaceWorker, State};
use crate::value::Numbers;
use crate::value::fingerprint::Sum;
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use rustc_hash::FxBuildHasher;

/// The states that were met.
#[derive(Default)]
pub(super) struct Exact {
    numbers: Numbers,
    /// The identity that each key was claimed for.
    claims: DashMap<u64, u64, FxBuildHasher>,
}

/// The keys of a chain, from the one that follows from the fingerprint on.
fn chain(key: u64) -> impl Iterator<Item = u64> {
    let step = move |n: u64| key.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).finalise().max(1);
    std::iter::once(key).chain((1..).map(step))
}

impl Exact {
    /// What tells a state, or its VIEW, from all others.
    ///
    /// # Errors
    /// The VIEW cannot be evaluated, or there are too many values.
    pub fn identity<W: SpaceWorker>(&self, worker: &mut W, state: &State) -> Result<u64, Failure> {
        worker.identity(state, &self.numbers)
    }

    /// The key of the state with this identity, if it was claimed.
    pub fn find(&self, key: u64, identity: u64) -> Option<u64> {
        for key in chain(key) {
            match self.claims.get(&key).map(|held| *held) {
                Some(held) if held == identity => return Some(key),
                Some(_) => {}
                None => return None,
            }
        }
        None
    }

    /// The key of the state with this identity, which is claimed if it was not.
    pub fn claim(&self, key: u64, identity: u64) -> u64 {
        // Nearly all states that are generated were met before.
        if let Some(known) = self.find(key, identity) {
            return known;
        }
        for key in chain(key) {
            match self.claims.entry(key) {
                Entry::Occupied(entry) if *entry.get() == identity => return key,
                Entry::Occupied(_) => {}
                Entry::Vacant(entry) => {
                    entry.insert(identity);
                    return key;
                }
            }
        }
        unreachable!("a chain has no end")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn each_identity_has_a_key_of_its_own_and_keeps_it() {
        // Keys that are few, and some that are on the chains of others.
        for bits in [0, 3, 10] {
            let exact = Exact::default();
            let key = |n: u64| match n % 7 {
                0 => chain(1 + n % 5).nth(1 + n as usize % 3).unwrap(),
                _ => 1 + n % (1 << bits),
            };
            let mut keys = HashMap::new();
            for n in 1..1_000 {
                assert_eq!(exact.find(key(n), n), None);
                let own = exact.claim(key(n), n);
                assert_eq!(keys.insert(own, n), None, "a key was given twice");
            }
            for (own, n) in keys {
                assert_eq!((exact.claim(key(n), n), exact.find(key(n), n)), (own, Some(own)));
            }
        }
    }

    #[test]
    fn threads_that_race_for_a_key_agree() {
        for round in 0..20 {
            let exact = Exact::default();
            let all = |reverse: bool| -> Vec<u64> {
                let mut identities: Vec<u64> = (1..200).collect();
                if reverse {
                    identities.reverse();
                }
                let mut found: Vec<_> =
                    identities.into_iter().map(|n| (n, exact.claim(1 + (n + round) % 3, n))).collect();
                found.sort_unstable();
                found.into_iter().map(|(_, key)| key).collect()
            };
            let (mut one, other) = std::thread::scope(|scope| {
                let other = scope.spawn(|| all(true));
                (all(false), other.join().unwrap())
            });
            assert_eq!(one, other);
            one.sort_unstable();
            one.dedup();
            assert_eq!(one.len(), 199);
        }
    }
}
