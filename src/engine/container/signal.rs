//! Signals by name or number, as Docker reads them (moby `pkg/signal`).

use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use nix::sys::signal::Signal;

/// The first signal without a meaning that the C library leaves to programs, and the last one (signal(7)). 32 and 33 it keeps
/// for itself: they have no name.
const REAL_TIME_MIN: i32 = 34;
const REAL_TIME_MAX: i32 = 64;
/// Up to here they are counted from the first, from here on down from the last: `RTMIN+15` and then `RTMAX-14`.
const REAL_TIME_HALF: i32 = 15;
/// Second names.
const ALIASES: [(&str, Signal); 3] =
    [("SIGCLD", Signal::SIGCHLD), ("SIGIOT", Signal::SIGABRT), ("SIGPOLL", Signal::SIGIO)];

/// `SIGTERM`, `TERM`, `term`, `15`, `SIGRTMIN+3`, `rtmax-1`.
pub fn parse(text: &str) -> Result<i32> {
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidSignal).with("signal", text);
    if let Ok(number) = text.parse::<i32>() {
        return (1..=REAL_TIME_MAX).contains(&number).then_some(number).ok_or_else(bad);
    }
    let name = text.to_ascii_uppercase();
    let name = if name.starts_with("SIG") { name } else { format!("SIG{name}") };
    let named = name.parse::<Signal>().ok();
    let alias = || ALIASES.iter().find(|(alias, _)| *alias == name).map(|(_, signal)| *signal);
    named.or_else(alias).map(|signal| signal as i32).or_else(|| real_time(&name)).ok_or_else(bad)
}

/// `SIGRTMIN`, `SIGRTMIN+1` to `+15`, `SIGRTMAX-14` to `-1`, `SIGRTMAX`.
fn real_time(name: &str) -> Option<i32> {
    let up = |rest: &str| distance(rest, '+', REAL_TIME_HALF).map(|n| REAL_TIME_MIN + n);
    let down = |rest: &str| distance(rest, '-', REAL_TIME_HALF - 1).map(|n| REAL_TIME_MAX - n);
    name.strip_prefix("SIGRTMIN").and_then(up).or_else(|| name.strip_prefix("SIGRTMAX").and_then(down))
}

/// Nothing, or a sign and a number without zeros before it.
fn distance(text: &str, sign: char, most: i32) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    let digits = text.strip_prefix(sign)?;
    let plain = digits.starts_with(|c: char| ('1'..='9').contains(&c)) && digits.bytes().all(|b| b.is_ascii_digit());
    digits.parse().ok().filter(|n| plain && *n <= most)
}

/// What stands for a signal that is none.
pub const NONE: i32 = -1;

/// The same of one to end a container with: any number, as in Docker. What is no signal cannot be sent when the time comes.
pub fn parse_kept(text: &str) -> Result<i32> {
    match text.parse::<i64>().map(i64::to_le_bytes) {
        Ok([0, 0, 0, 0, 0, 0, 0, 0]) | Err(_) => parse(text),
        // The kernel is told 32 bits of it.
        Ok([a, b, c, d, ..]) => Ok(i32::from_le_bytes([a, b, c, d])),
    }
}

/// The same of an image's: nobody has looked at it, and what cannot be read is no signal, not the default one.
pub fn of_image(text: &str) -> i32 {
    parse_kept(text).unwrap_or(NONE)
}

/// Whether it is one at all.
pub fn is_signal(number: i32) -> bool {
    (1..=REAL_TIME_MAX).contains(&number)
}

/// The same of one that is to be sent: the two without a name are not for others to send.
pub fn parse_to_send(text: &str) -> Result<i32> {
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidSignal).with("signal", text);
    let number = parse(text)?;
    if (Signal::SIGSYS as i32 + 1..REAL_TIME_MIN).contains(&number) { Err(bad()) } else { Ok(number) }
}

/// `SIGTERM` of 15, `SIGRTMIN+3` of 37.
pub fn name(number: i32) -> String {
    match (Signal::try_from(number), number) {
        (Ok(signal), _) => signal.as_str().to_owned(),
        (_, REAL_TIME_MIN) => "SIGRTMIN".to_owned(),
        (_, REAL_TIME_MAX) => "SIGRTMAX".to_owned(),
        (_, n) if (REAL_TIME_MIN..=REAL_TIME_MIN + REAL_TIME_HALF).contains(&n) => {
            format!("SIGRTMIN+{}", n - REAL_TIME_MIN)
        }
        (_, n) if (REAL_TIME_MIN..REAL_TIME_MAX).contains(&n) => format!("SIGRTMAX-{}", REAL_TIME_MAX - n),
        _ => format!("signal {number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_known_by_name_and_number() {
        for text in ["SIGTERM", "TERM", "term", "15"] {
            assert_eq!(parse(text).unwrap(), 15, "{text}");
        }
        assert_eq!(name(9), "SIGKILL");
        for bad in ["", "0", "65", "SIGNOPE", "-1"] {
            assert_eq!(parse(bad).unwrap_err().problem.code, Code::InvalidSignal, "{bad}");
        }
    }

    #[test]
    fn a_signal_to_end_with_may_be_any_number() {
        for (text, number) in [("65", 65), ("-1", -1), ("1000", 1000), ("15", 15), ("RTMIN+3", 37)] {
            assert_eq!((parse_kept(text).unwrap(), is_signal(number)), (number, (1..=64).contains(&number)), "{text}");
        }
        assert_eq!(parse_kept("4294967311").unwrap(), 15);
        for bad in ["0", "NOPE", "RTMIN+16", "", "99999999999999999999", " USR1", "0xa", "SIGSIGUSR1"] {
            assert_eq!(parse_kept(bad).unwrap_err().problem.code, Code::InvalidSignal, "{bad}");
            assert!(!is_signal(of_image(bad)), "{bad}");
        }
    }

    #[test]
    fn signals_without_a_meaning_are_counted_from_either_end() {
        for (text, number) in [
            ("SIGRTMIN", 34),
            ("rtmin", 34),
            ("SIGRTMIN+3", 37),
            ("RTMIN+15", 49),
            ("RTMAX-14", 50),
            ("sigrtmax-1", 63),
            ("RTMAX", 64),
            ("32", 32),
            ("64", 64),
            ("CLD", 17),
            ("SIGIOT", 6),
            ("POLL", 29),
        ] {
            assert_eq!(parse(text).unwrap(), number, "{text}");
        }
        for bad in ["RTMIN+16", "RTMAX-15", "RTMIN-1", "RTMAX+1", "RTMIN+", "RTMIN+03", "RTMIN+0", "RTMIN+x", "RTMIN 3"]
        {
            assert_eq!(parse(bad).unwrap_err().problem.code, Code::InvalidSignal, "{bad}");
        }
        for number in (1..=31).chain(34..=64) {
            assert_eq!(parse(&name(number)).unwrap(), number, "{}", name(number));
        }
        assert_eq!(name(33), "signal 33");
        assert_eq!([parse_to_send("31").unwrap(), parse_to_send("34").unwrap()], [31, 34]);
        for unnamed in ["32", "33"] {
            assert_eq!(parse_to_send(unnamed).unwrap_err().problem.code, Code::InvalidSignal);
        }
    }
}
