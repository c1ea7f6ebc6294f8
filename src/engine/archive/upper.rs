//! A writable layer as the tar of an image layer (OCI image-spec, layer.md).
//!
//! ```text
//! overlay's mark                                   in the tar
//! char device 0/0, or user.overlay.whiteout        an empty file .wh.<name>
//! {trusted,user}.overlay.opaque = y                an empty file .wh..wh..opq directly behind the directory
//! ```
//!
//! Names are sorted, so that the same files are the same tar. Everything is opened by handle and no link is followed: the
//! container may still be running, and its files are not to be trusted.

use super::holes::{Exactly, Holed};
use crate::engine::unpack::{Limits, marks_of, shown};
use crate::engine::{Cx, Fault, Result};
use crate::trace::{Code, Problem};
use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, fstat, fstatat};
use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use tar::{Builder, EntryType, Header};

/// What was packed.
#[derive(Debug, Default)]
pub struct Packed {
    /// Entries of the tar.
    pub entries: u64,
    /// What was left out, worth saying.
    pub remarks: Vec<Problem>,
}

/// Writes `upper` as a tar. `apart` are paths that the engine made there for its own mounts: they are left out.
pub fn pack(cx: &Cx, upper: &Path, apart: &dyn Fn(&[u8], &FileStat) -> bool, out: impl Write) -> Result<Packed> {
    let root =
        nix::fcntl::open(upper, DIRECTORY, Mode::empty()).map_err(|e| Fault::io("read", upper.display(), &e.into()))?;
    let mut tar = Builder::new(out);
    let packed = Packer { layer: true, ..Packer::new(cx, apart, &mut tar) }.all(root)?;
    finish(&mut tar).map(|()| packed)
}

/// Writes a tree as it is seen, which is no layer: all that is in a directory.
pub fn pack_files(cx: &Cx, root: OwnedFd, out: impl Write) -> Result<Packed> {
    let mut tar = Builder::new(out);
    let packed = Packer::new(cx, &|_, _| false, &mut tar).all(root)?;
    finish(&mut tar).map(|()| packed)
}

/// The same of what has a name in a directory, by the name that it is to have in the tar: `/`, `.`, `etc`.
pub fn pack_one(cx: &Cx, dir: &OwnedFd, name: &OsStr, called: &[u8], out: impl Write) -> Result<Packed> {
    let mut tar = Builder::new(out);
    let packed = Packer::new(cx, &|_, _| false, &mut tar).one(dir, name, called)?;
    finish(&mut tar).map(|()| packed)
}

/// The same as a part of a tar, with holes as holes. `note` is told of each entry when it was written.
pub fn pack_into<W: Write>(
    cx: &Cx,
    dir: &OwnedFd,
    called: &[u8],
    tar: &mut Builder<W>,
    note: Note<'_, W>,
) -> Result<Packed> {
    let packer = Packer::new(cx, &|_, _| false, tar);
    Packer { note: Some(note), ..packer }.one(dir, OsStr::new("."), called)
}

/// So many are worth saying.
const REMARKS: usize = 32;
const DIRECTORY: OFlag = OFlag::O_RDONLY.union(OFlag::O_DIRECTORY).union(OFlag::O_NOFOLLOW).union(OFlag::O_CLOEXEC);

/// Is told of an entry by its path, with what it was written to.
type Note<'a, W> = &'a mut dyn FnMut(&[u8], &mut W) -> Result<()>;

struct Packer<'a, W: Write> {
    cx: &'a Cx,
    apart: &'a dyn Fn(&[u8], &FileStat) -> bool,
    tar: &'a mut Builder<W>,
    /// Files with several names: the first name by device and inode.
    links: HashMap<(u64, u64), Vec<u8>>,
    /// It is a layer: what overlay marks is marked in the tar.
    layer: bool,
    /// Who is told of each entry; for them holes are holes.
    note: Option<Note<'a, W>>,
    packed: Packed,
}

fn finish(tar: &mut Builder<impl Write>) -> Result<()> {
    tar.finish().map_err(|e| Fault::io("write", "the tar", &e))
}

impl<'a, W: Write> Packer<'a, W> {
    fn new(cx: &'a Cx, apart: &'a dyn Fn(&[u8], &FileStat) -> bool, tar: &'a mut Builder<W>) -> Self {
        Self { cx, apart, tar, links: HashMap::new(), layer: false, note: None, packed: Packed::default() }
    }

    fn all(mut self, root: OwnedFd) -> Result<Packed> {
        self.directory(root, b"")?;
        Ok(self.packed)
    }

