//! Why an action has no step: the evaluation of the action, with an eye on what is false.
//!
//! Enters: an action instance, and the state behind the door. Leaves: an [`Explanation`]. Holds: it is the
//! one evaluation of actions ([`super::act`]) that finds the conjuncts; nothing is evaluated otherwise
//! here, but what a conjunct that was false consists of, in the frame in which it was met, to tell which
//! part of it is false and with which values.

use super::call::Within;
use super::fail::brief;
use super::split::Thawed;
use super::{Evaluator, Instance, Result};
use crate::explanation::{Blame, Explanation, Reason};
use crate::failure::Failure;
use crate::ir::*;
use crate::value::{Datum, Value};
use std::ops::ControlFlow;

/// How many conjuncts are kept.
const MOST: usize = 64;
/// How many values a conjunct is shown with.
const MOST_VALUES: usize = 12;
/// How deep a conjunct is taken apart.
const DEEPEST: u32 = 64;

impl<'m> Evaluator<'m> {
    /// Why an instance has no step in the state behind the door, or how many it has.
    pub(crate) fn explain_instance(&mut self, instance: &Thawed) -> Explanation {
        let quiet = std::mem::replace(&mut self.quiet, true);
        self.explaining = Some(Box::default());
        let mut steps = 0;
        let flow = self.solve_instance(instance, &mut |_| {
            steps += 1;
            Ok(ControlFlow::Continue(()))
        });
        self.quiet = quiet;
        let mut explanation = self.explaining.take().map(|explaining| *explaining).unwrap_or_default();
        explanation.steps = steps;
        explanation.failure = flow.err();
        explanation
    }

    /// Why an instance has no step in a state given by its values, or how many it has.
    pub fn explain(&mut self, state: &[Datum], instance: &Instance) -> Explanation {
        self.put(state, None);
        let instance = self.thaw(instance);
        let explanation = self.explain_instance(&instance);
        self.door.clear();
        explanation
    }

    /// Why a predicate is false of a state given by its values, or of a step; where it is true, that is one step.
    pub(crate) fn explain_predicate(
        &mut self,
        state: &[Datum],
        next: Option<&[Datum]>,
        op: OpId,
    ) -> Explanation {
        self.put(state, next);
        let quiet = std::mem::replace(&mut self.quiet, true);
        let mut explanation = Explanation::default();
        match self.truth_of(op) {
            Ok(true) => explanation.steps = 1,
            Err(failure) => explanation.failure = Some(failure),
            Ok(false) => {
                self.reset();
                let base = self.enter_empty(op);
                self.explaining = Some(Box::default());
                self.take_blame(self.ir.op(op).body, base, Reason::False);
                explanation = self.explaining.take().map(|explaining| *explaining).unwrap_or_default();
            }
        }
        self.quiet = quiet;
        self.door.clear();
        explanation
    }

    /// Takes note of a conjunct that is false, if somebody asks.
    #[inline]
    pub(super) fn blame(&mut self, id: NodeId, base: usize, reason: Reason) {
        if self.explaining.is_some() {
            self.take_blame(id, base, reason);
        }
    }

    /// Takes note of a quantifier over nothing, if somebody asks.
    #[inline]
    pub(super) fn blame_if_empty(&mut self, bounds: &'m [Bound], id: NodeId, base: usize) {
        if self.explaining.is_some()
            && let Ok(sets) = self.attempt(|this| this.sets(bounds, base))
            && sets.iter().any(Value::is_empty_set)
        {
            self.take_blame(id, base, Reason::Empty);
        }
    }

    #[cold]
    fn take_blame(&mut self, id: NodeId, base: usize, reason: Reason) {
        // What is evaluated now is not part of the action.
        let Some(mut explanation) = self.explaining.take() else { return };
        let (height, depth) = (self.stack.len(), self.depth);
        let (mut at, mut values) = (id, Vec::new());
        if reason == Reason::False {
            self.narrow(&mut at, base, &mut values, 0);
        } else {
            self.collect(id, base, &mut values, 0);
        }
        self.stack.truncate(height);
        self.depth = depth;
        let span = self.ir.span(at);
        let met = explanation.blames.iter().position(|b| b.span == span && b.reason == reason);
        match met {
            Some(at) => explanation.blames[at].alternatives += 1,
            None if explanation.blames.len() < MOST => {
                let values = values.into_iter().map(|(id, value)| (self.ir.span(id), value)).collect();
                explanation.blames.push(Blame { span, reason, values, alternatives: 1 });
            }
            None => {}
        }
        self.explaining = Some(explanation);
    }

