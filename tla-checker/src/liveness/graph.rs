//! A state graph as small as it can be kept: states by number, steps with what is true of them.
//!
//! Enters: states, level by level, and their successors in the order of their numbers. Leaves: the steps of
//! a state. Holds: every expanded state has a step to itself that changes nothing; a label stands for the
//! atoms that are true of a step and of the state that it begins in; a state that was not expanded (yet) has no
//! step at all: what is true of it may not be known. Successors are differences of numbers in as few bytes as they need.

use crate::canary::{Rule, without};
use rustc_hash::FxHashMap;

/// Sets of atoms, each with a number.
#[derive(Debug, Default)]
pub struct Labels {
    width: usize,
    words: Vec<u64>,
    numbers: FxHashMap<Box<[u64]>, u32>,
}

impl Labels {
    /// No labels, of so many atoms.
    pub fn new(atoms: usize) -> Self {
        Labels { width: atoms.div_ceil(64).max(1), ..Labels::default() }
    }

    /// How many words a set of atoms takes.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The number of a set.
    pub fn number(&mut self, set: &[u64]) -> u32 {
        if let Some(&number) = self.numbers.get(set) {
            return number;
        }
        let number = self.numbers.len() as u32;
        self.numbers.insert(set.into(), number);
        self.words.extend_from_slice(set);
        number
    }

    /// The set with a number.
    pub fn set(&self, number: u32) -> &[u64] {
        &self.words[number as usize * self.width..][..self.width]
    }

    /// Whether an atom is in a set.
    pub fn has(&self, number: u32, atom: u32) -> bool {
        self.words[number as usize * self.width + atom as usize / 64] >> (atom % 64) & 1 == 1
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.numbers.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// A state graph.
#[derive(Debug, Default)]
pub struct Graph {
    /// What labels mean.
    pub labels: Labels,
    /// The initial states.
    pub initial: Vec<u32>,
    /// By state: the label of the step that changes nothing.
    stuttering: Vec<u32>,
    /// By expanded state: where its steps end; those of the first begin at 0.
    ends: Vec<usize>,
    steps: Vec<u8>,
}

impl Graph {
    /// No states, of so many atoms.
    pub fn new(atoms: usize) -> Self {
        Graph { labels: Labels::new(atoms), ..Graph::default() }
    }

    /// How many states there are.
    pub fn len(&self) -> usize {
        self.stuttering.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.stuttering.is_empty()
    }

    /// Adds a state; answers its number.
    pub fn add(&mut self, stuttering: u32) -> u32 {
        self.stuttering.push(stuttering);
        self.stuttering.len() as u32 - 1
    }

    /// The label of a state's step to itself that changes nothing.
    pub fn stuttering(&self, state: u32) -> u32 {
        self.stuttering[state as usize]
    }

    /// Has a state's step that changes nothing be labelled otherwise.
    pub fn relabel(&mut self, state: u32, stuttering: u32) {
        self.stuttering[state as usize] = stuttering;
    }

    /// How many states have been expanded.
    pub fn expanded(&self) -> usize {
        self.ends.len()
    }

    /// Gives the next state that has none its steps: successors, each with a label. They are sorted here.
    pub fn expand(&mut self, steps: &mut Vec<(u32, u32)>) {
        let state = self.ends.len() as u32;
        steps.sort_unstable();
        steps.dedup();
        let mut before = state;
        for &(to, label) in steps.iter() {
            // The first may be smaller than the state, the others are larger than the one before.
            let difference = i64::from(to) - i64::from(before);
            let folded = ((difference << 1) ^ (difference >> 63)) as u64;
            put(&mut self.steps, folded);
            put(&mut self.steps, label.into());
            before = to;
        }
        self.ends.push(self.steps.len());
    }

    /// The steps of a state, the one that changes nothing first.
    #[inline]
    pub fn edges(&self, state: u32) -> Edges<'_> {
        let at = state as usize;
        let steps = match self.ends.get(at) {
            Some(&end) => &self.steps[if at == 0 { 0 } else { self.ends[at - 1] }..end],
            None => return Edges { steps: &[], before: state, stuttering: None },
        };
        Edges {
            steps,
            before: state,
            stuttering: Some(self.stuttering[at]).filter(|_| !without(Rule::Stuttering)),
        }
    }
}

/// The steps of a state: successors, each with a label.
#[derive(Clone, Debug)]
pub struct Edges<'g> {
    steps: &'g [u8],
    before: u32,
    stuttering: Option<u32>,
}

impl Iterator for Edges<'_> {
    type Item = (u32, u32);

    #[inline]
    fn next(&mut self) -> Option<(u32, u32)> {
        if let Some(label) = self.stuttering.take() {
            return Some((self.before, label));
        }
        if self.steps.is_empty() {
            return None;
        }
        let folded = take(&mut self.steps);
        let difference = (folded >> 1) as i64 ^ -((folded & 1) as i64);
        self.before = (i64::from(self.before) + difference) as u32;
        Some((self.before, take(&mut self.steps) as u32))
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

#[inline]
fn take(bytes: &mut &[u8]) -> u64 {
    let (mut number, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return number;
        }
        shift += 7;
    }
}

#[cfg(test)]
mod tests {
    use super::Graph;

    #[test]
    fn steps_come_out_as_they_went_in() {
        let mut graph = Graph::new(70);
        let labels: Vec<u32> = (0..300).map(|i| graph.labels.number(&[i, i / 7])).collect();
        assert!(graph.labels.has(65, 0) && graph.labels.has(65, 64) && !graph.labels.has(64, 65));
        (0..400).for_each(|i| assert_eq!(graph.add(labels[i % 300]), i as u32));
        let mut wanted = Vec::new();
        for state in 0..300u32 {
            let mut steps: Vec<(u32, u32)> = (0..state % 5)
                .map(|i| ((state * 31 + i * 97) % 400, labels[((state + i) % 300) as usize]))
                .collect();
            graph.expand(&mut steps);
            steps.insert(0, (state, graph.stuttering(state)));
            wanted.push(steps);
        }
        for (state, steps) in wanted.iter().enumerate() {
            assert_eq!(&graph.edges(state as u32).collect::<Vec<_>>(), steps);
        }
        assert_eq!(graph.edges(399).count(), 0);
    }
}
