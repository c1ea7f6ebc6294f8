//! Paths that Docker masks or makes read-only.

use super::*;
use std::path::Path;

/// Hidden: a directory under an empty tmpfs, a file under `/dev/null`.
pub const MASKED: [&str; 12] = [
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
pub const READ_ONLY: [&str; 5] = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"];

/// Covers them, and makes the root read-only if it is to be. The container's `/proc` and `/sys` have what this kernel's
/// have, so what is not there here is not covered.
pub fn paths(init: &mut Init, spec: &ProcessSpec, root: Fd, null: &dev::Null) {
    if !spec.privileged {
        cover(init, root, null);
    }
    if spec.read_only_root {
        init.stage(StepKind::ProtectPaths, "/");
        init.by_hand("mount -o remount,bind,ro /");
        init.main(Call::MountSetattr { fd: root, set: ATTR_RDONLY, propagation: 0, recursive: false });
        init.look(Look::Root(spec.rootfs.merged.display().to_string()));
    }
}

/// Each path is opened as it stands, through no link, and covered by descriptor; what covers it is read-only before it is
/// there. Where a mount of the user's took the place of `/sys`, what is not in that is not covered.
fn cover(init: &mut Init, root: Fd, null: &dev::Null) {
    let there = |path: &&&str| Path::new(path).exists();
    let mut all = Vec::new();
    init.stage(StepKind::ProtectPaths, "/proc /sys");
    for path in READ_ONLY.iter().filter(there) {
        let place = init.open(place(root, path));
        let tree = init.open(Call::OpenTree { dir: place, path: String::new(), recursive: true });
        let set = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
        init.call(Call::MountSetattr { fd: tree, set, propagation: 0, recursive: true });
        init.call(attach(tree, place));
        all.push((*path).to_owned());
    }
    let throttle = thermal_throttle();
    for path in
        MASKED.iter().copied().filter(|path| Path::new(path).exists()).chain(throttle.iter().map(String::as_str))
    {
        let place = init.tolerant(place(root, path), ABSENT);
        let cover = if Path::new(path).is_dir() {
            let attributes = ATTR_RDONLY | ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;
            init.filesystem("tmpfs", "source=tmpfs,ro", attributes)
        } else {
            null.mount(init)
        };
        init.call(attach(cover, Fd::From(place)));
        all.push(path.to_owned());
    }
    for path in &all {
        init.look(Look::Mount(path.clone(), MountKind::System));
    }
    init.look(Look::Protected(all));
}

/// Not in what the user mounted over `/sys`. What depends on it is not made.
const ABSENT: &[i32] = &[libc::ENOENT];

/// `/sys/devices/system/cpu/cpu0/thermal_throttle` and its like: how warm the host is tells what others do on it.
fn thermal_throttle() -> Vec<String> {
    let cpus = std::fs::read_dir("/sys/devices/system/cpu").into_iter().flatten().flatten();
    let dirs = cpus.map(|cpu| cpu.path().join("thermal_throttle")).filter(|dir| dir.is_dir());
    dirs.map(|dir| dir.display().to_string()).collect()
}

fn place(root: Fd, path: &str) -> Call {
    let flags = libc::O_PATH | libc::O_CLOEXEC;
    Call::Openat2 { dir: root, path: path.trim_start_matches('/').to_owned(), flags, links: false }
}
