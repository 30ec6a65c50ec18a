//! What the raw frames of a stream say beyond what `genai` makes of them.
//!
//! Enters: the payload of each frame, as it comes. Leaves: a refusal's text, the usage so far, how much was written.
//! Holds: a frame that is not understood says nothing and breaks nothing.

use super::super::conversation::Usage;
use genai::chat::ToolCall;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was seen so far.
#[derive(Debug, Default)]
pub(super) struct Frames {
    /// What a refusal says; only OpenAI's APIs have one apart from the text.
    pub refusal: String,
    /// Bytes of text and thought that came.
    pub written: usize,
    frames: usize,
    usage: Option<Usage>,
    /// By call: bytes of its arguments so far.
    calls: BTreeMap<String, usize>,
}

pub(super) fn lock(frames: &Mutex<Frames>) -> MutexGuard<'_, Frames> {
    frames.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Frames {
    /// The next frame.
    pub fn take(&mut self, data: &str) {
        self.frames += 1;
        let Ok(frame) = serde_json::from_str::<Value>(data) else { return };
        let text = |pointer: &str| frame.pointer(pointer).and_then(Value::as_str);
        if let Some(piece) = text("/choices/0/delta/refusal") {
            self.refusal.push_str(piece);
        }
        if text("/type") == Some("response.refusal.delta") {
            self.refusal.push_str(text("/delta").unwrap_or_default());
        }
        if text("/response/incomplete_details/reason") == Some("content_filter") && self.refusal.is_empty() {
            self.refusal.push_str("the provider's filter ended the answer");
        }
        if let Some(explanation) = text("/delta/stop_details/explanation") {
            self.refusal.push_str(explanation);
        }
        // Anthropic says at the start what it has read: all that is known of an answer that never ends.
        if let Some(usage) = frame.pointer("/message/usage") {
            self.usage = Some(anthropic(usage));
        }
    }

    /// Anything came.
    pub fn began(&self) -> bool {
        self.frames > 0
    }

    /// What the provider said was spent so far.
    pub fn spent(&self) -> Option<Usage> {
        self.usage
    }

    /// A call grows: its arguments come whole each time. How many calls there are now.
    pub fn calling(&mut self, call: &ToolCall) -> usize {
        let bytes = call.fn_arguments.as_str().map_or_else(|| call.fn_arguments.to_string().len(), str::len);
        let before = self.calls.insert(call.call_id.clone(), bytes).unwrap_or(0);
        self.written += bytes.saturating_sub(before);
        self.calls.len()
    }
}

fn anthropic(usage: &Value) -> Usage {
    let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or(0);
    Usage {
        input: count("input_tokens"),
        cached: count("cache_read_input_tokens"),
        cache_written: count("cache_creation_input_tokens"),
        output: count("output_tokens"),
        estimated: false,
    }
}
