//! The parse tree of a configuration to a [`Model`] and diagnostics.
//!
//! Enters: text. Leaves: [`Config`]. Holds: one fault gives one diagnostic; after it, a statement is
//! quiet until something in it can be read again.

use super::Config;
use super::grammar::{Grammar, Rule};
use super::keyword::similar_keyword;
use crate::model::{Behaviour, Clause, Formula, Model};
use pest::Parser;
use pest::iterators::Pair;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{FileId, Span};

/// Reads `text`, which starts at byte `offset` of `file`.
pub(super) fn config(file: FileId, text: &str, offset: usize) -> Config {
    let mut builder = Builder::new(file, text, offset);
    match Grammar::parse(Rule::config, text) {
        Ok(mut pairs) => {
            if let Some(root) = pairs.next() {
                builder.statements(root);
            }
        }
        Err(error) => {
            let at = match error.location {
                pest::error::InputLocation::Pos(at) | pest::error::InputLocation::Span((at, _)) => at,
            };
            let span = Span::new(file, offset + at, offset + at);
            builder.error(Diagnostic::error(code::CONFIG_SYNTAX, "this cannot be read").at(span, ""));
        }
    }
    builder.finish()
}

/// Makes the model, statement by statement.
pub(super) struct Builder<'a> {
    file: FileId,
    text: &'a str,
    offset: usize,
    pub(super) model: Model,
    diagnostics: Vec<Diagnostic>,
    /// Nothing was understood since the last diagnostic.
    pub(super) quiet: bool,
    /// Keywords of one name, with the place of their first use.
    seen: Vec<(String, Span)>,
    /// SPECIFICATION, INIT or NEXT lacks its name: what the behaviours are is not known.
    incomplete: bool,
    specification: Option<Clause>,
    init: Option<Clause>,
    next: Option<Clause>,
}

impl<'a> Builder<'a> {
    fn new(file: FileId, text: &'a str, offset: usize) -> Self {
        Builder {
            file,
            text,
            offset,
            model: Model::default(),
            diagnostics: Vec::new(),
            quiet: false,
            seen: Vec::new(),
            incomplete: false,
            specification: None,
            init: None,
            next: None,
        }
    }

    fn statements(&mut self, root: Pair<'_, Rule>) {
        for statement in root.into_inner() {
            match statement.as_rule() {
                Rule::stray => {
                    self.stray(statement, "a keyword such as `INVARIANT`");
                    continue;
                }
                Rule::EOI => continue,
                _ => self.quiet = false,
            }
            match statement.as_rule() {
                Rule::obsolete => self.obsolete(statement),
                Rule::single => self.single(statement),
                Rule::list => self.list(statement),
                Rule::deadlock => self.deadlock(statement),
                Rule::constants => self.constants(statement),
                _ => {}
            }
        }
    }

    fn single(&mut self, statement: Pair<'_, Rule>) {
        let Some((keyword, argument)) = two(statement) else { return };
        let word = keyword.as_str();
        let place = self.span(&keyword);
        let at = self.span(&argument);
        if argument.as_rule() == Rule::missing {
            self.expected(at, &format!("a name after `{word}`"), Some((place, "after this")));
            self.incomplete |= matches!(word, "SPECIFICATION" | "INIT" | "NEXT");
            return;
        }
        if self.twice(word, place) {
            return;
        }
        let clause = Some(self.clause(&argument));
        match word {
            "SPECIFICATION" => self.specification = clause,
            "INIT" => self.init = clause,
            "NEXT" => self.next = clause,
            "VIEW" => self.model.view = clause,
            "SYMMETRY" => self.model.symmetry = clause,
            "ALIAS" => self.model.alias = clause,
            _ => self.model.postcondition = clause,
        }
    }

    /// TYPE and TYPE_CONSTRAINT: known to TLC, and without effect.
    fn obsolete(&mut self, statement: Pair<'_, Rule>) {
        let Some((keyword, argument)) = two(statement) else { return };
        let (word, place) = (keyword.as_str(), self.span(&keyword));
        if argument.as_rule() == Rule::missing {
            let at = self.span(&argument);
            return self.expected(at, &format!("a name after `{word}`"), Some((place, "after this")));
        }
        self.warn(
            Diagnostic::warning(code::CONFIG_OBSOLETE, format!("`{word}` has no effect"))
                .at(place, "ignored, as by TLC")
                .help("remove it; what is to hold of every state is an INVARIANT"),
        );
    }

