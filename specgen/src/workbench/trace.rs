//! `trace_get` and `trace_diff`: parts of a trace, and what differs in it.
//!
//! Enters: the name of a trace that a run has told, or a trace as the reports of the checker write it. Leaves: states,
//! one variable of them, a part of a value; or the differences between two states or two traces, down to the parts of
//! values. Holds: values are handed out as TLA+ text and, where one alone is asked for, as JSON that keeps its kind.

use super::data::{State, changed, values};
use super::diff::{Difference, differences};
use super::failure::{Failure, Kind};
use super::page::{Page, cut_at};
use super::path::follow;
use super::store::Kept;
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tla_checker::value::Datum;

/// How long one value alone may be.
const LONGEST: usize = 50_000;

/// Which trace. One of the three is given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TraceInput {
    /// The name of a trace that a run has told: `trace-0123456789abcdef`.
    pub trace_id: Option<String>,
    /// A trace as JSON text, as `tlacheck --json` and `--dump-trace json` write it.
    pub trace: Option<String>,
    /// A file with such a trace, under the allowed roots.
    pub trace_path: Option<String>,
}

/// What of a trace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TraceGetInput {
    /// The trace.
    #[serde(flatten)]
    pub of: TraceInput,
    /// One state: its number from 1, or from -1 for the last; all states without it.
    pub index: Option<i64>,
    /// One variable; all without it.
    pub variable: Option<String>,
    /// The part of that variable's value: `.log[3].term`, `[r1]`.
    pub path: Option<String>,
    /// Which states.
    #[serde(flatten)]
    pub page: Page,
}

/// A part of a trace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TraceGetOutput {
    /// The trace's name.
    pub trace_id: String,
    /// How many states it has.
    pub length: u64,
    /// Its variables.
    pub variables: Vec<String>,
    /// The states, with the variable alone if one is asked for.
    pub states: Vec<State>,
    /// The value, if one state and one variable are asked for: as TLA+ text.
    pub value: Option<String>,
    /// The same as JSON: `{"#set": […]}` is a set, `{"#fn": [[argument, value], …]}` a function, `{"#mv": "r1"}` a
    /// model value, an array a tuple, an object a record.
    pub json: Option<serde_json::Value>,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

/// What to compare.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TraceDiffInput {
    /// The trace.
    #[serde(flatten)]
    pub of: TraceInput,
    /// The first of two states: its number from 1, or from -1 for the last.
    pub from: Option<i64>,
    /// The second of two states.
    pub to: Option<i64>,
    /// The name of another trace, to be compared state by state.
    pub other_trace_id: Option<String>,
    /// One variable alone.
    pub variable: Option<String>,
    /// Which differences.
    #[serde(flatten)]
    pub page: Page,
}

/// What differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TraceDiffOutput {
    /// Whether nothing differs.
    pub equal: bool,
    /// Of two traces: the number of the first state that differs, or that only one of them has.
    pub first_difference: Option<u64>,
    /// What differs there: variables, and the parts of their values.
    pub differences: Vec<Difference>,
    /// How many there are in all.
    pub total: u64,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

impl Workbench {
    /// The trace that is meant, and its name.
    fn trace(&self, input: &TraceInput) -> Result<(String, Arc<Kept>), Failure> {
        let given = [&input.trace_id, &input.trace, &input.trace_path].iter().filter(|g| g.is_some()).count();
        if given > 1 {
            return Err(Failure::argument("trace_id", "give one of `trace_id`, `trace` and `trace_path`"));
        }
        if let Some(name) = &input.trace_id {
            return match self.store.get(name) {
                Some(trace) => Ok((name.clone(), trace)),
                None => Err(self.unknown_trace("trace_id", name)),
            };
        }
        if given == 0 {
            return Err(Failure::argument("trace_id", "give it, or `trace`, or `trace_path`"));
        }
        let (_, text) = self
            .text_or_file(("trace", input.trace.as_deref()), ("trace_path", input.trace_path.as_deref()))?;
        let kept = of_json(&text)?;
        let name = self.store.keep(kept.clone());
        Ok((name, Arc::new(kept)))
    }

