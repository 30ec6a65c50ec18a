//! From accepting parts of a product to a lasso, as short as is practical.
//!
//! Enters: a product and its accepting parts. Leaves: a [`Lasso`]. Holds: the way to the cycle is a shortest
//! one to any accepting part; where a state can be found from which stuttering alone is a violation, and the
//! lasso becomes no longer by that, the cycle is that. Inside a part the next goal is the nearest one:
//! the shortest cycle through all goals is hard to find, and not much shorter.

use super::components::{Components, Part};
use super::product::Product;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// A behaviour: states of the graph, and after the last the one at `back` again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lasso {
    /// The states. The step after the last leads to the one at `back`; each step is one of the graph.
    pub states: Vec<u32>,
    /// Where it goes on after the last; the last state's own place where it goes on stuttering.
    pub back: usize,
}

/// The shortest lasso into one of the parts that can be found soon.
pub(super) fn shortest(product: &Product<'_>, components: &Components<'_>) -> Option<Lasso> {
    let parts = &components.accepting;
    let mut owner: FxHashMap<usize, usize> = FxHashMap::default();
    for (at, part) in parts.iter().enumerate() {
        part.nodes.iter().for_each(|&node| {
            owner.entry(node).or_insert(at);
        });
    }
    let mut before: FxHashMap<usize, usize> = FxHashMap::default();
    let (mut level, mut depth): (Vec<usize>, usize) = (product.initial().collect(), 0);
    level.iter().for_each(|&node| {
        before.insert(node, node);
    });
    let mut best: Option<(usize, Vec<usize>)> = None;
    while !level.is_empty() && best.as_ref().is_none_or(|(most, _)| depth < *most) {
        for &node in &level {
            let Some(&part) = owner.get(&node) else { continue };
            if best.is_none() {
                let cycle = cycle(product, &parts[part], node)?;
                best = Some((depth + cycle.len() - 1, cycle));
            }
            // A stuttering cycle adds nothing to the way.
            if is_still(product, &parts[part], node)
                && best.as_ref().is_none_or(|(most, cycle)| depth < *most || cycle.len() > 1)
            {
                best = Some((depth, vec![node]));
                break;
            }
        }
        let mut next = Vec::new();
        for &node in &level {
            for edge in product.edges(node) {
                before.entry(edge.to).or_insert_with(|| {
                    next.push(edge.to);
                    node
                });
            }
        }
        (level, depth) = (next, depth + 1);
    }
    let (_, cycle) = best?;
    let mut nodes = Vec::new();
    let mut node = cycle[0];
    while before[&node] != node {
        node = before[&node];
        nodes.push(node);
    }
    nodes.reverse();
    let back = nodes.len();
    nodes.extend(cycle);
    Some(Lasso { states: nodes.into_iter().map(|node| product.state_of(node)).collect(), back })
}

/// Whether a step from the node to itself reaches all goals.
fn is_still(product: &Product<'_>, part: &Part, node: usize) -> bool {
    product.edges(node).filter(|edge| edge.to == node && part.allowed[edge.label as usize]).any(|edge| {
        let set: Vec<u64> = part.given.iter().zip(product.set(edge.goals)).map(|(a, b)| a | b).collect();
        product.are_all(&set)
    })
}

/// The nodes of a cycle from `start` that reaches all goals inside a part; none only if the part is not
/// accepting.
fn cycle(product: &Product<'_>, part: &Part, start: usize) -> Option<Vec<usize>> {
    let inside: FxHashSet<usize> = part.nodes.iter().copied().collect();
    let (mut goals, mut nodes) = (part.given.clone(), vec![start]);
    loop {
        let at = *nodes.last()?;
        let complete = product.are_all(&goals);
        let new = |set: &[u64]| set.iter().zip(&goals).any(|(own, held)| own & !held != 0);
        let wanted = |to: usize, set: &[u64]| if complete { to == start } else { new(set) };
        let way = path(product, part, &inside, at, &wanted)?;
        for (node, set) in way {
            nodes.push(node);
            goals.iter_mut().zip(product.set(set)).for_each(|(all, own)| *all |= own);
        }
        if product.are_all(&goals) && nodes.len() > 1 && nodes.last() == Some(&start) {
            nodes.pop();
            return Some(nodes);
        }
    }
}

/// A shortest way inside a part that ends with a wanted edge: the nodes after `from`, each with the goals of
/// the edge that leads there.
fn path(
    product: &Product<'_>,
    part: &Part,
    inside: &FxHashSet<usize>,
    from: usize,
    wanted: &dyn Fn(usize, &[u64]) -> bool,
) -> Option<Vec<(usize, u32)>> {
    let mut before: FxHashMap<usize, (usize, u32)> = FxHashMap::default();
    let mut waiting = VecDeque::from([from]);
    while let Some(node) = waiting.pop_front() {
        for edge in product.edges(node) {
            if !part.allowed[edge.label as usize] || !inside.contains(&edge.to) {
                continue;
            }
            if wanted(edge.to, product.set(edge.goals)) {
                let mut way = vec![(edge.to, edge.goals)];
                let mut node = node;
                while node != from {
                    let (earlier, goals) = before[&node];
                    way.push((node, goals));
                    node = earlier;
                }
                way.reverse();
                return Some(way);
            }
            if edge.to != from && !before.contains_key(&edge.to) {
                before.insert(edge.to, (node, edge.goals));
                waiting.push_back(edge.to);
            }
        }
    }
    None
}
