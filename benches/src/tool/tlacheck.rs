//! tlacheck itself, as a user runs it.

use super::{Found, Sample, Tool, sample};
use crate::process;
use crate::suite::{Counts, Rung};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const NAME: &str = "tlacheck";

struct Tlacheck {
    bin: PathBuf,
    version: String,
    workers: usize,
    limit: Duration,
}

#[derive(Deserialize)]
struct Answer {
    distinct_states: u64,
    states_generated: u64,
}

/// The binary at `bin`.
pub fn find(bin: &Path, workers: usize, limit: Duration) -> Found {
    let version = process::run(Command::new(bin).arg("--version"), limit)
        .and_then(process::Finished::success)
        .map_err(|e| (NAME, format!("{e}; build it with `cargo build --release`, or say --bin")))?;
    let version = version.output.trim().trim_start_matches("tlacheck ").to_string();
    Ok(Box::new(Tlacheck { bin: bin.to_path_buf(), version, workers, limit }))
}

impl Tool for Tlacheck {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn workers(&self) -> usize {
        self.workers
    }

    fn offers(&self, _: &Rung) -> bool {
        true
    }

    fn run(&self, rung: &Rung) -> Result<Sample, String> {
        let mut command = Command::new(&self.bin);
        command.arg(rung.tla()).arg("--config").arg(rung.cfg());
        command.args(["--json", "--workers", &self.workers.to_string()]);
        let finished = process::run(&mut command, self.limit)?.success()?;
        let last = finished.output.lines().next_back().unwrap_or_default();
        let answer: Answer = serde_json::from_str(last).map_err(|e| format!("its JSON: {e}"))?;
        let counts = Counts { distinct: answer.distinct_states, generated: answer.states_generated };
        Ok(sample(&finished, counts))
    }
}
