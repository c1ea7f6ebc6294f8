//! The overlay mount.

use super::{Rootfs, RootfsInverse, RootfsSpec, mountinfo};
use crate::engine::conductor::Cx;
use crate::engine::evidence;
use crate::engine::fault::{Fault, Result};
use crate::engine::handle;
use crate::engine::sys::FsContext;
use crate::spec::ContainerId;
use crate::trace::{Change, Code, Evidence, Plan, StepKind};
use nix::mount::{MntFlags, MsFlags};
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// mount(2) copies at most a page of options.
const PAGE: usize = 4096;
const MOUNT_ATTR_NODEV: u32 = 4;
const TABLE: &str = "/proc/thread-self/mountinfo";

/// Mounts the overlay: the step `MountOverlay`.
pub fn mount(cx: &Cx, spec: &RootfsSpec<'_>, rootfs: &Rootfs) -> Result<()> {
    let options = options(spec, rootfs);
    let merged = rootfs.merged.display();
    let call = format!("mount(\"overlay\", {:?}, \"overlay\", MS_NODEV, {options:?})", rootfs.merged);
    let plan = Plan::new(StepKind::MountOverlay, &merged).call(call);
    cx.step(plan.by_hand(by_hand(spec, rootfs)), |cx| {
        let mntns = mount_namespace()?;
        let inverse = RootfsInverse::Unmount { path: rootfs.merged.clone(), mntns };
        let entry = cx.journal(spec.container.as_str(), &inverse)?;
        let mut evidence = match mount_now(spec, rootfs, &options) {
            Ok(calls) => calls,
            Err(error) => {
                cx.undone(entry)?;
                return Err(refused(&rootfs.merged, &error));
            }
        };
        let missing = || Fault::failed(Code::MountNotThere).with("path", &merged);
        let (found, line) = find(&rootfs.merged)?.ok_or_else(missing)?;
        let mount = found.mount(mntns, Some(spec.container.clone()), found.overlay());
        evidence.push(line);
        cx.observe(Change::MountSeen(mount), evidence);
        Ok(())
    })
}

/// The command that mounts it.
pub fn by_hand(spec: &RootfsSpec<'_>, rootfs: &Rootfs) -> String {
    format!("mount -t overlay overlay -o nodev,{} {}", options(spec, rootfs), rootfs.merged.display())
}

/// Unmounts it: the step `Unmount`. What is not mounted is no error.
pub fn unmount(cx: &Cx, container: &ContainerId, merged: &Path) -> Result<()> {
    let ours = |inverse: &RootfsInverse| matches!(inverse, RootfsInverse::Unmount { path, .. } if path == merged);
    let pending = cx.conductor().journal().pending_of(container.as_str());
    let entries: Vec<_> = pending.into_iter().filter(|(_, inverse)| ours(inverse)).map(|(entry, _)| entry).collect();
    let Some((found, _)) = find(merged)? else {
        return entries.into_iter().try_for_each(|entry| cx.undone(entry));
    };
    let call = format!("umount2({merged:?}, MNT_DETACH)");
    let plan =
        Plan::new(StepKind::Unmount, merged.display()).call(&call).by_hand(format!("umount {}", merged.display()));
    cx.step(plan, |cx| {
        let unmounted = evidence::umount(merged, MntFlags::MNT_DETACH);
        let unmounted = unmounted.map_err(|e| Fault::io("unmount", merged.display(), &e.into()))?;
        entries.into_iter().try_for_each(|entry| cx.undone(entry))?;
        let key = crate::trace::MountKey { mntns: mount_namespace()?, id: found.id };
        if cx.world().mounts.contains_key(&key) {
            cx.observe(Change::MountGone { key }, vec![unmounted]);
        }
        Ok(())
    })
}

/// Mounts the overlay in this thread's own mount namespace, with which it goes.
pub fn now(spec: &RootfsSpec<'_>, rootfs: &Rootfs) -> Result<Vec<Evidence>> {
    mount_now(spec, rootfs, &options(spec, rootfs)).map_err(|error| refused(&rootfs.merged, &error))
}

/// Mounts an overlay of these four directories in this thread's own mount namespace, as those of containers are mounted.
pub fn overlay_of(lower: &Path, upper: &Path, work: &Path, merged: &Path, rootless: bool) -> Result<Vec<Evidence>> {
    let [lower, upper, work] = [lower, upper, work].map(escaped);
    let extra = if rootless { ",userxattr" } else { "" };
    let options = format!("lowerdir={lower},upperdir={upper},workdir={work},volatile{extra}");
    let (overlay, nodev) = (Some("overlay"), MsFlags::MS_NODEV);
    let mounted = evidence::mount(overlay, merged, overlay, nodev, Some(&options));
    mounted.map(|call| vec![call]).map_err(|errno| refused(merged, &errno.into()))
}

/// Mounts, and tells by which calls.
fn mount_now(spec: &RootfsSpec<'_>, rootfs: &Rootfs, options: &str) -> io::Result<Vec<Evidence>> {
    // A volatile overlay marks its work directory as possibly unsynced, and the kernel takes no such directory a second time. What a
    // machine that lost its power has lost of the writable layer is lost in any case.
    match handle::remove(&rootfs.work.join("work")) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    if options.len() < PAGE {
        // No device of the overlay opens: see `process/init/dev.rs`.
        let (overlay, nodev) = (Some("overlay"), MsFlags::MS_NODEV);
        return Ok(vec![evidence::mount(overlay, &rootfs.merged, overlay, nodev, Some(options))?]);
    }
    one_by_one(spec, rootfs)
}

