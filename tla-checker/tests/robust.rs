//! No input makes the checker panic, overflow its stack, run for ever or take the machine's memory.
//!
//! Everything here goes the whole way: parse, resolve, read the configuration, make ready, run within
//! small bounds, render. The tests run on threads with a stack of 2 MiB, the default of Rust's threads.
//! `ROBUST=full` takes every truncation and 100,000 mutations (`.ci/run`, release); without it, a sample.

#[path = "robust/inputs.rs"]
mod inputs;
#[path = "robust/limits.rs"]
mod limits;
#[path = "robust/nesting.rs"]
mod nesting;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tla_checker::check::{self, Options};
use tla_checker::config;
use tla_checker::eval::Bounds;
use tla_checker::explore;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Silent};
use tla_checker::outcome::{Outcome, Verdict};
use tla_checker::report::json::Report;
use tla_checker::report::text::{TextOptions, write_outcome};
use tla_parser::diagnostic::Diagnostic;
use tla_parser::library::Library;
use tla_parser::render::render;
use tla_parser::resolve::load_text;
use tla_parser::source::SourceMap;

/// How far an input came.
enum End {
    /// Diagnostics, by their codes.
    Rejected(Vec<&'static str>),
    /// A run, however it ended.
    Ran(Box<Outcome>),
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// Whether everything is to be tried.
fn full() -> bool {
    std::env::var("ROBUST").is_ok_and(|v| v == "full")
}

/// Small bounds: an input is to be survived, not to be searched.
fn options() -> Options {
    let search = explore::Options {
        workers: 1,
        max_states: Some(40),
        max_depth: Some(8),
        time_limit: Some(Duration::from_millis(300)),
        ..explore::Options::default()
    };
    Options { search, ..Options::default() }
}

const BOUNDS: Bounds = Bounds { max_set: 2_000, max_recursion: 300, outside: false };

fn shown(diagnostics: &[Diagnostic], sources: &SourceMap) -> End {
    assert!(!diagnostics.is_empty(), "rejected without a word");
    for d in diagnostics.iter().take(3) {
        assert!(!render(d, sources, false).is_empty());
    }
    End::Rejected(diagnostics.iter().map(|d| d.code.0).collect())
}

/// A module and its configuration, all the way.
fn whole_way(module: &str, cfg: Option<&str>, library: &Library, bounds: Bounds) -> End {
    let mut resolved = match load_text("Input.tla", module, library) {
        Ok(resolved) => resolved,
        Err(rejected) => return shown(&rejected.diagnostics, &rejected.sources),
    };
    let spec = &mut resolved.spec;
    let model = match cfg {
        None => Model::new(),
        Some(text) => {
            let file = spec.sources.add("Input.cfg", text);
            match config::parse(file, text).accept() {
                Ok((model, _)) => model,
                Err(diagnostics) => return shown(&diagnostics, &spec.sources),
            }
        }
    };
    match check::prepare(spec, &model, library, bounds) {
        Err(diagnostics) => shown(&diagnostics, &spec.sources),
        Ok(prepared) => {
            let outcome = check::run(&prepared, &options(), &Silent, &Cancel::new());
            let mut text = Vec::new();
            write_outcome(&mut text, &outcome, &spec.sources, &TextOptions::default()).expect("written");
            serde_json::to_string(&Report::of_outcome(&outcome, &spec.sources)).expect("written");
            End::Ran(Box::new(outcome))
        }
    }
}

/// An expression as an assumption and as an invariant.
fn expression(text: &str, bounds: Bounds) -> Vec<&'static str> {
    let module = format!(
        "---- MODULE Input ----\nEXTENDS Integers, Sequences, FiniteSets, TLC\nVARIABLE x\nf == [i \\in 0..2 |-> i]\n\
         Init == x = 0\nNext == x' = 1 - x\nE == \n  {text}\nInv == E = E\n===="
    );
    let cfg = "INIT Init NEXT Next INVARIANT Inv";
    match whole_way(&module, Some(cfg), &Library::new(), bounds) {
        End::Rejected(codes) => codes,
        End::Ran(outcome) => match &outcome.verdict {
            Verdict::Failure(_, failure) => {
                assert_ne!(failure.code.0, "E0699", "{failure:?}");
                vec![failure.code.0]
            }
            _ => Vec::new(),
        },
    }
}

fn no_bug(end: &End, input: impl Fn() -> String) {
    if let End::Ran(outcome) = end
        && let Verdict::Failure(_, failure) = &outcome.verdict
    {
        assert_ne!(failure.code.0, "E0699", "{failure:?} of\n{}", input());
    }
}

fn within<T>(seconds: u64, what: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    assert!(start.elapsed() < Duration::from_secs(seconds), "{what} took {:?}", start.elapsed());
    result
}
