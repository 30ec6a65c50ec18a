//! The key of a state's orbit, from its words.
//!
//! Enters: a [`Symmetry`], states in the worker's layout. Leaves: keys, the same for all states of an orbit in
//! every layout and for every worker, and of other orbits but for collisions. Holds: the fingerprint of a
//! renamed state is a sum of terms like any other, and what a word adds to it is worked out once for each value
//! of the word. A key is made of the fingerprints of the states that [`Arrangements`] leaves, or of all states of
//! the orbit where the permutations are few; each comes in as often as any other, so their sum is the orbit's.
//!
//! Only what differs from the state asked about before is looked at: successors of one state differ in little.

use crate::space::State;
use crate::state::{Form, KeyList, Layout, PartId, Store};
use crate::symmetry::{Arrangements, Place, Symmetry};
use crate::value::fingerprint::{Path, Sum};
use crate::value::{Datum, Limits};
use rustc_hash::FxHashMap;

/// As many permutations are all tried: each has a sum that is kept up to date.
pub(super) const FEW: usize = 64;
/// How many numbers a worker keeps of the values of words, before it forgets them all.
const KEPT: usize = 1 << 22;
/// How many terms of renamed values a worker keeps, before it forgets them all.
const TERMS: usize = 1 << 20;
/// How many points a kept term may depend on.
const MENTIONS: usize = 16;

/// A worker's side.
pub(super) struct Orbits<'s> {
    symmetry: &'s Symmetry,
    /// The variables.
    names: &'s [String],
    /// Whether all permutations are tried.
    all: bool,
    /// How many sums there are: one a permutation if all are tried, or one a point.
    lanes: usize,
    /// The layout that `last` and what follows belong to.
    layout: Option<u32>,
    /// The state that was asked about last, and its sums.
    last: Vec<u32>,
    sums: Vec<u64>,
    words: Vec<Word>,
    /// By part.
    places: Vec<Place>,
    /// The sums of the terms that every state has: by permutation, if all are tried.
    constants: Vec<u64>,
    /// Otherwise the sum of those that no permutation changes, and the parts that have others.
    constant: u64,
    kinds: Vec<PartId>,
    kept: Kept,
}

/// A word of a state.
#[derive(Clone, Copy)]
struct Word {
    part: PartId,
    dictionary: u32,
    /// The number of a set's first element in it.
    first: Option<u32>,
}

/// What was worked out, by dictionary (which says where a value stands) and entry.
#[derive(Default)]
struct Kept {
    /// Where the numbers of an entry begin, and one more; 0 while they are unknown.
    starts: Vec<Vec<u32>>,
    numbers: Vec<u64>,
    /// The points that an entry or its place mentions.
    mentions: FxHashMap<(u32, u32), Box<[u16]>>,
    /// Terms, by dictionary, entry and the images of what is mentioned.
    terms: FxHashMap<(u32, u32, u128), u64>,
    /// The same of the kinds of parts, by part.
    kinds: FxHashMap<(PartId, u128), u64>,
}

/// Orbits that were found by the values of states.
#[derive(Default)]
pub(super) struct Known {
    /// By fingerprint, and by identity.
    keys: FxHashMap<u64, u64>,
    identities: FxHashMap<u64, u64>,
}

impl Known {
    /// The key that a state with this fingerprint has.
    pub fn key(&self, fingerprint: u64) -> Option<u64> {
        self.keys.get(&fingerprint).copied()
    }

    /// Keeps a key for a fingerprint.
    pub fn learn_key(&mut self, fingerprint: u64, key: u64) -> u64 {
        learn(&mut self.keys, fingerprint, key)
    }

    /// The identity of the orbit of a state with this identity.
    pub fn identity(&self, own: u64) -> Option<u64> {
        self.identities.get(&own).copied()
    }

    /// Keeps the identity of an orbit for that of a state.
    pub fn learn_identity(&mut self, own: u64, identity: u64) -> u64 {
        learn(&mut self.identities, own, identity)
    }
}

fn learn(known: &mut FxHashMap<u64, u64>, of: u64, is: u64) -> u64 {
    if known.len() >= TERMS {
        known.clear();
    }
    known.insert(of, is);
    is
}

