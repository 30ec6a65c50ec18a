//! Files of a search: sorted runs, the states that wait, checkpoints.
//!
//! Enters: bytes. Leaves: the same bytes, later. Holds: a file is written from its beginning to its end
//! once and never changed ([`Writer`], then [`Stored`]), or it is a [`Scratch`] file that only this
//! process knows. Files of a folder that is kept have names, and one process uses such a folder at a
//! time; all others have none, so that the system takes them back however the process ends. Every error
//! says which file it is about.
//!
//! What does not happen here: deciding which files are still needed ([`super::checkpoint`] does).

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::Xxh3Default;

/// How much is written, or read in a row, at a time.
pub(super) const BLOCK: usize = 128 << 10;

/// The file that says which process uses a folder.
const LOCK: &str = "in-use";

/// A folder for files.
#[derive(Debug)]
pub(super) struct Disk {
    folder: PathBuf,
    /// Whether its files have names.
    kept: bool,
    /// The number of the next file with a name.
    next: AtomicU64,
    /// How many bytes may still be written, to test what happens when there is no more room.
    room: Option<AtomicU64>,
    /// Locked as long as the folder is in use.
    lock: Option<File>,
}

impl Disk {
    /// Files without names, in this folder or where the system keeps such files.
    pub fn scratch(folder: Option<&Path>, room: Option<u64>) -> Self {
        let folder = folder.map_or_else(scratch_folder, Path::to_path_buf);
        let room = room.map(AtomicU64::new);
        Disk { folder, kept: false, next: AtomicU64::new(0), room, lock: None }
    }

    /// Files with names in a folder, which is made if it is not there.
    ///
    /// # Errors
    /// The folder cannot be made, or another process uses it.
    pub fn kept(folder: &Path, room: Option<u64>) -> io::Result<Self> {
        std::fs::create_dir_all(folder).map_err(|e| about(folder, e))?;
        let path = folder.join(LOCK);
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(|e| about(&path, e))?;
        lock.try_lock().map_err(|e| match e {
            std::fs::TryLockError::WouldBlock => io::Error::new(
                io::ErrorKind::ResourceBusy,
                format!("{}: another search uses this folder", folder.display()),
            ),
            std::fs::TryLockError::Error(e) => about(&path, e),
        })?;
        let entries = std::fs::read_dir(folder).map_err(|e| about(folder, e))?;
        let numbers = entries.filter_map(|entry| number(entry.ok()?.file_name().to_str()?));
        let next = AtomicU64::new(numbers.max().map_or(0, |last| last + 1));
        let room = room.map(AtomicU64::new);
        Ok(Disk { folder: folder.to_path_buf(), kept: true, next, room, lock: Some(lock) })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// A new file, for what its name is to end in.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn create(&self, what: &str) -> io::Result<Writer<'_>> {
        let (file, name) = if self.kept {
            // Relaxed: a number that nobody else gets is all that is wanted.
            let name = format!("{}.{what}", self.next.fetch_add(1, Ordering::Relaxed));
            let path = self.folder.join(&name);
            let options = OpenOptions::new().create_new(true).read(true).write(true).open(&path);
            (options.map_err(|e| about(&path, e))?, Some(name))
        } else {
            (self.unnamed()?, None)
        };
        Ok(Writer {
            disk: self,
            file,
            name,
            buffer: Vec::with_capacity(BLOCK),
            len: 0,
            hash: Xxh3Default::new(),
        })
    }

