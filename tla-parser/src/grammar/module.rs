//! Modules: `---- MODULE Name ----`, EXTENDS, units, `====`.
//!
//! Enters: the parser at a module. Leaves: [`Module`]s, top-level ones and nested ones alike.
//! Holds: a module is returned whatever is wrong inside; after a fault, at the next unit.

use super::{Parse, Parser};
use crate::ast::{Expr, Ident, Module, Unit};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::token::{Kind, Token, reserved};

impl<'t> Parser<'t> {
    /// All modules of a file.
    pub(crate) fn file(&mut self) -> Vec<Module> {
        let mut modules = Vec::new();
        if self.at(Kind::End) {
            let span = self.here();
            self.report(
                Diagnostic::error(code::NO_MODULE, "the file holds no module")
                    .at(span, "")
                    .help("a module starts with `---- MODULE Name ----`, with four dashes or more"),
            );
        }
        while !self.at(Kind::End) {
            if self.at(Kind::ModuleStart) {
                if let Ok(module) = self.module() {
                    modules.push(module);
                }
            } else {
                // Left over after a fault in a module's first line.
                self.bump();
            }
        }
        modules
    }

    /// The whole text as one expression.
    pub(crate) fn lone_expression(&mut self) -> Expr {
        let start = self.here();
        match self.expression() {
            Ok(e) if self.at(Kind::End) => e,
            Ok(e) => {
                let what = "an operator or the end of the expression";
                self.expected_as(code::TRAILING_TEXT, what, |d| d);
                e
            }
            Err(_) => self.error_expr(start),
        }
    }

    /// `---- MODULE Name ---- EXTENDS … units ====`
    pub(super) fn module(&mut self) -> Parse<Module> {
        let open = self.bump();
        let start = self.span_of(open);
        let name = self.module_name("the name of the module")?;
        if !self.eat(Kind::Separator) {
            self.expected("`----` after the name of the module");
        }
        let mut extends = Vec::new();
        if self.eat(Kind::Extends) {
            loop {
                match self.module_name("the name of a module to extend") {
                    Ok(m) => extends.push(m),
                    Err(_) => {
                        self.recover(open.column.max(1));
                        break;
                    }
                }
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
        }
        let units = self.units();
        if !self.eat(Kind::ModuleEnd) {
            let end = self.here();
            self.report(
                Diagnostic::error(code::UNCLOSED_MODULE, format!("module `{}` is not closed", name.name))
                    .at(end, "expected `====` before the end of the file")
                    .also(start.to(name.span), "the module starts here")
                    .help("end it with a line of four or more `=`"),
            );
        }
        Ok(Module { name, extends, units, span: self.since(start) })
    }

    /// The name of a module, which may be a reserved word.
    pub(super) fn module_name(&mut self, what: &str) -> Parse<Ident> {
        let token = self.token();
        let word = self.text_of(token);
        let is_word = word.starts_with(|c: char| c.is_ascii_alphabetic());
        if self.at(Kind::Name) || is_word && reserved(word).is_some() && !token.kind.starts_unit() {
            self.bump();
            return Ok(Ident { name: self.symbol(word), span: self.span_of(token) });
        }
        Err(self.expected(what))
    }

    fn units(&mut self) -> Vec<Unit> {
        let mut units = Vec::new();
        loop {
            let first = self.token();
            match first.kind {
                Kind::End | Kind::ModuleEnd => return units,
                Kind::Separator => {
                    self.bump();
                }
                _ => self.unit_or_recover(first, &mut units),
            }
        }
    }

    fn unit_or_recover(&mut self, first: Token, units: &mut Vec<Unit>) {
        let position = self.position;
        match self.unit() {
            Ok(unit) => units.push(unit),
            Err(_) => {
                if self.position == position {
                    self.bump();
                }
                // What follows a fault on the unit's own line belongs to it.
                let column = if first.column == 1 { 1 } else { first.column.max(self.column_of_line(first)) };
                self.recover(column);
            }
        }
    }

    /// The column in which the line of a token starts.
    fn column_of_line(&self, token: Token) -> u32 {
        let at = self.tokens.partition_point(|t| t.start < token.start);
        let first = self.tokens[..=at].iter().rev().take_while(|t| t.line == token.line).last();
        first.map_or(token.column, |t| t.column)
    }
}
