//! What is done in a place, each some times over.

use super::effort::{BLOCK, CHUNK};
use super::{Effort, Task, disturbed, failed, scratch};
use crate::engine::evidence::{self, Spot, Tally};
use crate::engine::fault::Result;
use crate::engine::handle;
use crate::trace::{HomeKind, SpeedPattern};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{Mode, fstat};
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::cell::RefCell;
use std::ffi::OsStr;
use std::os::fd::OwnedFd;

/// The large file.
const LARGE: &str = "large";
/// The directory of the small ones.
const SMALL: &str = "small";
/// Small files between two looks whether to go on.
const FILES: u64 = 64;
const NEW: OFlag = OFlag::O_WRONLY.union(OFlag::O_CREAT).union(OFlag::O_EXCL);

/// The patterns of a kind of place.
pub(super) fn of(kind: HomeKind) -> &'static [SpeedPattern] {
    let all = &SpeedPattern::ALL;
    if kind == HomeKind::Upper { all } else { &all[..all.len() - 2] }
}

/// Those that need a directory and no more.
pub(super) fn in_a_directory() -> impl Iterator<Item = SpeedPattern> {
    of(HomeKind::Volume).iter().copied()
}

/// Files that each run makes or opens.
pub(super) fn files(effort: Effort, pattern: SpeedPattern) -> u64 {
    match pattern {
        SpeedPattern::Files => effort.files,
        SpeedPattern::FilesSynced => effort.synced_files(),
        _ => 1,
    }
}

