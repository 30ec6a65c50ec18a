//! The tools, by name: what they take, what they give, and how they are called.
//!
//! Enters: arguments as JSON. Leaves: an [`Answer`]: text, and structured content that validates against the schema
//! that is published. Holds: schemas come from the types; an argument that a tool does not know is refused by name.

use super::{aliases, schema};
use crate::workbench::failure::{Failure, Kind};
use crate::workbench::{Told, Watch, Workbench};
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use std::sync::Arc;

/// What a call gives.
#[derive(Clone, Debug)]
pub struct Answer {
    /// For people and models.
    pub text: String,
    /// For programs.
    pub data: Value,
    /// Whether the tool failed: a violation is no failure.
    pub failed: bool,
}

impl Answer {
    /// Why there is no result.
    pub fn failure(failure: Failure) -> Answer {
        let text = failure.text();
        let data = serde_json::to_value(schema::Failed { error: failure }).unwrap_or_default();
        Answer { text, data, failed: true }
    }
}

type Call = dyn Fn(&Workbench, Map<String, Value>, &Watch<'_>) -> Answer + Send + Sync;

/// A tool.
pub struct Entry {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, and when to use it.
    pub description: String,
    /// What it takes.
    pub input: Arc<Map<String, Value>>,
    /// What it gives.
    pub output: Arc<Map<String, Value>>,
    /// Whether it may change a file.
    pub writes: bool,
    call: Box<Call>,
}

impl Entry {
    /// A tool that is a function of the workbench.
    pub(super) fn new<I, O>(
        name: &'static str,
        title: &'static str,
        description: &str,
        run: impl Fn(&Workbench, &I, &Watch<'_>) -> Result<O, Failure> + Send + Sync + 'static,
    ) -> Entry
    where
        I: DeserializeOwned + JsonSchema,
        O: Serialize + JsonSchema + Told,
    {
        let input = Arc::new(schema::input::<I>());
        let known = input.clone();
        let call = move |bench: &Workbench, arguments: Map<String, Value>, watch: &Watch<'_>| match read::<I>(
            arguments, &known,
        )
        .and_then(|input| run(bench, &input, watch))
        {
            Ok(output) => match serde_json::to_value(&output) {
                Ok(data) => Answer { text: output.text(), data, failed: false },
                Err(error) => Answer::failure(Failure::new(Kind::Internal, error.to_string())),
            },
            Err(failure) => Answer::failure(failure),
        };
        Entry {
            name,
            title,
            description: description.to_owned(),
            input,
            output: Arc::new(schema::output::<O>(true)),
            writes: false,
            call: Box::new(call),
        }
    }

    /// Another name for a tool, its output described there.
    pub(super) fn alias<I, O>(
        name: &'static str,
        title: &'static str,
        description: &str,
        run: impl Fn(&Workbench, &I, &Watch<'_>) -> Result<O, Failure> + Send + Sync + 'static,
    ) -> Entry
    where
        I: DeserializeOwned + JsonSchema,
        O: Serialize + JsonSchema + Told,
    {
        Entry { output: Arc::new(schema::output::<O>(false)), ..Entry::new(name, title, description, run) }
    }

    /// Says that an argument must be given.
    fn requiring(mut self, argument: &str) -> Entry {
        Arc::make_mut(&mut self.input).insert("required".to_owned(), Value::from(vec![argument]));
        self
    }

    /// Says that it may change a file.
    pub(super) fn writing(mut self) -> Entry {
        self.writes = true;
        self
    }

    /// Calls it.
    pub fn call(&self, bench: &Workbench, arguments: Map<String, Value>, watch: &Watch<'_>) -> Answer {
        (self.call)(bench, arguments, watch)
    }
}

/// Arguments as a tool takes them.
fn read<I: DeserializeOwned>(
    arguments: Map<String, Value>,
    schema: &Map<String, Value>,
) -> Result<I, Failure> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let known = || properties.into_iter().flat_map(|properties| properties.keys());
    for name in arguments.keys() {
        if known().all(|other| other != name) {
            let failure = Failure::argument(name, "there is no such argument");
            let near = known().min_by_key(|other| strsim::osa_distance(other, name));
            let near = near.filter(|near| strsim::osa_distance(near, name) <= name.len().max(3) / 3);
            return Err(match near {
                Some(near) => failure.help(format!("did you mean `{near}`?")),
                None => {
                    failure.help(format!("there are {}", known().cloned().collect::<Vec<_>>().join(", ")))
                }
            });
        }
    }
    // What is null is not given.
    let given: Map<String, Value> = arguments.into_iter().filter(|(_, value)| !value.is_null()).collect();
    serde_json::from_value(Value::Object(given.clone())).map_err(|error| {
        // The fault is found by its argument: serde names none where structures are flattened.
        let wrong = given.keys().find(|name| {
            let alone: Map<String, Value> =
                given.iter().filter(|(n, _)| n == name).map(|(n, v)| (n.clone(), v.clone())).collect();
            let fault = serde_json::from_value::<I>(Value::Object(alone)).err();
            fault.is_some_and(|fault| !fault.to_string().starts_with("missing field"))
        });
        match wrong {
            Some(name) => Failure::argument(name, error),
            None => Failure::new(Kind::Argument, format!("the arguments are wrong: {error}")),
        }
    })
}

/// All tools.
pub struct Catalogue {
    entries: Vec<Entry>,
}

impl Default for Catalogue {
    fn default() -> Self {
        Catalogue::new(true)
    }
}

impl Catalogue {
    /// The tools, and their other names too if wanted.
    pub fn new(aliases: bool) -> Catalogue {
        let mut entries = vec![
            Entry::new(
                "tla_parse",
                "Parse a TLA+ spec",
                "Parses a TLA+ module and resolves every name and level. Answers whether it can be used, and \
                 otherwise diagnostics with a code, the place, why, and what to do. Use it after every edit.",
                |bench: &Workbench, input, _: &Watch<'_>| bench.parse(input),
            ),
            Entry::new(
                "tla_symbols",
                "List the symbols of a spec",
                "Constants, variables, definitions, assumptions and theorems of a spec: kind, parameters, level \
                 (constant, state, action, temporal), place and comment; with `extended` those of the modules it \
                 extends too.",
                |bench: &Workbench, input, _: &Watch<'_>| bench.symbols(input),
            ),
            Entry::new(
                "tla_modules",
                "List the built-in modules",
                "The standard and community modules that are built in; with `module` the symbols of one of them, \
                 with `with_text` its text.",
                |bench: &Workbench, input, _: &Watch<'_>| bench.modules(input),
            ),
            Entry::new(
                "tla_check",
                "Check a model",
                "Searches all states of a model: invariants, deadlock, assumptions, properties of steps, temporal \
                 properties under fairness. Answers the verdict, the counts, and for a violation the shortest \
                 behaviour that shows it, the part of the formula that is false and the values it read. Bounded \
                 (60 s, 2,000,000 states) unless said otherwise: `bounded` means that nothing was found wrong so \
                 far, and is no proof. Without a model, `Spec` (or `Init` and `Next`) is checked for deadlock.",
                Workbench::check,
            ),
            Entry::new(
                "tla_simulate",
                "Simulate random behaviours",
                "Follows random behaviours of a model and checks them: finds deep errors in spaces that are too \
                 large to be searched, and proves nothing. The same seed gives the same behaviours.",
                Workbench::simulate,
            ),
            Entry::new(
                "tla_explore",
                "Explore states step by step",
                "The initial states of a model, or the successors of a state: one that is given by its values, one \
                 of a trace, or the one at the end of a path of `choices` (numbers from earlier answers). Where a \
                 state has no successor, it is said of each action why.",
                Workbench::explore,
            ),
            Entry::new(
                "tla_eval",
                "Evaluate an expression",
                "The value of a constant TLA+ expression, in the context of a spec if one is given. Variables have \
                 no values here.",
                Workbench::eval,
            )
            .requiring("expression"),
            Entry::new(
                "tla_trace_get",
                "Read a trace",
                "States of a trace that a check has told: all in pages, one by its number, one variable, or a part \
                 of a value by its path (`.log[3].term`), as TLA+ text and as JSON.",
                |bench: &Workbench, input, _: &Watch<'_>| bench.trace_get(input),
            ),
            Entry::new(
                "tla_trace_diff",
                "Compare states or traces",
                "What differs between two states of a trace (the last two unless said), or where two traces part, \
                 down to the parts of values.",
                |bench: &Workbench, input, _: &Watch<'_>| bench.trace_diff(input),
            ),
            Entry::new(
                "tla_trace_validate",
                "Validate a log against a spec",
                "Whether a log of the real system (a JSON object a line: the action, its arguments, what is known of \
                 the state) is a behaviour of the spec; if not, the first event that no step matches, and why.",
                Workbench::trace_validate,
            ),
            Entry::new(
                "tla_coverage",
                "Measure coverage",
                "How often each action was taken and each formula evaluated, and what never happened: actions never \
                 taken, conditions never true or never false, antecedents of `=>` never true. Use it before \
                 trusting a `success`.",
                Workbench::coverage,
            ),
            Entry::new(
                "tla_mutate",
                "Test the properties by mutation",
                "Puts small errors into a spec one at a time (guards dropped, comparisons flipped, conditions \
                 negated, actions removed) and checks each: which property notices which error, which errors \
                 survive, which properties notice nothing. Use it before trusting a `success`.",
                Workbench::mutate,
            ),
            Entry::new(
                "tla_translate",
                "Translate PlusCal",
                "Translates the PlusCal algorithm in a module to TLA+, as pcal.trans does. Gives the whole text; with \
                 `write` the file is changed too.",
                |bench: &Workbench, input, _: &Watch<'_>| bench.translate(input),
            )
            .writing(),
        ];
        if aliases {
            entries.extend(aliases::entries());
        }
        Catalogue { entries }
    }

    /// The tools, in the order in which they are listed.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The tool of this name.
    pub fn find(&self, name: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.name == name)
    }
}