    /// Finds the part that makes a formula false, and what that part reads.
    fn narrow(&mut self, at: &mut NodeId, base: usize, values: &mut Vec<(NodeId, String)>, depth: u32) {
        let ir = self.ir;
        if depth < DEEPEST {
            match ir.node(*at) {
                Node::And(items) => {
                    let mut first = None;
                    for &item in items {
                        match self.attempt(|this| this.truth(item, base)) {
                            Ok(true) => {}
                            Ok(false) => first = Some(item),
                            Err(_) => {}
                        }
                        if first.is_some() {
                            break;
                        }
                    }
                    if let Some(item) = first {
                        *at = item;
                        return self.narrow(at, base, values, depth + 1);
                    }
                }
                Node::Inlined(_, e) | Node::Kept(_, e) => {
                    *at = *e;
                    return self.narrow(at, base, values, depth + 1);
                }
                Node::Call(op, captured, args) => {
                    for &arg in args {
                        self.collect(arg, base, values, depth + 1);
                    }
                    let new = self.push_frame(*op, captured, args, base, Within::Step);
                    *at = ir.op(*op).body;
                    self.narrow(at, new, values, depth + 1);
                    self.stack.truncate(new);
                    return;
                }
                Node::Let(defs, body) => {
                    for (slot, e) in defs {
                        let cell = self.definition(*e, base, *body, Within::Step);
                        self.stack[base + *slot as usize] = cell;
                    }
                    *at = *body;
                    return self.narrow(at, base, values, depth + 1);
                }
                Node::If(c, a, b) => {
                    if let Ok(holds) = self.attempt(|this| this.truth(*c, base)) {
                        *at = if holds { *a } else { *b };
                        return self.narrow(at, base, values, depth + 1);
                    }
                }
                Node::Implies(a, b) => {
                    self.collect(*a, base, values, depth + 1);
                    *at = *b;
                    return self.narrow(at, base, values, depth + 1);
                }
                Node::Quantifier(true, bounds, body) => {
                    if let Ok(true) = self.attempt(|this| this.find_counterexample(bounds, *body, *at, base))
                    {
                        *at = *body;
                        return self.narrow(at, base, values, depth + 1);
                    }
                }
                _ => {}
            }
        }
        self.collect(*at, base, values, depth);
    }

    /// Binds the first elements of which a body is false.
    fn find_counterexample(
        &mut self,
        bounds: &'m [Bound],
        body: NodeId,
        at: NodeId,
        base: usize,
    ) -> Result<bool> {
        for combination in self.combinations(bounds, at, base)? {
            for (bound, element) in bounds.iter().zip(combination) {
                self.bind(&bound.pattern, element, at, base)?;
            }
            if !self.truth(body, base)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Adds the values of what a formula is about: of the operands of comparisons and connectives, and of
    /// what is bound around.
    fn collect(&mut self, id: NodeId, base: usize, values: &mut Vec<(NodeId, String)>, depth: u32) {
        let ir = self.ir;
        let enough = values.len() >= MOST_VALUES || depth >= DEEPEST;
        if enough || values.iter().any(|(other, _)| ir.span(*other) == ir.span(id)) {
            return;
        }
        let mut each = |this: &mut Self, items: &[NodeId]| {
            items.iter().for_each(|&item| this.collect(item, base, values, depth + 1));
        };
        match ir.node(id) {
            Node::Bool(_) | Node::Int(_) | Node::Str(_) | Node::Big(_) | Node::Boolean | Node::StringSet => {}
            // Constants that were put in the place of parameters stand where they were met first; the name of
            // the instance says them.
            Node::Datum(_) => {}
            Node::And(items) | Node::Or(items) | Node::SetEnum(items) | Node::Tuple(items) => {
                each(self, items);
            }
            Node::Not(a) | Node::Inlined(_, a) | Node::Kept(_, a) | Node::Unchanged(a) | Node::Keep(_, a) => {
                each(self, &[*a]);
            }
            Node::Implies(a, b)
            | Node::Equivalent(a, b)
            | Node::Equal(a, b)
            | Node::NotEqual(a, b)
            | Node::In(a, b)
            | Node::NotIn(a, b)
            | Node::SubsetEq(a, b) => each(self, &[*a, *b]),
            Node::Quantifier(_, bounds, _) => {
                for bound in bounds {
                    each(self, &[bound.set]);
                }
            }
            Node::Native(_, args) => {
                let value = self.value_text(id, base);
                if matches!(value, Some((_, true))) {
                    // Of `a < b` the operands are of interest.
                    each(self, args);
                } else if let Some((text, _)) = value {
                    values.push((id, text));
                }
            }
            Node::Apply(f, index) => {
                let path = matches!(
                    ir.node(*f),
                    Node::Var(_) | Node::NextVar(_) | Node::Apply(..) | Node::Field(..)
                );
                if let Some((text, _)) = self.value_text(id, base) {
                    values.push((id, text));
                    self.collect(*index, base, values, depth + 1);
                } else if path {
                    self.collect(*f, base, values, depth + 1);
                    self.collect(*index, base, values, depth + 1);
                }
            }
            _ => {
                if let Some((text, _)) = self.value_text(id, base) {
                    values.push((id, text));
                }
            }
        }
    }

    /// A value for a message, and whether it is Boolean; nothing where there is none.
    fn value_text(&mut self, id: NodeId, base: usize) -> Option<(String, bool)> {
        let value: std::result::Result<Value, Box<Failure>> = self.attempt(|this| this.eval_lazy(id, base));
        let value = value.ok()?;
        Some((brief(&value), matches!(value, Value::Bool(_))))
    }
}
