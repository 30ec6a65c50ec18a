//! The journal: killed at any moment, a run goes on, pays for nothing twice, and ends with the same artefacts.
//!
//! The runs are processes of their own: this program starts itself again with `JOURNAL_RUN` set, and such a process
//! ends at a given step on disk, without a chance to tidy up.

use futures::future::{BoxFuture, FutureExt};
use serde_json::json;
use specgen::journal::{ArtefactState, FILE, Journal, JournalError, Recovery, Step};
use specgen::model::budget::Budget;
use specgen::model::caller::Caller;
use specgen::model::conversation::{Answer, Block, Message, Parameters, Request, Stop, Usage};
use specgen::model::failure::{Failure, FailureKind};
use specgen::model::transcript::Transcript;
use specgen::model::{Cancel, ModelClient, Watch};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A folder for a run: in memory where there is such a place, as a process that is killed leaves the same behind on
/// any file system, and hundreds of runs wait for each `fsync`.
fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory).ok() } else { None };
    made.unwrap_or_else(|| tempfile::tempdir().unwrap())
}

const STAGES: [&str; 3] = ["plan", "draft", "report"];
const CALLS: usize = 3;

/// A model that writes down, outside of the run, what it was paid for.
struct Paid(PathBuf);

impl ModelClient for Paid {
    fn name(&self) -> &str {
        "test/paid"
    }

    fn attempt<'a>(
        &'a self,
        request: &'a Request,
        _: &'a dyn Watch,
        _: &'a Cancel,
    ) -> BoxFuture<'a, Result<Answer, Failure>> {
        let asked = format!("{:?}", request.messages.last().unwrap().content[0]);
        let mut file = std::fs::OpenOptions::new().append(true).create(true).open(&self.0).unwrap();
        writeln!(file, "{asked}").unwrap();
        async move {
            let usage = Usage { input: 10, output: 5, ..Usage::default() };
            Ok(Answer { content: vec![Block::Text { text: format!("so: {asked}") }], stop: Stop::End, usage })
        }
        .boxed()
    }
}

/// A run as stages make one: calls, an artefact a stage, written twice in the second.
fn run(folder: &Path, hook: Option<Box<dyn Fn(Step) + Send>>) {
    let out = folder.join("out");
    let journal = match Journal::resume(&out) {
        Ok((journal, _)) => journal,
        Err(JournalError::Io { .. }) => Journal::create(&out, &json!({ "feature": "leases" })).unwrap(),
        Err(JournalError::Empty { path }) => {
            std::fs::remove_file(path).unwrap();
            Journal::create(&out, &json!({ "feature": "leases" })).unwrap()
        }
        Err(e) => panic!("{e}"),
    };
    if let Some(hook) = hook {
        journal.on_step(hook);
    }
    let journal = Arc::new(journal);
    let budget = Budget::unlimited();
    journal.charge(&budget);
    let transcript = Arc::new(Transcript::create(&folder.join("transcript.jsonl")).unwrap());
    for exchange in journal.answered() {
        transcript.write(&exchange).unwrap();
    }
    let log: Arc<Journal> = Arc::clone(&journal);
    let caller = Caller::new(Paid(folder.join("paid")), budget).log(log).transcript(transcript);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for stage in STAGES {
        if journal.finished(stage).is_some() {
            // Its calls are not made again.
            continue;
        }
        journal.begin(stage).unwrap();
        let mut text = String::new();
        for call in 0..CALLS {
            let request = Request {
                system: "be terse".into(),
                messages: vec![Message::user(format!("{stage} {call}"))],
                tools: Vec::new(),
                parameters: Parameters::default(),
            };
            text.push_str(&runtime.block_on(caller.ask(&request)).unwrap().text());
            text.push('\n');
            if stage == "draft" && call == 1 {
                journal.write_artefact(stage, "deep/draft.md", text.as_bytes()).unwrap();
            }
        }
        journal.write_artefact(stage, &format!("deep/{stage}.md"), text.as_bytes()).unwrap();
        journal.finish(stage, &json!({ "letters": text.len() })).unwrap();
    }
}

/// The process that is killed. Without `JOURNAL_RUN`, this is no test.
#[test]
fn a_run_of_its_own() {
    let Some(folder) = std::env::var_os("JOURNAL_RUN") else { return };
    let at: usize = std::env::var("JOURNAL_KILL").unwrap().parse().unwrap();
    let steps = AtomicUsize::new(0);
    let folder = PathBuf::from(folder);
    let log = folder.join("steps");
    let hook = move |step: Step| {
        if steps.fetch_add(1, Ordering::SeqCst) == at {
            std::fs::write(&log, format!("{step:?}")).unwrap();
            std::process::abort();
        }
    };
    run(&folder, Some(Box::new(hook)));
}

