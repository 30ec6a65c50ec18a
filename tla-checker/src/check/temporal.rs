//! Temporal formulas of a spec as formulas over atoms.
//!
//! Enters: an expression. Leaves: a [`Formula`]; its atoms, as operators of the IR. Holds: definitions, INSTANCE,
//! parameters and LET are unfolded, quantifiers over constant sets written out; the largest parts that are
//! no temporal formulas are the atoms, the same one wherever the same is said; a part without variables is
//! its value. What has no place in that is refused by name, with its span.

use super::property::{Property, level};
use crate::canary::{Rule, without};
use crate::eval::Instance;
use crate::eval::{Bounds, Evaluator, Registers, Setting};
use crate::ir::Ir;
use crate::ir::{OpId, Reads};
use crate::lower::{Binder, EnvId, Lowerer, Predicate};
use crate::observer::{Cancel, Silent};
use crate::space;
use crate::temporal::{Atom, Formula, Source, Temporal, duties};
use crate::value::Datum;
use rustc_hash::FxHashMap;
use tla_parser::ast::UnboundedKind;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::{Arg, Bound, Builtin, DefBody, DefId, Expr, ExprId, Level, LocalId, OperatorRef};
use tla_parser::source::Span;

/// The most elements that quantifiers of one formula may have together.
const MOST_ELEMENTS: usize = 100_000;
/// How many definitions deep a formula may be.
const DEEPEST: usize = 500;

/// The action of an atom `<<A>>_v` or `ENABLED <<A>>_v`, by itself.
pub(super) struct Action {
    atom: usize,
    pub action: OpId,
    sub: OpId,
}

impl Action {
    /// Has the atom be read off the search, if its action is some of the instances of Next and its
    /// subscript is the whole state. `own` are the action's own instances.
    pub fn match_instances(&self, ir: &Ir, own: &[Instance], all: &[Instance], temporal: &mut Temporal) {
        let mut variables = Vec::new();
        let named = crate::lower::named_variables(ir, ir.op(self.sub).body, &mut variables);
        let whole = (0..ir.variables.len() as u32).all(|v| variables.contains(&v));
        if !named || !whole {
            return;
        }
        let keys: Option<Vec<_>> = own.iter().map(Instance::key).collect();
        let Some(keys) = keys else { return };
        let mut numbers = Vec::new();
        for key in keys {
            let mut same = all.iter().zip(0..).filter(|(instance, _)| instance.key().as_ref() == Some(&key));
            let Some((_, number)) = same.next() else { return };
            numbers.push(number);
            numbers.extend(same.map(|(_, number)| number));
        }
        let atom = &mut temporal.atoms[self.atom];
        atom.source = if atom.step { Source::Taken(numbers) } else { Source::Enabled(numbers) };
    }
}

/// Makes formulas, and collects their atoms.
pub(super) struct Formulas<'l, 's> {
    lowerer: &'l mut Lowerer<'s>,
    facts: &'l FxHashMap<String, Datum>,
    bounds: Bounds,
    atoms: Vec<Atom>,
    ops: Vec<OpId>,
    actions: Vec<Action>,
    /// The atoms by what they say.
    known: FxHashMap<String, u32>,
    elements: usize,
}

