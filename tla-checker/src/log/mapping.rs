//! How the names of a log are related to those of a spec.
//!
//! Enters: a JSON object. Leaves: a [`Mapping`]. Holds: what is not named keeps its name; an unknown field
//! of the mapping itself is an error.

use serde::Deserialize;
use std::collections::BTreeMap;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;

/// How the names of a log are related to those of a spec.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mapping {
    /// The field that names the action: `action` or `event`.
    pub action: Names,
    /// The field of its arguments: an array, or an object by the names of the parameters.
    pub args: Names,
    /// The field of values after the step: `state` or `after`.
    pub state: Names,
    /// The field of values before the step.
    pub before: Names,
    /// Fields of events that say nothing about the spec: times, identities of threads.
    pub ignore: Vec<String>,
    /// What the log calls an action, and what the spec does; `null` for events that are left out.
    pub actions: BTreeMap<String, Option<String>>,
    /// What the log calls a variable, and what the spec does. Such a name may also stand in the event
    /// itself, for the value after the step.
    pub variables: BTreeMap<String, String>,
}

/// A field's name, or several that it may have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Names {
    /// One.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Names {
    /// The names.
    pub fn all(&self) -> &[String] {
        match self {
            Names::One(name) => std::slice::from_ref(name),
            Names::Any(names) => names,
        }
    }
}

impl Default for Mapping {
    fn default() -> Self {
        let names = |all: &[&str]| Names::Any(all.iter().map(|name| (*name).to_owned()).collect());
        Mapping {
            action: names(&["action", "event"]),
            args: names(&["args"]),
            state: names(&["state", "after"]),
            before: names(&["before"]),
            ignore: Vec::new(),
            actions: BTreeMap::new(),
            variables: BTreeMap::new(),
        }
    }
}

impl Mapping {
    /// Reads a mapping; `name` is what to call the text.
    ///
    /// # Errors
    /// It is no mapping.
    pub fn parse(name: &str, text: &str) -> Result<Mapping, Box<Diagnostic>> {
        // An object, or nothing: serde would take an array for one too.
        let object: serde_json::Result<serde_json::Map<String, serde_json::Value>> =
            serde_json::from_str(text);
        object.and_then(|object| serde_json::from_value(object.into())).map_err(|error| {
            let message = format!("{name} is no mapping: {error}");
            Box::new(Diagnostic::error(code::LOG_SYNTAX, message).help(
                "a mapping is an object with any of `action`, `args`, `state`, `before`, `ignore`, `actions` \
                 and `variables`",
            ))
        })
    }

    /// Every field that means something in an event.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let own = [&self.action, &self.args, &self.state, &self.before];
        let own = own.into_iter().flat_map(|names| names.all());
        own.chain(self.variables.keys()).chain(&self.ignore).map(String::as_str)
    }
}
