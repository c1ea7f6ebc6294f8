//! A container's root file system: upper and work directories, the overlay mount, and the files of `/etc` that Docker writes.
//!
//! The engine has a mount namespace of its own, so the mounts made here are invisible to the real host.

mod etc;
mod memory;
pub mod mountinfo;
mod overlay;
mod undo;

pub use etc::{moved, with_address, without, without_address};
pub use memory::{place as shared_memory, share as share_memory};
pub use overlay::{
    by_hand as overlay_by_hand, find as find_mount, mount_namespace, mount_over, now as overlay_now, overlay_of,
};
pub use undo::{RootfsInverse, undo};

use super::conductor::{Cx, Why};
use super::fault::{Fault, Result};
use super::moment::Moment;
use super::sys::DOCKER_INIT;
use super::{evidence, handle, private};
use crate::spec::ContainerId;
use crate::trace::{Change, Code, Dir, DirRole, Plan, StepKind};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, symlinkat, unlinkat};
use std::ffi::OsStr;
use std::fs::{File, Permissions};
use std::io::{self, Read};
use std::net::IpAddr;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What to stack.
#[derive(Debug)]
pub struct RootfsSpec<'a> {
    /// For whom.
    pub container: &'a ContainerId,
    /// The container's own directory, `…/containers/<id>`.
    pub dir: &'a Path,
    /// The layers, the lowest first. An image may have none.
    pub lower: &'a [PathBuf],
    /// Its hostname.
    pub hostname: &'a str,
    /// What follows that in its full name; empty where there is none.
    pub domainname: &'a str,
    /// Its addresses, when it has any already.
    pub addresses: Vec<IpAddr>,
    /// `--add-host`: name and address.
    pub extra_hosts: &'a [(String, String)],
    /// Whom it asks for names.
    pub dns: Dns<'a>,
    /// `docker-init` is mounted in it.
    pub init: bool,
    /// The network that it is on.
    pub network: Network,
    /// The engine works in a user namespace.
    pub rootless: bool,
}

/// What is asked for of `/etc/resolv.conf`. Where nothing is the host's own counts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Dns<'a> {
    /// `--dns`
    pub servers: &'a [String],
    /// `--dns-search`
    pub search: &'a [String],
    /// `--dns-option`
    pub options: &'a [String],
    /// It asks who answers for the names of its networks, and a name without a dot is whole.
    pub named: bool,
}

impl Dns<'_> {
    fn is_empty(&self) -> bool {
        self.servers.is_empty() && self.search.is_empty() && self.options.is_empty()
    }
}

/// Whose network a container is on, as far as its files of `/etc` tell of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Network {
    /// One of its own.
    Own,
    /// That of the namespace that plays the host: the host's names are known there, and its loopback is another.
    Lab,
    /// The real host's.
    Host,
}

/// A stacked root file system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rootfs {
    /// Where the overlay is mounted.
    pub merged: PathBuf,
    /// The writable layer.
    pub upper: PathBuf,
    /// Overlay's own.
    pub work: PathBuf,
    /// What becomes `/etc/hosts`.
    pub hosts: PathBuf,
    /// What becomes `/etc/hostname`.
    pub hostname: PathBuf,
    /// What becomes `/etc/resolv.conf`.
    pub resolv_conf: PathBuf,
    /// What becomes `/sbin/docker-init`, where that is asked for.
    pub docker_init: PathBuf,
}

/// Makes the writable layer, mounts the overlay, writes the files of `/etc`. Stage steps; the story step is the caller's.
pub fn stack(cx: &Cx, spec: &RootfsSpec<'_>) -> Result<Rootfs> {
    let rootfs = Rootfs::below(spec.dir);
    make_upper(cx, spec, &rootfs)?;
    overlay::mount(cx, spec, &rootfs)?;
    write_etc_files(cx, spec)?;
    Ok(rootfs)
}

