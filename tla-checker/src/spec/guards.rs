//! Instances that one variable's value disables: learned from evaluations, so that they are not even
//! begun.
//!
//! Enters: what an evaluation of an instance read, and whether it led anywhere. Leaves: whether a
//! state is known to disable the instance. Holds: an instance without successors whose evaluation
//! read a single variable has none in any state where that variable has that value; the instance is
//! pure, and a failed evaluation teaches nothing.

use crate::eval::Read;
use crate::space::State;

/// Evaluations after which an instance that taught nothing is no longer watched.
const TRIAL: u32 = 1000;

/// What is known of one instance.
pub(super) struct Guards {
    /// Variables, and a bit for each index of a value that disables the instance.
    known: Vec<(u32, Vec<u64>)>,
    /// Whether evaluations are still to be watched.
    pub(super) learning: bool,
    watched: u32,
}

impl Guards {
    pub(super) fn new(pure: bool) -> Self {
        Guards { known: Vec::new(), learning: pure, watched: 0 }
    }

    /// Whether the instance is known to have no successor.
    #[inline]
    pub(super) fn disabled(&self, state: &State) -> bool {
        self.known.iter().any(|(variable, bits)| {
            let index = state[*variable as usize] as usize;
            bits.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
        })
    }

    /// Takes note of an evaluation.
    pub(super) fn learn(&mut self, state: &State, log: &[Read], led_somewhere: bool) {
        self.watched += 1;
        if self.watched == TRIAL && self.known.is_empty() {
            self.learning = false;
        }
        let [Read::Now(variable)] = log else { return };
        if led_somewhere {
            return;
        }
        let index = state[*variable as usize] as usize;
        let at = match self.known.iter().position(|(v, _)| v == variable) {
            Some(at) => at,
            None => {
                self.known.push((*variable, Vec::new()));
                self.known.len() - 1
            }
        };
        let bits = &mut self.known[at].1;
        if bits.len() <= index / 64 {
            bits.resize(index / 64 + 1, 0);
        }
        bits[index / 64] |= 1 << (index % 64);
    }
}
