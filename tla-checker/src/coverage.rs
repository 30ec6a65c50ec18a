//! Coverage: how often each part of a model was evaluated, and what never happened.
//!
//! Enters: what a run counted (`coverage/chart.rs`). Leaves: [`Coverage`], data for the reports: for each action how
//! many states it generated and how many of them were new, for each expression how often it was evaluated, and
//! [`Finding`]s: actions never taken, conditions that always came out the same.
//! Holds: everything here was counted by the one evaluator, in a search that leaves out no evaluation. So a
//! count says how often an expression is evaluated when each state is expanded once, each new state judged once,
//! and nothing recalled; it does not depend on the number of workers, as one worker counts. Copies of an
//! expression (calls inlined, quantifiers taken apart) are one: what stands in one place is added up.

pub(crate) mod chart;
mod findings;

use crate::outcome::Outcome;
use tla_parser::source::Span;

/// What a run covered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The initial predicate, the actions, and the formulas of the model, in this order.
    pub parts: Vec<Part>,
    /// What never happened, in the order of the parts.
    pub findings: Vec<Finding>,
}

impl Coverage {
    /// Adds the variables that never change, first.
    pub(crate) fn variables(&mut self, names: &[String], spans: &[Span], outcome: &Outcome) {
        let finding = |&variable: &usize| Finding {
            kind: FindingKind::VariableNeverChanges,
            span: spans[variable],
            name: names[variable].clone(),
            evaluated: outcome.distinct_states,
        };
        self.findings.splice(0..0, outcome.unchanged.iter().map(finding));
    }
}

/// What a part of a model is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartKind {
    /// The initial predicate.
    Initial,
    /// A disjunct of Next; all its instances.
    Action,
    /// CONSTRAINT.
    Constraint,
    /// ACTION_CONSTRAINT.
    ActionConstraint,
    /// INVARIANT, or a property of each state.
    Invariant,
    /// A property of initial states.
    InitialProperty,
    /// A property of each step.
    StepProperty,
    /// A state predicate or an action inside a temporal property or fairness.
    Temporal,
    /// VIEW.
    View,
}

impl PartKind {
    /// In a few words.
    pub fn words(self) -> &'static str {
        match self {
            PartKind::Initial => "initial predicate",
            PartKind::Action => "action",
            PartKind::Constraint => "constraint",
            PartKind::ActionConstraint => "action constraint",
            PartKind::Invariant => "invariant",
            PartKind::InitialProperty => "property of initial states",
            PartKind::StepProperty => "property of steps",
            PartKind::Temporal => "part of a temporal property",
            PartKind::View => "view",
        }
    }
}

/// A part of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// The definition's name.
    pub name: String,
    /// Where that is defined.
    pub span: Span,
    /// The part of the definition, where it is not the whole of it: a disjunct of Next without a name.
    pub disjunct: Option<Span>,
    /// Of the initial predicate and of actions.
    pub states: Option<States>,
    /// The expressions in it, in the order of the text, each before those inside it. An expression that is the
    /// same in all states and was worked out once is not among them.
    pub expressions: Vec<Expression>,
}

/// The states that an action led to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct States {
    /// How many of them were new: a state counts for the action that found it first. In a simulation, how often
    /// the action was taken, and nothing of the initial predicate.
    pub distinct: Option<u64>,
    /// How many were generated, those outside the constraints included.
    pub generated: u64,
}

/// How often an expression was evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Where it stands.
    pub span: Span,
    /// In how many other expressions of this list it stands.
    pub depth: u32,
    /// How often it was evaluated, or, of a conjunct of an action, tried.
    pub evaluated: u64,
    /// How many expressions were evaluated for that, all in all, itself included; names and literals do not
    /// count. Of what was tried as an action, only where it was a condition.
    pub cost: u64,
    /// How often it was true where it was a condition.
    pub yes: u64,
    /// How often it was false there.
    pub no: u64,
}

/// What never happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// An action had no step in any state.
    ActionNeverTaken,
    /// A variable has the same value in all states.
    VariableNeverChanges,
    /// A conjunct was never false: without it everything would be the same.
    NeverFalse,
    /// A conjunct was never true: nothing lies behind it.
    NeverTrue,
    /// The left side of `=>` was never true.
    AntecedentNeverTrue,
    /// A disjunct was never true.
    DisjunctNeverTrue,
    /// A branch of IF or CASE was never taken.
    BranchNeverTaken,
}

/// Something that never happened, and where it would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What.
    pub kind: FindingKind,
    /// Where.
    pub span: Span,
    /// In which part of the model, by its name; of a variable, its own name.
    pub name: String,
    /// How often it was looked at.
    pub evaluated: u64,
}
