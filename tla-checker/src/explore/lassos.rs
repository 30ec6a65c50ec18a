//! A state graph of which nothing is read off a search, for temporal properties: of the reference search, of
//! a search in depth, of a simulated behaviour.
//!
//! Enters: states by number, in order, and the steps between them; each atom is evaluated on each. Leaves: a
//! violation. Holds: a step to the same state need not be handed in, every state may stutter. A lasso is
//! generated again, step by step, and judged by the property and the fairness as they were written; one that is
//! no violation is a bug of ours. States are whole: none stands for others with the same VIEW. The check of the
//! graph is the explorer's.

use super::liveness::{Replayed, judge, violation};
use super::packed::{Packed, fit_all};
use super::run::bug;
use super::successors::Successors;
use super::trace::Behaviour;
use super::{Liveness, Options};
use crate::failure::Failure;
use crate::liveness::{Answer, Graph, Lasso, check};
use crate::observer::Cancel;
use crate::outcome::{Phase, Verdict, Violation};
use crate::space::{Progress, SpaceWorker, State, StateSpace};
use crate::temporal::Temporal;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// A graph that is being put together.
pub(super) struct Lassos<'t> {
    temporal: &'t Temporal,
    graph: Graph,
    /// By state: its steps, each with its label.
    steps: Vec<Vec<(u32, u32)>>,
    /// How many steps were left out because a constraint is false.
    pub cut: u64,
}

/// A behaviour that violates a property: the way to violate it that it takes, and its states by number.
#[derive(Clone, Debug)]
pub(super) struct Met {
    duty: usize,
    lasso: Lasso,
}

/// The number of an atom, and why it cannot be evaluated.
pub(super) type Unknown = (u32, Failure);

impl<'t> Lassos<'t> {
    /// An empty one; none where there is nothing to check.
    pub fn new<S: StateSpace>(space: &'t S, options: &Options) -> Option<Self> {
        let temporal = &space.properties().temporal;
        let wanted = !temporal.duties.is_empty() && options.liveness != Liveness::Off;
        wanted.then(|| Lassos {
            temporal,
            graph: Graph::new(temporal.atoms.len()),
            steps: Vec::new(),
            cut: 0,
        })
    }

    /// Adds a state; answers its number.
    ///
    /// # Errors
    /// An atom cannot be evaluated.
    pub fn state(
        &mut self,
        worker: &mut impl SpaceWorker,
        state: &State,
        is_initial: bool,
    ) -> Result<u32, Unknown> {
        let label = self.label(worker, state, None)?;
        let number = self.graph.add(label);
        self.steps.push(Vec::new());
        if is_initial {
            self.graph.initial.push(number);
        }
        Ok(number)
    }

    /// Adds a step between states that have numbers.
    ///
    /// # Errors
    /// An atom cannot be evaluated.
    pub fn step(
        &mut self,
        worker: &mut impl SpaceWorker,
        (from, state): (u32, &State),
        (to, next): (u32, &State),
    ) -> Result<(), Unknown> {
        if from != to {
            let label = self.label(worker, state, Some(next))?;
            self.steps[from as usize].push((to, label));
        }
        Ok(())
    }

    /// What is true of a state and a step; of the step that changes nothing, where there is no next state.
    fn label(
        &mut self,
        worker: &mut impl SpaceWorker,
        state: &State,
        next: Option<&State>,
    ) -> Result<u32, Unknown> {
        let mut set = vec![0; self.graph.labels.width()];
        for (number, atom) in self.temporal.atoms.iter().enumerate() {
            let truth = match (atom.step, next, atom.stuttering) {
                (false, ..) => worker.atom(number, state, None),
                (true, None, Some(known)) => Ok(known),
                (true, next, _) => worker.atom(number, state, Some(next.unwrap_or(state))),
            };
            if truth.map_err(|failure| (number as u32, failure))? {
                set[number / 64] |= 1 << (number % 64);
            }
        }
        Ok(self.graph.labels.number(&set))
    }

