//! The product of a graph and a duty's automaton.
//!
//! Enters: a graph and a duty. Leaves: nodes, each a state of the graph with one of the automaton, and the
//! edges between them with the goals that they reach. Holds: what a guard or a clause says of a step is worked
//! out once a label; goals are the eventualities of the automaton, then the clauses. A node whose state of
//! the automaton lies on no cycle that reaches all eventualities is reached, and never part of an answer.

use super::graph::{Edges, Graph};
use crate::canary::{Rule, without};
use crate::temporal::{Duty, Normal};

/// A set of goals.
pub(super) type Goals = Box<[u64]>;

/// Which labels satisfy something.
pub(super) type Filter = Vec<bool>;

/// A product.
pub(super) struct Product<'g> {
    pub graph: &'g Graph,
    /// How many states the automaton has.
    pub states: usize,
    /// How many goals there are.
    pub goals: usize,
    /// By label and state of the automaton: which of `moves`.
    ranges: Vec<(u32, u32)>,
    moves: Vec<(u32, u32)>,
    /// Sets of goals, side by side.
    sets: Vec<u64>,
    /// By state of the automaton: whether it can be part of a cycle that is looked for.
    pub lasting: Vec<bool>,
    /// By state of the automaton: whether every step may lead from it to itself.
    stays: Vec<bool>,
    /// What all steps of a cycle must satisfy.
    pub always: Filter,
    /// By clause: its goal, and what all steps of a cycle may satisfy in place of reaching it.
    pub pairs: Vec<(usize, Vec<Filter>)>,
}

/// An edge of a product: where it leads, its label and the number of the set of goals that it reaches.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub to: usize,
    pub label: u32,
    pub goals: u32,
}

/// The edges of a node.
pub(super) struct Out<'p> {
    product: &'p Product<'p>,
    edges: Edges<'p>,
    state: usize,
    step: (u32, u32),
    rest: std::ops::Range<u32>,
}

impl<'g> Product<'g> {
    pub fn new(graph: &'g Graph, duty: &Duty) -> Self {
        let (labels, states) = (graph.labels.len(), duty.automaton.moves.len());
        let filter = |f: &Normal| -> Filter {
            (0..labels as u32).map(|label| f.is_true_of(&|atom| graph.labels.has(label, atom))).collect()
        };
        let (mut always, mut pairs, mut often) = (vec![true; labels], Vec::new(), Vec::new());
        let mut goals = duty.automaton.eventualities;
        for (place, clause) in duty.clauses.iter().enumerate() {
            if without(Rule::Pair) && place == 0 {
                continue;
            }
            if let (None, [only]) = (&clause.often, clause.at_last.as_slice()) {
                always.iter_mut().zip(filter(only)).for_each(|(all, own)| *all &= own);
                continue;
            }
            often.push((goals, clause.often.as_ref().map_or_else(|| vec![false; labels], filter)));
            pairs.push((goals, clause.at_last.iter().map(filter).collect::<Vec<_>>()));
            goals += 1;
        }
        let mut product = Product {
            graph,
            states,
            goals,
            ranges: Vec::with_capacity(labels * states),
            moves: Vec::new(),
            sets: Vec::new(),
            lasting: Vec::new(),
            stays: vec![true; states],
            always,
            pairs,
        };
        let guards: Vec<Vec<Filter>> =
            duty.automaton.moves.iter().map(|own| own.iter().map(|m| filter(&m.guard)).collect()).collect();
        let mut numbers = rustc_hash::FxHashMap::default();
        for label in 0..labels {
            for (state, (own, guards)) in duty.automaton.moves.iter().zip(&guards).enumerate() {
                let start = product.moves.len() as u32;
                for (m, guard) in own.iter().zip(guards) {
                    if !guard[label] {
                        continue;
                    }
                    let mut set = vec![0u64; product.width()];
                    let kept = (0..duty.automaton.eventualities).filter(|e| !m.puts_off.contains(e));
                    let reached = often.iter().filter(|(_, filter)| filter[label]).map(|(goal, _)| *goal);
                    kept.chain(reached).for_each(|goal| set[goal / 64] |= 1 << (goal % 64));
                    let number = *numbers.entry(set).or_insert_with_key(|set| {
                        product.sets.extend_from_slice(set);
                        (product.sets.len() / set.len()) as u32 - 1
                    });
                    product.moves.push((m.to as u32, number));
                }
                let own = &product.moves[start as usize..];
                product.stays[state] &= own.iter().any(|m| m.0 as usize == state);
                product.ranges.push((start, product.moves.len() as u32));
            }
        }
        product.lasting = product.find_lasting(duty.automaton.eventualities);
        product
    }