    /// A file that only this process knows.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn scratch_file(&self) -> io::Result<Scratch> {
        Ok(Scratch { file: self.unnamed()?, place: self.folder.clone() })
    }

    fn unnamed(&self) -> io::Result<File> {
        tempfile::tempfile_in(&self.folder).map_err(|e| about(&self.folder, e))
    }

    /// Says that so many bytes are about to be written.
    fn charge(&self, bytes: usize) -> io::Result<()> {
        let Some(room) = &self.room else { return Ok(()) };
        let take = |left: u64| left.checked_sub(bytes as u64);
        let taken = room.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.map(drop).map_err(|_| about(&self.folder, io::ErrorKind::StorageFull.into()))
    }

    /// Opens a file that was stored under this name.
    ///
    /// # Errors
    /// It is not there.
    pub fn open(&self, name: &str, len: u64, hash: u64) -> io::Result<Stored> {
        let path = self.folder.join(name);
        let file = File::open(&path).map_err(|e| about(&path, e))?;
        Ok(Stored { file, name: Some(name.to_owned()), place: path, len, hash })
    }

    /// Puts a text in place of the file with this name: what was there, or all of the text, whenever the
    /// process or the machine ends.
    ///
    /// # Errors
    /// It cannot be written; what was there stands.
    pub fn replace(&self, name: &str, text: &[u8]) -> io::Result<()> {
        let (path, aside) = (self.folder.join(name), self.folder.join(format!("{name}.new")));
        let write = || {
            self.charge(text.len())?;
            let mut file = File::create(&aside)?;
            file.write_all(text)?;
            file.sync_all()?;
            std::fs::rename(&aside, &path)
        };
        write().map_err(|e| {
            let _ = std::fs::remove_file(&aside);
            about(&path, e)
        })?;
        self.sync_folder()
    }

    /// Makes sure that the names of files outlast the machine's power.
    fn sync_folder(&self) -> io::Result<()> {
        // A folder cannot be opened like a file everywhere; where it cannot, there is nothing to do.
        match File::open(&self.folder) {
            Ok(folder) if cfg!(unix) => folder.sync_all().map_err(|e| about(&self.folder, e)),
            _ => Ok(()),
        }
    }

    /// Removes numbered files that nothing refers to. What cannot be removed does no harm.
    pub fn remove_all_but(&self, names: &[&str]) {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            if name.to_str().is_some_and(|n| number(n).is_some() && !names.contains(&n)) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// Removes everything that was written, and the folder if nothing else is in it.
    pub fn remove(&self, also: &str) {
        if self.kept {
            let _ = std::fs::remove_file(self.folder.join(also));
            self.remove_all_but(&[]);
            let _ = std::fs::remove_file(self.folder.join(LOCK));
            let _ = std::fs::remove_dir(&self.folder);
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        if let Some(lock) = &self.lock {
            let _ = lock.unlock();
        }
    }
}

/// Where files without names go: a disk, not memory as `/tmp` often is.
pub(super) fn scratch_folder() -> PathBuf {
    let large = Path::new("/var/tmp");
    match std::env::var_os("TMPDIR") {
        None if cfg!(unix) && large.is_dir() => large.to_path_buf(),
        _ => std::env::temp_dir(),
    }
}

/// The number in a name that [`Disk::create`] gave.
fn number(name: &str) -> Option<u64> {
    let (number, what) = name.split_once('.')?;
    what.bytes().all(|b| b.is_ascii_lowercase()).then(|| number.parse().ok())?
}

/// Says which file an error is about.
fn about(path: &Path, error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

/// A file that is being written.
pub(super) struct Writer<'d> {
    disk: &'d Disk,
    file: File,
    name: Option<String>,
    buffer: Vec<u8>,
    len: u64,
    hash: Xxh3Default,
}

impl Writer<'_> {
    /// Adds bytes.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.len += bytes.len() as u64;
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= BLOCK { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.hash.update(&self.buffer);
        self.disk.charge(self.buffer.len())?;
        self.file.write_all(&self.buffer).map_err(|e| about(&self.path(), e))?;
        self.buffer.clear();
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.name.as_ref().map_or(self.disk.folder.clone(), |name| self.disk.folder.join(name))
    }

    /// The whole file.
    ///
    /// # Errors
    /// The rest cannot be written.
    pub fn finish(mut self) -> io::Result<Stored> {
        self.flush()?;
        let place = self.path();
        Ok(Stored { file: self.file, name: self.name, place, len: self.len, hash: self.hash.digest() })
    }
}

/// A file that is complete.
#[derive(Debug)]
pub(super) struct Stored {
    file: File,
    name: Option<String>,
    place: PathBuf,
    /// How many bytes it has.
    pub len: u64,
    /// The hash of all of them.
    pub hash: u64,
}

impl Stored {
    /// Its name in a folder that is kept.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Fills the buffer from this place of the file on.
    ///
    /// # Errors
    /// It cannot be read, or ends before.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        read_at(&self.file, buffer, offset).map_err(|e| about(&self.place, e))
    }

    /// Makes sure that the bytes outlast the machine's power.
    ///
    /// # Errors
    /// They may not.
    pub fn sync(&self) -> io::Result<()> {
        self.file.sync_all().map_err(|e| about(&self.place, e))
    }

    /// Reads all of it once, a block at a time. Answers whether it is what was written.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read_all(&self, mut each: impl FnMut(&[u8])) -> io::Result<bool> {
        let there = self.file.metadata().map_err(|e| about(&self.place, e))?.len();
        if there != self.len {
            return Ok(false);
        }
        let (mut hash, mut offset, mut block) = (Xxh3Default::new(), 0, vec![0; BLOCK]);
        while offset < self.len {
            let part = (self.len - offset).min(BLOCK as u64) as usize;
            self.read_at(&mut block[..part], offset)?;
            hash.update(&block[..part]);
            each(&block[..part]);
            offset += part as u64;
        }
        Ok(hash.digest() == self.hash)
    }
}

