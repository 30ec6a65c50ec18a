//! Our conversations as `genai`'s, and its answers as ours.
//!
//! Enters: a [`Request`]; what came back, streamed or in one piece. Leaves: the same in the other form.
//! Holds: streamed or not, over whichever wire, the same answer becomes the same blocks: reasoning that is wanted
//! back, then text without white space around it, then calls in order. A call that was cut off is left out of a
//! truncated answer. What one provider wants back is not sent to another.

use super::super::budget;
use super::super::conversation::{
    Answer, Block, Effort, Message, Request, Role, Stop, ToolCall, ToolResult, Usage,
};
use super::super::failure::{Failure, FailureKind};
use super::frames::Frames;
use super::{Api, Description, dropped, fault};
use genai::chat::{
    CacheControl, ChatMessage, ChatRequest, ChatResponse, ContentPart, MessageContent, ReasoningEffort,
    StopReason, StreamEnd, Tool, ToolResponse,
};
use serde_json::Value;

/// A request as `genai` takes it, with marks up to where the provider may cache.
pub(super) fn request(request: &Request, to: &Description) -> ChatRequest {
    let mut messages = Vec::new();
    if !request.system.is_empty() {
        let system = ChatMessage::system(request.system.as_str());
        messages.push(system.with_options(CacheControl::Ephemeral));
    }
    for message in &request.messages {
        match message.role {
            Role::User => user(message, &mut messages),
            Role::Assistant => messages.push(assistant(message, to)),
        }
    }
    // The next turn begins with all of this: it is read from the cache then.
    if let Some(last) = messages.pop() {
        messages.push(last.with_options(CacheControl::Ephemeral));
    }
    let mut chat = ChatRequest::new(messages);
    if !request.tools.is_empty() {
        chat = chat.with_tools(request.tools.iter().map(|tool| {
            let made = Tool::new(tool.name.clone())
                .with_description(tool.description.clone())
                .with_schema(tool.input_schema.clone());
            // Left open, that API would make every optional argument a required one.
            if to.api == Api::OpenaiResponses { made.with_strict(false) } else { made }
        }));
    }
    chat
}

/// Results are a turn of their own there, before what else the user says.
fn user(message: &Message, messages: &mut Vec<ChatMessage>) {
    let mut results = Vec::new();
    let mut texts = Vec::new();
    for block in &message.content {
        match block {
            Block::ToolResult(result) => results.push(ContentPart::ToolResponse(response(result))),
            Block::Text { text } => texts.push(ContentPart::Text(text.clone())),
            Block::ToolCall(_) | Block::Opaque { .. } => {}
        }
    }
    if !results.is_empty() {
        messages.push(ChatMessage::tool(MessageContent::from_parts(results)));
    }
    if !texts.is_empty() {
        messages.push(ChatMessage::user(MessageContent::from_parts(texts)));
    }
}

fn response(result: &ToolResult) -> ToolResponse {
    // No wire but one has a mark for failures, so all say it in words.
    let content = if result.is_error { format!("error: {}", result.content) } else { result.content.clone() };
    ToolResponse::new(result.id.clone(), content).with_fn_name(result.name.clone())
}

fn assistant(message: &Message, to: &Description) -> ChatMessage {
    let mut parts = Vec::new();
    for block in &message.content {
        match block {
            Block::Text { text } => parts.push(ContentPart::Text(text.clone())),
            Block::ToolCall(call) => parts.push(ContentPart::ToolCall(genai::chat::ToolCall {
                call_id: call.id.clone(),
                fn_name: call.name.clone(),
                // Arguments that were no JSON go back as an object: APIs take no others.
                fn_arguments: match &call.input {
                    Value::String(text) => serde_json::json!({ "not_json": text }),
                    other => other.clone(),
                },
                thought_signatures: None,
            })),
            Block::Opaque { provider, data } if *provider == to.provider => {
                parts.extend(serde_json::from_value::<ContentPart>(data.clone()).ok());
            }
            Block::Opaque { .. } | Block::ToolResult(_) => {}
        }
    }
    ChatMessage::assistant(MessageContent::from_parts(parts))
}

