//! How an evaluation fails: each fault of a value or an expression as a [`Failure`].
//!
//! Holds: the message says what happened with the values; the place and the calls are added here
//! and on the way out.

use super::{Evaluator, Result};
use crate::failure::{Failure, FailureKind};
use crate::ir::*;
use crate::value::{Fault, Short, Value, ValueError};
use tla_parser::code::{self, Code};

/// A value for a message, cut when it is long.
pub(crate) fn brief(value: &Value) -> String {
    Short(value).to_string()
}

impl<'m> Evaluator<'m> {
    #[cold]
    pub(super) fn failure(&self, at: NodeId, kind: FailureKind, code: Code, message: String) -> Box<Failure> {
        Box::new(Failure {
            kind,
            code,
            message,
            span: Some(self.ir.span(at)),
            notes: Vec::new(),
            help: None,
            calls: Vec::new(),
        })
    }

    #[cold]
    pub(super) fn evaluation(&self, at: NodeId, code: Code, message: String) -> Box<Failure> {
        self.failure(at, FailureKind::Evaluation, code, message)
    }

    /// A value's own result, its fault placed at the expression.
    #[inline]
    pub(super) fn checked<T>(&self, result: std::result::Result<T, ValueError>, at: NodeId) -> Result<T> {
        match result {
            Ok(value) => Ok(value),
            Err(e) => Err(self.value_fault(at, &e)),
        }
    }

    #[cold]
    pub(crate) fn value_fault(&self, at: NodeId, e: &ValueError) -> Box<Failure> {
        let (code, kind, help) = match e.fault() {
            Fault::Incomparable { .. } | Fault::Foreign { .. } | Fault::InfiniteComparison { .. } => {
                (code::INCOMPARABLE, FailureKind::Evaluation, None)
            }
            Fault::NotInDomain { .. }
            | Fault::NoField { .. }
            | Fault::OutsideSequence { .. }
            | Fault::EmptySequence { .. } => (code::OUTSIDE_DOMAIN, FailureKind::Evaluation, None),
            Fault::DivisionByZero { .. } | Fault::ModulusNotPositive { .. } | Fault::BadExponent { .. } => {
                (code::ARITHMETIC, FailureKind::Evaluation, None)
            }
            Fault::SetTooLarge { limit, .. } if *limit != self.limits.max_set => {
                (code::SET_TOO_LARGE, FailureKind::Limit, Some("write the set smaller"))
            }
            Fault::SetTooLarge { .. } => (
                code::SET_TOO_LARGE,
                FailureKind::Limit,
                Some("raise the limit with `--max-set-size`, or write the set smaller"),
            ),
            Fault::TooManyParts { .. } => (
                code::VALUE_TOO_LARGE,
                FailureKind::Limit,
                Some(
                    "raise the limit with `--max-set-size` (32 parts for each element), or keep less in the value",
                ),
            ),
            Fault::TooDeep { .. } | Fault::StringTooLong { .. } | Fault::IntegerTooLarge { .. } => {
                (code::VALUE_TOO_LARGE, FailureKind::Limit, None)
            }
            Fault::InfiniteSet { .. } | Fault::InfiniteFunction { .. } => (
                code::INFINITE,
                FailureKind::Evaluation,
                Some(
                    "override the infinite set in the configuration, e.g. `Nat <- 0..3`, or bound it in the spec",
                ),
            ),
            _ => (code::TYPE_ERROR, FailureKind::Evaluation, None),
        };
        let mut failure = self.failure(at, kind, code, e.to_string());
        failure.help = help.map(str::to_string);
        if let Fault::NoField { record: Value::Record(record), field } = e.fault() {
            let field = field.text();
            let near = (record.shape().names().iter())
                .map(|name| (strsim::damerau_levenshtein(field, name.text()), name.text()))
                .min();
            if let Some((distance, name)) = near
                && distance <= (field.len() / 3).max(1)
            {
                failure.help = Some(format!("did you mean `{name}`?"));
            }
        }
        failure
    }

    #[cold]
    pub(super) fn not_boolean(&self, at: NodeId, value: &Value) -> Box<Failure> {
        let message =
            format!("a formula must be TRUE or FALSE, but this is {}: {}", value.kind_name(), brief(value));
        self.evaluation(at, code::TYPE_ERROR, message)
    }

    #[cold]
    pub(super) fn unassigned(&self, at: NodeId, variable: u32, next: bool) -> Box<Failure> {
        let mut names = self.ir.variables.iter().chain(&self.ir.hidden);
        let name = names.nth(variable as usize).expect("a variable has a name");
        // Under a prime the current state is the next one.
        let next = next != self.door.is_shifted();
        let prime = if next { "'" } else { "" };
        let message = format!("`{name}{prime}` is used before it has a value");
        let mut failure = self.evaluation(at, code::USED_UNASSIGNED, message);
        failure.help = Some(match next {
            false if !self.init => "there is no state here for variables to have values in".to_owned(),
            // Inside ENABLED, and `\cdot`, nobody else gives it one.
            true if self.copies.is_none() => format!(
                "the action has to say what `{name}'` is: put `{name}' = …` or `{name}' \\in …` before its use, or UNCHANGED"
            ),
            _ => format!(
                "values are given from left to right: put `{name}{prime} = …` or `{name}{prime} \\in …` before its use"
            ),
        });
        failure
    }

