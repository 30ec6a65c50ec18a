//! SHIM: the calls into the library, in one place.
//!
//! Enters: files, a model, options. Leaves: an outcome, or diagnostics. Holds: nothing else in the
//! binary calls the stages behind resolve, lowering and search; until they are there, each of these
//! refuses by name ([`code::NOT_IMPLEMENTED`]).

use std::path::{Path, PathBuf};
use std::time::Duration;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Observer};
use tla_checker::outcome::Outcome;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::hir::Spec;
use tla_parser::library::Library;
use tla_parser::resolve::{Rejected, Resolved, load_file};
use tla_parser::source::SourceMap;

/// A model made ready. CONNECT: `tla_checker::check::Prepared`.
pub enum Prepared {}

/// Bounds on evaluation.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code)] // SHIM: until it is connected
pub struct Limits {
    /// The most elements of a set that is built.
    pub max_set_size: usize,
    /// How deep operator calls may nest; `None` for the library's own limit.
    pub max_recursion: Option<usize>,
}

/// How to search.
#[derive(Clone, Copy, Debug)]
#[allow(dead_code)] // SHIM: until it is connected
pub struct Options {
    /// Threads.
    pub workers: usize,
    /// Levels at most.
    pub depth: Option<u32>,
    /// Distinct states at most.
    pub max_states: Option<u64>,
    /// Wall time at most.
    pub time: Option<Duration>,
    /// Go on after a violation.
    pub keep_going: bool,
    /// Check deadlock.
    pub deadlock: bool,
    /// The slow search to compare with.
    pub reference: bool,
    /// Bits of a fingerprint that count.
    pub fingerprint_bits: Option<u32>,
    /// Seed of random choices.
    pub seed: Option<i64>,
}

/// Parses and resolves a spec and every module it needs. Errors: exit status 150.
pub fn load(spec: &Path, folders: &[PathBuf]) -> Result<Resolved, Box<Rejected>> {
    let library = folders.iter().fold(Library::new(), Library::with_folder);
    load_file(spec, &library)
}

/// Makes a model of a spec ready. Errors: exit status 151, whatever they are.
///
/// CONNECT: `tla_checker::check::prepare`. The spec's sources grow by the expressions in the model.
pub fn prepare(
    _spec: &mut Spec,
    _model: &Model,
    _limits: &Limits,
) -> Result<(Prepared, Vec<Diagnostic>), Vec<Diagnostic>> {
    Err(vec![missing("checking")])
}

/// Searches. CONNECT: `tla_checker::check::run`.
pub fn run(prepared: &Prepared, _options: &Options, _observer: &dyn Observer, _cancel: &Cancel) -> Outcome {
    match *prepared {}
}

/// The value of a constant expression, as TLA+ text.
///
/// CONNECT: `tla_checker::check::evaluate`.
pub fn evaluate(
    _sources: &mut SourceMap,
    _expression: &str,
    _module: Option<&Path>,
    _library: &[PathBuf],
) -> Result<String, Vec<Diagnostic>> {
    Err(vec![missing("tlacheck eval")])
}

/// The intermediate representation, as text. CONNECT: the printer of `tla_checker::ir`.
pub fn ir(_sources: &mut SourceMap, _file: &Path, _library: &[PathBuf]) -> Result<String, Vec<Diagnostic>> {
    Err(vec![missing("tlacheck debug ir")])
}

fn missing(what: &str) -> Diagnostic {
    Diagnostic::error(code::NOT_IMPLEMENTED, format!("{what} is not implemented yet"))
}
