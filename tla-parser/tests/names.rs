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
        .with_source("Nest", "---- MODULE Nest ----\n---- MODULE Inner ----\nZ == 1\n====\n====\n")
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

/// The codes of what is reported.
fn codes(body: &str) -> Vec<code::Code> {
    reported(body).iter().map(|d| d.code).collect()
}

#[test]
fn nested_modules_have_names_of_their_own() {
    const I: &str = "---- MODULE I ----\nCONSTANT k\nF == k\n====\n";
    for body in [
        format!("{I}I == INSTANCE I WITH k <- 1\nA == I!F"),
        format!("{I}I(k) == INSTANCE I\nA == I(2)!F"),
        format!("CONSTANT I\n{I}A == I"),
        format!("{I}VARIABLE I\nA == I'"),
        format!("A == \\A I \\in {{1}} : I = 1\n{I}B == \\A I \\in {{1}} : I = 1"),
        format!("{I}A(I) == I"),
        format!("I == 1\n{I}A == I"),
        "EXTENDS Nest\nInner == 2".into(),
        "EXTENDS Nest\nInner == INSTANCE Inner\nA == Inner!Z".into(),
        "---- MODULE I ----\n---- MODULE J ----\nZ == 1\n====\nINSTANCE J\nY == Z\n====\nINSTANCE I\nJ == Y".into(),
    ] {
        assert_eq!(reported(&body), [], "{body}");
    }
    for (body, found) in [
        (format!("{I}{I}"), code::MULTIPLY_DEFINED),
        ("EXTENDS Naturals\n---- MODULE Naturals ----\n====".into(), code::MULTIPLY_DEFINED),
        (format!("{I}A == I"), code::UNDEFINED_NAME),
    ] {
        assert_eq!(codes(&body), [found], "{body}");
    }
}

#[test]
fn the_same_declared_again_is_a_warning() {
    for body in [
        "EXTENDS Lib\nVARIABLE v\nA == v' = Get",
        "CONSTANT c\nCONSTANT c\nA == c",
        "CONSTANTS c(_), c(_)\nA == c(1)",
        "VARIABLE x, x\nA == x",
        "THEOREM T == TRUE\nTHEOREM T == FALSE",
        "ASSUME T == TRUE\nASSUME T == FALSE",
        "ASSUME T == TRUE\nTHEOREM T == FALSE",
        "VARIABLE x\n---- MODULE I ----\nVARIABLE x\nA == x\n====\nINSTANCE I\nB == A",
    ] {
        assert_eq!(codes(body), [code::DECLARED_AGAIN], "{body}");
    }
    for body in [
        "CONSTANT c\nVARIABLE c",
        "CONSTANT c, c(_)",
        "CONSTANT c(_), c(_, _)",
        "c == 1\nVARIABLE c",
        "VARIABLE x\nTHEOREM ASSUME NEW x PROVE TRUE",
        "T == 1\nTHEOREM T == TRUE",
        "THEOREM T == TRUE\nT == 1",
    ] {
        assert_eq!(codes(body), [code::MULTIPLY_DEFINED], "{body}");
    }
}

#[test]
fn parts_of_case_are_named_by_arm_and_side() {
    const C: &str = "C == CASE 1 = 2 -> 2 [] OTHER -> {4}\n";
    for part in ["C!1!1", "C!1!2", "C!1!<<", "C!2!2", "C!2!>>", "C!2!2!1"] {
        assert_eq!(reported(&format!("{C}A == {part}")), [], "{part}");
    }
    for part in ["C!1", "C!2", "C!2!1", "C!2!3", "C!3!2"] {
        assert_eq!(codes(&format!("{C}A == {part}")), [code::BAD_SELECTOR], "{part}");
    }
}
