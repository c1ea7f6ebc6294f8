//! The end of a process: waited for, and recorded with what went with it.

use super::observe::Subject;
use crate::engine::conductor::Cx;
use crate::engine::evidence::{self, Ended};
use crate::engine::sys;
use crate::trace::{Change, NamespaceKind};
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// Kills a child and collects it. One that has ended already is collected.
pub fn kill(pidfd: BorrowedFd<'_>) -> Ended {
    if let Err(error) = sys::send_signal(pidfd, libc::SIGKILL) {
        tracing::debug!(%error, "not killed");
    }
    evidence::wait(pidfd)
}

/// Records that a process is gone; with a container's first one its mounts and namespaces go as well.
pub fn observe(cx: &Cx, subject: &Subject, end: &Ended) {
    let world = cx.world();
    let Some(known) = world.processes.get(&subject.pid) else { return };
    let (status, evidence) = (end.status(), vec![end.evidence()]);
    if !subject.main {
        cx.observe(Change::ProcessGone { pid: subject.pid, status }, evidence);
        return;
    }
    wait_for_others(cx, subject);
    cx.observe(Change::ProcessGone { pid: subject.pid, status }, evidence.clone());
    let mntns = known.process.namespaces.get(&NamespaceKind::Mnt).copied();
    for key in world.mounts.keys().filter(|key| Some(key.mntns) == mntns && subject.container.is_some()) {
        if world.mounts.get(key).is_some_and(|mount| mount.container == subject.container) {
            cx.observe(Change::MountGone { key: *key }, evidence.clone());
        }
    }
    let own = world.namespaces.values().filter(|ns| ns.container == subject.container && ns.kind != NamespaceKind::Net);
    for namespace in own {
        cx.observe(Change::NamespaceGone { inode: namespace.inode }, evidence.clone());
    }
}

/// The kernel has killed all of the pid namespace with its first process. Those that `exec` made are collected by threads of
/// their own, which may be a moment behind.
fn wait_for_others(cx: &Cx, subject: &Subject) {
    for _ in 0..200 {
        let world = cx.world();
        let mut others = world.processes.values().filter(|p| p.process.container == subject.container);
        if others.all(|other| other.process.pid == subject.pid) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
