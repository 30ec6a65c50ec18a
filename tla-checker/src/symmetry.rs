//! Symmetry: permutations of model values under which a model means the same, and what they make of states.
//!
//! Enters: permutations by names (SYMMETRY of a model). Leaves: the group that they generate, values with
//! their model values renamed, and of a state the least one of its orbit. Holds: a permutation moves model
//! values wherever they stand, in arguments of functions too, and nothing else; what is renamed is in
//! canonical form again. Two states are of one orbit exactly when their least states are equal.
//!
//! What is here is the meaning of SYMMETRY, as plainly as possible: [`reference`](mod@crate::explore::reference)
//! and `--exact` stand on it, and what is fast (`spec/orbits.rs`) is tested against it. Ip and Dill: *Better
//! Verification Through Symmetry*, 1996.

mod arrange;
mod group;

use crate::canary::{Rule, without};
use crate::value::Datum;
use crate::value::fingerprint::Path;
pub(crate) use arrange::Arrangements;
pub(crate) use group::{Group, Permutation};
use rustc_hash::FxHashMap;
use std::cmp::Ordering;

/// Permutations of model values that leave the meaning of a model as it is.
#[derive(Debug)]
pub struct Symmetry {
    /// The model values that some permutation moves, in order: a point is its place here.
    points: Vec<String>,
    numbers: FxHashMap<String, u16>,
    /// By point: the name that it has in a signature which is not about it.
    kinds: Vec<Datum>,
    group: Group,
}

/// Where in a state a value stands: in a variable, below these arguments of functions.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub variable: String,
    pub steps: Vec<Datum>,
}

impl Place {
    /// The place of a variable's value.
    pub fn variable(name: &str) -> Place {
        Place { variable: name.to_owned(), steps: Vec::new() }
    }

    /// Its path, each argument changed.
    pub fn path(&self, change: impl Fn(&Datum) -> Datum) -> Path {
        let mut path = Path::variable(&self.variable);
        for step in &self.steps {
            let step = if without(Rule::Elsewhere) { step.clone() } else { change(step) };
            path.enter(&step).expect("data are built");
        }
        path
    }
}

impl Symmetry {
    /// The group that permutations generate, each given as pairs of names: of a model value and of that which
    /// takes its place. None if it has too many permutations to be listed, and is not made of all
    /// permutations of some sets.
    pub fn generated(generators: &[Vec<(String, String)>]) -> Option<Symmetry> {
        let moved = generators.iter().flatten().filter(|(from, to)| from != to);
        let mut points: Vec<String> = moved.map(|(from, _)| from.clone()).collect();
        points.sort_unstable();
        points.dedup();
        let numbers: FxHashMap<String, u16> = points.iter().cloned().zip(0..).collect();
        let permutation = |pairs: &Vec<(String, String)>| {
            let mut images: Permutation = (0..points.len() as u16).collect();
            for (from, to) in pairs.iter().filter(|(from, to)| from != to) {
                images[numbers[from] as usize] = numbers[to];
            }
            images
        };
        let generators: Vec<Permutation> = generators.iter().map(permutation).collect();
        let group = Group::generated(points.len(), &generators)?;
        let mut kinds = vec![Datum::Int(0); points.len()];
        for (number, block) in (0..).zip(group.blocks()) {
            block.iter().for_each(|&point| kinds[point as usize] = Datum::Int(number));
        }
        Some(Symmetry { points, numbers, kinds, group })
    }

    /// Its permutations.
    pub(crate) fn group(&self) -> &Group {
        &self.group
    }

    /// How many points there are.
    pub(crate) fn degree(&self) -> usize {
        self.points.len()
    }

    /// Whether no permutation moves anything.
    pub fn is_trivial(&self) -> bool {
        self.points.is_empty()
    }

