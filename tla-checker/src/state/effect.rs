//! What an action does to a state: the words it writes.
//!
//! Enters: the operations that an evaluation came to. Leaves: the packed successor, and the sum of its
//! fingerprint terms, which can be known before the successor is built. Holds: an operation names what is
//! written, never what was there before, unless that was read; so it can be applied to every state that
//! led the evaluation the same way. No word is put twice, no bit is named twice, and none in a word that
//! is put: the operations of a successor commute.

use crate::canary::{Rule, without};
/// An operation on a word: it keeps some bits of it, and sets some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Op {
    word: u32,
    keeps: u32,
    sets: u32,
    /// The bit that is all it is about; 0 where it puts a whole word.
    bit: u32,
    /// The terms that are added where the bit changes.
    term: u64,
}

impl Op {
    /// Puts a value there; with the sum of the terms it stands for.
    pub fn put(word: u32, value: u32, term: u64) -> Op {
        Op { word, keeps: 0, sets: value, bit: 0, term: if without(Rule::Term) { 0 } else { term } }
    }

    /// Sets a bit; with the term of its element.
    pub fn add(word: u32, bit: u32, term: u64) -> Op {
        Op { word, keeps: !0, sets: bit, bit, term }
    }

    /// Clears a bit; with the term of its element.
    pub fn remove(word: u32, bit: u32, term: u64) -> Op {
        Op { word, keeps: !bit, sets: 0, bit, term: term.wrapping_neg() }
    }

    /// Whether another operation makes no difference before this one.
    fn undoes(&self, before: &Op) -> bool {
        self.word == before.word && (self.bit == 0 || self.bit == before.bit) && !without(Rule::Settle)
    }
}

/// Drops the operations from `at` on that a later one undoes.
pub(crate) fn settle(ops: &mut Vec<Op>, mut at: usize) {
    while at < ops.len() {
        if ops[at + 1..].iter().any(|later| later.undoes(&ops[at])) {
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
    /// Where each successor's operations begin and how many they are; and whether another successor of
    /// the same list follows. A list is named by its first successor.
    successors: Vec<(u32, u32, bool)>,
}

impl Effects {
    /// Adds a list of successors, which is not empty; answers the first.
    pub fn push<'o>(&mut self, successors: impl Iterator<Item = &'o [Op]>) -> u32 {
        let first = self.successors.len();
        for ops in successors {
            let ops = if without(Rule::Write) { &ops[..ops.len() - usize::from(ops.len() > 1)] } else { ops };
            self.successors.push((self.ops.len() as u32, ops.len() as u32, true));
            self.ops.extend_from_slice(ops);
        }
        if let Some((.., more)) = self.successors[first..].last_mut() {
            *more = false;
        }
        first as u32
    }

    /// The operations of a successor, and whether another one of the same list follows.
    #[inline]
    pub fn get(&self, successor: u32) -> (&[Op], bool) {
        let (start, len, more) = self.successors[successor as usize];
        (&self.ops[start as usize..(start + len) as usize], more)
    }
}

/// Applies operations to a state.
#[inline]
pub(crate) fn apply(ops: &[Op], state: &mut [u32]) {
    for op in ops {
        let word = &mut state[op.word as usize];
        *word = *word & op.keeps | op.sets;
    }
}

/// The sum of the terms of what operations make of a state, of which the terms of each word and their
/// sum are given.
#[inline]
pub(crate) fn weigh(ops: &[Op], state: &[u32], terms: &[u64], mut sum: u64) -> u64 {
    for op in ops {
        let word = op.word as usize;
        // Without branches, since what comes cannot be foreseen. A bit that is set was clear, and one that
        // is cleared was set; of a word that is put, the old terms go.
        let changes = state[word] & op.bit == op.bit & !op.sets;
        let added = if changes { op.term } else { 0 };
        let gone = if op.keeps == 0 { terms[word] } else { 0 };
        sum = sum.wrapping_add(added).wrapping_sub(gone);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_later_operation_undoes_is_dropped() {
        let check = |ops: &[Op], left: &[Op]| {
            let mut settled = ops.to_vec();
            settle(&mut settled, 0);
            assert_eq!(settled, left);
            // One after the other comes to the same.
            for state in 0..4 {
                let (mut all, mut some) = ([state, 1], [state, 1]);
                apply(ops, &mut all);
                apply(&settled, &mut some);
                assert_eq!(all, some);
            }
        };
        let (add, remove) = (|bit| Op::add(0, bit, 5), |bit| Op::remove(0, bit, 5));
        check(&[add(1), add(2)], &[add(1), add(2)]);
        check(&[add(1), add(1)], &[add(1)]);
        check(&[add(1), remove(1)], &[remove(1)]);
        check(&[add(1), remove(2), add(2), remove(1)], &[add(2), remove(1)]);
        check(&[add(1), Op::put(1, 7, 3), Op::put(0, 2, 9)], &[Op::put(1, 7, 3), Op::put(0, 2, 9)]);
    }

    #[test]
    fn the_sum_is_that_of_what_becomes_of_the_state() {
        // Word 0 is a set whose elements have the terms 10, 20, 40; word 1 holds a value with the term 7.
        let set = |word: u32| (0..3).map(|bit| u64::from(word >> bit & 1) * (10 << bit)).sum::<u64>();
        for word in 0..8 {
            let terms = [set(word), 7];
            for bit in 0..3 {
                for op in [Op::add(0, 1 << bit, 10 << bit), Op::remove(0, 1 << bit, 10 << bit)] {
                    let ops = [op, Op::put(1, 3, 100)];
                    let mut state = [word, 9];
                    let sum = weigh(&ops, &state, &terms, terms[0] + terms[1] + 1000);
                    apply(&ops, &mut state);
                    assert_eq!((sum, state[1]), (set(state[0]) + 100 + 1000, 3));
                }
            }
            let mut state = [word, 9];
            let ops = [Op::put(0, 5, set(5))];
            assert_eq!(weigh(&ops, &state, &terms, terms[0] + 7), set(5) + 7);
            apply(&ops, &mut state);
            assert_eq!(state, [5, 9]);
        }
    }
}
