//! What a POSTCONDITION may ask of a violation that was found (`CounterExample` of TLCExt).
//!
//! Enters: what a search found. Leaves: `[state |-> ..., action |-> ...]`: the states of the first violation's
//! trace as pairs of a position and a record, the steps as triples of such a pair, `[name |-> ...]`, and the pair
//! it leads to. Holds: both sets are empty where nothing was found, as TLC has it; where a trace goes on for ever, the
//! last step leads back into it.

use crate::outcome::{TraceState, Violation};
use crate::value::Datum;

/// The counterexample as a value.
pub(super) fn counterexample(violations: &[Violation]) -> Datum {
    let first = violations.first();
    let trace: &[TraceState] = first.map_or(&[], |violation| &violation.trace);
    let state = |at: usize| {
        let record = Datum::record(trace[at].values().to_vec());
        Datum::Tuple(vec![Datum::Int(at as i64 + 1), record])
    };
    let step = |from: usize, action: &str, to: usize| {
        let action = Datum::record(vec![("name".to_owned(), Datum::Str(action.to_owned()))]);
        Datum::Tuple(vec![state(from), action, state(to)])
    };
    let mut steps: Vec<Datum> =
        (1..trace.len()).map(|to| step(to - 1, name(&trace[to].action), to)).collect();
    if let Some(cycle) = first.and_then(|violation| violation.cycle.as_ref())
        && !trace.is_empty()
    {
        let action = cycle.action.as_ref().map_or("", |(action, _)| name(action));
        steps.push(step(trace.len() - 1, action, cycle.back));
    }
    Datum::record(vec![
        ("action".to_owned(), Datum::Set(steps)),
        ("state".to_owned(), Datum::Set((0..trace.len()).map(state).collect())),
    ])
}

/// The name of an action without its arguments.
fn name(action: &str) -> &str {
    action.split_once('(').map_or(action, |(name, _)| name)
}