    /// The model values that are moved and that a value mentions, by name.
    pub fn names_in<'s>(&'s self, value: &Datum) -> Vec<&'s str> {
        let mut found = Vec::new();
        self.mentions(value, &mut found);
        found.iter().map(|&point| self.points[point as usize].as_str()).collect()
    }

    /// Whether every permutation leaves a value as it is.
    pub fn leaves(&self, value: &Datum) -> bool {
        self.group.generators().iter().all(|permutation| self.rename(permutation, value) == *value)
    }

    /// Adds the points that a value mentions, in order and each once.
    pub(crate) fn mentions(&self, value: &Datum, found: &mut Vec<u16>) {
        match value {
            Datum::Bool(_) | Datum::Int(_) | Datum::Big(_) | Datum::Str(_) => {}
            Datum::ModelValue(name) => {
                if let Some(&point) = self.numbers.get(name)
                    && let Err(at) = found.binary_search(&point)
                {
                    found.insert(at, point);
                }
            }
            Datum::Set(all) | Datum::Tuple(all) => all.iter().for_each(|one| self.mentions(one, found)),
            Datum::Record(fields) => fields.iter().for_each(|(_, one)| self.mentions(one, found)),
            Datum::Function(pairs) => pairs.iter().for_each(|(key, one)| {
                self.mentions(key, found);
                self.mentions(one, found);
            }),
        }
    }

    /// The value that a permutation makes of a value.
    pub(crate) fn rename(&self, permutation: &[u16], value: &Datum) -> Datum {
        let all = |values: &[Datum]| values.iter().map(|one| self.rename(permutation, one)).collect();
        match value {
            Datum::Bool(_) | Datum::Int(_) | Datum::Big(_) | Datum::Str(_) => value.clone(),
            Datum::ModelValue(name) => match self.numbers.get(name) {
                Some(&point) => {
                    let image = permutation[point as usize];
                    Datum::ModelValue(self.points[image as usize].clone())
                }
                None => value.clone(),
            },
            Datum::Set(elements) => Datum::set(all(elements)),
            Datum::Tuple(elements) => Datum::Tuple(all(elements)),
            Datum::Record(fields) => {
                let field = |(name, one): &(String, Datum)| (name.clone(), self.rename(permutation, one));
                Datum::Record(fields.iter().map(field).collect())
            }
            Datum::Function(pairs) => {
                let pair = |(key, one): &(Datum, Datum)| {
                    (self.rename(permutation, key), self.rename(permutation, one))
                };
                Datum::function(pairs.iter().map(pair).collect())
            }
        }
    }

    /// The least state that a permutation makes of a state, in the order of its variables' values. Where the
    /// permutations are too many to be tried, the least of those that [`Arrangements`] leaves.
    pub(crate) fn least(&self, names: &[String], state: &[Datum]) -> Vec<Datum> {
        let mut best = state.to_vec();
        let elements = self.group.elements();
        if !elements.is_empty() {
            elements.iter().for_each(|permutation| self.improve(state, permutation, &mut best));
            return best;
        }
        let mut signature = vec![0; self.degree()];
        for (name, value) in names.iter().zip(state) {
            self.sign(&mut Place::variable(name), value, &mut signature);
        }
        let mut is_fixed = |a, b| {
            let swap = self.group.swap(a, b);
            state.iter().all(|value| self.rename(&swap, value) == *value)
        };
        let mut first = true;
        Arrangements::new(&self.group).each(&signature, &mut is_fixed, &mut |permutation| {
            if std::mem::take(&mut first) {
                best = state.iter().map(|value| self.rename(permutation, value)).collect();
            } else {
                self.improve(state, permutation, &mut best);
            }
        });
        best
    }

    /// Takes what a permutation makes of a state, if that is less than the best so far.
    fn improve(&self, state: &[Datum], permutation: &[u16], best: &mut Vec<Datum>) {
        let mut renamed = Vec::with_capacity(state.len());
        for value in state {
            let value = self.rename(permutation, value);
            match if renamed.is_empty() { value.cmp(&best[0]) } else { Ordering::Equal } {
                Ordering::Greater => return,
                _ => renamed.push(value),
            }
        }
        if renamed < *best {
            *best = renamed;
        }
    }
}
