use super::Stop;
use crate::engine::unpack::overlay;
use crate::engine::{Fault, Result};
use nix::errno::Errno;
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use pathrs::Root;
use pathrs::error::ErrorKind;
use std::ffi::OsStr;
use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

/// Where an entry goes: an open directory inside the layer, and a name in it.
pub struct Place {
    pub dir: Rc<OwnedFd>,
    /// The whole path within the layer.
    pub path: Vec<u8>,
    /// Where the name begins.
    name_at: usize,
}

impl Place {
    pub fn name(&self) -> &OsStr {
        match &self.path[self.name_at..] {
            b"" => OsStr::new("."),
            name => OsStr::from_bytes(name),
        }
    }

    /// The directory's path with a slash at its end; empty for the root.
    pub fn prefix(&self) -> &[u8] {
        &self.path[..self.name_at]
    }
}

/// Resolves paths by handle inside a layer: a symbolic link, absolute or not, never leads out.
pub struct Places {
    root: Root,
    root_dir: Rc<OwnedFd>,
    /// Entries come directory by directory, so the last directory is mostly the next one too.
    last: Option<(Vec<u8>, Rc<OwnedFd>)>,
}

impl Places {
    pub fn open(dir: &Path) -> Result<Self> {
        let failed = |e: pathrs::error::Error| Fault::io("open", dir.display(), &std::io::Error::other(e));
        let root = Root::open(dir).map_err(failed)?;
        let root_dir = Rc::new(OwnedFd::from(root.resolve("/").map_err(failed)?));
        Ok(Self { root, root_dir, last: None })
    }

    pub fn root(&self) -> Result<Place, Stop> {
        Ok(Place { dir: Rc::clone(&self.root_dir), path: Vec::new(), name_at: 0 })
    }

    /// The place of a path whose directories are made when they are missing.
    pub fn parent(&mut self, path: &[u8]) -> Result<Place, Stop> {
        let name_at = path.iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
        let dir = self.made(&path[..name_at.saturating_sub(1)])?;
        Ok(Place { dir, path: path.to_vec(), name_at })
    }

    /// The place of a path whose directories must be there.
    pub fn existing(&mut self, path: &[u8]) -> Result<Place, Stop> {
        let name_at = path.iter().rposition(|b| *b == b'/').map_or(0, |slash| slash + 1);
        let found = self.directory(&path[..name_at.saturating_sub(1)])?;
        let dir = found.ok_or(Stop::Damaged("a hard link to a file that this layer does not have"))?;
        Ok(Place { dir, path: path.to_vec(), name_at })
    }

    /// The directory of that path; none when it is not there or is none.
    pub fn directory(&mut self, path: &[u8]) -> Result<Option<Rc<OwnedFd>>, Stop> {
        if path.is_empty() {
            return Ok(Some(Rc::clone(&self.root_dir)));
        }
        if let Some((_, dir)) = self.last.as_ref().filter(|(last, _)| last == path) {
            return Ok(Some(Rc::clone(dir)));
        }
        let handle = match self.root.resolve(Path::new(OsStr::from_bytes(path))) {
            Ok(handle) => handle,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::OsError(Some(libc::ENOENT | libc::ENOTDIR)) => Ok(None),
                    ErrorKind::OsError(Some(errno)) => Err(Stop::errno("open")(Errno::from_raw(errno))),
                    _ => Err(Stop::Host("open", std::io::Error::other(error))),
                };
            }
        };
        let dir = OwnedFd::from(handle);
        let stat = nix::sys::stat::fstat(&dir).map_err(Stop::errno("stat"))?;
        if stat.st_mode & libc::S_IFMT != libc::S_IFDIR {
            return Ok(None);
        }
        let dir = Rc::new(dir);
        self.last = Some((path.to_vec(), Rc::clone(&dir)));
        Ok(Some(dir))
    }

    /// Removes what an earlier entry of the same tar made there.
    pub fn remove(&mut self, place: &Place) -> nix::Result<()> {
        self.forget();
        match unlinkat(&*place.dir, place.name(), UnlinkatFlags::NoRemoveDir) {
            Err(Errno::EISDIR | Errno::EPERM) => {
                let path = overlay::path_of(&*place.dir, place.name());
                fs::remove_dir_all(path).map_err(|e| Errno::from_raw(e.raw_os_error().unwrap_or(libc::EIO)))
            }
            other => other,
        }
    }

    /// Something was replaced: what was resolved before may be elsewhere now.
    pub fn forget(&mut self) {
        self.last = None;
    }

    fn made(&mut self, path: &[u8]) -> Result<Rc<OwnedFd>, Stop> {
        if let Some(dir) = self.directory(path)? {
            return Ok(dir);
        }
        let place = self.parent(path)?;
        match mkdirat(&*place.dir, place.name(), Mode::from_bits_truncate(0o755)) {
            // The umask may have taken something away.
            Ok(()) => {
                let mode = Mode::from_bits_truncate(0o755);
                let flags = FchmodatFlags::FollowSymlink;
                fchmodat(&*place.dir, place.name(), mode, flags).map_err(Stop::errno("chmod"))?;
            }
            Err(Errno::EEXIST) => return Err(Stop::Damaged("its directory is no directory in this layer")),
            Err(errno) => return Err(Stop::errno("mkdir")(errno)),
        }
        self.directory(path)?.ok_or(Stop::Damaged("its directory is no directory in this layer"))
    }
}
