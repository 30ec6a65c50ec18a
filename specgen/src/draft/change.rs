//! Changes of a draft, and what each needs before it may be made.
//!
//! Enters: a draft, a change, what is locked, and the grounds that are given. Leaves: another draft, and what it makes
//! weaker; or a refusal, and the draft as it was. Holds: before the claims are locked everything may change; after
//! that nothing that decides a verdict does without a violation that was classified, evidence in the code, and a
//! sentence that the report shows: not what a claim says, not the model, not fairness. Whether the result resolves
//! and has steps is found out by whoever asks for the change ([`crate::stages::smoke`]).

use super::lock::Locks;
use super::{Action, Claim, Constant, Definition, Draft, Source, part};
use crate::refusal::{Reason, Refused};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    /// An operator that others use, new or again.
    Operator(Definition),
    /// `Init` again.
    Init(Definition),
    /// An action, new or again.
    Action(Action),
    /// An action is taken out.
    RemoveAction {
        /// Which.
        name: String,
    },
    /// A variable more.
    Variable(super::Variable),
    /// A constant, new or with another value.
    Constant(Constant),
    /// An invariant, new or again.
    Invariant(Claim),
    /// A property, new or again.
    Property(Claim),
    /// The type invariant again.
    TypeInvariant(Definition),
    /// What bounds the search; nothing bounds it without.
    Constraint {
        /// The predicate.
        constraint: Option<Definition>,
    },
    /// The fairness conjuncts of `Spec`.
    Fairness {
        /// All of them.
        conjuncts: Vec<String>,
    },
    /// Whether a state without steps is an error.
    Deadlock {
        /// It is.
        check: bool,
    },
}

/// What a violation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The spec does not do what the code does.
    SpecWrong,
    /// The claim is not what the code promises.
    InvariantWrong,
    /// The code does that.
    RealBug,
}

/// Why a change may be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grounds {
    /// The violation that led to it.
    pub violated: String,
    /// What it was classified as.
    pub cause: Cause,
    /// The code that shows it.
    pub evidence: Vec<Source>,
    /// In a sentence.
    pub justification: String,
}

/// Something that decides verdicts and has become another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weakening {
    /// What: a claim's name, `constraint`, `fairness`, `constant N`, `deadlock`.
    pub what: String,
    /// As it was.
    pub before: String,
    /// As it is.
    pub after: String,
    /// Why.
    pub grounds: Grounds,
}

impl Draft {
    /// The draft with changes, judged as one, and what they make weaker.
    ///
    /// # Errors
    /// A change is malformed, or needs grounds that are not given.
    pub fn with(
        &self,
        changes: impl IntoIterator<Item = Change>,
        locks: &Locks,
        grounds: Option<&Grounds>,
    ) -> Result<(Draft, Vec<Weakening>), Refused> {
        let mut draft = self.clone();
        for change in changes {
            draft.make(change)?;
        }
        let mut weakenings = Vec::new();
        if locks.is_empty() {
            return Ok((draft, weakenings));
        }
        let said = |draft: &Draft, name: &str| {
            let kind = draft.type_invariant.iter().find(|d| d.name == name).map(|d| &d.text);
            draft.claim(name).map(|claim| &claim.text).or(kind).cloned().unwrap_or_default()
        };
        for name in locks.broken(&draft)? {
            let grounds = grounds.filter(|g| g.cause == Cause::InvariantWrong).and_then(sufficient);
            let Some(grounds) = grounds else {
                return Err(Refused::new(
                    Reason::InvariantChanged,
                    format!("{name} is locked, and would say something else or be gone"),
                    "a violation of it must first be classified as invariant_wrong, with evidence in the code and a \
                     justification; operators that it uses are locked with it",
                ));
            };
            weakenings.push(Weakening {
                before: said(self, &name),
                after: said(&draft, &name),
                what: name,
                grounds: grounds.clone(),
            });
        }
        for (reason, what, before, after) in model_changes(self, &draft) {
            // What the code does wrong is no reason to look away.
            let grounds = grounds.filter(|g| g.cause != Cause::RealBug).and_then(sufficient);
            let Some(grounds) = grounds else {
                return Err(Refused::new(
                    reason,
                    format!(
                        "{what} is `{before}` and would be `{after}`: what is checked would be another thing"
                    ),
                    "a violation must first be classified, with evidence in the code and a justification",
                ));
            };
            weakenings.push(Weakening { what, before, after, grounds: grounds.clone() });
        }
        Ok((draft, weakenings))
    }

