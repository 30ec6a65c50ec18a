//! Temporal properties, checked on the graph of a search.
//!
//! Enters: the graph as far as it is known, between levels. Leaves: a violation, with a trace that goes on for
//! ever. Holds: whatever is found in a part of the graph is found in all of it, so a check before the end
//! can only find what is there; a lasso is replayed step by step, and then judged by the property and the
//! fairness as they were written, on atoms that the evaluator alone has evaluated. One that is no violation
//! is a bug of ours. Under a VIEW a lasso may close only modulo the VIEW: then it is shown as such.

use super::packed::{Packed, fit_all};
use super::run::Run;
use super::trace::{self, Behaviour, Wanted, step, to_kept};
use super::{Crew, Liveness};
use crate::failure::{Failure, FailureKind};
use crate::liveness::{Answer, Lasso, check};
use crate::observer::Cancel;
use crate::outcome::{Cycle, Phase, Verdict, Violation};
use crate::space::{Progress, SpaceWorker, StateSpace};
use crate::temporal::Word;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// As many states there are at least when the graph is checked before its end.
const FIRST: usize = 10_000;

/// A lasso's states, and the instance of the step that leads back; `None` for stuttering.
pub(super) struct Replayed {
    pub behaviour: Behaviour,
    pub back: usize,
    pub last: Option<usize>,
}

impl<S: StateSpace> Crew<'_, S> {
    /// Checks temporal properties, if it is time for it. Whether one is violated; `None` where the check was
    /// cancelled.
    pub(super) fn check(&mut self, at_end: bool) -> Option<bool> {
        let run = self.run;
        let Some(behaviours) = &run.behaviours else { return Some(false) };
        let temporal = &run.space.properties().temporal;
        let mut complete = true;
        self.guarded(|crew| {
            let mut pages = behaviours.pages();
            let doubled = pages.graph.len() >= FIRST.max(2 * pages.checked);
            let all = run.options.continue_after_violation;
            if !at_end && (all || run.options.liveness == Liveness::Final || !doubled) {
                return;
            }
            pages.checked = pages.graph.len();
            run.observer.checking(pages.graph.len() as u64, at_end);
            let mut left: Vec<usize> = (0..temporal.duties.len()).collect();
            while !left.is_empty() {
                let duties = |at: usize| &temporal.duties[left[at]].1;
                match check(&pages.graph, &duties, left.len(), run.workers, &run.halt) {
                    Answer::None => break,
                    Answer::Met(at, lasso) => {
                        let met = left[at];
                        crew.met.push((met, lasso));
                        // Each property is violated once.
                        left.retain(|&duty| all && temporal.duties[duty].0 != temporal.duties[met].0);
                    }
                    Answer::Cancelled => {
                        complete = false;
                        break;
                    }
                }
            }
            run.observer.checked();
        });
        complete.then_some(!self.met.is_empty())
    }

    /// Adds the violation of a temporal property, if one was found, and what there is to say about the
    /// check.
    pub(super) fn lively(&mut self, violations: &mut Vec<Violation>, warnings: &mut Vec<Diagnostic>) {
        let run = self.run;
        let temporal = &run.space.properties().temporal;
        if temporal.duties.is_empty() {
            return;
        }
        if run.options.liveness == Liveness::Off {
            let message = "temporal properties were not checked";
            warnings.push(Diagnostic::warning(code::LIVENESS_OFF, message).note("`-lncheck off` says so"));
            return;
        }
        for (at, lasso) in std::mem::take(&mut self.met) {
            let mut violation = None;
            self.guarded(|crew| violation = crew.liveness_violation(at, &lasso, warnings));
            violations.extend(violation);
        }
        // What is found after the search is a panic.
        let bug = run.findings().into_iter().next();
        violations.extend(bug.map(|bug| Violation::bare(bug.verdict(run.space.properties()))));
        let cut = run.behaviours.as_ref().map_or(0, |behaviours| behaviours.pages().cut);
        let weak = [
            run.space.has_view().then(|| {
                Diagnostic::warning(
                    code::LIVENESS_MODULO_VIEW,
                    "temporal properties were checked modulo VIEW",
                )
                .note("states with the same VIEW are one state: a violation may be missed, or be none")
            }),
            (cut > 0).then(|| {
                let (steps, be) =
                    if cut == 1 { ("1 step".to_owned(), "is") } else { (format!("{cut} steps"), "are") };
                let message = format!("{steps} out of the constraints {be} in no behaviour");
                Diagnostic::warning(code::LIVENESS_CUT, message)
                    .note("temporal properties were checked on behaviours inside the constraints only")
            }),
        ];
        for warning in weak.into_iter().flatten() {
            if run.options.strict && violations.is_empty() {
                violations
                    .push(Violation::bare(Verdict::Failure(Phase::Setup, Box::new(strictly(&warning)))));
            }
            warnings.push(warning);
        }
    }

    /// The lasso as a violation; none where it cannot be shown, which is then said.
    fn liveness_violation(
        &mut self,
        at: usize,
        lasso: &Lasso,
        warnings: &mut Vec<Diagnostic>,
    ) -> Option<Violation> {
        let run = self.run;
        let temporal = &run.space.properties().temporal;
        let property = &temporal.properties[temporal.duties[at].0].0;
        let verdict = Verdict::Liveness { name: property.name.clone(), span: property.span };
        let worker = &mut self.first.as_mut()?.worker;
        worker.watch(&Cancel::new());
        worker.replaying(true);
        let found = shorter(run, worker, temporal.duties[at].0, lasso);
        let (replayed, modulo_view) = match found {
            Ok(replayed) => (replayed, false),
            Err(_) if run.space.has_view() => match representatives(run, worker, lasso) {
                Ok(replayed) => (replayed, true),
                Err(failure) => return Some(bug(failure)),
            },
            Err(failure) if run.in_order => {
                warnings.push(
                    Diagnostic::warning(code::NOT_REPLAYED, "the trace could not be repeated")
                        .note(failure.message),
                );
                worker.replaying(false);
                return Some(Violation::bare(verdict));
            }
            Err(failure) => return Some(bug(failure)),
        };
        let violation = violation(run.space, worker, verdict, replayed, modulo_view, warnings);
        worker.replaying(false);
        Some(violation)
    }
}

