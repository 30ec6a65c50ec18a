//! What was looked at: which files and functions were read, in which lines, and which were ruled out, and why.
//!
//! Enters: the files of a codebase, lines as they are shown, reasons as a model gives them. Leaves: for every file
//! and every function whether it was read, read in part, ruled out or not touched; as data and as a table.
//! Holds: only lines that were shown count as read. A file that has changed since is not read any more. Nothing is
//! ruled out without a reason.

use super::outline::{Kind, outline};
use super::search::{Hidden, walk};
use super::text::{self, Text};
use super::{Codebase, Refusal, search};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The shortest reason.
const SHORTEST_REASON: usize = 12;

/// What was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    files: BTreeMap<String, Entry>,
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The hash of the state that was looked at.
    pub hash: String,
    /// How many lines it has.
    pub lines: usize,
    /// The lines that were shown, as ranges that do not touch.
    pub read: Vec<(usize, usize)>,
    /// Its functions.
    pub functions: Vec<Function>,
    /// Why it need not be read.
    pub ruled_out: Option<String>,
}

/// A function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Function {
    /// Its name with the names around it.
    pub name: String,
    /// Its first line.
    pub first: usize,
    /// Its last line.
    pub last: usize,
    /// Why it need not be read.
    pub ruled_out: Option<String>,
}

/// How far something was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touch {
    /// Not at all.
    Untouched,
    /// Some of its lines.
    Partly,
    /// All of its lines.
    Read,
    /// It was said why it need not be.
    RuledOut,
}

impl Touch {
    fn words(self) -> &'static str {
        match self {
            Touch::Untouched => "not touched",
            Touch::Partly => "partly read",
            Touch::Read => "read",
            Touch::RuledOut => "ruled out",
        }
    }
}

impl Entry {
    fn of(text: &Text) -> Self {
        let symbols = outline(text).symbols.into_iter().filter(|s| s.kind == Kind::Function);
        let functions =
            symbols.map(|s| Function { name: s.name, first: s.first, last: s.last, ruled_out: None });
        Entry {
            hash: text.hash.clone(),
            lines: text.lines(),
            read: Vec::new(),
            functions: functions.collect(),
            ruled_out: None,
        }
    }

