//! From a finding to the trace that shows it.
//!
//! Enters: a [`Finding`] and the links of the seen states. Leaves: the states from an initial one to
//! the one that shows the finding, with the actions between them. Holds: a trace is shown only after it
//! was repeated by the evaluator: the links are followed back to the initial states, then every step is
//! generated anew, its key and constraints compared, and the violation checked again. A link names the
//! parent in part, and where several states may be meant, the one with the smallest key from which the
//! step comes out as recorded is the parent. A trace that
//! cannot be repeated is a bug of ours, except where the spec's meaning depends on the order of
//! evaluation.

use super::finding::{Finding, Subject, Tail};
use super::packed::{Packed, fit_all};
use super::run::Run;
use super::seen::SATURATED;
use super::successors::Successors;
use crate::failure::Failure;
use crate::observer::Cancel;
use crate::outcome::{Phase, TraceState, Verdict, Violation};
use crate::space::{Progress, SpaceWorker, StateSpace};
use std::ops::ControlFlow;
use tla_parser::code;
use tla_parser::diagnostic::{Diagnostic, Severity};

/// A behaviour: states, each with the action instance that led to it (`None` for the first).
#[derive(Clone, Debug, Default)]
pub(super) struct Behaviour {
    pub states: Vec<Packed>,
    pub instances: Vec<Option<usize>>,
}

impl Behaviour {
    /// Adds a state at the end.
    pub fn push(&mut self, instance: Option<usize>, state: Packed) {
        self.instances.push(instance);
        self.states.push(state);
    }

    /// The same, from the last state to the first.
    pub fn reverse(&mut self) {
        self.instances.reverse();
        self.states.reverse();
    }
}

/// Rebuilds a finding's trace, step by step.
///
/// # Errors
/// A step, or the finding itself, did not come out as in the search.
pub(super) fn replay<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    finding: &Finding,
) -> Result<Behaviour, Failure> {
    let length = finding.length as usize;
    let (mut behaviour, kept) = match finding.tail {
        Tail::Nowhere => return Ok(Behaviour::default()),
        Tail::Kept(key) => (to_kept(run, worker, key, length)?, length),
        Tail::Step(link) => (to_kept(run, worker, link.parent, length - 1)?, length - 1),
        Tail::Initial => (Behaviour::default(), 0),
    };
    if kept < length {
        let instance = match finding.tail {
            Tail::Step(link) => Some(link.instance as usize),
            _ => None,
        };
        let wanted = Wanted::Fingerprint(finding.fingerprint);
        let last = step(run, worker, behaviour.states.last_mut(), instance, kept as u32, wanted)?;
        let last =
            last.ok_or_else(|| Failure::internal("the last step of a trace was not generated again"))?;
        behaviour.push(instance, last);
    }
    if let Some(last) = behaviour.states.last_mut() {
        let mut ends = [std::mem::take(last), finding.last.clone()];
        fit_all(worker, &mut ends);
        if ends[0] != ends[1] {
            return Err(Failure::internal("a trace ends in another state than the one found"));
        }
        [*last, _] = ends;
    }
    if !shows(run.space, worker, &mut behaviour, finding) {
        let subject = finding.subject;
        return Err(Failure::internal(format!("what was found is not so the second time: {subject:?}")));
    }
    Ok(behaviour)
}

/// A kept state that may be part of the trace.
struct Candidate {
    key: u64,
    /// The instance of its smallest link.
    instance: u32,
    /// Which candidates of the level before its link may mean, in order.
    parents: Vec<usize>,
    /// The first of them that it was reached from, and the state, once the replay has come so far.
    reached: Option<(usize, Packed)>,
}

