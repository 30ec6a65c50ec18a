//! The traces that were found, to be asked for by name.
//!
//! Enters: a trace. Leaves: its name, and later the trace. Holds: a name is made of what the trace says, so the same
//! trace has the same name in every run; of many traces those that were found last are kept.

use super::data::{Lap, State};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tla_checker::outcome::{Cycle, TraceState};
use tla_checker::value::Datum;
use tla_parser::source::SourceMap;
use xxhash_rust::xxh3::Xxh3;

/// How many traces are kept.
const MOST: usize = 64;

/// A trace that is kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kept {
    /// Variables (or the fields of ALIAS) and values of each state.
    pub states: Vec<Vec<(String, Datum)>>,
    /// The states as they are shown.
    pub shown: Vec<State>,
    /// How it goes on.
    pub cycle: Option<Lap>,
}

impl Kept {
    pub fn of(trace: &[TraceState], cycle: Option<&Cycle>, sources: &SourceMap) -> Kept {
        let shown = (0..trace.len())
            .map(|at| State::of(at + 1, &trace[at], at.checked_sub(1).map(|before| &trace[before]), sources))
            .collect();
        Kept {
            states: trace.iter().map(|state| state.state.clone()).collect(),
            shown,
            cycle: cycle.map(|cycle| Lap::of(cycle, trace.len())),
        }
    }

    fn name(&self) -> String {
        let mut hash = Xxh3::new();
        for (state, shown) in self.states.iter().zip(&self.shown) {
            hash.update(shown.action.as_bytes());
            for (name, value) in state {
                hash.update(format!("\u{0}{name}\u{0}{value}").as_bytes());
            }
        }
        hash.update(format!("{:?}", self.cycle).as_bytes());
        format!("trace-{:016x}", hash.digest())
    }
}

/// The traces, those that were found last at the end.
#[derive(Debug, Default)]
pub(super) struct Store(Mutex<VecDeque<(String, Arc<Kept>)>>);

impl Store {
    /// Keeps a trace; its name.
    pub fn keep(&self, trace: Kept) -> String {
        let name = trace.name();
        let mut all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.retain(|(other, _)| *other != name);
        all.push_back((name.clone(), Arc::new(trace)));
        if all.len() > MOST {
            all.pop_front();
        }
        name
    }

    /// The trace of this name.
    pub fn get(&self, name: &str) -> Option<Arc<Kept>> {
        let all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.iter().find(|(other, _)| other == name).map(|(_, trace)| trace.clone())
    }

    /// The names, those that were found last first.
    pub fn names(&self) -> Vec<String> {
        let all = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        all.iter().rev().map(|(name, _)| name.clone()).collect()
    }
}
