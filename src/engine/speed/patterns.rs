//! What is done in a place, each some times over.

use super::effort::{BLOCK, CHUNK};
use super::scratch::Scratch;
use super::{Effort, Task, failed};
use crate::engine::evidence::{self, Spot, Tally};
use crate::engine::fault::Result;
use crate::engine::handle;
use crate::trace::{HomeKind, SpeedPattern};
use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{UnlinkatFlags, unlinkat};
use std::cell::RefCell;
use std::ffi::OsStr;

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

/// Bytes, files and calls of each run.
pub(super) fn amount(effort: Effort, pattern: SpeedPattern) -> (u64, u64, u64) {
    let Effort { size, files, blocks, .. } = effort;
    let of_files = |files| (files * BLOCK, files, files);
    match pattern {
        SpeedPattern::Write | SpeedPattern::WriteSynced | SpeedPattern::Read => (size, 1, size.div_ceil(CHUNK)),
        SpeedPattern::Random | SpeedPattern::RandomSynced => (blocks * BLOCK, 1, blocks),
        SpeedPattern::Files => of_files(files),
        SpeedPattern::FilesSynced => of_files(effort.synced_files()),
        // The kernel copies all of the file before it writes the block.
        SpeedPattern::CopyUp => (size, 1, 1),
        SpeedPattern::CopiedUp => (BLOCK, 1, 1),
    }
}

/// A directory and what is done in it.
pub(super) struct Work<'a> {
    spot: &'a Spot,
    /// Where fsync reaches the disk, whatever the mount says.
    beneath: &'a Spot,
    task: &'a Task<'a>,
    bytes: Vec<u8>,
    /// Where the next block goes.
    dice: RefCell<u64>,
    /// Why it was given up.
    stopped: RefCell<Option<crate::engine::fault::Fault>>,
}

impl<'a> Work<'a> {
    pub(super) fn new(scratch: &'a Scratch<'_>, task: &'a Task<'a>) -> Self {
        let dice = RefCell::new(SEED);
        Self {
            spot: &scratch.spot,
            beneath: scratch.beneath.as_ref().unwrap_or(&scratch.spot),
            task,
            bytes: noise(CHUNK as usize),
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

    /// A new file each time: one that is overwritten needs no new blocks.
    fn write(&self, tally: &mut Tally, synced: bool) -> nix::Result<()> {
        match unlinkat(&self.spot.dir, LARGE, UnlinkatFlags::NoRemoveDir) {
            Ok(()) | Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
        tally.run(|tally| {
            let file = tally.open(self.spot, LARGE, NEW)?;
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
        let beneath = tally.open(self.beneath, LARGE, OFlag::O_RDONLY)?;
        tally.sync(&beneath)?;
        tally.let_go(&beneath)?;
        drop(beneath);
        let mut into = vec![0; CHUNK as usize];
        tally.run(|tally| {
            let file = tally.open(self.spot, LARGE, OFlag::O_RDONLY)?;
            while tally.read(&file, &mut into)? > 0 {
                self.check()?;
            }
            Ok(())
        })
    }

    fn random(&self, tally: &mut Tally, synced: bool) -> nix::Result<()> {
        let file = tally.open(self.spot, LARGE, OFlag::O_WRONLY)?;
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
        let dir = handle::enter(&self.spot.dir, OsStr::new(SMALL))?;
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
