//! What is said over a wire is what was meant, however it is cut into pieces.

use super::scripted::{Reply, Said, Server, Shown};
use super::{KEY, WAYS, caller_of, client_of, request};
use serde_json::json;
use specgen::model::conversation::{Answer, Block, Message, Stop, ToolResult, Usage};
use specgen::model::{Cancel, Event, Watch};
use std::sync::Mutex;

/// Text and two calls at once, with all that JSON and UTF-8 can be cut in.
fn parallel() -> Said {
    let mut said = Said::calls(&[
        ("call_1", "read", json!({ "path": "src/é漢🎈.rs", "lines": [1, 20], "quote": "\"\\\n\u{1}" })),
        ("call_2", "grep", json!({})),
        ("call_3", "read", json!({ "path": "b" })),
    ]);
    said.content.insert(0, Block::Text { text: "Reading “all” – 漢字 🎈 é.\n\nThen more.".into() });
    said.usage = Usage { input: 1000, cached: 700, cache_written: 0, output: 55, estimated: false };
    said
}

#[tokio::test]
async fn an_answer_is_the_same_over_both_wires_streamed_or_not_in_pieces_of_any_size() {
    let expected = Answer { content: parallel().content, stop: Stop::ToolUse, usage: parallel().usage };
    for piece in [usize::MAX, 1, 2, 3, 7, 64] {
        for (wire, streamed) in WAYS {
            let server = Server::in_pieces(piece, |_| Reply::Said(parallel()));
            let answer = caller_of(&server, wire, streamed).ask(&request("go")).await;
            assert_eq!(answer.unwrap(), expected, "{wire:?}, streamed: {streamed}, pieces of {piece}");
        }
    }
}

#[tokio::test]
async fn a_conversation_arrives_as_it_was_meant() {
    let server = Server::start(|shown: &Shown| match shown.number % 2 {
        0 => Reply::Said(parallel()),
        _ => Reply::text("done"),
    });
    let mut seen = Vec::new();
    for (wire, streamed) in WAYS {
        let caller = caller_of(&server, wire, streamed);
        let mut asked = request("go");
        let answer = caller.ask(&asked).await.unwrap();
        asked.messages.push(Message::assistant(&answer));
        let results = answer.calls().map(|call| ToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            content: if call.name == "grep" { "there is no pattern".into() } else { "1: ünï".into() },
            is_error: call.name == "grep",
        });
        let mut turn = Message::results(results.collect());
        turn.content.push(Block::Text { text: "Go on.".into() });
        asked.messages.push(turn);
        assert_eq!(caller.ask(&asked).await.unwrap().text(), "done");

        // The server saw what we sent; a failure it sees as words.
        let shown = server.shown().pop().unwrap();
        if let Block::ToolResult(result) = &mut asked.messages[2].content[1] {
            result.content = "error: there is no pattern".into();
        }
        assert_eq!(shown.request, asked, "{wire:?}");
        assert_eq!((shown.key.as_str(), shown.model.as_str(), shown.streamed), (KEY, "tester", streamed));
        seen.push(shown.request);
    }
    assert!(seen.windows(2).all(|w| w[0] == w[1]));
}

#[tokio::test]
async fn what_may_be_cached_is_marked() {
    let server = Server::start(|_| Reply::text("yes"));
    caller_of(&server, WAYS[0].0, true).ask(&request("go")).await.unwrap();
    let body = server.shown()[0].body.clone();
    assert_eq!(body.pointer("/system/0/cache_control/type"), Some(&json!("ephemeral")), "{body}");
    assert_eq!(body.pointer("/messages/0/content/0/cache_control/type"), Some(&json!("ephemeral")), "{body}");
}

