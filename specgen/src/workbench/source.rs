//! Which spec is meant: text, or a file under the roots.
//!
//! Enters: [`SpecInput`], as a caller gives it. Leaves: a resolved spec, and the library that its formulas are
//! resolved with. Holds: no file outside the roots is read, links followed; a spec that comes as text sees no files
//! at all. Nothing is written here.

use super::Workbench;
use super::data::Message;
use super::failure::{Failure, Kind};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};
use tla_parser::hir::Spec;
use tla_parser::library::Library;
use tla_parser::resolve::{Rejected, Resolved, load_as, load_text};

/// The largest file that is read.
const LARGEST: u64 = 16 << 20;

/// Which spec is meant. One of `text` and `path` is given.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SpecInput {
    /// The text of the root module (`---- MODULE Name ---- … ====`).
    pub text: Option<String>,
    /// A `.tla` file under the allowed roots; modules beside it are found.
    pub path: Option<String>,
    /// Further modules as text, by name, which the root module extends or instantiates.
    pub modules: BTreeMap<String, String>,
}

impl SpecInput {
    /// A spec as text.
    pub fn of_text(text: impl Into<String>) -> SpecInput {
        SpecInput { text: Some(text.into()), ..SpecInput::default() }
    }

    /// A spec in a file.
    pub fn of_path(path: impl Into<String>) -> SpecInput {
        SpecInput { path: Some(path.into()), ..SpecInput::default() }
    }

    /// Whether none is given.
    pub fn is_empty(&self) -> bool {
        self.text.is_none() && self.path.is_none()
    }
}

/// The text of a spec's root module, and where it came from.
#[derive(Clone, Debug)]
pub struct Text {
    /// What to call it in diagnostics.
    pub name: String,
    /// The text.
    pub text: String,
    /// The file, if it came from one.
    pub path: Option<PathBuf>,
    /// Where the modules are sought that it needs.
    pub library: Library,
}

/// A spec that was read.
pub struct Loaded {
    /// The spec.
    pub spec: Spec,
    /// What deserves attention.
    pub warnings: Vec<Message>,
    /// Where it came from.
    pub text: Text,
}

impl Workbench {
    /// A path under the roots, links followed.
    ///
    /// # Errors
    /// It lies outside, or does not exist.
    pub fn allowed(&self, argument: &str, path: &str) -> Result<PathBuf, Failure> {
        let given = Path::new(path);
        let Some(first) = self.roots.first() else {
            let what = format!("argument `{argument}`: `{path}` is refused: no folder may be read here");
            return Err(Failure::new(Kind::Refused, what).help("give the text itself"));
        };
        let candidates: Vec<PathBuf> = match given.is_absolute() {
            true => vec![given.to_owned()],
            false => self.roots.iter().map(|root| root.join(given)).collect(),
        };
        let candidates: Vec<&PathBuf> = candidates.iter().collect();
        let found = candidates.iter().find_map(|candidate| candidate.canonicalize().ok());
        let outside = || {
            let roots: Vec<String> = self.roots.iter().map(|root| root.display().to_string()).collect();
            let what = format!("argument `{argument}`: `{path}` lies outside the allowed roots");
            Failure::new(Kind::Refused, what).help(format!(
                "files are read under {} only; start the server with --root DIR for others",
                roots.join(", ")
            ))
        };
        match found {
            Some(real) if self.roots.iter().any(|root| real.starts_with(root)) => Ok(real),
            Some(_) => Err(outside()),
            // What does not exist is told from what is not allowed only where that says nothing of other folders.
            None if self.is_inside(candidates[0]) => {
                let what = format!("argument `{argument}`: there is no file `{path}`");
                Err(Failure::new(Kind::NotFound, what)
                    .help(format!("relative paths begin at {}", first.display())))
            }
            None => Err(outside()),
        }
    }

    /// Whether a path that need not exist lies inside, as it is written.
    fn is_inside(&self, path: &Path) -> bool {
        let mut plain = PathBuf::new();
        for component in path.components() {
            match component {
                std::path::Component::ParentDir => {
                    plain.pop();
                }
                std::path::Component::CurDir => {}
                other => plain.push(other),
            }
        }
        self.roots.iter().any(|root| plain.starts_with(root))
    }

    /// The text of a file under the roots.
    ///
    /// # Errors
    /// It lies outside, does not exist, is no text, or is too large.
    pub fn read(&self, argument: &str, path: &str) -> Result<(PathBuf, String), Failure> {
        let real = self.allowed(argument, path)?;
        let unreadable = |why: String| Failure::argument(argument, format!("cannot read `{path}`: {why}"));
        let facts = std::fs::metadata(&real).map_err(|error| unreadable(error.to_string()))?;
        if !facts.is_file() {
            return Err(unreadable("it is no file".into()));
        }
        if facts.len() > LARGEST {
            return Err(unreadable(format!("it has {} bytes, more than {LARGEST}", facts.len())));
        }
        let bytes = std::fs::read(&real).map_err(|error| unreadable(error.to_string()))?;
        match String::from_utf8(bytes) {
            Ok(text) => Ok((real, text)),
            Err(_) => Err(unreadable("it is not UTF-8".into())),
        }
    }

