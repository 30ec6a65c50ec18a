//! What tells packed states apart exactly: the numbers of their values.
//!
//! Enters: states in the worker's layout. Leaves: identities ([`Numbers::root`]), which are of values: the
//! same in every layout and for every worker. Holds: a layout takes values apart the way their numbers are
//! made, from a marker and a tree over the parts, so a number is worked out from words without the value.
//! Only what differs from the state asked about before is: successors of one state differ in little.

use crate::space::State;
use crate::state::{Form, KeyList, Layout, PartId, Store};
use crate::value::{Numbers, Unnumbered, left_half};
use rustc_hash::FxHashMap;

type Result<T> = std::result::Result<T, Unnumbered>;

/// How many pairs a worker keeps, each at one place.
const PAIRS: usize = 1 << 14;
/// How many sets a worker keeps of a part, before it forgets them all.
const SETS: usize = 1 << 14;

/// A worker's side.
#[derive(Default)]
pub(super) struct Identities {
    /// The layout that `last` and what is kept by part belong to.
    layout: Option<u32>,
    /// The state that was asked about last, and its identity.
    last: Vec<u32>,
    root: u64,
    kept: Kept,
}

/// Numbers that were worked out.
#[derive(Default)]
struct Kept {
    /// By part: the marker of a function.
    markers: Vec<u32>,
    /// By part: the nodes of the tree over a function's parts, the children of `n` at `2n` and `2n + 1`;
    /// after all parts, that over the variables.
    trees: Vec<Vec<u32>>,
    /// By part: sets, by their words.
    sets: Vec<FxHashMap<Box<[u32]>, u32>>,
    /// By dictionary: of each entry the number, or of elements the ordinal and one more; 0 while unknown.
    entries: Vec<Vec<u32>>,
    pairs: Vec<(u32, u32, u32)>,
}

impl Identities {
    /// The identity of a state, which the store has admitted.
    pub fn of(&mut self, state: &State, store: &Store, numbers: &Numbers) -> Result<u64> {
        let layout = &*store.layout;
        if self.layout != Some(layout.number) {
            self.last.clear();
            self.kept.arrange(layout, numbers)?;
        } else if self.last == state {
            return Ok(self.root);
        }
        // What is kept is of no state until all of it is worked out.
        self.layout = None;
        let (left, right) = layout.roots.split_at(left_half(layout.roots.len()));
        let variables = layout.parts.len();
        let mut walk = Walk { store, layout, numbers, state, last: &self.last, kept: &mut self.kept };
        let (left, right) = (walk.tree(variables, left, 2)?, walk.tree(variables, right, 3)?);
        self.root = u64::from(left) << 32 | u64::from(right);
        self.last.clear();
        self.last.extend_from_slice(state);
        self.layout = Some(layout.number);
        Ok(self.root)
    }
}

impl Kept {
    /// Makes room for the parts of a layout; what belongs to dictionaries stays.
    fn arrange(&mut self, layout: &Layout, numbers: &Numbers) -> Result<()> {
        self.markers.clear();
        self.trees.clear();
        for part in &layout.parts {
            let (marker, parts) = match &part.form {
                Form::Function(keys, parts) => (marker(keys, numbers)?, parts.len()),
                Form::Leaf | Form::Set => (0, 0),
            };
            self.markers.push(marker);
            self.trees.push(vec![0; 4 * parts]);
        }
        self.trees.push(vec![0; 4 * layout.roots.len().max(1)]);
        self.sets = layout.parts.iter().map(|_| FxHashMap::default()).collect();
        self.pairs.resize(PAIRS, (0, 0, 0));
        Ok(())
    }

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
}

fn marker(keys: &KeyList, numbers: &Numbers) -> Result<u32> {
    match keys {
        KeyList::Sequence(len) => numbers.tuple_marker(*len),
        KeyList::Fields(names) => numbers.record_marker(names.iter().map(String::as_str)),
        KeyList::Other(data) => numbers.function_marker(data.iter()),
    }
}

/// One state being numbered.
struct Walk<'a> {
    store: &'a Store,
    layout: &'a Layout,
    numbers: &'a Numbers,
    state: &'a State,
    /// The state before; empty where there is none.
    last: &'a State,
    kept: &'a mut Kept,
}

impl Walk<'_> {
    /// A node of the tree over the parts of `owner`; 0 over none.
    fn tree(&mut self, owner: usize, parts: &[PartId], node: usize) -> Result<u32> {
        let (Some(&first), Some(&last)) = (parts.first(), parts.last()) else { return Ok(0) };
        let (first, last) = (&self.layout.parts[first as usize], &self.layout.parts[last as usize]);
        // The words of parts follow one another in the order of the parts.
        let words = first.first as usize..(last.first + last.words) as usize;
        if !self.last.is_empty() && self.last[words.clone()] == self.state[words] {
            return Ok(self.kept.trees[owner][node]);
        }
        let number = match parts {
            [one] => self.part(*one)?,
            _ => {
                let (left, right) = parts.split_at(left_half(parts.len()));
                let (left, right) =
                    (self.tree(owner, left, 2 * node)?, self.tree(owner, right, 2 * node + 1)?);
                self.kept.pair(left, right, self.numbers)?
            }
        };
        self.kept.trees[owner][node] = number;
        Ok(number)
    }

    /// The number of a part's value.
    fn part(&mut self, part: PartId) -> Result<u32> {
        let layout = self.layout;
        let p = &layout.parts[part as usize];
        match (&p.form, &p.dictionary) {
            (Form::Function(_, parts), _) => {
                let tree = self.tree(part as usize, parts, 1)?;
                self.kept.pair(self.kept.markers[part as usize], tree, self.numbers)
            }
            (Form::Leaf, Some(dictionary)) => {
                let index = self.state[p.first as usize];
                let number = self.kept.entry(dictionary.id, index);
                if *number == 0 {
                    *number = self.numbers.value(self.store.leaf(p.first, index))?;
                }
                Ok(*number)
            }
            (Form::Set, Some(dictionary)) => {
                let words = &self.state[p.first as usize..(p.first + p.words) as usize];
                if let Some(known) = self.kept.sets[part as usize].get(words) {
                    return Ok(*known);
                }
                let number = self.set(part, dictionary.id, words)?;
                let sets = &mut self.kept.sets[part as usize];
                if sets.len() >= SETS {
                    sets.clear();
                }
                sets.insert(words.into(), number);
                Ok(number)
            }
            (Form::Leaf | Form::Set, None) => unreachable!("what holds words has a dictionary"),
        }
    }

    fn set(&mut self, part: PartId, dictionary: u32, words: &[u32]) -> Result<u32> {
        let values = &self.store.known(part).values;
        let mut ordinals = Vec::new();
        for (at, &word) in (0u32..).zip(words) {
            let mut bits = word;
            while bits != 0 {
                let index = at * 32 + bits.trailing_zeros();
                let entry = self.kept.entry(dictionary, index);
                if *entry == 0 {
                    *entry = self.numbers.ordinal(self.numbers.value(&values[index as usize])?)? + 1;
                }
                ordinals.push(*entry - 1);
                bits &= bits - 1;
            }
        }
        self.numbers.set(&mut ordinals)
    }
}
