//! Where and when a run was: without it, figures mean nothing later.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use time::OffsetDateTime;

/// The machine, the day and the commit.
#[derive(Clone, Debug)]
pub struct Machine {
    /// The model of the CPU.
    pub cpu: String,
    /// How many cores this process may use.
    pub cores: usize,
    /// How many processes wanted one, on average over the last minute: above 0 the machine was busy.
    pub load: String,
    /// The day, UTC.
    pub date: String,
    /// The commit, with `-dirty` if the tree differs from it.
    pub commit: String,
}

impl Machine {
    /// This machine, now. What cannot be found out is `unknown`.
    pub fn here() -> Self {
        let unknown = || "unknown".to_string();
        let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let cpu = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        let load = fs::read_to_string("/proc/loadavg").ok();
        Self {
            cpu: cpu.map_or_else(unknown, |(_, model)| model.to_string()),
            cores: thread::available_parallelism().map_or(1, usize::from),
            load: load.as_deref().and_then(|l| l.split(' ').next()).map_or_else(unknown, String::from),
            date: OffsetDateTime::now_utc().date().to_string(),
            commit: commit().unwrap_or_else(unknown),
        }
    }
}

fn commit() -> Option<String> {
    let git = Command::new("git")
        .args(["describe", "--always", "--dirty", "--abbrev=9", "--exclude=*"])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .output()
        .ok()?;
    let name = String::from_utf8(git.stdout).ok()?.trim().to_string();
    (git.status.success() && !name.is_empty()).then_some(name)
}
