//! Everything in brackets: `[…]`, `{…}`, `<<…>>`, and what follows `_` after them.
//!
//! Enters: the parser at an opening bracket or at WF/SF. Leaves: an [`Expr`].
//! Holds: which of the many forms of `[` and `{` it is, is known from a look ahead over names
//! only, or from what follows the first expression: nothing is parsed twice.

use super::{Parse, Parser};
use crate::ast::{Bound, Expr, ExprKind, Fixity, Ident, Pattern, StepKind, Update, UpdateStep};
use crate::code;
use crate::precedence::EQUALS;
use crate::token::{Kind, Token, reserved};

impl<'t> Parser<'t> {
    /// `a, b, c`
    fn expressions(&mut self) -> Parse<Vec<Expr>> {
        let mut items = vec![self.expression()?];
        while self.eat(Kind::Comma) {
            items.push(self.expression()?);
        }
        Ok(items)
    }

    /// The arguments of a function application: `[a, b]`.
    pub(super) fn index(&mut self) -> Parse<Vec<Expr>> {
        let open = self.bump();
        let arguments = self.expressions()?;
        self.close(Kind::RightBracket, "]", open, "`,`")?;
        Ok(arguments)
    }

    /// The name of a record's field, which may be a reserved word.
    pub(super) fn field_name(&mut self) -> Parse<Ident> {
        let token = self.token();
        let next = self.next_definition_ahead();
        if self.at(Kind::Name) && !next || !self.layout.ends_item(&token) && self.is_word(token) {
            self.bump();
            let name = self.name_symbol(token);
            return Ok(Ident { name, span: self.span_of(token) });
        }
        Err(self.expected("the name of a field"))
    }

    fn is_word(&self, token: Token) -> bool {
        let text = self.text_of(token);
        text.starts_with(|c: char| c.is_ascii_alphabetic())
            && (reserved(text).is_some() || matches!(token.kind, Kind::Operator(_)))
    }

    /// `[x \in S |-> e]`, `[a |-> e]`, `[a : S]`, `[S -> T]`, `[f EXCEPT …]`, `[A]_v`
    pub(super) fn brackets(&mut self) -> Parse<Expr> {
        let open = self.bump();
        let start = self.span_of(open);
        let field = self.at(Kind::Name) || self.is_word(self.token());
        let kind = if self.bound_ahead() {
            let bounds = self.bounds()?;
            if !self.at(Kind::MapsTo) {
                return Err(self.expected_as(
                    code::EXPECTED,
                    "`|->` after the domain of the function",
                    |d| d.also(start, "the function starts here"),
                ));
            }
            self.bump();
            let body = self.expression()?;
            self.close(Kind::RightBracket, "]", open, "")?;
            ExprKind::Function(bounds, Box::new(body))
        } else if field && self.peek_at(1) == Kind::MapsTo {
            ExprKind::Record(self.fields(Kind::MapsTo, "`|->`", open)?)
        } else if field && self.peek_at(1) == Kind::Colon {
            ExprKind::RecordSet(self.fields(Kind::Colon, "`:`", open)?)
        } else {
            let first = self.expression()?;
            match self.peek() {
                Kind::Arrow => {
                    self.bump();
                    let range = self.expression()?;
                    self.close(Kind::RightBracket, "]", open, "")?;
                    ExprKind::FunctionSet(Box::new(first), Box::new(range))
                }
                Kind::Except => {
                    self.bump();
                    let updates = self.updates()?;
                    self.close(Kind::RightBracket, "]", open, "`,`")?;
                    ExprKind::Except(Box::new(first), updates)
                }
                Kind::RightBracketSub => {
                    self.bump();
                    let subscript = self.subscript()?;
                    ExprKind::BoxAction(Box::new(first), Box::new(subscript))
                }
                _ => {
                    let what = "`->`, EXCEPT or `]_`";
                    return Err(self.expected_as(code::UNCLOSED_BRACKET, what, |d| {
                        d.also(start, "`[` opened here").help(
                            "`[S -> T]` is a set of functions, `[x \\in S |-> e]` a function, \
                             `[a |-> e]` a record, `[A]_v` an action",
                        )
                    }));
                }
            }
        };
        let span = self.since(start);
        Ok(self.expr(span, kind))
    }

