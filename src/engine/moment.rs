//! Moments as the Docker API writes them.

use crate::client::units;
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What Docker writes for a moment that never was.
pub const NEVER: &str = "0001-01-01T00:00:00Z";

/// A moment of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl From<Timestamp> for Moment {
    fn from(moment: Timestamp) -> Self {
        Self(moment)
    }
}

/// As [`Moment::rfc3339`] writes it.
impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.rfc3339())
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map(Self).map_err(|_jiffs| de::Error::custom(format_args!("{text:?} is no moment")))
    }
}

impl Moment {
    /// Now.
    pub fn now() -> Self {
        Self(Timestamp::now())
    }

    /// So many nanoseconds later.
    pub fn after(self, nanoseconds: u64) -> Self {
        let later = self.0.checked_add(std::time::Duration::from_nanos(nanoseconds));
        Self(later.unwrap_or(Timestamp::MAX))
    }

    /// How long it is until then; nothing when it lies behind us.
    pub fn ahead(self) -> std::time::Duration {
        self.0.duration_since(Timestamp::now()).try_into().unwrap_or_default()
    }

    /// How long after another it was; nothing when it was before.
    pub fn since(self, earlier: Self) -> std::time::Duration {
        self.0.duration_since(earlier.0).try_into().unwrap_or_default()
    }

    /// As the standard library has it.
    pub fn system(self) -> std::time::SystemTime {
        let since = u64::try_from(self.unix_nanos()).unwrap_or(0);
        std::time::UNIX_EPOCH + std::time::Duration::from_nanos(since)
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// Nanoseconds since 1970.
    pub fn unix_nanos(self) -> i64 {
        i64::try_from(self.0.as_nanosecond()).unwrap_or(i64::MAX)
    }

    /// `2026-11-21T20:55:10.123456789Z`
    pub fn rfc3339(self) -> String {
        format!("{:.9}", self.0)
    }

    /// `2006-01-02T15:04:05Z`, with a fraction or an offset: as Go reads it, which is stricter than others.
    pub fn is_rfc3339(text: &str) -> bool {
        let bytes = text.as_bytes();
        let offset = |end: &[u8]| matches!(end, [b'+' | b'-', _, _, b':', _, _]);
        let end = bytes.last() == Some(&b'Z') || bytes.len() > 6 && offset(&bytes[bytes.len() - 6..]);
        bytes.get(4) == Some(&b'-') && bytes.get(10) == Some(&b'T') && end && text.parse::<Timestamp>().is_ok()
    }

    /// How long ago, in docker's words: `3 minutes`.
    pub fn ago(self) -> String {
        units::human_duration(Self::now().0.duration_since(self.0).try_into().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_of_documents_are_read_as_go_does() {
        for good in [
            "2026-11-21T20:55:10Z",
            "2026-11-21T20:55:10.123456789Z",
            "2026-11-21T20:55:10+09:00",
            "0001-01-01T00:00:00Z",
        ] {
            assert!(Moment::is_rfc3339(good), "{good}");
        }
        for bad in
            ["", "yesterday", "2026-11-21", "2026-11-21 20:55:10Z", "2026-11-21T20:55:10", "2026-13-21T20:55:10Z", "7"]
        {
            assert!(!Moment::is_rfc3339(bad), "{bad}");
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let now = Moment::now();
        let text = serde_json::to_string(&now).unwrap();
        assert_eq!(serde_json::from_str::<Moment>(&text).unwrap(), now);
        for bad in ["\"yesterday\"", "7", "\"\""] {
            serde_json::from_str::<Moment>(bad).unwrap_err();
        }
    }

    #[test]
    fn moments_are_written_as_date_writes_them() {
        let at = |seconds| Moment(Timestamp::new(seconds, 5).unwrap()).rfc3339();
        assert_eq!(at(0), "1970-01-01T00:00:00.000000005Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000005Z");
        assert_eq!(at(1_795_294_510), "2026-11-21T20:55:10.000000005Z");
    }
}