    #[cold]
    pub(super) fn not_a_tuple(&self, at: NodeId, wanted: usize, value: &Value) -> Box<Failure> {
        let message = format!("the pattern needs tuples of {wanted}, but an element is {}", brief(value));
        self.evaluation(at, code::TYPE_ERROR, message)
    }

    #[cold]
    pub(super) fn no_choice(&self, at: NodeId, set: &Value) -> Box<Failure> {
        let message = format!("no element satisfies the predicate of CHOOSE; the set is {}", brief(set));
        self.evaluation(at, code::NO_CHOICE, message)
    }

    #[cold]
    pub(super) fn no_case(&self, at: NodeId) -> Box<Failure> {
        let mut failure = self.evaluation(at, code::NO_CASE, "no condition of the CASE is true".into());
        failure.help = Some("add `[] OTHER -> …` if the remaining cases mean something".into());
        failure
    }

    #[cold]
    pub(super) fn unbounded(&self, at: NodeId, what: &str) -> Box<Failure> {
        let message = format!("`{what}` ranges over all values and cannot be evaluated");
        let mut failure = self.evaluation(at, code::UNBOUNDED, message);
        failure.help = Some(
            "give a set (`x \\in S`), or replace the definition in the configuration (`Op <- value`)".into(),
        );
        failure
    }

    #[cold]
    pub(super) fn nothing(&self, at: NodeId, why: &str) -> Box<Failure> {
        self.evaluation(at, code::NO_VALUE, why.to_string())
    }

    #[cold]
    pub(super) fn operator_as_value(&self, at: NodeId) -> Box<Failure> {
        self.evaluation(at, code::NO_VALUE, "an operator is not a value".into())
    }

    #[cold]
    pub(super) fn outside_domain(&self, at: NodeId, domain: &Value, argument: &Value) -> Box<Failure> {
        let message = format!("{} is not in the domain of the function: {}", brief(argument), brief(domain));
        self.evaluation(at, code::OUTSIDE_DOMAIN, message)
    }

    #[cold]
    pub(super) fn circular(&self, at: NodeId, name: &str, argument: &Value) -> Box<Failure> {
        let message = format!("the value of `{name}[{}]` depends on itself", brief(argument));
        self.evaluation(at, code::CIRCULAR_FUNCTION, message)
    }

    #[cold]
    pub(super) fn too_deep(&self, at: NodeId) -> Box<Failure> {
        let limit = self.setting.bounds.max_recursion;
        let message =
            format!("more than {limit} operator calls are nested: the recursion does not seem to end");
        let mut failure = self.failure(at, FailureKind::Limit, code::RECURSION_LIMIT, message);
        failure.help = Some("if it does end, raise the limit with `--max-recursion`".into());
        failure
    }

    #[cold]
    pub(super) fn too_much_stack(&self, at: NodeId, bytes: usize) -> Box<Failure> {
        let message =
            format!("more than {} MB of stack are needed: the recursion does not seem to end", bytes >> 20);
        let mut failure = self.failure(at, FailureKind::Limit, code::RECURSION_LIMIT, message);
        failure.help = Some("if it does end, raise the limit with `--max-recursion`".into());
        failure
    }

    pub(super) fn check_size(&self, size: usize, at: NodeId) -> Result<()> {
        if size >= self.limits.max_set {
            let message = format!("a set of more than {} elements would be built", self.limits.max_set);
            let mut failure = self.failure(at, FailureKind::Limit, code::SET_TOO_LARGE, message);
            failure.help = Some("raise the limit with `--max-set-size`, or write the set smaller".into());
            return Err(failure);
        }
        Ok(())
    }

    #[cold]
    pub(super) fn incomplete(&self, at: NodeId, missing: &[&str], next: bool) -> Box<Failure> {
        let names =
            missing.iter().map(|n| format!("`{n}{}`", if next { "'" } else { "" })).collect::<Vec<_>>();
        let (verb, kind) =
            (if missing.len() == 1 { "has" } else { "have" }, if next { "next" } else { "initial" });
        let message = format!("{} {verb} no {kind} value", names.join(", "));
        let mut failure = self.failure(at, FailureKind::Unassigned, code::INCOMPLETE_STATE, message);
        failure.help = Some(if next {
            format!("add `{}' = …` or `UNCHANGED {}` to the action", missing[0], missing[0])
        } else {
            format!("add `{} = …` or `{} \\in …` to the initial predicate", missing[0], missing[0])
        });
        failure
    }

    #[cold]
    pub(super) fn cancelled(&self, at: NodeId) -> Box<Failure> {
        self.failure(at, FailureKind::Cancelled, code::CANCELLED, "the run was cancelled".into())
    }

    #[cold]
    pub(super) fn internal(&self, at: NodeId, what: &str) -> Box<Failure> {
        let mut failure = self.failure(at, FailureKind::Internal, code::INTERNAL, what.to_string());
        failure.help = Some("this is a bug of tlacheck: please report it with the spec".into());
        failure
    }
}
