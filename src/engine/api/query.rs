//! Queries: `?all=1&filters={"name":["x"]}`.

use crate::docker::Filters;
use crate::engine::{Fault, FaultKind, Result};
use std::collections::BTreeMap;

/// A query, decoded: each name with its values in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(BTreeMap<String, Vec<String>>);

impl Query {
    pub(super) fn of(request: &axum::extract::Request) -> Self {
        Self::parse(request.uri().query().unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let pair = |part: &str| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            (decode(name), decode(value))
        };
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in text.split('&').filter(|part| !part.is_empty()).map(pair) {
            all.entry(name).or_default().push(value);
        }
        Self(all)
    }

    /// The value of that name; the last one when it comes twice.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(|values| values.last()).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Every value of that name.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        let values = self.0.get(name).into_iter().flatten();
        values.filter(|value| !value.is_empty()).cloned().collect()
    }

    /// Docker's booleans: everything but these is true.
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !matches!(value, "0" | "false" | "False" | "no" | "none"))
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>> {
        let bad = |value: &str| Fault::new(FaultKind::BadRequest, "bad-number").with("name", name).with("value", value);
        self.get(name).map(|value| value.parse().map_err(|_not_a_number| bad(value))).transpose()
    }

    /// `filters`: `{"name":["a"]}` or `{"name":{"a":true}}`.
    pub(super) fn filters(&self, known: &[&str]) -> Result<Filters> {
        let Some(text) = self.get("filters") else { return Ok(Filters::default()) };
        let bad = |reason: &str| Fault::new(FaultKind::BadRequest, "bad-filter").with("filter", reason);
        let filters: Filters = serde_json::from_str(text).map_err(|_other_json| bad(text))?;
        let unknown = filters.names().find(|name| !known.contains(name)).map(bad);
        match unknown {
            Some(fault) => Err(fault),
            None => Ok(filters),
        }
    }
}

/// Percent-decoding (application/x-www-form-urlencoded).
pub(super) fn decode(text: &str) -> String {
    String::from_utf8_lossy(&decode_bytes(text)).into_owned()
}

/// The same for what may be no text: a path.
fn decode_bytes(text: &str) -> Vec<u8> {
    let (mut out, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((&first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let byte = hex.and_then(|two| u8::from_str_radix(two, 16).ok());
        rest = after;
        match (first, byte) {
            (b'%', Some(byte)) => {
                out.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => out.push(b' '),
            _ => out.push(first),
        }
    }
    out
}

/// A value as bytes; none when it is not there.
pub(super) fn bytes(request: &axum::extract::Request, name: &str) -> Option<Vec<u8>> {
    let mut pairs = request.uri().query().unwrap_or_default().split('&').filter_map(|part| part.split_once('='));
    pairs.find(|(found, _)| *found == name).map(|(_, value)| decode_bytes(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_decoded() {
        let query = Query::parse("all=1&name=a%2Fb+c&empty=&x");
        assert_eq!(Query::parse("names=a&names=b&names=").all("names"), ["a", "b"]);
        assert_eq!((query.get("name"), query.get("empty"), query.get("x")), (Some("a/b c"), None, None));
        assert!(query.flag("all") && !query.flag("other"));
        assert_eq!(decode("%zz%e"), "%zz%e");
        assert_eq!(decode_bytes("caf%E9+%2B"), b"caf\xe9 +");
    }

    #[test]
    fn both_forms_of_filters_are_read_and_unknown_ones_are_refused() {
        for text in [r#"{"name":["a"]}"#, r#"{"name":{"a":true}}"#] {
            let query = Query(BTreeMap::from([("filters".to_owned(), vec![text.to_owned()])]));
            let filters = query.filters(&["name"]).unwrap();
            assert!(filters.allow("name", |v| v == "a") && !filters.allow("name", |v| v == "b"), "{text}");
            assert_eq!(query.filters(&["id"]).unwrap_err().problem.code, "bad-filter");
        }
    }
}
