//! Every way to end early, and spaces that misbehave.

use crate::graph::Graph;
use crate::grid::Grid;
use crate::{options, run, run_reference};
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use tla_checker::explore::{Options, explore, reference};
use tla_checker::failure::{Failure, FailureKind};
use tla_checker::observer::{Cancel, Observer, Silent};
use tla_checker::outcome::{Bound, Phase, Verdict};
use tla_checker::space::*;
use tla_checker::value::Datum;

#[test]
fn a_depth_bound_keeps_that_level_and_does_not_expand_it() {
    let grid = Grid::new(20, 2);
    let with = Options { max_depth: Some(5), ..options(3) };
    for outcome in [run(&grid, &with), run_reference(&grid, &with)] {
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Depth));
        assert_eq!((outcome.depth, outcome.distinct_states, outcome.queue), (5, 15, 5));
        assert_eq!(outcome.exit_code(), 0);
    }
    // A bound that is not reached does not show.
    let with = Options { max_depth: Some(40), check_deadlock: false, ..options(3) };
    for outcome in [run(&grid, &with), run_reference(&grid, &with)] {
        assert_eq!((outcome.verdict, outcome.depth), (Verdict::Success, 39));
    }
}

#[test]
fn a_bound_on_states_ends_the_search_soon_after() {
    let grid = Grid::new(1_000, 2);
    for workers in [1, 4] {
        let outcome = run(&grid, &Options { max_states: Some(5_000), ..options(workers) });
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::States));
        assert!((5_000..5_200).contains(&outcome.distinct_states), "{}", outcome.distinct_states);
        assert!(outcome.queue > 0 && outcome.queue < outcome.distinct_states);
    }
    let outcome = run_reference(&grid, &Options { max_states: Some(5_000), ..options(1) });
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::States));
}

struct StopAt(u32, AtomicU32);

impl Observer for StopAt {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        self.1.fetch_max(progress.level, Ordering::Relaxed);
        if progress.level >= self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

#[test]
fn the_observer_hears_of_levels_and_can_end_the_search() {
    let grid = Grid::new(1_000, 2);
    let observer = StopAt(6, AtomicU32::new(0));
    let outcome = explore(&grid, &options(2), &observer, &Cancel::new());
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Observer));
    assert_eq!((outcome.depth, outcome.distinct_states), (7, 28));
    // At the very end it is too late to object.
    let grid = Grid::new(4, 2);
    let with = Options { check_deadlock: false, ..options(2) };
    let observer = StopAt(7, AtomicU32::new(0));
    assert_eq!(explore(&grid, &with, &observer, &Cancel::new()).verdict, Verdict::Success);
    assert_eq!(observer.1.into_inner(), 7);
}

#[test]
fn a_violation_wins_over_a_bound() {
    let mut graph = Graph::new(3, 500, 2);
    graph.stuck = 2;
    let outcome = run(&graph, &Options { max_depth: Some(2), max_states: Some(1), ..options(2) });
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::States));
    let observer = StopAt(0, AtomicU32::new(0));
    graph.invariant = 1;
    let outcome = explore(&graph, &options(2), &observer, &Cancel::new());
    assert!(matches!(outcome.verdict, Verdict::Invariant { .. }));
    assert_eq!(outcome.trace().len(), 1);
}

#[test]
fn a_search_in_order_visits_states_as_they_are_discovered_and_says_so() {
    let mut graph = Graph::new(4, 2_000, 3);
    graph.order = Some("it prints".into());
    let outcome = run(&graph, &Options { check_deadlock: false, ..options(4) });
    assert_eq!(outcome.warnings.len(), 1);
    assert_eq!(outcome.warnings[0].code, tla_parser::code::ORDER_DEPENDENT);
    let visited = graph.visited.lock().unwrap().clone();
    let mut expected = Vec::new();
    let discover = |node: u64, queue: &mut Vec<u64>| {
        if !queue.contains(&node) {
            queue.push(node);
        }
    };
    graph.initial_nodes().into_iter().for_each(|n| discover(n, &mut expected));
    let mut at = 0;
    while at < expected.len() {
        for instance in 0..graph.instances().len() {
            graph.successors_of(expected[at], instance).into_iter().for_each(|n| discover(n, &mut expected));
        }
        at += 1;
    }
    assert!(visited.len() > 1_000);
    assert_eq!(visited, expected);
    // One worker asked for: nothing to say.
    assert!(run(&graph, &Options { check_deadlock: false, ..options(1) }).warnings.is_empty());
}

#[test]
fn the_spec_can_end_the_search() {
    let mut graph = Graph::new(4, 2_000, 3);
    (graph.order, graph.exit_at) = (Some("it counts".into()), Some(10));
    let outcome = run(&graph, &Options { check_deadlock: false, ..options(1) });
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Spec));
    assert_eq!(graph.visited.lock().unwrap().len(), 10);
}

#[test]
fn a_panic_is_reported_and_never_hangs_the_others() {
    for seed in 0..6 {
        let mut graph = Graph::new(seed, 4_000, 2);
        (graph.panics, graph.initial) = (if seed == 0 { 1 } else { 400 }, 8);
        for workers in [1, 2, 8] {
            let outcome = run(&graph, &Options { check_deadlock: false, ..options(workers) });
            let Verdict::Failure(Phase::Next, failure) = &outcome.verdict else {
                panic!("{:?}", outcome.verdict)
            };
            assert_eq!((failure.kind, outcome.exit_code()), (FailureKind::Internal, 255));
            assert!(failure.message.contains("the synthetic worker panics"), "{}", failure.message);
            assert!(failure.help.as_ref().is_some_and(|h| h.contains("report")));
        }
    }
}

