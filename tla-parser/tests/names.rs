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
        "---- MODULE I ----\n---- MODULE J ----\nZ == 1\n====\nINSTANCE J\nY == Z\n====\nINSTANCE I\nJ == Y"
            .into(),
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

#[test]
fn assume_prove_is_no_expression() {
    const T: &str = "VARIABLE x\nTHEOREM T == ASSUME x = 0 PROVE x' = 1\n";
    const N: &str = "VARIABLE x\nTHEOREM T == ASSUME x = 0, NEW y, y = 1 PROVE x = y\n";
    for part in ["T!1", "T!2", "T!2!1", "T!1!2"] {
        assert_eq!(reported(&format!("{T}A == {part}")), [], "{part}");
    }
    assert_eq!(reported(&format!("{N}A == T!1")), []);
    for (body, found) in [
        (format!("{T}A == T"), code::NOT_A_VALUE),
        (format!("{T}THEOREM U == T"), code::NOT_A_VALUE),
        (format!("{T}A == T!3"), code::BAD_SELECTOR),
        (format!("{T}A == T!:"), code::BAD_SELECTOR),
        (format!("{N}A == T!2"), code::BAD_SELECTOR),
        (format!("{N}A == T!3"), code::BAD_SELECTOR),
        (format!("{N}A == T!4"), code::BAD_SELECTOR),
    ] {
        assert_eq!(codes(&body), [found], "{body}");
    }
    assert_eq!(reported(&format!("{T}THEOREM U == TRUE BY T")), []);
}

#[test]
fn a_parameter_has_another_name_than_what_it_is_of() {
    for body in ["B(B) == B", "f[f \\in {1}] == f"] {
        assert_eq!(codes(body), [code::MULTIPLY_DEFINED], "{body}");
    }
    for body in ["B == \\A B \\in {1} : B = 1", "B == LET B == 1 IN B"] {
        assert_eq!(reported(body), [], "{body}");
    }
}

#[test]
fn the_product_cannot_be_defined() {
    for body in [
        "a \\X b == a",
        "a \\times b == a",
        "CONSTANT _ \\X _",
        "F(_ \\X _) == 1",
        "A == LET a \\X b == a IN 1",
    ] {
        assert_eq!(codes(body), [code::MULTIPLY_DEFINED], "{body}");
    }
    assert_eq!(reported("a (\\X) b == a"), []);
}

#[test]
fn levels_reach_through_operator_arguments() {
    for body in [
        "VARIABLE x\nF(O(_)) == O(x')\nG(b) == b'\nA == F(G)",
        "VARIABLE x\nF(O(_), y) == O(y)\nG(b) == b'\nA == F(G, x')",
        "VARIABLE x\nF(O(_), y) == O(y)\nG(b) == b'\nH(z) == F(G, z)\nA == H(x')",
        "VARIABLE x\nF(O(_), y) == O(y)\nE(O(_), y) == F(O, y)\nG(b) == b'\nA == E(G, x')",
        "VARIABLE x\nF(O(_)) == O([]x)\nA == F(LAMBDA b : b')",
        "VARIABLE x\nF(O(_)) == O([]TRUE)\nA == F(LAMBDA b : ENABLED b)",
        "VARIABLE x\nF(O(_)) == LET L(z) == O(z) IN L(x')\nA == F(LAMBDA b : b')",
        "VARIABLE x\nF(O(_)) == LET L(P(_)) == P(1) IN L(LAMBDA z : O(x'))\nA == F(LAMBDA b : b')",
    ] {
        assert_eq!(codes(body), [code::ARGUMENT_LEVEL], "{body}");
    }
    for body in [
        "EXTENDS Naturals\nVARIABLE x\nF(O(_)) == O(x') = 1\nA == F(LAMBDA b : b + x)",
        "VARIABLE x\nF(O(_)) == O(x')\nA == F(LAMBDA b : ENABLED (b = 1))",
        "VARIABLE x\nF(O(_)) == O(x)\nG(b) == b'\nA == F(G)",
        "VARIABLE x\nF(O(_), P(_)) == O(x) /\\ P(x')\nG(b) == b'\nH(b) == b\nA == F(G, H)",
        "VARIABLE x\nF(O(_)) == O([]x)\nA == F(LAMBDA b : ~b)",
        "F(a) == a\nA == F([]TRUE)",
        "EXTENDS TLC\nA == PrintT([]TRUE)",
    ] {
        assert_eq!(reported(body), [], "{body}");
    }
}

