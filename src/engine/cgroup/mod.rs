//! Control groups: which hierarchy this host has, a group for each container, and its limits read back from the kernel.
//!
//! ```text
//! version 2   <base>/dockwalk-<pid>/<id>                     the child is born in it (CLONE_INTO_CGROUP)
//! version 1   <controller>/dockwalk-<pid>/<id>, for each     the child writes itself into cgroup.procs
//! ```
//!
//! Does not know what runs in a group.

mod detect;
mod freezer;
mod gather;
mod limits;
mod shortage;
mod undo;
mod usage;

pub use freezer::Freezer;
pub use limits::{Limits, MemorySwap};
pub use shortage::{Shortages, Watched};
pub use undo::{CgroupInverse, undo};

use super::conductor::Cx;
use super::evidence;
use super::fault::{Fault, Result};
use crate::spec::ContainerId;
use crate::trace::{Cgroup, CgroupVersion, Change, Code, Evidence, Plan, Problem, StepKind};
use nix::errno::Errno;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The control groups of this host.
#[derive(Debug)]
pub struct Cgroups {
    version: CgroupVersion,
    hierarchy: Hierarchy,
    /// Where groups can be made: a directory for each controller in version 1, one in version 2. Empty when nowhere.
    bases: Vec<Base>,
}

/// A directory in which the engine may make groups.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Base {
    dir: PathBuf,
    /// `pids`, `memory`, `cpu`: what can be limited there.
    controllers: Vec<String>,
}

/// What a container sees at `/sys/fs/cgroup`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hierarchy {
    /// Nothing.
    None,
    /// The names of version 1 hierarchies, `cpu,cpuacct` and `name=systemd` included.
    V1(Vec<String>),
    /// One tree.
    V2,
}

/// A container's control group: one directory in version 2, one for each controller in version 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The directories; never empty.
    pub dirs: Vec<PathBuf>,
}

impl Base {
    /// Whether something can be limited there, by the name that version 1 has for it.
    fn has(&self, controller: &str) -> bool {
        let named = |name: &String| name == controller || controller == "blkio" && name == "io";
        self.controllers.iter().any(named)
    }

    /// Whether groups here have such a file: the root of a hierarchy does not have them all.
    fn shows(&self, file: &str) -> bool {
        let parent = self.dir.parent().unwrap_or(&self.dir);
        let others = fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path());
        [self.dir.clone(), parent.to_owned()].into_iter().chain(others).any(|dir| dir.join(file).exists())
    }
}

impl Group {
    /// Lets all of it go on that stand still.
    pub fn let_go_on(&self) {
        self.dirs.iter().for_each(|dir| Freezer::release(dir));
    }

    /// How many of its processes the kernel has killed for want of memory, as it says itself. None where nothing counts that.
    pub fn killed_for_memory(&self) -> Option<(u64, Evidence)> {
        // Of version 2 and of version 1, each with the same line.
        let files = self.dirs.iter().flat_map(|dir| ["memory.events", "memory.oom_control"].map(|name| dir.join(name)));
        files.filter_map(|path| evidence::read(&path).ok()).find_map(|text| {
            let count = |line: &str| line.strip_prefix(KILLED)?.trim().parse().ok();
            let killed = text.content().lines().find_map(count)?;
            Some((killed, text.lines(|line| line.starts_with(KILLED))))
        })
    }
}

/// The hierarchy of version 1 that lets groups stand still.
const FREEZER: &str = "freezer";

/// Before their number.
const KILLED: &str = "oom_kill ";

/// How a process gets into a group.
#[derive(Debug)]
pub struct Join {
    /// What it will see.
    pub hierarchy: Hierarchy,
    /// Files to write itself to (version 1).
    pub procs: Vec<PathBuf>,
    /// The group to be born in (version 2).
    pub born_in: Option<File>,
}

impl Cgroups {
    /// Finds out what is mounted and what this user may do there.
    pub fn detect() -> Self {
        detect::detect()
    }

    /// Which hierarchy there is.
    pub fn version(&self) -> CgroupVersion {
        self.version
    }

    /// True where this user may make groups, so that limits can be set.
    pub fn usable(&self) -> bool {
        !self.bases.is_empty()
    }

    /// Whether that can be limited here: `pids`, `memory`, `cpu`, `cpuset`, `blkio`.
    pub fn limits(&self, controller: &str) -> bool {
        self.base(controller).is_some()
    }

    fn base(&self, controller: &str) -> Option<&Base> {
        self.bases.iter().find(|base| base.has(controller))
    }

    /// Whether swap can be limited here: a kernel may count it not at all.
    pub fn limits_swap(&self) -> bool {
        let file = match self.hierarchy {
            Hierarchy::V2 => "/proc/swaps",
            _ => "/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes",
        };
        self.limits("memory") && Path::new(file).exists()
    }