    fn unknown_trace(&self, argument: &str, name: &str) -> Failure {
        let failure =
            Failure::new(Kind::NotFound, format!("argument `{argument}`: there is no trace `{name}`"));
        let names = self.store.names();
        failure.help(match names.is_empty() {
            true => "traces are told by check, simulate and trace_validate; none was yet".to_owned(),
            false => format!("there are {}", names.iter().take(8).cloned().collect::<Vec<_>>().join(", ")),
        })
    }

    /// The values of a state of a trace, in the order of these variables.
    pub(super) fn state_of(
        &self,
        trace_id: &str,
        index: Option<i64>,
        variables: &[String],
    ) -> Result<Vec<Datum>, Failure> {
        let trace = self.store.get(trace_id).ok_or_else(|| self.unknown_trace("trace_id", trace_id))?;
        let state = &trace.states[position("index", index.unwrap_or(-1), trace.states.len())?];
        let value = |name: &String| {
            let value = state.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone());
            value.ok_or_else(|| {
                Failure::argument(
                    "trace_id",
                    format!("the trace has no variable `{name}`: it is of another spec, or has an ALIAS"),
                )
            })
        };
        variables.iter().map(value).collect()
    }

    /// A part of a trace.
    ///
    /// # Errors
    /// There is no such trace, state, variable or part.
    pub fn trace_get(&self, input: &TraceGetInput) -> Result<TraceGetOutput, Failure> {
        let (trace_id, trace) = self.trace(&input.of)?;
        let variables = variables(&trace);
        if let Some(variable) = &input.variable
            && !variables.contains(variable)
        {
            let what = format!("argument `variable`: the trace has no variable `{variable}`");
            return Err(Failure::new(Kind::NotFound, what).help(format!("it has {}", variables.join(", "))));
        }
        let length = trace.states.len();
        let only = |mut state: State| {
            if let Some(variable) = &input.variable {
                state.values.retain(|name, _| name == variable);
                state.changed.retain(|name| name == variable);
            }
            state
        };
        let mut output = TraceGetOutput {
            trace_id,
            length: length as u64,
            variables,
            states: Vec::new(),
            value: None,
            json: None,
            next_cursor: None,
        };
        match (input.index, &input.variable) {
            (Some(index), Some(variable)) => {
                let at = position("index", index, length)?;
                let value =
                    trace.states[at].iter().find(|(name, _)| name == variable).map(|(_, value)| value);
                let value =
                    value.ok_or_else(|| Failure::argument("variable", "it has no value in that state"))?;
                let part = follow(value, input.path.as_deref().unwrap_or(""))?;
                output.states = vec![only(trace.shown[at].clone())];
                output.value = Some(cut_at(part.to_string(), LONGEST));
                let json = serde_json::to_value(&part)
                    .map_err(|error| Failure::new(Kind::Internal, error.to_string()))?;
                output.json = (json.to_string().len() <= 4 * LONGEST).then_some(json);
            }
            (_, _) if input.path.is_some() => {
                return Err(Failure::argument(
                    "path",
                    "it leads into one value: give `index` and `variable` too",
                ));
            }
            (Some(index), None) => {
                output.states = vec![trace.shown[position("index", index, length)?].clone()]
            }
            (None, _) => {
                let part = input.page.of(trace.shown.iter().cloned().map(only).collect())?;
                (output.states, output.next_cursor) = (part.items, part.next);
            }
        }
        Ok(output)
    }

    /// What differs between two states, or two traces.
    ///
    /// # Errors
    /// There is no such trace or state.
    pub fn trace_diff(&self, input: &TraceDiffInput) -> Result<TraceDiffOutput, Failure> {
        let (_, trace) = self.trace(&input.of)?;
        let (first_difference, mut found) = match &input.other_trace_id {
            Some(name) => {
                if input.from.is_some() || input.to.is_some() {
                    return Err(Failure::argument(
                        "other_trace_id",
                        "two traces are compared whole: no `from` and `to`",
                    ));
                }
                let other = self.store.get(name).ok_or_else(|| self.unknown_trace("other_trace_id", name))?;
                let both = trace.states.iter().zip(&other.states);
                let at = both.take_while(|(a, b)| a == b).count();
                match (trace.states.get(at), other.states.get(at)) {
                    (None, None) => (None, Vec::new()),
                    (a, b) => {
                        let nothing = Vec::new();
                        (Some(at as u64 + 1), differences(a.unwrap_or(&nothing), b.unwrap_or(&nothing)))
                    }
                }
            }
            None => {
                let length = trace.states.len();
                let from = position("from", input.from.unwrap_or(-2), length)?;
                let to = position("to", input.to.unwrap_or(-1), length)?;
                (None, differences(&trace.states[from], &trace.states[to]))
            }
        };
        if let Some(variable) = &input.variable {
            found.retain(|difference| difference.variable == *variable);
        }
        let equal = first_difference.is_none() && found.is_empty();
        let part = input.page.of(found)?;
        Ok(TraceDiffOutput {
            equal,
            first_difference,
            differences: part.items,
            total: part.total,
            next_cursor: part.next,
        })
    }
}

