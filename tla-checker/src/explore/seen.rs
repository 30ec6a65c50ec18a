//! The set of states seen, each with the link that traces follow.
//!
//! Enters: 64-bit keys with the [`Link`] of their discovery. Leaves: whether a key is new, and at the
//! end where it came from ([`Origin`]). Holds: of the links offered for a key in the level that
//! discovers it the smallest is kept, whatever the order of the offers; later levels change nothing, and
//! the [`Insertion`]s credit that link alone, in sum. A level's entries may only be read as final once
//! the level has ended.
//!
//! A state costs two words: its key and a note, which is, complemented (a fresh slot is 0), the level
//! (20 bits), the upper bits of the parent's spread key and the instance (12 bits, or as many as there
//! are instances for). So an earlier level is a larger note, and in a level so is a smaller link: an
//! atomic maximum decides. The parent's key is not all there; the states of the level before with those
//! bits are found again by [`Seen::parents`], and the replay of a trace decides between them, if there
//! are ever several.
//!
//! Workers share the table and hold it ([`Access::hold`]) while they work; it grows when all have let go
//! of it, in the middle of a level too. Where its size is bounded, keys go on to sorted runs on disk
//! (`seen/spill.rs`) between two parts of a level. What does not happen here: hashing of states (keys
//! arrive mixed) and deletion.

mod region;
mod run;
mod runs;
mod spill;
mod table;

pub(super) use run::SortedRun;
pub(super) use spill::Debt;

use super::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use super::sync::{RwLock, RwLockReadGuard};
use runs::Runs;
use serde::{Deserialize, Serialize};
use spill::lines_for;
use std::sync::{Mutex, PoisonError};
pub(super) use table::spread;
use table::{LINE, Table};

/// Where a state was discovered: ordered, so that the smallest of several can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Link {
    /// The key of the state that was expanded; 0 for initial states.
    pub parent: u64,
    /// The action instance, or [`Link::INITIAL`]'s.
    pub instance: u32,
}

impl Link {
    /// The link of initial states.
    pub const INITIAL: Link = Link { parent: 0, instance: u32::MAX };
}

/// What is still known of a state's smallest link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    /// The state's level; initial states are of level 1. The last one, [`SATURATED`], stands for all
    /// after it too.
    pub level: u32,
    /// The upper bits of the parent's spread key.
    prefix: u64,
    /// The action instance; without meaning for initial states.
    pub instance: u32,
}

/// The largest level that is told from others. One less than there is room for, so that no note is 0.
pub(super) const SATURATED: u32 = (1 << 20) - 2;

/// What became of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Insertion {
    /// The key was not there: exactly one of its inserters is told so.
    pub new: bool,
    /// The link is the key's smallest so far, and counts.
    pub gained: bool,
    /// The instance of the link that counted before and does no more.
    pub lost: Option<u32>,
}

/// There is no memory for more keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Full;

/// The set.
pub(super) struct Seen {
    table: RwLock<Table>,
    /// How many keys there are, and how many the workers may add without asking.
    taken: AtomicUsize,
    instance_bits: u32,
    workers: usize,
    keep_first: bool,
    /// How many lines to reserve addresses for.
    reserved: usize,
    /// How many keys the table is to have at most, more or less.
    most: usize,
    /// Whether it has them.
    crowded: AtomicBool,
    /// What was written to disk, and whether some of it is no longer in the table.
    runs: Mutex<Runs>,
    cleared: AtomicBool,
    /// The level of the candidates when the table was last written to a run; 0 before.
    spilled: AtomicU32,
}

/// A worker's way into the set.
pub(super) struct Access<'s> {
    seen: &'s Seen,
    held: Option<RwLockReadGuard<'s, Table>>,
    /// How many keys may be added before asking again.
    allowance: usize,
}

/// For how many notes the level is above the link.
const LINK_BITS: u32 = 44;

