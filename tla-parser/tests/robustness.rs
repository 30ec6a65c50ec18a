//! No input makes the parser panic, overflow its stack or take more than linear time.
//!
//! The tests run on threads with a stack of 2 MiB, the default of Rust's threads; dropping,
//! dumping and printing the trees is part of them.

use std::path::Path;
use std::time::{Duration, Instant};
use tla_parser::code;
use tla_parser::dump::{dump_expr, dump_module};
use tla_parser::parse::{parse_expression, parse_file};
use tla_parser::print::print_expr;
use tla_parser::render::render;
use tla_parser::source::SourceMap;

/// Parses a text of modules in every way; returns the codes reported.
fn parse(text: &str) -> Vec<&'static str> {
    let mut sources = SourceMap::new();
    let file = sources.add("input.tla", text);
    let parsed = parse_file(&sources, file);
    for d in parsed.diagnostics.iter().take(3) {
        assert!(!render(d, &sources, false).is_empty());
    }
    for module in &parsed.modules {
        let _ = dump_module(module);
    }
    parsed.diagnostics.iter().map(|d| d.code.0).collect()
}

fn expression(text: &str) -> Vec<&'static str> {
    let mut sources = SourceMap::new();
    let file = sources.add("input", text);
    let (expr, diagnostics) = parse_expression(&sources, file);
    let _ = print_expr(&expr);
    if text.len() < 50_000 {
        let _ = dump_expr(&expr);
    }
    diagnostics.iter().map(|d| d.code.0).collect()
}

fn fixtures() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut texts = Vec::new();
    for part in ["good", "bad"] {
        for entry in std::fs::read_dir(folder.join(part)).expect("fixtures").flatten() {
            if entry.path().extension().is_some_and(|e| e == "tla") {
                texts.push(std::fs::read_to_string(entry.path()).expect("text"));
            }
        }
    }
    assert!(texts.len() > 10);
    texts
}

fn within(seconds: u64, what: &str, work: impl FnOnce()) {
    let start = Instant::now();
    work();
    assert!(start.elapsed() < Duration::from_secs(seconds), "{what} took {:?}", start.elapsed());
}

#[test]
fn every_truncation_of_every_fixture() {
    within(60, "truncations", || {
        for text in fixtures() {
            for end in (0..text.len()).filter(|&i| text.is_char_boundary(i)) {
                parse(&text[..end]);
            }
        }
    });
}

/// A small generator of numbers (splitmix64), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) as usize % n.max(1)
    }
}

const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "<<",
    ">>",
    ">>_",
    "]_",
    "/\\",
    "\\/",
    "\n",
    "\t",
    " ",
    "==",
    "=",
    "!",
    "@",
    "'",
    "\\in",
    "|->",
    "->",
    "<-",
    ":",
    "::",
    ",",
    ".",
    "LET",
    "IN",
    "IF",
    "THEN",
    "ELSE",
    "CASE",
    "[]",
    "OTHER",
    "\\E",
    "CHOOSE",
    "LAMBDA",
    "INSTANCE",
    "WITH",
    "LOCAL",
    "THEOREM",
    "<1>1.",
    "<1>",
    "QED",
    "BY",
    "DEF",
    "ASSUME",
    "PROVE",
    "NEW",
    "----",
    "====",
    "---- MODULE M ----",
    "(*",
    "*)",
    "\\*",
    "\"",
    "1",
    "x",
    "_",
    "WF_",
    "EXCEPT",
    "-",
    "-.",
    "\\X",
    "~",
    "∧",
    "⟨",
    "é",
    "\u{0}",
    "RECURSIVE",
    "VARIABLE",
    "CONSTANT",
    "USE",
    "TAKE",
    "PICK",
];

