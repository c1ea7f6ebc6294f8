//! Calls that are made many times over and timed: counted, and of each kind the last one is shown.
//!
//! Between two looks at the clock nothing is formatted: what was passed and what came back is kept as it is, and written out afterwards.

use super::{call, own};
use crate::trace::{Book, Evidence};
use nix::errno::Errno;
use nix::fcntl::{OFlag, PosixFadviseAdvice, openat, posix_fadvise};
use nix::sys::stat::Mode;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The calls of some runs, and how long each run took.
#[derive(Debug, Default)]
pub struct Tally {
    kinds: Vec<Kind>,
    runs: Vec<u64>,
}

#[derive(Debug)]
struct Kind {
    name: &'static str,
    times: u64,
    bytes: u64,
    last: Last,
}

/// What was passed to a call, and what came back.
#[derive(Debug)]
enum Last {
    Open { dir: RawFd, leads: PathBuf, name: String, flags: OFlag, mode: Mode, got: RawFd },
    Bytes { fd: RawFd, asked: usize, at: Option<i64>, got: usize },
    Plain { fd: RawFd, rest: &'static str },
}

/// A directory by its handle, and where that is.
#[derive(Debug)]
pub struct Spot {
    /// Its handle.
    pub dir: OwnedFd,
    /// Where that leads.
    pub leads: PathBuf,
}

impl Tally {
    /// Opens a file in a directory; no link is followed, no pipe is waited for, and `O_CLOEXEC` is added.
    pub fn open(&mut self, spot: &Spot, name: &str, flags: OFlag) -> nix::Result<OwnedFd> {
        let flags = flags | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
        let mode = Mode::S_IRUSR | Mode::S_IWUSR;
        let opened = openat(&spot.dir, name, flags, mode)?;
        let got = opened.as_raw_fd();
        match self.kind("openat", 0) {
            // All of one call, in the memory of the one before.
            Some(Last::Open { dir, leads, name: last, flags: by, mode: of, got: fd }) => {
                (*dir, *by, *of, *fd) = (spot.dir.as_raw_fd(), flags, mode, got);
                leads.clone_from(&spot.leads);
                name.clone_into(last);
            }
            _ => {
                let (dir, leads) = (spot.dir.as_raw_fd(), spot.leads.clone());
                self.first("openat", 0, Last::Open { dir, leads, name: name.to_owned(), flags, mode, got });
            }
        }
        Ok(opened)
    }

    /// Writes all of it where the file is.
    pub fn write(&mut self, file: &OwnedFd, bytes: &[u8]) -> nix::Result<()> {
        self.whole("write", file, bytes, None)
    }

    /// Writes all of it at an offset.
    pub fn write_at(&mut self, file: &OwnedFd, bytes: &[u8], at: i64) -> nix::Result<()> {
        self.whole("pwrite64", file, bytes, Some(at))
    }

