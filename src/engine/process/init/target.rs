//! What is mounted on, or entered, in a container: made where it is missing, and opened from the container's root.
//!
//! Links of the image count, and lead nowhere but into the image. Each path is opened by the process itself, inside, with
//! `openat2(RESOLVE_IN_ROOT|RESOLVE_NO_MAGICLINKS)`, so that whoever changes a shared volume meanwhile can bring it to another
//! place in the container, and to none outside. That call is as old as Linux 5.6; all that can change a mount's attributes
//! (`mount_setattr`, 5.12), without which nothing is started, have it.
//!
//! Where a link leads to nothing, Docker makes what it leads to. The kernel does not make anything through such a link, so
//! it is read before, from the image or from the volume that is mounted there.

use super::*;
use crate::engine::{Fault, FaultKind};
use crate::trace::Code;
use std::collections::VecDeque;

/// `/proc` must be what the kernel says there, so nothing is mounted over it.
const PROC: (u64, &str) = (0x9fa0, "PROC_SUPER_MAGIC");
/// As many links in a path as the kernel follows.
const MOST_LINKS: usize = 40;
const PATH_MAX: usize = 4096;
/// Directories that are the kernel's own file systems in a container.
const KERNELS: [&str; 3] = ["proc", "sys", "dev"];

/// A directory, made with all above it.
pub fn directory(init: &mut Init, spec: &ProcessSpec, root: Fd, path: &str) -> Result<Fd> {
    let found = look(spec, path)?;
    let dir = made(init, root, &found.parts, found.there);
    Ok(outside_proc(init, dir))
}

/// A directory to start in, made with all above it. Those of `/proc` will do, too.
pub fn place(init: &mut Init, spec: &ProcessSpec, root: Fd, path: &str) -> Result<Fd> {
    let found = follow(spec, path, || Fault::failed(Code::WorkdirRefused).with("path", path))?;
    Ok(made(init, root, &found.parts, found.there))
}

/// A file, made empty with all directories above it.
pub fn file(init: &mut Init, spec: &ProcessSpec, root: Fd, path: &str) -> Result<Fd> {
    let found = look(spec, path)?;
    let Some((name, above)) = found.parts.split_last() else { return directory(init, spec, root, path) };
    let parent = made(init, root, above, found.there.min(above.len()));
    outside_proc(init, parent);
    if found.there < found.parts.len() {
        init.tolerant(Call::Mknodat { dir: parent, path: name.clone(), node: Node::File }, MADE);
    }
    let flags = libc::O_PATH | libc::O_CLOEXEC;
    let file = init.open(Call::Openat2 { dir: root, path: found.parts.join("/"), flags, links: true });
    Ok(outside_proc(init, file))
}

/// `/proc`, `/sys` or `/dev`: a directory of the container's own. As in Docker, a link or a file that an image has there gives
/// way to it.
pub fn system_dir(init: &mut Init, spec: &ProcessSpec, root: Fd, name: &str) -> Fd {
    if kind(spec, name).is_some_and(|kind| !kind.is_dir()) {
        init.call(Call::Unlinkat { dir: root, path: name.into() });
    }
    init.tolerant(Call::Mkdirat { dir: root, path: name.into(), mode: 0o755 }, THERE);
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
    init.open(Call::Openat2 { dir: root, path: name.into(), flags, links: false })
}

/// A file of `/etc` that the engine provides. As in Docker, a link that an image has in its place gives way to it; one in a
/// volume that is mounted there stays, and leads where it leads in the container.
pub fn etc_file(init: &mut Init, spec: &ProcessSpec, root: Fd, path: &str) -> Result<Fd> {
    let Some((_, name)) = path.rsplit_once('/').filter(|_| !covered(spec, &parts(path).collect::<Vec<_>>())) else {
        return file(init, spec, root, path);
    };
    let etc = if leads_to_directory(spec, "/etc") {
        directory(init, spec, root, "/etc")?
    } else {
        // The first of the files has made it.
        init.tolerant(Call::Unlinkat { dir: root, path: "etc".into() }, &[libc::EISDIR]);
        made(init, root, &["etc".to_owned()], 0)
    };
    if kind(spec, path).is_some_and(|kind| kind.is_symlink()) {
        init.call(Call::Unlinkat { dir: etc, path: name.into() });
    }
    init.tolerant(Call::Mknodat { dir: etc, path: name.into(), node: Node::File }, MADE);
    let flags = libc::O_PATH | libc::O_CLOEXEC;
    Ok(init.open(Call::Openat2 { dir: etc, path: name.into(), flags, links: false }))
}

