//! What an action does to a state: the words it writes.
//!
//! Enters: the operations that an evaluation came to. Leaves: the packed successor, and the sum of its
//! fingerprint terms, which can be known before the successor is built. Holds: an operation names what is
//! written, never what was there before, unless that was read; so it can be applied to every state that
//! led the evaluation the same way. No word is put twice, no bit is named twice, and none in a word that
//! is put: the operations of a successor commute.

/// An operation on a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Puts a value there; with the sum of the terms it stands for.
    Put(u32, u32, u64),
    /// Sets a bit; with the term of its element.
    Add(u32, u32, u64),
    /// Clears a bit; with the term of its element.
    Remove(u32, u32, u64),
}

impl Op {
    /// What an operation is about: a word, or some of its bits.
    fn place(&self) -> (u32, u32) {
        match *self {
            Op::Put(word, ..) => (word, !0),
            Op::Add(word, bits, _) | Op::Remove(word, bits, _) => (word, bits),
        }
    }
}

/// Drops the operations from `at` on that a later one undoes.
pub(crate) fn settle(ops: &mut Vec<Op>, mut at: usize) {
    while at < ops.len() {
        let (word, bits) = ops[at].place();
        let undone = |later: &Op| later.place().0 == word && later.place().1 & bits != 0;
        if ops[at + 1..].iter().any(undone) {
            ops.remove(at);
        } else {
            at += 1;
        }
    }
}

/// Successors, each a list of operations, in lists: what the leaves of a trie name.
#[derive(Default)]
pub(crate) struct Effects {
    ops: Vec<Op>,
    /// The stretch of each successor's operations.
    successors: Vec<(u32, u32)>,
    /// The stretch of each list's successors. The list with number `n` is the leaf's payload `n + 1`.
    lists: Vec<(u32, u32)>,
}

impl Effects {
    /// Adds a list of successors; answers its number.
    pub fn push<'o>(&mut self, successors: impl Iterator<Item = &'o [Op]>) -> u32 {
        let first = self.successors.len() as u32;
        for ops in successors {
            let start = self.ops.len() as u32;
            self.ops.extend_from_slice(ops);
            self.successors.push((start, self.ops.len() as u32));
        }
        self.lists.push((first, self.successors.len() as u32));
        self.lists.len() as u32 - 1
    }

    /// The successors of a list, by number.
    #[inline]
    pub fn list(&self, number: u32) -> std::ops::Range<u32> {
        let (first, last) = self.lists[number as usize];
        first..last
    }

    /// The operations of a successor.
    #[inline]
    pub fn ops(&self, successor: u32) -> &[Op] {
        let (start, end) = self.successors[successor as usize];
        &self.ops[start as usize..end as usize]
    }
}

/// Applies operations to a state.
#[inline]
pub(crate) fn apply(ops: &[Op], state: &mut [u32]) {
    for op in ops {
        match *op {
            Op::Put(word, new, _) => state[word as usize] = new,
            Op::Add(word, bits, _) => state[word as usize] |= bits,
            Op::Remove(word, bits, _) => state[word as usize] &= !bits,
        }
    }
}

/// The sum of the terms of what operations make of a state, of which the terms of each word and their
/// sum are given.
#[inline]
pub(crate) fn weigh(ops: &[Op], state: &[u32], terms: &[u64], mut sum: u64) -> u64 {
    for op in ops {
        match *op {
            Op::Put(word, _, term) => sum = sum.wrapping_add(term).wrapping_sub(terms[word as usize]),
            Op::Add(word, bits, term) => {
                sum = sum.wrapping_add(if state[word as usize] & bits == 0 { term } else { 0 });
            }
            Op::Remove(word, bits, term) => {
                sum = sum.wrapping_sub(if state[word as usize] & bits == 0 { 0 } else { term });
            }
        }
    }
    sum
}
