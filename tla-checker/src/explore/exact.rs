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

use super::seen::{Access, Full, Seen};
use crate::failure::Failure;
use crate::space::{SpaceWorker, State};
use crate::value::Numbers;
use crate::value::fingerprint::Sum;

/// The states that were met.
pub(super) struct Exact {
    numbers: Numbers,
    /// Keys, each with the identity that it was claimed for.
    claims: Seen,
}

/// The keys of a chain, from the one that follows from the fingerprint on.
fn chain(key: u64) -> impl Iterator<Item = u64> {
    let step = move |n: u64| key.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).finalise().max(1);
    std::iter::once(key).chain((1..).map(step))
}

/// The key on a chain beside which an identity stands; none if the chain ends before.
fn find(key: u64, identity: u64, mut look: impl FnMut(u64) -> Option<u64>) -> Option<u64> {
    for key in chain(key) {
        if look(key)? == identity {
            return Some(key);
        }
    }
    None
}

impl Exact {
    /// Nothing met yet, by so many workers.
    pub fn new(workers: usize) -> Self {
        Exact { numbers: Numbers::default(), claims: Seen::new(workers, 1, false) }
    }

    /// What tells a state, or its VIEW, from all others. Never 0.
    ///
    /// # Errors
    /// The VIEW cannot be evaluated, or there are too many values.
    pub fn identity<W: SpaceWorker>(&self, worker: &mut W, state: &State) -> Result<u64, Failure> {
        worker.identity(state, &self.numbers)
    }

    /// The key of the state with this identity, if it was claimed; for who works alone.
    pub fn find(&self, key: u64, identity: u64) -> Option<u64> {
        find(key, identity, |key| self.claims.word(key))
    }

    /// A worker's way in.
    pub fn access(&self) -> Claims<'_> {
        Claims(self.claims.access())
    }
}

/// A worker's way to the claims. They are held while they are used, like the set of seen states. Who waits for
/// one to grow holds neither, and who waits for `seen` at all holds no claims: the other way round may be, so
/// there is an order in which all waiting comes to an end.
pub(super) struct Claims<'e>(Access<'e>);

impl Claims<'_> {
    /// Lets go of the claims.
    pub fn release(&mut self) {
        self.0.release();
    }

    /// Says that a key will be asked for soon.
    #[inline]
    pub fn prefetch(&self, key: u64) {
        self.0.prefetch(key);
    }

    /// The key of the state with this identity, if it was claimed.
    pub fn find(&mut self, key: u64, identity: u64) -> Option<u64> {
        find(key, identity, |key| self.0.word(key))
    }

    /// The key of the state with this identity, which is claimed if it was not. Afterwards `seen` may be
    /// held no more, and these claims not either if the next key of `seen` has to be waited for.
    ///
    /// # Errors
    /// There is no memory for it.
    #[inline]
    pub fn claim(&mut self, seen: &mut Access<'_>, key: u64, identity: u64) -> Result<u64, Full> {
        for key in chain(key) {
            if self.0.is_spent() {
                seen.release();
            }
            if self.0.put(key, identity)? == identity {
                // Somebody may wait to have `seen` grow, and then keeps others from reading it: who waits
                // for that holds no claims, or they could all wait for one another.
                if seen.is_spent() || !seen.is_held() {
                    self.0.release();
                }
                return Ok(key);
            }
        }
        unreachable!("a chain has no end")
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::super::seen::Link;
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn each_identity_has_a_key_of_its_own_and_keeps_it() {
        // Keys that are few, and some that are on the chains of others.
        for bits in [0, 3, 10] {
            let (exact, other) = (Exact::new(1), Seen::new(1, 1, false));
            let (mut claims, mut seen) = (exact.access(), other.access());
            let key = |n: u64| match n % 7 {
                0 => chain(1 + n % 5).nth(1 + n as usize % 3).unwrap(),
                _ => 1 + n % (1 << bits),
            };
            let mut keys = HashMap::new();
            for n in 1..1_000 {
                assert_eq!(claims.find(key(n), n), None);
                let own = claims.claim(&mut seen, key(n), n).unwrap();
                assert_eq!(keys.insert(own, n), None, "a key was given twice");
            }
            for (&own, &n) in &keys {
                assert_eq!(claims.claim(&mut seen, key(n), n), Ok(own));
                assert_eq!(claims.find(key(n), n), Some(own));
            }
            drop(claims);
            assert!(keys.iter().all(|(&own, &n)| exact.find(key(n), n) == Some(own)));
        }
    }

    /// A lock that somebody waits to write to may not be had to read: what is waited for decides, not only
    /// what is held.
    #[test]
    fn claims_are_let_go_of_before_the_seen_states_are_waited_for() {
        let (exact, other) = (Exact::new(2), Seen::new(2, 1, false));
        let (mut claims, mut seen) = (exact.access(), other.access());
        seen.insert(1, Link::INITIAL, 1).unwrap();
        assert!(seen.is_held() && !seen.is_spent());
        // The first claim has to ask for room, and lets go of `seen` for that.
        claims.claim(&mut seen, 2, 2).unwrap();
        assert!(!seen.is_held() && !claims.0.is_held());
        seen.hold();
        claims.claim(&mut seen, 3, 3).unwrap();
        assert!(seen.is_held() && claims.0.is_held());
    }

    /// Eight threads begin with both tables empty, as the workers of a small model do at each level.
    #[test]
    fn many_threads_that_begin_together_all_come_to_an_end() {
        for round in 0..200 {
            let (exact, other) = (Exact::new(8), Seen::new(8, 1, false));
            let start = std::sync::Barrier::new(8);
            std::thread::scope(|scope| {
                for salt in 0..8u64 {
                    let (exact, other, start) = (&exact, &other, &start);
                    scope.spawn(move || {
                        let (mut claims, mut seen) = (exact.access(), other.access());
                        start.wait();
                        for n in 0..150 {
                            seen.hold();
                            let n = 1 + (n * 7 + salt * 31 + round) % 400;
                            let key = claims.claim(&mut seen, n, n).unwrap();
                            seen.insert(key, Link::INITIAL, 1).unwrap();
                            if n % 8 == salt {
                                claims.release();
                                seen.rest();
                            }
                        }
                    });
                }
            });
        }
    }

    /// Both tables grow many times, each while its own and the other's holders work.
    #[test]
    fn threads_that_race_for_keys_agree_and_never_wait_for_one_another() {
        for round in 0..10 {
            let (exact, other) = (Exact::new(3), Seen::new(3, 1, false));
            let all = |salt: u64| {
                let (mut claims, mut seen) = (exact.access(), other.access());
                let mut found = vec![0; 30_000];
                for n in 0..found.len() as u64 {
                    let n = (n * 7 + salt * 10_007) % found.len() as u64;
                    let key = claims.claim(&mut seen, 1 + (n + round) / 3, n + 1).unwrap();
                    seen.insert(key, Link::INITIAL, 1).unwrap();
                    found[n as usize] = key;
                    if n % 100 == salt {
                        claims.release();
                        seen.release();
                    }
                }
                found
            };
            let found: Vec<Vec<u64>> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..3).map(|salt| scope.spawn(move || all(salt))).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(found.iter().all(|one| *one == found[0]));
            let mut keys = found[0].clone();
            keys.sort_unstable();
            keys.dedup();
            assert_eq!(keys.len(), 30_000);
        }
    }
}
