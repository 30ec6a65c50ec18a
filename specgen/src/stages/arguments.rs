//! What the tools of the stages take: plain data, with the schemas that the model is shown.

use super::state::PlanStep;
use crate::draft::change::Cause;
use crate::draft::{Claim, Constant, Definition, Variable};
use schemars::JsonSchema;
use serde::Deserialize;

/// Lines of the code.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Lines {
    /// The file, relative to the codebase.
    pub file: String,
    /// The first line.
    pub line: usize,
    /// The last line; the first one if it is left out.
    pub end_line: Option<usize>,
    /// What stands there, word for word; it is compared.
    pub quote: Option<String>,
}

/// The plan.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitPlan {
    /// The steps, in order.
    pub steps: Vec<PlanStep>,
}

/// The end of exploring.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishExploring {
    /// How the feature works, in a few sentences.
    pub overview: String,
}

/// There is no such feature.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NoSuchFeature {
    /// What was looked for, and what is there instead.
    pub why: String,
}

/// A document.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SubmitDocument {
    /// Which.
    pub document: Which,
    /// Its title.
    pub title: String,
    /// Its sections.
    pub sections: Vec<SectionGiven>,
}

/// A document's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Which {
    /// How the component is built.
    Architecture,
    /// What it does, and what it promises.
    Behavior,
}

/// A section.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SectionGiven {
    /// Its heading.
    pub heading: String,
    /// Its sentences.
    pub claims: Vec<ClaimGiven>,
}

/// A sentence and the code that shows it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ClaimGiven {
    /// The sentence.
    pub text: String,
    /// The code; at least one place.
    pub sources: Vec<Lines>,
}

/// Nothing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

/// What the spec begins with.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetFrame {
    /// The module's name.
    pub module: String,
    /// One line that says what it models.
    pub about: String,
    /// Standard modules: Naturals, Integers, Sequences, FiniteSets, TLC …
    pub extends: Vec<String>,
    /// Constants with their values in the model.
    pub constants: Vec<Constant>,
    /// Variables.
    pub variables: Vec<Variable>,
    /// Operators that the other parts use, in an order in which each uses earlier ones only.
    #[serde(default)]
    pub operators: Vec<Definition>,
    /// The initial predicate.
    pub init: Definition,
    /// The type invariant.
    pub type_invariant: Definition,
    /// Whether a state without steps is an error.
    #[serde(default)]
    pub deadlock: bool,
}

/// An action.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutAction {
    /// Its name.
    pub name: String,
    /// `Name(params) == …`, one definition.
    pub text: String,
    /// The disjunct of `Next` with which it is taken: `\E p \in Primaries : Name(p)`.
    pub step: String,
    /// The code that it models; at least one place.
    pub sources: Vec<Lines>,
}

/// Several changes that only make sense together, such as a variable more.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Revise {
    /// Variables to be added.
    #[serde(default)]
    pub variables: Vec<Variable>,
    /// Constants to be added, or to be given another value.
    #[serde(default)]
    pub constants: Vec<Constant>,
    /// Operators to be added or replaced.
    #[serde(default)]
    pub operators: Vec<Definition>,
    /// The initial predicate, where it changes.
    pub init: Option<Definition>,
    /// Actions to be added or replaced.
    #[serde(default)]
    pub actions: Vec<PutAction>,
    /// Actions to be taken out.
    #[serde(default)]
    pub remove_actions: Vec<String>,
}

/// A predicate that bounds the search.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetConstraint {
    /// The predicate; left out, nothing bounds it.
    pub constraint: Option<Definition>,
}

/// Fairness.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetFairness {
    /// All conjuncts of `Spec` such as `WF_vars(Next)`.
    pub conjuncts: Vec<String>,
}

/// Claims.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutClaims {
    /// Invariants: at least ten where the feature bears them.
    pub invariants: Vec<Claim>,
    /// Temporal properties, and properties of steps.
    #[serde(default)]
    pub properties: Vec<Claim>,
}

/// The end of writing.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FinishDraft {
    /// Why the feature bears fewer than ten invariants, if it does.
    pub fewer_because: Option<String>,
}

/// What a violation comes from.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Classify {
    /// The claim that is violated.
    pub violated: String,
    /// What it comes from.
    pub cause: Cause,
    /// The code that shows it; at least one place.
    pub evidence: Vec<Lines>,
    /// Why, in a sentence or two; the report shows it.
    pub justification: String,
}

/// A finding.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordFinding {
    /// In a few words.
    pub title: String,
    /// The claim that is violated.
    pub violated: String,
    /// What happens, step by step, in words of the code.
    pub interleaving: String,
    /// How it could be mended.
    pub fix: String,
    /// The finding that it takes the place of, if there is one.
    pub instead_of: Option<String>,
}

/// A finding that is none.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WithdrawFinding {
    /// Which.
    pub id: String,
    /// Why it is none after all.
    pub because: String,
}

/// A mechanism that the history shows.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordMechanism {
    /// The commit.
    pub commit: String,
    /// What it does, and why.
    pub what: String,
    /// Words of the commit's message that say so; they are compared.
    pub quote: String,
    /// Where the code has it now; at least one place.
    pub sources: Vec<Lines>,
}
