//! Sizes and durations in docker's words, said alike by the engine and by the command line.

use std::time::Duration;

/// A duration in docker's words (go-units, HumanDuration).
pub fn human_duration(duration: Duration) -> String {
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

/// `3.4MB` with `digits` significant digits (go-units, HumanSizeWithPrecision).
#[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
pub fn human_size(bytes: u64, digits: usize) -> String {
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1000.0 && unit < 4 {
        value /= 1000.0;
        unit += 1;
    }
    let before = if value >= 100.0 {
        3
    } else if value >= 10.0 {
        2
    } else {
        1
    };
    let after = if unit == 0 { 0 } else { digits.saturating_sub(before) };
    let text = format!("{value:.after$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text };
    format!("{text}{}", ["B", "kB", "MB", "GB", "TB"][unit])
}

/// `3.4MiB` with four significant digits (go-units, BytesSize).
#[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
pub fn binary_size(bytes: u64) -> String {
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1024.0 && unit < 4 {
        value /= 1024.0;
        unit += 1;
    }
    let after = match value {
        value if value >= 1000.0 => 0,
        value if value >= 100.0 => 1,
        value if value >= 10.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.after$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text}{}", ["B", "KiB", "MiB", "GiB", "TiB"][unit])
}

/// Bytes of `64m`, `1.5g`, `512` (go-units, RAMInBytes).
pub fn bytes(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let shift = match unit.trim() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 10,
        "m" | "mb" | "mib" => 20,
        "g" | "gb" | "gib" => 30,
        "t" | "tb" | "tib" => 40,
        _ => return None,
    };
    let value = number.parse::<f64>().ok()? * (1_u64 << shift) as f64;
    #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
    (0.0..9e18).contains(&value).then_some(value as i64)
}

/// Nanoseconds of `1h30m`, `1.5s`, `300ms`, `-2s`, `0` (Go's time.ParseDuration).
pub fn duration(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if text == "0" {
        return Some(0);
    }
    let (mut rest, mut sum) = (Some(text).filter(|text| !text.is_empty())?, 0_f64);
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, behind) = rest.split_at(end);
        let unit = behind.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(behind.len());
        let nanoseconds = match &behind[..unit] {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        sum += number.parse::<f64>().ok()? * nanoseconds;
        rest = &behind[unit..];
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to fit")]
    (sum < 9e18).then_some(sign * sum as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_as_docker_ps_says_them() {
        let said = |seconds| human_duration(Duration::from_secs(seconds));
        assert_eq!(said(0), "Less than a second");
        assert_eq!(said(59), "59 seconds");
        assert_eq!(said(61), "About a minute");
        assert_eq!(said(7200), "2 hours");
        assert_eq!(said(86_400 * 3), "3 days");
    }

    #[test]
    fn durations_are_read_as_go_reads_them() {
        for (text, nanoseconds) in [
            ("1h30m", 5_400_000_000_000),
            ("1.5s", 1_500_000_000),
            ("300ms", 300_000_000),
            ("0", 0),
            ("-2s", -2_000_000_000),
        ] {
            assert_eq!(duration(text), Some(nanoseconds), "{text}");
        }
        for bad in ["", "-", "1", "s", "1x", "1s2", ".s", "1..5s", "999999999h", "1 s"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_said_and_read_as_docker_does() {
        assert_eq!(human_size(3_400_000, 4), "3.4MB");
        assert_eq!(human_size(4_261_550, 3), "4.26MB");
        assert_eq!(human_size(999, 3), "999B");
        let binary = [0, 1000, 1536, 7 << 20, 123_456_789].map(binary_size);
        assert_eq!(binary, ["0B", "1000B", "1.5KiB", "7MiB", "117.7MiB"]);
        assert_eq!(
            (bytes("64m"), bytes("1.5g"), bytes("512"), bytes("x")),
            (Some(64 << 20), Some(3 << 29), Some(512), None)
        );
    }
}
