//! The requests of both wires as our own types.
//!
//! Enters: a body of `/v1/messages` or `/v1/chat/completions`. Leaves: what was shown, or why a real server would
//! not take it: ids without calls, roles that do not take turns, schemas that are no objects.

use super::{Shown, Wire};
use serde_json::Value;
use specgen::model::conversation::{
    Block, Message, Parameters, Request, Role, ToolCall, ToolDefinition, ToolResult,
};

pub(super) fn parse(wire: Wire, body: &Value) -> Result<Shown, String> {
    if wire == Wire::Other {
        return Ok(Shown {
            number: 0,
            path: String::new(),
            wire,
            streamed: body.get("stream") == Some(&Value::Bool(true)),
            model: text(body, "model").to_owned(),
            key: String::new(),
            request: Request {
                system: String::new(),
                messages: Vec::new(),
                tools: Vec::new(),
                parameters: Parameters::default(),
            },
            body: body.clone(),
        });
    }
    let list = |name: &str| body.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut turns = Turns::default();
    let mut system = String::new();
    if let Some(given) = body.get("system") {
        system = texts(given);
    }
    for message in list("messages") {
        let content = message.get("content").unwrap_or(&Value::Null);
        match (wire, text(&message, "role")) {
            (Wire::Chat, "system") => system.push_str(&texts(content)),
            (Wire::Chat, "tool") => turns.result(text(&message, "tool_call_id"), texts(content))?,
            (Wire::Chat, "assistant") => {
                turns.add(Role::Assistant, text_blocks(content));
                for call in message.get("tool_calls").and_then(Value::as_array).into_iter().flatten() {
                    let function = call.get("function").ok_or("a call has no function")?;
                    let arguments = text(function, "arguments");
                    let input = serde_json::from_str(arguments).map_err(|e| format!("{arguments}: {e}"))?;
                    turns.call(text(call, "id"), text(function, "name"), input)?;
                }
            }
            (_, "user") => {
                for block in
                    content.as_array().into_iter().flatten().filter(|b| text(b, "type") == "tool_result")
                {
                    let inner = block.get("content").unwrap_or(&Value::Null);
                    turns.result(text(block, "tool_use_id"), texts(inner))?;
                }
                turns.add(Role::User, text_blocks(content));
            }
            (Wire::Messages, "assistant") => {
                turns.add(Role::Assistant, text_blocks(content));
                for block in
                    content.as_array().into_iter().flatten().filter(|b| text(b, "type") == "tool_use")
                {
                    let input = block.get("input").cloned().unwrap_or(Value::Null);
                    turns.call(text(block, "id"), text(block, "name"), input)?;
                }
            }
            (_, role) => return Err(format!("there is no role {role:?}")),
        }
    }
    turns.complete()?;
    let mut tools = Vec::new();
    for tool in list("tools") {
        let inner = if wire == Wire::Chat { tool.get("function").unwrap_or(&Value::Null) } else { &tool };
        let schema = inner.get(if wire == Wire::Chat { "parameters" } else { "input_schema" });
        let schema = schema.filter(|s| s.get("type") == Some(&Value::from("object")));
        tools.push(ToolDefinition {
            name: text(inner, "name").to_owned(),
            description: text(inner, "description").to_owned(),
            input_schema: schema.ok_or_else(|| format!("the schema of {inner} is no object"))?.clone(),
        });
    }
    let most = ["max_tokens", "max_completion_tokens"].iter().find_map(|n| body.get(*n)?.as_u64());
    let parameters = Parameters {
        max_output_tokens: u32::try_from(most.ok_or("there is no max_tokens")?).unwrap_or(u32::MAX),
        temperature: body.get("temperature").and_then(Value::as_f64),
        effort: None,
    };
    Ok(Shown {
        number: 0,
        path: String::new(),
        wire,
        streamed: body.get("stream") == Some(&Value::Bool(true)),
        model: text(body, "model").to_owned(),
        key: String::new(),
        request: Request { system, messages: turns.messages, tools, parameters },
        body: body.clone(),
    })
}

/// The turns so far; what follows from the same side is one turn.
#[derive(Default)]
struct Turns {
    messages: Vec<Message>,
    /// Calls: id, name, whether a result has come.
    calls: Vec<(String, String, bool)>,
}

impl Turns {
    fn add(&mut self, role: Role, blocks: Vec<Block>) {
        match self.messages.last_mut() {
            Some(last) if last.role == role => last.content.extend(blocks),
            _ => self.messages.push(Message { role, content: blocks }),
        }
    }

    fn call(&mut self, id: &str, name: &str, input: Value) -> Result<(), String> {
        if id.is_empty() || !input.is_object() {
            return Err(format!("the call {id:?} of {name} has no id, or no object as its input"));
        }
        self.calls.push((id.into(), name.into(), false));
        self.add(
            Role::Assistant,
            vec![Block::ToolCall(ToolCall { id: id.into(), name: name.into(), input })],
        );
        Ok(())
    }

    fn result(&mut self, id: &str, content: String) -> Result<(), String> {
        let call = self.calls.iter_mut().find(|(i, _, done)| i == id && !done);
        let (_, name, done) = call.ok_or_else(|| format!("the result {id:?} answers no call"))?;
        *done = true;
        let name = name.clone();
        let is_error = content.starts_with("error: ");
        self.add(Role::User, vec![Block::ToolResult(ToolResult { id: id.into(), name, content, is_error })]);
        Ok(())
    }

    fn complete(&self) -> Result<(), String> {
        if self.messages.last().is_none_or(|m| m.role != Role::User) {
            return Err("the last turn is not the user's".into());
        }
        match self.calls.iter().find(|(_, _, done)| !done) {
            Some((id, _, _)) => Err(format!("the call {id} has no result")),
            None => Ok(()),
        }
    }
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The text of a content that is a text, or a list of blocks.
fn texts(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(blocks) => {
            let texts = blocks.iter().filter(|b| text(b, "type") == "text").map(|b| text(b, "text"));
            texts.collect::<Vec<_>>().concat()
        }
        _ => String::new(),
    }
}

fn text_blocks(content: &Value) -> Vec<Block> {
    let text = texts(content);
    if text.is_empty() { Vec::new() } else { vec![Block::Text { text }] }
}
