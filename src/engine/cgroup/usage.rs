//! What a group's processes use, as the kernel counts it (cgroup-v2.rst; cgroup-v1/memory.rst, cpuacct.rst, pids.rst,
//! blkio-controller.rst). Each is none where no hierarchy of the group counts that.

use super::Group;
use crate::docker::{BlkioEntry, CpuStats, CpuUsage, MemoryStats, PidsStats, ThrottlingData};
use std::collections::BTreeMap;
use std::fs;

/// Of `cpu.stat` of version 2.
const MICROSECOND: u64 = 1000;
/// Of a group without a limit.
const NO_LIMIT: &str = "max";

impl Group {
    /// Processor time; `tick` is the length of the kernel's in nanoseconds. Nothing is said of the machine.
    pub fn processor(&self, tick: u64) -> Option<CpuStats> {
        let said = self.counts("cpu.stat").unwrap_or_default();
        let of = |name: &str| said.get(name).copied().unwrap_or(0);
        let throttling = |time: u64| ThrottlingData {
            periods: of("nr_periods"),
            throttled_periods: of("nr_throttled"),
            throttled_time: time,
        };
        if let Some(total) = said.get("usage_usec") {
            let usage = CpuUsage {
                total_usage: total * MICROSECOND,
                percpu_usage: Vec::new(),
                usage_in_kernelmode: of("system_usec") * MICROSECOND,
                usage_in_usermode: of("user_usec") * MICROSECOND,
            };
            let throttling_data = throttling(of("throttled_usec") * MICROSECOND);
            return Some(CpuStats { cpu_usage: usage, throttling_data, ..CpuStats::default() });
        }
        let ticks = self.counts("cpuacct.stat").unwrap_or_default();
        let ticks = |name: &str| ticks.get(name).copied().unwrap_or(0) * tick;
        let each = self.text("cpuacct.usage_percpu").unwrap_or_default();
        let usage = CpuUsage {
            total_usage: self.number("cpuacct.usage")?,
            percpu_usage: each.split_ascii_whitespace().filter_map(|time| time.parse().ok()).collect(),
            usage_in_kernelmode: ticks("system"),
            usage_in_usermode: ticks("user"),
        };
        Some(CpuStats { cpu_usage: usage, throttling_data: throttling(of("throttled_time")), ..CpuStats::default() })
    }

    /// Memory; a limit of 0 is none.
    pub fn memory(&self) -> Option<MemoryStats> {
        let stats = self.counts("memory.stat")?;
        if let Some(usage) = self.number("memory.current") {
            return Some(MemoryStats { usage, stats, limit: self.limit("memory.max"), ..MemoryStats::default() });
        }
        Some(MemoryStats {
            usage: self.number("memory.usage_in_bytes")?,
            max_usage: self.number("memory.max_usage_in_bytes").unwrap_or(0),
            stats,
            failcnt: self.number("memory.failcnt").unwrap_or(0),
            limit: self.limit("memory.limit_in_bytes"),
        })
    }

    /// Processes and threads.
    pub fn tasks(&self) -> Option<PidsStats> {
        Some(PidsStats { current: self.number("pids.current")?, limit: self.limit("pids.max") })
    }

    /// Bytes from and to block devices, and how many requests.
    pub fn devices(&self) -> Option<(Vec<BlkioEntry>, Vec<BlkioEntry>)> {
        if let Some(text) = self.text("io.stat") {
            let of = |names: [(&str, &str); 2]| text.lines().flat_map(|line| io_line(line, names)).collect();
            return Some((of([("rbytes", "read"), ("wbytes", "write")]), of([("rios", "read"), ("wios", "write")])));
        }
        let of = |name: &str| {
            let text = self.text(name)?;
            Some(text.lines().filter_map(blkio_line).collect())
        };
        Some((of("blkio.throttle.io_service_bytes_recursive")?, of("blkio.throttle.io_serviced_recursive")?))
    }

    /// A file of one of its directories.
    fn text(&self, name: &str) -> Option<String> {
        self.dirs.iter().find_map(|dir| fs::read_to_string(dir.join(name)).ok())
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.text(name)?.trim().parse().ok()
    }

    fn limit(&self, name: &str) -> u64 {
        let said = self.text(name).filter(|text| text.trim() != NO_LIMIT);
        said.and_then(|text| text.trim().parse().ok()).unwrap_or(0)
    }

