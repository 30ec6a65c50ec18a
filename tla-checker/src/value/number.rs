//! Values numbered exactly: two values have one number when they are equal, and never otherwise.
//!
//! Enters: values, whole or part by part. Leaves: numbers of 32 bits, shared by all threads. Holds: a
//! number stands for an atom's canonical bytes or for a pair of numbers, and is given once; a composite
//! value is the pair of a *marker* (its kind, with the domain or the size) and a balanced tree of pairs
//! over its parts, so that values which differ in little share nearly all of their trees (Laarman, van de
//! Pol, Weber: *Parallel Recursive State Compression for Free*, SPIN 2011). The marker says how many
//! parts there are and so how the tree is to be read: different values cannot meet in one number.
//! A set is a tree over the bits of its elements' ordinals, so that one element more or less changes one
//! path of it.
//!
//! The numbers depend on the order in which values were met: they may decide whether two values are
//! equal, nothing else. What does not happen here: going back from numbers to values.

use super::codec;
use super::view::{Shape, View};
use super::{Limits, Value};
use crate::failure::{Failure, FailureKind};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use rustc_hash::FxBuildHasher;
use std::hash::Hash;
use std::sync::atomic::{AtomicU32, Ordering};
use tla_parser::code;

/// Begin the bytes of markers; no value's canonical bytes begin so.
const TUPLE: u8 = 0xf0;
const RECORD: u8 = 0xf1;
const FUNCTION: u8 = 0xf2;
const SET: u8 = 0xf3;

/// Why something has no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unnumbered {
    /// All numbers are taken.
    Full,
    /// It is infinite, or too large to be built: no value of a state is.
    Unbuilt,
}

impl From<Unnumbered> for Failure {
    fn from(why: Unnumbered) -> Failure {
        match why {
            Unnumbered::Full => Failure {
                kind: FailureKind::Limit,
                code: code::SET_TOO_LARGE,
                message: "there are too many different values to keep whole states".to_owned(),
                help: Some("search without `--exact`, or make the model smaller".to_owned()),
                ..Failure::internal("")
            },
            Unnumbered::Unbuilt => Failure::internal("a value of a state cannot be built"),
        }
    }
}

/// The result of numbering.
pub type Result<T, E = Unnumbered> = std::result::Result<T, E>;

/// The numbers given so far. 0 is nobody's.
#[derive(Default)]
pub struct Numbers {
    atoms: DashMap<Box<[u8]>, u32, FxBuildHasher>,
    pairs: DashMap<(u32, u32), u32, FxBuildHasher>,
    /// Elements of sets by their numbers, numbered once more, without gaps.
    ordinals: DashMap<u32, u32, FxBuildHasher>,
    taken: AtomicU32,
    elements: AtomicU32,
}

/// How many of so many parts are in the left half of their tree.
pub fn left_half(len: usize) -> usize {
    len.div_ceil(2)
}

/// A root from its two halves; 1 where there are no variables.
pub fn join(left: u32, right: u32) -> u64 {
    (u64::from(left) << 32 | u64::from(right)).max(1)
}

impl Numbers {
    /// The number of a pair of numbers.
    pub fn pair(&self, left: u32, right: u32) -> Result<u32> {
        if let Some(known) = self.pairs.get(&(left, right)) {
            return Ok(*known);
        }
        give(&self.pairs, (left, right), &self.taken)
    }

    /// The number of a tree over a list; 0 for an empty one, and of one part the part itself.
    pub fn tree(&self, list: &[u32]) -> Result<u32> {
        match list {
            [] => Ok(0),
            [one] => Ok(*one),
            _ => {
                let (left, right) = list.split_at(left_half(list.len()));
                self.pair(self.tree(left)?, self.tree(right)?)
            }
        }
    }

    /// What tells a state from others of its space, from the numbers of its variables: its tree without
    /// the last pair, which is not worth a number as each state has its own. Never 0.
    pub fn root(&self, variables: &[u32]) -> Result<u64> {
        let (left, right) = variables.split_at(left_half(variables.len()));
        Ok(join(self.tree(left)?, self.tree(right)?))
    }

    /// The marker of tuples of this length.
    pub fn tuple_marker(&self, len: usize) -> Result<u32> {
        let mut bytes = vec![TUPLE];
        bytes.extend_from_slice(&len.to_le_bytes());
        self.atom(bytes)
    }

