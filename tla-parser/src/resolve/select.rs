//! Subexpression selectors: `Op(a)!1!<<`, `Op!label`, `Op!(e)`, `Op!:`.
//!
//! Enters: a route to a definition and the steps after it. Leaves: a definition whose body is the
//! selected subexpression and whose parameters are those of the definition and the identifiers
//! bound on the way. Source: L. Lamport, *TLA+2: A Preliminary Guide*, section on subexpressions.

use super::Resolver;
use super::instance::Route;
use crate::ast::{PathStep, StepKind};
use crate::hir::*;

impl Resolver<'_> {
    /// Follows `route.rest`; arguments found on the way are added to `route.args`.
    pub(super) fn select(&mut self, route: &mut Route<'_>) -> Option<DefId> {
        // Through INSTANCEs that the module itself made, down to a body.
        let mut def = route.def;
        while let DefBody::Instance(instance, of) = self.spec.def(def).body {
            route.chain.push(instance);
            def = of;
        }
        let mut params = self.spec.def(def).params.clone();
        let DefBody::Expr(mut at) = self.spec.def(def).body else {
            self.bad_selector(route.rest[0].span, "has no body to select from");
            return None;
        };
        let mut i = 0;
        if let Some(parts) = self.sequents.get(&def) {
            // Outside of a theorem nothing means what its NEW declares.
            let step = &route.rest[0];
            let part = match step.kind {
                StepKind::Number(n) => {
                    let n = (n as usize).wrapping_sub(1);
                    parts.get(n).copied().flatten().filter(|_| parts[..n].iter().all(Option::is_some))
                }
                _ => None,
            };
            let Some(part) = part else {
                self.bad_selector(
                    step.span,
                    "leads to no part of this ASSUME/PROVE that means something outside of it",
                );
                return None;
            };
            at = part;
            i = 1;
        }
        while let Some(step) = route.rest.get(i) {
            i += 1;
            if !matches!(step.kind, StepKind::Name(_)) {
                at = self.transparent(at);
            }
            at = match &step.kind {
                StepKind::Colon => at,
                StepKind::Left => self.nth(at, 1, step)?,
                StepKind::Right => self.nth(at, 2, step)?,
                StepKind::Number(n) => {
                    if let Expr::Case(arms, other) = self.spec.expr(at) {
                        // OTHER is an arm whose condition cannot be named.
                        let arms = arms.iter().map(|(c, e)| (Some(*c), *e)).chain(other.map(|e| (None, e)));
                        let arm = arms.into_iter().nth((*n as usize).wrapping_sub(1));
                        let part = match (arm, route.rest.get(i).map(|s| &s.kind)) {
                            (Some((c, _)), Some(StepKind::Number(1) | StepKind::Left)) => c,
                            (Some((_, e)), Some(StepKind::Number(2) | StepKind::Right)) => Some(e),
                            _ => None,
                        };
                        let Some(part) = part else {
                            let why = "no such arm, or `!1` or `!2` is missing after it";
                            self.bad_selector(step.span, why);
                            return None;
                        };
                        i += 1;
                        part
                    } else {
                        self.nth(at, *n as usize, step)?
                    }
                }
                StepKind::At | StepKind::Arguments => {
                    let Some((locals, body)) = self.bound_body(at) else {
                        self.bad_selector(step.span, "the expression binds nothing");
                        return None;
                    };
                    params.extend(locals);
                    route.args.extend(&step.args);
                    body
                }
                StepKind::Name(name) => {
                    let Some((locals, body)) = self.named_part(at, name) else {
                        self.bad_selector(step.span, &format!("holds no label or LET definition `{name}`"));
                        return None;
                    };
                    params.extend(locals);
                    route.args.extend(&step.args);
                    body
                }
            };
        }
        let d = self.spec.def(def);
        let (name, span) = (d.name.clone(), self.spec.span(at));
        Some(self.add_def(name, DefKind::Selected, span, params, DefBody::Expr(at)))
    }

    fn transparent(&self, mut at: ExprId) -> ExprId {
        while let Expr::Label(_, _, inner) = self.spec.expr(at) {
            at = *inner;
        }
        at
    }

    fn nth(&mut self, at: ExprId, n: usize, step: &PathStep) -> Option<ExprId> {
        let part = match self.spec.expr(at) {
            // Only the sets of a binder are numbered; its body needs arguments for what it binds.
            Expr::SetFilter(bound, _) => (n == 1).then_some(bound.set),
            Expr::SetMap(_, bounds) | Expr::Quantifier(_, bounds, _) | Expr::Function(bounds, _, _) => {
                bounds.get(n.wrapping_sub(1)).map(|b| b.set)
            }
            Expr::Choose { set, .. } => set.filter(|_| n == 1),
            Expr::Let(_, body) => (n == 1).then_some(*body),
            Expr::UnboundedQuantifier(..) => None,
            _ => {
                let mut parts = Vec::new();
                self.spec.children(at, &mut |child| parts.push(child));
                parts.get(n.wrapping_sub(1)).copied()
            }
        };
        if part.is_none() {
            self.bad_selector(step.span, &format!("the expression has no part {n}"));
        }
        part
    }

    fn bound_body(&self, at: ExprId) -> Option<(Vec<LocalId>, ExprId)> {
        let of = |bounds: &[Bound]| bounds.iter().flat_map(|b| b.locals.iter().copied()).collect();
        Some(match self.spec.expr(at) {
            Expr::SetFilter(bound, body) => (bound.locals.clone(), *body),
            Expr::SetMap(body, bounds)
            | Expr::Quantifier(_, bounds, body)
            | Expr::Function(bounds, body, _) => (of(bounds), *body),
            Expr::UnboundedQuantifier(_, locals, body) => (locals.clone(), *body),
            Expr::Choose { locals, body, .. } => (locals.clone(), *body),
            _ => return None,
        })
    }

    /// A labelled subexpression, or a LET definition, of this name.
    fn named_part(&self, at: ExprId, name: &str) -> Option<(Vec<LocalId>, ExprId)> {
        let mut pending = vec![at];
        while let Some(id) = pending.pop() {
            match self.spec.expr(id) {
                Expr::Label(label, locals, body) if &**label == name => return Some((locals.clone(), *body)),
                Expr::Let(defs, _) => {
                    let found = defs.iter().map(|d| self.spec.def(*d)).find(|d| &*d.name == name);
                    if let Some(Def { params, body: DefBody::Expr(body), .. }) = found {
                        return Some((params.clone(), *body));
                    }
                }
                _ => {}
            }
            self.spec.children(id, &mut |child| pending.push(child));
        }
        None
    }
}
