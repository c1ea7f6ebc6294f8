use super::*;
use crate::engine::cgroup::Hierarchy;

const NOTHING_SPECIAL: u64 = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;

/// `/proc`, `/sys`, `/sys/fs/cgroup`.
pub fn mounts(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>) {
    let read_only = if spec.privileged { 0 } else { libc::MS_RDONLY };
    one(init, "proc", "proc", "/proc", NOTHING_SPECIAL, "");
    one(init, "sysfs", "sysfs", "/sys", NOTHING_SPECIAL | read_only, "");
    match &shape.join.hierarchy {
        Hierarchy::None => {}
        Hierarchy::V2 => {
            let data = "";
            begin(init, "/sys/fs/cgroup");
            // A kernel or an outer sandbox may refuse it; a container can do without.
            init.tolerant(
                mount("cgroup2", "cgroup", "/sys/fs/cgroup", NOTHING_SPECIAL | read_only, data),
                &[libc::EPERM, libc::EBUSY],
            );
        }
        Hierarchy::V1(names) => version_1(init, names, read_only),
    }
}

fn version_1(init: &mut Init, names: &[String], read_only: u64) {
    begin(init, "/sys/fs/cgroup");
    init.main(mount("tmpfs", "tmpfs", "/sys/fs/cgroup", NOTHING_SPECIAL, "mode=755"));
    for name in names {
        let target = format!("/sys/fs/cgroup/{}", name.strip_prefix("name=").unwrap_or(name));
        init.call(mkdir(&target));
        let call = mount("cgroup", "cgroup", &target, NOTHING_SPECIAL | read_only, name);
        init.tolerant(call, &[libc::EPERM, libc::EBUSY, libc::EINVAL]);
        init.look(Look::Mount(target, MountKind::System));
    }
    if read_only != 0 {
        let target = "/sys/fs/cgroup".to_owned();
        init.call(Call::MountSetattr { target, set: ATTR_RDONLY, recursive: false });
    }
}

fn one(init: &mut Init, fstype: &str, source: &str, target: &str, flags: u64, data: &str) {
    begin(init, target);
    init.by_hand(format!("mount -t {fstype} {source} {target}"));
    init.tolerant(mkdir(target), THERE);
    init.main(mount(fstype, source, target, flags, data));
}

fn begin(init: &mut Init, target: &str) {
    init.stage(StepKind::MountInside, target);
    init.look(Look::Mount(target.to_owned(), MountKind::System));
}
