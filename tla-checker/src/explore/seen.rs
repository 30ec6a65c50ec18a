//! The set of states seen, each with the link that traces follow.
//!
//! Enters: 64-bit keys with the [`Link`] of their discovery. Leaves: whether a key is new, and at the
//! end the links. Holds: of the links offered for a key in the level that discovers it the smallest is
//! kept, whatever the order of the offers; later levels change nothing. A level's entries may only be
//! read ([`Seen::link`]) as final once the level has ended.
//!
//! Open addressing with linear probing, in shards with a lock each; a slot is half a cache line.
//! What does not happen here: hashing of states (keys arrive mixed) and deletion.

use crossbeam::utils::CachePadded;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where a state was discovered: ordered, so that the smallest of several can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link {
    /// The key of the state that was expanded; 0 for initial states.
    pub parent: u64,
    /// The action instance, or [`Link::INITIAL`].
    pub instance: u32,
    /// The position among the successors of that state by that instance, or among initial states.
    pub choice: u32,
}

impl Link {
    /// Stands in place of an instance for initial states.
    pub const INITIAL: u32 = u32::MAX;

    /// The link of the initial state generated at `position`.
    pub fn initial(position: u32) -> Self {
        Link { parent: 0, instance: Self::INITIAL, choice: position }
    }

    /// Whether it is an initial state's.
    pub fn is_initial(&self) -> bool {
        self.instance == Self::INITIAL
    }
}

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Insertion {
    /// The key was not there.
    New,
    /// It was discovered in this level by a larger link, of this instance, which is replaced.
    Relinked(u32),
    /// It was there and nothing changes.
    Known,
}

/// The table.
pub(super) struct Seen {
    shards: Box<[CachePadded<Mutex<Shard>>]>,
    shard_bits: u32,
    keep_first: bool,
    /// There is one worker only.
    alone: bool,
}

/// A worker's way into the table.
pub(super) struct Access<'s> {
    seen: &'s Seen,
    held: Vec<MutexGuard<'s, Shard>>,
}

impl Access<'_> {
    /// Takes all locks, for the time of a task, if this is the sole worker's: besides their cost, a lock
    /// for each insertion would keep the processor from overlapping cache misses.
    pub fn hold(&mut self) {
        if self.seen.alone && self.held.is_empty() {
            let lock = |shard: usize| self.seen.shards[shard].lock().unwrap_or_else(PoisonError::into_inner);
            self.held = (0..self.seen.shards.len()).map(lock).collect();
        }
    }

    /// Lets go of them.
    pub fn release(&mut self) {
        self.held.clear();
    }

    /// Inserts a key discovered in `level` (from 1).
    #[inline]
    pub fn insert(&mut self, key: u64, link: Link, level: u32) -> Insertion {
        debug_assert!(level > 0, "level 0 marks free slots");
        let (seen, hash) = (self.seen, spread(key));
        match self.held.get_mut(seen.index(hash)) {
            Some(shard) => shard.insert(hash << seen.shard_bits, key, link, level, seen),
            None => seen.shard(hash).insert(hash << seen.shard_bits, key, link, level, seen),
        }
    }

    /// Whether the key is there.
    pub fn contains(&self, key: u64) -> bool {
        let (seen, hash) = (self.seen, spread(key));
        match self.held.get(seen.index(hash)) {
            Some(shard) => shard.get(hash << seen.shard_bits, key).is_some(),
            None => seen.link(key).is_some(),
        }
    }
}

/// Alignment keeps a slot inside one cache line.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Slot {
    key: u64,
    link: Link,
    /// 0 marks a free slot: levels begin at 1.
    level: u32,
}

const FREE: Slot = Slot { key: 0, link: Link { parent: 0, instance: 0, choice: 0 }, level: 0 };
const FIRST_BITS: u32 = 4;

struct Shard {
    slots: Vec<Slot>,
    bits: u32,
    len: usize,
}

