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

#[cfg(test)]
mod tests {
    use super::super::layout::Dictionaries;
    use super::super::random::Random;
    use super::*;
    use crate::state::{apply, infer};
    use crate::value::fingerprint::variable_terms;

    /// A value; those of one kind can be compared, and have the same domains.
    fn value(kind: u64, random: &mut Random, depth: u32) -> Value {
        let inner = |random: &mut Random| value(kind / 7, random, depth - 1);
        match kind % if depth == 0 { 3 } else { 7 } {
            0 => Value::Int(random.below(9) as i64 - 4),
            1 => Value::string(["", "a", "b", "ab"][random.below(4) as usize]),
            2 => Value::Bool(random.below(2) == 0),
            3 => Value::set((0..random.below(6)).map(|_| inner(random)).collect()).expect("of one kind"),
            4 => Value::record(vec![
                (Symbol::new("a"), inner(random)),
                (Symbol::new("b"), value(kind / 49, random, depth - 1)),
            ]),
            5 => Value::tuple(vec![inner(random), value(kind / 49, random, depth - 1)]),
            _ => {
                let pairs = ["p", "q", "r"].map(|key| (Value::string(key), inner(random)));
                Value::function_from_pairs(pairs.to_vec()).expect("of one kind")
            }
        }
    }

    /// The layouts of a space, the last one of which is in use.
    struct Space {
        names: Vec<String>,
        dictionaries: Dictionaries,
        stores: Vec<Store>,
        interner: Interner,
    }

    impl Space {
        fn add(&mut self, shapes: Vec<Shape>) {
            let number = self.stores.len() as u32;
            let layout = Arc::new(Layout::new(number, &self.names, shapes, &mut self.dictionaries));
            self.stores.push(Store::new(layout, Limits::DEFAULT, &mut self.interner));
        }

        /// A state in a layout; or the part that does not fit, and what would.
        fn pack(&mut self, number: usize, state: &[Value]) -> Result<Vec<u32>, (PartId, Shape)> {
            let store = &mut self.stores[number];
            let layout = store.layout.clone();
            let (mut all, mut words) = (Vec::new(), vec![0; layout.width]);
            for (&root, value) in layout.roots.iter().zip(state) {
                match store.pack(root, value, &mut all, &mut self.interner) {
                    Ok(()) => {}
                    Err(Misfit::Reshape(part, shape)) => return Err((part, shape)),
                    Err(Misfit::Value(fault)) => panic!("{value}: {fault}"),
                }
            }
            apply(&all, &mut words);
            Ok(words)
        }

        /// The same in the last layout, which is followed by others until it fits.
        fn pack_last(&mut self, state: &[Value]) -> Vec<u32> {
            loop {
                match self.pack(self.stores.len() - 1, state) {
                    Ok(words) => return words,
                    Err((part, shape)) => {
                        let shapes = self.stores.last().expect("one").layout.reshaped(part, &shape);
                        self.add(shapes);
                    }
                }
            }
        }

        fn check(&mut self, number: usize, state: &[Value], words: &[u32]) {
            let store = &mut self.stores[number];
            store.admit(words, &mut self.interner);
            let terms = |(name, value): (&String, &Value)| variable_terms::<u64, Value>(name, value);
            let sum = (self.names.iter().zip(state)).map(|variable| terms(variable).expect("finite"));
            let mut by_word = Vec::new();
            let found = store.terms(words, &mut by_word);
            assert_eq!(found, sum.fold(0, u64::wrapping_add), "{state:?} in {:?}", store.layout.shapes);
            let constant = store.layout.constant;
            assert_eq!(found, by_word.into_iter().fold(constant, u64::wrapping_add));
            for (&root, value) in store.layout.roots.iter().zip(state) {
                assert_eq!(&store.value(words, root), value);
            }
        }
    }

    /// The fingerprint of a state is that of its values, however they are taken apart: not at all, as far
    /// as a few states showed, and after values that did not fit.
    #[test]
    fn a_state_has_one_fingerprint_under_every_layout() {
        let mut random = Random(5);
        let (mut reshaped, mut apart, mut in_all) = (0, 0, 0);
        for _ in 0..300 {
            let kinds = [(); 3].map(|()| random.below(7 * 7 * 7 * 7));
            let states: Vec<Vec<Value>> = (0..16)
                .map(|at| {
                    // Now and then a value of another kind.
                    let other = |random: &mut Random| at > 8 && random.below(20) == 0;
                    let kinds = kinds.map(|kind| if other(&mut random) { kind / 2 + 1 } else { kind });
                    kinds.iter().map(|&kind| value(kind, &mut random, 3)).collect()
                })
                .collect();
            let mut space = Space {
                names: ["x", "y", "z"].map(String::from).to_vec(),
                dictionaries: Dictionaries::default(),
                stores: Vec::new(),
                interner: Interner::default(),
            };
            space.add(vec![Shape::Leaf; 3]);
            let seen = 1 + random.below(6) as usize;
            let shape = |at: usize| infer(&states[..seen].iter().map(|state| &state[at]).collect::<Vec<_>>());
            space.add((0..3).map(shape).collect());
            for state in &states {
                let words = space.pack_last(state);
                space.check(space.stores.len() - 1, state, &words);
            }
            reshaped += space.stores.len() - 2;
            // And every state in every layout that holds it, those from before it was met included.
            for number in 0..space.stores.len() {
                apart += usize::from(space.stores[number].layout.width > 3);
                for state in &states {
                    if let Ok(words) = space.pack(number, state) {
                        space.check(number, state, &words);
                        in_all += 1;
                    }
                }
            }
        }
        assert!(reshaped > 100 && apart > 100 && in_all > 10_000, "{reshaped}, {apart}, {in_all}");
    }
}