    /// How many words a set of goals takes.
    pub fn width(&self) -> usize {
        self.goals.div_ceil(64).max(1)
    }

    /// A set of goals.
    pub fn set(&self, number: u32) -> &[u64] {
        let width = self.width();
        &self.sets[number as usize * width..][..width]
    }

    /// No goals.
    pub fn no_goals(&self) -> Goals {
        vec![0; self.width()].into()
    }

    /// Whether all goals are in a set.
    pub fn are_all(&self, set: &[u64]) -> bool {
        (0..self.goals).all(|goal| set[goal / 64] >> (goal % 64) & 1 == 1)
    }

    /// How many nodes there are, reachable or not.
    pub fn len(&self) -> usize {
        self.graph.len() * self.states
    }

    /// The nodes that behaviours begin in.
    pub fn initial(&self) -> impl Iterator<Item = usize> {
        self.graph.initial.iter().map(|&state| state as usize * self.states)
    }

    /// The state of the graph that a node stands for.
    pub fn state_of(&self, node: usize) -> u32 {
        (node / self.states) as u32
    }

    /// Whether the node's state of the automaton can be part of a cycle that is looked for.
    pub fn lasts(&self, node: usize) -> bool {
        self.lasting[node % self.states]
    }

    /// The edges of a node.
    #[inline]
    pub fn edges(&self, node: usize) -> Out<'_> {
        let edges = self.graph.edges((node / self.states) as u32);
        Out { product: self, edges, state: node % self.states, step: (0, 0), rest: 0..0 }
    }

    /// Which nodes can be reached.
    pub fn reached(&self) -> Vec<bool> {
        if self.states == 1 && self.stays[0] {
            return vec![true; self.len()];
        }
        let mut reached = vec![false; self.len()];
        let mut waiting: Vec<usize> = Vec::new();
        if self.stays[0] {
            // Every state of the graph is reachable, and so with the automaton where it begins.
            waiting.extend((0..self.graph.len()).map(|state| state * self.states));
        } else {
            waiting.extend(self.initial());
        }
        waiting.iter().for_each(|&node| reached[node] = true);
        while let Some(node) = waiting.pop() {
            for edge in self.edges(node) {
                if !reached[edge.to] {
                    reached[edge.to] = true;
                    waiting.push(edge.to);
                }
            }
        }
        reached
    }

    /// The states of the automaton that lie on a cycle of it which keeps every eventuality.
    fn find_lasting(&self, eventualities: usize) -> Vec<bool> {
        let moves = |state: usize| {
            let ranges = self.ranges.iter().skip(state).step_by(self.states);
            ranges.flat_map(|&(start, end)| &self.moves[start as usize..end as usize])
        };
        // It is small: by reachability.
        let reach = |from: usize| {
            let (mut seen, mut waiting) = (vec![false; self.states], vec![from]);
            while let Some(state) = waiting.pop() {
                for &(to, _) in moves(state) {
                    if !std::mem::replace(&mut seen[to as usize], true) {
                        waiting.push(to as usize);
                    }
                }
            }
            seen
        };
        let reach: Vec<Vec<bool>> = (0..self.states).map(reach).collect();
        let lasts = |state: usize| {
            let together = |other: usize| reach[state][other] && reach[other][state];
            let mut kept = self.no_goals();
            for from in (0..self.states).filter(|&from| together(from)) {
                for &(to, goals) in moves(from) {
                    if together(to as usize) {
                        kept.iter_mut().zip(self.set(goals)).for_each(|(all, own)| *all |= own);
                    }
                }
            }
            reach[state][state] && (0..eventualities).all(|e| kept[e / 64] >> (e % 64) & 1 == 1)
        };
        (0..self.states).map(lasts).collect()
    }
}

impl Iterator for Out<'_> {
    type Item = Edge;

    #[inline]
    fn next(&mut self) -> Option<Edge> {
        loop {
            if let Some(at) = self.rest.next() {
                let (to, goals) = self.product.moves[at as usize];
                let to = self.step.0 as usize * self.product.states + to as usize;
                return Some(Edge { to, label: self.step.1, goals });
            }
            self.step = self.edges.next()?;
            let (start, end) = self.product.ranges[self.step.1 as usize * self.product.states + self.state];
            self.rest = start..end;
        }
    }
}
