//! Namespaces and mounts of the calling thread.

use super::call;
use crate::trace::Evidence;
use nix::mount::{MntFlags, MsFlags};
use nix::sched::CloneFlags;
use nix::sys::utsname::UtsName;
use std::os::fd::{AsFd, AsRawFd};
use std::path::Path;

/// Leaves namespaces for new ones.
pub fn unshare(flags: CloneFlags) -> nix::Result<Evidence> {
    let result = nix::sched::unshare(flags);
    let evidence = call::done("unshare", &[call::names(flags)], &result);
    result.map(|()| evidence)
}

/// Enters namespaces.
pub fn setns(fd: &impl AsFd, flags: CloneFlags) -> nix::Result<Evidence> {
    let fd = fd.as_fd();
    let result = nix::sched::setns(fd, flags);
    let evidence = call::done("setns", &[fd.as_raw_fd().to_string(), call::names(flags)], &result);
    result.map(|()| evidence)
}

/// What the calling thread's UTS namespace, and the kernel, are called.
pub fn uname() -> nix::Result<(UtsName, Evidence)> {
    let name = nix::sys::utsname::uname()?;
    let field = |key: &str, value: &std::ffi::OsStr| format!("{key}={}", call::path(Path::new(value)));
    let fields = [
        field("sysname", name.sysname()),
        field("nodename", name.nodename()),
        field("release", name.release()),
        field("machine", name.machine()),
    ];
    let evidence = call::done("uname", &[format!("{{{}, …}}", fields.join(", "))], &Ok(()));
    Ok((name, evidence))
}

/// mount(2)
pub fn mount(
    source: Option<&str>,
    target: &Path,
    fstype: Option<&str>,
    flags: MsFlags,
    data: Option<&str>,
) -> nix::Result<Evidence> {
    let result = nix::mount::mount(source, target, fstype, flags, data);
    let maybe = |text: Option<&str>| text.map_or_else(|| "NULL".to_owned(), call::quoted);
    let args = [maybe(source), call::path(target), maybe(fstype), call::names(flags), maybe(data)];
    let evidence = call::done("mount", &args, &result);
    result.map(|()| evidence)
}

/// umount2(2)
pub fn umount(target: &Path, flags: MntFlags) -> nix::Result<Evidence> {
    let result = nix::mount::umount2(target, flags);
    let evidence = call::done("umount2", &[call::path(target), call::names(flags)], &result);
    result.map(|()| evidence)
}
