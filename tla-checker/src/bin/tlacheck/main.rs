//! `tlacheck`: the command line.
//!
//! Enters: arguments. Leaves: text and an exit status. Holds: this is the only file that ends the
//! process; everything it does is a call any Rust program can make of the library.

mod args;
mod argv;
mod check;
mod commands;
mod find;
mod mcp;
mod output;
mod progress;
mod repl;
mod run;
mod tool;
mod traces;
mod translate;

use args::{Cli, Command};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser};
use std::process::ExitCode;
use tla_checker::observer::Cancel;

/// An evaluation makes and drops many small values.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Exit statuses that are not a verdict's.
mod status {
    /// Wrong usage.
    pub const USAGE: i32 = 1;
    /// The spec cannot be parsed.
    pub const PARSE: i32 = 150;
    /// The model is wrong, or a feature is not built yet.
    pub const CONFIG: i32 = 151;
    /// Interrupted twice: 128 and the signal's number, as shells have it.
    pub const INTERRUPTED: i32 = 130;
    /// Anything else.
    pub const OTHER: i32 = 255;
}

fn main() -> ExitCode {
    let status = run_with(std::env::args_os().skip(1)).unwrap_or_else(|error| {
        // Standard output is full or closed; standard error may be too, which is nobody's fault.
        let _ = output::to_stderr(|out| writeln!(out, "error: cannot write the output: {error}"));
        status::OTHER
    });
    ExitCode::from(u8::try_from(status).unwrap_or(u8::MAX))
}

/// Ctrl-C cancels; the run ends with its counts so far. A second one ends the process at once.
fn cancel_on_interrupt(cancel: Cancel) {
    // Without a handler, Ctrl-C ends the process, which is the worst that can happen here.
    let _ = ctrlc::set_handler(move || {
        if cancel.is_cancelled() {
            std::process::exit(status::INTERRUPTED);
        }
        cancel.cancel();
    });
}

/// What the arguments ask for, done; the exit status.
fn run_with(arguments: impl Iterator<Item = std::ffi::OsString>) -> std::io::Result<i32> {
    let mut texts = Vec::new();
    for argument in arguments {
        match argument.into_string() {
            Ok(text) => texts.push(text),
            Err(bad) => {
                output::to_stderr(|out| {
                    writeln!(out, "error: the argument {} is not UTF-8", bad.to_string_lossy())
                })?;
                return Ok(status::USAGE);
            }
        }
    }
    if texts.first().is_some_and(|first| first == "mcp") {
        return mcp::start(&texts[1..]);
    }
    if texts.first().is_some_and(|first| first == "tlc") {
        texts = argv::of_tlc(texts.split_off(1));
    }
    let json = texts.iter().any(|a| matches!(a.trim_start_matches('-'), "json" | "events"));
    let tool = texts.iter().any(|a| a.trim_start_matches('-').eq_ignore_ascii_case("tool"));
    let arguments = match argv::normalise(texts) {
        Ok(arguments) => arguments,
        Err(refusal) => return check::refuse(refusal, json, tool),
    };
    let parse =
        |arguments: Vec<String>| Cli::try_parse_from(std::iter::once("tlacheck".to_owned()).chain(arguments));
    let cli = match parse(arguments.clone()) {
        Ok(cli) => cli,
        // `-nosuch` is a word that is misspelt, not `-n` and more letters.
        Err(error) if error.kind() == ErrorKind::UnknownArgument => {
            let error = parse(argv::as_words(arguments)).err().unwrap_or(error);
            if tool {
                return tool::usage(&error.render().to_string());
            }
            return usage(&error);
        }
        Err(error) if tool && error.use_stderr() => return tool::usage(&error.render().to_string()),
        Err(error) => return usage(&second_spec(&error).unwrap_or(error)),
    };
    let color = cli.check.color;
    match cli.command {
        None => check::check(&cli.check),
        Some(Command::Parse { files, syntax_only, json, library }) => {
            commands::parse(&files, syntax_only, json, &library, color)
        }
        Some(Command::Translate(args)) => translate::translate(&args, color),
        Some(Command::Eval { expression, module, library }) => {
            commands::eval(&expression, module.as_deref(), &library, color)
        }
        // It is taken off before the rest is parsed; what comes here follows options.
        Some(Command::Tlc { .. }) => tool::usage("`tlc` comes first: tlacheck tlc [-option] inputfile"),
        // It is taken off before the rest is parsed too.
        Some(Command::Mcp { .. }) => mcp::comes_first(),
        Some(Command::Trace(trace)) => check::trace(&trace, color),
        Some(Command::Repl(repl)) => repl::repl(&repl, color),
        Some(Command::Explain { code }) => commands::explain(code.as_deref()),
        Some(Command::Debug { stage, file, library }) => commands::debug(stage, &file, &library, color),
        Some(Command::Completions { shell }) => commands::completions(shell),
    }
}

/// What to say of a word after SPEC, which clap takes for a command.
fn second_spec(error: &clap::Error) -> Option<clap::Error> {
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else { return None };
    let mut command = Cli::command();
    if error.kind() != ErrorKind::ArgumentConflict || command.find_subcommand(word).is_some() {
        return None;
    }
    let message = format!("`{word}` is no option and no command, and there is a SPEC already");
    Some(command.error(ErrorKind::UnknownArgument, message))
}

/// clap's message: help and version to standard output, errors to standard error.
fn usage(error: &clap::Error) -> std::io::Result<i32> {
    let text = error.render();
    if error.use_stderr() {
        let color = output::color_on_stderr(args::Color::Auto);
        output::to_stderr(|out| if color { write!(out, "{}", text.ansi()) } else { write!(out, "{text}") })?;
        return Ok(status::USAGE);
    }
    let color = output::color_on_stdout(args::Color::Auto);
    output::to_stdout(|out| if color { write!(out, "{}", text.ansi()) } else { write!(out, "{text}") })?;
    Ok(0)
}
