//! A process, run to its end or to a limit, and the CPU time that it and its children took.
//!
//! The time of children is known for all of them together: only one may run at a time, and that holds because
//! [`run`] waits.

use nix::sys::resource::{UsageWho, getrusage};
use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use wait_timeout::ChildExt;

/// What a process left behind.
#[derive(Debug)]
pub struct Finished {
    /// How it ended.
    pub status: ExitStatus,
    /// All it printed, what it printed to stderr last.
    pub output: String,
    /// User and system time.
    pub cpu: Duration,
    /// Time by the clock.
    pub wall: Duration,
}

/// Runs a command.
///
/// # Errors
/// It cannot be started, or does not end within `limit` and was killed; as a sentence.
pub fn run(command: &mut Command, limit: Duration) -> Result<Finished, String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let failed = |error: &dyn std::fmt::Display| format!("{program}: {error}");
    let mut stdout = tempfile::tempfile().map_err(|e| failed(&e))?;
    let mut stderr = tempfile::tempfile().map_err(|e| failed(&e))?;
    let (before, start) = (children()?, Instant::now());
    let mut child = command
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().map_err(|e| failed(&e))?)
        .stderr(stderr.try_clone().map_err(|e| failed(&e))?)
        .spawn()
        .map_err(|e| failed(&e))?;
    let status = child.wait_timeout(limit).map_err(|e| failed(&e))?;
    let Some(status) = status else {
        child.kill().and_then(|()| child.wait()).map_err(|e| failed(&e))?;
        return Err(format!("not done after {} s", limit.as_secs()));
    };
    let (wall, cpu) = (start.elapsed(), children()?.saturating_sub(before));
    let mut output = text(&mut stdout).map_err(|e| failed(&e))?;
    output += &text(&mut stderr).map_err(|e| failed(&e))?;
    Ok(Finished { status, output, cpu, wall })
}

impl Finished {
    /// What it printed.
    ///
    /// # Errors
    /// It did not end with 0: how it ended, and the line that speaks of an error, or the last one.
    pub fn success(self) -> Result<Self, String> {
        if self.status.success() {
            return Ok(self);
        }
        let mut lines = self.output.lines().filter(|line| !line.trim().is_empty());
        let telling = lines.clone().find(|line| line.contains("rror")).or_else(|| lines.next_back());
        Err(format!("{}: {}", self.status, telling.unwrap_or("nothing printed").trim()))
    }
}

/// The text of a file from its start: the child and we share its position.
fn text(file: &mut File) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The CPU time of all children that have ended.
fn children() -> Result<Duration, String> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|e| e.to_string())?;
    let micros = [usage.user_time(), usage.system_time()].map(|t| t.tv_sec() * 1_000_000 + t.tv_usec());
    Ok(Duration::from_micros(micros.iter().sum::<i64>().unsigned_abs()))
}