    fn fields(&mut self, between: Kind, what: &str, open: Token) -> Parse<Vec<(Ident, Expr)>> {
        let mut fields = Vec::new();
        loop {
            let name = self.field_name()?;
            self.expect(between, &format!("{what} after the name of the field"))?;
            fields.push((name, self.expression()?));
            if !self.eat(Kind::Comma) {
                break;
            }
        }
        self.close(Kind::RightBracket, "]", open, "`,`")?;
        Ok(fields)
    }

    fn updates(&mut self) -> Parse<Vec<Update>> {
        let mut updates = Vec::new();
        loop {
            let start = self.here();
            if !self.at(Kind::Bang) {
                return Err(self.expected_as(code::EXPECTED, "`!` after EXCEPT", |d| {
                    d.help("an update is written `![i] = e` or `!.field = e`")
                }));
            }
            self.bump();
            let mut path = Vec::new();
            loop {
                match self.peek() {
                    Kind::Dot => {
                        self.bump();
                        path.push(UpdateStep::Field(self.field_name()?));
                    }
                    Kind::LeftBracket => path.push(UpdateStep::Index(self.index()?)),
                    _ if path.is_empty() => return Err(self.expected("`.field` or `[index]` after `!`")),
                    _ => break,
                }
            }
            if !self.at_operator(EQUALS) {
                return Err(self.expected("`=` and the new value"));
            }
            self.bump();
            let value = self.expression()?;
            updates.push(Update { path, value, span: self.since(start) });
            if !self.eat(Kind::Comma) {
                return Ok(updates);
            }
        }
    }

    /// `{}`, `{a, b}`, `{x \in S : p}`, `{e : x \in S}`
    pub(super) fn braces(&mut self) -> Parse<Expr> {
        let open = self.bump();
        let start = self.span_of(open);
        let mut items = Vec::new();
        let mut kind = None;
        if !self.at(Kind::RightBrace) {
            let first = self.expression()?;
            if self.eat(Kind::Colon) {
                kind = Some(match filter_bound(first, self.text) {
                    Ok(bound) => ExprKind::SetFilter(Box::new(bound), Box::new(self.expression()?)),
                    Err(element) => ExprKind::SetMap(Box::new(element), self.bounds()?),
                });
            } else {
                items.push(first);
                while self.eat(Kind::Comma) {
                    items.push(self.expression()?);
                }
            }
        }
        let also = match (&kind, items.len()) {
            (None, 1) => "`,`, `:`",
            (None, 2..) => "`,`",
            _ => "",
        };
        self.close(Kind::RightBrace, "}", open, also)?;
        let span = self.since(start);
        Ok(self.expr(span, kind.unwrap_or(ExprKind::SetEnum(items))))
    }

