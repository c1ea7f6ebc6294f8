use super::shape::{Outside, Tree};
use super::*;
use crate::engine::cgroup::Join;
use crate::engine::sys::FIRST;
use std::collections::BTreeMap;

/// The init of a container: from the clone to `execve`.
///
/// ```text
/// namespaces, cgroup, fork │ take hold of what lies outside │ pivot_root, the old root is gone │ /proc /sys /dev … volumes │
/// masks │ hostname │ working directory │ privileges │ exec
/// ```
///
/// What comes from outside (volumes, files of `/etc`) and what the kernel gives only to who can see it already (`/proc` and
/// `/sys`, without root) is taken hold of before the root is changed, as detached mounts. Then the old root is gone before
/// any path of the image is looked at, and each path is resolved from a descriptor of the new root, never through a magic
/// link. When the working directory is checked nothing is open but the three streams and the two pipes to the engine.
pub fn container(spec: &ProcessSpec, shape: &Shape<'_>) -> Result<Init> {
    let mut init = Init::default();
    clone(&mut init, spec, shape);
    let mut outside = enter_root(&mut init, spec, shape);
    system::sysctls(&mut init, spec, outside.proc);
    system::mounts(&mut init, spec, shape, &mut outside);
    let null = dev::mounts(&mut init, spec, shape, &mut outside);
    inside::mounts(&mut init, spec, &mut outside)?;
    inside::etc_files(&mut init, spec, &mut outside)?;
    inside::docker_init(&mut init, spec, &mut outside)?;
    make_working_dir(&mut init, spec, outside.root)?;
    protect::paths(&mut init, spec, outside.root, &null);
    if spec.of_host & u64::from(libc::CLONE_NEWUTS.cast_unsigned()) == 0 {
        hostname(&mut init, spec);
    }
    let own = if spec.tty { vec![0] } else { own(spec.open_stdin) };
    privileges::prepare(&mut init, shape.privileges);
    working_dir(&mut init, spec, outside.root)?;
    privileges::drop(&mut init, shape.privileges, &own);
    init.look(Look::Credentials);
    exec::execute(&mut init, &argv(spec), shape.env, shape.ignored);
    Ok(init)
}

/// What is executed: the command, or what looks after it.
fn argv(spec: &ProcessSpec) -> Vec<String> {
    let before = if spec.init { &[inside::DOCKER_INIT, "--"][..] } else { &[] };
    before.iter().map(ToString::to_string).chain(spec.argv.iter().cloned()).collect()
}

/// The streams that are the process's own and not a device.
pub(super) fn own(open_stdin: bool) -> Vec<i32> {
    if open_stdin { vec![0, 1, 2] } else { vec![1, 2] }
}

fn clone(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>) {
    init.stage(StepKind::CloneProcess, spec.argv.first().cloned().unwrap_or_default());
    let ipc = u64::from(libc::CLONE_NEWIPC.cast_unsigned());
    let not_own = spec.of_host | if spec.joins_ipc.is_some() { ipc } else { 0 };
    init.by_hand(format!("unshare --mount{} --pid --fork", words_of(not_own)));
    init.call(privileges::not_dumpable());
    init.call(Call::Setns { fd: Fd::Number(FIRST), flags: libc::CLONE_NEWNET.cast_unsigned().into() });
    privileges::oom_score(init, shape.privileges);
    join(init, shape.join);
    if let Some(pid) = spec.joins_ipc {
        let flags = libc::O_RDONLY | libc::O_CLOEXEC;
        let fd = init.open(Call::Open { path: format!("/proc/{pid}/ns/ipc"), flags });
        init.call(Call::Setns { fd, flags: ipc });
    }
    let new = [libc::CLONE_NEWNS, libc::CLONE_NEWUTS, libc::CLONE_NEWIPC, libc::CLONE_NEWPID, libc::CLONE_NEWCGROUP];
    let flags = new.iter().fold(0, |flags, flag| flags | u64::from(flag.cast_unsigned()));
    init.main(Call::Unshare { flags: flags & !not_own });
    // A new pid namespace is for children: the first of them is its number 1.
    init.call(Call::Clone);
    init.call(Call::Setsid);
    init.perhaps(Call::JoinSessionKeyring, None);
    init.look(Look::Process);
    if !shape.join.procs.is_empty() || shape.in_group {
        init.look(Look::Cgroup);
    }
}

/// Options of unshare(1) and nsenter(1) for the namespaces that may be others', as far as they are not.
pub(super) fn words_of(not_own: u64) -> String {
    let all = [(libc::CLONE_NEWUTS, " --uts"), (libc::CLONE_NEWIPC, " --ipc"), (libc::CLONE_NEWCGROUP, " --cgroup")];
    all.iter().filter(|(flag, _)| not_own & u64::from(flag.cast_unsigned()) == 0).map(|(_, word)| *word).collect()
}

