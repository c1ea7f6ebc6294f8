//! How much is done in a measurement.

use crate::client::protocol::SpeedCommand;
use crate::engine::fault::{Fault, FaultKind, Result};
use crate::trace::{Code, Speed};

/// Bytes of a call that reads or writes a large file.
pub const CHUNK: u64 = 1 << 20;
/// Bytes of a block that is written somewhere in it, and of a small file.
pub const BLOCK: u64 = 4096;
/// Small files for each of which fsync is called, as a part of all of them: each may take milliseconds.
const SYNCED_FILES: u64 = 20;

/// How much is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Bytes of the large file.
    pub size: u64,
    /// Small files.
    pub files: u64,
    /// Blocks that are written here and there.
    pub blocks: u64,
    /// How often each pattern is run.
    pub runs: u64,
}

impl Effort {
    /// What a day's use would call large.
    const FULL: Self = Self { size: 64 << 20, files: 10_000, blocks: 128, runs: 5 };
    /// A few seconds for all places.
    const QUICK: Self = Self { size: 8 << 20, files: 500, blocks: 32, runs: 3 };
    /// The most that may be asked for.
    const MOST: Self = Self { size: 1 << 30, files: 100_000, blocks: 128, runs: Speed::RUNS as u64 };

    /// What is asked for.
    pub fn of(command: &SpeedCommand) -> Result<Self> {
        let base = if command.quick { Self::QUICK } else { Self::FULL };
        let within = |name: &str, asked: Option<u64>, usual: u64, least: u64, most: u64| match asked {
            None => Ok(usual),
            Some(asked) if (least..=most).contains(&asked) => Ok(asked),
            Some(asked) => {
                let fault = Fault::new(FaultKind::BadRequest, Code::SpeedOutOfRange).with("name", name);
                Err(fault.with("value", asked).with("least", least).with("most", most))
            }
        };
        let size = within("size", command.size, base.size, BLOCK, Self::MOST.size)?;
        let files = within("files", command.files, base.files, 1, Self::MOST.files)?;
        let runs = within("runs", command.runs, base.runs, 1, Self::MOST.runs)?;
        // Whole blocks, so that each write is one.
        Ok(Self { size: size / BLOCK * BLOCK, files, blocks: base.blocks, runs })
    }

    /// Small files that are synced each.
    pub fn synced_files(&self) -> u64 {
        (self.files / SYNCED_FILES).max(1)
    }

    /// Bytes that are in a place at once at most, with what the file system keeps of each file.
    pub fn room(&self) -> u64 {
        // The large file is still there while the small ones are made.
        self.size.saturating_add(self.files.saturating_mul(2 * BLOCK)).saturating_add(CHUNK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_has_an_end() {
        let ask = |quick, size, files, runs| {
            let container = String::new();
            Effort::of(&SpeedCommand { container, quick, size, files, runs })
        };
        assert_eq!(ask(false, None, None, None), Ok(Effort::FULL));
        assert_eq!(ask(true, None, None, None), Ok(Effort::QUICK));
        let some = ask(true, Some(10_000), Some(7), Some(1)).unwrap();
        assert_eq!((some.size, some.files, some.runs, some.synced_files()), (8192, 7, 1, 1));
        for (size, files, runs) in
            [(Some(1), None, None), (None, Some(0), None), (None, None, Some(17)), (Some(u64::MAX), None, None)]
        {
            assert_eq!(ask(true, size, files, runs).unwrap_err().problem.code, Code::SpeedOutOfRange);
        }
        assert_eq!(Effort::FULL.room(), (64 << 20) + 10_000 * 8192 + CHUNK);
    }
}
