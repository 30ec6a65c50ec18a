//! The text of an algorithm to its tree: declarations and expressions. `statement.rs` has the rest.
//!
//! Enters: the tokens from `--algorithm` to the end of its comment. Leaves: an [`Algorithm`] whose
//! statements carry the labels that the user wrote, and what has been seen on the way ([`Seen`]).
//! Holds: the syntax (p or c) is decided by the token after the algorithm's name; nesting is bounded.
//! An expression ends where a token cannot belong to one (*A PlusCal User's Manual*, appendix A).

use super::expr::{Expr, Tok, TokKind};
use super::tree::{Algorithm, Body, Fairness, Macro, Modifiers, Place, Procedure, Process, Steps, Variable};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, Span};
use crate::token::{Kind, Token};
use rustc_hash::FxHashSet;
use std::rc::Rc;

/// Statements may nest so deep.
const DEEPEST: usize = 100;

pub(super) type Parsed<T> = Result<T, Box<Diagnostic>>;

/// What the rest of the translation needs to know of the text.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// All labels that the user wrote.
    pub labels: FxHashSet<Rc<str>>,
    /// There is a `goto`.
    pub goto: bool,
    /// There is a `goto Done`.
    pub goto_done: bool,
    /// A label has `+` or `-`.
    pub modified_label: bool,
}

pub(super) struct Parser<'t> {
    pub file: FileId,
    text: &'t str,
    tokens: Vec<Token>,
    position: usize,
    /// `{`…`}` rather than `begin`…`end`
    pub braces: bool,
    pub in_macro: bool,
    pub procedure: Option<Rc<str>>,
    pub modifiers: Modifiers,
    pub seen: Seen,
    default_value: bool,
    depth: usize,
}

/// Words and marks that end an expression wherever they stand.
const ENDS: &[&str] = &[
    ";",
    "do",
    "then",
    ":=",
    "≔",
    "begin",
    "variable",
    "variables",
    "||",
    "‖",
    "end",
    "else",
    "elsif",
    "if",
    "either",
    "or",
    "while",
    "with",
    "call",
    "return",
    "goto",
    "print",
    "assert",
    "skip",
    "procedure",
    "define",
    "process",
    "fair",
];

impl<'t> Parser<'t> {
    /// `tokens` must end with one of kind [`Kind::End`].
    pub fn new(file: FileId, text: &'t str, tokens: Vec<Token>) -> Self {
        Parser {
            file,
            text,
            tokens,
            position: 0,
            braces: false,
            in_macro: false,
            procedure: None,
            modifiers: Modifiers::default(),
            seen: Seen::default(),
            default_value: false,
            depth: 0,
        }
    }

    /// The whole algorithm; the tokens start after `--algorithm`, or after `--fair`.
    pub fn algorithm(&mut self, fair: bool, span: Span, unfair: Fairness) -> Parsed<Algorithm> {
        if fair {
            self.take("algorithm")?;
        }
        let (name, _) = self.name("the algorithm's name")?;
        self.braces = self.is("{");
        if self.braces {
            self.advance();
        }
        let variables =
            if self.is("variable") || self.is("variables") { self.variables()? } else { Vec::new() };
        let definitions = self.definitions()?;
        let mut macros = Vec::new();
        while self.is("macro") {
            macros.push(self.macro_definition()?);
        }
        let mut procedures = Vec::new();
        while self.is("procedure") {
            procedures.push(self.procedure()?);
        }
        let fair_process = self.is("fair")
            && (self.is_ahead(1, "process") || self.is_ahead(1, "+") && self.is_ahead(2, "process"));
        let body = if fair_process || self.is("process") {
            let mut processes = Vec::new();
            while self.is("fair") || self.is("process") {
                processes.push(self.process(unfair)?);
            }
            Body::Processes(processes)
        } else {
            self.begin()?;
            let parsed = self.statements()?;
            if self.braces {
                self.take("}")?;
            }
            Body::Single(Steps { parsed, labelled: Vec::new() })
        };
        self.end("algorithm")?;
        let default_value = self.default_value;
        Ok(Algorithm { name, fair, variables, definitions, macros, procedures, body, span, default_value })
    }

    fn definitions(&mut self) -> Parsed<Expr> {
        if !self.is("define") {
            return Ok(Expr::default());
        }
        self.advance();
        if self.braces {
            self.take("{")?;
        }
        let definitions = self.expr()?;
        self.end("define")?;
        self.semicolon()?;
        Ok(definitions)
    }

