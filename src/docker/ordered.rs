//! JSON as it stands in a document: fields in their order, and twice where they are there twice.

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer, de};
use serde_json::{Number, Value};
use std::fmt;

/// Bytes of a value that are shown.
const SHOWN: usize = 60;

/// A value, before a type was asked for.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Json {
    #[default]
    Null,
    Flag(bool),
    /// As it was read, and as it stands there, where that is known.
    Number(Number, Option<String>),
    Text(String),
    List(Vec<Json>),
    Object(Vec<(String, Json)>),
}

impl Json {
    /// The first value in these bytes; what is behind it is not looked at, as Go's decoder does not. In no bytes there is none.
    pub fn first(bytes: &[u8]) -> serde_json::Result<Option<Self>> {
        let mut all = serde_json::Deserializer::from_slice(bytes).into_iter();
        let first: Option<Self> = all.next().transpose()?;
        Ok(first.map(|json| json.with_literals(bytes)))
    }

    /// A document that is nothing but one value.
    pub fn whole(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes).map(|json: Self| json.with_literals(bytes))
    }

    /// What it is, and it, for a message.
    pub fn shown(&self) -> String {
        shown_as(&self.value(), &self.text())
    }

    fn text(&self) -> String {
        let all = |texts: Vec<String>| texts.join(",");
        match self {
            Self::Number(_, Some(literal)) => literal.clone(),
            Self::List(list) => format!("[{}]", all(list.iter().map(Self::text).collect())),
            Self::Object(fields) => {
                let field = |(name, value): &(String, Self)| format!("{}:{}", Value::from(name.as_str()), value.text());
                format!("{{{}}}", all(fields.iter().map(field).collect()))
            }
            other => other.value().to_string(),
        }
    }

    /// Numbers that are not whole may be written in many ways: whoever reads of one must know it again.
    fn with_literals(mut self, bytes: &[u8]) -> Self {
        self.name_numbers(&mut literals(bytes));
        self
    }

    fn name_numbers<'b>(&mut self, literals: &mut impl Iterator<Item = &'b str>) {
        match self {
            Self::Number(number, literal) => {
                let stands = literals.next();
                *literal = stands.filter(|_| number.is_f64()).map(str::to_owned);
            }
            Self::List(all) => all.iter_mut().for_each(|one| one.name_numbers(literals)),
            Self::Object(fields) => fields.iter_mut().for_each(|(_, value)| value.name_numbers(literals)),
            Self::Null | Self::Flag(_) | Self::Text(_) => {}
        }
    }

    /// Without the order; of what is there twice the last.
    pub fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Flag(flag) => Value::Bool(*flag),
            Self::Number(number, _) => Value::Number(number.clone()),
            Self::Text(text) => Value::String(text.clone()),
            Self::List(all) => all.iter().map(Self::value).collect(),
            Self::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value.value())).collect(),
        }
    }
}

impl From<&Value> for Json {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Flag(*flag),
            Value::Number(number) => Self::Number(number.clone(), None),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(all) => Self::List(all.iter().map(Self::from).collect()),
            Value::Object(fields) => {
                Self::Object(fields.iter().map(|(name, value)| (name.clone(), value.into())).collect())
            }
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => to.serialize_unit(),
            Self::Flag(flag) => to.serialize_bool(*flag),
            Self::Number(number, _) => number.serialize(to),
            Self::Text(text) => to.serialize_str(text),
            Self::List(all) => to.collect_seq(all),
            Self::Object(fields) => to.collect_map(fields.iter().map(|(name, value)| (name, value))),
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Any.deserialize(from)
    }
}

/// A value and what it is, for a message.
pub fn shown(value: &Value) -> String {
    shown_as(value, &value.to_string())
}

/// The same with what stands there, when that is known.
fn shown_as(value: &Value, text: &str) -> String {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at > SHOWN);
    let text = end.map_or_else(|| text.to_owned(), |end| format!("{}…", &text[..end]));
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => format!("boolean {text}"),
        Value::Number(_) => format!("number {text}"),
        Value::String(_) => format!("string {text}"),
        Value::Array(_) => format!("array {text}"),
        Value::Object(_) => format!("object {text}"),
    }
}

/// The numbers of a document that was read already, in their order.
fn literals(bytes: &[u8]) -> impl Iterator<Item = &str> {
    let (mut at, mut text, mut escaped) = (0, false, false);
    std::iter::from_fn(move || {
        while let Some(&byte) = bytes.get(at) {
            let begins = at;
            at += 1;
            match byte {
                _ if text => {
                    text = escaped || byte != b'"';
                    escaped = !escaped && byte == b'\\';
                }
                b'"' => text = true,
                b'-' | b'0'..=b'9' => {
                    let more = |byte: &&u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
                    at += bytes[at..].iter().take_while(more).count();
                    return std::str::from_utf8(&bytes[begins..at]).ok();
                }
                _ => {}
            }
        }
        None
    })
}

struct Any;

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Json, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Json, E> {
        Ok(Json::Flag(flag))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Json, E> {
        Ok(Json::Number(number.into(), None))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Json, E> {
        Ok(Json::Number(number.into(), None))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Json, E> {
        Number::from_f64(number)
            .map(|number| Json::Number(number, None))
            .ok_or_else(|| E::custom("a number that is none"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        Ok(Json::Text(text.to_owned()))
    }

    fn visit_string<E: de::Error>(self, text: String) -> Result<Json, E> {
        Ok(Json::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = from.next_element_seed(Any)? {
            all.push(one);
        }
        Ok(Json::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Json, A::Error> {
        let mut fields = Vec::new();
        while let Some(name) = from.next_key()? {
            fields.push((name, from.next_value_seed(Any)?));
        }
        Ok(Json::Object(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_keep_their_order_and_come_twice() {
        let read = Json::first(br#"{"b":[1,-2,null],"a":true,"b":"x"} and more"#).unwrap().unwrap();
        let Json::Object(fields) = &read else { panic!("{read:?}") };
        assert_eq!(fields.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["b", "a", "b"]);
        assert_eq!(read.value(), serde_json::json!({"a": true, "b": "x"}));
        assert_eq!(serde_json::to_string(&read).unwrap(), r#"{"b":[1,-2,null],"a":true,"b":"x"}"#);
        assert_eq!(Json::from(&read.value()).value(), read.value());
        assert!(Json::whole(br#"{} x"#).is_err() && Json::first(b"{").is_err());
        assert_eq!(Json::first(b" \n").unwrap(), None);
    }
}
