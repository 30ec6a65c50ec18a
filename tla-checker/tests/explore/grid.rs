//! Regular spaces with known figures: grids and chains. Also what is measured.

use crate::graph::{int, mix};
use crate::{figures, options, run, run_reference};
use std::ops::ControlFlow;
use std::time::Instant;
use tla_checker::explore::Options;
use tla_checker::failure::Failure;
use tla_checker::outcome::Verdict;
use tla_checker::space::*;
use tla_checker::value::Datum;
use tla_parser::source::{FileId, Span};

/// Counters that each count to `side - 1`; action `i` increments counter `i`.
pub struct Grid {
    pub side: u32,
    variables: Vec<String>,
    instances: Vec<ActionInstance>,
    properties: Properties,
}

impl Grid {
    pub fn new(side: u32, dimensions: usize) -> Self {
        let span = Span::new(FileId(0), 0, 1);
        let instance = |i: usize| ActionInstance { name: format!("Inc{i}"), arguments: vec![], span };
        Grid {
            side,
            variables: (0..dimensions).map(|i| format!("c{i}")).collect(),
            instances: (0..dimensions).map(instance).collect(),
            properties: Properties::default(),
        }
    }
}

impl StateSpace for Grid {
    type Worker<'s> = Counter<'s>;

    fn worker(&self, _: usize) -> Counter<'_> {
        Counter { grid: self, state: vec![0; self.variables.len()] }
    }
    fn variables(&self) -> &[String] {
        &self.variables
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

pub struct Counter<'s> {
    grid: &'s Grid,
    state: Vec<u32>,
}

fn fingerprint(state: &State, side: u32) -> u64 {
    mix(state.iter().fold(0, |sum, &slot| sum * u64::from(side) + u64::from(slot)))
}

impl SpaceWorker for Counter<'_> {
    fn width(&self) -> usize {
        self.state.len()
    }
    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let state = vec![0; self.state.len()];
        let _ =
            emit(Successor { state: &state, fingerprint: fingerprint(&state, self.grid.side), layout: 0 });
        Ok(())
    }
    fn successors(&mut self, state: &State, instance: usize, emit: &mut Emit<'_>) -> Result<(), Failure> {
        if state[instance] + 1 < self.grid.side {
            self.state.copy_from_slice(state);
            self.state[instance] += 1;
            let fingerprint = fingerprint(&self.state, self.grid.side);
            let (ControlFlow::Continue(()) | ControlFlow::Break(())) =
                emit(Successor { state: &self.state, fingerprint, layout: 0 });
        }
        Ok(())
    }
    fn known_successors(&mut self, _: &State, rest: &mut Vec<usize>, _: &mut Vec<Known>) {
        rest.extend(0..self.grid.instances.len());
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
    fn fingerprint(&mut self, state: &State) -> u64 {
        fingerprint(state, self.grid.side)
    }
    fn values(&mut self, state: &State) -> Vec<Datum> {
        state.iter().map(|&slot| int(slot.into())).collect()
    }
    fn display(&mut self, trace: &[Vec<u32>], position: usize) -> Result<Vec<(String, Datum)>, Failure> {
        let values = self.values(&trace[position]);
        Ok(self.grid.variables.iter().cloned().zip(values).collect())
    }
    fn at(&mut self, _: Progress) {}
}

#[test]
fn a_grid_has_the_figures_that_arithmetic_gives() {
    let grid = Grid::new(20, 3);
    let with = |workers| Options { check_deadlock: false, ..options(workers) };
    for workers in [1, 4] {
        let outcome = run(&grid, &with(workers));
        assert_eq!(outcome.verdict, Verdict::Success);
        assert_eq!(outcome.states_generated, 1 + 3 * 19 * 20 * 20);
        assert_eq!((outcome.distinct_states, outcome.depth, outcome.queue), (8_000, 58, 0));
        assert_eq!(outcome.actions.iter().map(|a| a.1).sum::<u64>(), outcome.states_generated - 1);
        assert_eq!(outcome.actions.iter().map(|a| a.2).sum::<u64>(), outcome.distinct_states - 1);
        let estimate = 8_000.0 * (outcome.states_generated - 8_000) as f64 / 2f64.powi(64);
        assert_eq!(outcome.collision_probability, estimate);
    }
    // The far corner is a deadlock, on the last level.
    let outcome = run(&grid, &options(2));
    assert_eq!(outcome.verdict, Verdict::Deadlock);
    assert_eq!((outcome.trace().len(), outcome.distinct_states), (58, 8_000));
    assert_eq!(figures(&run_reference(&grid, &options(1))), figures(&outcome));
}

