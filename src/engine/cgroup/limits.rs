use super::Base;
use crate::engine::evidence;
use crate::engine::fault::{Fault, Result};
use crate::trace::{Code, Evidence, Problem};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a container may use at most, and how much beside others.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Bytes of memory and swap together. Where only `memory` is given it is twice that, as with Docker.
    pub memory_swap: Option<MemorySwap>,
    /// Bytes that it is pressed down to when memory is short.
    pub memory_reservation: Option<u64>,
    /// From 0 to 100: how much is rather swapped out than dropped.
    pub memory_swappiness: Option<u64>,
    /// Nothing of it is killed for want of memory: it waits.
    pub oom_kill_disable: bool,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// Processors, 1.5 for one and a half.
    pub cpus: Option<f64>,
    /// Microseconds of the scheduler's period.
    pub cpu_period: Option<u64>,
    /// Microseconds of each period; less than 0 is no limit.
    pub cpu_quota: Option<i64>,
    /// Its part of the processors beside others.
    pub cpu_shares: Option<u64>,
    /// Processors by number: `0-3,7`.
    pub cpuset_cpus: Option<String>,
    /// Memory nodes, the same.
    pub cpuset_mems: Option<String>,
    /// From 10 to 1000: its part of the disks beside others.
    pub blkio_weight: Option<u64>,
}

/// Docker's `--memory-swap`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MemorySwap {
    /// So many bytes of memory and swap together; no fewer than those of memory.
    Bytes(u64),
    /// As much swap as there is (`-1`).
    Unlimited,
}

/// One limit that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Limit {
    pub controller: &'static str,
    /// As it was asked for: `pids=64`.
    pub asked: String,
    /// What is written in version 1 …
    v1: Vec<Setting>,
    /// … and in version 2, which does not have all of them.
    v2: Vec<Setting>,
}