fn variables(trace: &Kept) -> Vec<String> {
    let first = trace.states.first().map(Vec::as_slice).unwrap_or_default();
    first.iter().map(|(name, _)| name.clone()).collect()
}

/// The place of a state that is numbered from 1, or from -1 backwards.
fn position(argument: &str, index: i64, length: usize) -> Result<usize, Failure> {
    let at = match index {
        1.. => usize::try_from(index - 1).ok(),
        0 => None,
        _ => usize::try_from(-index).ok().and_then(|back| length.checked_sub(back)),
    };
    at.filter(|at| *at < length).ok_or_else(|| {
        let what = format!("argument `{argument}`: there is no state {index}");
        Failure::new(Kind::NotFound, what)
            .help(format!("the states are 1 to {length}, or -1 (the last) to -{length}"))
    })
}

/// A trace as the reports write it.
fn of_json(text: &str) -> Result<Kept, Failure> {
    let wrong = |what: String| {
        Failure::argument("trace", what)
            .help("a trace is what `tlacheck --json` or `--dump-trace json` writes")
    };
    let loaded = tla_checker::log::trace::load(text).map_err(&wrong)?;
    let json: serde_json::Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
    let action = |at: usize| {
        let name = json.get("trace").and_then(|trace| trace.get(at)).and_then(|state| state.get("action"));
        name.and_then(|name| name.as_str()).unwrap_or("?").to_owned()
    };
    if !loaded.exact {
        return Err(wrong(
            "its values do not say of which kind they are (TLC wrote it): sets and sequences look alike"
                .into(),
        ));
    }
    let mut states: Vec<Vec<(String, Datum)>> = Vec::new();
    for (at, state) in loaded.states.iter().enumerate() {
        let value = |(name, value): &(String, serde_json::Value)| {
            let value = serde_json::from_value(value.clone());
            value
                .map(|value| (name.clone(), value))
                .map_err(|e| wrong(format!("state {}, `{name}`: {e}", at + 1)))
        };
        states.push(state.iter().map(value).collect::<Result<_, _>>()?);
    }
    let shown = (0..states.len())
        .map(|at| State {
            number: at as u64 + 1,
            action: action(at),
            place: None,
            changed: changed(&states[at], at.checked_sub(1).map(|before| states[before].as_slice())),
            values: values(&states[at]),
        })
        .collect();
    let cycle = loaded.back.map(|back| super::data::Lap {
        back_to: back as u64 + 1,
        stuttering: back + 1 == states.len(),
        action: None,
    });
    Ok(Kept { states, shown, cycle })
}

impl Told for TraceGetOutput {
    fn text(&self) -> String {
        let mut text = format!("{}: {} states\n", self.trace_id, self.length);
        if let Some(value) = &self.value {
            return text + value + "\n";
        }
        self.states.iter().for_each(|state| super::data::tell_state(&mut text, state));
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}

impl Told for TraceDiffOutput {
    fn text(&self) -> String {
        let mut text = match (self.equal, self.first_difference) {
            (true, _) => "nothing differs\n".to_owned(),
            (false, Some(at)) => format!("the traces differ first in state {at}\n"),
            (false, None) => String::new(),
        };
        for Difference { variable, path, before, after } in &self.differences {
            let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "(nothing)".into());
            text += &format!("{variable}{path}: {} -> {}\n", side(before), side(after));
        }
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}
