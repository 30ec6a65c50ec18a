//! PlusCal: what `pcal.trans` made of the algorithms of `fixtures/pluscal` is what we make of them; what is
//! wrong with those of `errors` is said as recorded (`UPDATE_EXPECT=1` writes that anew; review the diff);
//! nothing outside of the translation changes; and no text makes the translator panic or run on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tla_parser::code::TABLE;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::library::Library;
use tla_parser::parse::parse_file;
use tla_parser::pluscal::{FairnessOption, Options, Translated, check, translate};
use tla_parser::render::render;
use tla_parser::resolve::load_text;
use tla_parser::source::{FileId, SourceMap};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/pluscal")
}

/// Name and text of every algorithm of a folder.
fn algorithms(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder of fixtures exists");
    let mut files: Vec<PathBuf> = entries.map(|e| e.expect("readable").path()).collect();
    files.retain(|f| f.extension().is_some_and(|e| e == "tla"));
    files.sort();
    assert!(files.len() > 20, "few fixtures in {}", folder.display());
    files.into_iter().map(|f| (f.clone(), std::fs::read_to_string(f).expect("text"))).collect()
}

/// The options that stand in the first line of a fixture, in the spelling of pcal.trans.
fn options_of(text: &str) -> Options {
    let first = text.lines().next().unwrap_or_default();
    let words: Vec<&str> = first.split_once("options:").map_or("", |(_, w)| w).split_whitespace().collect();
    options(&words)
}

fn options(words: &[&str]) -> Options {
    let mut options = Options::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        match *word {
            "-wf" => options.fairness = Some(FairnessOption::Weak),
            "-sf" => options.fairness = Some(FairnessOption::Strong),
            "-wfNext" => options.fairness = Some(FairnessOption::WeakNext),
            "-nof" => options.fairness = Some(FairnessOption::None),
            "-termination" => options.termination = true,
            "-noDoneDisjunct" => options.no_done_disjunct = true,
            "-label" => options.label = true,
            "-labelRoot" => options.label_root = (*words.next().expect("a root")).to_owned(),
            "-lineWidth" => options.line_width = words.next().expect("a width").parse().expect("a number"),
            other => panic!("no option {other}"),
        }
    }
    options
}

fn run(text: &str, options: &Options) -> (SourceMap, FileId, Result<Translated, Vec<Diagnostic>>) {
    let mut sources = SourceMap::new();
    let file = sources.add("A.tla", text);
    let result = translate(file, text, options);
    (sources, file, result)
}

fn shown(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    diagnostics.iter().map(|d| render(d, sources, false) + "\n\n").collect()
}

/// The first line that differs.
fn difference(ours: &[String], theirs: &[String]) -> Option<String> {
    let place = (0..ours.len().max(theirs.len())).find(|&i| ours.get(i) != theirs.get(i))?;
    Some(format!("line {place}\n  ours   {:?}\n  theirs {:?}", ours.get(place), theirs.get(place)))
}

