//! A journal's entries, and what can be wrong with a journal.

use crate::model::conversation::Usage;
use crate::model::exchange::Packed;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// The format's number: another one where an entry means something else.
pub(super) const FORMAT: u32 = 1;

/// What a line holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entry {
    /// The first line.
    Run {
        format: u32,
        run: Value,
    },
    Begun {
        stage: String,
    },
    Finished {
        stage: String,
        data: Value,
    },
    /// An artefact of this hash is about to be put in its place.
    Artefact {
        stage: String,
        path: String,
        hash: String,
    },
    /// What somebody made of an artefact by hand is what counts.
    Accepted {
        path: String,
        hash: String,
    },
    /// A call is about to be made.
    Intended {
        key: String,
        model: String,
        worst: Usage,
    },
    Called {
        call: Packed,
    },
    Note {
        name: String,
        data: Value,
    },
}

/// What is wrong with a journal.
#[derive(Debug)]
pub enum JournalError {
    /// Something cannot be read or written.
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What could not be done, and why.
        what: String,
    },
    /// There is a journal where a new one was to be made.
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// Another process holds it.
    Locked {
        /// Where.
        path: PathBuf,
    },
    /// A line is not what was written.
    Damaged {
        /// Where.
        path: PathBuf,
        /// Which line, counted from 1.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// There is nothing to go on from.
    Empty {
        /// Where.
        path: PathBuf,
    },
    /// A bug of ours.
    Own {
        /// What was found.
        what: String,
    },
}

impl JournalError {
    pub(super) fn io(what: &str, path: &Path, error: &io::Error) -> Self {
        JournalError::Io { path: path.to_owned(), what: format!("{what}: {error}") }
    }

    pub(super) fn damaged(path: &Path, line: usize, what: &str) -> Self {
        JournalError::Damaged { path: path.to_owned(), line, what: what.to_owned() }
    }

    pub(super) fn format(path: &Path, format: u32) -> Self {
        let what = format!("it has format {format}; this program reads {FORMAT}");
        JournalError::damaged(path, 1, &what)
    }

    pub(super) fn empty(path: &Path) -> Self {
        JournalError::Empty { path: path.to_owned() }
    }
}

impl fmt::Display for JournalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JournalError::Io { path, what } => {
                write!(f, "{} {what}\nhelp: choose a folder that can be written to", path.display())
            }
            JournalError::Exists { path } => write!(
                f,
                "there is a journal at {} already\nhelp: resume it, or choose another folder",
                path.display()
            ),
            JournalError::Locked { path } => write!(
                f,
                "another process holds the journal {}\nhelp: wait until it has ended",
                path.display()
            ),
            JournalError::Damaged { path, line, what } => write!(
                f,
                "the journal {} is damaged in line {line}: {what}\n\
                 help: put back the file as it was written; what stands before line {line} can still be read by hand",
                path.display()
            ),
            JournalError::Empty { path } => write!(
                f,
                "the journal {} holds nothing to go on from\nhelp: remove it and begin anew",
                path.display()
            ),
            JournalError::Own { what } => write!(f, "this is a bug of specgen's, please report it: {what}"),
        }
    }
}

impl std::error::Error for JournalError {}
