//! One text for each piece of data, whatever order its keys came in, and the hash of it.
//!
//! Enters: anything that serialises to JSON. Leaves: its canonical text (keys in order, no spaces), and a hash.
//! Holds: equal data has equal text, in any build: that a crate turns on `serde_json/preserve_order` somewhere in
//! the program (`genai` does) changes nothing here.

use serde::Serialize;
use serde_json::Value;
use std::fmt::Write as _;

/// The canonical text of `data`.
pub fn text(data: &impl Serialize) -> String {
    let value = serde_json::to_value(data).unwrap_or(Value::Null);
    let mut out = String::new();
    write(&value, &mut out);
    out
}

/// The hash of the canonical text of `data`: 64 hexadecimal digits.
pub fn hash(data: &impl Serialize) -> String {
    blake3::hash(text(data).as_bytes()).to_hex().to_string()
}

/// The same data with all keys in order.
pub fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            Value::Object(entries.into_iter().map(|(key, inner)| (key, sorted(inner))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        simple => simple,
    }
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| key.as_str());
            out.push('{');
            for (i, (key, inner)) in entries.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                let _ = write!(out, "{}:", Value::String(key.clone()));
                write(inner, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, inner) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(inner, out);
            }
            out.push(']');
        }
        simple => {
            let _ = write!(out, "{simple}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_order_of_keys_does_not_matter_and_that_of_items_does() {
        let one: Value = serde_json::from_str(r#"{"b":[{"y":1,"x":"\u00e9\n"}],"a":null}"#).unwrap();
        let other: Value = serde_json::from_str(r#"{"a":null,"b":[{"x":"é\n","y":1}]}"#).unwrap();
        assert_eq!(text(&one), "{\"a\":null,\"b\":[{\"x\":\"é\\n\",\"y\":1}]}");
        assert_eq!(hash(&one), hash(&other));
        assert_eq!(sorted(one.clone()).to_string(), text(&one));
        assert_ne!(hash(&json!([1, 2])), hash(&json!([2, 1])));
        assert_ne!(hash(&json!("1")), hash(&json!(1)));
    }
}
