//! A state in JSON: an object from variables to values, in the order of declaration.
//!
//! Enters and leaves: [`Bindings`]. Holds: the order is kept both ways, which a map type would lose.

use crate::value::Datum;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// Variables and their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bindings(pub Vec<(String, Datum)>);

impl Bindings {
    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<&Datum> {
        self.0.iter().find(|(n, _)| n == name).map(|(_, value)| value)
    }
}

impl Serialize for Bindings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Bindings {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Bindings;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object from variables to values")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Bindings, A::Error> {
        let mut bindings = Vec::new();
        while let Some(entry) = map.next_entry()? {
            bindings.push(entry);
        }
        Ok(Bindings(bindings))
    }
}
