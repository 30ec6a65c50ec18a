//! Names in expressions: `x`, `Op(a, b)`, `A!B(x)!C`, subexpression selectors, labels.
//!
//! Enters: the parser at a name. Leaves: an [`Expr`].
//! Holds: a name of one step is [`ExprKind::Name`] (or the operator it spells), of more steps
//! [`ExprKind::Path`].

use super::operators::Root;
use super::{Parse, Parser};
use crate::ast::{Expr, ExprKind, Fixity, Ident, PathStep, StepKind, Symbol};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::precedence::{EQUALS, OperatorId};
use crate::source::Span;
use crate::token::{Kind, Token};

impl<'t> Parser<'t> {
    /// A name's text, shared; `ℕ`, `ℤ` and `ℝ` are Nat, Int and Real.
    pub(super) fn name_symbol(&mut self, token: Token) -> Symbol {
        match self.text_of(token) {
            "ℕ" => self.symbol("Nat"),
            "ℤ" => self.symbol("Int"),
            "ℝ" => self.symbol("Real"),
            text => self.symbol(text),
        }
    }

    /// A name with arguments, selectors after `!`, or a label before `::`.
    pub(super) fn compound_name(&mut self, left: Root) -> Parse<Expr> {
        let token = self.bump();
        let name = match token.kind {
            Kind::StepName => self.step_name_used(token)?,
            _ => self.name_symbol(token),
        };
        let ident = Ident { name, span: self.span_of(token) };
        let e = self.after_name(ident)?;
        if self.at(Kind::ColonColon) { self.label(e, left) } else { Ok(e) }
    }

    /// An operator symbol used as a name: `+(a, b)`, `-.(x)`, `+!1`.
    pub(super) fn compound_operator(&mut self, id: OperatorId) -> Parse<Expr> {
        let token = self.bump();
        let span = self.span_of(token);
        let ident = self.operator_ident(id, span);
        let e = self.after_name(ident)?;
        let row = id.row();
        let Expr { id: node, span, kind } = e;
        let kind = match kind {
            ExprKind::Name(name, args) if args.len() == 2 && row.infix.is_some() => {
                ExprKind::Operator(name, Fixity::Infix, args)
            }
            ExprKind::Name(name, args) if args.len() == 1 && row.prefix.is_some() => {
                ExprKind::Operator(name, Fixity::Prefix, args)
            }
            ExprKind::Name(name, args) if args.len() == 1 && row.postfix.is_some() => {
                ExprKind::Operator(name, Fixity::Postfix, args)
            }
            kind => kind,
        };
        Ok(Expr { id: node, span, kind })
    }

    fn after_name(&mut self, ident: Ident) -> Parse<Expr> {
        let start = ident.span;
        let args = self.optional_arguments()?;
        if !self.at(Kind::Bang) || self.foreign_inequality() {
            let span = self.since(start);
            return Ok(self.expr(span, ExprKind::Name(ident, args)));
        }
        let first = PathStep { kind: StepKind::Name(ident.name), args, span: self.since(start) };
        let mut steps = vec![first];
        while self.at(Kind::Bang) && !self.foreign_inequality() {
            self.bump();
            steps.push(self.path_step()?);
        }
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Path(steps)))
    }

    /// `!=`, which is not TLA+: left for the caller's caller to stumble over.
    fn foreign_inequality(&self) -> bool {
        let bang = self.token();
        let next = self.tokens[(self.position + 1).min(self.tokens.len() - 1)];
        next.kind == Kind::Operator(EQUALS) && next.start == bang.end && self.peek_at(2) != Kind::LeftParen
    }

    fn path_step(&mut self) -> Parse<PathStep> {
        let start = self.here();
        let kind = match self.peek() {
            Kind::Name => {
                let token = self.bump();
                StepKind::Name(self.name_symbol(token))
            }
            Kind::Operator(id) => {
                self.bump();
                StepKind::Name(self.symbol(id.row().name))
            }
            Kind::LeftParen => StepKind::Arguments,
            Kind::LeftAngle => self.selector(StepKind::Left),
            Kind::RightAngle => self.selector(StepKind::Right),
            Kind::Colon => self.selector(StepKind::Colon),
            Kind::At => self.selector(StepKind::At),
            Kind::Number => {
                let token = self.bump();
                let (digits, radix) = self.numeral(token);
                match u32::from_str_radix(digits, radix) {
                    Ok(n) => StepKind::Number(n),
                    Err(_) => {
                        self.position -= 1;
                        return Err(self.expected("a small number as a selector after `!`"));
                    }
                }
            }
            _ => return Err(self.expected("a name or a selector (a number, `<<`, `>>`, `:`, `@`) after `!`")),
        };
        let args = match kind {
            StepKind::Name(_) | StepKind::Arguments => self.optional_arguments()?,
            _ => Vec::new(),
        };
        Ok(PathStep { kind, args, span: self.since(start) })
    }

    fn selector(&mut self, kind: StepKind) -> StepKind {
        self.bump();
        kind
    }

    /// `(a, b)`, or nothing.
    fn optional_arguments(&mut self) -> Parse<Vec<Expr>> {
        if !self.at(Kind::LeftParen) {
            return Ok(Vec::new());
        }
        let open = self.bump();
        if self.at(Kind::RightParen) {
            return Err(self.expected_as(code::EXPECTED, "an argument", |d| {
                d.help("an operator without parameters is used without parentheses")
            }));
        }
        let mut args = vec![self.argument()?];
        while self.eat(Kind::Comma) {
            args.push(self.argument()?);
        }
        self.close(Kind::RightParen, ")", open, "`,`")?;
        Ok(args)
    }

    /// `name(x, y) :: body`
    fn label(&mut self, name: Expr, left: Root) -> Parse<Expr> {
        let start = name.span;
        let Some((label, params)) = label_of(name.kind) else {
            let span = self.here();
            return Err(self.report(
                Diagnostic::error(code::LABEL, "`::` stands after something that is not a label")
                    .at(span, "")
                    .also(start, "a label is a name, or a name with names as parameters"),
            ));
        };
        self.bump();
        let (body, root) = self.expression_and_root()?;
        if let (Some((left_range, left)), Some((range, operator))) = (left, root)
            && !left_range.below(range)
        {
            self.label_changes_meaning(start, &left, &operator);
        }
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Label(label, params, Box::new(body))))
    }

    fn label_changes_meaning(&mut self, label: Span, left: &Ident, right: &Ident) {
        let message =
            format!("without this label, `{}` and `{}` would be read differently", left.name, right.name);
        self.report(
            Diagnostic::error(code::LABEL, message)
                .at(label, "")
                .also(left.span, "this operator is before the label")
                .also(right.span, "this one is inside of what is labelled")
                .help("put the labelled expression in parentheses"),
        );
    }
}

fn label_of(kind: ExprKind) -> Option<(Ident, Vec<Ident>)> {
    let ExprKind::Name(label, args) = kind else { return None };
    let mut params = Vec::with_capacity(args.len());
    for arg in args {
        match arg.kind {
            ExprKind::Name(param, inner) if inner.is_empty() => params.push(param),
            _ => return None,
        }
    }
    Some((label, params))
}
