//! `docker cp` and `docker export`: files out of a container, and into one (moby `daemon/archive.go`, `pkg/archive/copy.go`).
//!
//! A path is resolved in the container's own root by the kernel, and nothing leads out of it: not a link, not one that is exchanged
//! meanwhile. Of a path that ends in `/` or `/.` the last link is followed, of another it is not.

use super::seen::With;
use super::{Container, Phase};
use crate::docker::{PathStat, clean};
use crate::engine::archive::{pack_files, pack_one};
use crate::engine::handle::{self, reach};
use crate::engine::process::look_up;
use crate::engine::unpack::{self, Options, shown};
use crate::engine::{Asked, Cancel, Engine, Fault, FaultKind, Result};
use crate::trace::{Code, OpKind, Plan, StepKind};
use jiff::Timestamp;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, readlinkat};
use nix::sys::stat::{FileStat, fstatat};
use std::ffi::{OsStr, OsString};
use std::io::{BufReader, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// Bytes of a path (`PATH_MAX`).
const PATH: usize = 4095;

/// A path as it was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    /// From the root, without `.` and `..`.
    path: String,
    /// The last link is followed.
    follow: bool,
    /// What it is called in the tar: its last name, `.` or `/`.
    called: String,
}

impl Wanted {
    fn parse(text: &str) -> Result<Self> {
        if text.is_empty() {
            return Err(Fault::new(FaultKind::BadRequest, Code::CopyNoPath));
        }
        super::bounds::length("path", text, PATH)?;
        let path = clean::absolute(&format!("/{text}"));
        let follow = text.ends_with('/') || text.ends_with("/.") || text == ".";
        let called = match text {
            _ if text.ends_with("/.") || text == "." => ".",
            _ => path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or("/"),
        };
        Ok(Self { called: called.to_owned(), path, follow })
    }
}

/// What was found at a path: the directory that it is in, its name there, and what it is.
struct Found {
    dir: OwnedFd,
    name: OsString,
    stat: FileStat,
    told: PathStat,
}

/// How files are put into a container.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CopyIn {
    /// A directory takes no file's place, nor a file a directory's.
    pub keep_kinds: bool,
    /// They become the container's user's.
    pub owned: bool,
}

impl Engine {
    /// What is at a path in a container. `cancel` ends waiting for who has its files now.
    pub fn stat_path(&self, container: &Container, path: &str, cancel: &Cancel) -> Result<PathStat> {
        let wanted = Wanted::parse(path)?;
        let look = |root: &OwnedFd| Ok(find(container, root, &wanted)?.told);
        // Of one that runs nothing is made for that.
        if let Some(root) = self.root_of_running(container, With::Volumes)? {
            return look(&root);
        }
        self.conductor.operate(OpKind::ContainerCopy, container.name.get(), "", cancel, |cx| {
            self.within(cx, container, With::Volumes, look)
        })
    }

    /// Writes what is at a path as a tar, once `begin` was told what it is: the step `CopyOut`.
    pub fn copy_out<W: Write + Send>(
        &self,
        container: &Container,
        path: &str,
        line: &Asked,
        cancel: &Cancel,
        begin: impl FnOnce(PathStat) -> W + Send,
    ) -> Result<W> {
        let wanted = Wanted::parse(path)?;
        let written = self.conductor.operate(OpKind::ContainerCopy, container.name.get(), line, cancel, |cx| {
            let plan = Plan::new(StepKind::CopyOut, format!("{}:{}", container.name, wanted.path));
            cx.step(plan.by_hand(format!("docker cp {}:{} .", container.name, wanted.path)), |cx| {
                self.within(cx, container, With::Volumes, |root| {
                    let found = find(container, root, &wanted)?;
                    let mut out = begin(found.told.clone());
                    pack_one(cx, &found.dir, &found.name, wanted.called.as_bytes(), &mut out)?;
                    Ok(out)
                })
            })
        })?;
        self.tell(container, "archive-path", &[("path", path.to_owned())]);
        Ok(written)
    }

