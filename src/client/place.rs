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

/// The socket that `DOCKWALK_SOCKET` names.
pub fn named_socket() -> Option<PathBuf> {
    variable("DOCKWALK_SOCKET").map(PathBuf::from)
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
    // Never a directory that others share: what lies in it is mounted, and read by who follows the lesson.
    let second = second_bind(id).ok_or_else(|| not_bound(Path::new(preferred), "HOME is not set"))?;
    fs::create_dir_all(&second).map_err(|e| not_bound(&second, e))?;
    Ok(second.display().to_string())
}

/// Where a lesson binds from when the engine's directory is not ours to write to.
fn second_bind(id: &str) -> Option<PathBuf> {
    let home = env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    home.map(|home| home.join("dockwalk").join(format!("lesson-{id}")))
}

fn not_bound(path: &Path, reason: impl ToString) -> Problem {
    Problem::new(Code::LessonBind).with("path", visible::path(path)).with("reason", reason.to_string())
}

/// Deletes what an earlier run of the lesson `id` left in that second directory: an engine empties its own when it starts, and knows
/// nothing of this one. No link in it is followed.
pub fn empty_lesson_bind(id: &str) -> Result<(), Problem> {
    second_bind(id).map_or(Ok(()), |dir| empty(&dir))
}

fn empty(dir: &Path) -> Result<(), Problem> {
    // One that is a link leads to what is not the lesson's; one that is not there is empty.
    if !fs::symlink_metadata(dir).is_ok_and(|found| found.is_dir()) {
        return Ok(());
    }
    for entry in fs::read_dir(dir).map_err(|e| not_bound(dir, e))? {
        let entry = entry.map_err(|e| not_bound(dir, e))?;
        let path = entry.path();
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let gone = if is_dir { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        gone.map_err(|e| not_bound(&path, e))?;
    }
    Ok(())
}

/// Where the engine listens: `given` (`--socket`), else `$DOCKWALK_SOCKET`, else `engine.sock` in a directory that was
/// named (`--root`, `$DOCKWALK_ROOT`), else the user's own place. So engines with different directories do not meet.
pub fn socket(given: Option<&Path>, given_root: Option<&Path>) -> PathBuf {
    let named = given.map(Path::to_owned).or_else(named_socket);
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn what_an_earlier_run_left_goes_and_nothing_that_is_not_the_lessons() {
        let dir = tempfile::tempdir().expect("a directory");
        let (bound, other) = (dir.path().join("lesson-02"), dir.path().join("other"));
        fs::create_dir_all(bound.join("deep/er")).expect("it can be made");
        fs::create_dir_all(&other).expect("it can be made");
        for file in ["lesson-02/memo", "lesson-02/deep/er/memo", "other/mine"] {
            fs::write(dir.path().join(file), "x").expect("it can be written");
        }
        symlink(&other, bound.join("link")).expect("it can be linked");
        empty(&bound).expect("it is ours");
        assert_eq!(fs::read_dir(&bound).expect("it is there").count(), 0);
        assert!(other.join("mine").exists(), "a link in it is not followed");

        // The directory itself a link, one that never was, and a file of that name: nothing is done.
        let linked = dir.path().join("lesson-03");
        symlink(&other, &linked).expect("it can be linked");
        for place in [&linked, &dir.path().join("never"), &other.join("mine")] {
            empty(place).expect("nothing to do");
        }
        assert!(other.join("mine").exists());
    }
}
