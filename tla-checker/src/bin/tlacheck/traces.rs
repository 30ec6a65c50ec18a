//! Error traces in files: written after a run, read before one.
//!
//! Enters: the options and what a run found. Leaves: files, and lines that say where they are. Holds: nothing
//! is written unless it was asked for and there is a trace; that a file cannot be written is a warning and does
//! not change the verdict.

use super::args::Check;
use super::find;
use std::path::{Path, PathBuf};
use tla_checker::check::Prepared;
use tla_checker::explore::validate;
use tla_checker::log::trace;
use tla_checker::model::Model;
use tla_checker::outcome::Outcome;
use tla_checker::report::error_trace::{Format, error_trace};
use tla_checker::report::exploration::exploration;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::Spec;
use tla_parser::source::SourceMap;

/// The files of `--dump-trace FORMAT FILE`.
///
/// # Errors
/// There is no such format.
pub fn formats(words: &[String]) -> Result<Vec<(Format, PathBuf)>, Box<Diagnostic>> {
    let pair = |pair: &[String]| {
        let [format, file] = pair else { unreachable!("clap wants two values") };
        match format.parse() {
            Ok(format) => Ok((format, PathBuf::from(file))),
            Err(why) => Err(Box::new(Diagnostic::error(code::DUMP_FORMAT, format!("--dump-trace: {why}")))),
        }
    };
    words.chunks(2).map(pair).collect()
}

/// Writes what was asked for of the first violation. Lines that say where it is, and what could not be written.
pub fn write(
    args: &Check,
    formats: &[(Format, PathBuf)],
    outcome: &Outcome,
    spec: &Spec,
    model: &Model,
    path: &Path,
) -> (Vec<String>, Vec<Diagnostic>) {
    let (mut lines, mut warnings) = (Vec::new(), Vec::new());
    let Some(violation) = outcome.violations.first().filter(|v| !v.trace.is_empty()) else {
        return (lines, warnings);
    };
    let mut write = |path: &Path, text: &str| {
        let written = std::fs::write(path, text);
        let failed = |error| format!("cannot write {}: {error}", path.display());
        warnings
            .extend(written.as_ref().err().map(|e| Diagnostic::warning(code::FILE_UNWRITABLE, failed(e))));
        written.is_ok()
    };
    for (format, path) in formats {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if write(path, &error_trace(*format, &name, violation, &spec.sources)) {
            lines.push(format!("the error trace is in {}", path.display()));
        }
    }
    if !args.generate_spec_te {
        return (lines, warnings);
    }
    let folder = args.te_spec_out_dir.as_deref().unwrap_or_else(|| path.parent().unwrap_or(Path::new("")));
    // The module extends the spec, and so is no namesake of it.
    let name = if &*spec.root_module().name == "SpecTE" { "SpecTE2" } else { "SpecTE" };
    if let Some(made) = exploration(name, violation, spec, model) {
        let [tla, cfg] = ["tla", "cfg"].map(|ending| folder.join(format!("{name}.{ending}")));
        if write(&tla, &made.tla) && write(&cfg, &made.cfg) {
            lines.push(format!("Trace exploration spec path: {}", tla.display()));
        }
    }
    (lines, warnings)
}

/// The trace of `--load-trace`, its names looked up.
///
/// # Errors
/// The file cannot be read, is no trace, or has other names than the spec.
pub fn load(
    path: &Path,
    prepared: &Prepared,
    sources: &mut SourceMap,
) -> Result<validate::Options, Vec<Diagnostic>> {
    let text = find::read(path).map_err(|error| vec![*error])?;
    let loaded =
        trace::load(&text).map_err(|why| {
            let message = format!("{} is no trace: {why}", path.display());
            vec![Diagnostic::error(code::TRACE_FORM, message).help(
                "`--dump-trace json FILE` writes one; so do `--json`, and TLC's `-dumpTrace json FILE`",
            )]
        })?;
    prepared.resolve_trace(&path.display().to_string(), &loaded, sources)
}
