use crate::spec::{Digest, ReferenceError};
use crate::trace::{Code, Problem};
use std::{fmt, io};

/// Result of what the engine does.
pub type Result<T, E = Fault> = std::result::Result<T, E>;

/// Why the engine did not do something: a [`Problem`] that both languages can say, and what kind of failure it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Decides the HTTP status of the answer.
    pub kind: FaultKind,
    /// What to tell the user.
    pub problem: Problem,
    /// The digests, when bytes were others than was promised and somebody further up has to say so.
    pub mismatch: Option<Box<Mismatch>>,
}

/// Bytes that hash to something else than was promised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The blob that they came from.
    pub blob: Digest,
    /// What was promised.
    pub expected: Digest,
    /// What they hash to.
    pub computed: Digest,
    /// How many they are.
    pub bytes: u64,
}

/// Kinds of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 400: the request cannot be meant.
    BadRequest,
    /// 401 / 403 of a registry, or something this user may not do.
    Denied,
    /// 404: the thing is not there.
    NotFound,
    /// 409: it is in a state in which this cannot be done.
    Conflict,
    /// 408: the client was too slow.
    TimedOut,
    /// 413: the client sent too much.
    TooLarge,
    /// 501: Docker has it, and dockwalk does not.
    NotBuilt,
    /// 503: too much is being done already.
    Busy,
    /// 503: this is not the kind of host that does it.
    Unavailable,
    /// 499: the user cancelled it.
    Cancelled,
    /// 500: the host, the disk or a registry failed.
    Failed,
}

impl Fault {
    /// A failure of this kind whose message is `problem-<code>`.
    pub fn new(kind: FaultKind, code: Code) -> Self {
        Self::of(kind, Problem::new(code))
    }

    /// A failure of this kind that somebody else has put into words.
    pub fn of(kind: FaultKind, problem: Problem) -> Self {
        Self { kind, problem, mismatch: None }
    }

    /// The host, the disk or a registry failed.
    pub fn failed(code: Code) -> Self {
        Self::new(FaultKind::Failed, code)
    }

    /// The same with one more variable of the message.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.problem = self.problem.with(name, value);
        self
    }

    /// The operation was cancelled.
    pub fn cancelled() -> Self {
        Self::new(FaultKind::Cancelled, Code::Cancelled)
    }

    /// A system error while doing `what` (`write`, `mount`, …) to `subject`. A full disk has a message of its own,
    /// `disk-full`; everything else is `host-refused` with `what`, `subject`, `reason`.
    pub fn io(what: &str, subject: impl ToString, error: &io::Error) -> Self {
        let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
        let code = if full { Code::DiskFull } else { Code::HostRefused };
        Self::failed(code).with("what", what).with("subject", subject.to_string()).with("reason", error)
    }
}

/// What a user typed is no image reference.
impl From<ReferenceError> for Fault {
    fn from(error: ReferenceError) -> Self {
        Self::new(FaultKind::BadRequest, Code::InvalidReference).with("reason", error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.problem.code)?;
        self.problem.args.iter().try_for_each(|(name, value)| write!(f, " {name}={value}"))
    }
}

impl std::error::Error for Fault {}