    fn make(&mut self, change: Change) -> Result<(), Refused> {
        match change {
            Change::Operator(new) => {
                part::definition(&new.name, &new.text)?;
                match self.operators.iter_mut().find(|o| o.name == new.name) {
                    Some(old) => *old = new,
                    None => {
                        self.free(&new.name)?;
                        self.operators.push(new);
                    }
                }
            }
            Change::Init(new) => put(&mut self.init, new)?,
            Change::TypeInvariant(new) => put(&mut self.type_invariant, new)?,
            Change::Action(new) => {
                part::definition(&new.name, &new.text)?;
                let step = format!("the step of {}", new.name);
                part::expression(&step, &new.step)?;
                if !mentions(&new.step, &new.name) {
                    let message = format!("{step}, `{}`, does not take it", new.step);
                    let help = format!("write the disjunct of Next: {0}, or \\E p \\in S : {0}(p)", new.name);
                    return Err(Refused::new(Reason::NotOneDefinition, message, help));
                }
                match self.actions.iter_mut().find(|a| a.name == new.name) {
                    Some(old) => *old = new,
                    None => {
                        self.free(&new.name)?;
                        self.actions.push(new);
                    }
                }
            }
            Change::RemoveAction { name } => {
                let before = self.actions.len();
                self.actions.retain(|action| action.name != name);
                if self.actions.len() == before {
                    return Err(Refused::new(Reason::NoSuchPart, format!("there is no action {name}"), ""));
                }
            }
            Change::Variable(new) => {
                part::identifier(&new.name)?;
                match self.variables.iter_mut().find(|v| v.name == new.name) {
                    Some(old) => *old = new,
                    None => {
                        self.free(&new.name)?;
                        self.variables.push(new);
                    }
                }
            }
            Change::Constant(new) => {
                part::identifier(&new.name)?;
                if new.value.contains(['\n', '\r']) {
                    let message = format!("the value of {} has several lines", new.name);
                    return Err(Refused::new(Reason::BadArguments, message, "write it in one line"));
                }
                match self.constants.iter_mut().find(|c| c.name == new.name) {
                    Some(old) => *old = new,
                    None => {
                        self.free(&new.name)?;
                        self.constants.push(new);
                    }
                }
            }
            Change::Invariant(new) => self.claim_again(new, true)?,
            Change::Property(new) => self.claim_again(new, false)?,
            Change::Constraint { constraint } => {
                if let Some(new) = &constraint {
                    part::definition(&new.name, &new.text)?;
                    if self.constraint.as_ref().is_none_or(|old| old.name != new.name) {
                        self.free(&new.name)?;
                    }
                }
                self.constraint = constraint;
            }
            Change::Fairness { conjuncts } => {
                for conjunct in &conjuncts {
                    part::expression("fairness", conjunct)?;
                }
                self.fairness = conjuncts;
            }
            Change::Deadlock { check } => self.deadlock = check,
        }
        Ok(())
    }

    fn claim_again(&mut self, new: Claim, invariant: bool) -> Result<(), Refused> {
        part::definition(&new.name, &new.text)?;
        let list = if invariant { &mut self.invariants } else { &mut self.properties };
        if let Some(old) = list.iter_mut().find(|claim| claim.name == new.name) {
            *old = new;
            return Ok(());
        }
        self.free(&new.name)?;
        let list = if invariant { &mut self.invariants } else { &mut self.properties };
        list.push(new);
        Ok(())
    }

    /// Nothing else has this name.
    fn free(&self, name: &str) -> Result<(), Refused> {
        match self.names().contains(&name) {
            false => Ok(()),
            true => Err(Refused::new(
                Reason::NameTaken,
                format!("{name} is the name of another part"),
                "choose another name; vars, Next and Spec are written for you",
            )),
        }
    }
}

fn put(place: &mut Option<Definition>, new: Definition) -> Result<(), Refused> {
    part::definition(&new.name, &new.text)?;
    match place {
        Some(old) if old.name != new.name => Err(Refused::new(
            Reason::NameTaken,
            format!("{} is called {} so far", new.name, old.name),
            "keep its name",
        )),
        _ => {
            *place = Some(new);
            Ok(())
        }
    }
}

fn sufficient(grounds: &Grounds) -> Option<&Grounds> {
    (!grounds.evidence.is_empty() && grounds.justification.trim().len() >= 20).then_some(grounds)
}

/// Whether a name occurs in a text as a word.
pub fn mentions(text: &str, name: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(|word| word == name)
}

/// What of the model is another in a draft: the reason for which that is refused, what, before and after.
fn model_changes(before: &Draft, after: &Draft) -> Vec<(Reason, String, String, String)> {
    let mut changes = Vec::new();
    for constant in &before.constants {
        let now = after.constants.iter().find(|c| c.name == constant.name).map_or("", |c| c.value.trim());
        if now != constant.value.trim() {
            let what = format!("constant {}", constant.name);
            changes.push((Reason::ModelChanged, what, constant.value.trim().to_owned(), now.to_owned()));
        }
    }
    let text = |d: &Draft| d.constraint.as_ref().map_or(String::new(), |c| c.text.clone());
    if text(before) != text(after) {
        changes.push((Reason::ModelChanged, "constraint".into(), text(before), text(after)));
    }
    if before.fairness.iter().any(|f| !after.fairness.contains(f)) {
        let (b, a) = (before.fairness.join(" /\\ "), after.fairness.join(" /\\ "));
        changes.push((Reason::FairnessWeakened, "fairness".into(), b, a));
    }
    if before.deadlock && !after.deadlock {
        changes.push((Reason::ModelChanged, "deadlock".into(), "checked".into(), "not checked".into()));
    }
    changes
}
