//! Which module undoes what. A module that changes the host has a type for how that is undone (`conductor::Undo`), beside
//! the code that makes the change; this is the list of them.

use super::conductor::Undoers;
use super::lab::Netns;
use super::{cgroup, container, net, process, rootfs, speed, store};

/// All modules that change the host. `host` is the network namespace that plays the host now; without one, or in another
/// than the one that was changed, what concerns the network is gone already.
pub fn undoers(host: Option<&Netns>) -> Undoers {
    let host = host.cloned();
    Undoers::default()
        .with(process::undo)
        .with(rootfs::undo)
        .with(store::undo)
        .with(cgroup::undo)
        .with(container::undo)
        .with(speed::undo)
        .with(move |inverse| net::undo(inverse, host.as_ref()))
}
