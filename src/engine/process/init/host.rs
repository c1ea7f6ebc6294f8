use super::*;
use crate::engine::cgroup::Join;
use std::os::fd::RawFd;

/// What a process beside a container's main one is to be.
#[derive(Debug)]
pub struct Beside<'a> {
    /// The main process's pidfd, inherited under this number.
    pub target: RawFd,
    /// Program and arguments.
    pub argv: &'a [String],
    /// The whole environment.
    pub env: &'a [String],
    /// Where it starts.
    pub cwd: &'a str,
    /// User, groups, capabilities, filter.
    pub privileges: &'a Privileges,
    /// How it gets into the control group.
    pub join: &'a Join,
    /// What becomes standard input, output and error; without, it gets a terminal.
    pub stdio: Option<[RawFd; 3]>,
    /// Standard input is a pipe.
    pub open_stdin: bool,
}

/// The init of a process beside a container's main one: into its namespaces, its control group, its limits.
pub fn beside(beside: &Beside<'_>) -> Init {
    let Beside { target, argv, env, cwd, privileges, join, stdio, open_stdin } = *beside;
    let mut init = Init::default();
    init.stage(StepKind::CloneProcess, argv.first().cloned().unwrap_or_default());
    init.by_hand("nsenter --target PID --mount --uts --ipc --net --pid --cgroup");
    init.call(exec::die_with_parent());
    init.call(Call::Setsid);
    container::join(&mut init, join);
    let all = [libc::CLONE_NEWNS, libc::CLONE_NEWUTS, libc::CLONE_NEWIPC, libc::CLONE_NEWNET, libc::CLONE_NEWCGROUP];
    let flags = all.iter().fold(0, |flags, flag| flags | u64::from(flag.cast_unsigned()));
    init.main(Call::Setns { fd: Fd::Number(target), flags });
    init.look(Look::Process);
    if stdio.is_none() {
        init.stage(StepKind::MountInside, "/dev/pts");
        dev::terminal(&mut init, "/dev/pts/ptmx");
    }
    if !cwd.is_empty() {
        init.call(Call::Chdir { path: cwd.to_owned() });
        init.look(Look::WorkingDir);
    }
    privileges::drop(&mut init, privileges, &container::own(stdio, open_stdin));
    exec::execute(&mut init, argv, env, stdio);
    init
}

/// The init of a command on the lab host: the engine's mounts, the lab's network.
pub fn on_host(netns: RawFd, argv: &[String], env: &[String], cwd: &str, stdio: Option<[RawFd; 3]>) -> Init {
    let mut init = Init::default();
    init.stage(StepKind::CloneProcess, argv.first().cloned().unwrap_or_default());
    init.by_hand("nsenter --net=…");
    init.call(exec::die_with_parent());
    init.call(Call::Setsid);
    init.main(Call::Setns { fd: Fd::Number(netns), flags: libc::CLONE_NEWNET.cast_unsigned().into() });
    init.look(Look::Process);
    if stdio.is_none() {
        dev::terminal(&mut init, "/dev/ptmx");
    }
    init.look_here();
    init.tolerant(Call::Chdir { path: cwd.to_owned() }, &[libc::ENOENT, libc::EACCES]);
    exec::execute(&mut init, argv, env, stdio);
    init
}
