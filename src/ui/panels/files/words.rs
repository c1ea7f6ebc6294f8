//! Modes, owners, times and names in the form in which Linux's own tools print them.

use super::mark::kind_letter;
use crate::tree::{Kind, PathBytes, Time};
use crate::ui::fonts;

/// `rwxr-sr-t`, with the letter that `ls -l` begins with.
pub fn mode(kind: &Kind, mode: u32) -> String {
    let mut text = String::with_capacity(10);
    text.push(kind_letter(kind));
    for (shift, special, set, unset) in [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')] {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => set,
            (false, true) => unset,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    text
}

/// `2024-05-01 12:33`, in UTC: a layer is the same wherever it is looked at.
pub fn minute(time: Time) -> String {
    let (date, seconds) = (time.seconds.div_euclid(86_400), time.seconds.rem_euclid(86_400));
    let (year, month, day) = civil(date);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", seconds / 3600, seconds / 60 % 60)
}

/// The same to the nanosecond, where it says more than the second.
pub fn instant(time: Time) -> String {
    let seconds = time.seconds.rem_euclid(60);
    let nanos = if time.nanos == 0 { String::new() } else { format!(".{:09}", time.nanos) };
    format!("{}:{seconds:02}{nanos} UTC", minute(time))
}

/// Year, month and day of a day counted from 1970-01-01 (Howard Hinnant's `civil_from_days`).
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

/// A name as text: what is no UTF-8, or would not be seen, as `\xNN`; Hangul composed.
pub fn name(bytes: &[u8]) -> String {
    fonts::shown(&PathBytes::from(bytes).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_printed_as_ls_prints_them() {
        assert_eq!(mode(&Kind::File { size: 0 }, 0o644), "-rw-r--r--");
        assert_eq!(mode(&Kind::Directory, 0o1777), "drwxrwxrwt");
        assert_eq!(mode(&Kind::File { size: 0 }, 0o6745), "-rwsr-Sr-x");
    }

    #[test]
    fn times_before_and_after_1970_are_dates() {
        let at = |seconds| minute(Time { seconds, nanos: 0 });
        assert_eq!(at(0), "1970-01-01 00:00");
        assert_eq!(at(-1), "1969-12-31 23:59");
        assert_eq!(at(1_709_208_000), "2024-02-29 12:00");
        assert_eq!(instant(Time { seconds: 951_868_799, nanos: 5 }), "2000-02-29 23:59:59.000000005 UTC");
        assert_eq!(at(253_402_300_800), "10000-01-01 00:00");
    }

    #[test]
    fn names_stay_on_their_line() {
        assert_eq!(name(b"a\n\x1bb"), r"a\x0a\x1bb");
        assert_eq!(name(b"caf\xe9"), "caf\\xe9");
        assert_eq!(name("\u{1112}\u{1161}\u{11ab}".as_bytes()), "한");
    }
}
