//! A dictionary: the values that stand at one place of a state, numbered, the same for all workers.
//!
//! Enters: values. Leaves: their numbers, and the fingerprint terms they add at that place. Holds: a
//! number is given once and never changes; each worker keeps its own form of the values, so the shared
//! part is only asked about values that are new to the worker. The elements that a set may have are
//! numbered the same way: they are pairwise comparable, so that no operation on such sets can fail.

use crate::canary::{Rule, without};
use crate::value::fingerprint::Path;
use crate::value::{Interner, Value, ValueError};
use dashmap::DashMap;
use rustc_hash::FxBuildHasher;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// What the entries of a dictionary are to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entries {
    /// Values of the place.
    Values,
    /// Elements of the set at the place.
    Elements,
}

/// A value's canonical bytes and its terms.
pub(super) type Entry = (Arc<[u8]>, u64);

/// The shared half: values by their canonical bytes, one allocation each, and equal exactly when the
/// values are.
pub struct Dictionary {
    /// Its number among all dictionaries of a space.
    pub id: u32,
    entries_are: Entries,
    path: Path,
    indices: DashMap<Arc<[u8]>, (u32, u64), FxBuildHasher>,
    /// By index; pushed to while the value's entry in `indices` is locked, so an index that is handed
    /// out always has its entry.
    entries: RwLock<Vec<Entry>>,
    /// Held while an element is compared with the others and added.
    growing: Mutex<()>,
}

impl Dictionary {
    pub(super) fn new(id: u32, entries_are: Entries, path: Path) -> Self {
        Dictionary {
            id,
            entries_are,
            path,
            indices: DashMap::default(),
            entries: RwLock::default(),
            growing: Mutex::default(),
        }
    }

    fn intern(&self, value: &Value, bytes: &mut Vec<u8>) -> Result<(u32, u64), ValueError> {
        bytes.clear();
        value.encode(bytes)?;
        if let Some(known) = self.indices.get(bytes.as_slice()) {
            return Ok(*known);
        }
        let mut path = self.path.clone();
        let terms: u64 = match self.entries_are {
            Entries::Values => path.terms(value)?,
            Entries::Elements => path.element_term(value)?,
        };
        let bytes: Arc<[u8]> = bytes.as_slice().into();
        let entry = self.indices.entry(bytes.clone()).or_insert_with(|| {
            // A panic elsewhere ends the run; the list itself is whole between pushes.
            let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
            entries.push((bytes, terms));
            (entries.len() as u32 - 1, terms)
        });
        Ok(*entry)
    }

    /// The canonical bytes and terms of all entries, by index; what the entries are.
    pub(super) fn all(&self) -> (Vec<Entry>, Entries) {
        (self.entries.read().unwrap_or_else(PoisonError::into_inner).clone(), self.entries_are)
    }

    /// Adds entries that another dictionary of the same place had, in the same order, before this one has
    /// any of its own. Answers whether they can be entries.
    pub(super) fn fill(&self, saved: Vec<(Vec<u8>, u64)>) -> bool {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        for (bytes, terms) in saved {
            let rest = &mut &bytes[..];
            if crate::value::Datum::decode(rest).is_err() || !rest.is_empty() {
                return false;
            }
            let bytes: Arc<[u8]> = bytes.into();
            if self.indices.insert(bytes.clone(), (entries.len() as u32, terms)).is_some() {
                return false;
            }
            entries.push((bytes, terms));
        }
        true
    }