impl<'s> Orbits<'s> {
    /// Of a worker that has seen nothing. If there are more than `few` permutations, they are not all tried.
    pub fn new(symmetry: &'s Symmetry, names: &'s [String], few: usize) -> Self {
        let order = symmetry.group().elements().len();
        let all = order > 0 && order <= few;
        Orbits {
            symmetry,
            names,
            all,
            lanes: if all { order } else { symmetry.degree() },
            layout: None,
            last: Vec::new(),
            sums: Vec::new(),
            words: Vec::new(),
            places: Vec::new(),
            constants: Vec::new(),
            constant: 0,
            kinds: Vec::new(),
            kept: Kept::default(),
        }
    }

    /// The key of the orbit of a state, which the store has admitted.
    pub fn key(&mut self, state: &State, store: &Store) -> u64 {
        if self.layout != Some(store.layout.number) {
            self.arrange(&store.layout);
        }
        for (at, &new) in state.iter().enumerate() {
            let old = self.last[at];
            if old != new {
                self.change(at, old, new, store);
            }
        }
        self.last.copy_from_slice(state);
        if self.all {
            let sums = self.sums.iter().zip(&self.constants);
            let finalised = sums.map(|(sum, constant)| sum.wrapping_add(*constant).finalise());
            return finalised.fold(0, u64::wrapping_add).finalise();
        }
        self.sorted_key(state, store)
    }

    /// Exchanges the numbers of one value of a word for those of another.
    #[inline]
    fn change(&mut self, at: usize, old: u32, new: u32, store: &Store) {
        let word = self.words[at];
        match word.first {
            None => {
                self.add(word, old, store, u64::wrapping_sub);
                self.add(word, new, store, u64::wrapping_add);
            }
            Some(first) => {
                let (mut gone, mut come) = (old & !new, new & !old);
                while gone != 0 {
                    self.add(word, first + gone.trailing_zeros(), store, u64::wrapping_sub);
                    gone &= gone - 1;
                }
                while come != 0 {
                    self.add(word, first + come.trailing_zeros(), store, u64::wrapping_add);
                    come &= come - 1;
                }
            }
        }
    }

    #[inline]
    fn add(&mut self, word: Word, index: u32, store: &Store, how: impl Fn(u64, u64) -> u64) {
        if index == NONE {
            return;
        }
        let starts = self.kept.starts.get(word.dictionary as usize);
        let start = match starts.and_then(|starts| starts.get(index as usize)) {
            Some(&start) if start > 0 => start as usize - 1,
            _ => self.work_out(word, index, store),
        };
        let numbers = &self.kept.numbers[start..start + self.lanes];
        self.sums.iter_mut().zip(numbers).for_each(|(sum, number)| *sum = how(*sum, *number));
    }

    /// Works out what an entry adds to each sum. Answers where that begins.
    #[cold]
    fn work_out(&mut self, word: Word, index: u32, store: &Store) -> usize {
        if self.kept.numbers.len() + self.lanes > KEPT {
            self.kept.starts.clear();
            self.kept.numbers.clear();
        }
        let (symmetry, place) = (self.symmetry, &mut self.places[word.part as usize]);
        let value = datum(store, word.part, index);
        let start = self.kept.numbers.len();
        if self.all {
            for permutation in symmetry.group().elements() {
                let mut path = place.path(|step| symmetry.rename(permutation, step));
                self.kept.numbers.push(terms(&mut path, word, &symmetry.rename(permutation, &value)));
            }
        } else {
            self.kept.numbers.resize(start + self.lanes, 0);
            let signature = &mut self.kept.numbers[start..];
            match word.first {
                None => symmetry.sign(place, &value, signature),
                Some(_) => symmetry.sign_atom(place, &value, signature),
            }
        }
        let starts = &mut self.kept.starts;
        if starts.len() <= word.dictionary as usize {
            starts.resize_with(word.dictionary as usize + 1, Vec::new);
        }
        let starts = &mut starts[word.dictionary as usize];
        if starts.len() <= index as usize {
            starts.resize((index as usize + 1).next_power_of_two(), 0);
        }
        starts[index as usize] = start as u32 + 1;
        start
    }

