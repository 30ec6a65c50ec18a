//! Answers as the providers send them: in one piece or as events, over both wires.
//!
//! Enters: what was shown, and what is to be said. Leaves: a body.
//! Holds: text and arguments go out in deltas of a few letters, calls side by side where the wire allows it; all
//! that both wires say is the same.

use super::{Said, Shown, Wire};
use serde_json::{Value, json};
use specgen::model::conversation::{Block, Stop, ToolCall};
use std::fmt::Write as _;

/// Letters in a delta.
const DELTA: usize = 5;

pub(super) fn plain(shown: &Shown, said: &Said) -> String {
    match shown.wire {
        Wire::Messages => {
            let content: Vec<Value> = said
                .content
                .iter()
                .map(|block| match block {
                    Block::Text { text } => json!({ "type": "text", "text": text }),
                    Block::ToolCall(c) => {
                        json!({ "type": "tool_use", "id": c.id, "name": c.name, "input": c.input })
                    }
                    other => panic!("a server does not say {other:?}"),
                })
                .collect();
            json!({
                "id": format!("msg_{}", shown.number), "type": "message", "role": "assistant", "model": shown.model,
                "content": content, "stop_reason": stop_messages(said), "stop_sequence": null,
                "usage": usage_messages(said, said.usage.output),
            })
            .to_string()
        }
        Wire::Chat => {
            let calls: Vec<Value> = calls(said)
                .map(|(call, arguments)| {
                    json!({ "id": call.id, "type": "function",
                            "function": { "name": call.name, "arguments": arguments } })
                })
                .collect();
            let mut message = json!({ "role": "assistant", "content": null, "refusal": null });
            if !text(said).is_empty() {
                message["content"] = text(said).into();
            }
            if !calls.is_empty() {
                message["tool_calls"] = calls.into();
            }
            if let Stop::Refused { explanation } = &said.stop {
                message["refusal"] = explanation.as_str().into();
            }
            json!({
                "id": format!("chatcmpl-{}", shown.number), "object": "chat.completion", "created": 1,
                "model": shown.model,
                "choices": [{ "index": 0, "message": message, "logprobs": null, "finish_reason": stop_chat(said) }],
                "usage": usage_chat(said),
            })
            .to_string()
        }
        Wire::Other => panic!("a script answers other wires with a body of its own"),
    }
}

pub(super) fn stream(shown: &Shown, said: &Said) -> String {
    match shown.wire {
        Wire::Messages => messages(shown, said),
        Wire::Chat => chat(shown, said),
        Wire::Other => panic!("a script answers other wires with a body of its own"),
    }
}

fn messages(shown: &Shown, said: &Said) -> String {
    let mut out = String::new();
    let mut event = |name: &str, data: Value| {
        let _ = write!(out, "event: {name}\ndata: {data}\n\n");
    };
    event(
        "message_start",
        json!({ "type": "message_start", "message": {
            "id": format!("msg_{}", shown.number), "type": "message", "role": "assistant", "model": shown.model,
            "content": [], "stop_reason": null, "stop_sequence": null, "usage": usage_messages(said, 1) } }),
    );
    event("ping", json!({ "type": "ping" }));
    let arguments: Vec<String> = calls(said).map(|(_, a)| a).collect();
    let mut call = 0;
    for (index, block) in said.content.iter().enumerate() {
        let start =
            |inner: Value| json!({ "type": "content_block_start", "index": index, "content_block": inner });
        let delta = |inner: Value| json!({ "type": "content_block_delta", "index": index, "delta": inner });
        let mut whole = true;
        match block {
            Block::Text { text } => {
                event("content_block_start", start(json!({ "type": "text", "text": "" })));
                for piece in pieces(text) {
                    event("content_block_delta", delta(json!({ "type": "text_delta", "text": piece })));
                }
            }
            Block::ToolCall(c) => {
                let inner = json!({ "type": "tool_use", "id": c.id, "name": c.name, "input": {} });
                event("content_block_start", start(inner));
                for piece in pieces(&arguments[call]) {
                    let inner = json!({ "type": "input_json_delta", "partial_json": piece });
                    event("content_block_delta", delta(inner));
                }
                call += 1;
                whole = said.cut.is_none() || call < arguments.len();
            }
            other => panic!("a server does not say {other:?}"),
        }
        if whole {
            event("content_block_stop", json!({ "type": "content_block_stop", "index": index }));
        }
    }
    event(
        "message_delta",
        json!({ "type": "message_delta", "delta": { "stop_reason": stop_messages(said), "stop_sequence": null },
                "usage": { "output_tokens": said.usage.output } }),
    );
    event("message_stop", json!({ "type": "message_stop" }));
    out
}