/// How many lines to reserve addresses for: 256 GiB.
#[cfg(target_pointer_width = "64")]
const RESERVED: usize = 1 << 32;
#[cfg(not(target_pointer_width = "64"))]
const RESERVED: usize = 0;

impl Seen {
    /// An empty set for so many workers and instances. `keep_first` keeps the first link instead of the
    /// smallest, for spaces whose meaning depends on the order of evaluation.
    pub fn new(workers: usize, instances: usize, keep_first: bool) -> Self {
        let instance_bits = instances.next_power_of_two().trailing_zeros().clamp(12, 32);
        Seen {
            table: RwLock::new(Table::default()),
            taken: AtomicUsize::new(0),
            instance_bits,
            workers,
            keep_first,
            reserved: RESERVED,
            most: usize::MAX,
            crowded: AtomicBool::new(false),
            runs: Mutex::default(),
            cleared: AtomicBool::new(false),
            spilled: AtomicU32::new(0),
        }
    }

    /// The way in, for one worker.
    pub fn access(&self) -> Access<'_> {
        Access { seen: self, held: None, allowance: 0 }
    }

    /// The word beside a key ([`Access::put`]).
    pub fn word(&self, key: u64) -> Option<u64> {
        word(&self.read(), key)
    }

    /// How many keys there are; exact while there is no [`Access`].
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.taken.load(Ordering::Relaxed)
    }

    fn read(&self) -> RwLockReadGuard<'_, Table> {
        // A thread that panicked ends the run as a whole; the table is never left half changed, since
        // nothing that grows it panics.
        self.table.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn parent_bits(&self) -> u32 {
        LINK_BITS - self.instance_bits
    }

    #[inline]
    fn pack(&self, link: Link, level: u32) -> u64 {
        let parent = spread(link.parent) >> (64 - self.parent_bits());
        let instance = u64::from(link.instance) & ((1 << self.instance_bits) - 1);
        let instance = if link == Link::INITIAL { 0 } else { instance };
        !(u64::from(level.min(SATURATED)) << LINK_BITS | parent << self.instance_bits | instance)
    }

    fn unpack(&self, note: u64) -> Origin {
        let link = !note;
        Origin {
            level: (link >> LINK_BITS) as u32,
            prefix: (link & ((1 << LINK_BITS) - 1)) >> self.instance_bits,
            instance: (link & ((1 << self.instance_bits) - 1)) as u32,
        }
    }

    /// How many keys a worker may add at a time: few in sum, compared with the smallest table.
    fn batch(&self) -> usize {
        let batch = if self.workers == 1 { 1024 } else { 64 };
        batch.min(self.most / (8 * self.workers)).max(1)
    }

    /// Has the table grow for so many keys more; nobody holds it.
    fn make_room(&self, more: usize) -> Result<(), Full> {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let lines = lines_for(self.taken.load(Ordering::Relaxed) + more + self.batch());
        if lines > table.size() {
            table.grow(lines, self.reserved, self.workers).map_err(|_| Full)?;
        }
        Ok(())
    }

    /// Lets a worker that does not hold the table add a batch of keys; the table grows for it if need be.
    #[cold]
    fn allow(&self) -> Result<usize, Full> {
        let batch = self.batch();
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        let wanted = self.taken.load(Ordering::Relaxed) + batch;
        if wanted > self.most {
            // There is a bit of room until all workers have noticed.
            self.crowded.store(true, Ordering::Relaxed);
        }
        let most = if self.most < usize::MAX { lines_for(self.most) } else { usize::MAX };
        while wanted > limit(table.size()) && (table.size() < most || wanted > tight(table.size())) {
            let size = larger(table.size()).max(self.workers * 64);
            // A step that is much smaller than an eighth cannot be made in place, so the last one is not.
            let last = table.size() < most && size > most / 9 * 8;
            let size = if last { most } else { size };
            table.grow(size, self.reserved, self.workers).map_err(|_| Full)?;
        }
        self.taken.fetch_add(batch, Ordering::Relaxed);
        Ok(batch)
    }
}

