//! `coverage`: how often each part of a model was evaluated, and what never happened.
//!
//! Enters: a spec and a model. Leaves: counts by action and by formula, and findings: actions never taken, conditions
//! that always came out the same, antecedents never true. Holds: a property whose antecedent is never true says
//! nothing, so such a finding comes with the verdict. What stands in built-in modules is left out.

use super::check::{CheckOutput, Verdict};
use super::data::Place;
use super::failure::Failure;
use super::model::ModelInput;
use super::page::Page;
use super::run::{self, Limits, Watch};
use super::source::SpecInput;
use super::{Told, Workbench};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_checker::check::Strategy;
use tla_checker::coverage::{FindingKind, PartKind};
use tla_checker::report::coverage::{Covered, NeverHappened};
use tla_checker::report::json;

/// What to cover.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CoverageInput {
    /// The spec.
    #[serde(flatten)]
    pub spec: SpecInput,
    /// The model.
    #[serde(flatten)]
    pub model: ModelInput,
    /// How far to go; one thread counts, whatever is said.
    #[serde(flatten)]
    pub limits: Limits,
    /// Whether every expression is wanted, and not only actions and formulas.
    pub expressions: bool,
    /// Which parts.
    #[serde(flatten)]
    pub page: Page,
}

/// What was covered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CoverageOutput {
    /// The verdict of the search: coverage of a search that stopped early is that of a part.
    pub outcome: Verdict,
    /// The same in one line.
    pub summary: String,
    /// Whether everything was searched.
    pub complete: bool,
    /// What never happened.
    pub findings: Vec<Finding>,
    /// The initial predicate, the actions and the formulas of the model.
    pub parts: Vec<Part>,
    /// How many parts there are.
    pub total: u64,
    /// Where the next call goes on.
    pub next_cursor: Option<String>,
}

/// What never happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Never {
    /// An action had no step in any state.
    ActionNeverTaken,
    /// A variable has the same value in all states.
    VariableNeverChanges,
    /// A conjunct was never false: without it everything would be the same.
    NeverFalse,
    /// A conjunct was never true: nothing lies behind it.
    NeverTrue,
    /// The left side of `=>` was never true: the formula says nothing.
    AntecedentNeverTrue,
    /// A disjunct was never true.
    DisjunctNeverTrue,
    /// A branch of IF or CASE was never taken.
    BranchNeverTaken,
}

/// Something that never happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What.
    pub kind: Never,
    /// In which action or formula; of a variable, its name.
    pub name: String,
    /// One line.
    pub message: String,
    /// Where it would have happened.
    pub place: Place,
    /// How often it was looked at.
    pub evaluated: u64,
}

/// A part of a model.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// `initial predicate`, `action`, `invariant`, …
    pub kind: String,
    /// The definition's name.
    pub name: String,
    /// Its place.
    pub place: Place,
    /// Of actions: how many states they led to.
    pub generated: Option<u64>,
    /// Of actions: how many of them were new.
    pub distinct: Option<u64>,
    /// The expressions in it.
    pub expressions: Vec<Counted>,
}

/// How often an expression was evaluated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Counted {
    /// Where it stands.
    pub place: Place,
    /// How often.
    pub evaluated: u64,
    /// How often it was true, where it was a condition.
    pub was_true: u64,
    /// How often it was false there.
    pub was_false: u64,
}

impl Workbench {
    /// Counts what is evaluated.
    ///
    /// # Errors
    /// There is no verdict: an argument, the spec or the model is wrong, or the call was cancelled.
    pub fn coverage(&self, input: &CoverageInput, watch: &Watch<'_>) -> Result<CoverageOutput, Failure> {
        let options = input.limits.options()?;
        let mut loaded = self.load(&input.spec)?;
        let modelled = self.model(&input.model, &mut loaded)?;
        let prepared =
            run::with_behaviour(run::prepare(&mut loaded, &modelled.model, watch)?, "could be covered")?;
        watch.check()?;
        let ran = run::search(&prepared, options, Strategy::BreadthFirst, true, watch);
        let sources = &loaded.spec.sources;
        let covered = ran.outcome.coverage.as_ref().map(|coverage| Covered::of(coverage, sources));
        let CheckOutput { outcome, summary, complete, .. } =
            self.told(&loaded, modelled, &prepared, ran, watch)?;
        let Covered { parts, findings } =
            covered.unwrap_or(Covered { parts: Vec::new(), findings: Vec::new() });
        let parts = parts
            .into_iter()
            .map(|part| Part {
                kind: kind(part.kind).to_owned(),
                name: part.name,
                place: place(part.disjunct.unwrap_or(part.span)),
                generated: part.states.map(|states| states.generated),
                distinct: part.states.and_then(|states| states.distinct),
                expressions: match input.expressions {
                    false => Vec::new(),
                    true => part
                        .expressions
                        .into_iter()
                        .map(|e| Counted {
                            place: place(e.span),
                            evaluated: e.evaluated,
                            was_true: e.yes,
                            was_false: e.no,
                        })
                        .collect(),
                },
            })
            .collect();
        let part = input.page.of(parts)?;
        Ok(CoverageOutput {
            outcome,
            summary,
            complete,
            findings: findings.into_iter().map(finding).collect(),
            parts: part.items,
            total: part.total,
            next_cursor: part.next,
        })
    }
}

fn kind(kind: PartKind) -> &'static str {
    kind.words()
}

fn place(place: json::Place) -> Place {
    let json::Place { file, line, column, end_line, end_column } = place;
    Place { file, line, column, end_line, end_column }
}

pub(super) fn finding(found: NeverHappened) -> Finding {
    let kind = match found.kind {
        FindingKind::ActionNeverTaken => Never::ActionNeverTaken,
        FindingKind::VariableNeverChanges => Never::VariableNeverChanges,
        FindingKind::NeverFalse => Never::NeverFalse,
        FindingKind::NeverTrue => Never::NeverTrue,
        FindingKind::AntecedentNeverTrue => Never::AntecedentNeverTrue,
        FindingKind::DisjunctNeverTrue => Never::DisjunctNeverTrue,
        FindingKind::BranchNeverTaken => Never::BranchNeverTaken,
    };
    Finding {
        kind,
        name: found.name,
        message: found.message,
        place: place(found.span),
        evaluated: found.evaluated,
    }
}

impl Told for CoverageOutput {
    fn text(&self) -> String {
        let mut text = format!("{}\n", self.summary);
        if !self.complete {
            text += "The search did not come to its end: what is said here is of a part of the states.\n";
        }
        for part in &self.parts {
            text += &format!("{} {} ({})", part.kind, part.name, part.place);
            if let Some(generated) = part.generated {
                text += &format!(": {generated} states");
                if let Some(distinct) = part.distinct {
                    text += &format!(", {distinct} new");
                }
            }
            text.push('\n');
            for e in &part.expressions {
                text += &format!("  {}: {} times", e.place, e.evaluated);
                if e.was_true + e.was_false > 0 {
                    text += &format!(", {} true, {} false", e.was_true, e.was_false);
                }
                text.push('\n');
            }
        }
        match self.findings.is_empty() {
            true => text += "Everything happened: every action was taken, every condition true and false.\n",
            false => text += "What never happened:\n",
        }
        for finding in &self.findings {
            text += &format!("  {} ({})\n", finding.message, finding.place);
        }
        if let Some(next) = &self.next_cursor {
            text += &format!("… cursor {next} goes on\n");
        }
        text
    }
}
