//! Artefacts: files that a run leaves, each in its place as a whole or not at all.
//!
//! Enters: a path in the run's folder and what it is to hold. Leaves: the file, and later whether it is still that.
//! Holds: paths are relative and stay in the folder. The journal knows the hash before the file is in its place, so
//! after a kill at any moment the file holds what was announced last, or what was there before that.

use super::entry::{Entry, JournalError};
use super::{Journal, Step, file};
use std::io::{self, Write};
use std::path::{Component, Path};

/// How names of files begin that are not in their place yet.
const BESIDE: &str = ".specgen-";

/// What was announced for a path.
#[derive(Debug, Default)]
pub(super) struct History {
    stage: String,
    /// The hash before the last one; the file may still hold that if the process was killed.
    before: Option<String>,
    last: String,
    /// Something happened after it was announced, so it had come to its place by then.
    placed: bool,
}

impl History {
    pub(super) fn announced(&mut self, stage: String, hash: String) {
        self.stage = stage;
        let last = std::mem::replace(&mut self.last, hash);
        self.before = Some(last).filter(|l| !l.is_empty());
        self.placed = false;
    }

    pub(super) fn placed(&mut self) {
        self.placed = true;
    }

    pub(super) fn accepted(&mut self, hash: String) {
        self.last = hash;
        self.placed = true;
    }
}

/// An artefact as it is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artefact {
    /// Its path in the run's folder, with slashes.
    pub path: String,
    /// The stage that wrote it.
    pub stage: String,
    /// The hash of what was written last.
    pub hash: String,
    /// What is there now.
    pub state: ArtefactState,
}

/// What is found in the place of an artefact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArtefactState {
    /// What was written last.
    Whole,
    /// What was written before that, or nothing yet: the process was killed in between. Its stage writes it again.
    Unfinished,
    /// Something else: somebody changed it.
    Changed,
    /// Nothing, though it was written.
    Missing,
}

impl Journal {
    /// Writes an artefact; it is on disk, whole, when this returns.
    ///
    /// # Errors
    /// The path leaves the folder, or something cannot be written.
    pub fn write_artefact(&self, stage: &str, path: &str, content: &[u8]) -> Result<(), JournalError> {
        let place = self.place(path)?;
        let folder = place.parent().unwrap_or(&self.folder);
        let io = |what: &str, e: &io::Error| JournalError::io(what, &place, e);
        std::fs::create_dir_all(folder).map_err(|e| io("cannot be written", &e))?;
        let mut inner = self.lock();
        let mut beside = tempfile::Builder::new()
            .prefix(BESIDE)
            .tempfile_in(folder)
            .map_err(|e| io("cannot be written", &e))?;
        beside
            .write_all(content)
            .and_then(|()| beside.as_file().sync_all())
            .map_err(|e| io("cannot be written", &e))?;
        inner.lines.hook.at(Step::Written);
        let hash = blake3::hash(content).to_hex().to_string();
        inner.add(Entry::Artefact { stage: stage.to_owned(), path: path.to_owned(), hash })?;
        if let Err(e) = beside.persist(&place) {
            // A later entry would say that it is in its place.
            inner.lines.stop();
            return Err(io("cannot be put in its place", &e.error));
        }
        inner.lines.hook.at(Step::Renamed);
        file::sync_folder(&place)?;
        inner.placed();
        Ok(())
    }

    /// Removes what a killed process left beside the places of artefacts.
    pub(super) fn sweep(&self) {
        let inner = self.lock();
        let mut folders: Vec<_> =
            inner.artefacts.keys().filter_map(|p| Some(self.folder.join(p).parent()?.to_owned())).collect();
        folders.push(self.folder.clone());
        folders.sort();
        folders.dedup();
        for entry in folders.iter().filter_map(|f| std::fs::read_dir(f).ok()).flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with(BESIDE) {
                // What cannot be removed is in nobody's way.
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }

    /// All artefacts, by path, as they are found now.
    ///
    /// # Errors
    /// One is there and cannot be read.
    pub fn artefacts(&self) -> Result<Vec<Artefact>, JournalError> {
        let inner = self.lock();
        let mut found = Vec::new();
        for (path, history) in &inner.artefacts {
            found.push(Artefact {
                path: path.clone(),
                stage: history.stage.clone(),
                hash: history.last.clone(),
                state: self.state(path, history)?,
            });
        }
        Ok(found)
    }

    fn state(&self, path: &str, history: &History) -> Result<ArtefactState, JournalError> {
        let place = self.folder.join(path);
        let now = match std::fs::read(&place) {
            Ok(bytes) => blake3::hash(&bytes).to_hex().to_string(),
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                let never = !history.placed && history.before.is_none();
                return Ok(if never { ArtefactState::Unfinished } else { ArtefactState::Missing });
            }
            Err(e) => return Err(JournalError::io("cannot be read", &place, &e)),
        };
        Ok(match &history.before {
            _ if now == history.last => ArtefactState::Whole,
            Some(before) if now == *before && !history.placed => ArtefactState::Unfinished,
            _ => ArtefactState::Changed,
        })
    }

    /// Takes an artefact as somebody has left it: from now on, that is what was written.
    ///
    /// # Errors
    /// It is not there, or the journal cannot be written.
    pub fn accept(&self, path: &str) -> Result<(), JournalError> {
        let place = self.place(path)?;
        let bytes = std::fs::read(&place).map_err(|e| JournalError::io("cannot be read", &place, &e))?;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        self.lock().add(Entry::Accepted { path: path.to_owned(), hash })
    }

    fn place(&self, path: &str) -> Result<std::path::PathBuf, JournalError> {
        let relative = Path::new(path);
        let inside = relative.components().all(|c| matches!(c, Component::Normal(_)));
        if path.is_empty() || !inside || path == super::FILE {
            let what = format!("{path:?} is no path for an artefact: it must stay in the run's folder");
            return Err(JournalError::Io { path: self.folder.clone(), what });
        }
        Ok(self.folder.join(relative))
    }
}
