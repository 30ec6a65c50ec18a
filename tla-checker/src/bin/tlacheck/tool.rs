//! What `-tool` needs to know of the command line.
//!
//! Enters: the options, a loaded spec. Leaves: what the library's [`ToolWriter`] is told. Holds: with `-tool`
//! everything goes to standard output, errors too, as with TLC.

use super::args::{Check, Workers};
use super::status;
use std::io::{self, Stdout};
use std::path::Path;
use tla_checker::report::tool::{Mode, ToolWriter};
use tla_parser::hir::Spec;
use tla_parser::source::SourceMap;

/// Where messages go.
pub type Tool = ToolWriter<Stdout>;

/// The first messages of a run.
pub fn begin(args: &Check, seed: i64) -> Tool {
    let tool = ToolWriter::new(io::stdout());
    if args.generate_spec_te {
        tool.remark("Will generate a SpecTE file pair if error states are encountered.");
    }
    tool.version();
    let workers = workers(args);
    let mode = match () {
        () if args.simulate.is_some() || args.generate.is_some() => Mode::Simulation { workers },
        () if args.dfs || args.dfid.is_some() => Mode::DepthFirst,
        () => Mode::BreadthFirst { workers },
    };
    tool.mode(&mode, seed);
    tool
}

/// How many threads search.
pub fn workers(args: &Check) -> usize {
    match args.workers {
        Workers::Count(n) => n,
        Workers::Auto => std::thread::available_parallelism().map_or(1, usize::from),
    }
}

/// The modules of a spec and their files, in the order in which they were resolved.
pub fn modules(spec: &Spec) -> Vec<(String, String)> {
    let file = |module: &tla_parser::hir::Module| shown(&spec.sources.file(module.file).name);
    spec.modules.iter().map(|module| (module.name.to_string(), file(module))).collect()
}

/// The modules' files among those that were read.
pub fn files(sources: &SourceMap) -> Vec<String> {
    let modules = sources.files().filter(|(_, file)| file.name.ends_with(".tla"));
    modules.map(|(_, file)| shown(&file.name)).collect()
}

/// A file as TLC names it: the whole path.
fn shown(name: &str) -> String {
    match std::path::absolute(Path::new(name)) {
        Ok(path) if Path::new(name).is_file() => path.display().to_string(),
        _ => name.to_owned(),
    }
}

/// Wrong usage, in TLC's words.
///
/// # Errors
/// None: what cannot be written is nobody's to read.
pub fn usage(error: &str) -> io::Result<i32> {
    // What clap says after the first paragraph is about its own syntax.
    let first = error.split("\n\n").next().unwrap_or(error);
    ToolWriter::new(io::stdout()).usage(first.strip_prefix("error: ").unwrap_or(first));
    Ok(status::USAGE)
}
