//! Learned decision tries: what an evaluation came to, by what it read, in the order it read it.
//!
//! Enters: paths, a [`Read`] and its value at a time, and what they lead to. Leaves: for a packed state
//! the results of an evaluation that would read the same. Holds: an evaluation is a function of what it
//! reads, so a state that agrees with a path on every read of it has the path's result; a failed
//! evaluation leaves no result. Where an evaluation tries alternatives (`\/`, `\E`), or asks for
//! several things (`/\`, `\A` of a predicate), the path forks, and each branch depends only on its own
//! reads. *LTSmin's* local transition caching at the grain of slots (Blom, van de Pol, Weber: *LTSmin:
//! Distributed and Symbolic Reachability*, CAV 2010).

mod walk;

pub(crate) use walk::{Walk, changed};

use super::effect::Effects;
use super::store::Store;
use crate::canary::{Rule, without};
use rustc_hash::FxHashMap;

/// Something that an evaluation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// A word. Those of the next state follow those of the current one.
    Word(u32),
    /// A bit of a word.
    Bit(u32, u32),
    /// Whether a word of the first state of a step is the same in the second, which is so wide.
    Same(u32, u32),
    /// How many elements the dictionary knows: whatever enumerates them depends on it.
    Size(u32),
}

/// The payload of a leaf where nothing comes of the evaluation.
pub(crate) const NOTHING: u32 = 0;
/// The payload of a leaf where a predicate holds.
pub(crate) const HOLDS: u32 = 1;
/// The payload of a leaf where it does not: nothing after it has to be asked. No payload is larger.
pub(crate) const FAILS: u32 = ENDED - 1;

/// A leaf where nothing comes of the evaluation, as a child.
const NOTHING_ENDED: u32 = ENDED | NOTHING;

/// Marks a child that is a leaf: the rest is its payload.
const ENDED: u32 = 1 << 31;

/// A place on a path. Child 0 is no child.
#[derive(Clone, Copy)]
enum Node {
    /// Not evaluated yet, or not to the end.
    Unknown,
    /// By the value of a word, or of a bit of one: a stretch of the pool.
    Table { bit: Option<Bit>, word: u32, start: u32, len: u32 },
    /// By the value of a word, by a map.
    Sparse { word: u32, map: u32 },
    /// For one size of a dictionary.
    Size { table: u32, size: u32, next: u32 },
    /// By whether a word is the same in both states, so many words apart: children 0 and 1.
    Same { word: u32, width: u32, start: u32 },
    /// One branch is enough, and they are taken in order until one is: a stretch of the pool.
    Any { start: u32, len: u32 },
    /// All branches are taken: a stretch of the pool; and one of `footprints`, for their words.
    Fork { start: u32, len: u32, words: u32 },
    /// The branches of bits, by number.
    Each(u32),
    /// The end: a payload.
    Leaf(u32),
}

const _: () = assert!(size_of::<Node>() == 16);

/// The number of a bit, plus one.
type Bit = std::num::NonZeroU8;

/// The value of a word, or of a bit of it.
#[inline(always)]
fn value_of(word: u32, bit: Option<Bit>) -> u32 {
    let shift = bit.map_or(0, |bit| bit.get() - 1);
    let mask = if bit.is_some() { 1 } else { !0 };
    word >> shift & mask
}

/// A branch for each bit that is set in these words; those of which nothing comes are left out.
struct Each {
    first: u32,
    branches: Vec<u32>,
    dead: Vec<u32>,
    /// The words of each branch.
    footprints: Vec<u64>,
}

/// A branch of a predicate that is reached without a read, by the numbers of the branches to it, and the
/// words that it may read, as bits: the bit of a word is its number modulo 64.
pub(crate) type Footprint = (Vec<u32>, u64);

/// What a table goes by.
fn named(word: u32, bit: Option<Bit>) -> Read {
    bit.map_or(Read::Word(word), |bit| Read::Bit(word, u32::from(bit.get()) - 1))
}

const ROOT: u32 = 1;
const NOWHERE: u32 = u32::MAX;

