//! The checker as a library: runs know nothing of each other, and nothing is said but to the observer.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use tla_checker::check::{self, Options, Prepared};
use tla_checker::eval::Bounds;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Observer, Silent};
use tla_checker::outcome::Outcome;
use tla_parser::hir::Spec;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;

const COUNTER: &str = "---- MODULE Counter ----\nEXTENDS Naturals, TLC\nCONSTANT Most\nVARIABLE n\n\
    Init == n = 0 /\\ TLCSet(1, Most) /\\ PrintT(<<\"most\", Most>>)\n\
    Next == n < Most /\\ n' = n + 1\n\
    Mine == TLCGet(1) = Most\n====";

fn load(text: &str) -> Spec {
    load_text("Counter.tla", text, &Library::new()).unwrap_or_else(|_| panic!("rejected")).spec
}

fn prepare(spec: &mut Spec, most: i64, invariants: &[&str]) -> Prepared {
    let model = Model::new().init_next("Init", "Next").constant("Most", most).check_deadlock(false);
    let model = invariants.iter().fold(model, |model, text| model.invariant(*text));
    check::prepare(spec, &model, &Library::new(), Bounds::default()).unwrap_or_else(|d| panic!("{d:?}"))
}

fn run(prepared: &Prepared, observer: &dyn Observer) -> Outcome {
    check::run(prepared, &Options::default(), observer, &Cancel::new())
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Observer for Heard {
    fn print(&self, text: &str) {
        self.0.lock().expect("not poisoned").push(text.to_string());
    }
}

#[test]
fn checks_at_once_are_independent() {
    let prepared: Vec<Prepared> =
        (1..=8).map(|most| prepare(&mut load(COUNTER), most * 10, &["Mine", "n <= Most"])).collect();
    thread::scope(|scope| {
        for (at, prepared) in prepared.iter().enumerate() {
            // Twice at the same time: a prepared model is only read.
            for _ in 0..2 {
                scope.spawn(move || {
                    let heard = Heard::default();
                    let outcome = run(prepared, &heard);
                    let most = (at as u64 + 1) * 10;
                    assert_eq!((outcome.exit_code(), outcome.distinct_states), (0, most + 1));
                    assert_eq!(*heard.0.lock().expect("not poisoned"), [format!("<<\"most\", {most}>>")]);
                });
            }
        }
    });
}

#[test]
fn a_spec_can_be_made_ready_again_with_other_expressions() {
    let mut spec = load(COUNTER);
    let first = prepare(&mut spec, 5, &["n < 3"]);
    let second = prepare(&mut spec, 5, &["n < 4", "n + 1 > 0"]);
    let value = check::evaluate(&mut spec, "{1} \\cup {2}", &Library::new(), Bounds::default());
    assert_eq!(value.expect("a value"), "{1, 2}");
    let outcomes = [run(&first, &Silent), run(&second, &Silent), run(&first, &Silent)];
    assert_eq!(outcomes.map(|o| (o.exit_code(), o.trace().len())), [(12, 4), (12, 5), (12, 4)]);
}

#[test]
fn the_libraries_print_nothing_and_end_nothing() {
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() && path.file_name().is_some_and(|name| name != "bin") {
                sources(&path, found);
            } else if path.extension().is_some_and(|e| e == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    sources(&here.join("src"), &mut found);
    sources(&here.join("../tla-parser/src"), &mut found);
    assert!(found.len() > 80);
    for path in found {
        let text = std::fs::read_to_string(&path).expect("text");
        let (text, _tests) = text.split_once("#[cfg(test)]").unwrap_or((&text, ""));
        let code: String =
            text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        for word in
            ["println!", "eprint", "print!(", "dbg!", "process::exit", "stdout()", "stderr()", "static mut"]
        {
            assert!(!code.contains(word), "{}: {word}", path.display());
        }
    }
}
