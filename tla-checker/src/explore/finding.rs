//! What a level shows to be wrong, and which of it decides.
//!
//! Enters: every violation and failure a worker runs into. Leaves: for each [`Subject`] the finding
//! that decides, in order. Holds: a total order that does not depend on who found what when: shortest
//! trace, then kind, then property, then (for failures) what failed, then smallest fingerprint, then
//! smallest link.

use super::packed::Packed;
use super::seen::Link;
use crate::failure::Failure;
use crate::outcome::{Phase, Verdict};
use crate::space::Properties;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// What is violated, in the order in which kinds decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Subject {
    /// An evaluation failed; the number is the property's, where the phase has several.
    Failure(Phase, u32),
    /// An invariant.
    Invariant(u32),
    /// A property of initial states.
    InitialProperty(u32),
    /// A step property.
    ActionProperty(u32),
    /// No successor.
    Deadlock,
}

/// How a finding's trace ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Tail {
    /// There is no trace.
    Nowhere,
    /// With the kept state of this key.
    Kept(u64),
    /// With an initial state that was not kept: the one with the finding's fingerprint.
    Initial,
    /// With a step from the kept state that the link names, by its instance, to the state with the
    /// finding's fingerprint.
    Step(Link),
}

/// Something wrong.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Finding {
    /// How many states its trace has.
    pub length: u32,
    /// What is violated.
    pub subject: Subject,
    /// What failed, exactly for [`Subject::Failure`]. Such a finding ends the search and is never stored.
    #[serde(skip)]
    pub failure: Option<Box<Failure>>,
    /// The last state's fingerprint.
    pub fingerprint: u64,
    /// How the trace ends.
    pub tail: Tail,
    /// The last state; empty where there is no trace.
    pub last: Packed,
}

impl Finding {
    /// A failure that no state is to blame for.
    pub fn stateless(phase: Phase, failure: Failure) -> Self {
        Finding {
            length: 0,
            subject: Subject::Failure(phase, 0),
            failure: Some(Box::new(failure)),
            fingerprint: 0,
            tail: Tail::Nowhere,
            last: Packed::default(),
        }
    }

    fn order(&self) -> impl Ord + '_ {
        let failure = self.failure.as_ref().map(|f| (f.kind, f.code, f.message.as_str()));
        (self.length, self.subject, failure, self.fingerprint, self.tail)
    }

    /// Whether it ends the search even with `--continue`.
    pub fn is_failure(&self) -> bool {
        matches!(self.subject, Subject::Failure(..))
    }

    /// As a verdict.
    pub fn verdict(&self, properties: &Properties) -> Verdict {
        match self.subject {
            Subject::Failure(phase, _) => {
                let failure = self.failure.clone();
                Verdict::Failure(
                    phase,
                    failure.unwrap_or_else(|| Failure::internal("a failure was lost").into()),
                )
            }
            Subject::Invariant(index) => {
                let property = &properties.invariants[index as usize];
                Verdict::Invariant {
                    name: property.name.clone(),
                    span: property.span,
                    initial: self.length == 1,
                }
            }
            Subject::InitialProperty(index) => {
                let property = &properties.initial[index as usize];
                Verdict::InitialProperty { name: property.name.clone(), span: property.span }
            }
            Subject::ActionProperty(index) => {
                let property = &properties.actions[index as usize];
                Verdict::ActionProperty { name: property.name.clone(), span: property.span }
            }
            Subject::Deadlock => Verdict::Deadlock,
        }
    }
}

/// The smallest finding of each subject.
#[derive(Debug, Default)]
pub(super) struct Findings(BTreeMap<Subject, Finding>);

impl Findings {
    /// Adds one; its last state, of this layout, is only copied if the finding counts.
    pub fn offer(&mut self, finding: Finding, layout: u32, last: &[u32]) {
        if self.counts(&finding) {
            let last = Packed { layout, words: last.to_vec() };
            self.0.insert(finding.subject, Finding { last, ..finding });
        }
    }