/// What was learned of one evaluation.
pub(crate) struct Trie {
    nodes: Vec<Node>,
    pool: Vec<u32>,
    /// Where in the pool each place is a child; [`NOWHERE`] if it is not.
    slots: Vec<u32>,
    maps: Vec<FxHashMap<u32, u32>>,
    eaches: Vec<Each>,
    /// The words that the branches of forks may read; all while that is not known.
    footprints: Vec<u64>,
    /// The words that the whole may read.
    footprint: u64,
    /// The first state of the step that was looked up last.
    parent: Vec<u32>,
    /// How many such states there were; by place of the pool, for which of them it was last found that the
    /// branch there does not hold, whatever the second state is.
    epoch: u32,
    refuted: Vec<std::cell::Cell<u32>>,
    /// What the leaves of an action's trie name.
    pub effects: Effects,
    /// The most places it may have.
    most: usize,
    walks: u32,
    missed: u32,
    /// Learning does not pay: what it knows is used, but nothing is added, for so many trials more.
    frozen: u32,
    /// For how many trials that would be the next time.
    patience: u32,
    /// It is full of what is of no use any more.
    stale: bool,
    /// It is no longer asked.
    off: bool,
}

/// A word, or a bit of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    word: u32,
    shift: u8,
    mask: u32,
}

impl Key {
    /// Its value in a state.
    #[inline]
    pub fn of(&self, state: &[u32]) -> u32 {
        state[self.word as usize] >> self.shift & self.mask
    }
}

/// Walks after which it is decided whether a trie pays.
const TRIAL: u32 = 1 << 12;
/// The most trials for which a trie does not learn.
const MOST_PATIENCE: u32 = 64;
/// How many values there may be in a table for each that leads somewhere.
const SPARSE: usize = 8;
/// The most places a trie has, unless it is told otherwise.
const MOST_NODES: usize = 1 << 18;

impl Trie {
    /// An empty one; `off` is never asked.
    pub fn new(on: bool) -> Trie {
        Trie {
            nodes: vec![Node::Unknown, Node::Unknown],
            pool: Vec::new(),
            slots: vec![NOWHERE, NOWHERE],
            maps: Vec::new(),
            eaches: Vec::new(),
            footprints: Vec::new(),
            footprint: u64::MAX,
            parent: Vec::new(),
            epoch: 0,
            refuted: Vec::new(),
            effects: Effects::default(),
            most: MOST_NODES,
            walks: 0,
            missed: 0,
            frozen: 0,
            patience: 1,
            stale: false,
            off: !on,
        }
    }

    /// The same, with room for so many places.
    pub fn with_room_for(mut self, most: usize) -> Trie {
        self.most = most;
        self
    }

    /// Whether it is to be asked.
    #[inline]
    pub fn is_on(&self) -> bool {
        !self.off
    }

    /// Drops what was learned and stops asking.
    pub fn turn_off(&mut self) {
        *self = Trie::new(false);
    }

    /// Counts a walk. A trie that mostly misses learns no more for a while, each time for longer.
    #[inline]
    pub fn count(&mut self, missed: bool) {
        self.walks += 1;
        self.missed += u32::from(missed);
        if self.walks == TRIAL {
            self.decide();
        }
    }

    #[cold]
    fn decide(&mut self) {
        if self.frozen > 0 {
            self.frozen -= 1;
        } else if self.missed > TRIAL / 8 * 7 {
            self.frozen = self.patience;
            self.patience = (self.patience * 2).min(MOST_PATIENCE);
        } else {
            self.patience = 1;
        }
        self.stale = self.is_full() && self.missed > TRIAL / 2;
        (self.walks, self.missed) = (0, 0);
    }

    /// Begins anew if it is full and often misses: what it knows is of states that are behind. Whatever names
    /// its places or effects is of no use afterwards.
    pub fn renew(&mut self) {
        if self.stale {
            let (patience, frozen) = (self.patience, self.frozen);
            *self = Trie { patience, frozen, ..Trie::new(true).with_room_for(self.most) };
        }
    }

    /// Whether it has no room for more.
    pub fn is_full(&self) -> bool {
        self.nodes.len() > self.most
    }

    /// Whether it is still to learn.
    #[inline]
    pub fn learns(&self) -> bool {
        !self.off && self.frozen == 0 && !self.is_full()
    }

    /// What every path begins with, if that is a word or a bit.
    pub fn key(&self) -> Option<Key> {
        match self.nodes[ROOT as usize] {
            Node::Table { word, bit: None, .. } => Some(Key { word, shift: 0, mask: !0 }),
            Node::Table { word, bit: Some(bit), .. } => Some(Key { word, shift: bit.get() - 1, mask: 1 }),
            _ => None,
        }
    }

