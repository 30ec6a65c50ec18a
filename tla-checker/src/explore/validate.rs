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

use super::finding::{Finding, Subject, Tail};
use super::followed::Followed;
use super::monitor::Pulse;
use super::packed::Packed;
use super::run::ActionCount;
use super::successors::Successors;
use super::trace::{self, Behaviour};
use super::{order_warning, refused};
use crate::failure::{Failure, FailureKind};
use crate::log::matching::{Mismatch, matches};
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
        path: Vec::new(),
        best: None,
        failure: None,
        accepted: false,
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
        if !run.accepted && !pulse.halt.is_cancelled() {
            rejection = run.reject();
        }
    });
    run.outcome(rejection, started)
}

/// A state that is to be followed.
struct Entry {
    state: Packed,
    instance: Option<usize>,
    /// How many events are matched.
    position: usize,
    /// How many steps were taken since the last of them.
    between: u32,
}

/// A state of the current path.
struct Node {
    entry: Entry,
    /// What is still to be followed from here, the next one last.
    rest: Vec<Entry>,
}

/// The longest prefix so far.
struct Best {
    position: usize,
    behaviour: Behaviour,
    state: Packed,
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
    path: Vec<Node>,
    best: Option<Best>,
    /// The first evaluation that failed, and the behaviour that leads there: it decides if no behaviour
    /// matches.
    failure: Option<(Failure, Behaviour, Packed)>,
    accepted: bool,
    generated: u64,
    kept: FxHashSet<u64>,
    depth: u32,
    actions: Vec<ActionCount>,
}