    fn counts(&self, finding: &Finding) -> bool {
        let held = self.0.get(&finding.subject);
        held.is_none_or(|held| held.order().cmp(&finding.order()) == Ordering::Greater)
    }

    /// Adds one, complete.
    pub fn add(&mut self, finding: Finding) {
        if self.counts(&finding) {
            self.0.insert(finding.subject, finding);
        }
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: &mut Findings) {
        std::mem::take(&mut other.0).into_values().for_each(|finding| self.add(finding));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All of them, which stay.
    pub fn all(&self) -> impl Iterator<Item = &Finding> {
        self.0.values()
    }

    /// All of them, the one that decides first.
    pub fn take(&mut self) -> Vec<Finding> {
        let mut all: Vec<Finding> = std::mem::take(&mut self.0).into_values().collect();
        all.sort_by(|a, b| a.order().cmp(&b.order()));
        all
    }
}

/// Everything recorded so far, level by level.
#[derive(Debug, Default)]
pub(super) struct Record(Vec<Finding>);

impl Record {
    /// What was recorded before.
    pub fn of(findings: Vec<Finding>) -> Self {
        Record(findings)
    }

    /// Adds what a level showed: everything not recorded before with `go_on` (`--continue`), else only
    /// what decides. Answers whether the search goes on.
    pub fn add(&mut self, level: Vec<Finding>, go_on: bool) -> bool {
        let mut on = true;
        for finding in level {
            on &= go_on && !finding.is_failure();
            if self.0.is_empty() || (go_on && self.0.iter().all(|f| f.subject != finding.subject)) {
                self.0.push(finding);
            }
        }
        on
    }

    /// The findings, the one that decides first.
    pub fn findings(&self) -> &[Finding] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(length: u32, subject: Subject, fingerprint: u64) -> Finding {
        Finding { length, subject, failure: None, fingerprint, tail: Tail::Nowhere, last: Packed::default() }
    }

    #[test]
    fn length_then_kind_then_property_then_fingerprint_decide() {
        let all = [
            finding(2, Subject::Deadlock, 9),
            finding(3, Subject::Failure(Phase::Next, 0), 1),
            finding(3, Subject::Invariant(0), 8),
            finding(3, Subject::Invariant(1), 2),
            finding(3, Subject::ActionProperty(0), 0),
        ];
        for rotation in 0..all.len() {
            let mut findings = Findings::default();
            for k in 0..all.len() {
                let worse = &all[(k + rotation) % all.len()];
                findings.offer(Finding { fingerprint: 50, ..worse.clone() }, 1, &[1, 2]);
                findings.offer(worse.clone(), 3, &[7]);
                findings.offer(Finding { length: 4, fingerprint: 0, ..worse.clone() }, 4, &[]);
            }
            let taken = findings.take();
            let last = Packed { layout: 3, words: vec![7] };
            assert!(taken.iter().all(|f| f.last == last));
            let order: Vec<_> = taken.iter().map(|f| (f.length, f.subject, f.fingerprint)).collect();
            assert_eq!(order, all.iter().map(|f| (f.length, f.subject, f.fingerprint)).collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_record_keeps_each_subject_once_and_stops_as_told() {
        let level = || vec![finding(2, Subject::Invariant(0), 1), finding(2, Subject::Deadlock, 1)];
        let mut record = Record::default();
        assert!(record.add(Vec::new(), false));
        assert!(!record.add(level(), false));
        assert_eq!(record.findings().len(), 1);
        let mut record = Record::default();
        assert!(record.add(level(), true) && record.add(level(), true));
        assert_eq!(record.findings().len(), 2);
        assert!(!record.add(vec![finding(3, Subject::Failure(Phase::Next, 0), 1)], true));
        assert_eq!(record.findings()[0].subject, Subject::Invariant(0));
    }
}
