//! stateright: `versus` runs itself for it, so that a process is measured here too.

use super::{Found, Sample, Tool, sample};
use crate::process;
use crate::suite::{Rung, Search};
use clap::ValueEnum;
use std::env;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// The one in `Cargo.toml`.
const VERSION: &str = "0.30.2";

struct Stateright {
    versus: PathBuf,
    search: Search,
    workers: usize,
    limit: Duration,
}

fn name(search: Search) -> &'static str {
    match search {
        Search::Bfs => "stateright bfs",
        Search::Dfs => "stateright dfs",
    }
}

/// It is always there. `versus stateright SPEC SIZE SEARCH THREADS` must print the counts as JSON.
pub fn find(search: Search, workers: usize, limit: Duration) -> Found {
    let versus = env::current_exe().map_err(|e| (name(search), e.to_string()))?;
    Ok(Box::new(Stateright { versus, search, workers, limit }))
}

impl Tool for Stateright {
    fn name(&self) -> &'static str {
        name(self.search)
    }

    fn version(&self) -> &str {
        VERSION
    }

    fn workers(&self) -> usize {
        self.workers
    }

    fn offers(&self, rung: &Rung) -> bool {
        rung.stateright.contains(&self.search)
    }

    fn run(&self, rung: &Rung) -> Result<Sample, String> {
        let search = self.search.to_possible_value().ok_or("has no name")?;
        let mut command = Command::new(&self.versus);
        command.args(["stateright", rung.spec, &rung.size.to_string(), search.get_name()]);
        command.arg(self.workers.to_string());
        let finished = process::run(&mut command, self.limit)?.success()?;
        let counts = serde_json::from_str(&finished.output).map_err(|e| format!("its JSON: {e}"))?;
        Ok(sample(&finished, counts))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_dependency() {
        assert!(include_str!("../../Cargo.toml").contains(&format!("stateright = \"={}\"", super::VERSION)));
    }
}