    /// The key where the permutations are too many to be tried: of those that sort what the state says of each
    /// point.
    fn sorted_key(&mut self, state: &State, store: &Store) -> u64 {
        let signature = self.sums.clone();
        let symmetry = self.symmetry;
        let group = symmetry.group();
        let cell = std::cell::RefCell::new(self);
        let plain = cell.borrow_mut().renamed(state, store, &group.identity());
        let mut is_fixed = |a, b| cell.borrow_mut().renamed(state, store, &group.swap(a, b)) == plain;
        let mut key = 0u64;
        Arrangements::new(group).each(&signature, &mut is_fixed, &mut |permutation| {
            let sum = cell.borrow_mut().renamed(state, store, permutation);
            key = key.wrapping_add(sum.finalise());
        });
        key.finalise()
    }

    /// The sum of the terms of what a permutation makes of a state.
    fn renamed(&mut self, state: &State, store: &Store, permutation: &[u16]) -> u64 {
        let mut sum = self.constant.wrapping_add(self.moved_kinds(store, permutation));
        for (at, &value) in state.iter().enumerate() {
            let word = self.words[at];
            match word.first {
                None => sum = sum.wrapping_add(self.term(word, value, store, permutation)),
                Some(first) => {
                    let mut bits = value;
                    while bits != 0 {
                        let index = first + bits.trailing_zeros();
                        sum = sum.wrapping_add(self.term(word, index, store, permutation));
                        bits &= bits - 1;
                    }
                }
            }
        }
        sum
    }

    /// The term of what a permutation makes of an entry.
    fn term(&mut self, word: Word, index: u32, store: &Store, permutation: &[u16]) -> u64 {
        let (symmetry, place) = (self.symmetry, &self.places[word.part as usize]);
        let mentions = self.kept.mentions.entry((word.dictionary, index)).or_insert_with(|| {
            let mut found = Vec::new();
            place.steps.iter().for_each(|step| symmetry.mentions(step, &mut found));
            symmetry.mentions(&datum(store, word.part, index), &mut found);
            found.into()
        });
        if mentions.is_empty() {
            return store.known(word.part).terms[index as usize];
        }
        let images = images(mentions, permutation);
        let known = images.and_then(|images| self.kept.terms.get(&(word.dictionary, index, images)));
        if let Some(term) = known {
            return *term;
        }
        let mut path = place.path(|step| symmetry.rename(permutation, step));
        let term = terms(&mut path, word, &symmetry.rename(permutation, &datum(store, word.part, index)));
        if let Some(images) = images {
            if self.kept.terms.len() >= TERMS {
                self.kept.terms.clear();
                self.kept.mentions.clear();
            }
            self.kept.terms.insert((word.dictionary, index, images), term);
        }
        term
    }

    /// The terms of the kinds of parts that the permutation may take elsewhere.
    fn moved_kinds(&mut self, store: &Store, permutation: &[u16]) -> u64 {
        let mut sum = 0u64;
        for at in 0..self.kinds.len() {
            let part = self.kinds[at];
            let mut mentions = Vec::new();
            let steps = &self.places[part as usize].steps;
            steps.iter().for_each(|step| self.symmetry.mentions(step, &mut mentions));
            let key = images(&mentions, permutation).map(|images| (part, images));
            let known = key.and_then(|key| self.kept.kinds.get(&key)).copied();
            let term = known.unwrap_or_else(|| self.kind_term(&store.layout, part, permutation));
            if let Some(key) = key {
                self.kept.kinds.insert(key, term);
            }
            sum = sum.wrapping_add(term);
        }
        sum
    }