    /// `<<a, b>>`, `<<A>>_v`
    pub(super) fn angles(&mut self) -> Parse<Expr> {
        let open = self.bump();
        let start = self.span_of(open);
        let mut items = Vec::new();
        if !self.at(Kind::RightAngle) {
            items = self.expressions()?;
        }
        if items.len() == 1 && self.eat(Kind::RightAngleSub) {
            let subscript = Box::new(self.subscript()?);
            let span = self.since(start);
            if let Some(action) = items.pop() {
                return Ok(self.expr(span, ExprKind::AngleAction(Box::new(action), subscript)));
            }
        }
        self.close(Kind::RightAngle, ">>", open, "`,`")?;
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Tuple(items)))
    }

    /// What may follow `]_`, `>>_`, `WF_` and `SF_`: a name or something in brackets.
    fn subscript(&mut self) -> Parse<Expr> {
        let outer = std::mem::take(&mut self.tallest);
        let result = self.deeper(|p| match p.peek() {
            Kind::Name => p.compound_name(None),
            Kind::LeftParen | Kind::LeftBrace | Kind::LeftBracket | Kind::LeftAngle => p.operand(None),
            _ => Err(p.expected("a name or an expression in brackets as the subscript")),
        });
        self.tallest = outer.max(self.tallest + 1);
        result
    }

    /// `WF_v(A)`, `SF_v(A)`
    pub(super) fn fairness(&mut self, strong: bool) -> Parse<Expr> {
        let token = self.bump();
        let start = self.span_of(token);
        let mut subscript = self.subscript()?;
        let action = if self.at(Kind::LeftParen) {
            let open = self.bump();
            let action = self.expression()?;
            self.close(Kind::RightParen, ")", open, "")?;
            action
        } else {
            // In `WF_v(A)` the action has been read as the argument of `v`.
            let action = match &mut subscript.kind {
                ExprKind::Name(_, arguments) if arguments.len() == 1 => arguments.pop(),
                ExprKind::Path(steps) => match steps.last_mut() {
                    Some(last) if last.args.len() == 1 && last.kind != StepKind::Arguments => last.args.pop(),
                    _ => None,
                },
                _ => None,
            };
            match action {
                Some(action) => action,
                None => return Err(self.expected("the action of the fairness condition in parentheses")),
            }
        };
        match &mut subscript.kind {
            ExprKind::Name(name, arguments) if arguments.is_empty() => subscript.span = name.span,
            ExprKind::Path(steps) => {
                if let Some(last) = steps.last_mut()
                    && last.args.is_empty()
                {
                    // The step's span has covered the action in parentheses.
                    let text = &self.text[last.span.start as usize..last.span.end as usize];
                    if let Some(length) = text.find('(') {
                        last.span.end = last.span.start + length as u32;
                    }
                    subscript.span.end = last.span.end;
                }
            }
            _ => {}
        }
        let span = self.since(start);
        Ok(self.expr(span, ExprKind::Fairness(strong, Box::new(subscript), Box::new(action))))
    }
}

/// The bound of a filter `{x \in S : …}`, if the expression before the `:` has that form.
fn filter_bound(first: Expr, text: &str) -> Result<Bound, Expr> {
    let plain = |e: &Expr| matches!(&e.kind, ExprKind::Name(_, args) if args.is_empty());
    let is_bound = text.as_bytes().get(first.span.start as usize) != Some(&b'(')
        && match &first.kind {
            ExprKind::Operator(op, Fixity::Infix, operands) if op.name.as_ref() == "\\in" => {
                match operands.first().map(|e| &e.kind) {
                    Some(ExprKind::Tuple(names)) => !names.is_empty() && names.iter().all(plain),
                    Some(ExprKind::Name(_, args)) => args.is_empty(),
                    _ => false,
                }
            }
            _ => false,
        };
    if !is_bound {
        return Err(first);
    }
    let Expr { id, span, kind } = first;
    let ExprKind::Operator(op, fixity, operands) = kind else { return Err(Expr { id, span, kind }) };
    let pair: Result<[Expr; 2], _> = operands.try_into();
    match pair {
        Ok([left, set]) => {
            let pattern = match left.kind {
                ExprKind::Tuple(names) => Pattern::Tuple(names.into_iter().filter_map(into_ident).collect()),
                kind => Pattern::Names(into_ident(Expr { kind, ..left }).into_iter().collect()),
            };
            Ok(Bound { pattern, set })
        }
        Err(operands) => Err(Expr { id, span, kind: ExprKind::Operator(op, fixity, operands) }),
    }
}

fn into_ident(e: Expr) -> Option<Ident> {
    match e.kind {
        ExprKind::Name(ident, _) => Some(ident),
        _ => None,
    }
}