#[test]
fn mutated_fixtures() {
    let texts = fixtures();
    let rounds = std::env::var("MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(3_000);
    let mut random = Random(2);
    for _ in 0..rounds {
        let mut text = texts[random.below(texts.len())].clone();
        for _ in 0..=random.below(4) {
            let place = |random: &mut Random, text: &str| {
                let mut at = random.below(text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (a, b) = (place(&mut random, &text), place(&mut random, &text));
            let (start, end) = (a.min(b), a.max(b));
            match random.below(4) {
                0 => text.insert_str(a, PIECES[random.below(PIECES.len())]),
                1 if end - start < 40 => text.replace_range(start..end, ""),
                2 if end - start < 200 => {
                    let piece = text[start..end].to_string();
                    let at = place(&mut random, &text);
                    text.insert_str(at, &piece);
                }
                _ => {
                    let piece = PIECES[random.below(PIECES.len())];
                    let end = text[a..].chars().next().map_or(a, |c| a + c.len_utf8());
                    text.replace_range(a..end, piece);
                }
            }
        }
        let start = Instant::now();
        parse(&text);
        assert!(start.elapsed() < Duration::from_secs(2), "slow:\n{text}");
    }
}

#[test]
fn deep_nesting_is_an_error_or_an_answer() {
    const N: usize = 100_000;
    let deep = code::TOO_DEEP.0;
    within(60, "nesting", || {
        for open in [
            "(",
            "[",
            "{",
            "<<",
            "f(",
            "f[",
            "-",
            "~",
            "[]",
            "DOMAIN ",
            "IF ",
            "CASE ",
            "LET a == ",
            "\\E x : ",
            "/\\ ",
            "\\/ /\\ ",
            "a!",
            "WF_",
            "[a]_[",
            "[f EXCEPT ![",
            "x \\in {",
            "{x \\in ",
            "[x \\in ",
            "CHOOSE x : ",
            "l :: ",
            "LAMBDA x : ",
            "f(LAMBDA x : ",
            "SUBSET [",
            "(* ",
            "\\* ",
            "\"\\",
            "a ^ (",
            "[]_",
            "<<a>>_<<",
        ] {
            let text = open.repeat(N);
            let found = expression(&text);
            assert!(!found.is_empty(), "{open}");
            let module = format!("---- MODULE M ----\nA == {}\nB == 1\n====\n", open.repeat(5_000));
            assert!(!parse(&module).is_empty() || open == "\\* ", "{open}");
        }
        // Two of the last one's levels count each time: the parentheses and the ELSE.
        for (open, close, fine) in [
            ("(", ")", 900),
            ("{", "}", 900),
            ("<<", ">>", 900),
            ("f[", "]", 900),
            ("IF a THEN b ELSE (", ")", 450),
        ] {
            let text = format!("{}1{}", open.repeat(N), close.repeat(N));
            assert_eq!(expression(&text), [deep], "{open}");
            let text = format!("{}1{}", open.repeat(fine), close.repeat(fine));
            assert!(expression(&text).is_empty(), "{open}");
        }
        let nested = format!("(*{}*) 1", "(* a *)".repeat(N));
        assert!(expression(&nested).is_empty());
        let nested = format!("{}{} 1", "(*".repeat(N), "*)".repeat(N));
        assert!(expression(&nested).is_empty());
        parse(&"---- MODULE M ----\n".repeat(N));
        parse(&format!("---- MODULE M ----\n{}", "THEOREM T\n<+>1. a\n".repeat(2_000)));
        parse(&format!("---- MODULE M ----\nTHEOREM T\n{}", "<+>1. a\n".repeat(N)));
        parse(&format!("---- MODULE M ----\nTHEOREM {}", "ASSUME ".repeat(N)));
        parse(&"---- MODULE M ----\nf(\n".replace("f(\n", &"f(\n".repeat(20_000)));
        parse(&format!("---- MODULE M ----\nA == {}", "a\n".repeat(N)));
    });
}

#[test]
fn long_chains_are_an_error_or_an_answer() {
    const N: usize = 100_000;
    within(60, "chains", || {
        for (piece, fine) in [
            (" /\\ a", N),
            (" \\/ a", N),
            (" \\X a", N),
            (" + a", 2_500),
            (" @@ a", 2_500),
            ("'", 2_500),
            ("[1]", 2_500),
            (".b", 2_500),
            (" + f(a)[1]", 2_500),
            (" => a", 1),
        ] {
            assert!(expression(&format!("a{}", piece.repeat(fine))).is_empty(), "{piece}");
            let found = expression(&format!("a{}", piece.repeat(N)));
            assert!(found.is_empty() == (fine == N), "{piece}: {found:?}");
        }
        for open in ["~", "[]", "- ", "SUBSET "] {
            assert!(expression(&format!("{}a", open.repeat(2_500))).is_empty(), "{open}");
        }
        // Long flat things have no limit.
        assert!(expression(&format!("{{1{}}}", ", 1".repeat(N))).is_empty());
        assert!(expression(&format!("f(1{})", ", 1".repeat(N))).is_empty());
        assert!(expression(&format!("CASE a -> b{}", " [] a -> b".repeat(N))).is_empty());
        assert!(expression(&"/\\ a \\/ b\n".repeat(N)).is_empty());
        assert!(expression(&format!("LET {} IN a", "a == 1\n".repeat(N))).is_empty());
        // Chains inside of chains cannot add up to a higher tree either.
        let chain = " + a".repeat(500);
        let text = format!("{}a{}", "(".repeat(900), format!("{chain})").repeat(900));
        assert_eq!(expression(&text), [code::TOO_DEEP.0]);
    });
}

#[test]
fn foreign_files_are_few_faults() {
    let binary: String =
        (0..200_000u32).filter_map(|i| char::from_u32(i.wrapping_mul(2_654_435_761) % 0x2FFF)).collect();
    let found = parse(&format!("---- MODULE M ----\n{binary}"));
    assert!(!found.is_empty());
    assert_eq!(parse(""), ["E0106"]);
    assert_eq!(parse("\u{FEFF}---- MODULE M ----\n===="), Vec::<&str>::new());
    assert_eq!(parse("\r\n---- MODULE M ----\r\nA ==\r\n  /\\ 1\r\n  /\\ 2\r\n====\r\n"), Vec::<&str>::new());
}
