//! The search alone, on spaces made of Rust: the set of seen states, levels, what several workers share.
//!
//! The successors of a state cost next to nothing here, so that what remains is the explorer's: a look at the set
//! for each, and for a new one its place in the set, its state packed into the next level, taken out of it again.

mod cpu_time;

use cpu_time::CpuTime;
use criterion::measurement::Measurement;
use criterion::{BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::thread;
use tla_checker::explore::{Options, explore};
use tla_checker::failure::Failure;
use tla_checker::observer::{Cancel, Silent};
use tla_checker::outcome::Verdict;
use tla_checker::space::{
    ActionInstance, Emit, Known, Progress, Properties, SpaceWorker, State, StateSpace, Successor,
};
use tla_checker::value::Datum;
use tla_parser::source::{FileId, Span};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Numbers below `states`, and which number follows which.
struct Numbers {
    states: u64,
    /// The successor of a number by an instance.
    next: fn(u64, u64) -> u64,
    instances: Vec<ActionInstance>,
    properties: Properties,
    variables: [String; 1],
}

impl Numbers {
    fn new(states: u64, instances: usize, next: fn(u64, u64) -> u64) -> Self {
        let span = Span::new(FileId(0), 0, 1);
        let instance = |i: usize| ActionInstance { name: format!("Go{i}"), arguments: vec![], span };
        Numbers {
            states,
            next,
            instances: (0..instances).map(instance).collect(),
            properties: Properties::default(),
            variables: ["n".to_owned()],
        }
    }
}

impl StateSpace for Numbers {
    type Worker<'s> = Walker<'s>;

    fn worker(&self, _: usize) -> Walker<'_> {
        Walker(self)
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

struct Walker<'s>(&'s Numbers);

fn number(state: &State) -> u64 {
    u64::from(state[0]) | u64::from(state[1]) << 32
}

fn words(number: u64) -> [u32; 2] {
    [number as u32, (number >> 32) as u32]
}

/// SplitMix64: keys are spread evenly, as fingerprints are.
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl Walker<'_> {
    fn next(&self, state: &State, instance: u32) -> u64 {
        (self.0.next)(number(state), instance.into())
    }
}

impl SpaceWorker for Walker<'_> {
    fn width(&self) -> usize {
        2
    }
    fn initial(&mut self, emit: &mut Emit<'_>) -> Result<(), Failure> {
        let _ = emit(Successor { state: &words(0), fingerprint: mixed(0), layout: 0 });
        Ok(())
    }
    fn successors(&mut self, _: &State, _: usize, _: &mut Emit<'_>) -> Result<(), Failure> {
        unreachable!("all successors are known")
    }
    fn known_successors(&mut self, state: &State, _: &mut Vec<usize>, found: &mut Vec<Known>) {
        for instance in 0..self.0.instances.len() as u32 {
            let next = self.next(state, instance);
            if next < self.0.states {
                found.push(Known { fingerprint: mixed(next), instance, effect: 0 });
            }
        }
    }
    fn build(&mut self, state: &State, known: Known, into: &mut State) {
        into.copy_from_slice(&words(self.next(state, known.instance)));
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
        mixed(number(state))
    }
    fn values(&mut self, state: &State) -> Vec<Datum> {
        vec![Datum::Int(number(state) as i64)]
    }
    fn display(&mut self, trace: &[Vec<u32>], position: usize) -> Result<Vec<(String, Datum)>, Failure> {
        Ok(self.0.variables.iter().cloned().zip(self.values(&trace[position])).collect())
    }
    fn at(&mut self, _: Progress) {}
}

fn search<M: Measurement>(
    group: &mut BenchmarkGroup<'_, M>,
    name: &str,
    space: &Numbers,
    workers: usize,
    generated: u64,
) {
    let options = Options { workers, check_deadlock: false, ..Options::default() };
    group.throughput(Throughput::Elements(generated));
    group.bench_function(BenchmarkId::new(name, workers), |b| {
        b.iter(|| {
            let outcome = explore(space, &options, &Silent, &Cancel::new());
            assert_eq!(outcome.verdict, Verdict::Success);
            assert_eq!((outcome.distinct_states, outcome.states_generated), (space.states, generated));
            outcome
        });
    });
}

const STATES: u64 = 1 << 21;

/// Every successor is new: a tree.
fn tree() -> (Numbers, u64) {
    (Numbers::new(STATES, 8, |n, instance| 8 * n + 1 + instance), STATES)
}

/// Nearly every successor was seen: a cube of 21 dimensions.
fn cube() -> (Numbers, u64) {
    (Numbers::new(STATES, 21, |n, instance| n ^ (1 << instance)), 1 + 21 * STATES)
}

/// One worker, by CPU time.
fn alone(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("explore");
    group.sample_size(10);
    for (name, (space, generated)) in [("all new", tree()), ("nearly all seen", cube())] {
        search(&mut group, name, &space, 1, generated);
    }
    group.finish();
}

/// One worker and one a core, by the clock.
fn together(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("explore by the clock");
    group.sample_size(10);
    let cores = thread::available_parallelism().map_or(2, |n| n.get().max(2));
    for (name, (space, generated)) in [("all new", tree()), ("nearly all seen", cube())] {
        for workers in [1, cores] {
            search(&mut group, name, &space, workers, generated);
        }
    }
    group.finish();
}

criterion_group! {
    name = by_cpu;
    config = Criterion::default().with_measurement(CpuTime);
    targets = alone
}
criterion_group!(by_clock, together);
criterion_main!(by_cpu, by_clock);
