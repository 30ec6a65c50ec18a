//! What happens while a run is under way, as JSON lines (`--events`).
//!
//! Enters: the calls of an [`Observer`]. Leaves: one [`Event`] a line. Holds: the run goes on when
//! nobody reads any more: a failed write ends the writing, not the run. The report of
//! [`super::json`] is the line after the last event, and has no `event` field.

use crate::observer::{Observer, Simulated};
use crate::space::Progress;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// One event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run begins.
    Start {
        /// The spec's file.
        spec: String,
        /// The configuration's file, if there is one.
        config: Option<String>,
    },
    /// How far the run is; a few times a second and at each level's end.
    Progress {
        /// Wall time since the start.
        seconds: f64,
        /// States generated.
        states_generated: u64,
        /// States kept.
        distinct_states: u64,
        /// States that wait to be expanded.
        queue: u64,
        /// Levels begun.
        depth: u32,
        /// States generated a second, on average.
        states_per_second: f64,
    },
    /// How far a simulation is; a few times a second.
    Simulation {
        /// Wall time since the start.
        seconds: f64,
        /// Behaviours that have come to their end.
        behaviours: u64,
        /// States generated.
        states_generated: u64,
        /// States generated a second, on average.
        states_per_second: f64,
    },
    /// A checkpoint is complete.
    Checkpoint {
        /// The folder it is in.
        folder: String,
        /// States kept when it was written.
        distinct_states: u64,
    },
    /// Text that the spec printed.
    Print {
        /// The text.
        text: String,
    },
}

/// An observer that writes each event as a line of JSON.
pub struct EventWriter<W> {
    writer: Mutex<Option<W>>,
    start: Instant,
}

impl<W: Write + Send> EventWriter<W> {
    /// Writes to `writer`; the clock starts now.
    pub fn new(writer: W) -> Self {
        EventWriter { writer: Mutex::new(Some(writer)), start: Instant::now() }
    }

    /// Writes one event.
    pub fn write(&self, event: &Event) {
        let mut guard = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = guard.as_mut() else { return };
        let Ok(mut line) = serde_json::to_vec(event) else { return };
        line.push(b'\n');
        if writer.write_all(&line).and_then(|()| writer.flush()).is_err() {
            *guard = None;
        }
    }
}

impl<W: Write + Send> Observer for EventWriter<W> {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        let seconds = self.start.elapsed().as_secs_f64();
        self.write(&Event::Progress {
            seconds,
            states_generated: progress.generated,
            distinct_states: progress.distinct,
            queue: progress.queue,
            depth: progress.level,
            states_per_second: if seconds > 0.0 { progress.generated as f64 / seconds } else { 0.0 },
        });
        ControlFlow::Continue(())
    }

    fn simulated(&self, progress: Simulated) -> ControlFlow<()> {
        let seconds = self.start.elapsed().as_secs_f64();
        self.write(&Event::Simulation {
            seconds,
            behaviours: progress.behaviours,
            states_generated: progress.generated,
            states_per_second: if seconds > 0.0 { progress.generated as f64 / seconds } else { 0.0 },
        });
        ControlFlow::Continue(())
    }

    fn checkpoint(&self, folder: &Path, progress: Progress) {
        let folder = folder.display().to_string();
        self.write(&Event::Checkpoint { folder, distinct_states: progress.distinct });
    }

    fn print(&self, text: &str) {
        self.write(&Event::Print { text: text.into() });
    }
}
