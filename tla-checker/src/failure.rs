//! Why an evaluation ended without a value.
//!
//! Enters: what the evaluator ran into. Leaves: [`Failure`], owned and `Send`, ready to be drawn.
//! Holds: a failure is about the user's spec or about a limit; a bug of ours is
//! [`FailureKind::Internal`] and asks for a report.

use serde::Serialize;
use tla_parser::code::Code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::Span;

/// What class of failure; decides the exit status together with where it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// An expression has no value: a type error, a value out of a domain, CHOOSE without a witness…
    Evaluation,
    /// `Assert(FALSE, …)` of module TLC.
    Assert,
    /// A limit was reached: recursion depth, the size of a set.
    Limit,
    /// A variable was left without a next value.
    Unassigned,
    /// The run was cancelled from outside.
    Cancelled,
    /// The machine gave out, or a file: memory, disk, a checkpoint.
    System,
    /// A bug of ours.
    Internal,
}

/// One operator call that was under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Call {
    /// The operator, as the user wrote it (`I!Op`).
    pub name: String,
    /// Where it was called.
    pub span: Span,
}

/// An evaluation that ended without a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// Its class.
    pub kind: FailureKind,
    /// The code, e.g. `E0501`.
    pub code: Code,
    /// What happened, one line, values included.
    pub message: String,
    /// The expression.
    pub span: Option<Span>,
    /// Facts that explain.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Option<String>,
    /// The operator calls under way, innermost first; bounded, the outermost kept.
    pub calls: Vec<Call>,
}

impl Failure {
    /// A bug of ours, found out at run time; asks for a report.
    pub fn internal(message: impl Into<String>) -> Self {
        Failure {
            kind: FailureKind::Internal,
            code: tla_parser::code::INTERNAL,
            message: message.into(),
            span: None,
            notes: Vec::new(),
            help: Some("this is a bug in the checker, please report it with the spec and the model".into()),
            calls: Vec::new(),
        }
    }

    /// Whether it says nothing about the spec, so that the search may be gone on with.
    pub fn is_no_answer(&self) -> bool {
        matches!(self.kind, FailureKind::System | FailureKind::Internal | FailureKind::Cancelled)
    }

    /// The evaluation was ended from outside.
    pub fn cancelled() -> Self {
        Failure {
            kind: FailureKind::Cancelled,
            code: tla_parser::code::CANCELLED,
            message: "the evaluation was cancelled".into(),
            span: None,
            notes: Vec::new(),
            help: None,
            calls: Vec::new(),
        }
    }

    /// As a diagnostic, the calls as further places.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut d = Diagnostic::error(self.code, self.message.clone());
        if let Some(span) = self.span {
            d = d.at(span, "");
        }
        // A recursion is told once, with how often it was met.
        let mut calls: Vec<(&Call, usize)> = Vec::new();
        for call in &self.calls {
            match calls.iter_mut().find(|(other, _)| *other == call) {
                Some((_, times)) => *times += 1,
                None => calls.push((call, 1)),
            }
        }
        for &(call, times) in calls.iter().take(8) {
            d = d.also(
                call.span,
                match times {
                    1 => format!("in this call of `{}`", call.name),
                    _ => format!("in this call of `{}`, many times over", call.name),
                },
            );
        }
        if calls.len() > 8 {
            d = d.note(format!("{} more calls are not shown", calls.len() - 8));
        }
        for note in &self.notes {
            d = d.note(note.clone());
        }
        d.help = self.help.clone();
        d
    }
}
