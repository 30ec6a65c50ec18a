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
    /// Its functions; `None` as long as nobody has looked into it, since parsing everything would take minutes.
    pub functions: Option<Vec<Function>>,
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
        Entry {
            hash: text.hash.clone(),
            lines: text.lines(),
            read: Vec::new(),
            functions: None,
            ruled_out: None,
        }
    }

    fn know(&mut self, text: &Text) -> &mut Vec<Function> {
        self.functions.get_or_insert_with(|| {
            let symbols = outline(text).symbols.into_iter().filter(|s| s.kind == Kind::Function);
            let functions =
                symbols.map(|s| Function { name: s.name, first: s.first, last: s.last, ruled_out: None });
            functions.collect()
        })
    }

    /// Its functions, as far as they are known.
    pub fn known(&self) -> &[Function] {
        self.functions.as_deref().unwrap_or_default()
    }

    /// How many lines were shown.
    pub fn lines_read(&self) -> usize {
        self.read.iter().map(|(first, last)| last - first + 1).sum()
    }

    /// How far it was looked at.
    pub fn touch(&self) -> Touch {
        // Who reads all of it has thought better of it.
        match self.span(1, self.lines) {
            Touch::Untouched | Touch::Partly if self.ruled_out.is_some() => Touch::RuledOut,
            touch => touch,
        }
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

    /// Looks into all files that nobody has looked into yet, for a report that names every function.
    pub fn know_all(&mut self, codebase: &Codebase) {
        for (path, entry) in self.files.iter_mut().filter(|(_, e)| e.functions.is_none()) {
            if let Ok(text) = codebase.read(path) {
                entry.know(&text);
            }
        }
    }

    /// Lines of a file were shown.
    pub fn read(&mut self, text: &Text, first: usize, last: usize) {
        let last = last.min(text.lines());
        let entry = self.current(text);
        if first <= last {
            entry.add(first.max(1), last);
        }
    }

    /// The entry of a file as it is now.
    fn current(&mut self, text: &Text) -> &mut Entry {
        let entry = self.files.entry(text.path.clone()).or_insert_with(|| Entry::of(text));
        if entry.hash != text.hash {
            let reason = entry.ruled_out.take();
            *entry = Entry::of(text);
            entry.ruled_out = reason;
        }
        entry.know(text);
        entry
    }

    /// One function of a file need not be read. How many have that name.
    ///
    /// # Errors
    /// There is no such function, or the reason is none.
    pub fn rule_out_function(&mut self, text: &Text, name: &str, reason: &str) -> Result<usize, Refusal> {
        let reason = given(reason, name)?;
        let is = |f: &&mut Function| f.name == name || f.name.rsplit('.').next() == Some(name);
        let mut count = 0;
        for function in self.current(text).know(text).iter_mut().filter(is) {
            function.ruled_out = Some(reason.clone());
            count += 1;
        }
        let why = || format!("{} has no function {name}\nhelp: outline shows which it has", text.path);
        if count == 0 { Err(Refusal::Arguments { why: why() }) } else { Ok(count) }
    }

    /// What need not be read: a file, a folder, what a glob matches. How many files that are.
    ///
    /// # Errors
    /// There is no such file, or the reason is none.
    pub fn rule_out(&mut self, what: &str, reason: &str) -> Result<usize, Refusal> {
        let reason = given(reason, what)?;
        let folder = what.trim_end_matches('/');
        let matcher = search::glob(what)?;
        let mut count = 0;
        for (path, entry) in &mut self.files {
            let inside = path.strip_prefix(folder).is_some_and(|r| r.is_empty() || r.starts_with('/'));
            if inside || (what.contains(['*', '?', '[', '{']) && search::matches(&matcher, what, path)) {
                entry.ruled_out = Some(reason.clone());
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
                    let rest = entry.known().iter().filter(|f| entry.touch_of(f) < Touch::Read);
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
            let read = entry.known().iter().filter(|f| entry.touch_of(f) == Touch::Read).count();
            let all = entry.functions.as_ref().map_or("?".to_owned(), |f| f.len().to_string());
            let mut why = entry.ruled_out.clone().unwrap_or_default();
            for function in entry.known() {
                if let Some(reason) = &function.ruled_out {
                    let _ =
                        write!(why, "{}{}: {reason}", if why.is_empty() { "" } else { "; " }, function.name);
                }
            }
            let _ = writeln!(
                out,
                "| {path} | {} | {}/{} | {read}/{all} | {} |",
                touch.words(),
                entry.lines_read(),
                entry.lines,
                why.replace('|', "\\|").replace('\n', " ")
            );
        }
        if rows.len() > most {
            let _ = writeln!(out, "\n{} more files are not shown", rows.len() - most);
        }
        out
    }
}

/// A reason that is one.
fn given(reason: &str, what: &str) -> Result<String, Refusal> {
    let reason = reason.trim();
    if reason.chars().count() < SHORTEST_REASON {
        let why = format!("{reason:?} is no reason: say why {what} does not matter to the feature");
        return Err(Refusal::Arguments { why });
    }
    Ok(reason.to_owned())
}