/// Makes the writable layer of a container that may never have run: the step `MakeUpper`.
pub fn upper(cx: &Cx, spec: &RootfsSpec<'_>) -> Result<Rootfs> {
    let rootfs = Rootfs::below(spec.dir);
    make_upper(cx, spec, &rootfs)?;
    Ok(rootfs)
}

impl Rootfs {
    /// Where the parts of a container's root file system are.
    pub fn below(dir: &Path) -> Self {
        Self {
            merged: dir.join("merged"),
            upper: dir.join("upper"),
            work: dir.join("work"),
            hosts: dir.join("etc/hosts"),
            hostname: dir.join("etc/hostname"),
            resolv_conf: dir.join("etc/resolv.conf"),
            docker_init: dir.join("etc/docker-init"),
        }
    }

    /// An empty directory that is the lower one where an image has no layers: overlayfs wants one at least.
    fn nothing(dir: &Path) -> PathBuf {
        dir.join("lower")
    }
}

/// Bytes of a file of hosts that is changed while a container runs.
const HOSTS: u64 = 1 << 20;

/// By this file programs know that they are in a container of Docker's.
pub const MARK: &str = ".dockerenv";

/// A link to the mounts that a process sees, for programs of old.
pub const MTAB: &str = "etc/mtab";
/// Where it leads.
pub const MOUNTS: &str = "/proc/mounts";

/// Makes what is in all of Docker's containers (moby `daemon/initlayer`): the mark, a directory `/etc`, a link `/etc/mtab`. What the
/// image has in their place and is no directory gives way to them. Only before a container's first start: what it deletes stays
/// away, as in Docker, where these lie in a layer below.
/// The mark is as old as the container, so that whoever touches it is seen.
pub fn mark(rootfs: &Rootfs, created: Moment) -> Result<()> {
    let failed = |name: &str| {
        let path = rootfs.merged.join(name);
        move |e: io::Error| Fault::io("make", path.display(), &e)
    };
    let root = handle::open(&rootfs.merged).map_err(|e| failed("")(e.into()))?;
    made(&root, MARK, |name| {
        let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_WRONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let file = openat(&root, name, flags, Mode::S_IRUSR)?;
        let file = File::from(file);
        file.set_permissions(Permissions::from_mode(0o755))?;
        file.set_modified(created.system())
    })
    .map_err(failed(MARK))?;
    made(&root, "etc", |name| {
        mkdirat(&root, name, Mode::empty())?;
        // Whatever the umask.
        File::from(handle::enter(&root, OsStr::new(name))?).set_permissions(Permissions::from_mode(0o755))
    })
    .map_err(failed("etc"))?;
    let etc = handle::enter(&root, OsStr::new("etc")).map_err(|e| failed("etc")(e.into()))?;
    let link = MTAB.trim_start_matches("etc/");
    if readlinkat(&etc, link).is_ok_and(|target| target == MOUNTS) {
        return Ok(());
    }
    made(&etc, link, |name| Ok(symlinkat(MOUNTS, &etc, name)?)).map_err(failed(MTAB))
}

/// The link as every container has it lies in this writable layer.
pub fn has_mtab(upper: &Path) -> bool {
    let etc = handle::open(upper).and_then(|root| handle::enter(root, OsStr::new("etc")));
    etc.and_then(|etc| readlinkat(&etc, MTAB.trim_start_matches("etc/"))).is_ok_and(|target| target == MOUNTS)
}

