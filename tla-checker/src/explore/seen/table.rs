//! A lock-free set of 64-bit keys, each with a note that only grows.
//!
//! Enters: keys, none of them 0. Leaves: their [`Slot`]s. Open addressing with linear probing, a cache
//! line at a time (Laarman, van de Pol, Weber: *Boosting Multi-Core Reachability Performance with Shared
//! Hash Tables*, FMCAD 2010): one compare-and-swap takes a free slot, and a key never moves or leaves
//! while the table is shared.
//! Holds: the lines from a key's home to the one before its own are full, and a line's slots are taken
//! in order. The home is monotone in [`spread`]`(key)`, so the keys are nearly sorted by it: a larger
//! table has them in the same order, which is what lets [`Table::grow`] work in place, and keys with a
//! common prefix stand together.

use super::region::Region;
use crate::explore::sync::Mutex;
use crate::explore::sync::atomic::{AtomicU64, Ordering};
use std::io;
use std::ops::Range;
use std::sync::PoisonError;

/// A key and its note.
#[repr(C)]
#[derive(Default)]
pub(super) struct Slot {
    /// 0 while the slot is free; once set, it stays.
    key: AtomicU64,
    /// 0 until it is set, then it only grows.
    pub note: AtomicU64,
}

/// How many slots a line has.
pub(super) const LINE: usize = 4;

/// The slots of a cache line.
#[repr(C, align(64))]
#[derive(Default)]
pub(super) struct Line([Slot; LINE]);

/// The table; without slots at first.
#[derive(Default)]
pub(super) struct Table {
    region: Region,
    /// In lines.
    size: usize,
}

/// Fibonacci hashing, a bijection. Keys are mixed already, but those that were cut to few bits are
/// not spread over the 64.
#[inline]
pub(in crate::explore) fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The key whose [`spread`] this is.
pub(super) fn unspread(spread_key: u64) -> u64 {
    spread_key.wrapping_mul(0xf1de_83e1_9937_733d)
}

/// A part of the table with fewer lines than this is not worth threads.
const WORTH_THREADS: usize = 1 << 16;

impl Table {
    /// An empty table of so many lines, with addresses reserved for `reserved` of them.
    ///
    /// # Errors
    /// There is no memory for it.
    fn new(size: usize, reserved: usize) -> io::Result<Self> {
        let region = Region::new(size, reserved)?;
        region.expect(size);
        Ok(Table { region, size })
    }

    /// How many lines it has.
    pub fn size(&self) -> usize {
        self.size
    }

    #[inline]
    fn lines(&self) -> &[Line] {
        &self.region.lines()[..self.size]
    }

    #[inline]
    fn home(&self, spread: u64) -> usize {
        ((u128::from(spread) * self.size as u128) >> 64) as usize
    }

    /// Says that the key will be asked for soon.
    #[inline]
    pub fn prefetch(&self, key: u64) {
        if let Some(line) = self.lines().get(self.home(spread(key))) {
            prefetch(line);
        }
    }

    /// The slot of a key that is there and in the line where it is sought first: where most are.
    #[inline(always)]
    pub fn at_home(&self, key: u64) -> Option<&Slot> {
        let line = self.lines().get(self.home(spread(key)))?;
        let same = |at: usize| u32::from(line.0[at].key.load(Ordering::Relaxed) == key) << at;
        let same = (0..LINE).fold(0, |bits, at| bits | same(at));
        (same != 0).then(|| &line.0[same.trailing_zeros() as usize % LINE])
    }

    /// The slot of a key that is there.
    #[inline]
    pub fn find(&self, key: u64) -> Option<&Slot> {
        let mut at = self.home(spread(key));
        for _ in 0..self.size {
            let line = &self.lines()[at];
            match line.look(key) {
                Look::At(slot) => return Some(&line.0[slot]),
                Look::Free(_) => return None,
                Look::Full => at = self.after(at),
            }
        }
        None
    }

    /// The slot of the key with this [`spread`], if it is there.
    pub fn find_spread(&self, spread_key: u64) -> Option<&Slot> {
        self.find(unspread(spread_key))
    }

