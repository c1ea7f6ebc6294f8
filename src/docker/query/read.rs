//! Reads queries by Docker's rules: of a name that comes twice the first value counts, unless a list is wanted; an empty value is
//! none; what is no word for false is true; a map is JSON. Names that a type does not have are not looked at.

use crate::trace::{Code, Problem};
use percent_encoding::percent_decode_str;
use serde::de::value::{MapAccessDeserializer, SeqDeserializer};
use serde::de::{self, DeserializeOwned, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};
use std::collections::{BTreeMap, btree_map};
use std::fmt::Display;
use std::str::FromStr;

/// What stands behind the `?` of a request.
pub fn from_query<Q: DeserializeOwned>(text: &str) -> Result<Q, BadQuery> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(text.as_bytes()) {
        all.entry(name.into_owned()).or_default().push(value.into_owned());
    }
    Q::deserialize(MapAccessDeserializer::new(Parameters { rest: all.into_iter(), current: None }))
}

/// The first value of that name as bytes, which may be no text. None when it is not there.
pub fn bytes_from_query(text: &str, name: &str) -> Option<Vec<u8>> {
    let (_, value) = text.split('&').filter_map(|part| part.split_once('=')).find(|(found, _)| *found == name)?;
    Some(percent_decode_str(&value.replace('+', " ")).collect())
}

/// A parameter that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}={value}: {fault:?}")]
pub struct BadQuery {
    name: String,
    value: String,
    fault: QueryFault,
}

/// What is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum QueryFault {
    Number,
    Filter,
    Unsupported,
    Other(String),
}

impl BadQuery {
    pub(super) fn new(name: &str, value: impl Display, fault: QueryFault) -> Self {
        Self { name: name.to_owned(), value: value.to_string(), fault }
    }

    /// A fault whose parameter is not known where it is found.
    fn unnamed(fault: QueryFault) -> Self {
        Self::new("", "", fault)
    }
}

impl From<BadQuery> for Problem {
    fn from(BadQuery { name, value, fault }: BadQuery) -> Self {
        match fault {
            QueryFault::Number => Self::new(Code::BadNumber).with("name", name).with("value", value),
            QueryFault::Filter => Self::new(Code::FiltersUnreadable).with("filters", value),
            QueryFault::Unsupported => {
                Self::new(Code::UnsupportedOption).with("option", name).with("value", value).with("why", "other")
            }
            QueryFault::Other(reason) => Self::new(Code::BadRequest).with("reason", reason),
        }
    }
}

impl de::Error for BadQuery {
    fn custom<T: Display>(reason: T) -> Self {
        Self::unnamed(QueryFault::Other(reason.to_string()))
    }

    /// A number too great for its type, or a text that should be one.
    fn invalid_value(_found: de::Unexpected<'_>, _expected: &dyn de::Expected) -> Self {
        Self::unnamed(QueryFault::Number)
    }
}

/// A query, decoded: each name with its values in order.
struct Parameters {
    rest: btree_map::IntoIter<String, Vec<String>>,
    current: Option<(String, Values)>,
}

impl<'de> MapAccess<'de> for Parameters {
    type Error = BadQuery;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, BadQuery> {
        self.current = self.rest.next().map(|(name, values)| (name, Values(values)));
        self.current.as_ref().map(|(name, _)| seed.deserialize(name.as_str().into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, BadQuery> {
        let (name, values) = self.current.take().unwrap_or_default();
        let value = values.first().to_owned();
        seed.deserialize(values).map_err(|BadQuery { fault, .. }| BadQuery { name, value, fault })
    }
}

/// The values of one name.
#[derive(Default)]
struct Values(Vec<String>);

impl Values {
    fn first(&self) -> &str {
        self.0.first().map(String::as_str).unwrap_or_default()
    }

    fn number<T: FromStr>(&self) -> Result<T, BadQuery> {
        self.first().parse().map_err(|_no_number| BadQuery::unnamed(QueryFault::Number))
    }
}

impl<'de> Deserializer<'de> for Values {
    type Error = BadQuery;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        visitor.visit_str(self.first())
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        if self.first().is_empty() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        // As moby's httputils.BoolValue.
        let word = self.first().trim().to_lowercase();
        visitor.visit_bool(!matches!(word.as_str(), "" | "0" | "no" | "false" | "none"))
    }

    fn deserialize_u16<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        visitor.visit_u16(self.number()?)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        visitor.visit_u32(self.number()?)
    }

    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        visitor.visit_u64(self.number()?)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        visitor.visit_i64(self.number()?)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter().filter(|value| !value.is_empty())))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, BadQuery> {
        let text = if self.first().is_empty() { "{}" } else { self.first() };
        let text = if text.trim() == "null" { "{}" } else { text };
        let read = serde_json::from_str(text).and_then(|json: serde_json::Value| json.deserialize_map(visitor));
        read.map_err(|_other_json| BadQuery::unnamed(QueryFault::Filter))
    }

    // No query has one of these; a type that needs one is refused by the test that writes and reads all types.
    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u128 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct tuple tuple_struct
        struct enum identifier ignored_any
    }
}
