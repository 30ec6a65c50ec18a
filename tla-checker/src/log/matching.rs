//! A JSON value compared with a TLA+ value.
//!
//! Enters: what a log says, and what a state holds. Leaves: that they agree, or where they do not. Holds:
//! the TLA+ value decides how the JSON value is understood, so nothing is guessed: a string is a string or a
//! model value, an array is a sequence or a set, an object is a record or a function, of which only what is
//! given is compared. A value as the reports write it (`{"#set": …}`) is compared exactly.

use super::event::nearest;
use crate::value::Datum;
use serde_json::{Map, Value as Json};
use std::fmt;

/// Where a log and a state differ.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Mismatch {
    /// The way to it: `.owner`, `[n1][2]`; empty for the whole value.
    pub path: String,
    /// What the log says there.
    pub log: String,
    /// What the state holds there.
    pub state: String,
    /// More about it.
    pub hint: Option<String>,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in the log, {} in the state", self.log, self.state)?;
        if let Some(hint) = &self.hint {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

/// Compares a value of a log with a value of a state.
///
/// # Errors
/// They differ.
pub fn matches(json: &Json, value: &Datum) -> Result<(), Box<Mismatch>> {
    if let Json::Object(fields) = json
        && fields.len() == 1
        && fields.keys().all(|key| key.starts_with('#'))
        && let Ok(exact) = serde_json::from_value::<Datum>(json.clone())
    {
        return if exact == *value { Ok(()) } else { Err(differ(json, value, None)) };
    }
    match (json, value) {
        (Json::Bool(a), Datum::Bool(b)) if a == b => Ok(()),
        (Json::Number(a), Datum::Int(b)) if a.as_i64() == Some(*b) => Ok(()),
        (Json::Number(a), Datum::Big(b)) if a.to_string() == b.to_string() => Ok(()),
        (Json::String(a), Datum::Str(b) | Datum::ModelValue(b)) if a == b => Ok(()),
        (Json::Array(items), Datum::Tuple(elements)) if items.len() == elements.len() => {
            for (at, (item, element)) in items.iter().zip(elements).enumerate() {
                matches(item, element).map_err(|m| inside(&format!("[{}]", at + 1), m))?;
            }
            Ok(())
        }
        (Json::Array(items), Datum::Tuple(elements)) => {
            let hint = format!("{} elements, not {}", elements.len(), items.len());
            Err(differ(json, value, Some(hint)))
        }
        (Json::Array(items), Datum::Set(elements)) => match pairs_up(items, elements) {
            true => Ok(()),
            false => Err(differ(json, value, None)),
        },
        (Json::Object(fields), Datum::Record(_) | Datum::Function(_) | Datum::Tuple(_)) => {
            components(fields, value)
        }
        _ => Err(differ(json, value, None)),
    }
}

/// Compares a value as the reports write it with a value of a state: all of it.
///
/// # Errors
/// They differ.
pub fn equals(json: &Json, value: &Datum) -> Result<(), Box<Mismatch>> {
    match serde_json::from_value::<Datum>(json.clone()) {
        Ok(exact) if exact == *value => Ok(()),
        Ok(exact) => Err(Box::new(Mismatch {
            path: String::new(),
            log: cut(exact.to_string()),
            state: cut(value.to_string()),
            hint: None,
        })),
        Err(_) => Err(differ(json, value, Some("it is no value as reports write them".to_owned()))),
    }
}

/// What is given of a record or function.
fn components(fields: &Map<String, Json>, value: &Datum) -> Result<(), Box<Mismatch>> {
    let keys: Vec<(String, String, &Datum)> = match value {
        Datum::Record(all) => all.iter().map(|(name, v)| (name.clone(), format!(".{name}"), v)).collect(),
        Datum::Function(all) => all.iter().map(|(key, v)| (text(key), format!("[{key}]"), v)).collect(),
        Datum::Tuple(all) => (1..).zip(all).map(|(at, v)| (at.to_string(), format!("[{at}]"), v)).collect(),
        _ => Vec::new(),
    };
    // By name: which difference is told must not depend on how a map of JSON orders its keys, which a feature of
    // the crate decides for the whole program.
    let mut fields: Vec<(&String, &Json)> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| *name);
    for (name, json) in fields {
        let Some((_, path, component)) = keys.iter().find(|(key, ..)| key == name) else {
            let near = nearest(name, keys.iter().map(|(key, ..)| key.as_str()));
            let hint = match near {
                Some(near) => format!("nothing there is called `{name}`; did you mean `{near}`?"),
                None => format!("nothing there is called `{name}`"),
            };
            let given = Json::Object([(name.clone(), json.clone())].into_iter().collect());
            return Err(differ(&given, value, Some(hint)));
        };
        matches(json, component).map_err(|m| inside(path, m))?;
    }
    Ok(())
}

