//! Which permutations can lead to the canonical state of an orbit: those that put the points in the order of
//! what the state says of them.
//!
//! Enters: a state's *signature*, a number for each point, which follows the point wherever a permutation
//! takes it (it is equivariant). Leaves: the permutations that sort it. Holds: of all states of an orbit the
//! same states come out. Points with one number are tied, and ties are permuted; of points that can be
//! exchanged without changing the state one order is as good as all.
//!
//! After Junttila and Kaski, *Engineering an efficient canonical labeling tool*, 2007, with the signature in
//! place of a partition that is refined.

use super::{Group, Permutation, Place, Symmetry};
use crate::canary::{Rule, without};
use crate::value::Datum;

/// The name of the point that a signature is about.
const ITSELF: &str = "itself";

impl Symmetry {
    /// Adds to the signature what a value says of each point that it, or its place, mentions.
    pub(crate) fn sign(&self, place: &mut Place, value: &Datum, signature: &mut [u64]) {
        let mut below = |place: &mut Place, step: Datum, value: &Datum| {
            place.steps.push(step);
            self.sign(place, value, signature);
            place.steps.pop();
        };
        match value {
            Datum::Set(elements) => {
                elements.iter().for_each(|element| self.sign_atom(place, element, signature));
            }
            Datum::Tuple(values) => {
                (1..).zip(values).for_each(|(at, value)| below(place, Datum::Int(at), value));
            }
            Datum::Record(fields) => {
                fields.iter().for_each(|(name, value)| below(place, Datum::Str(name.clone()), value));
            }
            Datum::Function(pairs) => {
                pairs.iter().for_each(|(key, value)| below(place, key.clone(), value));
            }
            _ => self.sign_atom(place, value, signature),
        }
    }

    /// Adds to the signature what an element of a set, or a value that has no parts, says of each point.
    pub(crate) fn sign_atom(&self, place: &Place, content: &Datum, signature: &mut [u64]) {
        let mut mentions = Vec::new();
        place.steps.iter().for_each(|step| self.mentions(step, &mut mentions));
        self.mentions(content, &mut mentions);
        for point in mentions {
            let mut path = place.path(|step| self.seen_from(point, step));
            let term: u64 = path.element_term(&self.seen_from(point, content)).expect("data are built");
            let sum = &mut signature[point as usize];
            *sum = sum.wrapping_add(term);
        }
    }

    /// A value as it is for one point: other points are told apart by their kind only. What is said twice is
    /// said once, so that no order decides which of it stays.
    fn seen_from(&self, point: u16, value: &Datum) -> Datum {
        let all = |values: &[Datum]| values.iter().map(|one| self.seen_from(point, one)).collect();
        match value {
            Datum::ModelValue(name) => match self.numbers.get(name) {
                Some(&other) if other == point => Datum::Str(ITSELF.to_owned()),
                Some(_) if without(Rule::Equivariant) => value.clone(),
                Some(&other) => self.kinds[other as usize].clone(),
                None => value.clone(),
            },
            Datum::Set(elements) => Datum::set(all(elements)),
            Datum::Tuple(elements) => Datum::Tuple(all(elements)),
            Datum::Record(fields) => {
                let field = |(name, one): &(String, Datum)| (name.clone(), self.seen_from(point, one));
                Datum::Record(fields.iter().map(field).collect())
            }
            Datum::Function(pairs) => {
                let pair = |(key, one): &(Datum, Datum)| {
                    Datum::Tuple(vec![self.seen_from(point, key), self.seen_from(point, one)])
                };
                Datum::set(pairs.iter().map(pair).collect())
            }
            Datum::Bool(_) | Datum::Int(_) | Datum::Big(_) | Datum::Str(_) => value.clone(),
        }
    }
}

/// The permutations of a group that sort signatures.
pub(crate) struct Arrangements<'g> {
    group: &'g Group,
    permutation: Permutation,
    ties: Vec<Tie>,
}

/// Points with one number.
struct Tie {
    /// Where they go.
    places: Vec<u16>,
    /// Those that can be exchanged side by side, each with how many of them have a place.
    classes: Vec<(Vec<u16>, usize)>,
}

impl<'g> Arrangements<'g> {
    /// Of a group.
    pub fn new(group: &'g Group) -> Self {
        Arrangements { group, permutation: group.identity(), ties: Vec::new() }
    }

    /// Hands out the permutations that sort a signature, one of those that make the same state of the one it
    /// is of. `is_fixed` says whether exchanging two points changes nothing about that.
    pub fn each(
        &mut self,
        signature: &[u64],
        is_fixed: &mut dyn FnMut(u16, u16) -> bool,
        visit: &mut dyn FnMut(&[u16]),
    ) {
        if !self.group.is_full() {
            return self.each_listed(signature, visit);
        }
        self.ties.clear();
        for block in self.group.blocks() {
            let mut order = block.clone();
            order.sort_by_key(|&point| signature[point as usize]);
            let mut places = block.as_slice();
            for tied in order.chunk_by(|&a, &b| signature[a as usize] == signature[b as usize]) {
                let (own, rest) = places.split_at(tied.len());
                places = rest;
                let mut classes: Vec<(Vec<u16>, usize)> = Vec::new();
                for &point in tied {
                    match classes.iter_mut().find(|(class, _)| is_fixed(class[0], point)) {
                        Some((class, _)) => class.push(point),
                        None => classes.push((vec![point], 0)),
                    }
                }
                self.ties.push(Tie { places: own.to_vec(), classes });
            }
        }
        self.place(0, 0, visit);
    }

    /// Gives the places of the ties from here on to their points, in every way that makes a difference.
    fn place(&mut self, tie: usize, at: usize, visit: &mut dyn FnMut(&[u16])) {
        let Some(Tie { places, classes }) = self.ties.get_mut(tie) else {
            return visit(&self.permutation);
        };
        let Some(&place) = places.get(at) else { return self.place(tie + 1, 0, visit) };
        for class in 0..classes.len() {
            let (points, used) = &mut self.ties[tie].classes[class];
            let Some(&point) = points.get(*used) else { continue };
            *used += 1;
            self.permutation[point as usize] = place;
            self.place(tie, at + 1, visit);
            self.ties[tie].classes[class].1 -= 1;
            if without(Rule::Ties) {
                return;
            }
        }
    }

    /// Of a group that is listed: the permutations that make the least of the signature.
    fn each_listed(&mut self, signature: &[u64], visit: &mut dyn FnMut(&[u16])) {
        let elements = self.group.elements();
        let sorted = |permutation: &Permutation| {
            let mut sorted = vec![0; signature.len()];
            permutation.iter().zip(signature).for_each(|(&image, &number)| sorted[image as usize] = number);
            sorted
        };
        let Some(least) = elements.iter().map(sorted).min() else { return };
        elements.iter().filter(|permutation| sorted(permutation) == least).for_each(|p| visit(p));
    }
}