fn word(table: &Table, key: u64) -> Option<u64> {
    table.find(key).map(|slot| slot.note.load(Ordering::Relaxed)).filter(|&word| word != 0)
}

/// How many slots of so many lines may be taken: beyond, probing takes long.
fn limit(lines: usize) -> usize {
    lines * LINE / 5 * 4
}

/// How many slots may be taken for a short time.
fn tight(lines: usize) -> usize {
    lines * LINE / 16 * 15
}

/// The next size, in lines. Large tables grow by little, as memory is what ends large searches.
fn larger(lines: usize) -> usize {
    if lines < 1 << 20 { (lines * 2).max(1024) } else { lines + lines / 8 }
}

impl Access<'_> {
    /// Holds the table: it does not grow until it is released, which has to be soon.
    pub fn hold(&mut self) {
        self.held.get_or_insert_with(|| self.seen.read());
    }

    /// Whether it holds the table.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Lets go of the table.
    pub fn release(&mut self) {
        self.held = None;
    }

    /// Says that a key will be asked for soon.
    #[inline]
    pub fn prefetch(&self, key: u64) {
        if let Some(table) = &self.held {
            table.prefetch(key);
        }
    }

    /// The note of a state discovered in `level` from this parent by instance 0; by another one it is less
    /// by its number.
    #[inline]
    pub fn note(&self, parent: u64, level: u32) -> u64 {
        self.seen.pack(Link { parent, instance: 0 }, level)
    }

    /// Whether it shows at first sight that an insertion with this note would change nothing.
    #[inline(always)]
    pub fn is_settled(&self, key: u64, note: u64) -> bool {
        let slot = self.held.as_ref().and_then(|table| table.at_home(key));
        // Relaxed, as in `insert`.
        slot.is_some_and(|slot| slot.note.load(Ordering::Relaxed) >= note)
    }

    /// Inserts a key discovered in `level` (from 1). Holds the table.
    ///
    /// # Errors
    /// There is no memory for it.
    #[inline]
    pub fn insert(&mut self, key: u64, link: Link, level: u32) -> Result<Insertion, Full> {
        debug_assert!(level > 0, "a note is never 0");
        if self.allowance == 0 {
            self.ask()?;
        }
        self.hold();
        let (seen, alone) = (self.seen, self.seen.workers == 1);
        let Some((slot, new)) = self.held.as_ref().and_then(|table| table.claim(key, alone)) else {
            return Err(Full);
        };
        self.allowance -= usize::from(new);
        let note = seen.pack(link, level);
        // A plain look first: nearly all keys that are there are of a level before.
        let mut held = slot.note.load(Ordering::Relaxed);
        if new || (held < note && !seen.keep_first && level < SATURATED) {
            if alone {
                slot.note.store(note, Ordering::Relaxed);
            } else {
                // Relaxed: the maximum is all that counts; who reads it as final meets the writers at
                // a lock first.
                held = slot.note.fetch_max(note, Ordering::Relaxed);
            }
            let gained = held < note;
            let lost = (gained && held != 0).then(|| seen.unpack(held).instance);
            return Ok(Insertion { new, gained, lost });
        }
        Ok(Insertion { new, gained: false, lost: None })
    }

    /// Puts a key with its note, or raises the note: while a checkpoint is read.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn restore(&mut self, spread_key: u64, note: u64) -> Result<(), Full> {
        if self.allowance == 0 {
            self.ask()?;
        }
        self.hold();
        let key = table::unspread(spread_key);
        let slot = self.held.as_ref().and_then(|table| table.claim(key, self.seen.workers == 1));
        let (slot, new) = slot.ok_or(Full)?;
        self.allowance -= usize::from(new);
        slot.note.fetch_max(note, Ordering::Relaxed);
        Ok(())
    }

    /// Gives back what may be added without asking, and lets go of the table.
    pub fn rest(&mut self) {
        self.release();
        self.seen.taken.fetch_sub(std::mem::take(&mut self.allowance), Ordering::Relaxed);
    }

    /// Whether the key is there. Holds the table.
    #[inline]
    pub fn contains(&mut self, key: u64) -> bool {
        self.hold();
        self.held.as_ref().is_some_and(|table| table.find(key).is_some())
    }

    /// The word beside a key. Holds the table.
    #[inline]
    pub fn word(&mut self, key: u64) -> Option<u64> {
        self.hold();
        self.held.as_ref().and_then(|table| word(table, key))
    }

    /// Puts a word beside a key, in the place of a link, unless one stands there; answers the one that
    /// does from now on. A set has links or words, not both; no word is 0. Holds the table.
    ///
    /// # Errors
    /// There is no memory for it.
    #[inline]
    pub fn put(&mut self, key: u64, word: u64) -> Result<u64, Full> {
        debug_assert!(word != 0, "0 is the word of nobody");
        if self.allowance == 0 {
            self.ask()?;
        }
        self.hold();
        let alone = self.seen.workers == 1;
        let Some((slot, new)) = self.held.as_ref().and_then(|table| table.claim(key, alone)) else {
            return Err(Full);
        };
        self.allowance -= usize::from(new);
        let held = slot.note.load(Ordering::Relaxed);
        if held != 0 {
            return Ok(held);
        }
        // Relaxed: the word is all there is to know, and who comes first decides.
        let first = slot.note.compare_exchange(0, word, Ordering::Relaxed, Ordering::Relaxed);
        Ok(first.map_or_else(|held| held, |_| word))
    }

    /// Whether the next key may have to wait until every worker has let go of the table. Who holds
    /// another one lets go of that first: somebody may wait for it.
    #[inline]
    pub fn is_spent(&self) -> bool {
        self.allowance == 0
    }

    #[cold]
    fn ask(&mut self) -> Result<(), Full> {
        let (seen, batch) = (self.seen, self.seen.batch());
        self.hold();
        let size = self.held.as_ref().map_or(0, |table| table.size());
        let taken = seen.taken.fetch_add(batch, Ordering::Relaxed);
        self.allowance = batch;
        if taken + batch > limit(size).min(seen.most) {
            seen.taken.fetch_sub(batch, Ordering::Relaxed);
            self.allowance = 0;
            self.release();
            self.allowance = seen.allow()?;
        }
        Ok(())
    }
}

