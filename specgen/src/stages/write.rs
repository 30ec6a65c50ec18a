//! Writing the spec, a part at a time.
//!
//! Holds: a part is merged when the spec with it resolves and can be evaluated, and the type invariant holds as far as
//! it is tried; a refused part leaves the spec as it was. What is locked does not change without grounds
//! ([`crate::draft::change`]), and a claim that was changed must notice some error in the spec.

use super::arguments::{FinishDraft, PutAction, PutClaims, Revise, SetConstraint, SetFairness, SetFrame};
use super::challenge;
use super::desk::Desk;
use super::smoke;
use crate::draft::change::{Change, Weakening};
use crate::draft::lock::Locks;
use crate::draft::{Action, Draft, part};
use crate::refusal::{Reason, Refused};
use crate::workbench::source::SpecInput;
use crate::workbench::symbols::{SymbolLevel, SymbolsInput};

/// How many invariants a feature usually bears.
const USUAL: usize = 10;

impl Desk<'_> {
    pub(super) fn set_frame(&mut self, given: SetFrame) -> Result<String, Refused> {
        if !self.state.draft.actions.is_empty() {
            let message = "the spec has actions already: it is not begun again";
            return Err(Refused::new(Reason::NameTaken, message, "change its parts one by one"));
        }
        part::identifier(&given.module)?;
        for module in &given.extends {
            part::identifier(module)?;
        }
        let draft = Draft {
            module: given.module,
            about: given.about.lines().collect::<Vec<_>>().join(" "),
            extends: given.extends,
            deadlock: given.deadlock,
            ..Draft::default()
        };
        let changes = given
            .constants
            .into_iter()
            .map(Change::Constant)
            .chain(given.variables.into_iter().map(Change::Variable))
            .chain(given.operators.into_iter().map(Change::Operator))
            .chain([Change::Init(given.init), Change::TypeInvariant(given.type_invariant)]);
        let (draft, _) = draft.with(changes, &Locks::default(), None)?;
        smoke::resolves(self.setting, &draft)?;
        self.state.draft = draft;
        Ok("the frame stands; now the actions, one at a time".into())
    }

    pub(super) fn revise(&mut self, given: Revise) -> Result<String, Refused> {
        let mut changes: Vec<Change> = given.constants.into_iter().map(Change::Constant).collect();
        changes.extend(given.variables.into_iter().map(Change::Variable));
        changes.extend(given.operators.into_iter().map(Change::Operator));
        changes.extend(given.init.map(Change::Init));
        for action in given.actions {
            changes.push(Change::Action(self.action(action)?));
        }
        changes.extend(given.remove_actions.into_iter().map(|name| Change::RemoveAction { name }));
        if changes.is_empty() {
            return Err(Refused::new(Reason::BadArguments, "there is no change", ""));
        }
        self.change(changes)
    }

    pub(super) fn set_constraint(&mut self, given: SetConstraint) -> Result<String, Refused> {
        let (draft, weakenings) = self.changed([Change::Constraint { constraint: given.constraint }])?;
        // What does it leave?
        if let (Some(before), Some(after)) = (self.tried(&self.state.draft)?, self.tried(&draft)?) {
            let all = smoke::never_taken(&draft, &before);
            let mut lost = smoke::never_taken(&draft, &after);
            lost.retain(|name| !all.contains(name));
            if !lost.is_empty() || after.distinct_states <= 1 && before.distinct_states > 1 {
                let message = format!(
                    "with this constraint {} of {} states are left, and nothing is ever done by: {}",
                    after.distinct_states,
                    before.distinct_states,
                    lost.join(", ")
                );
                let help = "bound the values that grow, not what happens";
                return Err(Refused::new(Reason::ConstraintCutsAll, message, help));
            }
        }
        self.merge(draft, weakenings)
    }

    pub(super) fn set_fairness(&mut self, given: SetFairness) -> Result<String, Refused> {
        self.change([Change::Fairness { conjuncts: given.conjuncts }])
    }

    pub(super) fn put_action(&mut self, given: PutAction) -> Result<String, Refused> {
        let action = self.action(given)?;
        self.change([Change::Action(action)])
    }

    fn action(&self, given: PutAction) -> Result<Action, Refused> {
        let sources = self.sources(&format!("the action {}", given.name), &given.sources)?;
        Ok(Action { name: given.name, text: given.text, step: given.step, sources })
    }

    pub(super) fn put_claims(&mut self, given: PutClaims) -> Result<String, Refused> {
        if given.invariants.is_empty() && given.properties.is_empty() {
            return Err(Refused::new(Reason::BadArguments, "there is no claim", ""));
        }
        if let Some(claim) =
            given.invariants.iter().chain(&given.properties).find(|claim| claim.why.trim().len() < 15)
        {
            let message = format!("{} does not say why it must hold", claim.name);
            return Err(Refused::new(Reason::NoEvidence, message, "give a sentence"));
        }
        let invariants = given.invariants.into_iter().map(Change::Invariant);
        self.change(invariants.chain(given.properties.into_iter().map(Change::Property)))
    }

    pub(super) fn finish_draft(&mut self, given: FinishDraft) -> Result<String, Refused> {
        let draft = &self.state.draft;
        if draft.init.is_none() || draft.actions.is_empty() {
            let message = "Next has no step: there are no actions";
            return Err(Refused::new(Reason::EmptyNext, message, "add them with put_action"));
        }
        smoke::has_steps(draft, &smoke::smoke(self.setting, draft)?)?;
        let count = draft.invariants.len();
        if count < USUAL && given.fewer_because.as_ref().is_none_or(|why| why.trim().len() < 30) {
            let message = format!("there are {count} invariants; a feature usually bears {USUAL}");
            let help = "add some with put_claims, or say in fewer_because why this one does not bear them";
            return Err(Refused::new(Reason::TooFewInvariants, message, help));
        }
        if count == 0 {
            return Err(Refused::new(
                Reason::TooFewInvariants,
                "there is no invariant",
                "add one with put_claims",
            ));
        }
        self.state.few_invariants = given.fewer_because.filter(|_| count < USUAL);
        self.state.locks = Locks::of(draft)?;
        self.done = true;
        Ok(format!("{count} invariants are locked"))
    }

    /// Makes changes as one, if the spec with them makes sense.
    fn change(&mut self, changes: impl IntoIterator<Item = Change>) -> Result<String, Refused> {
        let (draft, weakenings) = self.changed(changes)?;
        self.merge(draft, weakenings)
    }

    /// The draft with changes, and what they make weaker.
    fn changed(&self, changes: impl IntoIterator<Item = Change>) -> Result<(Draft, Vec<Weakening>), Refused> {
        self.state.draft.with(changes, &self.state.locks, self.state.grounds.as_ref())
    }

    fn merge(&mut self, draft: Draft, weakenings: Vec<Weakening>) -> Result<String, Refused> {
        self.classified()?;
        self.nothing_trivial(&draft)?;
        let mut told = String::from("merged");
        if draft.actions.is_empty() && !self.state.draft.actions.is_empty() {
            return Err(Refused::new(Reason::EmptyNext, "Next would have no step", "leave an action in it"));
        }
        match self.tried(&draft)? {
            Some(output) => {
                if !self.state.locks.is_empty() {
                    smoke::has_steps(&draft, &output)?;
                }
                told += &format!("; as far as it was tried, {} different states", output.distinct_states);
                let never = smoke::never_taken(&draft, &output);
                if !never.is_empty() {
                    told += &format!("; never taken there: {}", never.join(", "));
                }
            }
            None => smoke::resolves(self.setting, &draft)?,
        }
        for weakening in &weakenings {
            challenge::notices_something(self.setting, &draft, &weakening.what)?;
        }
        if !weakenings.is_empty() {
            let what: Vec<&str> = weakenings.iter().map(|w| w.what.as_str()).collect();
            told += &format!("; the report will show that this was changed: {}", what.join(", "));
        }
        if !self.state.locks.is_empty() {
            // New claims are locked as they come.
            self.state.locks = Locks::of(&draft)?;
        }
        self.state.weakenings.extend(weakenings);
        self.state.draft = draft;
        Ok(told)
    }

    /// Tries a draft that has behaviours.
    fn tried(&self, draft: &Draft) -> Result<Option<crate::workbench::check::CheckOutput>, Refused> {
        match draft.init.is_some() && !draft.actions.is_empty() {
            true => smoke::smoke(self.setting, draft).map(Some),
            false => Ok(None),
        }
    }

    /// No claim is about constants alone.
    fn nothing_trivial(&self, draft: &Draft) -> Result<(), Refused> {
        let input =
            SymbolsInput { spec: SpecInput::of_text(draft.written().module), ..SymbolsInput::default() };
        let Ok(symbols) = self.setting.bench.symbols(&SymbolsInput { page: all(), ..input }) else {
            // What is wrong with it is said by whoever tries it.
            return Ok(());
        };
        for claim in draft.invariants.iter().chain(&draft.properties) {
            let constant = |s: &&crate::workbench::symbols::Symbol| {
                s.name == claim.name && s.level == SymbolLevel::Constant
            };
            if symbols.symbols.iter().find(constant).is_some() {
                return Err(Refused::new(
                    Reason::TrivialInvariant,
                    format!("{} is the same in every state: `{}`", claim.name, claim.text),
                    "say something of the variables",
                ));
            }
        }
        Ok(())
    }
}

fn all() -> crate::workbench::page::Page {
    crate::workbench::page::Page { cursor: None, limit: Some(500) }
}
