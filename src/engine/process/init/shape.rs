use super::{Fd, Privileges};
use crate::engine::cgroup::Join;
use std::collections::BTreeMap;

/// What a container's init needs beside its [`ProcessSpec`]. Its network namespace is the descriptor [`FIRST`].
#[derive(Debug)]
pub struct Shape<'a> {
    /// User, groups, capabilities, filter.
    pub privileges: &'a Privileges,
    /// The whole environment.
    pub env: &'a [String],
    /// How it gets into its control group.
    pub join: &'a Join,
    /// `newgidmap` gave us group 5 (tty).
    pub tty_group: bool,
    /// The engine can make device nodes: it is not in a user namespace.
    pub may_mknod: bool,
    /// It is born in a control group of its own.
    pub in_group: bool,
    /// Signals that the engine was told to ignore, which a program would go on ignoring.
    pub ignored: &'a [i32],
}

/// What was taken hold of before the root was changed, and the new root.
#[derive(Debug)]
pub struct Outside {
    /// By path; one that is mounted twice was taken hold of twice.
    pub trees: BTreeMap<String, Vec<Fd>>,
    /// A fresh `/proc`.
    pub proc: Fd,
    /// A fresh `/sys`.
    pub sys: Fd,
    /// Device nodes of its own, if it can have such.
    pub nodes: Vec<Fd>,
    /// The container's root, opened after the old one had gone.
    pub root: Fd,
}

impl Outside {
    /// The mount of a path that was taken hold of. Each can be attached once.
    pub fn take(&mut self, path: &str) -> Option<Fd> {
        self.trees.get_mut(path)?.pop()
    }
}
