//! Depth-first search and iterative deepening against the breadth-first search, on random graphs.

use crate::graph::Graph;
use crate::{assert_behaviour, options, run, run_reference};
use std::time::Duration;
use tla_checker::explore::depth_first::{deepening, depth_first};
use tla_checker::explore::{Options, explore};
use tla_checker::observer::{Cancel, Observer, Silent};
use tla_checker::outcome::{Bound, Method, Outcome, Verdict};
use tla_checker::space::{Progress, StateSpace};

fn deep(graph: &Graph, options: &Options) -> Outcome {
    depth_first(graph, options, &Silent, &Cancel::new())
}

fn deepened(graph: &Graph, options: &Options) -> Outcome {
    deepening(graph, options, &Silent, &Cancel::new())
}

/// What does not depend on the order in which states are visited.
fn counts(outcome: &Outcome) -> (u64, u64, Vec<(String, u64)>) {
    let fired = outcome.actions.iter().map(|(name, generated, _)| (name.clone(), *generated)).collect();
    (outcome.states_generated, outcome.distinct_states, fired)
}

/// Whole spaces: the same states, the same counts, the same violated properties, whichever way they are
/// visited; and a verdict of success is the same everywhere.
#[test]
fn all_reachable_states_are_found_and_no_others() {
    let (mut successes, mut violated) = (0, 0);
    for seed in 0..800 {
        // Of states that share a VIEW another one may be kept.
        let graph = Graph::random(seed);
        if graph.has_view() {
            continue;
        }
        // Every property, so that no search ends early; a failure ends any.
        let on = Options { continue_after_violation: true, ..options(1) };
        let wide = run(&graph, &on);
        if wide.violations.iter().any(|v| matches!(v.verdict, Verdict::Failure(..))) {
            continue;
        }
        for outcome in [deep(&graph, &on), deep(&graph, &Options { exact: true, ..on.clone() })] {
            assert_behaviour(&graph, &outcome);
            assert_eq!(counts(&outcome), counts(&wide), "seed {seed}");
            assert_eq!(outcome.queue, 0, "seed {seed}");
            assert!(outcome.depth >= wide.depth || wide.distinct_states == 0, "seed {seed}");
            let names = |outcome: &Outcome| {
                let mut all: Vec<_> =
                    outcome.violations.iter().map(|v| format!("{:?}", key(&v.verdict))).collect();
                all.sort();
                all
            };
            assert_eq!(names(&outcome), names(&wide), "seed {seed}");
            assert_eq!(outcome.exit_code() == 0, wide.exit_code() == 0, "seed {seed}");
        }
        successes += usize::from(wide.violations.is_empty());
        violated += usize::from(!wide.violations.is_empty());
    }
    assert!(successes > 60 && violated > 200, "{successes} without and {violated} with a violation");
}

/// A verdict without what depends on the trace.
fn key(verdict: &Verdict) -> (&'static str, String) {
    match verdict {
        Verdict::Invariant { name, .. }
        | Verdict::ActionProperty { name, .. }
        | Verdict::InitialProperty { name, .. } => (verdict.name(), name.clone()),
        other => (other.name(), String::new()),
    }
}

/// Within a bound on the depth exactly the states of so many levels are found, in whatever order they were
/// met first.
#[test]
fn a_bound_on_the_depth_is_kept_exactly() {
    let mut bounded = 0;
    for seed in 0..600 {
        let graph = Graph::random(seed);
        if graph.has_view() {
            continue;
        }
        for depth in [1, 2, 4] {
            let with = Options { max_depth: Some(depth), continue_after_violation: true, ..options(1) };
            let (wide, deep) = (run(&graph, &with), deep(&graph, &with));
            if wide.violations.iter().any(|v| matches!(v.verdict, Verdict::Failure(..))) {
                continue;
            }
            assert_eq!(deep.distinct_states, wide.distinct_states, "seed {seed}, depth {depth}");
            assert_eq!(deep.queue, wide.queue, "seed {seed}, depth {depth}");
            // Of several violations another one may be the first.
            assert_eq!(deep.exit_code() == 0, wide.exit_code() == 0, "seed {seed}, depth {depth}");
            assert_eq!(deep.violations.len(), wide.violations.len(), "seed {seed}, depth {depth}");
            assert_eq!(deep.depth, wide.depth, "seed {seed}, depth {depth}");
            bounded += usize::from(deep.verdict == Verdict::Bounded(Bound::Depth));
        }
    }
    assert!(bounded > 200, "{bounded}");
}

