//! Trace validation: the logs of a small program against its spec, every corruption of them, and the
//! recorded logs of `fixtures/logs`.

#[path = "../../fixtures/logs/lock_service.rs"]
mod lock_service;
#[path = "logs/recorded.rs"]
mod recorded;
#[path = "harness/snapshot.rs"]
mod snapshot;

use lock_service::{CLIENTS, Chance, Says, Server, admits, run};
use serde_json::{Value as Json, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tla_checker::check::{self, Options, Prepared, Strategy};
use tla_checker::config;
use tla_checker::eval::Bounds;
use tla_checker::explore::validate;
use tla_checker::log::{Log, Mapping};
use tla_checker::observer::{Cancel, Silent};
use tla_checker::outcome::{Outcome, Verdict};
use tla_checker::value::Datum;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::library::Library;
use tla_parser::resolve::load_file;
use tla_parser::source::SourceMap;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/logs")
}

/// A spec of the fixtures with its model, ready.
struct Ready {
    prepared: Prepared,
    sources: SourceMap,
}

fn ready(name: &str) -> Ready {
    let library = Library::new();
    let mut resolved = load_file(&folder().join(format!("{name}.tla")), &library)
        .unwrap_or_else(|e| panic!("{name}: {:?}", e.diagnostics));
    let text = std::fs::read_to_string(folder().join(format!("{name}.cfg"))).expect("a configuration");
    let file = resolved.spec.sources.add(format!("{name}.cfg"), text.as_str());
    let (model, _) = config::parse(file, &text).accept().expect("a model");
    let prepared = check::prepare(&mut resolved.spec, &model, &library, Bounds::default()).expect("is ready");
    Ready { prepared, sources: resolved.spec.sources }
}

impl Ready {
    /// What becomes of a log.
    fn validate(&mut self, text: &str, mapping: &Mapping, between: u32) -> Result<Outcome, Vec<Diagnostic>> {
        let log = Log::parse("the log", text, mapping, &mut self.sources)?;
        let log = Arc::new(self.prepared.resolve_log(&log, &self.sources)?);
        let strategy = Strategy::Log(validate::Options { log, between, replay: None });
        let options = Options { strategy, ..Options::default() };
        Ok(check::run(&self.prepared, &options, &Silent, &Cancel::new()))
    }

    /// The first event of a log that is not admitted, from 0.
    fn first_wrong(&mut self, lines: &[String], between: u32) -> Option<usize> {
        let outcome =
            self.validate(&lines.join("\n"), &Mapping::default(), between).expect("names that are known");
        match &outcome.verdict {
            Verdict::Success => None,
            Verdict::LogNotAdmitted(rejection) => {
                assert_eq!(rejection.line as u64, rejection.event, "an event a line");
                assert_eq!(outcome.exit_code(), 10);
                assert!(outcome.trace().len() as u64 >= rejection.event, "a state before each event");
                Some(rejection.event as usize - 1)
            }
            other => panic!("{other:?}\n{}", lines.join("\n")),
        }
    }
}

/// What an event says, without the checker: the program's own values as JSON, compared in part.
fn says(line: &str) -> Box<Says<'static>> {
    fn agrees(logged: &Json, own: &Json) -> bool {
        match (logged, own) {
            (Json::Object(some), Json::Object(all)) => {
                some.iter().all(|(key, value)| all.get(key).is_some_and(|own| agrees(value, own)))
            }
            _ => logged == own,
        }
    }
    fn all(values: &Json, server: &Server) -> bool {
        let Json::Object(values) = values else { return true };
        values.iter().all(|(field, logged)| {
            agrees(logged, &serde_json::from_str(&server.value(field)).expect("the program logs JSON"))
        })
    }
    let event: Json = serde_json::from_str(line).expect("the program logs JSON");
    Box::new(move |before, action, client, after| {
        event["event"] == json!(action)
            && (event["args"].is_null() || event["args"] == json!([CLIENTS[client]]))
            && all(&event["before"], before)
            && all(&event["state"], after)
    })
}

fn oracle(lines: &[String], between: usize) -> Option<usize> {
    let events: Vec<_> = lines.iter().map(|line| says(line)).collect();
    admits(&events, between).err()
}

#[test]
fn every_genuine_log_is_admitted() {
    let mut spec = ready("LockService");
    for seed in 1..=400 {
        let lines = run(seed, 30);
        assert_eq!(oracle(&lines, 0), None, "seed {seed}: the program contradicts itself");
        assert_eq!(spec.first_wrong(&lines, 0), None, "seed {seed}");
    }
}

/// Lines that were lost can be stepped over, if they are not too many.
#[test]
fn lost_events_lie_between() {
    let mut spec = ready("LockService");
    let mut rejected = 0;
    for seed in 1..=60 {
        let mut lines = run(seed, 24);
        let mut chance = Chance::new(seed + 1_000);
        // Never two neighbours, and not the last.
        let mut at = chance.below(3);
        while at + 1 < lines.len() {
            lines.remove(at);
            at += 2 + chance.below(4);
        }
        assert_eq!(spec.first_wrong(&lines, 1), None, "seed {seed}");
        assert_eq!(spec.first_wrong(&lines, 2), None, "seed {seed}");
        let wrong = oracle(&lines, 0);
        assert_eq!(spec.first_wrong(&lines, 0), wrong, "seed {seed}");
        rejected += usize::from(wrong.is_some());
    }
    assert!(rejected > 50, "without steps in between, most of them are wrong: {rejected}");
}

