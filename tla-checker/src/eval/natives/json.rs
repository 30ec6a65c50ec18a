//! Module Json: values as JSON text and files.
//!
//! Holds: a tuple and a set become an array, a record and a function an object; reading gives
//! tuples and records. A fraction or `null` is no value.

use super::super::{Evaluator, Native, Result};
use crate::ir::*;
use crate::value::{Expected, Value};
use tla_parser::code;

impl<'m> Evaluator<'m> {
    pub(super) fn json(&mut self, native: Native, args: &[NodeId], id: NodeId, base: usize) -> Result<Value> {
        let op = native.name();
        let first = self.eval(args[0], base)?;
        let mut out = String::new();
        match native {
            Native::ToJson => self.write_json(&first, &mut out, id)?,
            Native::ToJsonArray => {
                if !first.is_set() && !first.is_function() {
                    return Err(self.wrong(op, Expected::Sequence, &first, id));
                }
                self.write_json(&first, &mut out, id)?;
            }
            Native::ToJsonObject => match &first {
                Value::Tuple(t) => {
                    let pairs = t.elements().iter().enumerate();
                    self.write_object(pairs.map(|(i, v)| (Value::Int(i as i64), v.clone())), &mut out, id)?;
                }
                other if other.is_function() => self.write_json(other, &mut out, id)?,
                other => return Err(self.wrong(op, Expected::Function, other, id)),
            },
            Native::JsonSerialize => {
                let path = self.text(&first, op, id)?;
                let value = self.eval(args[1], base)?;
                self.write_json(&value, &mut out, id)?;
                out.push('\n');
                self.write_file(op, &path, out.as_bytes(), id)?;
                return Ok(Value::TRUE);
            }
            Native::NdJsonSerialize => {
                let path = self.text(&first, op, id)?;
                let value = self.eval(args[1], base)?;
                for item in self.items(&value, op, id)? {
                    self.write_json(&item, &mut out, id)?;
                    out.push('\n');
                }
                self.write_file(op, &path, out.as_bytes(), id)?;
                return Ok(Value::TRUE);
            }
            Native::JsonDeserialize => {
                let path = self.text(&first, op, id)?;
                return self.made_of_file(native, &path, id, |this, bytes| {
                    this.read_json(op, &String::from_utf8_lossy(&bytes), &path, id)
                });
            }
            Native::NdJsonDeserialize => {
                let path = self.text(&first, op, id)?;
                return self.made_of_file(native, &path, id, |this, bytes| {
                    let mut items = Vec::new();
                    for (line, text) in String::from_utf8_lossy(&bytes).lines().enumerate() {
                        if !text.trim().is_empty() {
                            let place = format!("{path}`, line `{}", line + 1);
                            items.push(this.read_json(op, text, &place, id)?);
                        }
                    }
                    Ok(Value::tuple(items))
                });
            }
            other => return Err(self.misplaced(other, id)),
        }
        Ok(self.string(&out))
    }

    fn write_json(&mut self, value: &Value, out: &mut String, id: NodeId) -> Result<()> {
        match value {
            Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
            Value::Int(_) | Value::Big(_) => out.push_str(&value.to_string()),
            Value::Str(s) => out.push_str(&quoted(s.text())),
            Value::Model(m) => out.push_str(&quoted(m.name())),
            Value::Tuple(t) => self.write_array(t.elements(), out, id)?,
            Value::Set(s) => self.write_array(s.elements(), out, id)?,
            Value::Lazy(_) => {
                let node = self.built_set(value, "ToJson", id)?;
                self.write_array(node.elements(), out, id)?;
            }
            Value::Record(_) | Value::Func(_) | Value::Closure(_) => {
                let pairs = self.checked(value.finite_pairs("ToJson"), id)?;
                self.write_object(pairs, out, id)?;
            }
        }
        Ok(())
    }

    fn write_array(&mut self, elements: &[Value], out: &mut String, id: NodeId) -> Result<()> {
        out.push('[');
        for (i, element) in elements.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            self.write_json(element, out, id)?;
        }
        out.push(']');
        Ok(())
    }

    fn write_object(
        &mut self,
        pairs: impl IntoIterator<Item = (Value, Value)>,
        out: &mut String,
        id: NodeId,
    ) -> Result<()> {
        out.push('{');
        for (i, (key, value)) in pairs.into_iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            match &key {
                Value::Str(s) => out.push_str(&quoted(s.text())),
                other => out.push_str(&quoted(&other.to_string())),
            }
            out.push(':');
            self.write_json(&value, out, id)?;
        }
        out.push('}');
        Ok(())
    }

    fn read_json(&mut self, op: &'static str, text: &str, path: &str, id: NodeId) -> Result<Value> {
        let document: serde_json::Value = match serde_json::from_str(text) {
            Ok(document) => document,
            Err(e) => return Err(self.outside(op, &format!("read `{path}` as JSON"), &e, id)),
        };
        self.value_of_json(op, &document, path, id)
    }

    fn value_of_json(
        &mut self,
        op: &'static str,
        json: &serde_json::Value,
        path: &str,
        id: NodeId,
    ) -> Result<Value> {
        use serde_json::Value as Json;
        Ok(match json {
            Json::Bool(b) => Value::Bool(*b),
            Json::String(s) => self.string(s),
            Json::Number(n) => match whole(n) {
                Some(value) => value,
                None => {
                    let message = format!(
                        "{op} cannot make a value of {n} in `{path}`: it is not an integer that fits 64 bits"
                    );
                    return Err(self.evaluation(id, code::INPUT_OUTPUT, message));
                }
            },
            Json::Null => {
                let message =
                    format!("{op} cannot make a value of null in `{path}`: TLA+ has nothing like it");
                return Err(self.evaluation(id, code::INPUT_OUTPUT, message));
            }
            Json::Array(items) => {
                let mut elements = Vec::with_capacity(items.len());
                for item in items {
                    elements.push(self.value_of_json(op, item, path, id)?);
                }
                Value::tuple(elements)
            }
            Json::Object(fields) => {
                let mut pairs = Vec::with_capacity(fields.len());
                for (name, value) in fields {
                    let value = self.value_of_json(op, value, path, id)?;
                    pairs.push((self.interner.symbol(name), value));
                }
                Value::record(pairs)
            }
        })
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The number as an integer, if it is one; `1.0` and `1e3` are.
fn whole(number: &serde_json::Number) -> Option<Value> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if let Some(i) = number.as_i64() {
        return Some(Value::Int(i));
    }
    if let Some(u) = number.as_u64() {
        return Some(Value::integer(u.into()));
    }
    let f = number.as_f64()?;
    (f.fract() == 0.0 && f.abs() <= EXACT).then_some(Value::Int(f as i64))
}
