//! A worker's side of a layout: words to values and back.
//!
//! Enters: packed states, values. Leaves: values, packed states, fingerprint terms. Holds: all tables
//! are the worker's own and lag behind those it shares; [`Store::admit`] catches up with what a state
//! of another worker's mentions, and every state passes it before it is read.

use super::dictionary::Known;
use super::effect::Op;
use super::layout::{Form, Layout, PartId};
use super::shape::{MOST_ELEMENTS, Shape, same_keys};
use crate::value::{Interner, Keys, Limits, Symbol, Value, ValueError};
use std::sync::Arc;

/// Why a value cannot be packed.
#[derive(Debug)]
pub(crate) enum Misfit {
    /// It cannot be part of a state at all.
    Value(ValueError),
    /// The layout has this part in a form that does not hold it; another form does.
    Reshape(PartId, Shape),
}

impl From<ValueError> for Misfit {
    fn from(e: ValueError) -> Self {
        Misfit::Value(e)
    }
}

/// The words and tables of a worker.
pub(crate) struct Store {
    /// The layout.
    pub layout: Arc<Layout>,
    /// The domains of the parts that are functions.
    keys: Vec<Option<Keys>>,
    /// By dictionary.
    tables: Vec<Option<Known>>,
    /// The dictionary of each word, and for a set's the number of its first bit.
    words: Vec<(u32, Option<u32>)>,
    limits: Limits,
}

impl Store {
    /// The store of a layout.
    pub fn new(layout: Arc<Layout>, limits: Limits, interner: &mut Interner) -> Store {
        let mut store =
            Store { layout: layout.clone(), keys: Vec::new(), tables: Vec::new(), words: Vec::new(), limits };
        store.change(layout, interner);
        store
    }

    /// Takes another layout; tables of dictionaries that stay are kept.
    pub fn change(&mut self, layout: Arc<Layout>, interner: &mut Interner) {
        self.keys = (layout.parts.iter())
            .map(|part| match &part.form {
                Form::Function(keys, _) => Some(keys.to_keys(interner)),
                _ => None,
            })
            .collect();
        self.words = (layout.holders.iter().enumerate())
            .map(|(word, &holder)| {
                let part = &layout.parts[holder as usize];
                let dictionary = part.dictionary.as_ref().expect("what holds words has a dictionary");
                let at = dictionary.id as usize;
                if self.tables.len() <= at {
                    self.tables.resize_with(at + 1, || None);
                }
                self.tables[at].get_or_insert_with(|| Known::new(dictionary.clone()));
                let bits = (part.form == Form::Set).then(|| (word as u32 - part.first) * 32);
                (at as u32, bits)
            })
            .collect();
        self.layout = layout;
    }

    #[inline]
    fn table(&self, id: u32) -> &Known {
        self.tables[id as usize].as_ref().expect("made with the layout")
    }

    #[inline]
    fn table_mut(&mut self, id: u32) -> &mut Known {
        self.tables[id as usize].as_mut().expect("made with the layout")
    }

    /// What is known of a part's values, or of the elements of a set.
    pub fn known(&self, part: PartId) -> &Known {
        let part = &self.layout.parts[part as usize];
        self.table(part.dictionary.as_ref().expect("a leaf or a set").id)
    }

    /// How many entries of a dictionary are known.
    #[inline]
    pub fn size(&self, dictionary: u32) -> u32 {
        self.table(dictionary).values.len() as u32
    }

    /// The sum of the terms of the elements that these bits of a word stand for.
    #[inline]
    pub fn bit_terms(&self, word: u32, mut bits: u32) -> u64 {
        let (table, first) = self.words[word as usize];
        let (terms, first) = (&self.table(table).terms, first.unwrap_or(0));
        let mut sum = 0u64;
        while bits != 0 {
            sum = sum.wrapping_add(terms[(first + bits.trailing_zeros()) as usize]);
            bits &= bits - 1;
        }
        sum
    }

