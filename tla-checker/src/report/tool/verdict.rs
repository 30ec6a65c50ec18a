//! A verdict with its trace, in TLC's words.
//!
//! Enters: a violation. Leaves: messages in TLC's order: what is wrong, the behaviour up to there, the nested
//! expressions that were under evaluation.

use super::ToolOptions;
use super::message::{Class, Code, message};
use super::rejected;
use super::state::{self, Messages};
use crate::failure::{Failure, FailureKind};
use crate::outcome::{Bound, Outcome, Phase, Verdict, Violation};
use crate::report::rejection::reasons;
use crate::report::words::headline;

/// That nothing is wrong. Of a simulation that has come to its end TLC says nothing.
pub(super) fn success(outcome: &Outcome) -> Option<(Code, Class, String)> {
    match outcome.verdict {
        Verdict::Bounded(Bound::Behaviours) => return None,
        Verdict::Bounded(_) => return Some((Code::GENERAL, Class::Warning, headline(&outcome.verdict))),
        _ => {}
    }
    let chance = match outcome.collision_probability {
        chance if chance <= 0.0 => "0.0".to_owned(),
        chance => format!("{chance:.1E}"),
    };
    let text = format!(
        "Model checking completed. No error has been found.\n  Estimates of the probability that TLC did not \
         check all reachable states\n  because two distinct states had the same fingerprint:\n  calculated \
         (optimistic):  val = {chance}"
    );
    Some((Code::SUCCESS, Class::Plain, text))
}

/// Whether TLC says how deep the search went.
pub(super) fn tells_depth(verdict: &Verdict) -> bool {
    match verdict {
        Verdict::Liveness { .. } => false,
        Verdict::Failure(phase, failure) => {
            *phase == Phase::Invariant || failure.kind == FailureKind::Unassigned
        }
        _ => true,
    }
}

/// What is wrong, and what shows it.
pub(super) fn messages(violation: &Violation, options: &ToolOptions<'_>) -> Messages {
    let Violation { verdict, trace, cycle } = violation;
    let mut out = Vec::new();
    let place = |span: &Option<tla_parser::source::Span>, name: &str| {
        span.map_or_else(|| name.to_owned(), |s| options.places.full(options.places.body(s), options.sources))
    };
    let mut error = |code: Code, text: String| out.push((code, Class::Error, text));
    let mut shown = false;
    match verdict {
        Verdict::Success | Verdict::Bounded(_) => {}
        Verdict::Assumption { name, span } => {
            error(Code::ASSUMPTION_FALSE, format!("Assumption {} is false.", place(span, name)));
        }
        Verdict::Postcondition { name } => {
            error(Code::ASSUMPTION_FALSE, format!("Postcondition {name} is false."));
        }
        Verdict::Invariant { name, initial: true, .. } if trace.len() == 1 => {
            let state = state::variables(&trace[0], None);
            let text = format!("Invariant {name} is violated by the initial state:\n{state}\n");
            error(Code::INVARIANT_VIOLATED_INITIAL, text);
            shown = true;
        }
        Verdict::Invariant { name, .. } => {
            error(Code::INVARIANT_VIOLATED_BEHAVIOR, format!("Invariant {name} is violated."));
        }
        Verdict::InitialProperty { name, .. } => {
            let state = trace.first().map(|state| state::variables(state, None)).unwrap_or_default();
            let text = format!("Property {name} is violated by the initial state:\n{state}\n");
            error(Code::PROPERTY_VIOLATED_INITIAL, text);
            shown = true;
        }
        Verdict::ActionProperty { name, span } => {
            let text = format!("Action property {} is violated.", place(span, name));
            error(Code::ACTION_PROPERTY_VIOLATED, text);
        }
        Verdict::Deadlock => error(Code::DEADLOCK_REACHED, "Deadlock reached.".to_owned()),
        Verdict::Liveness { .. } => {
            error(Code::TEMPORAL_PROPERTY_VIOLATED, "Temporal properties were violated.\n".to_owned());
            let text = "The following behavior constitutes a counter-example:\n".to_owned();
            error(Code::COUNTER_EXAMPLE, text);
            state::trace(trace, options, &mut out);
            if let Some(cycle) = cycle {
                state::cycle(trace, cycle, options, &mut out);
            }
            shown = true;
        }
        Verdict::LogNotAdmitted(rejection) => {
            let reasons = reasons(rejection, options.sources);
            let reasons = reasons.iter().map(|reason| rejected::text(reason, options));
            let lines: Vec<String> = std::iter::once(headline(verdict)).chain(reasons).collect();
            error(Code::GENERAL, lines.join("\n"));
        }
        Verdict::Failure(_, failure) if failure.kind == FailureKind::Cancelled => {
            out.push((Code::GENERAL, Class::Warning, headline(verdict)));
        }
        Verdict::Failure(phase, failure) => failed(*phase, failure, options, &mut out),
    }
    if !shown && !trace.is_empty() {
        out.push((
            Code::BEHAVIOR_UP_TO_THIS_POINT,
            Class::Error,
            "The behavior up to this point is:".to_owned(),
        ));
        state::trace(trace, options, &mut out);
    }
    if let Verdict::Failure(phase, failure) = verdict {
        nested(*phase, failure, options, &mut out);
    }
    out
}

