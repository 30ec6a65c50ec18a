//! What several tools say: places, diagnostics, states, changes.
//!
//! Enters: the checker's data. Leaves: types that serialise, with a schema for each. Holds: values are TLA+ text,
//! cut at a length that is said; lines and columns count from 1, columns in characters, ends past the last.

use super::page::cut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tla_checker::outcome::{Cycle, TraceState};
use tla_checker::report::json;
use tla_checker::value::Datum;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::render::render;
use tla_parser::source::{SourceMap, Span};

/// A place in a text; lines and columns count from 1, the end is past the last character.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Place {
    /// The file's name.
    pub file: String,
    /// First line.
    pub line: u32,
    /// First column.
    pub column: u32,
    /// Last line.
    pub end_line: u32,
    /// The column after the last.
    pub end_column: u32,
}

impl Place {
    /// The place of a span.
    pub fn of(span: Span, sources: &SourceMap) -> Place {
        let json::Place { file, line, column, end_line, end_column } = json::Place::of(span, sources);
        Place { file, line, column, end_line, end_column }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// How bad a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The text cannot be used.
    Error,
    /// The text means something, but perhaps not what was wanted.
    Warning,
}

/// A diagnostic: what is wrong, where, why, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// The stable code, such as `E0201`; the resource `tla://codes` explains all of them.
    pub code: String,
    /// Error or warning.
    pub severity: Severity,
    /// The headline.
    pub message: String,
    /// Where it is, where it has a place.
    pub place: Option<Place>,
    /// Other places that matter, and what is there.
    pub related: Vec<Related>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// All of it drawn, with the lines it is about.
    pub drawn: String,
}

/// Another place of a diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Related {
    /// Where.
    pub place: Place,
    /// What is there.
    pub label: String,
}

impl Message {
    /// A diagnostic, its places looked up.
    pub fn of(diagnostic: &Diagnostic, sources: &SourceMap) -> Message {
        Message {
            code: diagnostic.code.to_string(),
            severity: if diagnostic.is_error() { Severity::Error } else { Severity::Warning },
            message: diagnostic.message.clone(),
            place: diagnostic.primary.as_ref().map(|label| Place::of(label.span, sources)),
            related: diagnostic
                .secondary
                .iter()
                .map(|label| Related { place: Place::of(label.span, sources), label: label.text.clone() })
                .collect(),
            notes: diagnostic.notes.clone(),
            help: diagnostic.help.clone(),
            drawn: render(diagnostic, sources, false),
        }
    }

    /// Several of them.
    pub fn all<'d>(
        diagnostics: impl IntoIterator<Item = &'d Diagnostic>,
        sources: &SourceMap,
    ) -> Vec<Message> {
        diagnostics.into_iter().map(|diagnostic| Message::of(diagnostic, sources)).collect()
    }
}

/// Messages as text, one below the other.
pub fn drawn(messages: &[Message]) -> String {
    messages.iter().map(|message| message.drawn.as_str()).collect::<Vec<_>>().join("\n\n")
}

/// A state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct State {
    /// Its number in the trace or the list, from 1.
    pub number: u64,
    /// The action that leads to it, with its parameters: `Init`, `Prepare(r1)`.
    pub action: String,
    /// Where that action is defined.
    pub place: Option<Place>,
    /// The variables whose values differ from the state before; all of the first state's.
    pub changed: Vec<String>,
    /// The variables (or the fields of ALIAS) and their values, as TLA+ text.
    pub values: BTreeMap<String, String>,
}

impl State {
    /// A state of a trace, and the one before it.
    pub fn of(number: usize, state: &TraceState, before: Option<&TraceState>, sources: &SourceMap) -> State {
        let before = before.map(|state| state.state.as_slice());
        State {
            number: number as u64,
            action: state.action.clone(),
            place: state.span.map(|span| Place::of(span, sources)),
            changed: changed(&state.state, before),
            values: values(&state.state),
        }
    }
}

/// The variables whose values differ.
pub(super) fn changed(state: &[(String, Datum)], before: Option<&[(String, Datum)]>) -> Vec<String> {
    let value_before = |name: &str| before?.iter().find(|(n, _)| n == name).map(|(_, value)| value);
    let differs = |(name, value): &&(String, Datum)| value_before(name) != Some(value);
    state.iter().filter(differs).map(|(name, _)| name.clone()).collect()
}

/// The values of a state as text, each cut at a length.
pub(super) fn values(state: &[(String, Datum)]) -> BTreeMap<String, String> {
    state.iter().map(|(name, value)| (name.clone(), cut(value.to_string()))).collect()
}

/// How a trace goes on after its last state, for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lap {
    /// The number of the state that comes after the last; the last's own where it stutters.
    pub back_to: u64,
    /// It ends with stuttering: nothing happens any more.
    pub stuttering: bool,
    /// The action that leads back, where it is known.
    pub action: Option<String>,
}

impl Lap {
    /// How a trace of so many states goes on.
    pub fn of(cycle: &Cycle, length: usize) -> Lap {
        Lap {
            back_to: cycle.back as u64 + 1,
            stuttering: cycle.back + 1 == length,
            action: cycle.action.as_ref().map(|(name, _)| name.clone()),
        }
    }
}

/// A state, for people.
pub(super) fn tell_state(text: &mut String, state: &State) {
    let place = state.place.as_ref().map(|place| format!("  ({place})")).unwrap_or_default();
    text.push_str(&format!("State {}: {}{place}\n", state.number, state.action));
    for (name, value) in &state.values {
        let mark = if state.number > 1 && state.changed.contains(name) { "  \\* changed" } else { "" };
        text.push_str(&format!("  /\\ {name} = {value}{mark}\n"));
    }
}
