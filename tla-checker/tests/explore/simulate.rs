//! Simulation on spaces made of Rust: the same for any number of workers, and real behaviours.

use crate::graph::Graph;
use crate::grid::Grid;
use crate::{assert_behaviour, options};
use std::time::Duration;
use tla_checker::explore::Options;
use tla_checker::explore::simulate::{self, simulate};
use tla_checker::observer::{Cancel, Observer, Silent, Simulated};
use tla_checker::outcome::{Bound, Method, Outcome, Simulation, Verdict};
use tla_checker::space::StateSpace;

fn with(workers: usize, seed: i64) -> Options {
    Options { workers, seed, max_depth: Some(30), ..options(workers) }
}

fn num(behaviours: u64) -> simulate::Options {
    simulate::Options { behaviours: Some(behaviours), ..simulate::Options::default() }
}

fn run<S: StateSpace>(space: &S, search: &Options, how: &simulate::Options) -> Outcome {
    Outcome { seconds: 0.0, ..simulate(space, search, how, &Silent, &Cancel::new()) }
}

fn statistics(outcome: &Outcome) -> Simulation {
    match outcome.method {
        Method::Simulation(simulation) => simulation,
        ref other => panic!("{other:?}"),
    }
}

/// Verdict, trace, counts, how often each action was taken, mean and variance: the same with 1, 2 and 8
/// workers, whatever layouts they meet on the way.
#[test]
fn one_two_and_eight_workers_see_the_same() {
    let mut verdicts = std::collections::BTreeMap::new();
    for seed in 0..400 {
        let graph = Graph::random(seed);
        for go_on in [false, true] {
            let with = |workers| Options {
                check_deadlock: !seed.is_multiple_of(3),
                continue_after_violation: go_on,
                ..with(workers, seed as i64)
            };
            let one = run(&graph, &with(1), &num(40));
            assert_behaviour(&graph, &one);
            for workers in [2, 8] {
                assert_eq!(run(&graph, &with(workers), &num(40)), one, "seed {seed}, {workers} workers");
            }
            let Simulation { behaviours, mean, longest, violating, .. } = statistics(&one);
            assert!(behaviours <= 40 && mean <= f64::from(longest) && longest <= 31, "seed {seed}");
            if let Some(number) = violating {
                // That behaviour alone shows it again.
                let again = simulate::Options { first: number, ..num(1) };
                let again = run(&graph, &with(1), &again);
                assert_eq!(again.verdict.exit_code(), one.verdict.exit_code(), "seed {seed}");
                if !go_on {
                    assert_eq!(
                        (again.verdict, again.violations),
                        (one.verdict.clone(), one.violations.clone())
                    );
                }
            }
            *verdicts.entry(one.verdict.name()).or_insert(0) += 1;
        }
    }
    for kind in ["bounded", "invariant", "deadlock", "action_property", "failure", "initial_property"] {
        assert!(verdicts.get(kind).is_some_and(|&count| count > 5), "{kind}: {verdicts:?}");
    }
}

/// The choice is even: of the actions that have a step first, then of its different successors.
#[test]
fn actions_are_chosen_evenly() {
    // Nothing ends these behaviours before their depth, and all three actions always have a step.
    let grid = Grid::new(1000, 3);
    let outcome = run(&grid, &with(2, 9), &num(2_000));
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Behaviours));
    let Simulation { behaviours, mean, variance, longest, .. } = statistics(&outcome);
    assert_eq!((behaviours, mean, variance, longest), (2_000, 31.0, 0.0, 31));
    let taken: Vec<u64> = outcome.actions.iter().map(|action| action.2).collect();
    assert_eq!(taken.iter().sum::<u64>(), 2_000 * 30);
    assert!(taken.iter().all(|&count| (19_600..20_400).contains(&count)), "{taken:?}");
    // Of the three only the one that is drawn is looked at.
    assert_eq!(outcome.states_generated, 1 + 2_000 * 30);
    assert_ne!(run(&grid, &with(2, 10), &num(2_000)).actions, outcome.actions, "another seed, other choices");
}

/// Behaviours that are only generated are checked for nothing.
#[test]
fn generating_checks_nothing() {
    let mut checked = 0;
    for seed in 0..60 {
        let mut graph = Graph::new(seed, 300, 2);
        (graph.invariant, graph.action_property, graph.stuck) = (20, 30, 20);
        let how = simulate::Options { check: false, ..num(30) };
        let outcome = run(&graph, &with(2, 1), &how);
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Behaviours), "seed {seed}");
        assert_eq!(statistics(&outcome).behaviours, 30);
        checked += usize::from(run(&graph, &with(2, 1), &num(30)).exit_code() != 0);
    }
    assert!(checked > 50, "{checked} of 60 show something when they are checked");
}

