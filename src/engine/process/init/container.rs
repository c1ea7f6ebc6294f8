use super::*;
use crate::engine::cgroup::Join;
use std::collections::BTreeMap;
use std::os::fd::RawFd;

/// What a container's init needs beside its [`ProcessSpec`].
#[derive(Debug)]
pub struct Shape<'a> {
    /// User, groups, capabilities, filter.
    pub privileges: &'a Privileges,
    /// The whole environment.
    pub env: &'a [String],
    /// The network namespace, inherited under this number.
    pub netns: RawFd,
    /// How it gets into its control group.
    pub join: &'a Join,
    /// `newgidmap` gave us group 5 (tty).
    pub tty_group: bool,
    /// What becomes standard input, output and error; with a terminal they come from it.
    pub stdio: Option<[RawFd; 3]>,
}

/// The init of a container: from the clone to `execve`.
///
/// ```text
/// clone: netns, cgroup │ take hold of what lies outside │ pivot_root │ /proc /sys /dev … volumes │ leave the old root │
/// masks │ hostname │ privileges │ exec
/// ```
///
/// The root is changed before anything is mounted in it: from then on no path, and no symlink of the image, can lead out.
/// What lies outside (volumes, devices, files of `/etc`) was taken hold of before, as detached mounts. The old root is left
/// only after `/proc` and `/sys` are mounted: without root the kernel gives these only to who can see them already.
pub fn container(spec: &ProcessSpec, shape: &Shape<'_>) -> Result<Init> {
    let mut init = Init::default();
    clone(&mut init, spec, shape);
    let mut outside = Outside::default();
    enter_root(&mut init, spec, &mut outside)?;
    system::mounts(&mut init, spec, shape);
    dev::mounts(&mut init, spec, shape, &mut outside);
    inside::etc_files(&mut init, spec, &mut outside);
    inside::mounts(&mut init, spec, &mut outside)?;
    leave_old_root(&mut init, spec, &outside);
    protect::paths(&mut init, spec);
    hostname(&mut init, spec);
    privileges::drop(&mut init, shape.privileges, &own(shape.stdio, spec.open_stdin));
    exec::execute(&mut init, &spec.argv, shape.env, shape.stdio);
    Ok(init)
}

/// The descriptors that are the process's own: its terminal, or its pipes, but not a `/dev/null` in the place of one.
pub(super) fn own(stdio: Option<[RawFd; 3]>, open_stdin: bool) -> Vec<RawFd> {
    match stdio {
        None => vec![0],
        Some(pipes) => pipes.into_iter().skip(if open_stdin { 0 } else { 1 }).collect(),
    }
}

/// Calls that took hold of something before the root was changed.
#[derive(Debug, Default)]
pub struct Outside {
    /// By path; one that is mounted twice was taken hold of twice.
    trees: BTreeMap<String, Vec<usize>>,
    old_root: usize,
}

impl Outside {
    /// The descriptor of a path that was taken hold of. Each can be mounted once.
    pub fn take(&mut self, path: &str) -> Option<Fd> {
        self.trees.get_mut(path)?.pop().map(Fd::From)
    }
}

fn clone(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>) {
    init.stage(StepKind::CloneProcess, spec.argv.first().cloned().unwrap_or_default());
    init.by_hand("unshare --mount --uts --ipc --pid --cgroup --fork");
    init.call(exec::die_with_parent());
    init.call(Call::Setsid);
    init.call(Call::Setns { fd: Fd::Number(shape.netns), flags: libc::CLONE_NEWNET.cast_unsigned().into() });
    join(init, shape.join);
    init.call(Call::Unshare { flags: libc::CLONE_NEWCGROUP.cast_unsigned().into() });
    init.look(Look::Process);
    init.look(Look::Cgroup);
}

/// Moves itself into its control group, where it was not born in it.
pub(super) fn join(init: &mut Init, join: &Join) {
    for file in &join.procs {
        let flags = libc::O_WRONLY | libc::O_CLOEXEC;
        let fd = init.call(Call::Open { path: file.display().to_string(), flags });
        init.call(Call::Write { fd: Fd::From(fd), text: "0".into() });
    }
}

fn enter_root(init: &mut Init, spec: &ProcessSpec, outside: &mut Outside) -> Result<()> {
    let rootfs = spec.rootfs.merged.display().to_string();
    init.stage(StepKind::PivotRoot, &rootfs);
    init.by_hand(format!("cd {rootfs} && pivot_root . ."));
    let flags = libc::MS_REC | libc::MS_PRIVATE;
    init.call(Call::Mount { source: None, target: "/".into(), fstype: None, flags, data: None });
    for (path, recursive) in inside::sources(spec).into_iter().chain(dev::sources()) {
        let call = init.call(Call::OpenTree { path: path.clone(), recursive });
        outside.trees.entry(path).or_default().push(call);
    }
    outside.old_root = init.call(Call::Open { path: "/".into(), flags: libc::O_DIRECTORY | libc::O_CLOEXEC });
    init.call(Call::Chdir { path: rootfs.clone() });
    init.main(Call::PivotRoot { new: ".".into(), old: ".".into() });
    init.call(Call::Umask { mask: 0 });
    init.look(Look::Root(rootfs));
    Ok(())
}

fn leave_old_root(init: &mut Init, spec: &ProcessSpec, outside: &Outside) {
    init.stage(StepKind::PivotRoot, "/");
    init.by_hand("umount -l .");
    init.call(Call::Fchdir { fd: Fd::From(outside.old_root) });
    init.main(Call::Umount2 { target: ".".into(), flags: libc::MNT_DETACH });
    init.call(Call::Chdir { path: "/".into() });
    if !matches!(spec.cwd.as_str(), "" | "/") {
        inside::directories(init, spec, &spec.cwd);
        init.call(Call::Chdir { path: spec.cwd.clone() });
    }
    init.look(Look::WorkingDir);
}

fn hostname(init: &mut Init, spec: &ProcessSpec) {
    init.stage(StepKind::SetHostname, &spec.hostname);
    init.by_hand(format!("hostname {}", spec.hostname));
    init.main(Call::Sethostname { name: spec.hostname.clone() });
    init.look(Look::Hostname);
}