impl Seen {
    /// An empty table for so many workers. `keep_first` keeps the first link instead of the smallest,
    /// for spaces whose meaning depends on the order of evaluation.
    pub fn new(workers: usize, keep_first: bool) -> Self {
        let shard_bits = (workers * 32).next_power_of_two().clamp(64, 4096).trailing_zeros();
        let shard = || CachePadded::new(Mutex::new(Shard::new(FIRST_BITS)));
        Seen {
            shards: (0..1 << shard_bits).map(|_| shard()).collect(),
            shard_bits,
            keep_first,
            alone: workers == 1,
        }
    }

    /// The way to insert, for one worker.
    pub fn access(&self) -> Access<'_> {
        Access { seen: self, held: Vec::new() }
    }

    /// The key's link and level. No [`Access`] may hold the table.
    pub fn link(&self, key: u64) -> Option<(Link, u32)> {
        let hash = spread(key);
        self.shard(hash).get(hash << self.shard_bits, key)
    }

    /// How many keys there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.shards.iter().map(|s| s.lock().unwrap_or_else(PoisonError::into_inner).len).sum()
    }

    #[inline]
    fn shard(&self, hash: u64) -> MutexGuard<'_, Shard> {
        // A thread that panicked ends the run as a whole, so a poisoned shard is only read for what
        // it still says.
        self.shards[self.index(hash)].lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[inline]
    fn index(&self, hash: u64) -> usize {
        (hash >> (64 - self.shard_bits)) as usize
    }
}

/// Fibonacci hashing: the upper bits choose the shard and then the slot. Keys are mixed already; this
/// also spreads keys that were cut to few bits.
#[inline]
fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

impl Shard {
    fn new(bits: u32) -> Self {
        Shard { slots: vec![FREE; 1 << bits], bits, len: 0 }
    }

    /// The slot that holds the key, or the free one where it belongs.
    #[inline]
    fn find(&self, hash: u64, key: u64) -> usize {
        let mask = self.slots.len() - 1;
        let mut at = (hash >> (64 - self.bits)) as usize;
        loop {
            let slot = &self.slots[at & mask];
            if slot.key == key || slot.level == 0 {
                // A free slot has key 0 as well: the caller looks at the level.
                return at & mask;
            }
            at += 1;
        }
    }

    fn get(&self, hash: u64, key: u64) -> Option<(Link, u32)> {
        let slot = &self.slots[self.find(hash, key)];
        (slot.level > 0).then_some((slot.link, slot.level))
    }

    #[inline]
    fn insert(&mut self, hash: u64, key: u64, link: Link, level: u32, table: &Seen) -> Insertion {
        let at = self.find(hash, key);
        let slot = &mut self.slots[at];
        if slot.level == 0 {
            *slot = Slot { key, link, level };
            self.len += 1;
            // Three quarters full at most: a free slot always ends the probing.
            if self.len * 4 > self.slots.len() * 3 {
                self.grow(table.shard_bits);
            }
            return Insertion::New;
        }
        if slot.level == level && link < slot.link && !table.keep_first {
            let old = std::mem::replace(&mut slot.link, link);
            return Insertion::Relinked(old.instance);
        }
        Insertion::Known
    }

