//! Runaways: every fixture in `fixtures/limits` ends with the code and exit status recorded there, in
//! little time, also while several of them run at once.

use super::*;
use serde::Deserialize;
use tla_checker::outcome::Bound;
use tla_parser::resolve::load_file;

#[derive(Deserialize)]
struct Expected {
    tla: String,
    code: Option<String>,
    exit: i32,
    /// Set where only the time limit ends it.
    ends: Option<String>,
}

fn run(name: &str, seconds: f64) -> Outcome {
    let path = fixtures().join("limits").join(name);
    let library = Library::new();
    let mut spec = load_file(&path, &library).unwrap_or_else(|_| panic!("{name} is rejected")).spec;
    let text = std::fs::read_to_string(path.with_extension("cfg")).expect("a configuration");
    let file = spec.sources.add("model.cfg", text.as_str());
    let (model, _) = config::parse(file, &text).accept().expect("accepted");
    let prepared = check::prepare(&mut spec, &model, &library, Bounds::default()).expect("ready");
    let mut options = Options::default();
    options.search.workers = 2;
    options.search.time_limit = Some(Duration::from_secs_f64(seconds));
    let outcome = check::run(&prepared, &options, &Silent, &Cancel::new());
    let mut text = Vec::new();
    write_outcome(&mut text, &outcome, &spec.sources, &TextOptions::default()).expect("written");
    outcome
}

#[test]
fn runaways_end_with_the_limit_named() {
    let lines = std::fs::read_to_string(fixtures().join("limits/expected.jsonl")).expect("expected");
    let expected: Vec<Expected> =
        lines.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect();
    assert!(expected.len() >= 40);
    // Two at a time: runs know nothing of each other.
    let next = std::sync::atomic::AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(e) = expected.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                    let seconds = if e.ends.is_some() { 0.3 } else { 20.0 };
                    let outcome = within(25, &e.tla, || run(&e.tla, seconds));
                    assert_eq!(outcome.exit_code(), e.exit, "{}: {:?}", e.tla, outcome.verdict);
                    match (&outcome.verdict, &e.code) {
                        (Verdict::Failure(_, failure), Some(code)) => {
                            assert_eq!(failure.code.0, code, "{}: {}", e.tla, failure.message);
                            assert!(failure.span.is_some(), "{}: {}", e.tla, failure.message);
                        }
                        (Verdict::Bounded(Bound::Time), None) => {}
                        (verdict, _) => panic!("{}: {verdict:?}", e.tla),
                    }
                }
            });
        }
    });
}

#[test]
fn a_cancel_from_another_thread_ends_a_long_successor_generation() {
    for name in ["WideNext.tla", "LongChoose.tla", "LongAssume.tla", "WideInit.tla", "LongPostcondition.tla"]
    {
        let path = fixtures().join("limits").join(name);
        let library = Library::new();
        let mut spec = load_file(&path, &library).unwrap_or_else(|_| panic!("{name}")).spec;
        let text = std::fs::read_to_string(path.with_extension("cfg")).expect("a configuration");
        let (model, _) =
            config::parse(spec.sources.add("m.cfg", text.as_str()), &text).accept().expect("accepted");
        let prepared = check::prepare(&mut spec, &model, &library, Bounds::default()).expect("ready");
        let cancel = Cancel::new();
        let (outcome, waited) = std::thread::scope(|scope| {
            let run = scope.spawn(|| check::run(&prepared, &Options::default(), &Silent, &cancel));
            std::thread::sleep(Duration::from_millis(150));
            let start = Instant::now();
            cancel.cancel();
            (run.join().expect("no panic"), start.elapsed())
        });
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Cancelled), "{name}");
        assert!(waited < Duration::from_secs(2), "{name} went on for {waited:?}");
    }
}
