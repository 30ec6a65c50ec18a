//! Text to tokens.
//!
//! Enters: a file's text. Leaves: its tokens, the last of kind [`Kind::End`], and diagnostics.
//! Holds: text outside of modules and comments leave no tokens; tokens are in order and do not
//! overlap; whatever the text, lexing ends and takes time linear in its length.
//! The lexical grammar is `tla.pest`; this file drives it: a call of its rule `run` takes all
//! tokens up to the next comment, end of module or fault. Comments are counted here, not by
//! recursion, so that 100,000 nested ones are no deeper than one.

use crate::code;
use crate::diagnostic::Diagnostic;
use crate::precedence::operator;
use crate::source::{FileId, Span};
use crate::token::{Kind, Token, reserved};
use pest::Parser as _;
use pest::iterators::Pair;
use std::ops::Range;

/// What pest derives from the grammar; documented there.
#[allow(missing_docs)]
mod rules {
    #[derive(pest_derive::Parser)]
    #[grammar = "tla.pest"]
    pub(super) struct Grammar;
}
use rules::{Grammar, Rule};

/// More lexical faults than this are not reported one by one.
const MOST_FAULTS: usize = 40;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Modules with free text around them.
    Modules,
    /// One expression.
    Expression,
    /// A PlusCal algorithm, where `;` is a token.
    Algorithm,
}

/// The tokens of a text, and what is wrong with it.
pub fn lex(file: FileId, text: &str, content: Content) -> (Vec<Token>, Vec<Diagnostic>) {
    lex_part(file, text, 0..text.len(), content)
}

/// The tokens of a part of a text, with their places in the whole.
pub(crate) fn lex_part(
    file: FileId,
    text: &str,
    part: Range<usize>,
    content: Content,
) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        file,
        text: &text[..part.end],
        position: part.start,
        counted: Counted { offset: 0, line: 1, column: 1 },
        modules: 0,
        tokens: Vec::with_capacity(part.len() / 4),
        diagnostics: Vec::new(),
    };
    lexer.run(content);
    (lexer.tokens, lexer.diagnostics)
}

/// Lines and columns up to an offset.
struct Counted {
    offset: usize,
    line: u32,
    column: u32,
}

impl Counted {
    fn advance(&mut self, text: &str, offset: usize) {
        let bytes = &text.as_bytes()[self.offset..offset];
        for (i, &b) in bytes.iter().enumerate() {
            match b {
                b'\n' => (self.line, self.column) = (self.line + 1, 1),
                // A lone carriage return ends a line too; one before a line feed does not count twice.
                b'\r' if text.as_bytes().get(self.offset + i + 1) != Some(&b'\n') => {
                    (self.line, self.column) = (self.line + 1, 1);
                }
                b'\t' => self.column = (self.column - 1) / 8 * 8 + 9,
                // Bytes inside of a character do not count.
                0x80..=0xBF => {}
                _ => self.column += 1,
            }
        }
        self.offset = offset;
    }
}