/// The behaviour of `length` states that leads to the kept state with this key.
///
/// The links are followed back level by level, to all states that they may mean; then forward from the
/// initial states, each step generated anew. A state counts as reached if it comes out with its key.
pub(super) fn to_kept<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    key: u64,
    length: usize,
) -> Result<Behaviour, Failure> {
    let mut levels = candidates(run, key, length)?;
    for level in 0..length {
        let (before, rest) = levels.split_at_mut(level);
        let mut before = before.last_mut();
        for candidate in &mut rest[0] {
            let wanted = Wanted::Key(candidate.key);
            candidate.reached = match &mut before {
                None => step(run, worker, None, None, 0, wanted)?.map(|state| (0, state)),
                Some(before) => {
                    let instance = Some(candidate.instance as usize);
                    let mut reached = None;
                    for &parent in &candidate.parents {
                        let Some((_, from)) = &mut before[parent].reached else { continue };
                        if let Some(state) = step(run, worker, Some(from), instance, level as u32, wanted)? {
                            reached = Some((parent, state));
                            break;
                        }
                    }
                    reached
                }
            };
        }
        if rest[0].iter().all(|candidate| candidate.reached.is_none()) {
            let place = format!("state {} of a trace of {length}", level + 1);
            return Err(Failure::internal(format!("{place} was not generated again")));
        }
    }
    let (mut behaviour, mut at) = (Behaviour::default(), 0);
    for (level, candidates) in levels.iter_mut().enumerate().rev() {
        let Some((parent, state)) = candidates[at].reached.take() else {
            return Err(Failure::internal("the last state of a trace was not generated again"));
        };
        behaviour.push((level > 0).then_some(candidates[at].instance as usize), state);
        at = parent;
    }
    behaviour.reverse();
    Ok(behaviour)
}

/// The states that may be part of the trace, level by level from the initial ones.
fn candidates<S: StateSpace>(
    run: &Run<'_, S>,
    key: u64,
    length: usize,
) -> Result<Vec<Vec<Candidate>>, Failure> {
    let mut levels = Vec::with_capacity(length);
    let mut keys = vec![key];
    for level in (1..=length as u32).rev() {
        let (mut candidates, mut before) = (Vec::new(), Vec::new());
        let mut links = Vec::new();
        for key in keys {
            let Some(origin) = run.seen.origin(key).map_err(|e| run.disk_failure(&e))? else {
                return Err(Failure::internal(format!("the state with key {key:#018x} was lost")));
            };
            if origin.level != level.min(SATURATED) {
                let levels = format!("{} instead of {level}", origin.level);
                return Err(Failure::internal(format!("a trace leads to a state of level {levels}")));
            }
            let parents = run.seen.parents(origin).map_err(|e| run.disk_failure(&e))?;
            before.extend_from_slice(&parents);
            links.push(parents);
            let instance = origin.instance;
            candidates.push(Candidate { key, instance, parents: Vec::new(), reached: None });
        }
        before.sort_unstable();
        before.dedup();
        for (candidate, parents) in candidates.iter_mut().zip(links) {
            candidate.parents =
                parents.iter().filter_map(|parent| before.binary_search(parent).ok()).collect();
        }
        levels.push(candidates);
        keys = before;
    }
    levels.reverse();
    Ok(levels)
}

/// What a step is to lead to.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// The kept state with this key: the one with the smallest fingerprint of those inside the
    /// constraints, or the first where the order of evaluation counts.
    Key(u64),
    /// The first with this fingerprint.
    Fingerprint(u64),
}

/// The wanted successor of a state of this level by an instance, or (`None`, level 0) the initial state.
pub(super) fn step<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    mut from: Option<&mut Packed>,
    instance: Option<usize>,
    level: u32,
    wanted: Wanted,
) -> Result<Option<Packed>, Failure> {
    worker.at(Progress { level, ..Progress::default() });
    let mut successors = Successors::default();
    let mut emit = |successor: crate::space::Successor<'_>| {
        successors.push(0, successor);
        ControlFlow::Continue(())
    };
    let result = match (&mut from, instance) {
        (Some(from), Some(instance)) => {
            let from = from.fit(worker);
            worker.successors(from, instance, &mut emit)
        }
        _ => worker.initial(&mut emit),
    };
    let mut order: Vec<usize> = (0..successors.len()).collect();
    if !run.in_order {
        order.sort_by_key(|&at| successors.get(at).fingerprint);
    }
    for at in order {
        let (mut packed, fingerprint) = (successors.packed(at), successors.get(at).fingerprint);
        if let (Some(from), Wanted::Key(_)) = (&mut from, wanted) {
            // To bring one of them to the newest layout may make a newer one.
            packed.fit(worker);
            from.fit(worker);
        }
        let found = match wanted {
            Wanted::Fingerprint(wanted) => fingerprint == wanted,
            // What cannot be evaluated is not kept.
            Wanted::Key(wanted) => {
                let state = packed.fit(worker);
                run.key_of(worker, state, fingerprint) == Ok(Some(wanted))
                    && worker.constraint(None, state) == Ok(true)
                    && match &mut from {
                        Some(from) => {
                            let from = from.fit(worker);
                            worker.action_constraint(from, state) == Ok(true)
                        }
                        None => true,
                    }
            }
        };
        if found {
            return Ok(Some(packed));
        }
    }
    // What was emitted before a failure stands.
    result.map(|()| None)
}

