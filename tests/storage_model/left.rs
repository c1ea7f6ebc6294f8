//! What an engine has on its disk, mounted and running as far as storage is concerned: after all was removed it is as before.

use crate::engine::{Engine, processes_of};
use crate::journal::journal;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    /// What lies in the engine's directory, two levels deep; the trace and the journal grow.
    disk: BTreeSet<String>,
    /// Mount points of the machine, and how many the engine sees below its directory.
    machine: Vec<String>,
    mounted: usize,
    /// Command lines, each counted.
    processes: BTreeMap<String, usize>,
    journal: BTreeMap<String, usize>,
}

impl Left {
    pub fn look(engine: &Engine) -> Self {
        let root = engine.root();
        let mut disk = BTreeSet::new();
        for name in names(&root) {
            disk.extend(names(&root.join(&name)).into_iter().map(|below| format!("{name}/{below}")));
        }
        disk.retain(|path| !["trace/", "cache/", "logs/"].iter().any(|grows| path.starts_with(grows)));
        let mut processes = BTreeMap::new();
        for process in processes_of(&root) {
            let argv = process.split_once(' ').map_or("", |(_, argv)| argv);
            *processes.entry(argv.to_owned()).or_default() += 1;
        }
        let engines = mount_points(&format!("/proc/{}/mountinfo", engine.pid()));
        Self {
            disk,
            // Other tests mount something meanwhile.
            machine: mount_points("/proc/self/mountinfo")
                .into_iter()
                .filter(|at| Path::new(at).starts_with(&root))
                .collect(),
            mounted: engines.iter().filter(|at| Path::new(at).starts_with(&root)).count(),
            processes,
            journal: journal(&root),
        }
    }

    /// Waits until it is so again.
    #[track_caller]
    pub fn assert_is(&self, engine: &Engine, when: &str) {
        let begun = Instant::now();
        loop {
            let now = Self::look(engine);
            if now == *self {
                return;
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{when}: now {now:#?}, before {self:#?}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

fn names(dir: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

fn mount_points(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    text.lines().filter_map(|line| line.split(' ').nth(4)).map(str::to_owned).collect()
}