/// Moves itself into its control group, where it was not born in it.
pub(super) fn join(init: &mut Init, join: &Join) {
    for file in &join.procs {
        let flags = libc::O_WRONLY | libc::O_CLOEXEC;
        let fd = init.open(Call::Open { path: file.display().to_string(), flags });
        init.call(Call::Write { fd, text: "0".into() });
    }
}

fn enter_root(init: &mut Init, spec: &ProcessSpec, shape: &Shape<'_>) -> Outside {
    let rootfs = spec.rootfs.merged.display().to_string();
    init.stage(StepKind::PivotRoot, &rootfs);
    init.by_hand(format!("cd {rootfs} && pivot_root . . && umount -l ."));
    let flags = libc::MS_REC | libc::MS_PRIVATE;
    init.call(Call::Umask { mask: 0 });
    let mut trees: BTreeMap<Tree, Vec<Fd>> = BTreeMap::new();
    // What is private to this namespace has nothing to do with the host's any more.
    let (reaching, apart): (Vec<_>, Vec<_>) = inside::sources(spec)
        .into_iter()
        .chain(dev::sources(spec, shape.may_mknod))
        .partition(|tree| tree.propagation.flag().is_some());
    take_hold(init, &mut trees, reaching);
    init.call(Call::Mount { source: None, target: "/".into(), fstype: None, flags, data: None });
    take_hold(init, &mut trees, apart);
    let (proc, sys) = system::fresh(init, spec);
    init.call(Call::Chdir { path: rootfs.clone() });
    let nodes = if shape.may_mknod { dev::own_nodes(init, spec) } else { Vec::new() };
    init.main(Call::PivotRoot { new: ".".into(), old: ".".into() });
    init.call(Call::Umount2 { target: ".".into(), flags: libc::MNT_DETACH });
    init.call(Call::Chdir { path: "/".into() });
    let root = init.open(root());
    init.look(Look::Root(rootfs));
    Outside { trees, proc, sys, nodes, root }
}

/// Copies of mounts, attached nowhere.
fn take_hold(init: &mut Init, trees: &mut BTreeMap<Tree, Vec<Fd>>, wanted: Vec<Tree>) {
    for tree in wanted {
        init.about(About::Mount(tree.path.clone()));
        let fd = init.open(Call::OpenTree { dir: Fd::Cwd, path: tree.path.clone(), recursive: tree.recursive });
        if let Some((propagation, recursive)) = tree.propagation.flag() {
            init.call(Call::MountSetattr { fd, set: 0, propagation, recursive });
        }
        trees.entry(tree).or_default().push(fd);
    }
    init.about(About::Itself);
}

/// The root of the process that calls.
pub(super) fn root() -> Call {
    Call::Open { path: "/".into(), flags: libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC }
}

/// Makes it while something can be made. It is opened anew once all is covered that must be.
fn make_working_dir(init: &mut Init, spec: &ProcessSpec, root: Fd) -> Result<()> {
    if spec.read_only_root && !matches!(spec.cwd.as_str(), "" | "/") {
        init.about(About::WorkingDir(spec.cwd.clone()));
        target::place(init, spec, root, &spec.cwd)?;
        init.about(About::Itself);
    }
    Ok(())
}

/// As Docker, makes it if it is not there.
fn working_dir(init: &mut Init, spec: &ProcessSpec, root: Fd) -> Result<()> {
    let dir = match spec.cwd.as_str() {
        "" | "/" => None,
        path => {
            init.about(About::WorkingDir(path.to_owned()));
            Some(target::place(init, spec, root, path)?)
        }
    };
    enter(init, dir);
    Ok(())
}

/// Makes an open directory the working directory, lets go of all that is open but the streams and the pipes to the engine,
/// and makes sure that the working directory lies within the root. Before it lets go the engine looks, and takes the
/// terminal.
pub(super) fn enter(init: &mut Init, dir: Option<Fd>) {
    if let Some(fd) = dir {
        init.call(Call::Fchdir { fd });
    }
    init.look_here();
    init.call(Call::CloseRange { first: OWN.cast_unsigned(), on_exec: false });
    init.call(Call::Getcwd);
    init.look(Look::WorkingDir);
    init.about(About::Itself);
}

fn hostname(init: &mut Init, spec: &ProcessSpec) {
    init.stage(StepKind::SetHostname, &spec.hostname);
    init.by_hand(format!("hostname {}", spec.hostname));
    init.main(Call::Sethostname { name: spec.hostname.clone() });
    if !spec.domainname.is_empty() {
        init.call(Call::Setdomainname { name: spec.domainname.clone() });
    }
    init.look(Look::Hostname);
}
