//! Signals by name or number.

use crate::engine::{Fault, FaultKind, Result};
use crate::trace::Code;
use nix::sys::signal::Signal;

/// `SIGTERM`, `TERM`, `term` or `15`.
pub fn parse(text: &str) -> Result<i32> {
    let bad = || Fault::new(FaultKind::BadRequest, Code::InvalidSignal).with("signal", text);
    if let Ok(number) = text.parse::<i32>() {
        return (1..=64).contains(&number).then_some(number).ok_or_else(bad);
    }
    let name = text.to_ascii_uppercase();
    let name = if name.starts_with("SIG") { name } else { format!("SIG{name}") };
    name.parse::<Signal>().map(|signal| signal as i32).map_err(|_unknown| bad())
}

/// `SIGTERM` of 15.
pub fn name(number: i32) -> String {
    Signal::try_from(number).map_or_else(|_| format!("signal {number}"), |signal| signal.as_str().to_owned())
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
}
