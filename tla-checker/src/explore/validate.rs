//! Trace validation: whether a behaviour of a space matches a log.
//!
//! Enters: a [`StateSpace`] and a log, its names looked up. Leaves: an [`Outcome`]: success with the number
//! of events, or the first event that no step matches after the longest prefix that is admitted, with the
//! reasons. Holds: depth-first over pairs of a state and a position in the log. Pairs that were met are not
//! followed again unless with fewer steps since the last event; states are told apart exactly, not by
//! fingerprints, for a lost state would reject a right log. An event is matched by a step of the next-state
//! relation; steps that merely stutter are not added. Up to [`Options::between`] steps that are not in the
//! log may lie before each event. The behaviour begins in an initial state, which the first event is about
//! if it is called `Init`.
//!
//! What does not happen here: invariants, properties, deadlock and constraints are not looked at: the
//! question is what the spec admits, and a constraint is not part of it.

mod replay;

pub use replay::Replay;

use super::finding::{Finding, Subject, Tail};
use super::followed::Followed;
use super::monitor::Pulse;
use super::packed::Packed;
use super::run::ActionCount;
use super::successors::Successors;
use super::trace::{self, Behaviour};
use super::{order_warning, refused};
use crate::failure::{Failure, FailureKind};
use crate::log::matching::{Mismatch, equals, matches};
use crate::log::{INIT, Resolved, ResolvedEvent, Step};
use crate::observer::{Cancel, Observer};
use crate::outcome::{
    Bound, Candidate, LogMatch, Method, Outcome, Phase, Rejection, Verdict, Violation, WhyNot,
};
use crate::space::{Progress, SpaceWorker, StateSpace};
use crate::value::{Datum, Numbers};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value as Json;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Instant;

/// What a validation needs to know besides [`super::Options`], of which hold: `max_states`, `time_limit`
/// and `seed`.
#[derive(Clone, Debug)]
pub struct Options {
    /// The log.
    pub log: Arc<Resolved>,
    /// How many steps that are not in the log may lie before each event.
    pub between: u32,
    /// The log is a trace to replay: its events are the states.
    pub replay: Option<Replay>,
}

/// How many reasons a rejection gives.
const MOST_REASONS: usize = 12;

/// Looks for a behaviour that matches a log.
pub fn validate<S: StateSpace>(
    space: &S,
    search: &super::Options,
    options: &Options,
    observer: &dyn Observer,
    cancel: &Cancel,
) -> Outcome {
    if let Some(failure) = search.has_files("trace validation") {
        return refused(failure);
    }
    let started = Instant::now();
    let pulse = Pulse::new(observer, cancel, search.time_limit);
    let mut run = Validation {
        space,
        search,
        options,
        events: &options.log.events,
        pulse: &pulse,
        worker: None,
        numbers: Numbers::default(),
        met: FxHashMap::default(),
        reached: Vec::new(),
        waiting: Vec::new(),
        best: None,
        failure: None,
        accepted: None,
        generated: 0,
        kept: FxHashSet::default(),
        depth: 1,
        actions: vec![ActionCount::default(); space.instances().len()],
    };
    let mut rejection = None;
    pulse.over(|| {
        let mut worker = space.worker(0);
        worker.watch(&pulse.halt);
        worker.reseed(search.seed as u64);
        run.worker = Some(worker);
        run.run();
        if run.accepted.is_none() && !pulse.halt.is_cancelled() {
            rejection = run.reject();
        }
    });
    run.outcome(rejection, started)
}

/// A pair of a state and a position that is to be followed.
#[derive(Clone, Copy)]
struct Entry {
    /// The state, among those that were reached.
    reached: usize,
    /// How many events are matched.
    position: usize,
    /// How many steps were taken since the last of them.
    between: u32,
}

/// A state that was reached, and how.
struct Reached {
    state: Packed,
    instance: Option<usize>,
    before: Option<usize>,
    level: u32,
}

