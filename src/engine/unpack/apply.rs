use super::marks::{Mark, Marks};
use super::stream::damaged;
use super::{Options, overlay, shown};
use crate::engine::{Fault, Result};
use crate::trace::Problem;
use crate::tree;
use entry::{AUFS, Kind, Meta, OPAQUE, WHITEOUT};
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{
    FchmodatFlags, Mode, SFlag, UtimensatFlags, fchmod, fchmodat, futimens, mkdirat, mknodat, utimensat,
};
use nix::unistd::{Gid, Uid, UnlinkatFlags, fchown, fchownat, linkat, symlinkat, unlinkat};
use place::{Place, Places};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

pub mod entry;
mod place;

/// What was applied.
#[derive(Debug, Default)]
pub struct Tally {
    pub entries: u64,
    pub size: u64,
    pub marks: Marks,
    pub remarks: Vec<Problem>,
}

/// Applies a tar to `dir`, which is empty, and reads it to its end. `note` hears of each entry as the tar says it.
pub fn apply(
    tar: impl Read,
    dir: &Path,
    options: Options,
    note: &mut dyn FnMut(tree::Entry) -> Result<()>,
) -> Result<Tally> {
    let mut applier = Applier {
        places: Places::open(dir)?,
        options,
        dirs: BTreeMap::new(),
        tally: Tally::default(),
        buffer: vec![0; 128 * 1024],
    };
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().map_err(damaged)? {
        let mut entry = entry.map_err(damaged)?;
        let Some(meta) = Meta::read(&mut entry)? else { continue };
        applier.tally.entries += 1;
        if let Some(entry) = meta.entry() {
            note(entry)?;
        }
        applier.take(&meta, &mut entry)?;
    }
    applier.date_directories()?;
    // Padding after the end mark belongs to the tar: the digest over it is not known before it was read.
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(damaged)?;
    Ok(applier.tally)
}

struct Applier {
    places: Places,
    options: Options,
    /// Directories get their times last: what is made inside them changes them.
    dirs: BTreeMap<Vec<u8>, nix::sys::time::TimeSpec>,
    tally: Tally,
    buffer: Vec<u8>,
}

impl Applier {
    fn take(&mut self, meta: &Meta, content: &mut impl Read) -> Result<()> {
        let result = match meta.path.rsplit(|b| *b == b'/').next().unwrap_or_default() {
            OPAQUE => self.opaque(meta),
            name if name.starts_with(AUFS) => return Ok(()),
            name if name.starts_with(WHITEOUT) => self.whiteout(meta, &name[WHITEOUT.len()..]),
            _ => self.make(meta, content),
        };
        result.map_err(|stop| stop.fault(meta))
    }

    fn opaque(&mut self, meta: &Meta) -> Result<(), Stop> {
        let place = self.places.parent(&meta.path)?;
        let here = OsStr::new(".");
        overlay::make_opaque(&place.dir, here, self.options.rootless).map_err(Stop::doing("setxattr"))?;
        let dir = &meta.path[..meta.path.len().saturating_sub(OPAQUE.len() + 1)];
        // The root of an overlay is merged always: there the mark is without effect, as it is with Docker.
        if !dir.is_empty() {
            self.tally.marks.note(dir, Mark::Opaque);
        }
        Ok(())
    }

    fn whiteout(&mut self, meta: &Meta, name: &[u8]) -> Result<(), Stop> {
        if matches!(name, b"" | b"." | b"..") {
            return Err(Stop::Damaged("a whiteout that names nothing"));
        }
        let place = self.places.parent(&meta.path)?;
        let os_name = OsStr::from_bytes(name);
        let path = [place.prefix(), name].concat();
        // A whiteout is about the layers below, never about this one (image-spec, layer.md): what this layer itself has
        // there stays, and only what a directory would merge with is hidden.
        match overlay::look(&place.dir, os_name).map_err(Stop::doing("stat"))? {
            Some(stat) if stat.st_mode & libc::S_IFMT == libc::S_IFDIR => {
                overlay::make_opaque(&place.dir, os_name, self.options.rootless).map_err(Stop::doing("setxattr"))?;
                self.tally.marks.note(&path, Mark::Opaque);
            }
            Some(_) => {}
            None => {
                overlay::make_whiteout(&place.dir, os_name, self.options.rootless).map_err(Stop::doing("mknod"))?;
                self.tally.marks.note(&path, Mark::Whiteout);
            }
        }
        Ok(())
    }

    fn make(&mut self, meta: &Meta, content: &mut impl Read) -> Result<(), Stop> {
        if let Kind::Directory = meta.kind {
            return self.directory(meta);
        }
        if meta.path.is_empty() {
            return Err(Stop::Damaged("the root of a layer must be a directory"));
        }
        let place = self.places.parent(&meta.path)?;
        let size = match &meta.kind {
            Kind::File(_) => self.file(&place, meta, content)?,
            Kind::Link(target) => {
                self.hard_link(&place, target)?;
                0
            }
            kind => {
                if !self.node(&place, kind)? {
                    return Ok(());
                }
                self.dress(&place, meta)?;
                0
            }
        };
        self.tally.size += size;
        self.tally.marks.note(&meta.path, Mark::File(size));
        Ok(())
    }