impl<S: StateSpace> Validation<'_, S> {
    fn run(&mut self) {
        let Some(mut roots) = self.initial() else { return };
        while let Some(entry) = self.next(&mut roots) {
            let done = entry.position == self.events.len();
            self.path.push(Node { entry, rest: Vec::new() });
            self.depth = self.depth.max(self.path.len() as u32);
            if done {
                self.accepted = true;
                return;
            }
            if self.expand().is_none() || self.pulse.halt.is_cancelled() {
                return;
            }
        }
    }

    fn next(&mut self, roots: &mut Vec<Entry>) -> Option<Entry> {
        loop {
            let rest = self.path.last_mut().map_or(&mut *roots, |node| &mut node.rest);
            if let Some(entry) = rest.pop() {
                return Some(entry);
            }
            self.path.pop()?;
        }
    }

    /// The initial states that the first event admits; nothing when the search was ended.
    fn initial(&mut self) -> Option<Vec<Entry>> {
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
            self.failure = Some((failure, Behaviour::default(), Packed::default()));
        }
        let first = self.events.first().filter(|event| event.initial);
        let mut entries = Vec::new();
        for at in 0..successors.len() {
            let mut state = successors.packed(at);
            let position = usize::from(first.is_some());
            if let Some(event) = first {
                let worker = self.worker.as_mut()?;
                let values = state.values(worker);
                if !differences(self.space, &event.after, &values).is_empty() {
                    continue;
                }
            }
            if self.meets(&mut state, None, position, 0)? {
                entries.push(Entry { state, instance: None, position, between: 0 });
            }
        }
        entries.reverse();
        Some(entries)
    }

    /// Whether a pair is met for the first time, or with fewer steps since the last event; nothing when the
    /// search is to end.
    fn meets(
        &mut self,
        state: &mut Packed,
        instance: Option<usize>,
        position: usize,
        between: u32,
    ) -> Option<bool> {
        let worker = self.worker.as_mut()?;
        state.fit(worker);
        let identity = match worker.identity(&state.words, &self.numbers) {
            Ok(identity) => identity,
            Err(failure) => {
                self.fail(failure, state);
                return None;
            }
        };
        self.kept.insert(identity);
        if self.search.max_states.is_some_and(|most| self.kept.len() as u64 >= most) {
            self.pulse.stop(Bound::States);
        }
        let held = self.met.get(&(identity, position)).copied();
        if held.is_some_and(|held| held <= between) {
            return Some(false);
        }
        self.met.insert((identity, position), between);
        if between == 0 {
            match &mut self.best {
                Some(best) if best.position > position => {}
                Some(best) if best.position == position => drop(best.states.insert(identity)),
                _ => {
                    // The path ends before this state.
                    let (mut behaviour, state) = (self.behaviour(), state.clone());
                    behaviour.push(instance, state.clone());
                    let states = FxHashSet::from_iter([identity]);
                    self.best = Some(Best { position, behaviour, state, states });
                }
            }
        }
        Some(true)
    }

    /// The current path.
    fn behaviour(&self) -> Behaviour {
        let mut behaviour = Behaviour::default();
        for node in &self.path {
            behaviour.push(node.entry.instance, node.entry.state.clone());
        }
        behaviour
    }

    fn fail(&mut self, failure: Failure, state: &Packed) {
        if self.failure.is_none() && failure.kind != FailureKind::Cancelled {
            self.failure = Some((failure, self.behaviour(), state.clone()));
        }
    }

    /// Finds the steps from the last state of the path that match, or lie between; nothing when the search
    /// was ended.
    fn expand(&mut self) -> Option<()> {
        let events = self.events;
        let node = self.path.last()?;
        let (position, between) = (node.entry.position, node.entry.between);
        let mut state = node.entry.state.clone();
        let event = &events[position];
        self.tell(self.path.len() as u32, position);
        let unlogged = between < self.options.between;
        let matched_before = {
            let worker = self.worker.as_mut()?;
            event.before.is_empty() || {
                let values = state.values(worker);
                differences(self.space, &event.before, &values).is_empty()
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
                self.fail(failure, &state);
            }
            for at in 0..successors.len() {
                let mut next = successors.packed(at);
                if right[at] {
                    let worker = self.worker.as_mut()?;
                    let agrees = event.after.is_empty() || {
                        let values = next.values(worker);
                        differences(self.space, &event.after, &values).is_empty()
                    };
                    if agrees && self.meets(&mut next, Some(instance), position + 1, 0)? {
                        let (state, position) = (next.clone(), position + 1);
                        matched.push(Entry { state, instance: Some(instance), position, between: 0 });
                    }
                }
                if unlogged && self.meets(&mut next, Some(instance), position, between + 1)? {
                    let between = between + 1;
                    others.push(Entry { state: next, instance: Some(instance), position, between });
                }
            }
        }
        // What matches is followed first.
        others.reverse();
        matched.reverse();
        others.append(&mut matched);
        if let Some(node) = self.path.last_mut() {
            node.entry.state = state;
            node.rest = others;
        }
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
        let mut state = self.best.as_ref().map(|best| best.state.clone());
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
        let before = differences(space, &event.before, &values);
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
            let found = differences(self.space, wanted, &values);
            if nearest.as_ref().is_none_or(|least| found.len() < least.len()) {
                nearest = Some(found);
            }
        }
        Some(nearest)
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
            violations.push(Violation { verdict, trace: Vec::new() });
        } else if let (false, Some((failure, mut behaviour, last))) = (self.accepted, self.failure.take()) {
            // It may be what hides the step that matches.
            let phase = if behaviour.len() == 0 { Phase::Initial } else { Phase::Next };
            let length = behaviour.len() as u32;
            if length == 0 {
                behaviour = Behaviour::default();
            }
            let (subject, tail) = (Subject::Failure(phase, 0), Tail::Nowhere);
            let failure = Some(Box::new(failure));
            let finding = Finding { length, subject, failure, fingerprint: 0, tail, last };
            let mut followed = Followed::default();
            followed.add(vec![finding], &behaviour, false);
            violations = followed.violations(self.space, self.worker.take(), &mut warnings);
        } else if let (Some(mut rejection), Some(worker)) = (rejection, &mut self.worker) {
            rejection.candidates.truncate(MOST_REASONS);
            let behaviour = self.best.take().map(|best| best.behaviour).unwrap_or_default();
            let verdict = Verdict::LogNotAdmitted(Box::new(rejection));
            violations.push(trace::shown(self.space, worker, verdict, behaviour, &mut warnings));
        }
        let verdict = match (violations.first(), self.accepted) {
            (Some(violation), _) => violation.verdict.clone(),
            (None, true) => Verdict::Success,
            (None, false) => Verdict::Bounded(self.pulse.bound().unwrap_or(Bound::Cancelled)),
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
            method: Method::Log(LogMatch {
                events,
                matched: if self.accepted { events } else { matched },
                between: self.options.between,
            }),
            warnings,
            ..Outcome::of(Verdict::Success)
        }
    }
}

/// How a state differs from what an event says of it.
fn differences<S: StateSpace>(
    space: &S,
    wanted: &[(usize, Json)],
    values: &[Datum],
) -> Vec<(String, Mismatch)> {
    let differs = |(variable, json): &(usize, Json)| {
        let mismatch = matches(json, &values[*variable]).err()?;
        Some((space.variables()[*variable].clone(), *mismatch))
    };
    wanted.iter().filter_map(differs).collect()
}