    /// Looks for a behaviour that violates a property. The steps are used up.
    pub fn check(&mut self, threads: usize, cancel: &Cancel) -> Option<Met> {
        for mut steps in std::mem::take(&mut self.steps) {
            self.graph.expand(&mut steps);
        }
        let duties = |at: usize| &self.temporal.duties[at].1;
        match check(&self.graph, &duties, self.temporal.duties.len(), threads, cancel) {
            Answer::Met(duty, lasso) => Some(Met { duty, lasso }),
            Answer::None | Answer::Cancelled => None,
        }
    }
}

impl Met {
    /// The behaviour as a violation, generated and judged again; `states` says what a number stands for.
    pub fn violation<S: StateSpace>(
        &self,
        space: &S,
        worker: &mut S::Worker<'_>,
        states: impl Fn(u32) -> Packed,
        warnings: &mut Vec<Diagnostic>,
    ) -> Violation {
        let temporal = &space.properties().temporal;
        let property = temporal.duties[self.duty].0;
        worker.watch(&Cancel::new());
        worker.replaying(true);
        let named = &temporal.properties[property].0;
        let verdict = Verdict::Liveness { name: named.name.clone(), span: named.span };
        let show = || {
            let mut replayed = self.replay(space, worker, states)?;
            judge(space, worker, property, &mut replayed)?;
            Ok(violation(space, worker, verdict.clone(), replayed, false, warnings))
        };
        let shown = catch_unwind(AssertUnwindSafe(show)).unwrap_or_else(|payload| Err(bug(&*payload)));
        worker.replaying(false);
        shown.unwrap_or_else(|failure: Failure| {
            if space.order_dependent().is_none() {
                return Violation::bare(Verdict::Failure(Phase::Temporal, Box::new(failure)));
            }
            let warning = Diagnostic::warning(code::NOT_REPLAYED, "the trace could not be repeated");
            warnings.push(warning.note(failure.message));
            Violation::bare(verdict)
        })
    }

    fn replay<S: StateSpace>(
        &self,
        space: &S,
        worker: &mut S::Worker<'_>,
        states: impl Fn(u32) -> Packed,
    ) -> Result<Replayed, Failure> {
        let Lasso { states: numbers, back } = &self.lasso;
        let mut behaviour = Behaviour::default();
        for (place, &number) in numbers.iter().enumerate() {
            let state = states(number);
            let instance = match place.checked_sub(1) {
                None => {
                    between(space, worker, None, &state, 0)?;
                    None
                }
                Some(before) if numbers[before] == number => None,
                Some(before) => {
                    between(space, worker, Some(&behaviour.states[before]), &state, place as u32)?
                }
            };
            behaviour.push(instance, state);
        }
        let (end, first) = (numbers.len() - 1, &behaviour.states[*back]);
        let last = match numbers[end] == numbers[*back] {
            true => None,
            false => between(space, worker, Some(&behaviour.states[end]), first, end as u32 + 1)?,
        };
        Ok(Replayed { behaviour, back: *back, last })
    }
}

/// The first instance that leads from a state of this level to another one inside the constraints; none for
/// an initial state.
///
/// # Errors
/// None does.
fn between<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    from: Option<&Packed>,
    to: &Packed,
    level: u32,
) -> Result<Option<usize>, Failure> {
    worker.at(Progress { level, ..Progress::default() });
    for instance in 0..from.map_or(1, |_| space.instances().len()) {
        let mut successors = Successors::default();
        let mut emit = |successor: crate::space::Successor<'_>| {
            successors.push(0, successor);
            ControlFlow::Continue(())
        };
        // What was emitted before a failure stands.
        let result = match from {
            Some(from) => {
                let mut from = from.clone();
                let state = from.fit(worker);
                worker.successors(state, instance, &mut emit)
            }
            None => worker.initial(&mut emit),
        };
        for at in 0..successors.len() {
            let mut all = [successors.packed(at), to.clone(), from.unwrap_or(to).clone()];
            fit_all(worker, &mut all);
            let [found, to, before] = &all;
            if found == to
                && worker.constraint(None, &to.words)?
                && (from.is_none() || worker.action_constraint(&before.words, &to.words)?)
            {
                return Ok(from.map(|_| instance));
            }
        }
        result?;
    }
    Err(Failure::internal("a step of a lasso was not generated again"))
}
