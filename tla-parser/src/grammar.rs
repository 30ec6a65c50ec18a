//! Tokens to the syntax tree: the parser's state and what every production uses.
//!
//! Enters: tokens. Leaves: modules or an expression, and diagnostics.
//! Holds: a production either returns its node or has reported why not ([`Reported`]); the unit
//! it lies in is then given up and parsing goes on at the next one. Recursion is at most
//! [`MAX_NESTING`] deep and a tree at most [`MAX_HEIGHT`] high, so that no later recursive pass
//! (dropping the tree is one) can overflow a stack of 2 MiB. Input of any shape is read in time
//! linear in its length: nothing is parsed twice.
//! One function a production, in the files beside this one; the grammar is that of SANY.

mod bracket;
mod declaration;
mod expression;
mod module;
mod name;
mod operators;
mod proof;
mod quantifier;
mod unit;

use crate::ast::{Expr, ExprKind, Ident, NodeId, Symbol};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::layout::Layout;
use crate::precedence::OperatorId;
use crate::source::{FileId, Span};
use crate::token::{Kind, Token};
use rustc_hash::FxHashMap;

/// How deep expressions, proofs and modules may be nested in each other.
pub const MAX_NESTING: u32 = 1_000;

/// How high a tree may be: nesting and chains of operators together.
pub const MAX_HEIGHT: u32 = 3_000;

/// A production failed, and the reason has been reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported;

pub(crate) type Parse<T> = Result<T, Reported>;

