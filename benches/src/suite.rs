//! The models of the suite. `models/` holds each in TLA+ (with a `.cfg` a size) and some in Promela; the Rust is
//! in [`crate::stateright`].

use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// How many states a search found. Equal counts are what makes two searches comparable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Different states.
    pub distinct: u64,
    /// Initial states and successors, duplicates included.
    pub generated: u64,
}

/// In which order stateright searches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Search {
    /// Breadth first.
    Bfs,
    /// Depth first: keeps the whole path with every state that waits, so only where paths are short.
    Dfs,
}

/// A model of a certain size.
#[derive(Clone, Copy, Debug)]
pub struct Rung {
    /// The name of the module.
    pub spec: &'static str,
    /// How many resource managers, philosophers, ballots.
    pub size: u32,
    /// What every tool must count.
    pub counts: Counts,
    /// The searches of stateright that end in reasonable memory.
    pub stateright: &'static [Search],
    /// Whether there is Promela.
    pub promela: bool,
}

const BOTH: &[Search] = &[Search::Bfs, Search::Dfs];

/// All of them, the quick ones first.
pub const RUNGS: &[Rung] = &[
    // Other tools have no symmetry, or need it written by hand.
    rung("SymmetricPaxos", 3, 17_153, 125_885, &[], false),
    rung("Paxos", 3, 185_369, 1_350_916, BOTH, false),
    rung("TwoPhase", 7, 296_448, 2_744_706, BOTH, true),
    rung("Philosophers", 9, 439_204, 3_277_612, &[Search::Bfs], true),
    rung("TwoPhase", 8, 1_745_408, 18_507_778, BOTH, true),
    rung("Philosophers", 10, 1_860_498, 15_426_871, &[Search::Bfs], true),
];

const fn rung(
    spec: &'static str,
    size: u32,
    distinct: u64,
    generated: u64,
    stateright: &'static [Search],
    promela: bool,
) -> Rung {
    Rung { spec, size, counts: Counts { distinct, generated }, stateright, promela }
}

impl Rung {
    /// `TwoPhase-8`: also the name of its `.cfg`.
    pub fn name(&self) -> String {
        format!("{}-{}", self.spec, self.size)
    }

    /// The module.
    pub fn tla(&self) -> PathBuf {
        models().join(self.spec).with_extension("tla")
    }

    /// The configuration of this size.
    pub fn cfg(&self) -> PathBuf {
        models().join(format!("{}.cfg", self.name()))
    }

    /// The Promela of every size.
    pub fn pml(&self) -> PathBuf {
        models().join(self.spec).with_extension("pml")
    }
}

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("models")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_there() {
        for rung in RUNGS {
            assert!(rung.tla().is_file() && rung.cfg().is_file(), "{}", rung.name());
            assert_eq!(rung.pml().is_file(), rung.promela, "{}", rung.name());
        }
    }
}