    /// Writes all files of a container as a tar: the step `CopyOut`.
    pub fn export(&self, container: &Container, line: &Asked, cancel: &Cancel, out: impl Write + Send) -> Result<()> {
        if matches!(container.state().phase, Phase::Removing | Phase::Removed) {
            let fault = Fault::new(FaultKind::Conflict, Code::ContainerBeingRemoved);
            return Err(fault.with("container", &container.name));
        }
        self.conductor.operate(OpKind::ContainerCopy, container.name.get(), line, cancel, |cx| {
            let plan = Plan::new(StepKind::CopyOut, format!("{}:/", container.name));
            cx.step(plan.by_hand(format!("docker export {}", container.name)), |cx| {
                self.within(cx, container, With::Nothing, |root| {
                    let root = reach::directory(root.as_fd(), b"").map_err(|e| Fault::io("read", "/", &e.into()))?;
                    pack_files(cx, root, out).map(drop)
                })
            })
        })?;
        self.tell(container, "export", &[]);
        Ok(())
    }

    /// Puts the files of a tar, plain or compressed, into a directory of a container: the step `CopyIn`.
    pub fn copy_in(
        &self,
        container: &Container,
        path: &str,
        how: CopyIn,
        (line, cancel): (&Asked, &Cancel),
        tar: impl Read + Send,
    ) -> Result<()> {
        let wanted = Wanted { follow: true, ..Wanted::parse(path)? };
        self.conductor.operate(OpKind::ContainerCopy, container.name.get(), line, cancel, |cx| {
            let plan = Plan::new(StepKind::CopyIn, format!("{}:{}", container.name, wanted.path));
            cx.step(plan.by_hand(format!("docker cp FILE {}:{}", container.name, wanted.path)), |cx| {
                let put =
                    self.within(cx, container, With::Volumes, |root| self.put(container, root, &wanted, how, tar));
                // What was written into the writable layer is told, also when it was not all.
                let spec = self.upper_spec(container);
                if container.state().phase == Phase::Running {
                    self.uppers.settle(&container.id);
                } else if self.uppers.watch(&spec).is_ok() {
                    self.uppers.rest(&container.id);
                }
                put
            })
        })?;
        self.tell(container, "extract-to-dir", &[("path", path.to_owned())]);
        Ok(())
    }

    fn put(&self, container: &Container, root: &OwnedFd, wanted: &Wanted, how: CopyIn, tar: impl Read) -> Result<()> {
        let found = find(container, root, wanted)?;
        if found.stat.st_mode & libc::S_IFMT != libc::S_IFDIR {
            let fault = Fault::new(FaultKind::BadRequest, Code::CopyNotADirectory);
            return Err(fault.with("path", &wanted.path).with("container", &container.name));
        }
        let owner = how.owned.then(|| look_up(&handle::itself(root), &container.merged.user, &[])).transpose()?;
        let owner = owner.map(|(who, _)| (who.uid, who.gid));
        let place = reach::place(root.as_fd(), wanted.path.as_bytes())
            .map_err(|e| Fault::io("read", &wanted.path, &e.into()))?;
        check_writable(container, &place)?;
        let path = place.iter().copied().skip_while(|byte| *byte == b'/').collect();
        let options = Options::new(self.lab.ids, self.lab.rootless);
        let tar = unpack::decoder(BufReader::new(tar), options.limits);
        let tar = tar.map_err(|_no_archive| damaged("contents", "tar", &wanted.path))?;
        let root = reach::directory(root.as_fd(), b"").map_err(|e| Fault::io("open", "/", &e.into()))?;
        let into = unpack::Into { path, keep_kinds: how.keep_kinds, owner };
        unpack::put(tar, root, &into, options).map(drop).map_err(|fault| of_archive(fault, &wanted.path))
    }
}

/// What contradicts itself is here no layer that somebody pulled, but what somebody has just sent.
fn of_archive(fault: Fault, path: &str) -> Fault {
    match unpack::complaint(&fault) {
        Some((kind, entry)) => damaged(kind, &entry, path),
        None => fault,
    }
}

/// What was sent is no archive, or contradicts itself: in which entry, and `kind` chooses the words.
fn damaged(kind: &str, entry: &str, path: &str) -> Fault {
    let fault = Fault::new(FaultKind::BadRequest, Code::CopyDamaged).with("kind", kind);
    fault.with("entry", entry).with("path", path)
}

