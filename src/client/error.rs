use crate::trace::{Code, Problem};
use std::fmt;

/// Why the engine did not do what a client asked, or could not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientError {
    /// The HTTP status of its answer; none when there was no answer.
    pub status: Option<u16>,
    /// What to tell the user, in either language.
    pub problem: Problem,
}

impl ClientError {
    /// There was no answer.
    pub fn new(code: Code) -> Self {
        Self { status: None, problem: Problem::new(code) }
    }

    /// The same with one more variable of the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.problem = self.problem.with(name, value);
        self
    }

    /// Somebody is there, if not whom one may talk to: to look further, or to start an engine, would be no way out.
    pub(super) fn is_final(&self) -> bool {
        self.status.is_some() || matches!(self.problem.code, Code::EngineDenied | Code::EngineStrange)
    }
}

impl From<Problem> for ClientError {
    fn from(problem: Problem) -> Self {
        Self { status: None, problem }
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::i18n::Words::new(crate::i18n::Lang::En).problem(&self.problem))
    }
}

impl std::error::Error for ClientError {}
