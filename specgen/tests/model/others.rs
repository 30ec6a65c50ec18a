//! The other wires that providers speak: OpenAI's responses, Gemini, Ollama. Bodies as their documentation has them.

use super::scripted::{Reply, Server, Shown, Wire};
use super::{KEY, hasty, request};
use serde_json::{Value, json};
use specgen::model::budget::Budget;
use specgen::model::caller::Caller;
use specgen::model::client;
use specgen::model::conversation::{Answer, Message, Stop, ToolResult, Usage};
use specgen::model::failure::{Failure, FailureKind};
use specgen::settings::Settings;

/// Asks a server that answers with these bodies in turn, split at every byte.
async fn ask(api: &str, streamed: bool, bodies: Vec<Vec<u8>>) -> (Result<Answer, Failure>, Server, Caller) {
    let media = match (api, streamed) {
        ("ollama", true) => "application/x-ndjson",
        (_, true) => "text/event-stream",
        (_, false) => "application/json",
    };
    let server = Server::in_pieces(1, move |shown: &Shown| {
        assert_eq!(shown.wire, Wire::Other);
        Reply::Body(media, bodies[shown.number.min(bodies.len() - 1)].clone())
    });
    let url = if api == "ollama" { server.root() } else { server.v1() };
    let text = format!(
        "[providers.p]\napi = \"{api}\"\nbase_url = \"{url}\"\nkey_env = \"K\"\nstream = {streamed}\n"
    );
    let environment = |name: &str| (name == "K").then(|| KEY.to_owned());
    let client = client::open("p/tester", &Settings::parse(&text).unwrap(), &environment).unwrap();
    let caller = Caller::shared(client, Budget::unlimited()).patience(hasty());
    let result = caller.ask(&request("go")).await;
    (result, server, caller)
}

fn sse(events: &[Value]) -> Vec<u8> {
    let event = |e: &Value| match e["type"].as_str() {
        Some(name) => format!("event: {name}\ndata: {e}\n\n"),
        None => format!("data: {e}\n\n"),
    };
    events.iter().map(event).collect::<String>().into_bytes()
}

fn lines(events: &[Value]) -> Vec<u8> {
    events.iter().map(|e| format!("{e}\n")).collect::<String>().into_bytes()
}

/// A response of OpenAI's, whole and as a stream.
fn response(status: &str, output: Value, more: Value) -> (Vec<u8>, Vec<u8>) {
    let mut whole = json!({ "id": "resp_1", "object": "response", "model": "tester", "status": status, "output": output,
        "usage": { "input_tokens": 90, "input_tokens_details": { "cached_tokens": 30 }, "output_tokens": 12,
                   "output_tokens_details": { "reasoning_tokens": 0 }, "total_tokens": 102 } });
    for (key, value) in more.as_object().unwrap() {
        whole[key] = value.clone();
    }
    let mut events =
        vec![json!({ "type": "response.created", "response": { "id": "resp_1", "status": "in_progress" } })];
    for (index, item) in output.as_array().unwrap().iter().enumerate() {
        let mut begun = item.clone();
        match item["type"].as_str() {
            Some("message") => begun["content"] = json!([]),
            _ => begun["arguments"] = json!(""),
        }
        events.push(json!({ "type": "response.output_item.added", "output_index": index, "item": begun }));
        for part in item["content"].as_array().into_iter().flatten() {
            let (kind, text) = match part["type"].as_str() {
                Some("refusal") => ("response.refusal.delta", part["refusal"].as_str().unwrap()),
                _ => ("response.output_text.delta", part["text"].as_str().unwrap()),
            };
            for piece in text.split_inclusive(' ') {
                events
                    .push(json!({ "type": kind, "output_index": index, "content_index": 0, "delta": piece }));
            }
        }
        if let Some(arguments) = item["arguments"].as_str() {
            for piece in arguments.split_inclusive(' ') {
                events.push(json!({ "type": "response.function_call_arguments.delta", "output_index": index, "delta": piece }));
            }
        }
        events.push(json!({ "type": "response.output_item.done", "output_index": index, "item": item }));
    }
    let end = if status == "incomplete" { "response.incomplete" } else { "response.completed" };
    events.push(json!({ "type": end, "response": whole }));
    (sse(&events), whole.to_string().into_bytes())
}