/// The parser's state.
pub(crate) struct Parser<'t> {
    file: FileId,
    text: &'t str,
    tokens: &'t [Token],
    position: usize,
    layout: Layout,
    depth: u32,
    /// The height of the tallest expression finished inside of the operand being read.
    tallest: u32,
    next_id: u32,
    names: FxHashMap<&'t str, Symbol>,
    /// The level numbers of the proofs being read; `None` until their first step is seen.
    proof_levels: Vec<Option<u32>>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(file: FileId, text: &'t str, tokens: &'t [Token]) -> Self {
        Parser {
            file,
            text,
            tokens,
            position: 0,
            layout: Layout::default(),
            depth: 0,
            tallest: 0,
            next_id: 0,
            names: FxHashMap::default(),
            proof_levels: Vec::new(),
            diagnostics: Vec::new(),
        }
    }

    // ---------------------------------------------------------------- tokens

    /// The token here, whatever the layout.
    fn token(&self) -> Token {
        self.tokens[self.position]
    }

    /// The kind of the token here; [`Kind::ItemEnd`] if the layout ends the list item before it.
    #[inline]
    fn peek(&self) -> Kind {
        let token = &self.tokens[self.position];
        if self.layout.ends_item(token) { Kind::ItemEnd } else { token.kind }
    }

    /// The kind of the `n`th token after this one, whatever the layout.
    fn peek_at(&self, n: usize) -> Kind {
        self.tokens[(self.position + n).min(self.tokens.len() - 1)].kind
    }

    fn at(&self, kind: Kind) -> bool {
        self.peek() == kind
    }

    fn at_operator(&self, id: OperatorId) -> bool {
        self.peek() == Kind::Operator(id)
    }

    /// Takes the token here. The last one, the end, stays.
    fn bump(&mut self) -> Token {
        let token = self.token();
        if self.position + 1 < self.tokens.len() {
            self.position += 1;
        }
        token
    }

    fn eat(&mut self, kind: Kind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Takes a token of this kind, or reports that `what` was expected.
    fn expect(&mut self, kind: Kind, what: &str) -> Parse<Token> {
        if self.at(kind) { Ok(self.bump()) } else { Err(self.expected(what)) }
    }

    fn span_of(&self, token: Token) -> Span {
        Span { file: self.file, start: token.start, end: token.end }
    }

    fn here(&self) -> Span {
        self.span_of(self.token())
    }

    /// The span of the token before this one.
    fn before(&self) -> Span {
        self.span_of(self.tokens[self.position.saturating_sub(1)])
    }

    /// From a span's start to the end of the token before this one.
    fn since(&self, start: Span) -> Span {
        start.to(self.before())
    }

    fn text_of(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    /// Whether the token here is the first of its line.
    fn first_of_line(&self) -> bool {
        self.position == 0 || self.tokens[self.position - 1].line < self.token().line
    }

    // ---------------------------------------------------------------- nodes

    fn symbol(&mut self, text: &'t str) -> Symbol {
        self.names.entry(text).or_insert_with(|| Symbol::from(text)).clone()
    }

    fn operator_ident(&mut self, id: OperatorId, span: Span) -> Ident {
        Ident { name: self.symbol(id.row().name), span }
    }

    fn id(&mut self) -> NodeId {
        self.next_id += 1;
        NodeId(self.next_id - 1)
    }

    fn expr(&mut self, span: Span, kind: ExprKind) -> Expr {
        Expr { id: self.id(), span, kind }
    }

    /// Stands for what could not be parsed.
    fn error_expr(&mut self, span: Span) -> Expr {
        self.expr(span, ExprKind::Error)
    }

    // ---------------------------------------------------------------- depth

    /// Runs a production one level deeper, on a stack that is large enough.
    fn deeper<T>(&mut self, production: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= MAX_NESTING {
            let span = self.here();
            return Err(self.too_deep(span));
        }
        self.depth += 1;
        // Debug builds have frames of several kilobytes; a caller's thread may have a small stack.
        let result = stacker::maybe_grow(128 * 1024, 2 * 1024 * 1024, || production(self));
        self.depth -= 1;
        result
    }

    fn too_deep(&mut self, span: Span) -> Reported {
        self.report(
            Diagnostic::error(code::TOO_DEEP, "this is nested too deeply")
                .at(span, format!("more than {MAX_NESTING} levels, or a chain of more than {MAX_HEIGHT}"))
                .help("split it into several definitions"),
        )
    }

    // ---------------------------------------------------------------- faults

    fn report(&mut self, diagnostic: Diagnostic) -> Reported {
        self.diagnostics.push(diagnostic);
        Reported
    }

    /// How a token is called in messages.
    fn describe(&self, token: Token) -> String {
        match token.kind {
            Kind::End => "the end of the file".into(),
            Kind::ModuleStart => "the start of a module".into(),
            Kind::ModuleEnd => "the end of the module".into(),
            Kind::Separator => "`----`".into(),
            _ => {
                let text = self.text_of(token);
                let shown: String = text.chars().take(30).collect();
                let dots = if shown.len() < text.len() { "…" } else { "" };
                let word = if crate::token::reserved(text).is_some()
                    && text.starts_with(|c: char| c.is_ascii_uppercase())
                {
                    "the reserved word "
                } else {
                    ""
                };
                format!("{word}`{shown}{dots}`")
            }
        }
    }

    /// Reports that `what` was expected where something else stands.
    fn expected(&mut self, what: &str) -> Reported {
        self.expected_as(code::EXPECTED, what, |d| d)
    }

    /// The same with a code of its own and more to say.
    fn expected_as(
        &mut self,
        code: code::Code,
        what: &str,
        more: impl FnOnce(Diagnostic) -> Diagnostic,
    ) -> Reported {
        let token = self.token();
        let found = self.describe(token);
        let span = self.here();
        let outside = self.layout.ends_item(&token)
            && !matches!(token.kind, Kind::End | Kind::ModuleEnd | Kind::Separator | Kind::ModuleStart)
            && !self.layout.is_next_bullet(&token);
        if let (true, Some(bullet), Some(column)) = (outside, self.layout.bullet(), self.layout.column()) {
            let message = format!("expected {what}, but {found} stands outside of the list item");
            let mut d = Diagnostic::error(code::LAYOUT, message)
                .at(span, format!("column {}, not to the right of the bullet", token.column))
                .also(bullet, format!("the item's bullet is in column {column}"))
                .help("indent it to the right of the bullet if it belongs to the item");
            if self.line_has_tab(token) || self.line_has_tab_at(bullet.start) {
                d = d.note("a tab counts up to the next eighth column");
            }
            return self.report(d);
        }
        let mut d = Diagnostic::error(code, format!("expected {what}, found {found}")).at(span, "");
        if code == code::EXPECTED_EXPRESSION && self.position > 0 && self.first_of_line() {
            let before = self.tokens[self.position - 1];
            d = d.also(self.span_of(before), "after this");
        }
        d = self.recognise(token, d);
        if d.help.is_none() && self.is_reserved_name(token) {
            d.code = code::RESERVED_WORD;
            d.help = Some(format!("`{}` is a reserved word: choose another name", self.text_of(token)));
        }
        self.report(more(d))
    }

    /// Adds help where what was found is a common mistake.
    fn recognise(&self, token: Token, mut d: Diagnostic) -> Diagnostic {
        let text = self.text_of(token);
        let next = self.tokens[(self.position + 1).min(self.tokens.len() - 1)];
        if token.kind == Kind::Bang && self.text_of(next) == "=" && next.start == token.end {
            d.code = code::FOREIGN_OPERATOR;
            return d.help("TLA+ writes “not equal” as `/=` or `#`");
        }
        match text {
            "==" => {
                d.code = code::DEFINITION_SYMBOL;
                d.help("`==` defines a name; to compare, write `=`")
            }
            "!" => d.help("TLA+ writes “not” as `~`"),
            "&&" => d.help("TLA+ writes “and” as `/\\`"),
            "||" => d.help("TLA+ writes “or” as `\\/`"),
            _ => d,
        }
    }

    /// Whether a reserved word stands where a definition's name should: `THEN == 1`.
    fn is_reserved_name(&self, token: Token) -> bool {
        let next = self.tokens[(self.position + 1).min(self.tokens.len() - 1)];
        let word = self.text_of(token);
        self.text_of(next) == "=="
            && word.len() > 1
            && word.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
            && token.kind != Kind::Name
    }

    fn line_has_tab(&self, token: Token) -> bool {
        self.line_has_tab_at(token.start)
    }

    fn line_has_tab_at(&self, offset: u32) -> bool {
        let before = &self.text[..offset as usize];
        let line = before.rfind('\n').map_or(0, |i| i + 1);
        before[line..].contains('\t')
    }

    /// Takes the bracket that closes `open`, or reports both places.
    fn close(&mut self, kind: Kind, closing: &str, open: Token, also: &str) -> Parse<Token> {
        if self.at(kind) {
            return Ok(self.bump());
        }
        let opening = self.span_of(open);
        let what = if also.is_empty() { format!("`{closing}`") } else { format!("{also} or `{closing}`") };
        let opened = format!("`{}` opened here", self.text_of(open));
        Err(self.expected_as(code::UNCLOSED_BRACKET, &what, |d| d.also(opening, opened)))
    }

    /// Gives up the current unit: goes on to the next token that starts one. A unit starts at the
    /// beginning of a line, no further to the right than the one given up.
    fn recover(&mut self, column: u32) {
        self.layout.truncate(0);
        self.proof_levels.clear();
        loop {
            let token = self.token();
            match token.kind {
                Kind::End | Kind::ModuleEnd | Kind::ModuleStart | Kind::Separator => return,
                kind if self.first_of_line()
                    && token.column <= column
                    && (kind.starts_unit() || self.definition_ahead()) =>
                {
                    return;
                }
                _ => {}
            }
            self.bump();
        }
    }
}
