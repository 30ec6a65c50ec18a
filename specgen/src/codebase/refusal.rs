//! Why something of a codebase is not shown, in words for a model and for people.

use std::fmt;
use std::io;

/// Why something is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// A path that leads outside.
    Outside {
        /// As it was given.
        path: String,
        /// It does so through a link.
        link: bool,
    },
    /// The repository's own files.
    Internal {
        /// As it was given.
        path: String,
    },
    /// There is no such file.
    NotThere {
        /// As it was given.
        path: String,
        /// A file that may have been meant.
        close: Option<String>,
    },
    /// A directory was expected.
    NoDirectory {
        /// As it was given.
        path: String,
    },
    /// A file was expected.
    NoFile {
        /// As it was given.
        path: String,
    },
    /// It is no text.
    Binary {
        /// Which file.
        path: String,
        /// How large.
        bytes: u64,
    },
    /// It is too large.
    Huge {
        /// Which file.
        path: String,
        /// How large.
        bytes: u64,
        /// How large it may be.
        most: u64,
    },
    /// It cannot be read.
    Unreadable {
        /// As it was given.
        path: String,
        /// Why.
        why: String,
    },
    /// The lines asked for are not there.
    NoLines {
        /// Which file.
        path: String,
        /// The first that was asked for.
        first: usize,
        /// How many there are.
        lines: usize,
    },
    /// A pattern that is none.
    Pattern {
        /// As it was given.
        pattern: String,
        /// What is wrong with it.
        why: String,
    },
    /// There is no history.
    NoHistory {
        /// Why.
        why: String,
    },
    /// Git said no.
    Git {
        /// What was asked.
        what: String,
        /// What it said.
        why: String,
    },
    /// Arguments that make no sense.
    Arguments {
        /// What is wrong.
        why: String,
    },
}

impl Refusal {
    pub(super) fn unreadable(path: &str, error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Refusal::NotThere { path: path.to_owned(), close: None },
            _ => Refusal::Unreadable { path: path.to_owned(), why: error.to_string() },
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Outside { path, link } => {
                let how = if *link { "leads through a link to a place" } else { "is" };
                write!(
                    f,
                    "{path} {how} outside of the directory that may be read\n\
                     help: paths are relative to that directory, without .."
                )
            }
            Refusal::Internal { path } => write!(
                f,
                "{path} belongs to the repository itself, not to the codebase\n\
                 help: history is seen through git_log, git_show, git_blame and git_search"
            ),
            Refusal::NotThere { path, close: Some(close) } => {
                write!(f, "there is no {path}\nhelp: did you mean {close}?")
            }
            Refusal::NotThere { path, close: None } => {
                write!(f, "there is no {path}\nhelp: list and glob show which files there are")
            }
            Refusal::NoDirectory { path } => write!(f, "{path} is no directory"),
            Refusal::NoFile { path } => {
                write!(f, "{path} is no file\nhelp: list shows what is in a directory")
            }
            Refusal::Binary { path, bytes } => {
                write!(f, "{path} is no text: {bytes} bytes that are not shown")
            }
            Refusal::Huge { path, bytes, most } => {
                write!(f, "{path} has {bytes} bytes; files of more than {most} are not shown")
            }
            Refusal::Unreadable { path, why } => write!(f, "{path} cannot be read: {why}"),
            Refusal::NoLines { path, first, lines } => {
                write!(f, "{path} has {lines} lines, so there is no line {first}")
            }
            Refusal::Pattern { pattern, why } => write!(f, "{pattern:?} is no pattern: {why}"),
            Refusal::NoHistory { why } => write!(f, "there is no history to look at: {why}"),
            Refusal::Git { what, why } => write!(f, "git has no answer to {what}: {why}"),
            Refusal::Arguments { why } => f.write_str(why),
        }
    }
}

impl std::error::Error for Refusal {}
