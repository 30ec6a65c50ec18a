//! Types to the schemas that are published.
//!
//! Holds: an input's schema has no references (not every client follows them); an output's describes a result or a
//! failure, so that both validate. Formats that only say which Rust type a number has are left out.

use crate::workbench::Failure;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// What a failed call has as structured content.
#[derive(serde::Serialize, JsonSchema)]
pub struct Failed {
    /// Why there is no result.
    pub error: Failure,
}

fn generator(inline: bool) -> SchemaGenerator {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = inline;
        settings.meta_schema = None;
    });
    settings.into_generator()
}

/// The schema of arguments.
pub fn input<T: JsonSchema>() -> Map<String, Value> {
    let mut schema = generator(true).into_root_schema_for::<T>().to_value();
    tidy(&mut schema);
    let mut object = as_object(schema);
    object.remove("title");
    object.remove("description");
    object.entry("properties").or_insert_with(|| json!({}));
    object.insert("additionalProperties".into(), Value::Bool(false));
    object
}

/// The schema of structured content: a result, or a failure; with what each field means if `described`.
pub fn output<T: JsonSchema>(described: bool) -> Map<String, Value> {
    let mut generator = generator(false);
    let result = generator.subschema_for::<T>().to_value();
    let failed = generator.subschema_for::<Failed>().to_value();
    let definitions = generator.take_definitions(true);
    let mut schema = json!({ "type": "object", "anyOf": [result, failed], "$defs": definitions });
    tidy(&mut schema);
    if !described {
        strip(&mut schema);
    }
    as_object(schema)
}

fn as_object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

/// Leaves out what says nothing to a client.
fn tidy(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("format").is_some_and(|format| format.as_str().is_some_and(is_of_rust)) {
                object.remove("format");
            }
            if object.get("default").is_some_and(Value::is_null) {
                object.remove("default");
            }
            object.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        _ => {}
    }
}

/// Leaves out what fields mean: those of other names for a tool are described once.
fn strip(value: &mut Value) {
    match value {
        Value::Object(object) => {
            if object.get("description").is_some_and(Value::is_string) {
                object.remove("description");
            }
            object.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

fn is_of_rust(format: &str) -> bool {
    let number = format.strip_prefix("uint").or(format.strip_prefix("int"));
    number.is_some_and(|bits| bits.chars().all(|c| c.is_ascii_digit()))
        || matches!(format, "double" | "float")
}
