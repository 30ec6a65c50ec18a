//! A sorted run: keys and their notes in files, in the order of the spread keys.
//!
//! Enters: ascending spread keys, each with its note. Leaves: the note of a key, or all of them in order.
//! Holds: a run never changes; of each block of keys the first is kept in memory, so that a look for a
//! key reads one block of each file, and looks in ascending order read both from end to end.

use crate::explore::disk::{BLOCK, Disk, Stored, Writer};
use std::io;

/// How many words are read for a single one.
const PAGE: usize = 512;
/// How many are read where the next ones will be wanted too.
const ROW: usize = BLOCK / 8;

/// A run.
#[derive(Debug)]
pub(in crate::explore) struct SortedRun {
    /// The spread keys.
    pub keys: Stored,
    /// Their notes.
    pub notes: Stored,
    /// The first key of each page.
    firsts: Vec<u64>,
}

/// A run that is being written.
pub(super) struct RunWriter<'d> {
    keys: Writer<'d>,
    notes: Writer<'d>,
    firsts: Vec<u64>,
    len: usize,
}

impl<'d> RunWriter<'d> {
    /// An empty one.
    ///
    /// # Errors
    /// The files cannot be made.
    pub fn new(disk: &'d Disk) -> io::Result<Self> {
        let (keys, notes) = (disk.create("keys")?, disk.create("notes")?);
        Ok(RunWriter { keys, notes, firsts: Vec::new(), len: 0 })
    }

    /// Adds a key larger than all before it.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn push(&mut self, spread: u64, note: u64) -> io::Result<()> {
        if self.len.is_multiple_of(PAGE) {
            self.firsts.push(spread);
        }
        self.len += 1;
        self.keys.write(&spread.to_le_bytes())?;
        self.notes.write(&note.to_le_bytes())
    }

    /// The run.
    ///
    /// # Errors
    /// The rest cannot be written.
    pub fn finish(self) -> io::Result<SortedRun> {
        Ok(SortedRun { keys: self.keys.finish()?, notes: self.notes.finish()?, firsts: self.firsts })
    }
}

impl SortedRun {
    /// A run of files that were stored before; none if they are not what was written. `each` gets every
    /// entry.
    ///
    /// # Errors
    /// They cannot be read.
    pub fn open(keys: Stored, notes: Stored, mut each: impl FnMut(u64, u64)) -> io::Result<Option<Self>> {
        if !keys.read_all(|_| {})?
            || !notes.read_all(|_| {})?
            || keys.len != notes.len
            || !keys.len.is_multiple_of(8)
        {
            return Ok(None);
        }
        let mut run = SortedRun { keys, notes, firsts: Vec::new() };
        let (mut firsts, mut last, mut ascending) = (Vec::new(), None, true);
        let mut cursor = run.cursor();
        while let Some((spread, note)) = cursor.next()? {
            if (cursor.at - 1).is_multiple_of(PAGE) {
                firsts.push(spread);
            }
            ascending &= last < Some(spread);
            last = Some(spread);
            each(spread, note);
        }
        run.firsts = firsts;
        Ok(ascending.then_some(run))
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        (self.keys.len / 8) as usize
    }

    /// A way through it, from the beginning.
    pub(super) fn cursor(&self) -> Cursor<'_> {
        let (keys, notes) = (Column::new(&self.keys), Column::new(&self.notes));
        Cursor { run: self, keys, notes, at: 0 }
    }
}

/// A way through a run, always forward.
pub(super) struct Cursor<'r> {
    run: &'r SortedRun,
    keys: Column<'r>,
    notes: Column<'r>,
    /// The entry to go on at.
    at: usize,
}

impl Cursor<'_> {
    /// The note of a key that is not smaller than those asked for before.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn seek(&mut self, spread: u64) -> io::Result<Option<u64>> {
        self.advance(spread)?;
        if self.at < self.run.len() && self.keys.word(self.at)? == spread {
            return self.notes.word(self.at).map(Some);
        }
        Ok(None)
    }

    /// Goes on to the first key that is not smaller than this one.
    pub fn advance(&mut self, spread: u64) -> io::Result<()> {
        let (firsts, page) = (&self.run.firsts, self.at / PAGE);
        // Nearly always it is this page or the next; else the pages between are not read.
        let skipped = match firsts.get(page + 1) {
            Some(&next) if next <= spread => match firsts.get(page + 2) {
                Some(&after) if after <= spread => firsts[page + 2..].partition_point(|&f| f <= spread) + 1,
                _ => 1,
            },
            _ => 0,
        };
        if skipped > 0 {
            self.at = (page + skipped) * PAGE;
        }
        let end = (self.at / PAGE * PAGE + PAGE).min(self.run.len());
        if self.at < end {
            let words = self.keys.words(self.at, end)?;
            self.at += words.partition_point(|&key| key < spread);
        }
        Ok(())
    }

    /// The next entry.
    ///
    /// # Errors
    /// The files cannot be read.
    pub fn next(&mut self) -> io::Result<Option<(u64, u64)>> {
        if self.at == self.run.len() {
            return Ok(None);
        }
        let entry = (self.keys.word(self.at)?, self.notes.word(self.at)?);
        self.at += 1;
        Ok(Some(entry))
    }
}

