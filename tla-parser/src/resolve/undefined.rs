//! Names that mean nothing, and what may have been meant.

use super::Resolver;
use crate::ast::{self, Symbol, UnitKind};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use rustc_hash::FxHashMap;

/// Operators that modules define and that are often used without them.
const SYMBOLS: [(&str, &str); 23] = [
    ("+", "Naturals"),
    ("-", "Naturals"),
    ("-.", "Integers"),
    ("*", "Naturals"),
    ("^", "Naturals"),
    ("%", "Naturals"),
    ("\\div", "Naturals"),
    ("/", "Reals"),
    ("..", "Naturals"),
    ("<", "Naturals"),
    (">", "Naturals"),
    ("\\leq", "Naturals"),
    ("=<", "Naturals"),
    ("<=", "Naturals"),
    ("\\geq", "Naturals"),
    (">=", "Naturals"),
    ("\\o", "Sequences"),
    ("\\circ", "Sequences"),
    (":>", "TLC"),
    ("@@", "TLC"),
    ("(+)", "Bags"),
    ("(-)", "Bags"),
    ("\\sqsubseteq", "Bags"),
];

/// Modules whose operators are suggested, the likeliest first.
const SUGGESTED: [&str; 14] = [
    "Naturals",
    "Integers",
    "Sequences",
    "FiniteSets",
    "TLC",
    "Bags",
    "Reals",
    "SequencesExt",
    "FiniteSetsExt",
    "Functions",
    "Folds",
    "TLCExt",
    "Randomization",
    "Json",
];

/// The definitions of a module: the place of each name and of the whole.
pub(super) fn definitions(module: &ast::Module) -> FxHashMap<Symbol, (Span, Span)> {
    let mut found = FxHashMap::default();
    for unit in &module.units {
        let name = match &unit.kind {
            UnitKind::Operator(def) => &def.name,
            UnitKind::Function(def) => &def.name,
            UnitKind::NamedInstance { name, .. } => name,
            _ => continue,
        };
        found.entry(name.name.clone()).or_insert((name.span, unit.span));
    }
    found
}

impl Resolver<'_> {
    pub(super) fn undefined(&mut self, name: &str, span: Span) {
        if self.stack.last().is_some_and(|c| c.proof) {
            let message = format!("`{name}`, used in a proof, is not defined");
            let mut d = Diagnostic::warning(code::UNRESOLVED_IN_PROOF, message).at(span, "not defined");
            d.help = self.near(name).or_else(|| suggested(name));
            return self.report(d);
        }
        let later = self.stack.iter().rev().find_map(|c| c.defines.get(name)).copied();
        let d = match later {
            // The module's own definition is still to come: this use may stand in it.
            Some((_, whole)) if whole.file == span.file && whole.start <= span.start && span.end <= whole.end => {
                Diagnostic::error(code::UNDEFINED_NAME, format!("`{name}` is used in its own definition"))
                    .at(span, "not defined yet")
                    .help(format!(
                        "declare it first, with a `_` for each argument: `RECURSIVE {name}(_)`; or define a function: `{name}[x \\in S] == …`"
                    ))
            }
            Some((at, _)) => {
                Diagnostic::error(code::UNDEFINED_NAME, format!("`{name}` is used before its definition"))
                    .at(span, "not defined yet")
                    .also(at, "defined here")
                    .help("move the definition up: names are defined before they are used")
            }
            None => {
                let mut d = Diagnostic::error(code::UNDEFINED_NAME, format!("`{name}` is not defined"))
                    .at(span, "not defined");
                d.help = self.near(name).or_else(|| suggested(name));
                d
            }
        };
        self.report(d);
    }

    /// A name in scope that may have been meant.
    fn near(&self, name: &str) -> Option<String> {
        let mut candidates: Vec<Symbol> = Vec::new();
        for current in &self.stack {
            candidates.extend(current.names.keys().cloned());
            candidates.extend(current.scope.iter().map(|s| s.0.clone()));
        }
        candidates.sort();
        let near = closest(name, candidates.iter().map(|s| &**s))?;
        Some(format!("did you mean `{near}`?"))
    }
}

/// The module that defines a name.
fn suggested(name: &str) -> Option<String> {
    let symbol = SYMBOLS.iter().find(|(symbol, _)| *symbol == name).map(|(_, module)| *module);
    let module = symbol.or_else(|| {
        SUGGESTED.into_iter().find(|module| {
            let text = crate::library::EMBEDDED.iter().find(|(name, _)| name == module).map_or("", |e| e.1);
            text.lines().any(|l| {
                l.strip_prefix(name).is_some_and(|rest| rest.starts_with('(') || rest.starts_with(" =="))
            })
        })
    })?;
    Some(format!("module `{module}` defines it: add it to EXTENDS"))
}

/// The candidate nearest to `name`, if one is near enough to be meant. Operator symbols and names of
/// one letter are near to everything: none is suggested.
pub(crate) fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    let is_word = |s: &str| s.chars().count() > 1 && s.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_word(name) {
        return None;
    }
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .filter(|c| is_word(c))
        .map(|c| (strsim::damerau_levenshtein(name, c), c))
        .filter(|&(distance, c)| distance <= limit && c != name)
        .min()
        .map(|(_, c)| c.to_string())
}
