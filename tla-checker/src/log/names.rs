//! The names of a log, looked up in a space.
//!
//! Enters: a [`Log`] and the space it is to be compared with. Leaves: for each event the instances it may be
//! a step of, and its variables by number. Holds: an unknown name is an error with what was perhaps meant;
//! an argument that no instance has is none: the spec does not admit such an event.

use super::event::{Arguments, Event, nearest};
use super::{INIT, Log, MOST_ERRORS, matching};
use crate::space::{ActionInstance, Definition, StateSpace};
use rustc_hash::FxHashMap;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::sync::Arc;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{SourceMap, Span};

/// The names that a log may use.
#[derive(Clone, Debug)]
pub struct Known {
    /// The variables, in order.
    pub variables: Vec<String>,
    /// Of each action instance, what it is called.
    pub instances: Vec<Called>,
}

/// What an action instance is called.
#[derive(Clone, Debug, Default)]
pub struct Called {
    /// The definitions that it lies in.
    pub around: Vec<Definition>,
    /// The definitions in it, of which a step may be one or another: names, and the numbers by which
    /// [`derived`](crate::space::SpaceWorker::derived) calls them.
    pub inside: Vec<(String, u32)>,
}

impl Known {
    /// Those of a space: its instances by their names, without parameters.
    pub fn of<S: StateSpace>(space: &S) -> Self {
        let definition = |i: &ActionInstance| Called {
            around: vec![Definition { name: i.name.clone(), parameters: Vec::new() }],
            inside: Vec::new(),
        };
        Known {
            variables: space.variables().to_vec(),
            instances: space.instances().iter().map(definition).collect(),
        }
    }
}

/// A log, its names looked up.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The events, at least one.
    pub events: Vec<ResolvedEvent>,
}

/// An action instance that an event may be a step of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The instance.
    pub instance: usize,
    /// Only steps that are found through one of these definitions; all steps if that is not said.
    pub through: Option<Vec<u32>>,
}

/// An event, its names looked up.
#[derive(Clone, Debug)]
pub struct ResolvedEvent {
    /// The line it stands in.
    pub line: u32,
    /// Its place.
    pub span: Span,
    /// The line.
    pub text: String,
    /// The action that it names, with its arguments.
    pub action: Option<String>,
    /// Whether it is about the initial state.
    pub initial: bool,
    /// The instances it may be a step of.
    pub steps: Arc<[Step]>,
    /// Values before the step, by variable.
    pub before: Vec<(usize, Json)>,
    /// Values after it.
    pub after: Vec<(usize, Json)>,
}

pub(super) fn resolve(log: &Log, space: &Known, sources: &SourceMap) -> Result<Resolved, Vec<Diagnostic>> {
    let mut errors: Vec<Diagnostic> = Vec::new();
    let mut known: FxHashMap<String, Result<Arc<[Step]>, Box<Diagnostic>>> = FxHashMap::default();
    let mut resolved = Vec::with_capacity(log.events.len());
    for (at, event) in log.events.iter().enumerate() {
        let initial = event.action.as_deref() == Some(INIT) && !has_action(space, INIT);
        let mut add = |error: Diagnostic| {
            // A wrong name is told once.
            if errors.iter().all(|other| other.message != error.message) {
                errors.push(error.at(event.span, ""));
            }
        };
        if initial && (at > 0 || !event.before.is_empty() || event.arguments != Arguments::None) {
            add(Diagnostic::error(
                code::LOG_NAME,
                format!("`{INIT}` is the initial state: only the first event can be that, without `before`"),
            ));
        }
        let question = format!("{:?} {:?}", event.action, event.arguments);
        let steps = match known.entry(question).or_insert_with(|| steps(space, event)) {
            _ if initial => Arc::from([]),
            Ok(steps) => steps.clone(),
            Err(error) => {
                add((**error).clone());
                Arc::from([])
            }
        };
        let mut variables = |values: &[(String, Json)]| {
            let mut found = Vec::with_capacity(values.len());
            for (name, value) in values {
                match space.variables.iter().position(|variable| variable == name) {
                    Some(variable) => found.push((variable, value.clone())),
                    None => add(unknown(
                        &format!("the spec has no variable `{name}`"),
                        name,
                        space.variables.iter().map(String::as_str),
                    )),
                }
            }
            found
        };
        let (before, after) = (variables(&event.before), variables(&event.after));
        resolved.push(ResolvedEvent {
            line: event.line,
            span: event.span,
            text: sources.text(event.span).to_owned(),
            action: event.action.as_ref().map(|name| name.clone() + &event.arguments.to_string()),
            initial,
            steps,
            before,
            after,
        });
        if errors.len() >= MOST_ERRORS {
            break;
        }
    }
    if errors.is_empty() { Ok(Resolved { events: resolved }) } else { Err(errors) }
}

