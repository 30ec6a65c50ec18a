//! An outline without a grammar: lines that look as if they began something.
//!
//! Enters: a text in whatever language. Leaves: an outline that says of itself that it is a guess.
//! Holds: a symbol ends before the next line that is indented no deeper than it, closing brackets aside.

use super::super::text::Text;
use super::{Kind, Outline, Symbol};
use regex::Regex;
use std::sync::LazyLock;

/// Words that begin functions in some language or other.
static FUNCTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:(?:public|private|protected|internal|static|async|override|export|local|final|inline|pub)\s+)*(?:fn|func|fun|function|def|sub|proc|procedure|defn|defp)\s+([A-Za-z_][\w.:!?]*)",
    )
    .ok()
});

/// Words that begin types and modules.
static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"^\s*(?:(?:public|private|protected|internal|static|abstract|sealed|final|export|data|case|pub)\s+)*(class|struct|interface|trait|enum|protocol|record|object|actor|module|namespace|package)\s+([A-Za-z_][\w.:]*)",
    )
    .ok()
});

pub(super) fn outline(text: &Text, extension: &str) -> Outline {
    let mut symbols = Vec::new();
    for (number, line) in text.range(1, text.lines()) {
        let found = found(line);
        symbols.extend(found.map(|(name, kind)| Symbol {
            name,
            kind,
            first: number,
            last: end(text, number),
        }));
    }
    let language = if extension.is_empty() { "unknown" } else { extension };
    Outline { language: language.to_owned(), guessed: true, broken: false, symbols }
}

fn found(line: &str) -> Option<(String, Kind)> {
    if let Some(found) = FUNCTION.as_ref().and_then(|r| r.captures(line)) {
        return Some((found[1].to_owned(), Kind::Function));
    }
    let found = OTHER.as_ref().and_then(|r| r.captures(line))?;
    let module = matches!(&found[1], "module" | "namespace" | "package");
    Some((found[2].to_owned(), if module { Kind::Module } else { Kind::Type }))
}

fn end(text: &Text, first: usize) -> usize {
    let deep = |line: &str| line.len() - line.trim_start().len();
    let own = text.line(first).map_or(0, deep);
    let mut last = first;
    for (number, line) in text.range(first + 1, text.lines()) {
        let inner = line.trim();
        if inner.is_empty() {
            continue;
        }
        if deep(line) <= own {
            let closing = inner.starts_with(['}', ')', ']']) || inner.to_ascii_lowercase().starts_with("end");
            return if closing { number } else { last };
        }
        last = number;
    }
    last
}