/// Runs until the end, or until it is killed at this step. Whether it was killed.
fn process(folder: &Path, kill_at: usize) -> bool {
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_run_of_its_own", "--nocapture", "--test-threads=1"])
        .env("JOURNAL_RUN", folder)
        .env("JOURNAL_KILL", kill_at.to_string())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .unwrap();
    if !status.success() {
        assert!(folder.join("steps").exists(), "it ended otherwise than by being killed: {status}");
    }
    !status.success()
}

/// What a run leaves: its artefacts and its transcript.
fn artefacts(folder: &Path) -> BTreeMap<&'static str, String> {
    let read = |path: String| std::fs::read_to_string(folder.join(path)).unwrap();
    let mut all: BTreeMap<_, _> = STAGES.iter().map(|s| (*s, read(format!("out/deep/{s}.md")))).collect();
    all.insert("transcript", read("transcript.jsonl".into()));
    all
}

fn paid(folder: &Path) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(folder.join("paid")).unwrap().lines() {
        *counts.entry(line.to_owned()).or_insert(0) += 1;
    }
    counts
}

/// What must hold of a run that has come to its end after having been killed so often.
fn check(folder: &Path, expected: &BTreeMap<&'static str, String>, kills: usize, place: &str) {
    assert_eq!(&artefacts(folder), expected, "{place}");
    let paid = paid(folder);
    assert_eq!(paid.len(), STAGES.len() * CALLS, "{place}");
    let again: usize = paid.values().map(|n| n - 1).sum();
    assert!(again <= kills, "{place}: {again} calls were paid for again after {kills} kills");
    let (journal, recovery) = Journal::resume(&folder.join("out")).unwrap();
    assert_eq!(recovery.torn, 0);
    for artefact in journal.artefacts().unwrap() {
        assert_eq!(artefact.state, ArtefactState::Whole, "{place}: {artefact:?}");
    }
    let beside = std::fs::read_dir(folder.join("out/deep")).unwrap().flatten();
    assert_eq!(beside.count(), STAGES.len(), "{place}: nothing is left beside the artefacts");
    // Everything that was paid for is counted, and what was lost as well.
    let budget = Budget::unlimited();
    journal.charge(&budget);
    let calls = paid.values().sum::<usize>();
    assert!(budget.spent().calls as usize >= calls, "{place}: {} of {calls}", budget.spent().calls);
    assert_eq!(journal.answers_left(), STAGES.len() * CALLS);
}

#[test]
fn killed_at_every_step_a_run_goes_on_and_pays_nothing_twice() {
    let whole = scratch();
    assert!(!process(whole.path(), usize::MAX));
    let expected = artefacts(whole.path());
    assert!(paid(whole.path()).values().all(|n| *n == 1));
    let mut steps = 0;
    for at in 0.. {
        let folder = scratch();
        let killed = process(folder.path(), at);
        if !killed {
            steps = at;
            break;
        }
        let step = std::fs::read_to_string(folder.path().join("steps")).unwrap();
        assert!(!process(folder.path(), usize::MAX), "step {at}");
        // Only an answer that had not reached the disk is asked for again.
        let again = paid(folder.path()).values().any(|n| *n > 1);
        assert!(!again || step == "Appending", "step {at}, {step}");
        check(folder.path(), &expected, 1, &format!("step {at}, {step}"));
    }
    // Three steps a line: one for the run, six a stage and two a call; and two an artefact.
    let lines = 1 + STAGES.len() * (2 + 2 * CALLS) + STAGES.len() + 1;
    assert_eq!(steps, 3 * (lines - 1) + 2 * (STAGES.len() + 1));
}

#[test]
fn killed_again_and_again_a_run_still_ends() {
    let whole = scratch();
    run(whole.path(), None);
    let expected = artefacts(whole.path());
    // A stage that begins again takes up to sixteen steps to write what it already has the answers for.
    for pace in [17, 19, 26] {
        let folder = scratch();
        let mut kills = 0;
        while process(folder.path(), pace) {
            kills += 1;
            assert!(kills < 200, "it makes no progress");
        }
        check(folder.path(), &expected, kills, &format!("every {pace} steps"));
    }
}

