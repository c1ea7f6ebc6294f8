use serde::{Deserialize, Serialize};

/// How a [`Change`](super::Change) is known: what was asked of the kernel, the registry or the disk, and what it said.
///
/// Texts longer than [`Evidence::INLINE`] bytes are cut at a character boundary and end in `…`; the whole text is had
/// from `GET /dockwalk/v1/evidence/{seq}` of a live engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Evidence {
    /// One HTTP exchange. Credentials are replaced by `•••` before they reach the trace.
    Http {
        /// `GET`
        method: String,
        /// The whole address.
        url: String,
        /// `200`; 0 when no answer came.
        status: u16,
        /// Headers sent that matter (`Accept`, `Range`, `Authorization: Bearer •••`).
        request_headers: Vec<(String, String)>,
        /// Headers that came back.
        headers: Vec<(String, String)>,
        /// Bytes of the body that were received.
        bytes: u64,
        /// The body when it is text, else empty.
        body: String,
    },
    /// A system call in strace's form.
    Syscall {
        /// `mount("overlay", "/…/merged", "overlay", 0, "lowerdir=…")`
        call: String,
        /// `0`, `5`, `-1 EPERM (Operation not permitted)`
        result: String,
    },
    /// A netlink request and what the kernel answered.
    Netlink {
        /// `RTM_NEWLINK name=veth3f2a kind=veth peer=…`
        request: String,
        /// The answer, or the dump read afterwards, an object a line, in `ip`'s words.
        reply: Vec<String>,
    },
    /// The line of `/proc/<pid>/mountinfo` (proc_pid_mountinfo(5)).
    Mountinfo {
        /// Whose mount namespace: the path that was read.
        path: String,
        /// The line.
        line: String,
    },
    /// A file under `/proc`, `/sys/fs/cgroup`, or of the engine's own directories.
    File {
        /// Its path.
        path: String,
        /// What was read.
        content: String,
    },
    /// A helper program that was run (`nft -j`, `newuidmap`).
    Command {
        /// The program and its arguments.
        argv: Vec<String>,
        /// What it was given on standard input.
        stdin: String,
        /// Its exit status.
        status: i32,
        /// What it printed.
        output: String,
    },
    /// A digest computed here, over bytes that passed through here.
    Hash {
        /// What was hashed: `blob`, `tar`, `manifest`, …
        of: String,
        /// What the descriptor promises.
        expected: String,
        /// What came out.
        computed: String,
        /// Bytes hashed.
        bytes: u64,
    },
    /// A request that this engine received on its own API.
    Request {
        /// `POST /v1.43/containers/create?name=shell`
        line: String,
        /// The body when it is JSON, else empty.
        body: String,
    },
    /// The engine's own bookkeeping: nothing outside was asked. Since format 2.
    Own {
        /// Which of its books.
        book: Book,
        /// What stands there, a fact a line.
        facts: String,
    },
}

/// What an engine keeps, computes or decides by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Book {
    /// Addresses that are given to containers.
    Addresses,
    /// What an archive that came in holds.
    Archive,
    /// Contents of two files, compared.
    Comparison,
    /// What was copied.
    Copy,
    /// A document that the engine has written.
    Document,
    /// Why something is left out or chosen.
    Decision,
    /// Calls that were made one after the other, counted, and how long they took.
    Measurement,
    /// What was gone through, one by one.
    Search,
    /// How much time has passed.
    Time,
}

impl Book {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Addresses,
        Self::Archive,
        Self::Comparison,
        Self::Copy,
        Self::Document,
        Self::Decision,
        Self::Measurement,
        Self::Search,
        Self::Time,
    ];

    /// What it is called in messages.
    pub fn key(self) -> &'static str {
        match self {
            Self::Addresses => "addresses",
            Self::Archive => "archive",
            Self::Comparison => "comparison",
            Self::Copy => "copy",
            Self::Document => "document",
            Self::Decision => "decision",
            Self::Measurement => "measurement",
            Self::Search => "search",
            Self::Time => "time",
        }
    }
}

impl Evidence {
    /// How many bytes of a text stay in the event itself.
    pub const INLINE: usize = 16 * 1024;

    /// A system call that went well or not.
    pub fn syscall(call: impl Into<String>, result: impl ToString) -> Self {
        Self::Syscall { call: call.into(), result: result.to_string() }
    }

    /// A file that was read.
    pub fn file(path: impl Into<String>, content: impl Into<String>) -> Self {
        Self::File { path: path.into(), content: content.into() }
    }

    /// True when an event holds a part of it only.
    pub fn is_long(&self) -> bool {
        match self {
            Self::Http { body: text, .. }
            | Self::File { content: text, .. }
            | Self::Command { output: text, .. }
            | Self::Request { body: text, .. }
            | Self::Own { facts: text, .. } => text.len() > Self::INLINE,
            _ => false,
        }
    }

    /// The same with its long texts cut to [`Evidence::INLINE`].
    #[must_use]
    pub fn inlined(mut self) -> Self {
        match &mut self {
            Self::Http { body: text, .. }
            | Self::File { content: text, .. }
            | Self::Command { output: text, .. }
            | Self::Request { body: text, .. }
            | Self::Own { facts: text, .. } => cut(text),
            _ => {}
        }
        self
    }
}

fn cut(text: &mut String) {
    if text.len() <= Evidence::INLINE {
        return;
    }
    let end = (0..=Evidence::INLINE).rev().find(|&i| text.is_char_boundary(i)).unwrap_or(0);
    text.truncate(end);
    text.push('…');
}
