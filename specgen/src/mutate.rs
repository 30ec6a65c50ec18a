//! Mutants: small errors put into a spec, to see which properties notice them.
//!
//! Enters: a resolved spec, and which definitions are the next-state relation and the properties. Leaves: [`Mutant`]s:
//! each an edit of a text, with a name and a sentence. Holds: only what the next-state relation reaches is changed,
//! never a definition that a property reaches: else the error would change its own judge. The order is that of the
//! texts, and the same in every run. Whether a mutant is noticed is not found out here (`workbench/mutate.rs`).
//!
//! The practice is mutation testing (DeMillo, Lipton, Sayward: *Hints on Test Data Selection*, Computer 1978): a
//! property that notices none of the errors says little, and an error that nothing notices shows what is not said.

mod walk;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tla_parser::hir::{DefId, Spec};
use tla_parser::source::Span;
use walk::Walk;

/// What kind of error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A conjunct of an action that says nothing of the next state is dropped.
    DropGuard,
    /// A comparison is turned into another: `=` and `#`, `<` and `<=`, `\in` and `\notin`.
    FlipComparison,
    /// A guard, or the condition of IF or CASE, is negated.
    NegateCondition,
    /// A disjunct of the next-state relation is removed.
    RemoveAction,
    /// A variable is left as it is where an action changes it.
    SkipUpdate,
}

impl Kind {
    /// One word for names.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::DropGuard => "drop_guard",
            Kind::FlipComparison => "flip_comparison",
            Kind::NegateCondition => "negate_condition",
            Kind::RemoveAction => "remove_action",
            Kind::SkipUpdate => "skip_update",
        }
    }

    /// All of them.
    pub const ALL: &[Kind] =
        &[Kind::DropGuard, Kind::FlipComparison, Kind::NegateCondition, Kind::RemoveAction, Kind::SkipUpdate];
}

/// An error that can be put into a spec.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Mutant {
    /// Its name: the kind, the definition, and a number: `drop_guard-Take-1`.
    pub id: String,
    /// Its kind.
    pub kind: Kind,
    /// The definition that is changed.
    pub definition: String,
    /// What is changed, in a sentence.
    pub description: String,
    /// What is replaced.
    pub span: Span,
    /// What takes its place.
    pub replacement: String,
}

impl Mutant {
    /// The text with the error in it; `text` is that of the span's file.
    pub fn apply(&self, text: &str) -> String {
        let (start, end) = (self.span.start as usize, self.span.end as usize);
        format!("{}{}{}", &text[..start], self.replacement, &text[end..])
    }
}

/// What was found to be changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mutants {
    /// The mutants, in the order of the texts.
    pub all: Vec<Mutant>,
    /// Definitions that the next-state relation reaches and that are left alone, as a property reaches them too.
    pub shared: Vec<String>,
}

/// The errors that can be put into what `next` reaches. `behaviour` are definitions whose meaning is a step or that name
/// one (`Next`, `Spec`); `properties` are the definitions that judge.
pub fn mutants(spec: &Spec, behaviour: &[DefId], properties: &[DefId]) -> Mutants {
    let mut walk = Walk::new(spec, properties);
    behaviour.iter().for_each(|def| walk.behaviour(*def));
    let Walk { mut found, shared, .. } = walk;
    found.sort_by_key(|change| (change.span.file, change.span.start, change.kind, change.span.end));
    found.dedup_by(|a, b| a.span == b.span && a.replacement == b.replacement);
    let mut numbers: BTreeMap<(Kind, String), u32> = BTreeMap::new();
    let all = found
        .into_iter()
        .map(|change| {
            let number = numbers.entry((change.kind, change.definition.clone())).or_default();
            *number += 1;
            let id = format!("{}-{}-{number}", change.kind.as_str(), change.definition);
            Mutant {
                id,
                kind: change.kind,
                definition: change.definition,
                description: change.description,
                span: change.span,
                replacement: change.replacement,
            }
        })
        .collect();
    Mutants { all, shared: shared.into_iter().collect() }
}