/// What the image has there is a directory, or leads to one, or to where one can be made. Docker makes one in the place of
/// anything else.
fn leads_to_directory(spec: &ProcessSpec, path: &str) -> bool {
    if kind(spec, path).is_none_or(|kind| kind.is_dir()) {
        return true;
    }
    look(spec, path).is_ok_and(|found| {
        let there = found.parts.get(..found.there).unwrap_or_default();
        there.is_empty() || kind(spec, &there.join("/")).is_none_or(|kind| kind.is_dir())
    })
}

/// Where a path leads when the links of the image are followed.
pub fn leads(spec: &ProcessSpec, path: &str) -> Result<String> {
    Ok(format!("/{}", look(spec, path)?.parts.join("/")))
}

/// The mode of a directory of the image; none where there is none, or a mount of the user's is over it.
pub fn mode(spec: &ProcessSpec, path: &str) -> Option<u32> {
    let found = look(spec, path).ok().filter(|found| found.there == found.parts.len())?;
    let root = pathrs::Root::open(&spec.rootfs.merged).ok()?;
    let dir = std::fs::File::from(std::os::fd::OwnedFd::from(root.resolve(found.parts.join("/")).ok()?));
    let meta = dir.metadata().ok().filter(std::fs::Metadata::is_dir)?;
    Some(std::os::unix::fs::MetadataExt::mode(&meta) & 0o7777)
}

/// Whether the image has a directory at a path, links followed; none where it has nothing, or a mount of the user's is over it.
pub fn is_dir(spec: &ProcessSpec, path: &str) -> Option<bool> {
    let found = look(spec, path).ok().filter(|found| found.there == found.parts.len())?;
    let root = pathrs::Root::open(&spec.rootfs.merged).ok()?;
    let there = std::fs::File::from(std::os::fd::OwnedFd::from(root.resolve(found.parts.join("/")).ok()?));
    Some(there.metadata().ok()?.is_dir())
}

/// What the image has at a path, where no mount of the user's is over it.
fn kind(spec: &ProcessSpec, path: &str) -> Option<std::fs::FileType> {
    if covered(spec, &parts(path).collect::<Vec<_>>()) {
        return None;
    }
    let found = pathrs::Root::open(&spec.rootfs.merged).and_then(|root| root.resolve_nofollow(path)).ok()?;
    Some(std::fs::File::from(std::os::fd::OwnedFd::from(found)).metadata().ok()?.file_type())
}

/// Below a read-only mount it must be there; then EROFS says that nothing could be made, which is as well.
const MADE: &[i32] = &[libc::EEXIST, libc::EROFS];

/// Opens a directory; parts from `there` on may be missing and are made.
fn made(init: &mut Init, root: Fd, parts: &[String], there: usize) -> Fd {
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
    let opened = |init: &mut Init, parts: &[String]| match parts {
        [] => root,
        parts => init.open(Call::Openat2 { dir: root, path: parts.join("/"), flags, links: true }),
    };
    let mut dir = opened(init, parts.get(..there).unwrap_or(parts));
    for (n, part) in parts.iter().enumerate().skip(there) {
        init.tolerant(Call::Mkdirat { dir, path: part.clone(), mode: 0o755 }, MADE);
        dir = opened(init, parts.get(..=n).unwrap_or(parts));
    }
    dir
}

fn outside_proc(init: &mut Init, fd: Fd) -> Fd {
    init.call(Call::Fstatfs { fd, magic: PROC, equal: false });
    fd
}

/// A path after the image's links were followed.
struct Found {
    /// Without links, `.` and `..`, as far as the image says.
    parts: Vec<String>,
    /// How many of them are there. What is in a mount over it is not known.
    there: usize,
}

