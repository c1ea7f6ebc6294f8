use super::Applier;
use super::error::ApplyError;
use super::place::Place;
use crate::engine::lab::grant;
use crate::engine::unpack::{overlay, shown};
use crate::engine::{Fault, Result};
use crate::trace::Code;
use crate::tree::{Kind, LayerEntry, Time};
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{FchmodatFlags, Mode, UtimensatFlags, fchmodat, fstat, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, fchownat};
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;

/// Bytes of an attribute's name and of its value (`XATTR_NAME_MAX`, `XATTR_SIZE_MAX`).
const NAME: usize = 255;
const VALUE: usize = 64 << 10;
/// acl(5): what a directory hands on to what is made in it.
pub(super) const INHERITED: &[u8] = b"system.posix_acl_default";

impl Applier {
    /// Owner, attributes, mode and time of what is no regular file.
    pub(super) fn set_metadata(&mut self, place: &Place<'_>, entry: &LayerEntry) -> Result<(), ApplyError> {
        let (uid, gid) = self.owner(entry)?;
        let (dir, name) = (&place.dir, place.name());
        fchownat(dir, name, Some(uid), Some(gid), AtFlags::AT_SYMLINK_NOFOLLOW).map_err(ApplyError::errno("chown"))?;
        self.attributes(place, entry)?;
        if !matches!(entry.kind, Kind::Symlink { .. }) {
            let mode = Mode::from_bits_truncate(entry.mode);
            fchmodat(dir, name, mode, FchmodatFlags::FollowSymlink).map_err(ApplyError::errno("chmod"))?;
        }
        if entry.kind == Kind::Directory {
            // Its time comes last.
            return Ok(());
        }
        let time = time_spec(entry.mtime);
        utimensat(dir, name, &time, &time, UtimensatFlags::NoFollowSymlink).map_err(ApplyError::errno("utimensat"))
    }

    /// Whom it belongs to on this host.
    pub(super) fn owner(&mut self, entry: &LayerEntry) -> Result<(Uid, Gid), ApplyError> {
        let ids = self.options.ids;
        let uid = self.id(entry, grant::Kind::Users, entry.uid, ids.uids)?;
        let gid = self.id(entry, grant::Kind::Groups, entry.gid, ids.gids)?;
        Ok((Uid::from_raw(uid), Gid::from_raw(gid)))
    }

    fn id(&mut self, entry: &LayerEntry, kind: grant::Kind, id: u64, range: u32) -> Result<u32, ApplyError> {
        match u32::try_from(id) {
            Ok(id) if id < range => Ok(id),
            _ if range == 1 => {
                let path = shown(entry.path.as_bytes());
                self.remark(Code::OwnersSquashed, |problem| {
                    let advice = grant::advice(kind, id, range).into_iter();
                    advice.fold(problem.with("path", path), |problem, (name, value)| problem.with(name, value))
                });
                Ok(0)
            }
            _ => Err(ApplyError::Id { kind, id, range }),
        }
    }

    pub(super) fn attributes(&mut self, place: &Place<'_>, entry: &LayerEntry) -> Result<(), ApplyError> {
        for (name, value) in &entry.xattrs {
            let (name, value) = (name.as_bytes(), value.as_bytes());
            // An image must not speak to overlayfs: `redirect` and kin would reach outside the layer. What a directory hands on
            // comes when everything in it was made.
            if name == INHERITED || name.starts_with(b"trusted.overlay.") || name.starts_with(b"user.overlay.") {
                continue;
            }
            let result = xattr::set(overlay::path_of(&place.dir, place.name()), OsStr::from_bytes(name), value);
            match result.as_ref().map_err(io::Error::raw_os_error) {
                Ok(()) => {}
                // What this file system, this user or this kind of file cannot keep, Docker leaves out as well.
                Err(Some(libc::ENOTSUP | libc::EPERM)) => self.no_attribute(entry, name),
                Err(Some(errno)) if is_of_the_value(errno) => {
                    return Err(ApplyError::Tar(unsettable(place.path, name, value, errno)));
                }
                Err(_) => return result.map_err(ApplyError::doing("setxattr")),
            }
        }
        Ok(())
    }

    fn no_attribute(&mut self, entry: &LayerEntry, name: &[u8]) {
        let (path, name) = (shown(entry.path.as_bytes()), shown(name));
        self.remark(Code::AttributeSkipped, |problem| problem.with("path", path).with("name", name));
    }

    /// Gives all directories their times.
    pub(super) fn date_directories(&mut self) -> Result<()> {
        let mut dirs: Vec<_> = std::mem::take(&mut self.dirs).into_iter().collect();
        dirs.sort_by_key(|(_, dated)| dated.entry);
        for (path, dated) in dirs {
            let fault = |errno: Errno| Fault::io("utimensat", shown(&path), &errno.into());
            let dir = match self.places.directory(&path) {
                Ok(Some(dir)) => dir,
                // A later entry took its place: there is nothing, or a link that leads to itself.
                Ok(None) | Err(ApplyError::Damaged(_)) => continue,
                Err(stop) => return Err(stop.at(&path)),
            };
            if fstat(&dir).map_err(fault)?.st_ino != dated.inode {
                continue;
            }
            if let Some(list) = &dated.inherited {
                let name = OsStr::from_bytes(INHERITED);
                match xattr::set(overlay::path_of(&dir, OsStr::new(".")), name, list) {
                    Err(error) if matches!(error.raw_os_error(), Some(libc::ENOTSUP | libc::EPERM)) => {
                        let (path, name) = (shown(&path), shown(INHERITED));
                        self.remark(Code::AttributeSkipped, |problem| problem.with("path", path).with("name", name));
                    }
                    Err(error) if error.raw_os_error().is_some_and(is_of_the_value) => {
                        return Err(unsettable(&path, INHERITED, list, error.raw_os_error().unwrap_or_default()));
                    }
                    set => set.map_err(|e| Fault::io("setxattr", shown(&path), &e))?,
                }
            }
            let time = time_spec(dated.time);
            utimensat(&dir, ".", &time, &time, UtimensatFlags::NoFollowSymlink).map_err(fault)?;
        }
        Ok(())
    }
}

/// The kernel has nothing against the file, but against what it is to be given.
fn is_of_the_value(errno: i32) -> bool {
    matches!(errno, libc::ERANGE | libc::E2BIG | libc::ENOSPC | libc::EINVAL)
}

/// An attribute that is longer than Linux lets attributes be, or no value of that name – or more than this file system has room for beside
/// one file.
fn unsettable(path: &[u8], name: &[u8], value: &[u8], errno: i32) -> Fault {
    let anywhere = name.len() > NAME || value.len() > VALUE || errno == libc::EINVAL;
    let code = if anywhere { Code::LayerAttributeInvalid } else { Code::LayerAttributeTooLarge };
    Fault::failed(code)
        .with("path", shown(path))
        .with("name", shown(&name[..name.len().min(100)]))
        .with("size", name.len() + value.len())
        .with("reason", Errno::from_raw(errno).desc())
}

/// What the file system cannot hold it brings into its range by itself.
pub fn time_spec(time: Time) -> TimeSpec {
    TimeSpec::new(time.seconds, time.nanos.into())
}