/// A lasso with what there is to show of it.
pub(super) fn violation<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    verdict: Verdict,
    replayed: Replayed,
    modulo_view: bool,
    warnings: &mut Vec<Diagnostic>,
) -> Violation {
    let Replayed { behaviour, back, last } = replayed;
    let action = last.map(|instance| {
        let instance = &space.instances()[instance];
        (instance.to_string(), instance.span)
    });
    let mut trace = trace::display(space, worker, behaviour, warnings);
    for state in trace.iter_mut().skip(1).filter(|state| state.action == "Init") {
        state.action = if modulo_view { "?" } else { "Stuttering" }.to_owned();
    }
    Violation { verdict, trace, cycle: Some(Cycle { back, action, modulo_view }) }
}

/// `--strict` takes what would be a warning for a fault.
fn strictly(warning: &Diagnostic) -> Failure {
    Failure {
        kind: FailureKind::System,
        code: code::STRICT,
        message: format!("with --strict that is no answer: {}", warning.message),
        notes: warning.notes.clone(),
        help: Some("check without --strict, or state the model otherwise".to_owned()),
        ..Failure::internal("")
    }
}

fn bug(failure: Failure) -> Violation {
    Violation::bare(Verdict::Failure(Phase::Temporal, Box::new(failure)))
}

/// The lasso without steps that change nothing, where that violates the property too; or as it is.
fn shorter<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    property: usize,
    lasso: &Lasso,
) -> Result<Replayed, Failure> {
    let mut short = Lasso { states: Vec::new(), back: 0 };
    for (at, &state) in lasso.states.iter().enumerate() {
        if at == lasso.back {
            short.back = short.states.len();
        }
        let starts = at == lasso.back && at + 1 == lasso.states.len();
        if short.states.last() == Some(&state) {
            if at == lasso.back {
                short.back = short.states.len() - 1;
            }
            if !starts || short.back + 1 == short.states.len() {
                continue;
            }
        }
        short.states.push(state);
    }
    if short != *lasso
        && let Ok(mut replayed) = replay(run, worker, &short)
        && judge(run.space, worker, property, &mut replayed).is_ok()
    {
        return Ok(replayed);
    }
    let mut replayed = replay(run, worker, lasso)?;
    judge(run.space, worker, property, &mut replayed)?;
    Ok(replayed)
}

