//! The end of a process: waited for, and recorded with what went with it.

use super::observe::Subject;
use crate::engine::conductor::Cx;
use crate::engine::sys;
use crate::trace::{Change, Evidence, NamespaceKind};
use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// Waits for the end of a child and collects it: 0–255, or 128 + the signal that killed it.
pub fn wait(pidfd: BorrowedFd<'_>) -> i32 {
    loop {
        match waitid(Id::PIDFd(pidfd), WaitPidFlag::WEXITED) {
            Ok(WaitStatus::Exited(_, status)) => return status,
            Ok(WaitStatus::Signaled(_, signal, _)) => return 128 + signal as i32,
            Ok(_) | Err(Errno::EINTR) => {}
            // Somebody else has collected it, which nobody does; its status is lost.
            Err(error) => {
                tracing::error!(%error, "waitid");
                return 255;
            }
        }
    }
}

/// Kills a child and collects it. One that has ended already is collected.
pub fn kill(pidfd: BorrowedFd<'_>) -> i32 {
    if let Err(error) = sys::send_signal(pidfd, libc::SIGKILL) {
        tracing::debug!(%error, "not killed");
    }
    wait(pidfd)
}

/// How a status came to be known.
pub fn evidence(status: i32) -> Vec<Evidence> {
    let info = match status {
        ..=128 => format!("{{si_code=CLD_EXITED, si_status={status}}}"),
        129.. => format!("{{si_code=CLD_KILLED or CLD_EXITED, si_status={status} or {}}}", status - 128),
    };
    vec![Evidence::syscall(format!("waitid(P_PIDFD, pidfd, {info}, WEXITED, NULL)"), 0)]
}

/// Records that a process is gone; with a container's first one its mounts and namespaces go as well.
pub fn observe(cx: &Cx, subject: &Subject, status: i32) {
    let world = cx.world();
    let Some(known) = world.processes.get(&subject.pid) else { return };
    let evidence = evidence(status);
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