    /// The marker of records with these fields, in order.
    pub fn record_marker<'n>(&self, names: impl Iterator<Item = &'n str>) -> Result<u32> {
        let mut bytes = vec![RECORD];
        names.for_each(|name| codec::encode_string(name, &mut bytes));
        self.atom(bytes)
    }

    /// The marker of functions on these arguments, in order.
    pub fn function_marker<'k, T: Shape + 'k>(&self, keys: impl Iterator<Item = &'k T>) -> Result<u32> {
        let mut bytes = vec![FUNCTION];
        for key in keys {
            codec::encode(key, &mut bytes).map_err(|_| Unnumbered::Unbuilt)?;
        }
        self.atom(bytes)
    }

    /// The ordinal of a set's element, from the element's number.
    pub fn ordinal(&self, element: u32) -> Result<u32> {
        if let Some(known) = self.ordinals.get(&element) {
            return Ok(*known - 1);
        }
        give(&self.ordinals, element, &self.elements).map(|ordinal| ordinal - 1)
    }

    /// The number of the set of the elements with these ordinals, which are sorted.
    pub fn set(&self, ordinals: &mut [u32]) -> Result<u32> {
        ordinals.sort_unstable();
        let Some(&most) = ordinals.last() else { return self.atom(vec![SET]) };
        // The lowest tree of words of 32 bits that holds all.
        let height = (u32::BITS - (most >> 5).leading_zeros()) as u8;
        let marker = self.atom(vec![SET, height])?;
        self.pair(marker, self.bits(ordinals, 0, height)?)
    }

    /// The tree over the bits from `first` on: 0 where none is set, and below pairs the words.
    fn bits(&self, ordinals: &[u32], first: u64, height: u8) -> Result<u32> {
        if ordinals.is_empty() {
            return Ok(0);
        }
        if height == 0 {
            return Ok(ordinals.iter().fold(0, |word, ordinal| word | 1 << (ordinal & 31)));
        }
        let middle = first + (16 << height);
        let (left, right) = ordinals.split_at(ordinals.partition_point(|&o| u64::from(o) < middle));
        self.pair(self.bits(left, first, height - 1)?, self.bits(right, middle, height - 1)?)
    }

    /// The number of a value.
    pub fn value<T: Shape>(&self, value: &T) -> Result<u32> {
        match value.view() {
            View::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.value(part)).collect::<Result<Vec<_>>>()?;
                self.composite(self.tuple_marker(parts.len())?, &parts)
            }
            View::Record(len) => {
                let marker = self.record_marker((0..len).map(|at| value.field(at).0))?;
                let parts = (0..len).map(|at| self.value(value.field(at).1)).collect::<Result<Vec<_>>>()?;
                self.composite(marker, &parts)
            }
            View::Function(len) => {
                let marker = self.function_marker((0..len).map(|at| value.pair(at).0))?;
                let parts = (0..len).map(|at| self.value(value.pair(at).1)).collect::<Result<Vec<_>>>()?;
                self.composite(marker, &parts)
            }
            View::Set(elements) => self.set_of(elements),
            View::Unforced(Value::Closure(_)) => Err(Unnumbered::Unbuilt),
            View::Unforced(set) => {
                let built = set.explicit("a state", &Limits::DEFAULT).map_err(|_| Unnumbered::Unbuilt)?;
                self.set_of(built.elements())
            }
            _ => {
                let mut bytes = Vec::new();
                codec::encode(value, &mut bytes).map_err(|_| Unnumbered::Unbuilt)?;
                self.atom(bytes)
            }
        }
    }

    /// The number of a composite value from its marker and the numbers of its parts.
    fn composite(&self, marker: u32, parts: &[u32]) -> Result<u32> {
        if parts.is_empty() { Ok(marker) } else { self.pair(marker, self.tree(parts)?) }
    }

    fn set_of<T: Shape>(&self, elements: &[T]) -> Result<u32> {
        let ordinal = |element: &T| self.ordinal(self.value(element)?);
        let mut ordinals = elements.iter().map(ordinal).collect::<Result<Vec<_>>>()?;
        self.set(&mut ordinals)
    }

    fn atom(&self, bytes: Vec<u8>) -> Result<u32> {
        if let Some(known) = self.atoms.get(bytes.as_slice()) {
            return Ok(*known);
        }
        give(&self.atoms, bytes.into(), &self.taken)
    }
}