    /// Where an evaluation that reads this value first goes on, if something may come of it; none when
    /// that is not known yet.
    pub fn first(&self, value: u32) -> Option<Option<u32>> {
        let child = match self.nodes[ROOT as usize] {
            Node::Table { start, len, .. } if value < len => self.pool[(start + value) as usize],
            _ => 0,
        };
        match child {
            0 => None,
            NOTHING_ENDED => Some(None),
            _ if child & ENDED == 0 && matches!(self.nodes[child as usize], Node::Unknown) => None,
            _ => Some(Some(child)),
        }
    }

    /// The child of a place: itself where all have to be followed, 0 for none, or a leaf.
    #[inline(always)]
    fn next(&self, at: u32, store: &Store, words: &[u32]) -> u32 {
        match self.nodes[at as usize] {
            Node::Table { bit, word, start, len } => {
                let value = value_of(words[word as usize], bit);
                if value < len { self.pool[(start + value) as usize] } else { 0 }
            }
            Node::Size { table, size, next } => {
                if store.size(table) == size || without(Rule::Resize) {
                    next
                } else {
                    0
                }
            }
            Node::Sparse { word, map } => {
                self.maps[map as usize].get(&words[word as usize]).copied().unwrap_or(0)
            }
            Node::Unknown => 0,
            Node::Leaf(payload) => ENDED | payload,
            Node::Same { word, width, start } => {
                let same = words[word as usize] == words[(word + width) as usize];
                self.pool[(start + u32::from(same)) as usize]
            }
            Node::Fork { .. } | Node::Any { .. } | Node::Each(_) => at,
        }
    }

    /// Where a path without forks ends: the payload of its leaf; none where it is not known, or forks.
    #[inline]
    pub fn payload(&self, store: &Store, words: &[u32]) -> Option<u32> {
        self.payload_from(ROOT, store, words)
    }

    /// The same for the path from a place on.
    #[inline]
    pub fn payload_from(&self, at: u32, store: &Store, words: &[u32]) -> Option<u32> {
        let end = self.end_of::<false>(at, store, words, &mut false);
        (end & ENDED != 0).then_some(end & !ENDED)
    }

    /// Whether more matters there than the first state of a step.
    #[inline]
    fn looks_beyond(&self, at: u32) -> bool {
        match self.nodes[at as usize] {
            Node::Table { word, .. } | Node::Sparse { word, .. } => word as usize >= self.parent.len(),
            Node::Each(each) => {
                let Each { first, dead, .. } = &self.eaches[each as usize];
                *first as usize + dead.len() > self.parent.len()
            }
            Node::Same { .. } | Node::Size { .. } => true,
            Node::Unknown | Node::Fork { .. } | Node::Any { .. } | Node::Leaf(_) => false,
        }
    }

    /// The end of a path without forks: a fork, a leaf, or 0; with `STEP`, whether a place on it looks beyond
    /// the first state of a step.
    #[inline(always)]
    fn end_of<const STEP: bool>(&self, mut at: u32, store: &Store, words: &[u32], beyond: &mut bool) -> u32 {
        while at & ENDED == 0 {
            if STEP && !*beyond {
                *beyond = self.looks_beyond(at);
            }
            let next = self.next(at, store, words);
            if next == at || next == 0 {
                return next;
            }
            at = next;
        }
        at
    }

    /// Follows a path without forks: calls `read` with every read on it.
    pub fn follow(&self, store: &Store, words: &[u32], mut read: impl FnMut(Read, u32)) {
        let mut at = ROOT;
        loop {
            match self.nodes[at as usize] {
                Node::Table { word, bit: None, .. } | Node::Sparse { word, .. } => {
                    read(Read::Word(word), words[word as usize]);
                }
                Node::Table { word, bit, .. } => {
                    let number = bit.map_or(0, |bit| bit.get() - 1);
                    read(Read::Bit(word, number.into()), value_of(words[word as usize], bit));
                }
                Node::Size { table, size, .. } => read(Read::Size(table), size),
                _ => return,
            }
            at = self.next(at, store, words);
            if at == 0 || at & ENDED != 0 {
                return;
            }
        }
    }

