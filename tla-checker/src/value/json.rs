//! Values in JSON, their kinds kept.
//!
//! Booleans, strings and integers of up to 53 bits are JSON's own, a tuple is an array, a record an
//! object. The rest is an object with one key that begins with `#`: `{"#set": […]}`,
//! `{"#fn": [[argument, value], …]}`, `{"#mv": "r1"}`, `{"#int": "9007199254740993"}`. A record of
//! which a field begins with `#` is written as a function. Reading makes the canonical form, whatever
//! the order in the text.

use std::fmt;

use num_bigint::BigInt;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::Datum;

/// The largest integer that every JSON reader keeps exact.
const EXACT: i64 = (1 << 53) - 1;

impl Serialize for Datum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn marked<S: Serializer, T: Serialize + ?Sized>(
            serializer: S,
            mark: &str,
            content: &T,
        ) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(1))?;
            map.serialize_entry(mark, content)?;
            map.end()
        }
        match self {
            Datum::Bool(b) => serializer.serialize_bool(*b),
            Datum::Int(i) if (-EXACT..=EXACT).contains(i) => serializer.serialize_i64(*i),
            Datum::Int(i) => marked(serializer, "#int", &i.to_string()),
            Datum::Big(big) => marked(serializer, "#int", &big.to_string()),
            Datum::Str(s) => serializer.serialize_str(s),
            Datum::ModelValue(m) => marked(serializer, "#mv", m),
            Datum::Set(elements) => marked(serializer, "#set", elements),
            Datum::Tuple(elements) => elements.serialize(serializer),
            Datum::Record(fields) if fields.iter().any(|(name, _)| name.starts_with('#')) => {
                marked(serializer, "#fn", fields)
            }
            Datum::Record(fields) => serializer.collect_map(fields.iter().map(|(name, value)| (name, value))),
            Datum::Function(pairs) => marked(serializer, "#fn", pairs),
        }
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Datum, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a TLA+ value: a boolean, integer, string, array or object")
    }

    fn visit_bool<E: Error>(self, b: bool) -> Result<Datum, E> {
        Ok(Datum::Bool(b))
    }

    fn visit_i64<E: Error>(self, i: i64) -> Result<Datum, E> {
        Ok(Datum::Int(i))
    }

    fn visit_u64<E: Error>(self, i: u64) -> Result<Datum, E> {
        Ok(Datum::integer(BigInt::from(i)))
    }

    fn visit_str<E: Error>(self, s: &str) -> Result<Datum, E> {
        Ok(Datum::Str(s.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Datum, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(Datum::Tuple(elements))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        let mut fields: Vec<(String, Datum)> = Vec::new();
        while let Some(key) = map.next_key::<String>()? {
            if !key.starts_with('#') {
                fields.push((key, map.next_value()?));
                continue;
            }
            let datum = match key.as_str() {
                "#set" => Datum::set(map.next_value()?),
                "#mv" => Datum::ModelValue(map.next_value()?),
                "#fn" => Datum::function(map.next_value()?),
                "#int" => {
                    let digits: String = map.next_value()?;
                    let integer = digits
                        .parse()
                        .map_err(|_| A::Error::custom(format!("`{digits}` in \"#int\" is not an integer")))?;
                    Datum::integer(integer)
                }
                other => {
                    return Err(A::Error::custom(format!(
                        "`{other}` is none of \"#set\", \"#fn\", \"#mv\", \"#int\""
                    )));
                }
            };
            if !fields.is_empty() || map.next_key::<String>()?.is_some() {
                return Err(A::Error::custom(format!("\"{key}\" must stand alone in its object")));
            }
            return Ok(datum);
        }
        Ok(Datum::record(fields))
    }
}