/// An evaluation that failed.
fn failed(phase: Phase, failure: &Failure, options: &ToolOptions<'_>, out: &mut Messages) {
    let text = match failure.message.strip_prefix("the assertion is false: ") {
        Some(said) if failure.kind == FailureKind::Assert => {
            let text =
                format!("The first argument of Assert evaluated to FALSE; the second argument was:\n{said}");
            message(Code::ASSERT_FAILED, Class::Plain, &text)
        }
        _ => {
            let place = failure
                .span
                .map_or(String::new(), |s| format!("\n{}", options.places.full(s, options.sources)));
            let help = failure.help.as_ref().map_or(String::new(), |help| format!("\n({help})"));
            format!("{} [{}]{place}{help}", failure.message, failure.code)
        }
    };
    // The outermost call is of what was asked for.
    let asked = failure.calls.last().map_or("", |call| call.name.as_str());
    let (code, head) = match (phase, failure.kind) {
        (_, FailureKind::Internal) => {
            out.push((
                Code::BUG,
                Class::Bug,
                format!("This is a bug in tlacheck, please report it.\n{text}"),
            ));
            return;
        }
        (Phase::Initial, FailureKind::Unassigned) => (Code::INITIAL_STATE, String::new()),
        (Phase::Next, FailureKind::Unassigned) => (Code::STATE_NOT_COMPLETELY_SPECIFIED_NEXT, String::new()),
        (Phase::Assumption, _) => {
            let place = failure.calls.last().map(|call| call.span).or(failure.span);
            let place = place
                .map_or(String::new(), |span| format!(" {}", options.places.full(span, options.sources)));
            (Code::ASSUMPTION_EVALUATION_ERROR, format!("Evaluating assumption{place} failed.\n"))
        }
        (Phase::Invariant, _) => {
            (Code::INVARIANT_EVALUATION_FAILED, format!("Evaluating invariant {asked} failed.\n"))
        }
        (Phase::ActionProperty, _) => {
            (Code::ACTION_PROPERTY_EVALUATION_FAILED, format!("Evaluating action property {asked} failed.\n"))
        }
        _ => (Code::GENERAL, String::new()),
    };
    out.push((code, Class::Error, head + &text));
}

/// The calls that were under way, outermost first, and the expression that failed.
fn nested(phase: Phase, failure: &Failure, options: &ToolOptions<'_>, out: &mut Messages) {
    let explained = matches!(phase, Phase::Invariant | Phase::Assumption | Phase::Setup);
    if explained
        || matches!(failure.kind, FailureKind::Unassigned | FailureKind::Internal | FailureKind::Cancelled)
    {
        return;
    }
    let mut spans: Vec<_> = failure.calls.iter().rev().map(|call| call.span).collect();
    spans.extend(failure.span);
    spans.dedup();
    if spans.is_empty() {
        return;
    }
    let mut text = "The error occurred when TLC was evaluating the nested\nexpressions at the following \
                    positions:\n"
        .to_owned();
    for (at, span) in spans.into_iter().enumerate() {
        text += &format!("{at}. {}\n", options.places.nested(options.places.body(span), options.sources));
    }
    out.push((Code::NESTED_EXPRESSION, Class::Error, text + "\n"));
}
