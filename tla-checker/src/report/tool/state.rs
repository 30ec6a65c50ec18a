//! The states of a trace as TLC prints them, and how the trace goes on.

use super::ToolOptions;
use super::message::{Class, Code};
use crate::outcome::{Cycle, TraceState};
use crate::value::{Datum, Pretty};

/// The columns TLC stays within.
const WIDTH: usize = 80;

/// Messages, each with how it is meant.
pub(super) type Messages = Vec<(Code, Class, String)>;

/// The states, numbered, with what led to them.
pub(super) fn trace(states: &[TraceState], options: &ToolOptions<'_>, out: &mut Messages) {
    for (at, state) in states.iter().enumerate() {
        let how = match state.span {
            Some(span) => {
                action(&state.action, options.places.full(options.places.body(span), options.sources))
            }
            None => "<Initial predicate>".to_owned(),
        };
        let before = at.checked_sub(1).map(|before| &states[before]).filter(|_| options.difftrace);
        let text = format!("{}: {how}\n{}\n", at + 1, variables(state, before));
        out.push((Code::STATE_PRINT2, Class::State, text));
    }
}

/// How it goes on for ever.
pub(super) fn cycle(states: &[TraceState], cycle: &Cycle, options: &ToolOptions<'_>, out: &mut Messages) {
    if cycle.back + 1 == states.len() {
        out.push((Code::STATE_PRINT3, Class::State, format!("{}: Stuttering", states.len() + 1)));
        return;
    }
    let how = cycle.action.as_ref().map_or(String::new(), |(name, span)| {
        let place = options.places.full(options.places.body(*span), options.sources);
        format!(": {}", action(name, place))
    });
    out.push((Code::BACK_TO_STATE, Class::State, format!("{}: Back to state{how}\n", cycle.back + 1)));
}

/// `<Test line 9, col 12 to line 9, col 61 of module M>`. Readers want a plain name: no parameters, no `I!`.
fn action(name: &str, place: String) -> String {
    let name = name.split('(').next().unwrap_or(name);
    let name = name.rsplit('!').next().unwrap_or(name);
    format!("<{name} {place}>")
}

/// A conjunct a variable; only those that differ from the state before, if there is one to compare with.
pub(super) fn variables(state: &TraceState, before: Option<&TraceState>) -> String {
    if let [(name, value)] = state.state.as_slice() {
        return line("", name, value);
    }
    let same = |before: &TraceState, name: &str, value: &Datum| {
        before.state.iter().any(|(other, held)| other == name && held == value)
    };
    let shown = state.state.iter().filter(|(name, value)| !before.is_some_and(|b| same(b, name, value)));
    let lines: Vec<String> = shown.map(|(name, value)| line("/\\ ", name, value)).collect();
    lines.join("\n")
}

/// The value begins beside the name, which readers rely on.
fn line(bullet: &str, name: &str, value: &Datum) -> String {
    let start = format!("{bullet}{name} = ");
    let indent = start.chars().count();
    format!("{start}{}", Pretty::new(value, WIDTH.max(indent + 20), indent))
}