/// An argument of a function as the key of an object.
fn text(key: &Datum) -> String {
    match key {
        Datum::Str(text) | Datum::ModelValue(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether each item can be paired with an element of its own, and none is left: augmenting paths, for an
/// item that says little may match several elements.
fn pairs_up(items: &[Json], elements: &[Datum]) -> bool {
    fn augment(item: usize, fits: &[Vec<usize>], taken: &mut [Option<usize>], tried: &mut [bool]) -> bool {
        for &element in &fits[item] {
            if std::mem::replace(&mut tried[element], true) {
                continue;
            }
            if taken[element].is_none_or(|other| augment(other, fits, taken, tried)) {
                taken[element] = Some(item);
                return true;
            }
        }
        false
    }
    if items.len() != elements.len() {
        return false;
    }
    let fits: Vec<Vec<usize>> = items
        .iter()
        .map(|item| (0..elements.len()).filter(|&e| matches(item, &elements[e]).is_ok()).collect())
        .collect();
    let mut taken = vec![None; elements.len()];
    (0..items.len()).all(|item| augment(item, &fits, &mut taken, &mut vec![false; elements.len()]))
}

fn inside(step: &str, mut mismatch: Box<Mismatch>) -> Box<Mismatch> {
    mismatch.path.insert_str(0, step);
    mismatch
}

fn differ(json: &Json, value: &Datum, hint: Option<String>) -> Box<Mismatch> {
    Box::new(Mismatch {
        path: String::new(),
        log: cut(json.to_string()),
        state: cut(value.to_string()),
        hint,
    })
}

/// A text for a message, cut when it is long.
fn cut(text: String) -> String {
    const MOST: usize = 200;
    match text.char_indices().nth(MOST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::matches;
    use crate::value::Datum;
    use serde_json::json;

    fn record(fields: &[(&str, Datum)]) -> Datum {
        Datum::record(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
    }

    #[test]
    fn the_value_decides_what_json_means() {
        let n = |name: &str| Datum::ModelValue(name.to_owned());
        let by_node = Datum::function(vec![(n("n1"), 3.into()), (n("n2"), Datum::Bool(true))]);
        let from_zero = Datum::function(vec![(0.into(), "a".into()), (1.into(), "b".into())]);
        let pair = |a: i64, b: i64| record(&[("a", a.into()), ("b", b.into())]);
        for (json, value, agree) in [
            (json!(true), Datum::Bool(true), true),
            (json!(1), Datum::Bool(true), false),
            (json!(7), 7.into(), true),
            (json!("7"), 7.into(), false),
            (json!("n1"), n("n1"), true),
            (json!("n1"), "n1".into(), true),
            (json!([1, 2]), Datum::Tuple(vec![1.into(), 2.into()]), true),
            (json!([2, 1]), Datum::Tuple(vec![1.into(), 2.into()]), false),
            (json!([2, 1]), Datum::set(vec![1.into(), 2.into()]), true),
            (json!([2, 2]), Datum::set(vec![1.into(), 2.into()]), false),
            (json!([1]), Datum::set(vec![1.into(), 2.into()]), false),
            (json!([]), Datum::Set(vec![]), true),
            (json!([]), Datum::Tuple(vec![]), true),
            (json!({}), Datum::Tuple(vec![]), true),
            (json!({}), Datum::Set(vec![]), false),
            (json!({"n1": 3}), by_node.clone(), true),
            (json!({"n1": 4}), by_node.clone(), false),
            (json!({"n3": 3}), by_node.clone(), false),
            (json!({"1": "b"}), from_zero.clone(), true),
            (json!(["a", "b"]), from_zero, false),
            (json!({"2": 5}), Datum::Tuple(vec![4.into(), 5.into()]), true),
            (json!({"a": 1}), pair(1, 2), true),
            (json!({"a": 1, "c": 2}), pair(1, 2), false),
            (json!({"#mv": "n1"}), n("n1"), true),
            (json!({"#mv": "n1"}), "n1".into(), false),
            (json!({"#set": [1]}), Datum::set(vec![1.into()]), true),
            // What says little must not take the element that another one needs.
            (json!([{"a": 1}, {"a": 1, "b": 1}]), Datum::set(vec![pair(1, 1), pair(1, 2)]), true),
            (json!([{"a": 1}, {"a": 1}]), Datum::set(vec![pair(1, 1), pair(2, 2)]), false),
        ] {
            assert_eq!(matches(&json, &value).is_ok(), agree, "{json} and {value}");
        }
    }

    #[test]
    fn a_mismatch_says_where() {
        let inner = record(&[("owner", Datum::ModelValue("n1".into())), ("count", 3.into())]);
        let value = Datum::function(vec![(Datum::ModelValue("k".into()), Datum::Tuple(vec![inner]))]);
        let wrong = matches(&json!({"k": [{"owner": "n2"}]}), &value).unwrap_err();
        assert_eq!((wrong.path.as_str(), wrong.log.as_str()), ("[k][1].owner", "\"n2\""));
        let misspelt = matches(&json!({"k": [{"onwer": "n1"}]}), &value).unwrap_err();
        assert!(misspelt.hint.unwrap().contains("did you mean `owner`?"));
    }
}
