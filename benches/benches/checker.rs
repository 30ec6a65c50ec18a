//! A resolved spec to something that can be checked; expressions; whole checks, with their counts asserted.
//!
//! CPU time, but for searches by several workers, where the clock is what they are for.

mod cpu_time;

use cpu_time::CpuTime;
use criterion::measurement::Measurement;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main,
};
use std::hint::black_box;
use std::thread;
use std::time::Duration;
use tla_checker::check::{self, Options, Prepared};
use tla_checker::config;
use tla_checker::eval::Bounds;
use tla_checker::model::Model;
use tla_checker::observer::{Cancel, Silent};
use tla_checker::outcome::Verdict;
use tla_parser::hir::Spec;
use tla_parser::library::Library;
use tla_parser::resolve::load_text;
use tla_parser::source::SourceMap;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAXOS: &str = include_str!("../models/Paxos.tla");
const TWO_PHASE: &str = include_str!("../models/TwoPhase.tla");

fn load(name: &str, text: &str) -> Spec {
    load_text(name, text, &Library::new()).unwrap_or_else(|r| panic!("{name}: {:?}", r.diagnostics)).spec
}

fn configured(text: &str) -> Model {
    let file = SourceMap::new().add("model.cfg", text);
    config::parse(file, text).accept().unwrap_or_else(|d| panic!("{d:?}")).0
}

fn prepared(mut spec: Spec, model: &Model) -> Prepared {
    check::prepare(&mut spec, model, &Library::new(), Bounds::default()).unwrap_or_else(|d| panic!("{d:?}"))
}

