//! The sub-commands other than checking.
//!
//! Enters: their arguments. Leaves: text, and an exit status. Holds: each does one thing and looks at
//! nothing but its arguments.

use super::args::{Cli, Color, Stage};
use super::{find, output, run, status};
use clap::CommandFactory;
use clap_complete::Shell;
use rayon::prelude::*;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tla_checker::report::json::Report;
use tla_checker::report::text::{TextOptions, write_diagnostics};
use tla_parser::code::{self, TABLE};
use tla_parser::diagnostic::Diagnostic;
use tla_parser::dump::{dump_module, dump_tokens};
use tla_parser::parse::{parse_file, tokens};
use tla_parser::source::{FileId, SourceMap};

/// `tlacheck parse`: 0, or 150 if a file has an error.
///
/// # Errors
/// The output cannot be written.
pub fn parse(
    files: &[PathBuf],
    syntax_only: bool,
    json: bool,
    library: &[PathBuf],
    color: Color,
) -> io::Result<i32> {
    let mut worst = 0;
    // All at once, reported in the order given.
    let parsed: Vec<(Vec<Diagnostic>, SourceMap)> = files
        .par_iter()
        .map(|given| {
            let mut sources = SourceMap::new();
            let diagnostics = parse_one(given, syntax_only, library, &mut sources);
            (diagnostics, sources)
        })
        .collect();
    for (diagnostics, sources) in parsed {
        let status = exit_status(&diagnostics, status::PARSE);
        worst = worst.max(status);
        if json {
            let outcome = match status {
                0 => "success",
                status::CONFIG => "refused",
                _ => "parse_error",
            };
            let report = Report::of_diagnostics(outcome, status, &diagnostics, &sources);
            output::to_stdout(|out| {
                serde_json::to_writer(&mut *out, &report).map_err(io::Error::from)?;
                writeln!(out)
            })?;
        } else {
            show(&diagnostics, &sources, color)?;
        }
    }
    Ok(worst)
}

fn parse_one(
    given: &Path,
    syntax_only: bool,
    library: &[PathBuf],
    sources: &mut SourceMap,
) -> Vec<Diagnostic> {
    let path = match find::spec(given) {
        Ok(path) => path,
        Err(diagnostic) => return vec![*diagnostic],
    };
    if !syntax_only {
        return match run::load(&path, library) {
            Ok(resolved) => {
                *sources = resolved.spec.sources;
                resolved.warnings
            }
            Err(rejected) => {
                *sources = rejected.sources;
                rejected.diagnostics
            }
        };
    }
    match add(&path, sources) {
        Ok(file) => parse_file(sources, file).diagnostics,
        Err(diagnostic) => vec![*diagnostic],
    }
}

/// `tlacheck eval`: the value, or 75 (or 150 if the module cannot be parsed).
///
/// # Errors
/// The output cannot be written.
pub fn eval(expression: &str, module: Option<&Path>, library: &[PathBuf], color: Color) -> io::Result<i32> {
    let mut sources = SourceMap::new();
    let module = match module.map(find::spec).transpose() {
        Ok(module) => module,
        Err(diagnostic) => {
            show(&[*diagnostic], &sources, color)?;
            return Ok(status::PARSE);
        }
    };
    match run::evaluate(&mut sources, expression, module.as_deref(), library) {
        Ok(value) => {
            output::to_stdout(|out| writeln!(out, "{value}"))?;
            Ok(0)
        }
        Err(diagnostics) => {
            show(&diagnostics, &sources, color)?;
            // E05 is the evaluator's range.
            let failed = diagnostics.iter().any(|d| d.code.0.starts_with("E05"));
            Ok(if failed { 75 } else { exit_status(&diagnostics, status::PARSE) })
        }
    }
}

/// `tlacheck explain`: what a code means, or the list of all.
///
/// # Errors
/// The output cannot be written.
pub fn explain(given: Option<&str>) -> io::Result<i32> {
    let Some(given) = given else {
        output::to_stdout(|out| {
            TABLE.iter().try_for_each(|row| writeln!(out, "{}  {}", row.code, row.title))
        })?;
        return Ok(0);
    };
    match code::explain(given) {
        Some(row) => {
            output::to_stdout(|out| writeln!(out, "{}: {}\n\n{}", row.code, row.title, row.text))?;
            Ok(0)
        }
        None => {
            output::to_stderr(|out| {
                writeln!(out, "error: there is no code {given}; `tlacheck explain` lists all of them")
            })?;
            Ok(status::USAGE)
        }
    }
}

/// `tlacheck debug`.
///
/// # Errors
/// The output cannot be written.
pub fn debug(stage: Stage, given: &Path, library: &[PathBuf], color: Color) -> io::Result<i32> {
    let mut sources = SourceMap::new();
    match debug_text(stage, given, library, &mut sources) {
        Ok((text, diagnostics)) => {
            output::to_stdout(|out| out.write_all(text.as_bytes()))?;
            show(&diagnostics, &sources, color)?;
            Ok(exit_status(&diagnostics, status::PARSE))
        }
        Err(diagnostics) => {
            show(&diagnostics, &sources, color)?;
            Ok(exit_status(&diagnostics, status::PARSE))
        }
    }
}

fn debug_text(
    stage: Stage,
    given: &Path,
    library: &[PathBuf],
    sources: &mut SourceMap,
) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let path = find::spec(given).map_err(|d| vec![*d])?;
    if stage == Stage::Ir {
        return run::ir(sources, &path, library).map(|text| (text, Vec::new()));
    }
    let file = add(&path, sources).map_err(|d| vec![*d])?;
    if stage == Stage::Tokens {
        return Ok((dump_tokens(sources, file, &tokens(sources, file)), Vec::new()));
    }
    let parsed = parse_file(sources, file);
    let mut text = String::new();
    for module in &parsed.modules {
        text.push_str(&dump_module(module));
    }
    Ok((text, parsed.diagnostics))
}

/// `tlacheck completions`.
///
/// # Errors
/// The output cannot be written.
pub fn completions(shell: Shell) -> io::Result<i32> {
    // clap_complete panics when its writer fails, so it writes to memory.
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "tlacheck", &mut text);
    output::to_stdout(|out| out.write_all(&text))?;
    Ok(0)
}

fn add(path: &Path, sources: &mut SourceMap) -> Result<FileId, Box<Diagnostic>> {
    let text = find::read(path)?;
    Ok(sources.add(path.display().to_string(), Arc::from(text)))
}

fn show(diagnostics: &[Diagnostic], sources: &SourceMap, color: Color) -> io::Result<()> {
    let options = TextOptions { color: output::color_on_stderr(color), ..TextOptions::default() };
    output::to_stderr(|out| write_diagnostics(out, diagnostics, sources, &options))
}

/// 0 without errors, 151 for what is not built yet, else `otherwise`.
fn exit_status(diagnostics: &[Diagnostic], otherwise: i32) -> i32 {
    match diagnostics.iter().find(|d| d.is_error()) {
        None => 0,
        Some(d) if d.code == code::NOT_IMPLEMENTED => status::CONFIG,
        Some(_) => otherwise,
    }
}
