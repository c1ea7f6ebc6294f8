use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The first 16 bytes of the BLAKE3 hash of a file's content. Builds that set `SOURCE_DATE_EPOCH` give files one time, so that size
/// and time do not tell one content from another; this does, also where somebody would have it otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Sum([u8; 16]);

impl Sum {
    /// Of a BLAKE3 hash: counted beside the sha256 of the whole layer, for which many laptops have no instructions.
    pub fn of_blake3(hash: &[u8; 32]) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        Self(bytes)
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Sum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        let number = (text.len() == 32 && text.bytes().all(|b| b.is_ascii_hexdigit()))
            .then(|| u128::from_str_radix(&text, 16).ok())
            .flatten();
        number.map(|number| Self(number.to_be_bytes())).ok_or_else(|| D::Error::custom("no sum"))
    }
}