/// A file of a group, and its content.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Setting {
    /// The first that is there counts: the same has several names.
    files: Vec<(&'static str, String)>,
    /// What is said where a kernel has none of them; where nothing is, each has it.
    absent: Option<Absent>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Absent {
    /// Swap is only counted where a kernel was built and booted for that.
    Swap,
    Limit,
}

/// Memory and swap together (version 1); set after the limit of memory alone, which it must not be below.
const SWAP_V1: &str = "memory.memsw.limit_in_bytes";
/// Swap alone (version 2).
const SWAP_V2: &str = "memory.swap.max";

/// The scheduler's period in microseconds, of which a container gets its share.
const PERIOD: u32 = 100_000;

fn always(file: &'static str, content: impl ToString) -> Setting {
    Setting { files: vec![(file, content.to_string())], absent: None }
}

fn perhaps(file: &'static str, content: impl ToString, absent: Absent) -> Setting {
    Setting { files: vec![(file, content.to_string())], absent: Some(absent) }
}

impl Limits {
    pub(super) fn wanted(&self) -> Vec<Limit> {
        let limit = |controller, asked, v1, v2| Limit { controller, asked, v1, v2 };
        let of_memory = |asked, v1, v2| limit("memory", asked, v1, v2);
        let pids = self.pids.map(|pids| {
            limit("pids", format!("pids={pids}"), vec![always("pids.max", pids)], vec![always("pids.max", pids)])
        });
        let memory = self.memory.map(|bytes| self.memory(bytes));
        let reservation = self.memory_reservation.map(|bytes| {
            let v1 = vec![always("memory.soft_limit_in_bytes", bytes)];
            of_memory(format!("memory-reservation={bytes}"), v1, vec![always("memory.low", bytes)])
        });
        let swappiness = self.memory_swappiness.map(|percent| {
            let v1 = vec![perhaps("memory.swappiness", percent, Absent::Limit)];
            of_memory(format!("memory-swappiness={percent}"), v1, Vec::new())
        });
        let oom = self.oom_kill_disable.then(|| {
            let v1 = vec![perhaps("memory.oom_control", 1, Absent::Limit)];
            of_memory("oom-kill-disable=true".to_owned(), v1, Vec::new())
        });
        let shares = self.cpu_shares.map(|shares| {
            // As runc: 2 to 262144 become 1 to 10000.
            let weight = 1 + shares.saturating_sub(2) * 9999 / 262_142;
            limit(
                "cpu",
                format!("cpu-shares={shares}"),
                vec![always("cpu.shares", shares)],
                vec![always("cpu.weight", weight)],
            )
        });
        let set = |name: &str, file: &'static str, list: &Option<String>| {
            let list = list.as_ref()?;
            Some(limit("cpuset", format!("{name}={list}"), vec![always(file, list)], vec![always(file, list)]))
        };
        let blkio = self.blkio_weight.map(|weight| {
            // As runc: 10 to 1000 become 1 to 10000.
            let of_10000 = 1 + weight.saturating_sub(10) * 9999 / 990;
            let any = |files: [(&'static str, u64); 2]| {
                let files = files.map(|(file, weight)| (file, weight.to_string())).to_vec();
                vec![Setting { files, absent: Some(Absent::Limit) }]
            };
            let v1 = any([("blkio.weight", weight), ("blkio.bfq.weight", weight)]);
            limit(
                "blkio",
                format!("blkio-weight={weight}"),
                v1,
                any([("io.bfq.weight", weight), ("io.weight", of_10000)]),
            )
        });
        let all = [pids, memory, reservation, swappiness, oom, self.share(), shares];
        let sets = [
            set("cpuset-cpus", "cpuset.cpus", &self.cpuset_cpus),
            set("cpuset-mems", "cpuset.mems", &self.cpuset_mems),
        ];
        all.into_iter().chain(sets).chain([blkio]).flatten().collect()
    }

    fn memory(&self, bytes: u64) -> Limit {
        let (v1, v2) = match self.memory_swap.unwrap_or(MemorySwap::Bytes(bytes.saturating_mul(2))) {
            MemorySwap::Unlimited => ("-1".to_owned(), "max".to_owned()),
            MemorySwap::Bytes(both) => (both.to_string(), both.saturating_sub(bytes).to_string()),
        };
        let v1 = vec![always("memory.limit_in_bytes", bytes), perhaps(SWAP_V1, v1, Absent::Swap)];
        let v2 = vec![always("memory.max", bytes), perhaps(SWAP_V2, v2, Absent::Swap)];
        Limit { controller: "memory", asked: format!("memory={bytes}"), v1, v2 }
    }

    /// Of a processor's time: a number of processors, or period and quota by themselves.
    fn share(&self) -> Option<Limit> {
        let (asked, quota, period) = match self.cpus.filter(|cpus| cpus.is_finite() && *cpus > 0.0) {
            Some(cpus) => {
                // The kernel takes no quota below a millisecond. A float that large is cut, which is as good as no limit.
                let quota = (cpus * f64::from(PERIOD)).max(1000.0) as i64;
                (format!("cpus={cpus}"), Some(quota), Some(PERIOD.into()))
            }
            None => {
                let period = self.cpu_period.map(|period| format!("cpu-period={period}"));
                let quota = self.cpu_quota.map(|quota| format!("cpu-quota={quota}"));
                let asked: Vec<_> = period.into_iter().chain(quota).collect();
                (asked.join(", "), self.cpu_quota, self.cpu_period)
            }
        };
        if asked.is_empty() {
            return None;
        }
        let quota_v1 = quota.map(|quota| always("cpu.cfs_quota_us", quota.max(-1)));
        let v1 = period.map(|period| always("cpu.cfs_period_us", period)).into_iter().chain(quota_v1).collect();
        let quota_v2 = quota.filter(|quota| *quota > 0).map_or_else(|| "max".to_owned(), |quota| quota.to_string());
        let v2 = vec![always("cpu.max", format!("{quota_v2} {}", period.unwrap_or(PERIOD.into())))];
        Some(Limit { controller: "cpu", asked, v1, v2 })
    }
}

impl Limit {
    fn settings(&self, version_2: bool) -> &[Setting] {
        if version_2 { &self.v2 } else { &self.v1 }
    }

    /// What is said of one that control groups of this version do not have, or that this kernel's do not.
    pub fn absent(&self, base: &Base, version_2: bool) -> Option<Problem> {
        let said = |file: &str| Problem::new(Code::CgroupNoFile).with("limit", &self.asked).with("path", file);
        if version_2 {
            let file = self.v1.iter().flat_map(|setting| &setting.files).map(|(file, _)| *file).next();
            return file.filter(|_| self.v2.is_empty()).map(said);
        }
        let missing = |setting: &&Setting| {
            setting.absent == Some(Absent::Limit) && !setting.files.iter().any(|(file, _)| base.shows(file))
        };
        self.v1.iter().find(missing)?.files.first().map(|(file, _)| said(file))
    }

    /// Writes it where another one holds: in version 1 memory may at no moment have more than memory and swap together.
    pub fn change(&self, dir: &Path, version_2: bool) -> Result<Vec<Problem>> {
        let swap = self.settings(version_2).iter().find(|setting| setting.absent == Some(Absent::Swap));
        if let Some((file, content)) = swap.filter(|_| !version_2).and_then(|swap| swap.files.first()) {
            // Refused where both become less; then it is written once more behind the other.
            let path = dir.join(file);
            if path.exists() {
                fs::write(path, content).unwrap_or_else(|error| tracing::debug!(%error, "less of both"));
            }
        }
        Ok(self.set(dir, version_2)?.into_iter().map(|(problem, _)| problem).collect())
    }

    /// Writes it to a group's files. Returns what of it this kernel does not have, each with the file that is not there.
    pub fn set(&self, dir: &Path, version_2: bool) -> Result<Vec<(Problem, PathBuf)>> {
        let mut missing = Vec::new();
        for Setting { files, absent } in self.settings(version_2) {
            let there = files.iter().find(|(file, _)| absent.is_none() || dir.join(file).exists());
            let Some((file, content)) = there else {
                let path = files.first().map(|(file, _)| dir.join(file)).unwrap_or_default();
                let code = if *absent == Some(Absent::Swap) { Code::CgroupNoSwap } else { Code::CgroupNoFile };
                let problem = Problem::new(code).with("limit", &self.asked).with("path", path.display());
                missing.push((problem, path));
                continue;
            };
            let path = dir.join(file);
            fs::write(&path, content).map_err(|error| {
                let fault = Fault::failed(Code::CgroupLimitRefused).with("limit", &self.asked);
                fault.with("path", path.display()).with("reason", error)
            })?;
        }
        Ok(missing)
    }
}

/// What the kernel says is in force: file name → content, and the files themselves. Those that are always of interest, and those
/// that were written.
pub(super) fn read_back(
    dirs: &[PathBuf],
    wanted: &[Limit],
    version_2: bool,
) -> (BTreeMap<String, String>, Vec<Evidence>) {
    const V1: [&str; 4] = ["pids.max", "memory.limit_in_bytes", SWAP_V1, "cpu.cfs_quota_us"];
    const V2: [&str; 4] = ["pids.max", "memory.max", SWAP_V2, "cpu.max"];
    let mut names = if version_2 { V2 } else { V1 }.to_vec();
    let written = wanted.iter().flat_map(|limit| limit.settings(version_2)).flat_map(|setting| &setting.files);
    for (name, _) in written {
        if !names.contains(name) {
            names.push(name);
        }
    }
    let (mut limits, mut shown) = (BTreeMap::new(), Vec::new());
    for (name, path) in dirs.iter().flat_map(|dir| names.iter().map(|name| (*name, dir.join(name)))) {
        if let Ok(content) = evidence::read(&path) {
            limits.insert(name.to_owned(), content.content().trim().to_owned());
            shown.push(content.evidence());
        }
    }
    (limits, shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_in_each_versions_words() {
        let limits = Limits { memory: Some(1 << 20), pids: Some(64), cpus: Some(1.5), ..Limits::default() };
        let dir = tempfile::tempdir().unwrap();
        for limit in limits.wanted() {
            limit.set(dir.path(), true).unwrap();
            limit.set(dir.path(), false).unwrap();
        }
        assert!(!dir.path().join(SWAP_V1).exists() && !dir.path().join(SWAP_V2).exists(), "the kernel's files alone");
        for (file, content) in [
            ("pids.max", "64"),
            ("memory.max", "1048576"),
            ("memory.limit_in_bytes", "1048576"),
            ("cpu.max", "150000 100000"),
            ("cpu.cfs_quota_us", "150000"),
        ] {
            assert_eq!(fs::read_to_string(dir.path().join(file)).unwrap(), content, "{file}");
        }
        let (found, evidence) = read_back(&[dir.path().to_owned()], &limits.wanted(), true);
        assert_eq!((found.len(), evidence.len()), (3, 3));
    }

    #[test]
    fn swap_is_limited_with_memory_as_docker_does() {
        let check = |memory_swap, v1: &str, v2: &str| {
            let dir = tempfile::tempdir().unwrap();
            let limits = Limits { memory: Some(1000), memory_swap, ..Limits::default() };
            let [limit] = limits.wanted().try_into().unwrap();
            for (version_2, file, content) in [(false, SWAP_V1, v1), (true, SWAP_V2, v2)] {
                let missing = limit.set(dir.path(), version_2).unwrap();
                assert_eq!((&missing[0].0.code, &missing[0].1), (&Code::CgroupNoSwap, &dir.path().join(file)));
                fs::write(dir.path().join(file), "").unwrap();
                assert!(limit.set(dir.path(), version_2).unwrap().is_empty());
                assert_eq!(fs::read_to_string(dir.path().join(file)).unwrap(), content);
            }
        };
        check(None, "2000", "1000");
        check(Some(MemorySwap::Bytes(1000)), "1000", "0");
        check(Some(MemorySwap::Bytes(1500)), "1500", "500");
        check(Some(MemorySwap::Unlimited), "-1", "max");
        let alone = Limits { memory_swap: Some(MemorySwap::Bytes(1)), ..Limits::default() };
        assert_eq!(alone.wanted(), []);
    }

    #[test]
    fn no_limit_is_asked_for_by_default() {
        assert_eq!(Limits::default().wanted(), []);
        assert_eq!(Limits { cpus: Some(0.0), ..Limits::default() }.wanted(), []);
    }

    #[test]
    fn parts_beside_others_are_each_versions_own_numbers() {
        let limits = Limits {
            cpu_shares: Some(1024),
            cpu_period: Some(50_000),
            cpu_quota: Some(-1),
            cpuset_cpus: Some("0".into()),
            memory_reservation: Some(7),
            memory_swappiness: Some(60),
            oom_kill_disable: true,
            blkio_weight: Some(500),
            ..Limits::default()
        };
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("io.weight"), "").unwrap();
        fs::write(dir.path().join("blkio.bfq.weight"), "").unwrap();
        let mut missing = Vec::new();
        for limit in limits.wanted() {
            limit.set(dir.path(), true).unwrap();
            missing.extend(limit.set(dir.path(), false).unwrap());
        }
        for (file, content) in [
            ("cpu.shares", "1024"),
            ("cpu.weight", "39"),
            ("cpu.cfs_period_us", "50000"),
            ("cpu.cfs_quota_us", "-1"),
            ("cpu.max", "max 50000"),
            ("cpuset.cpus", "0"),
            ("memory.soft_limit_in_bytes", "7"),
            ("memory.low", "7"),
            ("io.weight", "4950"),
            ("blkio.bfq.weight", "500"),
        ] {
            assert_eq!(fs::read_to_string(dir.path().join(file)).unwrap(), content, "{file}");
        }
        let missing: Vec<_> = missing.iter().map(|(problem, _)| problem.args["limit"].as_str()).collect();
        assert_eq!(missing, ["memory-swappiness=60", "oom-kill-disable=true"], "this kernel has no files for them");
        let base = Base { dir: dir.path().join("group"), controllers: vec!["memory".to_owned()] };
        let absent =
            |version_2: bool| limits.wanted().iter().filter(|limit| limit.absent(&base, version_2).is_some()).count();
        assert_eq!((absent(true), absent(false)), (2, 2));
    }
}
