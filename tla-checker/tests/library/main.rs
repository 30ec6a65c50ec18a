//! The library of modules: every assumption of `fixtures/library` holds.
//!
//! Twice: with the native operators, and with the modules' own text in their place. That is the
//! standing proof that the two mean the same.

mod agreement;
mod bench;
mod effects;
mod table;

use bench::Bench;
use std::path::{Path, PathBuf};
use tla_parser::library::{EMBEDDED, Library};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/library")
}

fn fixtures() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("the fixtures are there");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("readable").path()).collect();
    paths.retain(|p| p.extension().is_some_and(|e| e == "tla"));
    paths.sort();
    assert!(paths.len() >= 17, "fixtures are missing");
    paths
}

/// Checks all fixtures, each with the text and the library that `of` gives for it.
fn check_all(of: impl Fn(&str) -> (String, Library)) {
    let mut wrong = Vec::new();
    for path in fixtures() {
        let name = path.file_stem().expect("a file").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).expect("readable");
        let (text, library) = of(&text);
        match Bench::load(&text, &library) {
            Ok(bench) => {
                let (count, failures) = bench.assumptions();
                assert!(count > 0, "{name} assumes nothing");
                wrong.extend(failures.into_iter().map(|f| format!("{name}: {f}")));
            }
            Err(rejected) => wrong.push(format!("{name}: {rejected}")),
        }
    }
    assert!(wrong.is_empty(), "{} of the library's assumptions fail:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn assumptions_hold_with_natives() {
    check_all(|text| (text.to_string(), Library::new()));
}

/// The modules whose operators have no meaning as text.
const NATIVE_ONLY: &[&str] = &["Json", "CSV", "IOUtils", "CBOR", "SVG", "GraphViz", "Statistics", "TLAPS"];

/// The modules that are native by their names alone; all but Bags and these can be given as text.
const STANDARD: &[&str] =
    &["Naturals", "Integers", "Reals", "Sequences", "FiniteSets", "Bags", "TLC", "TLCExt", "Randomization"];

/// The text of a module that is to use the modules' own definitions.
fn plain(text: &str) -> String {
    let mut out = text.replace("---- MODULE Bags ----", "---- MODULE BagsText ----");
    for context in [", Bags,", " INSTANCE Bags\n"] {
        out = out.replace(context, &context.replace("Bags", "BagsText"));
    }
    out.replace(", Bags\n", ", BagsText\n")
}

/// A library of which no module is native that need not be.
///
/// Given from memory a module is not embedded, and so not native. Bags takes another name.
fn plain_library() -> Library {
    let mut library = Library::new();
    for (name, text) in EMBEDDED {
        if *name == "Bags" {
            library = library.with_source("BagsText", plain(text));
        } else if !STANDARD.contains(name) && !NATIVE_ONLY.contains(name) {
            library = library.with_source(*name, plain(text));
        }
    }
    library
}

#[test]
fn assumptions_hold_without_natives() {
    let library = plain_library();
    check_all(|text| (plain(text), library.clone()));
}