    #[cold]
    fn grow(&mut self, shard_bits: u32) {
        let mut larger = Shard::new(self.bits + 1);
        for slot in self.slots.iter().filter(|s| s.level > 0) {
            let at = larger.find(spread(slot.key) << shard_bits, slot.key);
            larger.slots[at] = *slot;
        }
        larger.len = self.len;
        *self = larger;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    fn mix(n: u64) -> u64 {
        let mut z = n.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn link(parent: u64) -> Link {
        Link { parent, instance: parent as u32 & 3, choice: 0 }
    }

    #[test]
    fn a_slot_is_half_a_cache_line() {
        assert_eq!(size_of::<Slot>(), 32);
    }

    #[test]
    fn agrees_with_a_map_whatever_the_keys_look_like() {
        let shapes: [fn(u64) -> u64; 4] = [mix, |n| n, |n| n << 40, |n| mix(n) & 0x3ff];
        for (shape, workers) in shapes.into_iter().flat_map(|s| [(s, 1), (s, 2)]) {
            let seen = Seen::new(workers, false);
            let mut access = seen.access();
            access.hold();
            let mut map: HashMap<u64, (Link, u32)> = HashMap::new();
            for step in 0..20_000 {
                let key = shape(mix(step) % 5_000);
                let (offer, level) = (link(mix(step + 7) % 100), 1 + step as u32 / 4_000);
                let expected = match map.get_mut(&key) {
                    None => {
                        map.insert(key, (offer, level));
                        Insertion::New
                    }
                    Some(old) if old.1 == level && offer < old.0 => {
                        let instance = old.0.instance;
                        old.0 = offer;
                        Insertion::Relinked(instance)
                    }
                    Some(_) => Insertion::Known,
                };
                assert_eq!(access.insert(key, offer, level), expected);
            }
            assert!(access.contains(shape(0)) && !access.contains(u64::MAX));
            drop(access);
            assert_eq!(seen.len(), map.len());
            for (key, entry) in &map {
                assert_eq!(seen.link(*key), Some(*entry));
            }
        }
    }

    #[test]
    fn keeps_the_first_link_when_told_to() {
        let seen = Seen::new(1, true);
        let mut access = seen.access();
        assert_eq!(access.insert(0, link(5), 1), Insertion::New);
        assert_eq!(access.insert(0, link(2), 1), Insertion::Known);
        drop(access);
        assert_eq!(seen.link(0), Some((link(5), 1)));
    }

    #[test]
    fn one_thread_wins_each_key_and_the_smallest_link_stays() {
        const KEYS: u64 = 20_000;
        for round in 0..3 {
            let seen = Seen::new(4, false);
            let new: u64 = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4u64)
                    .map(|thread| {
                        let seen = &seen;
                        scope.spawn(move || {
                            let (mut new, mut access) = (0, seen.access());
                            for n in 0..KEYS {
                                // Each thread walks in another order and offers other links.
                                let key = mix((n * (2 * thread + 1) + thread * 77) % KEYS);
                                let offer = link(mix(key ^ thread ^ round));
                                new += u64::from(access.insert(key, offer, 2) == Insertion::New);
                            }
                            new
                        })
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().expect("no panic")).sum()
            });
            let walked = |key: u64, thread: u64| {
                (0..KEYS).any(|n| mix((n * (2 * thread + 1) + thread * 77) % KEYS) == key)
            };
            assert_eq!(new as usize, seen.len());
            for n in (0..KEYS).step_by(997) {
                let key = mix(n);
                let smallest = (0..4).filter(|&t| walked(key, t)).map(|t| link(mix(key ^ t ^ round))).min();
                assert_eq!(seen.link(key).map(|e| e.0), smallest);
            }
        }
    }

    /// CPU time of this thread: other work on the machine does not show in it.
    fn cpu_seconds() -> f64 {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
        let nanoseconds = text.split(' ').next().and_then(|n| n.parse::<f64>().ok());
        nanoseconds.expect("a number") / 1e9
    }

    #[test]
    #[ignore = "a measurement: cargo test --release -- --ignored --nocapture seen"]
    fn measures_insertions() {
        for (keys, rounds) in [(1u64 << 16, 64u64), (1 << 20, 8), (1 << 22, 4)] {
            let seen = Seen::new(1, false);
            let (start, mut access) = (cpu_seconds(), seen.access());
            access.hold();
            for n in 0..keys * rounds {
                std::hint::black_box(access.insert(mix(n % keys), link(n), 1));
            }
            let seconds = cpu_seconds() - start;
            println!("{keys} keys, {rounds} offers each: {:.1} M/s", (keys * rounds) as f64 / seconds / 1e6);
        }
    }
}