    fn directory(&mut self, meta: &Meta) -> Result<(), Stop> {
        let place = if meta.path.is_empty() { self.places.root()? } else { self.places.parent(&meta.path)? };
        let opaque = if meta.path.is_empty() { false } else { self.make_dir(&place)? };
        self.dress(&place, meta)?;
        self.dirs.insert(meta.path.clone(), meta.mtime);
        if !meta.path.is_empty() {
            self.tally.marks.note(&meta.path, if opaque { Mark::Opaque } else { Mark::Dir });
        }
        Ok(())
    }

    /// True when it takes the place of a whiteout: then it hides what is below.
    fn make_dir(&mut self, place: &Place) -> Result<bool, Stop> {
        let mode = Mode::from_bits_truncate(0o700);
        match mkdirat(&place.dir, place.name(), mode) {
            Ok(()) => return Ok(false),
            Err(Errno::EEXIST) => {}
            Err(errno) => return Err(Stop::errno("mkdir")(errno)),
        }
        let Some(stat) = overlay::look(&place.dir, place.name()).map_err(Stop::doing("stat"))? else {
            return Err(Stop::Damaged("a directory that came and went"));
        };
        if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
            return Ok(false);
        }
        let whiteout = overlay::is_whiteout(&place.dir, place.name(), &stat);
        unlinkat(&place.dir, place.name(), UnlinkatFlags::NoRemoveDir).map_err(Stop::errno("unlink"))?;
        self.places.forget();
        mkdirat(&place.dir, place.name(), mode).map_err(Stop::errno("mkdir"))?;
        if whiteout {
            overlay::make_opaque(&place.dir, place.name(), self.options.rootless).map_err(Stop::doing("setxattr"))?;
        }
        Ok(whiteout)
    }

    fn file(&mut self, place: &Place, meta: &Meta, content: &mut impl Read) -> Result<u64, Stop> {
        let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_WRONLY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let owner_only = Mode::from_bits_truncate(0o600);
        let create = || openat(&place.dir, place.name(), flags, owner_only);
        let file = self.anew(place, create).map_err(Stop::errno("create"))?;
        let mut file = File::from(file);
        let mut size = 0;
        loop {
            let n = content.read(&mut self.buffer).map_err(Stop::Tar)?;
            if n == 0 {
                break;
            }
            file.write_all(&self.buffer[..n]).map_err(Stop::doing("write"))?;
            size += n as u64;
        }
        let (uid, gid) = self.owner(meta)?;
        fchown(&file, Some(uid), Some(gid)).map_err(Stop::errno("chown"))?;
        // Attributes after the owner, whose change drops file capabilities; the mode after both: it may forbid them.
        self.attributes(place, meta)?;
        fchmod(&file, meta.mode).map_err(Stop::errno("chmod"))?;
        futimens(&file, &meta.mtime, &meta.mtime).map_err(Stop::errno("utimensat"))?;
        Ok(size)
    }

    fn hard_link(&mut self, place: &Place, target: &[u8]) -> Result<(), Stop> {
        let from = self.places.existing(target)?;
        let link = || linkat(&from.dir, from.name(), &place.dir, place.name(), AtFlags::empty());
        match self.anew(place, link) {
            Ok(()) => Ok(()),
            Err(Errno::ENOENT) => Err(Stop::Damaged("a hard link to a file that this layer does not have")),
            Err(errno) => Err(Stop::errno("link")(errno)),
        }
    }

    /// False when this host cannot make it, which was remarked.
    fn node(&mut self, place: &Place, kind: &Kind) -> Result<bool, Stop> {
        let mode = Mode::from_bits_truncate(0o600);
        let (flag, device) = match kind {
            Kind::Symlink(target) => {
                let link = || symlinkat(OsStr::from_bytes(target), &place.dir, place.name());
                return self.anew(place, link).map(|()| true).map_err(Stop::errno("symlink"));
            }
            Kind::Fifo => (SFlag::S_IFIFO, 0),
            Kind::Char(device) => (SFlag::S_IFCHR, *device),
            Kind::Block(device) => (SFlag::S_IFBLK, *device),
            Kind::File(_) | Kind::Link(_) | Kind::Directory => {
                return Err(Stop::Damaged("an entry of an unknown kind"));
            }
        };
        match self.anew(place, || mknodat(&place.dir, place.name(), flag, mode, device)) {
            Ok(()) => Ok(true),
            Err(Errno::EPERM) if self.options.rootless => {
                self.remark("device-skipped", |problem| problem.with("path", shown(&place.path)));
                Ok(false)
            }
            Err(errno) => Err(Stop::errno("mknod")(errno)),
        }
    }

    /// Makes something where there may be something of this same tar: the later entry wins.
    fn anew<T>(&mut self, place: &Place, make: impl Fn() -> nix::Result<T>) -> nix::Result<T> {
        match make() {
            Err(Errno::EEXIST) => {
                self.places.remove(place)?;
                make()
            }
            other => other,
        }
    }

    /// Owner, attributes, mode and time of what is no regular file.
    fn dress(&mut self, place: &Place, meta: &Meta) -> Result<(), Stop> {
        let (uid, gid) = self.owner(meta)?;
        let (dir, name) = (&place.dir, place.name());
        fchownat(dir, name, Some(uid), Some(gid), AtFlags::AT_SYMLINK_NOFOLLOW).map_err(Stop::errno("chown"))?;
        self.attributes(place, meta)?;
        if !matches!(meta.kind, Kind::Symlink(_)) {
            fchmodat(dir, name, meta.mode, FchmodatFlags::FollowSymlink).map_err(Stop::errno("chmod"))?;
        }
        let flags = UtimensatFlags::NoFollowSymlink;
        utimensat(dir, name, &meta.mtime, &meta.mtime, flags).map_err(Stop::errno("utimensat"))
    }

    fn owner(&mut self, meta: &Meta) -> Result<(Uid, Gid), Stop> {
        let ids = self.options.ids;
        let uid = self.id(meta, meta.uid, ids.uids)?;
        let gid = self.id(meta, meta.gid, ids.gids)?;
        Ok((Uid::from_raw(uid), Gid::from_raw(gid)))
    }

    fn id(&mut self, meta: &Meta, id: u64, range: u32) -> Result<u32, Stop> {
        match u32::try_from(id) {
            Ok(id) if id < range => Ok(id),
            _ if range == 1 => {
                self.remark("owners-squashed", |problem| problem.with("path", shown(&meta.path)).with("id", id));
                Ok(0)
            }
            _ => Err(Stop::Id { id, range }),
        }
    }

    fn attributes(&mut self, place: &Place, meta: &Meta) -> Result<(), Stop> {
        for (name, value) in &meta.xattrs {
            // An image must not speak to overlayfs: `redirect` and kin would reach outside the layer.
            if name.starts_with(b"trusted.overlay.") || name.starts_with(b"user.overlay.") {
                continue;
            }
            let path = overlay::path_of(&place.dir, place.name());
            let result = xattr::set(path, OsStr::from_bytes(name), value);
            match result.as_ref().map_err(io::Error::raw_os_error) {
                Ok(()) => {}
                // What this file system or this user cannot keep, Docker leaves out as well.
                Err(Some(libc::ENOTSUP)) => self.no_attribute(meta, name),
                Err(Some(libc::EPERM)) if self.options.rootless => self.no_attribute(meta, name),
                Err(_) => return result.map_err(Stop::doing("setxattr")),
            }
        }
        Ok(())
    }

    fn no_attribute(&mut self, meta: &Meta, name: &[u8]) {
        let (path, name) = (shown(&meta.path), shown(name));
        self.remark("attribute-skipped", |problem| problem.with("path", path).with("name", name));
    }

    /// Says it once a layer, about the first path it holds for.
    fn remark(&mut self, code: &str, with: impl FnOnce(Problem) -> Problem) {
        if !self.tally.remarks.iter().any(|said| said.code == code) {
            self.tally.remarks.push(with(Problem::new(code)));
        }
    }

    fn date_directories(&mut self) -> Result<()> {
        for (path, time) in std::mem::take(&mut self.dirs).into_iter().rev() {
            let fault = |errno: Errno| Fault::io("utimensat", shown(&path), &errno.into());
            let dir = match self.places.directory(&path) {
                Ok(Some(dir)) => dir,
                // A later entry took its place.
                Ok(None) => continue,
                Err(stop) => return Err(stop.at(&path)),
            };
            utimensat(&dir, ".", &time, &time, UtimensatFlags::NoFollowSymlink).map_err(fault)?;
        }
        Ok(())
    }
}

/// Why an entry was not applied.
enum Stop {
    Damaged(&'static str),
    Tar(io::Error),
    Host(&'static str, io::Error),
    Id { id: u64, range: u32 },
}

impl Stop {
    fn doing(what: &'static str) -> impl Fn(io::Error) -> Self {
        move |error| Self::Host(what, error)
    }

    fn errno(what: &'static str) -> impl Fn(Errno) -> Self {
        move |errno| Self::Host(what, errno.into())
    }

    fn fault(self, meta: &Meta) -> Fault {
        self.at(&meta.path)
    }

    fn at(self, path: &[u8]) -> Fault {
        let path = shown(path);
        match self {
            Self::Damaged(reason) => damaged(format!("{path}: {reason}")),
            Self::Tar(error) => damaged(format!("{path}: {error}")),
            Self::Host(what, error) => Fault::io(what, path, &error),
            Self::Id { id, range } => {
                Fault::failed("id-out-of-range").with("path", path).with("id", id).with("count", range)
            }
        }
    }
}
