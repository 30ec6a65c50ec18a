//! Transcripts: what is recorded is replayed, byte for byte, and nothing else is.

use super::scripted::{Reply, Said, Server, Wire};
use super::{KEY, WAYS, client_of, hasty, request};
use serde_json::json;
use specgen::journal::Journal;
use specgen::model::budget::Budget;
use specgen::model::caller::Caller;
use specgen::model::conversation::{Block, Message, Request, ToolResult};
use specgen::model::failure::{Failure, FailureKind};
use specgen::model::transcript::{Replay, Transcript, read};
use std::path::Path;
use std::sync::Arc;

/// A run of a few turns. Everything it says, for comparison.
async fn run(caller: &Caller, feature: &str) -> Result<String, Failure> {
    let mut said = String::new();
    let mut asked = request(feature);
    for turn in 0..4 {
        let answer = caller.ask(&asked).await?;
        said.push_str(&format!("{turn}: {answer:?}\n"));
        said.extend(answer.calls().map(|c| c.input.to_string()));
        asked.messages.push(Message::assistant(&answer));
        let results: Vec<ToolResult> = answer
            .calls()
            .map(|c| ToolResult {
                id: c.id.clone(),
                name: c.name.clone(),
                content: "1: ünï".into(),
                is_error: false,
            })
            .collect();
        asked.messages.push(match results.is_empty() {
            true => Message::user(format!("and then? {turn}")),
            false => Message::results(results),
        });
    }
    said.push_str(&caller.budget().spent().to_string());
    Ok(said)
}

fn scripted() -> Server {
    Server::in_pieces(3, |shown| match shown.number {
        0 => Reply::Status(429, vec![("retry-after", "0.01".into())], format!("slower, {KEY}")),
        1 => Reply::Dropped(Said::text("never seen"), 150),
        2 => Reply::calls(&[
            ("a", "read", json!({ "z": 1, "path": "ü", "a": { "y": 1, "x": 2 } })),
            ("b", "read", json!({ "path": "v" })),
        ]),
        3 => Reply::status(529, "later"),
        n => Reply::text(&format!("answer {n} – 漢字")),
    })
}

fn recorded(client: Caller, path: &Path) -> Caller {
    client.patience(hasty()).transcript(Arc::new(Transcript::create(path).unwrap()))
}

#[tokio::test]
async fn a_replay_is_the_same_byte_for_byte_with_no_network() {
    for (wire, streamed) in WAYS {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("1.jsonl"), folder.path().join("2.jsonl"));
        let server = scripted();
        let live =
            recorded(Caller::shared(client_of(&server, wire, streamed, ""), Budget::unlimited()), &first);
        let said = run(&live, "leases").await.unwrap();
        assert_eq!(server.shown().len(), 7);
        drop(server);

        let replay = recorded(Caller::new(Replay::open(&first).unwrap(), Budget::unlimited()), &second);
        assert_eq!(run(&replay, "leases").await.unwrap(), said);
        let (first, second) = (std::fs::read(&first).unwrap(), std::fs::read(&second).unwrap());
        assert!(!first.is_empty());
        assert_eq!(String::from_utf8(first).unwrap(), String::from_utf8(second.clone()).unwrap());
        assert!(!String::from_utf8(second).unwrap().contains(KEY));
    }
}

#[tokio::test]
async fn the_key_is_in_nothing_that_is_kept() {
    for (wire, streamed) in WAYS {
        let folder = tempfile::tempdir().unwrap();
        // A server that says the key wherever it can say something against a call.
        let server = Server::start(|shown| match shown.number {
            0 => Reply::status(503, &format!("no room for {KEY}")),
            1 => Reply::Body("text/html", format!("<p>{KEY}</p>").into_bytes()),
            2 => Reply::text("fine"),
            _ => Reply::status(401, &format!("{KEY} is not a key, nor is {}", &KEY[..12])),
        });
        let journal = Arc::new(
            Journal::create(&folder.path().join("out"), &json!({ "model": "local/tester" })).unwrap(),
        );
        let log: Arc<Journal> = Arc::clone(&journal);
        let client = client_of(&server, wire, streamed, "");
        let caller =
            recorded(Caller::shared(client, Budget::unlimited()), &folder.path().join("t.jsonl")).log(log);
        assert_eq!(caller.ask(&request("one")).await.unwrap().text(), "fine");
        let failure = caller.ask(&request("two")).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::WrongKey);
        let mut kept =
            vec![failure.to_string(), format!("{failure:?}"), serde_json::to_string(&failure).unwrap()];
        kept.push(std::fs::read_to_string(folder.path().join("t.jsonl")).unwrap());
        kept.push(std::fs::read_to_string(folder.path().join("out/journal.jsonl")).unwrap());
        for text in kept {
            assert!(!text.contains(&KEY[..12]), "{text}");
            assert!(text.contains("[key]"), "{text}");
        }
    }
}