/// Generates the states of a lasso again, step by step.
fn replay<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    lasso: &Lasso,
) -> Result<Replayed, Failure> {
    let keys = keys(run, lasso);
    let lost = |at: usize| Failure::internal(format!("state {} of a lasso was not generated again", at + 1));
    let mut behaviour = Behaviour::default();
    let first = step(run, worker, None, None, 0, Wanted::Key(keys[0]))?.ok_or_else(|| lost(0))?;
    behaviour.push(None, first);
    for at in 1..keys.len() {
        if keys[at] == keys[at - 1] {
            let same = behaviour.states[at - 1].clone();
            behaviour.push(None, same);
            continue;
        }
        let (instance, state) =
            next(run, worker, &mut behaviour.states[at - 1], at as u32, keys[at])?.ok_or_else(|| lost(at))?;
        behaviour.push(Some(instance), state);
    }
    let (end, back) = (keys.len() - 1, lasso.back);
    if keys[end] == keys[back] {
        // A step to itself: it changes nothing.
        return Ok(Replayed { behaviour, back, last: None });
    }
    let found = next(run, worker, &mut behaviour.states[end], end as u32 + 1, keys[back])?;
    let (instance, state) = found.ok_or_else(|| lost(back))?;
    let mut both = [state, behaviour.states[back].clone()];
    fit_all(worker, &mut both);
    if both[0] != both[1] {
        return Err(Failure::internal("a lasso does not close"));
    }
    Ok(Replayed { behaviour, back, last: Some(instance) })
}

/// The keys of a lasso's states.
fn keys<S: StateSpace>(run: &Run<'_, S>, lasso: &Lasso) -> Vec<u64> {
    let behaviours = run.behaviours.as_ref().expect("a lasso comes from there");
    let pages = behaviours.pages();
    lasso.states.iter().map(|&state| pages.keys[state as usize]).collect()
}

/// The first successor with this key, and the instance that leads there.
fn next<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    from: &mut Packed,
    level: u32,
    key: u64,
) -> Result<Option<(usize, Packed)>, Failure> {
    for instance in 0..run.space.instances().len() {
        if let Some(state) = step(run, worker, Some(from), Some(instance), level, Wanted::Key(key))? {
            return Ok(Some((instance, state)));
        }
    }
    Ok(None)
}

/// The states that stand for their VIEW, where they are no behaviour.
fn representatives<S: StateSpace>(
    run: &Run<'_, S>,
    worker: &mut S::Worker<'_>,
    lasso: &Lasso,
) -> Result<Replayed, Failure> {
    let mut behaviour = Behaviour::default();
    for key in keys(run, lasso) {
        let origin = run.seen.origin(key).map_err(|e| run.disk_failure(&e))?;
        let length = origin.map_or(0, |origin| origin.level as usize);
        let way = to_kept(run, worker, key, length)?;
        let state = way.states.into_iter().last();
        behaviour.push(None, state.ok_or_else(|| Failure::internal("a state of a lasso was lost"))?);
    }
    Ok(Replayed { behaviour, back: lasso.back, last: None })
}

/// Judges a behaviour by the property and the fairness as they were written.
///
/// # Errors
/// It is no violation.
pub(super) fn judge<S: StateSpace>(
    space: &S,
    worker: &mut S::Worker<'_>,
    property: usize,
    replayed: &mut Replayed,
) -> Result<(), Failure> {
    let temporal = &space.properties().temporal;
    let Replayed { behaviour, back, .. } = replayed;
    fit_all(worker, &mut behaviour.states);
    let states = &behaviour.states;
    let mut truths = Vec::with_capacity(states.len());
    for (at, state) in states.iter().enumerate() {
        let next = states.get(at + 1).unwrap_or(&states[*back]);
        worker.at(Progress { level: at as u32, ..Progress::default() });
        let truth = |(number, atom): (usize, &crate::temporal::Atom)| {
            worker.atom(number, &state.words, atom.step.then_some(next.words.as_slice()))
        };
        truths.push(temporal.atoms.iter().enumerate().map(truth).collect::<Result<Vec<bool>, _>>()?);
    }
    let truth = |at: usize, atom: u32| truths[at][atom as usize];
    let word = Word { length: states.len(), back: *back, truth: &truth };
    if !temporal.fairness.iter().all(|f| f.holds(&word)) {
        return Err(Failure::internal("a counterexample is not fair"));
    }
    if temporal.properties[property].1.holds(&word) {
        return Err(Failure::internal("a counterexample does not violate the property"));
    }
    Ok(())
}
