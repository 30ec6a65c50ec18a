//! A session: expressions evaluated one after the other, with definitions kept (`tlacheck repl`).
//!
//! Enters: a module, perhaps the configuration of its constants, and what is entered, line by line. Leaves:
//! values as TLA+ text, or diagnostics with the sources they point into. Holds: what is wrong changes
//! nothing; a definition takes the place of an earlier one of the same name. What is entered is resolved as
//! a module that extends the first one, so it means what it would mean there.

use crate::check::{self, Context};
use crate::config;
use crate::eval::Bounds;
use crate::observer::{Cancel, Observer};
use std::path::PathBuf;
use std::sync::Arc;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::library::Library;
use tla_parser::parse;
use tla_parser::resolve::{Rejected, Resolved, add_module, load_file, load_text};
use tla_parser::source::SourceMap;

/// What is in scope where no module is named.
pub const EVERYDAY: &str =
    "---- MODULE Everyday ----\nEXTENDS Integers, Sequences, FiniteSets, Bags, TLC\n====\n";
/// What to call what was entered.
const NAME: &str = "what was entered";

/// What became of what was entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The value of an expression.
    Value(String),
    /// A definition is kept under this name.
    Defined(String),
    /// There was nothing but space.
    Nothing,
}

/// Expressions and definitions in the context of a module.
pub struct Session {
    module: Option<PathBuf>,
    configuration: Option<(String, Arc<str>)>,
    library: Library,
    bounds: Bounds,
    /// Names and texts, in the order in which they were entered.
    definitions: Vec<(String, String)>,
}

impl Session {
    /// In the context of a module, or of the everyday standard modules.
    pub fn new(module: Option<PathBuf>, library: Library, bounds: Bounds) -> Self {
        Session { module, configuration: None, library, bounds, definitions: Vec::new() }
    }

    /// Takes the constants' values from this configuration: a name for it, and its text.
    pub fn configured(mut self, name: &str, text: &str) -> Self {
        self.configuration = Some((name.to_owned(), Arc::from(text)));
        self
    }

    /// The definitions, as they were entered.
    pub fn definitions(&self) -> impl Iterator<Item = &str> {
        self.definitions.iter().map(|(_, text)| text.as_str())
    }

    /// Whether the module, its configuration and the definitions can be used.
    ///
    /// # Errors
    /// They are wrong.
    pub fn look(&self) -> Result<(), Box<Rejected>> {
        self.context(&self.definitions).map(|_| ())
    }

    /// Evaluates an expression, or keeps a definition.
    ///
    /// # Errors
    /// It is wrong, or has no value.
    pub fn enter(
        &mut self,
        text: &str,
        observer: &dyn Observer,
        cancel: &Cancel,
    ) -> Result<Answer, Box<Rejected>> {
        if text.trim().is_empty() {
            return Ok(Answer::Nothing);
        }
        if let Some(name) = defined(text) {
            let new = (name.clone(), text.to_owned());
            let mut last = self.definitions.clone();
            last.retain(|(other, _)| *other != name);
            last.push(new.clone());
            // In the place of the one before, for others may use it; at the end where it uses others itself.
            let mut definitions = self.definitions.clone();
            match definitions.iter_mut().find(|(other, _)| *other == name) {
                Some(before) => *before = new,
                None => definitions = last.clone(),
            }
            if let Err(rejected) = self.context(&definitions) {
                if self.context(&last).is_err() {
                    return Err(rejected);
                }
                definitions = last;
            }
            self.definitions = definitions;
            return Ok(Answer::Defined(name));
        }
        let (mut resolved, model) = self.context(&self.definitions)?;
        let context = Context { model: model.as_ref(), bounds: self.bounds, observer, cancel };
        let value = check::evaluate_in(&mut resolved.spec, text, &self.library, &context);
        value.map(Answer::Value).map_err(|d| rejected(resolved.spec.sources, d))
    }

    /// The module with these definitions added, and what the configuration says.
    fn context(
        &self,
        definitions: &[(String, String)],
    ) -> Result<(Resolved, Option<crate::model::Model>), Box<Rejected>> {
        let mut resolved = match &self.module {
            Some(path) => load_file(path, &self.library)?,
            None => load_text("Everyday", EVERYDAY, &self.library)?,
        };
        if !definitions.is_empty() {
            let root = &resolved.spec.root_module().name;
            let mut text = format!("---- MODULE Session_of_{root} ----\nEXTENDS {root}\n");
            for (_, definition) in definitions {
                text.push_str(definition);
                text.push('\n');
            }
            text.push_str("====\n");
            if let Err(diagnostics) = add_module(&mut resolved.spec, NAME, &text, &self.library) {
                return Err(rejected(resolved.spec.sources, diagnostics));
            }
        }
        let model = match &self.configuration {
            None => None,
            Some((name, text)) => {
                let file = resolved.spec.sources.add(name.clone(), text.clone());
                match config::parse(file, text).accept() {
                    Ok((model, _)) => Some(model),
                    Err(diagnostics) => return Err(rejected(resolved.spec.sources, diagnostics)),
                }
            }
        };
        Ok((resolved, model))
    }
}

