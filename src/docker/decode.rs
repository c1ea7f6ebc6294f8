//! Stranger's JSON by the rules of Go's decoder, which is what clients and images were tried with.
//!
//! ```text
//! bytes ─▶ Json, in order ─▶ by the kinds of its fields ─▶ Value that has each field once, by its name ─▶ a type
//! ```
//!
//! The case of a field's name does not matter. Of a field that is there twice the later one counts; objects and maps grow by it.
//! `null` takes away a list, a map or what Go has behind a pointer, and leaves all else as it was; among a map's members or in a
//! list it is what is empty, or what stood there before. What does not fit is said by its place.

use super::known::same;
use super::ordered::Json;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What a field may hold, as the Go type it is read into.
pub enum Kind {
    Text,
    Flag,
    Whole,
    /// A number from 0 up to this.
    Upto(u64),
    /// A command: words, or one string that is one word (moby `api/types/strslice`).
    Words,
    List(&'static Self),
    /// Its members' names are a user's.
    Map(&'static Self),
    Object(&'static Fields),
    /// `null` is something else than what is empty.
    Pointer(&'static Self),
    /// Kept as it is.
    Any,
}

/// The fields of an object: what they hold, and their names. Those of an object without a name stand among them, as what Go embeds.
pub struct Fields(pub &'static [(Kind, &'static str)]);

/// A body that a client sends.
pub trait Request {
    /// Its fields. `tests/docker_types/case.rs` holds them against the type.
    const FIELDS: &'static Fields;
}

/// A field that is not as it has to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// `config.Cmd`, `layers[2].size`; `$` for the document itself.
    pub field: String,
    /// `string "sleep 1"`; or `missing`, `twice`.
    pub found: String,
    /// `array`
    pub wanted: String,
}

/// A request as Go's decoder reads it; no body is an empty one.
pub fn from_json<T: DeserializeOwned + Default + Request>(json: &Json) -> Result<T, Misfit> {
    if *json == Json::Null {
        return Ok(T::default());
    }
    let read = by_kind(&Kind::Object(T::FIELDS), json)?;
    // Nothing is left of what a type may refuse.
    serde_json::from_value(read).map_err(|error| Misfit {
        field: "$".to_owned(),
        found: json.shown(),
        wanted: error.to_string(),
    })
}

/// The same of JSON whose fields have no order.
pub fn from_value<T: DeserializeOwned + Default + Request>(value: &Value) -> Result<T, Misfit> {
    from_json(&value.into())
}

/// JSON with each of its fields once, by the names that the kind has for them.
pub fn by_kind(kind: &Kind, json: &Json) -> Result<Value, Misfit> {
    let mut read = Value::Null;
    take(kind, json, &mut read, &mut Vec::new())?;
    Ok(if read.is_null() { kind.empty() } else { read })
}

impl Kind {
    /// JSON's word for it.
    fn word(&self) -> &'static str {
        match self {
            Self::Text => "string",
            Self::Flag => "boolean",
            Self::Whole => "whole number",
            Self::Upto(_) => "whole number ≥ 0",
            Self::Words | Self::List(_) => "array",
            Self::Map(_) | Self::Object(_) => "object",
            Self::Pointer(inner) => inner.word(),
            Self::Any => "anything",
        }
    }

    fn empty(&self) -> Value {
        match self {
            Self::Text => Value::from(""),
            Self::Flag => Value::from(false),
            Self::Whole | Self::Upto(_) => Value::from(0),
            Self::Object(_) => Value::Object(Map::new()),
            Self::Words | Self::List(_) | Self::Map(_) | Self::Pointer(_) | Self::Any => Value::Null,
        }
    }
}

impl Fields {
    fn find(&self, name: &str) -> Option<(&'static str, &'static Kind)> {
        self.0.iter().find_map(|(kind, names)| match kind {
            Kind::Object(embedded) if names.is_empty() => embedded.find(name),
            kind => names.split(' ').find(|known| same(known, name)).map(|known| (known, kind)),
        })
    }
}

/// Puts what is read over what was there. `at` is the way to it.
fn take<'j>(kind: &Kind, json: &'j Json, slot: &mut Value, at: &mut Vec<Step<'j>>) -> Result<(), Misfit> {
    match (kind, json) {
        (Kind::Any, json) => *slot = json.value(),
        (Kind::Words | Kind::List(_) | Kind::Map(_) | Kind::Pointer(_), Json::Null) => *slot = Value::Null,
        (_, Json::Null) => {}
        (Kind::Pointer(inner), json) => take(inner, json, slot, at)?,
        (Kind::Text, Json::Text(_)) | (Kind::Flag, Json::Flag(_)) => *slot = json.value(),
        (Kind::Whole, Json::Number(number, _)) if number.is_i64() => *slot = json.value(),
        (Kind::Upto(most), Json::Number(number, _)) if number.as_u64().is_some_and(|n| n <= *most) => {
            *slot = json.value()
        }
        (Kind::Words, Json::Text(word)) => *slot = Value::from(vec![word.clone()]),
        (Kind::Words, Json::List(all)) => *slot = list(&Kind::Text, all, Value::Null, at)?,
        (Kind::List(kind), Json::List(all)) => *slot = list(kind, all, slot.take(), at)?,
        (Kind::Map(kind), Json::Object(members)) => {
            let map = object(slot);
            for (name, json) in members {
                let value = inside(kind, json, Value::Null, Step::Name(name), at)?;
                map.insert(name.clone(), if value.is_null() { kind.empty() } else { value });
            }
        }
        (Kind::Object(fields), Json::Object(members)) => {
            let there = object(slot);
            for (name, json) in members {
                let Some((known, kind)) = fields.find(name) else {
                    there.insert(name.clone(), json.value());
                    continue;
                };
                let before = there.remove(known).unwrap_or_default();
                let value = inside(kind, json, before, Step::Name(known), at)?;
                if !value.is_null() {
                    there.insert(known.to_owned(), value);
                }
            }
        }
        (kind, json) => return Err(misfit(kind, json, at)),
    }
    Ok(())
}