    /// Makes itself at home in a layout; what is kept by dictionary stays.
    fn arrange(&mut self, layout: &Layout) {
        self.layout = Some(layout.number);
        self.places.clear();
        self.places.resize_with(layout.parts.len(), || Place::variable(""));
        for (name, &root) in self.names.iter().zip(&layout.roots) {
            self.settle(layout, root, &mut Place::variable(name));
        }
        self.words = (0u32..)
            .zip(&layout.holders)
            .map(|(word, &part)| {
                let p = &layout.parts[part as usize];
                let dictionary = p.dictionary.as_ref().expect("what holds words has a dictionary").id;
                Word { part, dictionary, first: (p.form == Form::Set).then(|| (word - p.first) * 32) }
            })
            .collect();
        // Of no state yet: sets are empty, and no value is known of the others.
        self.sums = vec![0; self.lanes];
        self.last = self.words.iter().map(|word| if word.first.is_some() { 0 } else { NONE }).collect();
        self.kept.kinds.clear();
        self.kinds.clear();
        self.constant = 0;
        self.constants.clear();
        let kinds = (0..layout.parts.len() as PartId).filter(|&part| is_kind(layout, part));
        if self.all {
            let constant = |permutation| {
                let terms = kinds.clone().map(|part| self.kind_term(layout, part, permutation));
                terms.fold(0, u64::wrapping_add)
            };
            self.constants = self.symmetry.group().elements().iter().map(|p| constant(p)).collect();
            return;
        }
        let identity = self.symmetry.group().identity();
        for part in kinds {
            let mut mentions = Vec::new();
            let steps = &self.places[part as usize].steps;
            steps.iter().for_each(|step| self.symmetry.mentions(step, &mut mentions));
            if mentions.is_empty() {
                self.constant = self.constant.wrapping_add(self.kind_term(layout, part, &identity));
            } else {
                self.kinds.push(part);
            }
        }
    }

    /// Notes where a part and those inside it stand.
    fn settle(&mut self, layout: &Layout, part: PartId, place: &mut Place) {
        self.places[part as usize] = place.clone();
        if let Form::Function(keys, parts) = &layout.parts[part as usize].form {
            for (at, &inner) in parts.iter().enumerate() {
                place.steps.push(match keys {
                    KeyList::Sequence(_) => Datum::Int(at as i64 + 1),
                    KeyList::Fields(names) => Datum::Str(names[at].clone()),
                    KeyList::Other(data) => data[at].clone(),
                });
                self.settle(layout, inner, place);
                place.steps.pop();
            }
        }
    }

    /// The term of the kind of a part where a permutation takes it.
    fn kind_term(&self, layout: &Layout, part: PartId, permutation: &[u16]) -> u64 {
        let mut path = self.places[part as usize].path(|step| self.symmetry.rename(permutation, step));
        match layout.parts[part as usize].form {
            Form::Set => path.set_term(),
            _ => path.function_term(),
        }
    }
}

/// The index of no value.
const NONE: u32 = u32::MAX;

/// Whether a part adds a term that is not a word's.
fn is_kind(layout: &Layout, part: PartId) -> bool {
    layout.parts[part as usize].form != Form::Leaf
}

/// A value of a place, or an element of the set there.
fn datum(store: &Store, part: PartId, index: u32) -> Datum {
    let value = &store.known(part).values[index as usize];
    value.to_datum(&Limits::DEFAULT).expect("values of states are built")
}

/// What a value, or an element, adds to the fingerprint at a path.
fn terms(path: &mut Path, word: Word, value: &Datum) -> u64 {
    let terms = match word.first {
        None => path.terms(value),
        Some(_) => path.element_term(value),
    };
    terms.expect("data are built")
}

