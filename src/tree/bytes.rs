use crate::spec::visible;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use std::fmt;

/// A path, a link's target or an attribute's name as the bytes that they are: Linux knows no encoding of names.
///
/// As text (and in JSON) what is not UTF-8, or would act on a terminal instead of being seen, is `\xNN` byte by byte, and
/// a backslash is `\\`, so that nothing is lost and nothing is hidden.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PathBytes(Box<[u8]>);

impl PathBytes {
    /// The bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The last part of a path.
    pub fn name(&self) -> &[u8] {
        self.0.rsplit(|b| *b == b'/').next().unwrap_or_default()
    }

    /// Reads the text that [`fmt::Display`] writes; none where a backslash begins nothing that it writes.
    pub fn from_text(text: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('\\') {
            bytes.extend_from_slice(before.as_bytes());
            if let Some(after) = after.strip_prefix('\\') {
                bytes.push(b'\\');
                rest = after;
            } else {
                let digits = after.strip_prefix('x')?.get(..2)?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = &after[3..];
            }
        }
        bytes.extend_from_slice(rest.as_bytes());
        Some(Self(bytes.into()))
    }
}

impl<T: Into<Vec<u8>>> From<T> for PathBytes {
    fn from(bytes: T) -> Self {
        Self(bytes.into().into_boxed_slice())
    }
}

impl fmt::Display for PathBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            let escape =
                |bytes: &[u8], f: &mut fmt::Formatter<'_>| bytes.iter().try_for_each(|byte| write!(f, "\\x{byte:02x}"));
            for (part, is_seen) in visible::parts(chunk.valid()) {
                if !is_seen {
                    escape(part.as_bytes(), f)?;
                    continue;
                }
                let mut parts = part.split('\\');
                f.write_str(parts.next().unwrap_or_default())?;
                parts.try_for_each(|part| write!(f, "\\\\{part}"))?;
            }
            escape(chunk.invalid(), f)?;
        }
        Ok(())
    }
}

impl fmt::Debug for PathBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for PathBytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for PathBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::from_text(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is no escaped path")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_come_back_from_their_text(bytes: Vec<u8>) {
            let path = PathBytes::from(bytes);
            prop_assert_eq!(PathBytes::from_text(&path.to_string()), Some(path));
        }
    }

    #[test]
    fn text_says_what_is_not_utf_8() {
        assert_eq!(PathBytes::from(*b"caf\xe9\\x").to_string(), r"caf\xe9\\x");
        assert_eq!(PathBytes::from(*b"a\x1b[1m\n").to_string(), r"a\x1b[1m\x0a");
        assert_eq!(PathBytes::from("\u{202e}한글\u{9b}").to_string(), r"\xe2\x80\xae한글\xc2\x9b");
        assert_eq!(PathBytes::from_text(r"a\q"), None);
        assert_eq!(PathBytes::from_text(r"a\x한"), None);
    }
}