    /// Where paths begin.
    pub fn root(&self) -> u32 {
        ROOT
    }

    fn add(&mut self, node: Node) -> u32 {
        self.nodes.push(node);
        self.slots.push(NOWHERE);
        self.nodes.len() as u32 - 1
    }

    /// Puts a place, which may be a leaf, into the pool.
    fn place(&mut self, slot: u32, child: u32) {
        self.pool[slot as usize] = child;
        if child & ENDED == 0 {
            self.slots[child as usize] = slot;
        }
    }

    /// A child in the pool as a place; 0 for none.
    fn child(&mut self, slot: u32) -> u32 {
        let child = self.pool[slot as usize];
        if child & ENDED == 0 {
            return child;
        }
        let at = self.add(Node::Leaf(child & !ENDED));
        self.place(slot, at);
        at
    }

    /// Whether nothing is known of a place yet. What was known when fewer elements were is of no use any
    /// more: an element that is known by now is looked for where none was before.
    fn is_open(&self, at: u32) -> bool {
        matches!(self.nodes[at as usize], Node::Unknown | Node::Size { .. })
    }

    /// Goes on from a place with a read; none when something else was read there before.
    pub(super) fn step(&mut self, at: u32, read: Read, value: u32) -> Option<u32> {
        let node = self.nodes[at as usize];
        let resized = matches!((node, read), (Node::Size { table, .. }, Read::Size(same)) if table == same);
        if self.is_open(at) && !resized {
            self.nodes[at as usize] = match read {
                Read::Word(word) => Node::Table { bit: None, word, start: 0, len: 0 },
                Read::Bit(word, bit) => Node::Table { bit: Bit::new(bit as u8 + 1), word, start: 0, len: 0 },
                Read::Size(table) => Node::Size { table, size: value, next: 0 },
                Read::Same(word, width) => {
                    let start = self.pool.len() as u32;
                    self.pool.resize(self.pool.len() + 2, 0);
                    Node::Same { word, width, start }
                }
            };
        }
        let child = match (self.nodes[at as usize], read) {
            (Node::Table { bit, word, start, len }, read) if read == named(word, bit) => {
                if value < len {
                    self.child(start + value)
                } else {
                    0
                }
            }
            (Node::Sparse { word, map }, Read::Word(same)) if word == same => {
                self.maps[map as usize].get(&value).copied().unwrap_or(0)
            }
            (Node::Size { table, size, next }, Read::Size(same)) if table == same => {
                if size == value {
                    next
                } else {
                    0
                }
            }
            (Node::Same { word, start, .. }, Read::Same(same, _)) if word == same => {
                self.child(start + value)
            }
            _ => return None,
        };
        if child != 0 {
            return Some(child);
        }
        let child = self.add(Node::Unknown);
        match &mut self.nodes[at as usize] {
            Node::Table { .. } | Node::Sparse { .. } => self.adopt(at, value, child),
            Node::Size { size, next, .. } => (*size, *next) = (value, child),
            &mut Node::Same { start, .. } => self.place(start + value, child),
            _ => {}
        }
        Some(child)
    }

    /// Gives a place by the value of a word another child.
    fn adopt(&mut self, at: u32, value: u32, child: u32) {
        if let Node::Table { bit, word, start: first, len: known } = self.nodes[at as usize] {
            if value < known {
                self.place(first + value, child);
                return;
            }
            // Words that hold bits have values far apart.
            let len = value.checked_add(1).and_then(u32::checked_next_power_of_two);
            let children = || self.pool[first as usize..(first + known) as usize].iter().filter(|&&c| c != 0);
            let dense = |len: &u32| *len <= 64 || *len as usize / SPARSE <= children().count();
            if let Some(len) = len.filter(dense) {
                // A longer stretch: the old one is left behind.
                let start = self.pool.len() as u32;
                self.pool.resize((start + len) as usize, 0);
                (0..known).for_each(|at| self.place(start + at, self.pool[(first + at) as usize]));
                self.place(start + value, child);
                self.nodes[at as usize] = Node::Table { bit, word, start, len };
                return;
            }
            let mut map = FxHashMap::default();
            for value in 0..known {
                let child = self.child(first + value);
                if child != 0 {
                    self.slots[child as usize] = NOWHERE;
                    map.insert(value, child);
                }
            }
            self.maps.push(map);
            self.nodes[at as usize] = Node::Sparse { word, map: self.maps.len() as u32 - 1 };
        }
        if let Node::Sparse { map, .. } = self.nodes[at as usize] {
            self.maps[map as usize].insert(value, child);
        }
    }

