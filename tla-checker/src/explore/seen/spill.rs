//! The set beyond memory: delayed duplicate detection.
//!
//! Enters: the table when it is full, candidates for the next level. Leaves: which candidates are old.
//! Holds: the table has all keys inserted since it was last cleared, the sorted runs all from before. A
//! key that the table takes for new is a *candidate* until [`Seen::settle`] has looked for it in the
//! runs; then its note is the largest of the two, and whoever was credited for a key twice is told. So
//! after a level has been settled, everything is as if the table had had room for all (Stern, Dill:
//! *Using Magnetic Disk instead of Main Memory in the Murphi Verifier*, CAV 1998; Korf: *Delayed
//! Duplicate Detection*, 2003).
//!
//! All of this happens while the workers wait at the gate; the table is not shared then.

use super::run::{RunWriter, SortedRun};
use super::table::{LINE, Table, spread};
use super::{Origin, SATURATED, Seen, limit};
use crate::explore::disk::{Disk, Stored};
use crate::explore::sync::atomic::Ordering;
use std::io;
use std::sync::PoisonError;

/// What has to be taken back for candidates that are old.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::explore) struct Debt {
    /// How many were counted as new.
    pub old: u64,
    /// The instance that each was credited to.
    pub instances: Vec<u32>,
}

impl Seen {
    /// The same set with at most so many keys in memory, more or less.
    pub fn bounded(self, most: usize) -> Self {
        Seen { most, ..self }
    }

    /// Whether the table is full and should be spilled soon.
    pub fn is_crowded(&self) -> bool {
        // Relaxed: a worker sees it soon, which is all that is wanted.
        self.crowded.load(Ordering::Relaxed)
    }

    /// Whether a candidate may be old.
    pub fn has_spilled(&self) -> bool {
        // Relaxed: it is set while the workers wait.
        self.cleared.load(Ordering::Relaxed)
    }