    fn list(&mut self, statement: Pair<'_, Rule>) {
        let mut inner = statement.into_inner();
        let Some(keyword) = inner.next() else { return };
        for part in inner {
            match part.as_rule() {
                Rule::name => {
                    self.quiet = false;
                    let clause = self.clause(&part);
                    let list = match keyword.as_str() {
                        "INVARIANT" | "INVARIANTS" => &mut self.model.invariants,
                        "PROPERTY" | "PROPERTIES" => &mut self.model.properties,
                        "CONSTRAINT" | "CONSTRAINTS" => &mut self.model.constraints,
                        _ => &mut self.model.action_constraints,
                    };
                    if !list.iter().any(|c| c.formula == clause.formula) {
                        list.push(clause);
                    }
                }
                Rule::comma => self.comma(&part),
                _ => self.stray(part, &format!("a name after `{}`", keyword.as_str())),
            }
        }
    }

    fn deadlock(&mut self, statement: Pair<'_, Rule>) {
        let Some((keyword, argument)) = two(statement) else { return };
        let (place, at) = (self.span(&keyword), self.span(&argument));
        if argument.as_rule() == Rule::missing {
            self.expected(at, "`TRUE` or `FALSE` after `CHECK_DEADLOCK`", Some((place, "after this")));
            return;
        }
        if !self.twice("CHECK_DEADLOCK", place) {
            self.model.check_deadlock = Some(argument.as_str() == "TRUE");
        }
    }

    /// Reports a keyword of one name that was there before.
    fn twice(&mut self, keyword: &str, at: Span) -> bool {
        let first = self.seen.iter().find(|(k, _)| k == keyword).map(|&(_, span)| span);
        let Some(first) = first else {
            self.seen.push((keyword.into(), at));
            return false;
        };
        self.error(
            Diagnostic::error(code::CONFIG_TWICE, format!("`{keyword}` appears twice"))
                .at(at, "again here")
                .also(first, "first here")
                .help("keep one of them"),
        );
        true
    }

    /// Reports a comma between names or assignments.
    pub(super) fn comma(&mut self, pair: &Pair<'_, Rule>) {
        let at = self.span(pair);
        if !self.quiet {
            self.error(
                Diagnostic::error(code::CONFIG_SYNTAX, "a comma between names")
                    .at(at, "")
                    .help("names and assignments are separated by blanks or line breaks alone"),
            );
        }
    }

    /// Reports text that fits nowhere.
    pub(super) fn stray(&mut self, pair: Pair<'_, Rule>, wanted: &str) {
        let at = self.span(&pair);
        let Some(inner) = pair.into_inner().next() else { return };
        if inner.as_rule() == Rule::unterminated {
            let open = Span::new(self.file, at.start as usize, at.start as usize + 2);
            self.error(
                Diagnostic::error(code::CONFIG_COMMENT, "a comment does not end")
                    .at(open, "starts here")
                    .help("close it with `*)`; comments nest"),
            );
            return;
        }
        let word = inner.as_str();
        if self.unknown_keyword(word, at) || self.quiet {
            return;
        }
        self.expected(at, wanted, None);
    }

    /// Reports a word that was meant to be a keyword: one that is close to a keyword, first on its
    /// line or where only a keyword can be.
    pub(super) fn unknown_keyword(&mut self, word: &str, at: Span) -> bool {
        let Some(keyword) = similar_keyword(word) else { return false };
        let here = at.start as usize - self.offset;
        let line = self.text[..here].rsplit('\n').next().unwrap_or("");
        if self.quiet && !line.trim().is_empty() {
            return false;
        }
        self.error(
            Diagnostic::error(code::CONFIG_KEYWORD, format!("unknown keyword `{word}`"))
                .at(at, "")
                .help(format!("did you mean `{keyword}`?")),
        );
        true
    }

    /// Reports something missing before `at`.
    pub(super) fn expected(&mut self, at: Span, what: &str, also: Option<(Span, &str)>) {
        let message = format!("expected {what} but found {}", self.found(at));
        let mut diagnostic = Diagnostic::error(code::CONFIG_SYNTAX, message).at(self.token(at), "");
        if let Some((place, text)) = also {
            diagnostic = diagnostic.also(place, text);
        }
        diagnostic.help = self.expectation_help(at);
        self.error(diagnostic);
    }

