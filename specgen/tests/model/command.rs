//! A command as a model.

use super::{hasty, request};
use serde_json::Value;
use specgen::model::Cancel;
use specgen::model::budget::Budget;
use specgen::model::caller::Caller;
use specgen::model::command::{Asked, Command, schema};
use specgen::model::conversation::{Answer, Block, Stop};
use specgen::model::failure::{Failure, FailureKind};
use std::path::Path;
use std::time::{Duration, Instant};

/// A program that answers: its text, its name.
fn program(folder: &Path, text: &str) -> String {
    let path = folder.join("agent.sh");
    std::fs::write(&path, text).unwrap();
    format!("sh '{}'", path.display())
}

async fn ask(text: &str, timeout: f64) -> (Result<Answer, Failure>, Caller) {
    let command = Command::new(text, Duration::from_secs_f64(timeout)).unwrap();
    let caller = Caller::new(command, Budget::unlimited()).patience(hasty());
    (caller.ask(&request("go 漢字")).await, caller)
}

const SAYS: &str = r#"{"answer": {"content": [{"type": "text", "text": "é"}], "stop": {"reason": "end"}}}"#;

#[tokio::test]
async fn a_command_reads_a_request_and_prints_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let asked = folder.path().join("asked.json");
    let text = program(folder.path(), &format!("cat > '{}'\necho '{SAYS}'\n", asked.display()));
    let (answer, caller) = ask(&text, 20.0).await;
    let answer = answer.unwrap();
    assert_eq!(answer.content, [Block::Text { text: "é".into() }]);
    assert_eq!(answer.stop, Stop::End);
    assert!(answer.usage.estimated && answer.usage.input > 50, "{:?}", answer.usage);
    assert_eq!(caller.model(), "exec/sh");
    let read: Asked = serde_json::from_slice(&std::fs::read(&asked).unwrap()).unwrap();
    assert_eq!(read, Asked { specgen: 1, request: request("go 漢字") });

    // What goes either way is what the published schema says.
    let schema = schema();
    let validate = |part: &str, text: &str| {
        let validator = jsonschema::validator_for(&schema[part]).unwrap();
        validator.is_valid(&serde_json::from_str(text).unwrap())
    };
    assert!(validate("stdin", &std::fs::read_to_string(&asked).unwrap()));
    assert!(validate("stdout", SAYS));
    assert!(validate(
        "stdout",
        r#"{"error": {"kind": "rate_limited", "message": "wait", "retry_after": 1.5}}"#
    ));
    assert!(!validate("stdout", r#"{"answer": {"content": [{"type": "poem"}], "stop": {"reason": "end"}}}"#));
    assert!(!validate("stdout", r#"{"error": {"kind": "boredom", "message": "no"}}"#));
    assert!(!validate("stdin", r#"{"specgen": 1}"#));

    // It is published as a file for those who write such a command.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/exec.json");
    let text = serde_json::to_string_pretty(&sorted(&schema)).unwrap() + "\n";
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let published = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        published, text,
        "UPDATE_EXPECT=1 writes it anew: a command that answers now must still be able to"
    );
}

/// The same with keys in order, in any build.
fn sorted(value: &Value) -> Value {
    serde_json::from_str(&specgen::model::canonical::text(value)).unwrap()
}

#[tokio::test]
async fn a_command_that_does_not_read_all_may_still_answer() {
    let folder = tempfile::tempdir().unwrap();
    let text = program(folder.path(), &format!("exec <&-\necho '{SAYS}'\n"));
    let command = Command::new(&text, Duration::from_secs(20)).unwrap();
    let long = request(&"long ".repeat(1_000_000));
    let answer = Caller::new(command, Budget::unlimited()).ask(&long).await.unwrap();
    assert_eq!(answer.text(), "é");
}

#[tokio::test]
async fn what_a_command_does_wrong_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let two = r#"{"answer": {"content": [], "stop": {"reason": "tool_use"}}}"#;
    let limited = r#"{"error": {"kind": "rate_limited", "message": "slow down", "retry_after": 0.01}}"#;
    let key = r#"{"error": {"kind": "wrong_key", "message": "log in"}}"#;
    for (text, kind, said) in [
        (
            "cat >/dev/null; echo no key >&2; exit 3".to_owned(),
            FailureKind::Malformed,
            "ended with exit status: 3; on standard error: no key",
        ),
        ("cat >/dev/null; echo hello".to_owned(), FailureKind::Malformed, "is no answer"),
        ("cat >/dev/null; echo thinking >&2".to_owned(), FailureKind::Malformed, "prints nothing"),
        (format!("cat >/dev/null; echo '{two}'"), FailureKind::Malformed, "calls none"),
        (format!("cat >/dev/null; echo '{limited}'"), FailureKind::RateLimited, "slow down"),
        (format!("cat >/dev/null; echo '{key}'"), FailureKind::WrongKey, "log in"),
        ("cat >/dev/null; head -c 20000000 /dev/zero".to_owned(), FailureKind::Malformed, "more than"),
    ] {
        let (result, caller) = ask(&program(folder.path(), &text), 20.0).await;
        let failure = result.unwrap_err();
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.message.contains(said), "{failure}");
        assert_eq!(caller.budget().spent().calls, if kind.is_passing() { 3 } else { 1 });
    }
    let (result, _) = ask("/no/such/program", 1.0).await;
    let failure = result.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Misconfigured, "{failure}");
    assert!(failure.message.contains("/no/such/program"), "{failure}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_command_that_takes_too_long_is_killed_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let text = program(
        folder.path(),
        &format!(
            "sleep 1000 &\necho $! > '{0}.new'\necho $$ >> '{0}.new'\nmv '{0}.new' '{0}'\nwait\n",
            pids.display()
        ),
    );
    let command = Command::new(&text, Duration::from_secs(4)).unwrap();
    let caller =
        Caller::new(command, Budget::unlimited()).patience(super::Patience { attempts: 1, ..hasty() });
    let begun = Instant::now();
    let failure = caller.ask(&request("go")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut, "{failure}");
    assert!(begun.elapsed() < Duration::from_secs(10));
    assert!(!caller.budget().spent().usage.is_nothing());
    all_gone(&pids).await;

    // And when somebody stops it.
    std::fs::remove_file(&pids).unwrap();
    let command = Command::new(&text, Duration::from_secs(60)).unwrap();
    let cancel = Cancel::new();
    let caller = Caller::new(command, Budget::unlimited()).cancel(cancel.clone());
    let stopping = async {
        while !pids.exists() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        cancel.cancel();
    };
    let asked = request("go");
    let begun = Instant::now();
    let (result, ()) = tokio::join!(caller.ask(&asked), stopping);
    assert_eq!(result.unwrap_err().kind, FailureKind::Cancelled);
    assert!(begun.elapsed() < Duration::from_secs(10));
    all_gone(&pids).await;
}

/// Waits until the processes that a program has written down have ended.
#[cfg(target_os = "linux")]
async fn all_gone(pids: &Path) {
    let pids = std::fs::read_to_string(pids).unwrap();
    assert_eq!(pids.lines().count(), 2);
    let gone = |pid: &str| match std::fs::read_to_string(format!("/proc/{pid}/stat")) {
        Err(_) => true,
        // Dead, and waiting for somebody to ask how.
        Ok(stat) => stat.rsplit(')').next().is_some_and(|s| s.trim().starts_with('Z')),
    };
    for _ in 0..100 {
        if pids.lines().all(gone) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("still there: {pids}");
}
