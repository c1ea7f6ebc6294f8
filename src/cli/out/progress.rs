//! Docker's progress on a terminal, drawn as docker draws it: each id has a line, which is written anew where it stands.
//!
//! Names and words in it are a registry's: they are made visible.

use crate::client::units::human_size;
use crate::docker::ProgressDetail;
use crate::spec::visible;
use console::Term;
use std::collections::HashMap;
use std::fmt::Write;

/// So many ids have lines; more would be no image. Docker remembers all of them.
const MOST: usize = 4096;
/// A terminal with more columns shows a bar, which is that long.
const WIDE: usize = 110;
const BAR: usize = 50;

/// The lines that are written anew.
pub struct Progress {
    to: To,
    lines: Lines,
}

#[derive(Clone, Copy)]
enum To {
    Output,
    Error,
}

impl Progress {
    /// On standard output; none when it is no terminal.
    pub fn on_output() -> Option<Self> {
        super::is_terminal().then(|| Self { to: To::Output, lines: Lines::default() })
    }

    /// On standard error; none when it is no terminal.
    pub fn on_error() -> Option<Self> {
        super::is_error_terminal().then(|| Self { to: To::Error, lines: Lines::default() })
    }

    /// Shows what is said of `id`, or of the whole. Only what has a `detail`, be it empty, is written anew.
    pub fn show(&mut self, id: Option<&str>, status: &str, detail: Option<ProgressDetail>) {
        let terminal = match self.to {
            To::Output => Term::stdout(),
            To::Error => Term::stderr(),
        };
        // Without a size docker takes it for a wide one.
        let columns = terminal.size_checked().map_or(200, |(_, columns)| columns.into());
        let drawn = self.lines.drawn(id, status, detail, columns);
        match self.to {
            To::Output => super::print(&drawn),
            To::Error => super::complain(&drawn),
        }
    }
}

/// Which line each id has, counted from the first.
#[derive(Default)]
struct Lines(HashMap<String, usize>);

impl Lines {
    /// The bytes that show it, with the cursor below the last line before and after.
    fn drawn(&mut self, id: Option<&str>, status: &str, detail: Option<ProgressDetail>, columns: usize) -> String {
        let status = visible::line(status);
        let name = id.map(|id| format!("{}: ", visible::line(id))).unwrap_or_default();
        let (Some(id), Some(detail)) = (id, detail) else {
            // What stands above stays as it is from now on.
            self.0.clear();
            return format!("{name}{status}\n");
        };
        let (mut drawn, count) = (String::new(), self.0.len());
        let line = *self.0.entry(id.to_owned()).or_insert(count);
        if line == count {
            drawn.push('\n');
        }
        let up = self.0.len() - line;
        // A String takes whatever is written to it.
        write!(drawn, "\x1b[{up}A\x1b[2K\r{name}{status} {}\r\x1b[{up}B", bar(detail, columns)).unwrap_or_default();
        if self.0.len() >= MOST {
            self.0.clear();
        }
        drawn
    }
}

