//! Looks at paths, and changes of them.

use super::call;
use crate::trace::{Evidence, command};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::sys::stat::{FileStat, Mode};
use nix::unistd::{AccessFlags, UnlinkatFlags};
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Text {
    path: String,
    content: String,
    bytes: Vec<u8>,
}

/// A file that could not be read, or written.
#[derive(Debug)]
pub struct Unread {
    /// Why.
    pub error: io::Error,
    /// The call that failed.
    pub evidence: Evidence,
}

/// Reads a file. What is no UTF-8 in it is replaced.
pub fn read(path: &Path) -> Result<Text, Box<Unread>> {
    let (opened, evidence) = open(path, OFlag::O_RDONLY);
    let fd = opened.map_err(|errno| Box::new(Unread { error: errno.into(), evidence }))?;
    let (mut file, mut bytes) = (File::from(fd), Vec::new());
    file.read_to_end(&mut bytes).map_err(|error| {
        let args = [call::handle(&file, path), "…".to_owned()];
        let errno = Errno::from_raw(error.raw_os_error().unwrap_or_default());
        Box::new(Unread { evidence: call::done::<()>("read", &args, &Err(errno)), error })
    })?;
    let content = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Text { path: path.display().to_string(), content, bytes })
}

/// Reads a file by a handle (`O_PATH`), so many bytes of it at most; `leads` is where that is. What is no plain file is not read: a pipe
/// would be waited for.
pub fn read_at(handle: &OwnedFd, leads: &Path, most: u64) -> io::Result<Text> {
    let again = format!("/proc/self/fd/{}", handle.as_raw_fd());
    if !std::fs::metadata(&again)?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    File::open(&again)?.take(most).read_to_end(&mut bytes)?;
    let content = String::from_utf8_lossy(&bytes).into_owned();
    Ok(Text { path: leads.display().to_string(), content, bytes })
}

/// Writes to the end of a file; of what was refused, the call.
pub fn append(file: &File, path: &Path, mut bytes: &[u8]) -> Result<(), Box<Unread>> {
    while !bytes.is_empty() {
        match nix::unistd::write(file, bytes) {
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::EINTR) => {}
            Err(errno) => {
                let args = [call::handle(file, path), "…".to_owned(), bytes.len().to_string()];
                return Err(Box::new(Unread {
                    evidence: call::done::<()>("write", &args, &Err(errno)),
                    error: errno.into(),
                }));
            }
        }
    }
    Ok(())
}

/// Writes a file that is there: one of the kernel's, which takes a word at once.
pub fn write(path: &Path, word: &str) -> (nix::Result<()>, Evidence) {
    let (opened, evidence) = open(path, OFlag::O_WRONLY);
    let file = match opened {
        Ok(fd) => File::from(fd),
        Err(errno) => return (Err(errno), evidence),
    };
    let written = nix::unistd::write(&file, word.as_bytes());
    let args = [call::handle(&file, path), call::quoted(word), word.len().to_string()];
    let evidence = call::made("write", &args, &written, ToString::to_string);
    (written.map(drop), evidence)
}

/// Reads a file to show it, or that it could not be read.
pub fn file(path: &Path) -> Evidence {
    read(path).map_or_else(|unread| unread.evidence, |text| text.evidence())
}

impl Text {
    /// What was read.
    pub fn content(&self) -> &str {
        &self.content
    }

    /// The same as bytes.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// All of it.
    pub fn evidence(&self) -> Evidence {
        Evidence::File { path: self.path.clone(), content: self.content.clone() }
    }

    /// Some of its lines.
    pub fn lines(&self, keep: impl Fn(&str) -> bool) -> Evidence {
        let lines: Vec<_> = self.content.lines().filter(|line| keep(line)).collect();
        Evidence::File { path: self.path.clone(), content: lines.join("\n") }
    }

    /// `/proc/<pid>/cmdline` as a command line: its arguments end with NUL. As much of it as a trace keeps of a command.
    pub fn words(&self) -> Evidence {
        let mut words = self.content.trim_end_matches('\0').replace('\0', " ");
        command::cut(&mut words);
        Evidence::File { path: self.path.clone(), content: words }
    }

    /// The line of a mountinfo.
    pub fn mount(&self, line: &str) -> Evidence {
        let found = self.content.lines().find(|known| *known == line);
        Evidence::Mountinfo { path: self.path.clone(), line: found.unwrap_or_default().to_owned() }
    }
}

/// What a path leads to.
pub fn stat(path: &Path) -> (nix::Result<FileStat>, Evidence) {
    look(path, AtFlags::empty())
}

/// What lies at a path; a link is not followed.
pub fn lstat(path: &Path) -> (nix::Result<FileStat>, Evidence) {
    look(path, AtFlags::AT_SYMLINK_NOFOLLOW)
}

/// What lies at a path of which it is thought that there is nothing. It says what was found, be it that.
pub fn absent(path: &Path) -> Evidence {
    lstat(path).1
}

