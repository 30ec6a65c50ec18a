//! Binders: `\A`, `\E`, `\AA`, `\EE`, CHOOSE, and the bounds they share with functions and sets.
//!
//! Enters: the parser at a quantifier, CHOOSE or a bound. Leaves: [`Expr`]s and [`Bound`]s.
//! Holds: a look ahead passes over names and commas only.

use super::{Parse, Parser};
use crate::ast::{Bound, Expr, ExprKind, Pattern, UnboundedKind};
use crate::code;
use crate::precedence::IN;
use crate::token::Kind;

impl<'t> Parser<'t> {
    /// Whether `x, y \in` or `<<x, y>> \in` stands here.
    pub(super) fn bound_ahead(&self) -> bool {
        let mut n = 0;
        let tuple = self.peek() == Kind::LeftAngle;
        if tuple {
            n += 1;
        }
        loop {
            if self.peek_at(n) != Kind::Name {
                return false;
            }
            n += 1;
            if self.peek_at(n) != Kind::Comma {
                break;
            }
            n += 1;
        }
        if tuple {
            if self.peek_at(n) != Kind::RightAngle {
                return false;
            }
            n += 1;
        }
        self.peek_at(n) == Kind::Operator(IN)
    }

    /// `x, y \in S, <<a, b>> \in T`
    pub(super) fn bounds(&mut self) -> Parse<Vec<Bound>> {
        let mut bounds = vec![self.bound()?];
        while self.eat(Kind::Comma) {
            bounds.push(self.bound()?);
        }
        Ok(bounds)
    }

    fn bound(&mut self) -> Parse<Bound> {
        let pattern = self.pattern(true)?;
        if !self.at_operator(IN) {
            return Err(self.expected_as(code::EXPECTED, "`\\in` and a set after the bound name", |d| d));
        }
        self.bump();
        let set = self.expression()?;
        Ok(Bound { pattern, set })
    }

    /// `x, y` (or one name only) or `<<x, y>>`
    fn pattern(&mut self, several: bool) -> Parse<Pattern> {
        if self.at(Kind::LeftAngle) {
            let open = self.bump();
            let names = self.names("a name")?;
            self.close(Kind::RightAngle, ">>", open, "`,`")?;
            Ok(Pattern::Tuple(names))
        } else if several {
            Ok(Pattern::Names(self.names("a name to bind")?))
        } else {
            Ok(Pattern::Names(vec![self.name("a name to bind")?]))
        }
    }

    /// `\A x \in S : p`, `\E x, y : p`
    pub(super) fn quantifier(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let forall = token.kind == Kind::Forall;
        if self.bound_ahead() || self.at(Kind::LeftAngle) {
            let bounds = self.bounds()?;
            let body = self.quantified()?;
            let span = self.since(start);
            return Ok(self.expr(span, ExprKind::Quantifier(forall, bounds, body)));
        }
        let names = self.names("a name to bind")?;
        if !self.at(Kind::Colon) {
            return Err(self.expected("`\\in` and a set, or `:` and the body of the quantifier"));
        }
        let body = self.quantified()?;
        let span = self.since(start);
        let kind = if forall { UnboundedKind::Forall } else { UnboundedKind::Exists };
        Ok(self.expr(span, ExprKind::UnboundedQuantifier(kind, names, body)))
    }

    /// `\AA x : F`, `\EE x : F`
    pub(super) fn temporal_quantifier(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let kind = match token.kind {
            Kind::TemporalForall => UnboundedKind::TemporalForall,
            _ => UnboundedKind::TemporalExists,
        };
        let names = self.names("a name to bind")?;
        let body = self.quantified()?;
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::UnboundedQuantifier(kind, names, body)))
    }

    fn quantified(&mut self) -> Parse<Box<Expr>> {
        self.expect(Kind::Colon, "`:` and the body of the quantifier")?;
        Ok(Box::new(self.expression()?))
    }

    /// `CHOOSE x \in S : p`, `CHOOSE <<x, y>> : p`
    pub(super) fn choose(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let pattern = self.pattern(false)?;
        let mut set = None;
        if self.at_operator(IN) {
            self.bump();
            set = Some(Box::new(self.expression()?));
        }
        self.expect(Kind::Colon, "`:` and the condition of CHOOSE")?;
        let body = Box::new(self.expression()?);
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Choose(pattern, set, body)))
    }
}
