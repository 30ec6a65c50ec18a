//! One line of a log.
//!
//! Enters: text. Leaves: an [`Event`], its names as the log has them but for the mapping. Holds: every
//! field is understood or an error; there are no values that JSON cannot hold exactly.

use super::mapping::{Mapping, Names};
use serde_json::{Map, Value as Json};
use tla_parser::code;
use tla_parser::diagnostic::Diagnostic;
use tla_parser::source::Span;

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// The line it stands in, from 1.
    pub line: u32,
    /// Its place.
    pub span: Span,
    /// The action that was taken, as the spec calls it.
    pub action: Option<String>,
    /// Its arguments.
    pub arguments: Arguments,
    /// Values before the step, by the spec's name of the variable.
    pub before: Vec<(String, Json)>,
    /// Values after it.
    pub after: Vec<(String, Json)>,
}

/// The arguments of an event.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Arguments {
    /// It does not say.
    #[default]
    None,
    /// In the order of the parameters.
    Listed(Vec<Json>),
    /// By the parameters' names; some may be left out.
    Named(Vec<(String, Json)>),
}

impl std::fmt::Display for Arguments {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let list = |items: Vec<String>| items.join(", ");
        match self {
            Arguments::None => Ok(()),
            Arguments::Listed(items) => write!(f, "({})", list(items.iter().map(Json::to_string).collect())),
            Arguments::Named(named) => {
                write!(f, "({})", list(named.iter().map(|(name, json)| format!("{name}: {json}")).collect()))
            }
        }
    }
}

/// The event of a line; none of one that the mapping leaves out.
///
/// # Errors
/// It is no event.
pub(super) fn parse(
    text: &str,
    line: u32,
    span: Span,
    mapping: &Mapping,
) -> Result<Option<Event>, Box<Diagnostic>> {
    let wrong = |message: String| Box::new(Diagnostic::error(code::LOG_SYNTAX, message).at(span, ""));
    let json: Json = serde_json::from_str(text)
        .map_err(|error| wrong(format!("line {line} of the log is not JSON: {error}")))?;
    let Json::Object(mut fields) = json else {
        return Err(wrong(format!("line {line} of the log is no event: an object is expected")));
    };
    exact(&fields).map_err(|why| wrong(format!("line {line} of the log: {why}")))?;
    let action = match take(&mut fields, &mapping.action).map_err(&wrong)? {
        None => None,
        Some(Json::String(name)) => match mapping.actions.get(&name) {
            None => Some(name),
            Some(Some(own)) => Some(own.clone()),
            Some(None) => return Ok(None),
        },
        Some(other) => return Err(wrong(format!("the action of an event is a name, and this is {other}"))),
    };
    let arguments = match take(&mut fields, &mapping.args).map_err(&wrong)? {
        None => Arguments::None,
        Some(Json::Array(items)) => Arguments::Listed(items),
        Some(Json::Object(named)) => Arguments::Named(named.into_iter().collect()),
        Some(other) => {
            return Err(wrong(format!(
                "the arguments of an event are an array, or an object by the names of the parameters: {other}"
            )));
        }
    };
    if action.is_none() && arguments != Arguments::None {
        return Err(wrong("an event with arguments needs the name of its action".into()));
    }
    let mut values = |names: &Names| match take(&mut fields, names).map_err(&wrong)? {
        None => Ok(Vec::new()),
        Some(Json::Object(values)) => {
            Ok(values.into_iter().map(|(name, v)| (own(name, mapping), v)).collect())
        }
        Some(other) => Err(wrong(format!(
            "`{}` is an object from variables to values, and this is {other}",
            names.all().first().map_or("", String::as_str)
        ))),
    };
    let before: Vec<(String, Json)> = values(&mapping.before)?;
    let mut after: Vec<(String, Json)> = values(&mapping.state)?;
    for (name, value) in fields {
        if mapping.variables.contains_key(&name) {
            after.push((own(name, mapping), value));
        } else if !mapping.ignore.contains(&name) {
            let mut error =
                Diagnostic::error(code::LOG_NAME, format!("`{name}` means nothing in an event")).at(span, "");
            let near = nearest(&name, mapping.fields());
            error = match near {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!(
                    "name it in the mapping: under `ignore` if it says nothing about the spec, or under \
                     `variables`: {{\"ignore\": [\"{name}\"]}}"
                )),
            };
            return Err(Box::new(error));
        }
    }
    if action.is_none() && before.is_empty() && after.is_empty() {
        return Err(wrong(format!("the event of line {line} says nothing: neither an action nor a value")));
    }
    Ok(Some(Event { line, span, action, arguments, before, after }))
}

fn own(name: String, mapping: &Mapping) -> String {
    mapping.variables.get(&name).cloned().unwrap_or(name)
}

/// The field with one of these names.
fn take(fields: &mut Map<String, Json>, names: &Names) -> Result<Option<Json>, String> {
    let mut found: Option<(&str, Json)> = None;
    for name in names.all() {
        if let Some(value) = fields.remove(name) {
            if let Some((other, _)) = found {
                return Err(format!("an event has `{other}` or `{name}`, not both"));
            }
            found = Some((name, value));
        }
    }
    Ok(found.map(|(_, value)| value))
}

/// Whether all values can be compared.
fn exact(fields: &Map<String, Json>) -> Result<(), String> {
    fn value(json: &Json) -> Result<(), String> {
        match json {
            Json::Null => Err("null says nothing; leave the field out".into()),
            Json::Number(number) if number.is_f64() => Err(format!(
                "{number} is no integer of 64 bits; write larger ones as {{\"#int\": \"digits\"}}"
            )),
            Json::Array(items) => items.iter().try_for_each(value),
            Json::Object(fields) => fields.values().try_for_each(value),
            _ => Ok(()),
        }
    }
    fields.values().try_for_each(value)
}

/// What was meant, perhaps.
pub(super) fn nearest<'n>(name: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let known = known.map(|n| (strsim::damerau_levenshtein(&lower, &n.to_lowercase()), n));
    known.min().filter(|(distance, _)| *distance <= (name.len() / 3).max(1)).map(|(_, near)| near)
}
