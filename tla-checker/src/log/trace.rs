//! A trace in a file, to be replayed on a spec (`--load-trace`).
//!
//! Enters: JSON: an error trace as [`crate::report::error_trace`] writes it, the report of a run, or what TLC
//! writes (`-dumpTrace json`: its `CounterExample`). Leaves: the states, to be compared with those of a spec as
//! the events of a log are. Holds: our own values keep their kinds and mean just what they say. TLC's do not: a
//! set and a sequence look alike there, so what a state holds decides what is meant.

use serde_json::{Map, Value as Json};

/// A trace that was read: what is known of its states.
#[derive(Clone, Debug, PartialEq)]
pub struct Loaded {
    /// The variables of each state.
    pub states: Vec<Vec<(String, Json)>>,
    /// Values are as the reports write them, and mean just that.
    pub exact: bool,
    /// The place of the state that comes after the last.
    pub back: Option<usize>,
}

/// Reads a trace: an error trace of ours, the report of a run, or what TLC writes.
///
/// # Errors
/// It is none of them, or has no states.
pub fn load(text: &str) -> Result<Loaded, String> {
    let json: Json = serde_json::from_str(text).map_err(|e| format!("it is not JSON: {e}"))?;
    let json = json.get("counterexample").unwrap_or(&json);
    let loaded = match (json.get("trace"), json.get("state")) {
        (Some(trace), _) => own(trace, json.get("cycle"))?,
        (None, Some(Json::Array(states))) => counterexample(states, json.get("action"))?,
        _ => return Err("it has neither `trace`, as tlacheck writes it, nor `state`, as TLC does".to_owned()),
    };
    match loaded.states.len() {
        0 => Err("there are no states in it".to_owned()),
        _ => Ok(loaded),
    }
}

fn own(trace: &Json, cycle: Option<&Json>) -> Result<Loaded, String> {
    let states = trace.as_array().ok_or("`trace` is an array of states")?;
    let state = |(at, state): (usize, &Json)| match state.get("state") {
        Some(Json::Object(fields)) => Ok(pairs(fields)),
        _ => Err(format!("state {} has no `state`, an object from variables to values", at + 1)),
    };
    let states = states.iter().enumerate().map(state).collect::<Result<Vec<_>, _>>()?;
    let back = cycle.and_then(|c| c.get("back_to")).and_then(Json::as_u64);
    let back = back.and_then(|n| usize::try_from(n).ok()).and_then(|n| n.checked_sub(1));
    if back.is_some_and(|back| back >= states.len()) {
        return Err("`cycle` goes back to a state that is not there".to_owned());
    }
    Ok(Loaded { states, exact: true, back })
}

/// Of TLC: `[[1, {…}], [2, {…}]]`, and steps as `[[1, {…}], {"name": …}, [2, {…}]]`.
fn counterexample(states: &[Json], actions: Option<&Json>) -> Result<Loaded, String> {
    let mut numbered = Vec::new();
    for pair in states {
        match (pair.get(0).and_then(Json::as_u64), pair.get(1)) {
            (Some(number), Some(Json::Object(fields))) => numbered.push((number, pairs(fields))),
            _ => return Err("`state` has pairs of a number and a state, as TLC writes them".to_owned()),
        }
    }
    numbered.sort_by_key(|(number, _)| *number);
    if (1..).zip(&numbered).any(|(at, (number, _))| at != *number) {
        return Err("the states are not numbered from 1 on".to_owned());
    }
    let number = |step: &Json, end: usize| step.get(end)?.get(0)?.as_u64();
    let steps = actions.and_then(Json::as_array).into_iter().flatten();
    let last = numbered.len() as u64;
    let back = steps
        .filter(|step| number(step, 0) == Some(last))
        .find_map(|step| number(step, 2).filter(|to| (1..=last).contains(to)));
    let states = numbered.into_iter().map(|(_, state)| state).collect();
    Ok(Loaded { states, exact: false, back: back.map(|n| n as usize - 1) })
}

fn pairs(fields: &Map<String, Json>) -> Vec<(String, Json)> {
    fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}
