//! Times and names in the form in which Linux's own tools print them.

use crate::tree::{PathBytes, Time};
use crate::ui::fonts;
use jiff::Timestamp;

/// `2024-05-01 12:33`, in UTC: a layer is the same wherever it is looked at.
pub fn minute(time: Time) -> String {
    written(time, "%Y-%m-%d %H:%M")
}

/// The same to the nanosecond, where it says more than the second.
pub fn instant(time: Time) -> String {
    let nanos = if time.nanos == 0 { String::new() } else { format!(".{:09}", time.nanos) };
    format!("{}{nanos} UTC", written(time, "%Y-%m-%d %H:%M:%S"))
}

/// Layers are a stranger's: what lies beyond the years of the calendar is said as `@<seconds since 1970>`, as date(1) reads it.
fn written(time: Time, format: &str) -> String {
    let beyond = |_no_such_year| format!("@{}", time.seconds);
    Timestamp::from_second(time.seconds).map_or_else(beyond, |moment| moment.strftime(format).to_string())
}

/// A name as text: what is no UTF-8, or would not be seen, as `\xNN`; Hangul composed.
pub fn name(bytes: &[u8]) -> String {
    fonts::shown(&PathBytes::from(bytes).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_before_and_after_1970_are_dates() {
        let at = |seconds| minute(Time { seconds, nanos: 0 });
        assert_eq!(at(0), "1970-01-01 00:00");
        assert_eq!(at(-1), "1969-12-31 23:59");
        assert_eq!(at(1_709_208_000), "2024-02-29 12:00");
        assert_eq!(instant(Time { seconds: 951_868_799, nanos: 5 }), "2000-02-29 23:59:59.000000005 UTC");
        assert_eq!(at(-62_167_219_200), "0000-01-01 00:00");
        assert_eq!(at(253_402_300_800), "@253402300800");
        assert_eq!(at(i64::MIN), "@-9223372036854775808");
    }

    #[test]
    fn names_stay_on_their_line() {
        assert_eq!(name(b"a\n\x1bb"), r"a\x0a\x1bb");
        assert_eq!(name(b"caf\xe9"), "caf\\xe9");
        assert_eq!(name("\u{1112}\u{1161}\u{11ab}".as_bytes()), "한");
    }
}
