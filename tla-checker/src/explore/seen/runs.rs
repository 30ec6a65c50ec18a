//! All sorted runs of a search together: one set of keys on disk.
//!
//! Enters: runs, the newer ones later. Leaves: the largest note of a key. Holds: a key may be in several
//! runs, and its largest note counts: that of its smallest link. Runs of like size are merged, so there
//! are few, and every key is written a logarithmic number of times.

use super::run::{RunWriter, SortedRun};
use crate::explore::disk::Disk;
use std::io;

/// The runs.
#[derive(Debug, Default)]
pub(super) struct Runs(Vec<SortedRun>);

impl Runs {
    /// All of them.
    pub fn all(&self) -> &[SortedRun] {
        &self.0
    }

    /// Adds a run that was stored before.
    pub fn push(&mut self, run: SortedRun) {
        self.0.push(run);
    }

    /// Adds a run, and merges where two are of like size.
    ///
    /// # Errors
    /// What is merged cannot be read or written; all keys are still there.
    pub fn add(&mut self, run: SortedRun, disk: &Disk) -> io::Result<()> {
        if run.len() > 0 {
            self.0.push(run);
        }
        while let [.., older, newer] = &self.0[..] {
            if older.len() > 2 * newer.len() {
                break;
            }
            let merged = merge(older, newer, disk)?;
            self.0.truncate(self.0.len() - 2);
            self.0.push(merged);
        }
        Ok(())
    }

    /// The note of each of these spread keys (ascending) that is there, with its position among them.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn look(&self, sorted: &[(u64, u64)], mut found: impl FnMut(usize, u64)) -> io::Result<()> {
        let mut cursors: Vec<_> = self.0.iter().map(SortedRun::cursor).collect();
        for (at, &(spread, _)) in sorted.iter().enumerate() {
            let mut note = None;
            for cursor in &mut cursors {
                note = note.max(cursor.seek(spread)?);
            }
            if let Some(note) = note {
                found(at, note);
            }
        }
        Ok(())
    }

    /// The note of a spread key, if it is there.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn find(&self, spread: u64) -> io::Result<Option<u64>> {
        let mut note = None;
        self.look(&[(spread, 0)], |_, found| note = Some(found))?;
        Ok(note)
    }

    /// All entries whose spread keys lie in a range, those of each run in order.
    ///
    /// # Errors
    /// A run cannot be read.
    pub fn between(&self, first: u64, last: u64) -> io::Result<Vec<(u64, u64)>> {
        let mut found = Vec::new();
        for run in &self.0 {
            let mut cursor = run.cursor();
            cursor.advance(first)?;
            while let Some(entry) = cursor.next()?.filter(|&(spread, _)| spread <= last) {
                found.push(entry);
            }
        }
        Ok(found)
    }
}

/// The entries of both.
fn merge(a: &SortedRun, b: &SortedRun, disk: &Disk) -> io::Result<SortedRun> {
    let mut writer = RunWriter::new(disk)?;
    let (mut left, mut right) = (a.cursor(), b.cursor());
    let (mut one, mut other) = (left.next()?, right.next()?);
    loop {
        match (one, other) {
            (Some((key, note)), Some((key_too, note_too))) if key == key_too => {
                writer.push(key, note.max(note_too))?;
                (one, other) = (left.next()?, right.next()?);
            }
            (Some((key, note)), Some((larger, _))) if key < larger => {
                writer.push(key, note)?;
                one = left.next()?;
            }
            (Some((key, note)), None) => {
                writer.push(key, note)?;
                one = left.next()?;
            }
            (_, Some((key, note))) => {
                writer.push(key, note)?;
                other = right.next()?;
            }
            (None, None) => return writer.finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn runs_agree_with_a_map_and_stay_few() {
        let disk = Disk::scratch(None, None);
        let (mut runs, mut map) = (Runs::default(), BTreeMap::new());
        let mut random = 1u64;
        let mut next = || {
            random = random.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            random >> 40
        };
        for round in 0..100u64 {
            let mut part = BTreeMap::new();
            for _ in 0..next() % 200 {
                part.insert(next() % 20_000 * 2 + 1, next());
            }
            let mut writer = RunWriter::new(&disk).expect("files");
            part.iter().for_each(|(&key, &note)| writer.push(key, note).expect("room"));
            runs.add(writer.finish().expect("room"), &disk).expect("room");
            for (key, note) in part {
                let held = map.entry(key).or_insert(0u64);
                *held = note.max(*held);
            }
            assert!(runs.all().len() <= 16, "{} in round {round}", runs.all().len());
        }
        assert!(runs.all().len() > 1);
        let wanted: Vec<(u64, u64)> = (0..40_000).map(|key| (key, key)).collect();
        let mut found = BTreeMap::new();
        runs.look(&wanted, |at, note| assert!(found.insert(at as u64, note).is_none())).expect("readable");
        assert_eq!(found, map);
        for key in [0, 1, 777, 20_001, 39_999, u64::MAX] {
            assert_eq!(runs.find(key).expect("readable"), map.get(&key).copied());
        }
        let mut between = runs.between(1000, 2000).expect("readable");
        between.sort_unstable();
        let largest: BTreeMap<u64, u64> = between.into_iter().collect();
        let expected: BTreeMap<u64, u64> = map.range(1000..=2000).map(|(&k, &n)| (k, n)).collect();
        assert_eq!(largest, expected);
    }
}
