//! The places of a model at which evaluations are counted, and the sums.
//!
//! Enters: a lowered model, and which of its formulas mean what. Leaves: for each node of the IR the place that
//! it is counted at, for each action instance and formula the part that it belongs to; after the search,
//! [`Coverage`]. Holds: a place is a span. Of nodes that stand in one place and are one inside the other only the
//! outermost counts, so that what lowering puts around an expression changes no count. What is evaluated once
//! and for all (`Node::Cached`) has no place, nor has what UNCHANGED is about.

use super::findings;
use super::{Coverage, Expression, Part, PartKind, States};
use crate::ir::{Ir, Node, NodeId, OpId};
use crate::spec::Roles;
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::{Mutex, PoisonError};
use tla_parser::source::Span;

/// What evaluations at a place came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Count {
    /// How often it was tried as an action, and not as a condition.
    pub tried: u64,
    pub evaluated: u64,
    pub cost: u64,
    pub yes: u64,
    pub no: u64,
}

impl Count {
    pub(super) fn add(&mut self, other: &Count) {
        self.tried += other.tried;
        self.evaluated += other.evaluated;
        self.cost += other.cost;
        self.yes += other.yes;
        self.no += other.no;
    }
}

/// By part, then by place.
pub(crate) type Counts = Vec<Option<Box<[Count]>>>;

/// A part of the model, before anything was counted.
pub(super) struct Plan {
    pub kind: PartKind,
    name: String,
    span: Span,
    disjunct: Option<Span>,
    /// Where to begin.
    pub roots: Vec<NodeId>,
}

/// A node that stands inside another of the same place.
const INNER: u32 = 1 << 31;
/// A node without a place.
const NOWHERE: u32 = u32::MAX;

/// A disjunct of Next.
pub(crate) struct Action {
    /// The innermost definition it lies in.
    pub op: OpId,
    /// Where it stands, if it is not the whole of that definition.
    pub disjunct: Option<Span>,
}

/// The disjuncts of Next, and of each instance which of them it is: those of one definition are one. Those
/// without an instance come last.
pub(crate) fn actions(ir: &Ir, roles: &Roles) -> (Vec<Action>, Vec<usize>) {
    let mut met: FxHashMap<(OpId, Span), usize> = FxHashMap::default();
    let mut actions = Vec::new();
    let mut number = |op: OpId, formula: Span| {
        *met.entry((op, formula)).or_insert_with(|| {
            let whole = ir.span(ir.op(op).body) == formula;
            actions.push(Action { op, disjunct: (!whole).then_some(formula) });
            actions.len() - 1
        })
    };
    let which = roles.instances.iter().map(|i| number(i.op, i.formula)).collect();
    let live: FxHashSet<OpId> = roles.instances.iter().map(|i| i.op).collect();
    // A definition that is taken apart further elsewhere has its parts there.
    for &(op, formula) in roles.void.iter().filter(|(op, _)| !live.contains(op)) {
        number(op, formula);
    }
    (actions, which)
}

/// Where evaluations are counted.
pub(crate) struct Chart {
    /// By node.
    places: Vec<u32>,
    spans: Vec<Span>,
    plans: Vec<Plan>,
    /// By part: the places in it.
    inside: Vec<Vec<u32>>,
    /// By instance: its part.
    instances: Vec<usize>,
    /// By group of predicates, and the place in it.
    predicates: [Vec<usize>; 6],
    view: usize,
    totals: Mutex<(Counts, u64)>,
}

