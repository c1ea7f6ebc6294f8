//! Paths that Docker masks or makes read-only.

use super::*;
use std::path::Path;

/// Hidden: a directory under an empty tmpfs, a file under `/dev/null`.
const MASKED: [&str; 12] = [
    "/proc/asound",
    "/proc/acpi",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
    "/sys/devices/virtual/powercap",
];

/// Read-only.
const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Covers them, and makes the root read-only if it is to be. The container's `/proc` and `/sys` have what this kernel's
/// have, so what is not there here is not covered.
pub fn paths(init: &mut Init, spec: &ProcessSpec) {
    if !spec.privileged {
        cover(init);
    }
    if spec.read_only_root {
        init.stage(StepKind::ProtectPaths, "/");
        init.by_hand("mount -o remount,bind,ro /");
        init.main(Call::MountSetattr { target: "/".into(), set: ATTR_RDONLY, recursive: false });
        init.look(Look::Root(spec.rootfs.merged.display().to_string()));
    }
}

fn cover(init: &mut Init) {
    let there = |path: &&&str| Path::new(path).exists();
    let mut all = Vec::new();
    init.stage(StepKind::ProtectPaths, "/proc /sys");
    for path in MASKED.iter().filter(there) {
        if Path::new(path).is_dir() {
            init.call(mount("tmpfs", "tmpfs", path, libc::MS_RDONLY | libc::MS_NOSUID | libc::MS_NODEV, "size=0k"));
        } else {
            let source = Some("/dev/null".to_owned());
            let target = (*path).to_owned();
            init.call(Call::Mount { source, target, fstype: None, flags: libc::MS_BIND, data: None });
        }
        all.push((*path).to_owned());
    }
    for path in READ_ONLY.iter().filter(there) {
        let target = (*path).to_owned();
        let (source, flags) = (Some(target.clone()), libc::MS_BIND | libc::MS_REC);
        init.call(Call::Mount { source, target: target.clone(), fstype: None, flags, data: None });
        let set = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
        init.call(Call::MountSetattr { target, set, recursive: true });
        all.push((*path).to_owned());
    }
    for path in &all {
        init.look(Look::Mount(path.clone(), MountKind::System));
    }
    init.look(Look::Protected(all));
}
