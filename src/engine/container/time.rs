//! Moments as the Docker API writes them.

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
        human(Self::now().0.saturating_sub(self.0))
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

/// A duration in docker's words (go-units, HumanDuration).
fn human(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let hours = (seconds + 1800) / 3600;
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if seconds < 120 => "About a minute".to_owned(),
        () if seconds < 3600 => format!("{} minutes", seconds / 60),
        () if hours == 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 7 * 2 => format!("{} days", hours / 24),
        () if hours < 24 * 30 * 2 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", hours / 24 / 365),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_date_writes_them() {
        let at = |seconds| Moment(Duration::new(seconds, 5)).rfc3339();
        assert_eq!(at(0), "1970-01-01T00:00:00.000000005Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000005Z");
        assert_eq!(at(1_795_294_510), "2026-11-21T20:55:10.000000005Z");
    }

    #[test]
    fn durations_are_said_as_docker_ps_says_them() {
        let said = |seconds| human(Duration::from_secs(seconds));
        assert_eq!(said(0), "Less than a second");
        assert_eq!(said(59), "59 seconds");
        assert_eq!(said(61), "About a minute");
        assert_eq!(said(7200), "2 hours");
        assert_eq!(said(86_400 * 3), "3 days");
    }
}