/// What liveness properties and fairness come to, and the operators of their atoms. Fairness is of no matter
/// where there is nothing else.
///
/// # Errors
/// Something cannot be checked.
pub(super) fn prepare(
    mut formulas: Formulas<'_, '_>,
    fairness: &[(ExprId, EnvId)],
    found: &[Property],
) -> Result<(Temporal, Vec<OpId>, Vec<Action>), Vec<Diagnostic>> {
    let (mut temporal, mut errors) = (Temporal::default(), Vec::new());
    let liveness = found.iter().filter_map(|property| match property {
        Property::Liveness(name, e, env) => Some((name, *e, *env)),
        _ => None,
    });
    for (name, e, env) in liveness {
        let span = Some(formulas.lowerer.spec().span(e));
        match formulas.formula(e, env) {
            Ok(formula) => {
                temporal.properties.push((space::Property { name: name.clone(), span }, formula));
            }
            Err(error) => errors.push(*error),
        }
    }
    if !temporal.properties.is_empty() {
        for &(e, env) in fairness {
            match formulas.formula(e, env) {
                Ok(formula) => temporal.fairness.push(formula),
                Err(error) => errors.push(*error),
            }
        }
    }
    let assumed: &[Formula] = if without(Rule::Fairness) { &[] } else { &temporal.fairness };
    for (at, (property, formula)) in temporal.properties.iter().enumerate() {
        match duties(assumed, formula) {
            Ok(all) => temporal.duties.extend(all.into_iter().map(|duty| (at, duty))),
            Err(why) => {
                let message = format!("property `{}` is too large to be checked: {why}", property.name);
                let mut error = Diagnostic::error(code::NOT_IMPLEMENTED, message);
                if let Some(span) = property.span {
                    error = error.at(span, "");
                }
                errors.push(error.help("state it as several properties, or with fewer disjunctions"));
            }
        }
    }
    temporal.atoms = formulas.atoms;
    if errors.is_empty() { Ok((temporal, formulas.ops, formulas.actions)) } else { Err(errors) }
}

type Found<T> = Result<T, Box<Diagnostic>>;

/// Where an expression stands: its environment, what is bound around it, outermost first, and how deep.
#[derive(Clone)]
struct Place {
    env: EnvId,
    binders: Vec<Binder>,
    depth: usize,
}

impl<'l, 's> Formulas<'l, 's> {
    pub fn new(lowerer: &'l mut Lowerer<'s>, facts: &'l FxHashMap<String, Datum>, bounds: Bounds) -> Self {
        Formulas {
            lowerer,
            facts,
            bounds,
            atoms: Vec::new(),
            ops: Vec::new(),
            actions: Vec::new(),
            known: FxHashMap::default(),
            elements: 0,
        }
    }

    /// The formula that an expression is.
    ///
    /// # Errors
    /// It is more than can be checked.
    pub fn formula(&mut self, e: ExprId, env: EnvId) -> Found<Formula> {
        self.elements = 0;
        self.of(e, &Place { env, binders: Vec::new(), depth: 0 })
    }

    fn of(&mut self, e: ExprId, place: &Place) -> Found<Formula> {
        stacker::maybe_grow(64 * 1024, 2 * 1024 * 1024, || self.of_inner(e, place))
    }