fn unknown<'n>(headline: &str, name: &str, known: impl Iterator<Item = &'n str>) -> Diagnostic {
    let known: Vec<&str> = known.collect();
    let mut error = Diagnostic::error(code::LOG_NAME, headline);
    if let Some(near) = nearest(name, known.iter().copied()) {
        error = error.help(format!("did you mean `{near}`?"));
    } else if (1..=20).contains(&known.len()) {
        error = error.note(format!("it has {}", known.join(", ")));
    }
    error
}

fn has_action(space: &Known, name: &str) -> bool {
    let called = |called: &Called| {
        called.around.iter().any(|definition| definition.name == name)
            || called.inside.iter().any(|(inside, _)| inside == name)
    };
    space.instances.iter().any(called)
}

/// What an event may be a step of.
fn steps(space: &Known, event: &Event) -> Result<Arc<[Step]>, Box<Diagnostic>> {
    let all = || (0..space.instances.len()).map(|instance| Step { instance, through: None });
    let Some(name) = &event.action else { return Ok(all().collect()) };
    let (mut found, mut names) = (Vec::new(), BTreeSet::new());
    for (instance, Called { around, inside }) in space.instances.iter().enumerate() {
        names.extend(around.iter().map(|definition| definition.name.as_str()));
        names.extend(inside.iter().map(|(name, _)| name.as_str()));
        let mut through = None;
        for definition in around.iter().filter(|definition| definition.name == *name) {
            if has_arguments(definition, &event.arguments)? {
                through = Some(None);
            }
        }
        let numbers: Vec<u32> =
            inside.iter().filter(|(inside, _)| inside == name).map(|&(_, number)| number).collect();
        if through.is_none() && !numbers.is_empty() {
            if event.arguments != Arguments::None {
                return Err(Box::new(unknown_before(&format!("the arguments of `{name}`"))));
            }
            through = Some(Some(numbers));
        }
        found.extend(through.map(|through| Step { instance, through }));
    }
    if names.contains(name.as_str()) || name == INIT {
        return Ok(found.into());
    }
    Err(Box::new(unknown(&format!("the spec has no action `{name}`"), name, names.into_iter())))
}

fn unknown_before(what: &str) -> Diagnostic {
    Diagnostic::error(code::LOG_NAME, format!("{what} cannot be compared"))
        .note("arguments are compared where constant sets give them; these are decided inside a step")
        .help("leave them out (other arguments can be named in an object), and log the values they decide")
}

/// Whether a definition is reached with these arguments.
fn has_arguments(definition: &Definition, arguments: &Arguments) -> Result<bool, Box<Diagnostic>> {
    let Definition { name, parameters } = definition;
    let mut all = true;
    let mut compare = |parameter: usize, json: &Json| -> Result<(), Box<Diagnostic>> {
        let Some(value) = &parameters[parameter].value else {
            let own = &parameters[parameter].name;
            return Err(Box::new(unknown_before(&format!("the argument `{own}` of `{name}`"))));
        };
        all &= matching::matches(json, value).is_ok();
        Ok(())
    };
    match arguments {
        Arguments::None => {}
        Arguments::Listed(items) if items.len() != parameters.len() => {
            let (given, taken) = (items.len(), parameters.len());
            let plural = if taken == 1 { "" } else { "s" };
            let message = format!("`{name}` takes {taken} argument{plural}, and an event gives {given}");
            return Err(Box::new(Diagnostic::error(code::LOG_NAME, message)));
        }
        Arguments::Listed(items) => {
            items.iter().enumerate().try_for_each(|(at, json)| compare(at, json))?;
        }
        Arguments::Named(named) => {
            for (own, json) in named {
                let Some(at) = parameters.iter().position(|parameter| parameter.name == *own) else {
                    let known = parameters.iter().map(|parameter| parameter.name.as_str());
                    return Err(Box::new(unknown(&format!("`{name}` has no parameter `{own}`"), own, known)));
                };
                compare(at, json)?;
            }
        }
    }
    Ok(all)
}
