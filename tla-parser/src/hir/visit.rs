//! Walking resolved expressions.
//!
//! Enters: an expression. Leaves: its children, or all that it holds.
//! Holds: the bodies of LET definitions and of LAMBDAs belong to the expression they stand in;
//! the bodies of definitions that are merely named do not.

use super::*;

impl Spec {
    /// Calls `f` with each direct subexpression, in the order written.
    pub fn children(&self, id: ExprId, f: &mut dyn FnMut(ExprId)) {
        let args = |args: &[Arg], f: &mut dyn FnMut(ExprId)| {
            for arg in args {
                match arg {
                    Arg::Expr(e) => f(*e),
                    Arg::Operator(OperatorRef::Def(d)) if self.def(*d).kind == DefKind::Lambda => {
                        if let DefBody::Expr(e) = self.def(*d).body {
                            f(e);
                        }
                    }
                    Arg::Operator(_) => {}
                }
            }
        };
        match self.expr(id) {
            Expr::Number(..) | Expr::Decimal(_) | Expr::String(_) | Expr::Error => {}
            Expr::Decl(_, a) | Expr::Local(_, a) | Expr::Def(_, a) => args(a, f),
            Expr::Builtin(_, items)
            | Expr::Junction(_, items)
            | Expr::Product(items)
            | Expr::Tuple(items)
            | Expr::SetEnum(items) => items.iter().for_each(|&e| f(e)),
            Expr::SetFilter(bound, body) => {
                f(bound.set);
                f(*body);
            }
            Expr::SetMap(body, bounds)
            | Expr::Quantifier(_, bounds, body)
            | Expr::Function(bounds, body, _) => {
                bounds.iter().for_each(|b| f(b.set));
                f(*body);
            }
            Expr::UnboundedQuantifier(_, _, body) | Expr::Label(_, _, body) | Expr::Field(body, _) => {
                f(*body)
            }
            Expr::Choose { set, body, .. } => {
                set.iter().for_each(|&s| f(s));
                f(*body);
            }
            Expr::FunctionSet(a, b) | Expr::Subscripted(_, a, b) | Expr::Fairness(_, a, b) => {
                f(*a);
                f(*b);
            }
            Expr::Record(fields) | Expr::RecordSet(fields) => fields.iter().for_each(|(_, e)| f(*e)),
            Expr::Except(base, updates) => {
                f(*base);
                for update in updates {
                    for step in &update.path {
                        if let UpdateStep::Index(indices) = step {
                            indices.iter().for_each(|&e| f(e));
                        }
                    }
                    f(update.value);
                }
            }
            Expr::Apply(function, indices) => {
                f(*function);
                indices.iter().for_each(|&e| f(e));
            }
            Expr::If(a, b, c) => [a, b, c].into_iter().for_each(|&e| f(e)),
            Expr::Case(arms, other) => {
                arms.iter().for_each(|(c, e)| {
                    f(*c);
                    f(*e);
                });
                other.iter().for_each(|&e| f(e));
            }
            Expr::Let(defs, body) => {
                for d in defs {
                    if let DefBody::Expr(e) = self.def(*d).body {
                        f(e);
                    }
                }
                f(*body);
            }
        }
    }

    /// Calls `f` with the expression and all it holds.
    pub fn visit(&self, id: ExprId, f: &mut dyn FnMut(&Expr)) {
        let mut pending = vec![id];
        while let Some(id) = pending.pop() {
            f(self.expr(id));
            self.children(id, &mut |child| pending.push(child));
        }
    }

    /// Whether an expression mentions a local.
    pub fn mentions(&self, expr: ExprId, local: LocalId) -> bool {
        let mut found = false;
        self.visit(expr, &mut |e| found |= matches!(e, Expr::Local(l, _) if *l == local));
        found
    }
}
