//! Moments in filters and documents.

use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Seconds since 1970 of `2024-05-01T10:20:30…Z` or `…+09:00`; without an offset in UTC, and without a time at midnight.
pub(super) fn unix(rfc3339: &str) -> Option<i64> {
    let in_utc = || TimeZone::UTC.to_timestamp(rfc3339.parse().ok()?).ok();
    rfc3339.parse().ok().or_else(in_utc).map(Timestamp::as_second)
}

/// The moment that `until=` means, in seconds since 1970: `24h`, `1h30m`, `1700000000`, `2024-05-01`.
pub(in crate::engine::api) fn until(text: &str, now: i64) -> Result<i64> {
    let bad = || Fault::new(FaultKind::BadRequest, Code::FilterValue).with("filter", "until").with("value", text);
    if let Some(seconds) = duration(text) {
        return Ok(now - seconds);
    }
    match text.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, reason = "a second more or less")]
        Ok(seconds) if seconds.is_finite() => Ok(seconds as i64),
        _ => unix(text).ok_or_else(bad),
    }
}

/// Whole seconds of Go's durations: `24h`, `1h30m`, `90s`.
fn duration(text: &str) -> Option<i64> {
    let (mut rest, mut total) = (text, 0.0);
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..end].parse().ok()?;
        let unit: String = rest[end..].chars().take_while(char::is_ascii_alphabetic).collect();
        total += value
            * match unit.as_str() {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                _ => return None,
            };
        rest = &rest[end + unit.len()..];
    }
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds are wanted")]
    Some(total as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_counted_in_seconds() {
        assert_eq!(unix("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix("2000-02-29T00:00:00.5Z"), Some(951_782_400));
        assert_eq!(unix("2000-02-29T09:00:00+09:00"), Some(951_782_400));
        assert_eq!(unix("2000-02-29T00:00:00"), Some(951_782_400));
        assert_eq!(unix("2000-02-29T00:01"), Some(951_782_460));
        assert_eq!(unix("2000-02-29"), Some(951_782_400));
        assert_eq!(unix("2001-02-29"), None);
        assert_eq!(unix("not a moment"), None);
    }

    #[test]
    fn until_is_a_duration_or_a_moment() {
        assert_eq!(until("1h30m", 10_000).unwrap(), 10_000 - 5400);
        assert_eq!(until("90s", 10_000).unwrap(), 9_910);
        assert_eq!(until("1700000000", 0).unwrap(), 1_700_000_000);
        assert_eq!(until("2000-02-29", 0).unwrap(), 951_782_400);
        assert_eq!(until("yesterday", 0).unwrap_err().problem.code, Code::FilterValue);
    }
}
