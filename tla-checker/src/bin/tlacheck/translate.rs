//! `tlacheck translate`: the translation of an algorithm, in its file.
//!
//! Enters: the options. Leaves: the file, its configuration, and a line for each on standard output.
//! Holds: a file is replaced as a whole or not at all, and keeps its permissions; one that would not change
//! is not touched. Unlike pcal.trans, no copy is kept unless asked for (`--old`), and a configuration that
//! lacks nothing is left alone.

use super::args::{Color, Translate};
use super::{find, output, status};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use tla_checker::report::text::{TextOptions, write_diagnostics};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::pluscal::{self, FairnessOption, Options, Translated};
use tla_parser::source::SourceMap;

/// Translates; 0, or 150 if the algorithm is wrong.
///
/// # Errors
/// The output cannot be written.
pub fn translate(args: &Translate, color: Color) -> io::Result<i32> {
    let mut sources = SourceMap::new();
    match translate_file(args, &mut sources) {
        Ok((warnings, said)) => {
            show(&warnings, &sources, color)?;
            output::to_stdout(|out| out.write_all(said.as_bytes()))?;
            Ok(0)
        }
        Err(diagnostics) => {
            show(&diagnostics, &sources, color)?;
            let refused = diagnostics.iter().any(|d| d.code == code::NOT_IMPLEMENTED);
            Ok(if refused { status::CONFIG } else { status::PARSE })
        }
    }
}

fn show(diagnostics: &[Diagnostic], sources: &SourceMap, color: Color) -> io::Result<()> {
    let options = TextOptions { color: output::color_on_stderr(color), ..TextOptions::default() };
    output::to_stderr(|out| write_diagnostics(out, diagnostics, sources, &options))
}

fn options(args: &Translate) -> Options {
    let fairness = [
        (args.wf, FairnessOption::Weak),
        (args.sf, FairnessOption::Strong),
        (args.wf_next, FairnessOption::WeakNext),
        (args.nof, FairnessOption::None),
    ];
    Options {
        fairness: fairness.into_iter().find(|(given, _)| *given).map(|(_, option)| option),
        termination: args.termination,
        label: args.label || args.report_labels,
        label_root: args.label_root.clone(),
        line_width: args.line_width,
        no_done_disjunct: args.no_done_disjunct,
        no_cfg: args.no_cfg,
    }
}

/// The warnings, and what is said on standard output.
fn translate_file(
    args: &Translate,
    sources: &mut SourceMap,
) -> Result<(Vec<Diagnostic>, String), Vec<Diagnostic>> {
    let path = find::spec(&args.file).map_err(|d| vec![*d])?;
    let text = find::read(&path).map_err(|d| vec![*d])?;
    let file = sources.add(path.display().to_string(), text.as_str());
    let translated = pluscal::translate(file, &text, &options(args))?;
    if args.stdout {
        return Ok((translated.warnings, translated.text));
    }
    let mut said = String::new();
    let shown = path.display();
    let count = translated.lines.len();
    if translated.text == text {
        said.push_str(&format!("{shown}: the translation is as it was\n"));
    } else {
        if args.old {
            replace(&path.with_extension("old"), &text, Some(&path)).map_err(|d| vec![*d])?;
        }
        replace(&path, &translated.text, Some(&path)).map_err(|d| vec![*d])?;
        said.push_str(&format!("{shown}: translated to {count} lines\n"));
    }
    if args.report_labels {
        for (label, at) in &translated.added_labels {
            said.push_str(&format!("  label {label} added at line {}, column {}\n", at.line, at.column));
        }
    } else if !translated.added_labels.is_empty() {
        said.push_str(&format!(
            "  {} labels added (--report-labels says where)\n",
            translated.added_labels.len()
        ));
    }
    if !translated.options.no_cfg {
        said.push_str(&configure(&path.with_extension("cfg"), &translated).map_err(|d| vec![*d])?);
    }
    Ok((translated.warnings, said))
}

/// What stands above this line of a configuration is written anew with each translation.
const DELIMITER: &str = "\\* Add statements after this line.";

/// Writes the configuration, or adds to it what the translation needs. What was done, in words.
fn configure(path: &Path, translated: &Translated) -> Result<String, Box<Diagnostic>> {
    let old = if path.is_file() { Some(find::read(path)?) } else { None };
    let text = configuration(old.as_deref(), translated);
    match (&old, text) {
        (_, None) => Ok(String::new()),
        (Some(old), Some(text)) if *old == text => Ok(String::new()),
        (old, Some(text)) => {
            replace(path, &text, old.as_ref().map(|_| path))?;
            let what = if old.is_some() { "changed" } else { "written" };
            Ok(format!("{}: {what}\n", path.display()))
        }
    }
}

/// The text of a configuration; None if there is one that needs nothing.
fn configuration(old: Option<&str>, translated: &Translated) -> Option<String> {
    let eol = if old.is_some_and(|o| o.contains("\r\n")) { "\r\n" } else { "\n" };
    let lines: Vec<&str> = old.map_or_else(|| vec![DELIMITER], |text| text.lines().collect());
    let own = lines.iter().position(|line| line.contains(DELIMITER));
    let kept = &lines[own.unwrap_or(0)..];
    let has = |word: &str| {
        kept.iter().any(|line| {
            let code = line.split("\\*").next().unwrap_or_default();
            code.split_whitespace().any(|w| w == word)
        })
    };
    let mut added = Vec::new();
    // A behaviour that the user has named is the user's choice.
    if !["SPECIFICATION", "INIT", "NEXT"].iter().any(|word| has(word)) {
        added.push("SPECIFICATION Spec");
    }
    if translated.options.termination && !has("Termination") {
        added.push("PROPERTY Termination");
    }
    if translated.default_value && !has("defaultInitValue") {
        added.push("CONSTANT defaultInitValue = defaultInitValue");
    }
    if own.is_none() {
        if added.is_empty() {
            return None;
        }
        added.push(DELIMITER);
    }
    let all: Vec<&str> = added.into_iter().chain(kept.iter().copied()).collect();
    Some(all.iter().flat_map(|line| [*line, eol]).collect())
}

/// Puts a text in the place of a file, with the permissions of `like`.
fn replace(path: &Path, text: &str, like: Option<&Path>) -> Result<(), Box<Diagnostic>> {
    let write = || -> io::Result<()> {
        // A link stays a link.
        let target = if path.exists() { path.canonicalize()? } else { path.to_path_buf() };
        let folder = target
            .parent()
            .filter(|p| !p.as_os_str().is_empty())
            .map_or(PathBuf::from("."), Path::to_path_buf);
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        match like {
            Some(like) => file.as_file().set_permissions(std::fs::metadata(like)?.permissions())?,
            None => readable(file.as_file())?,
        }
        file.persist(target).map(|_| ()).map_err(|e| e.error)
    };
    write().map_err(|e| {
        let message = format!("cannot write {}: {e}", path.display());
        Box::new(Diagnostic::error(code::FILE_UNWRITABLE, message).note("nothing has been changed in it"))
    })
}

/// A temporary file is for its owner alone; a configuration is not.
#[cfg(unix)]
fn readable(file: &std::fs::File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &std::fs::File) -> io::Result<()> {
    Ok(())
}