#[test]
fn algorithms_are_translated_as_recorded() {
    let mut faults = Vec::new();
    for (path, text) in algorithms(&folder()) {
        let recorded = std::fs::read_to_string(path.with_extension("translation")).expect("an answer");
        let recorded: Vec<String> = recorded.lines().map(str::to_owned).collect();
        assert!(recorded.len() > 5, "{}: an empty answer asserts nothing", path.display());
        let (sources, _, result) = run(&text, &options_of(&text));
        match result {
            Ok(translated) => faults
                .extend(difference(&translated.lines, &recorded).map(|d| format!("{}: {d}", path.display()))),
            Err(diagnostics) => {
                faults.push(format!("{}:\n{}", path.display(), shown(&diagnostics, &sources)));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// A line of `generated.jsonl`.
struct Generated {
    name: String,
    options: Options,
    text: String,
    /// None: pcal.trans reports an error.
    translation: Option<Vec<String>>,
}

fn generated() -> Vec<Generated> {
    let text = std::fs::read_to_string(folder().join("generated.jsonl")).expect("recorded");
    let rows: Vec<Generated> = text
        .lines()
        .map(|line| {
            let row: serde_json::Value = serde_json::from_str(line).expect("JSON");
            let strings = |key: &str| -> Option<Vec<String>> {
                row[key].as_array().map(|a| a.iter().map(|s| s.as_str().expect("text").to_owned()).collect())
            };
            let words = strings("options").expect("options");
            Generated {
                name: row["name"].as_str().expect("a name").to_owned(),
                options: options(&words.iter().map(String::as_str).collect::<Vec<_>>()),
                text: row["tla"].as_str().expect("a text").to_owned(),
                translation: strings("translation"),
            }
        })
        .collect();
    assert!(rows.iter().filter(|r| r.translation.is_some()).count() > 50, "few answers");
    rows
}

#[test]
fn generated_algorithms_are_translated_as_recorded() {
    let mut faults = Vec::new();
    for row in generated() {
        let (sources, _, result) = run(&row.text, &row.options);
        let fault = match (result, row.translation) {
            (Ok(translated), Some(recorded)) => {
                let parsed = {
                    let mut sources = SourceMap::new();
                    let file = sources.add("A.tla", translated.text.as_str());
                    shown(&parse_file(&sources, file).diagnostics, &sources)
                };
                difference(&translated.lines, &recorded).or((!parsed.is_empty()).then_some(parsed))
            }
            (Ok(_), None) => Some("pcal.trans reports an error".to_owned()),
            (Err(diagnostics), Some(_)) => Some(shown(&diagnostics, &sources)),
            (Err(_), None) => None,
        };
        faults.extend(fault.map(|f| format!("{}: {f}", row.name)));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// What is said of a fixture: errors, or else warnings and whether its translation is stale.
fn said(text: &str) -> (Vec<Diagnostic>, SourceMap) {
    let (sources, file, result) = run(text, &options_of(text));
    let diagnostics = match result {
        Ok(translated) => [translated.warnings, check(file, text)].concat(),
        Err(diagnostics) => diagnostics,
    };
    (diagnostics, sources)
}

#[test]
fn errors_point_into_the_algorithm() {
    let mut faults = Vec::new();
    let mut codes = BTreeSet::new();
    for (path, text) in algorithms(&folder().join("errors")) {
        let (diagnostics, sources) = said(&text);
        codes.extend(diagnostics.iter().map(|d| d.code.0));
        let actual = shown(&diagnostics, &sources);
        let expectation = path.with_extension("stderr");
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(&expectation, &actual).expect("writable");
        }
        let expected = std::fs::read_to_string(&expectation).unwrap_or_default();
        if actual.is_empty() || actual != expected {
            faults.push(format!("{} differs from what is said:\n{actual}", expectation.display()));
        }
        let pointed = |d: &Diagnostic| {
            d.primary
                .as_ref()
                .is_some_and(|l| l.span.end as usize <= text.len() && l.span.start <= l.span.end)
        };
        assert!(diagnostics.iter().all(pointed), "{}: without a place", path.display());
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    let of_pluscal = TABLE.iter().filter(|r| r.code.0[1..].starts_with("07")).map(|r| r.code.0);
    let missing: Vec<&str> = of_pluscal.filter(|code| !codes.contains(code)).collect();
    assert!(missing.is_empty(), "no fixture reports {missing:?}");
}

#[test]
fn translations_resolve() {
    for (path, text) in algorithms(&folder()) {
        let (.., result) = run(&text, &options_of(&text));
        let translated = result.expect("translated").text;
        if let Err(rejected) = load_text("A.tla", &translated, &Library::new()) {
            panic!("{}:\n{}", path.display(), shown(&rejected.diagnostics, &rejected.sources));
        }
    }
}

#[test]
fn nothing_else_changes() {
    for (path, text) in algorithms(&folder()) {
        // With checksums, with line breaks of Windows, and without the markers.
        let marked = text
            .replace("BEGIN TRANSLATION", "BEGIN TRANSLATION (chksum(pcal) = \"\" /\\ chksum(tla) = \"0\")");
        let bare = text.replace("\\* BEGIN TRANSLATION\n\\* END TRANSLATION\n", "");
        let windows = marked.replace('\n', "\r\n");
        for input in [&marked, &bare, &windows] {
            let options = options_of(&text);
            let (_, file, result) = run(input, &options);
            let once = result.expect("translated").text;
            // Options of the command line are not known to whom reads the file.
            if options == Options::default() {
                assert_eq!(check(file, &once), [], "{}", path.display());
            }
            let (.., result) = run(&once, &options);
            assert_eq!(result.expect("translated").text, once, "{}: not the same again", path.display());
            let outside = |text: &str| -> Vec<String> {
                let begin = text.find("\\* BEGIN").unwrap_or(text.len());
                let end = text.find("\\* END").unwrap_or(text.len());
                [&text[..begin], text.get(end..).unwrap_or_default()].map(str::to_owned).to_vec()
            };
            if input.contains("BEGIN") {
                assert_eq!(outside(input), outside(&once), "{}", path.display());
            } else {
                let start = once.find("\\* BEGIN").expect("added");
                let added_end = "\\* END TRANSLATION \n";
                let end = once.find(added_end).expect("added") + added_end.len();
                assert_eq!(format!("{}{}", &once[..start], &once[end..]), **input, "{}", path.display());
            }
            if input.contains("\r\n") {
                assert_eq!(once.matches('\n').count(), once.matches("\r\n").count(), "{}", path.display());
            }
        }
    }
}

#[test]
fn checksums_tell_what_is_stale() {
    let text = "---- MODULE A ----\n(* --algorithm A { variable x = 0; { a: x := 1 } } *)\n====\n";
    let translated = run(text, &Options::default()).2.expect("translated").text;
    let mut sources = SourceMap::new();
    let file = sources.add("A.tla", translated.as_str());
    assert_eq!(check(file, &translated), []);
    let codes =
        |text: &str| check(file, text).iter().map(|d| (d.code.0, d.message.clone())).collect::<Vec<_>>();
    let changed = ("W0701", "the algorithm has changed since it was translated".to_owned());
    let by_hand = ("W0701", "the translation has been changed by hand".to_owned());
    assert_eq!(codes(&translated.replace("x := 1", "x := 2")), std::slice::from_ref(&changed));
    assert_eq!(codes(&translated.replace("x := 1", "x := ")), std::slice::from_ref(&changed));
    assert_eq!(codes(&translated.replace("x' = 1", "x' = 2")), std::slice::from_ref(&by_hand));
    // Comments and layout are no part of the algorithm.
    assert_eq!(codes(&translated.replace("{ a:", "{ (* one step *)\n  a:")), []);
    // Whoever changes a translation on purpose says so.
    let on_purpose = translated.replace("x' = 1", "x' = 2");
    let at = on_purpose.find("chksum(tla) = \"").expect("a checksum");
    let end =
        at + on_purpose[at..].find(')').map_or(0, |_| on_purpose[at..].find("\")").expect("closed") + 1);
    let on_purpose = format!("{}chksum(tla) \\in STRING{}", &on_purpose[..at], &on_purpose[end..]);
    assert_eq!(codes(&on_purpose), []);
    // The checksum of a fair algorithm says nothing; its translation does.
    let fair = text.replace("--algorithm", "--fair algorithm");
    let translated = run(&fair, &Options::default()).2.expect("translated").text;
    assert_eq!(codes(&translated), []);
    assert_eq!(codes(&translated.replace("x := 1", "x := 2")), [changed]);
    // A comment may mention the word.
    assert_eq!(codes("---- MODULE A ----\n(* See --algorithm in the manual. *)\n====\n"), []);
    assert_eq!(codes(text)[0].0, "W0702");
}

// ---------------------------------------------------------------------- robustness

/// Translates and renders, whatever comes of it.
fn survive(text: &str, options: &Options) {
    let (sources, file, result) = run(text, options);
    match result {
        Ok(translated) => {
            shown(&check(file, &translated.text), &sources_of(&translated.text));
        }
        Err(diagnostics) => {
            assert!(!diagnostics.is_empty(), "rejected for no reason: {text}");
            shown(&diagnostics, &sources);
        }
    }
    shown(&check(file, text), &sources);
}

fn sources_of(text: &str) -> SourceMap {
    let mut sources = SourceMap::new();
    sources.add("A.tla", text);
    sources
}

/// All algorithms of the fixtures, right and wrong.
fn everything() -> Vec<(String, Options)> {
    let mut all: Vec<(String, Options)> = Vec::new();
    for folder in [folder(), folder().join("errors")] {
        all.extend(algorithms(&folder).into_iter().map(|(_, text)| {
            let options = options_of(&text);
            (text, options)
        }));
    }
    all
}

#[test]
fn every_truncation_ends() {
    let begun = Instant::now();
    for (text, options) in everything() {
        // Every so many bytes: all of them take minutes.
        let stride = (text.len() / 60).max(1);
        for end in (0..text.len()).step_by(stride).filter(|&i| text.is_char_boundary(i)) {
            survive(&text[..end], &options);
            // The end of the comment kept: the algorithm is cut, not the file.
            survive(&format!("{}\n*)\n\\* BEGIN TRANSLATION\n\\* END TRANSLATION\n", &text[..end]), &options);
        }
    }
    assert!(begun.elapsed() < Duration::from_secs(300), "too slow: {:?}", begun.elapsed());
}

/// What pcal.trans 1.11 writes for this algorithm, as reported in issue 513 of tlaplus/tlaplus.
#[test]
fn checksums_are_those_of_pcal_trans() {
    let text = "(* --algorithm foo { variable x; { x := TRUE; } } *)\n---- MODULE M ----\n====\n";
    let translated = run(text, &Options::default()).2.expect("translated").text;
    assert!(
        translated.contains("(chksum(pcal) = \"50a591ef\" /\\ chksum(tla) = \"b2b58931\")"),
        "{translated}"
    );
}

/// Where pcal.trans writes what does not say what is meant, we differ.
#[test]
fn what_pcal_trans_gets_wrong_is_right() {
    let lines = |body: &str| {
        let text = format!("(* --algorithm A {{ variable x = 0; {body} }} *)\n");
        let (sources, _, result) = run(&text, &Options { label: true, ..Options::default() });
        match result {
            Ok(translated) => translated.lines.join("\n"),
            Err(diagnostics) => panic!("{}", shown(&diagnostics, &sources)),
        }
    };
    // `b = x = 0` is no formula, `b = p \/ q` another one.
    let init = lines("process (P = 1) variables b = x = 0, c = b \\/ b; { a: b := c }");
    assert!(init.contains("/\\ b = (x = 0)\n") && init.contains("/\\ c = (b \\/ b)\n"), "{init}");
    // It goes to `a`, which is not the name any more.
    let renamed =
        "procedure R() { r: return } process (P = 1) { a: call R(); goto a } process (Q = 2) { a: skip }";
    let renamed = lines(renamed);
    assert!(
        renamed.contains("\\* Label a of process P at line 1 col ") && renamed.contains(" changed to a_\n")
    );
    assert!(renamed.contains("pc        |->  \"a_\" ] >>"), "{renamed}");
    // It ends there, so it must be able to stutter.
    let done = "procedure R() { r: return } process (P = 1) { a: while (TRUE) { call R(); goto Done } }";
    assert!(lines(done).contains("Terminating == "));
    // An empty conjunct is none.
    let again = lines("procedure R() { r: call R(); return } { a: call R() }");
    assert!(
        again.contains("r == /\\ pc = \"r\"\n     /\\ pc' = \"r\"\n     /\\ UNCHANGED << x, stack >>"),
        "{again}"
    );
}

/// A small generator of numbers: the tests are the same every time.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

#[test]
fn mutants_end() {
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let pieces = [
        "{",
        "}",
        "(",
        ")",
        ";",
        ":",
        ":=",
        "||",
        "begin",
        "end",
        "if",
        "then",
        "else",
        "while",
        "with",
        "either",
        "or",
        "call P(",
        "return;",
        "goto ",
        "a:",
        "(*",
        "*)",
        "\\*",
        "\"",
        "variables",
        "process",
        "macro M()",
        "procedure P(a)",
        "self",
        "\\E",
        "[",
        "]",
        "<<",
        ">>",
        "\t",
        "\n",
        "é",
        "—",
        "--algorithm",
        "====",
        "TRUE",
        "skip;",
        "BEGIN TRANSLATION",
        "END TRANSLATION",
        "\\in",
    ];
    for (text, options) in everything() {
        for _ in 0..30 {
            let mut mutant = text.clone();
            for _ in 0..=random.below(3) {
                let boundary = |mutant: &str, mut i: usize| {
                    while !mutant.is_char_boundary(i) {
                        i -= 1;
                    }
                    i
                };
                let at = boundary(&mutant, random.below(mutant.len() + 1));
                match random.below(3) {
                    0 => mutant.insert_str(at, pieces[random.below(pieces.len())]),
                    1 => {
                        let end = boundary(&mutant, (at + random.below(12)).min(mutant.len()));
                        mutant.replace_range(at.min(end)..end.max(at), "");
                    }
                    _ => {
                        let end = boundary(&mutant, (at + random.below(80)).min(mutant.len()));
                        let copy = mutant[at.min(end)..end.max(at)].to_owned();
                        let to = boundary(&mutant, random.below(mutant.len() + 1));
                        mutant.insert_str(to, &copy);
                    }
                }
            }
            survive(&mutant, &options);
        }
    }
}

#[test]
fn what_is_large_ends_soon() {
    let begun = Instant::now();
    let deep = |open: &str, close: &str, n: usize| {
        format!(
            "(*\n--algorithm A {{ variable x = 0; {{ a: {}skip{} }} }}\n*)\n",
            open.repeat(n),
            close.repeat(n)
        )
    };
    for (open, close) in [
        ("if (x = 0) { ", " }"),
        ("either { ", " } or skip"),
        ("{", "}"),
        ("with (k = 1) ", ""),
        ("x := (", ")"),
    ] {
        survive(&deep(open, close, 20_000), &Options::default());
    }
    let many = |what: &str, n: usize| {
        let body: String = (0..n).map(|i| what.replace('#', &i.to_string())).collect();
        format!("(*\n--algorithm A {{ variable x = 0; {{ {body} skip }} }}\n*)\n")
    };
    survive(&many("x := # + x; ", 2000), &Options { label: true, ..Options::default() });
    survive(&many("l#: if (x = #) { goto l0 }; ", 1000), &Options::default());
    survive(&many("assert x = #; ", 20_000), &Options::default());
    survive(
        &format!("(*\n--algorithm A {{ variable x = {}; {{ skip }} }}\n*)\n", "(".repeat(100_000)),
        &Options::default(),
    );
    survive(&format!("(* --algorithm A {}", "(* ".repeat(100_000)), &Options::default());
    assert!(begun.elapsed() < Duration::from_secs(60), "too slow: {:?}", begun.elapsed());
}
