//! Expressions back to TLA+ text on one line, with the parentheses they need and no more than
//! a few others.
//!
//! Enters: an [`Expr`]. Leaves: a line of TLA+.
//! Holds: parsing the line again gives the same tree up to spans, numbers of nodes and lists:
//! a column-aligned list cannot stand on one line, so it is printed as a chain of its operator
//! (a list of one item as the item). [`ExprKind::Error`] is printed as `???`.

mod definition;

use crate::ast::{
    Bound, Expr, ExprKind, Fixity, Ident, PathStep, Pattern, StepKind, UnboundedKind, UpdateStep,
};
use crate::precedence::{AND, IN, OR, Range, TIMES, operator};
use std::fmt::Write as _;

/// An expression as one line of TLA+.
pub fn print_expr(expr: &Expr) -> String {
    let mut printer = Printer { out: String::new() };
    printer.expr(expr);
    printer.out
}

struct Printer {
    out: String,
}

/// Where an operand stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    /// Of a prefix operator
    Only,
}

impl Printer {
    fn text(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn expr(&mut self, expr: &Expr) {
        // Trees may be thousands of levels high.
        stacker::maybe_grow(64 * 1024, 1024 * 1024, || self.kind(expr));
    }

    fn list<'a>(&mut self, items: impl IntoIterator<Item = &'a Expr>) {
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.expr(item);
        }
    }

    fn names(&mut self, names: &[Ident]) {
        let names: Vec<&str> = names.iter().map(|n| n.name.as_ref()).collect();
        self.text(&names.join(", "));
    }

    fn parenthesised(&mut self, expr: &Expr) {
        self.text("(");
        self.expr(expr);
        self.text(")");
    }

    fn maybe_parenthesised(&mut self, expr: &Expr, needed: bool) {
        if needed { self.parenthesised(expr) } else { self.expr(expr) }
    }

    /// An expression before something that what reaches far to the right would swallow.
    fn closed(&mut self, expr: &Expr) {
        self.maybe_parenthesised(expr, reaches_right(expr));
    }

    /// An operand of an operator of this range.
    fn operand(&mut self, expr: &Expr, range: Range, name: &str, side: Side) {
        self.maybe_parenthesised(expr, needs_parentheses(expr, range, name, side));
    }

    /// What is applied or selected from: `f` in `f[x]` and `f.a`, `x` in `x'`.
    fn applied(&mut self, expr: &Expr) {
        let needed = reaches_right(expr)
            || match &expr.kind {
                ExprKind::Operator(_, fixity, _) => *fixity != Fixity::Postfix,
                ExprKind::Junction(..) | ExprKind::Product(_) => true,
                _ => false,
            };
        self.maybe_parenthesised(expr, needed);
    }

    fn chain(&mut self, items: &[Expr], id: crate::precedence::OperatorId) {
        let row = id.row();
        let Some(range) = row.infix else { return };
        for (i, item) in items.iter().enumerate() {
            if i > 0 {
                let _ = write!(self.out, " {} ", row.name);
            }
            // A chain of the same operator on the left is the same chain, but a factor of `\X`
            // in parentheses is one factor.
            let side = if i == 0 && id != TIMES { Side::Left } else { Side::Right };
            self.operand(item, range, row.name, side);
        }
    }

    fn kind(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Number(digits, radix) => {
                self.text(match radix {
                    2 => "\\b",
                    8 => "\\o",
                    16 => "\\h",
                    _ => "",
                });
                self.text(digits);
            }
            ExprKind::Decimal(text) => self.text(text),
            ExprKind::String(value) => self.string(value),
            ExprKind::Name(name, args) => {
                self.text(&name.name);
                self.arguments(args);
            }
            ExprKind::Path(steps) => self.path(steps),
            ExprKind::Operator(name, fixity, operands) => self.operator(&name.name, *fixity, operands),
            ExprKind::Junction(_, items) if items.len() == 1 => self.list(items),
            ExprKind::Junction(conjunction, items) => self.chain(items, if *conjunction { AND } else { OR }),
            ExprKind::Product(factors) => self.chain(factors, TIMES),
            ExprKind::Tuple(items) => {
                self.text("<<");
                self.list(items);
                self.text(">>");
            }
            ExprKind::SetEnum(items) => {
                self.text("{");
                self.list(items);
                self.text("}");
            }
            ExprKind::SetFilter(bound, condition) => {
                self.text("{");
                self.pattern(&bound.pattern);
                self.text(" \\in ");
                if let Some(range) = IN.row().infix {
                    self.operand(&bound.set, range, "\\in", Side::Right);
                }
                self.text(" : ");
                self.expr(condition);
                self.text("}");
            }
            ExprKind::SetMap(element, bounds) => {
                self.text("{");
                let membership =
                    matches!(&element.kind, ExprKind::Operator(op, ..) if op.name.as_ref() == "\\in");
                self.maybe_parenthesised(element, membership || reaches_right(element));
                self.text(" : ");
                self.bounds(bounds);
                self.text("}");
            }
            ExprKind::Quantifier(forall, bounds, body) => {
                self.text(if *forall { "\\A " } else { "\\E " });
                self.bounds(bounds);
                self.text(" : ");
                self.expr(body);
            }
            ExprKind::UnboundedQuantifier(kind, names, body) => {
                self.text(match kind {
                    UnboundedKind::Forall => "\\A ",
                    UnboundedKind::Exists => "\\E ",
                    UnboundedKind::TemporalForall => "\\AA ",
                    UnboundedKind::TemporalExists => "\\EE ",
                });
                self.names(names);
                self.text(" : ");
                self.expr(body);
            }
            ExprKind::Choose(pattern, set, condition) => {
                self.text("CHOOSE ");
                self.pattern(pattern);
                if let Some(set) = set {
                    self.text(" \\in ");
                    self.closed(set);
                }
                self.text(" : ");
                self.expr(condition);
            }
            ExprKind::Function(bounds, body) => {
                self.text("[");
                self.bounds(bounds);
                self.text(" |-> ");
                self.expr(body);
                self.text("]");
            }
            ExprKind::FunctionSet(domain, range) => {
                self.text("[");
                self.closed(domain);
                self.text(" -> ");
                self.expr(range);
                self.text("]");
            }
            ExprKind::Record(fields) => self.fields(fields, " |-> "),
            ExprKind::RecordSet(fields) => self.fields(fields, " : "),
            ExprKind::Except(function, updates) => {
                self.text("[");
                self.closed(function);
                self.text(" EXCEPT ");
                for (i, update) in updates.iter().enumerate() {
                    self.text(if i > 0 { ", !" } else { "!" });
                    for step in &update.path {
                        match step {
                            UpdateStep::Field(name) => {
                                let _ = write!(self.out, ".{}", name.name);
                            }
                            UpdateStep::Index(items) => self.index(items),
                        }
                    }
                    self.text(" = ");
                    self.expr(&update.value);
                }
                self.text("]");
            }
            ExprKind::At => self.text("@"),
            ExprKind::Apply(function, arguments) => {
                self.applied(function);
                self.index(arguments);
            }
            ExprKind::Field(record, field) => {
                self.applied(record);
                let _ = write!(self.out, ".{}", field.name);
            }
            ExprKind::If(condition, then, other) => {
                self.text("IF ");
                self.expr(condition);
                self.text(" THEN ");
                self.expr(then);
                self.text(" ELSE ");
                self.expr(other);
            }
            ExprKind::Case(arms, other) => {
                self.text("CASE ");
                for (i, (condition, value)) in arms.iter().enumerate() {
                    if i > 0 {
                        self.text(" [] ");
                    }
                    self.closed(condition);
                    self.text(" -> ");
                    self.closed(value);
                }
                if let Some(other) = other {
                    self.text(" [] OTHER -> ");
                    self.closed(other);
                }
            }
            ExprKind::Let(units, body) => {
                self.text("LET ");
                for unit in units {
                    self.definition(unit);
                    self.text(" ");
                }
                self.text("IN ");
                self.expr(body);
            }
            ExprKind::Lambda(params, body) => {
                self.text("LAMBDA ");
                self.declarations(params);
                self.text(" : ");
                self.expr(body);
            }
            ExprKind::BoxAction(action, subscript) => {
                self.text("[");
                self.expr(action);
                self.text("]_");
                self.subscript(subscript);
            }
            ExprKind::AngleAction(action, subscript) => {
                self.text("<<");
                self.expr(action);
                self.text(">>_");
                self.subscript(subscript);
            }
            ExprKind::Fairness(strong, subscript, action) => {
                self.text(if *strong { "SF_" } else { "WF_" });
                self.subscript(subscript);
                self.parenthesised(action);
            }
            ExprKind::Label(name, params, body) => {
                self.text(&name.name);
                if !params.is_empty() {
                    self.text("(");
                    self.names(params);
                    self.text(")");
                }
                self.text(" :: ");
                self.expr(body);
            }
            ExprKind::Error => self.text("???"),
        }
    }

    fn string(&mut self, value: &str) {
        self.text("\"");
        for c in value.chars() {
            match c {
                '"' => self.text("\\\""),
                '\\' => self.text("\\\\"),
                '\n' => self.text("\\n"),
                '\t' => self.text("\\t"),
                '\r' => self.text("\\r"),
                '\u{0C}' => self.text("\\f"),
                c => self.out.push(c),
            }
        }
        self.text("\"");
    }

    fn arguments(&mut self, args: &[Expr]) {
        if !args.is_empty() {
            self.text("(");
            self.list(args);
            self.text(")");
        }
    }

    fn index(&mut self, items: &[Expr]) {
        self.text("[");
        self.list(items);
        self.text("]");
    }

    fn path(&mut self, steps: &[PathStep]) {
        for (i, step) in steps.iter().enumerate() {
            if i > 0 {
                self.text("!");
            }
            match &step.kind {
                StepKind::Name(name) => self.text(name),
                StepKind::Number(n) => {
                    let _ = write!(self.out, "{n}");
                }
                StepKind::Left => self.text("<<"),
                StepKind::Right => self.text(">>"),
                StepKind::Colon => self.text(": "),
                StepKind::At => self.text("@"),
                StepKind::Arguments => {}
            }
            self.arguments(&step.args);
        }
    }

    fn operator(&mut self, name: &str, fixity: Fixity, operands: &[Expr]) {
        let row = operator(name).map(|id| id.row());
        let range = row.and_then(|r| match fixity {
            Fixity::Infix => r.infix,
            Fixity::Prefix => r.prefix,
            Fixity::Postfix => r.postfix,
        });
        match (fixity, operands, range) {
            (Fixity::Infix, [left, right], Some(range)) => {
                let side = if range.associativity == crate::precedence::Associativity::Left {
                    Side::Left
                } else {
                    Side::Right
                };
                self.operand(left, range, name, side);
                let _ = write!(self.out, " {name} ");
                self.operand(right, range, name, Side::Right);
            }
            (Fixity::Prefix, [operand], Some(range)) => {
                let shown = if name == "-." { "-" } else { name };
                self.text(shown);
                let at = self.out.len();
                self.operand(operand, range, name, Side::Only);
                // `- -x` is not `--x`, and `DOMAIN f` not `DOMAINf`.
                let next = self.out[at..].chars().next();
                if shown == "-" && next == Some('-')
                    || shown.ends_with(char::is_alphabetic) && next != Some('(')
                {
                    self.out.insert(at, ' ');
                }
            }
            (Fixity::Postfix, [operand], _) => {
                self.applied(operand);
                self.text(name);
            }
            _ => {
                self.text(name);
                self.arguments(operands);
            }
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Names(names) => self.names(names),
            Pattern::Tuple(names) => {
                self.text("<<");
                self.names(names);
                self.text(">>");
            }
        }
    }

    fn bounds(&mut self, bounds: &[Bound]) {
        for (i, bound) in bounds.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.pattern(&bound.pattern);
            self.text(" \\in ");
            self.closed(&bound.set);
        }
    }

    fn fields(&mut self, fields: &[(Ident, Expr)], between: &str) {
        self.text("[");
        for (i, (name, value)) in fields.iter().enumerate() {
            if i > 0 {
                self.text(", ");
            }
            self.text(&name.name);
            self.text(between);
            self.expr(value);
        }
        self.text("]");
    }

    fn subscript(&mut self, subscript: &Expr) {
        let bare = match &subscript.kind {
            ExprKind::Name(name, _) => name.name.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'),
            ExprKind::Path(_)
            | ExprKind::Tuple(_)
            | ExprKind::SetEnum(_)
            | ExprKind::SetFilter(..)
            | ExprKind::SetMap(..)
            | ExprKind::Function(..)
            | ExprKind::FunctionSet(..)
            | ExprKind::Record(_)
            | ExprKind::RecordSet(_)
            | ExprKind::Except(..) => true,
            _ => false,
        };
        self.maybe_parenthesised(subscript, !bare);
    }
}