/// Every value of every event, put wrong in every way that keeps its form.
fn corruptions(line: &str) -> Vec<String> {
    fn others(value: &Json) -> Vec<Json> {
        match value {
            Json::String(text) => {
                let all = [
                    "c1", "c2", "c3", "None", "idle", "waiting", "holding", "Request", "Cancel", "Grant",
                    "Release",
                ];
                let (clients, doing, actions) = (&all[..4], &all[4..7], &all[7..]);
                let kind = [clients, doing, actions].into_iter().find(|kind| kind.contains(&text.as_str()));
                kind.expect("a known word")
                    .iter()
                    .filter(|word| *word != text)
                    .map(|word| json!(word))
                    .collect()
            }
            Json::Number(n) => {
                let n = n.as_i64().expect("an integer");
                vec![json!(n + 1), json!(n - 1)]
            }
            Json::Array(items) => {
                let mut changed = Vec::new();
                for at in 0..items.len() {
                    let mut fewer = items.clone();
                    fewer.remove(at);
                    changed.push(Json::Array(fewer));
                    for other in others(&items[at]) {
                        let mut with = items.clone();
                        with[at] = other;
                        changed.push(Json::Array(with));
                    }
                }
                let mut more = items.clone();
                more.push(json!("c1"));
                changed.push(Json::Array(more));
                changed
            }
            Json::Object(fields) => {
                let mut changed = Vec::new();
                for (name, value) in fields {
                    for other in others(value) {
                        let mut with = fields.clone();
                        with.insert(name.clone(), other);
                        changed.push(Json::Object(with));
                    }
                }
                changed
            }
            other => panic!("{other}"),
        }
    }
    let event: Json = serde_json::from_str(line).expect("the program logs JSON");
    let one = |args: &Json| args.as_array().is_none_or(|items| items.len() == 1);
    // The number of arguments is part of the form.
    others(&event).iter().filter(|event| one(&event["args"])).map(Json::to_string).collect()
}

/// One field of one event is wrong: the log is rejected at the very event at which it becomes wrong, which
/// the program's own step function says; where the change is no lie, it is admitted.
#[test]
fn every_corruption_of_a_single_field_is_rejected_at_the_right_event() {
    let mut spec = ready("LockService");
    let (mut wrong, mut right, mut at_once) = (0, 0, 0);
    for seed in [1, 7, 23] {
        let lines = run(seed, 20);
        for at in 0..lines.len() {
            for corrupted in corruptions(&lines[at]) {
                let mut log = lines.clone();
                log[at] = corrupted;
                let expected = oracle(&log, 0);
                assert_eq!(spec.first_wrong(&log, 0), expected, "seed {seed}, event {at}: {}", log[at]);
                match expected {
                    None => right += 1,
                    Some(event) => {
                        wrong += 1;
                        at_once += usize::from(event == at);
                    }
                }
            }
        }
    }
    assert!(wrong > 800 && at_once > 700, "{wrong} are wrong, {at_once} of them at once; {right} are no lie");
}

/// The same with steps in between, which make more logs right.
#[test]
fn corruptions_are_judged_rightly_with_steps_in_between() {
    let mut spec = ready("LockService");
    let (mut wrong, mut right) = (0, 0);
    let lines = run(5, 10);
    for at in 0..lines.len() {
        for corrupted in corruptions(&lines[at]) {
            let mut log = lines.clone();
            log[at] = corrupted;
            let expected = oracle(&log, 1);
            assert_eq!(spec.first_wrong(&log, 1), expected, "event {at}: {}", log[at]);
            *if expected.is_some() { &mut wrong } else { &mut right } += 1;
        }
    }
    assert!(wrong > 50 && right > 5, "{wrong} wrong, {right} right");
}

/// What a state without steps lacks, action by action: for a deadlock as for a log.
#[test]
fn a_state_explains_why_it_has_no_step() {
    let spec = ready("Meter");
    let [level, trail, alarm] = [Datum::Int(9), Datum::Tuple(vec![]), Datum::from("on")];
    let all = check::explain(&spec.prepared, &[level, trail, alarm], &Cancel::new());
    let found: Vec<String> = all
        .iter()
        .map(|(action, explanation)| {
            let blames: Vec<String> = explanation
                .blames
                .iter()
                .map(|blame| {
                    let values: Vec<String> = blame
                        .values
                        .iter()
                        .map(|(span, value)| format!("{} is {value}", spec.sources.text(*span)))
                        .collect();
                    format!(
                        "{} {}: {}",
                        spec.sources.text(blame.span),
                        blame.reason.text(),
                        values.join(", ")
                    )
                })
                .collect();
            format!("{action} has {} steps; {}", explanation.steps, blames.join("; "))
        })
        .collect();
    assert_eq!(
        found,
        [
            "Change(1) has 1 steps; level' <= 9 is false: level' is 10",
            "Change(2) has 1 steps; level' <= 9 is false: level' is 11",
            "Ring has 0 steps; alarm = \"off\" is false: alarm is \"on\"",
        ]
    );
}

/// The logs in the folder are those of the program, so that they can be tried by hand.
#[test]
fn the_recorded_runs_are_the_programs() {
    for seed in [1, 2, 3] {
        let text = run(seed, 30).join("\n") + "\n";
        snapshot::check(&folder().join(format!("LockService-{seed}.ndjson")), &text);
    }
}
