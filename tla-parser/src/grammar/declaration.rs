//! Declarations: names and operators that are given without a definition.
//!
//! Enters: the parser at `x`, `Op(_, _)`, `_ + _`, `-. _`, `_ ^+`. Leaves: [`Declaration`]s.
//! Holds: every place that declares (CONSTANT, VARIABLE, RECURSIVE, NEW, parameters, LAMBDA) is
//! served from here.

use super::{Parse, Parser};
use crate::ast::{Declaration, Ident};
use crate::code;
use crate::precedence::OperatorId;
use crate::token::{Kind, reserved};

impl<'t> Parser<'t> {
    /// A plain name.
    pub(super) fn name(&mut self, what: &str) -> Parse<Ident> {
        if self.at(Kind::Name) {
            let token = self.bump();
            let name = self.name_symbol(token);
            return Ok(Ident { name, span: self.span_of(token) });
        }
        let token = self.token();
        let text = self.text_of(token);
        let word = text.starts_with(|c: char| c.is_ascii_uppercase());
        if word && (reserved(text).is_some() || matches!(token.kind, Kind::Operator(_))) {
            return Err(self.expected_as(code::RESERVED_WORD, what, |d| {
                d.help(format!("`{text}` is a reserved word of TLA+: choose another name"))
            }));
        }
        Err(self.expected(what))
    }

    /// `a, b, c`
    pub(super) fn names(&mut self, what: &str) -> Parse<Vec<Ident>> {
        let mut names = vec![self.name(what)?];
        while self.eat(Kind::Comma) {
            names.push(self.name(what)?);
        }
        Ok(names)
    }

    /// `C, Op(_, _), _ + _`
    pub(super) fn declarations(&mut self, what: &str) -> Parse<Vec<Declaration>> {
        let mut declarations = vec![self.declaration(what)?];
        while self.eat(Kind::Comma) {
            declarations.push(self.declaration(what)?);
        }
        Ok(declarations)
    }

    /// `C`, `Op(_, _)`, `_ + _`, `-. _`, `_ ^+`
    pub(super) fn declaration(&mut self, what: &str) -> Parse<Declaration> {
        match self.peek() {
            Kind::Underscore => {
                self.bump();
                let (id, name) = self.declared_operator("an infix or postfix operator after `_`")?;
                if id.row().infix.is_some() {
                    self.expect(Kind::Underscore, "`_` after the infix operator")?;
                    Ok(Declaration { name, arity: 2 })
                } else {
                    Ok(Declaration { name, arity: 1 })
                }
            }
            Kind::Operator(id) if id.row().prefix.is_some() => {
                let (_, name) = self.declared_operator(what)?;
                self.expect(Kind::Underscore, "`_` after the prefix operator")?;
                Ok(Declaration { name, arity: 1 })
            }
            _ => {
                let name = self.name(what)?;
                // `NEW x` may be followed by a formula in parentheses.
                if !(self.at(Kind::LeftParen) && self.peek_at(1) == Kind::Underscore) {
                    return Ok(Declaration { name, arity: 0 });
                }
                let open = self.bump();
                let mut arity = 0;
                loop {
                    self.expect(Kind::Underscore, "`_` for an argument")?;
                    arity += 1;
                    if !self.eat(Kind::Comma) {
                        break;
                    }
                }
                self.close(Kind::RightParen, ")", open, "`,`")?;
                Ok(Declaration { name, arity })
            }
        }
    }

    fn declared_operator(&mut self, what: &str) -> Parse<(OperatorId, Ident)> {
        match self.peek() {
            Kind::Operator(id) => {
                let token = self.bump();
                let span = self.span_of(token);
                Ok((id, self.operator_ident(id, span)))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// The parameters of a definition, after `(` has been seen.
    pub(super) fn parameters(&mut self) -> Parse<Vec<Declaration>> {
        let open = self.bump();
        let params = self.declarations("a parameter")?;
        self.close(Kind::RightParen, ")", open, "`,`")?;
        Ok(params)
    }
}
