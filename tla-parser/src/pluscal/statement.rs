//! Statements of an algorithm, in both syntaxes.
//!
//! Enters: tokens, from the parser of `parse.rs`. Leaves: statements with the labels the user wrote.
//! Holds: blocks in braces are part of the sequence they stand in, as in the PlusCal grammar; a `call`
//! that an unlabelled `return` or `goto` follows becomes one statement.

use super::parse::{Parsed, Parser};
use super::tree::{Block, Kind, Label, Single, Stmt};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::token::Kind as TokenKind;
use std::rc::Rc;

/// Words that start a statement, or end a sequence of them: no label is spelt so.
const WORDS: &[&str] = &[
    "while", "if", "assert", "print", "else", "elsif", "either", "or", "end", "with", "when", "await",
    "skip", "call", "return", "goto",
];

impl Parser<'_> {
    /// Statements up to what closes them.
    pub fn statements(&mut self) -> Parsed<Vec<Stmt>> {
        let mut statements = Vec::new();
        let ends: &[&str] = if self.braces { &["}"] } else { &["end", "else", "elsif", "or"] };
        while !ends.iter().any(|end| self.is(end)) {
            statements.append(&mut self.labelled()?);
        }
        if statements.is_empty() {
            return Err(self.unexpected("a statement"));
        }
        Ok(statements)
    }

    /// A statement with its label; in c-syntax, perhaps several in braces.
    fn labelled(&mut self) -> Parsed<Vec<Stmt>> {
        let label = self.label()?;
        if self.braces && self.is("{") {
            return self.nested(|p| {
                p.advance();
                let mut statements = p.statements()?;
                p.take("}")?;
                p.semicolon()?;
                if let (Some(outer), Some(first)) = (label, statements.first_mut()) {
                    if let Some(inner) = &first.label {
                        let d = Diagnostic::error(code::PLUSCAL_LABEL, "this statement has two labels")
                            .at(inner.span, "a label inside of the braces")
                            .also(outer.span, "a label before the braces")
                            .help("keep one of them");
                        return Err(Box::new(d));
                    }
                    first.label = Some(outer);
                }
                Ok(statements)
            });
        }
        let mut statement = self.nested(Self::statement)?;
        statement.label = label;
        Ok(vec![statement])
    }

    fn label(&mut self) -> Parsed<Option<Label>> {
        let token = self.peek();
        let text = self.text_of(token);
        if token.kind != TokenKind::Name || !self.is_ahead(1, ":") || WORDS.contains(&text) {
            return Ok(None);
        }
        let (name, _) = self.name("a label")?;
        let span = self.span(token);
        let forbidden = |why: &str, help: &str| {
            Box::new(Diagnostic::error(code::PLUSCAL_LABEL, why.to_owned()).at(span, "").help(help))
        };
        if self.in_macro {
            return Err(forbidden("a label in a macro", "label the statement that calls the macro"));
        }
        if text == "Done" || text == "Error" {
            return Err(forbidden(
                &format!("`{text}` cannot be a label"),
                "the translation uses `Done` and `Error` as values of `pc`: choose another name",
            ));
        }
        self.advance();
        self.seen.labels.insert(name.clone());
        if self.is("+") || self.is("-") {
            let plus = self.is("+");
            self.advance();
            let list = if plus { &mut self.modifiers.plus } else { &mut self.modifiers.minus };
            list.push(name.clone());
            self.seen.modified_label = true;
        }
        Ok(Some(Label { name, span }))
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        let token = self.peek();
        let mut at = self.place(token);
        let kind = match self.text_of(token) {
            "if" => self.conditional()?,
            "either" => self.either()?,
            "while" => self.repetition()?,
            "with" => {
                self.advance();
                if self.braces {
                    let open = self.take("(")?;
                    at = self.place(open);
                }
                self.with()?
            }
            "when" | "await" => Kind::When(self.simple("a condition")?),
            "print" => Kind::Print(self.simple("an expression")?),
            "assert" => Kind::Assert(self.simple("a condition")?),
            "skip" => {
                self.advance();
                self.semicolon()?;
                Kind::Skip
            }
            "call" => self.call()?,
            "return" => {
                self.advance();
                self.semicolon()?;
                Kind::Return { from: self.procedure.clone() }
            }
            "goto" => {
                self.advance();
                let to = self.target()?;
                self.semicolon()?;
                Kind::Goto(to)
            }
            _ if token.kind != TokenKind::Name => return Err(self.unexpected("a statement")),
            _ if self.is_ahead(1, "(") => {
                let (name, _) = self.name("a macro")?;
                let arguments = self.arguments()?;
                self.semicolon()?;
                Kind::MacroCall { name, arguments }
            }
            _ => self.assignment()?,
        };
        at.span = at.span.to(self.last_span());
        // What points at a compound statement points at its first word.
        if matches!(kind, Kind::If { .. } | Kind::Either { .. } | Kind::While { .. } | Kind::With { .. }) {
            at.span = self.span(token);
        }
        Ok(Stmt { at, label: None, kind })
    }

    /// A word and an expression.
    fn simple(&mut self, what: &str) -> Parsed<super::expr::Expr> {
        self.advance();
        let expr = self.some_expr(what)?;
        self.semicolon()?;
        Ok(expr)
    }

    /// A test, in parentheses in c-syntax.
    fn test(&mut self) -> Parsed<super::expr::Expr> {
        if !self.braces {
            return self.some_expr("a condition");
        }
        self.take("(")?;
        let test = self.some_expr("a condition")?;
        self.take(")")?;
        Ok(test)
    }

    fn branch(&mut self) -> Parsed<Block> {
        let stmts = if self.braces { self.labelled()? } else { self.statements()? };
        Ok(Block { stmts, steps: Vec::new() })
    }

    fn conditional(&mut self) -> Parsed<Kind> {
        let outermost = self.is("if");
        self.advance();
        let test = self.test()?;
        if !self.braces {
            self.take("then")?;
        }
        let then = self.branch()?;
        let mut otherwise = Block::default();
        if self.is("else") {
            self.advance();
            // In p-syntax, nothing may stand there.
            if self.braces || !self.is("end") {
                otherwise = self.branch()?;
            }
        } else if !self.braces && self.is("elsif") {
            let at = self.place(self.peek());
            let kind = self.nested(Self::conditional)?;
            otherwise.stmts.push(Stmt { at, label: None, kind });
        }
        if !self.braces && outermost {
            self.end("if")?;
            self.semicolon()?;
        }
        Ok(Kind::If { test, then, otherwise, labelled: false })
    }

    fn either(&mut self) -> Parsed<Kind> {
        let word = self.advance();
        let word = self.span(word);
        let mut clauses = vec![self.branch()?];
        while self.is("or") {
            self.advance();
            clauses.push(self.branch()?);
        }
        if clauses.len() == 1 {
            let error = self.unexpected("`or`");
            return Err(Box::new(error.also(word, "this `either` has only one clause")));
        }
        if !self.braces {
            self.end("either")?;
            self.semicolon()?;
        }
        Ok(Kind::Either { clauses, labelled: false })
    }

    fn repetition(&mut self) -> Parsed<Kind> {
        self.advance();
        let test = self.test()?;
        if self.braces {
            return Ok(Kind::While { test, body: self.branch()? });
        }
        self.take("do")?;
        let body = self.branch()?;
        self.end("while")?;
        self.semicolon()?;
        Ok(Kind::While { test, body })
    }

    /// After `with` (and `(`): one binding, and then the rest as a `with` inside of it.
    fn with(&mut self) -> Parsed<Kind> {
        let (variable, token) = self.name("the name that `with` binds")?;
        let at = self.place(token);
        let equals = self.equals_or_in()?;
        let value = self.some_expr("the value of the name")?;
        if !self.braces || !self.is(")") {
            self.comma_or_semicolon()?;
        }
        let body = if !self.braces && self.is("do") {
            self.advance();
            let body = self.statements()?;
            self.end("with")?;
            self.semicolon()?;
            body
        } else if self.braces && self.is(")") {
            self.advance();
            self.labelled()?
        } else {
            let kind = self.nested(Self::with)?;
            vec![Stmt { at, label: None, kind }]
        };
        Ok(Kind::With { variable, equals, value, body })
    }

    fn assignment(&mut self) -> Parsed<Kind> {
        let mut singles = vec![self.single()?];
        while self.is("||") || self.is("‖") {
            self.advance();
            singles.push(self.single()?);
        }
        self.semicolon()?;
        Ok(Kind::Assign(singles))
    }

    fn single(&mut self) -> Parsed<Single> {
        let (variable, token) = self.name("a variable")?;
        let mut at = self.place(token);
        if self.is("=") {
            // It would be taken for the beginning of a subscript.
            return Err(self.unexpected("`:=`"));
        }
        let subscript = self.expr()?;
        if !self.is(":=") && !self.is("≔") {
            return Err(self.unexpected("`:=`"));
        }
        self.advance();
        let value = self.some_expr("the value that is assigned")?;
        at.span = at.span.to(self.last_span());
        Ok(Single { variable, at, subscript, value })
    }

    fn call(&mut self) -> Parsed<Kind> {
        self.advance();
        let (to, _) = self.name("a procedure")?;
        let arguments = self.arguments()?;
        self.semicolon()?;
        if !self.modifiers.calls.contains(&to) {
            self.modifiers.calls.push(to.clone());
        }
        if self.is("return") {
            self.advance();
            self.semicolon()?;
            return Ok(Kind::CallReturn { from: self.procedure.clone(), to, arguments });
        }
        if self.is("goto") {
            self.advance();
            let after = self.target()?;
            self.semicolon()?;
            return Ok(Kind::CallGoto { after, to, arguments });
        }
        Ok(Kind::Call { to, arguments })
    }

    /// Where a `goto` goes.
    fn target(&mut self) -> Parsed<Rc<str>> {
        let (to, _) = self.name("a label")?;
        self.seen.goto = true;
        self.seen.goto_done |= &*to == "Done";
        Ok(to)
    }
}