    /// Makes a place a fork; false when it is something else already.
    pub(super) fn fork(&mut self, at: u32, branches: usize) -> bool {
        match self.nodes[at as usize] {
            Node::Fork { len, .. } => len as usize == branches,
            Node::Unknown | Node::Size { .. } => {
                let (start, words) = (self.pool.len() as u32, self.footprints.len() as u32);
                self.pool.resize(self.pool.len() + branches, 0);
                self.footprints.resize(self.footprints.len() + branches, u64::MAX);
                self.nodes[at as usize] = Node::Fork { start, len: branches as u32, words };
                true
            }
            _ => false,
        }
    }

    /// Makes a place a fork of which one branch is enough; false when it is something else already.
    pub(super) fn choice(&mut self, at: u32, branches: usize) -> bool {
        match self.nodes[at as usize] {
            Node::Any { len, .. } => len as usize == branches,
            Node::Unknown | Node::Size { .. } => {
                let start = self.pool.len() as u32;
                self.pool.resize(self.pool.len() + branches, 0);
                self.nodes[at as usize] = Node::Any { start, len: branches as u32 };
                true
            }
            _ => false,
        }
    }

    /// Makes a place a branch for each bit of these words; false when it is something else already.
    pub(super) fn each(&mut self, at: u32, first: u32, words: u32) -> bool {
        match self.nodes[at as usize] {
            Node::Each(each) => self.eaches[each as usize].first == first,
            Node::Unknown | Node::Size { .. } => {
                self.nodes[at as usize] = Node::Each(self.eaches.len() as u32);
                let (branches, footprints) = (Vec::new(), Vec::new());
                self.eaches.push(Each { first, branches, dead: vec![0; words as usize], footprints });
                true
            }
            _ => false,
        }
    }

    /// The place where a branch goes on, or a leaf; 0 where nobody has been.
    fn branch_at(&self, at: u32, branch: u32) -> u32 {
        match self.nodes[at as usize] {
            Node::Fork { start, len, .. } if branch < len => self.pool[(start + branch) as usize],
            Node::Each(each) => {
                self.eaches[each as usize].branches.get(branch as usize).copied().unwrap_or(0)
            }
            _ => 0,
        }
    }

    /// The place where a branch goes on.
    pub(super) fn branch(&mut self, at: u32, branch: u32) -> u32 {
        let node = self.nodes[at as usize];
        let known = match node {
            Node::Fork { start, .. } | Node::Any { start, .. } => self.child(start + branch),
            _ => self.branch_at(at, branch),
        };
        if known != 0 {
            return known;
        }
        let child = self.add(Node::Unknown);
        match node {
            Node::Fork { start, .. } | Node::Any { start, .. } => self.place(start + branch, child),
            Node::Each(each) => {
                let branches = &mut self.eaches[each as usize].branches;
                if branches.len() <= branch as usize {
                    branches.resize(branch as usize + 1, 0);
                }
                branches[branch as usize] = child;
            }
            _ => {}
        }
        child
    }

    /// Says which words a branch may read. A branch that has not been met here yet is left alone.
    pub fn set_footprint(&mut self, branch: &[u32], words: u64) {
        let Some((&last, around)) = branch.split_last() else {
            self.footprint = words;
            return;
        };
        let inner = |at: u32| at & ENDED == 0;
        let next = |at, &branch: &u32| if inner(at) { self.branch_at(at, branch) } else { 0 };
        let at = Some(around.iter().fold(ROOT, next)).filter(|&at| inner(at)).unwrap_or(0);
        match self.nodes[at as usize] {
            Node::Fork { words: first, len, .. } if last < len => {
                self.footprints[(first + last) as usize] = words;
            }
            Node::Each(each) => {
                let footprints = &mut self.eaches[each as usize].footprints;
                if footprints.len() <= last as usize {
                    footprints.resize(last as usize + 1, u64::MAX);
                }
                footprints[last as usize] = words;
            }
            _ => {}
        }
    }

