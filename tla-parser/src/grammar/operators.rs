//! Expressions of operators: precedence ranges decide, a clash is reported.
//!
//! Enters: the parser at an expression. Leaves: an [`Expr`] as large as possible.
//! Holds: operators wait on a stack of their own, not on Rust's; two neighbours are compared as
//! SANY compares them, range against range. The tree is never higher than
//! [`MAX_HEIGHT`](super::MAX_HEIGHT); long chains of `/\` and `\/` become one [`ExprKind::Junction`],
//! which means the same and is flat.

use super::{MAX_HEIGHT, Parse, Parser};
use crate::ast::{Expr, ExprKind, Fixity, Ident};
use crate::code;
use crate::diagnostic::Diagnostic;
use crate::precedence::{AND, APPLICATION, Associativity, MINUS, NEGATE, OR, OperatorId, Range, TIMES};
use crate::source::Span;
use crate::token::Kind;

/// A chain of `/\` or `\/` longer than this is kept as a flat list.
const LONGEST_CHAIN: u32 = 256;

/// An operand and what is known of it.
struct Operand {
    expr: Expr,
    height: u32,
    /// The operator at its root and how long a chain of it the operand is, unless parenthesised.
    chain: Option<(OperatorId, u32)>,
}

/// An operator that waits for its right operand.
struct Pending {
    id: OperatorId,
    ident: Ident,
    prefix: bool,
    range: Range,
}

/// The operator at the root of an expression, with its place: what a label must not disturb.
pub(super) type Root = Option<(Range, Ident)>;

#[derive(Default)]
struct Stacks {
    operands: Vec<Operand>,
    pending: Vec<Pending>,
}

impl<'t> Parser<'t> {
    /// An expression.
    pub(super) fn expression(&mut self) -> Parse<Expr> {
        self.expression_and_root().map(|(e, _)| e)
    }

    /// An expression and the infix or postfix operator at its root, unless parenthesised.
    pub(super) fn expression_and_root(&mut self) -> Parse<(Expr, Root)> {
        let outer = std::mem::take(&mut self.tallest);
        let (operand, root) = self.deeper(Self::operators)?;
        self.tallest = outer.max(operand.height);
        Ok((operand.expr, root))
    }

    fn operators(&mut self) -> Parse<(Operand, Root)> {
        let mut stacks = Stacks::default();
        let mut root: Root;
        loop {
            while let Some(prefix) = self.prefix_operator(&stacks)? {
                stacks.pending.push(prefix);
            }
            self.tallest = 0;
            let open = self.at_open_expression();
            let bare = matches!(self.peek(), Kind::Name | Kind::StepName);
            let expr = match stacks.pending.last() {
                Some(left) => {
                    let left = (left.range, left.ident.clone());
                    self.operand(Some(left))?
                }
                None => self.operand(None)?,
            };
            let labelled = bare && matches!(expr.kind, ExprKind::Label(..));
            let height = self.tallest + 1;
            stacks.operands.push(Operand { expr, height, chain: None });
            root = None;
            if open || labelled {
                // It has taken all it could: nothing can continue it.
                break;
            }
            self.postfix_operators(&mut stacks, &mut root)?;
            let Kind::Operator(id) = self.peek() else { break };
            let Some(range) = id.row().infix else { break };
            let token = self.bump();
            let span = self.span_of(token);
            let ident = self.operator_ident(id, span);
            self.reduce_before(&mut stacks, id, range, &ident)?;
            stacks.pending.push(Pending { id, ident, prefix: false, range });
        }
        // What waits longest binds least: it is the root.
        if let Some(first) = stacks.pending.first() {
            root = (!first.prefix).then(|| (first.range, first.ident.clone()));
        }
        while let Some(operator) = stacks.pending.pop() {
            self.reduce(&mut stacks, operator)?;
        }
        match stacks.operands.pop() {
            Some(operand) => Ok((operand, root)),
            None => Err(self.expected("an expression")),
        }
    }

    /// A prefix operator, with minus among them.
    fn prefix_operator(&mut self, stacks: &Stacks) -> Parse<Option<Pending>> {
        let Kind::Operator(symbol) = self.peek() else { return Ok(None) };
        // `-.` itself is the name of the operator, as in `-.(x)`.
        if symbol == NEGATE || symbol != MINUS && symbol.row().prefix.is_none() {
            return Ok(None);
        }
        let id = if symbol == MINUS { NEGATE } else { symbol };
        let Some(range) = id.row().prefix else { return Ok(None) };
        let token = self.bump();
        let span = self.span_of(token);
        let ident = self.operator_ident(id, span);
        if symbol == MINUS
            && let Some(left) = stacks.pending.last()
            && left.range.above(range)
        {
            return Err(self.clash(&left.ident, &ident));
        }
        Ok(Some(Pending { id, ident, prefix: true, range }))
    }

