//! What `/proc` says of one process.

use std::io;

/// Fields of `/proc/<pid>/stat` (proc_pid_stat(5)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProcessStat {
    /// `R`, `S`, `Z` for a zombie, `X` for a dead one, …
    pub state: char,
    /// When it started, in clock ticks after the boot: with the number of the process this names it for one life of the
    /// machine.
    pub start_time: u64,
}

/// What is known of a process; an error when there is none of that number, or when it cannot be read.
pub fn stat(pid: u32) -> io::Result<ProcessStat> {
    let path = format!("/proc/{pid}/stat");
    let text = std::fs::read_to_string(&path)?;
    parse(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, format!("{path} reads {text:?}")))
}

/// When it started: [`ProcessStat::start_time`].
pub fn start_time(pid: u32) -> io::Result<u64> {
    stat(pid).map(|stat| stat.start_time)
}

/// The command's name in parentheses may hold anything, blanks and parentheses too: fields are counted from its end.
fn parse(text: &str) -> Option<ProcessStat> {
    let mut fields = text.rsplit_once(')')?.1.split_ascii_whitespace();
    let state = fields.next()?.chars().next()?;
    // The state is field 3, the start time field 22.
    let start_time = fields.nth(18)?.parse().ok()?;
    Some(ProcessStat { state, start_time })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_counted_behind_a_name_that_holds_anything() {
        let rest = "S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 4711 20";
        for name in ["sh", "a b", "x) R 1 (y", ""] {
            let stat = parse(&format!("7 ({name}) {rest}")).unwrap();
            assert_eq!(stat, ProcessStat { state: 'S', start_time: 4711 }, "{name}");
        }
        assert_eq!(parse("7 (sh) S 1 2"), None);
        assert_eq!(parse(""), None);
    }

    #[test]
    fn a_process_that_is_not_there_is_an_error_and_not_0() {
        assert!(start_time(std::process::id()).unwrap() > 0);
        assert_eq!(start_time(4_000_000_000).unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