    /// The terms of each word of a state, and the sum of all its terms.
    pub fn terms(&self, state: &[u32], terms: &mut Vec<u64>) -> u64 {
        terms.clear();
        let mut sum = self.layout.constant;
        for (word, &value) in (0u32..).zip(state) {
            let (table, bits) = self.words[word as usize];
            let term = match bits {
                None => self.table(table).terms[value as usize],
                Some(_) => self.bit_terms(word, value),
            };
            terms.push(term);
            sum = sum.wrapping_add(term);
        }
        sum
    }

    /// Catches up with what a state mentions.
    #[inline]
    pub fn admit(&mut self, state: &[u32], interner: &mut Interner) {
        for (word, &value) in state.iter().enumerate() {
            let (table, bits) = self.words[word];
            let needed = match bits {
                None => value as usize + 1,
                Some(_) if value == 0 => 0,
                Some(first) => first as usize + 32 - value.leading_zeros() as usize,
            };
            if self.table(table).values.len() < needed {
                self.table_mut(table).sync(needed, None, interner);
            }
        }
    }

    /// Catches up with everything the workers know of the values of a layout.
    pub fn sync_all(&mut self, interner: &mut Interner) {
        for at in 0..self.words.len() {
            let table = self.words[at].0;
            self.table_mut(table).sync_all(interner);
        }
    }

    /// The part for a key of a function that is taken apart.
    pub fn component(&self, part: PartId, key: &Value) -> Option<PartId> {
        let Form::Function(_, parts) = &self.layout.parts[part as usize].form else { return None };
        let at = match (self.keys[part as usize].as_ref()?, key) {
            (Keys::Sequence(_), Value::Int(i)) => usize::try_from(i.wrapping_sub(1)).ok()?,
            (Keys::Fields(shape), Value::Str(name)) => shape.position(name)?,
            (Keys::Other(set), _) => set.position(key)?,
            _ => return None,
        };
        parts.get(at).copied()
    }

    /// The part for a field of a record that is taken apart.
    pub fn field(&self, part: PartId, name: &Symbol) -> Option<PartId> {
        let Form::Function(_, parts) = &self.layout.parts[part as usize].form else { return None };
        let Some(Keys::Fields(shape)) = &self.keys[part as usize] else { return None };
        parts.get(shape.position(name)?).copied()
    }

    /// The domain and the parts of a function that is taken apart.
    pub fn function(&self, part: PartId) -> Option<(&Keys, &[PartId])> {
        match &self.layout.parts[part as usize].form {
            Form::Function(_, parts) => Some((self.keys[part as usize].as_ref()?, parts)),
            _ => None,
        }
    }

    /// Whether a part has components.
    pub fn is_composite(&self, part: PartId) -> bool {
        self.layout.parts[part as usize].form != Form::Leaf
    }

    /// Whether a part is a set kept as bits.
    pub fn is_set(&self, part: PartId) -> bool {
        self.layout.parts[part as usize].form == Form::Set
    }

    /// The word and the bit of an element.
    pub fn bit(&self, part: PartId, element: u32) -> (u32, u32) {
        (self.layout.parts[part as usize].first + element / 32, element % 32)
    }

    /// The index of an element, if it is known and there is room for it.
    pub fn find_element(&self, part: PartId, value: &Value) -> Result<Option<u32>, ValueError> {
        let found = |store: &Store, value: &Value| {
            store.known(part).find(value).filter(|&index| store.holds(part, index))
        };
        if value.is_unforced() {
            let forced = value.forced(&self.limits)?;
            return Ok(found(self, &forced));
        }
        Ok(found(self, value))
    }

    /// The index of an element, which is added to the universe if there is room for it.
    pub fn element(
        &mut self,
        part: PartId,
        value: &Value,
        interner: &mut Interner,
    ) -> Result<Option<u32>, ValueError> {
        let (words, limits) = (self.layout.parts[part as usize].words as usize, self.limits);
        let id = self.layout.parts[part as usize].dictionary.as_ref().expect("a set").id;
        if let Some(known) = self.table(id).find(value) {
            return Ok(((known as usize) < words * 32).then_some(known));
        }
        let forced;
        let value = if value.is_unforced() {
            forced = value.forced(&limits)?;
            &forced
        } else {
            value
        };
        self.table_mut(id).element(value, words * 32, interner)
    }