#[tokio::test]
async fn openai_responses() {
    let text = json!({ "type": "message", "id": "m", "role": "assistant", "status": "completed",
        "content": [{ "type": "output_text", "text": "Reading 漢字 now.", "annotations": [] }] });
    let call = |n: u32, arguments: &str| {
        json!({ "type": "function_call", "id": format!("fc{n}"), "call_id": format!("c{n}"), "name": "read",
                "arguments": arguments, "status": "completed" })
    };
    let output = json!([text, call(1, "{\"path\": \"é\"}"), call(2, "{\"path\": \"b\"}")]);
    let (stream, whole) = response("completed", output, json!({}));
    for (streamed, body) in [(true, stream), (false, whole)] {
        let (answer, server, _) = ask("openai-responses", streamed, vec![body]).await;
        let answer = answer.unwrap();
        assert_eq!((answer.text().as_str(), &answer.stop), ("Reading 漢字 now.", &Stop::ToolUse));
        let calls: Vec<_> =
            answer.calls().map(|c| (c.id.as_str(), c.input["path"].as_str().unwrap())).collect();
        assert_eq!(calls, [("c1", "é"), ("c2", "b")]);
        assert_eq!(answer.usage, Usage { input: 60, cached: 30, output: 12, ..Usage::default() });
        assert_eq!((server.shown()[0].path.as_str(), server.shown()[0].key.as_str()), ("/v1/responses", KEY));
        assert_eq!(server.shown()[0].body["tools"][0]["strict"], false);
    }
    let refused = json!([{ "type": "message", "id": "m", "role": "assistant", "status": "completed",
        "content": [{ "type": "refusal", "refusal": "I will not." }] }]);
    let filtered = json!({ "incomplete_details": { "reason": "content_filter" } });
    let limited = json!({ "incomplete_details": { "reason": "max_output_tokens" } });
    for ((stream, whole), stop) in [
        (response("completed", refused, json!({})), Stop::Refused { explanation: "I will not.".into() }),
        (
            response("incomplete", json!([text]), filtered),
            Stop::Refused { explanation: "the provider's filter ended the answer".into() },
        ),
        (response("incomplete", json!([text]), limited), Stop::Truncated),
    ] {
        for (streamed, body) in [(true, stream), (false, whole)] {
            let (answer, _, _) = ask("openai-responses", streamed, vec![body]).await;
            assert_eq!(answer.unwrap().stop, stop, "streamed: {streamed}");
        }
    }
    let (stream, _) = response("completed", json!([text]), json!({}));
    let cut = stream[..stream.len() * 2 / 3].to_vec();
    let (answer, server, caller) = ask("openai-responses", true, vec![cut, stream]).await;
    assert_eq!(
        (answer.unwrap().stop, server.shown().len()),
        (Stop::End, 2),
        "a stream that is dropped is asked for again"
    );
    assert!(caller.budget().spent().usage.estimated);
}

fn gemini(parts: Value, reason: Option<&str>) -> Value {
    let mut candidate = json!({ "content": { "role": "model", "parts": parts }, "index": 0 });
    if let Some(reason) = reason {
        candidate["finishReason"] = reason.into();
    }
    json!({ "candidates": [candidate], "modelVersion": "tester",
        "usageMetadata": { "promptTokenCount": 80, "cachedContentTokenCount": 20, "candidatesTokenCount": 9, "totalTokenCount": 89 } })
}

