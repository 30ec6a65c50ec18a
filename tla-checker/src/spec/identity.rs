//! What tells packed states apart exactly: the numbers of their values.
//!
//! Enters: states in the worker's layout. Leaves: identities ([`Numbers::root`]), which are of values: the
//! same in every layout and for every worker. Holds: a layout takes values apart the way their numbers are
//! made, from a marker and a tree over the parts, so a number is worked out from words without the value.
//! Only what differs from the state asked about before is: successors of one state differ in little.

use crate::space::State;
use crate::state::{Form, KeyList, Layout, PartId, Store};
use crate::value::{Numbers, Unnumbered, join, left_half};
use rustc_hash::FxHashMap;

type Result<T> = std::result::Result<T, Unnumbered>;

/// How many pairs a worker keeps, each at one place.
const PAIRS: usize = 1 << 14;
/// How many sets a worker keeps of a part, before it forgets them all.
const SETS: usize = 1 << 14;

/// A worker's side.
#[derive(Default)]
pub(super) struct Identities {
    /// The layout that `last` and the nodes belong to.
    layout: Option<u32>,
    /// The state that was asked about last.
    last: Vec<u32>,
    /// The trees of the layout: a node's children come after it.
    nodes: Vec<Node>,
    /// The node that each word belongs to.
    holders: Vec<u32>,
    /// The two halves of the root; none over no variables.
    halves: [Option<u32>; 2],
    /// A bit for each node that is to be worked out again.
    stale: Vec<u64>,
    kept: Kept,
}

/// A node of a layout's trees, with the number that it has for the last state.
struct Node {
    up: Option<u32>,
    form: Tree,
    number: u32,
}

#[derive(Clone, Copy)]
enum Tree {
    /// The numbers of two nodes.
    Pair(u32, u32),
    /// A marker and the tree over a function's values.
    Function(u32, u32),
    /// A word that is an index in a dictionary.
    Leaf(u32, u32),
    /// The words of a set's bits, its part and its dictionary.
    Set { first: u32, words: u32, part: PartId, dictionary: u32 },
}

/// Numbers that were worked out.
#[derive(Default)]
struct Kept {
    /// By part: sets, by their words.
    sets: Vec<FxHashMap<Box<[u32]>, u32>>,
    /// By dictionary: of each entry the number, or of elements the ordinal and one more; 0 while unknown.
    entries: Vec<Vec<u32>>,
    pairs: Vec<(u32, u32, u32)>,
}

impl Identities {
    /// The identity of a state, which the store has admitted.
    pub fn of(&mut self, state: &State, store: &Store, numbers: &Numbers) -> Result<u64> {
        if self.layout != Some(store.layout.number) {
            self.arrange(&store.layout, numbers)?;
            self.stale.fill(u64::MAX);
        } else {
            for ((old, new), node) in self.last.iter().zip(state).zip(&self.holders) {
                if old != new {
                    self.stale[*node as usize / 64] |= 1 << (node % 64);
                }
            }
        }
        // What the nodes have is of no state until all of them are worked out.
        self.layout = None;
        for block in (0..self.stale.len()).rev() {
            while self.stale[block] != 0 {
                // The last one: its children come after it.
                let bit = 63 - self.stale[block].leading_zeros();
                self.stale[block] &= !(1 << bit);
                let at = block * 64 + bit as usize;
                let Some(&Node { up, form, number: old }) = self.nodes.get(at) else { continue };
                let number = self.number(form, state, store, numbers)?;
                if let (true, Some(up)) = (number != old, up) {
                    self.stale[up as usize / 64] |= 1 << (up % 64);
                }
                self.nodes[at].number = number;
            }
        }
        self.last.clear();
        self.last.extend_from_slice(state);
        self.layout = Some(store.layout.number);
        let [left, right] = self.halves.map(|half| half.map_or(0, |node| self.nodes[node as usize].number));
        Ok(join(left, right))
    }

    #[inline]
    fn number(&mut self, form: Tree, state: &State, store: &Store, numbers: &Numbers) -> Result<u32> {
        match form {
            Tree::Pair(left, right) => {
                let (left, right) = (&self.nodes[left as usize], &self.nodes[right as usize]);
                self.kept.pair(left.number, right.number, numbers)
            }
            Tree::Function(marker, values) => {
                self.kept.pair(marker, self.nodes[values as usize].number, numbers)
            }
            Tree::Leaf(word, dictionary) => {
                let index = state[word as usize];
                let number = self.kept.entry(dictionary, index);
                if *number == 0 {
                    *number = numbers.value(store.leaf(word, index))?;
                }
                Ok(*number)
            }
            Tree::Set { first, words, part, dictionary } => {
                let words = &state[first as usize..(first + words) as usize];
                self.kept.set(part, dictionary, words, store, numbers)
            }
        }
    }

