//! Names that modules bring: what may be defined anew, what conflicts, what is suggested.

use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;

/// What is reported for a module with this body; `Lib` declares a variable and defines `Get`.
fn reported(body: &str) -> Vec<Diagnostic> {
    let library = Library::new()
        .with_source("Lib", "---- MODULE Lib ----\nVARIABLE v\nGet == v\n====\n")
        .with_source("Left", "---- MODULE Left ----\nVARIABLE v\nINSTANCE Lib\n====\n")
        .with_source("Own", "---- MODULE Own ----\nEXTENDS SequencesExt\nMax(a, b) == a\n====\n");
    match load_text("M.tla", &format!("---- MODULE M ----\n{body}\n====\n"), &library) {
        Ok(resolved) => resolved.warnings,
        Err(rejected) => rejected.diagnostics,
    }
}

#[test]
fn what_an_embedded_module_hands_on_may_be_defined_anew() {
    for body in [
        "EXTENDS SequencesExt\nMax(a, b) == a",
        "EXTENDS SequencesExt, Naturals\nF(Max) == Max + 1",
        "EXTENDS SequencesExt, Own\nA == Max(1, 2)",
        "EXTENDS Own, SequencesExt\nA == Max(1, 2)",
        "EXTENDS SequencesExt, FiniteSetsExt\nA == Max({1})",
    ] {
        assert_eq!(reported(body), [], "{body}");
    }
    for body in ["EXTENDS FiniteSetsExt\nMax(a, b) == a", "EXTENDS Integers\na + b == a"] {
        let found = reported(body);
        assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [code::MULTIPLY_DEFINED], "{body}");
    }
}

#[test]
fn one_text_reached_twice_is_no_conflict() {
    assert_eq!(reported("EXTENDS Left\nINSTANCE Lib\nA == Get"), []);
    assert_eq!(reported("VARIABLE v\nINSTANCE Lib\nINSTANCE Lib\nA == Get"), []);
    let found = reported("VARIABLES x, y\nINSTANCE Lib WITH v <- x\nINSTANCE Lib WITH v <- y");
    assert_eq!(found.iter().map(|d| d.code).collect::<Vec<_>>(), [code::CONFLICTING_IMPORT]);
}

#[test]
fn suggestions_are_near() {
    for (body, help) in [
        ("VARIABLE V\nA == V < 1", Some("module `Naturals` defines it: add it to EXTENDS")),
        ("VARIABLE V\nA == W", None),
        ("VARIABLE count\nA == cuont", Some("did you mean `count`?")),
        ("A == Len(<<>>)", Some("module `Sequences` defines it: add it to EXTENDS")),
    ] {
        let found = reported(body);
        assert_eq!(found.len(), 1, "{body}: {found:?}");
        assert_eq!(found[0].help.as_deref(), help, "{body}");
    }
}