    /// `name value` a line.
    fn counts(&self, name: &str) -> Option<BTreeMap<String, u64>> {
        let line = |line: &str| {
            let (name, value) = line.split_once(' ')?;
            Some((name.to_owned(), value.trim().parse().ok()?))
        };
        Some(self.text(name)?.lines().filter_map(line).collect())
    }
}

/// `8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=0 dios=0`
fn io_line(line: &str, names: [(&str, &str); 2]) -> Vec<BlkioEntry> {
    let mut words = line.split_ascii_whitespace();
    let Some((major, minor)) = words.next().and_then(device) else { return Vec::new() };
    let entry = |word: &str| {
        let (name, value) = word.split_once('=')?;
        let (_, op) = names.iter().find(|(known, _)| *known == name)?;
        Some(BlkioEntry { major, minor, op: (*op).to_owned(), value: value.parse().ok()? })
    };
    words.filter_map(entry).collect()
}

/// `8:0 Read 1`
fn blkio_line(line: &str) -> Option<BlkioEntry> {
    let mut words = line.split_ascii_whitespace();
    let (major, minor) = device(words.next()?)?;
    Some(BlkioEntry { major, minor, op: words.next()?.to_owned(), value: words.next()?.parse().ok()? })
}

fn device(text: &str) -> Option<(u64, u64)> {
    let (major, minor) = text.split_once(':')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group(files: &[(&str, &str)]) -> (tempfile::TempDir, Group) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let dirs = vec![dir.path().join("other"), dir.path().to_owned()];
        (dir, Group { dirs })
    }

    #[test]
    fn version_2_counts_microseconds_and_devices_by_name() {
        let (_dir, group) = group(&[
            ("cpu.stat", "usage_usec 5\nuser_usec 3\nsystem_usec 2\nnr_periods 7\nnr_throttled 1\nthrottled_usec 9\n"),
            ("memory.current", "4096\n"),
            ("memory.max", "max\n"),
            ("memory.stat", "anon 1\ninactive_file 2\n"),
            ("pids.current", "3\n"),
            ("pids.max", "20\n"),
            ("io.stat", "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"),
        ]);
        let cpu = group.processor(1).unwrap();
        assert_eq!((cpu.cpu_usage.total_usage, cpu.cpu_usage.usage_in_usermode), (5000, 3000));
        let throttled = ThrottlingData { periods: 7, throttled_periods: 1, throttled_time: 9000 };
        assert_eq!(cpu.throttling_data, throttled);
        let memory = group.memory().unwrap();
        assert_eq!((memory.usage, memory.limit, memory.stats["inactive_file"]), (4096, 0, 2));
        assert_eq!(group.tasks(), Some(PidsStats { current: 3, limit: 20 }));
        let entry = |op: &str, value| BlkioEntry { major: 8, minor: 0, op: op.to_owned(), value };
        let (bytes, requests) = group.devices().unwrap();
        assert_eq!(bytes, [entry("read", 1), entry("write", 2)]);
        assert_eq!(requests, [entry("read", 3), entry("write", 4)]);
    }

    #[test]
    fn version_1_counts_nanoseconds_and_ticks() {
        let (_dir, group) = group(&[
            ("cpuacct.usage", "50\n"),
            ("cpuacct.usage_percpu", "20 30 \n"),
            ("cpuacct.stat", "user 1\nsystem 2\n"),
            ("cpu.stat", "nr_periods 7\nnr_throttled 1\nthrottled_time 9\n"),
            ("memory.usage_in_bytes", "10\n"),
            ("memory.limit_in_bytes", "9223372036854771712\n"),
            ("memory.stat", "total_inactive_file 2\n"),
            ("blkio.throttle.io_service_bytes_recursive", "8:0 Read 1\n8:0 Write 2\nTotal 3\n"),
            ("blkio.throttle.io_serviced_recursive", ""),
        ]);
        let cpu = group.processor(10).unwrap();
        assert_eq!((cpu.cpu_usage.percpu_usage, cpu.cpu_usage.usage_in_kernelmode), (vec![20, 30], 20));
        assert_eq!(cpu.throttling_data.throttled_time, 9);
        assert_eq!(group.memory().unwrap().usage, 10);
        let (bytes, _) = group.devices().unwrap();
        assert_eq!(bytes.iter().map(|entry| entry.value).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(group.tasks(), None, "nothing counts them");
    }

    #[test]
    fn where_nothing_counts_there_is_nothing() {
        let (_dir, group) = group(&[("cpu.stat", "nr_periods 0\n")]);
        assert!(group.processor(1).is_none() && group.memory().is_none() && group.devices().is_none());
    }
}
