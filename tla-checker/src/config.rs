//! The `.cfg` of a model to a [`Model`].
//!
//! Enters: the text of a `.cfg`, or of a `.tla` that holds a `CONFIG` block. Leaves: a [`Model`] with
//! places in that text, and diagnostics; the model is what could be read, and is to be used only if
//! none of them is an error.
//! Holds: the grammar is `cfg.pest`; any text gives a result, in time linear in its length; no name is
//! looked up here. *Specifying Systems*, section 14.7.1, and TLC 2.15 where it is silent: a keyword that
//! takes one name may appear once, the last of two assignments to a constant wins, SPECIFICATION
//! excludes INIT and NEXT.

mod build;
mod constants;
mod embed;
mod grammar;
mod keyword;
mod value;

use crate::model::Model;
use std::ops::Range;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{FileId, Span};

pub use embed::embedded;
pub use keyword::{KEYWORDS, similar_keyword};

/// What a configuration says, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Config {
    /// The model, as far as it could be read.
    pub model: Model,
    /// Errors and warnings, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

impl Config {
    /// The model and the warnings.
    ///
    /// # Errors
    /// All diagnostics, if one of them is an error.
    pub fn accept(self) -> Result<(Model, Vec<Diagnostic>), Vec<Diagnostic>> {
        if self.diagnostics.iter().any(Diagnostic::is_error) {
            Err(self.diagnostics)
        } else {
            Ok((self.model, self.diagnostics))
        }
    }
}

/// How deep sets and comments may nest.
const MAX_DEPTH: usize = 200;

/// Reads a configuration: all of `text`, which is the text of `file`.
pub fn parse(file: FileId, text: &str) -> Config {
    parse_range(file, text, 0..text.len())
}

/// Reads a configuration that is a part of a file, such as [`embedded`] finds.
///
/// A range that does not lie on character boundaries of `text` reads as empty.
pub fn parse_range(file: FileId, text: &str, range: Range<usize>) -> Config {
    let part = text.get(range.clone()).unwrap_or("");
    if let Some(at) = too_deep(part) {
        let span = Span::new(file, range.start + at, range.start + at + 1);
        let message = format!("sets or comments nested more than {MAX_DEPTH} deep");
        return Config {
            model: Model::default(),
            diagnostics: vec![Diagnostic::error(code::CONFIG_DEPTH, message).at(span, "")],
        };
    }
    // The generated parser recurses once a level of nesting, with large frames in debug builds.
    stacker::maybe_grow(4 << 20, 8 << 20, || build::config(file, part, range.start))
}

/// The place where nesting passes the limit. Strings and comments are not looked into: the count is
/// an upper bound of what the grammar will see.
fn too_deep(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut sets, mut comments) = (0usize, 0usize);
    for (at, &byte) in bytes.iter().enumerate() {
        match (byte, bytes.get(at + 1)) {
            (b'{', _) => sets += 1,
            (b'}', _) => sets = sets.saturating_sub(1),
            (b'(', Some(b'*')) => comments += 1,
            (b'*', Some(b')')) => comments = comments.saturating_sub(1),
            _ => {}
        }
        if sets > MAX_DEPTH || comments > MAX_DEPTH {
            return Some(at);
        }
    }
    None
}
