//! `tlacheck mcp`: starts the MCP server of `specgen`.
//!
//! Enters: the arguments behind `mcp`. Leaves: the server's exit status; where there is no server, a message that says
//! what is missing and where it was sought. Holds: nothing of the server is in this program, which knows neither HTTP
//! nor the protocol; it takes `specgen` beside itself before one on PATH.

use super::{output, status};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the program is called.
const PROGRAM: &str = if cfg!(windows) { "specgen.exe" } else { "specgen" };

/// Starts the server with these arguments; its exit status.
///
/// # Errors
/// The message cannot be written.
pub fn start(arguments: &[String]) -> io::Result<i32> {
    let beside = std::env::current_exe().ok().and_then(|own| own.parent().map(Path::to_path_buf));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let Some(program) = find(beside.as_deref(), std::env::split_paths(&path)) else {
        let beside = beside.map_or_else(|| "this program".to_owned(), |folder| folder.display().to_string());
        output::to_stderr(|out| {
            writeln!(
                out,
                "error: `tlacheck mcp` starts the server of `{PROGRAM}`, and there is no such program"
            )?;
            writeln!(out, "note: sought in {beside} and in the folders of PATH")?;
            writeln!(out, "help: build it with `cargo build --release --package specgen`, and put it there")
        })?;
        return Ok(status::OTHER);
    };
    let mut command = Command::new(&program);
    command.arg("mcp").args(arguments);
    match hand_over(command) {
        Ok(status) => Ok(status),
        Err(error) => {
            output::to_stderr(|out| writeln!(out, "error: cannot start {}: {error}", program.display()))?;
            Ok(status::OTHER)
        }
    }
}

/// That options stand before the command.
///
/// # Errors
/// The message cannot be written.
pub fn comes_first() -> io::Result<i32> {
    output::to_stderr(|out| {
        writeln!(out, "error: `mcp` comes first: tlacheck mcp [--http ADDR] [--root DIR]")
    })?;
    Ok(status::USAGE)
}

/// The program beside this one, or in one of these folders.
fn find(beside: Option<&Path>, mut folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    let here = beside.map(|folder| folder.join(PROGRAM)).filter(|program| program.is_file());
    here.or_else(|| folders.find_map(|folder| Some(folder.join(PROGRAM)).filter(|program| program.is_file())))
}

/// Runs a program in the place of this one, so that signals and standard input are its own.
#[cfg(unix)]
fn hand_over(mut command: Command) -> io::Result<i32> {
    use std::os::unix::process::CommandExt;
    Err(command.exec())
}

#[cfg(not(unix))]
fn hand_over(mut command: Command) -> io::Result<i32> {
    Ok(command.status()?.code().unwrap_or(status::OTHER))
}
