//! The file of a journal: lines with checksums, appended and synced one at a time.
//!
//! Enters: entries. Leaves: a file, and its entries again.
//! Holds: a line is `CHECKSUM LENGTH JSON`; the checksum goes over the JSON with the one before as its seed, so
//! lines that are changed, lost in the middle or in another order are seen. The last line is torn if it is shorter
//! than it says, or holds a NUL, as blocks do that never reached the disk; if it is whole and wrong, it is damaged:
//! it may have been acted on. A line that could not be written whole is taken back, so the next one does not follow
//! half of it; if it cannot be taken back, nothing more is written.

use super::Step;
use super::entry::{Entry, JournalError};
use crate::model::canonical;
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// How often a lock is tried.
const LOCK_ATTEMPTS: usize = 50;
/// How long it is waited in between.
const LOCK_PAUSE: Duration = Duration::from_millis(20);

/// Called between steps on disk, in tests.
pub(super) struct Hook(pub Option<Box<dyn Fn(Step) + Send>>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

impl Hook {
    pub(super) fn at(&self, step: Step) {
        if let Some(hook) = &self.0 {
            hook(step);
        }
    }
}

/// A file of lines that this process holds.
#[derive(Debug)]
pub(super) struct Lines {
    path: PathBuf,
    file: File,
    length: u64,
    checksum: u64,
    broken: bool,
    pub(super) hook: Hook,
}

impl Lines {
    /// A new file.
    pub(super) fn create(path: &Path) -> Result<Self, JournalError> {
        let made = OpenOptions::new().read(true).write(true).create_new(true).open(path);
        let file = made.map_err(|e| match e.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Exists { path: path.to_owned() },
            _ => JournalError::io("cannot be made", path, &e),
        })?;
        lock(&file, path)?;
        sync_folder(path)?;
        Ok(Lines::new(path, file, 0, 0))
    }

    /// A file that is there: with its entries, and how many bytes of a torn last line were cut off.
    pub(super) fn open(path: &Path) -> Result<(Self, Vec<Entry>, usize), JournalError> {
        let opened = OpenOptions::new().read(true).write(true).open(path);
        let mut file = opened.map_err(|e| JournalError::io("cannot be opened", path, &e))?;
        lock(&file, path)?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|e| JournalError::io("cannot be read", path, &e))?;
        let mut entries = Vec::new();
        let (mut at, mut checksum) = (0, 0);
        while at < bytes.len() {
            let rest = &bytes[at..];
            let (line, next) = match rest.iter().position(|b| *b == b'\n') {
                Some(end) => (&rest[..end], at + end + 1),
                None => (rest, bytes.len()),
            };
            let whole = next <= bytes.len() && rest.len() > line.len();
            match parse(line, checksum) {
                Ok((entry, sum)) if whole => {
                    entries.push(entry);
                    checksum = sum;
                    at = next;
                }
                // Its write was never reported as done.
                _ if next == bytes.len() && is_torn(line, whole) => break,
                Ok(_) => return Err(JournalError::damaged(path, entries.len() + 1, "it is not ended")),
                Err(what) => return Err(JournalError::damaged(path, entries.len() + 1, &what)),
            }
        }
        let torn = bytes.len() - at;
        if torn > 0 {
            let cut = file.set_len(at as u64).and_then(|()| file.sync_all());
            cut.map_err(|e| JournalError::io("cannot be cut after its last whole line", path, &e))?;
        }
        let end = file.seek(SeekFrom::Start(at as u64));
        end.map_err(|e| JournalError::io("cannot be written", path, &e))?;
        Ok((Lines::new(path, file, at as u64, checksum), entries, torn))
    }

    fn new(path: &Path, file: File, length: u64, checksum: u64) -> Self {
        Lines { path: path.to_owned(), file, length, checksum, broken: false, hook: Hook(None) }
    }

    /// Writes an entry; it is on disk when this returns.
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        if self.broken {
            let what = "is not written any more after an earlier write failed".into();
            return Err(JournalError::Io { path: self.path.clone(), what });
        }
        let json = canonical::text(entry);
        let checksum = xxh3_64_with_seed(json.as_bytes(), self.checksum);
        let line = format!("{checksum:016x} {} {json}\n", json.len());
        self.hook.at(Step::Appending);
        if let Err(e) = self.write(line.as_bytes()) {
            let back =
                self.file.set_len(self.length).and_then(|()| self.file.seek(SeekFrom::Start(self.length)));
            self.broken = back.is_err();
            return Err(JournalError::io("cannot be written", &self.path, &e));
        }
        self.hook.at(Step::Synced);
        self.length += line.len() as u64;
        self.checksum = checksum;
        Ok(())
    }

    /// Nothing is written any more by this process.
    pub(super) fn stop(&mut self) {
        self.broken = true;
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        self.file.write_all(line)?;
        self.hook.at(Step::Appended);
        self.file.sync_data()
    }
}

fn parse(line: &[u8], before: u64) -> Result<(Entry, u64), String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8".to_owned())?;
    let mut parts = text.splitn(3, ' ');
    let (Some(sum), Some(length), Some(json)) = (parts.next(), parts.next(), parts.next()) else {
        return Err("it has no checksum and length".to_owned());
    };
    let computed = xxh3_64_with_seed(json.as_bytes(), before);
    if sum != format!("{computed:016x}") {
        return Err(format!("its checksum is {sum:?}, and it should be {computed:016x}"));
    }
    if length != json.len().to_string() {
        return Err(format!("its length is {length:?}, and it should be {}", json.len()));
    }
    let entry = serde_json::from_str(json).map_err(|e| format!("it is no entry: {e}"))?;
    Ok((entry, computed))
}

/// Whether a last line that is not right is so because its write did not come to its end.
fn is_torn(line: &[u8], ended: bool) -> bool {
    if line.contains(&0) {
        return true;
    }
    let text = String::from_utf8_lossy(line);
    let mut parts = text.splitn(3, ' ');
    let (_, length, json) = (parts.next(), parts.next(), parts.next());
    match (length.and_then(|l| l.parse::<usize>().ok()), json) {
        // A letter may be torn as well, so bytes are counted.
        (Some(length), Some(_)) => {
            let head =
                line.iter().enumerate().filter(|(_, b)| **b == b' ').map(|(i, _)| i + 1).nth(1).unwrap_or(0);
            !ended && line.len() - head <= length
        }
        // Not even its head is there.
        _ => !ended,
    }
}

/// A process that we start holds the lock as well until it has become another program, so a lock that is taken may
/// be free in a moment.
fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    for _ in 0..LOCK_ATTEMPTS {
        match file.try_lock() {
            Ok(()) => return Ok(()),
            Err(TryLockError::WouldBlock) => std::thread::sleep(LOCK_PAUSE),
            Err(TryLockError::Error(e)) => return Err(JournalError::io("cannot be locked", path, &e)),
        }
    }
    Err(JournalError::Locked { path: path.to_owned() })
}

/// Makes names in the folder of `path` last.
pub(super) fn sync_folder(path: &Path) -> Result<(), JournalError> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Folders cannot be opened everywhere; where they can, they can be synced.
    match File::open(folder) {
        Ok(opened) => opened.sync_all().map_err(|e| JournalError::io("cannot be synced", folder, &e)),
        Err(_) => Ok(()),
    }
}
