//! What a run knows: the data that stages leave to one another, and that the report shows.
//!
//! Holds: all of it serialises, in a fixed order; the journal keeps it after each stage.

use crate::codebase::ledger::Ledger;
use crate::draft::change::{Grounds, Weakening};
use crate::draft::lock::Locks;
use crate::draft::{Draft, Source};
use crate::refusal::Refused;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The stages, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// What is to be done.
    Plan,
    /// What of the code matters.
    Explore,
    /// How it is built and what it does.
    Document,
    /// The spec.
    Draft,
    /// Whether its claims hold.
    Check,
    /// What the history adds.
    History,
    /// What the claims notice.
    Challenge,
    /// What came of it.
    Report,
}

impl Stage {
    /// All of them.
    pub const ALL: [Stage; 8] = [
        Stage::Plan,
        Stage::Explore,
        Stage::Document,
        Stage::Draft,
        Stage::Check,
        Stage::History,
        Stage::Challenge,
        Stage::Report,
    ];

    /// Its name, as the journal has it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::Plan => "plan",
            Stage::Explore => "explore",
            Stage::Document => "document",
            Stage::Draft => "draft",
            Stage::Check => "check",
            Stage::History => "history",
            Stage::Challenge => "challenge",
            Stage::Report => "report",
        }
    }

    /// What happens in it.
    pub fn about(self) -> &'static str {
        match self {
            Stage::Plan => "what is to be done",
            Stage::Explore => "reading the code",
            Stage::Document => "architecture and behaviour",
            Stage::Draft => "the spec, an action at a time",
            Stage::Check => "checking it",
            Stage::History => "reading the history",
            Stage::Challenge => "what the claims notice",
            Stage::Report => "the report",
        }
    }
}

/// A step of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanStep {
    /// What is to be done.
    pub step: String,
    /// What it produces.
    pub produces: String,
}

/// A document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its title.
    pub title: String,
    /// Its sections.
    pub sections: Vec<Section>,
}

/// A section of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Its heading.
    pub heading: String,
    /// Sentences, each with the code that shows it.
    pub claims: Vec<Cited>,
}

/// A sentence and the code that shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cited {
    /// The sentence.
    pub text: String,
    /// The code.
    pub sources: Vec<Source>,
}

/// A check of the spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Its number, from 1.
    pub number: usize,
    /// The stage it belongs to.
    pub stage: Stage,
    /// The hash of module and configuration.
    pub spec: String,
    /// The verdict in one line.
    pub summary: String,
    /// Whether everything was searched.
    pub complete: bool,
    /// Different states.
    pub states: u64,
    /// Levels.
    pub depth: u32,
    /// Actions, with how many states each led to.
    pub actions: BTreeMap<String, u64>,
    /// What is violated.
    pub violated: Vec<Violation>,
}

/// A violated claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// Its name; `deadlock` and `evaluation` for what has none.
    pub name: String,
    /// What is wrong, drawn.
    pub drawn: String,
    /// The behaviour that leads there, where it was told.
    pub trace: Vec<Step>,
}

/// A state of a behaviour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The action that leads to it.
    pub action: String,
    /// The variables that differ from the state before, all of the first state's.
    pub changed: BTreeMap<String, String>,
}

/// Something that the code does wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// `F1`, `F2`, …
    pub id: String,
    /// In a few words.
    pub title: String,
    /// The claim that is violated.
    pub violated: String,
    /// The check that showed it.
    pub check: usize,
    /// What happens, step by step, in words of the code.
    pub interleaving: String,
    /// How it could be mended.
    pub fix: String,
    /// Why it is the code and not the spec.
    pub grounds: Grounds,
    /// The behaviour.
    pub trace: Vec<Step>,
    /// Why it is none after all.
    pub withdrawn: Option<String>,
}

/// A mechanism that the history shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mechanism {
    /// The commit's full name.
    pub commit: String,
    /// The first line of its message.
    pub subject: String,
    /// What it does.
    pub what: String,
    /// Where the code has it.
    pub sources: Vec<Source>,
}

/// What the claims notice.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// How many mutants were tried, and how many of them were noticed, survived or could not be decided.
    pub tried: u64,
    /// Noticed.
    pub killed: u64,
    /// Not noticed, though everything was searched.
    pub survived: u64,
    /// Not noticed as far as the search went.
    pub undecided: u64,
    /// Claims, and how many mutants each notices.
    pub kills: BTreeMap<String, u64>,
    /// Mutants that survived: what was changed.
    pub survivors: Vec<String>,
    /// What never happens in the spec.
    pub never: Vec<String>,
    /// Claims whose antecedents were never true.
    pub vacuous: Vec<String>,
    /// Why nothing could be tried.
    pub failed: Option<String>,
}

/// Something that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// In which stage.
    pub stage: Stage,
    /// Of which tool.
    pub tool: String,
    /// Why.
    pub refused: Refused,
}

/// All that a run knows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// The plan.
    pub plan: Vec<PlanStep>,
    /// The plan as a person left it, where somebody changed it.
    pub plan_edited: Option<String>,
    /// Why there is no such feature.
    pub no_feature: Option<String>,
    /// What was read.
    pub ledger: Ledger,
    /// What exploring came to.
    pub overview: String,
    /// `architecture` and `behavior`.
    pub documents: BTreeMap<String, Document>,
    /// The spec.
    pub draft: Draft,
    /// What its claims said when they were locked.
    pub locks: Locks,
    /// Why there are fewer claims than usual.
    pub few_invariants: Option<String>,
    /// What decides verdicts and was changed since.
    pub weakenings: Vec<Weakening>,
    /// The checks.
    pub checks: Vec<Check>,
    /// What the last violation was classified as.
    pub grounds: Option<Grounds>,
    /// What the code does wrong.
    pub findings: Vec<Finding>,
    /// What the history showed.
    pub mechanisms: Vec<Mechanism>,
    /// What the claims notice.
    pub challenge: Option<Challenge>,
    /// What was refused.
    pub refused: Vec<Refusal>,
}

impl State {
    /// Findings that stand.
    pub fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.withdrawn.is_none())
    }

    /// The last check, if it was of the spec as it is now.
    pub fn checked(&self) -> Option<&Check> {
        let spec = super::smoke::identity(&self.draft);
        self.checks.last().filter(|check| check.spec == spec)
    }
}