    fn of_inner(&mut self, e: ExprId, place: &Place) -> Found<Formula> {
        let own = self.level(e, place);
        if own != Level::Temporal {
            return self.atom(Predicate::Plain(e), own, place).map(|(formula, _)| formula);
        }
        let spec = self.lowerer.spec();
        let span = spec.span(e);
        if place.depth > DEEPEST {
            return Err(refused(span, "a temporal formula of so many definitions, one inside the other"));
        }
        match spec.expr(e) {
            Expr::Label(_, _, inner) => self.of(*inner, place),
            Expr::Junction(conjunction, items) => self.junction(*conjunction, items, place),
            Expr::Builtin(b, args) => self.builtin(*b, args, span, place),
            Expr::If(condition, yes, no) => {
                let condition = self.of(*condition, place)?;
                let (yes, no) = (self.of(*yes, place)?, self.of(*no, place)?);
                Ok(either(condition, yes, no))
            }
            Expr::Case(arms, Some(other)) => {
                let mut formula = self.of(*other, place)?;
                for (condition, value) in arms.iter().rev() {
                    let (condition, value) = (self.of(*condition, place)?, self.of(*value, place)?);
                    formula = either(condition, value, formula);
                }
                Ok(formula)
            }
            Expr::Case(_, None) => Err(refused(span, "a CASE without OTHER of temporal formulas")),
            Expr::Let(defs, body) => {
                let mut inner = place.clone();
                for &def in defs {
                    if spec.def(def).params.is_empty()
                        && let DefBody::Expr(e) = spec.def(def).body
                        && self.level(e, place) != Level::Temporal
                    {
                        inner.binders.push(Binder::Let(def, e, place.env));
                    }
                }
                self.of(*body, &inner)
            }
            Expr::Quantifier(forall, bounds, body) => self.quantifier(*forall, bounds, *body, place),
            Expr::UnboundedQuantifier(kind, ..) => Err(refused(
                span,
                match kind {
                    UnboundedKind::TemporalExists => "a temporal formula with `\\EE`",
                    UnboundedKind::TemporalForall => "a temporal formula with `\\AA`",
                    _ => "a temporal formula under a quantifier without a set",
                },
            )),
            Expr::Fairness(strong, sub, action) => {
                let (_, enabled) = self.atom(Predicate::Enabled(*sub, *action), Level::State, place)?;
                let (_, taken) = self.atom(Predicate::Taken(*sub, *action), Level::Action, place)?;
                self.atoms[taken as usize].needs = Some(enabled);
                Ok(Formula::Fair { strong: *strong, enabled, taken })
            }
            Expr::Def(def, args) => self.definition(*def, args, span, place, place.env),
            Expr::Decl(decl, args) => match self.lowerer.substitute(*decl, place.env) {
                Some((Arg::Expr(inner), env)) if args.is_empty() => {
                    self.of(inner, &Place { env, ..place.clone() })
                }
                Some((Arg::Operator(OperatorRef::Def(def)), env)) => {
                    self.definition(def, args, span, place, env)
                }
                _ => Err(refused(span, "this temporal formula")),
            },
            Expr::Local(local, args) => {
                let bound = |b: &Binder| matches!(b, Binder::Argument(l, ..) if l == local);
                let at = place.binders.iter().rposition(bound);
                match at.map(|at| (at, &place.binders[at])) {
                    Some((at, Binder::Argument(_, Arg::Expr(inner), env))) => {
                        let binders = place.binders[..at].to_vec();
                        self.of(*inner, &Place { env: *env, binders, depth: place.depth + 1 })
                    }
                    Some((_, Binder::Argument(_, Arg::Operator(OperatorRef::Def(def)), env))) => {
                        self.definition(*def, args, span, place, *env)
                    }
                    _ => Err(refused(span, "this temporal formula")),
                }
            }
            _ => Err(refused(span, "an operator other than those of logic, applied to temporal formulas")),
        }
    }

    fn junction(&mut self, conjunction: bool, items: &[ExprId], place: &Place) -> Found<Formula> {
        let mut all = Vec::new();
        for &item in items {
            // Flat, however long the chain.
            match (self.of(item, place)?, conjunction) {
                (Formula::And(more), true) | (Formula::Or(more), false) => all.extend(more),
                (formula, _) => all.push(formula),
            }
        }
        Ok(if conjunction { Formula::And(all) } else { Formula::Or(all) })
    }

    fn builtin(&mut self, b: Builtin, args: &[ExprId], span: Span, place: &Place) -> Found<Formula> {
        match (b, args) {
            (Builtin::And | Builtin::Or, items) => self.junction(b == Builtin::And, items, place),
            (Builtin::Not, &[f]) => Ok(Formula::Not(Box::new(self.of(f, place)?))),
            (Builtin::Implies, &[f, g]) => Ok(Formula::implies(self.of(f, place)?, self.of(g, place)?)),
            (Builtin::Equivalent, &[f, g]) => {
                Ok(Formula::Equivalent(Box::new(self.of(f, place)?), Box::new(self.of(g, place)?)))
            }
            (Builtin::Always, &[f]) => Ok(Formula::Always(Box::new(self.of(f, place)?))),
            (Builtin::Eventually, &[f]) => Ok(Formula::Eventually(Box::new(self.of(f, place)?))),
            (Builtin::LeadsTo, &[f, g]) => {
                Ok(Formula::LeadsTo(Box::new(self.of(f, place)?), Box::new(self.of(g, place)?)))
            }
            (Builtin::PlusArrow, _) => Err(refused(span, "a temporal formula with `-+->`")),
            _ => Err(refused(span, &format!("`{}` applied to temporal formulas", b.text()))),
        }
    }

