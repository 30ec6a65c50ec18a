//! Predicates inside temporal formulas, with what is bound around them.
//!
//! Enters: an expression that is no temporal formula, and the parameters, elements and LET definitions that
//! its names stand for. Leaves: an operator without parameters. Holds: what is bound becomes a LET around
//! the expression, outermost first, so that each may mention those before it; an element stands in place of
//! its name, wherever that can be seen.

use super::*;

/// What is bound around a predicate.
#[derive(Clone, Debug)]
pub enum Binder {
    /// A bound identifier and the element it stands for.
    Element(LocalId, Datum),
    /// A parameter and its argument.
    Argument(LocalId, Arg, EnvId),
    /// A LET definition without parameters.
    Let(DefId, ExprId, EnvId),
}

/// What is made of the expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Predicate {
    /// The expression itself.
    Plain(ExprId),
    /// `<<A>>_v`: the subscript and the action.
    Taken(ExprId, ExprId),
    /// `ENABLED <<A>>_v`
    Enabled(ExprId, ExprId),
}

impl Predicate {
    /// The expressions in it.
    pub fn parts(self) -> Vec<ExprId> {
        match self {
            Predicate::Plain(e) => vec![e],
            Predicate::Taken(v, action) | Predicate::Enabled(v, action) => vec![v, action],
        }
    }
}

impl Binder {
    fn key(&self) -> Key {
        match self {
            Binder::Element(local, _) | Binder::Argument(local, ..) => Key::Local(*local),
            Binder::Let(def, _, env) => Key::Let(*def, *env),
        }
    }
}

impl<'s> Lowerer<'s> {
    /// A lowerer of the same spec and bindings for which nothing was lowered yet; environments keep their
    /// numbers.
    pub fn fork(&self) -> Lowerer<'s> {
        let mut fork = Lowerer::new(self.spec, self.constants.clone(), self.overrides.clone());
        fork.envs.clone_from(&self.envs);
        fork.env_ids.clone_from(&self.env_ids);
        fork.modes.clone_from(&self.modes);
        fork.twins.clone_from(&self.twins);
        fork
    }

    /// Those of the binders that a predicate needs, in the order given: outermost first.
    pub fn needed(&mut self, predicate: Predicate, env: EnvId, binders: &[Binder]) -> Vec<Binder> {
        let mut keys: FxHashSet<Key> = FxHashSet::default();
        for e in predicate.parts() {
            keys.extend(self.free_of_expr(e, env));
        }
        let mut needed = Vec::new();
        for binder in binders.iter().rev() {
            if !keys.remove(&binder.key()) {
                continue;
            }
            match binder {
                Binder::Element(..) => {}
                Binder::Argument(_, Arg::Expr(e), env) | Binder::Let(_, e, env) => {
                    keys.extend(self.free_of_expr(*e, *env));
                }
                Binder::Argument(_, Arg::Operator(OperatorRef::Def(def)), env) => {
                    let def = self.overridden(*def);
                    keys.extend(self.free_of_def(def, *env));
                }
                Binder::Argument(_, Arg::Operator(OperatorRef::Local(local)), _) => {
                    keys.insert(Key::Local(*local));
                }
                Binder::Argument(_, Arg::Operator(_), _) => {}
            }
            needed.push(binder.clone());
        }
        needed.reverse();
        needed
    }

    /// An operator for a predicate with these binders around it.
    pub fn predicate(&mut self, name: &str, predicate: Predicate, env: EnvId, binders: &[Binder]) -> OpId {
        let span = self.spec.span(predicate.parts()[0]);
        self.formula_with(name, span, |l| {
            let mut slots = Vec::new();
            for binder in binders {
                let node = match binder {
                    Binder::Element(local, value) => {
                        l.elements.insert(*local, value.clone());
                        l.datum(value, span)
                    }
                    Binder::Argument(_, arg, env) => l.arg(arg, *env),
                    Binder::Let(def, e, env) => l.definition_body(*e, *env, *def),
                };
                slots.push((l.frame().add(binder.key()), node, matches!(binder, Binder::Element(..))));
            }
            let body = match predicate {
                Predicate::Plain(e) => l.expr(e, env),
                Predicate::Taken(v, action) | Predicate::Enabled(v, action) => {
                    let enabled = matches!(predicate, Predicate::Enabled(..));
                    let env = if enabled { l.inside_enabled(env) } else { env };
                    let step = l.step(false, action, v, env);
                    let step = l.add(step, span);
                    if enabled { l.add(Node::Enabled(step), span) } else { step }
                }
            };
            l.elements.clear();
            // Definitions that lie outside find an element in its slot.
            let used = std::mem::take(&mut l.frame().used);
            slots.retain(|(slot, _, element)| !element || used.contains(slot));
            let slots: Vec<_> = slots.into_iter().map(|(slot, node, _)| (slot, node)).collect();
            if slots.is_empty() { body } else { l.add(Node::Let(slots.into(), body), span) }
        })
    }
}
