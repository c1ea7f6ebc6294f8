//! How fast the places are in which what a container writes lives: what was measured on this machine.

use super::{HomeKind, MountKey};
use crate::spec::ContainerId;
use crate::trace::Problem;
use serde::{Deserialize, Serialize};

/// A pattern, measured in one place of a container some times over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Speed {
    /// Of which container.
    pub container: ContainerId,
    /// Where in it: the target of a mount, or `/` for its own layer.
    pub target: String,
    /// What kind of place that is.
    pub place: HomeKind,
    /// What was done.
    pub pattern: SpeedPattern,
    /// Bytes that each run wrote or read.
    pub bytes: u64,
    /// Files that each run made or opened.
    pub files: u64,
    /// Calls of read(2), write(2) or pwrite(2) in each run.
    pub calls: u64,
    /// How long each run took, in nanoseconds of CLOCK_MONOTONIC, in their order: at most [`Speed::RUNS`].
    pub runs: Vec<u64>,
}

impl Speed {
    /// Runs that are kept.
    pub const RUNS: usize = 16;

    /// The fastest run, the one in the middle, and the slowest; none without a run.
    pub fn spread(&self) -> Option<Spread> {
        let mut runs = self.runs.clone();
        runs.sort_unstable();
        let (first, last) = (*runs.first()?, *runs.last()?);
        let (low, high) = (runs[(runs.len() - 1) / 2], runs[runs.len() / 2]);
        Some(Spread { fastest: first, median: u64::midpoint(low, high), slowest: last })
    }

    /// Nanoseconds for one of what the pattern repeats: a file, or a call; for the whole of a large file none.
    pub fn each(&self, nanos: u64) -> Option<u64> {
        match self.pattern.unit() {
            SpeedUnit::Bytes | SpeedUnit::Whole => None,
            SpeedUnit::Call => nanos.checked_div(self.calls),
            SpeedUnit::File => nanos.checked_div(self.files),
        }
    }

    /// Bytes a second.
    pub fn rate(&self, nanos: u64) -> Option<u64> {
        let rate = u128::from(self.bytes).checked_mul(1_000_000_000)?.checked_div(u128::from(nanos))?;
        u64::try_from(rate).ok()
    }

    /// What is compared between places, in nanoseconds: less is faster. Of one unit of what was done, so that runs of other sizes compare.
    pub fn cost(&self, nanos: u64) -> u64 {
        match self.pattern.unit() {
            // For each MiB.
            SpeedUnit::Bytes => {
                let cost = (u128::from(nanos) << 20).checked_div(u128::from(self.bytes)).unwrap_or(0);
                u64::try_from(cost).unwrap_or(u64::MAX)
            }
            SpeedUnit::Whole => nanos,
            SpeedUnit::Call | SpeedUnit::File => self.each(nanos).unwrap_or(nanos),
        }
    }

    /// Which is faster, if that can be told: each of its runs took less than each of the other's.
    pub fn is_faster_than(&self, other: &Self) -> Option<bool> {
        let (mine, theirs) = (self.spread()?, other.spread()?);
        let (cost, their) = (|nanos| self.cost(nanos), |nanos| other.cost(nanos));
        if cost(mine.slowest) < their(theirs.fastest) {
            Some(true)
        } else if their(theirs.slowest) < cost(mine.fastest) {
            Some(false)
        } else {
            None
        }
    }
}

/// How far runs lie apart, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread {
    /// The least.
    pub fastest: u64,
    /// As many took longer as took less.
    pub median: u64,
    /// The most.
    pub slowest: u64,
}

/// What is done in a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SpeedPattern {
    /// One file written from its beginning to its end.
    Write,
    /// The same, and fsync(2).
    WriteSynced,
    /// Read from its beginning to its end, after the kernel was told that its pages are not needed (`POSIX_FADV_DONTNEED`).
    Read,
    /// 4 KiB each, here and there in that file.
    Random,
    /// The same, with fsync(2) after each.
    RandomSynced,
    /// Many small files.
    Files,
    /// The same, with fsync(2) for each.
    FilesSynced,
    /// The first write to a large file of a lower layer.
    CopyUp,
    /// The second.
    CopiedUp,
}

/// What a pattern repeats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpeedUnit {
    /// Bytes: told as so many a second.
    Bytes,
    /// Calls: told as the time of one.
    Call,
    /// Files: told as the time of one.
    File,
    /// Nothing: told as the time of it all.
    Whole,
}

