//! Checkpoints: wherever a search is left, another goes on with it and finds what one in a single piece
//! finds; and what is not whole, or of another search, is refused.

use crate::graph::{Graph, mix};
use crate::{options, run, run_reference};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tla_checker::explore::{Identity, Options, explore};
use tla_checker::failure::{Failure, FailureKind};
use tla_checker::observer::{Cancel, Observer, Silent};
use tla_checker::outcome::{Bound, Outcome, Phase, Verdict};
use tla_checker::space::Progress;
use tla_parser::code;

/// A folder in memory, where there is such a thing: every checkpoint waits for a disk.
pub fn memory() -> Option<PathBuf> {
    Some(PathBuf::from("/dev/shm")).filter(|memory| memory.is_dir())
}

/// A folder for a test.
fn home() -> tempfile::TempDir {
    memory().map_or_else(tempfile::tempdir, tempfile::tempdir_in).expect("a folder")
}

/// A search is left when so many states were kept, or at its end.
struct Leave(u64, AtomicU64);

impl Observer for Leave {
    fn progress(&self, progress: Progress) -> ControlFlow<()> {
        if progress.distinct >= self.0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn checkpoint(&self, _: &Path, _: Progress) {
        self.1.fetch_add(1, Ordering::Relaxed);
    }
}

/// What is found in pieces; none where a violation was found in a level that was left.
fn left_and_gone_on_with(graph: &Graph, with: &Options, parts: &[usize], folder: &Path) -> Option<Outcome> {
    let mut recover = None;
    for (part, &workers) in parts.iter().enumerate() {
        let most = (part as u64 + 1) * 40;
        let options = Options {
            workers,
            checkpoint: Some(Duration::from_secs(1000)),
            folder: Some(folder.to_path_buf()),
            recover: recover.clone(),
            // In core and out of it by turns.
            spill_after: (part % 3 != 0 && graph.view == 1).then_some(10 + part * 20),
            max_states: Some(most),
            ..with.clone()
        };
        let outcome = Outcome { seconds: 0.0, ..explore(graph, &options, &Silent, &Cancel::new()) };
        if !matches!(outcome.verdict, Verdict::Bounded(Bound::States)) {
            assert!(!folder.exists(), "a search that has come to its end leaves nothing: {outcome:?}");
            return (outcome.distinct_states < most).then_some(outcome);
        }
        recover = Some(folder.to_path_buf());
    }
    let options = Options { recover, spill_after: None, ..with.clone() };
    let outcome = Outcome { seconds: 0.0, ..explore(graph, &options, &Silent, &Cancel::new()) };
    assert!(folder.exists(), "without --checkpoint nothing is written");
    Some(outcome)
}

#[test]
fn a_search_that_is_left_in_the_middle_of_levels_ends_as_one_in_a_single_piece() {
    let home = home();
    let mut left = 0;
    for seed in 0..300 {
        let mut graph = Graph::random(seed);
        if seed % 3 > 0 {
            // Nothing ends the search early.
            (graph.stuck, graph.fails, graph.constraint_fails, graph.action_fails) = (0, 0, 0, 0);
            (graph.invariant, graph.invariant_fails) = (if seed % 3 == 1 { 0 } else { graph.invariant }, 0);
        }
        for go_on in [false, true] {
            let check_deadlock = seed % 3 == 0;
            let with = Options { continue_after_violation: go_on, check_deadlock, ..options(2) };
            let one = run(&graph, &with);
            // Where states compete for a key, the end of a level is the only place.
            if graph.view > 1 && one.distinct_states > 40 {
                continue;
            }
            let folder = home.path().join(format!("{seed}-{go_on}"));
            let parts: Vec<usize> = (0..5).map(|part| 1 + (mix(seed + part) % 3) as usize).collect();
            let Some(pieces) = left_and_gone_on_with(&graph, &with, &parts, &folder) else { continue };
            assert_eq!(pieces, one, "seed {seed}, continue {go_on}");
            left += usize::from(one.distinct_states > 40);
        }
    }
    assert!(left > 100, "{left}");
}

#[test]
fn levels_are_saved_too_where_states_compete_for_keys() {
    let home = home();
    let mut graph = Graph::new(3, 3_000, 3);
    (graph.view, graph.repacks) = (3, 50);
    let with = Options { check_deadlock: false, ..options(2) };
    let one = run(&graph, &with);
    let folder = home.path().join("it");
    let saved =
        Options { checkpoint: Some(Duration::from_secs(1000)), folder: Some(folder.clone()), ..with.clone() };
    let first = run(&graph, &Options { max_depth: Some(4), ..saved.clone() });
    assert_eq!(first.verdict, Verdict::Bounded(Bound::Depth));
    let second = Options { max_depth: Some(6), recover: Some(folder.clone()), ..saved.clone() };
    assert_eq!(run(&graph, &second).depth, 6);
    assert_eq!(run(&graph, &Options { recover: Some(folder), ..saved }), one);
}

#[test]
fn an_observer_that_ends_the_search_leaves_a_checkpoint() {
    let home = home();
    let graph = Graph::new(5, 40_000, 3);
    for (workers, spill_after) in [(1, None), (3, None), (2, Some(700))] {
        let with = Options { check_deadlock: false, ..options(workers) };
        let one = run(&graph, &with);
        let folder = home.path().join(format!("{workers}"));
        let checkpoint = Some(Duration::from_secs(1000));
        let saved = Options { checkpoint, folder: Some(folder.clone()), spill_after, ..with };
        let leave = Leave(one.distinct_states / 2, AtomicU64::new(0));
        let outcome = explore(&graph, &saved, &leave, &Cancel::new());
        assert_eq!(outcome.verdict, Verdict::Bounded(Bound::Observer));
        assert!(outcome.distinct_states < one.distinct_states);
        assert_eq!(leave.1.into_inner(), 2, "one at the beginning, one at the end");
        assert_eq!(run(&graph, &Options { recover: Some(folder), ..saved }), one);
    }
}

#[test]
fn checkpoints_are_written_in_the_middle_of_levels() {
    let home = home();
    let graph = Graph::new(6, 300_000, 3);
    let with = Options { check_deadlock: false, ..options(2) };
    let one = run(&graph, &with);
    for (name, spill_after) in [("in core", None), ("out of it", Some(20_000))] {
        let saved = Options {
            checkpoint: Some(Duration::from_millis(1)),
            folder: Some(home.path().join(name)),
            spill_after,
            ..with.clone()
        };
        let count = Leave(u64::MAX, AtomicU64::new(0));
        let outcome = Outcome { seconds: 0.0, ..explore(&graph, &saved, &count, &Cancel::new()) };
        assert_eq!(outcome, one, "{name}");
        let written = count.1.into_inner();
        assert!(written > 2, "{written}");
    }
}

/// Why a search could not begin.
fn refusal(outcome: &Outcome) -> &Failure {
    match &outcome.verdict {
        Verdict::Failure(Phase::Setup, failure) => {
            assert_eq!((failure.kind, outcome.exit_code()), (FailureKind::System, 151));
            failure
        }
        other => panic!("it is gone on with: {other:?}"),
    }
}

/// A checkpoint of a graph in this folder, and how to go on with it.
fn left(graph: &Graph, folder: &Path) -> Options {
    let with = Options {
        checkpoint: Some(Duration::from_secs(1000)),
        folder: Some(folder.to_path_buf()),
        identity: Identity::default().with("module M", "text"),
        check_deadlock: false,
        ..options(2)
    };
    let outcome = run(graph, &Options { max_states: Some(2_000), ..with.clone() });
    assert_eq!(outcome.verdict, Verdict::Bounded(Bound::States));
    Options { recover: Some(folder.to_path_buf()), checkpoint: None, ..with }
}

#[test]
fn a_checkpoint_of_another_search_is_refused_by_name() {
    let home = home();
    let graph = Graph::new(7, 10_000, 3);
    let with = left(&graph, home.path());
    let other = |change: &dyn Fn(Options) -> Options| {
        let outcome = run(&graph, &change(with.clone()));
        let failure = refusal(&outcome);
        assert_eq!(failure.code, code::CHECKPOINT_OTHER);
        failure.message.clone()
    };
    let changed = Identity::default().with("module M", "another text");
    let message = other(&|with| Options { identity: changed.clone(), ..with });
    assert!(message.ends_with("module M has changed"), "{message}");
    let message = other(&|with| Options { identity: with.identity.with("module N", ""), ..with });
    assert!(message.ends_with("module N is new"), "{message}");
    let message = other(&|with| Options { identity: Identity::default(), ..with });
    assert!(message.ends_with("module M is gone"), "{message}");
    other(&|with| Options { check_deadlock: true, ..with });
    other(&|with| Options { continue_after_violation: true, ..with });
    let more = Graph::new(7, 10_000, 4);
    let outcome = run(&more, &with);
    assert!(refusal(&outcome).message.contains("the division of Next"), "{outcome:?}");
    // Another version, whole in itself.
    let path = home.path().join("checkpoint.json");
    let text = std::fs::read_to_string(&path).expect("a manifest");
    let (json, _) = text.trim_end().rsplit_once('\n').expect("a hash");
    let json = json.replace("\"version\": 1", "\"version\": 99, \"more\": 1");
    let hash = xxhash_rust::xxh3::xxh3_64(json.as_bytes());
    std::fs::write(&path, format!("{json}\nxxh3 {hash:016x}\n")).expect("room");
    let message = other(&|with| with);
    assert!(message.contains("version 99"), "{message}");
}

#[test]
fn a_checkpoint_that_is_not_whole_is_refused_wherever_it_is_not() {
    let home = home();
    let mut graph = Graph::new(8, 10_000, 3);
    graph.repacks = 50;
    let with = left(&graph, home.path());
    let whole = run(&graph, &with);
    assert_eq!(whole.verdict, Verdict::Success);
    let files: Vec<_> = (std::fs::read_dir(home.path()).expect("a folder"))
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.file_name().is_some_and(|name| name != "in-use"))
        .collect();
    assert!(files.len() >= 5, "{files:?}");
    let refused = |spill_after: Option<usize>, what: &str| {
        let outcome = run(&graph, &Options { spill_after, ..with.clone() });
        assert_eq!(refusal(&outcome).code, code::CHECKPOINT_DAMAGED, "{what}");
    };
    for path in &files {
        let bytes = std::fs::read(path).expect("readable");
        let len = bytes.len();
        for spill_after in [None, Some(100)] {
            for at in (0..12).map(|n| mix(n) as usize % len.max(1)).chain([0, len.saturating_sub(2)]) {
                if at < len {
                    let mut spoilt = bytes.clone();
                    spoilt[at] ^= 4;
                    std::fs::write(path, &spoilt).expect("room");
                    refused(spill_after, &format!("byte {at} of {}", path.display()));
                }
            }
            if len > 0 {
                std::fs::write(path, &bytes[..len / 2]).expect("room");
                refused(spill_after, &format!("half of {}", path.display()));
            }
            std::fs::write(path, [&bytes[..], &[0; 8]].concat()).expect("room");
            refused(spill_after, &format!("more than {}", path.display()));
            std::fs::remove_file(path).expect("there");
            refused(spill_after, &format!("without {}", path.display()));
            std::fs::write(path, &bytes).expect("room");
        }
    }
    assert_eq!(run(&graph, &with), whole);
    let nowhere = Options { recover: Some(home.path().join("nowhere")), ..with };
    assert_eq!(refusal(&run(&graph, &nowhere)).code, code::CHECKPOINT_DAMAGED);
    assert!(!home.path().join("nowhere").exists());
}

