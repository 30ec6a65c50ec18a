//! What is violated, and why: the part of the formula that is false, and the values it read.
//!
//! Enters: a violation of a run. Leaves: [`Violated`]. Holds: the part is found by the one evaluator, in the last state
//! of the trace or its last step ([`browse::blame`]); of a deadlock every action says which of its conjuncts is false.

use super::check::Verdict;
use super::data::{Message, Place, drawn};
use super::page::cut_at;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_checker::check::{self, Prepared, browse};
use tla_checker::explanation::Explanation;
use tla_checker::observer::Cancel;
use tla_checker::outcome::{self, Violation};
use tla_checker::report::json::Fault;
use tla_checker::value::Datum;
use tla_parser::code::Code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::SourceMap;

/// How many actions are explained where there is a deadlock.
const EXPLAINED: usize = 20;
/// How long a quoted expression is.
const QUOTED: usize = 300;

/// What is violated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Violated {
    /// The verdict.
    pub kind: Verdict,
    /// The invariant, property or assumption.
    pub name: Option<String>,
    /// One line.
    pub message: String,
    /// Where it is defined, or the expression that failed.
    pub place: Option<Place>,
    /// The code of a failed evaluation, such as `E0501`.
    pub code: Option<String>,
    /// When an evaluation failed: `while evaluating an invariant`.
    pub phase: Option<String>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The part of the formula that is false in the last state (or step), and the values it read.
    pub false_part: Option<FalsePart>,
    /// Of a deadlock: why each action has no step.
    pub disabled: Vec<Disabled>,
    /// All of it drawn, with the lines it is about.
    pub drawn: String,
}

/// A part of a formula that is false.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FalsePart {
    /// Where it stands.
    pub place: Place,
    /// Its text.
    pub text: String,
    /// What it reads: expressions and their values.
    pub values: Vec<ReadValue>,
}

/// An expression and its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReadValue {
    /// The expression.
    pub text: String,
    /// Its value.
    pub value: String,
}

/// Why an action has no step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Disabled {
    /// The action.
    pub action: String,
    /// The conjuncts that are false, one an alternative.
    pub because: Vec<FalsePart>,
}

pub(super) fn violated(
    violation: &Violation,
    prepared: &Prepared,
    sources: &SourceMap,
    cancel: &Cancel,
) -> Violated {
    let Fault { name, message, span, code, phase, notes, help, .. } =
        Fault::of_verdict(&violation.verdict, sources);
    let values = |at: usize| -> Vec<Datum> {
        violation.trace[at].values().iter().map(|(_, value)| value.clone()).collect()
    };
    let length = violation.trace.len();
    let mut false_part = None;
    let mut disabled = Vec::new();
    let mut drawing = Vec::new();
    match &violation.verdict {
        outcome::Verdict::Invariant { name, .. } | outcome::Verdict::InitialProperty { name, .. }
            if length > 0 =>
        {
            let why = browse::blame(prepared, name, &values(length - 1), None, cancel);
            drawing.extend(why.iter().flat_map(|why| drawn_why(why, &message, sources)));
            false_part = why.and_then(|why| parts(&why, sources).into_iter().next());
        }
        outcome::Verdict::ActionProperty { name, .. } if length > 1 => {
            let (from, to) = (values(length - 2), values(length - 1));
            let why = browse::blame(prepared, name, &from, Some(&to), cancel);
            drawing.extend(why.iter().flat_map(|why| drawn_why(why, &message, sources)));
            false_part = why.and_then(|why| parts(&why, sources).into_iter().next());
        }
        outcome::Verdict::Deadlock if length > 0 => {
            let why = check::explain(prepared, &values(length - 1), cancel);
            for (action, why) in why.into_iter().take(EXPLAINED) {
                disabled.push(Disabled { action: action.to_string(), because: parts(&why, sources) });
            }
        }
        outcome::Verdict::Failure(_, failure) => drawing.push(failure.diagnostic()),
        _ => {}
    }
    Violated {
        kind: Verdict::of(&violation.verdict),
        name,
        message,
        place: span.map(|place| Place {
            file: place.file,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        }),
        code,
        phase,
        notes,
        help,
        false_part,
        disabled,
        drawn: drawn(&Message::all(&drawing, sources)),
    }
}

/// Why a formula is false, drawn: there is one reason.
fn drawn_why(why: &Explanation, message: &str, sources: &SourceMap) -> Option<Diagnostic> {
    // What is drawn is no error of the text, and has no row in the table of codes.
    let first = why.blames.first()?;
    let mut drawing =
        Diagnostic::error(Code("violated"), message.to_owned()).at(first.span, first.reason.text());
    for (span, value) in &first.values {
        let squeezed = |text: &str| text.split_whitespace().collect::<String>();
        if squeezed(sources.text(*span)) != squeezed(value) {
            drawing = drawing.also(*span, format!("is {value}"));
        }
    }
    Some(drawing)
}

/// The parts that are false.
pub(super) fn parts(why: &Explanation, sources: &SourceMap) -> Vec<FalsePart> {
    let quoted = |span| {
        let text: &str = sources.text(span);
        cut_at(text.split_whitespace().collect::<Vec<_>>().join(" "), QUOTED)
    };
    why.blames
        .iter()
        .map(|blame| FalsePart {
            place: Place::of(blame.span, sources),
            text: quoted(blame.span),
            values: blame
                .values
                .iter()
                .map(|(span, value)| ReadValue { text: quoted(*span), value: value.clone() })
                .collect(),
        })
        .collect()
}

impl Violated {
    /// All of it, for people.
    pub(super) fn tell(&self, text: &mut String) {
        if !self.drawn.is_empty() {
            *text += &format!("\n{}\n", self.drawn);
        }
        for disabled in &self.disabled {
            disabled.tell(text);
        }
    }
}

impl Disabled {
    /// A line a reason.
    pub(super) fn tell(&self, text: &mut String) {
        for part in &self.because {
            *text += &format!("{} has no step: `{}` is false ({})", self.action, part.text, part.place);
            for read in &part.values {
                *text += &format!(", {} = {}", read.text, read.value);
            }
            text.push('\n');
        }
    }
}
