//! Operands: everything an operator can be applied to.
//!
//! Enters: the parser where an operand is expected. Leaves: an [`Expr`].
//! Holds: quantifiers, CHOOSE, IF, CASE, LET and LAMBDA reach as far to the right as possible;
//! `/\` and `\/` here are bullets of a list, never infix operators.

use super::operators::Root;
use super::{Parse, Parser};
use crate::ast::{Expr, ExprKind, Unit, UnitKind};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::precedence::{AND, BOX, NEGATE, OperatorId};
use crate::token::{Kind, Token};

impl<'t> Parser<'t> {
    /// Whether what stands here reaches as far to the right as possible.
    pub(super) fn at_open_expression(&self) -> bool {
        matches!(
            self.peek(),
            Kind::If
                | Kind::Case
                | Kind::Let
                | Kind::Choose
                | Kind::Lambda
                | Kind::Forall
                | Kind::Exists
                | Kind::TemporalForall
                | Kind::TemporalExists
        )
    }

    /// An operand without its postfix operators. `left` is the operator before it, if any.
    pub(super) fn operand(&mut self, left: Root) -> Parse<Expr> {
        let start = self.here();
        match self.peek() {
            Kind::Name if self.next_definition_ahead() => {
                let name = self.text_of(self.token());
                Err(self.expected_as(code::EXPECTED_EXPRESSION, "an expression", |mut d| {
                    d.message = format!("expected an expression, found the definition of `{name}`");
                    d
                }))
            }
            Kind::Name | Kind::StepName => self.compound_name(left),
            Kind::At => {
                self.bump();
                Ok(self.expr(start, ExprKind::At))
            }
            Kind::Number => {
                let token = self.bump();
                let (digits, radix) = self.numeral(token);
                Ok(self.expr(start, ExprKind::Number(digits.into(), radix)))
            }
            Kind::Decimal => {
                let token = self.bump();
                Ok(self.expr(start, ExprKind::Decimal(self.text_of(token).into())))
            }
            Kind::String => self.string(),
            Kind::LeftParen => self.parenthesised(),
            Kind::LeftBrace => self.braces(),
            Kind::LeftBracket => self.brackets(),
            Kind::LeftAngle => self.angles(),
            Kind::Fairness(strong) => self.fairness(strong),
            Kind::Operator(id) => match self.token().bullet() {
                Some(bullet) => self.junction(bullet),
                None => self.operator_as_name(id),
            },
            Kind::Forall | Kind::Exists => self.quantifier(),
            Kind::TemporalForall | Kind::TemporalExists => self.temporal_quantifier(),
            Kind::Choose => self.choose(),
            Kind::If => self.if_then_else(),
            Kind::Case => self.case(),
            Kind::Let => self.let_in(),
            Kind::Lambda => {
                self.report(
                    Diagnostic::error(code::LAMBDA_PLACE, "LAMBDA can only be an argument or a substitution")
                        .at(start, "an expression is expected here")
                        .help("define an operator `F(x) == …`, or write a function `[x \\in S |-> …]`"),
                );
                self.lambda()
            }
            _ => Err(self.expected_as(code::EXPECTED_EXPRESSION, "an expression", |d| d)),
        }
    }

    /// The digits and the radix of a numeral.
    pub(super) fn numeral(&self, token: Token) -> (&'t str, u32) {
        let text = self.text_of(token);
        match text.as_bytes() {
            [b'\\', b'b' | b'B', ..] => (&text[2..], 2),
            [b'\\', b'o' | b'O', ..] => (&text[2..], 8),
            [b'\\', b'h' | b'H', ..] => (&text[2..], 16),
            _ => (text, 10),
        }
    }

    fn string(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let span = self.span_of(token);
        let text = self.text_of(token);
        // A string that is not closed has been reported by the lexer.
        let inner = text.strip_prefix('"').unwrap_or(text);
        let inner = if text.len() > 1 { inner.strip_suffix('"').unwrap_or(inner) } else { inner };
        if !inner.contains('\\') {
            let value = inner.into();
            return Ok(self.expr(span, ExprKind::String(value)));
        }
        let mut value = String::with_capacity(inner.len());
        let mut chars = inner.char_indices();
        while let Some((at, c)) = chars.next() {
            if c != '\\' {
                value.push(c);
                continue;
            }
            match chars.next().map(|(_, c)| c) {
                Some(c @ ('"' | '\\')) => value.push(c),
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some('r') => value.push('\r'),
                Some('f') => value.push('\u{0C}'),
                other => {
                    let offset = token.start as usize + 1 + at;
                    let length = 1 + other.map_or(0, char::len_utf8);
                    let place = crate::source::Span::new(self.file, offset, offset + length);
                    let found = self.text.get(offset..offset + length).unwrap_or("\\");
                    self.report(
                        Diagnostic::error(code::BAD_ESCAPE, format!("`{found}` is no escape of a string"))
                            .at(place, "")
                            .help("write a backslash as `\\\\`"),
                    );
                    value.extend(other);
                }
            }
        }
        Ok(self.expr(span, ExprKind::String(value.into())))
    }

