//! Why a program that is there could not be executed: what it needs for that is not there, or no program itself. The kernel says
//! "No such file or directory" of both, and does not say of which file.
//!
//! ```text
//! "#!/usr/bin/python3\n"   the script's interpreter (fs/binfmt_script.c), which may be a script itself
//! ELF, PT_INTERP           the dynamic loader (fs/binfmt_elf.c)
//! ```
//!
//! Files are opened in the container's root file system and in its volumes, and no link leads out of either.

use super::{MountSource, MountSpec};
use nix::errno::Errno;
use pathrs::flags::OpenFlags;
use std::fs::{File, OpenOptions};
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

/// A container's files, as its processes name them.
#[derive(Debug, Clone, Copy)]
pub struct Inside<'a> {
    /// Its merged root.
    pub root: &'a Path,
    /// What is mounted in it.
    pub mounts: &'a [MountSpec],
    /// Where relative paths begin.
    pub cwd: &'a str,
}

/// What is lacking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lack {
    /// The interpreter of a script.
    Interpreter(String),
    /// The same, because its line ends with CR LF.
    LineEnd(String),
    /// It is there, and no program.
    NotExecutable(String),
    /// The dynamic loader of a program.
    Loader(String),
}

/// Bytes of a file that the kernel looks at (`BINPRM_BUF_SIZE`).
const HEAD: usize = 256;
/// How many interpreters one behind the other the kernel follows.
const DEPTH: usize = 5;
/// Entries of a program header that are looked at, and bytes of a loader's name.
const HEADERS: u16 = 128;
const NAME: u64 = 4096;

/// What is lacking, and to which file: none where it is the program itself, else one of the interpreters behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    pub what: Lack,
    pub to: Option<String>,
}

impl Inside<'_> {
    /// What is lacking to the first of these programs that is there. `errno` is what `execve` said of them in the end.
    pub fn lack<'p>(&self, mut programs: impl Iterator<Item = &'p str>, errno: Errno) -> Option<Lacking> {
        let (path, file) = programs.find_map(|path| Some((path, self.open(path).filter(executable)?)))?;
        let lacking = self.follow(path, &file, errno, DEPTH)?;
        Some(Lacking { to: lacking.to.filter(|to| to != path), ..lacking })
    }

    fn follow(&self, path: &str, file: &File, errno: Errno, depth: usize) -> Option<Lacking> {
        let of = |what| Some(Lacking { what, to: Some(path.to_owned()) });
        let mut head = [0; HEAD];
        let length = file.read_at(&mut head, 0).ok()?;
        let Some(needed) = interpreter(head.get(..length)?) else {
            let loader = loader(file, &head).filter(|_| errno == Errno::ENOENT)?;
            return if self.open(&loader).is_none() { of(Lack::Loader(loader)) } else { None };
        };
        match self.open(&needed) {
            None if errno == Errno::ENOENT && needed.ends_with('\r') => of(Lack::LineEnd(needed)),
            None if errno == Errno::ENOENT => of(Lack::Interpreter(needed)),
            Some(next) if errno == Errno::EACCES && !executable(&next) => of(Lack::NotExecutable(needed)),
            Some(next) if depth > 0 && needed != path => self.follow(&needed, &next, errno, depth - 1),
            _ => None,
        }
    }

    /// A file or directory of the container. What is in a tmpfs nobody outside can see.
    fn open(&self, path: &str) -> Option<File> {
        let path = plain(&Path::new("/").join(self.cwd).join(path));
        let over = |mount: &&MountSpec| path.starts_with(&mount.target);
        let mount = self.mounts.iter().filter(over).max_by_key(|mount| Path::new(&mount.target).components().count());
        match mount.map(|mount| (&mount.source, path.strip_prefix(&mount.target))) {
            None => below(self.root, &path),
            Some((MountSource::Volume { path: source, .. } | MountSource::Bind { path: source, .. }, Ok(rest))) => {
                // A file alone may be bound, and a pipe as well.
                let alone = || OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(source).ok();
                if rest.as_os_str().is_empty() { alone() } else { below(source, rest) }
            }
            Some(_) => None,
        }
    }
}

