//! What `?filters=` means (moby `api/types/filters`): values of one name are alternatives, but for labels, of which all are wanted;
//! a value that no thing could ever have is refused.

use crate::docker::Filters;
use crate::engine::container::bounds;
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use regex::bytes::{Regex, RegexBuilder};
use std::collections::BTreeMap;

/// Refuses filters that would not be looked at, by name.
pub(super) fn refuse_unknown(filters: &Filters, known: &[&str]) -> Result<()> {
    let bad = |name: &str| Fault::new(FaultKind::BadRequest, Code::BadFilter).with("filter", name);
    filters.names().find(|name| !known.contains(name)).map_or(Ok(()), |name| Err(bad(name)))
}

/// Refuses values that are none of these.
pub(super) fn one_of(filters: &Filters, name: &str, known: &[&str]) -> Result<()> {
    filters.values(name).find(|value| !known.contains(value)).map_or(Ok(()), |value| Err(bad_value(name, value)))
}

pub(super) fn bad_value(name: &str, value: &str) -> Fault {
    Fault::new(FaultKind::BadRequest, Code::FilterValue).with("filter", name).with("value", value)
}

/// A filter that is true or false.
pub(super) fn flag(filters: &Filters, name: &str) -> Result<Option<bool>> {
    filters.values(name).try_fold(None, |_, text| match text {
        "true" | "1" => Ok(Some(true)),
        "false" | "0" => Ok(Some(false)),
        _ => Err(bad_value(name, text)),
    })
}

/// `label=a`, `label=a=b`: all of them. `label!=…`: none of them.
pub(super) fn labels(filters: &Filters, labels: &BTreeMap<String, String>) -> bool {
    let has = |text: &str| match text.split_once('=') {
        Some((name, value)) => labels.get(name).is_some_and(|is| is == value),
        None => labels.contains_key(text),
    };
    filters.values("label").all(has) && !filters.values("label!").any(has)
}

/// Bytes that a regular expression takes at most when it is ready.
const READY: usize = 256 << 10;
/// How many of them there may be.
const EXPRESSIONS: usize = 64;

/// Texts that are wanted, as Docker's filters have them (moby `filters.Match`): one that is written just so, or in which a regular
/// expression finds something. What is no regular expression finds nothing.
pub(super) struct Wanted<'a>(Vec<(&'a str, Finds)>);

enum Finds {
    /// The text itself, anywhere.
    Part,
    Matches(Regex),
    Nothing,
}

impl<'a> Wanted<'a> {
    /// Of a filter. Too many expressions are refused.
    pub(super) fn of(filters: &'a Filters, name: &str) -> Result<Self> {
        let is_plain = |text: &str| regex::escape(text) == text;
        let expressions = filters.values(name).filter(|text| !is_plain(text)).count();
        bounds::count(name, expressions, EXPRESSIONS)?;
        let read = |text: &'a str| {
            // Names have no letters but ASCII's, and Go's classes such as `\d` neither.
            let ready = || RegexBuilder::new(text).unicode(false).size_limit(READY).dfa_size_limit(READY).build();
            let finds = if is_plain(text) { Finds::Part } else { ready().map_or(Finds::Nothing, Finds::Matches) };
            (text, finds)
        };
        Ok(Self(filters.values(name).map(read).collect()))
    }

    /// Whether it is one of them, or nothing was asked for.
    pub(super) fn allow(&self, text: &str) -> bool {
        let fits = |(wanted, finds): &(&str, Finds)| match finds {
            Finds::Part => text.contains(wanted),
            Finds::Matches(expression) => text == *wanted || expression.is_match(text.as_bytes()),
            Finds::Nothing => text == *wanted,
        };
        self.0.is_empty() || self.0.iter().any(fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_filters_are_refused_by_name() {
        let filters = Filters::default().with("name", "a").with("id", "b");
        assert_eq!(refuse_unknown(&filters, &["id", "name"]), Ok(()));
        let fault = refuse_unknown(&filters, &["name"]).unwrap_err();
        assert_eq!(fault, Fault::new(FaultKind::BadRequest, Code::BadFilter).with("filter", "id"));
    }

    #[test]
    fn a_value_that_nothing_has_is_refused() {
        let filters = Filters::default().with("status", "running").with("status", "bogus");
        assert_eq!(one_of(&filters, "status", &["running"]), Err(bad_value("status", "bogus")));
        assert_eq!(one_of(&filters, "status", &["running", "bogus"]), Ok(()));
        assert_eq!(one_of(&filters, "type", &[]), Ok(()));
        assert_eq!(flag(&filters.with("dangling", "maybe"), "dangling"), Err(bad_value("dangling", "maybe")));
    }

    #[test]
    fn all_labels_are_wanted() {
        let of = |texts: &[&str]| texts.iter().fold(Filters::default(), |all, text| all.with("label", *text));
        let has = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), String::new())]);
        for fits in [&["a"][..], &["a=1"], &["a", "b"], &["a=1", "b="], &[]] {
            assert!(labels(&of(fits), &has), "{fits:?}");
        }
        for other in [&["c"][..], &["a=2"], &["a", "c"], &["a=1", "a=2"]] {
            assert!(!labels(&of(other), &has), "{other:?}");
        }
        assert!(!labels(&of(&["a"]).with("label!", "b"), &has));
        assert!(labels(&of(&["a"]).with("label!", "b=1"), &has));
    }

    #[test]
    fn names_are_found_by_their_parts() {
        for (pattern, found) in [
            ("box", ["box", "box2", "abox"].as_slice()),
            ("^box", &["box", "box2"]),
            ("box$", &["box", "abox"]),
            ("^box$", &["box"]),
            ("none", &[]),
            (r"box\d", &["box2"]),
            ("^(box2|abox)$", &["box2", "abox"]),
            (".+box", &["abox"]),
            ("", &["box", "box2", "abox"]),
            // No regular expressions, and one that would be too large.
            ("(box", &[]),
            ("*box", &[]),
            ("((b{1000}){1000}){1000}", &[]),
        ] {
            let filters = Filters::default().with("name", pattern);
            let wanted = Wanted::of(&filters, "name").unwrap();
            let fits: Vec<_> = ["box", "box2", "abox"].into_iter().filter(|name| wanted.allow(name)).collect();
            assert_eq!(fits, found, "{pattern}");
        }
        let many =
            |text: &str| (0..=EXPRESSIONS).fold(Filters::default(), |all, n| all.with("name", format!("{text}{n}")));
        assert!(Wanted::of(&many("^a"), "name").is_err());
        assert!(Wanted::of(&many("a"), "name").is_ok_and(|wanted| wanted.allow("xa64") && !wanted.allow("b")));
        assert!(Wanted::of(&Filters::default(), "name").is_ok_and(|wanted| wanted.allow("a")));
    }
}
