//! Layouts and dictionaries as bytes, and back: what packed states mean, for another process.
//!
//! Enters: the layouts of a space, or such bytes. Leaves: the bytes, or the same layouts. Holds: values
//! are in their canonical bytes, so nothing depends on the process or the machine; the dictionaries come
//! back with the same numbers, since they are made again by the same layouts in the same order, and
//! their entries with the same indices.

use super::dictionary::{Dictionary, Entries};
use super::layout::{Dictionaries, Layout};
use super::shape::Shape;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Serialize, Deserialize)]
struct Saved {
    /// The shapes of each layout.
    layouts: Vec<Vec<Shape>>,
    /// The entries of each dictionary: canonical bytes and terms; and whether they are elements.
    dictionaries: Vec<(bool, Vec<SavedEntry>)>,
}

/// A value's canonical bytes and its terms.
type SavedEntry = (Vec<u8>, u64);

impl Dictionaries {
    /// These layouts and all their dictionaries as bytes.
    pub(crate) fn save(&self, layouts: &[Arc<Layout>]) -> Vec<u8> {
        let entries = |dictionary: &Arc<Dictionary>| {
            let (entries, kind) = dictionary.all();
            let entries = entries.into_iter().map(|(bytes, terms)| (bytes.to_vec(), terms)).collect();
            (kind == Entries::Elements, entries)
        };
        let saved = Saved {
            layouts: layouts.iter().map(|layout| layout.shapes.clone()).collect(),
            dictionaries: self.all().iter().map(entries).collect(),
        };
        postcard::to_stdvec(&saved).expect("vectors and numbers can be written")
    }

    /// The layouts of these bytes, in place of all there are, and their dictionaries.
    ///
    /// # Errors
    /// They are not the bytes of layouts of these variables.
    pub(crate) fn restore(&mut self, names: &[String], bytes: &[u8]) -> Result<Vec<Arc<Layout>>, String> {
        let saved: Saved = postcard::from_bytes(bytes).map_err(|e| format!("its values: {e}"))?;
        if saved.layouts.is_empty() || saved.layouts.iter().any(|shapes| shapes.len() != names.len()) {
            return Err("its values are of other variables".to_owned());
        }
        *self = Dictionaries::default();
        let layouts: Vec<Arc<Layout>> = (0u32..)
            .zip(saved.layouts)
            .map(|(number, shapes)| Arc::new(Layout::new(number, names, shapes, self)))
            .collect();
        let dictionaries = self.all();
        if dictionaries.len() != saved.dictionaries.len() {
            return Err("its values do not fit its layouts".to_owned());
        }
        for (dictionary, (elements, entries)) in dictionaries.iter().zip(saved.dictionaries) {
            if elements != (dictionary.all().1 == Entries::Elements) || !dictionary.fill(entries) {
                return Err("its values do not fit its layouts".to_owned());
            }
        }
        Ok(layouts)
    }
}

/// Values as their canonical bytes.
pub(super) mod data {
    use crate::value::Datum;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes the bytes of each value.
    pub fn serialize<S: Serializer>(data: &[Datum], serializer: S) -> Result<S::Ok, S::Error> {
        let encode = |datum: &Datum| {
            let mut bytes = Vec::new();
            datum.encode(&mut bytes);
            bytes
        };
        data.iter().map(encode).collect::<Vec<_>>().serialize(serializer)
    }

    /// Reads the values of bytes.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Datum>, D::Error> {
        let all = Vec::<Vec<u8>>::deserialize(deserializer)?;
        all.iter().map(|bytes| Datum::decode(&mut &bytes[..]).map_err(D::Error::custom)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::layout::KeyList;
    use crate::state::{Store, apply};
    use crate::value::{Datum, Interner, Limits};

    #[test]
    fn states_mean_the_same_in_another_process() {
        let names = ["x".to_owned(), "y".to_owned()];
        let keys = KeyList::Other(vec![Datum::model_value("a"), Datum::model_value("b")]);
        let shapes = [
            vec![Shape::Leaf, Shape::Leaf],
            vec![Shape::Function(keys, vec![Shape::Leaf, Shape::Set(1)]), Shape::Leaf],
        ];
        let mut dictionaries = Dictionaries::default();
        let layouts: Vec<Arc<Layout>> = (0u32..)
            .zip(shapes)
            .map(|(number, shapes)| Arc::new(Layout::new(number, &names, shapes, &mut dictionaries)))
            .collect();
        let value = |n: i64| {
            let set = Datum::set((0..n).map(|n| Datum::Str(format!("e{n}"))).collect());
            let pairs = vec![(Datum::model_value("a"), Datum::Int(n)), (Datum::model_value("b"), set)];
            Datum::function(pairs)
        };
        let mut interner = Interner::default();
        let mut states = Vec::new();
        for layout in &layouts {
            let mut store = Store::new(layout.clone(), Limits::DEFAULT, &mut interner);
            for n in [5, 2, 9] {
                let (mut ops, mut state) = (Vec::new(), vec![0; layout.width]);
                for (&root, datum) in layout.roots.iter().zip([value(n), Datum::Int(n * n)]) {
                    let value = datum.to_value(&mut interner);
                    store.pack(root, &value, &mut ops, &mut interner).expect("it fits");
                }
                apply(&ops, &mut state);
                let mut terms = Vec::new();
                states.push((layout.number, n, store.terms(&state, &mut terms), state));
            }
        }
        let bytes = dictionaries.save(&layouts);
        let mut again = Dictionaries::default();
        let restored = again.restore(&names, &bytes).expect("the same bytes");
        assert_eq!(again.save(&restored), bytes);
        let mut interner = Interner::default();
        for (layout, n, sum, state) in states {
            let layout = restored[layout as usize].clone();
            let mut store = Store::new(layout.clone(), Limits::DEFAULT, &mut interner);
            store.admit(&state, &mut interner);
            assert_eq!(store.terms(&state, &mut Vec::new()), sum);
            let found: Vec<Datum> = (layout.roots.iter())
                .map(|&root| store.value(&state, root).to_datum(&Limits::DEFAULT).expect("built"))
                .collect();
            assert_eq!(found, [value(n), Datum::Int(n * n)]);
        }
        for spoilt in [&bytes[..bytes.len() - 1], &bytes[..3], &[]] {
            assert!(Dictionaries::default().restore(&names, spoilt).is_err());
        }
        assert!(Dictionaries::default().restore(&names[..1], &bytes).is_err());
    }
}