fn below(root: &Path, path: &Path) -> Option<File> {
    // An image may have a pipe there that nobody writes to.
    let flags = OpenFlags::O_RDONLY | OpenFlags::O_NONBLOCK;
    pathrs::Root::open(root).and_then(|root| root.open_subpath(path, flags)).ok()
}

/// Without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut plain, part| {
        match part {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            part => plain.push(part),
        }
        plain
    })
}

fn executable(file: &File) -> bool {
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

/// What stands behind `#!`. The kernel takes no line for one that does not end within what it looks at.
fn interpreter(head: &[u8]) -> Option<String> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let mut words = line.split(|byte| matches!(byte, b' ' | b'\t' | 0)).filter(|word| !word.is_empty());
    words.next().map(|word| String::from_utf8_lossy(word).into_owned())
}

/// `PT_INTERP` of a program for a machine of this byte order.
fn loader(file: &File, head: &[u8]) -> Option<String> {
    const PT_INTERP: u64 = 3;
    let wide = match head.get(..6)? {
        [0x7f, b'E', b'L', b'F', 2, 1] => true,
        [0x7f, b'E', b'L', b'F', 1, 1] => false,
        _ => return None,
    };
    // Elf64_Ehdr and Elf64_Phdr, or Elf32_Ehdr and Elf32_Phdr (elf(5)).
    let (table, entry, count) = if wide { ((0x20, 8), 0x36, 0x38) } else { ((0x1c, 4), 0x2a, 0x2c) };
    let (name, length, size) = if wide { ((8, 8), (32, 8), 56) } else { ((4, 4), (16, 4), 32) };
    let table = number(head, table)?;
    let (entry, count) = (number(head, (entry, 2))?, number(head, (count, 2))?.min(HEADERS.into()));
    (0..count).find_map(|at| {
        let mut header = vec![0; size];
        file.read_exact_at(&mut header, table.checked_add(at * entry)?).ok()?;
        let length = number(&header, length)?.min(NAME);
        if number(&header, (0, 4))? != PT_INTERP {
            return None;
        }
        let mut text = vec![0; usize::try_from(length).ok()?];
        file.read_exact_at(&mut text, number(&header, name)?).ok()?;
        let end = text.iter().position(|byte| *byte == 0).unwrap_or(text.len());
        Some(String::from_utf8_lossy(text.get(..end)?).into_owned())
    })
}

