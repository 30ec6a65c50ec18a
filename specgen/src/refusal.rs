//! Why something that a model wanted is not done.
//!
//! Enters: what it wanted. Leaves: a named reason, what is wrong, and what to do, as the model and the report are told.
//! Holds: a refusal changes nothing. Its name is stable: tests, journals and reports go by it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The reasons for refusals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// A tool that this stage does not have, or that does not exist.
    NoSuchTool,
    /// Arguments that are none of the tool's.
    BadArguments,
    /// The same call as before, again and again.
    RepeatedCall,
    /// A path outside the codebase.
    PathEscape,
    /// A file that cannot be shown.
    Unreadable,
    /// A place that is not there, or does not hold what is quoted.
    NoSuchPlace,
    /// A claim without a place in the code.
    NoEvidence,
    /// A file that what was read makes use of was ruled out, or not looked at.
    RuledOutButUsed,
    /// Files are left that were neither read nor ruled out.
    NotCovered,
    /// A text that is not TLA+.
    NotTla,
    /// A part that is not one definition.
    NotOneDefinition,
    /// A name that something else has.
    NameTaken,
    /// There is no part of that name.
    NoSuchPart,
    /// The spec does not resolve, or cannot be evaluated.
    DoesNotCheck,
    /// An invariant that says nothing of any state.
    TrivialInvariant,
    /// A locked invariant would say something else.
    InvariantChanged,
    /// An invariant that no mutant of the spec violates.
    KillsNothing,
    /// Fewer invariants than the feature bears.
    TooFewInvariants,
    /// `Next` has no step.
    EmptyNext,
    /// A constraint that leaves next to nothing.
    ConstraintCutsAll,
    /// The model (constants, constraint, deadlock) would change.
    ModelChanged,
    /// Fairness would be weaker.
    FairnessWeakened,
    /// A violation is to be classified first.
    NotClassified,
    /// Something is said to be done that is not.
    NotDone,
}

impl Reason {
    /// The name.
    pub fn name(self) -> String {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::String(name)) => name,
            _ => unreachable!("an enum without fields is a string"),
        }
    }
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Refused {
    /// Its reason.
    pub reason: Reason,
    /// What is wrong.
    pub message: String,
    /// What to do; empty where the message says it.
    pub help: String,
}

impl Refused {
    /// A refusal.
    pub fn new(reason: Reason, message: impl Into<String>, help: impl Into<String>) -> Refused {
        Refused { reason, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "refused ({}): {}", self.reason.name(), self.message)?;
        if !self.help.is_empty() {
            write!(f, "\nhelp: {}", self.help)?;
        }
        Ok(())
    }
}

impl std::error::Error for Refused {}
