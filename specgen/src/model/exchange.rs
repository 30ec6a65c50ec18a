//! A request and what came of it, as it is kept on disk.
//!
//! Enters: requests and outcomes, in order. Leaves: lines in which a request says only what it adds to an earlier
//! one, and the whole requests again.
//! Holds: a conversation of n turns takes space in the order of n, although each request holds all turns before it;
//! unpacking gives back exactly what was packed; the key of a request is a hash of everything that decides the
//! answer, and of the model's name.

use super::canonical;
use super::conversation::{Answer, Message, Parameters, Request, ToolDefinition, Usage};
use super::failure::Failure;
use serde::{Deserialize, Serialize};

/// What came of a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An answer.
    Answer(Answer),
    /// A failure, with what was spent all the same.
    Failure(Failure),
}

impl Outcome {
    /// What was spent.
    pub fn usage(&self) -> Usage {
        match self {
            Outcome::Answer(answer) => answer.usage,
            Outcome::Failure(failure) => failure.spent,
        }
    }

    /// The outcome as clients give it.
    ///
    /// # Errors
    /// It is a failure.
    pub fn into_result(self) -> Result<Answer, Failure> {
        match self {
            Outcome::Answer(answer) => Ok(answer),
            Outcome::Failure(failure) => Err(failure),
        }
    }
}

impl From<Result<Answer, Failure>> for Outcome {
    fn from(result: Result<Answer, Failure>) -> Self {
        match result {
            Ok(answer) => Outcome::Answer(answer),
            Err(failure) => Outcome::Failure(failure),
        }
    }
}

/// A request and what came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Exchange {
    /// The model's name, `PROVIDER/NAME`.
    pub model: String,
    /// What was asked.
    pub request: Request,
    /// What came of it.
    pub outcome: Outcome,
}

/// The key of a request: equal exactly if model, system text, messages, tools and parameters are.
pub fn key(model: &str, request: &Request) -> String {
    #[derive(Serialize)]
    struct Keyed<'a> {
        model: &'a str,
        request: &'a Request,
    }
    canonical::hash(&Keyed { model, request })
}

/// A request as it is kept: what it adds to an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Packed {
    /// Its key.
    pub key: String,
    /// The model's name.
    pub model: String,
    /// The number of the earlier request that it goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<usize>,
    /// How many messages of that one it begins with.
    #[serde(default, skip_serializing_if = "is_zero")]
    kept: usize,
    /// The system text, unless it is the same there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    /// The tools, unless they are the same there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tools: Option<Vec<ToolDefinition>>,
    parameters: Parameters,
    /// The messages after those.
    messages: Vec<Message>,
    /// What came of it.
    pub outcome: Outcome,
}

fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Packs exchanges, or unpacks them: either way it knows those before.
#[derive(Clone, Debug, Default)]
pub struct Packer {
    requests: Vec<Request>,
}

impl Packer {
    /// The next exchange, packed. [`Packer::keep`] says when it is where it is to be.
    pub fn pack(&self, exchange: &Exchange) -> Packed {
        let request = &exchange.request;
        let shared = |earlier: &Request| {
            earlier.messages.iter().zip(&request.messages).take_while(|(a, b)| a == b).count()
        };
        // Of those that share the most, the last: it is the likeliest to have the same tools.
        let base = self.requests.iter().enumerate().map(|(i, r)| (shared(r), i)).max();
        let base = base.map(|(kept, after)| (kept, after, &self.requests[after]));
        Packed {
            key: key(&exchange.model, request),
            model: exchange.model.clone(),
            after: base.map(|(_, after, _)| after),
            kept: base.map_or(0, |(kept, _, _)| kept),
            system: base.is_none_or(|(_, _, r)| r.system != request.system).then(|| request.system.clone()),
            tools: base.is_none_or(|(_, _, r)| r.tools != request.tools).then(|| request.tools.clone()),
            parameters: request.parameters.clone(),
            messages: request.messages[base.map_or(0, |(kept, _, _)| kept)..].to_vec(),
            outcome: exchange.outcome.clone(),
        }
    }