fn journal(folder: &Path) -> (Journal, Recovery) {
    Journal::resume(folder).unwrap()
}

/// A journal with a few entries.
fn written() -> (tempfile::TempDir, Vec<u8>) {
    let folder = scratch();
    let journal = Journal::create(folder.path(), &json!({ "feature": "é" })).unwrap();
    journal.begin("plan").unwrap();
    journal.note("approved", &json!({ "by": "a person" })).unwrap();
    journal.finish("plan", &json!({ "steps": [1, 2] })).unwrap();
    drop(journal);
    let bytes = std::fs::read(folder.path().join(FILE)).unwrap();
    (folder, bytes)
}

#[test]
fn a_torn_last_line_is_dropped_wherever_it_is_torn() {
    let (folder, bytes) = written();
    let path = folder.path().join(FILE);
    let last = bytes[..bytes.len() - 1].iter().rposition(|b| *b == b'\n').unwrap() + 1;
    for end in last + 1..bytes.len() {
        std::fs::write(&path, &bytes[..end]).unwrap();
        let (journal, recovery) = journal(folder.path());
        assert_eq!(recovery, Recovery { torn: end - last, lost: 0 });
        assert!(journal.finished("plan").is_none());
        assert_eq!(journal.notes("approved"), [json!({ "by": "a person" })]);
        // And it goes on from there.
        journal.finish("plan", &json!(end)).unwrap();
        drop(journal);
        let (journal, recovery) = self::journal(folder.path());
        assert_eq!((recovery.torn, journal.finished("plan")), (0, Some(json!(end))));
        drop(journal);
    }
}

#[test]
fn damage_before_the_last_line_is_said_with_its_line() {
    let (folder, bytes) = written();
    let path = folder.path().join(FILE);
    let starts: Vec<usize> = std::iter::once(0)
        .chain(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(i, _)| i + 1))
        .collect();
    let last = starts[starts.len() - 2];
    for at in 0..last {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        std::fs::write(&path, &damaged).unwrap();
        let line = starts.iter().filter(|s| **s <= at).count();
        match Journal::resume(folder.path()) {
            Err(JournalError::Damaged { line: said, .. }) => assert_eq!(said, line, "byte {at}"),
            other => panic!("byte {at}: {other:?}"),
        }
        assert_eq!(std::fs::read(&path).unwrap(), damaged, "what is damaged is left as it is");
    }
    // A last line that is whole and wrong may have been acted on; one with blocks that never came cannot have been.
    let mut wrong = bytes.clone();
    wrong[last + 40] ^= 1;
    std::fs::write(&path, &wrong).unwrap();
    assert!(matches!(Journal::resume(folder.path()), Err(JournalError::Damaged { line: 4, .. })));
    wrong[last + 30..last + 40].fill(0);
    std::fs::write(&path, &wrong).unwrap();
    assert_eq!(journal(folder.path()).1.torn, bytes.len() - last);
    // Lines that are whole, but not where they were.
    let lines: Vec<&[u8]> = starts.windows(2).map(|w| &bytes[w[0]..w[1]]).collect();
    for order in [vec![0, 2, 1, 3], vec![0, 2, 3], vec![0, 1, 1, 2, 3], vec![1, 2, 3]] {
        let text: Vec<u8> = order.iter().flat_map(|i| lines[*i].to_vec()).collect();
        std::fs::write(&path, text).unwrap();
        let error = Journal::resume(folder.path()).unwrap_err();
        assert!(error.to_string().contains("is damaged in line"), "{order:?}: {error}");
    }
}

#[test]
fn one_process_at_a_time() {
    let (folder, _) = written();
    let (held, _) = journal(folder.path());
    assert!(matches!(Journal::resume(folder.path()), Err(JournalError::Locked { .. })));
    drop(held);
    drop(journal(folder.path()));
    assert!(matches!(Journal::create(folder.path(), &json!({})), Err(JournalError::Exists { .. })));
    let error = Journal::resume(&folder.path().join("none")).unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = Journal::create(&folder.path().join("file"), &json!({})).unwrap_err();
    assert!(error.to_string().contains("help: choose a folder that can be written to"), "{error}");
}

