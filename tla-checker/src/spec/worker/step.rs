//! The successors by an action instance, from what was learned of it or by evaluation.
//!
//! Enters: the state that is being expanded. Leaves: successors, as fingerprints and effects where they are
//! known, built where they had to be evaluated. Holds: a path that is missing is learned in one evaluation;
//! where that fails, what came before the failure stands. A value that the layout does not hold leads out of
//! here: the state is begun again in another layout.

use super::{Live, Worker};
use crate::eval::{Evaluator, Instance};
use crate::failure::Failure;
use crate::ir::NodeId;
use crate::space::{Emit, EmitDerived, Known, SpaceWorker, Successor};
use crate::state::{Misfit, NOTHING, Op, PartId, Shape, Trie, apply, weigh};
use crate::value::ValueError;
use crate::value::fingerprint::Sum;
use std::ops::ControlFlow;
use tla_parser::source::Span;

/// Why an evaluation of an instance was left.
pub(super) enum Left {
    Failed(Box<Failure>),
    /// A successor does not fit the layout.
    Misfit(PartId, Shape),
}

impl From<Box<Failure>> for Left {
    fn from(failure: Box<Failure>) -> Self {
        Left::Failed(failure)
    }
}

impl<'s> Worker<'s> {
    /// Tries an instance in the current state; `out` gets the operations of each successor.
    pub(super) fn solve(
        &mut self,
        number: usize,
        out: &mut dyn FnMut(&mut Evaluator<'s>, &[Op]),
    ) -> Result<(), Left> {
        self.load();
        self.evaluator.count_for(|chart| chart.instance(number));
        let (origin, instance) = (&self.roles.instances[number], &self.instances[number]);
        let (mut ops, mut misfit) = (Vec::new(), None);
        let flow = self.evaluator.solve_instance(instance, &mut |e| {
            e.check_complete(instance.action).map_err(|f| in_action(f, origin))?;
            let Evaluator { door, interner, .. } = &mut *e;
            match door.operations(true, &mut ops, interner) {
                Ok(()) => {}
                Err((_, Misfit::Reshape(part, shape))) => {
                    misfit = Some((part, shape));
                    return Ok(ControlFlow::Break(()));
                }
                Err((variable, Misfit::Value(fault))) => {
                    return Err(unusable(e, instance.action, variable, origin.span, &fault));
                }
            }
            out(e, &ops);
            Ok(ControlFlow::Continue(()))
        });
        if !matches!(flow, Ok(ControlFlow::Continue(()))) {
            // Assignments were left behind.
            self.loaded = false;
        }
        match (misfit, flow) {
            (Some((part, shape)), _) => Err(Left::Misfit(part, shape)),
            (None, Err(failure)) => Err(Left::Failed(failure)),
            (None, Ok(_)) => Ok(()),
        }
    }

    /// Evaluates the branches of an instance that the last walk found missing.
    pub(super) fn learn(&mut self, number: usize) -> Result<(), Left> {
        let missing = std::mem::take(&mut self.walk.missing);
        let words = self.evaluator.door.log_words();
        let trie = std::mem::replace(&mut self.tries[number], Trie::new(false));
        self.evaluator.door.logging(|log| log.begin_action(trie, words, &missing));
        let result = self.solve(number, &mut |e, ops| e.door.logging(|log| log.emit(ops)));
        self.tries[number] = self.evaluator.door.logging(|log| log.end(result.is_ok(), None));
        self.walk.missing = missing;
        result
    }

    /// The successors by an instance, if what was learned is enough to know them; from a place of its
    /// trie on.
    #[inline]
    pub(super) fn find_known(&mut self, (number, at): Live, found: &mut Vec<Known>) -> bool {
        let (trie, store) = (&mut self.tries[number as usize], &self.evaluator.door.store);
        let one;
        let payloads = match trie.payload_from(at, store, &self.now) {
            Some(NOTHING) => return true,
            Some(payload) => {
                one = [payload];
                &one[..]
            }
            None => {
                trie.walk(store, &self.now, &mut self.walk);
                if !self.walk.missing.is_empty() {
                    return false;
                }
                &self.walk.payloads
            }
        };
        for &payload in payloads {
            let mut effect = payload - 1;
            loop {
                let (ops, more) = trie.effects.get(effect);
                let sum = weigh(ops, &self.now, &self.terms, self.sum);
                found.push(Known { fingerprint: sum.finalise(), instance: number, effect });
                if !more {
                    break;
                }
                effect += 1;
            }
        }
        true
    }

    /// Emits the successors by an instance, if what was learned is enough to know them.
    pub(super) fn emit_known(&mut self, number: usize, emit: &mut Emit<'_>) -> bool {
        let mut found = Vec::new();
        let known = self.find_known((number as u32, self.tries[number].root()), &mut found);
        for successor in found {
            let mut state = self.now.clone();
            apply(self.tries[number].effects.get(successor.effect).0, &mut state);
            let fingerprint = successor.fingerprint;
            if emit(Successor { state: &state, fingerprint, layout: self.layout() }).is_break() {
                break;
            }
        }
        known
    }

    /// Emits the successors by an instance as the evaluator finds them.
    pub(super) fn emit_evaluated(&mut self, number: usize, emit: &mut Emit<'_>) -> Result<(), Left> {
        self.emit_all(number, &mut |successor, _| emit(successor))
    }

    /// Emits the successors by an instance with the operators that they were found through.
    pub(super) fn emit_derived(&mut self, number: usize, emit: &mut EmitDerived<'_>) -> Result<(), Left> {
        self.evaluator.through = Some(Vec::new());
        let result = self.emit_all(number, emit);
        self.evaluator.through = None;
        result
    }

    fn emit_all(&mut self, number: usize, emit: &mut EmitDerived<'_>) -> Result<(), Left> {
        let (mut all, mut ends, mut through) = (Vec::new(), Vec::new(), Vec::new());
        let result = self.solve(number, &mut |e, ops| {
            all.extend_from_slice(ops);
            ends.push(all.len());
            if let Some(ops) = &e.through {
                through.push(ops.iter().map(|op| op.0).collect::<Vec<u32>>());
            }
        });
        if let Err(Left::Misfit(..)) = result {
            return result;
        }
        // What was found before a failure stands.
        let mut start = 0;
        for (at, end) in ends.into_iter().enumerate() {
            let ops = &all[start..end];
            self.packed.copy_from_slice(&self.now);
            apply(ops, &mut self.packed);
            let sum = weigh(ops, &self.now, &self.terms, self.sum);
            start = end;
            let (fingerprint, layout) = (sum.finalise(), self.layout());
            let through = through.get(at).map_or(&[][..], Vec::as_slice);
            if emit(Successor { state: &self.packed, fingerprint, layout }, through).is_break() {
                break;
            }
        }
        result
    }

    pub(super) fn try_successors(&mut self, number: usize, emit: &mut Emit<'_>) -> Result<(), Left> {
        if self.tries[number].is_on() {
            if self.emit_known(number, emit) {
                return Ok(());
            }
            // No successor that is known waits to be built while instances are evaluated.
            self.tries[number].renew();
            self.guards.note(number, &self.tries);
            if self.tries[number].learns() {
                let learned = self.learn(number);
                self.guards.note(number, &self.tries);
                match learned {
                    Ok(()) if self.emit_known(number, emit) => return Ok(()),
                    Err(Left::Misfit(part, shape)) => return Err(Left::Misfit(part, shape)),
                    Ok(()) | Err(Left::Failed(_)) => {}
                }
            }
        }
        self.emit_evaluated(number, emit)
    }
}

/// Says of which action the successor was incomplete.
fn in_action(mut failure: Box<Failure>, instance: &Instance) -> Box<Failure> {
    failure.notes.push(format!("the action is `{}`", instance.name));
    failure.span = Some(instance.span);
    failure
}

/// A variable's value that cannot be part of a state.
#[cold]
pub(super) fn unusable(
    e: &Evaluator<'_>,
    at: NodeId,
    variable: usize,
    action: Span,
    fault: &ValueError,
) -> Box<Failure> {
    let mut failure = e.value_fault(at, fault);
    let name = &e.ir().variables[variable];
    failure.message = format!("the value of `{name}` cannot be part of a state: {}", failure.message);
    failure.span = Some(action);
    failure
}