    fn quantifier(&mut self, forall: bool, bounds: &[Bound], body: ExprId, place: &Place) -> Found<Formula> {
        let mut places = vec![place.clone()];
        for bound in bounds {
            let elements = self.elements(bound.set, place)?;
            let one = |binders: &[Binder], local: LocalId, element: &Datum| {
                let mut binders = binders.to_vec();
                binders.push(Binder::Element(local, element.clone()));
                binders
            };
            let patterns: Vec<&[LocalId]> = match bound.tuple {
                true => vec![&bound.locals],
                false => bound.locals.chunks(1).collect(),
            };
            for locals in patterns {
                let mut more = Vec::new();
                for place in &places {
                    for element in &elements {
                        let binders = match (bound.tuple, element) {
                            (false, _) => one(&place.binders, locals[0], element),
                            (true, Datum::Tuple(parts)) if parts.len() == locals.len() => {
                                let pairs = locals.iter().zip(parts);
                                pairs.fold(place.binders.clone(), |all, (&l, part)| one(&all, l, part))
                            }
                            _ => {
                                let span = self.lowerer.spec().span(bound.set);
                                return Err(refused(span, "a quantifier over tuples of another length"));
                            }
                        };
                        more.push(Place { binders, ..place.clone() });
                    }
                    self.elements += elements.len();
                    if self.elements > MOST_ELEMENTS {
                        let span = self.lowerer.spec().span(bound.set);
                        return Err(refused(
                            span,
                            "a temporal formula under quantifiers over so many elements",
                        ));
                    }
                }
                places = more;
            }
        }
        let parts: Result<Vec<_>, _> = places.iter().map(|place| self.of(body, place)).collect();
        Ok(if forall { Formula::And(parts?) } else { Formula::Or(parts?) })
    }

    /// The formula that a definition is, applied.
    fn definition(
        &mut self,
        def: DefId,
        args: &[Arg],
        span: Span,
        place: &Place,
        env: EnvId,
    ) -> Found<Formula> {
        let def = self.lowerer.overridden(def);
        let (_, Some(body), inner) = self.lowerer.body(def, env) else {
            return Err(refused(span, "this temporal formula"));
        };
        let mut binders = place.binders.clone();
        let params = &self.lowerer.spec().def(def).params;
        binders.extend(params.iter().zip(args).map(|(&param, &arg)| Binder::Argument(param, arg, place.env)));
        self.of(body, &Place { env: inner, binders, depth: place.depth + 1 })
    }

    /// The level of an expression where it stands.
    fn level(&self, e: ExprId, place: &Place) -> Level {
        let spec = self.lowerer.spec();
        let mut highest = level(spec, self.lowerer, e, place.env);
        let mut locals = Vec::new();
        spec.visit(e, &mut |e| {
            if let Expr::Local(local, _) = e {
                locals.push(*local);
            }
        });
        for local in locals {
            let bound = |b: &Binder| matches!(b, Binder::Argument(l, ..) if *l == local);
            let Some(at) = place.binders.iter().rposition(bound) else { continue };
            let Binder::Argument(_, arg, env) = &place.binders[at] else { continue };
            highest = highest.max(match arg {
                Arg::Expr(inner) => {
                    let binders = place.binders[..at].to_vec();
                    self.level(*inner, &Place { env: *env, binders, depth: 0 })
                }
                Arg::Operator(OperatorRef::Def(def)) => spec.def(self.lowerer.overridden(*def)).level.base,
                Arg::Operator(_) => Level::Constant,
            });
        }
        highest
    }