fn chat(shown: &Shown, said: &Said) -> String {
    let mut out = String::new();
    let mut chunk = |choices: Value, usage: Value| {
        let data = json!({ "id": format!("chatcmpl-{}", shown.number), "object": "chat.completion.chunk",
                           "created": 1, "model": shown.model, "choices": choices, "usage": usage });
        let _ = write!(out, "data: {data}\n\n");
    };
    let choice =
        |delta: Value, reason: Value| json!([{ "index": 0, "delta": delta, "finish_reason": reason }]);
    chunk(choice(json!({ "role": "assistant", "content": "" }), Value::Null), Value::Null);
    for piece in pieces(&text(said)) {
        chunk(choice(json!({ "content": piece }), Value::Null), Value::Null);
    }
    if let Stop::Refused { explanation } = &said.stop {
        for piece in pieces(explanation) {
            chunk(choice(json!({ "refusal": piece }), Value::Null), Value::Null);
        }
    }
    let calls: Vec<(&ToolCall, String)> = calls(said).collect();
    for (index, (call, _)) in calls.iter().enumerate() {
        let start = json!([{ "index": index, "id": call.id, "type": "function",
                             "function": { "name": call.name, "arguments": "" } }]);
        chunk(choice(json!({ "tool_calls": start }), Value::Null), Value::Null);
    }
    // Side by side: a delta of each call in turn.
    let mut waiting: Vec<_> = calls.iter().map(|(_, a)| pieces(a).into_iter()).collect();
    loop {
        let mut any = false;
        for (index, pieces) in waiting.iter_mut().enumerate() {
            if let Some(piece) = pieces.next() {
                any = true;
                let delta = json!([{ "index": index, "function": { "arguments": piece } }]);
                chunk(choice(json!({ "tool_calls": delta }), Value::Null), Value::Null);
            }
        }
        if !any {
            break;
        }
    }
    chunk(choice(json!({}), stop_chat(said).into()), Value::Null);
    if shown.body.pointer("/stream_options/include_usage") == Some(&Value::Bool(true)) {
        chunk(json!([]), usage_chat(said));
    }
    out.push_str("data: [DONE]\n\n");
    out
}

/// The body of an error.
pub(super) fn error(wire: Wire, code: u16, message: &str) -> String {
    let kind = match code {
        400 => "invalid_request_error",
        401 => "authentication_error",
        403 => "permission_error",
        404 => "not_found_error",
        429 => "rate_limit_error",
        529 => "overloaded_error",
        _ => "api_error",
    };
    match wire {
        Wire::Messages => json!({ "type": "error", "error": { "type": kind, "message": message } }),
        Wire::Chat | Wire::Other => {
            json!({ "error": { "message": message, "type": kind, "param": null, "code": null } })
        }
    }
    .to_string()
}

/// An error in the middle of a stream.
pub(super) fn error_event(wire: Wire, kind: &str) -> String {
    match wire {
        Wire::Messages => {
            let data = json!({ "type": "error", "error": { "type": kind, "message": "we are sorry" } });
            format!("event: error\ndata: {data}\n\n")
        }
        Wire::Chat | Wire::Other => {
            format!("data: {}\n\n", json!({ "error": { "type": kind, "message": "we are sorry" } }))
        }
    }
}

/// The calls with their arguments as text, the last one cut where it is to be.
fn calls(said: &Said) -> impl Iterator<Item = (&ToolCall, String)> {
    let all: Vec<&ToolCall> = said
        .content
        .iter()
        .filter_map(|b| match b {
            Block::ToolCall(call) => Some(call),
            _ => None,
        })
        .collect();
    let last = all.len();
    all.into_iter().enumerate().map(move |(i, call)| {
        // What is given as text goes out as it is: a model that writes no JSON.
        let mut arguments = call.input.as_str().map_or_else(|| call.input.to_string(), str::to_owned);
        if let Some(cut) = said.cut.filter(|_| i + 1 == last) {
            arguments.truncate(cut);
        }
        (call, arguments)
    })
}

fn text(said: &Said) -> String {
    let texts = said.content.iter().filter_map(|b| match b {
        Block::Text { text } => Some(text.as_str()),
        _ => None,
    });
    texts.collect::<Vec<_>>().concat()
}

fn pieces(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.chars().collect();
    letters.chunks(DELTA).map(|c| c.iter().collect()).collect()
}

fn stop_messages(said: &Said) -> &'static str {
    match said.stop {
        Stop::End => "end_turn",
        Stop::ToolUse => "tool_use",
        Stop::Truncated => "max_tokens",
        Stop::Refused { .. } => "refusal",
    }
}

fn stop_chat(said: &Said) -> &'static str {
    match said.stop {
        Stop::End | Stop::Refused { .. } => "stop",
        Stop::ToolUse => "tool_calls",
        Stop::Truncated => "length",
    }
}

fn usage_messages(said: &Said, output: u64) -> Value {
    json!({ "input_tokens": said.usage.input, "cache_read_input_tokens": said.usage.cached,
            "cache_creation_input_tokens": said.usage.cache_written, "output_tokens": output })
}

fn usage_chat(said: &Said) -> Value {
    // There, what was read from the cache is among what was read, and nothing is said of what was written.
    let prompt = said.usage.input + said.usage.cached + said.usage.cache_written;
    json!({ "prompt_tokens": prompt, "completion_tokens": said.usage.output,
            "total_tokens": prompt + said.usage.output,
            "prompt_tokens_details": { "cached_tokens": said.usage.cached } })
}
