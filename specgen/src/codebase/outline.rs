//! Which symbols a file defines: functions, methods, types, modules, and where they stand.
//!
//! Enters: a file's text. Leaves: symbols with names, the names around them, and lines; and how they were found.
//! Holds: Rust, C, C++, Go, Java, JavaScript, TypeScript and Python are parsed (tree-sitter), with what is broken in
//! them; any other language is guessed at line by line, and the outline says that it is a guess. Symbols are in the
//! order of their lines.

mod guess;
mod languages;

use super::text::Text;
use serde::Serialize;

/// What kind of symbol it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A function, a method, a macro: something with code in it.
    Function,
    /// A type: a struct, a class, an interface, a trait, an enumeration.
    Type,
    /// A module or a namespace.
    Module,
}

impl Kind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Function => "function",
            Kind::Type => "type",
            Kind::Module => "module",
        }
    }
}

/// A symbol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Symbol {
    /// Its name with the names around it: `Store.delete`.
    pub name: String,
    /// What kind of symbol it is.
    pub kind: Kind,
    /// Its first line.
    pub first: usize,
    /// Its last line.
    pub last: usize,
}

/// A file's symbols.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outline {
    /// The language, as far as its name tells.
    pub language: String,
    /// Found by looking at lines, not by parsing: there may be more, and ends may be wrong.
    pub guessed: bool,
    /// The file could not be parsed throughout.
    pub broken: bool,
    /// The symbols.
    pub symbols: Vec<Symbol>,
}

/// A file's symbols.
pub fn outline(text: &Text) -> Outline {
    let extension = text.path.rsplit_once('.').map_or("", |(_, e)| e);
    match languages::of_extension(extension) {
        Some(language) => languages::parse(language, text).unwrap_or_else(|| guess::outline(text, extension)),
        None => guess::outline(text, extension),
    }
}