    /// How many entries there are by now.
    pub fn len(&self) -> usize {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// A worker's half.
pub(crate) struct Known {
    dictionary: Arc<Dictionary>,
    indices: HashMap<Value, u32, FxBuildHasher>,
    /// By index, without gaps.
    pub values: Vec<Value>,
    /// The fingerprint terms, by index.
    pub terms: Vec<u64>,
    /// The indices in the canonical order of the values; of elements only.
    pub order: Vec<u32>,
    /// Values that are no elements and were found comparable lately, with how many elements there were.
    foreign: RefCell<Vec<(Value, usize)>>,
    bytes: Vec<u8>,
}

/// How many values that are no elements are remembered: those of one evaluation, not all.
const FOREIGN: usize = 1024;

impl Known {
    pub(super) fn new(dictionary: Arc<Dictionary>) -> Self {
        Known {
            dictionary,
            indices: HashMap::default(),
            values: Vec::new(),
            terms: Vec::new(),
            order: Vec::new(),
            foreign: RefCell::default(),
            bytes: Vec::new(),
        }
    }

    /// The index of a value that this worker has met.
    #[inline]
    pub fn find(&self, value: &Value) -> Option<u32> {
        self.indices.get(value).copied()
    }

    /// The index of a value, which is added if it is new.
    pub fn index(&mut self, value: &Value, interner: &mut Interner) -> Result<u32, ValueError> {
        if let Some(&index) = self.indices.get(value) {
            return Ok(index);
        }
        let (index, _) = self.dictionary.intern(value, &mut self.bytes)?;
        self.sync(index as usize + 1, Some(value), interner);
        Ok(index)
    }

    /// The index of an element, which is added if it is new and there is room for it; none where there
    /// is no room, or where it cannot be compared with another element.
    pub fn element(
        &mut self,
        value: &Value,
        most: usize,
        interner: &mut Interner,
    ) -> Result<Option<u32>, ValueError> {
        if let Some(&index) = self.indices.get(value) {
            return Ok(((index as usize) < most).then_some(index));
        }
        let dictionary = self.dictionary.clone();
        let _growing = dictionary.growing.lock().unwrap_or_else(PoisonError::into_inner);
        self.sync(dictionary.len(), None, interner);
        if let Some(&index) = self.indices.get(value) {
            return Ok(((index as usize) < most).then_some(index));
        }
        if self.values.len() >= most || !self.comparable(value) {
            return Ok(None);
        }
        self.index(value, interner).map(Some)
    }

    /// Whether a value can be compared with every element: they can with one another, so the two beside
    /// its place speak for all.
    pub fn comparable(&self, value: &Value) -> bool {
        let mut foreign = self.foreign.borrow_mut();
        foreign.resize(FOREIGN, (Value::FALSE, usize::MAX));
        let (known, elements) =
            &mut foreign[(value.identity().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 48) as usize % FOREIGN];
        if known.same(value) && *elements == self.order.len() {
            return true;
        }
        let comparable = self.is_comparable(value);
        if comparable {
            (*known, *elements) = (value.clone(), self.order.len());
        }
        comparable
    }

    fn is_comparable(&self, value: &Value) -> bool {
        let at = self.order.partition_point(|&o| self.values[o as usize] < *value);
        let beside = self.order[at.saturating_sub(1)..].iter().take(2);
        beside.map(|&o| &self.values[o as usize]).all(|v| v.try_cmp(value).is_ok() && v.try_eq(value).is_ok())
            || without(Rule::Comparable)
    }

    /// Takes over the entries that others have added, up to this many at least.
    pub fn sync(&mut self, most: usize, own: Option<&Value>, interner: &mut Interner) {
        while self.values.len() < most {
            let entry = {
                let entries = self.dictionary.entries.read().unwrap_or_else(PoisonError::into_inner);
                entries[self.values.len()].clone()
            };
            let (bytes, terms) = entry;
            let value = match own {
                Some(value) if self.values.len() + 1 == most => value.clone(),
                _ => {
                    let datum = crate::value::Datum::decode(&mut &bytes[..]);
                    datum.expect("the bytes were encoded by `intern`").to_value(interner)
                }
            };
            let index = self.values.len() as u32;
            if self.dictionary.entries_are == Entries::Elements {
                let at = self.order.partition_point(|&o| self.values[o as usize] < value);
                self.order.insert(at, index);
            }
            self.indices.insert(value.clone(), index);
            self.values.push(value);
            self.terms.push(terms);
        }
    }

    /// Takes over everything that others have added.
    pub fn sync_all(&mut self, interner: &mut Interner) {
        self.sync(self.dictionary.len(), None, interner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Barrier;

    const THREADS: usize = 3;
    const VALUES: i64 = 400;

    /// Values of which no two are the same, and all can be compared.
    fn value(at: i64) -> Value {
        let words = Value::set((0..at % 3).map(Value::Int).collect()).expect("integers");
        Value::tuple(vec![Value::Int(at / 2), Value::Bool(at % 2 == 0), words])
    }

    /// Has threads add values to one dictionary at once, each in an order of its own and each leaving some
    /// to the others; what each was told.
    fn told(
        dictionary: &Arc<Dictionary>,
        add: impl Fn(&mut Known, &Value, &mut Interner) -> Option<u32> + Sync,
    ) -> Vec<Vec<(i64, Option<u32>)>> {
        let start = Barrier::new(THREADS);
        std::thread::scope(|scope| {
            let work = |thread: usize| {
                let (mut known, mut interner) = (Known::new(dictionary.clone()), Interner::default());
                start.wait();
                let step = [1, 7, VALUES - 1][thread % 3];
                let turns = (0..VALUES).map(|turn| turn * step % VALUES);
                let mine = turns.filter(|at| at % 5 == 0 || *at as usize % THREADS != thread);
                let told = mine.map(|at| (at, add(&mut known, &value(at), &mut interner))).collect();
                // What was handed out stays so, and others' entries are those that they added.
                known.sync_all(&mut interner);
                (told, known.values.len())
            };
            let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || work(thread))).collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic").0).collect()
        })
    }

    /// All that was told fits together: a number a value, a value a number, none left out; the entries are
    /// the values, with their terms and in their order. Answers how many there are.
    fn fits(dictionary: &Arc<Dictionary>, told: &[Vec<(i64, Option<u32>)>]) -> usize {
        let (mut known, mut interner) = (Known::new(dictionary.clone()), Interner::default());
        known.sync_all(&mut interner);
        let mut met = vec![false; known.values.len()];
        for &(at, index) in told.iter().flatten() {
            let value = value(at);
            assert_eq!(known.find(&value), index, "{value}");
            let Some(index) = index else { continue };
            assert_eq!(known.values[index as usize], value);
            let terms: u64 = match dictionary.entries_are {
                Entries::Values => dictionary.path.clone().terms(&value),
                Entries::Elements => dictionary.path.clone().element_term(&value),
            }
            .expect("finite");
            assert_eq!(known.terms[index as usize], terms);
            met[index as usize] = true;
        }
        assert!(met.iter().all(|&met| met), "an entry that nobody added");
        if dictionary.entries_are == Entries::Elements {
            let in_order = |pair: &[u32]| known.values[pair[0] as usize] < known.values[pair[1] as usize];
            assert!(known.order.len() == met.len() && known.order.windows(2).all(in_order));
        }
        met.len()
    }

    #[test]
    fn workers_that_add_values_at_once_agree_on_their_numbers() {
        for _ in 0..20 {
            let dictionary = Arc::new(Dictionary::new(0, Entries::Values, Path::variable("x")));
            let told = told(&dictionary, |known, value, interner| {
                Some(known.index(value, interner).expect("a value of states"))
            });
            assert_eq!(fits(&dictionary, &told), VALUES as usize);
        }
    }

    /// The same of elements, where there is room for all and where there is not: then the same are left
    /// out for all.
    #[test]
    fn workers_that_add_elements_at_once_agree_on_their_numbers() {
        for (most, wanted) in [(4096, VALUES as usize), (96, 96)].repeat(10) {
            let dictionary = Arc::new(Dictionary::new(0, Entries::Elements, Path::variable("x")));
            let told = told(&dictionary, |known, value, interner| {
                known.element(value, most, interner).expect("a value of states")
            });
            assert_eq!(fits(&dictionary, &told), wanted);
        }
    }
}
