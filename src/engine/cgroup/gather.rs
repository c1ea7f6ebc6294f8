//! A container that runs is put into one more hierarchy: in version 1 it was born only in those that a limit needed.

use super::{CgroupInverse, Cgroups, FREEZER, Freezer, Group, Hierarchy, Limits};
use crate::engine::conductor::Cx;
use crate::engine::evidence;
use crate::engine::fault::{Fault, Result};
use crate::spec::ContainerId;
use crate::trace::{Cgroup, Change, Evidence};
use nix::errno::Errno;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A process that forks while it is moved leaves children behind; so often is looked again.
const ROUNDS: usize = 32;

/// A container's directory in a hierarchy, and the moves that brought its processes there, if any were needed.
#[derive(Debug)]
pub struct Gathered {
    /// The directory.
    pub dir: PathBuf,
    /// The writes.
    pub moved: Vec<Evidence>,
}

impl Cgroups {
    /// Where a container's processes stand still together; none where this user may make no such group.
    pub fn freezer(
        &self,
        cx: &Cx,
        container: &ContainerId,
        group: Option<&Group>,
        members: &dyn Fn() -> BTreeSet<u32>,
    ) -> Result<Option<(Freezer, Vec<Evidence>)>> {
        let version_2 = self.hierarchy == Hierarchy::V2;
        let gathered = self.gather(cx, container, group, FREEZER, members)?;
        Ok(gathered.map(|Gathered { dir, moved }| (Freezer { dir, version_2 }, moved)))
    }

    /// Sets other limits for a container that runs. Returns its directories.
    pub fn change(
        &self,
        cx: &Cx,
        container: &ContainerId,
        group: Option<&Group>,
        limits: &Limits,
        members: &dyn Fn() -> BTreeSet<u32>,
    ) -> Result<Vec<PathBuf>> {
        let version_2 = self.hierarchy == Hierarchy::V2;
        for problem in self.unable(limits) {
            cx.observe(Change::Remark(problem), vec![evidence::file(Path::new("/proc/self/cgroup"))]);
        }
        let (mut dirs, mut shown) = (Vec::new(), Vec::new());
        let wanted = limits.wanted();
        for limit in &wanted {
            let Some(Gathered { dir, moved }) = self.gather(cx, container, group, limit.controller, members)? else {
                continue;
            };
            limit.change(&dir, version_2)?;
            shown.extend(moved);
            if !dirs.contains(&dir) {
                dirs.push(dir);
            }
        }
        let all: Vec<_> = group.map(|group| group.dirs.clone()).unwrap_or_default();
        let all: BTreeSet<_> = all.into_iter().chain(dirs.clone()).collect();
        let all: Vec<_> = all.into_iter().collect();
        if let Some(first) = dirs.first() {
            let (found, files) = super::limits::read_back(&all, &wanted, version_2);
            shown.extend(files);
            let path = super::below_root(first);
            cx.observe(Change::CgroupSeen(Cgroup { path, container: container.clone(), limits: found }), shown);
        }
        Ok(dirs)
    }

    /// Where a container's processes are as far as this controller goes. In version 1 all `members` are moved there, and the
    /// directory is made before that if it is not there. None where this user may make no such group.
    pub fn gather(
        &self,
        cx: &Cx,
        container: &ContainerId,
        group: Option<&Group>,
        controller: &str,
        members: &dyn Fn() -> BTreeSet<u32>,
    ) -> Result<Option<Gathered>> {
        if self.hierarchy == Hierarchy::V2 {
            let dir = group.and_then(|group| group.dirs.first().cloned());
            return Ok(dir.map(|dir| Gathered { dir, moved: Vec::new() }));
        }
        let Some(base) = self.base(controller) else { return Ok(None) };
        let dir = base.dir.join(container.as_str());
        if !dir.exists() {
            self.make_base(cx, base)?;
            cx.journal(container.as_str(), &CgroupInverse::RemoveCgroup { path: dir.clone() })?;
            self.make_dir(&dir)?;
        }
        let (procs, mut moved) = (dir.join("cgroup.procs"), Vec::new());
        for _ in 0..ROUNDS {
            let there = fs::read_to_string(&procs).map_err(|e| Fault::io("read", procs.display(), &e))?;
            let there: BTreeSet<u32> = there.lines().filter_map(|line| line.parse().ok()).collect();
            let missing: Vec<u32> = members().difference(&there).copied().collect();
            if missing.is_empty() {
                break;
            }
            for pid in missing {
                match evidence::write(&procs, &pid.to_string()) {
                    (Ok(()), call) => moved.push(call),
                    // It has ended.
                    (Err(Errno::ESRCH), _) => {}
                    (Err(errno), _) => return Err(Fault::io("write", procs.display(), &errno.into())),
                }
            }
        }
        Ok(Some(Gathered { dir, moved }))
    }
}