    /// What to do when a well-known habit put something in the way.
    fn expectation_help(&self, at: Span) -> Option<String> {
        let rest = &self.text[at.start as usize - self.offset..];
        let before = self.text[..at.start as usize - self.offset].chars().next_back();
        if rest.starts_with('=') && before == Some('=') {
            Some("write one `=`".into())
        } else if rest.starts_with([';', ':']) {
            Some("statements need no punctuation between them".into())
        } else if rest.starts_with(['+', '-', '*', '/', '\\', '[', '<', '(', '.']) {
            Some(
                "an expression cannot stand in a configuration: define it in the spec and write its name (`N <- Definition`)"
                    .into(),
            )
        } else {
            None
        }
    }

    /// What stands at a place, for a message.
    pub(super) fn found(&self, at: Span) -> String {
        let token = self.token(at);
        let text = &self.text[token.start as usize - self.offset..token.end as usize - self.offset];
        match text {
            "" => "the end of the file".into(),
            text if super::KEYWORDS.contains(&text) => format!("the keyword `{text}`"),
            text => format!("`{text}`"),
        }
    }

    /// The token that starts at a place: a word, or one character.
    fn token(&self, at: Span) -> Span {
        let here = at.start as usize - self.offset;
        let rest = &self.text[here..];
        let word = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        let length = if word > 0 { word } else { rest.chars().next().map_or(0, char::len_utf8) };
        Span::new(self.file, at.start as usize, at.start as usize + length)
    }

    fn clause(&self, name: &Pair<'_, Rule>) -> Clause {
        Clause { formula: Formula::Name(joined(name)), span: Some(self.span(name)) }
    }

    pub(super) fn error(&mut self, diagnostic: Diagnostic) {
        self.quiet = true;
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn warn(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// The place of a node, without the blanks and comments that its last part may have skipped.
    pub(super) fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        let length = span.as_str().trim_end().len();
        Span::new(self.file, self.offset + span.start(), self.offset + span.start() + length)
    }

    /// Puts the behaviour together and checks what spans statements.
    fn finish(mut self) -> Config {
        let place = |clause: &Clause| clause.span;
        match (self.specification.take(), self.init.take(), self.next.take()) {
            _ if self.incomplete => {}
            (None, None, None) => {}
            (Some(specification), None, None) => {
                self.model.behaviour = Behaviour::Specification(specification);
            }
            (None, Some(init), Some(next)) => self.model.behaviour = Behaviour::InitNext { init, next },
            (Some(specification), init, next) => {
                let mut diagnostic = Diagnostic::error(
                    code::CONFIG_CONFLICT,
                    "both `SPECIFICATION` and `INIT`/`NEXT` say what the behaviours are",
                )
                .help("keep `SPECIFICATION`, or `INIT` and `NEXT`");
                diagnostic = at(diagnostic, place(&specification), "the specification");
                for clause in [init, next].into_iter().flatten() {
                    if let Some(span) = clause.span {
                        diagnostic = diagnostic.also(span, "and this");
                    }
                }
                self.error(diagnostic);
            }
            (None, Some(init), None) => self.lacking("INIT", "NEXT", &init),
            (None, None, Some(next)) => self.lacking("NEXT", "INIT", &next),
        }
        self.check_assignments();
        let mut diagnostics = self.diagnostics;
        diagnostics.sort_by_key(|d| d.primary.as_ref().map(|l| l.span));
        Config { model: self.model, diagnostics }
    }

    fn lacking(&mut self, there: &str, lacking: &str, clause: &Clause) {
        let diagnostic = Diagnostic::error(code::CONFIG_INCOMPLETE, format!("`{there}` without `{lacking}`"))
            .help(format!("add `{lacking}` and the name of its definition"));
        self.error(at(diagnostic, clause.span, ""));
    }
}

fn at(diagnostic: Diagnostic, span: Option<Span>, text: &str) -> Diagnostic {
    match span {
        Some(span) => diagnostic.at(span, text),
        None => diagnostic,
    }
}

/// The two parts of a statement.
fn two(statement: Pair<'_, Rule>) -> Option<(Pair<'_, Rule>, Pair<'_, Rule>)> {
    let mut inner = statement.into_inner();
    Some((inner.next()?, inner.next()?))
}

/// The text of a `name`, without blanks around `!`.
pub(super) fn joined(name: &Pair<'_, Rule>) -> String {
    let parts: Vec<&str> = name.clone().into_inner().map(|p| p.as_str()).collect();
    if parts.is_empty() { name.as_str().trim().into() } else { parts.join("!") }
}
