//! What differs between two states: variables, and the parts of their values.
//!
//! Enters: the values of two states. Leaves: a list of paths with what was there before and after. Holds: a part is
//! told by the shortest list of differences below it; elements of sets are told as added and removed.

use super::page::cut;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tla_checker::value::Datum;

/// A part that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The variable.
    pub variable: String,
    /// The part of its value, as `trace_get` takes it; empty for the whole. `{…}` is an element of a set.
    pub path: String,
    /// What was there, if something was.
    pub before: Option<String>,
    /// What is there, if something is.
    pub after: Option<String>,
}

/// What differs between two states.
pub(super) fn differences(before: &[(String, Datum)], after: &[(String, Datum)]) -> Vec<Difference> {
    let find = |state: &'_ [(String, Datum)], name: &str| {
        state.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone())
    };
    let mut names: Vec<&String> = before.iter().map(|(name, _)| name).collect();
    names.extend(after.iter().map(|(name, _)| name).filter(|name| before.iter().all(|(n, _)| n != *name)));
    let mut found = Vec::new();
    for name in names {
        let mut list = List { variable: name, found: &mut found };
        list.part(String::new(), find(before, name).as_ref(), find(after, name).as_ref());
    }
    found
}

struct List<'l> {
    variable: &'l str,
    found: &'l mut Vec<Difference>,
}

impl List<'_> {
    fn part(&mut self, path: String, before: Option<&Datum>, after: Option<&Datum>) {
        if before == after {
            return;
        }
        match (before, after) {
            (Some(Datum::Set(a)), Some(Datum::Set(b))) => {
                for element in a.iter().filter(|element| !b.contains(element)) {
                    self.add(format!("{path}{{…}}"), Some(element), None);
                }
                for element in b.iter().filter(|element| !a.contains(element)) {
                    self.add(format!("{path}{{…}}"), None, Some(element));
                }
            }
            (Some(Datum::Record(a)), Some(Datum::Record(b))) => {
                let fields = |fields: &[(String, Datum)]| {
                    fields.iter().map(|(name, value)| (format!(".{name}"), value.clone())).collect()
                };
                self.parts(&path, fields(a), fields(b));
            }
            (Some(a), Some(b)) if is_function(a) && is_function(b) => {
                let pairs = |f: &Datum| {
                    let pairs = super::value::pairs(f.clone()).unwrap_or_default();
                    pairs.into_iter().map(|(key, value)| (format!("[{key}]"), value)).collect()
                };
                self.parts(&path, pairs(a), pairs(b));
            }
            _ => self.add(path, before, after),
        }
    }

    fn parts(&mut self, path: &str, a: Vec<(String, Datum)>, b: Vec<(String, Datum)>) {
        for (step, value) in &a {
            let other = b.iter().find(|(other, _)| other == step).map(|(_, value)| value);
            self.part(format!("{path}{step}"), Some(value), other);
        }
        for (step, value) in b.iter().filter(|(step, _)| a.iter().all(|(other, _)| other != step)) {
            self.part(format!("{path}{step}"), None, Some(value));
        }
    }

    fn add(&mut self, path: String, before: Option<&Datum>, after: Option<&Datum>) {
        let text = |value: &Datum| cut(value.to_string());
        let variable = self.variable.to_owned();
        self.found.push(Difference { variable, path, before: before.map(text), after: after.map(text) });
    }
}

fn is_function(value: &Datum) -> bool {
    matches!(value, Datum::Tuple(_) | Datum::Record(_) | Datum::Function(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workbench::value::read;

    #[test]
    fn differences_go_down_to_parts() {
        let state = |text: &str| vec![("x".to_owned(), read("x", text).expect("a value"))];
        let told = |a: &str, b: &str| -> Vec<String> {
            let all = differences(&state(a), &state(b));
            let side = |s: &Option<String>| s.clone().unwrap_or_else(|| "-".into());
            all.iter()
                .map(|d| format!("{}{} {} {}", d.variable, d.path, side(&d.before), side(&d.after)))
                .collect()
        };
        assert_eq!(told("1", "1"), Vec::<String>::new());
        assert_eq!(told("{1, 2}", "{2, 3}"), ["x{…} 1 -", "x{…} - 3"]);
        assert_eq!(
            told("[a |-> 1, b |-> <<1, 2>>]", "[a |-> 1, b |-> <<1, 3, 4>>]"),
            ["x.b[2] 2 3", "x.b[3] - 4"]
        );
        assert_eq!(told("(r1 :> {} @@ r2 :> {1})", "(r1 :> {5} @@ r2 :> {1})"), ["x[r1]{…} - 5"]);
        assert_eq!(told("1", "<<1>>"), ["x 1 <<1>>"]);
        let gone = differences(&state("1"), &[]);
        assert_eq!((gone[0].before.as_deref(), gone[0].after.as_deref()), (Some("1"), None));
    }
}
