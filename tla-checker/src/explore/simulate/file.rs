//! Behaviours as files: a TLA+ module each, with a definition a state, as TLC writes them.

use super::{Options, unwritable};
use crate::failure::{Failure, FailureKind};
use crate::outcome::TraceState;
use std::fmt::Write;
use std::io;
use std::path::{Path, PathBuf};
use tla_parser::code;

/// The file of a behaviour.
fn path(files: &Path, number: u64) -> PathBuf {
    let mut path = files.to_owned();
    path.as_mut_os_string().push(format!("_{number}"));
    path
}

/// Whether files can be written there.
///
/// # Errors
/// There is no such folder, or it cannot be written to.
pub(super) fn try_out(files: &Path) -> Result<(), Box<Failure>> {
    let folder = files.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match tempfile::tempfile_in(folder) {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(unwritable(format!("behaviours cannot be written to {}: {error}", folder.display())))
        }
    }
}

/// Writes a behaviour.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(files: &Path, number: u64, text: &str) -> io::Result<()> {
    std::fs::write(path(files, number), text)
}

/// A behaviour could not be written.
pub(super) fn failure(error: &io::Error) -> Failure {
    Failure {
        kind: FailureKind::System,
        code: code::DISK,
        message: format!("a behaviour cannot be written: {error}"),
        help: Some("make room, or name another file".to_owned()),
        ..Failure::internal("")
    }
}

/// The module of a behaviour.
pub(super) fn module(options: &Options, number: u64, states: &[TraceState]) -> String {
    let name = options.files.as_deref().map(|files| path(files, number));
    let name = name.as_deref().and_then(Path::file_name).unwrap_or_default().to_string_lossy();
    let mut text = format!("---------------- MODULE {name} -----------------\n");
    for (at, state) in states.iter().enumerate() {
        // Writing to a text does not fail.
        let _ = writeln!(text, "\\* {}\nSTATE_{} ==", state.action, at + 1);
        for (variable, value) in &state.state {
            let _ = writeln!(text, "/\\ {variable} = {value}");
        }
        text.push_str("\n\n");
    }
    text + "=================================================\n"
}
