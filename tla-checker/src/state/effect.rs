//! What an action does to a state: the words it writes.
//!
//! Enters: the operations that an evaluation came to. Leaves: the packed successor and the sum of its
//! fingerprint terms. Holds: an operation names what is written, never what was there before, unless
//! that was read; so it can be applied to every state that led the evaluation the same way.

use super::store::Store;

/// An operation on a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    /// Puts an index there; with the terms it stands for.
    Put(u32, u32, u64),
    /// Puts all bits of a word there.
    Bits(u32, u32),
    /// Sets bits.
    Add(u32, u32),
    /// Clears bits.
    Remove(u32, u32),
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

    /// The successors of a list.
    #[inline]
    pub fn list(&self, number: u32) -> impl Iterator<Item = &[Op]> {
        let (first, last) = self.lists[number as usize];
        let successors = &self.successors[first as usize..last as usize];
        successors.iter().map(|&(start, end)| &self.ops[start as usize..end as usize])
    }
}

/// Applies operations to a state of which the terms of each word and their sum are given; answers the
/// sum of the terms of what becomes of it. No word is put twice.
#[inline]
pub(crate) fn apply(store: &Store, ops: &[Op], state: &mut [u32], terms: &[u64], mut sum: u64) -> u64 {
    for op in ops {
        match *op {
            Op::Put(word, new, term) => {
                state[word as usize] = new;
                sum = sum.wrapping_add(term).wrapping_sub(terms[word as usize]);
            }
            Op::Bits(word, bits) => {
                let old = std::mem::replace(&mut state[word as usize], bits);
                sum = sum.wrapping_add(store.bit_terms(word, bits & !old));
                sum = sum.wrapping_sub(store.bit_terms(word, old & !bits));
            }
            Op::Add(word, bits) => {
                let old = state[word as usize];
                state[word as usize] = old | bits;
                if bits & !old != 0 {
                    sum = sum.wrapping_add(store.bit_terms(word, bits & !old));
                }
            }
            Op::Remove(word, bits) => {
                let old = state[word as usize];
                state[word as usize] = old & !bits;
                if bits & old != 0 {
                    sum = sum.wrapping_sub(store.bit_terms(word, bits & old));
                }
            }
        }
    }
    sum
}
