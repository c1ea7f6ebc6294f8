//! Makes in a directory what the entries of a tar say.

mod error;
mod file;
mod metadata;
mod place;
mod resolve;

pub use resolve::Resolver;

use super::marks::{TarMark, TarMarks};
use super::parse::{Item, Reader};
use super::{Options, overlay};
use crate::engine::{Fault, FaultKind, Result};
use crate::trace::{Code, Problem};
use crate::tree::{Kind, LayerEntry, Sum, Time};
use error::ApplyError;
use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{Mode, SFlag, makedev, mkdirat, mknodat};
use nix::unistd::{UnlinkatFlags, linkat, symlinkat, unlinkat};
use place::{Place, Places};
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::BufRead;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// What was applied.
#[derive(Debug, Default)]
pub struct Tally {
    pub entries: u64,
    pub size: u64,
    pub marks: TarMarks,
    pub remarks: Vec<Problem>,
}

/// Applies a tar to `dir`, which is empty, and reads it to its end. `note` hears of each entry as the tar says it.
pub fn apply(
    tar: impl BufRead,
    dir: &Path,
    options: Options,
    note: &mut dyn FnMut(LayerEntry) -> Result<()>,
) -> Result<Tally> {
    let mut reader = Reader::new(tar, options.limits);
    let places = Places::open(dir, &options)?;
    let mut applier =
        Applier { places, options, dirs: BTreeMap::new(), bytes_of_dirs: 0, sum: None, tally: Tally::default() };
    while let Some(mut item) = reader.next()? {
        applier.tally.entries += 1;
        applier.take(&item, &mut reader).map_err(|stop| stop.at(item.entry.path.as_bytes()))?;
        item.entry.sum = applier.sum.take();
        note(item.entry)?;
    }
    applier.date_directories()?;
    // Padding after the end mark belongs to the tar: the digest over it is not known before it was read.
    reader.finish()?;
    Ok(applier.tally)
}

/// How files are put where there are others.
#[derive(Debug, Clone, Default)]
pub struct Into {
    /// Below the root: where.
    pub path: Vec<u8>,
    /// A directory takes no file's place, nor a file a directory's.
    pub keep_kinds: bool,
    /// Whose they become; none: whose the tar says.
    pub owner: Option<(u32, u32)>,
}

/// Applies a tar of files, which is no layer, to a tree in which there is something already: an entry takes the place of what has
/// its name. Links in the tree lead nowhere out of it.
pub fn put(tar: impl BufRead, root: OwnedFd, into: &Into, options: Options) -> Result<Tally> {
    let mut reader = Reader::of_files(tar, options.limits);
    let places = Places::at(root, &options);
    let mut applier =
        Applier { places, options, dirs: BTreeMap::new(), bytes_of_dirs: 0, sum: None, tally: Tally::default() };
    let below =
        |path: &[u8]| if into.path.is_empty() { path.to_vec() } else { [into.path.as_slice(), b"/", path].concat() };
    while let Some(mut item) = reader.next()? {
        applier.tally.entries += 1;
        // The directory itself stays as it is.
        if item.entry.path.as_bytes().is_empty() {
            continue;
        }
        let path = below(item.entry.path.as_bytes());
        options.limits.check_path(&path)?;
        if let Kind::Hardlink { target } = &mut item.entry.kind {
            *target = below(target.as_bytes()).into();
        }
        if let Some((uid, gid)) = into.owner {
            (item.entry.uid, item.entry.gid) = (uid.into(), gid.into());
        }
        item.entry.path = path.into();
        let path = item.entry.path.as_bytes();
        if into.keep_kinds {
            applier.check_kind(path, item.entry.kind == Kind::Directory)?;
        }
        applier.take(&item, &mut reader).map_err(|stop| stop.at(path))?;
    }
    applier.date_directories()?;
    reader.finish()?;
    Ok(applier.tally)
}

/// Entries of a tar of files that are put into an empty directory one by one. One without a path is the directory itself.
pub struct Placing(Applier);

impl Placing {
    /// Into that directory.
    pub fn new(root: OwnedFd, options: Options) -> Self {
        let places = Places::at(root, &options);
        let (dirs, tally) = (BTreeMap::new(), Tally::default());
        Self(Applier { places, options, dirs, bytes_of_dirs: 0, sum: None, tally })
    }

    /// Makes what the entry says; its content is the reader's next.
    pub fn place(&mut self, item: &Item, reader: &mut Reader<impl BufRead>) -> Result<()> {
        self.0.tally.entries += 1;
        self.0.take(item, reader).map_err(|stop| stop.at(item.entry.path.as_bytes()))
    }

    /// Directories get their times. What could not be done as the tar says.
    pub fn finish(mut self) -> Result<Vec<Problem>> {
        self.0.date_directories()?;
        Ok(self.0.tally.remarks)
    }
}

