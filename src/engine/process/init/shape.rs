use super::{Fd, Privileges};
use crate::engine::cgroup::Join;
use crate::engine::process::Propagation;
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

/// A path of the host that is taken hold of, and how.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tree {
    pub path: String,
    /// With what is mounted below it.
    pub recursive: bool,
    pub propagation: Propagation,
}

impl Tree {
    /// That path, and nothing of what is mounted below it now or later.
    pub fn alone(path: String) -> Self {
        Self { path, recursive: false, propagation: Propagation::default() }
    }
}

/// What was taken hold of before the root was changed, and the new root.
#[derive(Debug)]
pub struct Outside {
    /// What is mounted twice was taken hold of twice.
    pub trees: BTreeMap<Tree, Vec<Fd>>,
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
    /// The mount of a path of the engine's that was taken hold of. Each can be attached once.
    pub fn take(&mut self, path: &str) -> Option<Fd> {
        self.take_tree(&Tree::alone(path.to_owned()))
    }

    /// The same of a mount of the user's.
    pub fn take_tree(&mut self, tree: &Tree) -> Option<Fd> {
        self.trees.get_mut(tree)?.pop()
    }
}
