use crate::engine::evidence;
use crate::engine::fault::{Fault, Result};
use crate::trace::{Code, Evidence};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a container may use at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Bytes of memory and swap together. Where only `memory` is given it is twice that, as with Docker.
    pub memory_swap: Option<MemorySwap>,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// Processors, 1.5 for one and a half.
    pub cpus: Option<f64>,
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
    /// File and content in version 1 …
    v1: Vec<(&'static str, String)>,
    /// … and in version 2.
    v2: (&'static str, String),
    /// The same for a file that not every kernel has: swap is only counted where it was built and booted for that.
    swap: Option<Swap>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Swap {
    v1: String,
    v2: String,
}

/// Memory and swap together (version 1); set after the limit of memory alone, which it must not be below.
const SWAP_V1: &str = "memory.memsw.limit_in_bytes";
/// Swap alone (version 2).
const SWAP_V2: &str = "memory.swap.max";

/// The scheduler's period in microseconds, of which a container gets its share.
const PERIOD: u32 = 100_000;

impl Limits {
    pub(super) fn wanted(&self) -> Vec<Limit> {
        let pids = self.pids.map(|pids| {
            let text = pids.to_string();
            let (v1, v2) = (vec![("pids.max", text.clone())], ("pids.max", text));
            Limit { controller: "pids", asked: format!("pids={pids}"), v1, v2, swap: None }
        });
        let memory = self.memory.map(|bytes| {
            let text = bytes.to_string();
            let (v1, v2) = (vec![("memory.limit_in_bytes", text.clone())], ("memory.max", text));
            let swap = match self.memory_swap.unwrap_or(MemorySwap::Bytes(bytes.saturating_mul(2))) {
                MemorySwap::Unlimited => Swap { v1: "-1".to_owned(), v2: "max".to_owned() },
                MemorySwap::Bytes(both) => Swap { v1: both.to_string(), v2: both.saturating_sub(bytes).to_string() },
            };
            Limit { controller: "memory", asked: format!("memory={bytes}"), v1, v2, swap: Some(swap) }
        });
        let cpus = self.cpus.filter(|cpus| cpus.is_finite() && *cpus > 0.0).map(|cpus| {
            // The kernel takes no quota below a millisecond. A float that large is cut, which is as good as no limit.
            let quota = (cpus * f64::from(PERIOD)).max(1000.0) as u64;
            let v1 = vec![("cpu.cfs_period_us", PERIOD.to_string()), ("cpu.cfs_quota_us", quota.to_string())];
            let v2 = ("cpu.max", format!("{quota} {PERIOD}"));
            Limit { controller: "cpu", asked: format!("cpus={cpus}"), v1, v2, swap: None }
        });
        pids.into_iter().chain(memory).chain(cpus).collect()
    }
}

impl Limit {
    /// Writes it where another one holds: in version 1 memory may at no moment have more than memory and swap together.
    pub fn change(&self, dir: &Path, version_2: bool) -> Result<Option<PathBuf>> {
        if let Some(swap) = self.swap.as_ref().filter(|_| !version_2) {
            // Refused where both become less; then it is written once more behind the other.
            let path = dir.join(SWAP_V1);
            if path.exists() {
                fs::write(path, &swap.v1).unwrap_or_else(|error| tracing::debug!(%error, "less of both"));
            }
        }
        self.set(dir, version_2)
    }

    /// Writes it to a group's files. Returns the one that this kernel does not have, so that swap is not limited.
    pub fn set(&self, dir: &Path, version_2: bool) -> Result<Option<PathBuf>> {
        let files = if version_2 { std::slice::from_ref(&self.v2) } else { self.v1.as_slice() };
        let write = |path: &Path, content: &str| {
            fs::write(path, content).map_err(|error| {
                let fault = Fault::failed(Code::CgroupLimitRefused).with("limit", &self.asked);
                fault.with("path", path.display()).with("reason", error)
            })
        };
        files.iter().try_for_each(|(name, content)| write(&dir.join(name), content))?;
        let Some(swap) = &self.swap else { return Ok(None) };
        let (name, content) = if version_2 { (SWAP_V2, &swap.v2) } else { (SWAP_V1, &swap.v1) };
        let path = dir.join(name);
        if !path.exists() {
            return Ok(Some(path));
        }
        write(&path, content).map(|()| None)
    }
}

/// What the kernel says is in force: file name → content, and the files themselves.
pub(super) fn read_back(dirs: &[PathBuf], version_2: bool) -> (BTreeMap<String, String>, Vec<Evidence>) {
    const V1: [&str; 4] = ["pids.max", "memory.limit_in_bytes", SWAP_V1, "cpu.cfs_quota_us"];
    const V2: [&str; 4] = ["pids.max", "memory.max", SWAP_V2, "cpu.max"];
    let (mut limits, mut shown) = (BTreeMap::new(), Vec::new());
    for path in dirs.iter().flat_map(|dir| if version_2 { V2 } else { V1 }.map(|name| (name, dir.join(name)))) {
        let (name, path) = path;
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
        let limits = Limits { memory: Some(1 << 20), pids: Some(64), cpus: Some(1.5), memory_swap: None };
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
        let (found, evidence) = read_back(&[dir.path().to_owned()], true);
        assert_eq!((found.len(), evidence.len()), (3, 3));
    }

    #[test]
    fn swap_is_limited_with_memory_as_docker_does() {
        let check = |memory_swap, v1: &str, v2: &str| {
            let dir = tempfile::tempdir().unwrap();
            let limits = Limits { memory: Some(1000), memory_swap, ..Limits::default() };
            let [limit] = limits.wanted().try_into().unwrap();
            for (version_2, file, content) in [(false, SWAP_V1, v1), (true, SWAP_V2, v2)] {
                assert_eq!(limit.set(dir.path(), version_2).unwrap(), Some(dir.path().join(file)), "it is not there");
                fs::write(dir.path().join(file), "").unwrap();
                assert_eq!(limit.set(dir.path(), version_2).unwrap(), None);
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
}
