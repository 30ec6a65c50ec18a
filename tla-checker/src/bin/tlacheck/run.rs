//! The calls into the library, in one place.
//!
//! Enters: files, a model, options. Leaves: an outcome, a value or text, or diagnostics.

use super::find;
use std::path::{Path, PathBuf};
use tla_checker::check::{self, Prepared};
use tla_checker::eval::Bounds;
use tla_checker::session::EVERYDAY;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::library::Library;
use tla_parser::pluscal::{self, Options, translate};
use tla_parser::resolve::{Rejected, Resolved, load_as, load_file, load_text};
use tla_parser::source::SourceMap;

/// Where modules are sought, besides the spec's own folder.
pub fn library(folders: &[PathBuf]) -> Library {
    folders.iter().fold(Library::new(), Library::with_folder)
}

/// Parses and resolves a spec and every module it needs. Errors: exit status 150. What is to be said of
/// algorithms whose translations are missing or stale is among the diagnostics.
pub fn load(spec: &Path, folders: &[PathBuf]) -> Result<Resolved, Box<Rejected>> {
    about_algorithms(load_file(spec, &library(folders)))
}

/// The same, the spec's own algorithm translated in memory.
pub fn load_translated(spec: &Path, folders: &[PathBuf]) -> Result<Resolved, Box<Rejected>> {
    let rejected = |sources, diagnostics| Err(Box::new(Rejected { sources, diagnostics }));
    let mut sources = SourceMap::new();
    let text = match find::read(spec) {
        Ok(text) => text,
        Err(d) => return rejected(sources, vec![*d]),
    };
    let file = sources.add(spec.display().to_string(), text.as_str());
    let translated = match translate(file, &text, &Options::default()) {
        Ok(translated) => translated,
        Err(diagnostics) => return rejected(sources, diagnostics),
    };
    // Its warnings point before the translation, where the text is the same.
    let loaded = about_algorithms(load_as(spec, &translated.text, &library(folders)));
    let more = translated.warnings;
    loaded.map(|r| Resolved { warnings: [more, r.warnings].concat(), ..r })
}

fn about_algorithms(loaded: Result<Resolved, Box<Rejected>>) -> Result<Resolved, Box<Rejected>> {
    let found = |sources: &SourceMap| -> Vec<Diagnostic> {
        let own = sources.files().filter(|(_, f)| !f.name.starts_with("<embedded>"));
        own.flat_map(|(id, f)| pluscal::check(id, &f.text)).collect()
    };
    match loaded {
        Ok(mut resolved) => {
            resolved.warnings.extend(found(&resolved.spec.sources));
            Ok(resolved)
        }
        Err(mut rejected) => {
            let found = found(&rejected.sources);
            rejected.diagnostics.extend(found);
            Err(rejected)
        }
    }
}

/// The value of an expression in the context of a module, as TLA+ text.
pub fn evaluate(
    sources: &mut SourceMap,
    expression: &str,
    module: Option<&Path>,
    folders: &[PathBuf],
) -> Result<String, Vec<Diagnostic>> {
    let loaded = match module {
        Some(path) => load(path, folders),
        None => load_text("Everyday", EVERYDAY, &library(folders)),
    };
    match loaded {
        Ok(Resolved { mut spec, .. }) => {
            let result = check::evaluate(&mut spec, expression, &library(folders), Bounds::default());
            *sources = spec.sources;
            result
        }
        Err(rejected) => {
            let Rejected { sources: texts, diagnostics } = *rejected;
            *sources = texts;
            Err(diagnostics)
        }
    }
}

/// The lowered form of a spec with the model beside it, as text.
pub fn ir(sources: &mut SourceMap, file: &Path, folders: &[PathBuf]) -> Result<String, Vec<Diagnostic>> {
    match load(file, folders) {
        Ok(Resolved { mut spec, .. }) => {
            let prepared = find::model(None, file, &mut spec.sources).and_then(|found| {
                check::prepare(&mut spec, &found.model, &library(folders), Bounds::default())
            });
            *sources = spec.sources;
            prepared.map(|p: Prepared| p.ir().to_string())
        }
        Err(rejected) => {
            let Rejected { sources: texts, mut diagnostics } = *rejected;
            *sources = texts;
            diagnostics.retain(|d| d.code != code::NOT_IMPLEMENTED);
            Err(diagnostics)
        }
    }
}
