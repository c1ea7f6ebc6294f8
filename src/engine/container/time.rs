//! Moments as the Docker API writes them.

use crate::client::units;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What Docker writes for a moment that never was.
pub const NEVER: &str = "0001-01-01T00:00:00Z";

/// A moment of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment(Duration);

impl Moment {
    /// Now.
    pub fn now() -> Self {
        Self(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
    }

    /// `1700000000.123456789`, seconds after 1970 as Docker's clients send them.
    pub fn parse_unix(text: &str) -> Option<Self> {
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())).then_some(());
        digits(seconds).and(digits(fraction))?;
        let nanos: String = fraction.chars().chain("000000000".chars()).take(9).collect();
        // Beyond the year 9999 it could not be compared with what is written.
        let seconds = seconds.parse().ok().filter(|seconds| *seconds < 253_402_300_800)?;
        Some(Self(Duration::new(seconds, nanos.parse().ok()?)))
    }

    /// Seconds since 1970.
    pub fn unix(self) -> u64 {
        self.0.as_secs()
    }

    /// `2026-11-21T20:55:10.123456789Z`
    pub fn rfc3339(self) -> String {
        let (year, month, day) = civil(self.0.as_secs() / 86_400);
        let second = self.0.as_secs() % 86_400;
        let (h, m, s, n) = (second / 3600, second / 60 % 60, second % 60, self.0.subsec_nanos());
        format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}.{n:09}Z")
    }

    /// How long ago, in docker's words: `3 minutes`.
    pub fn ago(self) -> String {
        units::human_duration(Self::now().0.saturating_sub(self.0))
    }
}

/// Year, month, day of a day counted from 1970 (Howard Hinnant's algorithm, days before 1970 aside).
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let of_era = z % 146_097;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
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
        let at = |seconds| Moment(Duration::new(seconds, 5)).rfc3339();
        assert_eq!(at(0), "1970-01-01T00:00:00.000000005Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000005Z");
        assert_eq!(at(1_795_294_510), "2026-11-21T20:55:10.000000005Z");
    }
}
