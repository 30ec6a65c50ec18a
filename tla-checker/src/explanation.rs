//! Why an action has no step in a state: which conjuncts were false, and what they read.
//!
//! Enters: nothing (data only); the evaluator fills it in. Leaves: [`Explanation`], owned and `Send`,
//! ready to be drawn. For reports on logs that a spec does not admit, on deadlocks, and for whoever mends
//! a spec.

use crate::failure::Failure;
use serde::Serialize;
use tla_parser::code::Code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{SourceMap, Span};

/// What became of every alternative of an action in a state.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Explanation {
    /// How many steps the action has.
    pub steps: u64,
    /// The conjuncts that were false, each the first of its alternative, in the order in which they were
    /// met.
    pub blames: Vec<Blame>,
    /// The evaluation failed, after that.
    pub failure: Option<Box<Failure>>,
}

/// A conjunct that was false.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blame {
    /// The conjunct.
    pub span: Span,
    /// What is wrong with it.
    pub reason: Reason,
    /// What it reads: the places and the values there.
    pub values: Vec<(Span, String)>,
    /// How many alternatives came to their end here; the values are those of the first.
    pub alternatives: u64,
}

/// What is wrong with a conjunct.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is false.
    False,
    /// It ranges over the empty set.
    Empty,
    /// It asks for a step that changes something, and nothing changes.
    Unchanged,
}

impl Reason {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Reason::False => "is false",
            Reason::Empty => "ranges over the empty set",
            Reason::Unchanged => "asks for a change, and nothing changes",
        }
    }
}

/// How many conjuncts are drawn.
const SHOWN: usize = 6;

impl Explanation {
    /// As diagnostics, one a conjunct: the first one has the headline.
    pub fn diagnostics(&self, code: Code, headline: &str, sources: &SourceMap) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        for (at, blame) in self.blames.iter().take(SHOWN).enumerate() {
            let headline = match at {
                0 => headline.to_owned(),
                _ => "or, in other alternatives".to_owned(),
            };
            let mut d = Diagnostic::error(code, headline).at(blame.span, blame.reason.text());
            for (span, value) in &blame.values {
                // What is written there needs not be said.
                let squeezed = |text: &str| text.split_whitespace().collect::<String>();
                if squeezed(sources.text(*span)) != squeezed(value) {
                    d = d.also(*span, format!("is {value}"));
                }
            }
            if blame.alternatives > 1 {
                d = d.note(format!(
                    "{} alternatives end here; the values are those of the first",
                    blame.alternatives
                ));
            }
            all.push(d);
        }
        if let Some(failure) = &self.failure {
            all.push(failure.diagnostic());
        }
        if self.blames.len() > SHOWN
            && let Some(last) = all.last_mut()
        {
            last.notes.push(format!("{} more conjuncts are not shown", self.blames.len() - SHOWN));
        }
        if all.is_empty() {
            all.push(Diagnostic::error(code, headline));
        }
        all
    }
}