impl Chart {
    /// The places of a model.
    pub fn new(ir: &Ir, roles: &Roles) -> Chart {
        let mut plans = Vec::new();
        let plan = |kind, op: OpId| {
            let (named, root) = unfolded(ir, op);
            let span = ir.op(named).span;
            // Properties are called as the model calls them.
            let called = if kind == PartKind::Initial { named } else { op };
            Plan { kind, name: ir.op(called).name.clone(), span, disjunct: None, roots: vec![root] }
        };
        plans.extend(roles.init.map(|init| plan(PartKind::Initial, init)));
        let (actions, mut instances) = actions(ir, roles);
        for part in &mut instances {
            *part += plans.len();
        }
        for Action { op, disjunct } in actions {
            plans.push(Plan { disjunct, roots: Vec::new(), ..plan(PartKind::Action, op) });
        }
        for (instance, &part) in roles.instances.iter().zip(&instances) {
            plans[part].roots.push(instance.action);
        }
        let mut add = |kind, ops: &[OpId]| {
            let first = plans.len();
            plans.extend(ops.iter().map(|&op| plan(kind, op)));
            (first..plans.len()).collect::<Vec<usize>>()
        };
        let constraints = add(PartKind::Constraint, &roles.constraints);
        let action_constraints = add(PartKind::ActionConstraint, &roles.action_constraints);
        let invariants = add(PartKind::Invariant, &roles.invariants);
        let initial = add(PartKind::InitialProperty, &roles.initial);
        let actions = add(PartKind::StepProperty, &roles.actions);
        let atoms = add(PartKind::Temporal, &roles.atoms);
        let view = add(PartKind::View, roles.view.as_slice());
        let mut chart = Chart {
            places: vec![NOWHERE; ir.nodes.len()],
            spans: Vec::new(),
            inside: Vec::new(),
            instances,
            // In the order of `spec::worker::judge::Group`.
            predicates: [invariants, initial, constraints, actions, action_constraints, atoms],
            view: view.first().copied().unwrap_or(0),
            totals: Mutex::new((plans.iter().map(|_| None).collect(), 0)),
            plans,
        };
        chart.arrange(ir);
        chart
    }

    /// Gives every node that is counted its place.
    fn arrange(&mut self, ir: &Ir) {
        let mut known: FxHashMap<Span, u32> = FxHashMap::default();
        for part in 0..self.plans.len() {
            let mut inside = Vec::new();
            let mut met = FxHashSet::default();
            // A node, the place it stands in, and whether it is a condition there.
            let roots = self.plans[part].roots.iter();
            let mut todo: Vec<(NodeId, Option<Span>, bool)> = roots.map(|&root| (root, None, true)).collect();
            while let Some((id, around, condition)) = todo.pop() {
                let (node, span) = (ir.node(id), ir.span(id));
                if matches!(node, Node::Cached(..)) {
                    continue;
                }
                let named = matches!(node, Node::Local(_) | Node::Var(_) | Node::NextVar(_));
                // What has a prime is mostly what is assigned to.
                let plain = node.is_simple() || matches!(node, Node::Prime(_));
                if !plain || named && condition {
                    let place = *known.entry(span).or_insert_with(|| {
                        self.spans.push(span);
                        self.spans.len() as u32 - 1
                    });
                    inside.push(place);
                    let inner = around == Some(span) || matches!(node, Node::Kept(..));
                    let held = &mut self.places[id.index()];
                    let was_inner = *held != NOWHERE && *held & INNER != 0;
                    *held = if inner || was_inner { place | INNER } else { place };
                }
                if !met.insert((id, condition)) {
                    continue;
                }
                let around = if matches!(node, Node::Kept(..)) { around } else { Some(span) };
                if matches!(node, Node::Keep(..) | Node::Unchanged(_)) {
                    continue;
                }
                let conditions = conditions(node);
                ir.children(id, &mut |child| todo.push((child, around, conditions.contains(&child))));
                match node {
                    Node::Call(op, ..) | Node::Operator(op, _) => todo.push((ir.op(*op).body, around, true)),
                    Node::Closure(rule, ..) => todo.push((ir.rules[rule.index()].body, around, true)),
                    _ => {}
                }
            }
            inside.sort_unstable();
            inside.dedup();
            self.inside.push(inside);
        }
    }

    /// How many places there are.
    pub fn places(&self) -> usize {
        self.spans.len()
    }

    /// How many parts there are.
    pub fn parts(&self) -> usize {
        self.plans.len()
    }

    /// The place of a node.
    pub fn place(&self, id: NodeId) -> Option<usize> {
        let place = self.places[id.index()];
        (place != NOWHERE).then_some((place & !INNER) as usize)
    }

    /// The place of a node of which evaluations count.
    pub fn counted(&self, id: NodeId) -> Option<usize> {
        let place = self.places[id.index()];
        (place & INNER == 0).then_some(place as usize)
    }

    /// The part that is the initial predicate.
    pub fn initial(&self) -> usize {
        0
    }

    /// The part that an action instance belongs to.
    pub fn instance(&self, instance: usize) -> usize {
        self.instances[instance]
    }

    /// The part that a predicate is.
    pub fn predicate(&self, group: usize, at: usize) -> usize {
        self.predicates[group][at]
    }

    /// The part that is the VIEW.
    pub fn view(&self) -> usize {
        self.view
    }

