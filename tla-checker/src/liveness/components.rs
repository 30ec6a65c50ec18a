//! The strongly connected parts of a product in which a cycle satisfies every clause.
//!
//! Enters: a product. Leaves: its accepting parts. Holds: in a part that is accepting, every goal is reached
//! by an edge inside it, where a clause that asks for `<>[]p` counts as reached once the part was
//! restricted to edges that satisfy `p`; so a cycle through all its edges is what is looked for. A part
//! that misses a goal for which there is nothing to restrict has no such cycle: every cycle lies in one
//! part. R. E. Tarjan, *Depth-first Search and Linear Graph Algorithms*, 1972, without recursion.

use super::product::{Filter, Goals, Out, Product};
use crate::observer::Cancel;
use std::rc::Rc;

/// An accepting part.
pub(super) struct Part {
    /// Its nodes.
    pub nodes: Vec<usize>,
    /// The labels of edges that may be taken inside it.
    pub allowed: Rc<Filter>,
    /// The goals that need not be reached inside it: the restriction does that.
    pub given: Goals,
}

/// What is known of the parts of a product.
pub(super) struct Components<'p> {
    product: &'p Product<'p>,
    cancel: &'p Cancel,
    /// By node: the region it belongs to; 0 for none. Edges between regions are not looked at.
    region: Vec<u32>,
    regions: u32,
    index: Vec<u32>,
    low: Vec<u32>,
    /// The parts that were looked for.
    pub accepting: Vec<Part>,
}

/// What is to be searched: some nodes, or (at first) all that count.
struct Task {
    nodes: Option<Vec<usize>>,
    allowed: Rc<Filter>,
    given: Goals,
}

struct Frame<'p> {
    node: usize,
    edges: Out<'p>,
}

/// Marks a node whose part is known.
const DONE: u32 = u32::MAX;

impl<'p> Components<'p> {
    pub fn new(product: &'p Product<'p>, cancel: &'p Cancel) -> Self {
        let lasting = product.lasting.iter().any(|&lasts| lasts);
        let reached = if lasting { product.reached() } else { Vec::new() };
        let region = reached.iter().enumerate().map(|(node, &on)| u32::from(on && product.lasts(node)));
        let region: Vec<u32> = region.collect();
        let length = region.len();
        Components {
            product,
            cancel,
            region,
            regions: 1,
            index: vec![0; length],
            low: vec![0; length],
            accepting: Vec::new(),
        }
    }

    /// Finds all accepting parts.
    pub fn search(&mut self) {
        if self.region.is_empty() {
            return;
        }
        let allowed = Rc::new(self.product.always.clone());
        let mut tasks = vec![Task { nodes: None, allowed, given: self.product.no_goals() }];
        while let Some(task) = tasks.pop() {
            self.part(&task, &mut tasks);
        }
    }

    /// A region of its own for these nodes, which are then not searched yet.
    fn claim(&mut self, nodes: &[usize]) -> u32 {
        self.regions += 1;
        for &node in nodes {
            (self.region[node], self.index[node]) = (self.regions, 0);
        }
        self.regions
    }

    /// Takes nodes apart.
    fn part(&mut self, task: &Task, tasks: &mut Vec<Task>) {
        let region = task.nodes.as_ref().map_or(1, |nodes| self.claim(nodes));
        let (mut count, mut path, mut stack) = (0u32, Vec::<Frame<'p>>::new(), Vec::new());
        let all = 0..if task.nodes.is_none() { self.region.len() } else { 0 };
        let roots = all.chain(task.nodes.iter().flatten().copied());
        for root in roots {
            if self.region[root] != region || self.index[root] != 0 {
                continue;
            }
            self.enter(root, &mut count, &mut path, &mut stack);
            while let Some(frame) = path.last_mut() {
                let node = frame.node;
                match frame.edges.next() {
                    Some(edge) => {
                        if !task.allowed[edge.label as usize] || self.region[edge.to] != region {
                            continue;
                        }
                        match self.index[edge.to] {
                            0 => {
                                if count.is_multiple_of(1 << 14) && self.cancel.is_cancelled() {
                                    return;
                                }
                                self.enter(edge.to, &mut count, &mut path, &mut stack);
                            }
                            DONE => {}
                            index => self.low[node] = self.low[node].min(index),
                        }
                    }
                    None => {
                        path.pop();
                        if let Some(before) = path.last() {
                            let low = self.low[node];
                            self.low[before.node] = self.low[before.node].min(low);
                        }
                        if self.low[node] == self.index[node] {
                            let at = stack.iter().rposition(|&other| other == node);
                            let nodes = stack.split_off(at.expect("it was entered"));
                            self.judge(nodes, task, tasks);
                        }
                    }
                }
            }
        }
    }

    fn enter(&mut self, node: usize, count: &mut u32, path: &mut Vec<Frame<'p>>, stack: &mut Vec<usize>) {
        *count += 1;
        (self.index[node], self.low[node]) = (*count, *count);
        stack.push(node);
        path.push(Frame { node, edges: self.product.edges(node) });
    }

    /// Decides about a part: it is accepting, or it cannot be, or it is searched again with fewer edges.
    fn judge(&mut self, nodes: Vec<usize>, task: &Task, tasks: &mut Vec<Task>) {
        let product = self.product;
        let own = self.claim(&nodes);
        nodes.iter().for_each(|&node| self.index[node] = DONE);
        let (mut goals, mut any) = (task.given.clone(), false);
        for &node in &nodes {
            for edge in product.edges(node) {
                if self.region[edge.to] == own && task.allowed[edge.label as usize] {
                    any = true;
                    goals.iter_mut().zip(product.set(edge.goals)).for_each(|(all, set)| *all |= set);
                }
            }
        }
        if !any {
            return;
        }
        let reaches = |goal: usize, goals: &Goals| goals[goal / 64] >> (goal % 64) & 1 == 1;
        if product.are_all(&goals) {
            let (allowed, given) = (task.allowed.clone(), task.given.clone());
            self.accepting.push(Part { nodes, allowed, given });
            return;
        }
        let restricted = |goal: usize| product.pairs.iter().find(|pair| pair.0 == goal).map(|pair| &pair.1);
        let unmet: Vec<usize> = (0..product.goals).filter(|&goal| !reaches(goal, &goals)).collect();
        if unmet.iter().any(|&goal| restricted(goal).is_none_or(Vec::is_empty)) {
            return;
        }
        // Each unmet clause that leaves no choice restricts at once; of the others, the first.
        let (mut allowed, mut given) = ((*task.allowed).clone(), task.given.clone());
        let mut choice = None;
        for goal in unmet {
            match restricted(goal).map(Vec::as_slice) {
                Some([only]) => narrow(&mut allowed, only),
                Some(several) if choice.is_none() => choice = Some(several),
                _ => continue,
            }
            given[goal / 64] |= 1 << (goal % 64);
        }
        let branches = choice.unwrap_or_default();
        for branch in branches {
            let mut allowed = allowed.clone();
            narrow(&mut allowed, branch);
            let nodes = Some(nodes.clone());
            tasks.push(Task { nodes, allowed: Rc::new(allowed), given: given.clone() });
        }
        if branches.is_empty() {
            tasks.push(Task { nodes: Some(nodes), allowed: Rc::new(allowed), given });
        }
    }
}

fn narrow(allowed: &mut Filter, by: &Filter) {
    allowed.iter_mut().zip(by).for_each(|(all, own)| *all &= own);
}
