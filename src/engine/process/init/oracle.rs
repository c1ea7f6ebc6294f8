//! What must be true of every list of calls that starts a container, whatever is asked for and whatever the image has: the
//! promises of docs/security.md, looked for in the list itself.

use super::super::call::{Call, Fd, Node, Trial};
use super::*;
use crate::docker::is_own_sysctl;
use crate::engine::lab::Netns;
use crate::engine::process::user::Identity;
use crate::engine::process::{Limits, Propagation, Seccomp, SharedMemory, Ulimit, caps, seccomp};
use crate::engine::rootfs::Rootfs;
use crate::engine::sys::OWN;
use std::collections::BTreeSet;
use std::path::Path;

/// Plans the start that some text asks for, and checks the plan. A line is a word and what belongs to it:
///
/// `link PATH TARGET`, `file PATH`, `dir PATH` in the image; `volume PATH`, `bind-file PATH`, `tmpfs PATH OPTIONS`, `cwd PATH`,
/// `user ID`, `arg TEXT`, `env TEXT`, `sysctl NAME VALUE`, `nofile NUMBER`, `score NUMBER`; `init`, `host-names`, `host-groups`, `no-shm`, `tty`, `stdin`, `privileged`, `read-only`, `unconfined`, `mknod`.
pub fn init(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(dir) = tempfile::tempdir() else { return };
    let Ok(netns) = Netns::current() else { return };
    let mut asked = Asked::new(dir.path(), netns);
    text.lines().take(64).for_each(|line| asked.line(line));
    let Asked { spec, may_mknod, uid } = asked;
    let filter = if spec.seccomp == Seccomp::Default { seccomp::default_profile(0).ok() } else { None };
    let privileges = Privileges {
        identity: Identity { uid, gid: uid, groups: vec![uid], home: "/".into() },
        capabilities: caps::wanted(&[], &[], spec.privileged, u64::MAX >> 23).unwrap_or(0),
        last_capability: 40,
        filter,
        no_new_privs: false,
        may_set_groups: true,
        ulimits: spec.ulimits.clone(),
        oom_score_adj: spec.oom_score_adj,
    };
    let hierarchy = crate::engine::cgroup::Hierarchy::V2;
    let join = crate::engine::cgroup::Join { hierarchy, procs: Vec::new(), born_in: None };
    let env = spec.env.clone();
    let shape = Shape {
        privileges: &privileges,
        env: &env,
        join: &join,
        tty_group: true,
        may_mknod,
        in_group: false,
        ignored: &[13],
    };
    if let Ok(init) = container(&spec, &shape) {
        Plan { init: &init, spec: &spec }.holds();
    }
    let beside = Beside {
        argv: &spec.argv,
        env: &env,
        cwd: &spec.cwd,
        privileges: &privileges,
        of_host: spec.of_host,
        join: &join,
        tty: spec.tty,
        open_stdin: spec.open_stdin,
        ignored: &[13],
    };
    if let Some(trial) = Trial::named("mount") {
        let init = tried(&beside, trial);
        let forks = Plan { init: &init, spec: &spec }.all(|call| matches!(call, Call::Clone)).len();
        let filters = Plan { init: &init, spec: &spec }.all(|call| matches!(call, Call::Seccomp { .. })).len();
        assert_eq!(forks, filters, "nobody without a filter is in a container's pid namespace: {init:?}");
    }
    let init = super::beside(&beside);
    let plan = Plan { init: &init, spec: &spec };
    plan.ends_well();
    let fork = plan.only(|call| matches!(call, Call::Clone));
    let left = plan.only(|call| matches!(call, Call::Capset { .. }));
    let closed = plan.only(|call| matches!(call, Call::CloseRange { on_exec: false, .. }));
    assert!(closed < left && left < fork, "what joins a pid namespace has nothing more to give up: {init:?}");
}

struct Asked {
    spec: ProcessSpec,
    may_mknod: bool,
    uid: u32,
}