#[test]
fn an_artefact_changed_by_hand_is_noticed() {
    let folder = scratch();
    let journal = Journal::create(folder.path(), &json!({})).unwrap();
    let state = |journal: &Journal| journal.artefacts().unwrap()[0].state;
    let place = folder.path().join("plan.md");
    journal.write_artefact("plan", "plan.md", b"one").unwrap();
    assert_eq!(state(&journal), ArtefactState::Whole);
    std::fs::write(&place, "two").unwrap();
    assert_eq!(state(&journal), ArtefactState::Changed);
    journal.accept("plan.md").unwrap();
    assert_eq!(state(&journal), ArtefactState::Whole);
    std::fs::remove_file(&place).unwrap();
    assert_eq!(state(&journal), ArtefactState::Missing);
    drop(journal);
    let (journal, _) = self::journal(folder.path());
    assert_eq!(state(&journal), ArtefactState::Missing);
    std::fs::write(&place, "one").unwrap();
    assert_eq!(state(&journal), ArtefactState::Changed, "what was accepted counts, not what was before");
    for path in ["../x", "/x", "", "a/../../x", FILE, "."] {
        let error = journal.write_artefact("plan", path, b"").unwrap_err();
        assert!(error.to_string().contains("must stay in the run's folder"), "{path}: {error}");
    }
}

#[test]
fn a_call_under_way_when_the_process_ends_counts_as_the_most_it_may_have_spent() {
    use specgen::model::caller::CallLog;
    let folder = scratch();
    let journal = Journal::create(folder.path(), &json!({})).unwrap();
    let worst = Usage { input: 70, output: 30, estimated: true, ..Usage::default() };
    journal.intend("key", "test/paid", worst).unwrap();
    drop(journal);
    for _ in 0..2 {
        let (journal, recovery) = self::journal(folder.path());
        assert_eq!(recovery.lost, 1);
        let budget = Budget::unlimited();
        journal.charge(&budget);
        assert_eq!((budget.spent().usage, budget.spent().calls), (worst, 1));
    }
}

/// A client that fails with this kind.
struct Failing(FailureKind);

impl ModelClient for Failing {
    fn name(&self) -> &str {
        "test/paid"
    }

    fn attempt<'a>(
        &'a self,
        _: &'a Request,
        _: &'a dyn Watch,
        _: &'a Cancel,
    ) -> BoxFuture<'a, Result<Answer, Failure>> {
        let spent = Usage { input: 40, estimated: true, ..Usage::default() };
        async move { Err(Failure::new(self.0, "it failed", "do something").spent(spent)) }.boxed()
    }
}

#[test]
fn a_call_that_failed_is_made_again_and_its_cost_is_kept() {
    let folder = scratch();
    let request = Request {
        system: String::new(),
        messages: vec![Message::user("x")],
        tools: Vec::new(),
        parameters: Parameters::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let journal = Arc::new(Journal::create(folder.path(), &json!({})).unwrap());
    let log: Arc<Journal> = Arc::clone(&journal);
    let caller = Caller::new(Failing(FailureKind::WrongKey), Budget::unlimited()).log(log);
    assert_eq!(runtime.block_on(caller.ask(&request)).unwrap_err().kind, FailureKind::WrongKey);
    drop((caller, journal));

    let (journal, recovery) = self::journal(folder.path());
    assert_eq!(recovery.lost, 0);
    let budget = Budget::unlimited();
    journal.charge(&budget);
    assert_eq!((budget.spent().usage.input, budget.spent().calls), (40, 1));
    let caller = Caller::new(Paid(folder.path().join("paid")), budget.clone()).log(Arc::new(journal));
    assert!(runtime.block_on(caller.ask(&request)).is_ok());
    assert_eq!((budget.spent().usage.input, budget.spent().calls), (50, 2));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_half_a_line_is_taken_back() {
    // A limit on the size of files is as good as a full disk, and only a process of its own can have one.
    let folder = scratch();
    let status = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact a_disk_of_its_own --nocapture"])
        .arg(std::env::current_exe().unwrap())
        .env("JOURNAL_DISK", folder.path())
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stdout));
    let (journal, recovery) = self::journal(folder.path());
    assert_eq!(recovery.torn, 0);
    assert!(!journal.notes("n").is_empty());
}

/// The process with little room. Without `JOURNAL_DISK`, this is no test.
#[test]
fn a_disk_of_its_own() {
    let Some(folder) = std::env::var_os("JOURNAL_DISK") else { return };
    let journal = Journal::create(Path::new(&folder), &json!({})).unwrap();
    let error =
        (0..1000).find_map(|i| journal.note("n", &json!("x".repeat(100 + i))).err()).expect("no room");
    assert!(error.to_string().contains("cannot be written"), "{error}");
    // What is small may still fit, and follows whole lines.
    let _ = journal.note("n", &json!("x"));
}
