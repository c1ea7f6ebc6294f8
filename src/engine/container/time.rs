//! Moments as the Docker API writes them.

use crate::client::units;
use jiff::Timestamp;

/// What Docker writes for a moment that never was.
pub const NEVER: &str = "0001-01-01T00:00:00Z";

/// A moment of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Timestamp);

impl Moment {
    /// Now.
    pub fn now() -> Self {
        Self(Timestamp::now())
    }

    /// `1700000000.123456789`, seconds after 1970 as Docker's clients send them. None beyond the year 9999: it could not
    /// be compared with what is written.
    pub fn parse_unix(text: &str) -> Option<Self> {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(());
        digits(seconds).and(digits(fraction))?;
        let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        Timestamp::new(seconds.parse().ok()?, nanos.parse().ok()?).ok().map(Self)
    }

    /// Seconds since 1970.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// `2026-11-21T20:55:10.123456789Z`
    pub fn rfc3339(self) -> String {
        format!("{:.9}", self.0)
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
    fn moments_are_read_as_dockers_clients_send_them() {
        let read = |text| Moment::parse_unix(text).map(Moment::rfc3339);
        assert_eq!(read("951782400.5").as_deref(), Some("2000-02-29T00:00:00.500000000Z"));
        assert_eq!(read("951782400.000000005").as_deref(), Some("2000-02-29T00:00:00.000000005Z"));
        for bad in ["", "-1", "1.", ".5", "1e9", "999999999999", "+1"] {
            assert_eq!(read(bad), None, "{bad}");
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