    /// Whether nothing that the whole may read is among these words.
    #[inline]
    pub fn ignores(&self, changed: u64) -> bool {
        self.footprint & changed == 0
    }

    /// Ends a path; false when it goes on already.
    pub(super) fn end(&mut self, at: u32, payload: u32) -> bool {
        match &mut self.nodes[at as usize] {
            node @ (Node::Unknown | Node::Size { .. } | Node::Leaf(_)) => {
                *node = Node::Leaf(payload);
                let slot = self.slots[at as usize];
                if slot != NOWHERE {
                    self.place(slot, ENDED | payload);
                }
                true
            }
            _ => false,
        }
    }

    /// Notes that nothing can come of a branch, whatever the state.
    pub(super) fn bury(&mut self, at: u32, branch: u32) {
        let Node::Each(each) = self.nodes[at as usize] else { return };
        let Each { branches, dead, .. } = &mut self.eaches[each as usize];
        let child = branches.get(branch as usize).copied().unwrap_or(0);
        if matches!(self.nodes[child as usize], Node::Leaf(NOTHING)) {
            dead[branch as usize / 32] |= 1 << (branch % 32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learn(trie: &mut Trie, value: u32, payload: u32) {
        let root = trie.root();
        let at = trie.step(root, Read::Word(0), value).expect("the same read as before");
        assert!(trie.end(at, payload));
    }

    #[test]
    fn a_trie_that_misses_rests_each_time_for_longer() {
        let mut trie = Trie::new(true);
        for rest in [1, 2, 4, 8] {
            assert!(trie.learns());
            (0..TRIAL).for_each(|_| trie.count(true));
            for _ in 0..rest {
                assert!(!trie.learns());
                (0..TRIAL).for_each(|_| trie.count(true));
            }
        }
        // Once it has been of use, it rests for a short time again.
        (0..TRIAL).for_each(|_| trie.count(false));
        (0..TRIAL).for_each(|_| trie.count(true));
        assert!(!trie.learns());
        (0..TRIAL).for_each(|_| trie.count(true));
        assert!(trie.learns());
    }

    #[test]
    fn words_of_bits_take_no_room_for_what_lies_between() {
        let mut trie = Trie::new(true);
        // Each set has one element more than the one before it, or another one.
        let sets = (0..32).flat_map(|bit| [1u32 << bit, u32::MAX >> bit]);
        sets.clone().for_each(|set| learn(&mut trie, set, HOLDS));
        assert!(trie.pool.len() < 1 << 10, "{}", trie.pool.len());
        for set in sets {
            let root = trie.root();
            let at = trie.step(root, Read::Word(0), set).expect("the same read as before");
            assert!(matches!(trie.nodes[at as usize], Node::Leaf(HOLDS)));
        }
        // Numbers of values lie close together.
        let mut trie = Trie::new(true);
        (0..1 << 12).for_each(|value| learn(&mut trie, value, HOLDS));
        assert!(trie.maps.is_empty());
    }

    #[test]
    fn a_full_trie_begins_anew_only_if_it_often_misses() {
        for (misses, kept) in [(TRIAL / 2, true), (TRIAL / 4 * 3, false)] {
            let mut trie = Trie::new(true).with_room_for(20);
            (0..30).for_each(|value| learn(&mut trie, value, HOLDS));
            assert!(trie.is_full() && !trie.learns());
            (0..TRIAL).for_each(|walk| trie.count(walk < misses));
            trie.renew();
            assert_eq!((trie.first(7).is_some(), trie.learns()), (kept, !kept));
        }
    }

    #[test]
    fn a_leaf_that_is_met_again_may_end_only() {
        let mut trie = Trie::new(true);
        learn(&mut trie, 10, NOTHING);
        learn(&mut trie, 3, HOLDS);
        assert_eq!((trie.first(10), trie.first(4)), (Some(None), None));
        assert!(matches!(trie.first(3), Some(Some(_))));
        let root = trie.root();
        let at = trie.step(root, Read::Word(0), 3).expect("it is known");
        assert_eq!(trie.step(at, Read::Word(1), 0), None, "nothing was read there before");
        assert!(trie.end(at, HOLDS));
        assert_eq!(trie.step(root, Read::Bit(0, 1), 0), None, "something else was read there before");
    }
}
