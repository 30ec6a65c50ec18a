//! The checks of a run: in-process, bounded by states and not by the clock, so that they come out the same each time.

use super::Setting;
use super::state::{Check, Stage, Step, Violation};
use crate::draft::{Draft, hash_of};
use crate::refusal::{Reason, Refused};
use crate::workbench::check::{CheckInput, CheckOutput, Verdict};
use crate::workbench::model::ModelInput;
use crate::workbench::source::SpecInput;
use crate::workbench::violation::Violated;
use crate::workbench::{Limits, Told, Watch, failure};
use std::collections::BTreeMap;

/// How many states a draft is tried on, and a check goes through before it goes to the end.
const TRIED: u64 = 3_000;
const BOUNDED: u64 = 20_000;
/// Ends a check that goes on for ever; states are what bounds it otherwise.
const SECONDS: f64 = 3_600.0;

/// What tells one spec and model from another.
pub fn identity(draft: &Draft) -> String {
    let written = draft.written();
    hash_of([&written.module, &written.config])
}

/// The input of a check of a draft.
pub fn input(draft: &Draft, states: u64) -> CheckInput {
    let written = draft.written();
    CheckInput {
        spec: SpecInput::of_text(written.module),
        model: ModelInput { config: Some(written.config), ..ModelInput::default() },
        limits: Limits {
            states: Some(states),
            seconds: Some(SECONDS),
            workers: Some(1),
            ..Limits::default()
        },
        ..CheckInput::default()
    }
}

/// Tries a draft: it resolves, it can be evaluated, its type invariant holds as far as that goes.
///
/// # Errors
/// It does not.
pub fn smoke(setting: &Setting, draft: &Draft) -> Result<CheckOutput, Refused> {
    // Claims are judged later; whether the draft makes sense is what is asked.
    let plain = Draft { invariants: Vec::new(), properties: Vec::new(), deadlock: false, ..draft.clone() };
    // All of it must resolve all the same.
    if !draft.invariants.is_empty() || !draft.properties.is_empty() {
        run(setting, draft, 1)?;
    }
    let output = run(setting, &plain, TRIED)?;
    match output.outcome {
        Verdict::Success | Verdict::Bounded => Ok(output),
        _ => Err(Refused::new(Reason::DoesNotCheck, output.text(), "mend it and hand it in again")),
    }
}

/// Whether a draft without actions resolves.
///
/// # Errors
/// It does not.
pub fn resolves(setting: &Setting, draft: &Draft) -> Result<(), Refused> {
    let spec = SpecInput::of_text(draft.written().module);
    setting.bench.load(&spec).map(|_| ()).map_err(|failure| wrong(draft, &failure))
}

fn run(setting: &Setting, draft: &Draft, states: u64) -> Result<CheckOutput, Refused> {
    let output = setting.bench.check(&input(draft, states), &Watch::silent());
    output.map_err(|failure| wrong(draft, &failure))
}

/// A failure of the checker's, with the part that it is in.
fn wrong(draft: &Draft, failure: &failure::Failure) -> Refused {
    let written = draft.written();
    let mut message = failure.text().trim_end().to_owned();
    for place in failure.diagnostics.iter().filter_map(|d| d.place.as_ref()) {
        if let Some((part, line)) = written.part(place.line).filter(|_| place.file.ends_with(".tla")) {
            message += &format!("\nline {} of the module is line {line} of {part}", place.line);
        }
    }
    Refused::new(Reason::DoesNotCheck, message, "mend it and hand it in again")
}

/// Checks a draft, bounded first and then to the end; all claims that are violated are told.
///
/// # Errors
/// It does not resolve, or its model means nothing.
pub fn check(
    setting: &Setting,
    draft: &Draft,
    stage: Stage,
    number: usize,
) -> Result<(Check, String), Refused> {
    let mut output = None;
    for states in [BOUNDED.min(setting.states), setting.states] {
        let mut input = input(draft, states);
        input.keep_going = true;
        let result =
            setting.bench.check(&input, &Watch::silent()).map_err(|failure| wrong(draft, &failure))?;
        let decided = result.outcome != Verdict::Bounded || states == setting.states;
        output = Some(result);
        if decided {
            break;
        }
    }
    let output = output.expect("checked at least once");
    let mut violated: Vec<Violation> = Vec::new();
    for one in output.violation.iter().chain(&output.further_violations) {
        let violation = Violation { name: name(one), drawn: one.drawn.clone(), trace: Vec::new() };
        if !violated.iter().any(|other| other.name == violation.name) {
            violated.push(violation);
        }
    }
    if let (Some(first), Some(trace)) = (violated.first_mut(), &output.trace) {
        first.trace = trace
            .states
            .iter()
            .map(|state| Step {
                action: state.action.clone(),
                changed: state
                    .changed
                    .iter()
                    .filter_map(|name| Some((name.clone(), state.values.get(name)?.clone())))
                    .collect(),
            })
            .collect();
    }
    let mut actions: BTreeMap<String, u64> = BTreeMap::new();
    for taken in &output.actions {
        let name = taken.action.split('(').next().unwrap_or(&taken.action).to_owned();
        *actions.entry(name).or_default() += taken.generated;
    }
    let text = output.text();
    let check = Check {
        number,
        stage,
        spec: identity(draft),
        summary: output.summary.clone(),
        complete: output.complete,
        states: output.distinct_states,
        depth: output.depth,
        actions,
        violated,
    };
    Ok((check, text))
}

fn name(violated: &Violated) -> String {
    violated.name.clone().unwrap_or_else(|| match violated.kind {
        Verdict::Deadlock => "deadlock".into(),
        _ => "evaluation".into(),
    })
}

/// The actions of a draft that no step was taken with.
pub fn never_taken(draft: &Draft, output: &CheckOutput) -> Vec<String> {
    let taken = |name: &str| {
        let of = |action: &str| action.split('(').next() == Some(name);
        output.actions.iter().any(|a| of(&a.action) && a.generated > 0)
    };
    draft.actions.iter().filter(|a| !taken(&a.name)).map(|a| a.name.clone()).collect()
}

/// That some action has a step.
///
/// # Errors
/// None has.
pub fn has_steps(draft: &Draft, output: &CheckOutput) -> Result<(), Refused> {
    if never_taken(draft, output).len() < draft.actions.len() {
        return Ok(());
    }
    let message = "no action has a step from the initial states: Next is empty";
    Err(Refused::new(Reason::EmptyNext, message, "look at Init and at the guards"))
}
