//! A slot's dictionary: values to indices, the same for all workers.
//!
//! Holds: an index is given once and never changes; each worker keeps its own form of the values it
//! has met, so the shared part is only asked about values that are new to the worker.

use crate::value::fingerprint::{Sum, variable_terms};
use crate::value::{Datum, Interner, Limits, Value, ValueError};
use dashmap::DashMap;
use rustc_hash::FxBuildHasher;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// The shared half: values by their canonical bytes, one allocation each, and equal exactly when the
/// values are.
pub(super) struct Dictionary {
    name: String,
    indices: DashMap<Arc<[u8]>, (u32, u64), FxBuildHasher>,
    /// By index; pushed to while the value's entry in `indices` is locked, so an index that is handed
    /// out always has its entry.
    entries: RwLock<Vec<(Arc<[u8]>, u64)>>,
}

impl Dictionary {
    pub(super) fn new(name: &str) -> Self {
        Dictionary { name: name.to_string(), indices: DashMap::default(), entries: RwLock::default() }
    }

    fn intern(&self, value: &Value, bytes: &mut Vec<u8>) -> Result<(u32, u64), ValueError> {
        bytes.clear();
        value.encode(bytes)?;
        if let Some(known) = self.indices.get(bytes.as_slice()) {
            return Ok(*known);
        }
        let terms: u64 = variable_terms(&self.name, value)?;
        let bytes: Arc<[u8]> = bytes.as_slice().into();
        let entry = self.indices.entry(bytes.clone()).or_insert_with(|| {
            // A panic elsewhere ends the run; the list itself is whole between pushes.
            let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
            entries.push((bytes, terms));
            (entries.len() as u32 - 1, terms)
        });
        Ok(*entry)
    }

    /// The value of an index, and its fingerprint terms.
    pub(super) fn get(&self, index: u32) -> (Datum, u64) {
        let entries = self.entries.read().unwrap_or_else(PoisonError::into_inner);
        let (bytes, terms) = entries[index as usize].clone();
        let datum = Datum::decode(&mut &bytes[..]).expect("the bytes were encoded by `intern`");
        (datum, terms)
    }
}

/// A worker's half.
#[derive(Default)]
pub(super) struct Known {
    indices: HashMap<Value, u32, FxBuildHasher>,
    entries: Vec<Option<(Value, u64)>>,
    bytes: Vec<u8>,
}

impl Known {
    /// The index of a value and its fingerprint terms.
    #[inline]
    pub(super) fn index(
        &mut self,
        dictionary: &Dictionary,
        value: &Value,
        limits: &Limits,
    ) -> Result<(u32, u64), ValueError> {
        if let Some(&index) = self.indices.get(value)
            && let Some(Some((_, terms))) = self.entries.get(index as usize)
        {
            return Ok((index, *terms));
        }
        // Built before it is kept: a lazy form would be worked out again at every use.
        let value = if value.is_unforced() { value.forced(limits)? } else { value.clone() };
        let (index, terms) = dictionary.intern(&value, &mut self.bytes)?;
        self.keep(index, value, terms);
        Ok((index, terms))
    }

    /// The value and the fingerprint terms of an index.
    #[inline]
    pub(super) fn value(
        &mut self,
        dictionary: &Dictionary,
        index: u32,
        interner: &mut Interner,
    ) -> (Value, u64) {
        if let Some(Some((value, terms))) = self.entries.get(index as usize) {
            return (value.clone(), *terms);
        }
        let (datum, terms) = dictionary.get(index);
        let value = datum.to_value(interner);
        self.keep(index, value.clone(), terms);
        (value, terms)
    }

    fn keep(&mut self, index: u32, value: Value, terms: u64) {
        if self.entries.len() <= index as usize {
            self.entries.resize(index as usize + 1, None);
        }
        self.indices.insert(value.clone(), index);
        self.entries[index as usize] = Some((value, terms));
    }
}

/// The fingerprint of a state, from the sum of its slots' terms.
pub(super) fn finalise(terms: u64) -> u64 {
    Sum::finalise(terms)
}