pub(super) fn effort(effort: Effort) -> ReasoningEffort {
    match effort {
        Effort::Low => ReasoningEffort::Low,
        Effort::Medium => ReasoningEffort::Medium,
        Effort::High => ReasoningEffort::High,
    }
}

/// The answer that a stream was.
pub(super) fn streamed(
    end: StreamEnd,
    frames: &Frames,
    asked: &Request,
    from: &Description,
) -> Result<Answer, Failure> {
    let said = end.captured_usage.as_ref().map(usage).unwrap_or_default();
    let usage = counted(said, asked, frames.written);
    let reason = end.captured_stop_reason.clone();
    let parts = end.captured_content.map(MessageContent::into_parts).unwrap_or_default();
    let content = blocks(parts, end.captured_reasoning_content, from);
    finish(content, reason.as_ref(), &frames.refusal, usage, from)
}

/// The answer that came in one piece.
pub(super) fn plain(response: ChatResponse, asked: &Request, from: &Description) -> Result<Answer, Failure> {
    let refusal = response.captured_raw_body.as_ref().and_then(refusal).unwrap_or_default();
    let written = response.content.size() + response.reasoning_content.as_ref().map_or(0, String::len);
    let usage = counted(usage(&response.usage), asked, written);
    let content = blocks(response.content.into_parts(), response.reasoning_content, from);
    finish(content, response.stop_reason.as_ref(), &refusal, usage, from)
}

/// What a provider said was spent; what it does not say is estimated, as nothing is free.
fn counted(mut said: Usage, asked: &Request, written: usize) -> Usage {
    if said.input + said.cached + said.cache_written == 0 {
        said.input = budget::worst_case(asked).input;
        said.estimated = true;
    }
    if said.output == 0 && written > 0 {
        said.output = budget::tokens_of(written);
        said.estimated = true;
    }
    said
}

/// Where a body says that the model declined.
fn refusal(body: &Value) -> Option<String> {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
    let in_output = || {
        let output = body.get("output")?.as_array()?;
        let contents = output.iter().filter_map(|o| o.get("content")?.as_array());
        contents.flatten().find_map(|c| c.get("refusal")?.as_str().map(str::to_owned))
    };
    if body.pointer("/incomplete_details/reason").and_then(Value::as_str) == Some("content_filter") {
        return Some("the provider's filter ended the answer".to_owned());
    }
    text("/choices/0/message/refusal").or_else(|| text("/stop_details/explanation")).or_else(in_output)
}

/// An answer that `genai` could not read because a call in it was cut off by the limit of tokens.
pub(super) fn cut_off(error: &genai::Error) -> Option<Answer> {
    let genai::Error::ChatResponseGeneration { response_body: body, .. } = error else { return None };
    if body.pointer("/choices/0/finish_reason")? != "length" {
        return None;
    }
    let mut content = Vec::new();
    if let Some(text) = body.pointer("/choices/0/message/content").and_then(Value::as_str) {
        content.push(Block::Text { text: text.trim().to_owned() });
    }
    Some(Answer { content, stop: Stop::Truncated, usage: body.get("usage").map(openai).unwrap_or_default() })
}

/// The usage in a body of OpenAI's.
pub(super) fn openai(said: &Value) -> Usage {
    let count = |pointer: &str| said.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let cached = count("/prompt_tokens_details/cached_tokens");
    Usage {
        input: count("/prompt_tokens").saturating_sub(cached),
        cached,
        output: count("/completion_tokens"),
        ..Usage::default()
    }
}

fn usage(said: &genai::chat::Usage) -> Usage {
    let count = |n: Option<i32>| u64::try_from(n.unwrap_or(0)).unwrap_or(0);
    let details = said.prompt_tokens_details.as_ref();
    let cached = count(details.and_then(|d| d.cached_tokens));
    let cache_written = count(details.and_then(|d| d.cache_creation_tokens));
    Usage {
        // There, all kinds of input are in one sum.
        input: count(said.prompt_tokens).saturating_sub(cached).saturating_sub(cache_written),
        cached,
        cache_written,
        output: count(said.completion_tokens),
        estimated: false,
    }
}