/// A file that is read and written at any place.
#[derive(Debug)]
pub(super) struct Scratch {
    file: File,
    place: PathBuf,
}

impl Scratch {
    /// Fills the buffer from this place of the file on.
    ///
    /// # Errors
    /// It cannot be read, or ends before.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        read_at(&self.file, buffer, offset).map_err(|e| about(&self.place, e))
    }

    /// Writes the bytes to this place of the file, of which `disk` keeps count.
    ///
    /// # Errors
    /// They cannot be written.
    pub fn write_at(&self, disk: &Disk, bytes: &[u8], offset: u64) -> io::Result<()> {
        disk.charge(bytes.len())?;
        write_at(&self.file, bytes, offset).map_err(|e| about(&self.place, e))
    }

    /// Gives the room back.
    ///
    /// # Errors
    /// The system does not take it.
    pub fn clear(&self) -> io::Result<()> {
        self.file.set_len(0).map_err(|e| about(&self.place, e))
    }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, offset)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, offset)
}

/// Seeks and reads; nobody else uses the file's position.
#[cfg(not(unix))]
fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(buffer)
}

#[cfg(not(unix))]
fn write_at(mut file: &File, bytes: &[u8], offset: u64) -> io::Result<()> {
    use std::io::{Seek, SeekFrom};
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_changes_are_noticed() {
        let folder = tempfile::tempdir().expect("a folder");
        for kept in [false, true] {
            let disk = if kept {
                Disk::kept(folder.path(), None).expect("a folder")
            } else {
                Disk::scratch(Some(folder.path()), None)
            };
            let mut writer = disk.create("test").expect("a file");
            let bytes: Vec<u8> = (0..BLOCK * 2 + 100).map(|n| (n * 7 % 251) as u8).collect();
            bytes.chunks(1000).for_each(|chunk| writer.write(chunk).expect("room"));
            let stored = writer.finish().expect("room");
            assert_eq!((stored.len, stored.name().is_some()), (bytes.len() as u64, kept));
            let mut read = Vec::new();
            assert!(stored.read_all(|part| read.extend_from_slice(part)).expect("readable"));
            assert_eq!(read, bytes);
            let mut part = [0; 10];
            stored.read_at(&mut part, 130_000).expect("readable");
            assert_eq!(part, bytes[130_000..130_010]);
            assert!(stored.read_at(&mut part, stored.len - 5).is_err());
            if let Some(name) = stored.name() {
                let path = folder.path().join(name);
                let mut spoilt = bytes.clone();
                spoilt[BLOCK + 3] ^= 1;
                std::fs::write(&path, &spoilt).expect("room");
                let again = disk.open(name, stored.len, stored.hash).expect("there");
                assert!(!again.read_all(|_| {}).expect("readable"));
                std::fs::write(&path, &bytes[..1000]).expect("room");
                assert!(
                    !disk
                        .open(name, stored.len, stored.hash)
                        .expect("there")
                        .read_all(|_| {})
                        .expect("readable")
                );
            }
        }
    }

    #[test]
    fn a_folder_is_one_searchs_and_its_numbers_go_on() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("of/its/own");
        let disk = Disk::kept(&path, None).expect("a folder");
        let stored = disk.create("run").and_then(Writer::finish).expect("a file");
        assert_eq!(stored.name(), Some("0.run"));
        let busy = Disk::kept(&path, None).expect_err("in use");
        assert!(busy.to_string().contains("another search"), "{busy}");
        drop(disk);
        let disk = Disk::kept(&path, None).expect("free again");
        let stored = disk.create("run").and_then(Writer::finish).expect("a file");
        assert_eq!(stored.name(), Some("1.run"));
        disk.replace("it", b"text").expect("room");
        disk.remove_all_but(&["1.run"]);
        assert!(!path.join("0.run").exists() && path.join("1.run").exists() && path.join("it").exists());
        disk.remove("it");
        assert!(!path.exists());
    }

    #[test]
    fn without_room_the_error_says_where_and_what_was_there_stands() {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk::kept(folder.path(), Some(10)).expect("a folder");
        disk.replace("it", b"12345").expect("room");
        let full = disk.replace("it", b"123456").expect_err("no room");
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
        assert!(full.to_string().contains(&folder.path().display().to_string()), "{full}");
        assert_eq!(std::fs::read(folder.path().join("it")).expect("there"), b"12345");
        let mut writer = disk.create("run").expect("a file");
        writer.write(b"123456").expect("it is kept for later");
        assert!(writer.finish().is_err());
    }
}
