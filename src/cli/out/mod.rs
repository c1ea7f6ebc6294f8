//! The one place from which the command line prints. Whatever is printed here is made visible first.
//!
//! ```text
//! words, names, messages ─▶ line, lines, table ─▶ spec::visible ─┐
//! documents              ─▶ json, json_pretty  ─▶ spec::visible ─┼─▶ standard output, standard error
//! what a container says  ─▶ Raw ─────────────────────────────────┘
//! ```
//!
//! `Raw` is the way around it, for bytes that are a container's or a file's own: `logs`, `attach`, `run`, `exec` and
//! `host` give a program the terminal, as Docker does, and `save` and `cat` write a file. A test sees to it that nothing
//! else in the command line prints, and that nobody else uses `Raw`.

#[cfg(feature = "engine")]
mod progress;
mod raw;
#[cfg(feature = "engine")]
mod table;

#[cfg(feature = "engine")]
pub(super) use progress::Progress;
pub(super) use raw::Raw;
#[cfg(feature = "engine")]
pub(super) use table::table;

use crate::i18n::{Lang, Words};
use crate::spec::visible;
use crate::trace::{Code, Problem};
use serde::Serialize;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

/// A line on standard output.
pub fn line(text: impl Display) {
    print(&format!("{}\n", visible::line(&text.to_string())));
}

/// Text of several lines on standard output.
pub fn lines(text: impl Display) {
    print(&format!("{}\n", visible::lines(&text.to_string())));
}

/// A value as one line of JSON on standard output.
pub fn json(value: &impl Serialize) {
    print(&format!("{}\n", visible::json(&serde_json::to_string(value).unwrap_or_default())));
}

/// A value as JSON to be read by people, on standard output.
pub fn json_pretty(value: &impl Serialize) {
    print(&format!("{}\n", visible::json(&serde_json::to_string_pretty(value).unwrap_or_default())));
}

/// A line on standard error.
pub fn complaint(text: impl Display) {
    complain(&format!("{}\n", visible::line(&text.to_string())));
}

/// A value as one line of JSON on standard error: for a program that asked for it.
pub fn complaint_json(value: &impl Serialize) {
    complain(&format!("{}\n", visible::json(&serde_json::to_string(value).unwrap_or_default())));
}

/// Text of several lines on standard error.
pub fn complaint_lines(text: impl Display) {
    complain(&format!("{}\n", visible::lines(&text.to_string())));
}

/// A line on standard error, from its beginning to its end, whatever state the terminal is in.
#[cfg(feature = "engine")]
pub(super) fn notice(text: impl Display) {
    complain(&format!("\r{}\r\n", visible::line(&text.to_string())));
}

/// A question on standard error; the answer is typed behind it.
pub fn question(text: impl Display) {
    complain(&format!("{} ", visible::line(&text.to_string())));
}

/// A line typed where it is not shown.
#[cfg(feature = "engine")]
pub(super) fn secret() -> io::Result<String> {
    console::Term::stderr().read_secure_line()
}

/// Standard output is a terminal: somebody looks at it.
pub(super) fn is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Standard error is a terminal.
#[cfg(feature = "engine")]
pub(super) fn is_error_terminal() -> bool {
    io::stderr().is_terminal()
}

/// Begins a terminal's screen anew. Where it is none, what comes follows what was.
#[cfg(feature = "engine")]
pub(super) fn anew() {
    if is_terminal() {
        written(console::Term::stdout().clear_screen());
    }
}

/// Rows and columns of the terminal on standard output.
#[cfg(feature = "engine")]
pub(super) fn size() -> Option<(u16, u16)> {
    console::Term::stdout().size_checked()
}

/// For code that prints line by line to whatever it is given. What is written is made visible, but for lines and tabs.
pub(super) fn writer() -> Writer {
    Writer(visible::Stream::default())
}

/// [`writer`]
pub(super) struct Writer(visible::Stream);

impl Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        io::stdout().write_all(self.0.push(bytes).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().write_all(self.0.end().as_bytes())?;
        io::stdout().flush()
    }
}

/// For lines of JSON, which come out as JSON that says the same.
#[derive(Default)]
pub(super) struct JsonWriter(Vec<u8>);

impl Write for JsonWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        if let Some(end) = self.0.iter().rposition(|byte| *byte == b'\n') {
            let lines: Vec<u8> = self.0.drain(..=end).collect();
            io::stdout().write_all(visible::json(&String::from_utf8_lossy(&lines)).as_bytes())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}

/// For the engine's log: each write is an entry, and an entry is one line, whatever stands in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct LogWriter;

impl Write for LogWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let entry = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        io::stderr().write_all(format!("{}\n", visible::bytes(entry)).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

/// What a panic says, which may have a stranger's text in it.
pub(super) fn panicked(info: &std::panic::PanicHookInfo<'_>) {
    let thread = std::thread::current();
    complaint_lines(format_args!("thread '{}' {info}", thread.name().unwrap_or("?")));
    let trace = std::backtrace::Backtrace::capture();
    if trace.status() == std::backtrace::BacktraceStatus::Captured {
        complaint_lines(trace);
    }
}

fn print(text: &str) {
    let mut out = io::stdout().lock();
    written(out.write_all(text.as_bytes()).and_then(|()| out.flush()));
}

/// What came of writing to standard output. A reader that goes away (`… | head`) ends the program quietly, as it ends
/// others: with the status of SIGPIPE. A full disk is said.
pub(super) fn written(result: io::Result<()>) {
    match result {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(BROKEN_PIPE),
        Err(error) => {
            let problem = Problem::new(Code::OutputNotWritten).with("reason", error);
            complaint(format_args!("dockwalk: {}", Words::new(Lang::of_user()).problem(&problem)));
            std::process::exit(1);
        }
    }
}

/// The exit status of a program whose reader has gone.
const BROKEN_PIPE: i32 = 128 + 13;

fn complain(text: &str) {
    // There is nobody left who could be told.
    io::stderr().write_all(text.as_bytes()).ok();
}
