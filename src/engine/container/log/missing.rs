use super::LogEntry;
use crate::i18n::{Lang, Words};
use crate::trace::{Code, Problem};
use std::io;

/// Output that is not in the log, between one record and the next.
#[derive(Debug)]
pub(super) struct Missing {
    /// As they were printed.
    pub bytes: u64,
    /// When the first of its lines began.
    pub since: String,
    /// Why the first was not written.
    reason: String,
}

impl Missing {
    pub(super) fn since(time: &str, error: &io::Error) -> Self {
        Self { bytes: 0, since: time.to_owned(), reason: error.to_string() }
    }

    /// A line of its own. As all that is said over Docker's API it is English.
    fn line(&self) -> String {
        let problem = Problem::new(Code::LogGap).with("bytes", self.bytes).with("reason", &self.reason);
        format!("dockwalk: {}\n", Words::new(Lang::En).problem(&problem))
    }

    pub(super) fn entry(&self) -> LogEntry {
        LogEntry { log: self.line(), stream: "stderr".to_owned(), time: self.since.clone(), continued: false }
    }
}
