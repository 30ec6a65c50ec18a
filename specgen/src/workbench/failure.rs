//! Why a tool has no result.
//!
//! Holds: a violated invariant is a result; a failure is what kept a tool from having one: an argument that means
//! nothing, a file outside the roots, a spec that cannot be read. Each says what, where, why and what to do.

use super::data::{Message, drawn};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::SourceMap;

/// What class of failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// An argument is missing, unknown, or means nothing.
    Argument,
    /// What is asked for is not allowed: a file outside the roots.
    Refused,
    /// There is no such file, trace, symbol or state.
    NotFound,
    /// The spec, the model, the log or the expression is wrong; the diagnostics say where.
    Rejected,
    /// An evaluation failed: the expression has no value.
    Evaluation,
    /// The call was cancelled.
    Cancelled,
    /// A bug of ours.
    Internal,
}

/// Why a tool has no result.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// Its class.
    pub kind: Kind,
    /// What happened, in one line.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// What is wrong with a text.
    pub diagnostics: Vec<Message>,
}

impl Failure {
    /// A failure without diagnostics.
    pub fn new(kind: Kind, message: impl Into<String>) -> Failure {
        Failure { kind, message: message.into(), help: None, diagnostics: Vec::new() }
    }

    /// An argument is wrong.
    pub fn argument(name: &str, what: impl std::fmt::Display) -> Failure {
        Failure::new(Kind::Argument, format!("argument `{name}`: {what}"))
    }

    /// A text is wrong.
    pub fn rejected(what: &str, diagnostics: &[Diagnostic], sources: &SourceMap) -> Failure {
        let errors = diagnostics.iter().filter(|d| d.is_error()).count();
        let first = diagnostics.iter().find(|d| d.is_error()).or(diagnostics.first());
        let mut message = format!("{what}: {}", first.map_or("it is wrong", |d| d.message.as_str()));
        if errors > 1 {
            message += &format!(" (and {} more)", errors - 1);
        }
        let diagnostics = Message::all(diagnostics, sources);
        Failure { diagnostics, ..Failure::new(Kind::Rejected, message) }
    }

    /// Says what to do.
    pub fn help(mut self, help: impl Into<String>) -> Failure {
        self.help = Some(help.into());
        self
    }

    /// All of it as text.
    pub fn text(&self) -> String {
        let mut text = format!("error: {}\n", self.message);
        if let Some(help) = &self.help {
            text += &format!("help: {help}\n");
        }
        if !self.diagnostics.is_empty() {
            text += &format!("\n{}\n", drawn(&self.diagnostics));
        }
        text
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text().trim_end())
    }
}

impl std::error::Error for Failure {}