struct Applier {
    places: Places,
    options: Options,
    /// Directories get their times last: what is made inside them changes them.
    dirs: BTreeMap<Vec<u8>, Dated>,
    bytes_of_dirs: usize,
    /// Of the file that was made last.
    sum: Option<Sum>,
    tally: Tally,
}

/// A directory that is to get its time.
struct Dated {
    time: Time,
    /// The access list that files inside it begin with, if it has one: those that are unpacked have their own.
    inherited: Option<Vec<u8>>,
    /// Its inode: what took its place, or a link's target, is another directory.
    inode: u64,
    /// Which entry said it: links lead to one directory in several ways, and the last one counts.
    entry: u64,
}

impl Applier {
    /// Refuses an entry that would put a file where a directory is, or the other way round.
    fn check_kind(&mut self, path: &[u8], directory: bool) -> Result<()> {
        let look = |place: Place<'_>| overlay::look(&place.dir, place.name()).map_err(ApplyError::doing("stat"));
        let there =
            self.places.existing(path).and_then(|place| place.map_or(Ok(None), look)).map_err(|e| e.at(path))?;
        let is_dir = there.map(|stat| stat.st_mode & libc::S_IFMT == libc::S_IFDIR);
        if is_dir.is_none_or(|is_dir| is_dir == directory) {
            return Ok(());
        }
        let code = if directory { Code::CopyDirectoryOverFile } else { Code::CopyFileOverDirectory };
        Err(Fault::new(FaultKind::BadRequest, code).with("path", super::shown(path)))
    }

    fn take(&mut self, item: &Item, reader: &mut Reader<impl BufRead>) -> Result<(), ApplyError> {
        let entry = &item.entry;
        let path = entry.path.as_bytes();
        match &entry.kind {
            Kind::Opaque => return self.opaque(path),
            Kind::Whiteout => return self.whiteout(path),
            Kind::Directory => return self.directory(entry),
            _ if path.is_empty() => return Err(ApplyError::Damaged("the root of a layer must be a directory")),
            _ => {}
        }
        let place = self.places.parent(path)?;
        let mut size = 0;
        match &entry.kind {
            Kind::File { .. } => size = self.file(&place, item, reader)?,
            Kind::Hardlink { target } => self.hard_link(&place, target.as_bytes())?,
            kind => {
                if !self.node(&place, kind)? {
                    return Ok(());
                }
                self.set_metadata(&place, entry)?;
            }
        }
        self.tally.size = self.tally.size.saturating_add(size);
        self.tally.marks.note(path, TarMark::File(size));
        Ok(())
    }

    fn opaque(&mut self, dir: &[u8]) -> Result<(), ApplyError> {
        // Its directories are made when they are missing, as those of a file in it are.
        let place = if dir.is_empty() { self.places.root() } else { self.places.inside(dir)? };
        let here = OsStr::new(".");
        overlay::make_opaque(&place.dir, here, self.options.rootless).map_err(ApplyError::doing("setxattr"))?;
        // The root of an overlay is merged always: there the mark is without effect, as it is with Docker.
        if !dir.is_empty() {
            self.tally.marks.note(dir, TarMark::Opaque);
        }
        Ok(())
    }

    fn whiteout(&mut self, path: &[u8]) -> Result<(), ApplyError> {
        let place = self.places.parent(path)?;
        // A whiteout is about the layers below, never about this one (image-spec, layer.md): what this layer itself has
        // there stays, and only what a directory would merge with is hidden.
        match overlay::look(&place.dir, place.name()).map_err(ApplyError::doing("stat"))? {
            Some(stat) if stat.st_mode & libc::S_IFMT == libc::S_IFDIR => {
                overlay::make_opaque(&place.dir, place.name(), self.options.rootless)
                    .map_err(ApplyError::doing("setxattr"))?;
                self.tally.marks.note(path, TarMark::Opaque);
            }
            Some(_) => {}
            None => {
                overlay::make_whiteout(&place.dir, place.name(), self.options.rootless)
                    .map_err(ApplyError::doing("mknod"))?;
                self.tally.marks.note(path, TarMark::Whiteout);
            }
        }
        Ok(())
    }

    fn directory(&mut self, entry: &LayerEntry) -> Result<(), ApplyError> {
        let path = entry.path.as_bytes();
        if path.is_empty() {
            let root = self.places.root();
            self.set_metadata(&root, entry)?;
            return self.remember_directory(&root, entry);
        }
        let place = self.places.parent(path)?;
        let opaque = self.make_dir(&place)?;
        self.set_metadata(&place, entry)?;
        self.remember_directory(&place, entry)?;
        self.tally.marks.note(path, if opaque { TarMark::Opaque } else { TarMark::Dir });
        Ok(())
    }