    fn one(mut self, dir: &OwnedFd, name: &OsStr, called: &[u8]) -> Result<Packed> {
        let failed = |e: Errno| Fault::io("read", shown(called), &e.into());
        let stat = fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW).map_err(failed)?;
        self.entry(dir, name, called, &stat)?;
        Ok(self.packed)
    }

    fn directory(&mut self, dir: OwnedFd, path: &[u8]) -> Result<()> {
        let failed = |e: Errno| Fault::io("read", shown(path), &e.into());
        let again = dir.try_clone().map_err(|e| Fault::io("read", shown(path), &e))?;
        let mut names: Vec<OsString> = Vec::new();
        for entry in Dir::from_fd(again).map_err(failed)?.iter() {
            let name = OsStr::from_bytes(entry.map_err(failed)?.file_name().to_bytes()).to_owned();
            if name != "." && name != ".." {
                names.push(name);
            }
        }
        names.sort();
        for name in names {
            self.cx.check()?;
            // A container can nest directories without end; no layer may have what could not be unpacked again.
            let above = path.strip_suffix(b"/").map_or(path, |root| root);
            let apart: &[u8] = if path.is_empty() { b"" } else { b"/" };
            let path = [above, apart, name.as_bytes()].concat();
            Limits::default().check_upper(&path)?;
            // What the container has deleted meanwhile is not there.
            match fstatat(&dir, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
                Ok(stat) => self.entry(&dir, &name, &path, &stat)?,
                Err(Errno::ENOENT) => {}
                Err(errno) => return Err(Fault::io("read", shown(&path), &errno.into())),
            }
        }
        Ok(())
    }

    fn entry(&mut self, dir: &OwnedFd, name: &OsStr, path: &[u8], stat: &FileStat) -> Result<()> {
        let failed = |what: &'static str| move |e: io::Error| Fault::io(what, shown(path), &e);
        if (self.apart)(path, stat) {
            return Ok(());
        }
        let (whiteout, opaque) = if self.layer { marks_of(dir, name, stat) } else { (false, false) };
        if whiteout {
            let at = path.len() - name.len();
            return self.mark(&[&path[..at], b".wh.", name.as_bytes()].concat());
        }
        if self.layer && name.as_bytes().starts_with(b".wh.") {
            // In a layer this name would delete another file.
            return Err(Fault::failed(Code::CommitWhiteoutName).with("path", shown(path)));
        }
        let mut header = header(stat);
        match stat.st_mode & libc::S_IFMT {
            libc::S_IFDIR => {
                header.set_entry_type(EntryType::Directory);
                let called = if path.ends_with(b"/") { path.to_vec() } else { [path, b"/"].concat() };
                self.append(dir, name, stat, &mut header, &called, io::empty())?;
                if opaque {
                    self.mark(&[path, b"/.wh..wh..opq"].concat())?;
                }
                match openat(dir, name, DIRECTORY, Mode::empty()) {
                    Ok(inner) => self.directory(inner, path),
                    // It was deleted or exchanged since it was looked at.
                    Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => Ok(()),
                    Err(errno) => Err(failed("read")(errno.into())),
                }
            }
            libc::S_IFREG => self.regular(dir, name, path, stat),
            libc::S_IFLNK => {
                let target = readlinkat(dir, name).map_err(|e| failed("read")(e.into()))?;
                header.set_entry_type(EntryType::Symlink);
                self.extensions(dir, name, path, stat, Some(target.as_bytes()), None)?;
                self.link(&mut header, path, target.as_bytes())
            }
            libc::S_IFSOCK => {
                if self.packed.remarks.len() < REMARKS {
                    self.packed.remarks.push(Problem::new(Code::SocketSkipped).with("path", shown(path)));
                }
                Ok(())
            }
            kind => {
                header.set_entry_type(match kind {
                    libc::S_IFIFO => EntryType::Fifo,
                    libc::S_IFBLK => EntryType::Block,
                    _ => EntryType::Char,
                });
                let number = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
                let (major, minor) = (nix::sys::stat::major(stat.st_rdev), nix::sys::stat::minor(stat.st_rdev));
                header.set_device_major(number(major)).map_err(failed("write"))?;
                header.set_device_minor(number(minor)).map_err(failed("write"))?;
                self.append(dir, name, stat, &mut header, path, io::empty())
            }
        }
    }

    /// Apart from the directories, which lie within each other: they need a small stack.
    fn regular(&mut self, dir: &OwnedFd, name: &OsStr, path: &[u8], stat: &FileStat) -> Result<()> {
        let failed = |what: &'static str| move |e: io::Error| Fault::io(what, shown(path), &e);
        let mut header = header(stat);
        if let Some(first) = self.links.get(&(stat.st_dev, stat.st_ino)).cloned() {
            header.set_entry_type(EntryType::Link);
            // Docker sets the file's metadata once more to what the entry of the link says.
            self.extensions(dir, name, path, stat, Some(&first), None)?;
            return self.link(&mut header, path, &first);
        }
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let file = match openat(dir, name, flags, Mode::empty()) {
            Err(Errno::ENOENT | Errno::ELOOP | Errno::ENXIO) => return Ok(()),
            other => other.map_err(|e| failed("read")(e.into()))?,
        };
        let now = fstat(&file).map_err(|e| failed("read")(e.into()))?;
        if now.st_mode & libc::S_IFMT != libc::S_IFREG {
            // A pipe took its place: it would give no bytes, or never end.
            return Ok(());
        }
        if now.st_nlink > 1 {
            self.links.insert((now.st_dev, now.st_ino), path.to_vec());
        }
        header.set_entry_type(EntryType::Regular);
        let mut file = File::from(file);
        if self.note.is_some()
            && let Some(holed) = Holed::of(&mut file, size(&now)).map_err(failed("read"))?
        {
            return self.holed((dir, name), stat, path, &holed, file);
        }
        header.set_size(size(&now));
        let whole = Exactly { inner: file, left: size(&now) };
        self.append(dir, name, stat, &mut header, path, whole)
    }

    fn append(
        &mut self,
        dir: &OwnedFd,
        name: &OsStr,
        stat: &FileStat,
        header: &mut Header,
        path: &[u8],
        content: impl Read,
    ) -> Result<()> {
        self.extensions(dir, name, path, stat, None, None)?;
        let failed = |e| Fault::io("write", shown(path), &e);
        if is_literal(path) {
            fill(&mut header.as_old_mut().name, path);
            header.set_cksum();
            self.tar.append(header, content).map_err(failed)?;
        } else {
            let place = Path::new(OsStr::from_bytes(path));
            self.tar.append_data(header, place, content).map_err(failed)?;
        }
        self.written(path)
    }

    /// A file with holes, as PAX 1.0 has it: its map stands before its pieces, and its name and size in the extended header.
    fn holed(
        &mut self,
        (dir, name): (&OwnedFd, &OsStr),
        stat: &FileStat,
        path: &[u8],
        holed: &Holed,
        file: File,
    ) -> Result<()> {
        self.extensions(dir, name, path, stat, None, Some(holed))?;
        let failed = |e| Fault::io("write", shown(path), &e);
        // Behind a header of its own format GNU tar looks for maps of its own.
        let mut header = with_metadata(Header::new_ustar(), stat);
        header.set_entry_type(EntryType::Regular);
        fill(&mut header.as_old_mut().name, b"GNUSparseFile.0/file");
        header.set_size(holed.stored());
        header.set_cksum();
        self.tar.append(&header, holed.content(file)).map_err(failed)?;
        self.written(path)
    }

    fn written(&mut self, path: &[u8]) -> Result<()> {
        self.packed.entries += 1;
        match &mut self.note {
            Some(note) => note(path, self.tar.get_mut()),
            None => Ok(()),
        }
    }

    /// A link, symbolic or not.
    fn link(&mut self, header: &mut Header, path: &[u8], target: &[u8]) -> Result<()> {
        let failed = |e| Fault::io("write", shown(path), &e);
        if is_literal(path) {
            fill(&mut header.as_old_mut().name, path);
            fill(&mut header.as_old_mut().linkname, target);
            header.set_cksum();
            self.tar.append(header, io::empty()).map_err(failed)?;
        } else {
            let of = |bytes| Path::new(OsStr::from_bytes(bytes));
            self.tar.append_link(header, of(path), of(target)).map_err(failed)?;
        }
        self.written(path)
    }

    /// What a tar header has no room for: attributes, and times finer than a second.
    fn extensions(
        &mut self,
        dir: &OwnedFd,
        name: &OsStr,
        path: &[u8],
        stat: &FileStat,
        target: Option<&[u8]>,
        holed: Option<&Holed>,
    ) -> Result<()> {
        let failed = |e: io::Error| Fault::io("read", shown(path), &e);
        let mut all: Vec<(String, Vec<u8>)> = Vec::new();
        // It stands whole here, and as far as it fits in the header.
        if is_literal(path) {
            all.push(("path".to_owned(), path.to_vec()));
            all.extend(target.map(|target| ("linkpath".to_owned(), target.to_vec())));
        }
        all.extend(holed.into_iter().flat_map(|holed| holed.records(path)));
        if stat.st_mtime_nsec != 0 || stat.st_mtime < 0 {
            all.push(("mtime".to_owned(), decimal(stat.st_mtime, stat.st_mtime_nsec).into_bytes()));
        }
        let place = Path::new("/proc/self/fd").join(dir.as_fd().as_raw_fd().to_string()).join(name);
        let names = match xattr::list(&place) {
            Ok(names) => names.collect::<Vec<_>>(),
            Err(error) if error.raw_os_error() == Some(libc::ENOTSUP) => Vec::new(),
            Err(error) => return Err(failed(error)),
        };
        for attribute in names {
            let Some(text) =
                attribute.to_str().filter(|text| is_kept(text) || self.note.is_some() && is_access_list(text))
            else {
                continue;
            };
            if let Some(value) = xattr::get(&place, &attribute).map_err(failed)? {
                all.push((format!("SCHILY.xattr.{text}"), value));
            }
        }
        for overlay in ["redirect", "metacopy"] {
            // The kernel was told to note renames instead of copying: what lies here is not the whole file.
            let names = ["trusted", "user"].map(|space| format!("{space}.overlay.{overlay}"));
            if names.iter().any(|name| matches!(xattr::get(&place, name), Ok(Some(_)))) {
                return Err(Fault::failed(Code::CommitRedirect).with("path", shown(path)).with("name", overlay));
            }
        }
        all.sort();
        if all.is_empty() {
            return Ok(());
        }
        let all = all.iter().map(|(name, value)| (name.as_str(), value.as_slice()));
        self.tar.append_pax_extensions(all).map_err(|e| Fault::io("write", shown(path), &e))
    }

    fn mark(&mut self, path: &[u8]) -> Result<()> {
        let mut header = Header::new_gnu();
        header.set_mode(0);
        header.set_size(0);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_entry_type(EntryType::Regular);
        self.packed.entries += 1;
        let place = Path::new(OsStr::from_bytes(path));
        self.tar.append_data(&mut header, place, io::empty()).map_err(|e| Fault::io("write", shown(path), &e))
    }
}