    /// Which of these limits cannot be set here, in words: for want of groups, or because groups here have none of that kind.
    pub fn unable(&self, limits: &Limits) -> Vec<Problem> {
        let (able, unable): (Vec<_>, Vec<_>) = limits.wanted().into_iter().partition(|it| self.limits(it.controller));
        let asked: Vec<_> = unable.into_iter().map(|limit| limit.asked).collect();
        let none = (!asked.is_empty()).then(|| Problem::new(Code::CgroupNotHere).with("limits", asked.join(", ")));
        let version_2 = self.hierarchy == Hierarchy::V2;
        let absent = |limit: &limits::Limit| limit.absent(self.base(limit.controller)?, version_2);
        none.into_iter().chain(able.iter().filter_map(absent)).collect()
    }

    /// How a process gets into a container's group.
    pub fn join(&self, group: Option<&Group>) -> Result<Join> {
        let dirs = group.map(|group| group.dirs.as_slice()).unwrap_or_default();
        let mut join = Join { hierarchy: self.hierarchy.clone(), procs: Vec::new(), born_in: None };
        match (&self.hierarchy, dirs) {
            (Hierarchy::V2, [dir, ..]) => {
                let opened = File::open(dir).map_err(|e| Fault::io("open", dir.display(), &e))?;
                join.born_in = Some(opened);
            }
            _ => join.procs = dirs.iter().map(|dir| dir.join("cgroup.procs")).collect(),
        }
        Ok(join)
    }

    /// Makes a container's group and sets its limits: the step `MakeCgroup`. None where this user may make no groups; then
    /// what was asked for and cannot be is remarked.
    pub fn create(&self, cx: &Cx, container: &ContainerId, limits: &Limits) -> Result<Option<Group>> {
        let wanted = limits.wanted();
        let bases = self.for_limits(&wanted);
        if bases.is_empty() && wanted.is_empty() {
            return Ok(None);
        }
        let dirs: Vec<PathBuf> = bases.iter().map(|base| base.dir.join(container.as_str())).collect();
        let main = dirs.first().map_or_else(|| "/sys/fs/cgroup".to_owned(), |dir| dir.display().to_string());
        let plan = Plan::new(StepKind::MakeCgroup, &main).call(format!("mkdir({main:?}, 0755)"));
        cx.step(plan.by_hand(format!("mkdir {main}")), |cx| {
            for problem in self.unable(limits) {
                cx.observe(Change::Remark(problem), vec![evidence::file(Path::new("/proc/self/cgroup"))]);
            }
            for base in &bases {
                self.make_base(cx, base)?;
            }
            for dir in &dirs {
                cx.journal(container.as_str(), &CgroupInverse::RemoveCgroup { path: dir.clone() })?;
                self.make_dir(dir)?;
            }
            for limit in &wanted {
                let at = bases.iter().zip(&dirs).find(|(base, _)| base.has(limit.controller));
                let Some((base, dir)) = at else { continue };
                let said = limit.absent(base, self.hierarchy == Hierarchy::V2).is_some();
                for (problem, path) in limit.set(dir, self.hierarchy == Hierarchy::V2)? {
                    if !said {
                        cx.observe(Change::Remark(problem), vec![evidence::absent(&path)]);
                    }
                }
            }
            let Some(first) = dirs.first() else { return Ok(None) };
            let (found, evidence) = limits::read_back(&dirs, &wanted, self.hierarchy == Hierarchy::V2);
            let path = below_root(first);
            let evidence = if evidence.is_empty() { vec![in_directory(first)] } else { evidence };
            cx.observe(Change::CgroupSeen(Cgroup { path, container: container.clone(), limits: found }), evidence);
            Ok(Some(Group { dirs }))
        })
    }

    /// Removes a container's group, killing what is left in it: the step `RemoveCgroup`. One that is not there is no error.
    pub fn remove(&self, cx: &Cx, container: &ContainerId) -> Result<()> {
        let mine = cx.conductor().journal().pending_of(container.as_str()).into_iter();
        let entries: Vec<_> = mine.map(|(entry, CgroupInverse::RemoveCgroup { path })| (entry, path)).collect();
        let Some((_, first)) = entries.last() else { return Ok(()) };
        let key = below_root(first);
        let plan = Plan::new(StepKind::RemoveCgroup, first.display()).call(format!("rmdir({first:?})"));
        cx.step(plan.by_hand(format!("rmdir {}", first.display())), |cx| {
            let mut removed = Vec::new();
            for (entry, path) in &entries {
                removed.push(remove_dir(path)?);
                cx.undone(*entry)?;
            }
            if cx.world().cgroups.contains_key(&key) {
                cx.observe(Change::CgroupGone { path: key.clone() }, removed);
            }
            Ok(())
        })
    }

