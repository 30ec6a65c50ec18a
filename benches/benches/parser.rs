//! Text to tokens, to a tree, to a resolved spec, in bytes of text a CPU second.

mod cpu_time;

use cpu_time::CpuTime;
use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use std::fmt::Write;
use std::hint::black_box;
use tla_parser::lexer::{Content, lex};
use tla_parser::library::Library;
use tla_parser::parse::parse_file;
use tla_parser::resolve::load_text;
use tla_parser::source::SourceMap;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A spec that somebody writes, and one that a program generates: whether time is linear shows in their rates.
fn texts() -> [(&'static str, String); 2] {
    [("Paxos", include_str!("../models/Paxos.tla").to_string()), ("Generated", generated(1000))]
}

/// A module of so many actions, each of which uses the one before.
fn generated(actions: usize) -> String {
    let mut text = String::from(
        "---- MODULE Generated ----\nEXTENDS Naturals, Sequences\nCONSTANT Node\nVARIABLES queue, owner\n\
         Action0(n) == UNCHANGED <<queue, owner>>\n",
    );
    for i in 1..=actions {
        let _ = write!(
            text,
            "Action{i}(n) ==\n    /\\ \\/ owner[n] = {i}\n       \\/ /\\ Len(queue[n]) > {i} % 7\n          \
             /\\ \\E m \\in Node \\ {{n}} : Head(queue[n]) = <<m, {i}>>\n    \
             /\\ owner' = [owner EXCEPT ![n] = IF @ = {i} THEN 0 ELSE @ + 1]\n    \
             /\\ queue' = [queue EXCEPT ![n] = Append(Tail(@), [from |-> n, step |-> {i}])]\n    \
             \\/ Action{}(n)\n",
            i - 1
        );
    }
    let _ = write!(text, "Next == \\E n \\in Node : Action{actions}(n)\n====\n");
    text
}

fn stages(criterion: &mut Criterion<CpuTime>) {
    let library = Library::new();
    for (name, text) in texts() {
        let mut sources = SourceMap::new();
        let file = sources.add(name, text.as_str());
        let (tokens, faults) = lex(file, &text, Content::Modules);
        assert!(tokens.len() > 100 && faults.is_empty());
        assert!(parse_file(&sources, file).diagnostics.is_empty());
        let resolved = load_text(name, &text, &library).unwrap_or_else(|r| panic!("{:?}", r.diagnostics));
        assert_eq!(&*resolved.spec.root_module().name, name);

        let mut group = criterion.benchmark_group("parser");
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(20);
        group.bench_function(BenchmarkId::new("lex", name), |b| {
            b.iter(|| lex(file, black_box(&text), Content::Modules));
        });
        group.bench_function(BenchmarkId::new("parse", name), |b| {
            b.iter(|| parse_file(black_box(&sources), file));
        });
        // With the standard modules that the text extends.
        group.bench_function(BenchmarkId::new("resolve", name), |b| {
            b.iter_batched(
                || (),
                |()| load_text(name, black_box(&text), &library).is_ok(),
                BatchSize::PerIteration,
            );
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = stages
}
criterion_main!(benches);
