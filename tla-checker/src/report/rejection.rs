//! Why an event of a log is not matched, as diagnostics.
//!
//! Enters: a [`Rejection`]. Leaves: diagnostics for each action that the event may be, those that come
//! nearest first; equal reasons of several instances are told once.

use crate::log::matching::Mismatch;
use crate::outcome::{Candidate, Rejection, WhyNot};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::SourceMap;

/// Why an event of a log is matched by no step: a diagnostic for each action that it may be, in order.
pub fn reasons(rejection: &Rejection, sources: &SourceMap) -> Vec<Diagnostic> {
    if rejection.candidates.is_empty() {
        let message = match &rejection.action {
            Some(action) => format!("the spec has no action {action}: not with these arguments"),
            None => "the spec has no action".to_owned(),
        };
        return vec![Diagnostic::error(code::LOG_NOT_ADMITTED, message).at(rejection.span, "")];
    }
    let mut reasons: Vec<Diagnostic> = Vec::new();
    for candidate in &rejection.candidates {
        let more = reason(candidate, sources);
        // Instances of one action often say the same.
        if !more.iter().all(|d| reasons.contains(d)) {
            reasons.extend(more);
        }
    }
    reasons
}

fn reason(Candidate { action, span, why }: &Candidate, sources: &SourceMap) -> Vec<Diagnostic> {
    let differ = |headline: String, all: &[(String, Mismatch)]| {
        let mut d = Diagnostic::error(code::LOG_NOT_ADMITTED, headline);
        if let Some(span) = span {
            d = d.at(*span, "");
        }
        for (variable, mismatch) in all {
            d = d.note(format!("{variable}{}: {mismatch}", mismatch.path));
        }
        vec![d]
    };
    match why {
        WhyNot::Disabled(explanation) => {
            let headline = format!("{action} has no step there");
            let mut all = explanation.diagnostics(code::LOG_NOT_ADMITTED, &headline, sources);
            if let (Some(first), Some(span)) = (all.first_mut(), span)
                && first.primary.is_none()
            {
                *first = first.clone().at(*span, "");
            }
            all
        }
        WhyNot::Before(all) => differ(format!("{action} begins in another state"), all),
        WhyNot::After(all) if span.is_none() => {
            differ("no initial state is as it says; the nearest differs".to_owned(), all)
        }
        WhyNot::After(all) => differ(format!("{action} leads to another state"), all),
    }
}