    fn postfix_operators(&mut self, stacks: &mut Stacks, root: &mut Root) -> Parse<()> {
        loop {
            match self.peek() {
                Kind::Operator(id) => {
                    let Some(range) = id.row().postfix else { return Ok(()) };
                    let token = self.bump();
                    let span = self.span_of(token);
                    let ident = self.operator_ident(id, span);
                    self.reduce_before(stacks, id, range, &ident)?;
                    *root = Some((range, ident.clone()));
                    self.wrap(stacks, |e| ExprKind::Operator(ident, Fixity::Postfix, vec![e]))?;
                }
                Kind::LeftBracket => {
                    let token = self.token();
                    let ident = Ident { name: self.symbol("["), span: self.span_of(token) };
                    self.reduce_before(stacks, OperatorId(u8::MAX), APPLICATION, &ident)?;
                    self.tallest = 0;
                    let arguments = self.index()?;
                    let tallest = self.tallest;
                    if let Some(top) = stacks.operands.last_mut() {
                        top.height = top.height.max(tallest);
                    }
                    self.wrap(stacks, |e| ExprKind::Apply(Box::new(e), arguments))?;
                }
                Kind::Dot => {
                    self.bump();
                    let field = self.field_name()?;
                    self.wrap(stacks, |e| ExprKind::Field(Box::new(e), field))?;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Makes the top operand part of a larger one that ends before the current token.
    fn wrap(&mut self, stacks: &mut Stacks, kind: impl FnOnce(Expr) -> ExprKind) -> Parse<()> {
        let Some(Operand { expr, height, .. }) = stacks.operands.pop() else { return Ok(()) };
        let span = self.since(expr.span);
        let kind = kind(expr);
        let expr = self.expr(span, kind);
        self.push(stacks, Operand { expr, height: height + 1, chain: None })
    }

    fn push(&mut self, stacks: &mut Stacks, operand: Operand) -> Parse<()> {
        if operand.height > MAX_HEIGHT {
            let at = Span { start: operand.expr.span.end.saturating_sub(1), ..operand.expr.span };
            let at = if self.text.is_char_boundary(at.start as usize) { at } else { operand.expr.span };
            return Err(self.too_deep(at));
        }
        stacks.operands.push(operand);
        Ok(())
    }

    /// Completes the operators on the left that bind tighter than the one that comes.
    fn reduce_before(
        &mut self,
        stacks: &mut Stacks,
        id: OperatorId,
        range: Range,
        ident: &Ident,
    ) -> Parse<()> {
        while let Some(left) = stacks.pending.last() {
            let same = left.id == id;
            if left.range.above(range) || same && range.associativity == Associativity::Left {
                if let Some(left) = stacks.pending.pop() {
                    self.reduce(stacks, left)?;
                }
            } else if left.range.below(range) {
                break;
            } else {
                let left = left.ident.clone();
                return Err(self.clash(&left, ident));
            }
        }
        Ok(())
    }

    fn clash(&mut self, left: &Ident, right: &Ident) -> super::Reported {
        // The prefix minus is named `-.`, and written `-`.
        let shown = |name: &str| if name == "-." { "-".to_string() } else { name.to_string() };
        let (a, b) = (&shown(&left.name), &shown(&right.name));
        let message = if a == b {
            format!("`{a}` next to `{b}` needs parentheses")
        } else {
            format!("`{a}` and `{b}` side by side need parentheses: neither binds tighter")
        };
        self.report(
            Diagnostic::error(code::PRECEDENCE_CLASH, message)
                .at(right.span, "")
                .also(left.span, "clashes with this")
                .help(match (a == b, right.name.as_ref()) {
                    (true, "=") => {
                        "write `a = b /\\ b = c`, or put one comparison in parentheses".to_string()
                    }
                    (true, "=>") => {
                        "write `a => (b => c)`, with the parentheses where they are meant".to_string()
                    }
                    _ => "put parentheses around the part that belongs together".to_string(),
                }),
        )
    }

    /// Applies an operator to the operands on the stack.
    fn reduce(&mut self, stacks: &mut Stacks, operator: Pending) -> Parse<()> {
        let Some(right) = stacks.operands.pop() else { return Ok(()) };
        if operator.prefix {
            let span = operator.ident.span.to(right.expr.span);
            let kind = ExprKind::Operator(operator.ident, Fixity::Prefix, vec![right.expr]);
            let expr = self.expr(span, kind);
            return self.push(stacks, Operand { expr, height: right.height + 1, chain: None });
        }
        let Some(left) = stacks.operands.pop() else { return Ok(()) };
        let id = operator.id;
        let length = match left.chain {
            Some((chain, length)) if chain == id => length + 1,
            _ => 1,
        };
        let height = left.height.max(right.height) + 1;
        let span = left.expr.span.to(right.expr.span);
        let (kind, height) = if id == TIMES {
            match left.expr.kind {
                ExprKind::Product(mut factors) if left.chain.is_some() => {
                    factors.push(right.expr);
                    (ExprKind::Product(factors), left.height.max(right.height + 1))
                }
                kind => {
                    let left = Expr { kind, ..left.expr };
                    (ExprKind::Product(vec![left, right.expr]), height)
                }
            }
        } else if (id == AND || id == OR) && length > LONGEST_CHAIN {
            let flat = left.height.max(right.height + 1);
            (ExprKind::Junction(id == AND, lengthened(left.expr, length, right.expr)), flat)
        } else {
            (ExprKind::Operator(operator.ident, Fixity::Infix, vec![left.expr, right.expr]), height)
        };
        let expr = self.expr(span, kind);
        self.push(stacks, Operand { expr, height, chain: Some((id, length)) })
    }
}

/// The operands of a long chain: flattens it when it has just become too long, appends afterwards.
fn lengthened(left: Expr, length: u32, right: Expr) -> Vec<Expr> {
    if length > LONGEST_CHAIN + 1
        && let ExprKind::Junction(_, mut items) = left.kind
    {
        items.push(right);
        return items;
    }
    let mut items = vec![right];
    let mut rest = Some(left);
    // The chain leans to the left and is `length` operators long with the one being added.
    for _ in 1..length {
        let Some(Expr { kind: ExprKind::Operator(_, Fixity::Infix, mut operands), .. }) = rest else { break };
        items.extend(operands.pop());
        rest = operands.pop();
    }
    items.extend(rest);
    items.reverse();
    items
}
