//! `-tool`: what the binary says in TLC's messages, against what TLC 2.15 said (`fixtures/tool`).
//!
//! Holds: a reader that accepts nothing but well-formed messages reads all of it; codes, classes and order are
//! TLC's; so is the text, where a case says so and both have found the same behaviour.

use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

#[derive(Deserialize)]
struct Case {
    name: String,
    folder: String,
    spec: String,
    config: Option<String>,
    options: Vec<String>,
    compare: Compare,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum Compare {
    /// Codes, classes and order.
    Codes,
    /// The text too.
    Text,
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(fixtures().join("tool/cases.jsonl")).expect("the cases");
    let cases: Vec<Case> = text.lines().map(|line| serde_json::from_str(line).expect("a case")).collect();
    assert!(cases.len() >= 30, "{} cases", cases.len());
    cases
}

/// A part of the output.
#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// A message: its code and class, and what is in it.
    Message(u32, u32, Vec<Part>),
    /// A line that is no message.
    Line(String),
}

/// Reads an output; messages must be closed in the order in which they were opened, by the code that opened
/// them.
fn read(output: &str) -> Result<Vec<Part>, String> {
    let mut open: Vec<(u32, u32, Vec<Part>)> = vec![(0, 0, Vec::new())];
    for line in output.lines() {
        // TLC begins a nested one in the middle of a line.
        let start = line.find("@!@!@STARTMSG ").filter(|_| line.ends_with(" @!@!@"));
        if let Some(at) = start {
            let head = &line[at + 14..line.len() - 6];
            let (code, class) = head.split_once(':').ok_or_else(|| format!("no class: {line}"))?;
            let number = |text: &str| text.parse::<u32>().map_err(|e| format!("{line}: {e}"));
            let class = number(class)?;
            if class > 4 {
                return Err(format!("there is no such class: {line}"));
            }
            let before = line[..at].trim_end_matches([' ', ':']);
            if !before.is_empty() {
                open.last_mut().ok_or("nothing open")?.2.push(Part::Line(before.to_owned()));
            }
            open.push((number(code)?, class, Vec::new()));
        } else if let Some(rest) = line.strip_prefix("@!@!@ENDMSG ") {
            let code = rest.strip_suffix(" @!@!@").ok_or_else(|| format!("no end: {line}"))?;
            let (opened, class, parts) = open.pop().ok_or("nothing open")?;
            if open.is_empty() || code.parse() != Ok(opened) {
                return Err(format!("{opened} is open: {line}"));
            }
            open.last_mut().ok_or("nothing open")?.2.push(Part::Message(opened, class, parts));
        } else if line.contains("@!@!@") {
            return Err(format!("half a message: {line}"));
        } else {
            open.last_mut().ok_or("nothing open")?.2.push(Part::Line(line.to_owned()));
        }
    }
    match open.pop() {
        Some((_, _, parts)) if open.is_empty() => Ok(parts),
        _ => Err("a message is not closed".to_owned()),
    }
}

fn messages(parts: &[Part]) -> impl Iterator<Item = (u32, u32, &Vec<Part>)> {
    parts.iter().filter_map(|part| match part {
        Part::Message(code, class, inner) => Some((*code, *class, inner)),
        Part::Line(_) => None,
    })
}