impl Drop for Access<'_> {
    fn drop(&mut self) {
        self.seen.taken.fetch_sub(self.allowance, Ordering::Relaxed);
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
        Link { parent, instance: parent as u32 & 3 }
    }

    fn unspread(spread_key: u64) -> u64 {
        let key = table::unspread(spread_key);
        assert_eq!(spread(key), spread_key);
        key
    }

    /// What decides between links of one level.
    fn rank(link: Link) -> (u64, u32) {
        (spread(link.parent) >> 32, link.instance)
    }

    #[test]
    fn agrees_with_a_map_whatever_the_keys_look_like() {
        let shapes: [fn(u64) -> u64; 6] = [
            mix,
            |n| n + 1,
            |n| (n + 1) << 40,
            |n| (mix(n) & 0x3ff) + 1,
            // All at home in the last slot, or in the first: clusters that reach over the end.
            |n| unspread(u64::MAX - n % 1500),
            |n| unspread(1 + n % 1500),
        ];
        for (shape, workers) in shapes.into_iter().flat_map(|s| [(s, 1), (s, 2)]) {
            let seen = Seen { reserved: 1 << 12, ..Seen::new(workers, 5, false) };
            let mut access = seen.access();
            let mut map: HashMap<u64, (Link, u32)> = HashMap::new();
            let mut credits = HashMap::<u32, i64>::new();
            for step in 0..60_000 {
                let key = shape(mix(step) % 20_000);
                let (offer, level) = (link(mix(step + 7) % 100), 1 + step as u32 / 12_000);
                let (new, gained) = match map.get_mut(&key) {
                    None => {
                        map.insert(key, (offer, level));
                        (true, true)
                    }
                    Some(old) if old.1 == level && rank(offer) < rank(old.0) => {
                        old.0 = offer;
                        (false, true)
                    }
                    Some(_) => (false, false),
                };
                let inserted = access.insert(key, offer, level).unwrap();
                assert_eq!((inserted.new, inserted.gained), (new, gained));
                *credits.entry(offer.instance).or_default() += i64::from(gained);
                inserted.lost.into_iter().for_each(|i| *credits.entry(i).or_default() -= 1);
            }
            for n in 0..20_000 {
                assert_eq!(access.contains(shape(n)), map.contains_key(&shape(n)));
            }
            drop(access);
            assert_eq!((seen.len(), seen.read().len()), (map.len(), map.len()));
            for (&key, &(link, level)) in &map {
                let origin = seen.origin(key).unwrap().expect("there");
                let expected = Origin { level, prefix: rank(link).0, instance: link.instance };
                assert_eq!(origin, expected);
            }
            for instance in 0..4 {
                let count = map.values().filter(|(link, _)| link.instance == instance).count();
                assert_eq!(credits.get(&instance).copied().unwrap_or(0), count as i64);
            }
        }
    }

    #[test]
    fn parents_are_found_by_what_is_left_of_their_keys() {
        for (instances, cut) in [(1, 0), (4096, 44), (5000, 0), (1 << 20, 20)] {
            let seen = Seen::new(1, instances, false);
            let mut access = seen.access();
            let key = |n: u64, level: u32| (mix(n * 1000 + u64::from(level)) >> cut).max(1);
            let mut first = HashMap::new();
            for level in 1..200 {
                for n in 0..100 {
                    let parent = if level == 1 { 0 } else { key(n * 7 % 100, level - 1) };
                    let instance = if level == 1 { 0 } else { n as u32 * 31 % instances as u32 };
                    let link = if level == 1 { Link::INITIAL } else { Link { parent, instance } };
                    if access.insert(key(n, level), link, level).unwrap().new {
                        first.insert(key(n, level), (parent, instance, level));
                    }
                }
            }
            drop(access);
            let (mut exact, mut several) = (0, 0);
            for (key, (parent, instance, level)) in first {
                let origin = seen.origin(key).unwrap().expect("there");
                assert_eq!(origin.level, level);
                let parents = seen.parents(origin).unwrap();
                let fits = |&p: &u64| spread(p) >> (64 - seen.parent_bits()) == origin.prefix;
                assert!(parents.is_sorted() && parents.iter().all(fits));
                // Cut keys are met again: in a later level, or by a smaller link of the same.
                let whole = cut == 0 || seen.origin(parent).unwrap().is_some_and(|p| p.level == level - 1);
                if level > 1 && fits(&parent) && whole {
                    assert!(parents.contains(&parent) && origin.instance == instance);
                    exact += 1;
                }
                several += usize::from(parents.len() > 1);
            }
            assert!(exact > 19_000 && several < 400, "{exact} and {several}");
        }
    }

    #[test]
    fn keeps_the_first_link_when_told_to_and_when_levels_are_used_up() {
        for (keep_first, level) in [(true, 1), (false, SATURATED), (false, u32::MAX)] {
            let seen = Seen::new(1, 1, keep_first);
            let mut access = seen.access();
            assert!(access.insert(9, link(6), level).unwrap().new);
            let again = access.insert(9, link(2), level).unwrap();
            assert_eq!(again, Insertion { new: false, gained: false, lost: None });
            drop(access);
            let origin = seen.origin(9).unwrap().expect("there");
            assert_eq!((origin.instance, origin.level), (2, level.min(SATURATED)));
        }
    }

    #[test]
    fn one_thread_wins_each_key_and_the_smallest_link_stays() {
        const KEYS: u64 = 20_000;
        for (round, reserved) in [(0, RESERVED), (1, RESERVED), (2, 0), (3, 0)] {
            let seen = Seen { reserved, ..Seen::new(4, 4, false) };
            let walk = |thread: u64, n: u64| mix((n * (2 * thread + 1) + thread * 77) % KEYS);
            let offer = |key: u64, thread: u64| link(mix(key ^ thread ^ round) >> 8);
            let (new, credits) = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..4u64)
                    .map(|thread| {
                        let seen = &seen;
                        scope.spawn(move || {
                            let (mut new, mut credits, mut access) = (0, [0i64; 4], seen.access());
                            for n in 0..KEYS {
                                // Each thread walks in another order and offers other links.
                                let key = walk(thread, n);
                                access.prefetch(key);
                                let offer = offer(key, thread);
                                let inserted = access.insert(key, offer, 2).unwrap();
                                new += usize::from(inserted.new);
                                credits[offer.instance as usize] += i64::from(inserted.gained);
                                inserted.lost.into_iter().for_each(|i| credits[i as usize] -= 1);
                                if n % 128 == 0 {
                                    access.release();
                                }
                            }
                            (new, credits)
                        })
                    })
                    .collect();
                threads.into_iter().map(|t| t.join().expect("no panic")).fold(
                    (0, [0; 4]),
                    |(new, sums), (more, credits)| {
                        (new + more, std::array::from_fn(|at| sums[at] + credits[at]))
                    },
                )
            });
            assert_eq!((new, new), (seen.len(), seen.read().len()));
            let mut smallest = HashMap::new();
            for (thread, n) in (0..4).flat_map(|thread| (0..KEYS).map(move |n| (thread, n))) {
                let key = walk(thread, n);
                let least = smallest.entry(key).or_insert(offer(key, thread));
                if rank(offer(key, thread)) < rank(*least) {
                    *least = offer(key, thread);
                }
            }
            assert_eq!(new, smallest.len());
            let mut expected = [0; 4];
            for (key, link) in smallest {
                let origin = seen.origin(key).unwrap().expect("there");
                assert_eq!((origin.prefix, origin.instance), rank(link));
                expected[origin.instance as usize] += 1;
            }
            assert_eq!(credits, expected);
        }
    }

    #[test]
    fn a_large_table_grows_where_it_stands_with_many_threads() {
        let seen = Seen { workers: 3, ..Seen::new(3, 4, false) };
        let mut access = seen.access();
        let keys = 1_500_000;
        for n in 1..=keys {
            assert!(access.insert(mix(n), link(n), 1 + (n % 5) as u32).unwrap().new);
        }
        drop(access);
        assert_eq!((seen.len() as u64, seen.read().len() as u64), (keys, keys));
        for n in 1..=keys {
            let origin = seen.origin(mix(n)).unwrap().expect("there");
            assert_eq!((origin.prefix, origin.level), (rank(link(n)).0, 1 + (n % 5) as u32));
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
        for (keys, rounds, ahead) in [(1 << 16, 64, 8), (1 << 20, 8, 8), (50 << 20, 2, 0), (50 << 20, 3, 32)]
        {
            let seen = Seen::new(1, 1, false);
            let (mut access, mut grown) = (seen.access(), 0.0);
            let mut start = cpu_seconds();
            for round in 0..rounds {
                for n in 1..=keys {
                    if ahead > 0 {
                        access.prefetch(mix(n + ahead));
                    }
                    // As in a search, most offers come in a later level.
                    std::hint::black_box(access.insert(mix(n), link(n), 1 + round as u32)).unwrap();
                }
                if round == 0 {
                    grown = std::mem::replace(&mut start, cpu_seconds());
                    grown = start - grown;
                }
            }
            println!(
                "{keys} keys in {} MiB, prefetched {ahead} ahead: {:.1} M/s new (growth included), {:.1} M/s known",
                seen.read().size() >> 14,
                keys as f64 / grown / 1e6,
                (keys * (rounds - 1)) as f64 / (cpu_seconds() - start) / 1e6,
            );
        }
    }
}

