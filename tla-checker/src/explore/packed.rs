//! A state that is kept for a while, with the number of the layout it is packed in.
//!
//! Holds: wherever the search keeps a state longer than a call of its worker, the layout is kept with
//! it; before a worker sees the state, or two states are compared, it is converted.

use crate::space::{SpaceWorker, State};
use crate::value::Datum;
use serde::{Deserialize, Serialize};

/// A packed state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Packed {
    /// What the words mean.
    pub layout: u32,
    /// The words.
    pub words: Vec<u32>,
}

impl Packed {
    /// A state that the worker has just emitted, or that is in its layout.
    pub fn new<W: SpaceWorker>(worker: &W, state: &State) -> Self {
        Packed { layout: worker.layout(), words: state.to_vec() }
    }

    /// The state in the worker's layout, which may become newer.
    pub fn fit<W: SpaceWorker>(&mut self, worker: &mut W) -> &State {
        if self.layout != worker.layout() {
            let mut words = Vec::new();
            worker.convert(self.layout, &self.words, &mut words);
            *self = Packed { layout: worker.layout(), words };
        }
        &self.words
    }

    /// The values of the variables.
    pub fn values<W: SpaceWorker>(&mut self, worker: &mut W) -> Vec<Datum> {
        self.fit(worker);
        worker.values(&self.words)
    }
}

/// Converts all states to one layout, the worker's: to fit one of them may make it newer.
pub(super) fn fit_all<W: SpaceWorker>(worker: &mut W, states: &mut [Packed]) {
    if let Some(newest) = states.iter_mut().max_by_key(|state| state.layout) {
        newest.fit(worker);
    }
    for state in states {
        state.fit(worker);
    }
}

/// Converts both states to one layout, the worker's.
pub(super) fn fit_both<W: SpaceWorker>(worker: &mut W, a: &mut Packed, b: &mut Packed) {
    loop {
        a.fit(worker);
        b.fit(worker);
        if a.layout == b.layout {
            return;
        }
    }
}
