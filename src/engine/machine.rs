//! The whole machine, as the kernel counts it: against that a container's share is held.

use nix::unistd::{SysconfVar, sysconf};
use std::fs;

const SECOND: u64 = 1_000_000_000;

/// Bytes of memory; 0 where that is not told.
pub fn memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib =
        text.lines().find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    kib.map_or(0, |kib: u64| kib * 1024)
}

/// Which boot of the machine this is; empty where that is not told.
pub fn boot() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// Nanoseconds of a tick of the kernel's clock, in which `/proc` counts.
pub fn tick() -> u64 {
    let ticks = sysconf(SysconfVar::CLK_TCK).ok().flatten().and_then(|ticks| u64::try_from(ticks).ok());
    SECOND / ticks.filter(|ticks| *ticks > 0).unwrap_or(100)
}

/// Nanoseconds of all processors since the start, those without work among them, and how many processors there are.
pub fn processors() -> (u64, u32) {
    processors_of(&fs::read_to_string("/proc/stat").unwrap_or_default(), tick())
}

fn processors_of(stat: &str, tick: u64) -> (u64, u32) {
    let mut lines = stat.lines().take_while(|line| line.starts_with("cpu"));
    // As moby: user to steal. What guests had is in the first two already.
    let all = lines.next().unwrap_or_default().split_ascii_whitespace().skip(1).take(8);
    let ticks: u64 = all.filter_map(|field| field.parse::<u64>().ok()).sum();
    (ticks * tick, u32::try_from(lines.count()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_processors_are_counted() {
        let stat = "cpu  1 2 3 4 5 6 7 8 9 10\ncpu0 1 1 1 1\ncpu1 1 1 1 1\nintr 1 2\n";
        assert_eq!(processors_of(stat, 10), (360, 2));
        assert_eq!(processors_of("", 10), (0, 0));
        assert!(memory() > 0 && tick() > 0 && processors().1 > 0);
    }
}
