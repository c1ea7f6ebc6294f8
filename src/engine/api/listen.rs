use super::peers::Peers;
use super::serve::{Limits, serve};
use super::{router, version};
use crate::client::trust::{Kind, Who};
use crate::engine::{Engine, Fault, FaultKind, Result};
use crate::trace::Code;
use nix::fcntl::{AtFlags, OFlag, open};
use nix::sys::socket::{AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen as listen_at, socket};
use nix::sys::stat::{Mode, fchmod};
use nix::unistd::fchownat;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tower::Layer;
use tower::util::MapRequestLayer;

/// A socket that is listened at.
#[derive(Debug)]
pub struct Listening {
    listener: UnixListener,
    path: PathBuf,
    owner: Option<u32>,
}

/// Listens at `path`, in a directory that was prepared, for the user who started the engine alone. A socket that nobody listens at is
/// replaced.
pub fn listen(path: &Path, owner: Option<(u32, u32)>) -> Result<Listening> {
    if is_stale(path)? {
        fs::remove_file(path).map_err(|e| Fault::io("replace", path.display(), &e))?;
    }
    // Bound under a name of its own and renamed, so that nobody can connect before the owner is right.
    let early = early(path);
    let listener = closed_socket(&early).map_err(|errno| Fault::io("bind", path.display(), &errno.into()))?;
    if let Some(owner) = owner {
        give(&early, owner)?;
    }
    let io = |e: std::io::Error| Fault::io("open", path.display(), &e);
    fs::rename(&early, path).map_err(io)?;
    listener.set_nonblocking(true).map_err(io)?;
    Ok(Listening { listener, path: path.to_owned(), owner: owner.map(|(uid, _)| uid) })
}

/// Whether an engine of that root directory can listen there, before anything is made: the path is short enough, its directory may be
/// trusted, and what lies there already is a socket that nobody listens at. Of a directory that is to be made, or is the engine's own
/// and not looked at yet, nothing is known.
pub fn check(path: &Path, owner: Option<u32>, root: &Path) -> Result<()> {
    if UnixAddr::new(&early(path)).is_err() {
        return Err(Fault::new(FaultKind::BadRequest, Code::SocketPathLong).with("socket", path.display()));
    }
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        let own = root.canonicalize().is_ok_and(|root| dir.canonicalize().is_ok_and(|dir| dir == root));
        if own || fs::symlink_metadata(dir).is_err() {
            return Ok(());
        }
        // Nobody is spoken to who may be anybody.
        Who::am_i().may_listen_in(dir, owner).map_err(|problem| Fault::of(FaultKind::Denied, problem))?;
    }
    is_stale(path).map(drop)
}

/// True for a socket that nobody listens at, false where nothing is. Another engine's is left alone, and what is no socket.
fn is_stale(path: &Path) -> Result<bool> {
    let found = match fs::symlink_metadata(path) {
        Ok(found) => found.file_type(),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(Fault::io("open", path.display(), &error)),
    };
    match UnixStream::connect(path).map_err(|error| error.kind()) {
        Ok(_) => Err(Fault::new(FaultKind::Conflict, Code::EngineRunsAlready).with("socket", path.display())),
        Err(ErrorKind::ConnectionRefused) if found.is_socket() => Ok(true),
        Err(_) if !found.is_socket() => {
            let found = match () {
                () if found.is_symlink() => "link",
                () if found.is_dir() => "directory",
                () if found.is_file() => "file",
                () if found.is_fifo() => "pipe",
                () => "other",
            };
            let taken = Fault::new(FaultKind::Conflict, Code::PlaceKind).with("path", path.display());
            Err(taken.with("found", found))
        }
        // It was removed meanwhile.
        Err(ErrorKind::NotFound) => Ok(false),
        Err(kind) => Err(Fault::io("open", path.display(), &kind.into())),
    }
}

fn early(path: &Path) -> PathBuf {
    path.with_extension(format!("{}.new", std::process::id()))
}

/// Makes the socket's directory, and looks whose it is: whoever can exchange the socket can listen in the engine's place.
/// Comes while the process is in the user namespace that it was started in, where root's things are known for root's.
///
/// True when it was made.
pub fn prepare(path: &Path, owner: Option<u32>) -> Result<bool> {
    let who = Who::am_i();
    let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) else { return Ok(false) };
    let new = !dir.exists();
    if new {
        // Through root's the user walks to a socket that was made for them. Nothing else is in it.
        let mode = if who.uid == 0 { 0o711 } else { 0o700 };
        let made = fs::DirBuilder::new().recursive(true).mode(mode).create(dir);
        made.map_err(|e| Fault::io("make", dir.display(), &e))?;
    }
    who.may_listen_in(dir, owner).map_err(|problem| Fault::of(FaultKind::Denied, problem)).map(|()| new)
}

/// A new socket of mode 0600 from its first moment: bind(2) gives the file the mode that the socket has.
fn closed_socket(path: &Path) -> nix::Result<UnixListener> {
    let made = socket(AddressFamily::Unix, SockType::Stream, SockFlag::SOCK_CLOEXEC, None)?;
    fchmod(&made, Mode::S_IRUSR | Mode::S_IWUSR)?;
    bind(std::os::fd::AsRawFd::as_raw_fd(&made), &UnixAddr::new(path)?)?;
    listen_at(&made, Backlog::new(128)?)?;
    Ok(made.into())
}

/// Gives the socket, and nothing that came in its place, to that user.
fn give(path: &Path, (uid, gid): (u32, u32)) -> Result<()> {
    let failed = |e: std::io::Error| Fault::io("open", path.display(), &e);
    let held = open(path, OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC, Mode::empty());
    let held = File::from(held.map_err(|e| failed(e.into()))?);
    let found = held.metadata().map_err(failed)?;
    let who = Who::am_i();
    if found.nlink() != 1 || found.mode() & libc::S_IFMT != libc::S_IFSOCK {
        return Err(failed(std::io::Error::other("another thing is in its place")));
    }
    who.owns(path, &found, Kind::Any).map_err(|problem| Fault::of(FaultKind::Denied, problem))?;
    fchownat(&held, "", Some(uid.into()), Some(gid.into()), AtFlags::AT_EMPTY_PATH).map_err(|e| failed(e.into()))
}

impl Listening {
    /// Answers until the engine is to end.
    pub async fn serve(self, engine: Arc<Engine>) -> Result<()> {
        let io = |e: std::io::Error| Fault::io("listen at", self.path.display(), &e);
        let listener = tokio::net::UnixListener::from_std(self.listener).map_err(io)?;
        let peers = Peers::new(self.owner, engine.lab.rootless, self.path.clone());
        let mut ending = engine.ending.subscribe();
        let app = MapRequestLayer::new(version::strip).layer(router(engine));
        tokio::select! {
            () = serve(listener, peers, app, Limits::default()) => Ok(()),
            _ = ending.wait_for(|ending| *ending) => Ok(()),
        }
    }
}