/// A directory and what is done in it.
pub(super) struct Work<'a> {
    spot: &'a Spot,
    /// Where fsync reaches the disk, whatever the mount says.
    beneath: &'a Spot,
    task: &'a Task<'a>,
    bytes: Vec<u8>,
    /// The large file, held so that nobody puts another in its place unseen.
    large: RefCell<Option<OwnedFd>>,
    /// Where the next block goes.
    dice: RefCell<u64>,
    /// Why it was given up.
    stopped: RefCell<Option<crate::engine::fault::Fault>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(spot: &'a Spot, beneath: Option<&'a Spot>, task: &'a Task<'a>) -> Self {
        let dice = RefCell::new(SEED);
        Self {
            spot,
            beneath: beneath.unwrap_or(spot),
            task,
            bytes: noise(CHUNK as usize),
            large: RefCell::default(),
            dice,
            stopped: RefCell::default(),
        }
    }

    fn effort(&self) -> Effort {
        self.task.effort
    }

    /// All runs of a pattern.
    pub(super) fn measure(&self, pattern: SpeedPattern) -> Result<Tally> {
        let mut tally = Tally::default();
        for _ in 0..self.effort().runs {
            (self.task.check)()?;
            let done = match pattern {
                SpeedPattern::Write | SpeedPattern::WriteSynced => self.write(&mut tally, pattern.is_synced()),
                SpeedPattern::Read => self.read(&mut tally),
                SpeedPattern::Random | SpeedPattern::RandomSynced => self.random(&mut tally, pattern.is_synced()),
                SpeedPattern::Files | SpeedPattern::FilesSynced => self.small(&mut tally, pattern.is_synced()),
                SpeedPattern::CopyUp | SpeedPattern::CopiedUp => Ok(()),
            };
            if let Some(fault) = self.stopped.borrow_mut().take() {
                return Err(fault);
            }
            done.map_err(failed("measure", &self.spot.leads))?;
        }
        Ok(tally)
    }

    /// Whether to go on; what stops it is kept, and the calls are left by an error number.
    fn check(&self) -> nix::Result<()> {
        (self.task.check)().map_err(|fault| {
            self.stopped.replace(Some(fault));
            Errno::ECANCELED
        })
    }

    /// Somebody changed what is measured.
    fn disturbed(&self, name: &str) -> Errno {
        self.stopped.replace(Some(disturbed(&self.spot.leads.join(name))));
        Errno::ECANCELED
    }

    /// Opens the large file that was written, whole as it was. A container may put anything in its place: a pipe that nobody writes to, a device.
    fn large(&self, tally: &mut Tally, spot: &Spot, flags: OFlag) -> nix::Result<OwnedFd> {
        let held = self.large.borrow();
        let written = held.as_ref().ok_or_else(|| self.disturbed(LARGE))?;
        let file = match tally.open(spot, LARGE, flags) {
            Err(Errno::ENOENT | Errno::ELOOP | Errno::ENXIO | Errno::EISDIR) => return Err(self.disturbed(LARGE)),
            opened => opened?,
        };
        let (is, was) = (fstat(&file)?, fstat(written)?);
        // What is beneath an overlay is seen there by the device of the overlay, but by its own number.
        let same = is.st_ino == was.st_ino && (is.st_dev == was.st_dev || !std::ptr::eq(spot, self.spot));
        let whole = is.st_mode & libc::S_IFMT == libc::S_IFREG && u64::try_from(is.st_size) == Ok(self.effort().size);
        if same && whole { Ok(file) } else { Err(self.disturbed(LARGE)) }
    }

    /// A new file each time: one that is overwritten needs no new blocks.
    fn write(&self, tally: &mut Tally, synced: bool) -> nix::Result<()> {
        self.large.replace(None);
        match unlinkat(&self.spot.dir, LARGE, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        tally.run(|tally| {
            let file = tally.open(self.spot, LARGE, NEW)?;
            self.large.replace(Some(held(&file)?));
            let mut left = self.effort().size;
            while left > 0 {
                self.check()?;
                let chunk = left.min(CHUNK);
                tally.write(&file, &self.bytes[..chunk as usize])?;
                left -= chunk;
            }
            if synced { tally.sync(&file) } else { Ok(()) }
        })
    }

    fn read(&self, tally: &mut Tally) -> nix::Result<()> {
        // What is not on the disk yet stays in memory, whoever needs it.
        let beneath = self.large(tally, self.beneath, OFlag::O_RDONLY)?;
        tally.sync(&beneath)?;
        tally.let_go(&beneath)?;
        drop(beneath);
        let mut into = vec![0; CHUNK as usize];
        tally.run(|tally| {
            let file = self.large(tally, self.spot, OFlag::O_RDONLY)?;
            // As much as was written, whatever it is by now; a call more would find its end.
            let mut left = self.effort().size;
            while left > 0 {
                let chunk = left.min(CHUNK);
                match tally.read(&file, &mut into[..chunk as usize])? {
                    0 => return Err(self.disturbed(LARGE)),
                    got => left -= got as u64,
                }
                self.check()?;
            }
            Ok(())
        })
    }

    fn random(&self, tally: &mut Tally, synced: bool) -> nix::Result<()> {
        let file = self.large(tally, self.spot, OFlag::O_WRONLY)?;
        let Effort { size, blocks, .. } = self.effort();
        tally.run(|tally| {
            for _ in 0..blocks {
                self.check()?;
                let at = roll(&mut self.dice.borrow_mut()) % (size / BLOCK) * BLOCK;
                tally.write_at(&file, &self.bytes[..BLOCK as usize], i64::try_from(at).unwrap_or(0))?;
                if synced {
                    tally.sync(&file)?;
                }
            }
            Ok(())
        })
    }

    fn small(&self, tally: &mut Tally, synced: bool) -> nix::Result<()> {
        evidence::mkdir_at(self.spot, SMALL).0?;
        let dir = handle::enter(&self.spot.dir, OsStr::new(SMALL)).and_then(scratch::new)?;
        let dir = dir.ok_or_else(|| self.disturbed(SMALL))?;
        let small = Spot { dir, leads: self.spot.leads.join(SMALL) };
        let files = if synced { self.effort().synced_files() } else { self.effort().files };
        let names: Vec<String> = (0..files).map(|nth| nth.to_string()).collect();
        tally.run(|tally| {
            for (nth, name) in (0_u64..).zip(&names) {
                if synced || nth % FILES == 0 {
                    self.check()?;
                }
                let file = tally.open(&small, name, NEW)?;
                tally.write(&file, &self.bytes[..BLOCK as usize])?;
                if synced {
                    tally.sync(&file)?;
                }
            }
            Ok(())
        })?;
        let cleared = handle::clear(small.dir).map_err(|e| Errno::from_raw(e.raw_os_error().unwrap_or(libc::EIO)));
        cleared.and_then(|()| unlinkat(&self.spot.dir, SMALL, UnlinkatFlags::RemoveDir))
    }
}

/// The same file, and nothing is opened by it: who waits for a file's last handle does not wait for this.
fn held(file: &OwnedFd) -> nix::Result<OwnedFd> {
    nix::fcntl::open(&handle::itself(file), OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())
}

/// Bytes of which no file system makes less: none of it repeats.
pub(super) fn noise(bytes: usize) -> Vec<u8> {
    let mut dice = SEED;
    let words = std::iter::repeat_with(|| roll(&mut dice)).flat_map(u64::to_ne_bytes);
    words.take(bytes).collect()
}