fn look(path: &Path, flags: AtFlags) -> (nix::Result<FileStat>, Evidence) {
    let found = nix::sys::stat::fstatat(AT_FDCWD, path, flags);
    let shown = found.as_ref().map_or_else(|_| "…".to_owned(), call::stat);
    let args = ["AT_FDCWD".to_owned(), call::path(path), shown, call::names(flags)];
    let evidence = call::done("newfstatat", &args, &found);
    (found, evidence)
}

/// Opens a file; `O_CLOEXEC` is added.
pub fn open(path: &Path, flags: OFlag) -> (nix::Result<OwnedFd>, Evidence) {
    use std::os::fd::AsRawFd;
    let opened = nix::fcntl::open(path, flags | OFlag::O_CLOEXEC, Mode::empty());
    let mode = match flags & OFlag::O_ACCMODE {
        OFlag::O_WRONLY => "O_WRONLY",
        OFlag::O_RDWR => "O_RDWR",
        _ => "O_RDONLY",
    };
    let rest = (flags | OFlag::O_CLOEXEC).difference(OFlag::O_ACCMODE);
    let args = ["AT_FDCWD".to_owned(), call::path(path), format!("{mode}|{}", call::names(rest))];
    let evidence = call::made("openat", &args, &opened, |fd| fd.as_raw_fd().to_string());
    (opened, evidence)
}

/// Where a link leads.
pub fn readlink(path: &Path) -> (nix::Result<String>, Evidence) {
    let read = nix::fcntl::readlinkat(AT_FDCWD, path).map(|target| target.to_string_lossy().into_owned());
    let shown = read.as_ref().map_or_else(|_| "…".to_owned(), |target| call::quoted(target));
    let args = ["AT_FDCWD".to_owned(), call::path(path), shown, "…".to_owned()];
    let evidence = call::made("readlinkat", &args, &read, |target| target.len().to_string());
    (read, evidence)
}

/// Whether a path may be executed.
pub fn access(path: &Path) -> (nix::Result<()>, Evidence) {
    let result = nix::unistd::faccessat(AT_FDCWD, path, AccessFlags::X_OK, AtFlags::empty());
    let evidence = call::done("faccessat", &["AT_FDCWD".to_owned(), call::path(path), "X_OK".to_owned()], &result);
    (result, evidence)
}

/// Gives a file or a directory another name.
pub fn rename(from: &Path, to: &Path) -> (nix::Result<()>, Evidence) {
    let result = nix::fcntl::renameat(AT_FDCWD, from, AT_FDCWD, to);
    let (here, there) = (call::path(from), call::path(to));
    let evidence = call::done("renameat", &["AT_FDCWD".to_owned(), here, "AT_FDCWD".to_owned(), there], &result);
    (result, evidence)
}

/// Takes a file's name away.
pub fn unlink(path: &Path) -> (nix::Result<()>, Evidence) {
    unlinkat(path, UnlinkatFlags::NoRemoveDir, "0")
}

/// Removes an empty directory.
pub fn rmdir(path: &Path) -> (nix::Result<()>, Evidence) {
    unlinkat(path, UnlinkatFlags::RemoveDir, "AT_REMOVEDIR")
}

fn unlinkat(path: &Path, flags: UnlinkatFlags, shown: &str) -> (nix::Result<()>, Evidence) {
    let result = nix::unistd::unlinkat(AT_FDCWD, path, flags);
    let evidence = call::done("unlinkat", &["AT_FDCWD".to_owned(), call::path(path), shown.to_owned()], &result);
    (result, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(evidence: &Evidence) -> &str {
        match evidence {
            Evidence::Syscall { result, .. } => result,
            _ => panic!("{evidence:?}"),
        }
    }

    #[test]
    fn what_is_still_there_is_never_said_to_be_gone() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(said(&absent(dir.path())), "0");
        assert_eq!(said(&absent(&dir.path().join("missing"))), "-1 ENOENT (No such file or directory)");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_which_call_failed() {
        let dir = tempfile::tempdir().unwrap();
        let missing = read(&dir.path().join("missing")).unwrap_err();
        assert!(said(&missing.evidence).starts_with("-1 ENOENT"), "{missing:?}");
        let directory = read(dir.path()).unwrap_err();
        assert!(matches!(&directory.evidence, Evidence::Syscall { call, .. } if call.starts_with("read(")));
        assert!(said(&directory.evidence).starts_with("-1 EISDIR"), "{directory:?}");
    }

    #[test]
    fn only_lines_that_were_read_are_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a 1\nb 2\na 3\n").unwrap();
        let text = read(file.path()).unwrap();
        let some = text.lines(|line| line.starts_with('a'));
        assert!(matches!(some, Evidence::File { content, .. } if content == "a 1\na 3"));
        assert!(matches!(text.mount("invented"), Evidence::Mountinfo { line, .. } if line.is_empty()));
    }

    #[test]
    fn a_rename_that_is_refused_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("from"), dir.path().join("to"));
        std::fs::create_dir_all(&from).unwrap();
        std::fs::create_dir_all(to.join("full")).unwrap();
        assert!(said(&rename(&from, &to).1).starts_with("-1 ENOTEMPTY"));
        assert!(said(&rmdir(&to).1).starts_with("-1 ENOTEMPTY"));
        assert_eq!(said(&rmdir(&from).1), "0");
    }
}
