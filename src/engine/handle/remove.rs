//! Removes a directory however deep a container has nested it.
//!
//! ```text
//! top/a/b/c/…/z/more     z is as deep as handles are kept open for: z/more ─rename▶ top/.removing-1, its turn comes later
//! ```
//!
//! The usual recursion (`std::fs::remove_dir_all`) holds a handle for each level: at a thousand levels the engine has none
//! left, and the directory stays for ever.

use super::{enter, hold, itself, names, open};
use nix::errno::Errno;
use nix::fcntl::{OFlag, renameat};
use nix::sys::stat::Mode;
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// How many directories are held open at once.
const LEVELS: usize = 32;
/// How often it is tried again when somebody goes on making files.
const PATIENCE: u32 = 1000;

/// Removes a directory with all that is in it, and no link's target. Fails with `NotFound` when it is not there, and with
/// `NotADirectory` when it is none.
pub fn remove(path: &Path) -> io::Result<()> {
    let dir = match open(path) {
        // May not be read, as overlay's `work/work`.
        Err(Errno::EACCES) => {
            opened_up(path)?;
            open(path)?
        }
        Err(Errno::ELOOP) => return Err(Errno::ENOTDIR.into()),
        other => other?,
    };
    clear(dir)?;
    fs::remove_dir(path)
}

/// Removes all that is in a directory.
pub fn clear(top: OwnedFd) -> io::Result<()> {
    let left = names(&top)?;
    let mut way = Way { levels: vec![Level { dir: top, name: OsString::new(), left }], moved: 0, tries: 0 };
    while way.step()? {}
    Ok(())
}

/// The directories that are being emptied, each in the one before.
struct Way {
    levels: Vec<Level>,
    /// How many were brought up.
    moved: u64,
    tries: u32,
}

struct Level {
    dir: OwnedFd,
    name: OsString,
    left: Vec<OsString>,
}

impl Way {
    /// False when nothing is left to do.
    fn step(&mut self) -> io::Result<bool> {
        let depth = self.levels.len();
        let Some(level) = self.levels.last_mut() else { return Ok(false) };
        if let Some(name) = level.left.pop() {
            match unlinkat(&level.dir, name.as_os_str(), UnlinkatFlags::NoRemoveDir) {
                Ok(()) | Err(Errno::ENOENT) => {}
                Err(Errno::EISDIR) if depth > LEVELS => self.bring_up(name)?,
                Err(Errno::EISDIR) => self.go_into(name)?,
                // The owner may take the right to write into a directory from himself.
                Err(Errno::EACCES) => {
                    fs::set_permissions(itself(&level.dir), fs::Permissions::from_mode(0o700))?;
                    level.left.push(name);
                    self.again(Errno::EACCES)?;
                }
                Err(errno) => return Err(errno.into()),
            }
            return Ok(true);
        }
        let Some(done) = self.levels.pop() else { return Ok(false) };
        let Some(above) = self.levels.last_mut() else { return Ok(false) };
        match unlinkat(&above.dir, done.name.as_os_str(), UnlinkatFlags::RemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => {}
            // Something was made in it meanwhile, or something else took its name.
            Err(errno @ (Errno::ENOTEMPTY | Errno::EEXIST | Errno::ENOTDIR)) => {
                above.left.push(done.name);
                self.again(errno)?;
            }
            Err(errno) => return Err(errno.into()),
        }
        Ok(true)
    }

    fn go_into(&mut self, name: OsString) -> io::Result<()> {
        let Some(level) = self.levels.last_mut() else { return Ok(()) };
        let opened = match enter(&level.dir, &name) {
            Err(Errno::EACCES) => {
                let held = hold(&level.dir, &name)?;
                fs::set_permissions(itself(&held), fs::Permissions::from_mode(0o700))?;
                enter(&level.dir, &name)
            }
            other => other,
        };
        match opened {
            Ok(dir) => {
                let left = names(&dir)?;
                self.levels.push(Level { dir, name, left });
                Ok(())
            }
            Err(Errno::ENOENT) => Ok(()),
            Err(errno @ (Errno::ENOTDIR | Errno::ELOOP)) => {
                level.left.push(name);
                self.again(errno)
            }
            Err(errno) => Err(errno.into()),
        }
    }

    /// Moves a directory that lies too deep into the uppermost one.
    fn bring_up(&mut self, name: OsString) -> io::Result<()> {
        let [top, .., level] = self.levels.as_mut_slice() else { return Ok(()) };
        let mut opened = false;
        loop {
            self.moved += 1;
            let new = OsString::from(format!(".removing-{}", self.moved));
            match renameat(&level.dir, name.as_os_str(), &top.dir, new.as_os_str()) {
                Ok(()) => {
                    top.left.push(new);
                    return Ok(());
                }
                // The container has something of that name.
                Err(Errno::EEXIST | Errno::ENOTEMPTY | Errno::ENOTDIR) => {}
                Err(Errno::ENOENT) => return Ok(()),
                // A directory that changes its parent is written to itself.
                Err(Errno::EACCES) if !opened => {
                    opened = true;
                    for held in [hold(&level.dir, &name)?, hold(&level.dir, OsStr::new("."))?] {
                        fs::set_permissions(itself(&held), fs::Permissions::from_mode(0o700))?;
                    }
                }
                Err(errno) => return Err(errno.into()),
            }
        }
    }

    fn again(&mut self, errno: Errno) -> io::Result<()> {
        self.tries += 1;
        if self.tries > PATIENCE { Err(errno.into()) } else { Ok(()) }
    }
}

/// By a handle, so that nothing else is changed should it be exchanged.
fn opened_up(path: &Path) -> io::Result<()> {
    let held = nix::fcntl::open(path, super::HELD | OFlag::O_DIRECTORY, Mode::empty())?;
    fs::set_permissions(itself(&held), fs::Permissions::from_mode(0o700))
}