/// As Docker's own client wants the root of a container and the inside of a directory: `/etc`, `./etc`. The crate makes `etc` of both.
fn is_literal(path: &[u8]) -> bool {
    path.starts_with(b"/") || path.starts_with(b"./") || path == b"."
}

/// As much of a name as a field takes.
fn fill(field: &mut [u8], name: &[u8]) {
    let much = field.len().min(name.len());
    field.fill(0);
    field[..much].copy_from_slice(&name[..much]);
}

fn header(stat: &FileStat) -> Header {
    with_metadata(Header::new_gnu(), stat)
}

fn with_metadata(mut header: Header, stat: &FileStat) -> Header {
    header.set_mode(stat.st_mode & 0o7777);
    header.set_uid(u64::from(stat.st_uid));
    header.set_gid(u64::from(stat.st_gid));
    header.set_size(0);
    header.set_mtime(u64::try_from(stat.st_mtime).unwrap_or(0));
    header
}

fn size(stat: &FileStat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(0)
}

/// PAX writes a moment as a decimal fraction, also before 1970.
fn decimal(seconds: i64, nanoseconds: i64) -> String {
    if seconds >= 0 || nanoseconds == 0 {
        return format!("{seconds}.{nanoseconds:09}");
    }
    let (whole, fraction) = (-(seconds + 1), 1_000_000_000 - nanoseconds);
    format!("-{whole}.{fraction:09}")
}