/// The violation that a behaviour shows which was followed to it, state by state. It is repeated first,
/// unless the spec's meaning depends on the order of evaluation.
pub(super) fn violation<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    finding: &Finding,
    mut behaviour: Behaviour,
    warnings: &mut Vec<Diagnostic>,
) -> Violation {
    let mut verdict = finding.verdict(space.properties());
    // A trace is also due after a cancellation: whoever cancels does not wait for long.
    worker.watch(&Cancel::new());
    worker.replaying(true);
    if space.order_dependent().is_none()
        && let Err(bug) = repeat(worker, &mut behaviour).and_then(|()| {
            let shown = shows(space, worker, &mut behaviour, finding);
            let why = || format!("what was found is not so the second time: {:?}", finding.subject);
            if shown { Ok(()) } else { Err(Failure::internal(why())) }
        })
    {
        verdict = Verdict::Failure(Phase::Next, Box::new(bug));
    }
    let trace = display(space, worker, behaviour, warnings);
    worker.replaying(false);
    Violation { verdict, trace, cycle: None }
}

/// A behaviour as what shows a verdict; it is repeated first.
pub(super) fn shown<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    mut verdict: Verdict,
    mut behaviour: Behaviour,
    warnings: &mut Vec<Diagnostic>,
) -> Violation {
    worker.watch(&Cancel::new());
    worker.replaying(true);
    if space.order_dependent().is_none()
        && let Err(bug) = repeat(worker, &mut behaviour)
    {
        verdict = Verdict::Failure(Phase::Next, Box::new(bug));
    }
    let trace = display(space, worker, behaviour, warnings);
    worker.replaying(false);
    Violation { verdict, trace, cycle: None }
}

/// Generates each state of a behaviour again from the one before.
///
/// # Errors
/// One does not come out.
pub(super) fn repeat<W: SpaceWorker>(worker: &mut W, behaviour: &mut Behaviour) -> Result<(), Failure> {
    for at in 0..behaviour.states.len() {
        worker.at(Progress { level: at as u32, ..Progress::default() });
        let mut successors = Successors::default();
        let mut emit = |successor: crate::space::Successor<'_>| {
            successors.push(0, successor);
            ControlFlow::Continue(())
        };
        // What was emitted before a failure stands.
        let result = match at.checked_sub(1).zip(behaviour.instances[at]) {
            Some((before, instance)) => {
                let from = behaviour.states[before].fit(worker);
                worker.successors(from, instance, &mut emit)
            }
            None => worker.initial(&mut emit),
        };
        let state = &mut behaviour.states[at];
        let found = (0..successors.len()).any(|at| {
            let mut both = [successors.packed(at), state.clone()];
            fit_all(worker, &mut both);
            both[0] == both[1]
        });
        if !found {
            result?;
            return Err(Failure::internal(format!("state {} of a trace was not generated again", at + 1)));
        }
    }
    Ok(())
}