#[test]
fn a_long_chain_ends_with_many_workers() {
    let chain = Grid::new(5_000, 1);
    for all_hands in [true, false] {
        let outcome = run(&chain, &Options { all_hands, ..options(8) });
        assert_eq!((outcome.depth, outcome.trace().len()), (5_000, 5_000));
    }
}

#[test]
fn too_few_fingerprint_bits_are_seen_to_lose_states() {
    let grid = Grid::new(48, 3);
    let with = |bits, workers| Options { fingerprint_bits: bits, check_deadlock: false, ..options(workers) };
    let whole = run(&grid, &with(64, 2));
    assert_eq!(whole.distinct_states, 110_592);
    let cut = run(&grid, &with(20, 1));
    assert!(cut.distinct_states < 108_000, "{}", cut.distinct_states);
    assert!(cut.collision_probability > 1.0);
    // Even then, the same for any number of workers.
    assert_eq!(run(&grid, &with(20, 3)), cut);
}

/// CPU time of this thread: other work on the machine does not show in it.
fn cpu_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux");
    let nanoseconds = text.split(' ').next().and_then(|n| n.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1e9
}

/// The most memory that this process has had.
fn peak_bytes() -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = text.lines().find(|line| line.starts_with("VmHWM")).expect("a peak");
    line.split_whitespace().nth(1).and_then(|n| n.parse::<f64>().ok()).expect("a number") * 1024.0
}

#[test]
#[ignore = "a measurement: cargo test --release --test explore -- --ignored --nocapture"]
fn measures_states_a_second() {
    for (side, dimensions) in [(8, 6), (4, 10), (100, 3), (1_000, 2), (6, 9)] {
        let grid = Grid::new(side, dimensions);
        // What the space itself costs: the same successors, without a search.
        let mut worker = grid.worker(0);
        let mut emitted = 0u64;
        let start = cpu_seconds();
        let total = u64::from(side).pow(dimensions as u32);
        let mut state = vec![0; dimensions];
        for n in 0..total {
            let mut rest = n;
            for slot in &mut state {
                *slot = (rest % u64::from(side)) as u32;
                rest /= u64::from(side);
            }
            for instance in 0..dimensions {
                let mut emit = |s: Successor<'_>| {
                    emitted += std::hint::black_box(s.fingerprint) & 1 | 1;
                    ControlFlow::Continue(())
                };
                worker.successors(&state, instance, &mut emit).expect("no failure");
            }
        }
        let own = (cpu_seconds() - start) * 1e9 / emitted as f64;
        for workers in [1, 2] {
            let (start, cpu) = (Instant::now(), cpu_seconds());
            let outcome = run(&grid, &Options { check_deadlock: false, workers, ..Options::default() });
            // With two workers each shares the machine with whatever else runs: read with care.
            let wall = start.elapsed().as_secs_f64();
            let seconds = if workers == 1 { cpu_seconds() - cpu } else { wall };
            let each = seconds * 1e9 / outcome.states_generated as f64;
            println!(
                "{side}^{dimensions}, {workers} workers: {} generated, {} distinct, {:.2} M/s generated, \
                 {each:.0} ns each (the space itself {own:.0} ns), {:.1} bytes a state at most",
                outcome.states_generated,
                outcome.distinct_states,
                outcome.states_generated as f64 / seconds / 1e6,
                peak_bytes() / outcome.distinct_states as f64,
            );
        }
    }
}