    /// The slot of a key, and whether this call took it; `None` when the table is full. `alone` says
    /// that no other thread takes slots.
    #[inline]
    pub fn claim(&self, key: u64, alone: bool) -> Option<(&Slot, bool)> {
        debug_assert_ne!(key, 0, "0 marks free slots");
        let mut at = self.home(spread(key));
        for _ in 0..self.size {
            let line = &self.lines()[at];
            loop {
                match line.look(key) {
                    Look::At(slot) => return Some((&line.0[slot], false)),
                    // Another thread may take the slot meanwhile, with this key even: look again.
                    Look::Free(slot) if line.0[slot].try_set(key, alone) => {
                        return Some((&line.0[slot], true));
                    }
                    Look::Free(_) => {}
                    Look::Full => break,
                }
            }
            at = self.after(at);
        }
        None
    }

    #[inline]
    fn after(&self, at: usize) -> usize {
        if at + 1 == self.size { 0 } else { at + 1 }
    }

    /// All keys whose [`spread`] begins with these `bits` bits, with their notes.
    pub fn with_prefix(&self, prefix: u64, bits: u32) -> Vec<(u64, u64)> {
        let first = prefix << (64 - bits);
        let (start, end) = (self.home(first), self.home(first | (u64::MAX >> bits)));
        let mut found = Vec::new();
        let mut at = start;
        for n in 0..self.size {
            let line = &self.lines()[at];
            let entries = line.0.iter().map(Slot::entry);
            found.extend(entries.filter(|&(key, _)| key != 0 && spread(key) >> (64 - bits) == prefix));
            if n >= end - start && !line.is_full() {
                break;
            }
            at = self.after(at);
        }
        found
    }

    /// Calls `each` with all spread keys and notes, in the order of the spread keys.
    ///
    /// A key stands between its home and the first line after it that is not full, so it is enough to
    /// sort what stands between two such lines; what went on at line 0 belongs to the end.
    pub fn for_each_sorted(&self, mut each: impl FnMut(u64, u64)) {
        let (mut part, mut over) = (Vec::new(), Vec::new());
        let mut beginning = true;
        let mut empty = |part: &mut Vec<(u64, u64)>| {
            part.sort_unstable();
            part.drain(..).for_each(|(spread, note)| each(spread, note));
        };
        for (at, line) in self.lines().iter().enumerate() {
            for (key, note) in line.0.iter().map(Slot::entry).filter(|&(key, _)| key != 0) {
                let spread = spread(key);
                let pushed_over = beginning && self.home(spread) > at;
                if pushed_over { &mut over } else { &mut part }.push((spread, note));
            }
            if !line.is_full() {
                beginning = false;
                empty(&mut part);
            }
        }
        part.append(&mut over);
        empty(&mut part);
    }

    /// Takes everything out, and keeps the memory. Only while nobody else has the table.
    pub fn clear(&mut self) {
        entries(self.lines()).for_each(drop);
    }

    /// Makes it `size` lines large, with up to so many threads. Where a new place is needed for it,
    /// addresses are reserved for `reserved` lines.
    ///
    /// From the end: what stands in the last part of the old table belongs after its end in the new one
    /// and is moved there, then the part before that, and so on. What cannot be moved like that (the
    /// beginning, which may hold what was pushed over the end) is taken aside and put back last.
    ///
    /// # Errors
    /// There is no memory for it; the table is as it was.
    pub fn grow(&mut self, size: usize, reserved: usize, threads: usize) -> io::Result<()> {
        assert!(size > self.size, "a table only grows");
        if size > self.region.capacity() {
            let larger = Table::new(size, reserved)?;
            share(self.lines(), threads, |lines| entries(lines).for_each(|(k, n)| larger.put(k, n)));
            *self = larger;
            return Ok(());
        }
        self.region.expect(size);
        let old = std::mem::replace(&mut self.size, size);
        let lines = self.lines();
        let beginning = (0..old).find(|&at| !lines[at].is_full()).unwrap_or(old);
        let mut aside: Vec<_> = entries(&lines[..beginning]).collect();
        // From `end` on everything is in its new place.
        let mut end = old;
        while end > 256 {
            // After a line that is not full no home lies before it: those from `start` on are, in the
            // larger table, at or after `start * size / old`, which is at or after `end`.
            let least = (end as u128 * old as u128).div_ceil(size as u128) as usize;
            let Some(start) = (least..end).find(|&at| !lines[at - 1].is_full()) else { break };
            aside.append(&mut self.move_up(start..end, threads));
            end = start;
        }
        aside.extend(entries(&lines[..end]));
        for (key, note) in aside {
            self.put(key, note);
        }
        Ok(())
    }

