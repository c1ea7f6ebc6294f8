use crate::client::protocol::Caller;
use std::ops::Deref;

/// What was asked for, as it stands in the trace, and by whom: so that who waits at the gate can be named.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    line: String,
    by: Option<Caller>,
}

impl Asked {
    /// That line, by that process.
    pub fn by(line: String, by: Option<Caller>) -> Self {
        Self { line, by }
    }

    pub(super) fn apart(self) -> (String, Option<Caller>) {
        (self.line, self.by)
    }
}

impl Deref for Asked {
    type Target = str;

    fn deref(&self) -> &str {
        &self.line
    }
}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.line)
    }
}

impl From<&str> for Asked {
    fn from(line: &str) -> Self {
        Self { line: line.to_owned(), by: None }
    }
}

impl From<&Self> for Asked {
    fn from(asked: &Self) -> Self {
        asked.clone()
    }
}