    /// Whether there is room in a set for the element with this index.
    pub fn holds(&self, part: PartId, element: u32) -> bool {
        element < self.layout.parts[part as usize].words * 32
    }

    /// The value with this index in a word that is a leaf.
    #[inline]
    pub fn leaf(&self, word: u32, index: u32) -> &Value {
        &self.table(self.words[word as usize].0).values[index as usize]
    }

    /// The value of a part.
    pub fn value(&self, state: &[u32], part: PartId) -> Value {
        let p = &self.layout.parts[part as usize];
        match &p.form {
            Form::Leaf => self.leaf(p.first, state[p.first as usize]).clone(),
            Form::Set => {
                let words = &state[p.first as usize..(p.first + p.words) as usize];
                let known = self.table(self.words[p.first as usize].0);
                // Elements of wider layouts are known too; a state of this one has none of them.
                let has = |&&e: &&u32| words.get(e as usize / 32).is_some_and(|w| w >> (e % 32) & 1 == 1);
                let elements = known.order.iter().filter(has).map(|&e| known.values[e as usize].clone());
                Value::set_from_sorted(elements.collect())
            }
            Form::Function(_, parts) => {
                let values = parts.iter().map(|&inner| self.value(state, inner)).collect();
                let keys = self.keys[part as usize].as_ref().expect("made with the layout");
                Value::function_on(keys, values)
            }
        }
    }

    /// Packs a value into a part: operations that write all of its words.
    pub fn pack(
        &mut self,
        part: PartId,
        value: &Value,
        ops: &mut Vec<Op>,
        interner: &mut Interner,
    ) -> Result<(), Misfit> {
        let layout = self.layout.clone();
        let p = &layout.parts[part as usize];
        match &p.form {
            Form::Leaf => {
                let table = self.words[p.first as usize].0;
                let index = match self.table(table).find(value) {
                    Some(index) => index,
                    None if value.is_unforced() => {
                        // Built before it is kept: a lazy form would be worked out again at every use.
                        let forced = value.forced(&self.limits)?;
                        self.table_mut(table).index(&forced, interner)?
                    }
                    None => self.table_mut(table).index(value, interner)?,
                };
                let term = self.table(table).terms[index as usize];
                ops.push(Op::put(p.first, index, term));
                Ok(())
            }
            Form::Set => {
                let forced;
                let value = if value.is_unforced() {
                    forced = value.forced(&self.limits)?;
                    &forced
                } else {
                    value
                };
                let Some(elements) = value.set_elements() else {
                    return Err(Misfit::Reshape(part, Shape::Leaf));
                };
                let mut words = vec![0u32; p.words as usize];
                for element in elements {
                    let index = self.member(part, element, interner)?;
                    words[index as usize / 32] |= 1 << (index % 32);
                }
                for (word, bits) in (p.first..).zip(words) {
                    ops.push(Op::put(word, bits, self.bit_terms(word, bits)));
                }
                Ok(())
            }
            Form::Function(_, parts) => {
                let keys = self.keys[part as usize].clone().expect("made with the layout");
                let (Some(values), Some(found)) = (value.function_values(), value.function_keys()) else {
                    return Err(Misfit::Reshape(part, Shape::Leaf));
                };
                if !same_keys(&keys, &found) {
                    return Err(Misfit::Reshape(part, Shape::Leaf));
                }
                for (&inner, value) in parts.iter().zip(values) {
                    self.pack(inner, value, ops, interner)?;
                }
                Ok(())
            }
        }
    }

    /// The index of an element that is written to a set.
    pub fn member(&mut self, part: PartId, element: &Value, interner: &mut Interner) -> Result<u32, Misfit> {
        if let Some(index) = self.element(part, element, interner)? {
            return Ok(index);
        }
        let words = self.layout.parts[part as usize].words as usize;
        let crowded = self.known(part).comparable(element) && words * 32 < MOST_ELEMENTS;
        Err(Misfit::Reshape(part, if crowded { Shape::wider(words) } else { Shape::Leaf }))
    }
}