    /// Adds what an evaluator has counted, and how many initial states it found.
    pub fn add(&self, counts: Counts, initial: u64) {
        let mut totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        totals.1 += initial;
        for (sum, counts) in totals.0.iter_mut().zip(counts) {
            match (sum, counts) {
                (Some(sum), Some(counts)) => sum.iter_mut().zip(&counts).for_each(|(a, b)| a.add(b)),
                (sum @ None, counts) => *sum = counts,
                (Some(_), None) => {}
            }
        }
    }

    /// What was counted. `actions` are the states generated by each instance, and how many of them were new, or
    /// in a simulation how often it was taken; `distinct` is how many states there are, where that is known.
    pub fn coverage(&self, ir: &Ir, actions: &[(String, u64, u64)], distinct: Option<u64>) -> Coverage {
        let totals = self.totals.lock().unwrap_or_else(PoisonError::into_inner);
        let (counts, initial) = &*totals;
        let found: u64 = actions.iter().map(|(_, _, new)| new).sum();
        let first = distinct.map(|all| all.saturating_sub(found));
        let mut states: Vec<Option<States>> = vec![None; self.plans.len()];
        for (states, plan) in states.iter_mut().zip(&self.plans) {
            *states = match plan.kind {
                PartKind::Initial => Some(States { distinct: first, generated: *initial }),
                PartKind::Action => Some(States { distinct: Some(0), generated: 0 }),
                _ => None,
            };
        }
        for ((_, generated, new), &part) in actions.iter().zip(&self.instances) {
            if let Some(states) = &mut states[part] {
                states.generated += generated;
                states.distinct = states.distinct.map(|sum| sum + new);
            }
        }
        let mut coverage = Coverage::default();
        for (at, (plan, states)) in self.plans.iter().zip(states).enumerate() {
            let none = Count::default();
            let count = |place: usize| counts[at].as_ref().map_or(&none, |counts| &counts[place]);
            let part = Part {
                kind: plan.kind,
                name: plan.name.clone(),
                span: plan.span,
                disjunct: plan.disjunct,
                states,
                expressions: self.expressions(at, &count),
            };
            findings::find(ir, self, plan, &part, &count, &mut coverage.findings);
            coverage.parts.push(part);
        }
        coverage
    }

    fn expressions<'c>(&self, part: usize, count: &dyn Fn(usize) -> &'c Count) -> Vec<Expression> {
        let mut places: Vec<usize> = self.inside[part].iter().map(|&place| place as usize).collect();
        places.sort_by_key(|&place| {
            let Span { file, start, end } = self.spans[place];
            (file, start, std::cmp::Reverse(end))
        });
        let mut around: Vec<Span> = Vec::new();
        let expression = |place: usize| {
            let span = self.spans[place];
            while around.last().is_some_and(|outer| outer.file != span.file || outer.end < span.end) {
                around.pop();
            }
            let depth = around.len() as u32;
            around.push(span);
            let &Count { tried, evaluated, cost, yes, no } = count(place);
            Expression { span, depth, evaluated: tried + evaluated, cost, yes, no }
        };
        places.into_iter().map(expression).collect()
    }
}

/// The definition that a formula of the model names, and its body; the formula itself if it is no name.
fn unfolded(ir: &Ir, op: OpId) -> (OpId, NodeId) {
    let mut root = ir.op(op).body;
    loop {
        root = match ir.node(root) {
            Node::Inlined(inner, body) if !matches!(ir.node(*body), Node::Let(..)) => return (*inner, *body),
            Node::Call(inner, captured, args) if captured.is_empty() && args.is_empty() => {
                return (*inner, ir.op(*inner).body);
            }
            Node::Kept(_, inner) => *inner,
            Node::And(items) if items.len() == 1 => items[0],
            _ => return (op, root),
        }
    }
}

/// The children that are asked for their truth.
fn conditions(node: &Node) -> Vec<NodeId> {
    match node {
        Node::And(items) | Node::Or(items) => items.to_vec(),
        Node::Not(a) | Node::If(a, ..) => vec![*a],
        Node::Implies(a, b) | Node::Equivalent(a, b) => vec![*a, *b],
        Node::Case(arms, _) => arms.iter().map(|(guard, _)| *guard).collect(),
        Node::Quantifier(_, _, body)
        | Node::Choose(_, body)
        | Node::SetFilter(_, body)
        | Node::Let(_, body)
        | Node::Inlined(_, body) => vec![*body],
        _ => Vec::new(),
    }
}