    fn macro_definition(&mut self) -> Parsed<Macro> {
        self.advance();
        self.in_macro = true;
        let (name, token) = self.name("the macro's name")?;
        let at = self.place(token);
        self.take("(")?;
        let mut parameters = Vec::new();
        while !self.is(")") {
            if !parameters.is_empty() {
                self.take(",")?;
            }
            parameters.push(self.name("a parameter")?.0);
        }
        self.advance();
        self.begin()?;
        let body = self.statements()?;
        self.end("macro")?;
        self.optional_semicolon();
        self.in_macro = false;
        Ok(Macro { name, at, parameters, body })
    }

    fn procedure(&mut self) -> Parsed<Procedure> {
        let word = self.advance();
        let at = self.place(word);
        let (name, token) = self.name("the procedure's name")?;
        self.procedure = Some(name.clone());
        self.modifiers = Modifiers::default();
        self.take("(")?;
        let mut parameters = Vec::new();
        while !self.is(")") {
            if !parameters.is_empty() {
                self.take(",")?;
            }
            parameters.push(self.variable(false)?);
        }
        self.advance();
        let mut variables = Vec::new();
        if !self.is("begin") && !self.is("{") {
            self.variables_word()?;
            while !self.is("begin") && !self.is("{") {
                variables.push(self.variable(false)?);
                self.comma_or_semicolon()?;
            }
        }
        self.begin()?;
        let parsed = self.statements()?;
        self.end("procedure")?;
        self.optional_semicolon();
        self.procedure = None;
        let modifiers = std::mem::take(&mut self.modifiers);
        let steps = Steps { parsed, labelled: Vec::new() };
        let name_span = self.span(token);
        Ok(Procedure { name, at, name_span, parameters, variables, modifiers, steps })
    }

    fn process(&mut self, unfair: Fairness) -> Parsed<Process> {
        let mut fairness = unfair;
        if self.is("fair") {
            self.advance();
            fairness = Fairness::Weak;
            if self.is("+") {
                self.advance();
                fairness = Fairness::Strong;
            }
        }
        let word = self.take("process")?;
        let at = self.place(word);
        if self.braces {
            self.take("(")?;
        }
        let (name, token) = self.name("the process's name")?;
        let equals = self.equals_or_in()?;
        let id = self.some_expr("what identifies the process")?;
        if self.braces {
            self.take(")")?;
        }
        self.modifiers = Modifiers::default();
        let variables = if self.is("begin") || self.is("{") { Vec::new() } else { self.variables()? };
        self.begin()?;
        let parsed = self.statements()?;
        self.end("process")?;
        self.optional_semicolon();
        let modifiers = std::mem::take(&mut self.modifiers);
        let steps = Steps { parsed, labelled: Vec::new() };
        let name_span = self.span(token);
        Ok(Process { name, at, name_span, fairness, equals, id, variables, modifiers, steps })
    }

    fn variables_word(&mut self) -> Parsed<()> {
        if self.is("variables") || self.is("variable") {
            self.advance();
            return Ok(());
        }
        let begin = if self.braces { "`{`" } else { "`begin`" };
        Err(self.unexpected(&format!("`variables` or {begin}")))
    }

    fn variables(&mut self) -> Parsed<Vec<Variable>> {
        self.variables_word()?;
        let mut variables = Vec::new();
        let ends = ["begin", "{", "procedure", "process", "fair", "define", "macro"];
        while !ends.iter().any(|end| self.is(end)) {
            variables.push(self.variable(true)?);
            self.comma_or_semicolon()?;
        }
        Ok(variables)
    }

    fn variable(&mut self, may_be_in: bool) -> Parsed<Variable> {
        let (name, token) = self.name("a variable")?;
        let at = self.place(token);
        let mut variable =
            Variable { name, at, equals: true, value: Expr::token("defaultInitValue", TokKind::Name) };
        if self.is("=") || may_be_in && (self.is("\\in") || self.is("∈")) {
            variable.equals = self.equals_or_in()?;
            variable.value = self.some_expr("the variable's initial value")?;
        } else {
            self.default_value = true;
        }
        Ok(variable)
    }

    // ------------------------------------------------------------------ expressions

    /// An expression, which must not be empty.
    pub fn some_expr(&mut self, what: &str) -> Parsed<Expr> {
        let expr = self.expr()?;
        if expr.is_empty() { Err(self.unexpected(what)) } else { Ok(expr) }
    }

