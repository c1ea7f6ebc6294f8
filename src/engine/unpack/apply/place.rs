use super::error::ApplyError;
use super::resolve::Resolver;
use crate::engine::unpack::limits::Limits;
use crate::engine::unpack::{Options, overlay};
use crate::engine::{Fault, Result, handle};
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, readlink};
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::rc::Rc;

/// Where an entry goes: an open directory inside the layer, and a name in it.
pub struct Place<'a> {
    pub dir: Rc<OwnedFd>,
    /// The whole path within the layer.
    pub path: &'a [u8],
}

impl Place<'_> {
    pub fn name(&self) -> &OsStr {
        match split(self.path).1 {
            b"" => OsStr::new("."),
            name => OsStr::from_bytes(name),
        }
    }
}

/// Resolves paths by handle inside a layer: a symbolic link, absolute or not, never leads out.
pub struct Places {
    resolver: Resolver,
    limits: Limits,
    rootless: bool,
    root: Rc<OwnedFd>,
    /// Entries come directory by directory, so the last directory is mostly the next one too.
    last: Option<(Vec<u8>, Rc<OwnedFd>)>,
}

const NO_DIRECTORY: ApplyError = ApplyError::Damaged("its directory is no directory in this layer");

impl Places {
    pub fn open(dir: &Path, options: &Options) -> Result<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let root = open(dir, flags, Mode::empty()).map_err(|e| Fault::io("open", dir.display(), &e.into()))?;
        Ok(Self::at(root, options))
    }

    /// Below a directory that is open.
    pub fn at(root: OwnedFd, options: &Options) -> Self {
        let (resolver, limits, rootless) = (options.resolver, options.limits, options.rootless);
        Self { resolver, limits, rootless, root: Rc::new(root), last: None }
    }

    pub fn root(&self) -> Place<'static> {
        Place { dir: Rc::clone(&self.root), path: b"" }
    }

    /// The place of a path whose directories are made when they are missing.
    pub fn parent<'a>(&mut self, path: &'a [u8]) -> Result<Place<'a>, ApplyError> {
        Ok(Place { dir: self.made(split(path).0)?, path })
    }

    /// The directory of that path, which is made when it is missing.
    pub fn inside(&mut self, path: &[u8]) -> Result<Place<'static>, ApplyError> {
        Ok(Place { dir: self.made(path)?, path: b"" })
    }

    /// The place of a path; none when its directories are not there.
    pub fn existing<'a>(&mut self, path: &'a [u8]) -> Result<Option<Place<'a>>, ApplyError> {
        Ok(self.directory(split(path).0)?.map(|dir| Place { dir, path }))
    }

    /// The directory of that path; none when it is not there or is none.
    pub fn directory(&mut self, path: &[u8]) -> Result<Option<Rc<OwnedFd>>, ApplyError> {
        if path.is_empty() {
            return Ok(Some(Rc::clone(&self.root)));
        }
        if let Some((_, dir)) = self.last.as_ref().filter(|(last, _)| last == path) {
            return Ok(Some(Rc::clone(dir)));
        }
        let found =
            self.resolver.directory(self.root.as_fd(), path, self.limits.depth).map_err(|errno| match errno {
                Errno::ELOOP => ApplyError::Damaged("its directory is a link that leads to itself"),
                Errno::ENAMETOOLONG => ApplyError::Tar(self.limits.too_deep(path)),
                errno => ApplyError::Host("open", errno.into()),
            })?;
        let Some(dir) = found.map(Rc::new) else { return Ok(None) };
        self.last = Some((path.to_vec(), Rc::clone(&dir)));
        Ok(Some(dir))
    }

    /// The path of a place by which no link leads: one that an entry was led by may be replaced by a later entry.
    pub fn real(&self, place: &Place<'_>) -> Vec<u8> {
        let (dir, name) = split(place.path);
        if dir.is_empty() {
            return place.path.to_vec();
        }
        let path = |dir: &OwnedFd| readlink(&handle::itself(dir)).map(OsString::into_encoded_bytes);
        // One that is longer than a path may be has none (`ENAMETOOLONG`).
        let (Ok(root), Ok(dir)) = (path(&self.root), path(&place.dir)) else { return place.path.to_vec() };
        let below = dir.strip_prefix(root.as_slice()).unwrap_or(&dir);
        let below = below.strip_prefix(b"/").unwrap_or(below);
        if below.is_empty() { name.to_vec() } else { [below, b"/", name].concat() }
    }

    /// Removes what an earlier entry of the same tar made there.
    pub fn remove(&mut self, place: &Place<'_>) -> nix::Result<()> {
        self.forget();
        match unlinkat(&*place.dir, place.name(), UnlinkatFlags::NoRemoveDir) {
            Err(Errno::EISDIR | Errno::EPERM) => {
                let failed = |e: std::io::Error| Errno::from_raw(e.raw_os_error().unwrap_or(libc::EIO));
                handle::clear(handle::enter(&*place.dir, place.name())?).map_err(failed)?;
                unlinkat(&*place.dir, place.name(), UnlinkatFlags::RemoveDir)
            }
            other => other,
        }
    }

    /// Something was replaced: what was resolved before may be elsewhere now.
    pub fn forget(&mut self) {
        self.last = None;
    }

    fn made(&mut self, path: &[u8]) -> Result<Rc<OwnedFd>, ApplyError> {
        if let Some(dir) = self.directory(path)? {
            return Ok(dir);
        }
        let place = self.parent(path)?;
        match mkdirat(&*place.dir, place.name(), Mode::from_bits_truncate(0o755)) {
            // The umask may have taken something away.
            Ok(()) => {
                let mode = Mode::from_bits_truncate(0o755);
                let flags = FchmodatFlags::FollowSymlink;
                fchmodat(&*place.dir, place.name(), mode, flags).map_err(ApplyError::errno("chmod"))?;
            }
            Err(Errno::EEXIST) => self.instead_of_whiteout(&place)?,
            Err(errno) => return Err(ApplyError::errno("mkdir")(errno)),
        }
        self.directory(path)?.ok_or(NO_DIRECTORY)
    }
}

impl Places {
    /// A whiteout of `a`, then `a/b`: what is below stays hidden, and the new directory is there.
    fn instead_of_whiteout(&mut self, place: &Place<'_>) -> Result<(), ApplyError> {
        let stat = overlay::look(&place.dir, place.name()).map_err(ApplyError::doing("stat"))?;
        if !stat.is_some_and(|stat| overlay::is_whiteout(&place.dir, place.name(), &stat)) {
            return Err(NO_DIRECTORY);
        }
        self.forget();
        unlinkat(&*place.dir, place.name(), UnlinkatFlags::NoRemoveDir).map_err(ApplyError::errno("unlink"))?;
        let mode = Mode::from_bits_truncate(0o755);
        mkdirat(&*place.dir, place.name(), mode).map_err(ApplyError::errno("mkdir"))?;
        fchmodat(&*place.dir, place.name(), mode, FchmodatFlags::FollowSymlink).map_err(ApplyError::errno("chmod"))?;
        overlay::make_opaque(&place.dir, place.name(), self.rootless).map_err(ApplyError::doing("setxattr"))
    }
}

/// The directory's path and the name in it.
fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|b| *b == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (b"", path),
    }
}
