//! What a turn of the refine-check loop costs: parse, make ready, and a smoke check, in-process, on one core.
//!
//! A debug build is several times slower: there, few turns are made, and only that they give the right answer is
//! looked at. `cargo test --release -p specgen --test speed -- --nocapture` gives the figure.

use specgen::workbench::check::{CheckInput, Verdict};
use specgen::workbench::model::{Constant, ModelInput};
use specgen::workbench::source::SpecInput;
use specgen::workbench::syntax::ParseInput;
use specgen::workbench::{Limits, Watch, Workbench};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// The loop runs in `specgen`, with its allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A spec of 150 lines: a replicated store with leases, an epoch fence, references and deletes.
const SPEC: &str = include_str!("store.tla");
/// How many turns are made, and in which time in a release build.
const TURNS: usize = if cfg!(debug_assertions) { 20 } else { 1_000 };
const WITHIN: Duration = Duration::from_secs(10);

#[test]
fn a_thousand_turns_take_less_than_ten_seconds() {
    let lines = SPEC.lines().count();
    assert!((150..=170).contains(&lines), "{lines} lines");
    let bench = Workbench::in_memory();
    let model = ModelInput {
        constants: BTreeMap::from([
            ("Nodes".to_owned(), Constant::Text("{n1, n2}".into())),
            ("Chunks".to_owned(), Constant::Text("{c1, c2}".into())),
            ("MaxEpoch".to_owned(), Constant::Int(2)),
        ]),
        invariants: ["TypeOK", "NoDanglingReference", "OnePrimary", "EpochsGrow"].map(str::to_owned).to_vec(),
        deadlock: Some(false),
        ..ModelInput::default()
    };
    let mut states = 0;
    let started = Instant::now();
    for turn in 0..TURNS {
        // Each turn has another text, as an edit makes it: nothing can be kept from the last one.
        let text = SPEC.replace("\\* turn", &format!("\\* turn {turn}"));
        assert!(text.contains(&format!("\\* turn {turn}")));
        let spec = SpecInput::of_text(text);
        let parsed =
            bench.parse(&ParseInput { spec: spec.clone(), ..ParseInput::default() }).expect("is parsed");
        assert!(parsed.ok, "{:?}", parsed.diagnostics);
        let limits = Limits { states: Some(200), ..Limits::default() };
        let input = CheckInput { spec, model: model.clone(), limits, ..CheckInput::default() };
        let output = bench.check(&input, &Watch::silent()).expect("is checked");
        assert_eq!(
            (output.outcome, output.bound.as_deref()),
            (Verdict::Bounded, Some("states")),
            "{}",
            output.summary
        );
        states += output.distinct_states;
    }
    let took = started.elapsed();
    println!("{TURNS} turns of {lines} lines, {} states each: {took:?}", states / TURNS as u64);
    assert!(cfg!(debug_assertions) || took < WITHIN, "{TURNS} turns took {took:?}");
}
