//! A conversation with a model: what is sent, and what comes back.
//!
//! Enters: text, tools with JSON schemas, answers of earlier turns. Leaves: a [`Request`] that every client takes
//! and an [`Answer`] that every client gives, the same whichever provider speaks.
//! Holds: plain data. It is what a journal and a transcript keep and what `exec:COMMAND` reads and writes, so a
//! change of a name here changes formats on disk (`transcript::FORMAT`). No key is ever part of it.
//! A `Value` inside may order its keys in any way: what must not depend on that goes through `canonical`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What a model is asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// What the model is told before everything else.
    pub system: String,
    /// The turns so far, the oldest first; the last one is the user's.
    pub messages: Vec<Message>,
    /// What the model may call.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tools: Vec<ToolDefinition>,
    /// How it is to answer.
    pub parameters: Parameters,
}

/// How a model is to answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// The most tokens it may write; a budget is checked against it.
    pub max_output_tokens: u32,
    /// How random; what the provider takes as usual if it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// How much it is to think; what the provider takes as usual if it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<Effort>,
}

impl Default for Parameters {
    fn default() -> Self {
        Parameters { max_output_tokens: 16_000, temperature: None, effort: None }
    }
}

/// How much a model is to think before it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effort {
    /// Little.
    Low,
    /// As much as is usual.
    Medium,
    /// Much.
    High,
}

/// One turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Whose turn it is.
    pub role: Role,
    /// What it holds, in order.
    pub content: Vec<Block>,
}

impl Message {
    /// A turn of the user's that is one text.
    pub fn user(text: impl Into<String>) -> Self {
        Message { role: Role::User, content: vec![Block::Text { text: text.into() }] }
    }

    /// The turn of the user's that answers the calls of the turn before.
    pub fn results(results: Vec<ToolResult>) -> Self {
        Message { role: Role::User, content: results.into_iter().map(Block::ToolResult).collect() }
    }

    /// The model's turn: an answer, to be sent back with the next request.
    pub fn assistant(answer: &Answer) -> Self {
        Message { role: Role::Assistant, content: answer.content.clone() }
    }
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The caller's: instructions and results of tools.
    User,
    /// The model's.
    Assistant,
}

/// A piece of a turn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Block {
    /// Text.
    Text {
        /// The text.
        text: String,
    },
    /// The model calls a tool.
    ToolCall(ToolCall),
    /// What a tool answered.
    ToolResult(ToolResult),
    /// What a provider wants back as it came (signed reasoning, for one); nobody else looks into it.
    Opaque {
        /// The provider that understands it; it is sent back to no other.
        provider: String,
        /// What it holds.
        data: Value,
    },
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCall {
    /// What its result names.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// Its arguments: an object, or the text that the model wrote where that was no JSON (`arguments` says so).
    pub input: Value,
}

impl ToolCall {
    /// The arguments as an object.
    ///
    /// # Errors
    /// They are no object; the message is for the model.
    pub fn arguments(&self) -> Result<&Map<String, Value>, String> {
        match &self.input {
            Value::Object(map) => Ok(map),
            Value::String(text) => {
                let shown: String = text.chars().take(200).collect();
                Err(format!(
                    "the arguments of {} are not valid JSON: {shown}\nhelp: send one JSON object",
                    self.name
                ))
            }
            other => Err(format!("the arguments of {} are {other}, not a JSON object", self.name)),
        }
    }
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolResult {
    /// The call that is answered.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// What the model is shown.
    pub content: String,
    /// The call failed; `content` says why.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_error: bool,
}

/// A tool that a model may call.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToolDefinition {
    /// Its name: letters, digits, `_` and `-`, at most 64.
    pub name: String,
    /// What it does, for the model.
    pub description: String,
    /// The JSON schema of its arguments, an object.
    pub input_schema: Value,
}

/// What a model answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// What it holds, in order.
    pub content: Vec<Block>,
    /// Why it ends here.
    pub stop: Stop,
    /// What it cost.
    #[serde(default)]
    pub usage: Usage,
}

impl Answer {
    /// Its text; several texts are joined by an empty line.
    pub fn text(&self) -> String {
        let texts = self.content.iter().filter_map(|b| match b {
            Block::Text { text } => Some(text.as_str()),
            _ => None,
        });
        texts.collect::<Vec<_>>().join("\n\n")
    }

    /// The calls in it, in order.
    pub fn calls(&self) -> impl Iterator<Item = &ToolCall> {
        self.content.iter().filter_map(|b| match b {
            Block::ToolCall(call) => Some(call),
            _ => None,
        })
    }
}

/// Why an answer ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Stop {
    /// The model has said what it wanted to say.
    End,
    /// It waits for the results of its calls.
    ToolUse,
    /// It ran into the limit of tokens; the last piece is cut off, and calls that were cut off are left out.
    Truncated,
    /// It, or its provider, declined.
    Refused {
        /// What was said about it; empty where nothing was.
        explanation: String,
    },
}

/// What an answer cost, in tokens. Kinds of input are disjoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Usage {
    /// Read at the full price.
    pub input: u64,
    /// Read from the provider's cache.
    pub cached: u64,
    /// Read and written to the provider's cache.
    pub cache_written: u64,
    /// Written, with what was thought.
    pub output: u64,
    /// The provider did not say: counted from the bytes that went either way.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
}

impl Usage {
    /// All tokens.
    pub fn tokens(&self) -> u64 {
        self.input.saturating_add(self.cached).saturating_add(self.cache_written).saturating_add(self.output)
    }

    /// Nothing was spent.
    pub fn is_nothing(&self) -> bool {
        self.tokens() == 0
    }
}

impl std::ops::AddAssign for Usage {
    fn add_assign(&mut self, more: Usage) {
        self.input = self.input.saturating_add(more.input);
        self.cached = self.cached.saturating_add(more.cached);
        self.cache_written = self.cache_written.saturating_add(more.cache_written);
        self.output = self.output.saturating_add(more.output);
        self.estimated = self.estimated || more.estimated;
    }
}
