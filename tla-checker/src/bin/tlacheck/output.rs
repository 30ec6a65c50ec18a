//! Where the program's words go.
//!
//! Enters: bytes. Leaves: standard output and error. Holds: a reader who has gone away (a broken pipe)
//! is not an error; colours only where they are wanted; no lock is held while nothing is written.

use super::args::Color;
use std::io::{self, ErrorKind, IsTerminal, Write};

/// Whether text on standard output is coloured.
pub fn color_on_stdout(color: Color) -> bool {
    wanted(color, io::stdout().is_terminal())
}

/// Whether text on standard error is coloured.
pub fn color_on_stderr(color: Color) -> bool {
    wanted(color, io::stderr().is_terminal())
}

fn wanted(color: Color, terminal: bool) -> bool {
    // <https://no-color.org>: set to anything but the empty text.
    let refused = std::env::var_os("NO_COLOR").is_some_and(|v| !v.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|v| v == "dumb");
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => terminal && !refused && !dumb,
    }
}

/// The columns of the terminal, or 100 where there is none.
pub fn width() -> usize {
    match terminal_size::terminal_size_of(io::stdout()) {
        Some((terminal_size::Width(columns), _)) => usize::from(columns).clamp(40, 160),
        None => 100,
    }
}

/// Writes to standard output what `write` makes.
///
/// # Errors
/// Writing failed, other than by a broken pipe.
pub fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    // Windows consoles that know no ANSI codes get none (anstream); elsewhere this is the identity.
    let stream = anstream::AutoStream::new(io::stdout().lock(), anstream::ColorChoice::AlwaysAnsi);
    finish(io::BufWriter::new(stream), write)
}

/// Writes to standard error what `write` makes.
///
/// # Errors
/// Writing failed, other than by a broken pipe.
pub fn to_stderr(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let stream = anstream::AutoStream::new(io::stderr().lock(), anstream::ColorChoice::AlwaysAnsi);
    finish(io::BufWriter::new(stream), write)
}

fn finish(mut out: impl Write, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