const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// xorshift64: the same blocks in each place.
fn roll(dice: &mut u64) -> u64 {
    *dice ^= *dice << 13;
    *dice ^= *dice >> 7;
    *dice ^= *dice << 17;
    *dice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::ContainerId;
    use crate::trace::Code;
    use std::fs;
    use std::path::Path;
    use std::sync::atomic::{AtomicUsize, Ordering};

    const SIZE: u64 = 3 * CHUNK;

    /// Measures in a directory; `then` is called at that look whether to go on, counted from when it is set.
    fn work(then: &(dyn Fn(&Path) + Sync), act: impl FnOnce(&Work<'_>, &Path, &AtomicUsize)) {
        let (dir, looks) = (tempfile::tempdir().unwrap(), AtomicUsize::new(0));
        let spot = Spot { dir: handle::open(dir.path()).unwrap(), leads: dir.path().to_owned() };
        let check = || {
            if looks.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)) == Ok(1) {
                then(&dir.path().join(LARGE));
            }
            Ok(())
        };
        let container = ContainerId::from("c");
        let task = Task {
            container: &container,
            places: Vec::new(),
            dir: dir.path().to_owned(),
            pid: 0,
            rootless: false,
            effort: Effort { size: SIZE, files: 3, blocks: 2, runs: 2 },
            check: &check,
            tell: &|_| {},
        };
        act(&Work::new(&spot, None, &task), dir.path(), &looks);
    }

    #[test]
    fn what_is_told_of_a_run_is_what_was_counted() {
        work(&|_| {}, |work, dir, _| {
            for (pattern, each) in [
                (SpeedPattern::Write, (SIZE, 3)),
                (SpeedPattern::Read, (SIZE, 3)),
                (SpeedPattern::Random, (2 * BLOCK, 2)),
                (SpeedPattern::Files, (3 * BLOCK, 3)),
                (SpeedPattern::FilesSynced, (BLOCK, 1)),
            ] {
                let tally = work.measure(pattern).unwrap();
                assert_eq!((tally.each_run(), tally.runs().len()), (each, 2), "{pattern:?}");
            }
            assert_eq!(fs::read_dir(dir).unwrap().count(), 1, "the large file alone");
        });
    }

    #[test]
    fn another_file_in_the_place_of_the_large_one_is_neither_waited_for_nor_measured() {
        type Spoil = fn(&Path);
        let spoils: [(&str, Spoil); 6] = [
            ("pipe", |large| nix::unistd::mkfifo(large, Mode::S_IRWXU).unwrap()),
            ("none", |_| {}),
            ("link", |large| std::os::unix::fs::symlink("/dev/zero", large).unwrap()),
            ("another", |large| fs::rename(large.with_file_name("other"), large).unwrap()),
            ("directory", |large| fs::create_dir(large).unwrap()),
            ("longer", |large| {
                fs::rename(large.with_file_name("kept"), large).unwrap();
                fs::File::options().write(true).open(large).unwrap().set_len(1 << 40).unwrap();
            }),
        ];
        for (what, spoil) in spoils {
            for pattern in [SpeedPattern::Read, SpeedPattern::Random, SpeedPattern::RandomSynced] {
                work(&|_| {}, |work, dir, _| {
                    work.measure(SpeedPattern::Write).unwrap();
                    fs::write(dir.join("other"), vec![0; SIZE as usize]).unwrap();
                    fs::rename(dir.join(LARGE), dir.join("kept")).unwrap();
                    spoil(&dir.join(LARGE));
                    let refused = work.measure(pattern).unwrap_err();
                    assert_eq!(refused.problem.code, Code::SpeedDisturbed, "{what} {pattern:?}");
                });
            }
        }
    }

    #[test]
    fn a_file_that_is_cut_off_while_it_is_read_is_not_told_of_as_whole() {
        let cut = |large: &Path| fs::File::options().write(true).open(large).unwrap().set_len(0).unwrap();
        // Before it is opened, and after the first call.
        for look in [1, 2] {
            work(&cut, |work, _, looks| {
                work.measure(SpeedPattern::Write).unwrap();
                looks.store(look, Ordering::Relaxed);
                assert_eq!(work.measure(SpeedPattern::Read).unwrap_err().problem.code, Code::SpeedDisturbed, "{look}");
            });
        }
    }
}
