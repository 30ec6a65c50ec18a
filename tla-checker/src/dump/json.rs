//! The graph as one JSON object: a state a line, with its steps.
//!
//! `{"version": 1, "variables": […], "actions": [{"name", "arguments"}, …], "states": [{"id", "level",
//! "initial", "state", "steps": [{"to", "action"}, …]}, …]}`. An id is a text, since JSON's numbers are
//! not exact that far; an action is its place in `actions`; values are as in reports.

use super::{Form, Names, State, Step};
use crate::value::Datum;
use serde::{Serialize, Serializer};
use std::io::{self, Write};

/// The version of this shape.
const VERSION: u32 = 1;

#[derive(Default)]
pub(super) struct Graph {
    written: bool,
}

#[derive(Serialize)]
struct Action<'a> {
    name: &'a str,
    arguments: &'a [String],
}

#[derive(Serialize)]
struct Entry<'a> {
    id: String,
    level: u32,
    initial: bool,
    state: Values<'a>,
    steps: Vec<Target>,
}

#[derive(Serialize)]
struct Target {
    to: String,
    action: u32,
}

struct Values<'a>(&'a [String], &'a [Datum]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().zip(self.1))
    }
}

fn put(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

impl Form for Graph {
    fn begin(&mut self, out: &mut dyn Write, names: &Names<'_>) -> io::Result<()> {
        let instances = names.instances.iter();
        let actions: Vec<Action<'_>> =
            instances.map(|i| Action { name: &i.name, arguments: &i.arguments }).collect();
        write!(out, "{{\"version\":{VERSION},\"variables\":")?;
        put(out, &names.variables)?;
        write!(out, ",\"actions\":")?;
        put(out, &actions)?;
        write!(out, ",\"states\":[")
    }

    fn state(
        &mut self,
        out: &mut dyn Write,
        names: &Names<'_>,
        state: &State<'_>,
        steps: &[Step],
    ) -> io::Result<()> {
        writeln!(out, "{}", if std::mem::replace(&mut self.written, true) { "," } else { "" })?;
        let target = |step: &Step| Target { to: step.to.to_string(), action: step.instance };
        let entry = Entry {
            id: state.id.to_string(),
            level: state.level,
            initial: state.is_initial(),
            state: Values(names.variables, state.values),
            steps: steps.iter().map(target).collect(),
        };
        put(out, &entry)
    }

    fn end(&mut self, out: &mut dyn Write, _: &Names<'_>) -> io::Result<()> {
        writeln!(out, "\n]}}")
    }
}
