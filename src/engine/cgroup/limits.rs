use crate::engine::fault::{Fault, Result};
use crate::trace::Evidence;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What a container may use at most.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Limits {
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Processes and threads.
    pub pids: Option<u64>,
    /// Processors, 1.5 for one and a half.
    pub cpus: Option<f64>,
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
}

/// The scheduler's period in microseconds, of which a container gets its share.
const PERIOD: u32 = 100_000;

impl Limits {
    pub(super) fn wanted(&self) -> Vec<Limit> {
        let pids = self.pids.map(|pids| {
            let text = pids.to_string();
            let (v1, v2) = (vec![("pids.max", text.clone())], ("pids.max", text));
            Limit { controller: "pids", asked: format!("pids={pids}"), v1, v2 }
        });
        let memory = self.memory.map(|bytes| {
            let text = bytes.to_string();
            let (v1, v2) = (vec![("memory.limit_in_bytes", text.clone())], ("memory.max", text));
            Limit { controller: "memory", asked: format!("memory={bytes}"), v1, v2 }
        });
        let cpus = self.cpus.filter(|cpus| cpus.is_finite() && *cpus > 0.0).map(|cpus| {
            // The kernel takes no quota below a millisecond. A float that large is cut, which is as good as no limit.
            let quota = (cpus * f64::from(PERIOD)).max(1000.0) as u64;
            let v1 = vec![("cpu.cfs_period_us", PERIOD.to_string()), ("cpu.cfs_quota_us", quota.to_string())];
            Limit { controller: "cpu", asked: format!("cpus={cpus}"), v1, v2: ("cpu.max", format!("{quota} {PERIOD}")) }
        });
        pids.into_iter().chain(memory).chain(cpus).collect()
    }
}

impl Limit {
    /// Writes it to a group's files.
    pub fn set(&self, dir: &Path, version_2: bool) -> Result<()> {
        let files = if version_2 { std::slice::from_ref(&self.v2) } else { self.v1.as_slice() };
        for (name, content) in files {
            let path = dir.join(name);
            fs::write(&path, content).map_err(|error| {
                let fault = Fault::failed("cgroup-limit-refused").with("limit", &self.asked);
                fault.with("path", path.display()).with("reason", error)
            })?;
        }
        Ok(())
    }
}

/// What the kernel says is in force: file name → content, and the files themselves.
pub(super) fn read_back(dirs: &[PathBuf], version_2: bool) -> (BTreeMap<String, String>, Vec<Evidence>) {
    const V1: [&str; 3] = ["pids.max", "memory.limit_in_bytes", "cpu.cfs_quota_us"];
    const V2: [&str; 3] = ["pids.max", "memory.max", "cpu.max"];
    let (mut limits, mut evidence) = (BTreeMap::new(), Vec::new());
    for path in dirs.iter().flat_map(|dir| if version_2 { V2 } else { V1 }.map(|name| (name, dir.join(name)))) {
        let (name, path) = path;
        if let Ok(content) = fs::read_to_string(&path) {
            limits.insert(name.to_owned(), content.trim().to_owned());
            evidence.push(Evidence::file(path.display().to_string(), content));
        }
    }
    (limits, evidence)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_written_in_each_versions_words() {
        let limits = Limits { memory: Some(1 << 20), pids: Some(64), cpus: Some(1.5) };
        let dir = tempfile::tempdir().unwrap();
        for limit in limits.wanted() {
            limit.set(dir.path(), true).unwrap();
            limit.set(dir.path(), false).unwrap();
        }
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
    fn no_limit_is_asked_for_by_default() {
        assert_eq!(Limits::default().wanted(), []);
        assert_eq!(Limits { cpus: Some(0.0), ..Limits::default() }.wanted(), []);
    }
}