    /// Lays out the trees of a layout; what is kept by dictionary stays.
    fn arrange(&mut self, layout: &Layout, numbers: &Numbers) -> Result<()> {
        self.layout = None;
        self.nodes.clear();
        self.holders = vec![0; layout.width];
        let (left, right) = layout.roots.split_at(left_half(layout.roots.len()));
        self.halves = [None, None];
        for (half, parts) in [left, right].into_iter().enumerate() {
            if !parts.is_empty() {
                self.halves[half] = Some(self.tree(layout, parts, None, numbers)?);
            }
        }
        self.stale = vec![0; self.nodes.len().div_ceil(64)];
        self.kept.sets = layout.parts.iter().map(|_| FxHashMap::default()).collect();
        self.kept.pairs.resize(PAIRS, (0, 0, 0));
        Ok(())
    }

    fn node(&mut self, up: Option<u32>, form: Tree) -> u32 {
        self.nodes.push(Node { up, form, number: 0 });
        self.nodes.len() as u32 - 1
    }

    /// The tree over some parts, shaped as [`Numbers::tree`] has it.
    fn tree(&mut self, layout: &Layout, parts: &[PartId], up: Option<u32>, numbers: &Numbers) -> Result<u32> {
        if let [one] = parts {
            return self.part(layout, *one, up, numbers);
        }
        let (left, right) = parts.split_at(left_half(parts.len()));
        let node = self.node(up, Tree::Pair(0, 0));
        let left = self.tree(layout, left, Some(node), numbers)?;
        let right = self.tree(layout, right, Some(node), numbers)?;
        self.nodes[node as usize].form = Tree::Pair(left, right);
        Ok(node)
    }

    fn part(&mut self, layout: &Layout, part: PartId, up: Option<u32>, numbers: &Numbers) -> Result<u32> {
        let p = &layout.parts[part as usize];
        let (first, words) = (p.first, p.words);
        let dictionary = p.dictionary.as_ref().map_or(0, |dictionary| dictionary.id);
        let node = match &p.form {
            Form::Function(keys, parts) => {
                let node = self.node(up, Tree::Function(0, 0));
                let values = self.tree(layout, parts, Some(node), numbers)?;
                self.nodes[node as usize].form = Tree::Function(marker(keys, numbers)?, values);
                return Ok(node);
            }
            Form::Leaf => self.node(up, Tree::Leaf(first, dictionary)),
            Form::Set => self.node(up, Tree::Set { first, words, part, dictionary }),
        };
        self.holders[first as usize..(first + words) as usize].fill(node);
        Ok(node)
    }
}

fn marker(keys: &KeyList, numbers: &Numbers) -> Result<u32> {
    match keys {
        KeyList::Sequence(len) => numbers.tuple_marker(*len),
        KeyList::Fields(names) => numbers.record_marker(names.iter().map(String::as_str)),
        KeyList::Other(data) => numbers.function_marker(data.iter()),
    }
}

impl Kept {
    #[inline]
    fn entry(&mut self, dictionary: u32, index: u32) -> &mut u32 {
        let (dictionary, index) = (dictionary as usize, index as usize);
        if self.entries.len() <= dictionary {
            self.entries.resize_with(dictionary + 1, Vec::new);
        }
        let entries = &mut self.entries[dictionary];
        if entries.len() <= index {
            entries.resize((index + 1).next_power_of_two(), 0);
        }
        &mut entries[index]
    }

    #[inline]
    fn pair(&mut self, left: u32, right: u32, numbers: &Numbers) -> Result<u32> {
        let mixed = (u64::from(left) << 32 | u64::from(right)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let place = &mut self.pairs[(mixed >> 32) as usize & (PAIRS - 1)];
        // No pair has the number 0, so a place that was never filled fits none.
        if (place.0, place.1) != (left, right) || place.2 == 0 {
            *place = (left, right, numbers.pair(left, right)?);
        }
        Ok(place.2)
    }

    fn set(
        &mut self,
        part: PartId,
        dictionary: u32,
        words: &[u32],
        store: &Store,
        numbers: &Numbers,
    ) -> Result<u32> {
        if let Some(known) = self.sets[part as usize].get(words) {
            return Ok(*known);
        }
        let values = &store.known(part).values;
        let mut ordinals = Vec::new();
        for (at, &word) in (0u32..).zip(words) {
            let mut bits = word;
            while bits != 0 {
                let index = at * 32 + bits.trailing_zeros();
                let entry = self.entry(dictionary, index);
                if *entry == 0 {
                    *entry = numbers.ordinal(numbers.value(&values[index as usize])?)? + 1;
                }
                ordinals.push(*entry - 1);
                bits &= bits - 1;
            }
        }
        let number = numbers.set(&mut ordinals)?;
        let sets = &mut self.sets[part as usize];
        if sets.len() >= SETS {
            sets.clear();
        }
        sets.insert(words.into(), number);
        Ok(number)
    }
}