/// Whether an expression would swallow what follows it.
fn reaches_right(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::If(..)
        | ExprKind::Case(..)
        | ExprKind::Let(..)
        | ExprKind::Quantifier(..)
        | ExprKind::UnboundedQuantifier(..)
        | ExprKind::Choose(..)
        | ExprKind::Lambda(..)
        | ExprKind::Label(..) => true,
        ExprKind::Junction(_, items) if items.len() == 1 => items.first().is_some_and(reaches_right),
        _ => false,
    }
}

fn needs_parentheses(expr: &Expr, parent: Range, name: &str, side: Side) -> bool {
    if reaches_right(expr) {
        return true;
    }
    let (child, child_name, fixity) = match &expr.kind {
        ExprKind::Operator(op, fixity, _) => (op.name.as_ref(), op.name.as_ref(), *fixity),
        ExprKind::Junction(_, items) if items.len() == 1 => {
            return items.first().is_some_and(|e| needs_parentheses(e, parent, name, side));
        }
        ExprKind::Junction(true, _) => ("/\\", "/\\", Fixity::Infix),
        ExprKind::Junction(false, _) => ("\\/", "\\/", Fixity::Infix),
        ExprKind::Product(_) => ("\\X", "\\X", Fixity::Infix),
        _ => return false,
    };
    let Some(row) = operator(child).map(|id| id.row()) else { return true };
    let range = match fixity {
        Fixity::Infix => row.infix,
        Fixity::Prefix => row.prefix,
        Fixity::Postfix => row.postfix,
    };
    let Some(range) = range else { return true };
    if range.above(parent) {
        return false;
    }
    match (side, fixity) {
        (Side::Left, Fixity::Infix) => child_name != name,
        // A chain of prefix operators is read from the inside, but what follows the chain
        // must not come between them.
        (Side::Only, Fixity::Prefix) => range.low < parent.low,
        _ => true,
    }
}
