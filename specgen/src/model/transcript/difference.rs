//! What differs between a request and the recorded one that is most like it.
//!
//! Enters: recorded requests, and one that is not among them. Leaves: a sentence that names the first difference:
//! which message, which line, what was recorded there and what stands there now.
//! Holds: the nearest is the one that agrees longest from the start (system text, tools, parameters, then
//! messages); of equals the earliest.

use super::super::canonical;
use super::super::conversation::{Block, Message, Request, Role};

/// How much of a line is shown.
const SHOWN: usize = 120;

/// Names the first difference to the nearest of `recorded`.
pub(super) fn nearest<'a>(recorded: impl Iterator<Item = &'a Request>, request: &Request) -> String {
    let mut best: Option<((usize, usize), usize, &Request)> = None;
    for (i, candidate) in recorded.enumerate() {
        let agreed = agreement(candidate, request);
        if best.is_none_or(|(so_far, _, _)| agreed > so_far) {
            best = Some((agreed, i, candidate));
        }
    }
    match best {
        None => "it holds none of this model's".to_owned(),
        Some((_, number, nearest)) => {
            format!("the nearest is number {}, and {}", number + 1, first_difference(nearest, request))
        }
    }
}

/// How long two requests agree: messages from the start, then letters of the first one that differs.
fn agreement(one: &Request, other: &Request) -> (usize, usize) {
    let messages = one.messages.iter().zip(&other.messages).take_while(|(a, b)| a == b).count();
    let head = usize::from(one.system == other.system) + usize::from(one.tools == other.tools);
    let letters = match (one.messages.get(messages), other.messages.get(messages)) {
        (Some(a), Some(b)) => {
            canonical::text(a).bytes().zip(canonical::text(b).bytes()).take_while(|(a, b)| a == b).count()
        }
        _ => 0,
    };
    (messages + head, letters)
}

fn first_difference(recorded: &Request, now: &Request) -> String {
    if recorded.system != now.system {
        return lines("its system text differs", &recorded.system, &now.system);
    }
    if recorded.tools != now.tools {
        return tools(recorded, now);
    }
    if recorded.parameters != now.parameters {
        return lines(
            "its parameters differ",
            &canonical::text(&recorded.parameters),
            &canonical::text(&now.parameters),
        );
    }
    for (i, (was, is)) in recorded.messages.iter().zip(&now.messages).enumerate() {
        if was != is {
            return message(i, was, is);
        }
    }
    let (was, is) = (recorded.messages.len(), now.messages.len());
    format!("it has {was} messages where this one has {is}; the first {} are the same", was.min(is))
}

fn tools(recorded: &Request, now: &Request) -> String {
    let names = |r: &Request| r.tools.iter().map(|t| t.name.clone()).collect::<Vec<_>>();
    let (was, is) = (names(recorded), names(now));
    if was != is {
        return format!(
            "its tools differ\n  recorded: {}\n  now:      {}",
            cut(&was.join(", ")),
            cut(&is.join(", "))
        );
    }
    for (a, b) in recorded.tools.iter().zip(&now.tools) {
        if a.description != b.description {
            return lines(
                &format!("the description of the tool {} differs", a.name),
                &a.description,
                &b.description,
            );
        }
        if a != b {
            let (a_text, b_text) = (canonical::text(&a.input_schema), canonical::text(&b.input_schema));
            return lines(&format!("the schema of the tool {} differs", a.name), &a_text, &b_text);
        }
    }
    "its tools differ".to_owned()
}

fn message(number: usize, was: &Message, is: &Message) -> String {
    let who = match is.role {
        Role::User => "the user's",
        Role::Assistant => "the model's",
    };
    let place = format!("message {} ({who}) differs", number + 1);
    for (i, (a, b)) in was.content.iter().zip(&is.content).enumerate() {
        if a != b {
            return lines(&format!("{place} in block {} ({})", i + 1, kind(b)), &shown(a), &shown(b));
        }
    }
    format!("{place}: it has {} blocks where this one has {}", was.content.len(), is.content.len())
}

fn kind(block: &Block) -> String {
    match block {
        Block::Text { .. } => "text".to_owned(),
        Block::ToolCall(call) => format!("a call of {}", call.name),
        Block::ToolResult(result) => format!("the result of {}", result.name),
        Block::Opaque { provider, .. } => format!("what only {provider} reads"),
    }
}

fn shown(block: &Block) -> String {
    match block {
        Block::Text { text } => text.clone(),
        Block::ToolResult(result) if !result.is_error => result.content.clone(),
        other => canonical::text(other),
    }
}

/// The first line that differs.
fn lines(what: &str, was: &str, is: &str) -> String {
    let (mut left, mut right) = (was.lines(), is.lines());
    let mut number = 0;
    loop {
        number += 1;
        match (left.next(), right.next()) {
            (None, None) => return format!("{what}, in white space at ends of lines"),
            (a, b) if a == b => {}
            (a, b) => {
                let end = "(it ends here)";
                let (a, b) = around(a.unwrap_or(end), b.unwrap_or(end));
                return format!("{what}, first in line {number}\n  recorded: {a}\n  now:      {b}");
            }
        }
    }
}

/// Two lines, cut so that where they part is seen.
fn around(a: &str, b: &str) -> (String, String) {
    let same = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let from = same.saturating_sub(SHOWN / 2);
    let part = |line: &str| {
        let rest: String = line.chars().skip(from).collect();
        if from > 0 { format!("…{}", cut(&rest)) } else { cut(&rest) }
    };
    (part(a), part(b))
}

fn cut(text: &str) -> String {
    if text.chars().count() <= SHOWN {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(SHOWN).collect();
    short.push('…');
    short
}
