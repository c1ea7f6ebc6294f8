use super::error::ApplyError;
use super::place::Place;
use super::{Applier, Item, Reader};
use crate::tree::Kind;
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{Mode, fchmod, fstat, futimens};
use nix::sys::statvfs::fstatvfs;
use nix::unistd::fchown;
use std::fs::File;
use std::io::BufRead;
use std::os::unix::fs::FileExt;

/// A file for which room is looked for before its first byte is written.
const LARGE: u64 = 64 << 20;

impl Applier {
    /// Makes a file with its content. Returns its size, holes counted.
    pub(super) fn file(
        &mut self,
        place: &Place<'_>,
        item: &Item,
        reader: &mut Reader<impl BufRead>,
    ) -> Result<u64, ApplyError> {
        let entry = &item.entry;
        let Kind::File { size } = entry.kind else { return Err(ApplyError::Damaged("a file that is none")) };
        let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_WRONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        // Whoever makes it owns it, mostly for good: then nothing more is to be changed.
        let (mode, plain) = (Mode::from_bits_truncate(entry.mode), Mode::from_bits_truncate(entry.mode & 0o777));
        let file = self.anew(place, || openat(&place.dir, place.name(), flags, plain));
        let file = File::from(file.map_err(ApplyError::errno("create"))?);
        if let Some(holed) = &item.holes {
            file.set_len(holed.size).map_err(ApplyError::doing("truncate"))?;
        } else if size >= LARGE && !has_room(&file, size)? {
            // Whether the disk is too small, or the layer claims more than it has, is known when so much has come.
            reader.content(item, |_, _| Ok::<_, ApplyError>(()))?;
            return Err(ApplyError::Host("write", Errno::ENOSPC.into()));
        }
        self.sum = reader
            .content(item, |offset, bytes| file.write_all_at(bytes, offset).map_err(ApplyError::doing("write")))?;
        let (uid, gid) = self.owner(entry)?;
        let made = fstat(&file).map_err(ApplyError::errno("stat"))?;
        let given = (made.st_uid, made.st_gid) != (uid.as_raw(), gid.as_raw());
        if given {
            fchown(&file, Some(uid), Some(gid)).map_err(ApplyError::errno("chown"))?;
        }
        // Attributes after the owner, whose change drops file capabilities; the mode after both: they may change it.
        self.attributes(place, entry)?;
        if given || made.st_mode & 0o7777 != mode.bits() || !entry.xattrs.is_empty() {
            fchmod(&file, mode).map_err(ApplyError::errno("chmod"))?;
        }
        let time = super::metadata::time_spec(entry.mtime);
        futimens(&file, &time, &time).map_err(ApplyError::errno("utimensat"))?;
        Ok(size)
    }
}

/// So that the disk is not filled to no purpose.
fn has_room(file: &File, size: u64) -> Result<bool, ApplyError> {
    let disk = fstatvfs(file).map_err(ApplyError::errno("statvfs"))?;
    Ok(disk.blocks_free().saturating_mul(disk.fragment_size()) >= size)
}
