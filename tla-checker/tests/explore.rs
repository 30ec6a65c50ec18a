//! The explorer on synthetic spaces: the same outcome for any number of workers, the same figures as
//! the reference search, and every way to end.

#[path = "explore/bounds.rs"]
mod bounds;
#[path = "explore/depth.rs"]
mod depth;
#[path = "explore/graph.rs"]
mod graph;
#[path = "explore/grid.rs"]
mod grid;
#[path = "explore/saved.rs"]
mod saved;
#[path = "explore/simulate.rs"]
mod simulate;

use graph::{Graph, int};
use tla_checker::explore::{Options, explore, reference};
use tla_checker::failure::FailureKind;
use tla_checker::observer::{Cancel, Silent};
use tla_checker::outcome::{Outcome, Phase, Verdict};
use tla_checker::space::StateSpace;

fn options(workers: usize) -> Options {
    Options { workers, all_hands: true, ..Options::default() }
}

fn run<S: StateSpace>(space: &S, options: &Options) -> Outcome {
    Outcome { seconds: 0.0, ..explore(space, options, &Silent, &Cancel::new()) }
}

fn run_reference<S: StateSpace>(space: &S, options: &Options) -> Outcome {
    reference::explore(space, options, &Silent, &Cancel::new())
}

/// What explorer and reference have to agree on.
fn figures(outcome: &Outcome) -> impl PartialEq + std::fmt::Debug {
    let violations: Vec<_> = outcome.violations.iter().map(|v| (v.verdict.clone(), v.trace.len())).collect();
    let fired: Vec<_> =
        outcome.actions.iter().map(|(name, generated, _)| (name.clone(), *generated)).collect();
    let counts = (outcome.states_generated, outcome.distinct_states, outcome.queue, outcome.depth);
    (outcome.verdict.clone(), violations, fired, counts, outcome.exit_code())
}

/// Checks, without the explorer, that a trace is a behaviour of the graph.
fn assert_behaviour(graph: &Graph, outcome: &Outcome) {
    for violation in &outcome.violations {
        let node = |at: usize| {
            let state = &violation.trace[at].state;
            let node = (0..graph.nodes).find(|&n| {
                let [x, y] = graph.numbers(n);
                state[0].1 == int(x) && state[1].1 == int(y)
            });
            node.expect("a trace shows nodes of the graph")
        };
        for at in 0..violation.trace.len() {
            let (action, node_here) = (&violation.trace[at].action, node(at));
            if at == 0 {
                assert_eq!(action, "Init");
                assert!(graph.initial_nodes().contains(&node_here));
            } else {
                let instance = graph.instances().iter().position(|i| i.to_string() == *action);
                let instance = instance.expect("an action of the graph");
                assert!(graph.successors_of(node(at - 1), instance).contains(&node_here));
            }
        }
        let last = violation.trace.len().wrapping_sub(1);
        match &violation.verdict {
            Verdict::Invariant { name, initial, .. } => {
                assert!(!graph.holds(usize::from(name == "Inv1"), node(last)));
                assert_eq!(*initial, last == 0);
            }
            Verdict::ActionProperty { .. } => assert!(!graph.step_holds(node(last - 1), node(last))),
            Verdict::Deadlock => {
                assert!((0..graph.instances().len()).all(|i| graph.successors_of(node(last), i).is_empty()));
            }
            _ => {}
        }
    }
}

#[test]
fn one_two_and_eight_workers_and_the_reference_agree_on_random_graphs() {
    let (mut verdicts, mut repacked) = (std::collections::BTreeMap::new(), 0);
    for seed in 0..1_500 {
        let graph = Graph::random(seed);
        for go_on in [false, true] {
            let with = |workers| Options {
                check_deadlock: !seed.is_multiple_of(5),
                continue_after_violation: go_on,
                max_depth: seed.is_multiple_of(7).then_some(5),
                ..options(workers)
            };
            let one = run(&graph, &with(1));
            assert_behaviour(&graph, &one);
            for workers in [2, 8] {
                if workers == 2 || seed.is_multiple_of(4) {
                    assert_eq!(run(&graph, &with(workers)), one, "seed {seed}, {workers} workers");
                }
            }
            if !graph.has_view() {
                // With tables that are full after a few keys: everything goes to disk, often.
                for (turn, workers, keys) in [(0, 1, 5), (1, 2, 40), (2, 8, 200)] {
                    if seed % 3 == turn {
                        let folder = saved::memory();
                        let spilled = Options { spill_after: Some(keys), folder, ..with(workers) };
                        assert_eq!(run(&graph, &spilled), one, "seed {seed}, {workers} workers, {keys} keys");
                    }
                }
            }
            let plain = run_reference(&graph, &with(1));
            assert_behaviour(&graph, &plain);
            assert_eq!(figures(&plain), figures(&one), "seed {seed}, reference");
            *verdicts.entry(one.verdict.name()).or_insert(0) += 1;
        }
        repacked += u32::from(graph.newest.into_inner() >= 3);
    }
    // The graphs are of use only if they show everything.
    assert!(repacked > 300, "{repacked}");
    for name in
        ["success", "bounded", "deadlock", "invariant", "action_property", "initial_property", "failure"]
    {
        assert!(verdicts.get(name).is_some_and(|&n| n >= 20), "{name}: {verdicts:?}");
    }
}