/// What is compared: codes and classes, and the text without what is different each time.
fn compared(case: &Case, parts: &[Part]) -> Vec<String> {
    let failed = messages(parts).any(|(_, class, _)| class == 1);
    let simulated = case.options.iter().any(|o| o == "-simulate");
    let evaluation = messages(parts).any(|(code, class, _)| class == 1 && [1000, 2102].contains(&code));
    let mut all = Vec::new();
    for (code, class, inner) in messages(parts) {
        // How initial states come along and the outdegree are TLC's alone, and so are warnings and levels of a
        // deepening search; how far a simulation is, is told more than once.
        if [2269, 2268, 2205, 2208].contains(&code) || class == 3 || simulated && [2209, 2210].contains(&code)
        {
            continue;
        }
        // In a deepening search TLC does not know the actions, so its states have another code; it counts
        // initial states in its own way.
        let deepening = case.options.iter().any(|o| o == "-dfid");
        if deepening && code == 2190 {
            continue;
        }
        // After `-continue` TLC says that no error was found, where there was one.
        if case.options.iter().any(|o| o == "-continue") && code == 2193 {
            continue;
        }
        let code = if deepening && code == 2216 { 2217 } else { code };
        // TLC does not always show the behaviour that leads to an evaluation that fails; lassos of another
        // shape have another number of states.
        if case.compare == Compare::Codes
            && ([2121, 2217, 2218].contains(&code) || evaluation && code == 2194)
        {
            continue;
        }
        // It says where a nested one is, or does not.
        if evaluation && code == 2103 {
            continue;
        }
        let mut line = format!("{code}:{class}");
        if case.compare == Compare::Text && code != 2262 && ![2187, 2188].contains(&code) {
            line += &format!(" {}", text(code, failed, inner));
        }
        all.push(line);
    }
    all
}

/// The text of a message without times and counts that depend on where the search stops.
fn text(code: u32, failed: bool, parts: &[Part]) -> String {
    let mut lines: Vec<String> = Vec::new();
    for part in parts {
        match part {
            Part::Line(line) => lines.push(line.trim_end().to_owned()),
            Part::Message(code, class, inner) => {
                lines.push(format!("[{code}:{class} {}]", text(*code, failed, inner)))
            }
        }
    }
    // The order of variables is not the same.
    if lines.iter().any(|line| line.starts_with("/\\ ")) {
        lines.sort();
    }
    lines.retain(|line| !line.is_empty());
    let text = lines.join("|");
    let mut out = String::new();
    let mut rest = text.as_str();
    // Times, and the chance of a collision, which depends on how fingerprints are made.
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        out += &rest[..at];
        let number: String =
            rest[at..].chars().take_while(|c| c.is_ascii_digit() || ",.:-E".contains(*c)).collect();
        let number = number.trim_end_matches([',', '.', ':', '-', 'E']);
        rest = &rest[at + number.len()..];
        let counts = [2199, 2200].contains(&code) && failed;
        let time = number.contains(':') || number.matches('-').count() == 2 || [2186, 2267].contains(&code);
        let rate = rest.starts_with(" s/min") || rest.starts_with(" ds/min");
        let chance = code == 2193;
        out += if counts || time || rate || chance { "N" } else { number };
    }
    out + rest
}

