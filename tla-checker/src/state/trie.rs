//! Learned decision tries: what an evaluation came to, by what it read, in the order it read it.
//!
//! Enters: paths, a [`Read`] and its value at a time, and what they lead to. Leaves: for a packed state
//! the results of an evaluation that would read the same. Holds: an evaluation is a function of what it
//! reads, so a state that agrees with a path on every read of it has the path's result; a failed
//! evaluation leaves no result. Where an evaluation tries alternatives (`\/`, `\E`), or asks for
//! several things (`/\`, `\A` of a predicate), the path forks, and each branch depends only on its own
//! reads. *LTSmin's* local transition caching at the grain of slots (Blom, van de Pol, Weber: *LTSmin:
//! Distributed and Symbolic Reachability*, CAV 2010).

use super::effect::{Effects, Op};
use super::store::Store;
use rustc_hash::FxHashMap;

/// Something that an evaluation reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    /// A word. Those of the next state follow those of the current one.
    Word(u32),
    /// A bit of a word.
    Bit(u32, u32),
    /// How many elements the dictionary knows: whatever enumerates them depends on it.
    Size(u32),
}

/// The payload of a leaf where nothing comes of the evaluation.
pub(crate) const NOTHING: u32 = 0;
/// The payload of a leaf where a predicate holds.
pub(crate) const HOLDS: u32 = 1;
/// The payload of a leaf where it does not: nothing after it has to be asked.
pub(crate) const FAILS: u32 = u32::MAX;

/// Children by value. 0 is no child.
enum Children {
    Dense(Vec<u32>),
    Sparse(FxHashMap<u32, u32>),
}

impl Children {
    #[inline]
    fn get(&self, value: u32) -> u32 {
        match self {
            Children::Dense(children) => children.get(value as usize).copied().unwrap_or(0),
            Children::Sparse(children) => children.get(&value).copied().unwrap_or(0),
        }
    }

    fn set(&mut self, value: u32, child: u32) {
        if let Children::Dense(children) = self {
            let used = children.len();
            if (value as usize) < 64.max(used * 2) {
                if used <= value as usize {
                    children.resize(value as usize + 1, 0);
                }
                children[value as usize] = child;
                return;
            }
            let known = (0u32..).zip(children.iter().copied()).filter(|&(_, child)| child != 0);
            *self = Children::Sparse(known.collect());
        }
        if let Children::Sparse(children) = self {
            children.insert(value, child);
        }
    }
}

enum Node {
    /// Not evaluated yet, or not to the end.
    Unknown,
    Word(u32, Children),
    Bit(u32, u32, [u32; 2]),
    Size(u32, u32, u32),
    /// All branches are taken.
    Fork(Vec<u32>),
    /// A branch for each bit that is set in these words; those without results are left out.
    Each {
        first: u32,
        words: u32,
        branches: Vec<u32>,
        dead: Vec<u32>,
    },
    /// The end: a payload.
    Leaf(u32),
}

const ROOT: u32 = 1;

/// What was learned of one evaluation.
pub(crate) struct Trie {
    nodes: Vec<Node>,
    /// What the leaves of an action's trie name.
    pub effects: Effects,
    walks: u32,
    missed: u32,
    /// It does not pay, or it cannot be trusted: it is no longer asked.
    off: bool,
}

/// What a walk found, reused from one to the next.
#[derive(Default)]
pub(crate) struct Walk {
    /// The payloads of the leaves that were reached.
    pub payloads: Vec<u32>,
    /// The branches taken to each place where nothing is known yet.
    pub missing: Vec<Vec<u32>>,
    path: Vec<u32>,
}

/// Walks after which a trie that mostly misses is dropped.
const TRIAL: u32 = 1 << 12;
/// The most nodes one trie may have.
const MOST_NODES: usize = 1 << 21;

