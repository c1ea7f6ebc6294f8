//! Moments in filters and documents.

use crate::engine::{Fault, FaultKind, Result};

/// Seconds since 1970 of `2024-05-01T10:20:30…Z` or `…+09:00`.
pub(super) fn unix(rfc3339: &str) -> Option<i64> {
    let number = |from: usize, to: usize| rfc3339.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) =
        if rfc3339.len() > 10 { (number(11, 13)?, number(14, 16)?, number(17, 19).unwrap_or(0)) } else { (0, 0, 0) };
    let years = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (years.div_euclid(400), years.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(((days * 24 + hour) * 60 + minute) * 60 + second - offset(rfc3339))
}

/// Seconds of `+09:00` at the end.
fn offset(rfc3339: &str) -> i64 {
    let Some(at) = rfc3339.get(19..).and_then(|rest| rest.rfind(['+', '-'])).map(|at| at + 19) else { return 0 };
    let number = |from: usize, to: usize| rfc3339.get(from..to).and_then(|text| text.parse::<i64>().ok());
    let seconds = number(at + 1, at + 3).unwrap_or(0) * 3600 + number(at + 4, at + 6).unwrap_or(0) * 60;
    if rfc3339[at..].starts_with('-') { -seconds } else { seconds }
}

/// The moment that `until=` means, in seconds since 1970: `24h`, `1h30m`, `1700000000`, `2024-05-01`.
pub(super) fn until(text: &str, now: i64) -> Result<i64> {
    let bad = || Fault::new(FaultKind::BadRequest, "filter-value").with("filter", "until").with("value", text);
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
        assert_eq!(unix("not a moment"), None);
    }

    #[test]
    fn until_is_a_duration_or_a_moment() {
        assert_eq!(until("1h30m", 10_000).unwrap(), 10_000 - 5400);
        assert_eq!(until("90s", 10_000).unwrap(), 9_910);
        assert_eq!(until("1700000000", 0).unwrap(), 1_700_000_000);
        assert_eq!(until("2000-02-29", 0).unwrap(), 951_782_400);
        assert_eq!(until("yesterday", 0).unwrap_err().problem.code, "filter-value");
    }
}