/// How far it is: a bar where there is room for it, and the bytes.
fn bar(detail: ProgressDetail, columns: usize) -> String {
    let (current, total) = (detail.current.unwrap_or(0), detail.total.unwrap_or(0));
    if total == 0 {
        return if current == 0 { String::new() } else { format!("{:>8}", human_size(current, 4)) };
    }
    let done = u128::from(current) * BAR as u128 / u128::from(total);
    let done = usize::try_from(done).map_or(BAR, |done| done.min(BAR));
    let bar =
        if columns > WIDE { format!("[{}>{}] ", "=".repeat(done), " ".repeat(BAR - done)) } else { String::new() };
    let of = if current > total { String::new() } else { format!("/{}", human_size(total, 4)) };
    format!("{bar}{:>8}{of}", human_size(current, 4))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of what, what, and how many bytes of how many.
    type Told = (Option<&'static str>, &'static str, Option<(u64, u64)>);

    /// What a terminal of that size shows after all of this was said.
    fn shown(said: &[Told], columns: u16) -> Vec<String> {
        let (mut lines, mut screen) =
            (Lines::default(), vt100::Parser::new(24.try_into().unwrap(), columns.try_into().unwrap(), 0));
        for (id, status, bytes) in said {
            // (0, 0) is a line that is written anew without bytes.
            let known = |n: u64| (n > 0).then_some(n);
            let detail = bytes.map(|(current, total)| ProgressDetail { current: known(current), total: known(total) });
            // A terminal turns a line feed into both.
            let drawn = lines.drawn(*id, status, detail, columns.into()).replace('\n', "\r\n");
            screen.process(drawn.as_bytes());
        }
        let rows = screen.screen().rows(0, columns);
        let mut rows: Vec<String> = rows.map(|row| row.trim_end().to_owned()).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    const PULL: &[Told] = &[
        (Some("1"), "Pulling from lab/shell", None),
        (Some("aaaaaaaaaaaa"), "Pulling fs layer", Some((0, 0))),
        (Some("bbbbbbbbbbbb"), "Pulling fs layer", Some((0, 0))),
        (Some("bbbbbbbbbbbb"), "Downloading", Some((500, 2_000_000))),
        (Some("aaaaaaaaaaaa"), "Downloading", Some((1_000_000, 2_000_000))),
        (Some("bbbbbbbbbbbb"), "Download complete", Some((0, 0))),
        (Some("aaaaaaaaaaaa"), "Extracting", Some((2_000_000, 2_000_000))),
        (Some("aaaaaaaaaaaa"), "Pull complete", Some((0, 0))),
    ];

    #[test]
    fn each_layer_has_a_line_that_says_how_far_it_is_now() {
        let half = format!("aaaaaaaaaaaa: Downloading [{}>{}]      1MB/2MB", "=".repeat(25), " ".repeat(25));
        let none = format!("bbbbbbbbbbbb: Downloading [>{}]     500B/2MB", " ".repeat(50));
        assert_eq!(shown(&PULL[..5], 120), ["1: Pulling from lab/shell", &half, &none]);
        let narrow = ["1: Pulling from lab/shell", "aaaaaaaaaaaa: Downloading      1MB/2MB"];
        assert_eq!(shown(&PULL[..5], 80)[..2], narrow);
    }

    #[test]
    fn what_was_said_last_stays_and_the_whole_stands_below() {
        let end = [
            (Some("bbbbbbbbbbbb"), "Pull complete", Some((0, 0))),
            (None, "Digest: sha256:cc", None),
            (None, "Status: Downloaded newer image for lab/shell:1", None),
            // Of the next image: it has lines of its own.
            (Some("aaaaaaaaaaaa"), "Already exists", Some((0, 0))),
        ];
        for columns in [60, 120] {
            assert_eq!(
                shown(&[PULL, &end].concat(), columns),
                [
                    "1: Pulling from lab/shell",
                    "aaaaaaaaaaaa: Pull complete",
                    "bbbbbbbbbbbb: Pull complete",
                    "Digest: sha256:cc",
                    "Status: Downloaded newer image for lab/shell:1",
                    "aaaaaaaaaaaa: Already exists",
                ]
            );
        }
    }

    #[test]
    fn whatever_a_registry_says_is_a_line_of_plain_text() {
        let mut lines = Lines::default();
        let drawn = lines.drawn(Some("a\x1b[2J"), "b\nc", Some(ProgressDetail::default()), 80);
        assert_eq!(drawn, "\n\x1b[1A\x1b[2K\ra\\x1b[2J: b\\nc \r\x1b[1B");
        let huge = ProgressDetail { current: Some(u64::MAX), total: Some(1) };
        assert!(bar(huge, 200).starts_with(&format!("[{}>]", "=".repeat(50))));
        for n in 0..2 * MOST {
            lines.drawn(Some(&n.to_string()), "x", Some(ProgressDetail::default()), 80);
            assert!(lines.0.len() <= MOST);
        }
    }
}