impl Asked {
    fn new(dir: &Path, netns: Netns) -> Self {
        let rootfs = Rootfs::below(dir);
        for made in [&rootfs.merged, &dir.join("volume")] {
            std::fs::create_dir(made).unwrap_or_default();
        }
        std::fs::write(dir.join("file"), "").unwrap_or_default();
        let spec = ProcessSpec {
            container: format!("{:064x}", 1).as_str().into(),
            image: "image".into(),
            rootfs,
            argv: vec!["true".into()],
            env: Vec::new(),
            cwd: String::new(),
            user: String::new(),
            group_add: Vec::new(),
            hostname: "box".into(),
            domainname: "lan".into(),
            tty: false,
            open_stdin: false,
            console_size: None,
            mounts: Vec::new(),
            privileged: false,
            cap_add: Vec::new(),
            cap_drop: Vec::new(),
            no_new_privs: false,
            seccomp: Seccomp::Default,
            read_only_root: false,
            limits: Limits::default(),
            netns,
            of_host: 0,
            joins_ipc: None,
            memory: SharedMemory::Own(64 << 20),
            init: false,
            sysctls: Vec::new(),
            default_sysctls: vec![("net/ipv4/ip_unprivileged_port_start".into(), "0".into())],
            ulimits: Vec::new(),
            oom_score_adj: 0,
        };
        Self { spec, may_mknod: false, uid: 0 }
    }

    fn line(&mut self, line: &str) {
        let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
        let (path, more) = rest.split_once(' ').unwrap_or((rest, ""));
        let dir = self.spec.rootfs.merged.parent().map(Path::to_owned).unwrap_or_default();
        let mount = |source| MountSpec { source, target: path.to_owned(), read_only: more == "ro" };
        match word {
            "link" | "file" | "dir" => self.image(word, path, more),
            "volume" => {
                let source = MountSource::Volume { name: "v".into(), path: dir.join("volume"), copy_up: false };
                self.spec.mounts.push(mount(source));
            }
            "bind-file" => {
                let (propagation, recursive) = (Propagation::of(more).unwrap_or_default(), more != "alone");
                let source = MountSource::Bind { path: dir.join("file"), create: false, propagation, recursive };
                self.spec.mounts.push(mount(source));
            }
            "tmpfs" => self.spec.mounts.push(mount(MountSource::Tmpfs { options: more.to_owned() })),
            "cwd" => rest.clone_into(&mut self.spec.cwd),
            "user" => self.uid = rest.parse().unwrap_or(0),
            "arg" => self.spec.argv.push(rest.to_owned()),
            "env" => self.spec.env.push(rest.to_owned()),
            "sysctl" => self.sysctl(path, more),
            "nofile" => {
                let (resource, hard) = (("RLIMIT_NOFILE", libc::RLIMIT_NOFILE), u64::MAX);
                self.spec.ulimits.push(Ulimit { resource, soft: path.parse().unwrap_or(0), hard });
            }
            "score" => self.spec.oom_score_adj = path.parse().unwrap_or(0),
            "init" => self.spec.init = true,
            "host-names" => self.spec.of_host |= u64::from(libc::CLONE_NEWUTS.cast_unsigned()),
            "host-groups" => self.spec.of_host |= u64::from(libc::CLONE_NEWCGROUP.cast_unsigned()),
            "no-shm" => self.spec.memory = SharedMemory::Nothing,
            "tty" => self.spec.tty = true,
            "stdin" => self.spec.open_stdin = true,
            "privileged" => self.spec.privileged = true,
            "read-only" => self.spec.read_only_root = true,
            "unconfined" => self.spec.seccomp = Seccomp::Unconfined,
            "mknod" => self.may_mknod = true,
            _ => {}
        }
    }

    /// One that a request may have.
    fn sysctl(&mut self, name: &str, value: &str) {
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_'));
        if plain && is_own_sysctl(name) {
            self.spec.sysctls.push((name.replace('.', "/"), value.to_owned()));
        }
    }

    /// What an image has, made within it.
    fn image(&self, word: &str, path: &str, target: &str) {
        let Ok(root) = pathrs::Root::open(&self.spec.rootfs.merged) else { return };
        let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        let kind = match word {
            "link" => pathrs::InodeType::Symlink(target.into()),
            "file" => pathrs::InodeType::File(mode),
            _ => pathrs::InodeType::Directory(mode),
        };
        let above = if above.is_empty() { Ok(()) } else { root.mkdir_all(above, &mode_of_a_dir()).map(drop) };
        // What cannot be made is not there, which is as good a case.
        let made = above.and_then(|()| root.create(path, &kind));
        tracing::trace!(?made, path);
    }
}

fn mode_of_a_dir() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o755)
}

struct Plan<'a> {
    init: &'a Init,
    spec: &'a ProcessSpec,
}

