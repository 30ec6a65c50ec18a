//! TLC, from its jar. Its process is a JVM: the start of that and its compiler count.

use super::{Found, Sample, Tool, number_before, sample};
use crate::process;
use crate::suite::{Counts, Rung};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const NAME: &str = "TLC";

struct Tlc {
    jar: PathBuf,
    version: String,
    workers: usize,
    limit: Duration,
}

/// The jar, if one is named and a Java runtime is there.
pub fn find(jar: Option<&Path>, workers: usize, limit: Duration) -> Found {
    let jar = jar.ok_or((NAME, "no --jar tla2tools.jar".to_string()))?;
    let jar = jar.canonicalize().map_err(|e| (NAME, format!("{}: {e}", jar.display())))?;
    // Without a module it says who it is and fails.
    let asked = process::run(&mut java(&jar), limit).map_err(|e| (NAME, e))?;
    let version = asked.output.lines().find_map(|line| line.strip_prefix("TLC2 Version "));
    let version = version.ok_or_else(|| (NAME, format!("{} is no TLC", jar.display())))?;
    // The packaged ones are of "Day Month 20??".
    let version = version.split(" of ").next().unwrap_or(version).to_string();
    Ok(Box::new(Tlc { jar, version, workers, limit }))
}

/// The parallel collector is what TLC itself recommends for throughput.
fn java(jar: &Path) -> Command {
    let mut command = Command::new("java");
    command.arg("-XX:+UseParallelGC").arg("-cp").arg(jar).arg("tlc2.TLC");
    command
}

impl Tool for Tlc {
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
        let states = tempfile::tempdir().map_err(|e| e.to_string())?;
        let mut command = java(&self.jar);
        command.args(["-workers", &self.workers.to_string()]).arg("-metadir").arg(states.path());
        // It takes both names for names in the working folder, if the module's is given with its folder.
        let folder = rung.tla().parent().map(Path::to_path_buf).ok_or("the module is in no folder")?;
        command.current_dir(folder).arg("-config").arg(rung.cfg()).arg(rung.spec);
        let finished = process::run(&mut command, self.limit)?.success()?;
        let counts = number_before(&finished.output, " distinct states found")
            .zip(number_before(&finished.output, " states generated"))
            .map(|(distinct, generated)| Counts { distinct, generated })
            .ok_or("no counts in its output")?;
        Ok(sample(&finished, counts))
    }
}