    /// `( e )`: leaves no node, but its span covers the parentheses.
    fn parenthesised(&mut self) -> Parse<Expr> {
        let open = self.bump();
        let start = self.span_of(open);
        let mut inner = self.expression()?;
        self.close(Kind::RightParen, ")", open, "")?;
        inner.span = self.since(start);
        Ok(inner)
    }

    /// A list of `/\` or `\/` whose bullets stand in one column.
    fn junction(&mut self, bullet: OperatorId) -> Parse<Expr> {
        let first = self.bump();
        let start = self.span_of(first);
        let lists = self.layout.len();
        self.layout.open(first, bullet, start);
        let mut items = Vec::new();
        loop {
            match self.expression() {
                Ok(item) => items.push(item),
                Err(reported) => {
                    self.layout.truncate(lists);
                    return Err(reported);
                }
            }
            if !self.layout.is_next_bullet(&self.token()) {
                break;
            }
            // The latest bullet is the one to point at.
            let token = self.bump();
            let span = self.span_of(token);
            self.layout.close();
            self.layout.open(token, bullet, span);
        }
        self.layout.close();
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Junction(bullet == AND, items)))
    }

    /// An infix or postfix symbol where an operand is expected: `+(a, b)`, or a fault.
    fn operator_as_name(&mut self, id: OperatorId) -> Parse<Expr> {
        if id == NEGATE || matches!(self.peek_at(1), Kind::LeftParen | Kind::Bang) {
            return self.compound_operator(id);
        }
        let token = self.token();
        let shown = self.describe(token);
        let what = format!("an expression before {shown}");
        Err(self.expected_as(code::EXPECTED_EXPRESSION, &what, |mut d| {
            d.message = format!("expected {what}");
            d
        }))
    }

    fn if_then_else(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let condition = self.expression()?;
        self.expect_part(Kind::Then, "THEN", token)?;
        let then = self.expression()?;
        self.expect_part(Kind::Else, "ELSE", token)?;
        let other = self.expression()?;
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::If(Box::new(condition), Box::new(then), Box::new(other))))
    }

    /// A reserved word that belongs to one read before.
    fn expect_part(&mut self, kind: Kind, word: &str, of: Token) -> Parse<()> {
        if self.eat(kind) {
            return Ok(());
        }
        let place = self.span_of(of);
        let whose = self.text_of(of);
        Err(self.expected_as(code::EXPECTED, &format!("{word} of this {whose}"), |d| {
            let d = d.also(place, format!("this {whose}"));
            if kind == Kind::Else { d.help("every IF has an ELSE in TLA+") } else { d }
        }))
    }

    fn case(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let mut arms = Vec::new();
        let mut other = None;
        loop {
            if !arms.is_empty() && self.eat(Kind::Other) {
                self.expect(Kind::Arrow, "`->` after OTHER")?;
                other = Some(Box::new(self.expression()?));
                break;
            }
            let condition = self.expression()?;
            if !self.at(Kind::Arrow) {
                return Err(self.expected_as(
                    code::EXPECTED,
                    "`->` after the condition of a CASE arm",
                    |d| d.also(start, "this CASE"),
                ));
            }
            self.bump();
            arms.push((condition, self.expression()?));
            if !self.at_operator(BOX) {
                break;
            }
            self.bump();
        }
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Case(arms, other)))
    }

    fn let_in(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let mut definitions = Vec::new();
        loop {
            let first = self.here();
            let local = self.eat(Kind::Local);
            let kind: UnitKind = match self.peek() {
                Kind::In if !local && !definitions.is_empty() => break,
                Kind::Recursive if !local => self.recursive()?,
                Kind::Name => self.definition(None)?,
                Kind::Operator(id) if id.row().prefix.is_some() => self.definition(None)?,
                _ => {
                    let what = if definitions.is_empty() { "a definition" } else { "a definition or IN" };
                    return Err(self.expected_as(code::EXPECTED, what, |d| d.also(start, "this LET")));
                }
            };
            definitions.push(Unit { kind, span: self.since(first), local });
        }
        self.bump();
        let body = self.expression()?;
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Let(definitions, Box::new(body))))
    }

    /// `LAMBDA x, y : body`
    pub(super) fn lambda(&mut self) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let params = self.declarations("a parameter of LAMBDA")?;
        self.expect(Kind::Colon, "`:` after the parameters of LAMBDA")?;
        let body = self.expression()?;
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Lambda(params, Box::new(body))))
    }

    /// An argument of an operator: an expression, LAMBDA or an operator symbol.
    pub(super) fn argument(&mut self) -> Parse<Expr> {
        match self.bare_operator() {
            Some(operator) => Ok(operator),
            None => self.argument_expression(),
        }
    }

    /// An expression or LAMBDA.
    pub(super) fn argument_expression(&mut self) -> Parse<Expr> {
        if self.at(Kind::Lambda) {
            let outer = std::mem::take(&mut self.tallest);
            let lambda = self.deeper(Self::lambda)?;
            self.tallest = outer.max(self.tallest + 1);
            return Ok(lambda);
        }
        self.expression()
    }
}
