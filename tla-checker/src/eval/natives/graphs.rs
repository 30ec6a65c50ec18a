//! Relation, Graphs, DiGraphs, UndirectedGraphs, and the causal order of VectorClocks.
//!
//! Holds: nodes are numbered in canonical order, so paths and components come out in order.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{Keys, SetNode, Value};
use std::rc::Rc;

/// A graph: the nodes, and for each the places of those an edge leads to.
struct Adjacent {
    nodes: Rc<SetNode>,
    next: Vec<Vec<usize>>,
}

impl<'m> Evaluator<'m> {
    pub(super) fn graph(
        &mut self,
        native: Native,
        args: &[NodeId],
        id: NodeId,
        base: usize,
    ) -> Result<Value> {
        let op = native.name();
        match native {
            Native::TransitiveClosure | Native::ReflexiveTransitiveClosure => {
                let relation = self.eval(args[0], base)?;
                let set = self.eval(args[1], base)?;
                self.closure_of(&relation, &set, native == Native::ReflexiveTransitiveClosure, id)
            }
            Native::GraphsSimplePath | Native::DiGraphsSimplePath | Native::DiGraphsMcSimplePath => {
                let graph = self.eval(args[0], base)?;
                let graph = self.adjacent(&graph, true, op, id)?;
                self.simple_paths(&graph, id)
            }
            Native::UndirectedSimplePath => {
                let graph = self.eval(args[0], base)?;
                let graph = self.adjacent(&graph, false, op, id)?;
                self.simple_paths(&graph, id)
            }
            Native::GraphsAreConnectedIn | Native::UndirectedAreConnectedIn => {
                let from = self.eval(args[0], base)?;
                let to = self.eval(args[1], base)?;
                let graph = self.eval(args[2], base)?;
                let directed = native == Native::GraphsAreConnectedIn;
                self.connected(&graph, &from, &to, directed, id)
            }
            Native::DiGraphsAreConnectedIn | Native::DiGraphsMcAreConnectedIn => {
                let graph = self.eval(args[0], base)?;
                let from = self.eval(args[1], base)?;
                let to = self.eval(args[2], base)?;
                self.connected(&graph, &from, &to, true, id)
            }
            Native::GraphsConnectionsIn | Native::DiGraphsConnectionsIn => {
                let graph = self.eval(args[0], base)?;
                let graph = self.adjacent(&graph, true, op, id)?;
                let table = (0..graph.next.len()).map(|n| graph.reached(n)).collect();
                self.relation_on(&graph.nodes, table, id)
            }
            Native::GraphsIsStronglyConnected => {
                let graph = self.eval(args[0], base)?;
                let graph = self.adjacent(&graph, true, op, id)?;
                let all = (0..graph.next.len()).all(|n| !graph.reached(n).contains(&false));
                Ok(Value::Bool(all))
            }
            Native::ConnectedComponents => {
                let graph = self.eval(args[0], base)?;
                let graph = self.adjacent(&graph, false, op, id)?;
                let mut seen = vec![false; graph.next.len()];
                let mut components = Vec::new();
                for n in 0..seen.len() {
                    if seen[n] {
                        continue;
                    }
                    let reached = graph.reached(n);
                    let mut component = Vec::new();
                    for (k, _) in reached.iter().enumerate().filter(|(_, r)| **r) {
                        seen[k] = true;
                        component.push(graph.nodes.elements()[k].clone());
                    }
                    components.push(Value::set_from_sorted(component));
                }
                self.checked(Value::set(components), id)
            }
            Native::CausalOrder => self.causal_order(args, id, base),
            other => Err(self.misplaced(other, id)),
        }
    }

    /// The graph of a record of nodes and edges; edges that do not join nodes do not count.
    fn adjacent(&mut self, graph: &Value, directed: bool, op: &'static str, id: NodeId) -> Result<Adjacent> {
        let nodes = self.field(graph, "node", id)?;
        let edges = self.field(graph, "edge", id)?;
        let nodes = self.built_set(&nodes, op, id)?;
        let mut next = vec![Vec::new(); nodes.elements().len()];
        for edge in self.elements_of(&edges, op, id)? {
            self.tick(id)?;
            let ends = match (&edge, directed) {
                (Value::Tuple(t), true) if t.elements().len() == 2 => t.elements().to_vec(),
                (Value::Set(_) | Value::Lazy(_), false) => {
                    let ends = self.built_set(&edge, op, id)?;
                    match ends.elements() {
                        [a] => vec![a.clone(), a.clone()],
                        [a, b] => vec![a.clone(), b.clone()],
                        _ => continue,
                    }
                }
                _ => continue,
            };
            if let (Some(a), Some(b)) = (nodes.position(&ends[0]), nodes.position(&ends[1])) {
                next[a].push(b);
                if !directed && a != b {
                    next[b].push(a);
                }
            }
        }
        for places in &mut next {
            places.sort_unstable();
        }
        Ok(Adjacent { nodes, next })
    }