#[test]
fn a_full_disk_ends_the_search_with_its_own_code_and_a_checkpoint_that_can_be_gone_on_with() {
    let home = home();
    let graph = Graph::new(9, 20_000, 3);
    let with = Options { check_deadlock: false, ..options(2) };
    let one = run(&graph, &with);
    let mut ended = 0;
    for (round, room) in [1 << 10, 10 << 10, 50 << 10, 150 << 10, 400 << 10, 1 << 20].into_iter().enumerate()
    {
        for (name, spill_after, checkpoint) in [
            ("spilled", Some(500), None),
            ("spilled and saved", Some(500), Some(Duration::from_millis(1))),
            ("saved", None, Some(Duration::ZERO)),
        ] {
            let folder = home.path().join(format!("{name} {round}"));
            std::fs::create_dir(&folder).expect("a folder");
            let saved = Options {
                checkpoint,
                folder: Some(folder.clone()),
                spill_after,
                disk_room: Some(room),
                ..with.clone()
            };
            let outcome = run(&graph, &saved);
            let Verdict::Failure(_, failure) = &outcome.verdict else {
                assert_eq!(outcome, one, "{name}, {room}");
                continue;
            };
            assert_eq!((failure.code, outcome.exit_code()), (code::DISK, 255), "{failure:?}");
            assert!(failure.message.contains("no room"), "{failure:?}");
            ended += 1;
            let whole = folder.join("checkpoint.json").exists();
            assert_eq!(whole, failure.notes.iter().any(|note| note.contains("the last checkpoint")));
            assert!(checkpoint.is_none() || whole || room < 5 << 10, "{name}, {room}");
            if whole {
                let again = Options { recover: Some(folder), disk_room: None, ..saved };
                assert_eq!(run(&graph, &again), one, "{name}, {room}");
            }
        }
    }
    assert!(ended >= 10, "{ended}");
}