#[tokio::test]
async fn gemini_streamed_and_plain() {
    let text = |t: &str| json!({ "text": t });
    let call = |p: &str| json!({ "functionCall": { "name": "read", "args": { "path": p } } });
    let stream = sse(&[
        gemini(json!([text("Reading ")]), None),
        gemini(json!([text("漢字.")]), None),
        gemini(json!([call("é"), call("b")]), Some("STOP")),
    ]);
    let whole =
        gemini(json!([text("Reading 漢字."), call("é"), call("b")]), Some("STOP")).to_string().into_bytes();
    for (streamed, body) in [(true, stream), (false, whole)] {
        let (answer, server, _) = ask("gemini", streamed, vec![body]).await;
        let answer = answer.unwrap();
        assert_eq!((answer.text().as_str(), &answer.stop), ("Reading 漢字.", &Stop::ToolUse));
        let calls: Vec<_> =
            answer.calls().map(|c| (c.name.as_str(), c.input["path"].as_str().unwrap())).collect();
        assert_eq!(calls, [("read", "é"), ("read", "b")]);
        assert_eq!((answer.usage.input, answer.usage.cached, answer.usage.output), (60, 20, 9));
        assert_eq!(server.shown()[0].key, KEY);
        assert!(
            !server.shown()[0].path.contains(KEY),
            "the key is in no address: {}",
            server.shown()[0].path
        );
    }
    for (reason, stop) in
        [("MAX_TOKENS", Stop::Truncated), ("SAFETY", Stop::Refused { explanation: "Well".into() })]
    {
        let body = gemini(json!([text("Well")]), Some(reason));
        let (answer, _, _) = ask("gemini", true, vec![sse(std::slice::from_ref(&body))]).await;
        assert_eq!(answer.unwrap().stop, stop);
        let (answer, _, _) = ask("gemini", false, vec![body.to_string().into_bytes()]).await;
        assert_eq!(answer.unwrap().stop, stop);
    }
    let (answer, server, _) = ask("gemini", true, vec![sse(&[gemini(json!([text("Well")]), None)])]).await;
    assert_eq!((answer.unwrap_err().kind, server.shown().len()), (FailureKind::Dropped, 3));
}

#[tokio::test]
async fn ollama_streamed_and_plain() {
    let piece = |message: Value, end: Value| {
        let mut line = json!({ "model": "tester", "created_at": "2024-01-01T00:00:00Z", "message": message, "done": false });
        for (key, value) in end.as_object().unwrap() {
            line[key] = value.clone();
        }
        line
    };
    let done = json!({ "done": true, "done_reason": "stop", "prompt_eval_count": 50, "eval_count": 7 });
    let calls = json!([{ "function": { "name": "read", "arguments": { "path": "é" } } }]);
    let says = |t: &str| json!({ "role": "assistant", "content": t });
    let stream = lines(&[
        piece(says("Reading "), json!({})),
        piece(says("漢字."), json!({})),
        piece(json!({ "role": "assistant", "content": "", "tool_calls": calls }), json!({})),
        piece(says(""), done.clone()),
    ]);
    let whole = piece(json!({ "role": "assistant", "content": "Reading 漢字.", "tool_calls": calls }), done);
    for (streamed, body) in [(true, stream), (false, whole.to_string().into_bytes())] {
        let (answer, server, caller) = ask("ollama", streamed, vec![body]).await;
        let answer = answer.unwrap();
        assert_eq!((answer.text().as_str(), &answer.stop), ("Reading 漢字.", &Stop::ToolUse));
        let call = answer.calls().next().unwrap().clone();
        assert_eq!((call.name.as_str(), &call.input), ("read", &json!({ "path": "é" })));
        assert_eq!(answer.usage, Usage { input: 50, output: 7, ..Usage::default() });
        assert_eq!(server.shown()[0].path, "/api/chat");
        // The call can be answered, though the API gives it no name.
        let mut asked = request("go");
        asked.messages.push(Message::assistant(&answer));
        let result = ToolResult { id: call.id, name: call.name, content: "1: x".into(), is_error: false };
        asked.messages.push(Message::results(vec![result]));
        caller.ask(&asked).await.unwrap();
        let messages = server.shown()[1].body["messages"].as_array().unwrap().clone();
        assert_eq!(messages.last().unwrap()["content"], "1: x", "{messages:?}");
    }
    let cut = lines(&[piece(says("Well"), json!({ "done": true, "done_reason": "length" }))]);
    let (answer, _, _) = ask("ollama", true, vec![cut]).await;
    let answer = answer.unwrap();
    assert_eq!(answer.stop, Stop::Truncated);
    assert!(
        answer.usage.estimated && answer.usage.input > 50,
        "nothing was said of the cost: {:?}",
        answer.usage
    );
    let (answer, server, _) = ask("ollama", true, vec![lines(&[piece(says("Well"), json!({}))])]).await;
    assert_eq!((answer.unwrap_err().kind, server.shown().len()), (FailureKind::Dropped, 3));
}