/// Where something is to be mounted.
fn look(spec: &ProcessSpec, path: &str) -> Result<Found> {
    follow(spec, path, || Fault::failed(Code::MountRefused).with("target", path))
}

/// Follows the links of a path in the stacked root file system, as the kernel would, and on where nothing is. What cannot be followed
/// is `refused`.
fn follow(spec: &ProcessSpec, path: &str, refused: impl Fn() -> Fault) -> Result<Found> {
    if path.len() >= PATH_MAX {
        return Err(
            Fault::new(FaultKind::BadRequest, Code::PathTooLong).with("path", path.get(..64).unwrap_or_default())
        );
    }
    let root = pathrs::Root::open(&spec.rootfs.merged);
    let root = root.map_err(|e| refused().with("reason", e))?;
    let mut left: VecDeque<String> = parts(path).collect();
    let (mut found, mut links) = (Found { parts: Vec::new(), there: 0 }, 0);
    let mut missing = false;
    while let Some(part) = left.pop_front() {
        if part == ".." {
            found.parts.pop();
            found.there = found.there.min(found.parts.len());
            continue;
        }
        found.parts.push(part);
        if missing {
            continue;
        }
        // See `system_dir`.
        if matches!(found.parts.as_slice(), [first] if KERNELS.contains(&first.as_str())) {
            found.there = 1;
            continue;
        }
        let Some((root, here)) = holder(spec, &root, &found.parts) else {
            missing = true;
            continue;
        };
        if let Ok(link) = root.readlink(&here) {
            links += 1;
            if links > MOST_LINKS {
                return Err(refused().with("reason", nix::errno::Errno::ELOOP.desc()));
            }
            found.parts.pop();
            let link = link.to_string_lossy().into_owned();
            if link.starts_with('/') {
                found.parts.clear();
            }
            for part in parts(&link).collect::<Vec<_>>().into_iter().rev() {
                left.push_front(part);
            }
            found.there = found.there.min(found.parts.len());
        } else if root.resolve_nofollow(&here).is_ok() {
            found.there = found.parts.len();
        } else {
            missing = true;
        }
    }
    Ok(found)
}

/// Where a path's last part is to be looked for: in the image, or in what a mount of the user's brings over it. None where
/// that cannot be known before it is mounted.
///
/// Others may change a volume at any moment. What is found is what is made on the way, by paths that are opened inside: at
/// worst something is not there.
fn holder(spec: &ProcessSpec, image: &pathrs::Root, below: &[String]) -> Option<(pathrs::Root, String)> {
    if below.len() > 1 && below.first().is_some_and(|first| KERNELS.contains(&first.as_str())) {
        return None;
    }
    let over = |mount: &MountSpec| {
        let target: Vec<_> = parts(&mount.target).collect();
        (target.len() < below.len() && below.starts_with(&target)).then_some(target.len())
    };
    // The innermost; of two at one place the one that is mounted last.
    match spec.mounts.iter().filter_map(|mount| Some((over(mount)?, mount))).max_by_key(|(depth, _)| *depth) {
        None => Some((image.try_clone().ok()?, below.join("/"))),
        Some((depth, mount)) => match &mount.source {
            MountSource::Volume { path, .. } | MountSource::Bind { path, .. } => {
                Some((pathrs::Root::open(path).ok()?, below[depth..].join("/")))
            }
            MountSource::Tmpfs { .. } => None,
        },
    }
}

fn parts(path: &str) -> impl Iterator<Item = String> {
    path.split('/').filter(|part| !part.is_empty() && *part != ".").map(str::to_owned)
}

/// A mount of the user's, or one of the kernel's own file systems, is over it.
fn covered(spec: &ProcessSpec, below: &[String]) -> bool {
    if below.len() > 1 && below.first().is_some_and(|first| KERNELS.contains(&first.as_str())) {
        return true;
    }
    let over = |target: &str| {
        let target: Vec<_> = parts(target).collect();
        target.len() < below.len() && below.starts_with(&target)
    };
    spec.mounts.iter().any(|mount| over(&mount.target))
}
