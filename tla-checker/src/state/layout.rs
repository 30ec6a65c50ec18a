//! A layout: where in a state's words everything lies.
//!
//! Enters: a [`Shape`] for each variable. Leaves: the tree of [`Part`]s that covers the words. Holds: a
//! layout never changes; the next one holds whatever this one holds, and keeps the dictionaries of the
//! parts that stay as they are. A part covers consecutive words; those of a function's parts follow
//! one another in the order of its domain.

use super::dictionary::{Dictionary, Entries};
use super::shape::Shape;
use crate::value::fingerprint::Path;
use crate::value::{Datum, Interner, Keys, Limits, RecordShape, Value};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A part of a layout.
pub type PartId = u32;

/// The domain of a function, in the form that crosses threads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KeyList {
    /// `1..n`
    Sequence(usize),
    /// Field names, in order.
    Fields(Vec<String>),
    /// Any other finite set, in order.
    #[serde(with = "super::saved::data")]
    Other(Vec<Datum>),
}

impl KeyList {
    /// The keys as they are; none when they cannot cross threads.
    pub(super) fn of(keys: &Keys) -> Option<KeyList> {
        Some(match keys {
            Keys::Sequence(n) => KeyList::Sequence(*n),
            Keys::Fields(shape) => {
                KeyList::Fields(shape.names().iter().map(|n| n.text().to_string()).collect())
            }
            Keys::Other(set) => {
                let data = set.elements().iter().map(|e| e.to_datum(&Limits::DEFAULT).ok());
                KeyList::Other(data.collect::<Option<_>>()?)
            }
        })
    }

    /// Goes on from the path of a function to that of its value for key number `at`; what
    /// [`Path::leave`] needs to come back.
    pub(crate) fn enter(&self, at: usize, path: &mut Path) -> usize {
        match self {
            KeyList::Sequence(_) => path.enter_index(at as i64 + 1),
            KeyList::Fields(names) => path.enter_field(&names[at]),
            KeyList::Other(data) => path.enter(&data[at]).expect("data are built"),
        }
    }

    pub(super) fn to_keys(&self, interner: &mut Interner) -> Keys {
        match self {
            KeyList::Sequence(n) => Keys::Sequence(*n),
            KeyList::Fields(names) => {
                let names = names.iter().map(|n| interner.symbol(n)).collect();
                let shape: std::rc::Rc<RecordShape> = interner.shape(names);
                Keys::Fields(shape)
            }
            KeyList::Other(data) => {
                let elements: Vec<Value> = data.iter().map(|d| d.to_value(interner)).collect();
                match Value::set_from_sorted(elements) {
                    Value::Set(set) => Keys::Other(set),
                    _ => unreachable!("a set of elements is explicit"),
                }
            }
        }
    }
}

/// How a part is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Form {
    /// A word: the value's index in the dictionary.
    Leaf,
    /// A bit for each element of the dictionary.
    Set,
    /// A part for each key, in order.
    Function(KeyList, Vec<PartId>),
}

/// A part: a variable, or a component of one.
pub struct Part {
    /// How it is kept.
    pub form: Form,
    /// Its first word.
    pub first: u32,
    /// How many words it covers.
    pub words: u32,
    /// Its dictionary, unless it is a function.
    pub dictionary: Option<Arc<Dictionary>>,
    /// The variable it belongs to.
    pub variable: u32,
}

/// Where everything lies.
pub struct Layout {
    /// Layouts of a space are numbered in order.
    pub number: u32,
    /// All parts.
    pub parts: Vec<Part>,
    /// The part that each variable is.
    pub roots: Vec<PartId>,
    /// The shape of each variable.
    pub shapes: Vec<Shape>,
    /// How many words a state has.
    pub width: usize,
    /// The sum of the fingerprint terms that every state has: those of the kinds of the parts.
    pub constant: u64,
    /// The part, a leaf or a set, that holds each word.
    pub holders: Vec<PartId>,
}

/// The dictionaries of a space, by place and form: a place that keeps its form keeps its dictionary.
#[derive(Default)]
pub(crate) struct Dictionaries {
    by_place: FxHashMap<(Vec<u8>, bool), Arc<Dictionary>>,
}

