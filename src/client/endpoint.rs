use super::ClientError;
use super::trust::Who;
use crate::spec::visible;
use crate::trace::Code;
use std::ops::Deref;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use tokio::net::UnixStream;

/// Where an engine listens, and whose it may be.
#[derive(Debug)]
pub(super) struct Endpoint {
    path: PathBuf,
    /// This user's engine is wanted, beside one's own and root's.
    whose: Option<u32>,
}

impl Endpoint {
    pub fn new(path: &Path, whose: Option<u32>) -> Self {
        Self { path: path.to_owned(), whose }
    }

    /// A connection to whoever listens there, if it is this user or root. Anybody else would be given what is asked of an
    /// engine – passwords for registries, what is typed into containers – and could answer as they like.
    pub async fn connect(&self) -> Result<UnixStream, ClientError> {
        let unreachable = |error: std::io::Error| unreachable(self, &error);
        let stream = UnixStream::connect(&self.path).await.map_err(unreachable)?;
        // The kernel's word (SO_PEERCRED): who it was that began to listen.
        let peer = stream.peer_cred().map_err(unreachable)?.uid();
        let who = Who::am_i();
        if who.believes(peer, self.whose) {
            return Ok(stream);
        }
        let stranger = ClientError::new(Code::EngineStrange).with("socket", self.path.display());
        Err(stranger.with("owner", peer).with("user", who.uid))
    }
}

impl Deref for Endpoint {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

pub(super) fn unreachable(socket: &Path, error: &std::io::Error) -> ClientError {
    let code = match (error.kind(), other_than_a_socket(socket, error)) {
        (std::io::ErrorKind::PermissionDenied, _) => Code::EngineDenied,
        (_, Some(what)) => {
            let other = ClientError::new(Code::EngineSocketOther).with("socket", visible::path(socket));
            return other.with("what", what);
        }
        _ => Code::EngineUnreachable,
    };
    ClientError::new(code).with("socket", visible::path(socket)).with("reason", error)
}

/// The socket is of another type than the one that connects (Linux, `asm-generic/errno.h`).
const EPROTOTYPE: i32 = 91;

/// What is there instead of a socket that one could listen at.
fn other_than_a_socket(path: &Path, error: &std::io::Error) -> Option<&'static str> {
    if error.raw_os_error() == Some(EPROTOTYPE) {
        return Some("datagrams");
    }
    let found = std::fs::metadata(path).ok()?.file_type();
    match found.is_socket() {
        true => None,
        false => Some(if found.is_dir() { "directory" } else { "file" }),
    }
}
