//! A trace replayed: what there is to say of a behaviour once the spec has admitted it.
//!
//! Enters: the states that were matched. Leaves: the first thing that is wrong with them, or the trace as it
//! is shown. Holds: invariants and step properties are asked of every state and step, in order; the properties
//! of initial states of the first; a last state without successors is a deadlock, unless the trace goes round.
//! What a temporal property says of it is not judged.

use super::super::judge::{Fault, Generated, state_faults, step_faults};
use super::super::packed::fit_all;
use super::super::trace::{Behaviour, display};
use super::{Finding, Subject, Successors, Tail, Validation, trace};
use crate::failure::Failure;
use crate::outcome::{Cycle, Phase, TraceState, Verdict, Violation};
use crate::space::{Progress, SpaceWorker, StateSpace};
use std::ops::ControlFlow;
use tla_parser::diagnostic::Diagnostic;

/// How a log is a trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replay {
    /// Values mean just what they say ([`crate::log::matching::equals`]).
    pub exact: bool,
    /// The place of the state in which the trace goes on.
    pub back: Option<usize>,
    /// The last event is that state again.
    pub closing: bool,
}

impl Replay {
    /// How many states a trace of so many events has.
    pub(super) fn states(&self, events: usize) -> u64 {
        events as u64 - u64::from(self.closing)
    }
}

/// A trace as it is shown, and how it goes on.
type Shown = (Vec<TraceState>, Option<Cycle>);

impl<S: StateSpace> Validation<'_, S> {
    /// What is wrong with the trace that ends in this state, or else the trace.
    pub(super) fn judge(
        &mut self,
        reached: usize,
        warnings: &mut Vec<Diagnostic>,
    ) -> (Option<Violation>, Option<Shown>) {
        let mut behaviour = self.behaviour(reached);
        let Replay { back, closing, .. } = self.options.replay.clone().unwrap_or_default();
        let mut action = None;
        if closing {
            behaviour.states.pop();
            let instance = behaviour.instances.pop().flatten().map(|at| &self.space.instances()[at]);
            action = instance.map(|instance| (instance.to_string(), instance.span));
        }
        let cycle = back.map(|back| Cycle { back, action, modulo_view: false });
        let space = self.space;
        let Some(mut worker) = self.worker.take() else {
            let bug = Failure::internal("there is nobody to judge the trace");
            return (Some(Violation::bare(Verdict::Failure(Phase::Next, Box::new(bug)))), None);
        };
        worker.replaying(true);
        let fault = self.first_fault(&mut worker, &mut behaviour, cycle.is_none());
        if let Some((level, (subject, failure))) = fault {
            let finding = Finding {
                length: level,
                subject,
                failure: failure.map(Box::new),
                fingerprint: 0,
                tail: Tail::Nowhere,
                last: behaviour.states[level as usize - 1].clone(),
            };
            let verdict = finding.verdict(space.properties());
            let mut violation = trace::shown(space, &mut worker, verdict, behaviour, warnings);
            violation.cycle = cycle;
            return (Some(violation), None);
        }
        let shown = display(space, &mut worker, behaviour, warnings);
        (None, Some((shown, cycle)))
    }

    /// The first fault, and in which state.
    fn first_fault(
        &self,
        worker: &mut S::Worker<'_>,
        behaviour: &mut Behaviour,
        ends: bool,
    ) -> Option<(u32, Fault)> {
        fit_all(worker, &mut behaviour.states);
        let states: Vec<Vec<u32>> = behaviour.states.iter().map(|state| state.words.clone()).collect();
        for (at, state) in states.iter().enumerate() {
            worker.at(Progress { level: at as u32, ..Progress::default() });
            let from = at.checked_sub(1).map(|before| states[before].as_slice());
            let new = Generated { from, judged: None, state };
            let mut faults = Vec::new();
            state_faults(self.space, worker, new, &mut faults);
            step_faults(self.space, worker, new, &mut faults);
            if let Some(fault) = faults.into_iter().next() {
                return Some((at as u32 + 1, fault));
            }
        }
        if !ends || !self.search.check_deadlock {
            return None;
        }
        let level = states.len() as u32;
        worker.at(Progress { level, ..Progress::default() });
        match self.stops(worker, behaviour) {
            Ok(true) => Some((level, (Subject::Deadlock, None))),
            Ok(false) => None,
            Err(failure) => Some((level, (Subject::Failure(Phase::Next, 0), Some(failure)))),
        }
    }

    /// Whether the last state has no successor.
    fn stops(&self, worker: &mut S::Worker<'_>, behaviour: &mut Behaviour) -> Result<bool, Failure> {
        let mut successors = Successors::default();
        for instance in 0..self.space.instances().len() {
            let Some(last) = behaviour.states.last_mut() else { return Ok(false) };
            let from = last.fit(worker);
            worker.successors(from, instance, &mut |successor| {
                successors.push(instance as u32, successor);
                ControlFlow::Break(())
            })?;
            if successors.len() > 0 {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
