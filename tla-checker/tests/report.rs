//! Hand-made outcomes, drawn as text and as JSON, against the recorded files in `fixtures/report`.

#[path = "harness/snapshot.rs"]
mod snapshot;

use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use tla_checker::failure::{Call, Failure, FailureKind};
use tla_checker::observer::Observer;
use tla_checker::outcome::{Bound, Cycle, Method, Outcome, Phase, TraceState, Verdict, Violation};
use tla_checker::report::events::{Event, EventWriter};
use tla_checker::report::json::Report;
use tla_checker::report::text::{TextOptions, write_diagnostics, write_outcome};
use tla_checker::space::Progress;
use tla_checker::value::Datum;
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::{FileId, SourceMap, Span};

const SPEC: &str = "---- MODULE Clock ----
EXTENDS Integers
VARIABLES hour, log
Init == hour = 1 /\\ log = <<>>
Tick == hour' = hour + 1 /\\ log' = Append(log, hour)
TypeOK == hour \\in 1..12
====
";

fn sources() -> (SourceMap, FileId) {
    let mut sources = SourceMap::new();
    let file = sources.add("specs/Clock.tla", SPEC);
    (sources, file)
}

/// The place of the first occurrence of `text` in the spec.
fn span(file: FileId, text: &str) -> Span {
    let at = SPEC.find(text).expect("in the spec");
    Span::new(file, at, at + text.len())
}

fn outcome(verdict: Verdict, trace: Vec<TraceState>) -> Outcome {
    let violations = match verdict {
        Verdict::Success | Verdict::Bounded(_) => vec![],
        _ => vec![Violation { verdict: verdict.clone(), trace, cycle: None }],
    };
    Outcome {
        verdict,
        violations,
        states_generated: 1_234_567,
        distinct_states: 89_012,
        depth: 12,
        queue: 0,
        seconds: 2.5,
        collision_probability: 3.2e-12,
        exact: false,
        actions: vec![],
        method: Method::BreadthFirst,
        replayed: None,
        warnings: vec![],
    }
}

