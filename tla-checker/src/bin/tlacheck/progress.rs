//! What is shown while a search runs.
//!
//! Enters: the calls of an [`Observer`]. Leaves: a line on the terminal that is drawn over and over, and
//! the text that the spec prints. Holds: the terminal is standard error, so that standard output can be
//! piped; what the spec prints goes to standard output, or to standard error with `--json`.

use super::output;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tla_checker::observer::{Observer, Simulated};
use tla_checker::space::Progress;

/// Progress on a terminal.
pub struct Bar {
    bar: ProgressBar,
    start: Instant,
}

impl Bar {
    /// Starts the clock; nothing is drawn before the first progress.
    pub fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        // The template is a constant that indicatif accepts; if it did not, the default would do.
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed} {msg}") {
            bar.set_style(style);
        }
        Bar { bar, start: Instant::now() }
    }

    /// Clears the line.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl Observer for Bar {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        let elapsed = self.start.elapsed();
        // Short runs end before anything needs to be said.
        if elapsed > Duration::from_millis(300) {
            let rate = progress.generated as f64 / elapsed.as_secs_f64();
            self.bar.set_message(format!(
                "{} generated, {} distinct, {} queued, depth {}, {} states/s",
                HumanCount(progress.generated),
                HumanCount(progress.distinct),
                HumanCount(progress.queue),
                progress.level,
                HumanCount(rate as u64),
            ));
            self.bar.tick();
        }
        ControlFlow::Continue(())
    }

    fn simulated(&self, progress: Simulated) -> ControlFlow<()> {
        let elapsed = self.start.elapsed();
        if elapsed > Duration::from_millis(300) {
            let rate = progress.generated as f64 / elapsed.as_secs_f64();
            self.bar.set_message(format!(
                "{} behaviours, {} states generated, {} states/s",
                HumanCount(progress.behaviours),
                HumanCount(progress.generated),
                HumanCount(rate as u64),
            ));
            self.bar.tick();
        }
        ControlFlow::Continue(())
    }

    fn checkpoint(&self, folder: &Path, progress: Progress) {
        self.bar.suspend(|| checkpoint(folder, progress));
    }

    fn print(&self, text: &str) {
        self.bar.suspend(|| print(text, false));
    }
}

/// No progress: standard error is not a terminal.
pub struct Plain {
    json: bool,
}

impl Plain {
    /// With `--json`, what the spec prints goes to standard error.
    pub fn new(json: bool) -> Self {
        Plain { json }
    }
}

impl Observer for Plain {
    fn checkpoint(&self, folder: &Path, progress: Progress) {
        checkpoint(folder, progress);
    }

    fn print(&self, text: &str) {
        print(text, self.json);
    }
}

/// What the spec prints goes to a file, all else to another observer.
pub struct UserFile<'o> {
    file: Mutex<std::fs::File>,
    rest: &'o dyn Observer,
}

impl<'o> UserFile<'o> {
    /// Prints to `file`.
    pub fn new(file: std::fs::File, rest: &'o dyn Observer) -> Self {
        UserFile { file: Mutex::new(file), rest }
    }
}

impl Observer for UserFile<'_> {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        self.rest.progress(progress)
    }

    fn initial(&self, progress: Progress) {
        self.rest.initial(progress);
    }

    fn checking(&self, states: u64, complete: bool) {
        self.rest.checking(states, complete);
    }

    fn checked(&self) {
        self.rest.checked();
    }

    fn simulated(&self, progress: Simulated) -> ControlFlow<()> {
        self.rest.simulated(progress)
    }

    fn checkpoint(&self, folder: &Path, progress: Progress) {
        self.rest.checkpoint(folder, progress);
    }

    fn print(&self, text: &str) {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // That it cannot be written does not stop the search.
        let _ = writeln!(file, "{text}");
    }
}

/// A checkpoint is complete.
fn checkpoint(folder: &Path, progress: Progress) {
    let (states, folder) = (HumanCount(progress.distinct), folder.display());
    let _ = output::to_stderr(|out| writeln!(out, "checkpoint: {states} states in {folder}"));
}

/// A line that the spec printed. That it cannot be written does not stop the search.
fn print(text: &str, to_stderr: bool) {
    let write = |out: &mut dyn Write| writeln!(out, "{text}");
    let _ = if to_stderr { output::to_stderr(write) } else { output::to_stdout(write) };
}