#[test]
fn levels_reach_through_instances() {
    let with = |n: &str, body: &str| {
        codes(&format!(
            "---- MODULE N ----\nCONSTANT c\n{n}\n====\n---- MODULE P ----\nCONSTANT c(_)\nA == c(1)\n====\nVARIABLE x\n{body}"
        ))
    };
    for n in ["A == c' = 1", "A(a) == a'\nB == c", "LOCAL A(a) == []a\nB == c", "B == c /\\ ENABLED TRUE"] {
        assert_eq!(with(n, "I == INSTANCE N WITH c <- x"), [code::INSTANCE_LEVEL], "{n}");
        assert_eq!(with(n, "I == INSTANCE N WITH c <- 1"), [], "{n}");
    }
    assert_eq!(with("A == c", "I == INSTANCE N WITH c <- x'"), []);
    for f in [
        "F(a) == ENABLED (x' = a)",
        "F(a) == a'",
        "F(a) == []a",
        "F(a) == [][a]_x",
        "F(a) == \\EE z : a",
        "G(b) == b'\nF(a) == G(a)",
        "F(a) == LET L == a' IN L",
        "F(a) == [x' = a]_x",
    ] {
        assert_eq!(with("", &format!("{f}\nI == INSTANCE P WITH c <- F")), [code::INSTANCE_LEVEL], "{f}");
    }
    for f in [
        "F(a) == a /\\ ENABLED (x' = 1)",
        "F(a) == ~a",
        "F(a) == x' = a",
        "F(a) == LET L(b) == b' IN L(x) = a",
    ] {
        assert_eq!(with("", &format!("{f}\nI == INSTANCE P WITH c <- F")), [], "{f}");
    }
}

#[test]
fn actions_and_temporal_formulas_are_not_combined() {
    for body in [
        "P == [](x < 5) /\\ x' = 1",
        "P == [](x < 5) \\/ UNCHANGED x",
        "P == ~[](x < 5) => x' = 1",
        "P == <>(x < 5) <=> <<x' = 1>>_x",
        "P == [](x < 5) /\\ [x' = 1]_x",
        "P == \\A i \\in {1} : ([](x < 5) \\/ x' = 1)",
        "P == LET A == x' = 1 IN []TRUE /\\ A",
        "P == /\\ []TRUE\n     /\\ \\/ x' = 1\n        \\/ FALSE",
    ] {
        assert_eq!(codes(&format!("EXTENDS Naturals\nVARIABLE x\n{body}")), [code::MIXED_LEVELS], "{body}");
    }
    for body in [
        "P == IF x = 1 THEN []TRUE ELSE x' = 1",
        "P == CASE x = 1 -> []TRUE [] OTHER -> x' = 1",
        "P == []TRUE /\\ ENABLED (x' = 1)",
        "P == x = 1 /\\ [][x' = 1]_x /\\ WF_x(x' = 1)",
        "F(a, b) == a /\\ b\nP == F([]TRUE, x' = 1)",
        "A == \\A y \\in x' : TRUE",
        "A == \\E y \\in x : []TRUE",
    ] {
        assert_eq!(reported(&format!("EXTENDS Naturals\nVARIABLE x\n{body}")), [], "{body}");
    }
}

#[test]
fn a_temporal_formula_is_no_value() {
    for (body, found) in [
        ("A == 1 + []5", code::ARGUMENT_LEVEL),
        ("A == Append(<<>>, []TRUE)", code::ARGUMENT_LEVEL),
        ("VARIABLE x\nA == (x' + 1)'", code::PRIME_LEVEL),
        ("VARIABLE x\nASSUME x + 1 = 2", code::ASSUMPTION_LEVEL),
        ("A == \\A y \\in <>{1} : TRUE", code::TEMPORAL_LEVEL),
        ("A == CHOOSE y \\in <>{1} : TRUE", code::TEMPORAL_LEVEL),
    ] {
        assert_eq!(codes(&format!("EXTENDS Naturals, Sequences\n{body}")), [found], "{body}");
    }
}