/// The number of a key, the next one if it has none.
fn give<K: Eq + Hash>(map: &DashMap<K, u32, FxBuildHasher>, key: K, taken: &AtomicU32) -> Result<u32> {
    match map.entry(key) {
        Entry::Occupied(entry) => Ok(*entry.get()),
        Entry::Vacant(entry) => {
            // Relaxed: the number is published with the entry, under its lock.
            let next = |taken: u32| taken.checked_add(1);
            let last = taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
            let number = last.map_err(|_| Unnumbered::Full)? + 1;
            entry.insert(number);
            Ok(number)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::{Datum, Interner};
    use std::collections::HashMap;

    /// Values that are easily taken for one another.
    fn values() -> Vec<Datum> {
        let mut all: Vec<Datum> = (-2..3).map(Datum::Int).collect();
        all.extend([Datum::Bool(false), Datum::Bool(true), "".into(), "a".into(), "1".into()]);
        all.extend(["a", "1"].map(Datum::model_value));
        for _ in 0..2 {
            let inner: Vec<Datum> = all.iter().take(14).cloned().collect();
            all.push(Datum::Tuple(Vec::new()));
            all.push(Datum::Set(Vec::new()));
            for a in &inner {
                all.push(Datum::set(vec![a.clone()]));
                all.push(Datum::Tuple(vec![a.clone()]));
                all.push(Datum::record(vec![("a".into(), a.clone())]));
                all.push(Datum::record(vec![("b".into(), a.clone())]));
                all.push(Datum::function(vec![(a.clone(), a.clone())]));
                for b in &inner {
                    all.push(Datum::set(vec![a.clone(), b.clone()]));
                    all.push(Datum::Tuple(vec![a.clone(), b.clone()]));
                    all.push(Datum::Tuple(vec![a.clone(), b.clone(), a.clone()]));
                    let pair = Datum::Tuple(vec![a.clone(), b.clone()]);
                    all.push(Datum::Tuple(vec![pair.clone()]));
                    all.push(Datum::Tuple(vec![pair, a.clone()]));
                    all.push(Datum::record(vec![("a".into(), a.clone()), ("b".into(), b.clone())]));
                    all.push(Datum::function(vec![(a.clone(), b.clone()), (Datum::Int(7), a.clone())]));
                }
            }
            all.reverse();
        }
        let many = |from: i64, to: i64| Datum::set((from..to).map(Datum::Int).collect());
        all.extend((0..80).map(|n| many(0, n)));
        all.extend((0..80).map(|n| many(n, 80)));
        all
    }

    #[test]
    fn numbers_are_equal_exactly_where_values_are() {
        let (numbers, mut interner) = (Numbers::default(), Interner::default());
        let mut known: HashMap<u32, Datum> = HashMap::new();
        let mut by_value: HashMap<Datum, u32> = HashMap::new();
        for datum in values() {
            let number = numbers.value(&datum).unwrap();
            let held = known.entry(number).or_insert_with(|| datum.clone());
            assert_eq!(*held, datum, "one number for two values");
            assert_eq!(*by_value.entry(datum.clone()).or_insert(number), number, "two numbers: {datum:?}");
            assert_eq!(numbers.value(&datum.to_value(&mut interner)).unwrap(), number, "{datum:?}");
        }
        assert!(known.len() > 1_000, "{}", known.len());
    }

    #[test]
    fn threads_agree_on_numbers() {
        let (numbers, values) = (Numbers::default(), values());
        let all = |reverse: bool| {
            let mut at: Vec<usize> = (0..values.len()).collect();
            if reverse {
                at.reverse();
            }
            let mut found: Vec<_> = at.iter().map(|&n| (n, numbers.value(&values[n]).unwrap())).collect();
            found.sort_unstable();
            found
        };
        std::thread::scope(|scope| {
            let other = scope.spawn(|| all(true));
            assert_eq!(all(false), other.join().unwrap());
        });
    }

    #[test]
    fn when_numbers_run_out_that_is_an_error() {
        let numbers = Numbers { taken: AtomicU32::new(u32::MAX - 1), ..Numbers::default() };
        assert_eq!(numbers.pair(1, 2), Ok(u32::MAX));
        assert_eq!(numbers.pair(2, 1), Err(Unnumbered::Full));
        assert_eq!(numbers.pair(1, 2), Ok(u32::MAX));
        assert_eq!(Failure::from(Unnumbered::Full).kind, FailureKind::Limit);
    }

    #[test]
    fn roots_tell_lists_of_one_length_apart() {
        let numbers = Numbers::default();
        let atoms: Vec<u32> = (0..3).map(|n| numbers.value(&Datum::Int(n)).unwrap()).collect();
        for len in 0..6u32 {
            let lists = 3usize.pow(len);
            let list = |n: usize| -> Vec<u32> { (0..len).map(|at| atoms[n / 3usize.pow(at) % 3]).collect() };
            let root = |n: usize| numbers.root(&list(n)).unwrap();
            let roots: HashMap<u64, usize> = (0..lists).map(|n| (root(n), n)).collect();
            assert_eq!(roots.len(), lists);
            assert!((0..lists).all(|n| roots[&root(n)] == n));
        }
    }
}