/// Each is read over what stood in its place before, as Go has it.
fn list<'j>(kind: &Kind, all: &'j [Json], before: Value, at: &mut Vec<Step<'j>>) -> Result<Value, Misfit> {
    let mut before = match before {
        Value::Array(before) => before,
        _ => Vec::new(),
    };
    let one = |(n, json)| {
        let before = before.get_mut(n).map(Value::take).unwrap_or_default();
        let value = inside(kind, json, before, Step::Number(n), at)?;
        Ok(if value.is_null() { kind.empty() } else { value })
    };
    all.iter().enumerate().map(one).collect()
}

fn inside<'j>(
    kind: &Kind,
    json: &'j Json,
    before: Value,
    step: Step<'j>,
    at: &mut Vec<Step<'j>>,
) -> Result<Value, Misfit> {
    let mut slot = before;
    at.push(step);
    take(kind, json, &mut slot, at)?;
    at.pop();
    Ok(slot)
}

fn object(slot: &mut Value) -> &mut Map<String, Value> {
    if !slot.is_object() {
        *slot = Value::Object(Map::new());
    }
    slot.as_object_mut().expect("it was made one line above")
}

enum Step<'j> {
    Name(&'j str),
    Number(usize),
}

fn misfit(kind: &Kind, json: &Json, at: &[Step<'_>]) -> Misfit {
    let mut field = String::new();
    for step in at {
        match step {
            Step::Name(name) if field.is_empty() => field.push_str(name),
            Step::Name(name) => field.extend([".", name]),
            Step::Number(n) => field.push_str(&format!("[{n}]")),
        }
    }
    let field = if field.is_empty() { "$".to_owned() } else { field };
    Misfit { field, found: json.shown(), wanted: kind.word().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const INNER: &Fields = &Fields(&[(Kind::Text, "Type"), (Kind::Map(&Kind::Text), "Config")]);
    const OUTER: &Fields = &Fields(&[
        (Kind::Text, "Name Other"),
        (Kind::Flag, "Tty"),
        (Kind::Whole, "Size"),
        (Kind::Upto(65535), "Rows"),
        (Kind::Pointer(&Kind::Whole), "Timeout"),
        (Kind::Words, "Cmd"),
        (Kind::List(&Kind::Text), "Env"),
        (Kind::Map(&Kind::Object(&Fields(&[]))), "Volumes"),
        (Kind::Object(INNER), "Log"),
        (Kind::Pointer(&Kind::Object(INNER)), "Host"),
        (Kind::List(&Kind::Object(INNER)), "Mounts"),
        (Kind::Map(&Kind::List(&Kind::Object(INNER))), "Ports"),
    ]);

    fn read(text: &str) -> Result<Value, Misfit> {
        by_kind(&Kind::Object(OUTER), &Json::whole(text.as_bytes()).unwrap())
    }

    #[track_caller]
    fn check(text: &str, expected: Value) {
        assert_eq!(read(text), Ok(expected), "{text}");
    }

    #[test]
    fn of_a_field_that_is_there_twice_the_later_one_counts_and_objects_grow() {
        check(r#"{"Name":"a","name":"b"}"#, json!({"Name": "b"}));
        check(r#"{"name":"b","Name":"a"}"#, json!({"Name": "a"}));
        check(r#"{"NAME":"a","name":"b","nAme":"c"}"#, json!({"Name": "c"}));
        check(r#"{"Env":["A=1","B=2"],"env":["C=3"]}"#, json!({"Env": ["C=3"]}));
        check(r#"{"Cmd":["a","b"],"cmd":"c"}"#, json!({"Cmd": ["c"]}));
        check(r#"{"Volumes":{"/a":{}},"volumes":{"/b":{}}}"#, json!({"Volumes": {"/a": {}, "/b": {}}}));
        check(
            r#"{"Host":{"Type":"a","Config":{"x":"1"}},"host":{"config":{"y":"2"}}}"#,
            json!({"Host": {"Type": "a", "Config": {"x": "1", "y": "2"}}}),
        );
        check(r#"{"Ports":{"1":[{"type":"a"}]},"ports":{"1":[{}]}}"#, json!({"Ports": {"1": [{}]}}));
        check(r#"{"Env":["A=1","B=2"],"env":[null]}"#, json!({"Env": ["A=1"]}));
        check(r#"{"Env":["A=1"],"env":[null,null]}"#, json!({"Env": ["A=1", ""]}));
        check(r#"{"Env":["A=1"],"env":[],"ENV":[null]}"#, json!({"Env": [""]}));
        check(r#"{"Cmd":["a","b"],"cmd":[null]}"#, json!({"Cmd": [""]}));
        check(
            r#"{"Mounts":[{"Type":"a"}],"mounts":[{"config":{"x":"1"}}]}"#,
            json!({"Mounts": [{"Type": "a", "Config": {"x": "1"}}]}),
        );
        check(
            r#"{"Nameſ":"a","nAme":"b","Hoſt":{"Type":"x"}}"#,
            json!({"Nameſ": "a", "Name": "b", "Host": {"Type": "x"}}),
        );
        check(r#"{"Foo":1,"foo":2}"#, json!({"Foo": 1, "foo": 2}));
    }

    #[test]
    fn null_takes_away_what_go_can_have_as_nil_and_leaves_the_rest() {
        check(
            r#"{"Name":"a","name":null,"Tty":true,"tty":null,"Size":1,"SIZE":null}"#,
            json!({"Name": "a", "Tty": true, "Size": 1}),
        );
        check(r#"{"Timeout":1,"timeout":null,"Env":["A"],"env":null,"Cmd":"a","cmd":null}"#, json!({}));
        check(r#"{"Volumes":{"/a":{}},"volumes":null,"Host":{"Type":"a"},"host":null}"#, json!({}));
        check(r#"{"Log":{"Type":"a"},"log":null}"#, json!({"Log": {"Type": "a"}}));
        check(r#"{"Timeout":null,"timeout":1}"#, json!({"Timeout": 1}));
    }

    #[test]
    fn null_among_members_is_what_is_empty() {
        check(r#"{"Volumes":{"/a":null,"/b":{}}}"#, json!({"Volumes": {"/a": {}, "/b": {}}}));
        check(r#"{"Log":{"Config":{"a":null}}}"#, json!({"Log": {"Config": {"a": ""}}}));
        check(
            r#"{"Cmd":["a",null],"Env":[null],"Mounts":[null]}"#,
            json!({"Cmd": ["a", ""], "Env": [""], "Mounts": [{}]}),
        );
        check(r#"{"Ports":{"1":null,"2":[null]}}"#, json!({"Ports": {"1": null, "2": [{}]}}));
        assert_eq!(by_kind(&Kind::Object(OUTER), &Json::Null), Ok(json!({})));
        assert_eq!(by_kind(&Kind::List(&Kind::Text), &Json::Null), Ok(Value::Null));
    }

    #[test]
    fn what_does_not_fit_is_said_by_its_place() {
        for (text, field, found, wanted) in [
            (r#"{"cmd":[1]}"#, "Cmd[0]", "number 1", "string"),
            (r#"{"cmd":{"a":1}}"#, "Cmd", r#"object {"a":1}"#, "array"),
            (r#"{"Tty":"true"}"#, "Tty", r#"string "true""#, "boolean"),
            (r#"{"Size":1.5}"#, "Size", "number 1.5", "whole number"),
            (r#"{"Name":"-1e5","Size":6.5e7}"#, "Size", "number 6.5e7", "whole number"),
            (
                r#"{"tty":true,"x":[1.50,"\\\"2"],"SIZE":65000000.0,"rows":7}"#,
                "Size",
                "number 65000000.0",
                "whole number",
            ),
            (r#"{"Size":100000000000000000000}"#, "Size", "number 100000000000000000000", "whole number"),
            (r#"{"Cmd":["1",-1E+20]}"#, "Cmd[1]", "number -1E+20", "string"),
            (r#"{"Cmd":{"a":[1e20]}}"#, "Cmd", r#"object {"a":[1e20]}"#, "array"),
            (r#"{"Size":9223372036854775808}"#, "Size", "number 9223372036854775808", "whole number"),
            (r#"{"Rows":65536}"#, "Rows", "number 65536", "whole number ≥ 0"),
            (r#"{"timeout":"1"}"#, "Timeout", r#"string "1""#, "whole number"),
            (r#"{"Volumes":[]}"#, "Volumes", "array []", "object"),
            (r#"{"Mounts":[{},{"type":7}]}"#, "Mounts[1].Type", "number 7", "string"),
            (r#"{"Ports":{"80/tcp":[{"Config":{"a":[]}}]}}"#, "Ports.80/tcp[0].Config.a", "array []", "string"),
            ("[]", "$", "array []", "object"),
        ] {
            let expected = Misfit { field: field.to_owned(), found: found.to_owned(), wanted: wanted.to_owned() };
            assert_eq!(read(text), Err(expected), "{text}");
        }
        let long = read(&format!(r#"{{"Tty":"{}"}}"#, "말".repeat(1000))).unwrap_err();
        assert!(long.found.len() < 100 && long.found.ends_with('…'), "{}", long.found);
    }
}
