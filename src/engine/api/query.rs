//! Queries: `?all=1&filters={"name":["x"]}`.

use crate::docker::Filters;
use crate::engine::{Fault, FaultKind, Result};
use percent_encoding::percent_decode_str;
use std::collections::BTreeMap;

/// A query, decoded: each name with its values in order.
#[derive(Debug, Clone, Default)]
pub(super) struct Query(BTreeMap<String, Vec<String>>);

impl Query {
    pub(super) fn of(request: &axum::extract::Request) -> Self {
        Self::parse(request.uri().query().unwrap_or_default())
    }

    fn parse(text: &str) -> Self {
        let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            all.entry(name.into_owned()).or_default().push(value.into_owned());
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

/// A value that may be no text, as bytes: a path. None when it is not there.
pub(super) fn bytes(request: &axum::extract::Request, name: &str) -> Option<Vec<u8>> {
    value_of(request.uri().query().unwrap_or_default(), name)
}

fn value_of(query: &str, name: &str) -> Option<Vec<u8>> {
    let (_, value) = query.split('&').filter_map(|part| part.split_once('=')).find(|(found, _)| *found == name)?;
    Some(percent_decode_str(&value.replace('+', " ")).collect())
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
        assert_eq!(Query::parse("name=%zz%e").get("name"), Some("%zz%e"));
        assert_eq!(value_of("x=1&path=caf%E9+%2B", "path").as_deref(), Some(&b"caf\xe9 +"[..]));
        assert_eq!(value_of("x=1&path", "path"), None);
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
