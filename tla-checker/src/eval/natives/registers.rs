//! The registers of TLCSet and TLCGet, and what TLCSet controls.
//!
//! Holds: registers belong to a run and are shared by its workers; a spec that uses them is
//! searched by one.

use crate::value::Datum;
use rustc_hash::FxHashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

/// The registers of a run.
#[derive(Debug)]
pub struct Registers {
    values: Mutex<FxHashMap<i64, Datum>>,
    exit: AtomicBool,
    started: Instant,
    /// What `TLCGet("config")`, `TLCGet("spec")` and kin answer.
    pub facts: FxHashMap<String, Datum>,
}

impl Registers {
    /// No registers set, and the clock at zero.
    pub fn new(facts: FxHashMap<String, Datum>) -> Self {
        Registers { values: Mutex::default(), exit: AtomicBool::new(false), started: Instant::now(), facts }
    }

    /// A register's value.
    pub fn get(&self, register: i64) -> Option<Datum> {
        self.lock().get(&register).cloned()
    }

    /// Gives a register a value.
    pub fn set(&self, register: i64, value: Datum) {
        self.lock().insert(register, value);
    }

    /// All registers, in order.
    pub fn all(&self) -> Vec<(i64, Datum)> {
        let mut all: Vec<_> = self.lock().iter().map(|(k, v)| (*k, v.clone())).collect();
        all.sort_by_key(|(k, _)| *k);
        all
    }

    /// Where the random choices of the run begin.
    pub fn seed(&self) -> u64 {
        let Some(Datum::Record(config)) = self.facts.get("config") else { return 0 };
        let seed = config.iter().find(|(name, _)| name == "seed");
        if let Some((_, Datum::Int(seed))) = seed { *seed as u64 } else { 0 }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, FxHashMap<i64, Datum>> {
        self.values.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// `TLCSet("exit", TRUE)`: the run is to end.
    pub fn ask_exit(&self) {
        // Relaxed: the flag publishes nothing else.
        self.exit.store(true, Ordering::Relaxed);
    }

    /// Whether the spec asked the run to end.
    pub fn exit_asked(&self) -> bool {
        self.exit.load(Ordering::Relaxed)
    }

    /// Whole seconds since the run began.
    pub fn seconds(&self) -> i64 {
        self.started.elapsed().as_secs() as i64
    }
}