impl Dictionaries {
    fn get(&mut self, path: &Path, entries: Entries) -> Arc<Dictionary> {
        let id = self.by_place.len() as u32;
        let place = (path.bytes().to_vec(), entries == Entries::Elements);
        let make = || Arc::new(Dictionary::new(id, entries, path.clone()));
        self.by_place.entry(place).or_insert_with(make).clone()
    }

    /// All of them, by number.
    pub(super) fn all(&self) -> Vec<Arc<Dictionary>> {
        let mut all: Vec<_> = self.by_place.values().cloned().collect();
        all.sort_by_key(|dictionary| dictionary.id);
        all
    }
}

struct Builder<'d> {
    parts: Vec<Part>,
    holders: Vec<PartId>,
    constant: u64,
    dictionaries: &'d mut Dictionaries,
}

impl Builder<'_> {
    fn part(&mut self, shape: &Shape, path: &mut Path, variable: u32) -> PartId {
        let first = self.holders.len() as u32;
        let id = self.parts.len() as PartId;
        self.parts.push(Part { form: Form::Leaf, first, words: 1, dictionary: None, variable });
        let form = match shape {
            Shape::Leaf => {
                self.parts[id as usize].dictionary = Some(self.dictionaries.get(path, Entries::Values));
                self.holders.push(id);
                Form::Leaf
            }
            Shape::Set(words) => {
                self.constant = self.constant.wrapping_add(path.set_term());
                self.parts[id as usize].dictionary = Some(self.dictionaries.get(path, Entries::Elements));
                self.holders.extend(std::iter::repeat_n(id, *words));
                Form::Set
            }
            Shape::Function(keys, shapes) => {
                self.constant = self.constant.wrapping_add(path.function_term());
                let mut parts = Vec::with_capacity(shapes.len());
                for (at, shape) in shapes.iter().enumerate() {
                    let before = keys.enter(at, path);
                    parts.push(self.part(shape, path, variable));
                    path.leave(before);
                }
                Form::Function(keys.clone(), parts)
            }
        };
        let words = self.holders.len() as u32 - first;
        let part = &mut self.parts[id as usize];
        (part.form, part.words) = (form, words);
        id
    }
}

impl Layout {
    /// The layout of these shapes, one a variable.
    pub(crate) fn new(
        number: u32,
        names: &[String],
        shapes: Vec<Shape>,
        dictionaries: &mut Dictionaries,
    ) -> Layout {
        let mut builder = Builder { parts: Vec::new(), holders: Vec::new(), constant: 0, dictionaries };
        let mut roots = Vec::with_capacity(shapes.len());
        for (variable, (name, shape)) in names.iter().zip(&shapes).enumerate() {
            roots.push(builder.part(shape, &mut Path::variable(name), variable as u32));
        }
        let Builder { parts, holders, constant, .. } = builder;
        Layout { number, parts, roots, shapes, width: holders.len(), constant, holders }
    }

    /// A layout that keeps each variable in one piece.
    pub fn plain(names: &[String]) -> Arc<Layout> {
        Self::first(names, &mut Dictionaries::default())
    }

    /// The same, with dictionaries that later layouts share.
    pub(crate) fn first(names: &[String], dictionaries: &mut Dictionaries) -> Arc<Layout> {
        Arc::new(Layout::new(0, names, vec![Shape::Leaf; names.len()], dictionaries))
    }

    /// The shapes with one part in another shape.
    pub(crate) fn reshaped(&self, part: PartId, to: &Shape) -> Vec<Shape> {
        let variable = self.parts[part as usize].variable as usize;
        let mut shapes = self.shapes.clone();
        self.replace(self.roots[variable], part, to, &mut shapes[variable]);
        shapes
    }

    fn replace(&self, at: PartId, part: PartId, to: &Shape, shape: &mut Shape) {
        if at == part {
            *shape = to.clone();
        } else if let (Form::Function(_, parts), Shape::Function(_, shapes)) =
            (&self.parts[at as usize].form, shape)
        {
            for (&inner, shape) in parts.iter().zip(shapes) {
                self.replace(inner, part, to, shape);
            }
        }
    }
}
