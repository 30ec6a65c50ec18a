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
use tla_parser::resolve::{Rejected, Resolved, load_file, load_text};
use tla_parser::source::SourceMap;

/// Where modules are sought, besides the spec's own folder.
pub fn library(folders: &[PathBuf]) -> Library {
    folders.iter().fold(Library::new(), Library::with_folder)
}

/// Parses and resolves a spec and every module it needs. Errors: exit status 150.
pub fn load(spec: &Path, folders: &[PathBuf]) -> Result<Resolved, Box<Rejected>> {
    load_file(spec, &library(folders))
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