#[test]
fn large_levels_are_shared_and_agree() {
    for (seed, view) in [(1, 1), (2, 1), (3, 4)] {
        let mut graph = Graph::new(seed, 60_000, 3);
        (graph.outside, graph.action_property, graph.view) = (9, if seed == 2 { 40_000 } else { 0 }, view);
        graph.repacks = if seed == 1 { 0 } else { 2_000 };
        let with = |workers| Options { check_deadlock: false, ..options(workers) };
        let one = run(&graph, &with(1));
        assert!(one.distinct_states > 8_000, "{one:?}");
        for workers in [2, 3, 8] {
            assert_eq!(run(&graph, &with(workers)), one, "{workers} workers");
            let lazily = Options { all_hands: false, ..with(workers) };
            assert_eq!(run(&graph, &lazily), one, "{workers} workers, small levels alone");
        }
        assert_eq!(figures(&run_reference(&graph, &with(1))), figures(&one));
    }
}

#[test]
fn each_thread_makes_one_worker() {
    let graph = Graph::new(11, 5_000, 2);
    run(&graph, &options(5));
    assert_eq!(graph.made.load(std::sync::atomic::Ordering::Relaxed), 5);
}

#[test]
fn states_outside_the_constraints_are_counted_and_checked_but_not_kept() {
    // All states are outside: the initial ones are counted, and nothing is kept (TLC says depth 1).
    let mut graph = Graph::new(5, 50, 2);
    graph.outside = 1;
    for outcome in [run(&graph, &options(2)), run_reference(&graph, &options(1))] {
        assert_eq!(outcome.verdict, Verdict::Success);
        let counts = (outcome.states_generated, outcome.distinct_states, outcome.depth, outcome.queue);
        assert_eq!(counts, (3, 0, 1, 0));
    }
    graph.invariant = 1;
    for outcome in [run(&graph, &options(2)), run_reference(&graph, &options(1))] {
        assert!(matches!(&outcome.verdict, Verdict::Invariant { name, initial: true, .. } if name == "Inv0"));
        assert_eq!(outcome.trace().len(), 1);
        assert_eq!(outcome.exit_code(), 12);
    }
}

#[test]
fn continue_records_each_property_once_with_its_shortest_trace() {
    let mut graph = Graph::new(8, 3_000, 3);
    (graph.invariant, graph.action_property, graph.stuck) = (150, 200, 100);
    let first = run(&graph, &options(2));
    let all = run(&graph, &Options { continue_after_violation: true, ..options(2) });
    assert_eq!((&all.verdict, all.trace()), (&first.verdict, first.trace()));
    let mut names: Vec<_> = all.violations.iter().map(|v| format!("{:?}", v.verdict)).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    names.dedup();
    assert_eq!(names.len(), 4);
    assert!(all.violations.is_sorted_by_key(|v| v.trace.len()), "found level by level");
    assert!(all.distinct_states > first.distinct_states && all.queue == 0);
}

#[test]
fn a_state_whose_successors_fail_is_no_deadlock() {
    let mut graph = Graph::new(6, 50, 2);
    (graph.stuck, graph.fails) = (1, 1);
    let with = Options { continue_after_violation: true, ..options(2) };
    for outcome in [run(&graph, &with), run_reference(&graph, &with)] {
        assert_eq!(outcome.violations.len(), 1);
        assert!(matches!(outcome.verdict, Verdict::Failure(Phase::Next, _)));
        assert_eq!(outcome.trace().len(), 1);
    }
}

#[test]
fn traces_of_keys_that_were_cut_to_few_bits_are_behaviours_too() {
    let mut traces = 0;
    for seed in 0..400 {
        let graph = Graph::random(seed);
        let bits = [7, 11, 16, 33][seed as usize % 4];
        let with = |workers| Options { fingerprint_bits: bits, ..options(workers) };
        let one = run(&graph, &with(1));
        assert_behaviour(&graph, &one);
        assert!(
            one.violations.iter().all(|v| !matches!(&v.verdict,
            Verdict::Failure(_, failure) if failure.kind == FailureKind::Internal)),
            "{one:?}"
        );
        traces += one.trace().len();
        for workers in [2, 8] {
            assert_eq!(run(&graph, &with(workers)), one, "seed {seed}, {workers} workers");
        }
    }
    assert!(traces > 600, "{traces}");
}

#[test]
fn whole_states_give_the_same_outcome_however_short_the_keys_are() {
    for seed in 0..400 {
        let graph = Graph::random(seed);
        let with = |workers, bits| Options { exact: true, fingerprint_bits: bits, ..options(workers) };
        let plain = run(&graph, &options(1));
        assert!(!plain.exact);
        let exact = Outcome { exact: true, collision_probability: 0.0, ..plain };
        for workers in [1, 2] {
            assert_eq!(run(&graph, &with(workers, 64)), exact, "seed {seed}, {workers} workers");
        }
        // Other keys, so that another of several shortest traces may be shown: but always the same.
        let bits = [1, 4, 7, 10][seed as usize % 4];
        let one = run(&graph, &with(1, bits));
        assert_behaviour(&graph, &one);
        let lengths = |o: &Outcome| o.violations.iter().map(|v| v.trace.len()).collect::<Vec<_>>();
        let counts = |o: &Outcome| (o.states_generated, o.distinct_states, o.queue, o.depth);
        assert_eq!((counts(&one), lengths(&one)), (counts(&exact), lengths(&exact)), "seed {seed}");
        assert_eq!(one.verdict.name(), exact.verdict.name(), "seed {seed}");
        for workers in [2, 8] {
            assert_eq!(run(&graph, &with(workers, bits)), one, "seed {seed}, {workers} workers");
        }
    }
}
