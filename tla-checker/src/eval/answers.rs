//! What was found out about expressions, once for each.
//!
//! Enters: an answer about an expression. Leaves: the same, when it is asked again. Holds: an answer never
//! changes, since expressions do not.

use crate::ir::NodeId;

/// Answers to one question, as far as it was asked.
#[derive(Default)]
pub(super) struct Answers(Vec<Option<bool>>);

impl Answers {
    /// The answer about an expression, if it is known.
    #[inline]
    pub(super) fn get(&self, id: NodeId) -> Option<bool> {
        self.0.get(id.index()).copied().flatten()
    }

    /// Takes note of an answer.
    pub(super) fn set(&mut self, id: NodeId, answer: bool) {
        if self.0.len() <= id.index() {
            self.0.resize(id.index() + 1, None);
        }
        self.0[id.index()] = Some(answer);
    }
}
