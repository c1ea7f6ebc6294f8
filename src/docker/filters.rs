//! `?filters={"name":["a"]}`: which things are wanted.

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Values by the filter's name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filters(BTreeMap<String, Values>);

/// `["a"]`, or `{"a": true}` as older clients have it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
struct Values(BTreeSet<String>);

impl Filters {
    /// Adds a value.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.entry(name.into()).or_default().0.insert(value.into());
        self
    }

    /// What is asked for at all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// True when nothing was asked for under that name, or one of the values fits.
    pub fn allow(&self, name: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.0.get(name).is_none_or(|values| values.0.is_empty() || values.0.iter().any(|value| fits(value)))
    }

    /// What was asked for under that name.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flat_map(|values| &values.0).map(String::as_str)
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

impl<'de> Deserialize<'de> for Values {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Both;

        impl<'de> Visitor<'de> for Both {
            type Value = Values;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list or a set of texts")
            }

            // As Go: `null` is what is empty.
            fn visit_unit<E: serde::de::Error>(self) -> Result<Values, E> {
                Ok(Values::default())
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut all: A) -> Result<Values, A::Error> {
                let mut values = BTreeSet::new();
                while let Some(value) = all.next_element::<Option<_>>()? {
                    values.insert(value.unwrap_or_default());
                }
                Ok(Values(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut all: A) -> Result<Values, A::Error> {
                let mut values = BTreeSet::new();
                while let Some((value, _)) = all.next_entry::<_, bool>()? {
                    values.insert(value);
                }
                Ok(Values(values))
            }
        }

        from.deserialize_any(Both)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read_and_the_newer_is_written() {
        for text in [r#"{"name":["a","b"]}"#, r#"{"name":{"a":true,"b":true}}"#] {
            let filters: Filters = serde_json::from_str(text).unwrap();
            assert!(filters.allow("name", |v| v == "b") && !filters.allow("name", |v| v == "c"), "{text}");
            assert_eq!(filters, Filters::default().with("name", "b").with("name", "a"));
            assert_eq!(serde_json::to_string(&filters).unwrap(), r#"{"name":["a","b"]}"#);
        }
        for bad in [r#"{"name":"a"}"#, r#"{"name":[1]}"#, r#"{"name":{"a":1}}"#, r#"{"name":1}"#, "[]", "x", "{} x"] {
            assert!(serde_json::from_str::<Filters>(bad).is_err(), "{bad}");
        }
        let nothing: Filters = serde_json::from_str(r#"{"name":null}"#).unwrap();
        assert!(nothing.allow("name", |_| false));
        let empty: Filters = serde_json::from_str(r#"{"name":[null]}"#).unwrap();
        assert_eq!(empty, Filters::default().with("name", ""));
    }
}
