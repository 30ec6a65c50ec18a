//! Which files a search needs, and whether it can have them.
//!
//! Enters: the options and the space. Leaves: the folders, locked, or why the search cannot begin. Holds:
//! nothing is written unless memory is bounded or checkpoints are asked for.

use super::Options;
use super::checkpoint::{self, Saving};
use super::disk::{Disk, scratch_folder};
use crate::failure::{Failure, FailureKind};
use crate::outcome::Outcome;
use crate::space::StateSpace;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tla_parser::code::{self, Code};

/// The folders of a search.
pub(super) struct Files {
    /// Where states go that there is no memory for.
    pub scratch: Option<Arc<Disk>>,
    /// Where checkpoints go.
    pub saving: Option<Saving>,
    /// Where the checkpoint is that the search begins with.
    pub source: Option<Arc<Disk>>,
}

/// How much may be in memory.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Keys of seen states.
    pub keys: usize,
    /// Bytes of states that wait, a level.
    pub waiting: usize,
}

impl Options {
    /// How much may be in memory, if that is bounded.
    pub(super) fn room(&self) -> Option<Room> {
        if let Some(keys) = self.spill_after {
            return Some(Room { keys, waiting: keys * 16 });
        }
        let memory = usize::try_from(self.memory?).unwrap_or(usize::MAX);
        // A key takes 20 bytes with the free slots: that is a half. Candidates that are looked for on disk
        // take a thirtieth, and so do the levels; the rest is for evaluation.
        Some(Room { keys: (memory / 40).max(1 << 10), waiting: memory / 64 })
    }
}

impl Files {
    /// Finds and locks the folders.
    ///
    /// # Errors
    /// The space cannot be searched like that, or a folder cannot be used.
    pub fn open<S: StateSpace>(space: &S, options: &Options) -> Result<Self, Box<Failure>> {
        if let Some(failure) = refusal(space, options) {
            return Err(failure);
        }
        let unusable = |e: io::Error| {
            let help = "name another folder with --metadir".to_owned();
            refused(code::DISK, format!("the folder cannot be used: {e}"), Some(help))
        };
        let kept = |folder: &Path| Disk::kept(folder, options.disk_room).map(Arc::new).map_err(unusable);
        let source = match &options.recover {
            Some(folder) => {
                checkpoint::exists(folder)?;
                Some(kept(folder)?)
            }
            None => None,
        };
        let keeps = match (&options.checkpoint, &source) {
            (None, _) => None,
            (Some(_), Some(source)) => Some(source.clone()),
            (Some(_), None) => Some(kept(options.folder.as_deref().unwrap_or(Path::new("checkpoint")))?),
        };
        let scratch = options.room().map(|_| match &keeps {
            Some(disk) => disk.clone(),
            None => Arc::new(Disk::scratch(options.folder.as_deref(), options.disk_room)),
        });
        let saving = keeps.map(|disk| Saving::new(disk, options.checkpoint));
        Ok(Files { scratch, saving, source })
    }
}

/// Why a space cannot be searched with these options, if it cannot.
fn refusal<S: StateSpace>(space: &S, options: &Options) -> Option<Box<Failure>> {
    let spills = options.memory.is_some() || options.spill_after.is_some();
    let saves = options.checkpoint.is_some() || options.recover.is_some();
    if let Some(why) = space.order_dependent().filter(|_| spills || saves) {
        let option = if spills { "--memory" } else { "a checkpoint" };
        let message = format!("the spec cannot be checked with {option}: its meaning depends on the order");
        let mut failure = refused(code::KEEPS_NO_ORDER, message, Some("leave the option out".to_owned()));
        failure.notes.push(format!("its meaning depends on the order of evaluation: {why}"));
        return Some(failure);
    }
    if spills && (space.shares_keys() || options.fingerprint_bits < 64) {
        let what = if space.has_symmetry() { "SYMMETRY" } else { "VIEW" };
        let message = format!("--memory with {what} is not implemented yet");
        let help = format!("leave --memory out, or the {what}");
        return Some(refused(code::NOT_IMPLEMENTED, message, Some(help)));
    }
    let lively = !space.properties().temporal.duties.is_empty();
    let others = [
        ("--exact", options.exact),
        ("--dump", options.dump.is_some()),
        ("a temporal property", lively && options.liveness != super::Liveness::Off),
    ];
    let other = others.iter().find(|(_, asked)| *asked && (spills || saves));
    other.map(|(name, _)| {
        let option = if spills { "--memory" } else { "a checkpoint" };
        let message = format!("{name} with {option} is not implemented yet");
        refused(code::NOT_IMPLEMENTED, message, Some("leave one of them out".to_owned()))
    })
}

/// The outcome that refuses a space which cannot be searched with these options, if it cannot.
pub(crate) fn refused_files<S: StateSpace>(space: &S, options: &Options) -> Option<Outcome> {
    refusal(space, options).map(super::refused)
}

/// Where states go that there is no memory for, if no folder is named.
pub fn default_scratch() -> PathBuf {
    scratch_folder()
}

fn refused(code: Code, message: String, help: Option<String>) -> Box<Failure> {
    Box::new(Failure { kind: FailureKind::System, code, message, help, ..Failure::internal("") })
}