/// The longest prefix so far.
struct Best {
    position: usize,
    /// The first state in which it was matched.
    reached: usize,
    /// The different states in which it was matched.
    states: FxHashSet<u64>,
}

struct Validation<'r, S: StateSpace> {
    space: &'r S,
    search: &'r super::Options,
    options: &'r Options,
    events: &'r [ResolvedEvent],
    pulse: &'r Pulse<'r>,
    worker: Option<S::Worker<'r>>,
    numbers: Numbers,
    /// The pairs of a state and a position that were met, with the least steps since the last event.
    met: FxHashMap<(u64, usize), u32>,
    /// All states that were reached, for the way to them.
    reached: Vec<Reached>,
    /// What is to be followed, the next one last.
    waiting: Vec<Entry>,
    best: Option<Best>,
    /// The first evaluation that failed, and in which state: it decides if no behaviour matches.
    failure: Option<(Failure, Option<usize>)>,
    /// The state in which all was matched.
    accepted: Option<usize>,
    generated: u64,
    kept: FxHashSet<u64>,
    depth: u32,
    actions: Vec<ActionCount>,
}

impl<S: StateSpace> Validation<'_, S> {
    fn run(&mut self) {
        if self.initial().is_none() {
            return;
        }
        while let Some(entry) = self.waiting.pop() {
            self.depth = self.depth.max(self.reached[entry.reached].level);
            if entry.position == self.events.len() {
                self.accepted = Some(entry.reached);
                return;
            }
            if self.expand(entry).is_none() || self.pulse.halt.is_cancelled() {
                return;
            }
        }
    }

    /// Finds the initial states that the first event admits; nothing when the search was ended.
    fn initial(&mut self) -> Option<()> {
        self.tell(0, 0);
        let mut successors = Successors::default();
        let halt = self.pulse.halt.clone();
        let worker = self.worker.as_mut()?;
        let result = worker.initial(&mut |successor| {
            successors.push(0, successor);
            if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        self.generated += successors.len() as u64 + worker.take_intermediate();
        if let Err(failure) = result {
            if failure.kind == FailureKind::Cancelled {
                return None;
            }
            self.failure = Some((failure, None));
        }
        let first = self.events.first().filter(|event| event.initial);
        let mut entries = Vec::new();
        for at in 0..successors.len() {
            let mut state = successors.packed(at);
            let position = usize::from(first.is_some());
            if let Some(event) = first {
                let worker = self.worker.as_mut()?;
                let values = state.values(worker);
                if !self.differences(&event.after, &values).is_empty() {
                    continue;
                }
            }
            entries.extend(self.meet(state, None, None, position, 0)?);
        }
        self.waiting.extend(entries.into_iter().rev());
        Some(())
    }

    /// A pair that is met for the first time, or with fewer steps since the last event; nothing at all when
    /// the search is to end.
    fn meet(
        &mut self,
        mut state: Packed,
        instance: Option<usize>,
        before: Option<usize>,
        position: usize,
        between: u32,
    ) -> Option<Option<Entry>> {
        let worker = self.worker.as_mut()?;
        state.fit(worker);
        let identity = match worker.identity(&state.words, &self.numbers) {
            Ok(identity) => identity,
            Err(failure) => {
                self.fail(failure, before);
                return None;
            }
        };
        self.kept.insert(identity);
        if self.search.max_states.is_some_and(|most| self.kept.len() as u64 >= most) {
            self.pulse.stop(Bound::States);
        }
        let held = self.met.get(&(identity, position)).copied();
        if held.is_some_and(|held| held <= between) {
            return Some(None);
        }
        self.met.insert((identity, position), between);
        let reached = self.reached.len();
        if between == 0 {
            match &mut self.best {
                Some(best) if best.position > position => {}
                Some(best) if best.position == position => drop(best.states.insert(identity)),
                best => *best = Some(Best { position, reached, states: FxHashSet::from_iter([identity]) }),
            }
        }
        let level = before.map_or(0, |before| self.reached[before].level) + 1;
        self.reached.push(Reached { state, instance, before, level });
        Some(Some(Entry { reached, position, between }))
    }

    /// The way to a state that was reached.
    fn behaviour(&self, reached: usize) -> Behaviour {
        let (mut behaviour, mut at) = (Behaviour::default(), Some(reached));
        while let Some(reached) = at {
            let Reached { state, instance, before, .. } = &self.reached[reached];
            behaviour.push(*instance, state.clone());
            at = *before;
        }
        behaviour.reverse();
        behaviour
    }

    fn fail(&mut self, failure: Failure, reached: Option<usize>) {
        if self.failure.is_none() && failure.kind != FailureKind::Cancelled {
            self.failure = Some((failure, reached));
        }
    }

    /// Finds the steps from a state that match, or lie between; nothing when the search was ended.
    fn expand(&mut self, Entry { reached, position, between }: Entry) -> Option<()> {
        let event = &self.events[position];
        let mut state = self.reached[reached].state.clone();
        self.tell(self.reached[reached].level, position);
        let unlogged = between < self.options.between;
        let matched_before = {
            let worker = self.worker.as_mut()?;
            event.before.is_empty() || {
                let values = state.values(worker);
                self.differences(&event.before, &values).is_empty()
            }
        };
        let instances: Vec<usize> = match unlogged {
            true => (0..self.space.instances().len()).collect(),
            false if matched_before => event.steps.iter().map(|step| step.instance).collect(),
            false => Vec::new(),
        };
        let (mut matched, mut others) = (Vec::new(), Vec::new());
        for instance in instances {
            // They are in the order of their instances.
            let step = event.steps.binary_search_by_key(&instance, |step| step.instance);
            let step = step.ok().map(|at| &event.steps[at]).filter(|_| matched_before);
            let (mut successors, mut right) = (Successors::default(), Vec::new());
            if let Err(failure) = self.successors(&mut state, instance, step, &mut successors, &mut right)? {
                self.fail(failure, Some(reached));
            }
            for (at, right) in right.into_iter().enumerate() {
                let mut next = successors.packed(at);
                if right {
                    let worker = self.worker.as_mut()?;
                    let agrees = event.after.is_empty() || {
                        let values = next.values(worker);
                        self.differences(&event.after, &values).is_empty()
                    };
                    if agrees {
                        let next = next.clone();
                        matched.extend(self.meet(next, Some(instance), Some(reached), position + 1, 0)?);
                    }
                }
                if unlogged {
                    others.extend(self.meet(next, Some(instance), Some(reached), position, between + 1)?);
                }
            }
        }
        // What matches is followed first.
        self.waiting.extend(others.into_iter().rev());
        self.waiting.extend(matched.into_iter().rev());
        Some(())
    }

    /// The successors by an instance, and which of them may be the step that is asked for; nothing when the
    /// search was ended meanwhile.
    fn successors(
        &mut self,
        state: &mut Packed,
        instance: usize,
        step: Option<&Step>,
        successors: &mut Successors,
        right: &mut Vec<bool>,
    ) -> Option<Result<(), Failure>> {
        let halt = &self.pulse.halt;
        let worker = self.worker.as_mut()?;
        let from = state.fit(worker);
        let go_on = || if halt.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        let result = match step.and_then(|step| step.through.as_ref()) {
            Some(through) => worker.derived(from, instance, &mut |successor, definitions| {
                successors.push(instance as u32, successor);
                right.push(definitions.iter().any(|definition| through.contains(definition)));
                go_on()
            }),
            None => worker.successors(from, instance, &mut |successor| {
                successors.push(instance as u32, successor);
                right.push(step.is_some());
                go_on()
            }),
        };
        if halt.is_cancelled() {
            return None;
        }
        self.generated += successors.len() as u64 + worker.take_intermediate();
        self.actions[instance].generated += successors.len() as u64;
        Some(result)
    }

    /// Why the event after the longest prefix is not matched.
    fn reject(&mut self) -> Option<Rejection> {
        let position = self.best.as_ref().map_or(0, |best| best.position);
        let event = &self.events[position];
        let mut state = self.best.as_ref().map(|best| self.reached[best.reached].state.clone());
        let mut candidates = match &mut state {
            None => self.reasons_of_initial(event)?,
            Some(state) => self.reasons(event, state)?,
        };
        // What has a step comes nearest, and of that, what differs least.
        candidates.sort_by_key(|candidate| match &candidate.why {
            WhyNot::After(all) => (0, all.len()),
            WhyNot::Before(all) => (1, all.len()),
            WhyNot::Disabled(explanation) => (2, explanation.blames.len().max(1)),
        });
        Some(Rejection {
            event: position as u64 + 1,
            line: event.line,
            span: event.span,
            text: event.text.clone(),
            action: event.action.clone(),
            trace: self.options.replay.as_ref().map(|replay| replay.states(self.events.len())),
            states: self.best.as_ref().map_or(0, |best| best.states.len() as u64),
            candidates,
        })
    }

    fn reasons_of_initial(&mut self, event: &ResolvedEvent) -> Option<Vec<Candidate>> {
        let mut successors = Successors::default();
        let worker = self.worker.as_mut()?;
        // What failed decides the verdict.
        let _ = worker.initial(&mut |successor| {
            successors.push(0, successor);
            ControlFlow::Continue(())
        });
        let nearest = self.nearest(&successors, None, &event.after)?;
        let reason = |why| Candidate { action: INIT.to_owned(), span: None, why: WhyNot::After(why) };
        Some(nearest.map(reason).into_iter().collect())
    }

    fn reasons(&mut self, event: &ResolvedEvent, state: &mut Packed) -> Option<Vec<Candidate>> {
        let space = self.space;
        let mut candidates = Vec::new();
        let worker = self.worker.as_mut()?;
        worker.replaying(true);
        let values = state.values(worker);
        let before = self.differences(&event.before, &values);
        for step in event.steps.iter() {
            let instance = step.instance;
            let (mut successors, mut right) = (Successors::default(), Vec::new());
            // What fails is part of the explanation.
            let _ = self.successors(state, instance, Some(step), &mut successors, &mut right)?;
            let worker = self.worker.as_mut()?;
            let why = if !right.contains(&true) {
                state.fit(worker);
                WhyNot::Disabled(worker.explain(&state.words, instance))
            } else if !before.is_empty() {
                WhyNot::Before(before.clone())
            } else {
                WhyNot::After(self.nearest(&successors, Some(&right), &event.after)?.unwrap_or_default())
            };
            let action = &space.instances()[instance];
            // Of an action that stands inside, the instance does not know the name.
            let inside = event.action.clone().filter(|_| step.through.is_some());
            let name = inside.unwrap_or_else(|| action.to_string());
            candidates.push(Candidate { action: name, span: Some(action.span), why });
        }
        if let Some(worker) = &mut self.worker {
            worker.replaying(false);
        }
        Some(candidates)
    }

    /// How the state that differs least differs.
    fn nearest(
        &mut self,
        successors: &Successors,
        right: Option<&[bool]>,
        wanted: &[(usize, Json)],
    ) -> Option<Option<Vec<(String, Mismatch)>>> {
        let mut nearest: Option<Vec<(String, Mismatch)>> = None;
        for at in (0..successors.len()).filter(|&at| right.is_none_or(|right| right[at])) {
            let worker = self.worker.as_mut()?;
            let values = successors.packed(at).values(worker);
            let found = self.differences(wanted, &values);
            if nearest.as_ref().is_none_or(|least| found.len() < least.len()) {
                nearest = Some(found);
            }
        }
        Some(nearest)
    }

    /// How a state differs from what an event says of it.
    fn differences(&self, wanted: &[(usize, Json)], values: &[Datum]) -> Vec<(String, Mismatch)> {
        let exact = self.options.replay.as_ref().is_some_and(|replay| replay.exact);
        let compare = if exact { equals } else { matches };
        let differs = |(variable, json): &(usize, Json)| {
            let mismatch = compare(json, &values[*variable]).err()?;
            Some((self.space.variables()[*variable].clone(), *mismatch))
        };
        wanted.iter().filter_map(differs).collect()
    }

    fn tell(&mut self, level: u32, position: usize) {
        let left = (self.events.len() - position) as u64;
        let (generated, distinct) = (self.generated, self.kept.len() as u64);
        let progress = Progress { generated, distinct, queue: left, level };
        self.pulse.beat(progress);
        if let Some(worker) = &mut self.worker {
            worker.at(progress);
        }
    }

    fn outcome(mut self, rejection: Option<Rejection>, started: Instant) -> Outcome {
        let mut warnings = order_warning(self.space, self.search);
        let events = self.events.len() as u64;
        let matched = self.best.as_ref().map_or(0, |best| best.position as u64);
        let mut violations = Vec::new();
        if let Some(bug) = self.pulse.bug() {
            let verdict = Verdict::Failure(Phase::Next, Box::new(bug));
            violations.push(Violation::bare(verdict));
        } else if let (None, Some((failure, reached))) = (self.accepted, self.failure.take()) {
            // It may be what hides the step that matches.
            let phase = if reached.is_none() { Phase::Initial } else { Phase::Next };
            let behaviour = reached.map(|reached| self.behaviour(reached)).unwrap_or_default();
            let last = reached.map(|reached| self.reached[reached].state.clone()).unwrap_or_default();
            let length = reached.map_or(0, |reached| self.reached[reached].level);
            let (subject, tail) = (Subject::Failure(phase, 0), Tail::Nowhere);
            let failure = Some(Box::new(failure));
            let finding = Finding { length, subject, failure, fingerprint: 0, tail, last };
            let mut followed = Followed::default();
            followed.add(vec![finding], &behaviour, false);
            violations = followed.violations(self.space, self.worker.take(), &mut warnings);
        } else if let Some(mut rejection) = rejection
            && let Some(mut worker) = self.worker.take()
        {
            rejection.candidates.truncate(MOST_REASONS);
            let behaviour = self.best.as_ref().map(|best| self.behaviour(best.reached)).unwrap_or_default();
            let verdict = Verdict::LogNotAdmitted(Box::new(rejection));
            violations.push(trace::shown(self.space, &mut worker, verdict, behaviour, &mut warnings));
        }
        let mut replayed = None;
        if let (true, Some(reached), Some(_)) = (violations.is_empty(), self.accepted, &self.options.replay) {
            match self.judge(reached, &mut warnings) {
                (violation, None) => violations.extend(violation),
                (_, shown) => replayed = shown,
            }
        }
        let verdict = match (violations.first(), self.accepted) {
            (Some(violation), _) => violation.verdict.clone(),
            (None, Some(_)) => Verdict::Success,
            (None, None) => Verdict::Bounded(self.pulse.bound().unwrap_or(Bound::Cancelled)),
        };
        let names = self.space.instances().iter().map(ToString::to_string);
        Outcome {
            verdict,
            violations,
            states_generated: self.generated,
            distinct_states: self.kept.len() as u64,
            depth: self.depth,
            seconds: started.elapsed().as_secs_f64(),
            exact: true,
            actions: names.zip(&self.actions).map(|(name, count)| (name, count.generated, 0)).collect(),
            method: {
                let matched = if self.accepted.is_some() { events } else { matched };
                let replay = self.options.replay.as_ref().map(|replay| replay.states(self.events.len()));
                let between = self.options.between;
                match replay {
                    Some(states) => {
                        Method::Replay(LogMatch { events: states, matched: matched.min(states), between })
                    }
                    None => Method::Log(LogMatch { events, matched, between }),
                }
            },
            replayed,
            warnings,
            ..Outcome::of(Verdict::Success)
        }
    }
}
