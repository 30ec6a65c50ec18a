//! Everything in `fixtures/`, against what TLC 2.15 answered: models, random modules, expressions and
//! input that is wrong. No Java is needed; `fixtures/README.md` says how the answers were recorded.
//!
//! Each suite goes through all its cases and then reports every mismatch, not only the first.

#[path = "fixtures/codes.rs"]
mod codes;
#[path = "fixtures/errors.rs"]
mod errors;
#[path = "fixtures/expressions.rs"]
mod expressions;
#[path = "fixtures/graphs.rs"]
mod graphs;
#[path = "fixtures/models.rs"]
mod models;
#[path = "fixtures/recorded.rs"]
mod recorded;
#[path = "fixtures/searches.rs"]
mod searches;
#[path = "harness/snapshot.rs"]
mod snapshot;

use models::{How, Source, check};
use recorded::{Row, rows, suite};

/// The hand-written models, with every number of workers and with the reference; or those that `SPECS`
/// names, with commas between them.
#[test]
fn specs_agree_with_tlc() {
    let mut cases: Vec<Row> = rows("specs/expected.jsonl");
    if let Ok(names) = std::env::var("SPECS") {
        let named: Vec<&str> = names.split(',').collect();
        cases.retain(|row| row.tla.strip_suffix(".tla").is_some_and(|name| named.contains(&name)));
        assert_eq!(cases.len(), named.len(), "SPECS names what is not there: {names}");
    }
    suite(&cases, |row| {
        let source = Source::files(&recorded::root().join("specs"), row);
        check(
            &source,
            row,
            &[
                How::Workers(1),
                How::Workers(2),
                How::Workers(8),
                How::Apart(1, 0),
                How::Apart(1, 20),
                How::Apart(2, 3),
                How::Exact(1, 64),
                How::Exact(2, 64),
                How::Exact(8, 8),
                How::Spilled(1, 2),
                How::Spilled(2, 12),
                How::Spilled(8, 60),
                How::Resumed(2),
                How::Sorted(1),
                How::Sorted(2),
                How::Reference,
            ],
        )
    });
}

/// The random modules; the reference searches every fifth of them.
#[test]
fn generated_modules_agree_with_tlc() {
    let cases: Vec<(usize, Row)> = rows("generated/modules.jsonl").into_iter().enumerate().collect();
    suite(&cases, |(i, row)| {
        let mut how = vec![How::Workers(1), How::Workers(2), How::Apart(1, 0), How::Apart(2, 5)];
        how.extend([How::Exact(2, 64), How::Exact(1, 8)]);
        how.extend([How::Spilled(1 + i % 8, 4 + i % 50), How::Resumed(1 + i % 2)]);
        if i % 5 == 0 {
            how.push(How::Reference);
        }
        check(&Source::texts(row), row, &how)
    });
}

/// Random modules with fairness and temporal properties. Every lasso was judged again before it came here:
/// one that is no violation is a failure.
#[test]
fn temporal_properties_agree_with_tlc() {
    let cases: Vec<Row> = rows("generated/liveness.jsonl");
    let violated = cases.iter().filter(|row| row.class.as_deref() == Some("liveness")).count();
    assert!(cases.len() >= 300 && (100..=250).contains(&violated), "{violated} of {}", cases.len());
    suite(&cases, |row| {
        let how = [
            How::Workers(1),
            How::Workers(2),
            How::Workers(8),
            How::Apart(1, 0),
            How::Apart(2, 5),
            How::Exact(2, 64),
            How::Exact(1, 8),
            How::Reference,
        ];
        check(&Source::texts(row), row, &how)
    });
}

/// With short fingerprints a large model loses states, so the comparison above can fail; kept whole, it
/// loses none, however short they are and whoever meets a state first.
#[test]
fn short_fingerprints_lose_states_unless_whole_states_are_kept() {
    let row: Row = rows("specs/expected.jsonl")
        .into_iter()
        .filter(|row: &Row| row.class.as_deref() == Some("ok"))
        .max_by_key(|row| row.distinct)
        .expect("there are models");
    let wanted = row.distinct.expect("a complete search");
    let ready = Source::files(&recorded::root().join("specs"), &row).ready().expect("is checked");
    let figures = |how| {
        let found = ready.run(how);
        (found.states_generated, found.distinct_states, found.depth)
    };
    let whole = figures(How::Bits(64));
    assert_eq!(whole.1, wanted);
    for bits in [8, 12, 20] {
        let found = figures(How::Bits(bits)).1;
        assert!(found < wanted, "{}: {found} states with {bits} bits, {wanted} with 64", row.name());
        for workers in [1, 2, 8] {
            assert_eq!(figures(How::Exact(workers, bits)), whole, "{bits} bits, {workers} workers");
        }
    }
}
