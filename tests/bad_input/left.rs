//! What an engine has on the host: compared before and after something failed.

use super::engine::Engine;
use super::registry::sha256;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    containers: BTreeSet<String>,
    volumes: BTreeSet<String>,
    layers: BTreeSet<String>,
    ingest: BTreeSet<String>,
    processes: BTreeSet<String>,
    mounts: BTreeSet<String>,
}

impl Left {
    /// What it has now, once programs have ended that it runs for a moment: it lists rules anew when they change.
    pub fn by(engine: &Engine) -> Self {
        let passes = |process: &String| {
            process.split(' ').nth(1).is_none_or(|program| program.is_empty() || program.ends_with("/nft"))
        };
        let mut processes = below(engine.pid());
        for _ in 0..200 {
            if !processes.iter().any(passes) {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            processes = below(engine.pid());
        }
        let root = seen_by(engine);
        Self {
            containers: names(&root.join("containers")),
            volumes: names(&root.join("volumes")),
            layers: names(&root.join("layers/sha256")),
            ingest: names(&root.join("ingest")),
            processes,
            mounts: mounts(engine.pid()),
        }
    }

    /// Nothing came since, and every blob is what its name says.
    pub fn is_all_there_is(&self, engine: &Engine) {
        // Who dies is buried by its parent a moment after the answer.
        let mut now = Self::by(engine);
        for _ in 0..200 {
            if now == *self {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
            now = Self::by(engine);
        }
        assert_eq!(now, *self);
        whole_blobs(engine);
    }

    /// The same with this download, which can be gone on with.
    pub fn and_ingest(mut self, engine: &Engine) -> Self {
        self.ingest = names(&seen_by(engine).join("ingest"));
        self
    }
}

/// The engine's directory as the engine itself sees it: it may be a mount of its own namespace.
pub fn seen_by(engine: &Engine) -> PathBuf {
    let root = engine.root();
    Path::new(&format!("/proc/{}/root", engine.pid())).join(root.strip_prefix("/").unwrap())
}

/// How large the parts of downloads are.
pub fn ingested(engine: &Engine) -> Vec<u64> {
    let dir = seen_by(engine).join("ingest");
    fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().metadata().unwrap().len()).collect()
}

/// A store holds no blob that is not what its name says.
fn whole_blobs(engine: &Engine) {
    let dir = seen_by(engine).join("blobs/sha256");
    for name in names(&dir) {
        let bytes = fs::read(dir.join(&name)).unwrap();
        assert_eq!(sha256(&bytes).hex(), name, "{name} is not what it is called");
    }
}

fn names(dir: &Path) -> BTreeSet<String> {
    let Ok(entries) = fs::read_dir(dir) else { return BTreeSet::new() };
    entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
}

/// The descendants of a process, with their command lines.
fn below(pid: u32) -> BTreeSet<String> {
    let parent = |pid: u32| {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        status.lines().find_map(|line| line.strip_prefix("PPid:")?.trim().parse::<u32>().ok())
    };
    let all = fs::read_dir("/proc").unwrap().flatten();
    let all = all.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let ours = all.filter(|one| std::iter::successors(parent(*one), |p| parent(*p)).any(|above| above == pid));
    ours.map(|one| {
        let line = fs::read(format!("/proc/{one}/cmdline")).unwrap_or_default();
        format!("{one} {}", String::from_utf8_lossy(&line).replace('\0', " "))
    })
    .collect()
}

fn mounts(pid: u32) -> BTreeSet<String> {
    let text = fs::read_to_string(format!("/proc/{pid}/mountinfo")).unwrap();
    text.lines().filter_map(|line| line.split(' ').nth(4)).map(str::to_owned).collect()
}
