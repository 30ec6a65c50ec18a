//! `eval`: the value of a constant expression.
//!
//! Enters: an expression, and perhaps a spec in whose context it stands, with a model that gives its constants values.
//! Leaves: the value as TLA+ text. Holds: without a spec the usual modules are in scope (Integers, Sequences,
//! FiniteSets, Bags, TLC). An expression without a value is a failure with the place and the calls under way.

use super::failure::{Failure, Kind};
use super::model::ModelInput;
use super::page::cut_at;
use super::run::{BOUNDS, Watch};
use super::source::{Loaded, SpecInput};
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Mutex;
use std::time::Duration;
use tla_checker::check::{self, Context};
use tla_checker::observer::Observer;
use tla_checker::session::EVERYDAY;
use tla_parser::code;

/// How long an evaluation goes on.
const LONGEST_TIME: Duration = Duration::from_secs(60);
/// How long a value is that is shown.
const LONGEST: usize = 20_000;

/// What to evaluate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct EvalInput {
    /// The expression; variables have no values.
    pub expression: String,
    /// The spec in whose context it stands. None is needed.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// Further modules in whose context it stands, where no spec is given: `["FiniteSetsExt"]`.
    pub extends: Vec<String>,
    /// What gives the constants of the spec values.
    #[serde(flatten)]
    pub model: ModelInput,
}

/// The value of an expression.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EvalOutput {
    /// The value, as TLA+ text.
    pub value: String,
    /// What the evaluation printed.
    pub printed: Vec<String>,
}

/// Keeps what is printed.
#[derive(Default)]
struct Paper(Mutex<Vec<String>>);

impl Observer for Paper {
    fn print(&self, text: &str) {
        let mut lines = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if lines.len() < 100 {
            lines.push(cut_at(text.to_owned(), 500));
        }
    }
}

impl Workbench {
    /// Evaluates an expression.
    ///
    /// # Errors
    /// The spec or the expression is wrong, or the expression has no value.
    pub fn eval(&self, input: &EvalInput, watch: &Watch<'_>) -> Result<EvalOutput, Failure> {
        if input.expression.trim().is_empty() {
            return Err(Failure::argument("expression", "there is none"));
        }
        let mut loaded = match input.spec.is_empty() {
            false => self.load(&input.spec)?,
            true => self.load(&everyday(&input.extends, &input.spec))?,
        };
        let modelled = self.model(&input.model, &mut loaded)?;
        let paper = Paper::default();
        let Loaded { spec, text, .. } = &mut loaded;
        let value = check::within(Some(LONGEST_TIME), watch.cancel(), |cancel| {
            let context = Context { model: Some(&modelled.model), bounds: BOUNDS, observer: &paper, cancel };
            check::evaluate_in(spec, &input.expression, &text.library, &context)
        });
        watch.check()?;
        if value.as_ref().is_err_and(|errors| errors.iter().any(|d| d.code == code::CANCELLED)) {
            let what = format!("the expression has no value after {} s", LONGEST_TIME.as_secs());
            return Err(Failure::new(Kind::Evaluation, what).help("make its sets smaller"));
        }
        let value = value.map_err(|errors| {
            let evaluation = errors.iter().any(|d| d.code.0.starts_with("E05") || d.code == code::INTERNAL);
            let mut failure = Failure::rejected("the expression has no value", &errors, &loaded.spec.sources);
            failure.kind = if evaluation { Kind::Evaluation } else { Kind::Rejected };
            failure
        })?;
        let printed = paper.0.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
        Ok(EvalOutput { value: cut_at(value, LONGEST), printed })
    }
}

/// The usual modules, and some more.
fn everyday(more: &[String], given: &SpecInput) -> SpecInput {
    let text = match more.is_empty() {
        true => EVERYDAY.to_owned(),
        // The names stand in a text: what is no name is told as the parser tells it.
        false => {
            let usual = "EXTENDS Integers, Sequences, FiniteSets, Bags, TLC";
            EVERYDAY.replace(usual, &format!("{usual}, {}", more.join(", ")))
        }
    };
    SpecInput { modules: given.modules.clone(), ..SpecInput::of_text(text) }
}

impl Told for EvalOutput {
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.value);
        for line in &self.printed {
            text += &format!("printed: {line}\n");
        }
        text
    }
}
