use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr, sync::Arc};

/// A content digest `sha256:<64 lowercase hex>` (OCI image-spec, descriptor.md, "Digests").
///
/// dockwalk verifies only sha256, the one algorithm every registry must support, so it accepts no other.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(Arc<str>);

/// Why a string is no [`Digest`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// The part before the colon is not `sha256`.
    #[error("`{0}` is not a sha256 digest; dockwalk verifies sha256 only")]
    Algorithm(String),
    /// The part after the colon is not 64 lowercase hexadecimal digits.
    #[error("`{0}`: a sha256 digest has 64 lowercase hexadecimal digits after the colon")]
    Hex(String),
}

impl Digest {
    /// The digest of these 32 bytes, as a sha256 computation returns them.
    pub fn from_sha256(bytes: &[u8; 32]) -> Self {
        use fmt::Write as _;
        let mut text = String::with_capacity(71);
        text.push_str("sha256:");
        for byte in bytes {
            write!(text, "{byte:02x}").expect("writing to a String cannot fail");
        }
        Self(text.into())
    }

    /// The whole digest, `sha256:…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The 64 hexadecimal digits alone.
    pub fn hex(&self) -> &str {
        &self.0["sha256:".len()..]
    }

    /// The first twelve hexadecimal digits, as `docker images` shows them.
    pub fn short(&self) -> &str {
        &self.hex()[..12]
    }
}

impl FromStr for Digest {
    type Err = DigestError;

    fn from_str(text: &str) -> Result<Self, DigestError> {
        let hex = text.strip_prefix("sha256:").ok_or_else(|| DigestError::Algorithm(text.to_owned()))?;
        if hex.len() == 64 && hex.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            Ok(Self(text.into()))
        } else {
            Err(DigestError::Hex(text.to_owned()))
        }
    }
}

impl TryFrom<String> for Digest {
    type Error = DigestError;

    fn try_from(text: String) -> Result<Self, DigestError> {
        text.parse()
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> Self {
        digest.0.as_ref().to_owned()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_sha256_and_64_lowercase_hex_digits() {
        let good = format!("sha256:{}", "a1".repeat(32));
        assert_eq!(good.parse::<Digest>().expect("valid").short(), "a1a1a1a1a1a1");
        assert!(matches!("sha512:00".parse::<Digest>(), Err(DigestError::Algorithm(_))));
        assert!(matches!(format!("sha256:{}", "A1".repeat(32)).parse::<Digest>(), Err(DigestError::Hex(_))));
        assert!(matches!("sha256:12".parse::<Digest>(), Err(DigestError::Hex(_))));
    }

    #[test]
    fn from_sha256_prints_what_sha256sum_prints() {
        let mut bytes = [0u8; 32];
        bytes[0] = 0xe3;
        assert!(Digest::from_sha256(&bytes).as_str().starts_with("sha256:e300"));
    }
}
