//! Verdicts, numbers and times in words.
//!
//! Enters: data. Leaves: a line of English, without line breaks of its own.

use crate::failure::FailureKind;
use crate::outcome::{Bound, Phase, Rejection, Verdict};
use std::time::Duration;

/// A verdict in one line: `invariant TypeOK is violated`.
pub fn headline(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Success => "no error found".into(),
        Verdict::Bounded(bound) => format!("no error found so far; stopped {}", stopped(*bound)),
        Verdict::Assumption { name, .. } => format!("assumption {name} is false"),
        Verdict::Postcondition { name } => format!("postcondition {name} is false"),
        Verdict::Deadlock => "deadlock: a state has no successor".into(),
        Verdict::LogNotAdmitted(rejection) if rejection.trace.is_some() => {
            let states = rejection.trace.unwrap_or_default();
            match rejection.event {
                1 => "the trace is no behaviour of the spec: its first state is no initial state".to_owned(),
                event if event > states => {
                    "the trace is no behaviour of the spec: no step leads back from its last state".to_owned()
                }
                event => format!("the trace is no behaviour of the spec: no step leads to state {event}"),
            }
        }
        Verdict::LogNotAdmitted(rejection) => {
            let Rejection { event, line, .. } = &**rejection;
            format!("the log is not admitted: no step matches event {event} (line {line})")
        }
        Verdict::Invariant { name, initial: false, .. } => format!("invariant {name} is violated"),
        Verdict::Invariant { name, .. } => format!("invariant {name} is violated by an initial state"),
        Verdict::ActionProperty { name, .. } => format!("property {name} is violated by a step"),
        Verdict::InitialProperty { name, .. } => format!("property {name} is violated by an initial state"),
        Verdict::Liveness { name, .. } => format!("temporal property {name} is violated"),
        Verdict::Failure(at, failure) => match failure.kind {
            FailureKind::Cancelled => format!("cancelled {}", phase(*at)),
            FailureKind::Internal => format!("a bug in tlacheck {}: {}", phase(*at), failure.message),
            _ => failure.message.clone(),
        },
    }
}

/// Why a bounded run stopped.
pub(super) fn stopped(bound: Bound) -> &'static str {
    match bound {
        Bound::Depth => "at the depth given",
        Bound::States => "at the number of states given",
        Bound::Time => "at the time given",
        Bound::Cancelled => "on request",
        Bound::Observer => "by the observer",
        Bound::Spec => "by the spec",
        Bound::Behaviours => "at the number of behaviours given",
    }
}

/// Where an evaluation failed: `while evaluating an invariant`.
pub fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Setup => "while making ready to search",
        Phase::Assumption => "while evaluating an assumption",
        Phase::Initial => "while generating initial states",
        Phase::Next => "while generating the successors of a state",
        Phase::Invariant => "while evaluating an invariant",
        Phase::ActionProperty => "while evaluating a step property",
        Phase::InitialProperty => "while evaluating a property of initial states",
        Phase::Temporal => "while evaluating a part of a temporal property or of fairness",
        Phase::Constraint => "while evaluating a constraint",
        Phase::View => "while evaluating VIEW",
        Phase::Postcondition => "while evaluating the postcondition",
    }
}

/// `1234567` as `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 state`, `1,234 states`.
pub(super) fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

/// A wall time: `0.05 s`, `75.2 s`, `12 min 5 s`.
pub(super) fn duration(seconds: f64) -> String {
    let whole = Duration::try_from_secs_f64(seconds).unwrap_or_default().as_secs();
    match seconds {
        s if s < 10.0 => format!("{s:.2} s"),
        s if s < 120.0 => format!("{s:.1} s"),
        _ if whole < 7200 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_times() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), text);
        }
        for (seconds, text) in [
            (0.0, "0.00 s"),
            (0.049, "0.05 s"),
            (75.21, "75.2 s"),
            (725.0, "12 min 5 s"),
            (7260.0, "2 h 1 min"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