    /// The engine's own group, at the first container. It goes when the engine does.
    fn make_base(&self, cx: &Cx, base: &Base) -> Result<()> {
        if base.dir.exists() {
            return Ok(());
        }
        cx.journal("engine", &CgroupInverse::RemoveCgroup { path: base.dir.clone() })?;
        self.make_dir(&base.dir)?;
        if self.hierarchy == Hierarchy::V2 {
            let parent = base.dir.parent().map(Path::to_owned);
            for dir in parent.iter().chain([&base.dir]) {
                delegate(dir, &base.controllers);
            }
        }
        Ok(())
    }

    /// Makes a group. In version 1 one of the cpuset hierarchy takes no process before it has processors and memory nodes: those
    /// of the group above.
    fn make_dir(&self, dir: &Path) -> Result<()> {
        fs::create_dir(dir).map_err(|e| Fault::io("make", dir.display(), &e))?;
        if self.hierarchy == Hierarchy::V2 {
            return Ok(());
        }
        for name in ["cpuset.cpus", "cpuset.mems"] {
            let (path, above) = (dir.join(name), dir.with_file_name(name));
            if path.exists() {
                let copied = fs::read(&above).and_then(|all| fs::write(&path, all));
                copied.map_err(|e| Fault::io("write", path.display(), &e))?;
            }
        }
        Ok(())
    }

    /// Where a container's group is made. In version 1 only in the hierarchies that a limit needs: moving a process from one
    /// group to another waits for a grace period of the whole kernel, about ten milliseconds each. In version 2 it is born
    /// in its group, which costs nothing.
    fn for_limits(&self, wanted: &[limits::Limit]) -> Vec<&Base> {
        let needed =
            |base: &&Base| self.hierarchy == Hierarchy::V2 || wanted.iter().any(|limit| base.has(limit.controller));
        self.bases.iter().filter(needed).collect()
    }
}

/// Lets children of a group have its controllers. Each by itself: one that is refused spoils no other.
fn delegate(dir: &Path, controllers: &[String]) {
    for name in controllers {
        if let Err(error) = fs::write(dir.join("cgroup.subtree_control"), format!("+{name}")) {
            tracing::debug!(%error, dir = %dir.display(), name, "controller not delegated");
        }
    }
}

/// `/pids/dockwalk-7/<id>` of `/sys/fs/cgroup/pids/dockwalk-7/<id>`.
pub fn below_root(dir: &Path) -> String {
    let path = dir.display().to_string();
    path.strip_prefix("/sys/fs/cgroup").map_or(path.clone(), str::to_owned)
}

fn in_directory(dir: &Path) -> Evidence {
    evidence::file(&dir.join("cgroup.procs"))
}

/// Removes a group's directory; what still runs in it is killed. Tells the call that found it gone.
fn remove_dir(dir: &Path) -> Result<Evidence> {
    let mut attempt = 0;
    loop {
        attempt += 1;
        match evidence::rmdir(dir) {
            (Ok(()) | Err(Errno::ENOENT), removed) => return Ok(removed),
            (Err(e), _) if attempt == 100 => return Err(Fault::io("remove", dir.display(), &e.into())),
            (Err(_busy), _) => {
                Freezer::release(dir);
                kill_all(dir);
            }
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kill_all(dir: &Path) {
    // Version 2 kills a whole group at once since Linux 5.14.
    if fs::write(dir.join("cgroup.kill"), "1").is_ok() {
        return;
    }
    let pids = fs::read_to_string(dir.join("cgroup.procs")).unwrap_or_default();
    for pid in pids.lines().filter_map(|line| line.parse().ok()).filter(|pid| *pid > 0) {
        let kill = nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), nix::sys::signal::SIGKILL);
        if let Err(error) = kill {
            tracing::debug!(%error, pid, "left in a control group");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_killed_for_memory_is_what_the_kernel_counted() {
        let dir = tempfile::tempdir().unwrap();
        let (pids, memory) = (dir.path().join("pids"), dir.path().join("memory"));
        for one in [&pids, &memory] {
            fs::create_dir(one).unwrap();
        }
        let group = Group { dirs: vec![pids, memory.clone()] };
        assert_eq!(group.killed_for_memory(), None);
        for (file, content, killed) in [
            ("memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n", None),
            ("memory.oom_control", "oom_kill_disable 0\nunder_oom 1\noom_kill 2\n", Some(2)),
            ("memory.events", "low 0\nhigh 0\nmax 24\noom 3\noom_kill 1\noom_group_kill 0\n", Some(1)),
            ("memory.events", "low 0\nmax 24\noom 3\noom_kill 0\n", Some(0)),
        ] {
            fs::write(memory.join(file), content).unwrap();
            let path = memory.join(file).display().to_string();
            let shown = killed.map(|n| (n, Evidence::File { path, content: format!("oom_kill {n}") }));
            assert_eq!(group.killed_for_memory(), shown, "{content}");
        }
    }
}
