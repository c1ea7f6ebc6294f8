//! Which ids there are: in a user namespace not all of them.

use super::{Fault, Result};
use std::fs;

/// How many user and group ids, counted from 0, this engine may give to files and processes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// `u32::MAX` as root; 1 without subordinate ids, when only root is mapped.
    pub uids: u32,
    /// The same for groups.
    pub gids: u32,
}

impl IdRange {
    /// Every id: the engine runs as root outside any user namespace.
    pub const ALL: Self = Self { uids: u32::MAX, gids: u32::MAX };
}

/// The ids mapped from 0 on in this process's user namespace, and whether it is another than the real host's.
pub fn mapped() -> Result<(IdRange, bool)> {
    let read = |file: &str| fs::read_to_string(file).map_err(|e| Fault::io("read", file, &e));
    let (uids, gids) = (read("/proc/self/uid_map")?, read("/proc/self/gid_map")?);
    let ids = IdRange { uids: from_zero(&uids), gids: from_zero(&gids) };
    Ok((ids, ids.uids != u32::MAX))
}

/// How many user ids are mapped from 0 on in this process's user namespace; `u32::MAX` on the real host.
pub fn mapped_ids() -> u32 {
    mapped().map_or(0, |(ids, _)| ids.uids)
}

/// How many ids a `uid_map` maps from 0 on.
fn from_zero(map: &str) -> u32 {
    let line = |line: &str| {
        let mut fields = line.split_whitespace().map(str::parse::<u32>);
        let (inside, _, count) = (fields.next()?.ok()?, fields.next(), fields.next()?.ok()?);
        Some((inside, count))
    };
    let mut ranges: Vec<_> = map.lines().filter_map(line).collect();
    ranges.sort_unstable();
    let extend = |end: u32, (start, count): &(u32, u32)| if *start <= end { start.saturating_add(*count) } else { end };
    ranges.iter().fold(0, extend)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapped_ids_are_counted_from_zero_without_gaps() {
        assert_eq!(from_zero("         0          0 4294967295\n"), u32::MAX);
        assert_eq!(from_zero("0 1000 1\n1 100000 65536\n"), 65_537);
        assert_eq!(from_zero("0 1000 1\n5 100000 65536\n"), 1);
        assert_eq!(from_zero("5 100000 65536\n"), 0);
    }
}
