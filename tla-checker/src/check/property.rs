//! Temporal formulas taken apart: a specification into its initial predicate, next-state relation and
//! fairness; a property into what holds of states, of steps and of initial states.
//!
//! Holds: conjunctions and definitions (through INSTANCE too) are taken apart as TLC does; what is
//! left is liveness, and goes to [`super::temporal`].

use super::formula::Formulas;
use crate::ir::OpId;
use crate::lower::{EnvId, Lowerer, ROOT};
use crate::model::{Behaviour, Clause, Model};
use crate::space::{self, Properties};
use crate::spec::Roles;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::{Arg, Builtin, Expr, ExprId, Level, Spec};
use tla_parser::source::Span;

/// A part of a property.
pub(super) enum Property {
    /// Holds of every state.
    Invariant(String, ExprId, EnvId),
    /// Holds of every step.
    Action(String, ExprId, EnvId),
    /// Holds of every initial state.
    Initial(String, ExprId, EnvId),
    /// Anything else.
    Liveness(String, ExprId, EnvId),
}

impl Property {
    /// Adds it to what a space checks.
    pub(super) fn add(self, lowerer: &mut Lowerer<'_>, properties: &mut Properties, roles: &mut Roles) {
        let mut lower = |name: &str, e, env| {
            let op = lowerer.formula(name, e, env);
            (space::Property { name: name.to_string(), span: Some(lowerer.spec().span(e)) }, op)
        };
        let (list, ops, (property, op)) = match &self {
            Property::Invariant(name, e, env) => {
                (&mut properties.invariants, &mut roles.invariants, lower(name, *e, *env))
            }
            Property::Action(name, e, env) => {
                (&mut properties.actions, &mut roles.actions, lower(name, *e, *env))
            }
            Property::Initial(name, e, env) => {
                (&mut properties.initial, &mut roles.initial, lower(name, *e, *env))
            }
            Property::Liveness(..) => return,
        };
        list.push(property);
        ops.push(op);
    }
}

/// An expression behind definitions without arguments, labels and substitutions.
fn unfold(lowerer: &mut Lowerer<'_>, mut e: ExprId, mut env: EnvId) -> (ExprId, EnvId) {
    loop {
        match lowerer.spec().expr(e).clone() {
            Expr::Label(_, _, inner) => e = inner,
            Expr::Def(def, args) if args.is_empty() => {
                let def = lowerer.overridden(def);
                let (_, Some(body), inner) = lowerer.body(def, env) else { return (e, env) };
                (e, env) = (body, inner);
            }
            Expr::Decl(decl, args) if args.is_empty() => match lowerer.substitute(decl, env) {
                Some((Arg::Expr(inner), outer)) => (e, env) = (inner, outer),
                _ => return (e, env),
            },
            _ => return (e, env),
        }
    }
}

/// Whether a formula holds something temporal.
fn is_temporal(lowerer: &mut Lowerer<'_>, e: ExprId, env: EnvId) -> bool {
    level(lowerer.spec(), lowerer, e, env) == Level::Temporal
}

/// The level of an expression, from what the resolver found for definitions.
pub(super) fn level(spec: &Spec, lowerer: &Lowerer<'_>, e: ExprId, env: EnvId) -> Level {
    let own = match spec.expr(e) {
        Expr::Fairness(..) => Level::Temporal,
        Expr::Builtin(Builtin::Always | Builtin::Eventually | Builtin::LeadsTo | Builtin::PlusArrow, _) => {
            Level::Temporal
        }
        Expr::UnboundedQuantifier(
            tla_parser::ast::UnboundedKind::TemporalExists | tla_parser::ast::UnboundedKind::TemporalForall,
            ..,
        ) => Level::Temporal,
        Expr::Builtin(Builtin::Prime | Builtin::Unchanged | Builtin::Compose, _) | Expr::Subscripted(..) => {
            return Level::Action;
        }
        Expr::Builtin(Builtin::Enabled, _) => return Level::State,
        Expr::Def(d, _) => spec.def(lowerer.overridden(*d)).level.base,
        Expr::Decl(d, _) => match lowerer.substitute(*d, env) {
            Some((Arg::Expr(e), env)) => level(spec, lowerer, e, env),
            _ => spec.decl(*d).kind.level(),
        },
        _ => Level::Constant,
    };
    let mut highest = own;
    spec.children(e, &mut |child| highest = highest.max(level(spec, lowerer, child, env)));
    highest
}

/// The conjuncts of a formula, definitions unfolded.
fn conjuncts(lowerer: &mut Lowerer<'_>, e: ExprId, env: EnvId, parts: &mut Vec<(ExprId, EnvId)>) {
    if !is_temporal(lowerer, e, env) {
        parts.push((e, env));
        return;
    }
    let (e, env) = unfold(lowerer, e, env);
    match lowerer.spec().expr(e).clone() {
        Expr::Junction(true, items) => items.iter().for_each(|&i| conjuncts(lowerer, i, env, parts)),
        Expr::Builtin(Builtin::And, items) => items.iter().for_each(|&i| conjuncts(lowerer, i, env, parts)),
        _ => parts.push((e, env)),
    }
}