/// `RUSTFLAGS="--cfg loom" cargo test --release -p tla-checker --lib models`: every interleaving.
#[cfg(all(test, loom))]
mod models {
    use super::*;
    use loom::sync::Arc;

    /// A set of one line, with room for everybody's keys.
    fn one_line() -> Seen {
        let mut table = Table::default();
        table.grow(1, 0, 1).expect("memory");
        Seen { table: RwLock::new(table), ..Seen::new(2, 3, false) }
    }

    /// Has two threads insert keys with links; answers what each was told.
    fn race(seen: &Arc<Seen>, offers: [Vec<(u64, Link)>; 2]) -> Vec<(u64, Link, Insertion)> {
        let threads = offers.map(|offers| {
            let seen = seen.clone();
            loom::thread::spawn(move || {
                let mut access = Access { seen: &seen, held: None, allowance: offers.len() };
                let inserted = offers.into_iter().map(|(key, link)| {
                    let told = access.insert(key, link, 2).expect("room");
                    (key, link, told)
                });
                inserted.collect::<Vec<_>>()
            })
        });
        threads.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect()
    }

    fn assert_smallest(seen: &Seen, told: &[(u64, Link, Insertion)]) {
        let mut credits = [0; 3];
        let mut keys = std::collections::BTreeMap::new();
        for &(key, link, told) in told {
            let (news, least) = keys.entry(key).or_insert((0, link));
            *news += u32::from(told.new);
            *least = link.min(*least);
            credits[link.instance as usize] += i32::from(told.gained);
            told.lost.into_iter().for_each(|instance| credits[instance as usize] -= 1);
        }
        for (&key, &(news, least)) in &keys {
            assert_eq!(news, 1, "one inserter is told that the key is new");
            assert_eq!(seen.origin(key).unwrap().map(|origin| origin.instance), Some(least.instance));
            credits[least.instance as usize] -= 1;
        }
        assert_eq!(credits, [0; 3], "the smallest link is credited, and no other");
        assert_eq!(seen.read().len(), keys.len());
    }