impl SpeedPattern {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 9] = [
        Self::Write,
        Self::WriteSynced,
        Self::Read,
        Self::Random,
        Self::RandomSynced,
        Self::Files,
        Self::FilesSynced,
        Self::CopyUp,
        Self::CopiedUp,
    ];

    /// What it is called in messages: `write-synced`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::WriteSynced => "write-synced",
            Self::Read => "read",
            Self::Random => "random",
            Self::RandomSynced => "random-synced",
            Self::Files => "files",
            Self::FilesSynced => "files-synced",
            Self::CopyUp => "copy-up",
            Self::CopiedUp => "copied-up",
        }
    }

    /// What it repeats.
    pub fn unit(self) -> SpeedUnit {
        match self {
            Self::Write | Self::WriteSynced | Self::Read => SpeedUnit::Bytes,
            Self::Random | Self::RandomSynced => SpeedUnit::Call,
            Self::Files | Self::FilesSynced => SpeedUnit::File,
            Self::CopyUp | Self::CopiedUp => SpeedUnit::Whole,
        }
    }

    /// It waits until the disk has it, if the place lets it.
    pub fn is_synced(self) -> bool {
        matches!(self, Self::WriteSynced | Self::RandomSynced | Self::FilesSynced)
    }
}

/// A place that was not measured, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmeasured {
    /// Of which container.
    pub container: ContainerId,
    /// Where in it.
    pub target: String,
    /// What kind of place that is.
    pub place: HomeKind,
    /// Why.
    pub problem: Problem,
}

/// What the kernel says of a tmpfs and of where its pages may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TmpfsMemory {
    /// The mount.
    pub mount: MountKey,
    /// Its source, as mountinfo has it: a name, and no device and no path.
    pub source: String,
    /// Its device as mountinfo has it, `0:57`. Major 0 is the kernel's for file systems without a device.
    pub device: (u32, u32),
    /// Areas that the kernel swaps to, as `/proc/swaps` has them, their paths.
    pub swaps: Vec<String>,
    /// Bytes of these, `SwapTotal` and `SwapFree`.
    pub swap: (u64, u64),
    /// Bytes of tmpfs and shared memory that the whole machine has in memory now, `Shmem`.
    pub shmem: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn speed(pattern: SpeedPattern, runs: &[u64]) -> Speed {
        let container = "c".into();
        let (bytes, files, calls) = (8 << 20, 10, 4);
        Speed { container, target: "/".into(), place: HomeKind::Upper, pattern, bytes, files, calls, runs: runs.into() }
    }

    #[test]
    fn the_middle_of_an_even_number_lies_between_two() {
        let spread = |runs: &[u64]| {
            let spread = speed(SpeedPattern::Write, runs).spread()?;
            Some((spread.fastest, spread.median, spread.slowest))
        };
        assert_eq!(spread(&[]), None);
        assert_eq!(spread(&[7]), Some((7, 7, 7)));
        assert_eq!(spread(&[9, 1, 4]), Some((1, 4, 9)));
        assert_eq!(spread(&[9, 1, 4, 6]), Some((1, 5, 9)));
    }

    #[test]
    fn runs_that_overlap_tell_no_difference() {
        let of = |runs: &[u64]| speed(SpeedPattern::RandomSynced, runs);
        assert_eq!(of(&[400, 800]).is_faster_than(&of(&[1600, 2000])), Some(true));
        assert_eq!(of(&[1600, 2000]).is_faster_than(&of(&[400, 800])), Some(false));
        assert_eq!(of(&[400, 1700]).is_faster_than(&of(&[1600, 2000])), None);
        assert_eq!(of(&[]).is_faster_than(&of(&[1600])), None);
    }

    #[test]
    fn what_is_compared_is_of_one_unit() {
        let ms = 1_000_000;
        assert_eq!(speed(SpeedPattern::Write, &[]).cost(8 * ms), ms, "of a MiB");
        assert_eq!(speed(SpeedPattern::Random, &[]).cost(8 * ms), 2 * ms, "of a call");
        assert_eq!(speed(SpeedPattern::Files, &[]).cost(8 * ms), 8 * ms / 10, "of a file");
        assert_eq!(speed(SpeedPattern::CopyUp, &[]).cost(8 * ms), 8 * ms);
        assert_eq!(speed(SpeedPattern::Write, &[]).rate(1_000_000_000), Some(8 << 20));
        let huge = Speed { bytes: u64::MAX, ..speed(SpeedPattern::Read, &[]) };
        assert_eq!((huge.rate(0), huge.cost(u64::MAX)), (None, (1 << 20)));
    }

    #[test]
    fn every_pattern_is_written_as_it_is_called() {
        for pattern in SpeedPattern::ALL {
            assert_eq!(serde_json::to_value(pattern).ok(), Some(pattern.key().into()));
        }
    }
}