/// The initial predicate and the next-state relation of a model; `fairness` gets what else it assumes.
pub(super) fn behaviour(
    lowerer: &mut Lowerer<'_>,
    model: &Model,
    formulas: &Formulas,
    fairness: &mut Vec<(ExprId, EnvId)>,
    errors: &mut Vec<Diagnostic>,
) -> Option<(OpId, OpId)> {
    match &model.behaviour {
        Behaviour::None => {
            let spec = lowerer.spec();
            let variable = spec
                .root_module()
                .decls
                .iter()
                .map(|d| spec.decl(*d))
                .find(|d| d.kind == tla_parser::hir::DeclKind::Variable);
            if let Some(variable) = variable {
                let message = "the spec has variables, and the model does not say how they behave";
                errors.push(
                    Diagnostic::error(code::NO_BEHAVIOUR, message).at(variable.span, "a variable").help(
                        "add `SPECIFICATION Spec`, or `INIT Init` and `NEXT Next`, to the configuration",
                    ),
                );
            }
            None
        }
        Behaviour::InitNext { init, next } => {
            let init_e = formulas.get(init, errors)?;
            let next_e = formulas.get(next, errors)?;
            for (e, clause, max) in [(init_e, init, Level::State), (next_e, next, Level::Action)] {
                if !check_level(lowerer, e, clause, max, errors) {
                    return None;
                }
            }
            Some((lowerer.formula(init.text(), init_e.0, ROOT), lowerer.formula(next.text(), next_e.0, ROOT)))
        }
        Behaviour::Specification(clause) => {
            let (e, span) = formulas.get(clause, errors)?;
            let mut parts = Vec::new();
            conjuncts(lowerer, e, ROOT, &mut parts);
            let (mut init, mut next) = (Vec::new(), Vec::new());
            for (e, env) in parts {
                if !is_temporal(lowerer, e, env) {
                    init.push((e, env));
                    continue;
                }
                if let Expr::Builtin(Builtin::Always, args) = lowerer.spec().expr(e).clone() {
                    let (inner, env) = unfold(lowerer, args[0], env);
                    if let Expr::Subscripted(true, action, _) = lowerer.spec().expr(inner) {
                        next.push((*action, env, inner));
                        continue;
                    }
                }
                // Fairness and other liveness conjuncts restrict behaviours, not states and steps.
                fairness.push((e, env));
            }
            let spec = lowerer.spec();
            if init.is_empty() || next.is_empty() {
                let what =
                    if next.is_empty() { "next-state relation `[][Next]_v`" } else { "initial predicate" };
                errors.push(
                    Diagnostic::error(
                        code::NO_BEHAVIOUR,
                        format!("the specification `{}` has no {what}", clause.text()),
                    )
                    .at(span, "defined here")
                    .help("a specification has the form `Init /\\ [][Next]_vars /\\ Fairness`"),
                );
                return None;
            }
            if next.len() > 1 {
                errors.push(
                    Diagnostic::error(
                        code::NO_BEHAVIOUR,
                        format!("the specification `{}` has several next-state relations", clause.text()),
                    )
                    .at(spec.span(next[1].2), "the second"),
                );
                return None;
            }
            let (action, env, _) = next[0];
            let init = lowerer.conjunction("Init", span, &init);
            let next = lowerer.formula("Next", action, env);
            Some((init, next))
        }
    }
}

/// Reports a formula of too high a level for where the model names it; whether it fits.
pub(super) fn check_level(
    lowerer: &Lowerer<'_>,
    (e, defined): (ExprId, Span),
    clause: &Clause,
    max: Level,
    errors: &mut Vec<Diagnostic>,
) -> bool {
    let found = level(lowerer.spec(), lowerer, e, ROOT);
    if found <= max {
        return true;
    }
    let what = match max {
        Level::Constant => "be constant",
        Level::State => "be about one state",
        _ => "be about one step",
    };
    let why = match found {
        Level::Temporal => "it is a temporal formula",
        Level::State => "it mentions variables",
        _ => "it has primes",
    };
    let mut d = Diagnostic::error(code::CONFIG_LEVEL, format!("`{}` must {what}, and {why}", clause.text()));
    d = match clause.span {
        Some(span) => d.at(span, "").also(defined, "defined here"),
        None => d.at(defined, "defined here"),
    };
    if max == Level::State {
        d = d.help(match found {
            Level::Temporal => "name a temporal formula after PROPERTY",
            _ => "a formula with primes is about steps: check `[][A]_v` as a PROPERTY",
        });
    }
    errors.push(d);
    false
}

/// Takes a property apart.
pub(super) fn classify(
    lowerer: &mut Lowerer<'_>,
    name: &str,
    e: ExprId,
    env: EnvId,
    found: &mut Vec<Property>,
    errors: &mut Vec<Diagnostic>,
) {
    let mut parts = Vec::new();
    conjuncts(lowerer, e, env, &mut parts);
    for (e, env) in parts {
        let span = lowerer.spec().span(e);
        if !is_temporal(lowerer, e, env) {
            found.push(match level(lowerer.spec(), lowerer, e, env) {
                Level::Constant | Level::State => Property::Initial(name.to_string(), e, env),
                _ => {
                    let message = format!("property `{name}` has a part that is about one step");
                    errors.push(
                        Diagnostic::error(code::CONFIG_LEVEL, message)
                            .at(span, "it has primes")
                            .help("what holds of every step is `[][A]_v`"),
                    );
                    continue;
                }
            });
            continue;
        }
        let Expr::Builtin(Builtin::Always, args) = lowerer.spec().expr(e).clone() else {
            found.push(Property::Liveness(name.to_string(), e, env));
            continue;
        };
        let level = level(lowerer.spec(), lowerer, args[0], env);
        found.push(match level {
            Level::Constant | Level::State => Property::Invariant(name.to_string(), args[0], env),
            Level::Action => Property::Action(name.to_string(), args[0], env),
            Level::Temporal => Property::Liveness(name.to_string(), e, env),
        });
    }
}
