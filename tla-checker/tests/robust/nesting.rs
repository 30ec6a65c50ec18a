//! Deep and long inputs: every stage bounds its stack, or grows it.

use super::*;

const N: usize = 100_000;

#[test]
fn deep_nesting_is_an_error_or_an_answer() {
    within(120, "nesting", || {
        for (open, middle, close) in [
            ("(", "1", ")"),
            ("{", "1", "}"),
            ("<<", "1", ">>"),
            ("[a |-> ", "1", "]"),
            ("f[", "1", "]"),
            ("IF TRUE THEN ", "1", " ELSE 2"),
            ("IF FALSE THEN 1 ELSE ", "1", ""),
            ("LET a == 1 IN ", "1", ""),
            ("LET a == ", "1", " IN a"),
            ("\\E y \\in {1} : ", "TRUE", ""),
            ("\\A y \\in {1} : ", "TRUE", ""),
            ("CHOOSE y \\in {1} : ", "TRUE", ""),
            ("{y \\in {1} : ", "TRUE", "}"),
            ("{1 : y \\in ", "{1}", "}"),
            ("[y \\in {1} |-> ", "1", "]"),
            ("[f EXCEPT ![0] = ", "1", "]"),
            ("[f EXCEPT ![f[0]] = [@ EXCEPT ![0] = ", "1", "]]"),
            ("CASE TRUE -> ", "1", ""),
            ("~", "TRUE", ""),
            ("- ", "1", ""),
            ("SUBSET ", "{}", ""),
            ("UNION {", "{}", "}"),
            ("DOMAIN ", "f", ""),
            ("Append(<<>>, ", "1", ")"),
            ("ENABLED ", "TRUE", ""),
            ("\"a\" :> (", "1", ")"),
        ] {
            for depth in [40, 800, N] {
                let text = format!("{}{middle}{}", open.repeat(depth), close.repeat(depth));
                let codes = expression(&text, BOUNDS);
                assert!(
                    depth > 40 || codes.iter().all(|c| c.starts_with("E05") || c.starts_with("E02")),
                    "{open} {codes:?}"
                );
                assert!(depth < N || !codes.is_empty(), "{open}");
            }
        }
    });
}

#[test]
fn long_chains_are_an_error_or_an_answer() {
    within(120, "chains", || {
        for (start, piece) in [
            ("1", " + 1"),
            ("1", " - 1"),
            ("TRUE", " /\\ TRUE"),
            ("FALSE", " \\/ FALSE"),
            ("{}", " \\cup {1}"),
            ("{}", " \\X {1}"),
            ("f", " @@ f"),
            ("<<>>", " \\o <<1>>"),
            ("f", ".a"),
            ("f", "[0]"),
            ("x", "'"),
            ("TRUE", " => TRUE"),
            ("1", " = 1"),
            ("\n  /\\ TRUE", "\n  /\\ TRUE"),
            ("\n  \\/ FALSE", "\n  \\/ FALSE"),
            ("[f EXCEPT ![0] = 1", ", ![0] = 1"),
        ] {
            for count in [1_000, 2_400, N] {
                let close = if start.starts_with("[f") { "]" } else { "" };
                expression(&format!("{start}{}{close}", piece.repeat(count)), BOUNDS);
            }
        }
        for (open, piece, close) in [
            ("{1", ", 1", "}"),
            ("<<1", ", 1", ">>"),
            ("CASE TRUE -> 1", " [] FALSE -> 2", ""),
            ("[a |-> 1", ", b |-> 1", "]"),
            ("LET a == 1", "\n      b == a", " IN 1"),
        ] {
            expression(&format!("{open}{}{close}", piece.repeat(N)), BOUNDS);
        }
    });
}

#[test]
fn long_actions_and_definitions_are_an_answer() {
    within(120, "actions", || {
        let cfg = Some("INIT Init NEXT Next");
        let run = |init: &str, next: &str, more: &str| {
            let module = format!(
                "---- MODULE Input ----\nEXTENDS Integers\nVARIABLE x\n{more}\nInit == {init}\nNext == {next}\n===="
            );
            whole_way(&module, cfg, &Library::new(), BOUNDS)
        };
        for end in [
            run("x = 0", &format!("x' = 0{}", "\n     /\\ TRUE".repeat(20_000)), ""),
            run("x = 0", &format!("x' = 0{}", " /\\ x' = 0".repeat(20_000)), ""),
            run("x = 0", &format!("x' = 0{}", " \\/ x' = 0".repeat(2_000)), ""),
            run(&format!("x = 0{}", " /\\ x = 0".repeat(20_000)), "x' = x", ""),
        ] {
            no_bug(&end, String::new);
            assert!(matches!(end, End::Ran(_)));
        }
        // A chain of definitions as long as the module.
        let chain = |n: usize| {
            (1..n).fold("A0 == 0\n".to_string(), |mut text, i| {
                text.push_str(&format!("A{i} == A{} + 1\n", i - 1));
                text
            })
        };
        for n in [200, 20_000] {
            let end = run("x = 0", &format!("x' = A{} % 3", n - 1), &chain(n));
            no_bug(&end, String::new);
            assert!(matches!(end, End::Ran(_)));
        }
    });
}

#[test]
fn deep_configurations_are_an_error_or_an_answer() {
    let module = "---- MODULE Input ----\nCONSTANT C\nVARIABLE x\nInit == x = C\nNext == x' = C\n====";
    within(60, "configurations", || {
        for (open, close) in
            [("{", "}"), ("<<", ">>"), ("(* ", " *)"), ("C = ", ""), ("INVARIANT a ", ""), ("CONSTANT ", "")]
        {
            for depth in [50, 900, 3_000, N] {
                let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
                let cfg = format!("INIT Init NEXT Next CONSTANT C = {value}");
                no_bug(&whole_way(module, Some(&cfg), &Library::new(), BOUNDS), String::new);
            }
        }
    });
}

#[test]
fn values_grow_no_deeper_than_they_can_be_walked() {
    let bounds = Bounds { max_set: 100_000, ..Bounds::default() };
    let more = "RECURSIVE Deep(_), Sets(_), Twice(_), Funs(_)\n\
                Deep(n) == IF n = 0 THEN 0 ELSE <<Deep(n - 1)>>\n\
                Sets(n) == IF n = 0 THEN {} ELSE {Sets(n - 1)}\n\
                Twice(n) == IF n = 0 THEN 0 ELSE LET y == Twice(n - 1) IN <<y, y>>\n\
                Funs(n) == IF n = 0 THEN [i \\in Nat |-> i] ELSE LET p == Funs(n - 1) IN [i \\in Nat |-> p[i] + 1]\n";
    within(120, "values", || {
        for (value, fine) in [
            ("Deep(990)", true),
            ("Deep(40000)", false),
            ("Sets(900)", true),
            ("Sets(40000)", false),
            ("Twice(12)", true),
            ("Twice(100)", false),
            ("Funs(300)[3]", true),
            ("Funs(40000)[3]", false),
        ] {
            let module = format!(
                "---- MODULE Input ----\nEXTENDS Integers\nVARIABLE x\n{more}Init == x = {value}\nNext == x' = <<x>>\n====",
            );
            let end = whole_way(&module, Some("INIT Init NEXT Next"), &Library::new(), bounds);
            no_bug(&end, || value.to_string());
            let End::Ran(outcome) = end else { panic!("{value} is rejected") };
            assert_eq!(outcome.states_generated > 0, fine, "{value}: {:?}", outcome.verdict);
        }
    });
}