    /// How many lines were shown.
    pub fn lines_read(&self) -> usize {
        self.read.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// How far it was looked at.
    pub fn touch(&self) -> Touch {
        if self.ruled_out.is_some() {
            return Touch::RuledOut;
        }
        self.span(1, self.lines)
    }

    /// How far one of its functions was looked at.
    pub fn touch_of(&self, function: &Function) -> Touch {
        if function.ruled_out.is_some() || self.ruled_out.is_some() {
            return Touch::RuledOut;
        }
        self.span(function.first, function.last)
    }

    fn span(&self, first: usize, last: usize) -> Touch {
        let within = |(a, b): &(usize, usize)| *a <= first && last <= *b;
        if first > last || self.read.iter().any(within) {
            return Touch::Read;
        }
        let touches = |(a, b): &(usize, usize)| *a <= last && first <= *b;
        if self.read.iter().any(touches) { Touch::Partly } else { Touch::Untouched }
    }

    fn add(&mut self, first: usize, last: usize) {
        self.read.push((first, last));
        self.read.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (first, last) in self.read.drain(..) {
            match merged.last_mut() {
                Some(before) if first <= before.1 + 1 => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        self.read = merged;
    }
}

impl Ledger {
    /// All files of a codebase that are text, none of them touched.
    pub fn survey(codebase: &Codebase) -> Self {
        let texts = walk(codebase, codebase.root(), Hidden::default())
            .filter_map(|place| text::load(&place.full, &place.relative).ok());
        Ledger { files: texts.map(|t| (t.path.clone(), Entry::of(&t))).collect() }
    }

    /// Lines of a file were shown.
    pub fn read(&mut self, text: &Text, first: usize, last: usize) {
        let last = last.min(text.lines());
        let entry = self.files.entry(text.path.clone()).or_insert_with(|| Entry::of(text));
        if entry.hash != text.hash {
            let reason = entry.ruled_out.take();
            *entry = Entry::of(text);
            entry.ruled_out = reason;
        }
        if first <= last {
            entry.add(first.max(1), last);
        }
    }

    /// What need not be read: a file, a folder, what a glob matches, or one function of a file. How many files or
    /// functions that are.
    ///
    /// # Errors
    /// There is no such thing, or the reason is none.
    pub fn rule_out(&mut self, what: &str, function: Option<&str>, reason: &str) -> Result<usize, Refusal> {
        let arguments = |why: String| Refusal::Arguments { why };
        let reason = reason.trim();
        if reason.chars().count() < SHORTEST_REASON {
            return Err(arguments(format!(
                "{reason:?} is no reason: say why {what} does not matter to the feature"
            )));
        }
        if let Some(name) = function {
            let not_there = || Refusal::NotThere { path: what.to_owned(), close: None };
            let entry = self.files.get_mut(what).ok_or_else(not_there)?;
            let is = |f: &&mut Function| f.name == name || f.name.rsplit('.').next() == Some(name);
            let found: Vec<_> = entry.functions.iter_mut().filter(is).collect();
            let count = found.len();
            for function in found {
                function.ruled_out = Some(reason.to_owned());
            }
            return match count {
                0 => {
                    Err(arguments(format!("{what} has no function {name}\nhelp: outline shows which it has")))
                }
                _ => Ok(count),
            };
        }
        let folder = what.trim_end_matches('/');
        let matcher = search::glob(what)?;
        let mut count = 0;
        for (path, entry) in &mut self.files {
            let inside = path.strip_prefix(folder).is_some_and(|r| r.is_empty() || r.starts_with('/'));
            if inside || (what.contains(['*', '?', '[', '{']) && search::matches(&matcher, what, path)) {
                entry.ruled_out = Some(reason.to_owned());
                count += 1;
            }
        }
        match count {
            0 => Err(Refusal::NotThere { path: what.to_owned(), close: None }),
            _ => Ok(count),
        }
    }

    /// The files, by path.
    pub fn files(&self) -> &BTreeMap<String, Entry> {
        &self.files
    }

    /// What is neither read nor ruled out: files that were not touched, and functions not read to their end, as
    /// `path` or `path: function`.
    pub fn open(&self) -> Vec<String> {
        let mut open = Vec::new();
        for (path, entry) in &self.files {
            match entry.touch() {
                Touch::Untouched => open.push(path.clone()),
                Touch::Partly => {
                    let rest = entry.functions.iter().filter(|f| entry.touch_of(f) < Touch::Read);
                    open.extend(rest.map(|f| format!("{path}: {}", f.name)));
                }
                Touch::Read | Touch::RuledOut => {}
            }
        }
        open
    }

    /// A table for people and for models: at most so many rows, those that are open first.
    pub fn table(&self, most: usize) -> String {
        let mut rows: Vec<_> = self.files.iter().map(|(path, entry)| (entry.touch(), path, entry)).collect();
        rows.sort_by_key(|(touch, path, _)| (*touch, path.as_str()));
        let count = |wanted: Touch| rows.iter().filter(|(t, _, _)| *t == wanted).count();
        let mut out = format!(
            "{} files: {} read, {} partly, {} ruled out, {} not touched\n\n",
            rows.len(),
            count(Touch::Read),
            count(Touch::Partly),
            count(Touch::RuledOut),
            count(Touch::Untouched)
        );
        out.push_str(
            "| file | state | lines read | functions read | why not |\n| --- | --- | --- | --- | --- |\n",
        );
        for (touch, path, entry) in rows.iter().take(most) {
            let read = entry.functions.iter().filter(|f| entry.touch_of(f) == Touch::Read).count();
            let mut why = entry.ruled_out.clone().unwrap_or_default();
            for function in &entry.functions {
                if let Some(reason) = &function.ruled_out {
                    let _ =
                        write!(why, "{}{}: {reason}", if why.is_empty() { "" } else { "; " }, function.name);
                }
            }
            let _ = writeln!(
                out,
                "| {path} | {} | {}/{} | {read}/{} | {} |",
                touch.words(),
                entry.lines_read(),
                entry.lines,
                entry.functions.len(),
                why.replace('|', "\\|").replace('\n', " ")
            );
        }
        if rows.len() > most {
            let _ = writeln!(out, "\n{} more files are not shown", rows.len() - most);
        }
        out
    }
}