    fn remember_directory(&mut self, place: &Place<'_>, entry: &LayerEntry) -> Result<(), ApplyError> {
        let stat = overlay::look(&place.dir, place.name()).map_err(ApplyError::doing("stat"))?;
        let inherited = entry.xattrs.iter().find(|(name, _)| name.as_bytes() == metadata::INHERITED);
        let dated = Dated {
            time: entry.mtime,
            inherited: inherited.map(|(_, value)| value.as_bytes().to_vec()),
            inode: stat.map_or(0, |stat| stat.st_ino),
            entry: self.tally.entries,
        };
        let path = self.places.real(place);
        let length = path.len();
        if self.dirs.insert(path, dated).is_none() {
            self.bytes_of_dirs += length;
            if self.bytes_of_dirs > self.options.limits.directories {
                return Err(ApplyError::Tar(self.options.limits.too_many_directories()));
            }
        }
        Ok(())
    }

    /// True when it takes the place of a whiteout: then it hides what is below.
    fn make_dir(&mut self, place: &Place<'_>) -> Result<bool, ApplyError> {
        let mode = Mode::from_bits_truncate(0o700);
        match mkdirat(&place.dir, place.name(), mode) {
            Ok(()) => return Ok(false),
            Err(Errno::EEXIST) => {}
            Err(errno) => return Err(ApplyError::errno("mkdir")(errno)),
        }
        let Some(stat) = overlay::look(&place.dir, place.name()).map_err(ApplyError::doing("stat"))? else {
            return Err(ApplyError::Damaged("a directory that came and went"));
        };
        if stat.st_mode & libc::S_IFMT == libc::S_IFDIR {
            return Ok(false);
        }
        let whiteout = overlay::is_whiteout(&place.dir, place.name(), &stat);
        unlinkat(&place.dir, place.name(), UnlinkatFlags::NoRemoveDir).map_err(ApplyError::errno("unlink"))?;
        self.places.forget();
        mkdirat(&place.dir, place.name(), mode).map_err(ApplyError::errno("mkdir"))?;
        if whiteout {
            overlay::make_opaque(&place.dir, place.name(), self.options.rootless)
                .map_err(ApplyError::doing("setxattr"))?;
        }
        Ok(whiteout)
    }

    fn hard_link(&mut self, place: &Place<'_>, target: &[u8]) -> Result<(), ApplyError> {
        const MISSING: ApplyError = ApplyError::Damaged("a hard link to a file that this layer does not have");
        let from = self.places.existing(target)?.ok_or(MISSING)?;
        match overlay::look(&from.dir, from.name()).map_err(ApplyError::doing("stat"))? {
            // What hides a file of the layers below is no file of this one.
            Some(stat) if overlay::is_whiteout(&from.dir, from.name(), &stat) => return Err(MISSING),
            Some(stat) if stat.st_mode & libc::S_IFMT == libc::S_IFDIR => {
                return Err(ApplyError::Damaged("a hard link to a directory"));
            }
            Some(_) => {}
            None => return Err(MISSING),
        }
        match self.anew(place, || linkat(&from.dir, from.name(), &place.dir, place.name(), AtFlags::empty())) {
            Err(Errno::ENOENT) => Err(ApplyError::Damaged("a hard link to itself")),
            other => other.map_err(ApplyError::errno("link")),
        }
    }

    /// False when this host cannot make it, which was remarked.
    fn node(&mut self, place: &Place<'_>, kind: &Kind) -> Result<bool, ApplyError> {
        let mode = Mode::from_bits_truncate(0o600);
        let (flag, device) = match kind {
            Kind::Symlink { target } => {
                let link = || symlinkat(OsStr::from_bytes(target.as_bytes()), &place.dir, place.name());
                return self.anew(place, link).map(|()| true).map_err(ApplyError::errno("symlink"));
            }
            Kind::Char { major, minor } => (SFlag::S_IFCHR, makedev((*major).into(), (*minor).into())),
            Kind::Block { major, minor } => (SFlag::S_IFBLK, makedev((*major).into(), (*minor).into())),
            _ => (SFlag::S_IFIFO, 0),
        };
        match self.anew(place, || mknodat(&place.dir, place.name(), flag, mode, device)) {
            Ok(()) => Ok(true),
            Err(Errno::EPERM) if self.options.rootless => {
                let path = super::shown(place.path);
                self.remark(Code::DeviceSkipped, |problem| problem.with("path", path));
                Ok(false)
            }
            Err(errno) => Err(ApplyError::errno("mknod")(errno)),
        }
    }

    /// Makes something where there may be something of this same tar: the later entry wins.
    fn anew<T>(&mut self, place: &Place<'_>, make: impl Fn() -> nix::Result<T>) -> nix::Result<T> {
        match make() {
            Err(Errno::EEXIST) => {
                self.places.remove(place)?;
                make()
            }
            other => other,
        }
    }

    /// Says it once a layer, about the first path it holds for.
    fn remark(&mut self, code: Code, with: impl FnOnce(Problem) -> Problem) {
        if !self.tally.remarks.iter().any(|said| said.code == code) {
            self.tally.remarks.push(with(Problem::new(code)));
        }
    }
}