#[tokio::test]
async fn a_truncated_answer_keeps_what_is_whole() {
    for (wire, streamed) in WAYS {
        let mut said =
            Said::calls(&[("a", "read", json!({ "path": "x" })), ("b", "read", json!({ "path": "y" }))]);
        said.content.insert(0, Block::Text { text: "First.".into() });
        said.stop = Stop::Truncated;
        if streamed {
            said.cut = Some(7);
        } else {
            said.content.truncate(1);
        }
        let server = Server::start(move |_| Reply::Said(said.clone()));
        let answer = caller_of(&server, wire, streamed).ask(&request("go")).await.unwrap();
        assert_eq!(answer.stop, Stop::Truncated);
        assert_eq!(answer.text(), "First.");
        assert_eq!(
            answer.calls().count(),
            usize::from(streamed),
            "{wire:?}: the call that was cut off is left out"
        );
        let failure = answer.whole().unwrap_err();
        assert!(failure.to_string().contains("cut off after 20 tokens"), "{failure}");
        assert_eq!(failure.spent.output, 20);
    }
}

#[tokio::test]
async fn a_call_cut_off_in_a_plain_answer_is_truncation_too() {
    let mut said = Said::calls(&[("a", "read", json!({ "path": "x" }))]);
    said.content.insert(0, Block::Text { text: "First.".into() });
    said.stop = Stop::Truncated;
    said.cut = Some(7);
    let server = Server::start(move |_| Reply::Said(said.clone()));
    let answer = caller_of(&server, super::Wire::Chat, false).ask(&request("go")).await.unwrap();
    assert_eq!((answer.stop, answer.content.len(), answer.usage.output), (Stop::Truncated, 1, 20));
}

#[tokio::test]
async fn a_refusal_is_one_wherever_it_is_said() {
    for (wire, streamed) in WAYS {
        let server = Server::start(move |_| {
            let explanation = "I cannot help with 漢字.".to_owned();
            let mut said = Said::text("I cannot help with 漢字.");
            if wire == super::Wire::Chat {
                // There it stands beside the text, which is empty.
                said.content.clear();
            }
            said.stop = Stop::Refused { explanation };
            Reply::Said(said)
        });
        let answer = caller_of(&server, wire, streamed).ask(&request("go")).await.unwrap();
        assert_eq!(
            answer.stop,
            Stop::Refused { explanation: "I cannot help with 漢字.".into() },
            "{wire:?} {streamed}"
        );
        let failure = answer.whole().unwrap_err();
        assert!(failure.message.contains("declined to answer: I cannot help"), "{failure}");
    }
}

#[tokio::test]
async fn arguments_that_are_no_json_reach_the_caller_as_they_are() {
    let said = Said::calls(&[("a", "read", json!("{\"path\": src}"))]);
    let server = Server::start(move |shown| match shown.number {
        0 => Reply::Said(said.clone()),
        _ => Reply::text("sorry"),
    });
    let caller = caller_of(&server, super::Wire::Messages, true);
    let mut asked = request("go");
    let answer = caller.ask(&asked).await.unwrap();
    let call = answer.calls().next().unwrap().clone();
    let error = call.arguments().unwrap_err();
    assert!(error.contains("{\"path\": src}") && error.contains("one JSON object"), "{error}");
    // And they can be answered: the API is given an object.
    asked.messages.push(Message::assistant(&answer));
    let result = ToolResult { id: call.id, name: call.name, content: error, is_error: true };
    asked.messages.push(Message::results(vec![result]));
    assert_eq!(caller.ask(&asked).await.unwrap().text(), "sorry");
}

#[derive(Default)]
struct Seen(Mutex<(String, Vec<String>)>);

impl Watch for Seen {
    fn event(&self, event: Event<'_>) {
        let mut seen = self.0.lock().unwrap();
        match event {
            Event::Text(text) => seen.0.push_str(text),
            Event::Calling(name) => seen.1.push(name.to_owned()),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_stream_is_watched_as_it_comes() {
    for (wire, _) in [WAYS[0], WAYS[2]] {
        let server = Server::in_pieces(1, |_| Reply::Said(parallel()));
        let seen = Seen::default();
        let client = client_of(&server, wire, true, "");
        client.attempt(&request("go"), &seen, &Cancel::new()).await.unwrap();
        let (text, calls) = seen.0.into_inner().unwrap();
        assert_eq!(text, "Reading “all” – 漢字 🎈 é.\n\nThen more.");
        assert_eq!(calls, ["read", "grep", "read"]);
    }
}