    /// The text that is given, or that of the file that is.
    ///
    /// # Errors
    /// Both are given, or neither, or the file cannot be read.
    pub fn text_or_file(
        &self,
        (text_name, text): (&str, Option<&str>),
        (path_name, path): (&str, Option<&str>),
    ) -> Result<(String, String), Failure> {
        match (text, path) {
            (Some(text), None) => Ok((text_name.to_owned(), text.to_owned())),
            (None, Some(path)) => {
                self.read(path_name, path).map(|(real, text)| (real.display().to_string(), text))
            }
            (Some(_), Some(_)) => {
                Err(Failure::argument(path_name, format!("`{text_name}` is given too: give one of them")))
            }
            (None, None) => Err(Failure::argument(text_name, format!("give it, or `{path_name}`"))),
        }
    }

    /// The text of the root module.
    ///
    /// # Errors
    /// It is not said which spec is meant, or its file cannot be read.
    pub fn text(&self, input: &SpecInput) -> Result<Text, Failure> {
        let mut library = Library::new();
        for (name, text) in &input.modules {
            library = library.with_source(name.clone(), text.clone());
        }
        match (&input.text, &input.path) {
            (Some(text), None) => {
                let name = format!("{}.tla", module_name(text).unwrap_or("spec"));
                Ok(Text { name, text: text.clone(), path: None, library })
            }
            (None, Some(path)) => {
                let (real, text) = self.read("path", path)?;
                let folder = real.parent().unwrap_or(Path::new("/"));
                let library = library.with_folder(folder).within(self.roots.iter().cloned());
                Ok(Text { name: real.display().to_string(), text, path: Some(real), library })
            }
            (Some(_), Some(_)) => Err(Failure::argument("path", "`text` is given too: give one of them")),
            (None, None) => Err(Failure::argument("text", "give the text of the spec, or `path`, its file")),
        }
    }

    /// Reads and resolves a spec, or takes it from the parse just before.
    ///
    /// # Errors
    /// It cannot be read, or is wrong.
    pub fn load(&self, input: &SpecInput) -> Result<Loaded, Failure> {
        if let Some(loaded) = self.parsed.take(input) {
            return Ok(loaded);
        }
        let text = self.text(input)?;
        match resolve(&text) {
            Ok(Resolved { spec, warnings }) => {
                let warnings = Message::all(&warnings, &spec.sources);
                Ok(Loaded { spec, warnings, text })
            }
            Err(rejected) => {
                let Rejected { sources, diagnostics } = *rejected;
                Err(Failure::rejected("the spec is wrong", &diagnostics, &sources))
            }
        }
    }
}

/// The spec that was parsed last, for the call that comes after: a turn of the loop parses a text, and checks the same
/// text. It is handed out once, as whoever has it adds to it. A spec in a file is not kept: the file may change.
#[derive(Default)]
pub(super) struct Parsed(Mutex<Option<(SpecInput, Box<Loaded>)>>);

impl std::fmt::Debug for Parsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Parsed")
    }
}

impl Parsed {
    /// Keeps a spec that came as text.
    pub fn keep(&self, input: &SpecInput, loaded: Loaded) {
        if input.path.is_none() {
            *self.slot() = Some((input.clone(), Box::new(loaded)));
        }
    }

    /// The spec of just this input, if it was parsed last.
    fn take(&self, input: &SpecInput) -> Option<Loaded> {
        let mut slot = self.slot();
        match slot.take() {
            Some((kept, loaded)) if kept == *input => Some(*loaded),
            other => {
                *slot = other;
                None
            }
        }
    }

    fn slot(&self) -> MutexGuard<'_, Option<(SpecInput, Box<Loaded>)>> {
        self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

/// Resolves a text and what it needs.
///
/// # Errors
/// It is wrong.
pub fn resolve(text: &Text) -> Result<Resolved, Box<Rejected>> {
    match &text.path {
        // Modules beside the file are found; the library says what may be read.
        Some(path) => load_as(path, &text.text, &text.library),
        None => load_text(&text.name, &text.text, &text.library),
    }
}

/// The name of the first module of a text.
pub fn module_name(text: &str) -> Option<&str> {
    let after = text.split_once("MODULE")?.1.trim_start();
    let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
    Some(&after[..end]).filter(|name| !name.is_empty())
}
