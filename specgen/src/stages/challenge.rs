//! Whether the claims say anything: small errors are put into the spec, and somebody must notice.
//!
//! Enters: the state after the checks. Leaves: the same with what was found. Holds: nobody is asked; claims that are
//! violated are left out, since a spec that violates them has no mutants to speak of. A claim that notices nothing,
//! and one whose antecedent is never true, never counts as verified ([`super::report`]).

use super::state::{Challenge, State};
use super::{Ended, Setting, smoke};
use crate::draft::Draft;
use crate::refusal::{Reason, Refused};
use crate::workbench::coverage::Never;
use crate::workbench::mutate::{Fate, MutateInput, MutateOutput};
use crate::workbench::page::Page;
use crate::workbench::{Watch, failure};

/// How many states a mutant is searched for, and how many are tried.
const STATES: u64 = 20_000;
const MOST: u64 = 500;

/// Tries mutants of the spec.
///
/// # Errors
/// None so far: what cannot be tried is said in the result.
pub fn challenge(setting: &Setting, mut state: State) -> Result<State, Ended> {
    let violated: Vec<String> = state.open().map(|finding| finding.violated.clone()).collect();
    let mut draft = state.draft.clone();
    draft.invariants.retain(|claim| !violated.contains(&claim.name));
    draft.properties.retain(|claim| !violated.contains(&claim.name));
    let mut found = Challenge::default();
    match mutants(setting, &draft) {
        Ok(output) => {
            found.tried = output.mutants.len() as u64;
            found.killed = output.killed;
            found.survived = output.survived;
            found.undecided = output.undecided;
            for judge in output.properties {
                found.kills.insert(judge.name, judge.kills);
            }
            let survivors = output.mutants.iter().filter(|m| m.fate == Fate::Survived && !m.same_states);
            found.survivors = survivors.map(|m| format!("{}: {}", m.definition, m.description)).collect();
            for finding in output.findings {
                if finding.kind == Never::AntecedentNeverTrue && state.draft.claim(&finding.name).is_some() {
                    found.vacuous.push(finding.name.clone());
                }
                found.never.push(finding.message);
            }
            found.vacuous.sort();
            found.vacuous.dedup();
        }
        Err(failure) => found.failed = Some(failure.message),
    }
    state.challenge = Some(found);
    Ok(state)
}

fn mutants(setting: &Setting, draft: &Draft) -> Result<MutateOutput, failure::Failure> {
    let check = smoke::input(draft, STATES);
    let input = MutateInput {
        spec: check.spec,
        model: check.model,
        limits: check.limits,
        page: Page { cursor: None, limit: Some(MOST) },
        ..MutateInput::default()
    };
    setting.bench.mutate(&input, &Watch::silent())
}

/// The kill test of a claim that was changed: some mutant of the spec violates it.
///
/// # Errors
/// None does, or nothing can be tried.
pub fn notices_something(setting: &Setting, draft: &Draft, claim: &str) -> Result<(), Refused> {
    let mut alone = draft.clone();
    alone.invariants.retain(|other| other.name == claim);
    alone.properties.retain(|other| other.name == claim);
    if alone.invariants.is_empty() && alone.properties.is_empty() {
        // A change of the model, or of the type invariant: what it leaves is checked as a whole.
        return Ok(());
    }
    let output = mutants(setting, &alone).map_err(|failure| {
        Refused::new(Reason::KillsNothing, format!("{claim} cannot be tried: {}", failure.message), "")
    })?;
    match output.properties.iter().any(|judge| judge.name == claim && judge.kills > 0) {
        true => Ok(()),
        false => Err(Refused::new(
            Reason::KillsNothing,
            format!(
                "of {} small errors in the spec, {claim} as it would be notices none",
                output.mutants.len()
            ),
            "say something that can be violated",
        )),
    }
}
