//! The marks by which overlayfs knows that something below is hidden (kernel: Documentation/filesystems/overlayfs.rst).
//!
//! ```text
//!              as root                        in a user namespace (mount option userxattr)
//! whiteout     char device 0/0                the same; where that is refused, an empty file with user.overlay.whiteout
//! opaque dir   trusted.overlay.opaque = y     user.overlay.opaque = y
//! ```

use nix::errno::Errno;
use nix::fcntl::AtFlags;
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat, mknodat};
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, AsRawFd};
use std::path::{Path, PathBuf};

const XATTR_WHITEOUT: &str = "user.overlay.whiteout";

/// The attribute that makes a directory opaque.
pub fn opaque_attribute(rootless: bool) -> &'static str {
    if rootless { "user.overlay.opaque" } else { "trusted.overlay.opaque" }
}

/// A path that names `name` in an open directory, for calls that take no directory handle. The last component is never
/// followed by the calls it is used for.
pub fn path_of(dir: impl AsFd, name: &OsStr) -> PathBuf {
    Path::new("/proc/self/fd").join(dir.as_fd().as_raw_fd().to_string()).join(name)
}

/// Hides `name` of the layers below.
pub fn make_whiteout(dir: impl AsFd, name: &OsStr, rootless: bool) -> io::Result<()> {
    match mknodat(&dir, name, SFlag::S_IFCHR, Mode::empty(), 0) {
        Err(Errno::EPERM) if rootless => whiteout_by_attribute(dir, name),
        other => Ok(other?),
    }
}

/// Linux 6.7 knows it; before 5.8 the device node is refused in a user namespace.
fn whiteout_by_attribute(dir: impl AsFd, name: &OsStr) -> io::Result<()> {
    mknodat(&dir, name, SFlag::S_IFREG, Mode::empty(), 0)?;
    xattr::set(path_of(&dir, name), XATTR_WHITEOUT, b"y")?;
    let here = path_of(&dir, OsStr::new("."));
    match xattr::get(&here, opaque_attribute(true))? {
        Some(value) if value == b"y" => Ok(()),
        _ => xattr::set(&here, opaque_attribute(true), b"x"),
    }
}

/// Hides everything that the layers below have in this directory.
pub fn make_opaque(dir: impl AsFd, name: &OsStr, rootless: bool) -> io::Result<()> {
    xattr::set(path_of(dir, name), opaque_attribute(rootless), b"y")
}

/// True for what [`make_whiteout`] makes.
pub fn is_whiteout(dir: impl AsFd, name: &OsStr, stat: &FileStat) -> bool {
    match stat.st_mode & libc::S_IFMT {
        libc::S_IFCHR => stat.st_rdev == 0,
        libc::S_IFREG if stat.st_size == 0 => {
            matches!(xattr::get(path_of(dir, name), XATTR_WHITEOUT), Ok(Some(_)))
        }
        _ => false,
    }
}

/// True for what [`make_opaque`] makes.
pub fn is_opaque(dir: impl AsFd, name: &OsStr, rootless: bool) -> bool {
    matches!(xattr::get(path_of(dir, name), opaque_attribute(rootless)), Ok(Some(value)) if value == b"y")
}

/// Is it a whiteout, and is it opaque? In whichever namespace of attributes it says so: who made it need not be known.
pub fn marks_of(dir: impl AsFd, name: &OsStr, stat: &FileStat) -> (bool, bool) {
    let directory = stat.st_mode & libc::S_IFMT == libc::S_IFDIR;
    let attribute = |name_of: &str| {
        let names = ["trusted", "user"].map(|space| format!("{space}.overlay.{name_of}"));
        names.iter().any(|found| {
            let value = xattr::get(path_of(&dir, name), found).ok().flatten();
            value.is_some_and(|value| name_of == "whiteout" || value == b"y")
        })
    };
    let empty_file = stat.st_mode & libc::S_IFMT == libc::S_IFREG && stat.st_size == 0;
    let node = stat.st_mode & libc::S_IFMT == libc::S_IFCHR && stat.st_rdev == 0;
    (node || (empty_file && attribute("whiteout")), directory && attribute("opaque"))
}

/// What is there, not following a last symbolic link; none when there is nothing.
pub fn look(dir: impl AsFd, name: &OsStr) -> io::Result<Option<FileStat>> {
    match fstatat(dir, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::mount::{MsFlags, mount};
    use nix::sched::{CloneFlags, unshare};
    use std::fs;

    /// What a kernel before 5.8 would need, tried on this one: both kinds of whiteout hide what is below.
    #[test]
    fn both_kinds_of_whiteout_are_understood_by_this_kernel() {
        if !nix::unistd::geteuid().is_root() {
            assert!(std::env::var_os("DOCKWALK_TEST_REQUIRE").is_none(), "needs root");
            return;
        }
        let dir = tempfile::tempdir().expect("a directory");
        let (lower, upper, merged) = (dir.path().join("lower"), dir.path().join("upper"), dir.path().join("merged"));
        [&lower, &upper, &merged].into_iter().for_each(|dir| fs::create_dir(dir).expect("a directory"));
        ["by-node", "by-attribute", "kept"].iter().for_each(|name| fs::write(lower.join(name), "x").expect("a file"));
        let handle = fs::File::open(&upper).expect("a handle");
        make_whiteout(&handle, OsStr::new("by-node"), true).expect("a node");
        whiteout_by_attribute(&handle, OsStr::new("by-attribute")).expect("an attribute");
        for name in ["by-node", "by-attribute"] {
            let stat = look(&handle, OsStr::new(name)).expect("readable").expect("there");
            assert!(is_whiteout(&handle, OsStr::new(name), &stat), "{name}");
        }
        let options = format!("lowerdir={}:{},userxattr", upper.display(), lower.display());
        let look_inside = move || {
            // A mount namespace of this thread alone: nothing is left when it ends.
            unshare(CloneFlags::CLONE_NEWNS).expect("a namespace");
            let none = None::<&str>;
            mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).expect("private");
            mount(Some("overlay"), &merged, Some("overlay"), MsFlags::MS_RDONLY, Some(options.as_str()))
                .expect("mount");
            let names = fs::read_dir(&merged).expect("readable").map(|e| e.expect("an entry").file_name());
            names.map(|name| name.to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        assert_eq!(std::thread::spawn(look_inside).join().expect("no panic"), ["kept"]);
    }
}
