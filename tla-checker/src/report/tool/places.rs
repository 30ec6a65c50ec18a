//! Places as TLC names them: `line 9, col 12 to line 9, col 61 of module M`.
//!
//! Enters: a spec. Leaves: [`Places`], which outlives it. Holds: lines and columns count from 1 and the last
//! column belongs to the place; an action is shown where its right-hand side stands, as TLC does, and not
//! where its name does.

use rustc_hash::FxHashMap;
use tla_parser::hir::{DefBody, Spec};
use tla_parser::source::{SourceMap, Span};

/// Where the right-hand sides of definitions stand, and which module is where.
#[derive(Clone, Debug, Default)]
pub struct Places {
    bodies: FxHashMap<Span, Span>,
    modules: Vec<(Span, String)>,
}

impl Places {
    /// Those of a spec.
    pub fn of(spec: &Spec) -> Places {
        let bodies = spec.defs.iter().filter_map(|def| match def.body {
            DefBody::Expr(body) => Some((def.span, spec.span(body))),
            DefBody::Instance(..) | DefBody::Missing => None,
        });
        let modules = spec.modules.iter().map(|module| (module.span, module.name.to_string()));
        Places { bodies: bodies.collect(), modules: modules.collect() }
    }

    /// The right-hand side of the definition whose name stands there; any other place itself.
    pub(super) fn body(&self, span: Span) -> Span {
        self.bodies.get(&span).copied().unwrap_or(span)
    }

    /// `line 9, col 12 to line 9, col 61 of module M`
    pub(super) fn full(&self, span: Span, sources: &SourceMap) -> String {
        let [line, column, end_line, end_column] = corners(span, sources);
        let module = self.module(span, sources);
        format!("line {line}, col {column} to line {end_line}, col {end_column} of module {module}")
    }

    /// `Line 9, column 12 to line 9, column 61 in M`
    pub(super) fn nested(&self, span: Span, sources: &SourceMap) -> String {
        let [line, column, end_line, end_column] = corners(span, sources);
        let module = self.module(span, sources);
        format!("Line {line}, column {column} to line {end_line}, column {end_column} in {module}")
    }

    /// The innermost module there, or else the file.
    pub(super) fn module(&self, span: Span, sources: &SourceMap) -> String {
        let around = |module: &&(Span, String)| {
            let (whole, _) = module;
            whole.file == span.file && whole.start <= span.start && span.end <= whole.end
        };
        let innermost = self.modules.iter().filter(around).min_by_key(|(whole, _)| whole.end - whole.start);
        innermost.map_or_else(|| stem(&sources.file(span.file).name).to_owned(), |(_, name)| name.clone())
    }
}

fn corners(span: Span, sources: &SourceMap) -> [u32; 4] {
    let file = sources.file(span.file);
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    // The column after the last is the first one only of what is empty.
    let last = if end.column > 1 && span.end > span.start { end.column - 1 } else { end.column };
    [start.line, start.column, end.line, last]
}

/// The name of a file without folders and ending.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".tla").unwrap_or(name)
}