    fn whole(&mut self, name: &'static str, file: &OwnedFd, bytes: &[u8], at: Option<i64>) -> nix::Result<()> {
        let mut done = 0;
        while let Some(rest) = bytes.get(done..).filter(|rest| !rest.is_empty()) {
            let from = at.map(|at| at.saturating_add(i64::try_from(done).unwrap_or(0)));
            let written = match from {
                Some(from) => nix::sys::uio::pwrite(file, rest, from),
                None => nix::unistd::write(file, rest),
            };
            match written {
                Ok(got) => {
                    done += got;
                    self.count(name, got, Last::Bytes { fd: file.as_raw_fd(), asked: rest.len(), at: from, got });
                }
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(())
    }

    /// Reads the next bytes; how many there were.
    pub fn read(&mut self, file: &OwnedFd, into: &mut [u8]) -> nix::Result<usize> {
        loop {
            match nix::unistd::read(file, into) {
                Err(Errno::EINTR) => {}
                Err(errno) => return Err(errno),
                Ok(got) => {
                    self.count("read", got, Last::Bytes { fd: file.as_raw_fd(), asked: into.len(), at: None, got });
                    return Ok(got);
                }
            }
        }
    }

    /// Waits until the disk has it.
    pub fn sync(&mut self, file: &OwnedFd) -> nix::Result<()> {
        nix::unistd::fsync(file)?;
        self.count("fsync", 0, Last::Plain { fd: file.as_raw_fd(), rest: "" });
        Ok(())
    }

    /// Tells the kernel that its pages of the file are not needed. It may keep them all the same.
    pub fn let_go(&mut self, file: &OwnedFd) -> nix::Result<()> {
        posix_fadvise(file, 0, 0, PosixFadviseAdvice::POSIX_FADV_DONTNEED)?;
        self.count("fadvise64", 0, Last::Plain { fd: file.as_raw_fd(), rest: ", 0, 0, POSIX_FADV_DONTNEED" });
        Ok(())
    }

    /// Times a run. What was done before it began is told, too, and takes none of its time.
    pub fn run<T>(&mut self, act: impl FnOnce(&mut Self) -> nix::Result<T>) -> nix::Result<T> {
        let begun = Instant::now();
        let done = act(self)?;
        self.runs.push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
        Ok(done)
    }

    /// How long each run took.
    pub fn runs(&self) -> &[u64] {
        &self.runs
    }

    /// Bytes that a run read or wrote, and by how many calls: on the average, as a call may do less than it was asked.
    pub fn each_run(&self) -> (u64, u64) {
        let moving = self.kinds.iter().filter(|kind| kind.bytes > 0);
        let (bytes, calls) = moving.fold((0, 0), |(bytes, calls), kind| (bytes + kind.bytes, calls + kind.times));
        let runs = self.runs.len().max(1) as u64;
        (bytes / runs, calls.div_ceil(runs))
    }

    /// The last call of each kind, how many there were, and the times.
    pub fn evidence(&self) -> Vec<Evidence> {
        let shown = self.kinds.iter().map(|kind| kind.last.shown(kind.name));
        let counted = self.kinds.iter().map(|kind| match kind.bytes {
            0 => format!("{} × {}", kind.name, kind.times),
            bytes => format!("{} × {}, {bytes} bytes", kind.name, kind.times),
        });
        let runs = self.runs.iter().enumerate();
        let timed = runs.map(|(nth, nanos)| format!("run {}: {nanos} ns, CLOCK_MONOTONIC", nth + 1));
        shown.chain([own(Book::Measurement, counted.chain(timed))]).collect()
    }

    fn count(&mut self, name: &'static str, bytes: usize, last: Last) {
        match self.kind(name, bytes) {
            Some(known) => *known = last,
            None => self.first(name, bytes, last),
        }
    }

    /// One more of a kind that was counted before.
    fn kind(&mut self, name: &'static str, bytes: usize) -> Option<&mut Last> {
        let kind = self.kinds.iter_mut().find(|kind| kind.name == name)?;
        kind.times += 1;
        kind.bytes = kind.bytes.saturating_add(bytes as u64);
        Some(&mut kind.last)
    }

    fn first(&mut self, name: &'static str, bytes: usize, last: Last) {
        self.kinds.push(Kind { name, times: 1, bytes: bytes as u64, last });
    }
}

impl Last {
    fn shown(&self, call: &'static str) -> Evidence {
        match self {
            Self::Open { dir, leads, name, flags, mode, got } => {
                let access = match *flags & OFlag::O_ACCMODE {
                    OFlag::O_WRONLY => "O_WRONLY",
                    OFlag::O_RDWR => "O_RDWR",
                    _ => "O_RDONLY",
                };
                // One flag by two names.
                let rest = call::names(flags.difference(OFlag::O_ACCMODE)).replace("O_NDELAY", "O_NONBLOCK");
                let mut args = vec![call::handle(dir, leads), call::path(Path::new(name)), format!("{access}|{rest}")];
                args.extend(flags.contains(OFlag::O_CREAT).then(|| format!("0{:o}", mode.bits())));
                call::made(call, &args, &Ok(*got), ToString::to_string)
            }
            Self::Bytes { fd, asked, at, got } => {
                let mut args = vec![fd.to_string(), "…".to_owned(), asked.to_string()];
                args.extend(at.map(|at| at.to_string()));
                call::made(call, &args, &Ok(*got), ToString::to_string)
            }
            Self::Plain { fd, rest } => call::done(call, &[format!("{fd}{rest}")], &Ok(())),
        }
    }
}

/// Makes a directory for whoever makes it alone.
pub fn mkdir_at(spot: &Spot, name: &str) -> (nix::Result<()>, Evidence) {
    let made = nix::sys::stat::mkdirat(&spot.dir, name, Mode::S_IRWXU);
    let args = [call::handle(&spot.dir, &spot.leads), call::path(Path::new(name)), "0700".to_owned()];
    let evidence = call::done("mkdirat", &args, &made);
    (made, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_and_the_last_of_each_kind_is_shown() {
        let dir = tempfile::tempdir().unwrap();
        let spot = Spot { dir: crate::engine::handle::open(dir.path()).unwrap(), leads: "/there".into() };
        let mut tally = Tally::default();
        for name in ["a", "b"] {
            let write = |tally: &mut Tally| {
                let file = tally.open(&spot, name, OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL)?;
                tally.write(&file, b"four")?;
                tally.write_at(&file, b"12", 8)?;
                tally.sync(&file)
            };
            tally.run(write).unwrap();
        }
        assert_eq!(std::fs::read(dir.path().join("b")).unwrap(), b"four\0\0\0\x0012");
        let evidence = tally.evidence();
        let calls: Vec<_> = evidence.iter().filter_map(super::super::call_of).collect();
        let (fd, opened) = (spot.dir.as_raw_fd(), tally.kinds[1].last.fd());
        let expected = [
            format!("openat({fd}</there>, \"b\", O_WRONLY|O_CLOEXEC|O_CREAT|O_EXCL|O_NONBLOCK|O_NOFOLLOW, 0600)"),
            format!("write({opened}, …, 4)"),
            format!("pwrite64({opened}, …, 2, 8)"),
            format!("fsync({opened})"),
        ];
        assert_eq!(calls, expected);
        let Some(Evidence::Own { book: Book::Measurement, facts }) = evidence.last() else { panic!("{evidence:?}") };
        let begins = "openat × 2\nwrite × 2, 8 bytes\npwrite64 × 2, 4 bytes\nfsync × 2\nrun 1: ";
        assert!(facts.starts_with(begins) && facts.lines().count() == 6, "{facts}");
        assert!(tally.runs().len() == 2 && tally.runs().iter().all(|nanos| *nanos > 0));
        assert_eq!(tally.each_run(), (6, 2), "four bytes and two");
    }

    #[test]
    fn what_is_shown_of_a_call_is_of_that_one() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("below")).unwrap();
        let spot =
            |path: &Path, leads: &str| Spot { dir: crate::engine::handle::open(path).unwrap(), leads: leads.into() };
        let (above, below) = (spot(dir.path(), "/above"), spot(&dir.path().join("below"), "/below"));
        let mut tally = Tally::default();
        tally.open(&above, "a", OFlag::O_WRONLY | OFlag::O_CREAT).unwrap();
        std::fs::write(dir.path().join("below/b"), "").unwrap();
        let opened = tally.open(&below, "b", OFlag::O_RDONLY).unwrap();
        let Evidence::Syscall { call, result } = &tally.evidence()[0] else { panic!("no call") };
        let fd = below.dir.as_raw_fd();
        assert_eq!(*call, format!("openat({fd}</below>, \"b\", O_RDONLY|O_CLOEXEC|O_NONBLOCK|O_NOFOLLOW)"));
        assert_eq!(*result, opened.as_raw_fd().to_string());
    }

    impl Last {
        fn fd(&self) -> RawFd {
            match self {
                Self::Bytes { fd, .. } | Self::Plain { fd, .. } | Self::Open { got: fd, .. } => *fd,
            }
        }
    }
}