/// A number at a place of so many bytes, the lowest first.
fn number(bytes: &[u8], (at, length): (usize, usize)) -> Option<u64> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    struct Image(tempfile::TempDir);

    impl Image {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self, path: &str, content: &[u8], mode: u32) {
            let at = self.0.path().join(path);
            fs::create_dir_all(at.parent().unwrap()).unwrap();
            fs::write(&at, content).unwrap();
            fs::set_permissions(&at, fs::Permissions::from_mode(mode)).unwrap();
        }

        fn lack(&self, mounts: &[MountSpec], path: &str, errno: Errno) -> Option<Lack> {
            self.lacking(mounts, path, errno).map(|lacking| lacking.what)
        }

        fn lacking(&self, mounts: &[MountSpec], path: &str, errno: Errno) -> Option<Lacking> {
            Inside { root: self.0.path(), mounts, cwd: "/work" }.lack([path].into_iter(), errno)
        }
    }

    /// A program of 64 bits with that loader.
    fn elf(loader: &str) -> Vec<u8> {
        let mut bytes = vec![0; 64 + 56];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[0x20] = 64;
        (bytes[0x36], bytes[0x38]) = (56, 1);
        bytes[64] = 3;
        (bytes[64 + 8], bytes[64 + 32]) = (120, u8::try_from(loader.len() + 1).unwrap());
        bytes.extend_from_slice(loader.as_bytes());
        bytes.push(0);
        bytes
    }

    #[test]
    fn the_interpreter_of_a_script_is_named_when_it_is_not_there() {
        let image = Image::new();
        image.file("a", b"#!/usr/bin/python3 -u\n", 0o755);
        image.file("b", b"#! \t /bin/sh\r\necho\r\n", 0o755);
        image.file("c", b"#!/a\n", 0o755);
        image.file("work/d", b"#!none", 0o755);
        let lack = |path| image.lack(&[], path, Errno::ENOENT);
        assert_eq!(lack("/a"), Some(Lack::Interpreter("/usr/bin/python3".into())));
        assert_eq!(lack("/b"), Some(Lack::LineEnd("/bin/sh\r".into())));
        assert_eq!(lack("/c"), Some(Lack::Interpreter("/usr/bin/python3".into())), "a script's script");
        assert_eq!(lack("d"), Some(Lack::Interpreter("none".into())), "from the working directory");
        assert_eq!(lack("../a"), Some(Lack::Interpreter("/usr/bin/python3".into())));
        assert_eq!(lack("/none"), None);
        assert_eq!(image.lack(&[], "/a", Errno::EACCES), None);
    }

    #[test]
    fn it_is_said_of_which_file_behind_a_script_the_line_is() {
        let image = Image::new();
        image.file("none", b"#!/none-such\n", 0o755);
        image.file("one", b"#!/none\n", 0o755);
        image.file("two", b"#!/one\n", 0o755);
        image.file("ends", b"#!/bin/sh\r\n", 0o755);
        image.file("to-ends", b"#!/ends\n", 0o755);
        image.file("linked", &elf("/lib/ld.so"), 0o755);
        image.file("to-linked", b"#!/linked\n", 0o755);
        let to = |path| image.lacking(&[], path, Errno::ENOENT).and_then(|lacking| lacking.to);
        assert_eq!([to("/none"), to("/ends"), to("/linked")], [None, None, None], "the program itself");
        assert_eq!(to("/one").as_deref(), Some("/none"));
        assert_eq!(to("/two").as_deref(), Some("/none"));
        assert_eq!(to("/to-ends").as_deref(), Some("/ends"));
        assert_eq!(to("/to-linked").as_deref(), Some("/linked"));
    }

    #[test]
    fn an_interpreter_that_is_no_program_is_named() {
        let image = Image::new();
        image.file("a", b"#!/data\n", 0o755);
        image.file("b", b"#!/work\n", 0o755);
        image.file("data", b"", 0o644);
        image.file("work/x", b"", 0o644);
        image.file("loop", b"#!/loop\n", 0o755);
        assert_eq!(image.lack(&[], "/a", Errno::EACCES), Some(Lack::NotExecutable("/data".into())));
        assert_eq!(image.lack(&[], "/b", Errno::EACCES), Some(Lack::NotExecutable("/work".into())));
        assert_eq!(image.lack(&[], "/data", Errno::EACCES), None, "the program itself is none");
        assert_eq!(image.lack(&[], "/loop", Errno::ELOOP), None);
    }

    #[test]
    fn the_loader_of_a_program_is_named_when_it_is_not_there() {
        let image = Image::new();
        image.file("a", &elf("/lib/ld-musl-x86_64.so.1"), 0o755);
        image.file("cut", &elf("/lib/ld-musl-x86_64.so.1")[..100], 0o755);
        let lack = |path| image.lack(&[], path, Errno::ENOENT);
        assert_eq!(lack("/a"), Some(Lack::Loader("/lib/ld-musl-x86_64.so.1".into())));
        assert_eq!(lack("/cut"), None);
        image.file("lib/ld-musl-x86_64.so.1", b"", 0o755);
        assert_eq!(lack("/a"), None);
    }

    #[test]
    fn files_of_volumes_are_looked_at_and_links_lead_nowhere_out() {
        let (image, volume) = (Image::new(), Image::new());
        volume.file("s", b"#!/none\n", 0o755);
        std::os::unix::fs::symlink("/etc/passwd", volume.0.path().join("l")).unwrap();
        let propagation = crate::engine::process::Propagation::default();
        let source = |path: PathBuf| MountSource::Bind { path, create: false, propagation, recursive: true };
        let mount =
            |path: PathBuf, target: &str| MountSpec { source: source(path), target: target.into(), read_only: true };
        let mounts = [mount(volume.0.path().into(), "/v"), mount(volume.0.path().join("s"), "/one")];
        let none = Some(Lack::Interpreter("/none".into()));
        assert_eq!(image.lack(&mounts, "/v/s", Errno::ENOENT), none);
        assert_eq!(image.lack(&mounts, "/one", Errno::ENOENT), none);
        assert!(Inside { root: image.0.path(), mounts: &mounts, cwd: "" }.open("/v/l").is_none());
    }
}