struct Panicking;

impl Observer for Panicking {
    fn progress(&self, _: Progress) -> ControlFlow<()> {
        panic!("the observer panics")
    }
}

#[test]
fn a_panic_of_the_observer_is_no_hang_either() {
    let outcome = explore(&Grid::new(50, 2), &options(3), &Panicking, &Cancel::new());
    assert!(matches!(&outcome.verdict, Verdict::Failure(_, f) if f.message.contains("the observer panics")));
}

/// One state, whose successors never end.
struct Endless {
    /// Whether successors are emitted; else the evaluator only thinks.
    emits: bool,
    instances: Vec<ActionInstance>,
    properties: Properties,
}

struct Thinker<'s>(&'s Endless, Cancel);

impl StateSpace for Endless {
    type Worker<'s> = Thinker<'s>;

    fn worker(&self, _: usize) -> Thinker<'_> {
        Thinker(self, Cancel::new())
    }
    fn variables(&self) -> &[String] {
        &[]
    }
    fn instances(&self) -> &[ActionInstance] {
        &self.instances
    }
    fn properties(&self) -> &Properties {
        &self.properties
    }
    fn has_view(&self) -> bool {
        false
    }
    fn has_constraints(&self) -> bool {
        false
    }
    fn order_dependent(&self) -> Option<String> {
        None
    }
}

impl SpaceWorker for Thinker<'_> {
    fn width(&self) -> usize {
        1
    }
    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let _ = emit(Successor { state: &[0], fingerprint: 7, layout: 0 });
        Ok(())
    }
    fn successors(&mut self, _: &State, _: usize, emit: &mut Emit<'_>) -> Result<(), Failure> {
        loop {
            if self.0.emits {
                if emit(Successor { state: &[0], fingerprint: 7, layout: 0 }).is_break() {
                    return Ok(());
                }
                std::thread::sleep(Duration::from_micros(50));
            } else if self.1.is_cancelled() {
                return Err(Failure::cancelled());
            } else {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
    fn known_successors(&mut self, _: &State, rest: &mut Vec<usize>, _: &mut Vec<Known>) {
        rest.extend(0..self.0.instances.len());
    }
    fn key(&mut self, _: &State, fingerprint: u64) -> Result<u64, Failure> {
        Ok(fingerprint)
    }
    fn constraint(&mut self, _: Option<&State>, _: &State) -> Result<bool, Failure> {
        Ok(true)
    }
    fn action_constraint(&mut self, _: &State, _: &State) -> Result<bool, Failure> {
        Ok(true)
    }
    fn invariant(&mut self, _: usize, _: Option<&State>, _: &State) -> Result<bool, Failure> {
        Ok(true)
    }
    fn action_property(&mut self, _: usize, _: &State, _: &State) -> Result<bool, Failure> {
        Ok(true)
    }
    fn initial_property(&mut self, _: usize, _: &State) -> Result<bool, Failure> {
        Ok(true)
    }
    fn fingerprint(&mut self, _: &State) -> u64 {
        7
    }
    fn values(&mut self, _: &State) -> Vec<Datum> {
        Vec::new()
    }
    fn display(&mut self, _: &[Vec<u32>], _: usize) -> Result<Vec<(String, Datum)>, Failure> {
        Ok(Vec::new())
    }
    fn at(&mut self, _: Progress) {}
    fn watch(&mut self, halt: &Cancel) {
        self.1 = halt.clone();
    }
}

fn endless(emits: bool) -> Endless {
    let span = tla_parser::source::Span::new(tla_parser::source::FileId(0), 0, 1);
    let instance = ActionInstance { name: "Think".into(), arguments: vec![], span };
    Endless { emits, instances: vec![instance], properties: Properties::default() }
}

#[test]
fn cancelling_and_the_clock_work_inside_the_generation_of_successors() {
    for emits in [true, false] {
        let space = endless(emits);
        let start = Instant::now();
        let cancel = Cancel::new();
        let outcomes = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(Duration::from_millis(30));
                cancel.cancel();
            });
            let explored = explore(&space, &options(2), &Silent, &cancel);
            [explored, reference::explore(&space, &options(1), &Silent, &cancel)]
        });
        for outcome in outcomes {
            assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Cancelled));
        }
        let cancel = Cancel::new();
        let limited = Options { time_limit: Some(Duration::from_millis(30)), ..options(2) };
        let outcome = explore(&space, &limited, &Silent, &cancel);
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Time));
        assert_eq!((outcome.states_generated, outcome.distinct_states, outcome.queue), (1, 1, 1));
        assert!(!cancel.is_cancelled(), "the caller's flag is the caller's");
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}

#[test]
fn a_search_that_was_cancelled_before_it_began_ends_at_once() {
    let cancel = Cancel::new();
    cancel.cancel();
    for outcome in [
        explore(&Grid::new(50, 2), &options(3), &Silent, &cancel),
        reference::explore(&Grid::new(50, 2), &options(3), &Silent, &cancel),
    ] {
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Cancelled));
    }
}
