//! How long something took, and how fast that is, as a person reads it.

use super::size;
use crate::trace::{Speed, SpeedUnit};

/// `812 ns`, `4.31 µs`, `12.9 ms`, `1.20 s`.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn took(nanos: u64) -> String {
    const UNITS: [&str; 3] = ["µs", "ms", "s"];
    if nanos < 1_000 {
        return format!("{nanos} ns");
    }
    let (mut value, mut unit) = (nanos as f64 / 1e3, 0);
    while value >= 999.5 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    // What would be rounded to 10.00 or 100.0 has a digit less.
    let digits = if value < 9.995 { 2 } else { usize::from(value < 99.95) };
    format!("{value:.digits$} {}", UNITS[unit])
}

/// A run of a pattern: bytes a second, or the time of one file, of one call, or of it all.
pub fn figure(speed: &Speed, nanos: u64) -> String {
    match speed.pattern.unit() {
        SpeedUnit::Bytes => speed.rate(nanos).map_or_else(|| "–".to_owned(), |rate| format!("{}/s", size(rate))),
        SpeedUnit::Call | SpeedUnit::File | SpeedUnit::Whole => took(speed.cost(nanos)),
    }
}

#[cfg(test)]
mod tests {
    use super::took;

    #[test]
    fn a_time_has_three_digits() {
        for (nanos, said) in [
            (0, "0 ns"),
            (999, "999 ns"),
            (1_000, "1.00 µs"),
            (12_340, "12.3 µs"),
            (99_960, "100 µs"),
            (999_499, "999 µs"),
            (999_500, "1.00 ms"),
            (9_996_000, "10.0 ms"),
            (61_000_000_000, "61.0 s"),
            (7_200_000_000_000, "7200 s"),
        ] {
            assert_eq!(took(nanos), said, "{nanos}");
        }
    }
}