fn prepare(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("prepare");
    group.sample_size(20);
    let models = [
        ("Paxos", PAXOS, include_str!("../models/Paxos-3.cfg")),
        ("TwoPhase", TWO_PHASE, include_str!("../models/TwoPhase-8.cfg")),
    ];
    for (name, text, cfg) in models {
        let model = configured(cfg);
        group.bench_function(name, |b| {
            b.iter_batched(|| load(name, text), |spec| prepared(spec, &model), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// Expressions, and their values: each for one way to spend time in the evaluator.
const EXPRESSIONS: &[(&str, &str, &str)] = &[
    ("arithmetic", "LET S[n \\in 0 .. 20000] == IF n = 0 THEN 0 ELSE n + S[n - 1] IN S[20000]", "200010000"),
    ("quantifiers", "Cardinality({n \\in 2 .. 2000 : \\A m \\in 2 .. n - 1 : n % m # 0})", "303"),
    ("sets", "Cardinality({s \\cup t : s, t \\in SUBSET (1 .. 8)})", "256"),
    ("functions", "Cardinality({[f EXCEPT ![1] = f[2], ![2] = f[1]] : f \\in [1 .. 5 -> 0 .. 4]})", "3125"),
    (
        "records",
        "Cardinality({[r EXCEPT !.a = r.b] : r \\in [a : 1 .. 15, b : 1 .. 15, c : {\"x\", \"y\", \"z\"}]})",
        "45",
    ),
    (
        "choose",
        "CHOOSE s \\in SUBSET (1 .. 10) : \\A i \\in 1 .. 10 : i \\in s",
        "{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}",
    ),
];

fn evaluate(criterion: &mut Criterion<CpuTime>) {
    let context = "---- MODULE Context ----\nEXTENDS Naturals, FiniteSets\n====\n";
    let library = Library::new();
    let value = |mut spec: Spec, expression| {
        check::evaluate(&mut spec, black_box(expression), &library, Bounds::default())
            .unwrap_or_else(|d| panic!("{expression}: {d:?}"))
    };
    let mut group = criterion.benchmark_group("evaluate");
    group.sample_size(20);
    for &(name, expression, expected) in EXPRESSIONS {
        assert_eq!(value(load("Context", context), expression), expected);
        group.bench_function(name, |b| {
            b.iter_batched(
                || load("Context", context),
                |spec| value(spec, expression),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// A whole search, in generated states a second.
fn search<M: Measurement>(
    group: &mut BenchmarkGroup<'_, M>,
    name: &str,
    prepared: &Prepared,
    workers: usize,
    counts: (u64, u64),
) {
    let mut options = Options::default();
    options.search.workers = workers;
    search_with(group, name, prepared, &options, counts);
}

fn search_with<M: Measurement>(
    group: &mut BenchmarkGroup<'_, M>,
    name: &str,
    prepared: &Prepared,
    options: &Options,
    counts: (u64, u64),
) {
    let workers = options.search.workers;
    group.throughput(Throughput::Elements(counts.1));
    group.bench_function(BenchmarkId::new(name, workers), |b| {
        b.iter(|| {
            let outcome = check::run(prepared, options, &Silent, &Cancel::new());
            assert_eq!(outcome.verdict, Verdict::Success);
            assert_eq!((outcome.distinct_states, outcome.states_generated), counts);
            outcome
        });
    });
}

fn small() -> Prepared {
    prepared(load("Paxos", PAXOS), &configured(include_str!("../models/Paxos-2.cfg")))
}

fn medium() -> Prepared {
    prepared(load("TwoPhase", TWO_PHASE), &configured(include_str!("../models/TwoPhase-7.cfg")))
}

const SMALL: (u64, u64) = (3_921, 23_467);
const MEDIUM: (u64, u64) = (296_448, 2_744_706);

/// One worker, by CPU time.
fn alone(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("check");
    group.sample_size(10);
    search(&mut group, "Paxos-2", &small(), 1, SMALL);
    search(&mut group, "TwoPhase-7", &medium(), 1, MEDIUM);
    group.finish();
}

/// One worker and one a core, by the clock: their ratio is what the other cores are worth.
fn together(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("check by the clock");
    group.sample_size(10);
    let cores = thread::available_parallelism().map_or(2, |n| n.get().max(2));
    for workers in [1, cores] {
        search(&mut group, "Paxos-2", &small(), workers, SMALL);
        search(&mut group, "TwoPhase-7", &medium(), workers, MEDIUM);
    }
    group.finish();
}

/// Every switch by itself: what an action comes to depends on one word, and is soon known.
const SWITCHES: &str = "---- MODULE Switches ----
EXTENDS Naturals
VARIABLE on
Init == on = [i \\in 1..14 |-> FALSE]
Next == \\E i \\in 1..14 : on' = [on EXCEPT ![i] = ~@]
====";

/// Two counters with a bound on their sum: no two states agree on what an action reads.
const COUNTERS: &str = "---- MODULE Counters ----
EXTENDS Naturals
VARIABLES a, b
Init == a = 0 /\\ b = 0
Next == /\\ a + b < 300
        /\\ \\/ a' = a + 1 /\\ b' = b
           \\/ b' = b + 1 /\\ a' = a
====";

/// Successors that are known, and such as have to be evaluated.
fn successors(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("successors");
    group.sample_size(10);
    let model = configured("INIT Init NEXT Next CHECK_DEADLOCK FALSE");
    let hit = prepared(load("Switches", SWITCHES), &model);
    search(&mut group, "hit", &hit, 1, (1 << 14, 1 + 14 * (1 << 14)));
    let miss = prepared(load("Counters", COUNTERS), &model);
    search(&mut group, "miss", &miss, 1, (301 * 302 / 2, 1 + 300 * 301));
    group.finish();
}

/// With room for this part of the keys in memory, and with a checkpoint too: what it costs to go to disk.
fn spill(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("spill");
    group.sample_size(10);
    let (prepared, folder) = (medium(), tempfile::tempdir().expect("a folder"));
    for part in [4, 16] {
        let mut options = Options::default();
        options.search.workers = 1;
        options.search.spill_after = Some(MEDIUM.0 as usize / part);
        options.search.folder = Some(folder.path().join("states"));
        std::fs::create_dir_all(folder.path().join("states")).expect("a folder");
        search_with(&mut group, &format!("TwoPhase-7, 1/{part} in memory"), &prepared, &options, MEDIUM);
        options.search.checkpoint = Some(Duration::from_millis(200));
        let name = format!("TwoPhase-7, 1/{part} in memory, checkpoints");
        search_with(&mut group, &name, &prepared, &options, MEDIUM);
    }
    group.finish();
}

criterion_group! {
    name = by_cpu;
    config = Criterion::default().with_measurement(CpuTime);
    targets = prepare, evaluate, successors, alone, spill
}
criterion_group!(by_clock, together);
criterion_main!(by_cpu, by_clock);