/// The words of a file, some of which are in memory.
struct Column<'r> {
    stored: &'r Stored,
    /// The place of the first word in memory.
    start: usize,
    words: Vec<u64>,
    bytes: Vec<u8>,
}

impl<'r> Column<'r> {
    fn new(stored: &'r Stored) -> Self {
        Column { stored, start: 0, words: Vec::new(), bytes: Vec::new() }
    }

    #[inline]
    fn word(&mut self, at: usize) -> io::Result<u64> {
        if let Some(&word) = at.checked_sub(self.start).and_then(|at| self.words.get(at)) {
            return Ok(word);
        }
        let page = at / PAGE * PAGE;
        let end = (page + PAGE).min((self.stored.len / 8) as usize);
        Ok(self.words(page, end)?[at - page])
    }

    /// The words of a part of one page.
    #[inline]
    fn words(&mut self, from: usize, end: usize) -> io::Result<&[u64]> {
        if from < self.start || end > self.start + self.words.len() {
            self.load(from / PAGE * PAGE, end)?;
        }
        Ok(&self.words[from - self.start..end - self.start])
    }

    #[cold]
    fn load(&mut self, page: usize, end: usize) -> io::Result<()> {
        let follows = page == self.start + self.words.len();
        let most = (self.stored.len / 8) as usize;
        let end = if follows { (page + ROW).min(most) } else { end.max((page + PAGE).min(most)) };
        self.bytes.resize((end - page) * 8, 0);
        self.stored.read_at(&mut self.bytes, page as u64 * 8)?;
        self.words.clear();
        let (words, _) = self.bytes.as_chunks::<8>();
        self.words.extend(words.iter().map(|&word| u64::from_le_bytes(word)));
        self.start = page;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(disk: &Disk, keys: impl Iterator<Item = u64>) -> SortedRun {
        let mut writer = RunWriter::new(disk).expect("files");
        keys.for_each(|key| writer.push(key, !key).expect("room"));
        writer.finish().expect("room")
    }

    #[test]
    fn keys_are_found_whatever_lies_between_them() {
        let disk = Disk::scratch(None, None);
        for len in [0, 1, PAGE - 1, PAGE, PAGE + 1, 5 * PAGE, 3 * ROW + 7] {
            let run = run(&disk, (0..len as u64).map(|n| n * 10 + 5));
            assert_eq!(run.len(), len);
            for step in [1, 5, 13, 10 * PAGE as u64 - 5, 10 * ROW as u64] {
                let mut cursor = run.cursor();
                let mut wanted = 0;
                while wanted < len as u64 * 10 + 100 {
                    let there = wanted % 10 == 5 && wanted < len as u64 * 10;
                    assert_eq!(cursor.seek(wanted).expect("readable"), there.then_some(!wanted));
                    // The same one again.
                    assert_eq!(cursor.seek(wanted).expect("readable"), there.then_some(!wanted));
                    wanted += step;
                }
            }
            let mut cursor = run.cursor();
            for n in 0..len as u64 {
                assert_eq!(cursor.next().expect("readable"), Some((n * 10 + 5, !(n * 10 + 5))));
            }
            assert_eq!(cursor.next().expect("readable"), None);
        }
    }

    #[test]
    fn a_run_is_opened_again_as_it_was_or_not_at_all() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::kept(folder.path(), None).expect("a folder");
        let written = run(&disk, (0..2000).map(|n| n * 3));
        let stored = |s: &Stored| disk.open(s.name().expect("kept"), s.len, s.hash).expect("there");
        let mut entries = Vec::new();
        let opened =
            SortedRun::open(stored(&written.keys), stored(&written.notes), |k, n| entries.push((k, n)));
        let opened = opened.expect("readable").expect("whole");
        assert_eq!((opened.firsts, entries.len()), (written.firsts.clone(), 2000));
        assert!(entries.iter().all(|&(key, note)| note == !key));
        // Keys that do not ascend are no run, even if they are what was written.
        let backward = run(&disk, (0..2000).rev());
        let opened = SortedRun::open(stored(&backward.keys), stored(&backward.notes), |_, _| {});
        assert!(opened.expect("readable").is_none());
        // Nor are the keys of one with the notes of another.
        let short = run(&disk, 0..7);
        let opened = SortedRun::open(stored(&written.keys), stored(&short.notes), |_, _| {});
        assert!(opened.expect("readable").is_none());
    }
}