/// The new mount API takes the layers one by one (Linux 6.5), so that any number fits.
fn one_by_one(spec: &RootfsSpec<'_>, rootfs: &Rootfs) -> io::Result<Vec<Evidence>> {
    let mut context = FsContext::open(c"overlay")?;
    for layer in lower(spec) {
        context.set(c"lowerdir+", &layer)?;
    }
    context.set(c"upperdir", &rootfs.upper)?;
    context.set(c"workdir", &rootfs.work)?;
    context.flag(c"volatile")?;
    if spec.rootless {
        context.flag(c"userxattr")?;
    }
    context.set(c"source", Path::new("overlay"))?;
    context.mount(MOUNT_ATTR_NODEV, &rootfs.merged)?;
    Ok(evidence::configured(&context))
}

/// `lowerdir=<newest>:…:<oldest>,upperdir=…,workdir=…,volatile`
///
/// `volatile`: a writable layer outlives its engine, but nobody waits until it is on the disk. Without, every unmount waits for the
/// whole disk to be written, tens of milliseconds on a quiet one. What must outlive the machine's power belongs in a volume, where
/// fsync(2) is what it says.
fn options(spec: &RootfsSpec<'_>, rootfs: &Rootfs) -> String {
    let lower: Vec<_> = lower(spec).iter().map(|layer| escaped(layer)).collect();
    let (upper, work) = (escaped(&rootfs.upper), escaped(&rootfs.work));
    let extra = if spec.rootless { ",userxattr" } else { "" };
    format!("lowerdir={},upperdir={upper},workdir={work},volatile{extra}", lower.join(":"))
}

/// The lower directories, the newest first.
fn lower(spec: &RootfsSpec<'_>) -> Vec<PathBuf> {
    match spec.lower {
        [] => vec![Rootfs::nothing(spec.dir)],
        layers => layers.iter().rev().cloned().collect(),
    }
}

/// Colons and commas separate, so those of a path get a backslash.
fn escaped(path: &Path) -> String {
    let mut text = String::new();
    for c in path.display().to_string().chars() {
        if matches!(c, ':' | ',' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

/// The mount at a path, and the line that says so.
pub fn find(target: &Path) -> Result<Option<(mountinfo::MountInfo, Evidence)>> {
    let text = evidence::read(Path::new(TABLE)).map_err(|e| Fault::io("read", TABLE, &e.error))?;
    let target: PathBuf = fs::canonicalize(target).unwrap_or_else(|_| target.to_owned());
    let found = mountinfo::parse(text.content()).into_iter().rfind(|entry| Path::new(&entry.target) == target);
    Ok(found.map(|found| {
        let line = text.mount(&found.line);
        (found, line)
    }))
}

/// The mount that a path lies in.
pub fn mount_over(path: &Path) -> Result<Option<mountinfo::MountInfo>> {
    let failed = |e: io::Error| Fault::io("look at", path.display(), &e);
    let place = fs::canonicalize(path).map_err(failed)?;
    let table = fs::read_to_string(TABLE).map_err(|e| Fault::io("read", TABLE, &e))?;
    let over = mountinfo::parse(&table).into_iter().filter(|mount| place.starts_with(&mount.target));
    // Of two at one place the later is what is seen.
    Ok(over.max_by_key(|mount| Path::new(&mount.target).components().count()))
}

/// The inode of this thread's mount namespace.
pub fn mount_namespace() -> Result<u64> {
    let path = "/proc/thread-self/ns/mnt";
    fs::metadata(path).map(|meta| meta.ino()).map_err(|e| Fault::io("look at", path, &e))
}

/// The kernel refuses an overlay for few reasons; each has a remedy.
fn refused(merged: &Path, error: &io::Error) -> Fault {
    let code = match error.raw_os_error() {
        Some(libc::ENODEV) => Code::OverlayMissing,
        Some(libc::EPERM | libc::EINVAL) => Code::OverlayRefused,
        _ => return Fault::io("mount", merged.display(), error),
    };
    Fault::failed(code).with("path", merged.display()).with("reason", error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_layer_comes_first_and_separators_are_escaped() {
        let (container, dir) = (ContainerId::from("c"), Path::new("/r"));
        let layers = [PathBuf::from("/l/a"), PathBuf::from("/l/b:1")];
        let spec = |lower| RootfsSpec {
            container: &container,
            dir,
            lower,
            hostname: "h",
            domainname: "",
            addresses: Vec::new(),
            extra_hosts: &[],
            dns: super::super::Dns::default(),
            init: false,
            network: super::super::Network::Own,
            rootless: true,
        };
        let text = |lower| options(&spec(lower), &Rootfs::below(dir));
        let rest = "upperdir=/r/upper,workdir=/r/work,volatile,userxattr";
        assert_eq!(text(&layers), format!(r"lowerdir=/l/b\:1:/l/a,{rest}"));
        assert_eq!(text(&[]), format!("lowerdir=/r/lower,{rest}"), "overlayfs wants one");
    }
}