struct Lexer<'t> {
    file: FileId,
    text: &'t str,
    position: usize,
    counted: Counted,
    modules: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Lexer<'t> {
    fn run(&mut self, content: Content) {
        if content != Content::Modules {
            // As if inside of a module that `====` does not end.
            self.modules = 1;
        }
        while self.position < self.text.len() {
            if self.modules == 0 {
                self.position += self.matched(Rule::prelude);
                if self.position == self.text.len() {
                    break;
                }
            }
            self.tokens_up_to_a_stop();
            self.stop(content);
        }
        self.position = self.text.len();
        self.push(Kind::End, self.position, self.position);
    }

    fn rest(&self) -> &'t str {
        &self.text[self.position..]
    }

    /// How many bytes from here a rule matches.
    fn matched(&self, rule: Rule) -> usize {
        Grammar::parse(rule, self.rest()).ok().and_then(|mut p| p.next()).map_or(0, |p| p.as_span().end())
    }

    fn push(&mut self, kind: Kind, start: usize, end: usize) {
        self.counted.advance(self.text, start);
        let Counted { line, column, .. } = self.counted;
        self.tokens.push(Token { kind, start: start as u32, end: end as u32, line, column });
    }

    fn tokens_up_to_a_stop(&mut self) {
        let Some(run) = Grammar::parse(Rule::run, self.rest()).ok().and_then(|mut p| p.next()) else {
            return;
        };
        let base = self.position;
        self.position += run.as_span().end();
        for pair in run.into_inner() {
            let kind = kind_of(&pair);
            if kind == Kind::ModuleStart {
                self.modules += 1;
            }
            let span = pair.as_span();
            self.push(kind, base + span.start(), base + span.end());
        }
    }

    /// Handles what stands where `run` stopped.
    fn stop(&mut self, content: Content) {
        let rest = self.rest();
        let start = self.position;
        if rest.is_empty() {
        } else if rest.starts_with("(*") {
            self.comment();
        } else if rest.starts_with("\\*") {
            self.position += self.matched(Rule::line_comment);
        } else if rest.starts_with("====") {
            self.position += self.matched(Rule::end_module);
            self.push(Kind::ModuleEnd, start, self.position);
            if content == Content::Modules {
                self.modules = self.modules.saturating_sub(1);
            }
        } else if rest.starts_with('"') {
            let line_end = rest.find(['\n', '\r']).unwrap_or(rest.len());
            self.position += line_end;
            self.push(Kind::String, start, self.position);
            let d = Diagnostic::error(code::UNCLOSED_STRING, "this string is not closed on its line")
                .at(self.span(start, start + 1), "opened here")
                .help("a string ends with `\"` on the line it starts on; write a line break as `\\n`");
            self.report(d);
        } else if content == Content::Algorithm && rest.starts_with(';') {
            self.position += 1;
            self.push(Kind::Semicolon, start, self.position);
        } else {
            self.unknown();
        }
    }

    fn comment(&mut self) {
        let opening = self.position;
        let mut open = 1usize;
        self.position += 2;
        while open > 0 {
            self.position += self.matched(Rule::comment_text);
            if self.position == self.text.len() {
                let d = Diagnostic::error(code::UNCLOSED_COMMENT, "this comment is not closed")
                    .at(self.span(opening, opening + 2), "opened here")
                    .note(format!("{open} `*)` missing at the end of the file"))
                    .help("comments nest: every `(*` inside needs its own `*)`");
                self.report(d);
                return;
            }
            if self.rest().starts_with("(*") {
                open += 1;
            } else {
                open -= 1;
            }
            self.position += 2;
        }
    }

    fn unknown(&mut self) {
        let start = self.position;
        // One report for a run of them: a file in another language or encoding is one fault.
        let foreign = |c: char| !c.is_ascii() || c.is_ascii_control() && !c.is_ascii_whitespace();
        let rest = self.rest();
        let first = rest.chars().next().map_or(1, char::len_utf8);
        let tail = if rest.starts_with(foreign) { &rest[first..] } else { "" };
        let more = tail.find(|c: char| !foreign(c) || c.is_whitespace()).unwrap_or(tail.len());
        // Of the characters after the first, those that start a token are not foreign.
        let more = tail[..more]
            .char_indices()
            .map(|(i, _)| i)
            .find(|&i| tail[i..].chars().next().is_some_and(starts_token))
            .unwrap_or(more);
        self.position = start + first + more;
        let text = &self.text[start..self.position];
        let shown: String = text.chars().take(12).flat_map(char::escape_debug).collect();
        let quoted = if shown.contains('`') { format!("'{shown}'") } else { format!("`{shown}`") };
        let mut d =
            Diagnostic::error(code::UNEXPECTED_CHARACTER, format!("no TLA+ token starts with {quoted}"))
                .at(self.span(start, self.position), "");
        d.help = match text.chars().next() {
            Some('“' | '”' | '„' | '‘' | '’') => {
                Some("write strings between straight quotes: \"text\"".into())
            }
            Some('−' | '–' | '—') => Some("write the minus sign as `-`".into()),
            Some(';') => {
                Some("TLA+ has no statements: use `/\\` between conjuncts, or a PlusCal comment".into())
            }
            Some(c) if c.is_alphabetic() => {
                Some("names are of the letters a-z and A-Z, digits and `_`".into())
            }
            _ => None,
        };
        self.report(d);
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    fn report(&mut self, d: Diagnostic) {
        if self.diagnostics.len() < MOST_FAULTS {
            self.diagnostics.push(d);
        }
    }
}

/// Whether a character outside of ASCII is or starts a token.
fn starts_token(c: char) -> bool {
    let mut buffer = [0; 4];
    let text: &str = c.encode_utf8(&mut buffer);
    operator(text).is_some() || reserved(text).is_some() || matches!(c, 'ℕ' | 'ℤ' | 'ℝ')
}

fn kind_of(pair: &Pair<'_, Rule>) -> Kind {
    let text = pair.as_str();
    match pair.as_rule() {
        // Prefix operators such as DOMAIN are words.
        Rule::word => reserved(text).or_else(|| operator(text).map(Kind::Operator)).unwrap_or(Kind::Name),
        Rule::symbol | Rule::rare_symbol | Rule::underscore => {
            operator(text).map(Kind::Operator).or_else(|| reserved(text)).unwrap_or(Kind::Unknown)
        }
        Rule::digits if text.contains('.') => Kind::Decimal,
        Rule::digits | Rule::number => Kind::Number,
        Rule::string => Kind::String,
        Rule::fairness => Kind::Fairness(text == "SF_"),
        Rule::module_start => Kind::ModuleStart,
        Rule::separator => Kind::Separator,
        Rule::step => {
            let after = text.split_once('>').map_or("", |(_, after)| after);
            let name = after.trim_end_matches('.');
            match (name.trim_matches(['*', '-']).is_empty(), after.len() > name.len()) {
                (true, _) => Kind::StepBare,
                (false, true) => Kind::StepDot,
                (false, false) => Kind::StepName,
            }
        }
        _ => Kind::Unknown,
    }
}
