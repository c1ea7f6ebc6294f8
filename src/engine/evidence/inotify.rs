//! Notifications of the kernel, as read(2) brings them.

use super::call;
use crate::trace::Evidence;
use nix::errno::Errno;
use nix::sys::inotify::{AddWatchFlags, InitFlags, WatchDescriptor};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

/// A queue of notifications.
#[derive(Debug)]
pub struct Inotify(nix::sys::inotify::Inotify);

/// One notification, and the read that brought it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The watch that it is about.
    pub wd: i32,
    /// What happened.
    pub mask: AddWatchFlags,
    /// What is the same in the two halves of a rename.
    pub cookie: u32,
    /// The name in the directory that is watched; none when it is about that itself.
    pub name: Option<OsString>,
    fd: RawFd,
    /// Bytes that were read with it.
    read: usize,
}

/// Why it was refused, and the call that was.
pub type Refused = (Errno, Box<Evidence>);

const BUFFER: usize = 4096;
/// wd, mask, cookie, length of the name (inotify(7)).
const HEAD: usize = 16;

impl Inotify {
    /// Opens one, or says with what call that failed.
    pub fn open() -> Result<Self, Refused> {
        let opened = nix::sys::inotify::Inotify::init(InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK);
        let evidence = call::done("inotify_init1", &["IN_CLOEXEC|IN_NONBLOCK".to_owned()], &opened);
        opened.map(Self).map_err(|errno| (errno, Box::new(evidence)))
    }

    /// Watches a path, or says with what call that failed.
    pub fn watch(&self, path: &Path, mask: AddWatchFlags) -> Result<WatchDescriptor, Refused> {
        let watched = self.0.add_watch(path, mask);
        let args = [self.0.as_fd().as_raw_fd().to_string(), call::path(path), call::names(mask)];
        watched.map_err(|errno| (errno, Box::new(call::done::<()>("inotify_add_watch", &args, &Err(errno)))))
    }

    /// Watches no more.
    pub fn forget(&self, wd: WatchDescriptor) -> nix::Result<()> {
        self.0.rm_watch(wd)
    }

    /// Takes what the kernel has to tell. It never waits.
    pub fn read(&self) -> nix::Result<Vec<Notice>> {
        let mut buffer = [0; BUFFER];
        let read = nix::unistd::read(&self.0, &mut buffer)?;
        Ok(notices(buffer.get(..read).unwrap_or_default(), self.0.as_fd().as_raw_fd()))
    }
}

impl AsFd for Inotify {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

fn notices(mut bytes: &[u8], fd: RawFd) -> Vec<Notice> {
    let (mut found, read) = (Vec::new(), bytes.len());
    while let Some((head, rest)) = bytes.split_at_checked(HEAD) {
        let word = |at: usize| head.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_ne_bytes);
        let (wd, mask, cookie) = (word(0).cast_signed(), AddWatchFlags::from_bits_truncate(word(4)), word(8));
        let Some((padded, next)) = rest.split_at_checked(word(12) as usize) else { break };
        let name = padded.split(|byte| *byte == 0).next().filter(|name| !name.is_empty());
        found.push(Notice { wd, mask, cookie, name: name.map(|name| OsStr::from_bytes(name).to_owned()), fd, read });
        bytes = next;
    }
    found
}

impl Notice {
    /// How it is known: the read, and what of it was this.
    pub fn evidence(&self) -> Evidence {
        let name = self.name.as_deref().map_or(String::new(), |name| format!(", name={}", call::path(Path::new(name))));
        let (wd, mask, cookie) = (self.wd, call::names(self.mask), self.cookie);
        let event = format!("[{{wd={wd}, mask={mask}, cookie={cookie}{name}}}, …]");
        call::made("read", &[self.fd.to_string(), event, BUFFER.to_string()], &Ok(self.read), usize::to_string)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_says_which_read_brought_it() {
        let dir = tempfile::tempdir().unwrap();
        let inotify = Inotify::open().unwrap();
        inotify.watch(dir.path(), AddWatchFlags::IN_CREATE).unwrap();
        std::fs::create_dir(dir.path().join("one")).unwrap();
        std::fs::write(dir.path().join("two"), "").unwrap();
        let notices = inotify.read().unwrap();
        let names: Vec<_> = notices.iter().filter_map(|notice| notice.name.as_deref()).collect();
        assert_eq!(names, ["one", "two"]);
        let fd = inotify.as_fd().as_raw_fd();
        let expected = Evidence::Syscall {
            call: format!(r#"read({fd}, [{{wd=1, mask=IN_CREATE|IN_ISDIR, cookie=0, name="one"}}, …], 4096)"#),
            result: "64".to_owned(),
        };
        assert_eq!(notices.first().map(Notice::evidence), Some(expected));
        assert_eq!(inotify.read(), Err(Errno::EAGAIN));
    }

    #[test]
    fn what_is_cut_off_is_no_notice() {
        assert_eq!(notices(&[0; 15], 3), []);
        let mut lying = vec![0; 16];
        lying[12] = 200;
        assert_eq!(notices(&lying, 3), []);
    }
}