    /// All tokens up to one that cannot belong to an expression.
    pub fn expr(&mut self) -> Parsed<Expr> {
        let mut rows: Vec<Vec<Tok>> = Vec::new();
        let mut open: Vec<Token> = Vec::new();
        let mut quantifier: Option<Token> = None;
        let (first, mut line) = (self.position, 0);
        loop {
            let token = self.peek();
            let text = self.text_of(token);
            if token.kind == Kind::End {
                break;
            }
            let string = token.kind == Kind::String;
            // A field may be named like a word of PlusCal.
            let field = token.kind == Kind::Name && self.position > first && {
                matches!(self.text_of(self.tokens[self.position - 1]), "." | "[" | ",")
            };
            let ends = ENDS.contains(&text) && !field
                || open.is_empty() && (text == "," && quantifier.is_none() || text == ")" || text == "}");
            if ends && !string {
                break;
            }
            match text {
                "(" | "[" | "{" | "<<" | "⟨" => open.push(token),
                ")" | "]" | "}" | ">>" | "⟩" | "]_" | ">>_" | "⟩_" if open.pop().is_none() => {
                    let d = Diagnostic::error(code::PLUSCAL_SYNTAX, format!("nothing opens this `{text}`"));
                    return Err(Box::new(d.at(self.span(token), "")));
                }
                "\\A" | "\\E" | "∀" | "∃" if open.is_empty() => quantifier = Some(token),
                ":" if open.is_empty() => quantifier = None,
                _ => {}
            }
            let (text, kind) = match token.kind {
                // One that is not closed has been reported.
                Kind::String => {
                    let inside = text.strip_prefix('"').unwrap_or(text);
                    (inside.strip_suffix('"').unwrap_or(inside), TokKind::String)
                }
                Kind::Name => (text, TokKind::Name),
                _ => (text, TokKind::BuiltIn),
            };
            // Lines that hold only comments stay, so that the rest keeps its place.
            let down = if rows.is_empty() { 1 } else { token.line - line };
            rows.extend((0..down).map(|_| Vec::new()));
            line = token.line;
            rows.last_mut().expect("a row").push(Tok::new(text, kind, i64::from(token.column) - 1));
            self.advance();
        }
        if let Some(&opening) = open.last() {
            let shown = self.text_of(opening);
            let mut error = self.unexpected(&format!("what closes `{shown}`"));
            if shown == "{" && !self.braces {
                error.help = Some(P_SYNTAX.into());
            }
            return Err(Box::new(error.also(self.span(opening), "opened here")));
        }
        if let Some(quantifier) = quantifier {
            let error = self.unexpected("`:` and the body of the quantifier");
            return Err(Box::new(error.also(self.span(quantifier), "this quantifier")));
        }
        let span = (self.position > first)
            .then(|| self.span(self.tokens[first]).to(self.span(self.tokens[self.position - 1])));
        Ok(Expr::new(rows, span))
    }

    /// Expressions between commas, up to the closing parenthesis, which is taken.
    pub fn arguments(&mut self) -> Parsed<Vec<Expr>> {
        self.take("(")?;
        let mut arguments = Vec::new();
        while arguments.is_empty() && !self.is(")") || !arguments.is_empty() && self.is(",") {
            if !arguments.is_empty() {
                self.advance();
            }
            arguments.push(self.some_expr("an argument")?);
        }
        self.take(")")?;
        Ok(arguments)
    }

    // ------------------------------------------------------------------ tokens

    pub fn peek(&self) -> Token {
        self.tokens[self.position.min(self.tokens.len() - 1)]
    }

