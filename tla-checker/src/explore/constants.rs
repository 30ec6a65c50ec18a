//! Which variables have one and the same value in all states.
//!
//! Enters: the states that are kept, as they are. Leaves: the variables that never differed. Holds: a variable
//! that has changed is not looked at again, so that a search in which all change pays for the first states alone;
//! which state comes first makes no difference.

use super::packed::Packed;
use crate::space::{SpaceWorker, State, StateSpace};
use crate::value::Datum;

/// The variables that have had one value so far.
#[derive(Clone, Debug)]
pub(super) struct Constants {
    variables: Vec<usize>,
    /// The values of all variables in the first state; none before there is one.
    values: Vec<Datum>,
    /// A state that agrees with the first in these variables.
    witness: Packed,
}

impl Constants {
    /// For a space; nothing is watched where states will be missed, or stand for others.
    pub fn new<S: StateSpace>(space: &S, all_states: bool) -> Self {
        let watched = if all_states && !space.shares_keys() { space.variables().len() } else { 0 };
        Constants { variables: (0..watched).collect(), values: Vec::new(), witness: Packed::default() }
    }

    /// Looks at a state in the worker's layout.
    #[inline]
    pub fn meet<W: SpaceWorker>(&mut self, worker: &mut W, state: &State) {
        if !self.variables.is_empty() {
            self.compare(worker, state);
        }
    }

    #[cold]
    #[inline(never)]
    fn compare<W: SpaceWorker>(&mut self, worker: &mut W, state: &State) {
        if !self.values.is_empty() && self.witness.layout == worker.layout() {
            return worker.retain_equal(&self.witness.words, state, &mut self.variables);
        }
        let values = worker.values(state);
        if !self.values.is_empty() {
            self.variables.retain(|&variable| self.values[variable] == values[variable]);
        } else {
            self.values = values;
        }
        self.witness = Packed::new(worker, state);
    }

    /// Takes over what another one has met.
    pub fn merge(&mut self, other: &Constants) {
        if other.values.is_empty() && !other.variables.is_empty() {
            return;
        }
        if self.values.is_empty() && !self.variables.is_empty() {
            return self.clone_from(other);
        }
        let (values, theirs) = (&self.values, &other.values);
        self.variables.retain(|v| other.variables.contains(v) && values[*v] == theirs[*v]);
    }

    /// The variables that had one value; none where there was no state.
    pub fn variables(&self) -> Vec<usize> {
        if self.values.is_empty() { Vec::new() } else { self.variables.clone() }
    }
}
