//! Why a call of a model failed, as data that can be told and decided upon.
//!
//! Enters: what went wrong in a client, a budget or a replay. Leaves: a [`Failure`]: a kind, a message that says
//! what and where, help that says what to do, and what was spent all the same.
//! Holds: no message holds a key: who makes one from what a provider said redacts it first.

use super::conversation::{Answer, Stop, Usage};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::time::Duration;

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// Nobody answers there.
    Unreachable,
    /// The provider does not accept the key, or there is none.
    WrongKey,
    /// The provider wants fewer calls (429).
    RateLimited,
    /// The provider has no capacity, or is broken (529, 5xx).
    Overloaded,
    /// The connection ended in the middle of an answer.
    Dropped,
    /// It took longer than allowed.
    TimedOut,
    /// The provider does not accept the request (400, 403, 404, 413, 422).
    Rejected,
    /// The answer was cut off by the limit of tokens.
    Truncated,
    /// The model declined.
    Refused,
    /// What came back is not what the protocol says.
    Malformed,
    /// The budget does not allow the call.
    BudgetExhausted,
    /// A replay has no answer to this request.
    NotRecorded,
    /// Somebody asked to stop.
    Cancelled,
    /// What is configured makes no sense.
    Misconfigured,
    /// The journal or the transcript cannot be written.
    NotKept,
}

impl FailureKind {
    /// Trying again may help.
    pub fn is_passing(self) -> bool {
        use FailureKind::*;
        matches!(self, Unreachable | RateLimited | Overloaded | Dropped | TimedOut | Malformed)
    }
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What happened, and where.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// What was spent all the same.
    #[serde(default)]
    pub spent: Usage,
    /// How long the provider wants us to wait.
    #[serde(skip)]
    pub retry_after: Option<Duration>,
}

impl Failure {
    /// A failure for which nothing was spent.
    pub fn new(kind: FailureKind, message: impl Into<String>, help: impl Into<String>) -> Self {
        Failure {
            kind,
            message: message.into(),
            help: help.into(),
            spent: Usage::default(),
            retry_after: None,
        }
    }

    /// The same with what was spent.
    #[must_use]
    pub fn spent(mut self, usage: Usage) -> Self {
        self.spent = usage;
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.help.is_empty() {
            write!(f, "\nhelp: {}", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}

impl Answer {
    /// The answer, if it is whole: for those to whom a truncated answer or a refusal is no use.
    ///
    /// # Errors
    /// [`FailureKind::Truncated`] or [`FailureKind::Refused`], with what was spent.
    pub fn whole(self) -> Result<Answer, Failure> {
        match &self.stop {
            Stop::End | Stop::ToolUse => Ok(self),
            Stop::Truncated => Err(Failure::new(
                FailureKind::Truncated,
                format!("the answer was cut off after {} tokens", self.usage.output),
                "allow more output tokens, or ask for less at a time",
            )
            .spent(self.usage)),
            Stop::Refused { explanation } => {
                let said = if explanation.is_empty() { "and did not say why" } else { explanation };
                Err(Failure::new(
                    FailureKind::Refused,
                    format!("the model declined to answer: {said}"),
                    "say what the code is for in the feature's text, or use another model",
                )
                .spent(self.usage))
            }
        }
    }
}