    /// Finds out which candidates are old: those in the runs. The candidates are spread keys of the table
    /// with a number each, in ascending order; `old` gets the numbers.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn settle(&self, sorted: &[(u64, u64)], old: &mut Vec<u64>, debt: &mut Debt) -> io::Result<()> {
        let (runs, table) = (self.lock_runs(), self.read());
        runs.look(sorted, |at, stored| {
            let (key, number) = sorted[at];
            let Some(slot) = table.find_spread(key) else { return };
            let held = slot.note.load(Ordering::Relaxed);
            // Of one level the smaller link counts, which has the larger note, unless levels are used up:
            // then it is the first.
            let keeps = stored > held || self.unpack(held).level == SATURATED;
            let (stays, goes) = if keeps { (stored, held) } else { (held, stored) };
            slot.note.store(stays, Ordering::Relaxed);
            old.push(number);
            debt.old += 1;
            let goes = self.unpack(goes);
            // Initial states are credited to nobody.
            if goes.level > 1 {
                debt.instances.push(goes.instance);
            }
        })
    }

    /// Writes everything that is not in a run yet to one. The candidates, which are all settled, are of
    /// this level.
    ///
    /// # Errors
    /// It cannot be written; the table is as it was.
    pub fn spill(&self, level: u32, disk: &Disk) -> io::Result<()> {
        let before = self.spilled.load(Ordering::Relaxed);
        // What is of an earlier level than the candidates of the last time came from the runs. What is of
        // that level may be in a run with a larger link.
        let run = self.write(disk, before)?;
        self.lock_runs().add(run, disk)?;
        self.spilled.store(level.min(SATURATED), Ordering::Relaxed);
        Ok(())
    }

    /// Forgets what the table has: it is in the runs.
    pub fn clear(&self) {
        let mut table = self.table.write().unwrap_or_else(PoisonError::into_inner);
        // It may have grown beyond its bound for a state with many successors.
        if table.size() > lines_for(self.most) {
            *table = Table::default();
        } else {
            table.clear();
        }
        self.taken.store(0, Ordering::Relaxed);
        self.crowded.store(false, Ordering::Relaxed);
        self.cleared.store(true, Ordering::Relaxed);
    }

    /// Everything in the table that is not of an earlier level, as a run.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&self, disk: &Disk, level: u32) -> io::Result<SortedRun> {
        let mut writer = RunWriter::new(disk)?;
        let mut result = Ok(());
        self.read().for_each_sorted(|spread, note| {
            if result.is_ok() && self.unpack(note).level >= level {
                result = writer.push(spread, note);
            }
        });
        result.and_then(|()| writer.finish())
    }

    /// Calls `each` with every run.
    pub fn for_each_run(&self, mut each: impl FnMut(&SortedRun) -> io::Result<()>) -> io::Result<()> {
        self.lock_runs().all().iter().try_for_each(&mut each)
    }

    /// Takes over a run of a checkpoint, where it is or into memory. The candidates are of this level.
    /// Answers whether the files are what was written.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn restore(&self, keys: Stored, notes: Stored, level: u32) -> io::Result<bool> {
        self.spilled.store(level.min(SATURATED), Ordering::Relaxed);
        if self.most < usize::MAX {
            let Some(run) = SortedRun::open(keys, notes, |_, _| {})? else { return Ok(false) };
            self.lock_runs().push(run);
            self.cleared.store(true, Ordering::Relaxed);
            return Ok(true);
        }
        // Keys in order all stand at the beginning of a table that grows with them: there is no way through.
        let out_of_memory = |_| io::Error::from(io::ErrorKind::OutOfMemory);
        self.make_room((keys.len / 8) as usize).map_err(out_of_memory)?;
        let mut access = self.access();
        let mut full = Ok(());
        let run = SortedRun::open(keys, notes, |spread, note| {
            if full.is_ok() {
                full = access.restore(spread, note);
            }
        })?;
        full.map_err(out_of_memory)?;
        Ok(run.is_some())
    }

    /// Whether a key, perhaps a candidate that is not settled yet, is of a level before this one. The
    /// caller may hold the table.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn is_before(&self, key: u64, level: u32) -> io::Result<bool> {
        if !self.has_spilled() {
            return Ok(false);
        }
        let stored = self.lock_runs().find(spread(key))?;
        Ok(stored.is_some_and(|note| self.unpack(note).level < level.min(SATURATED)))
    }

    /// What is known of a key's smallest link.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn origin(&self, key: u64) -> io::Result<Option<Origin>> {
        let here = self.read().find(key).map(|slot| slot.note.load(Ordering::Relaxed));
        let beyond = self.lock_runs().find(spread(key))?;
        Ok(here.max(beyond).map(|note| self.unpack(note)))
    }

    /// The keys of the states that may be the parent of one with this origin, in order; none for an
    /// initial state's. Nearly always it is one.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn parents(&self, origin: Origin) -> io::Result<Vec<u64>> {
        if origin.level <= 1 {
            return Ok(Vec::new());
        }
        let bits = self.parent_bits();
        let mut entries = self.read().with_prefix(origin.prefix, bits);
        let first = origin.prefix << (64 - bits);
        for (spread, note) in self.lock_runs().between(first, first | (u64::MAX >> bits))? {
            entries.push((super::table::unspread(spread), note));
        }
        // The largest note of each key comes first, and counts.
        entries.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        entries.dedup_by_key(|entry| entry.0);
        let levels = origin.level - 1..=if origin.level == SATURATED { SATURATED } else { origin.level - 1 };
        entries.retain(|&(_, note)| levels.contains(&self.unpack(note).level));
        Ok(entries.into_iter().map(|(key, _)| key).collect())
    }

    fn lock_runs(&self) -> std::sync::MutexGuard<'_, super::runs::Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many lines there have to be for so many keys.
pub(super) fn lines_for(keys: usize) -> usize {
    let lines = keys.div_ceil(LINE) * 5 / 4 + 2;
    debug_assert!(limit(lines) >= keys);
    lines
}
