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
    bytes: Vec<u8>,
}

impl Known {
    pub(super) fn new(dictionary: Arc<Dictionary>) -> Self {
        Known {
            dictionary,
            indices: HashMap::default(),
            values: Vec::new(),
            terms: Vec::new(),
            order: Vec::new(),
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
