//! How Go's JSON and Rust's differ: `null` for what is empty, one word for a list of one.

use serde::{Deserialize, Serialize};

/// `{}`: a member of a set (`"Volumes": {"/data": {}}`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Empty {}

/// `{"Id": …}`: what was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Id {
    pub id: String,
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Reads `null` as what is empty.
pub(super) mod or_default {
    use serde::{Deserialize, Deserializer};

    pub fn deserialize<'de, T: Default + Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
        Option::<T>::deserialize(from).map(Option::unwrap_or_default)
    }
}

/// The same, and writes what is empty as `null`.
pub(super) mod nullable {
    pub use super::or_default::deserialize;
    use serde::{Serialize, Serializer};

    pub fn serialize<T: Default + PartialEq + Serialize, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        if super::is_default(value) { to.serialize_none() } else { value.serialize(to) }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<OneOrMany> for Vec<String> {
    fn from(words: OneOrMany) -> Self {
        match words {
            OneOrMany::One(word) => vec![word],
            OneOrMany::Many(words) => words,
        }
    }
}

/// A command: words, or one string (moby `api/types/strslice`). Empty is `null`.
pub(super) mod words {
    pub use super::nullable::serialize;
    use serde::Deserializer;

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
        super::some_words::deserialize(from).map(Option::unwrap_or_default)
    }
}

/// The same where an empty list says something else than none.
pub(super) mod some_words {
    use super::OneOrMany;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(words: &Option<Vec<String>>, to: S) -> Result<S::Ok, S::Error> {
        words.serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
        Ok(Option::<OneOrMany>::deserialize(from)?.map(Vec::from))
    }
}
