//! The truth of predicates, from what was learned of them.
//!
//! Enters: packed states and steps. Leaves: whether an invariant, a constraint or a property holds. Holds:
//! what a trie does not know is evaluated, conjunct by conjunct, and learned; what is false, or fails, is
//! found by the evaluator alone, in order. Of a successor only those conjuncts are asked whose words have
//! changed ([`super::super::footprints`]).

use super::Worker;
use crate::failure::Failure;
use crate::ir::OpId;
use crate::space::State;
use crate::spec::footprints::Footprints;
use crate::state::{Trie, changed};

/// A predicate, and what was learned of it.
pub(super) struct Judged {
    pub op: OpId,
    pub trie: Trie,
    /// Up to where the trie knows what words are read.
    pub version: u64,
}

/// Which predicates.
#[derive(Clone, Copy)]
pub(super) enum Group {
    Invariants,
    Initial,
    Constraints,
    Actions,
    ActionConstraints,
    Atoms,
}

/// Whether what is false is no fault, and need not be evaluated again to be believed.
fn may_be_false(group: Group) -> bool {
    matches!(group, Group::Constraints | Group::ActionConstraints | Group::Atoms)
}

impl Group {
    /// The footprints of predicates that hold of every state that is expanded.
    fn footprints(self, all: &[Vec<Footprints>; 2]) -> Option<&[Footprints]> {
        match self {
            Group::Invariants => Some(&all[0]),
            Group::Constraints => Some(&all[1]),
            Group::Initial | Group::Actions | Group::ActionConstraints | Group::Atoms => None,
        }
    }
}

impl Worker<'_> {
    /// The truth of a predicate of a state, or of a step; `from` as in [`SpaceWorker::invariant`].
    pub(super) fn judge(
        &mut self,
        group: Group,
        at: usize,
        from: Option<&State>,
        state: &State,
        next: Option<&State>,
    ) -> Result<bool, Failure> {
        let judged = &mut self.predicates[group as usize][at];
        let op = judged.op;
        // A counterexample is judged by the evaluator alone.
        let believed = !(matches!(group, Group::Atoms) && self.evaluator.quiet);
        if judged.trie.is_on() && believed {
            if let Some(next) = next {
                self.pair.clear();
                self.pair.extend_from_slice(state);
                self.pair.extend_from_slice(next);
            }
            let known = match from {
                Some(from) => self.still_true(group, at, from, state),
                None => self.known_truth(group, at, state, next),
            };
            if known == Some(true) {
                self.predicates[group as usize][at].trie.count(false);
                return Ok(true);
            }
            self.predicates[group as usize][at].trie.count(known.is_none());
            if known.is_none() {
                self.predicates[group as usize][at].trie.renew();
            }
            let known = match known {
                None if self.predicates[group as usize][at].trie.learns() => {
                    self.load_other(state, next);
                    let mut known = None;
                    // Each time one alternative more is known not to hold.
                    while known.is_none() && self.learn_truth(group, at) {
                        let before = std::mem::take(&mut self.walk.missing);
                        known = self.known_truth(group, at, state, next);
                        if self.walk.missing == before {
                            break;
                        }
                    }
                    known
                }
                known => known,
            };
            // What is violated is judged once more, part by part in order: a part before it may fail.
            if let Some(known) = known
                && (known || may_be_false(group))
            {
                return Ok(known);
            }
        }
        self.load_other(state, next);
        let truth = self.evaluator.truth_of(op).map_err(|failure| {
            self.evaluator.door.clear();
            *failure
        });
        if truth.as_ref().is_ok_and(|&truth| truth)
            && let Some(footprints) = group.footprints(&self.footprints)
        {
            footprints[at].spoil();
        }
        truth
    }

    /// The truth of a predicate, if it is known, of a successor of a state of which it holds.
    #[inline]
    pub(super) fn still_true(
        &mut self,
        group: Group,
        at: usize,
        from: &State,
        state: &State,
    ) -> Option<bool> {
        let known = &group.footprints(&self.footprints)?[at];
        let Judged { trie, version, .. } = &mut self.predicates[group as usize][at];
        if !known.update(version, trie) {
            return self.known_truth(group, at, state, None);
        }
        let changed = changed(from, state);
        if trie.ignores(changed) {
            return Some(true);
        }
        trie.walk_changed(&self.evaluator.door.store, from, state, changed, &mut self.walk);
        self.walk.truth()
    }

    /// The truth of a predicate, if it is known.
    #[inline]
    pub(super) fn known_truth(
        &mut self,
        group: Group,
        at: usize,
        state: &State,
        next: Option<&State>,
    ) -> Option<bool> {
        let (trie, store) = (&mut self.predicates[group as usize][at].trie, &self.evaluator.door.store);
        match next {
            Some(_) => trie.walk_step(store, &self.pair, &mut self.walk),
            None => trie.walk(store, state, &mut self.walk),
        }
        self.walk.truth()
    }

    /// Evaluates what the last walk found missing, as far as it matters; whether that could be done.
    pub(super) fn learn_truth(&mut self, group: Group, at: usize) -> bool {
        let missing = std::mem::take(&mut self.walk.missing);
        let words = self.evaluator.door.log_words();
        let judged = &mut self.predicates[group as usize][at];
        let trie = std::mem::replace(&mut judged.trie, Trie::new(false));
        // Those of whose branches it is known what they read are taken apart by what has to hold alone.
        let chooses = group.footprints(&self.footprints).is_none();
        self.evaluator.door.logging(|log| log.begin_truth(trie, words, &missing, chooses));
        let truth = self.evaluator.each_holds_of(judged.op).ok();
        judged.trie = self.evaluator.door.logging(|log| log.end_truth(truth));
        // It has new branches, of which others may know what they read.
        judged.version = 0;
        let read = self.evaluator.door.logging(|log| log.footprints().to_vec());
        if let Some(footprints) = group.footprints(&self.footprints) {
            footprints[at].widen(&read);
        }
        self.walk.missing = missing;
        truth.is_some()
    }

    pub(super) fn all(
        &mut self,
        group: Group,
        from: Option<&State>,
        state: &State,
        next: Option<&State>,
    ) -> Result<bool, Failure> {
        for at in 0..self.predicates[group as usize].len() {
            if !self.judge(group, at, from, state, next)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