    /// Moves what stands in `part` to its place after it. Answers what would have to go on at line 0.
    fn move_up(&self, part: Range<usize>, threads: usize) -> Vec<(u64, u64)> {
        let over = Mutex::new(Vec::new());
        share(&self.lines()[part], threads, |lines| {
            for (key, note) in entries(lines) {
                let home = self.home(spread(key));
                if !self.lines()[home..].iter().any(|line| line.add(key, note, threads < 2)) {
                    over.lock().unwrap_or_else(PoisonError::into_inner).push((key, note));
                }
            }
        });
        over.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, key: u64, note: u64) {
        if let Some((slot, _)) = self.claim(key, false) {
            slot.note.store(note, Ordering::Relaxed);
        }
    }

    /// How many keys there are.
    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lines().iter().flat_map(|line| &line.0).filter(|slot| !slot.is_free()).count()
    }
}

/// What is found in a line.
enum Look {
    /// The key, here.
    At(usize),
    /// Not the key, and this is the first free slot.
    Free(usize),
    /// Other keys only.
    Full,
}

impl Line {
    #[inline]
    fn look(&self, key: u64) -> Look {
        // Relaxed, here and below: a key announces nothing but itself. Who reads notes as final has met
        // the writers at a lock (the gate's, or that of the growing table).
        let held: [u64; LINE] = std::array::from_fn(|at| self.0[at].key.load(Ordering::Relaxed));
        // Bits in place of branches: which slot it is cannot be foreseen.
        let bits = |wanted: u64| (0..LINE).fold(0, |bits, at| bits | u32::from(held[at] == wanted) << at);
        let (same, free) = (bits(key), bits(0));
        if same != 0 {
            Look::At(same.trailing_zeros() as usize % LINE)
        } else if free != 0 {
            Look::Free(free.trailing_zeros() as usize % LINE)
        } else {
            Look::Full
        }
    }

    /// Adds a key that the table does not have, if there is room. `alone` as in [`Table::claim`].
    #[inline]
    fn add(&self, key: u64, note: u64, alone: bool) -> bool {
        loop {
            let Look::Free(slot) = self.look(key) else { return false };
            if self.0[slot].try_set(key, alone) {
                self.0[slot].note.store(note, Ordering::Relaxed);
                return true;
            }
        }
    }

    #[inline]
    fn is_full(&self) -> bool {
        !self.0[LINE - 1].is_free()
    }
}

impl Slot {
    #[inline]
    fn is_free(&self) -> bool {
        self.key.load(Ordering::Relaxed) == 0
    }

    /// Sets the key of a slot that was seen to be free. Answers whether it still was.
    #[inline]
    fn try_set(&self, key: u64, alone: bool) -> bool {
        if alone {
            self.key.store(key, Ordering::Relaxed);
            return true;
        }
        self.key.compare_exchange(0, key, Ordering::Relaxed, Ordering::Relaxed).is_ok()
    }

    fn entry(&self) -> (u64, u64) {
        (self.key.load(Ordering::Relaxed), self.note.load(Ordering::Relaxed))
    }
}

/// Takes all entries out of the lines; only while the table grows, and by one thread.
fn entries(lines: &[Line]) -> impl Iterator<Item = (u64, u64)> {
    lines.iter().flat_map(|line| &line.0).filter(|slot| !slot.is_free()).map(|slot| {
        let entry = slot.entry();
        slot.key.store(0, Ordering::Relaxed);
        slot.note.store(0, Ordering::Relaxed);
        entry
    })
}

/// Has pieces of the lines worked on by several threads, if there are enough lines.
fn share(lines: &[Line], threads: usize, work: impl Fn(&[Line]) + Sync) {
    if threads < 2 || lines.len() < WORTH_THREADS {
        return work(lines);
    }
    let work = &work;
    std::thread::scope(|scope| {
        let mut pieces = lines.chunks(lines.len().div_ceil(threads));
        let own = pieces.next().unwrap_or_default();
        for piece in pieces {
            // Without another thread this one does it.
            if std::thread::Builder::new().spawn_scoped(scope, || work(piece)).is_err() {
                work(piece);
            }
        }
        work(own);
    });
}

#[cfg(target_arch = "x86_64")]
#[inline]
#[allow(unsafe_code)]
fn prefetch(line: &Line) {
    use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
    // SAFETY: a prefetch of any address changes nothing that a program can see, and SSE belongs to
    // the x86_64 baseline.
    unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(line).cast()) }
}

#[cfg(not(target_arch = "x86_64"))]
#[inline]
fn prefetch(_: &Line) {}
