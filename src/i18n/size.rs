//! How many bytes something has, as a person reads it.

/// `312 B`, `1,096 B`, `18.4 kB`, `1.06 MB`: powers of ten, as docker prints them; all bytes as long as they can be counted by eye.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..10_000 => return format!("{},{:03} B", bytes / 1000, bytes % 1000),
        _ => {}
    }
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let (mut value, mut unit) = (bytes as f64 / 1e3, 0);
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1e3;
        unit += 1;
    }
    // What would be rounded to 10.00 has a digit less.
    let digits = if value < 9.995 { 2 } else { 1 };
    format!("{value:.digits$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn a_size_has_three_digits_and_docker_s_units() {
        for (bytes, said) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_260, "1,260 B"),
            (9_999, "9,999 B"),
            (10_000, "10.0 kB"),
            (34_812, "34.8 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.00 MB"),
            (1_058_000, "1.06 MB"),
            (9_996_000, "10.0 MB"),
            (7_000_000_000_000, "7.00 TB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(size(bytes), said, "{bytes}");
        }
    }
}