    /// What was packed last is written: later ones may go on from it.
    pub fn keep(&mut self, request: &Request) {
        self.requests.push(request.clone());
    }

    /// A request by its number, from 0.
    pub fn request(&self, number: usize) -> Option<&Request> {
        self.requests.get(number)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.requests.len()
    }

    /// There are none.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// The next exchange, unpacked.
    ///
    /// # Errors
    /// It goes on from one that is not there, or its key is not that of its request.
    pub fn unpack(&mut self, packed: Packed) -> Result<Exchange, String> {
        let base = match packed.after {
            None => None,
            Some(after) => Some(
                self.requests
                    .get(after)
                    .ok_or_else(|| format!("it goes on from request {after}, which is not there"))?,
            ),
        };
        let begin = base.map_or(Some(&[][..]), |b| b.messages.get(..packed.kept));
        let begin = begin.ok_or_else(|| format!("it keeps {} messages of a shorter request", packed.kept))?;
        let mut messages = begin.to_vec();
        messages.extend(packed.messages);
        let lacking = |what: &str| format!("it has no {what}");
        let request = Request {
            system: packed
                .system
                .or_else(|| base.map(|b| b.system.clone()))
                .ok_or_else(|| lacking("system text"))?,
            tools: packed.tools.or_else(|| base.map(|b| b.tools.clone())).ok_or_else(|| lacking("tools"))?,
            parameters: packed.parameters,
            messages,
        };
        let computed = key(&packed.model, &request);
        if computed != packed.key {
            return Err(format!("its key is {}, and its content has {computed}", packed.key));
        }
        self.requests.push(request.clone());
        Ok(Exchange { model: packed.model, request, outcome: packed.outcome })
    }
}

#[cfg(test)]
mod tests {
    use super::super::conversation::{Block, Role, Stop};
    use super::*;

    fn exchange(model: &str, turns: &[&str]) -> Exchange {
        let messages = turns.iter().enumerate().map(|(i, text)| Message {
            role: if i % 2 == 0 { Role::User } else { Role::Assistant },
            content: vec![Block::Text { text: (*text).to_owned() }],
        });
        Exchange {
            model: model.into(),
            request: Request {
                system: "be terse".into(),
                messages: messages.collect(),
                tools: Vec::new(),
                parameters: Parameters::default(),
            },
            outcome: Outcome::Answer(Answer {
                content: vec![Block::Text { text: "so".into() }],
                stop: Stop::End,
                usage: Usage::default(),
            }),
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_and_says_only_what_is_new() {
        let all = [
            exchange("a/m", &["one"]),
            exchange("a/m", &["one", "so", "two"]),
            exchange("a/m", &["other"]),
            exchange("b/m", &["one", "so", "two", "so", "three"]),
            exchange("a/m", &["one", "so", "two"]),
        ];
        let (mut packer, mut unpacker) = (Packer::default(), Packer::default());
        for each in &all {
            let packed = packer.pack(each);
            packer.keep(&each.request);
            let line = serde_json::to_string(&packed).unwrap();
            let back = unpacker.unpack(serde_json::from_str(&line).unwrap()).unwrap();
            assert_eq!(&back, each);
        }
        let mut packer = Packer::default();
        let mut size = |e: &Exchange| {
            let packed = packer.pack(e);
            packer.keep(&e.request);
            packed.messages.len()
        };
        let sizes: Vec<usize> = all.iter().map(&mut size).collect();
        assert_eq!(sizes, [1, 2, 1, 2, 0]);
    }

    #[test]
    fn a_changed_line_does_not_pass_for_what_was_asked() {
        let mut packed = Packer::default().pack(&exchange("a/m", &["one"]));
        packed.messages = vec![Message::user("two")];
        assert!(Packer::default().unpack(packed.clone()).unwrap_err().contains("its key is"));
        packed.after = Some(3);
        assert!(Packer::default().unpack(packed).unwrap_err().contains("request 3, which is not there"));
    }
}