#[test]
fn what_depends_on_the_order_is_refused_and_so_is_a_view_on_disk() {
    let mut graph = Graph::new(1, 100, 2);
    let memory = Options { memory: Some(64 << 20), ..options(1) };
    let saved = Options { checkpoint: Some(Duration::from_secs(1)), ..options(1) };
    graph.order = Some("TLCSet".into());
    for with in [&memory, &saved, &Options { recover: Some("nowhere".into()), ..options(1) }] {
        let outcome = run(&graph, with);
        assert_eq!(refusal(&outcome).code, code::KEEPS_NO_ORDER);
    }
    (graph.order, graph.view) = (None, 2);
    assert_eq!(refusal(&run(&graph, &memory)).code, code::NOT_IMPLEMENTED);
    // The plain search does neither, and says so.
    for with in [&memory, &saved] {
        assert_eq!(refusal(&run_reference(&graph, with)).code, code::NOT_IMPLEMENTED);
    }
    assert!(!Path::new("checkpoint").exists());
}

#[test]
fn one_search_uses_a_folder() {
    let home = home();
    let graph = Graph::new(2, 2_000, 2);
    let with = Options {
        checkpoint: Some(Duration::from_secs(1)),
        folder: Some(home.path().to_path_buf()),
        ..options(1)
    };
    struct Inside<'g>(&'g Graph, Options);
    impl Observer for Inside<'_> {
        fn checkpoint(&self, _: &Path, _: Progress) {
            let outcome = run(self.0, &self.1);
            let failure = refusal(&outcome);
            assert!(failure.code == code::DISK && failure.message.contains("another search"), "{failure:?}");
        }
    }
    let outcome = explore(&graph, &with, &Inside(&graph, with.clone()), &Cancel::new());
    assert!(!matches!(outcome.verdict, Verdict::Failure(..)), "{:?}", outcome.verdict);
}
