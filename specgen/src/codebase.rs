//! A codebase as a model may see it: a directory and its git history, and nothing outside of them.
//!
//! Enters: a directory, and questions about it. Leaves: files, lines, symbols, commits, each with where it is from
//! and a hash of what it is from; and a ledger of what was looked at.
//! Holds: no path leads outside, whether by `..`, as an absolute path or through links; nothing is written; nothing
//! that the codebase holds is executed, not by git either ([`history`]). What is binary or huge is said, not shown.
//! Results are capped, and say how to see the rest. Everything is in a fixed order.
//!
//! # The doors
//! | door | what it does |
//! | --- | --- |
//! | [`Codebase::open`] | a directory |
//! | [`tools::Explorer`] | the tools that a model calls, with the ledger that they fill |
//! | [`ledger::Ledger`] | which files and functions were read, ruled out, or not touched |
//! | [`citation::check`] | whether `file:line` really is what somebody says it is |
//! | [`Codebase::read`], [`search`], [`outline`], [`history`] | the same for programs |
//!
//! ```
//! use specgen::codebase::{Codebase, citation};
//!
//! let folder = tempfile::tempdir().unwrap();
//! std::fs::write(folder.path().join("store.rs"), "fn delete(id: u64) {\n    rows.remove(id);\n}\n").unwrap();
//! let codebase = Codebase::open(folder.path()).unwrap();
//! let text = codebase.read("store.rs").unwrap();
//! assert_eq!(text.line(2), Some("    rows.remove(id);"));
//! assert!(codebase.read("../etc/passwd").unwrap_err().to_string().contains("outside"));
//!
//! let said = citation::Citation::parse("store.rs:2").unwrap().quoting("rows.remove(id);");
//! assert!(citation::check(&codebase, &said).is_ok());
//! let invented = citation::Citation::parse("store.rs:7").unwrap();
//! assert!(citation::check(&codebase, &invented).unwrap_err().to_string().contains("has 3 lines"));
//! ```

pub mod citation;
pub mod history;
pub mod ledger;
pub mod outline;
mod place;
mod refusal;
pub mod search;
pub mod text;
pub mod tools;

pub use refusal::Refusal;

use history::History;
use std::path::{Path, PathBuf};
use text::Text;

/// A directory that may be looked at.
#[derive(Clone, Debug)]
pub struct Codebase {
    root: PathBuf,
    history: Result<History, Refusal>,
}

impl Codebase {
    /// A directory, with its history if it is in a git repository.
    ///
    /// # Errors
    /// It is not there, or is no directory.
    pub fn open(path: &Path) -> Result<Self, Refusal> {
        let shown = path.display().to_string();
        let root = path.canonicalize().map_err(|e| Refusal::unreadable(&shown, &e))?;
        if !root.is_dir() {
            return Err(Refusal::NoDirectory { path: shown });
        }
        let history = History::open(&root);
        Ok(Codebase { root, history })
    }

    /// The same without its history, as if it were in no repository.
    #[must_use]
    pub fn without_history(mut self) -> Self {
        self.history = Err(Refusal::NoHistory { why: "it is turned off".into() });
        self
    }

    /// The directory, without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its history.
    ///
    /// # Errors
    /// It is in no repository, or git cannot be run.
    pub fn history(&self) -> Result<&History, Refusal> {
        self.history.as_ref().map_err(Clone::clone)
    }

    /// A file's text.
    ///
    /// # Errors
    /// See [`Refusal`].
    pub fn read(&self, path: &str) -> Result<Text, Refusal> {
        let place = self.place(path)?;
        text::load(&place.full, &place.relative)
    }
}