    #[test]
    fn two_inserters_of_one_key_agree_on_who_was_first_and_on_the_smallest_link() {
        loom::model(|| {
            let seen = Arc::new(one_line());
            let link = |instance| Link { parent: 7, instance };
            let told = race(&seen, [vec![(5, link(2)), (5, link(0))], vec![(5, link(1))]]);
            assert_smallest(&seen, &told);
        });
    }

    #[test]
    fn two_keys_that_want_one_slot_both_find_a_place_and_once_only() {
        loom::model(|| {
            let seen = Arc::new(one_line());
            let link = |instance| Link { parent: 7, instance };
            let told = race(&seen, [vec![(5, link(1)), (6, link(2))], vec![(6, link(0)), (5, link(2))]]);
            assert_smallest(&seen, &told);
        });
    }

    #[test]
    fn of_two_words_for_one_key_both_threads_see_the_same_one_stand() {
        loom::model(|| {
            let seen = Arc::new(one_line());
            let threads = [1, 2].map(|word| {
                let seen = seen.clone();
                loom::thread::spawn(move || {
                    let mut access = Access { seen: &seen, held: None, allowance: 1 };
                    access.put(5, word).expect("room")
                })
            });
            let [one, other] = threads.map(|thread| thread.join().expect("no panic"));
            assert_eq!(one, other);
            assert_eq!(seen.word(5), Some(one));
            assert_eq!(seen.read().len(), 1);
        });
    }
}