impl Plan<'_> {
    fn calls(&self) -> impl Iterator<Item = (usize, &Call)> {
        self.init.calls.iter().map(|prepared| &prepared.call).enumerate()
    }

    fn all(&self, which: impl Fn(&Call) -> bool) -> Vec<usize> {
        self.calls().filter(|(_, call)| which(call)).map(|(index, _)| index).collect()
    }

    fn only(&self, which: impl Fn(&Call) -> bool) -> usize {
        match self.all(which).as_slice() {
            [index] => *index,
            other => panic!("{other:?} where one call belongs: {:#?}", self.init),
        }
    }

    fn holds(&self) {
        assert!(self.init.calls.len() < 50_000);
        self.the_old_root_goes_first();
        self.everything_is_mounted_by_descriptor();
        self.what_is_written_is_the_kernels();
        self.what_is_to_be_covered_is_covered();
        self.ends_well();
    }

    /// No path of the image is used before the old root is gone, and none but from a descriptor after it.
    fn the_old_root_goes_first(&self) {
        let pivot = self.only(|call| matches!(call, Call::PivotRoot { .. }));
        let gone = pivot + 1;
        assert!(
            matches!(&self.init.calls[gone].call, Call::Umount2 { target, flags } if target == "." && *flags == libc::MNT_DETACH)
        );
        assert!(self.only(|call| matches!(call, Call::Clone)) < pivot);
        for (index, call) in self.calls() {
            match call {
                // The container's own nodes, in a file system that was made for them.
                Call::Mknodat { dir, node: Node::Device(..), .. } => {
                    assert!(index < pivot && *dir != Fd::Cwd, "{call:?}")
                }
                Call::Openat2 { dir, .. }
                | Call::Mkdirat { dir, .. }
                | Call::Mknodat { dir, .. }
                | Call::Unlinkat { dir, .. } => {
                    assert!(index > gone && *dir != Fd::Cwd, "{call:?}");
                }
                Call::Symlinkat { dir, link, .. } => assert!(*dir != Fd::Cwd && !link.contains('/'), "{call:?}"),
                Call::OpenTree { dir: Fd::Cwd, .. } | Call::Mount { .. } => assert!(index < pivot, "{call:?}"),
                Call::Chdir { path } => assert!(index < pivot || path == "/", "{call:?}"),
                Call::Open { path, .. } => assert!(index < pivot || path == "/", "{call:?}"),
                Call::Umount2 { target, .. } => assert!(target == ".", "{call:?}"),
                _ => {}
            }
            match call {
                Call::Mkdirat { path, .. } | Call::Mknodat { path, .. } | Call::Unlinkat { path, .. } => {
                    assert!(!path.contains('/') && !matches!(path.as_str(), "" | "." | ".."), "{call:?}");
                }
                Call::Openat2 { path, .. } => {
                    assert!(!path.is_empty() && !path.split('/').any(|part| part == ".."), "{call:?}");
                }
                _ => {}
            }
        }
    }

    /// What is mounted on was opened from the root, or is a name in a file system that this plan made; and it is not in
    /// `/proc` unless it is `/proc` itself, or what Docker covers in it.
    fn everything_is_mounted_by_descriptor(&self) {
        let made = |fd: &Fd| self.call_of(fd).is_some_and(|call| matches!(call, Call::Fsmount { .. }));
        let checked: BTreeSet<usize> = self
            .calls()
            .filter_map(|(_, call)| match call {
                Call::Fstatfs { fd: Fd::From(fd), magic: (0x9fa0, _), equal: false } => Some(*fd),
                _ => None,
            })
            .collect();
        let pivot = self.only(|call| matches!(call, Call::PivotRoot { .. }));
        for (index, call) in self.calls() {
            let Call::MoveMount { to, path, .. } = call else { continue };
            if index < pivot {
                let dir = self.spec.rootfs.merged.parent().map(|dir| dir.display().to_string());
                assert_eq!((to, Some(path)), (&Fd::Cwd, dir.as_ref()), "before the root is changed: {call:?}");
                continue;
            }
            if !path.is_empty() {
                assert!(made(to) && (!path.contains('/') || path == "fs/cgroup"), "{call:?}");
                continue;
            }
            let opened = self.call_of(to);
            let Some(Call::Openat2 { path, links, dir, .. }) = opened else { panic!("{call:?} on {opened:?}") };
            let system = ["proc", "sys", "dev"].contains(&path.as_str())
                || ["proc/", "sys/"].iter().any(|below| path.starts_with(below))
                || (!links && matches!(self.call_of(dir), Some(Call::Openat2 { .. })));
            let Fd::From(place) = to else { panic!("{call:?}") };
            assert!(!links && system || checked.contains(place), "{call:?} on {opened:?}");
        }
        let devices = self.all(|call| matches!(call, Call::Mknodat { node: Node::Device(..), .. }));
        assert!(devices.iter().all(|index| match &self.init.calls[*index].call {
            Call::Mknodat { dir, .. } => made(dir),
            _ => false,
        }));
    }

    /// A group's list of processes, a score of its own, or a parameter in a `/proc` that is attached nowhere yet.
    fn what_is_written_is_the_kernels(&self) {
        let attached = self.calls().find_map(|(index, call)| match call {
            Call::MoveMount { from, path, .. } if path.is_empty() && self.makes(from, "proc") => Some(index),
            _ => None,
        });
        let attached = attached.expect("a /proc");
        for (index, call) in self.calls() {
            let Call::Write { fd, .. } = call else { continue };
            match self.call_of(fd) {
                Some(Call::Open { .. }) => {}
                Some(Call::Openat2 { dir, path, links: false, .. }) => {
                    assert!(index < attached && self.makes(dir, "proc") && path.starts_with("sys/"), "{path}");
                }
                other => panic!("{call:?} on {other:?}"),
            }
        }
    }

    /// A descriptor is the root of a new file system of that type.
    fn makes(&self, fd: &Fd, wanted: &str) -> bool {
        let Some(Call::Fsmount { fd: context, .. }) = self.call_of(fd) else { return false };
        matches!(self.call_of(context), Some(Call::Fsopen { fstype }) if *fstype == wanted)
    }

    fn call_of(&self, fd: &Fd) -> Option<&Call> {
        match fd {
            Fd::From(index) => self.init.calls.get(*index).map(|prepared| &prepared.call),
            Fd::Cwd | Fd::Number(_) => None,
        }
    }

    /// Unless privileged: what Docker masks and makes read-only, as far as this kernel has it, after everything else is
    /// mounted there.
    fn what_is_to_be_covered_is_covered(&self) {
        let covered: BTreeSet<String> = self
            .calls()
            .filter_map(|(_, call)| match call {
                Call::MoveMount { to, path, .. } if path.is_empty() => self.call_of(to),
                _ => None,
            })
            .filter_map(|call| match call {
                Call::Openat2 { path, links: false, .. } => Some(format!("/{path}")),
                _ => None,
            })
            .collect();
        for path in ["/proc/keys", "/proc/kcore", "/proc/sys", "/proc/sysrq-trigger", "/proc/acpi", "/sys/firmware"] {
            let there = Path::new(path).exists();
            assert_eq!(covered.contains(path), there && !self.spec.privileged, "{path}");
        }
        if self.spec.read_only_root {
            assert!(self.calls().any(|(_, call)| matches!(call, Call::MountSetattr { fd, set, .. }
                if set & 1 != 0 && matches!(self.call_of(fd), Some(Call::Open { path, .. }) if path == "/"))));
        }
    }

    /// Nothing is open when the working directory is checked; then privileges go, and the program is executed.
    fn ends_well(&self) {
        let close = self.only(|call| matches!(call, Call::CloseRange { on_exec: false, .. }));
        assert!(
            matches!(&self.init.calls[close].call, Call::CloseRange { first, .. } if *first == OWN.cast_unsigned())
        );
        assert!(matches!(&self.init.calls[close + 1].call, Call::Getcwd), "{:?}", self.init);
        let program = self.init.program();
        let tail = close + 1..self.init.calls.len();
        assert!(
            tail.clone().all(|index| program.needs(index).next().is_none()),
            "a descriptor is used after all are closed"
        );
        let own = |fd: &Fd| matches!(fd, Fd::Number(0..=2));
        for index in tail {
            match &self.init.calls[index].call {
                Call::Ioctl { fd, .. } | Call::Fchown { fd, .. } => assert!(own(fd)),
                Call::Getcwd
                | Call::Prctl { .. }
                | Call::Setrlimit { .. }
                | Call::Seccomp { .. }
                | Call::Setgroups { .. }
                | Call::Setresgid { .. }
                | Call::Setresuid { .. }
                | Call::Capset { .. }
                | Call::Clone
                | Call::Setsid
                | Call::Umask { .. }
                | Call::SigDefault { .. }
                | Call::SigUnblockAll
                | Call::CloseRange { .. }
                | Call::Execve { .. } => {}
                other => panic!("{other:?} after everything was closed"),
            }
        }
        let executes = self.all(|call| matches!(call, Call::Execve { .. }));
        assert_eq!(executes.first(), Some(&self.init.execve_at));
        assert_eq!(executes.len(), self.init.calls.len() - self.init.execve_at);
        let last = &self.init.calls[self.init.execve_at - 1].call;
        assert!(matches!(last, Call::CloseRange { first: 3, on_exec: true }));
        let filter = self.all(|call| matches!(call, Call::Seccomp { .. }));
        assert_eq!(filter.len(), usize::from(self.spec.seccomp == Seccomp::Default), "the filter that was asked for");
    }
}
