use super::*;
use crate::engine::rootfs::mountinfo;

/// What the engine can limit, and what lets a group stand still (of version 1; in version 2 every group has that).
const CONTROLLERS: [&str; 7] = ["pids", "memory", "cpu", "cpuset", "blkio", "io", FREEZER];

/// The engine's own group, above those of the containers. Each engine has one, so that none waits for another's end.
fn ours(parent: &Path) -> PathBuf {
    parent.join(format!("dockwalk-{}", std::process::id()))
}

pub(super) fn detect() -> Cgroups {
    let mounts = mountinfo::parse(&fs::read_to_string("/proc/self/mountinfo").unwrap_or_default());
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let at = |fstype: &str| mounts.iter().filter(|m| m.fstype == fstype).collect::<Vec<_>>();
    let (v1, v2) = (at("cgroup"), at("cgroup2"));
    match (v1.as_slice(), v2.as_slice()) {
        ([], []) => Cgroups { version: CgroupVersion::None, hierarchy: Hierarchy::None, bases: Vec::new() },
        ([], [unified, ..]) => {
            let base = unified_base(Path::new(&unified.target), &own);
            Cgroups { version: CgroupVersion::V2, hierarchy: Hierarchy::V2, bases: base.into_iter().collect() }
        }
        (v1, v2) => {
            let version = if v2.is_empty() { CgroupVersion::V1 } else { CgroupVersion::Hybrid };
            let bases = v1.iter().filter_map(|mount| controller_base(mount)).collect();
            Cgroups { version, hierarchy: Hierarchy::V1(names(&own)), bases }
        }
    }
}

/// The version 1 hierarchies this process is in: the second field of `7:cpu,cpuacct:/`.
fn names(own: &str) -> Vec<String> {
    let fields = own.lines().filter_map(|line| line.split(':').nth(1));
    fields.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// A version 1 hierarchy with one of our controllers, if we may make groups in it.
fn controller_base(mount: &mountinfo::MountInfo) -> Option<Base> {
    let has = |name: &str| mount.options[1].split(',').any(|option| option == name);
    let controllers: Vec<String> = CONTROLLERS.iter().filter(|name| has(name)).map(ToString::to_string).collect();
    let parent = Path::new(&mount.target);
    (!controllers.is_empty() && usable(parent)).then(|| Base { dir: ours(parent), controllers })
}

/// The part of a version 2 tree that is ours: below its root for root, else beside our own group, where a service manager
/// has delegated that (`user@.service`).
fn unified_base(root: &Path, own: &str) -> Option<Base> {
    let mine = own.lines().find_map(|line| line.strip_prefix("0::"))?;
    let parent = Path::new(mine.trim_start_matches('/')).parent().map(|parent| root.join(parent));
    [Some(root.to_owned()), parent].into_iter().flatten().find(|parent| usable(parent)).map(|parent| {
        let listed = fs::read_to_string(parent.join("cgroup.controllers")).unwrap_or_default();
        let controllers = listed.split_whitespace().filter(|name| CONTROLLERS.contains(name));
        Base { controllers: controllers.map(str::to_owned).collect(), dir: ours(&parent) }
    })
}

/// True where groups can be made and processes moved.
fn usable(dir: &Path) -> bool {
    let writable = |path: &Path| nix::unistd::access(path, nix::unistd::AccessFlags::W_OK).is_ok();
    writable(dir) && writable(&dir.join("cgroup.procs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hierarchies_are_named_as_the_kernel_does() {
        assert_eq!(names("9:name=systemd:/\n3:cpu,cpuacct:/x\n0::/\n"), ["name=systemd", "cpu,cpuacct"]);
    }
}