    /// An atom, and its number; or the value of a predicate without variables.
    fn atom(&mut self, predicate: Predicate, level: Level, place: &Place) -> Found<(Formula, u32)> {
        let binders = self.lowerer.needed(predicate, place.env, &place.binders);
        if let (Level::Constant, Predicate::Plain(e)) = (level, predicate)
            && let Some(Datum::Bool(truth)) = self.constant(e, place.env, &binders)
        {
            return Ok((Formula::Constant(truth), 0));
        }
        // Environments and expressions have numbers, and values one text each.
        let key = format!("{predicate:?} {:?} {binders:?}", place.env);
        if let Some(&number) = self.known.get(&key) {
            return Ok((Formula::Atom(number), number));
        }
        let spec = self.lowerer.spec();
        let (step, stuttering) = match predicate {
            Predicate::Taken(..) => (true, Some(false)),
            Predicate::Enabled(..) => (false, None),
            Predicate::Plain(e) => match spec.expr(e) {
                Expr::Subscripted(square, ..) => (true, Some(*square)),
                _ => (level == Level::Action, None),
            },
        };
        let number = self.atoms.len() as u32;
        let span = spec.span(*predicate.parts().last().expect("it has one"));
        let enabled = matches!(predicate, Predicate::Enabled(..));
        let name = if enabled { "ENABLED" } else { "temporal formula" };
        self.ops.push(self.lowerer.predicate(name, predicate, place.env, &binders));
        if let Predicate::Taken(v, action) | Predicate::Enabled(v, action) = predicate {
            let mut alone = |e| {
                let binders = self.lowerer.needed(Predicate::Plain(e), place.env, &place.binders);
                self.lowerer.predicate("action", Predicate::Plain(e), place.env, &binders)
            };
            let (action, sub) = (alone(action), alone(v));
            self.actions.push(Action { atom: number as usize, action, sub });
        }
        self.atoms.push(Atom { step, stuttering, span, source: Source::default(), needs: None });
        self.known.insert(key, number);
        Ok((Formula::Atom(number), number))
    }

    /// The elements of a constant set.
    fn elements(&mut self, set: ExprId, place: &Place) -> Found<Vec<Datum>> {
        let span = self.lowerer.spec().span(set);
        let not_constant = || {
            let what = "a temporal formula under a quantifier over a set that is not constant";
            Box::new(refused(span, what).help("quantify over a constant set, with a condition inside"))
        };
        if self.level(set, place) != Level::Constant {
            return Err(not_constant());
        }
        let binders = self.lowerer.needed(Predicate::Plain(set), place.env, &place.binders);
        match self.constant(set, place.env, &binders) {
            Some(Datum::Set(elements)) => Ok(elements),
            _ => Err(refused(
                span,
                "a temporal formula under a quantifier over a set that has no value, or is infinite",
            )),
        }
    }

    /// The value of an expression without variables, if it has one.
    fn constant(&mut self, e: ExprId, env: EnvId, binders: &[Binder]) -> Option<Datum> {
        let mut lowerer = self.lowerer.fork();
        let op = lowerer.predicate("constant", Predicate::Plain(e), env, binders);
        let ir = lowerer.finish();
        if ir.impure.is_some() || ir.reads(ir.op(op).body) != Reads::Constant {
            return None;
        }
        let (registers, cancel) = (Registers::new(self.facts.clone()), Cancel::new());
        let setting = Setting {
            ir: &ir,
            bounds: self.bounds,
            keep_values: false,
            observer: &Silent,
            cancel: &cancel,
            registers: &registers,
        };
        let mut evaluator = Evaluator::new(&setting);
        evaluator.quiet = true;
        let value = evaluator.value_of(op).ok()?;
        let limits = crate::value::Limits { max_set: self.bounds.max_set };
        value.to_datum(&limits).ok()
    }
}

fn either(condition: Formula, yes: Formula, no: Formula) -> Formula {
    Formula::And(vec![Formula::implies(condition.clone(), yes), Formula::Or(vec![condition, no])])
}

/// What cannot be checked.
fn refused(span: Span, what: &str) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(code::NOT_IMPLEMENTED, format!("checking {what} is not implemented")).at(span, ""),
    )
}
