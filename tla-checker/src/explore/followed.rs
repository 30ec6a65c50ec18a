//! Findings of searches that follow behaviours, with the behaviours.
//!
//! Enters: what is found at the end of a behaviour. Leaves: violations, repeated and drawn. Holds: one
//! finding a subject, in the order in which they were added.

use super::finding::{Finding, Record, Tail};
use super::run::bug;
use super::trace::{self, Behaviour};
use crate::outcome::{Phase, Verdict, Violation};
use crate::space::StateSpace;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tla_parser::diagnostic::Diagnostic;

/// The findings that count.
#[derive(Debug, Default)]
pub(super) struct Followed {
    record: Record,
    /// To each finding.
    behaviours: Vec<Behaviour>,
}

impl Followed {
    /// Adds what was found at the end of a behaviour, or ([`Tail::Step`], [`Tail::Initial`]) in a state
    /// after it: as [`Record::add`]. Answers whether the search goes on.
    pub fn add(&mut self, findings: Vec<Finding>, behaviour: &Behaviour, go_on: bool) -> bool {
        let before = self.record.findings().len();
        let on = self.record.add(findings, go_on);
        for finding in &self.record.findings()[before..] {
            let mut behaviour = behaviour.clone();
            match finding.tail {
                Tail::Initial => behaviour.push(None, finding.last.clone()),
                Tail::Step(link) => behaviour.push(Some(link.instance as usize), finding.last.clone()),
                Tail::Nowhere | Tail::Kept(_) => {}
            }
            self.behaviours.push(behaviour);
        }
        on
    }

    /// What is wrong, what decides first. A panic while a trace is repeated is a bug of ours, as any other.
    pub fn violations<S: StateSpace>(
        &self,
        space: &S,
        worker: &mut Option<S::Worker<'_>>,
        warnings: &mut Vec<Diagnostic>,
    ) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (finding, behaviour) in self.record.findings().iter().zip(&self.behaviours) {
            let verdict = finding.verdict(space.properties());
            let mut violation = Violation::bare(verdict);
            if let Some(own) = worker.as_mut().filter(|_| finding.length > 0) {
                let repeat = || trace::violation(space, own, finding, behaviour.clone(), warnings);
                match catch_unwind(AssertUnwindSafe(repeat)) {
                    Ok(repeated) => violation = repeated,
                    Err(payload) => {
                        violation.verdict = Verdict::Failure(Phase::Next, Box::new(bug(&*payload)));
                        *worker = None;
                    }
                }
            }
            violations.push(violation);
        }
        violations
    }
}
