//! Strings and model values: texts with their hash, shared by pointer.
//!
//! Equality tries the pointer, then hash and text, so it never depends on who interned what; order is
//! by text. An [`Interner`] makes equal texts of one thread pointer-equal, which is an optimisation
//! and not a condition.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use xxhash_rust::xxh3::xxh3_64;

use super::RecordShape;

/// A string's text and hash, shared.
#[derive(Clone)]
pub struct Symbol(Rc<Text>);

struct Text {
    hash: u64,
    /// The first eight bytes, the first the most significant: where they differ, they decide the order.
    head: u64,
    /// What is its type, if it names a typed model value.
    typed: Option<char>,
    text: Box<str>,
}

impl Text {
    fn new(text: &str) -> Text {
        let mut head = [0; 8];
        let known = text.len().min(8);
        head[..known].copy_from_slice(&text.as_bytes()[..known]);
        let mut chars = text.chars();
        let first = chars.next();
        let typed = first.filter(|_| chars.next() == Some('_') && chars.next().is_some());
        Text { hash: xxh3_64(text.as_bytes()), head: u64::from_be_bytes(head), typed, text: text.into() }
    }
}

impl Symbol {
    /// A new symbol; see [`Interner::symbol`] to share one.
    pub fn new(text: &str) -> Symbol {
        Symbol(Rc::new(Text::new(text)))
    }

    /// The text.
    #[inline]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Whether both are one allocation.
    #[inline]
    pub fn same(&self, other: &Symbol) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The hash of the text.
    #[inline]
    pub(super) fn hash_code(&self) -> u64 {
        self.0.hash
    }

    /// Where it is allocated.
    pub(super) fn address(&self) -> u64 {
        Rc::as_ptr(&self.0) as u64
    }
}

impl PartialEq for Symbol {
    #[inline]
    fn eq(&self, other: &Symbol) -> bool {
        self.same(other) || (self.0.hash == other.0.hash && self.0.text == other.0.text)
    }
}

impl Eq for Symbol {}

impl PartialOrd for Symbol {
    fn partial_cmp(&self, other: &Symbol) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Symbol {
    #[inline]
    fn cmp(&self, other: &Symbol) -> Ordering {
        if self.same(other) {
            return Ordering::Equal;
        }
        self.0.head.cmp(&other.0.head).then_with(|| self.0.text.cmp(&other.0.text))
    }
}

impl Hash for Symbol {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl fmt::Debug for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.text(), f)
    }
}

/// A model value: an atom that equals only itself.
///
/// A name of one letter, an underscore and more (`A_x`) makes it *typed*, the letter being the type:
/// then it cannot be compared with values that are not model values, nor with those of another type
/// (*Specifying Systems* does not have these; TLC does).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelValue(Symbol);

impl ModelValue {
    /// A new model value; see [`Interner::model`] to share one.
    pub fn new(name: &str) -> ModelValue {
        ModelValue(Symbol::new(name))
    }

    /// Its name.
    #[inline]
    pub fn name(&self) -> &str {
        self.0.text()
    }

    /// Where its name is allocated.
    pub(super) fn address(&self) -> u64 {
        self.0.address()
    }

    /// Its type, if it is typed.
    #[inline]
    pub fn typed(&self) -> Option<char> {
        self.0.0.typed
    }

    /// Whether both are one allocation.
    #[inline]
    pub fn same(&self, other: &ModelValue) -> bool {
        self.0.same(&other.0)
    }

    #[inline]
    pub(super) fn hash_code(&self) -> u64 {
        self.0.hash_code()
    }
}

impl fmt::Debug for ModelValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Shares texts within one thread, so that equal strings and model values are mostly pointer-equal.
#[derive(Default)]
pub struct Interner {
    symbols: FxHashMap<Box<str>, Symbol>,
    shapes: FxHashMap<Vec<Symbol>, Rc<RecordShape>>,
}

impl Interner {
    /// An interner that holds nothing.
    pub fn new() -> Interner {
        Interner::default()
    }

    /// The one symbol with this text.
    pub fn symbol(&mut self, text: &str) -> Symbol {
        if let Some(symbol) = self.symbols.get(text) {
            return symbol.clone();
        }
        let symbol = Symbol::new(text);
        self.symbols.insert(text.into(), symbol.clone());
        symbol
    }

    /// The one record shape with these names.
    pub fn shape(&mut self, mut names: Vec<Symbol>) -> Rc<RecordShape> {
        names.sort();
        names.dedup();
        let shape = self.shapes.entry(names).or_insert_with_key(|names| RecordShape::new(names.clone()));
        shape.clone()
    }

    /// The one model value with this name.
    pub fn model(&mut self, name: &str) -> ModelValue {
        ModelValue(self.symbol(name))
    }
}
