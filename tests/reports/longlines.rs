//! A line longer than what is read at once is one line all the same: to whoever counts lines, and to whoever stamps them.

use crate::engine::good;
use crate::side::{IMAGE, Side};
use jiff::Timestamp;

/// What is read at once.
const PIECE: usize = 16 * 1024;

fn long(length: usize) -> String {
    format!("dd if=/dev/zero bs={length} count=1 2>/dev/null | tr '\\0' x")
}

/// Lines that begin with a stamp, and stamps altogether.
fn stamps(text: &str) -> (usize, usize) {
    let year = text.get(..5).unwrap_or_default().to_owned();
    (text.lines().filter(|line| line.starts_with(&year)).count(), text.matches(&year).count())
}

pub fn area(side: &Side<'_>) {
    for length in [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 40_000] {
        side.clear();
        let script = format!("{}; echo; sleep 0.01; echo two; echo three", long(length));
        good(side.args(&["run", "-a", "stderr", "--name", "box", IMAGE, "sh", "-c", &script]));
        let logs = |flags: &str| side.good(format!("logs box {flags}").trim_end());
        assert_eq!(logs("--tail 1"), "three", "{length}");
        assert_eq!(logs("-n 2"), "two\nthree", "{length}");
        let whole = format!("{}\ntwo\nthree", "x".repeat(length));
        assert!(logs("--tail 5") == whole || side.is_docker(), "{length}");
        assert_eq!(logs(""), whole, "{length}");
        // Docker counts and stamps the pieces of a line one by one.
        let stamped = logs("-t");
        assert!(side.is_docker() || stamps(&stamped) == (3, 3), "{length}: {:?}", stamps(&stamped));
        assert!(side.is_docker() || logs("--tail 3") == whole, "{length}");
        let second = stamped.lines().nth(1).unwrap().split(' ').next().unwrap();
        let second: Timestamp = second.parse().unwrap();
        let since = format!("{}.{:09}", second.as_second(), second.subsec_nanosecond());
        assert_eq!(logs(&format!("--since {since}")), "two\nthree", "{length}");
    }
    side.clear();
    // The end of the output ends a line, too.
    let script = format!("{}; echo; echo two; printf end", long(PIECE));
    good(side.args(&["run", "-a", "stderr", "--name", "open", IMAGE, "sh", "-c", &script]));
    assert_eq!(side.good("logs --tail 1 open"), "end");
    assert_eq!(side.good("logs --tail 2 open"), "two\nend");
    // Another stream comes between.
    let script = format!("{}; sleep 0.1; echo between >&2; sleep 0.1; echo end", long(PIECE + 5));
    good(side.args(&["run", "-a", "stdin", "--name", "both", IMAGE, "sh", "-c", &script]));
    side.good("wait both");
    let last = side.good("logs --tail 1 both");
    assert!(last.ends_with("xend") && (side.is_docker() || last.len() == PIECE + 5 + 3), "{}", last.len());
    // A terminal.
    let script = format!("{}; echo; echo two; echo three", long(PIECE));
    good(side.args(&["run", "-d", "-t", "--name", "tty", IMAGE, "sh", "-c", &script]));
    side.good("wait tty");
    assert_eq!(side.good("logs --tail 1 tty"), "three");
    assert!(side.is_docker() || stamps(&side.good("logs -t tty")) == (3, 3));
    // While it is written.
    let script = format!("{}; echo; echo three; sleep 2; {}; echo; echo four", long(PIECE), long(PIECE));
    good(side.args(&["run", "-d", "--name", "grows", IMAGE, "sh", "-c", &script]));
    side.soon("grows", "three");
    let followed = side.good("logs -f --tail 1 grows");
    assert!(followed.starts_with("three\nxx") && followed.ends_with("x\nfour"), "{}", followed.len());
}
