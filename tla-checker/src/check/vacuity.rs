//! What never happened in a search that came to its end.
//!
//! Enters: a model and the outcome of its search. Leaves: warnings: actions that were never taken, variables that
//! never change. Holds: they say so of all states, so nothing is said where the search was bounded, stopped at a
//! violation, or went on with a checkpoint; what a constraint cuts off has happened. Nothing is counted for it
//! that a search does not count anyway. With coverage more is known, and said there.

use super::Prepared;
use crate::coverage::chart::{Action, actions};
use crate::outcome::{Method, Outcome, Verdict};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// Warnings about what never happened.
pub(super) fn warnings(prepared: &Prepared, outcome: &Outcome) -> Vec<Diagnostic> {
    let exhaustive = matches!(outcome.method, Method::BreadthFirst | Method::DepthFirst | Method::Deepening);
    if outcome.verdict != Verdict::Success || !exhaustive || outcome.distinct_states == 0 {
        return Vec::new();
    }
    never_taken(prepared, outcome).into_iter().chain(never_changed(prepared, outcome)).collect()
}

fn never_taken(prepared: &Prepared, outcome: &Outcome) -> Option<Diagnostic> {
    let ir = &prepared.ir;
    // Under a VIEW, or a symmetry that the model may not have, states are left out in which they might be.
    if prepared.has_view() || prepared.has_symmetry() {
        return None;
    }
    let (actions, which) = actions(ir, &prepared.roles);
    let mut generated = vec![0; actions.len()];
    for ((_, count, _), &action) in outcome.actions.iter().zip(&which) {
        generated[action] += count;
    }
    let name = |action: &Action| match action.disjunct {
        None => format!("`{}`", ir.op(action.op).name),
        Some(_) => format!("a disjunct of `{}`", ir.op(action.op).name),
    };
    let span = |action: &Action| action.disjunct.unwrap_or(ir.op(action.op).span);
    let dead: Vec<&Action> = actions.iter().zip(generated).filter(|(_, n)| *n == 0).map(|(a, _)| a).collect();
    let (first, rest) = dead.split_first()?;
    let message = match rest {
        [] => format!("an action is never taken: {}", name(first)),
        _ => {
            let names: Vec<String> = dead.iter().map(|action| name(action)).collect();
            format!("{} actions are never taken: {}", dead.len(), names.join(", "))
        }
    };
    let mut warning = Diagnostic::warning(code::ACTION_NEVER_TAKEN, message);
    warning = warning.at(span(first), "has no step in any state that can be reached");
    for action in rest {
        warning = warning.also(span(action), "nor has this");
    }
    Some(warning.help("`--coverage` shows which of its conjuncts are never true"))
}

fn never_changed(prepared: &Prepared, outcome: &Outcome) -> Option<Diagnostic> {
    let ir = &prepared.ir;
    // Where nothing changes at all, the states are not what is being checked.
    if outcome.distinct_states < 2 || outcome.unchanged.len() == ir.variables.len() {
        return None;
    }
    let (&first, rest) = outcome.unchanged.split_first()?;
    let names: Vec<String> = outcome.unchanged.iter().map(|&v| format!("`{}`", ir.variables[v])).collect();
    let message = match rest {
        [] => format!("a variable never changes: {}", names[0]),
        _ => format!("{} variables never change: {}", names.len(), names.join(", ")),
    };
    let mut warning = Diagnostic::warning(code::VARIABLE_NEVER_CHANGES, message);
    warning = warning.at(prepared.variables[first], "has one value in all states");
    for &variable in rest {
        warning = warning.also(prepared.variables[variable], "so has this");
    }
    Some(warning)
}