/// What the binary says.
fn tlacheck(case: &Case) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tlacheck"));
    command.current_dir(fixtures().join(&case.folder)).stdin(Stdio::null());
    // As `java -cp tla2tools.jar tlc2.TLC …`.
    command.args(["tlc", "-cp", "tla2tools.jar", "tlc2.TLC", "-tool", "-workers", "1"]).args(&case.options);
    if let Some(config) = &case.config {
        command.args(["-config", config]);
    }
    let output = command.arg(&case.spec).output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{}: all is on standard output", case.name);
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn messages_are_those_of_tlc() {
    let mut wrong = Vec::new();
    for case in cases() {
        let recorded = fixtures().join(format!("tool/{}.out", case.name));
        let recorded = std::fs::read_to_string(recorded).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let ours = tlacheck(&case);
        let [theirs, ours] = [&recorded, &ours]
            .map(|output| read(output).unwrap_or_else(|why| panic!("{}: {why}\n{output}", case.name)));
        let [theirs, ours] = [theirs, ours].map(|parts| compared(&case, &parts));
        assert!(theirs.len() >= 5, "{}: {theirs:?}", case.name);
        if theirs != ours {
            wrong.push(format!(
                "{}\n  TLC:  {}\n  ours: {}",
                case.name,
                theirs.join("\n        "),
                ours.join("\n        ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn only_well_formed_messages_are_read() {
    for (output, right) in [
        ("", true),
        ("text", true),
        ("@!@!@STARTMSG 1000:1 @!@!@\nx\n@!@!@ENDMSG 1000 @!@!@", true),
        (
            "@!@!@STARTMSG 1000:1 @!@!@\nx\n: @!@!@STARTMSG 2132:0 @!@!@\n@!@!@ENDMSG 2132 @!@!@\n@!@!@ENDMSG 1000 @!@!@",
            true,
        ),
        ("@!@!@STARTMSG 1000:1 @!@!@\nx", false),
        ("@!@!@STARTMSG 1000 @!@!@\n@!@!@ENDMSG 1000 @!@!@", false),
        ("@!@!@STARTMSG 1000:7 @!@!@\n@!@!@ENDMSG 1000 @!@!@", false),
        ("@!@!@STARTMSG 1000:1 @!@!@\n@!@!@ENDMSG 1001 @!@!@", false),
        ("@!@!@ENDMSG 1001 @!@!@", false),
        ("@!@!@STARTMSG 1000:1", false),
    ] {
        assert_eq!(read(output).is_ok(), right, "{output}");
    }
}

/// What editors read out of the messages, field by field.
#[test]
fn editors_find_their_fields() {
    let case = |name: &str| cases().into_iter().find(|case| case.name == name).expect("a case");
    let said = tlacheck(&case("invariant_actions"));
    let parts = read(&said).expect("messages");
    let lines: Vec<&str> = said.lines().collect();
    // The first file is the root module's, with its whole path; then each module is named.
    let files: Vec<&&str> = lines.iter().filter(|line| line.starts_with("Parsing file ")).collect();
    assert!(
        files[0].contains("/specs/BrokenLock.tla") && files[0].starts_with("Parsing file /"),
        "{files:?}"
    );
    assert!(lines.contains(&"Semantic processing of module BrokenLock"));
    // A state: number, action and place, then the variables.
    let states: Vec<String> = messages(&parts)
        .filter(|(code, class, _)| (*code, *class) == (2217, 4))
        .map(|(_, _, inner)| match &inner[..] {
            [Part::Line(first), Part::Line(second), ..] => format!("{first}|{second}"),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(states[0], "1: <Initial predicate>|/\\ pc = (a :> \"idle\" @@ b :> \"idle\")");
    assert!(
        states[1].starts_with("2: <Test line 9, col 12 to line 9, col 61 of module BrokenLock>|/\\ pc = (")
    );
    let texts: Vec<String> =
        messages(&parts).map(|(code, _, inner)| format!("{code} {}", text(0, false, inner))).collect();
    let has = |start: &str, end: &str| texts.iter().any(|t| t.starts_with(start) && t.ends_with(end));
    assert!(has("2262 TLC2 Version ", ""), "{texts:?}");
    assert!(
        has("2190 Finished computing initial states: 1 distinct state generated at N N.", ""),
        "{texts:?}"
    );
    assert!(has("2199 ", " distinct states found, 1 states left on queue."), "{texts:?}");
    assert!(has("2186 Finished in ", ")"), "{texts:?}");
    // Errors of a spec: the module, then a place and what is wrong.
    let said = tlacheck(&case("parse"));
    let at = said.find("*** Errors: 1\n\nline ").expect("errors as SANY writes them");
    assert!(said[at..].lines().nth(2).expect("a place").ends_with(" of module CfgParseFirst"), "{said}");
    // A wrong option.
    let wrong = Case { options: vec!["-nosuch".to_owned()], ..case("success") };
    let said = tlacheck(&wrong);
    assert!(said.contains("STARTMSG 1102:1") && said.contains("--nosuch"), "{said}");
}

#[test]
fn what_the_spec_prints_stands_between_messages() {
    let case = cases().into_iter().find(|case| case.name == "print_and_level").expect("a case");
    let parts = read(&tlacheck(&case)).expect("messages");
    assert!(parts.contains(&Part::Line("\"init\"".to_owned())), "{parts:?}");
}
