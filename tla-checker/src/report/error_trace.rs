//! An error trace in a file of its own (`-dumpTrace`).
//!
//! Enters: a violation. Leaves: JSON, a TLA+ module or DOT. Holds: what is written are the variables, whatever
//! ALIAS shows; in JSON values keep their kinds, so that [`crate::log::trace`] reads them back exactly.

use super::json::{Bindings, Fault, Lap, Place, State};
use crate::outcome::{TraceState, Violation};
use crate::value::Datum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt::Write;
use tla_parser::source::SourceMap;

/// The version of the JSON form.
pub const VERSION: u32 = 1;

/// How a trace is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object: [`ErrorTrace`].
    Json,
    /// A TLA+ module that defines the sequence of states.
    Tla,
    /// Graphviz.
    Dot,
}

/// The names of the formats.
pub const FORMATS: [&str; 3] = ["json", "tla", "dot"];

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.to_ascii_lowercase().as_str() {
            "json" => Ok(Format::Json),
            "tla" => Ok(Format::Tla),
            "dot" => Ok(Format::Dot),
            "tlc" | "tlcplain" | "tlcaction" => Err(format!(
                "`{text}` is TLC's own serialisation of its values, which nothing else reads; take json"
            )),
            "tlctespec" => Err(format!("`{text}` is what -generateSpecTE writes")),
            _ => Err(format!("`{text}` is no format: {} are", FORMATS.join(", "))),
        }
    }
}

/// A trace as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorTrace {
    /// The version of this shape.
    pub version: u32,
    /// What the trace shows.
    pub violation: Fault,
    /// The states, with the variables.
    pub trace: Vec<State>,
    /// How the trace goes on for ever, where a temporal property is violated.
    pub cycle: Option<Lap>,
}

/// The text of a trace in a format; `name` is that of the file, without folders and ending.
pub fn error_trace(format: Format, name: &str, violation: &Violation, sources: &SourceMap) -> String {
    match format {
        Format::Json => json(violation, sources),
        Format::Tla => module(name, violation),
        Format::Dot => graph(violation),
    }
}

fn json(violation: &Violation, sources: &SourceMap) -> String {
    let state = |s: &TraceState| State {
        action: s.action.clone(),
        span: s.span.map(|span| Place::of(span, sources)),
        state: Bindings(s.values().to_vec()),
    };
    let trace = ErrorTrace {
        version: VERSION,
        violation: Fault::of_verdict(&violation.verdict, sources),
        trace: violation.trace.iter().map(state).collect(),
        cycle: Lap::of(violation, sources),
    };
    // Values with texts as keys can always be written.
    serde_json::to_string_pretty(&trace).unwrap_or_default() + "\n"
}

fn module(name: &str, violation: &Violation) -> String {
    let mut constants = BTreeSet::new();
    for (_, value) in violation.trace.iter().flat_map(TraceState::values) {
        model_values(value, &mut constants);
    }
    let mut text = format!("---- MODULE {name} ----\nEXTENDS Integers, TLC\n\n");
    if !constants.is_empty() {
        let names: Vec<&str> = constants.into_iter().collect();
        let _ = writeln!(text, "CONSTANTS {}\n", names.join(", "));
    }
    let mut states = Vec::new();
    for (at, state) in violation.trace.iter().enumerate() {
        let fields: Vec<String> = state.values().iter().map(|(name, v)| format!("{name} |-> {v}")).collect();
        states.push(format!("    \\* {}: {}\n    [{}]", at + 1, state.action, fields.join(",\n     ")));
    }
    let _ = writeln!(text, "Trace == <<\n{}\n>>", states.join(",\n"));
    if let Some(cycle) = &violation.cycle {
        let _ = writeln!(text, "\n\\* The state after the last one.\nBack == {}", cycle.back + 1);
    }
    text + "====\n"
}

fn model_values<'v>(value: &'v Datum, into: &mut BTreeSet<&'v str>) {
    match value {
        Datum::ModelValue(name) => drop(into.insert(name)),
        Datum::Set(all) | Datum::Tuple(all) => all.iter().for_each(|v| model_values(v, into)),
        Datum::Record(fields) => fields.iter().for_each(|(_, v)| model_values(v, into)),
        Datum::Function(pairs) => pairs.iter().for_each(|(k, v)| {
            model_values(k, into);
            model_values(v, into);
        }),
        Datum::Bool(_) | Datum::Int(_) | Datum::Big(_) | Datum::Str(_) => {}
    }
}

fn graph(violation: &Violation) -> String {
    let quoted = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let mut text = "digraph Trace {\n  node [shape=box];\n".to_owned();
    for (at, state) in violation.trace.iter().enumerate() {
        let lines: Vec<String> = state.values().iter().map(|(name, v)| format!("/\\ {name} = {v}")).collect();
        let style = if at == 0 { ", style=filled" } else { "" };
        let _ = writeln!(text, "  {} [label=\"{}\"{style}];", at + 1, quoted(&lines.join("\n")));
        if at > 0 {
            let _ = writeln!(text, "  {at} -> {} [label=\"{}\"];", at + 1, quoted(&state.action));
        }
    }
    if let Some(cycle) = &violation.cycle {
        let action = cycle.action.as_ref().map_or("stuttering", |(action, _)| action);
        let _ = writeln!(
            text,
            "  {} -> {} [label=\"{}\", style=dashed];",
            violation.trace.len(),
            cycle.back + 1,
            quoted(action)
        );
    }
    text + "}\n"
}
