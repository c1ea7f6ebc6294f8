//! Who may use the socket: whoever the engine works for, and root.
//!
//! The socket's mode keeps others out already. The kernel's word on who connected (SO_PEERCRED) is asked all the same: a
//! mode is changed by hand, and a file system may know none.

use super::answer::Refused;
use crate::client::protocol::Caller;
use crate::client::trust::{ROOT, Who};
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use axum::body::to_bytes;
use axum::response::IntoResponse;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::UnixStream;

/// How long a stranger may take to ask. They are told no whatever it is.
const PATIENCE: Duration = Duration::from_secs(2);
/// How much of it is read.
const HEAD: usize = 16 * 1024;
/// And of a command line.
const LINE: u64 = 4096;

/// The process at the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(super) struct Peer(u32);

impl Peer {
    /// Who connected; none when they have gone, or live where the engine cannot see them.
    pub(super) fn of(stream: &UnixStream) -> Option<Self> {
        let pid = stream.peer_cred().ok()?.pid()?;
        u32::try_from(pid).ok().filter(|pid| *pid != 0).map(Self)
    }

    /// Who that is now.
    pub(super) fn caller(self) -> Caller {
        let program = std::fs::read_to_string(format!("/proc/{}/comm", self.0)).unwrap_or_default();
        Caller { pid: self.0, program: program.trim_end().to_owned(), words: self.words() }
    }

    /// Its command line, if that prunes. Of others nothing is told: secrets are written there.
    fn words(self) -> Vec<String> {
        let mut line = Vec::new();
        let read =
            File::open(format!("/proc/{}/cmdline", self.0)).and_then(|file| file.take(LINE).read_to_end(&mut line));
        let words: Vec<_> =
            line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
        if read.is_ok() && words.iter().any(|word| word == "prune") { words } else { Vec::new() }
    }
}

/// The users whose connections are served.
#[derive(Debug, Clone)]
pub(super) struct Peers {
    /// As numbers of the engine's user namespace, in which its own user is 0 without root.
    users: Vec<u32>,
    /// A user namespace shows everybody outside as one number. Only root gets past the mode of this socket, as long as it
    /// is the engine's alone.
    unmapped: Option<(u32, PathBuf)>,
}

impl Peers {
    /// Those of an engine that works for `owner`. `rootless` says that it is in a user namespace of its own.
    pub(super) fn new(owner: Option<u32>, rootless: bool, socket: PathBuf) -> Self {
        let users = [Some(ROOT), Some(Who::am_i().uid), owner].into_iter().flatten().collect();
        let overflow = std::fs::read_to_string("/proc/sys/kernel/overflowuid").ok();
        let overflow = overflow.and_then(|id| id.trim().parse().ok()).unwrap_or(65_534);
        Self { users, unmapped: rootless.then_some((overflow, socket)) }
    }

    /// Why whoever connected is not served; none when they are.
    pub(super) fn refusal(&self, stream: &UnixStream) -> Option<Fault> {
        let uid = match stream.peer_cred() {
            Ok(peer) => peer.uid(),
            Err(error) => return Some(Fault::io("look at", "the peer", &error)),
        };
        let outside = self.unmapped.as_ref().is_some_and(|(overflow, socket)| {
            let closed = |found: std::fs::Metadata| found.mode() & 0o077 == 0 && found.uid() == Who::am_i().uid;
            uid == *overflow && std::fs::symlink_metadata(socket).is_ok_and(closed)
        });
        let known = self.users.contains(&uid) || outside;
        (!known).then(|| Fault::new(FaultKind::Denied, Code::PeerRefused).with("user", uid))
    }
}

/// Answers whatever is asked with why it is not done, in the form of every other refusal.
pub(super) async fn refuse(mut stream: UnixStream, fault: Fault) {
    tracing::warn!(%fault, "a connection was refused");
    let answering = async {
        let mut head = Vec::new();
        // A client that is still sending would not see an answer.
        while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < HEAD {
            if stream.read_buf(&mut head).await? == 0 {
                break;
            }
        }
        let answer = Refused(fault).into_response();
        let status = answer.status();
        let body = to_bytes(answer.into_body(), HEAD).await.map_err(io::Error::other)?;
        let head = format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&body).await?;
        stream.shutdown().await
    };
    match tokio::time::timeout(PATIENCE, answering).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "a refusal was not read"),
        Err(_late) => tracing::debug!("a stranger asked nothing"),
    }
}
