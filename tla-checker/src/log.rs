//! Logs of real systems: what happened, to be compared with the behaviours that a spec admits.
//!
//! Enters: lines of JSON, one event each, and a [`Mapping`] of their names. Leaves: a [`Log`], whose events
//! are compared with steps by [`matching`]. Holds: nothing is guessed. An event says which action was taken,
//! with which arguments, and which values some variables had after the step (or before it); whatever it does
//! not say is not compared. How a JSON value is to be understood follows from the TLA+ value that it is
//! compared with. A name that the spec does not have is an error, and so is a field that means nothing.
//!
//! The practice is that of Cirstea, Kuppe, Loillier, Merz: *Validating Traces of Distributed Programs
//! Against TLA+ Specifications* (SEFM 2024).

mod event;
mod mapping;
pub mod matching;
mod names;
pub mod trace;

pub use event::{Arguments, Event};
pub use mapping::Mapping;
pub use names::{Called, Known, Resolved, ResolvedEvent, Step};

use serde_json::{Map, Value as Json};
use std::sync::Arc;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{FileId, SourceMap, Span};

/// The action that stands for the initial state, as in traces.
pub const INIT: &str = "Init";

/// How many errors are told.
const MOST_ERRORS: usize = 20;

/// What happened, in order.
#[derive(Clone, Debug)]
pub struct Log {
    /// The text, in the sources that it was read into.
    pub file: FileId,
    /// The events.
    pub events: Vec<Event>,
}

impl Log {
    /// Reads a log: an event a line, empty lines apart. The text is added to the sources, so that
    /// diagnostics can show it.
    ///
    /// # Errors
    /// A line is no event, or there is none at all.
    pub fn parse(
        name: &str,
        text: &str,
        mapping: &Mapping,
        sources: &mut SourceMap,
    ) -> Result<Log, Vec<Diagnostic>> {
        let file = sources.add(name, Arc::<str>::from(text));
        let (mut events, mut errors) = (Vec::new(), Vec::new());
        let (mut start, mut ignored) = (0, 0);
        for (at, line) in text.split('\n').enumerate() {
            let span = Span::new(file, start, start + line.trim_end().len());
            start += line.len() + 1;
            if line.trim().is_empty() {
                continue;
            }
            match event::parse(line.trim_end(), at as u32 + 1, span, mapping) {
                Ok(Some(event)) => events.push(event),
                Ok(None) => ignored += 1,
                Err(error) => errors.push(*error),
            }
            if errors.len() >= MOST_ERRORS {
                break;
            }
        }
        if errors.is_empty() && events.is_empty() {
            let mut empty = Diagnostic::error(code::LOG_EMPTY, format!("there is no event in {name}"));
            if ignored > 0 {
                empty = empty.note(format!("the mapping leaves out all of its {ignored} lines"));
            }
            errors.push(empty.help("a log without events says nothing: look at what wrote it"));
        }
        if errors.is_empty() { Ok(Log { file, events }) } else { Err(errors) }
    }

    /// The states of a trace as events, each a line of a text that is added to the sources.
    pub fn of_states(name: &str, states: &[Vec<(String, Json)>], sources: &mut SourceMap) -> Log {
        let (mut text, mut ends) = (String::new(), Vec::new());
        for state in states {
            let fields: Map<String, Json> = state.iter().cloned().collect();
            text += &Json::Object(fields).to_string();
            ends.push(text.len());
            text.push('\n');
        }
        let file = sources.add(name, Arc::<str>::from(text));
        let mut start = 0;
        let event = |((line, end), state): ((u32, usize), &Vec<(String, Json)>)| {
            let span = Span::new(file, start, end);
            start = end + 1;
            let (action, arguments, before) = (None, Arguments::None, Vec::new());
            Event { line, span, action, arguments, before, after: state.clone() }
        };
        Log { file, events: (1..).zip(ends).zip(states).map(event).collect() }
    }

    /// Looks up the names of the log, and finds out which instances each event may be a step of.
    ///
    /// # Errors
    /// The log has a name that the space does not have, or asks for what cannot be known.
    pub fn resolve(&self, known: &Known, sources: &SourceMap) -> Result<Resolved, Vec<Diagnostic>> {
        names::resolve(self, known, sources)
    }
}
