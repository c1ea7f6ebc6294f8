use super::serve::{Limits, serve};
use super::{router, version};
use crate::engine::{Engine, Fault, FaultKind, Result};
use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
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
}

/// Listens at `path`, for the user who started the engine alone. A socket that nobody listens at is replaced.
pub fn listen(path: &Path, owner: Option<(u32, u32)>) -> Result<Listening> {
    if let Some(dir) = path.parent().filter(|dir| !dir.exists()) {
        let made = fs::DirBuilder::new().recursive(true).mode(0o711).create(dir);
        made.map_err(|e| Fault::io("make", dir.display(), &e))?;
    }
    if path.exists() {
        if UnixStream::connect(path).is_ok() {
            return Err(Fault::new(FaultKind::Conflict, "engine-runs-already").with("socket", path.display()));
        }
        fs::remove_file(path).map_err(|e| Fault::io("replace", path.display(), &e))?;
    }
    // Bound under a name of its own and renamed, so that nobody can connect before the mode is right.
    let early = path.with_extension(format!("{}.new", std::process::id()));
    let listener =
        UnixListener::bind(&early).map_err(|e| too_long(path).unwrap_or(Fault::io("bind", path.display(), &e)))?;
    let io = |e: std::io::Error| Fault::io("open", path.display(), &e);
    fs::set_permissions(&early, fs::Permissions::from_mode(0o600)).map_err(io)?;
    if let Some((uid, gid)) = owner {
        std::os::unix::fs::chown(&early, Some(uid), Some(gid)).map_err(io)?;
    }
    fs::rename(&early, path).map_err(io)?;
    listener.set_nonblocking(true).map_err(io)?;
    Ok(Listening { listener, path: path.to_owned() })
}

/// A socket's path fits in 108 bytes (unix(7)).
fn too_long(path: &Path) -> Option<Fault> {
    let length = path.as_os_str().len() + 16;
    (length > 107).then(|| Fault::new(FaultKind::BadRequest, "socket-path-long").with("socket", path.display()))
}

impl Listening {
    /// Answers until the engine is to end.
    pub async fn serve(self, engine: Arc<Engine>) -> Result<()> {
        let io = |e: std::io::Error| Fault::io("listen at", self.path.display(), &e);
        let listener = tokio::net::UnixListener::from_std(self.listener).map_err(io)?;
        let mut ending = engine.ending.subscribe();
        let app = MapRequestLayer::new(version::strip).layer(router(engine));
        tokio::select! {
            () = serve(listener, app, Limits::default()) => Ok(()),
            _ = ending.wait_for(|ending| *ending) => Ok(()),
        }
    }
}
