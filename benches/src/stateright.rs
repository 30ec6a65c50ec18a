//! The models of the suite in Rust, for stateright: written for speed, as somebody would who gives up TLA+ for it.
//! Each has the state graph of the TLA+, so that both counts agree; a state is one word.
//!
//! stateright has no deadlock check and no types to check: its property is the one that matters.

pub mod paxos;
pub mod philosophers;
pub mod two_phase;

use crate::suite::{Counts, Search};
use ::stateright::{Checker, Model};
use paxos::Paxos;
use philosophers::Philosophers;
use std::hash::Hash;
use two_phase::TwoPhase;

/// Searches a model of the suite without symmetry.
///
/// # Errors
/// There is no such model of this size, or its property does not hold.
pub fn run(spec: &str, size: u32, search: Search, threads: usize) -> Result<Counts, String> {
    match spec {
        "TwoPhase" if (1..=two_phase::MOST).contains(&size) => explore(TwoPhase::new(size), search, threads),
        "Philosophers" if (2..=philosophers::MOST).contains(&size) => {
            explore(Philosophers::new(size), search, threads)
        }
        "Paxos" if (1..=paxos::MOST).contains(&size) => explore(Paxos::new(size), search, threads),
        _ => Err(format!("there is no {spec} of size {size} in Rust")),
    }
}

fn explore<M>(model: M, search: Search, threads: usize) -> Result<Counts, String>
where
    M: Model + Send + Sync + 'static,
    M::State: Hash + Send + Sync,
{
    let builder = model.checker().threads(threads);
    match search {
        Search::Bfs => counts(&builder.spawn_bfs().join()),
        Search::Dfs => counts(&builder.spawn_dfs().join()),
    }
}

fn counts<M: Model>(checker: &impl Checker<M>) -> Result<Counts, String> {
    if let Some(name) =
        checker.model().properties().iter().map(|p| p.name).find(|p| checker.discovery(p).is_some())
    {
        return Err(format!("{name} does not hold"));
    }
    Ok(Counts { distinct: checker.unique_state_count() as u64, generated: checker.state_count() as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_graphs_are_those_of_the_tla() {
        let check = |spec, size, search, distinct, generated| {
            assert_eq!(run(spec, size, search, 1), Ok(Counts { distinct, generated }), "{spec}-{size}");
        };
        check("TwoPhase", 3, Search::Dfs, 288, 1_146);
        check("Paxos", 2, Search::Bfs, 3_921, 23_467);
        check("Philosophers", 8, Search::Bfs, 103_682, 687_769);
    }
}