    fn connected(
        &mut self,
        graph: &Value,
        from: &Value,
        to: &Value,
        directed: bool,
        id: NodeId,
    ) -> Result<Value> {
        let graph = self.adjacent(graph, directed, "AreConnectedIn", id)?;
        for end in [from, to] {
            if !self.checked(graph.nodes.contains(end), id)? {
                return Ok(Value::FALSE);
            }
        }
        let (Some(a), Some(b)) = (graph.nodes.position(from), graph.nodes.position(to)) else {
            return Ok(Value::FALSE);
        };
        Ok(Value::Bool(graph.reached(a)[b]))
    }

    fn simple_paths(&mut self, graph: &Adjacent, id: NodeId) -> Result<Value> {
        let mut level: Vec<Vec<usize>> = (0..graph.next.len()).map(|n| vec![n]).collect();
        let mut paths = Vec::new();
        // Shorter paths come first, and within a length the order of the nodes is kept.
        while !level.is_empty() {
            let mut longer = Vec::new();
            for path in &level {
                self.tick(id)?;
                self.check_size(paths.len(), id)?;
                let nodes = path.iter().map(|&n| graph.nodes.elements()[n].clone());
                paths.push(Value::tuple(nodes.collect()));
                let last = path[path.len() - 1];
                for n in graph.next[last].iter().filter(|n| !path.contains(n)) {
                    longer.push([path.as_slice(), &[*n]].concat());
                }
            }
            level = longer;
        }
        Ok(Value::set_from_sorted(paths))
    }

    /// Warshall's algorithm.
    fn closure_of(&mut self, relation: &Value, set: &Value, reflexive: bool, id: NodeId) -> Result<Value> {
        let node = self.built_set(set, "TransitiveClosure", id)?;
        let elements = node.elements();
        let mut table = Vec::with_capacity(elements.len());
        for (i, x) in elements.iter().enumerate() {
            let mut row = Vec::with_capacity(elements.len());
            for y in elements {
                let related = self.at(relation, Value::tuple(vec![x.clone(), y.clone()]), id)?;
                row.push(self.checked(related.as_bool("TransitiveClosure"), id)?);
            }
            row[i] |= reflexive;
            table.push(row);
        }
        for z in 0..table.len() {
            self.tick(id)?;
            let through = table[z].clone();
            for row in table.iter_mut().filter(|row| row[z]) {
                row.iter_mut().zip(&through).for_each(|(r, t)| *r |= t);
            }
        }
        self.relation_on(&node, table, id)
    }

    /// `[x, y \in S |-> table[x][y]]`
    fn relation_on(&mut self, set: &Rc<SetNode>, table: Vec<Vec<bool>>, id: NodeId) -> Result<Value> {
        if table.is_empty() {
            return Ok(Value::tuple(Vec::new()));
        }
        let set = Value::Set(set.clone());
        let product = self.checked(Value::product(vec![set.clone(), set]), id)?;
        let pairs = self.built_set(&product, "[x, y \\in S |-> e]", id)?;
        let values = table.into_iter().flatten().map(Value::Bool).collect();
        Ok(Value::function_on(&Keys::from_set(&pairs), values))
    }

    /// In turn the first entry left that no other one left happened before.
    fn causal_order(&mut self, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        let log = self.eval(args[0], base)?;
        let clock = self.callee(args[1], base)?;
        let entries = self.items(&log, "CausalOrder", id)?;
        let mut clocks = Vec::with_capacity(entries.len());
        for entry in &entries {
            clocks.push(self.apply_callee(&clock, [entry.clone()], id)?);
        }
        // How many entries happened before each, and which each happened before.
        let mut earlier = vec![0usize; entries.len()];
        let mut later = vec![Vec::new(); entries.len()];
        for i in 0..entries.len() {
            for j in i + 1..entries.len() {
                let forth = self.not_ahead(&clocks[i], &clocks[j], id)?;
                let back = self.not_ahead(&clocks[j], &clocks[i], id)?;
                if forth && !back {
                    earlier[j] += 1;
                    later[i].push(j);
                } else if back && !forth {
                    earlier[i] += 1;
                    later[j].push(i);
                }
            }
        }
        let mut ready: std::collections::BTreeSet<usize> =
            (0..entries.len()).filter(|&i| earlier[i] == 0).collect();
        let mut order = Vec::with_capacity(entries.len());
        while let Some(first) = ready.pop_first() {
            order.push(entries[first].clone());
            for &i in &later[first] {
                earlier[i] -= 1;
                if earlier[i] == 0 {
                    ready.insert(i);
                }
            }
        }
        Ok(Value::tuple(order))
    }

    /// Whether no component of one clock is ahead of the other's.
    fn not_ahead(&mut self, clock: &Value, other: &Value, id: NodeId) -> Result<bool> {
        let domain = self.checked(other.domain(), id)?;
        for (node, time) in self.checked(clock.finite_pairs("CausalOrder"), id)? {
            let known = match self.checked(domain.contains(&node), id)? {
                true => self.at(other, node, id)?,
                false => Value::Int(0),
            };
            if !self.checked(time.at_most(&known), id)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

impl Adjacent {
    /// Which nodes are reached from one, itself included.
    fn reached(&self, from: usize) -> Vec<bool> {
        let mut reached = vec![false; self.next.len()];
        let mut pending = vec![from];
        reached[from] = true;
        while let Some(n) = pending.pop() {
            for &k in &self.next[n] {
                if !reached[k] {
                    reached[k] = true;
                    pending.push(k);
                }
            }
        }
        reached
    }
}
