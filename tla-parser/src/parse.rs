//! The door of the parser: a file's text to its syntax tree.
//!
//! Enters: a [`SourceMap`] and a file of it. Leaves: [`Parsed`], or an expression.
//! Holds: there is always a tree, and a tree without [`ExprKind::Error`] if there is no error
//! among the diagnostics, which are in the order of the text. Names are not looked at: see the
//! resolver.
//!
//! ```
//! use tla_parser::{parse::parse_file, source::SourceMap};
//! let mut sources = SourceMap::new();
//! let file = sources.add("Counter.tla", "---- MODULE Counter ----\nVARIABLE x\nInit == x = 0\n====");
//! let parsed = parse_file(&sources, file);
//! assert!(parsed.diagnostics.is_empty());
//! assert_eq!(parsed.modules[0].units.len(), 2);
//! ```
//!
//! [`ExprKind::Error`]: crate::ast::ExprKind::Error

use crate::ast::{Expr, Module};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::grammar::Parser;
use crate::lexer::{Content, lex};
use crate::source::{FileId, SourceMap};
use crate::token::Token;

/// The modules of a file and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// All top-level modules of the file, in order.
    pub modules: Vec<Module>,
    /// What was found, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses all modules of a file.
pub fn parse_file(sources: &SourceMap, file: FileId) -> Parsed {
    let text = &sources.file(file).text;
    let (tokens, mut diagnostics) = lex(file, text, Content::Modules);
    let mut parser = Parser::new(file, text, &tokens);
    let modules = parser.file();
    if diagnostics.iter().any(|d| d.code == code::UNCLOSED_COMMENT) {
        // The comment has swallowed the end of the module: one fault, not two.
        parser.diagnostics.retain(|d| d.code != code::UNCLOSED_MODULE);
    }
    diagnostics.append(&mut parser.diagnostics);
    Parsed { modules, diagnostics: in_order(diagnostics) }
}

/// Parses a file that is one expression: for `tlacheck eval` and for invariants given as text.
pub fn parse_expression(sources: &SourceMap, file: FileId) -> (Expr, Vec<Diagnostic>) {
    let text = &sources.file(file).text;
    let (tokens, mut diagnostics) = lex(file, text, Content::Expression);
    let mut parser = Parser::new(file, text, &tokens);
    let expression = parser.lone_expression();
    diagnostics.append(&mut parser.diagnostics);
    (expression, in_order(diagnostics))
}

/// The tokens of a file of modules: for `tlacheck debug tokens`.
pub fn tokens(sources: &SourceMap, file: FileId) -> Vec<Token> {
    lex(file, &sources.file(file).text, Content::Modules).0
}

fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|d| d.primary.as_ref().map(|l| l.span.start));
    diagnostics
}
