//! A container's root file system: upper and work directories, the overlay mount, and the files of `/etc` that Docker writes.
//!
//! The engine has a mount namespace of its own, so the mounts made here are invisible to the real host.

use super::conductor::Cx;
use super::fault::{Fault, Result};
use crate::spec::ContainerId;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// What to stack.
#[derive(Debug)]
pub struct RootfsSpec<'a> {
    /// For whom.
    pub container: &'a ContainerId,
    /// The container's own directory, `…/containers/<id>`.
    pub dir: &'a Path,
    /// The layers, the lowest first.
    pub lower: &'a [PathBuf],
    /// Its hostname.
    pub hostname: &'a str,
    /// Its address, when it has one already.
    pub address: Option<Ipv4Addr>,
    /// `--add-host`: name and address.
    pub extra_hosts: &'a [(String, String)],
    /// `--dns`: name servers instead of the host's.
    pub dns: &'a [String],
    /// The engine works in a user namespace.
    pub rootless: bool,
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
}

/// Makes the writable layer, mounts the overlay, writes the files of `/etc`. Stage steps; the story step is the caller's.
pub fn stack(_cx: &Cx, _spec: &RootfsSpec<'_>) -> Result<Rootfs> {
    Err(Fault::failed("not-built-yet"))
}

/// Writes the files of `/etc` again, once the container's address is known.
pub fn write_etc_files(_cx: &Cx, _spec: &RootfsSpec<'_>) -> Result<()> {
    Err(Fault::failed("not-built-yet"))
}

/// Unmounts the overlay. The writable layer stays until [`remove`].
pub fn unstack(_cx: &Cx, _container: &ContainerId, _dir: &Path) -> Result<()> {
    Err(Fault::failed("not-built-yet"))
}

/// Deletes the container's directory with its writable layer.
pub fn remove(_cx: &Cx, _container: &ContainerId, _dir: &Path) -> Result<()> {
    Err(Fault::failed("not-built-yet"))
}