/// Overlay's own marks are told in the layer's own words, and access lists and labels belong to this host.
fn is_kept(attribute: &str) -> bool {
    let overlay = attribute.starts_with("trusted.overlay.") || attribute.starts_with("user.overlay.");
    let carried =
        attribute == "security.capability" || attribute.starts_with("user.") || attribute.starts_with("trusted.");
    carried && !overlay
}

/// acl(5). Where one is, the group's bits of the mode are its mask: without it the group could do more than before. A volume that is moved
/// takes it along.
fn is_access_list(attribute: &str) -> bool {
    ["system.posix_acl_access", "system.posix_acl_default"].contains(&attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_before_1970_are_fractions_below_zero() {
        assert_eq!(decimal(1, 500_000_000), "1.500000000");
        assert_eq!(decimal(-1, 500_000_000), "-0.500000000");
        assert_eq!(decimal(-2, 250_000_000), "-1.750000000");
        assert_eq!(decimal(-2, 0), "-2.000000000");
    }

    #[test]
    fn what_is_overlays_own_is_left_out() {
        for (name, kept) in [
            ("security.capability", true),
            ("user.note", true),
            ("trusted.note", true),
            ("trusted.overlay.opaque", false),
            ("user.overlay.whiteout", false),
            ("security.selinux", false),
            ("system.posix_acl_access", false),
        ] {
            assert_eq!(is_kept(name), kept, "{name}");
        }
    }
}