/// The images of points, in one number; none if they are too many.
fn images(points: &[u16], permutation: &[u16]) -> Option<u128> {
    let fits = points.len() <= MENTIONS && permutation.len() <= 256;
    fits.then(|| points.iter().fold(0, |all, &point| all << 8 | u128::from(permutation[point as usize])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::random::Random;
    use crate::state::{Dictionaries, Misfit, apply, infer};
    use crate::value::{Interner, Value};
    use std::collections::BTreeMap;
    use std::sync::Arc;

    fn point(at: u64) -> Datum {
        Datum::ModelValue(["a", "b", "c", "d", "e"][at as usize].to_owned())
    }

    /// A value in which some of five model values stand; values of one kind have one shape.
    fn value(kind: u64, random: &mut Random, depth: u32) -> Datum {
        let inner = |random: &mut Random| value(kind / 6, random, depth - 1);
        match kind % if depth == 0 { 2 } else { 6 } {
            0 => point(random.below(5)),
            1 => Datum::Int(random.below(2) as i64),
            2 => Datum::set((0..random.below(4)).map(|_| inner(random)).collect()),
            3 => Datum::Tuple((0..random.below(3)).map(|_| inner(random)).collect()),
            4 => Datum::record(vec![("f".into(), inner(random)), ("g".into(), point(random.below(5)))]),
            _ => Datum::function((0..5).map(|at| (point(at), inner(random))).collect()),
        }
    }

    /// The permutations that these generate, and how many those are.
    fn symmetry(generators: &[&[(&str, &str)]]) -> Symmetry {
        let pair = |(from, to): &(&str, &str)| (from.to_string(), to.to_string());
        let generators: Vec<Vec<_>> = generators.iter().map(|g| g.iter().map(pair).collect()).collect();
        Symmetry::generated(&generators).expect("is small")
    }

    /// A state in a layout; none if it does not fit.
    fn pack(store: &mut Store, state: &[Datum], interner: &mut Interner) -> Option<Vec<u32>> {
        let layout = store.layout.clone();
        let (mut ops, mut words) = (Vec::new(), vec![0; layout.width]);
        for (&root, value) in layout.roots.iter().zip(state) {
            match store.pack(root, &value.to_value(interner), &mut ops, interner) {
                Ok(()) => {}
                Err(Misfit::Reshape(..)) => return None,
                Err(Misfit::Value(fault)) => panic!("{value}: {fault}"),
            }
        }
        apply(&ops, &mut words);
        Some(words)
    }

    /// Two states have one key exactly when their orbits have one least state: in every layout, whether all
    /// permutations are tried or those that sort the signature.
    #[test]
    fn keys_are_those_of_orbits() {
        let groups = [
            symmetry(&[&[("a", "b"), ("b", "a")]]),
            symmetry(&[&[("a", "b"), ("b", "a")], &[("b", "c"), ("c", "b")], &[("d", "e"), ("e", "d")]]),
            symmetry(&[&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "a")]]),
            symmetry(&[&[("a", "b"), ("b", "a"), ("d", "e"), ("e", "d")]]),
            symmetry(&[
                &[("a", "b"), ("b", "a")],
                &[("b", "c"), ("c", "b")],
                &[("c", "d"), ("d", "c")],
                &[("d", "e"), ("e", "d")],
            ]),
        ];
        let names = ["x", "y"].map(String::from);
        let mut random = Random(7);
        let (mut apart, mut shared, mut keys_of_all) = (0, 0, 0);
        for round in 0..120 {
            let symmetry = &groups[round % groups.len()];
            let kinds = [random.below(216), random.below(216)];
            let mut states: Vec<Vec<Datum>> = Vec::new();
            for _ in 0..12 {
                let state: Vec<Datum> = kinds.iter().map(|&kind| value(kind, &mut random, 2)).collect();
                let elements = symmetry.group().elements();
                let permutation = &elements[random.below(elements.len() as u64) as usize];
                states.push(state.iter().map(|value| symmetry.rename(permutation, value)).collect());
                states.push(state);
            }
            let mut interner = Interner::default();
            let mut dictionaries = Dictionaries::default();
            let plain = Layout::first(&names, &mut dictionaries);
            let shape = |at: usize| {
                let mut other = Interner::default();
                let values: Vec<Value> = states.iter().take(16).map(|s| s[at].to_value(&mut other)).collect();
                infer(&values.iter().collect::<Vec<_>>())
            };
            let shapes = vec![shape(0), shape(1)];
            let taken_apart = Arc::new(Layout::new(1, &names, shapes, &mut dictionaries));
            for few in [0, FEW * 2] {
                let mut keys: BTreeMap<Vec<Datum>, u64> = BTreeMap::new();
                let mut orbits = Orbits::new(symmetry, &names, few);
                for layout in [&plain, &taken_apart, &plain] {
                    let mut store = Store::new(layout.clone(), Limits::DEFAULT, &mut interner);
                    for state in &states {
                        let Some(words) = pack(&mut store, state, &mut interner) else { continue };
                        store.admit(&words, &mut interner);
                        let key = orbits.key(&words, &store);
                        let least = symmetry.least(&names, state);
                        let known = *keys.entry(least).or_insert(key);
                        assert_eq!(key, known, "{state:?} under {symmetry:?} in {:?}", layout.shapes);
                        shared += usize::from(layout.number == 1);
                    }
                }
                let mut all: Vec<u64> = keys.values().copied().collect();
                keys_of_all += all.len();
                all.sort_unstable();
                all.dedup();
                assert_eq!(all.len(), keys.len(), "orbits share a key, of {states:?}");
            }
            apart += usize::from(taken_apart.width > 2);
        }
        assert!(apart > 60 && shared > 2000 && keys_of_all > 800, "{apart} {shared} {keys_of_all}");
    }
}
