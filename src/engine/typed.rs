//! A stranger's JSON, read as a type. Of what does not fit it is said where it stands, what is there, and what is needed.

pub use crate::docker::Misfit;
use crate::docker::shown;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use serde::de::DeserializeOwned;
use serde_json::{Deserializer, Value};
use serde_path_to_error::{Path, Segment};

/// Why JSON is not of a type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wrong {
    /// It is no JSON; where and why.
    Syntax(String),
    /// A field does not fit.
    Field(Misfit),
}

/// Found where nothing is.
pub const MISSING: &str = "missing";
/// Found where a field stands more than once.
pub const TWICE: &str = "twice";

impl From<Misfit> for Fault {
    /// In what a client asks.
    fn from(Misfit { field, found, wanted }: Misfit) -> Self {
        let fault = Self::new(FaultKind::BadRequest, Code::BadField).with("field", field);
        fault.with("found", found).with("wanted", wanted)
    }
}

/// Reads a whole document.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Wrong> {
    let mut json = Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        // What does not fit may be noticed before what is no JSON at all.
        match serde_json::from_slice::<Value>(bytes) {
            Err(error) => Wrong::Syntax(error.to_string()),
            Ok(whole) => Wrong::Field(misfit(error.path(), &error.inner().to_string(), &whole)),
        }
    })?;
    json.end().map_err(|error| Wrong::Syntax(error.to_string()))?;
    Ok(read)
}

/// Reads a value.
pub fn of<T: DeserializeOwned>(value: &Value) -> Result<T, Misfit> {
    serde_path_to_error::deserialize(value).map_err(|error| misfit(error.path(), &error.inner().to_string(), value))
}

fn misfit(path: &Path, said: &str, whole: &Value) -> Misfit {
    let whole_of_it = path.iter().next().is_none();
    let place = if whole_of_it { "$".to_owned() } else { path.to_string() };
    let inside = |name: &str| if whole_of_it { name.to_owned() } else { format!("{place}.{name}") };
    // serde tells these in words alone.
    let named = |start: &str| said.strip_prefix(start)?.split('`').next().map(inside);
    let of = |field, found: &str| Misfit { field, found: found.to_owned(), wanted: String::new() };
    if let Some(field) = named("missing field `") {
        return of(field, MISSING);
    }
    if let Some(field) = named("duplicate field `") {
        return of(field, TWICE);
    }
    let found = look(path, whole).map_or_else(|| MISSING.to_owned(), shown);
    Misfit { field: place, found, wanted: wanted(said) }
}

fn look<'a>(path: &Path, whole: &'a Value) -> Option<&'a Value> {
    path.iter().try_fold(whole, |at, segment| match segment {
        Segment::Seq { index } => at.get(index),
        Segment::Map { key } => at.get(key),
        Segment::Enum { .. } | Segment::Unknown => Some(at),
    })
}

/// JSON's word for what serde expects; where it expects something else, its own words.
fn wanted(said: &str) -> String {
    let said = said.split(" at line ").next().unwrap_or_default();
    let expected = said.rsplit_once("expected ").map_or(said, |(_, expected)| expected);
    let word = match expected {
        "a sequence" => "array",
        "a string" | "a borrowed string" => "string",
        "a boolean" => "boolean",
        "a map" => "object",
        "u8" | "u16" | "u32" | "u64" | "usize" => "number ≥ 0",
        "i8" | "i16" | "i32" | "i64" | "isize" | "f32" | "f64" => "number",
        expected if expected.starts_with("struct ") => "object",
        expected => expected,
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::collections::BTreeMap;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "it is read and not looked at")]
    struct Thing {
        list: Option<Vec<String>>,
        size: u64,
        inner: Option<BTreeMap<String, Thing>>,
    }

    #[test]
    fn what_does_not_fit_is_said_by_its_place() {
        let said = |text: &str| match read::<Thing>(text.as_bytes()).map(|_| ()).unwrap_err() {
            Wrong::Field(Misfit { field, found, wanted }) => format!("{field}: {found} ≠ {wanted}"),
            Wrong::Syntax(said) => said,
        };
        assert_eq!(said(r#"{"size":1,"list":"one"}"#), r#"list: string "one" ≠ array"#);
        assert_eq!(said(r#"{"size":1,"list":["a",7]}"#), "list[1]: number 7 ≠ string");
        assert_eq!(said(r#"{"size":-1}"#), "size: number -1 ≠ number ≥ 0");
        assert_eq!(said(r#"{"size":null}"#), "size: null ≠ number ≥ 0");
        assert_eq!(said(r#"{"size":1,"inner":{"x":{"list":[]}}}"#), "inner.x.size: missing ≠ ");
        assert_eq!(said(r#"{"size":1,"inner":{"x":[]}}"#), "inner.x: array [] ≠ object");
        assert_eq!(said(r#"{"size":1,"size":2}"#), "size: twice ≠ ");
        assert_eq!(said("7"), "$: number 7 ≠ object");
        assert!(said("[not json").contains("line 1"), "{}", said("[not json"));
        assert!(said(r#"{"size":1"#).contains("line 1"), "{}", said(r#"{"size":1"#));
        assert!(said(r#"{"size":1} x"#).contains("trailing"));
        let long = said(&format!(r#"{{"size":1,"list":"{}"}}"#, "말".repeat(1000)));
        assert!(long.len() < 200 && long.ends_with("… ≠ array"), "{long}");
        let value = serde_json::json!({"size": 1, "inner": {"x": {"size": "3"}}});
        assert_eq!(of::<Thing>(&value).unwrap_err().field, "inner.x.size");
    }
}