/// Every violation that a search finds can be found by simulation, if it is long enough.
#[test]
fn what_is_wrong_is_found() {
    let mut found = 0;
    for seed in 0..150 {
        let mut graph = Graph::new(seed, 40, 2);
        graph.invariant = 12;
        let wide = crate::run(&graph, &Options { check_deadlock: false, ..options(1) });
        let search = Options { check_deadlock: false, ..with(2, 5) };
        let random = run(&graph, &search, &num(3_000));
        assert_eq!(
            random.exit_code() == 0,
            wide.exit_code() == 0,
            "seed {seed}: {:?} {:?}",
            random.verdict,
            wide.verdict
        );
        assert!(random.trace().len() >= wide.trace().len());
        found += usize::from(wide.exit_code() != 0);
    }
    assert!(found > 100, "{found}");
}

#[test]
fn it_runs_until_it_is_told() {
    let grid = Grid::new(100_000, 2);
    let endless = simulate::Options::default();
    let time = run(&grid, &Options { time_limit: Some(Duration::from_millis(300)), ..with(2, 1) }, &endless);
    assert_eq!(time.verdict, Verdict::Bounded(Bound::Time));
    assert!(statistics(&time).behaviours > 100);

    struct Enough;
    impl Observer for Enough {
        fn simulated(&self, progress: Simulated) -> std::ops::ControlFlow<()> {
            match progress.behaviours > 100 {
                true => std::ops::ControlFlow::Break(()),
                false => std::ops::ControlFlow::Continue(()),
            }
        }
    }
    let told = simulate(&grid, &with(2, 1), &endless, &Enough, &Cancel::new());
    assert_eq!(told.verdict, Verdict::Bounded(Bound::Observer));
    let cancel = Cancel::new();
    cancel.cancel();
    let cancelled = simulate(&grid, &with(2, 1), &endless, &Silent, &cancel);
    assert_eq!(cancelled.verdict, Verdict::Bounded(Bound::Cancelled));
    for (exact, memory) in [(true, None), (false, Some(1 << 30))] {
        let refused = run(&grid, &Options { exact, memory, ..with(1, 1) }, &endless);
        assert_eq!(refused.exit_code(), 151, "{:?}", refused.verdict);
    }
}

/// A panic of any worker is a bug that is reported, and nothing hangs.
#[test]
fn panics_end_it() {
    for workers in [1, 2, 8] {
        let mut broken = Graph::new(5, 1000, 2);
        broken.panics = 40;
        let search = Options { check_deadlock: false, ..with(workers, 3) };
        assert_eq!(run(&broken, &search, &num(10_000)).exit_code(), 255);
    }
}

/// Each behaviour as a module: the same files for any number of workers, one a behaviour.
#[test]
fn behaviours_are_written() {
    let grid = Grid::new(50, 2);
    let mut texts = Vec::new();
    for workers in [1, 8] {
        let home = tempfile::tempdir().expect("a folder");
        let how = simulate::Options { files: Some(home.path().join("run")), first: 5, ..num(7) };
        let search = Options { max_depth: Some(4), ..with(workers, 2) };
        assert_eq!(run(&grid, &search, &how).verdict, Verdict::Bounded(Bound::Behaviours));
        let mut files: Vec<(String, String)> = std::fs::read_dir(home.path())
            .expect("is there")
            .map(|entry| entry.expect("is there").path())
            .map(|path| {
                let name = path.file_name().expect("a file").to_string_lossy().into_owned();
                (name, std::fs::read_to_string(&path).expect("is text"))
            })
            .collect();
        files.sort();
        let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["run_10", "run_11", "run_5", "run_6", "run_7", "run_8", "run_9"]);
        for (name, text) in &files {
            assert!(text.contains(&format!("MODULE {name} ")), "{text}");
            assert_eq!(text.matches("STATE_").count(), 5, "{text}");
            assert!(text.contains("STATE_1 ==\n/\\ c0 = 0\n/\\ c1 = 0\n"), "{text}");
        }
        texts.push(files);
    }
    assert_eq!(texts[0], texts[1]);
    let nowhere = simulate::Options { files: Some("/nowhere/at/all/run".into()), ..num(1) };
    assert_eq!(run(&grid, &with(1, 1), &nowhere).exit_code(), 151);
}