fn record(fields: &[(&str, Datum)]) -> Datum {
    Datum::record(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
}

/// Two variables, one of them with a value that needs several lines.
fn trace(file: FileId) -> Vec<TraceState> {
    let message = |n: i64| {
        record(&[
            ("kind", "prepared".into()),
            ("from", Datum::model_value("r1")),
            ("to", Datum::from(["r1", "r2", "r3"].map(Datum::model_value))),
            ("number", n.into()),
        ])
    };
    let function = Datum::function(
        ["r1", "r2"].iter().map(|r| (Datum::model_value(*r), Datum::tuple([1, 2]))).collect(),
    );
    let state = |action: &str, at: Option<&str>, hour: i64, log: Datum| TraceState {
        action: action.into(),
        span: at.map(|text| span(file, text)),
        state: vec![
            ("hour".into(), hour.into()),
            ("log".into(), log),
            ("unchanged".into(), function.clone()),
        ],
        variables: None,
    };
    vec![
        state("Init", Some("Init"), 1, Datum::Tuple(vec![])),
        state("Tick(r1, \"a\")", Some("Tick"), 2, Datum::tuple([message(1)])),
        state("Next", None, 2, Datum::tuple([message(1), message(2), message(3)])),
        state("Tick", Some("Tick"), 2, Datum::tuple([message(1), message(2), message(3)])),
    ]
}

fn invariant(file: FileId) -> Verdict {
    Verdict::Invariant { name: "TypeOK".into(), span: Some(span(file, "TypeOK")), initial: false }
}

fn failure(file: FileId) -> Failure {
    Failure {
        kind: FailureKind::Evaluation,
        code: code::UNEXPECTED_CHARACTER,
        message: "the sum of 1 and \"a\": both must be integers".into(),
        span: Some(span(file, "hour + 1")),
        notes: vec!["hour is \"a\"".into()],
        help: Some("check the initial value of hour".into()),
        calls: vec![Call { name: "Tick".into(), span: span(file, "Tick") }],
    }
}

fn text(name: &str, outcome: &Outcome, options: TextOptions) {
    let (sources, _) = sources();
    let mut out = Vec::new();
    write_outcome(&mut out, outcome, &sources, &options).unwrap();
    let path = snapshot::fixtures("report").join(name).with_extension("txt");
    snapshot::check(&path, &String::from_utf8(out).unwrap());
}

fn json(name: &str, report: &Report) {
    let line = serde_json::to_string(report).unwrap();
    assert!(!line.contains('\n'));
    assert_eq!(&serde_json::from_str::<Report>(&line).unwrap(), report, "written and read back");
    let pretty = serde_json::to_string_pretty(report).unwrap() + "\n";
    snapshot::check(&snapshot::fixtures("report").join(name).with_extension("json"), &pretty);
}

fn both(name: &str, outcome: &Outcome) {
    text(name, outcome, TextOptions::default());
    json(name, &Report::of_outcome(outcome, &sources().0));
}

#[test]
fn success() {
    both("success", &outcome(Verdict::Success, vec![]));
}

#[test]
fn assumptions_only() {
    let empty =
        Outcome { states_generated: 0, distinct_states: 0, depth: 0, ..outcome(Verdict::Success, vec![]) };
    both("assumptions_only", &empty);
}

#[test]
fn bounded_run_with_queue_collisions_and_warning() {
    let (_, file) = sources();
    let mut bounded = outcome(Verdict::Bounded(Bound::Time), vec![]);
    bounded.queue = 4321;
    bounded.collision_probability = 1.25e-6;
    bounded.warnings = vec![
        Diagnostic::warning(code::CONFIG_REASSIGNED, "the action Tick is never enabled")
            .at(span(file, "Tick"), "here"),
    ];
    both("bounded", &bounded);
    text("bounded_nowarning", &bounded, TextOptions { warnings: false, ..TextOptions::default() });
}

#[test]
fn invariant_with_trace() {
    let (_, file) = sources();
    let violated = outcome(invariant(file), trace(file));
    both("invariant", &violated);
    text("invariant_difftrace", &violated, TextOptions { difftrace: true, ..TextOptions::default() });
    text("invariant_narrow", &violated, TextOptions { width: 40, ..TextOptions::default() });
    text("invariant_color", &violated, TextOptions { color: true, ..TextOptions::default() });
}

#[test]
fn deadlock_in_the_initial_state() {
    let (_, file) = sources();
    both("deadlock", &outcome(Verdict::Deadlock, trace(file)[..1].to_vec()));
}

#[test]
fn assumption_and_postcondition() {
    let (_, file) = sources();
    let assumption = Verdict::Assumption { name: "line 2".into(), span: Some(span(file, "EXTENDS")) };
    both("assumption", &outcome(assumption, vec![]));
    both("postcondition", &outcome(Verdict::Postcondition { name: "Post".into() }, vec![]));
}

#[test]
fn properties() {
    let (_, file) = sources();
    let step = Verdict::ActionProperty { name: "Forward".into(), span: None };
    both("action_property", &outcome(step, trace(file)[..2].to_vec()));
    let initial = Verdict::InitialProperty { name: "Start".into(), span: Some(span(file, "Init")) };
    both("initial_property", &outcome(initial, trace(file)[..1].to_vec()));
}

#[test]
fn lassos() {
    let (_, file) = sources();
    let violated = Verdict::Liveness { name: "Chimes".into(), span: Some(span(file, "TypeOK")) };
    for (name, cycle) in [
        (
            "liveness",
            Cycle { back: 1, action: Some(("Tick".into(), span(file, "Tick"))), modulo_view: false },
        ),
        ("liveness_stuttering", Cycle { back: 2, action: None, modulo_view: false }),
        ("liveness_view", Cycle { back: 0, action: None, modulo_view: true }),
    ] {
        let mut lasso = outcome(violated.clone(), trace(file)[..3].to_vec());
        lasso.violations[0].cycle = Some(cycle);
        both(name, &lasso);
    }
}

#[test]
fn failures() {
    let (_, file) = sources();
    let failed = Verdict::Failure(Phase::Next, Box::new(failure(file)));
    both("failure", &outcome(failed, trace(file)[..2].to_vec()));
    let bug =
        Failure { kind: FailureKind::Internal, calls: vec![], help: None, notes: vec![], ..failure(file) };
    both("bug", &outcome(Verdict::Failure(Phase::View, Box::new(bug)), vec![]));
}

#[test]
fn several_violations() {
    let (_, file) = sources();
    let mut several = outcome(invariant(file), trace(file)[..2].to_vec());
    several.violations.push(Violation {
        verdict: Verdict::Deadlock,
        trace: trace(file)[..1].to_vec(),
        cycle: None,
    });
    both("continue", &several);
}

#[test]
fn diagnostics() {
    let (sources, file) = sources();
    let list = [
        Diagnostic::error(code::CONFIG_KEYWORD, "unknown keyword `INVARINT`")
            .at(span(file, "VARIABLES"), "")
            .also(span(file, "Init"), "the first")
            .note("a fact")
            .help("did you mean `INVARIANT`?"),
        Diagnostic::warning(code::CONFIG_REASSIGNED, "a warning without a place"),
    ];
    json("diagnostics", &Report::of_diagnostics("config_error", 151, &list, &sources));
    let mut out = Vec::new();
    write_diagnostics(&mut out, &list, &sources, &TextOptions::default()).unwrap();
    snapshot::check(&snapshot::fixtures("report").join("diagnostics.txt"), &String::from_utf8(out).unwrap());
}

/// A writer that shares its bytes, and fails after so many lines.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>, usize);

impl std::io::Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut all = self.0.lock().unwrap();
        if all.iter().filter(|&&b| b == b'\n').count() >= self.1 {
            return Err(std::io::ErrorKind::BrokenPipe.into());
        }
        all.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Events are lines that can be read back; a reader who leaves does not stop the run.
#[test]
fn events() {
    let pipe = Pipe(Arc::default(), 3);
    let writer = EventWriter::new(pipe.clone());
    writer.write(&Event::Start { spec: "Clock.tla".into(), config: None });
    let progress = Progress { generated: 10, distinct: 5, queue: 2, level: 3 };
    assert_eq!(writer.progress(progress), ControlFlow::Continue(()));
    writer.print("<<1, \"a\nb\">>");
    writer.print("nobody reads this");
    assert_eq!(writer.progress(progress), ControlFlow::Continue(()));
    let text = String::from_utf8(pipe.0.lock().unwrap().clone()).unwrap();
    let events: Vec<Event> = text.lines().map(|l| serde_json::from_str(l).unwrap()).collect();
    let [Event::Start { .. }, Event::Progress { states_generated: 10, depth: 3, .. }, Event::Print { text }] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!(text, "<<1, \"a\nb\">>");
}