/// Makes something of that name in a directory, unless there is a directory already.
fn made(dir: &OwnedFd, name: &str, make: impl FnOnce(&str) -> io::Result<()>) -> io::Result<()> {
    match unlinkat(dir, name, UnlinkatFlags::NoRemoveDir) {
        Ok(()) | Err(Errno::ENOENT) => make(name),
        Err(Errno::EISDIR) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

fn make_upper(cx: &Cx, spec: &RootfsSpec<'_>, rootfs: &Rootfs) -> Result<()> {
    let dirs = [(&rootfs.upper, DirRole::Upper), (&rootfs.work, DirRole::Work), (&rootfs.merged, DirRole::Merged)];
    // What stands in for the layers is none of the directories that are drawn: there is nothing in it, and never will be.
    let empty = spec.lower.is_empty().then(|| Rootfs::nothing(spec.dir));
    let names = dirs.iter().map(|(dir, _)| *dir).chain(&empty).map(|dir| dir.display().to_string());
    let names = names.collect::<Vec<_>>().join(" ");
    let plan = Plan::new(StepKind::MakeUpper, rootfs.upper.display()).call(format!("mkdir({:?}, 0755)", rootfs.upper));
    cx.step(plan.by_hand(format!("mkdir -p {names}")), |cx| {
        // Whoever has made it knows how it is undone.
        if !spec.dir.exists() {
            cx.journal(spec.container.as_str(), &RootfsInverse::RemoveDir { path: spec.dir.to_owned() })?;
        }
        if let Some(dir) = &empty {
            private::shown_dir(dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
        }
        for (dir, role) in dirs {
            private::shown_dir(dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
            let (path, container) = (dir.display().to_string(), Some(spec.container.clone()));
            let change = Change::DirSeen(Dir { path: path.clone(), role, container });
            let (found, look) = evidence::stat(dir);
            found.map_err(|e| Fault::io("look at", dir.display(), &e.into()))?;
            cx.observe(change, vec![look]);
        }
        Ok(())
    })
}

/// Writes the files of `/etc`; again, once the container's address is known.
pub fn write_etc_files(cx: &Cx, spec: &RootfsSpec<'_>) -> Result<()> {
    let rootfs = Rootfs::below(spec.dir);
    let dir = spec.dir.join("etc");
    cx.step(
        Plan::new(StepKind::WriteEtcFiles, dir.display()).call(format!("open({:?}, O_WRONLY|O_CREAT)", rootfs.hosts)),
        |cx| {
            private::dir(&dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
            let files = [
                (&rootfs.hosts, hosts(spec)),
                (&rootfs.hostname, format!("{}\n", spec.hostname)),
                (&rootfs.resolv_conf, resolv_conf(spec)),
            ];
            let mut evidence = Vec::new();
            if spec.init && !rootfs.docker_init.exists() {
                let path = &rootfs.docker_init;
                private::write_program(path, DOCKER_INIT).map_err(|e| Fault::io("write", path.display(), &e))?;
            }
            for (path, text) in files {
                // Written in place: the file may be mounted in the container already.
                private::write_shown(path, text.as_bytes()).map_err(|e| Fault::io("write", path.display(), &e))?;
                let read = evidence::read(path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
                evidence.push(read.evidence());
            }
            let problem = crate::trace::Problem::new(Code::EtcFilesWritten).with("dir", dir.display());
            cx.observe(Change::Remark(problem), evidence);
            Ok(())
        },
    )
}

/// Changes `/etc/hosts` of a container that runs: the step `WriteEtcFiles`. Its processes may have written into the file; one that is
/// longer than `HOSTS` is left alone.
pub fn change_hosts(cx: &Cx, dir: &Path, change: impl FnOnce(&str) -> String) -> Result<()> {
    let path = Rootfs::below(dir).hosts;
    let plan = Plan::new(StepKind::WriteEtcFiles, dir.join("etc").display());
    cx.step(plan.call(format!("open({path:?}, O_WRONLY|O_TRUNC)")), |cx| {
        let unread = |e: io::Error| Fault::io("read", path.display(), &e);
        let mut text = Vec::new();
        let file = private::shown(&path).map_err(unread)?;
        file.take(HOSTS + 1).read_to_end(&mut text).map_err(unread)?;
        if text.len() as u64 > HOSTS {
            return Err(unread(io::ErrorKind::FileTooLarge.into()));
        }
        let changed = change(&String::from_utf8_lossy(&text));
        private::write_shown(&path, changed.as_bytes()).map_err(|e| Fault::io("write", path.display(), &e))?;
        let read = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
        let problem = crate::trace::Problem::new(Code::EtcFilesWritten).with("dir", dir.join("etc").display());
        cx.observe(Change::Remark(problem), vec![read.evidence()]);
        Ok(())
    })
}

/// Changes whom a container asks for names that runs: the step `WriteEtcFiles`.
pub fn change_resolv_conf(cx: &Cx, dir: &Path, dns: &Dns<'_>) -> Result<()> {
    let path = Rootfs::below(dir).resolv_conf;
    let plan = Plan::new(StepKind::WriteEtcFiles, dir.join("etc").display());
    cx.step(plan.call(format!("open({path:?}, O_WRONLY|O_TRUNC)")), |cx| {
        let text = etc::resolv_conf(&etc::of_host(), dns);
        private::write_shown(&path, text.as_bytes()).map_err(|e| Fault::io("write", path.display(), &e))?;
        let read = evidence::read(&path).map_err(|e| Fault::io("read", path.display(), &e.error))?;
        let problem = crate::trace::Problem::new(Code::EtcFilesWritten).with("dir", dir.join("etc").display());
        cx.observe(Change::Remark(problem), vec![read.evidence()]);
        Ok(())
    })
}

/// As Docker: on the host's network the host's own file, unless names are to be added.
fn hosts(spec: &RootfsSpec<'_>) -> String {
    match spec.network {
        Network::Lab | Network::Host if spec.extra_hosts.is_empty() => etc::hosts_of_host(),
        _ => etc::hosts((spec.hostname, spec.domainname), &spec.addresses, spec.extra_hosts),
    }
}

/// As Docker: on the host's network the host's own file, unless it is to ask others.
fn resolv_conf(spec: &RootfsSpec<'_>) -> String {
    match spec.network {
        Network::Host if spec.dns.is_empty() => etc::resolv_conf_of_host(),
        _ => etc::resolv_conf(&etc::of_host(), &spec.dns),
    }
}

/// Unmounts the overlay. The writable layer stays until [`remove`]. What is not mounted is no error.
pub fn unstack(cx: &Cx, container: &ContainerId, dir: &Path) -> Result<()> {
    let shared = shared_memory(dir);
    let gone = if shared.is_dir() { overlay::unmount(cx, container, &shared) } else { Ok(()) };
    overlay::unmount(cx, container, &Rootfs::below(dir).merged).and(gone)
}

/// Deletes the container's directory with its writable layer.
pub fn remove(cx: &Cx, container: &ContainerId, dir: &Path) -> Result<()> {
    unstack(cx, container, dir)?;
    let call = format!("unlinkat(AT_FDCWD, {dir:?}, AT_REMOVEDIR)");
    let plan = Plan::new(StepKind::RemoveDirectory, dir.display()).call(&call);
    cx.step(plan.by_hand(format!("rm -r {}", dir.display())), |cx| {
        match handle::remove(dir) {
            Ok(()) => {}
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                cx.not_made(&call, Why::Gone, vec![evidence::absent(dir)]);
            }
            Err(e) => return Err(Fault::io("remove", dir.display(), &e)),
        }
        let whole = RootfsInverse::RemoveDir { path: dir.to_owned() };
        let pending = cx.conductor().journal().pending_of::<RootfsInverse>(container.as_str());
        pending.iter().filter(|(_, inverse)| *inverse == whole).try_for_each(|(entry, _)| cx.undone(*entry))?;
        let world = cx.world();
        let mine = world.dirs.values().filter(|known| known.container.as_ref() == Some(container));
        for known in mine {
            let look = evidence::absent(Path::new(&known.path));
            cx.observe(Change::DirGone { path: known.path.clone() }, vec![look]);
        }
        Ok(())
    })
}
