//! Paths into values: `.field`, `[key]`.
//!
//! Enters: a value and a path such as `.log[3].term` or `[r1]["key"]`. Leaves: the part of the value. Holds: a key is
//! compared by its text as TLA+ prints it, blanks apart; an element of a set is taken by its place, from 1, in the
//! order of printing. A step that leads nowhere is told with the keys that there are.

use super::failure::{Failure, Kind};
use super::page::cut_at;
use tla_checker::value::Datum;

/// How many keys are told.
const KEYS: usize = 20;

/// The part of a value that a path leads to.
///
/// # Errors
/// The path cannot be read, or leads nowhere.
pub(super) fn follow(value: &Datum, path: &str) -> Result<Datum, Failure> {
    let mut at = value.clone();
    let mut done = String::new();
    for step in steps(path)? {
        let found = inside(&at, &step);
        at = found.ok_or_else(|| {
            let here = if done.is_empty() { "the value".to_owned() } else { format!("`{done}`") };
            let what = format!("argument `path`: {here} has no part {}", step.text());
            let keys = keys(&at);
            Failure::new(Kind::NotFound, what).help(match keys.is_empty() {
                true => format!("it has no parts: it is {}", cut_at(at.to_string(), 200)),
                false => format!("it has {}", keys.join(", ")),
            })
        })?;
        done += &step.text();
    }
    Ok(at)
}

enum Step {
    Field(String),
    Key(String),
}

impl Step {
    fn text(&self) -> String {
        match self {
            Step::Field(name) => format!(".{name}"),
            Step::Key(key) => format!("[{key}]"),
        }
    }
}

fn steps(path: &str) -> Result<Vec<Step>, Failure> {
    let wrong = |at: usize| {
        let what = format!("`{path}` cannot be read at character {}", path[..at].chars().count() + 1);
        Failure::argument("path", what).help("steps are `.field` and `[key]`, such as `.log[3].term`")
    };
    let mut steps = Vec::new();
    let mut rest = path.trim();
    while let Some(first) = rest.chars().next() {
        let at = path.len() - rest.len();
        let after = &rest[1.min(rest.len())..];
        let taken = match first {
            '.' => {
                let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
                if end == 0 {
                    return Err(wrong(at));
                }
                steps.push(Step::Field(after[..end].to_owned()));
                end
            }
            '[' => {
                let end = closing(after).ok_or_else(|| wrong(at))?;
                steps.push(Step::Key(after[..end].trim().to_owned()));
                end + 1
            }
            _ => return Err(wrong(at)),
        };
        rest = after[taken..].trim_start();
    }
    Ok(steps)
}

/// Where the bracket closes that stands before a text.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '[' | '{' | '(' => depth += 1,
            ']' if depth == 0 => return Some(at),
            ']' | '}' | ')' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

fn inside(value: &Datum, step: &Step) -> Option<Datum> {
    match (value, step) {
        (Datum::Record(fields), Step::Field(wanted)) => {
            fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
        }
        (Datum::Set(elements), Step::Key(key)) => {
            elements.get(key.parse::<usize>().ok()?.checked_sub(1)?).cloned()
        }
        (_, Step::Key(key)) => {
            let wanted = squeezed(key);
            let pairs = super::value::pairs(value.clone())?;
            pairs.into_iter().find(|(key, _)| squeezed(&key.to_string()) == wanted).map(|(_, value)| value)
        }
        _ => None,
    }
}

/// The steps that a value has, the first of them.
fn keys(value: &Datum) -> Vec<String> {
    let mut keys: Vec<String> = match value {
        Datum::Record(fields) => fields.iter().map(|(name, _)| format!(".{name}")).collect(),
        Datum::Set(elements) => (1..=elements.len()).map(|at| format!("[{at}]")).collect(),
        _ => super::value::pairs(value.clone())
            .unwrap_or_default()
            .iter()
            .map(|(k, _)| format!("[{k}]"))
            .collect(),
    };
    if keys.len() > KEYS {
        let more = keys.len() - KEYS;
        keys.truncate(KEYS);
        keys.push(format!("and {more} more"));
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::value::read;

    #[test]
    fn paths_lead_to_parts_and_say_where_they_do_not() {
        let value =
            read("v", r#"[log |-> <<[term |-> 1], [term |-> 7]>>, of |-> (r1 :> {4, 5} @@ r2 :> {})]"#);
        let value = value.expect("a value");
        for (path, part) in [
            ("", value.to_string().as_str()),
            (".log[2].term", "7"),
            ("[\"log\"][1]", "[term |-> 1]"),
            (".of[r1][2]", "5"),
            (" .of [ r2 ] ", "{}"),
        ] {
            assert_eq!(follow(&value, path).expect(path).to_string(), part);
        }
        let lost = follow(&value, ".log[3]").expect_err("there are two");
        assert_eq!(lost.kind, Kind::NotFound);
        assert_eq!(lost.help.as_deref(), Some("it has [1], [2]"));
        for path in ["log", ".", "[1", ".log]", "[\"a]"] {
            assert_eq!(follow(&value, path).expect_err(path).kind, Kind::Argument, "{path}");
        }
    }
}