/// As Docker: what was mounted read-only takes nothing, nor does a root that is read-only, but for what is mounted over it.
fn check_writable(container: &Container, place: &[u8]) -> Result<()> {
    let place = clean::absolute(&shown(place));
    let below = |target: &str| {
        let rest = place.strip_prefix(target.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mount = container.mounts.iter().filter(|mount| below(&mount.target)).max_by_key(|mount| mount.target.len());
    let (what, read_only) = match mount {
        Some(mount) => (mount.target.as_str(), mount.read_only),
        None => ("/", container.request.host_config.readonly_rootfs),
    };
    if !read_only {
        return Ok(());
    }
    Err(Fault::new(FaultKind::Denied, Code::CopyReadOnly).with("path", what).with("container", &container.name))
}

/// What is at a path.
fn find(container: &Container, root: &OwnedFd, wanted: &Wanted) -> Result<Found> {
    let missing = |errno: Errno| match errno {
        // The last: what the kernel has below /proc leads nowhere from here, as in Docker, for which nothing is there.
        Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP => {
            let fault = Fault::new(FaultKind::NotFound, Code::CopyNotFound).with("path", &wanted.path);
            fault.with("container", &container.name)
        }
        errno => Fault::io("look at", &wanted.path, &errno.into()),
    };
    let path = wanted.path.as_bytes();
    let (dir, name) = if wanted.follow || wanted.path == "/" {
        // Through its own handle: where the last link leads.
        (reach::directory(root.as_fd(), path).map_err(missing)?, OsString::from("."))
    } else {
        let (above, name) = reach::split(path);
        (reach::directory(root.as_fd(), above).map_err(missing)?, OsStr::from_bytes(name).to_owned())
    };
    let stat = fstatat(&dir, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW).map_err(missing)?;
    let link = stat.st_mode & libc::S_IFMT == libc::S_IFLNK;
    let link_target = if link {
        let place = reach::place(root.as_fd(), path)
            .or_else(|_loop| readlinkat(&dir, name.as_os_str()).map(OsStringExt::into_vec));
        clean::absolute(&shown(&place.map_err(missing)?))
    } else {
        String::new()
    };
    let told = PathStat {
        name: wanted.called.clone(),
        size: stat.st_size,
        mode: go_mode(stat.st_mode),
        mtime: Timestamp::new(stat.st_mtime, i32::try_from(stat.st_mtime_nsec).unwrap_or(0))
            .unwrap_or_default()
            .to_string(),
        link_target,
    };
    Ok(Found { dir, name, stat, told })
}

/// The bits of Go's `os.FileMode`.
fn go_mode(mode: u32) -> u32 {
    let kind = match mode & libc::S_IFMT {
        libc::S_IFDIR => 1 << 31,
        libc::S_IFLNK => 1 << 27,
        libc::S_IFBLK => 1 << 26,
        libc::S_IFCHR => 1 << 26 | 1 << 21,
        libc::S_IFIFO => 1 << 25,
        libc::S_IFSOCK => 1 << 24,
        _ => 0,
    };
    let special = [(libc::S_ISUID, 23), (libc::S_ISGID, 22), (libc::S_ISVTX, 20)];
    special.iter().filter(|(bit, _)| mode & bit != 0).fold(kind | mode & 0o777, |all, (_, at)| all | 1 << at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_read_as_docker_reads_them() {
        for (text, path, follow, called) in [
            ("/etc/hosts", "/etc/hosts", false, "hosts"),
            ("etc", "/etc", false, "etc"),
            ("/etc/", "/etc", true, "etc"),
            ("/etc/.", "/etc", true, "."),
            ("/", "/", true, "/"),
            (".", "/", true, "."),
            ("/a/../../b", "/b", false, "b"),
        ] {
            let (path, called) = (path.to_owned(), called.to_owned());
            assert_eq!(Wanted::parse(text).unwrap(), Wanted { path, follow, called }, "{text}");
        }
        assert_eq!(Wanted::parse("").unwrap_err().problem.code, Code::CopyNoPath);
    }

    #[test]
    fn modes_are_gos() {
        assert_eq!(go_mode(libc::S_IFREG | 0o644), 0o644);
        assert_eq!(go_mode(libc::S_IFDIR | 0o1777), 1 << 31 | 1 << 20 | 0o777);
        assert_eq!(go_mode(libc::S_IFREG | 0o4755), 1 << 23 | 0o755);
        assert_eq!(go_mode(libc::S_IFCHR | 0o666), 1 << 26 | 1 << 21 | 0o666);
    }
}
