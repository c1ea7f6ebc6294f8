//! Where an engine keeps its things and where it listens, unless told; and where a lesson keeps what it mounts.

use crate::spec::visible;
use crate::trace::{Code, Problem};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The socket of an engine that was started by root.
const ROOTS_SOCKET: &str = "/run/dockwalk/engine.sock";

/// Set for what a window runs in its terminals.
pub const IN_WINDOW: &str = "DOCKWALK_IN_WINDOW";

/// The engine that `DOCKER_HOST` names, as docker's commands understand it; none where it names none.
pub fn docker_host() -> Result<Option<PathBuf>, Problem> {
    match env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty()) {
        None => Ok(None),
        Some(host) => match host.strip_prefix("unix://") {
            Some(path) => Ok(Some(path.into())),
            None => Err(Problem::new(Code::DockerHostNotUnix).with("host", host)),
        },
    }
}

/// The engine's directory: `given` (`--root`), else `$DOCKWALK_ROOT`, else `~/.local/share/dockwalk`.
pub fn root(given: Option<&Path>) -> PathBuf {
    let named = given.map(Path::to_owned).or_else(|| variable("DOCKWALK_ROOT").map(PathBuf::from));
    named.unwrap_or_else(|| {
        let dirs = directories::ProjectDirs::from("", "", "dockwalk");
        dirs.map_or_else(|| format!("/var/tmp/dockwalk-{}", uid()).into(), |dirs| dirs.data_dir().to_owned())
    })
}

/// The directory of the engine that works for the lesson `id` alone: below that of free play, whose images and volumes are kept
/// apart from it.
pub fn lesson_root(root: &Path, id: &str) -> PathBuf {
    root.join(LESSONS).join(id)
}

/// Where the directories of lessons are, in that of free play.
pub const LESSONS: &str = "lessons";

/// Makes the directory that stands for `{{bind}}` in the commands of the lesson `id`: `preferred`, which is below the
/// engine's directory, or `dockwalk/lesson-NN` in the home directory when that one is not ours to write to.
pub fn lesson_bind(preferred: &str, id: &str) -> Result<String, Problem> {
    if fs::create_dir_all(preferred).is_ok() {
        return Ok(preferred.to_owned());
    }
    let below = Path::new("dockwalk").join(format!("lesson-{id}"));
    let refused = |path: &Path, reason: String| {
        Problem::new(Code::LessonBind).with("path", visible::path(path)).with("reason", reason)
    };
    // Never a directory that others share: what lies in it is mounted, and read by who follows the lesson.
    let home = env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    let home = home.ok_or_else(|| refused(Path::new(preferred), "HOME is not set".to_owned()))?;
    let second = home.join(below);
    fs::create_dir_all(&second).map_err(|e| refused(&second, e.to_string()))?;
    Ok(second.display().to_string())
}

/// Where the engine listens: `given` (`--socket`), else `$DOCKWALK_SOCKET`, else `engine.sock` in a directory that was
/// named (`--root`, `$DOCKWALK_ROOT`), else the user's own place. So engines with different directories do not meet.
pub fn socket(given: Option<&Path>, given_root: Option<&Path>) -> PathBuf {
    let named = given.map(Path::to_owned).or_else(|| variable("DOCKWALK_SOCKET").map(PathBuf::from));
    let root = given_root.map(Path::to_owned).or_else(|| variable("DOCKWALK_ROOT").map(PathBuf::from));
    named.or_else(|| root.map(|root| root.join("engine.sock"))).unwrap_or_else(own_socket)
}

/// Where a client looks, in this order: its own engine's, then the one that root started for it.
pub fn sockets(given: Option<&Path>, given_root: Option<&Path>) -> Vec<PathBuf> {
    let first = socket(given, given_root);
    let told = given.is_some() || given_root.is_some() || first != own_socket();
    let mut all = vec![first];
    if !told && all[0] != Path::new(ROOTS_SOCKET) {
        all.push(ROOTS_SOCKET.into());
    }
    all
}

/// Where a user's engine and root's listen unless told.
pub fn defaults() -> [PathBuf; 2] {
    [own_socket(), ROOTS_SOCKET.into()]
}

/// Nobody named that place: it is where a user's engine, or root's, listens unless told.
pub fn is_default(socket: &Path) -> bool {
    socket == own_socket() || socket == Path::new(ROOTS_SOCKET)
}

fn own_socket() -> PathBuf {
    let uid = uid();
    if uid == 0 {
        return ROOTS_SOCKET.into();
    }
    match variable("XDG_RUNTIME_DIR") {
        Some(dir) => Path::new(&dir).join("dockwalk/engine.sock"),
        None => format!("/tmp/dockwalk-{uid}/engine.sock").into(),
    }
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}

/// The user of this process.
fn uid() -> u32 {
    super::trust::Who::am_i().uid
}