/// Deepening finds shortest traces, and comes to an end where the space does.
#[test]
fn deepening_finds_shortest_traces() {
    let (mut successes, mut shortest) = (0, 0);
    for seed in 0..600 {
        let graph = Graph::random(seed);
        if graph.has_view() {
            continue;
        }
        let (wide, deep) = (run_reference(&graph, &options(1)), deepened(&graph, &options(1)));
        assert_behaviour(&graph, &deep);
        assert_eq!(deep.exit_code() == 0, wide.exit_code() == 0, "seed {seed}");
        assert_eq!(
            deep.trace().len(),
            wide.trace().len(),
            "seed {seed}: {:?} {:?}",
            deep.verdict,
            wide.verdict
        );
        assert_eq!(deep.method, Method::Deepening);
        match wide.verdict {
            Verdict::Success => {
                assert_eq!(
                    (deep.distinct_states, deep.depth),
                    (wide.distinct_states, wide.depth),
                    "seed {seed}"
                );
                successes += 1;
            }
            _ => shortest += usize::from(wide.trace().len() > 2),
        }
    }
    assert!(successes > 50 && shortest > 100, "{successes} {shortest}");
}

#[test]
fn bounds_panics_and_the_caller_end_it() {
    let mut endless = Graph::new(3, 1 << 40, 2);
    endless.branching = 2;
    let limited = Options { check_deadlock: false, ..options(1) };
    let states = deep(&endless, &Options { max_states: Some(500), ..limited.clone() });
    assert_eq!(states.verdict, Verdict::Bounded(Bound::States));
    assert!((500..600).contains(&states.distinct_states) && states.queue > 0, "{states:?}");
    let time = deep(&endless, &Options { time_limit: Some(Duration::from_millis(300)), ..limited.clone() });
    assert_eq!(time.verdict, Verdict::Bounded(Bound::Time));
    assert!(time.seconds < 20.0, "{}", time.seconds);

    let cancel = Cancel::new();
    cancel.cancel();
    assert_eq!(depth_first(&endless, &limited, &Silent, &cancel).verdict, Verdict::Bounded(Bound::Cancelled));

    struct Enough;
    impl Observer for Enough {
        fn progress(&self, progress: Progress) -> std::ops::ControlFlow<()> {
            match progress.generated > 100 {
                true => std::ops::ControlFlow::Break(()),
                false => std::ops::ControlFlow::Continue(()),
            }
        }
    }
    let told = depth_first(&endless, &limited, &Enough, &Cancel::new());
    assert_eq!(told.verdict, Verdict::Bounded(Bound::Observer));

    let mut broken = Graph::new(5, 1000, 2);
    broken.panics = 40;
    let bug = deep(&broken, &Options { check_deadlock: false, ..options(1) });
    assert_eq!(bug.exit_code(), 255, "{:?}", bug.verdict);
    assert_eq!(explore(&broken, &limited, &Silent, &Cancel::new()).exit_code(), 255);
}

/// What needs files is refused by name.
#[test]
fn files_are_refused() {
    let graph = Graph::new(1, 50, 2);
    for (with, name) in [
        (Options { memory: Some(1 << 30), ..options(1) }, "--memory"),
        (Options { checkpoint: Some(Duration::from_secs(1)), ..options(1) }, "--checkpoint"),
        (Options { recover: Some("x".into()), ..options(1) }, "--recover"),
    ] {
        for outcome in [deep(&graph, &with), deepened(&graph, &with)] {
            let Verdict::Failure(_, failure) = &outcome.verdict else {
                panic!("{name}: {:?}", outcome.verdict)
            };
            assert!(failure.message.contains(name), "{}", failure.message);
            assert_eq!(outcome.exit_code(), 151);
        }
    }
}