fn rejected(sources: SourceMap, diagnostics: Vec<Diagnostic>) -> Box<Rejected> {
    Box::new(Rejected { sources, diagnostics })
}

/// The texts of the tokens of a text.
fn words(text: &str) -> Vec<String> {
    let mut sources = SourceMap::new();
    // Tokens are looked for inside modules only.
    let header = "---- MODULE M ----\n";
    let file = sources.add(NAME, format!("{header}{text}\n===="));
    let whole = sources.file(file).text.clone();
    let tokens = parse::tokens(&sources, file);
    let inside = |start: u32| (header.len()..header.len() + text.len()).contains(&(start as usize));
    tokens
        .iter()
        .filter(|token| inside(token.start) && token.end > token.start)
        .map(|token| whole[token.start as usize..token.end as usize].to_owned())
        .collect()
}

/// The name that a definition defines; nothing for an expression.
fn defined(text: &str) -> Option<String> {
    let words = words(text);
    let at = words.iter().position(|word| word == "==" || word == "\u{225c}")?;
    let head = &words[..at];
    let first = head.first()?;
    if matches!(first.as_str(), "LET" | "(" | "{" | "[" | "<<" | "IF" | "CASE" | "CHOOSE") {
        return None;
    }
    let start = usize::from(matches!(first.as_str(), "RECURSIVE" | "LOCAL"));
    // An infix operator is called by its symbol: `a ## b == …`.
    let is_infix = head.len() == start + 3 && !matches!(head[start + 1].as_str(), "(" | "[");
    Some(head[start + usize::from(is_infix)].clone())
}

/// Whether a text is to be gone on with: something is open in it, or it ends where more must come.
pub fn is_open(text: &str) -> bool {
    let words = words(text);
    let brackets = |open: &[&str], close: &[&str]| {
        let count = |these: &[&str]| words.iter().filter(|word| these.contains(&word.as_str())).count();
        count(open) > count(close)
    };
    brackets(&["(", "[", "{", "<<"], &[")", "]", "}", ">>", ">>_", "]_"])
        || brackets(&["LET"], &["IN"])
        || words.last().is_some_and(|word| {
            matches!(
                word.as_str(),
                "==" | "IN" | "/\\" | "\\/" | "=>" | "=" | "," | "THEN" | "ELSE" | ":" | "->" | "|->"
            )
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observer::Silent;

    fn enter(session: &mut Session, text: &str) -> Result<Answer, Vec<&'static str>> {
        let entered = session.enter(text, &Silent, &Cancel::new());
        entered.map_err(|rejected| rejected.diagnostics.iter().map(|d| d.code.0).collect())
    }

    #[test]
    fn definitions_stay_and_are_replaced() {
        let mut session = Session::new(None, Library::new(), Bounds::default());
        let value = |text: &str| Ok(Answer::Value(text.to_owned()));
        let name = |text: &str| Ok(Answer::Defined(text.to_owned()));
        assert_eq!(enter(&mut session, "1 + 1"), value("2"));
        assert_eq!(enter(&mut session, "Twice(n) == 2 * n"), name("Twice"));
        assert_eq!(enter(&mut session, "a ## b == a + Twice(b)"), name("##"));
        assert_eq!(enter(&mut session, "1 ## 2"), value("5"));
        assert_eq!(enter(&mut session, "Twice(n) == n + n + 1"), name("Twice"));
        assert_eq!(enter(&mut session, "f[n \\in Nat] == IF n = 0 THEN 1 ELSE n * f[n - 1]"), name("f"));
        assert_eq!(enter(&mut session, "f[5]"), value("120"));
        assert_eq!(enter(&mut session, "LET x == 3 IN x * x"), value("9"));
        assert_eq!(enter(&mut session, "Wrong == Twise(1)"), Err(vec!["E0201"]));
        assert_eq!(enter(&mut session, "Twice(2)"), value("5"));
        assert_eq!(enter(&mut session, "1 = \"a\""), Err(vec!["E0503"]));
        assert_eq!(enter(&mut session, "  "), Ok(Answer::Nothing));
        assert_eq!(session.definitions().count(), 3);
    }

    #[test]
    fn what_is_open_goes_on() {
        for text in ["{1, 2", "Op(x) ==", "LET x == 3", "1 = 1 /\\", "[a |-> 1,", "<<1", "IF TRUE THEN"] {
            assert!(is_open(text), "{text}");
        }
        for text in ["{1, 2}", "Op(x) == x", "LET x == 3 IN x", "<<1, 2>>", "", "\"(\""] {
            assert!(!is_open(text), "{text}");
        }
    }
}