/// A transcript of the run, and the failure of a run that asks something else.
async fn missed(change: impl FnOnce(&mut Request)) -> Failure {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let server = scripted();
    run(
        &recorded(Caller::shared(client_of(&server, Wire::Chat, true, ""), Budget::unlimited()), &path),
        "leases",
    )
    .await
    .unwrap();
    let exchanges = read(&path).unwrap();
    let mut asked = exchanges.last().unwrap().request.clone();
    change(&mut asked);
    let replay = Caller::new(Replay::open(&path).unwrap(), Budget::unlimited());
    replay.ask(&asked).await.unwrap_err()
}

#[tokio::test]
async fn what_was_not_recorded_is_said_with_what_differs() {
    let failure = missed(|r| r.system.push_str("\nBe kind.")).await;
    assert_eq!(failure.kind, FailureKind::NotRecorded);
    let said = "the nearest is number 7, and its system text differs, first in line 2\n  \
                recorded: (it ends here)\n  now:      Be kind.";
    assert!(failure.message.contains(said), "{failure}");

    let failure = missed(|r| r.messages[2] = Message::user("other")).await;
    assert!(failure.message.contains("message 3 (the user's) differs in block 1 (text)"), "{failure}");

    let failure = missed(|r| {
        if let Block::ToolResult(result) = &mut r.messages[2].content[1] {
            result.content = "1: ünà".into();
        }
    })
    .await;
    let said = "message 3 (the user's) differs in block 2 (the result of read), first in line 1\n  \
                recorded: 1: ünï\n  now:      1: ünà";
    assert!(failure.message.contains(said), "{failure}");

    let failure = missed(|r| r.tools[0].description = "Reads.".into()).await;
    assert!(failure.message.contains("the description of the tool read differs"), "{failure}");
    let failure = missed(|r| r.tools.clear()).await;
    assert!(failure.message.contains("its tools differ\n  recorded: read\n  now:      "), "{failure}");
    let failure = missed(|r| r.parameters.max_output_tokens = 7).await;
    assert!(failure.message.contains("its parameters differ"), "{failure}");
    let failure = missed(|r| r.messages.push(Message::user("more"))).await;
    assert!(failure.message.contains("it has 7 messages where this one has 8"), "{failure}");
    assert!(failure.help.contains("record a new transcript"), "{failure}");
}

#[tokio::test]
async fn asking_once_more_than_recorded_is_a_miss() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let server = Server::start(|shown| Reply::text(&shown.number.to_string()));
    let client = client_of(&server, Wire::Messages, true, "");
    let live = recorded(Caller::shared(client, Budget::unlimited()), &path);
    for expected in ["0", "1"] {
        assert_eq!(live.ask(&request("again")).await.unwrap().text(), expected);
    }
    let replay = Replay::open(&path).unwrap();
    assert_eq!(replay.left(), 2);
    let replay = Caller::new(replay, Budget::unlimited());
    for expected in ["0", "1"] {
        assert_eq!(replay.ask(&request("again")).await.unwrap().text(), expected);
    }
    let failure = replay.ask(&request("again")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotRecorded);
    assert!(failure.message.contains("answers this request 2 times"), "{failure}");
}

#[test]
fn what_is_no_transcript_is_said_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.jsonl");
    let wrong = |text: &str| {
        std::fs::write(&path, text).unwrap();
        let failure = Replay::open(&path).expect_err(text);
        assert_eq!(failure.kind, FailureKind::Misconfigured);
        failure.message
    };
    assert!(wrong("").contains("does not say that it is one"));
    assert!(wrong("{\"specgen_transcript\":99}\n").contains("format 99"));
    assert!(wrong("{\"specgen_transcript\":1}\n{\"key\":1}\n").contains("line 2"));
    std::fs::remove_file(&path).unwrap();
    assert!(Replay::open(&path).expect_err("gone").message.contains("cannot be read"));
}
