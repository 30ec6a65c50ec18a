//! SPIN: the verifier of a model is C, compiled once a model; only its run is measured.
//!
//! Depth first, exhaustive, without partial-order reduction, with assertions and the check for invalid end states
//! (deadlocks) on. One core, whatever `--workers` says.

use super::{Found, Sample, Tool, number_before, sample};
use crate::process;
use crate::suite::{Counts, Rung};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

const NAME: &str = "SPIN";

/// States are stored as they are: faster than SPIN's default, which is to leave out padding.
const CFLAGS: &[&str] =
    &["-O2", "-DSAFETY", "-DNOREDUCE", "-DNOCOMP", "-DNOFAIR", "-DNOBOUNDCHECK", "-DMEMLIM=8192"];

/// A path of the philosophers has 1.7 million states. 2^22 chains hold the states of the largest model.
const LIMITS: &[&str] = &["-m2000000", "-w22"];

struct Spin {
    version: String,
    limit: Duration,
    verifiers: TempDir,
}

/// `spin` and `gcc`, if they are there.
pub fn find(limit: Duration) -> Found {
    let ask = |program, option| process::run(Command::new(program).arg(option), limit).map_err(|e| (NAME, e));
    let answer = ask("spin", "-V")?.output;
    let version = answer.trim().trim_start_matches("Spin Version ");
    let version = version.split(" -- ").next().unwrap_or(version).to_string();
    ask("gcc", "--version")?;
    let verifiers = tempfile::tempdir().map_err(|e| (NAME, e.to_string()))?;
    Ok(Box::new(Spin { version, limit, verifiers }))
}

impl Spin {
    /// The verifier of a model. The first request builds it.
    fn verifier(&self, rung: &Rung) -> Result<PathBuf, String> {
        let folder = self.verifiers.path().join(rung.name());
        let verifier = folder.join("pan");
        if verifier.exists() {
            return Ok(verifier);
        }
        std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
        let mut generate = Command::new("spin");
        generate.arg(format!("-DN={}", rung.size)).arg("-a").arg(rung.pml());
        let mut compile = Command::new("gcc");
        compile.args(CFLAGS).args(["-o", "pan", "pan.c"]);
        for step in [&mut generate, &mut compile] {
            process::run(step.current_dir(&folder), self.limit)?.success()?;
        }
        Ok(verifier)
    }
}

impl Tool for Spin {
    fn name(&self) -> &'static str {
        NAME
    }

    fn version(&self) -> &str {
        &self.version
    }

    fn workers(&self) -> usize {
        1
    }

    fn offers(&self, rung: &Rung) -> bool {
        rung.promela
    }

    fn run(&self, rung: &Rung) -> Result<Sample, String> {
        let verifier = self.verifier(rung)?;
        let mut command = Command::new(&verifier);
        command.args(LIMITS).current_dir(self.verifiers.path());
        let finished = process::run(&mut command, self.limit)?.success()?;
        if !finished.output.contains("errors: 0\n") {
            return Err("it found an error, or not all states".to_string());
        }
        let counts = number_before(&finished.output, " states, stored")
            .zip(number_before(&finished.output, " transitions ("))
            .map(|(distinct, generated)| Counts { distinct, generated })
            .ok_or("no counts in its output")?;
        Ok(sample(&finished, counts))
    }
}