    pub fn text_of(&self, token: Token) -> &'t str {
        &self.text[token.start as usize..token.end as usize]
    }

    pub fn is(&self, text: &str) -> bool {
        self.is_ahead(0, text)
    }

    pub fn is_ahead(&self, count: usize, text: &str) -> bool {
        self.tokens.get(self.position + count).is_some_and(|&t| self.text_of(t) == text)
    }

    pub fn advance(&mut self) -> Token {
        let token = self.peek();
        self.position += 1;
        token
    }

    pub fn span(&self, token: Token) -> Span {
        Span::new(self.file, token.start as usize, token.end as usize)
    }

    /// Where the last token that was taken stands.
    pub fn last_span(&self) -> Span {
        self.span(self.tokens[self.position.clamp(1, self.tokens.len()) - 1])
    }

    pub fn place(&self, token: Token) -> Place {
        Place { span: self.span(token), line: token.line, column: token.column, call: None }
    }

    pub fn take(&mut self, text: &str) -> Parsed<Token> {
        if self.is(text) { Ok(self.advance()) } else { Err(self.unexpected(&format!("`{text}`"))) }
    }

    pub fn name(&mut self, what: &str) -> Parsed<(Rc<str>, Token)> {
        let token = self.peek();
        if token.kind != Kind::Name {
            return Err(self.unexpected(what));
        }
        self.advance();
        Ok((self.text_of(token).into(), token))
    }

    pub fn equals_or_in(&mut self) -> Parsed<bool> {
        if self.is("=") || self.is("\\in") || self.is("∈") {
            let token = self.advance();
            return Ok(self.text_of(token) == "=");
        }
        Err(self.unexpected("`=` or `\\in`"))
    }

    pub fn begin(&mut self) -> Parsed<()> {
        self.take(if self.braces { "{" } else { "begin" }).map(|_| ())
    }

    pub fn end(&mut self, what: &str) -> Parsed<()> {
        if self.braces {
            self.take("}")?;
        } else {
            self.take("end")?;
            self.take(what)?;
        }
        Ok(())
    }

    /// `;`, which may be missing where what follows shows that the statement has ended.
    pub fn semicolon(&mut self) -> Parsed<()> {
        let needless = [
            "end",
            "begin",
            "else",
            "elsif",
            "or",
            "do",
            "macro",
            "procedure",
            "process",
            "fair",
            "define",
            "}",
            "{",
        ];
        if needless.iter().any(|word| self.is(word)) {
            return Ok(());
        }
        self.take(";").map(|_| ())
    }

    fn optional_semicolon(&mut self) {
        if self.is(";") {
            self.advance();
        }
    }

    pub fn comma_or_semicolon(&mut self) -> Parsed<()> {
        if self.is(",") {
            self.advance();
            return Ok(());
        }
        self.semicolon()
    }

    /// Bounds the nesting of statements.
    pub fn nested<T>(&mut self, parse: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == DEEPEST {
            let d = Diagnostic::error(code::PLUSCAL_SYNTAX, "the algorithm is nested too deeply")
                .at(self.span(self.peek()), format!("{DEEPEST} statements are open here"))
                .help("move inner statements into a macro or a procedure");
            return Err(Box::new(d));
        }
        self.depth += 1;
        let parsed = parse(self);
        self.depth -= 1;
        parsed
    }

    /// An error at the next token: something else has to stand there.
    pub fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        let token = self.peek();
        let text = self.text_of(token);
        let found = match token.kind {
            Kind::End => "the end of the algorithm's comment".to_owned(),
            _ if text.contains('`') => format!("'{text}'"),
            _ => format!("`{text}`"),
        };
        let mut d = Diagnostic::error(code::PLUSCAL_SYNTAX, format!("expected {wanted}, found {found}"))
            .at(self.span(token), "");
        let before = self.position.checked_sub(1).map(|i| self.text_of(self.tokens[i]));
        d.help = match text {
            ":=" | "≔" if wanted == "`;`" => {
                Some("a `;` is missing before the variable that is assigned here".into())
            }
            ":" if wanted == "`;`" => Some("a `;` is missing before the label here".into()),
            "=" if wanted == "`:=`" => Some("an assignment is written `:=`".into()),
            "{" | "}" if !self.braces => Some(P_SYNTAX.into()),
            "begin" | "then" | "do" | "end" | "elsif" if self.braces => Some(C_SYNTAX.into()),
            _ if wanted == "`;`" && token.kind == Kind::Name => {
                Some(format!("end the statement before `{text}` with `;`"))
            }
            _ if token.kind == Kind::End && self.braces => Some("is a `}` missing?".into()),
            _ if token.kind == Kind::End => Some("is an `end` missing, such as `end algorithm`?".into()),
            ";" if before == Some("}") && wanted == "`}`" => {
                Some("there is no `;` after the braces of the algorithm's body".into())
            }
            _ => None,
        };
        Box::new(d)
    }
}

const P_SYNTAX: &str =
    "this algorithm is in p-syntax (`begin`, `end while`): for c-syntax, put `{` after its name";
const C_SYNTAX: &str = "this algorithm is in c-syntax (braces), for `{` stands after its name";
