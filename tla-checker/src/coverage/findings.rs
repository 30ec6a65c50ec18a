//! What never happened, from how often conditions were true and false.
//!
//! Enters: a part of the model and its counts. Leaves: [`Finding`]s. Holds: only what was looked at is reported;
//! what lies behind a condition that was never true is not reported too. A conjunct that is asserted (of an
//! invariant) is never false where the invariant holds, so that is no finding; a conjunct that reads the next
//! state is no guard.

use super::chart::{Chart, Count, Plan};
use super::{Finding, FindingKind, Part, PartKind};
use crate::ir::{Ir, Node, NodeId, Reads};
use rustc_hash::FxHashSet;
use tla_parser::source::Span;

/// Looks through one part.
struct Search<'s, 'c> {
    ir: &'s Ir,
    chart: &'s Chart,
    count: &'s dyn Fn(usize) -> &'c Count,
    part: &'s Part,
    met: FxHashSet<(NodeId, bool)>,
    todo: Vec<(NodeId, bool)>,
    /// What was reported of which place.
    reported: FxHashSet<(Span, FindingKind)>,
    found: Vec<Finding>,
}

/// Adds what never happened in a part of the model.
pub(super) fn find<'c>(
    ir: &Ir,
    chart: &Chart,
    plan: &Plan,
    part: &Part,
    count: &dyn Fn(usize) -> &'c Count,
    findings: &mut Vec<Finding>,
) {
    let name = || part.name.clone();
    if part.kind == PartKind::Action && part.states.is_some_and(|states| states.generated == 0) {
        let span = part.disjunct.unwrap_or(part.span);
        let kind = FindingKind::ActionNeverTaken;
        findings.push(Finding { kind, span, name: name(), evaluated: 0 });
    }
    let asserted = match part.kind {
        PartKind::Invariant | PartKind::InitialProperty | PartKind::StepProperty => true,
        PartKind::Initial | PartKind::Action | PartKind::Constraint | PartKind::ActionConstraint => false,
        // Where in a temporal formula a predicate stands is not known here.
        PartKind::Temporal | PartKind::View => return,
    };
    let todo = plan.roots.iter().map(|&root| (root, asserted)).collect();
    let (met, reported) = Default::default();
    let mut search = Search { ir, chart, count, part, met, todo, reported, found: Vec::new() };
    while let Some((id, asserted)) = search.todo.pop() {
        if search.met.insert((id, asserted)) {
            search.look(id, asserted);
        }
    }
    search.found.sort_by_key(|finding| (finding.span.file, finding.span.start, finding.span.end));
    findings.append(&mut search.found);
}

impl Search<'_, '_> {
    fn look(&mut self, id: NodeId, asserted: bool) {
        let ir = self.ir;
        match ir.node(id) {
            Node::Cached(..) => {}
            Node::And(items) => {
                let guards = !asserted && self.is_written(items);
                for &item in items {
                    let (yes, no) = self.truths(item);
                    if guards && ir.reads(item) != Reads::Action {
                        match (yes, no) {
                            (1.., 0) => self.report(item, FindingKind::NeverFalse, yes),
                            (0, 1..) => self.report(item, FindingKind::NeverTrue, no),
                            _ => {}
                        }
                    }
                    self.todo.push((item, asserted));
                }
            }
            Node::Or(items) => {
                let written = self.is_written(items);
                for &item in items {
                    if let (0, no @ 1..) = self.truths(item)
                        && written
                    {
                        self.report(item, FindingKind::DisjunctNeverTrue, no);
                    }
                    self.todo.push((item, false));
                }
            }
            Node::Implies(a, b) => {
                if let (0, no @ 1..) = self.truths(*a) {
                    self.report(*a, FindingKind::AntecedentNeverTrue, no);
                }
                self.todo.extend([(*a, false), (*b, asserted)]);
            }
            Node::If(c, a, b) => {
                match self.truths(*c) {
                    (0, no @ 1..) => self.report(*a, FindingKind::BranchNeverTaken, no),
                    (yes @ 1.., 0) => self.report(*b, FindingKind::BranchNeverTaken, yes),
                    _ => {}
                }
                self.todo.extend([(*c, false), (*a, asserted), (*b, asserted)]);
            }
            Node::Case(arms, other) => {
                let mut last = (0, 0);
                for &(guard, value) in arms {
                    last = self.truths(guard);
                    if let (0, no @ 1..) = last {
                        self.report(value, FindingKind::BranchNeverTaken, no);
                    }
                    self.todo.extend([(guard, false), (value, asserted)]);
                }
                if let Some(other) = *other {
                    // It is taken where the last guard was false, if that was looked at.
                    if let (yes @ 1.., 0) = last {
                        self.report(other, FindingKind::BranchNeverTaken, yes);
                    }
                    self.todo.push((other, asserted));
                }
            }
            Node::Quantifier(forall, bounds, body) => {
                self.todo.extend(bounds.iter().map(|bound| (bound.set, false)));
                self.todo.push((*body, asserted && *forall));
            }
            Node::Let(defs, body) => {
                self.todo.extend(defs.iter().map(|&(_, e)| (e, false)));
                self.todo.push((*body, asserted));
            }
            Node::Inlined(_, e) | Node::Kept(_, e) => self.todo.push((*e, asserted)),
            Node::Subscripted(_, action, sub) => self.todo.extend([(*action, asserted), (*sub, false)]),
            node => {
                node.children(&mut |child| self.todo.push((child, false)));
                match node {
                    Node::Call(op, ..) => self.todo.push((ir.op(*op).body, asserted)),
                    Node::Operator(op, _) => self.todo.push((ir.op(*op).body, false)),
                    Node::Closure(rule, ..) => self.todo.push((ir.rules[rule.index()].body, false)),
                    _ => {}
                }
            }
        }
    }

    /// Whether a junction was written as such: the copies of a quantifier's body stand in one place.
    fn is_written(&self, items: &[NodeId]) -> bool {
        items.windows(2).any(|pair| self.ir.span(pair[0]) != self.ir.span(pair[1]))
    }

    /// How often a condition was true and false; neither where it is the same in all states.
    fn truths(&self, id: NodeId) -> (u64, u64) {
        if matches!(self.ir.node(id), Node::Cached(..)) {
            return (0, 0);
        }
        let counts = self.chart.place(id).map(|place| (self.count)(place));
        counts.map_or((0, 0), |count| (count.yes, count.no))
    }

    fn report(&mut self, id: NodeId, kind: FindingKind, evaluated: u64) {
        let span = self.ir.span(id);
        if self.reported.insert((span, kind)) {
            self.found.push(Finding { kind, span, name: self.part.name.clone(), evaluated });
        }
    }
}
