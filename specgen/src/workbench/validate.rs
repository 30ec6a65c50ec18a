//! `trace_validate`: is a log of a real system a behaviour of a spec?
//!
//! Enters: a spec, a model, and a log: a JSON object a line, each an event with the action it names and what is known
//! of the state. Leaves: whether some behaviour matches it, and if not, the first event that no step matches, with the
//! reasons. Holds: what an event does not say is not compared; constraints and invariants are not looked at. What a
//! log is: `tla_checker::log`.

use super::check::Verdict;
use super::data::{Message, Place, drawn};
use super::failure::{Failure, Kind};
use super::model::ModelInput;
use super::run::{self, Limits, Watch};
use super::source::SpecInput;
use super::store::Kept;
use super::{Told, Workbench};
use crate::workbench::check::Trace;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tla_checker::check::Strategy;
use tla_checker::explore::validate;
use tla_checker::log::{Log, Mapping};
use tla_checker::outcome::{self, Bound, Method};
use tla_checker::report::json::Report;

/// What log, of what spec.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct TraceValidateInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// The model.
    #[serde(flatten)]
    pub model: ModelInput,
    /// How far to look.
    #[serde(flatten)]
    pub limits: Limits,
    /// The log: a JSON object a line, `{"action": "Send", "args": ["a"], "state": {"sent": 1}}`.
    pub log: Option<String>,
    /// A file with the log, under the allowed roots.
    pub log_path: Option<String>,
    /// How names of the log are related to those of the spec: a JSON object as text, with any of `action`, `args`,
    /// `state`, `before` (the fields' names), `ignore`, `actions`, `variables`.
    pub mapping: Option<String>,
    /// How many steps that are not in the log may lie before each event.
    pub between: u32,
}

/// Whether a log is a behaviour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TraceValidateOutput {
    /// Whether some behaviour matches the whole log.
    pub admitted: bool,
    /// `success`, `log_not_admitted`, `bounded` or `failure`.
    pub outcome: Verdict,
    /// The result in one line.
    pub summary: String,
    /// Why the search stopped before its end: `time` or `states`.
    pub bound: Option<String>,
    /// How many events the log has.
    pub events: u64,
    /// How many of them the longest prefix has that is admitted.
    pub matched: u64,
    /// The event that no step matches.
    pub rejected: Option<RejectedEvent>,
    /// Why it is no step of the actions that it may be, those that come nearest first.
    pub reasons: Vec<Message>,
    /// A behaviour that matches the log as far as it is admitted.
    pub trace: Option<Trace>,
    /// What deserves attention.
    pub warnings: Vec<Message>,
}

/// An event that no step matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RejectedEvent {
    /// Its number, from 1.
    pub event: u64,
    /// Its line.
    pub line: u32,
    /// Its place.
    pub place: Place,
    /// Its text.
    pub text: String,
    /// How many different states match the log up to there.
    pub states: u64,
}

impl Workbench {
    /// Looks for a behaviour that matches a log.
    ///
    /// # Errors
    /// The spec, the model, the log or the mapping is wrong, or the call was cancelled.
    pub fn trace_validate(
        &self,
        input: &TraceValidateInput,
        watch: &Watch<'_>,
    ) -> Result<TraceValidateOutput, Failure> {
        let options = input.limits.options()?;
        let (name, text) =
            self.text_or_file(("log", input.log.as_deref()), ("log_path", input.log_path.as_deref()))?;
        let mut loaded = self.load(&input.spec)?;
        let modelled = self.model(&input.model, &mut loaded)?;
        let prepared =
            run::with_behaviour(run::prepare(&mut loaded, &modelled.model, watch)?, "a log could match")?;
        let sources = &mut loaded.spec.sources;
        let mapping = match &input.mapping {
            None => Mapping::default(),
            Some(text) => Mapping::parse("mapping", text)
                .map_err(|error| Failure::rejected("argument `mapping`", &[*error], sources))?,
        };
        let log = Log::parse(&name, &text, &mapping, sources)
            .map_err(|errors| Failure::rejected("the log is wrong", &errors, sources))?;
        let resolved = prepared
            .resolve_log(&log, sources)
            .map_err(|errors| Failure::rejected("the log does not fit the spec", &errors, sources))?;
        let how = validate::Options { log: Arc::new(resolved), between: input.between, replay: None };
        watch.check()?;
        let ran = run::search(&prepared, options, Strategy::Log(how), false, watch);
        let outcome = ran.outcome;
        if let outcome::Verdict::Bounded(Bound::Cancelled) = outcome.verdict {
            return Err(Failure::new(Kind::Cancelled, "the call was cancelled"));
        }
        let sources = &loaded.spec.sources;
        let report = Report::of_outcome(&outcome, sources);
        let (events, matched) = match &outcome.method {
            Method::Log(log) => (log.events, log.matched),
            _ => (0, 0),
        };
        let mut reasons = Vec::new();
        let (verdict, rejected) = match &outcome.verdict {
            outcome::Verdict::Success => (Verdict::Success, None),
            outcome::Verdict::Bounded(_) => (Verdict::Bounded, None),
            outcome::Verdict::LogNotAdmitted(rejection) => {
                reasons = tla_checker::report::reasons(rejection, sources);
                let rejected = RejectedEvent {
                    event: rejection.event,
                    line: rejection.line,
                    place: Place::of(rejection.span, sources),
                    text: rejection.text.clone(),
                    states: rejection.states,
                };
                (Verdict::LogNotAdmitted, Some(rejected))
            }
            outcome::Verdict::Failure(_, failure) => {
                reasons.push(failure.diagnostic());
                (Verdict::Failure, None)
            }
            other => {
                let what = format!("a log cannot end with {}", other.name());
                return Err(Failure::new(Kind::Internal, what));
            }
        };
        let trace =
            outcome.violations.first().map(|violation| &violation.trace).filter(|trace| !trace.is_empty());
        Ok(TraceValidateOutput {
            admitted: verdict == Verdict::Success,
            outcome: verdict,
            summary: match verdict {
                Verdict::Success => format!("the log is admitted: all {events} events match"),
                _ => tla_checker::report::headline(&outcome.verdict),
            },
            bound: report.bound,
            events,
            matched,
            rejected,
            reasons: Message::all(&reasons, sources),
            trace: trace.map(|trace| self.first_page(Kept::of(trace, None, sources))),
            warnings: run::warnings(&loaded, modelled.warnings, &prepared, &outcome),
        })
    }
}

impl Told for TraceValidateOutput {
    fn text(&self) -> String {
        let mut text = format!("{} ({} of {} events matched)\n", self.summary, self.matched, self.events);
        if let Some(event) = &self.rejected {
            text += &format!("event {}, line {}: {}\n", event.event, event.line, event.text);
        }
        if !self.reasons.is_empty() {
            text += &format!("\n{}\n", drawn(&self.reasons));
        }
        if let Some(trace) = &self.trace {
            text += &format!("\nA behaviour that matches so far, {}:\n", trace.id);
            trace.states.iter().for_each(|state| super::data::tell_state(&mut text, state));
        }
        text
    }
}
