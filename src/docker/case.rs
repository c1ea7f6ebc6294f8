//! Names of fields in requests, whatever their case: Go's decoder takes `{"image":"a"}` for `{"Image":"a"}`, so clients send it.

use serde_json::{Map, Value};

/// The names in an object.
pub struct Fields {
    /// Those of values that are taken as they are. A map's members are a user's: labels, ports, paths.
    pub(super) plain: &'static str,
    /// Those of values that have names in them.
    pub(super) within: &'static [(&'static str, Within)],
}

/// What has names in it.
pub(super) enum Within {
    Object(&'static Fields),
    List(&'static Fields),
    Map(&'static Fields),
}

/// A body that a client sends.
pub trait Request {
    /// Its names. `tests/docker_types/case.rs` holds them against the type.
    const FIELDS: &'static Fields;
}

pub(super) const fn plain(names: &'static str) -> Fields {
    Fields { plain: names, within: &[] }
}

impl Fields {
    /// The same with the names that the types know. One that is written as they write it counts before all others.
    pub(super) fn named(&self, value: Value) -> Value {
        let Value::Object(fields) = value else { return value };
        let mut named = Map::new();
        let (exact, other): (Vec<_>, Vec<_>) = fields.into_iter().partition(|(name, _)| self.find(name) == Some(name));
        for (name, value) in exact.into_iter().chain(other) {
            let known = self.find(&name).map_or_else(|| name.clone(), str::to_owned);
            named.entry(known.clone()).or_insert_with(|| self.inside(&known, value));
        }
        Value::Object(named)
    }

    fn find(&self, name: &str) -> Option<&'static str> {
        let mut all = self.plain.split(' ').chain(self.within.iter().map(|(name, _)| *name));
        all.find(|known| known.eq_ignore_ascii_case(name))
    }

    fn inside(&self, name: &str, value: Value) -> Value {
        let of_each = |fields: &Fields, value: Value| match value {
            Value::Array(all) => all.into_iter().map(|one| fields.named(one)).collect(),
            one => fields.named(one),
        };
        match (self.within.iter().find(|(known, _)| *known == name).map(|(_, within)| within), value) {
            (Some(Within::Object(fields) | Within::List(fields)), value) => of_each(fields, value),
            (Some(Within::Map(fields)), Value::Object(map)) => {
                map.into_iter().map(|(name, value)| (name, of_each(fields, value))).collect()
            }
            (_, value) => value,
        }
    }
}