impl Trie {
    /// An empty one; `off` is never asked.
    pub fn new(on: bool) -> Trie {
        Trie {
            nodes: vec![Node::Unknown, Node::Unknown],
            effects: Effects::default(),
            walks: 0,
            missed: 0,
            off: !on,
        }
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

    /// Counts a walk; a trie that does not pay is turned off.
    #[inline]
    pub fn count(&mut self, missed: bool) {
        self.walks += 1;
        self.missed += u32::from(missed);
        if self.walks == TRIAL {
            if self.missed > TRIAL / 8 * 7 || self.nodes.len() > MOST_NODES {
                self.turn_off();
            }
            (self.walks, self.missed) = (0, 0);
        }
    }

    /// Looks a state up; `found` is overwritten.
    #[inline]
    pub fn walk(&self, store: &Store, words: &[u32], found: &mut Walk) {
        found.payloads.clear();
        found.missing.clear();
        found.path.clear();
        self.from(ROOT, store, words, found);
    }

    /// Follows all branches from a place; false when nothing after them matters.
    fn from(&self, mut at: u32, store: &Store, words: &[u32], found: &mut Walk) -> bool {
        while at != 0 {
            at = match &self.nodes[at as usize] {
                Node::Word(word, children) => children.get(words[*word as usize]),
                Node::Bit(word, bit, next) => next[(words[*word as usize] >> bit & 1) as usize],
                Node::Size(table, size, next) if store.size(*table) == *size => *next,
                Node::Size(..) | Node::Unknown => 0,
                Node::Leaf(payload) => {
                    if *payload != NOTHING {
                        found.payloads.push(*payload);
                    }
                    return *payload != FAILS;
                }
                Node::Fork(branches) => {
                    for (branch, &next) in (0u32..).zip(branches) {
                        found.path.push(branch);
                        if !self.from(next, store, words, found) {
                            return false;
                        }
                        found.path.pop();
                    }
                    return true;
                }
                Node::Each { first, words: count, branches, dead } => {
                    for at in 0..*count {
                        let dead = dead.get(at as usize).copied().unwrap_or(0);
                        let mut bits = words[(first + at) as usize] & !dead;
                        while bits != 0 {
                            let element = at * 32 + bits.trailing_zeros();
                            bits &= bits - 1;
                            found.path.push(element);
                            let next = branches.get(element as usize).copied().unwrap_or(0);
                            if !self.from(next, store, words, found) {
                                return false;
                            }
                            found.path.pop();
                        }
                    }
                    return true;
                }
            }
        }
        found.missing.push(found.path.clone());
        true
    }

    /// Follows a path without forks: calls `read` with every read on it and answers its payload.
    pub fn follow(&self, store: &Store, words: &[u32], mut read: impl FnMut(Read, u32)) -> Option<u32> {
        let mut at = ROOT;
        loop {
            at = match &self.nodes[at as usize] {
                Node::Word(word, children) => {
                    let value = words[*word as usize];
                    read(Read::Word(*word), value);
                    children.get(value)
                }
                Node::Bit(word, bit, next) => {
                    let value = words[*word as usize] >> bit & 1;
                    read(Read::Bit(*word, *bit), value);
                    next[value as usize]
                }
                Node::Size(table, size, next) if store.size(*table) == *size => {
                    read(Read::Size(*table), *size);
                    *next
                }
                Node::Leaf(payload) => return Some(*payload),
                _ => 0,
            };
            if at == 0 {
                return None;
            }
        }
    }

    /// The payload of a path without forks.
    #[inline]
    pub fn payload(&self, store: &Store, words: &[u32]) -> Option<u32> {
        self.follow(store, words, |_, _| ())
    }

    /// The successors that a payload stands for.
    pub fn successors(&self, payload: u32) -> impl Iterator<Item = &[Op]> {
        self.effects.list(payload - 1)
    }

    /// Where paths begin.
    pub(super) fn root(&self) -> u32 {
        ROOT
    }

    fn add(&mut self) -> u32 {
        self.nodes.push(Node::Unknown);
        self.nodes.len() as u32 - 1
    }

    /// Whether nothing is known of a place yet. What was known when fewer elements were is of no use any
    /// more: an element that is known by now is looked for where none was before.
    fn is_open(&self, at: u32) -> bool {
        matches!(self.nodes[at as usize], Node::Unknown | Node::Size(..))
    }

    /// Goes on from a place with a read; none when something else was read there before.
    pub(super) fn step(&mut self, at: u32, read: Read, value: u32) -> Option<u32> {
        if self.is_open(at)
            && !matches!((&self.nodes[at as usize], read), (Node::Size(a, ..), Read::Size(b)) if *a == b)
        {
            self.nodes[at as usize] = match read {
                Read::Word(word) => Node::Word(word, Children::Dense(Vec::new())),
                Read::Bit(word, bit) => Node::Bit(word, bit, [0, 0]),
                Read::Size(table) => Node::Size(table, value, 0),
            };
        }
        let child = match (&self.nodes[at as usize], read) {
            (Node::Word(a, children), Read::Word(b)) if *a == b => children.get(value),
            (Node::Bit(a, i, next), Read::Bit(b, j)) if (*a, *i) == (b, j) => next[value as usize],
            (Node::Size(a, size, next), Read::Size(b)) if *a == b => {
                if *size == value {
                    *next
                } else {
                    0
                }
            }
            _ => return None,
        };
        if child != 0 {
            return Some(child);
        }
        let child = self.add();
        match &mut self.nodes[at as usize] {
            Node::Word(_, children) => children.set(value, child),
            Node::Bit(_, _, next) => next[value as usize] = child,
            Node::Size(_, size, next) => (*size, *next) = (value, child),
            _ => {}
        }
        Some(child)
    }

    /// Makes a place a fork; false when it is something else already.
    pub(super) fn fork(&mut self, at: u32, branches: usize) -> bool {
        match &mut self.nodes[at as usize] {
            Node::Fork(known) => known.len() == branches,
            node @ (Node::Unknown | Node::Size(..)) => {
                *node = Node::Fork(vec![0; branches]);
                true
            }
            _ => false,
        }
    }

    /// Makes a place a branch for each bit of these words; false when it is something else already.
    pub(super) fn each(&mut self, at: u32, first: u32, words: u32) -> bool {
        match &mut self.nodes[at as usize] {
            Node::Each { first: known, .. } => *known == first,
            node @ (Node::Unknown | Node::Size(..)) => {
                *node = Node::Each { first, words, branches: Vec::new(), dead: vec![0; words as usize] };
                true
            }
            _ => false,
        }
    }

    /// The place where a branch goes on.
    pub(super) fn branch(&mut self, at: u32, branch: u32) -> u32 {
        let known = match &self.nodes[at as usize] {
            Node::Fork(branches) | Node::Each { branches, .. } => branches.get(branch as usize).copied(),
            _ => None,
        };
        if let Some(known) = known.filter(|&known| known != 0) {
            return known;
        }
        let child = self.add();
        if let Node::Fork(branches) | Node::Each { branches, .. } = &mut self.nodes[at as usize] {
            if branches.len() <= branch as usize {
                branches.resize(branch as usize + 1, 0);
            }
            branches[branch as usize] = child;
        }
        child
    }

    /// Ends a path; false when it goes on already.
    pub(super) fn end(&mut self, at: u32, payload: u32) -> bool {
        match &mut self.nodes[at as usize] {
            node @ (Node::Unknown | Node::Size(..) | Node::Leaf(_)) => {
                *node = Node::Leaf(payload);
                true
            }
            _ => false,
        }
    }

    /// Notes that nothing can come of a branch, whatever the state.
    pub(super) fn bury(&mut self, at: u32, branch: u32) {
        let Node::Each { branches, .. } = &self.nodes[at as usize] else { return };
        let Some(&child) = branches.get(branch as usize) else { return };
        let fruitless = matches!(self.nodes.get(child as usize), Some(Node::Leaf(NOTHING)));
        if let Node::Each { dead, .. } = &mut self.nodes[at as usize]
            && fruitless
        {
            dead[branch as usize / 32] |= 1 << (branch % 32);
        }
    }
}