/// Whether the behaviour shows what was found.
pub(super) fn shows<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: &mut Behaviour,
    finding: &Finding,
) -> bool {
    let level = behaviour.states.len() as u32;
    fit_all(worker, &mut behaviour.states);
    let Some((last, before)) = behaviour.states.split_last() else { return finding.length == 0 };
    let (last, before) = (&last.words, before.last().map(|state| &state.words));
    worker.at(Progress { level: level - 1, ..Progress::default() });
    match finding.subject {
        Subject::Invariant(index) => worker.invariant(index as usize, None, last) == Ok(false),
        Subject::InitialProperty(index) => worker.initial_property(index as usize, last) == Ok(false),
        Subject::ActionProperty(index) => {
            before.is_some_and(|from| worker.action_property(index as usize, from, last) == Ok(false))
        }
        Subject::Deadlock => has_successors(space, worker, behaviour) == Ok(false),
        Subject::Failure(phase, index) => match phase {
            Phase::Next => has_successors(space, worker, behaviour).is_err(),
            Phase::Invariant => worker.invariant(index as usize, None, last).is_err(),
            Phase::InitialProperty => worker.initial_property(index as usize, last).is_err(),
            Phase::ActionProperty => {
                before.is_some_and(|from| worker.action_property(index as usize, from, last).is_err())
            }
            Phase::Temporal => {
                let atom = &space.properties().temporal.atoms[index as usize];
                let mut fails =
                    |from: &[u32], to: Option<&[u32]>| worker.atom(index as usize, from, to).is_err();
                match atom.step {
                    false => fails(last, None),
                    true => {
                        fails(last, Some(last.as_slice()))
                            || before.is_some_and(|from| fails(from, Some(last.as_slice())))
                    }
                }
            }
            Phase::Constraint => {
                worker.constraint(None, last).is_err()
                    || before.is_some_and(|from| worker.action_constraint(from, last).is_err())
            }
            Phase::View => {
                let fingerprint = worker.fingerprint(last);
                worker.key(last, fingerprint).is_err() || worker.view_value(last).is_err()
            }
            _ => true,
        },
    }
}

/// Whether the behaviour's last state has successors.
fn has_successors<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: &mut Behaviour,
) -> Result<bool, Failure> {
    worker.at(Progress { level: behaviour.states.len() as u32, ..Progress::default() });
    let mut any = false;
    for instance in 0..space.instances().len() {
        let Some(last) = behaviour.states.last_mut() else { break };
        let last = last.fit(worker);
        worker.successors(last, instance, &mut |_| {
            any = true;
            ControlFlow::Continue(())
        })?;
    }
    Ok(any)
}

/// What a behaviour looks like: the variables, or ALIAS.
pub(super) fn display<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    behaviour: Behaviour,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<TraceState> {
    let Behaviour { mut states, instances } = behaviour;
    fit_all(worker, &mut states);
    let states: Vec<Vec<u32>> = states.into_iter().map(|state| state.words).collect();
    let mut shown = Vec::with_capacity(states.len());
    for (position, instance) in instances.into_iter().enumerate() {
        let named = |worker: &mut S::Worker<'_>| -> Vec<_> {
            space.variables().iter().cloned().zip(worker.values(&states[position])).collect()
        };
        let state = worker.display(&states, position).unwrap_or_else(|failure| {
            let mut warning = failure.diagnostic();
            (warning.code, warning.severity) = (code::ALIAS_FAILED, Severity::Warning);
            warning.message = format!("ALIAS cannot be evaluated: {}", warning.message);
            if warnings.iter().all(|w| w.code != code::ALIAS_FAILED) {
                warnings.push(warning);
            }
            named(worker)
        });
        let own = state.iter().map(|(name, _)| name).eq(space.variables());
        let instance = instance.map(|at| &space.instances()[at]);
        shown.push(TraceState {
            action: instance.map_or_else(|| "Init".to_owned(), ToString::to_string),
            span: instance.map(|i| i.span),
            variables: if own { None } else { Some(named(worker)) },
            state,
        });
    }
    shown
}

/// The finding's last state, where the way to it could not be repeated.
pub(super) fn last_alone<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    finding: &Finding,
    warnings: &mut Vec<Diagnostic>,
) -> Vec<TraceState> {
    let behaviour = Behaviour { states: vec![finding.last.clone()], instances: vec![None] };
    let mut trace = display(space, worker, behaviour, warnings);
    trace.iter_mut().for_each(|state| state.action = "?".to_owned());
    trace
}
