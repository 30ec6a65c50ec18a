//! The logs of `fixtures/logs/cases.jsonl`: what is said of each is recorded beside it.

use super::{folder, ready, snapshot};
use serde::Deserialize;
use std::collections::BTreeSet;
use tla_checker::log::Mapping;
use tla_checker::report::text::{TextOptions, write_diagnostics, write_outcome};
use tla_parser::code;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    spec: String,
    log: String,
    #[serde(default)]
    between: u32,
    mapping: Option<String>,
    what: String,
}

fn cases() -> Vec<Case> {
    let text = std::fs::read_to_string(folder().join("cases.jsonl")).expect("cases.jsonl");
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

/// What tlacheck says of a log, with the exit status in the first line.
fn told(case: &Case) -> (i32, String) {
    let mut spec = ready(&case.spec);
    let text = std::fs::read_to_string(folder().join(format!("{}.ndjson", case.log))).expect("a log");
    let mapping = match &case.mapping {
        None => Mapping::default(),
        Some(name) => {
            let text =
                std::fs::read_to_string(folder().join(format!("{name}.mapping.json"))).expect("a mapping");
            Mapping::parse(name, &text).expect("is one")
        }
    };
    let (mut out, options) = (Vec::new(), TextOptions::default());
    let status = match spec.validate(&text, &mapping, case.between) {
        Ok(mut outcome) => {
            outcome.seconds = 0.0;
            write_outcome(&mut out, &outcome, &spec.sources, &options).expect("to memory");
            outcome.exit_code()
        }
        Err(diagnostics) => {
            write_diagnostics(&mut out, &diagnostics, &spec.sources, &options).expect("to memory");
            151
        }
    };
    let here = folder().canonicalize().expect("is there").display().to_string();
    let given = folder().display().to_string();
    let text = String::from_utf8(out).expect("is text").replace(&given, ".").replace(&here, ".");
    (status, format!("{}\nexit status {status}\n\n{text}", case.what))
}

#[test]
fn what_is_said_of_each_log_is_as_recorded() {
    let (mut faults, mut statuses, mut specs) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
    for case in cases() {
        let (status, text) = told(&case);
        let name = match case.between {
            0 => format!("{}.txt", case.log),
            n => format!("{}-between-{n}.txt", case.log),
        };
        if let Err(fault) = snapshot::compare(&folder().join("expected").join(name), &text) {
            faults.push(fault);
        }
        statuses.insert(status);
        specs.insert((case.spec, status == 0));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
    assert_eq!(statuses, BTreeSet::from([0, 10, 75, 151]));
    assert_eq!(specs.len(), 6, "each spec has logs that are admitted, and logs that are not");
}

#[test]
fn a_mapping_that_is_none_is_refused() {
    for text in ["", "[]", "{\"actoin\": \"op\"}", "{\"ignore\": 3}"] {
        let error = Mapping::parse("it", text).expect_err(text);
        assert_eq!(error.code, code::LOG_SYNTAX, "{text}");
    }
}

/// A mapping that leaves out every event leaves an empty log.
#[test]
fn a_log_of_nothing_but_left_out_events_is_empty() {
    let mapping = Mapping::parse("it", "{\"actions\": {\"tick\": null}}").expect("is one");
    let errors = ready("Meter").validate("{\"action\":\"tick\"}\n", &mapping, 0).expect_err("is empty");
    assert_eq!(errors[0].code, code::LOG_EMPTY);
    assert!(errors[0].notes[0].contains("all of its 1 lines"), "{:?}", errors[0].notes);
}
