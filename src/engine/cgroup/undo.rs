//! How a control group is undone: what is in it is killed, and it is removed.

use super::{Fault, Freezer, Result};
use crate::engine::conductor::{Undo, Undone};
use nix::fcntl::{OFlag, open};
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::Mode;
use nix::sys::statfs::{CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC, fstatfs};
use nix::unistd::Pid;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::io::ErrorKind::NotFound;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

/// How long a control group may take to be empty.
const PATIENCE: Duration = Duration::from_secs(3);

/// How a control group is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum CgroupInverse {
    /// Remove a control group, killing what is in it.
    RemoveCgroup {
        /// Its directory.
        path: PathBuf,
    },
}

impl Undo for CgroupInverse {
    /// `…/dockwalk-<pid>`, or a container's below that. That it is a control group and nothing else is seen when it is
    /// opened.
    fn allowed(&self, _root: &Path) -> bool {
        let Self::RemoveCgroup { path } = self;
        let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
        let is_engine = |name: Option<&OsStr>| {
            let pid = name.and_then(OsStr::to_str).and_then(|name| name.strip_prefix("dockwalk-"));
            pid.is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let is_container = |name: Option<&OsStr>| {
            let id = name.and_then(OsStr::to_str);
            id.is_some_and(|id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
        };
        let (name, above) = (path.file_name(), path.parent().and_then(Path::file_name));
        path.is_absolute() && plain && (is_engine(name) || is_container(name) && is_engine(above))
    }

    fn is_gone(&self) -> bool {
        let Self::RemoveCgroup { path } = self;
        fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound)
    }

    fn words(&self) -> (String, String) {
        let Self::RemoveCgroup { path } = self;
        (path.display().to_string(), format!("rmdir({path:?})"))
    }
}

/// Kills what is in a control group and below it, then removes them, children first.
pub fn undo(inverse: &CgroupInverse) -> Result<Undone> {
    let CgroupInverse::RemoveCgroup { path } = inverse;
    let refused = |e: io::Error| Fault::io("remove", path.display(), &e);
    if !path.exists() {
        return Ok(Undone::Gone);
    }
    // What merely has the name of one may hold anything.
    let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let kind = open(path, flags, Mode::empty()).and_then(|group| fstatfs(&group)).map_err(|e| refused(e.into()))?;
    if ![CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC].contains(&kind.filesystem_type()) {
        return Err(refused(io::Error::other("no control group")));
    }
    let groups = below(path).map_err(refused)?;
    let began = Instant::now();
    loop {
        match remove_all(&groups) {
            Err(_busy) if began.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(1)),
            done => return done.map(|()| Undone::Done).map_err(refused),
        }
    }
}

fn remove_all(groups: &[PathBuf]) -> io::Result<()> {
    for group in groups {
        // In version 1 nobody who stands still hears of his end.
        Freezer::release(group);
        // Version 2 kills a whole tree at once; elsewhere each process is killed. Either may find nothing to do.
        if fs::write(group.join("cgroup.kill"), "1").is_err() {
            let pids = fs::read_to_string(group.join("cgroup.procs")).unwrap_or_default();
            let pids = pids.lines().filter_map(|pid| pid.parse().ok()).filter(|pid| *pid > 0);
            pids.for_each(|pid| kill(Pid::from_raw(pid), Signal::SIGKILL).unwrap_or_default());
        }
    }
    groups.iter().try_for_each(|group| match fs::remove_dir(group) {
        Err(error) if error.kind() != NotFound => Err(error),
        _ => Ok(()),
    })
}

/// A control group and all below it, children first.
fn below(group: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(group)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(below(&entry.path())?);
        }
    }
    found.push(group.to_owned());
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::{Command, Stdio};

    #[test]
    fn control_groups_are_named_after_an_engine() {
        let check = |expected: bool, path: String| {
            let inverse = CgroupInverse::RemoveCgroup { path: path.into() };
            assert_eq!(inverse.allowed(Path::new("/e/root")), expected, "{inverse:?}");
        };
        let id = "a1".repeat(32);
        check(true, "/sys/fs/cgroup/dockwalk-7".into());
        check(true, format!("/sys/fs/cgroup/pids/dockwalk-7/{id}"));
        for path in ["/sys/fs/cgroup", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup/dockwalk-", "dockwalk-7"] {
            check(false, path.into());
        }
        check(false, format!("/sys/fs/cgroup/other/{id}"));
        check(false, "/sys/fs/cgroup/dockwalk-7/../../dockwalk-7".into());
    }

    #[test]
    fn a_directory_that_is_no_control_group_is_not_taken_for_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("dockwalk-7");
        fs::create_dir(&path).unwrap();
        let mut child = Command::new("sleep").arg("60").stdin(Stdio::null()).spawn().unwrap();
        fs::write(path.join("cgroup.procs"), child.id().to_string()).unwrap();
        undo(&CgroupInverse::RemoveCgroup { path: path.clone() }).unwrap_err();
        assert_eq!(child.try_wait().unwrap(), None, "what its file names is not killed");
        assert!(path.exists());
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn what_is_gone_already_is_no_error() {
        let inverse = CgroupInverse::RemoveCgroup { path: "/sys/fs/cgroup/dockwalk-0/never/made".into() };
        assert_eq!(undo(&inverse).unwrap(), Undone::Gone);
    }
}