fn blocks(parts: Vec<ContentPart>, reasoning: Option<String>, from: &Description) -> Vec<Block> {
    let mut opaque = Vec::new();
    let mut text = String::new();
    let mut calls = Vec::new();
    let keep = |part: &ContentPart| {
        let data = serde_json::to_value(part).ok()?;
        Some(Block::Opaque { provider: from.provider.clone(), data })
    };
    for part in parts {
        match part {
            ContentPart::Text(more) => text.push_str(&more),
            ContentPart::ToolCall(call) => calls.push(Block::ToolCall(ToolCall {
                id: call.call_id,
                name: call.fn_name,
                input: arguments(call.fn_arguments),
            })),
            ContentPart::ThoughtSignature(_) | ContentPart::ReasoningContent(_) | ContentPart::Custom(_) => {
                opaque.extend(keep(&part));
            }
            ContentPart::Binary(_) | ContentPart::ToolResponse(_) => {}
        }
    }
    // Servers that tell their reasoning apart want it back within a turn of calls, and only there.
    if let Some(reasoning) = reasoning.filter(|r| !r.is_empty() && opaque.is_empty() && !calls.is_empty()) {
        opaque.extend(keep(&ContentPart::ReasoningContent(reasoning)));
    }
    let text = text.trim();
    if !text.is_empty() {
        opaque.push(Block::Text { text: text.to_owned() });
    }
    opaque.extend(calls);
    opaque
}

/// Arguments that are none come as nothing, as an empty text, or as null.
fn arguments(input: Value) -> Value {
    let nothing = || Value::Object(serde_json::Map::new());
    match input {
        Value::Null => nothing(),
        Value::String(text) if text.trim().is_empty() => nothing(),
        other => other,
    }
}

fn finish(
    mut content: Vec<Block>,
    reason: Option<&StopReason>,
    refusal: &str,
    usage: Usage,
    from: &Description,
) -> Result<Answer, Failure> {
    let calls = content.iter().any(|b| matches!(b, Block::ToolCall(_)));
    let stop = match reason {
        _ if !refusal.is_empty() => Stop::Refused { explanation: refusal.to_owned() },
        Some(StopReason::ContentFilter(_)) => {
            let said = Answer { content: content.clone(), stop: Stop::End, usage };
            Stop::Refused { explanation: said.text() }
        }
        Some(StopReason::MaxTokens(_)) => {
            // Only the last call can have been cut off, and whether it was shows in its arguments.
            content.retain(|b| !matches!(b, Block::ToolCall(call) if call.arguments().is_err()));
            Stop::Truncated
        }
        Some(StopReason::Completed(_) | StopReason::StopSequence(_) | StopReason::ToolCall(_)) if calls => {
            Stop::ToolUse
        }
        Some(StopReason::Completed(_) | StopReason::StopSequence(_)) => Stop::End,
        Some(StopReason::ToolCall(_)) => {
            return Err(malformed("it stops to call a tool, and calls none", from).spent(usage));
        }
        Some(StopReason::Other(other)) => {
            return Err(
                malformed(&format!("it stops for a reason that is not known: {other}"), from).spent(usage)
            );
        }
        None => return Err(dropped(from).spent(usage)),
    };
    if content.is_empty() && stop == Stop::End {
        return Err(malformed("it is empty", from).spent(usage));
    }
    let unnamed = content.iter().any(|b| matches!(b, Block::ToolCall(c) if c.name.is_empty()));
    if unnamed {
        return Err(malformed("a call in it names no tool", from).spent(usage));
    }
    Ok(Answer { content, stop, usage })
}

fn malformed(what: &str, from: &Description) -> Failure {
    Failure::new(
        FailureKind::Malformed,
        format!("the answer of {} makes no sense: {what}", fault::place(from)),
        "if it stays so, this server does not speak the API that it is configured for (`api` in specgen.toml)",
    )
}
