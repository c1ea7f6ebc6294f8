//! Moments in filters and documents.

use crate::docker::Filters;
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
    seconds(text).or_else(|| unix(text)).ok_or_else(bad)
}

/// The moment until which something is to have been made; none where nobody says one. As Docker: there is one at most, and what
/// is none takes nothing away.
pub(in crate::engine::api) fn before(filters: &Filters, now: i64) -> Result<Option<i64>> {
    let mut all = filters.values("until");
    match (all.next(), all.next()) {
        (None, _) => Ok(None),
        (Some(one), None) => until(one, now).map(Some),
        (Some(_), Some(other)) => {
            let fault = Fault::new(FaultKind::BadRequest, Code::FilterValue).with("filter", "until");
            Err(fault.with("value", format!("{other} (more than one until filter specified)")))
        }
    }
}

/// Seconds since 1970 in plain digits, be it with a fraction.
fn seconds(text: &str) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    whole.parse().ok().filter(|_| digits(whole) && digits(fraction))
}

/// Whole seconds of Go's durations: `24h`, `1h30m`, `90s`.
fn duration(text: &str) -> Option<i64> {
    // One that is less than nothing is a moment to come.
    let (sign, mut rest) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let value: f64 = rest[..end].parse().ok()?;
        let unit: String = rest[end..].chars().take_while(|c| c.is_alphabetic()).collect();
        total += value
            * match unit.as_str() {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                "us" | "µs" | "μs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &rest[end + unit.len()..];
    }
    // A span that no clock counts is none: cut to what a number holds it would be a moment.
    #[expect(clippy::cast_possible_truncation, reason = "whole seconds are wanted")]
    (total < 9e9).then_some((sign * total) as i64)
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
        assert_eq!(until("-24h", 0).unwrap(), 86_400, "a moment to come");
        assert_eq!(until("1ns", 7).unwrap(), 7);
        for bad in [
            "yesterday",
            "99999999999999999999",
            "1e30",
            "1e3",
            "-1",
            "",
            "inf",
            "nan",
            ".5",
            "1.",
            "+1",
            "9e9h",
            "1e999h",
        ] {
            assert_eq!(until(bad, 0).unwrap_err().problem.code, Code::FilterValue, "{bad}");
        }
        let two = Filters::default().with("until", "1h").with("until", "2h");
        assert_eq!(before(&two, 0).unwrap_err().problem.code, Code::FilterValue);
        assert_eq!(before(&Filters::default(), 0).unwrap(), None);
    }
}
