use super::*;
use crate::engine::cgroup::Join;
use crate::engine::sys::FIRST;

/// What a process beside a container's main one is to be. The main one's pidfd is the descriptor [`FIRST`].
#[derive(Debug)]
pub struct Beside<'a> {
    /// Program and arguments.
    pub argv: &'a [String],
    /// The whole environment.
    pub env: &'a [String],
    /// Where it starts.
    pub cwd: &'a str,
    /// User, groups, capabilities, filter.
    pub privileges: &'a Privileges,
    /// Namespaces that the container does not have of its own: this process is in them.
    pub of_host: u64,
    /// How it gets into the control group.
    pub join: &'a Join,
    /// It gets a terminal.
    pub tty: bool,
    /// Standard input is a pipe.
    pub open_stdin: bool,
    /// Signals that the engine was told to ignore.
    pub ignored: &'a [i32],
}

/// The init of a process beside a container's main one: into its namespaces, its control group, its limits.
///
/// The process that does all this is in no pid namespace that the container sees. When it has given up every privilege, and
/// nothing is open but the streams and the pipes to the engine, it forks into the container's: what can be seen, traced
/// and robbed there has nothing that the container has not.
pub fn beside(beside: &Beside<'_>) -> Init {
    let Beside { argv, env, cwd, privileges, of_host, join, tty, open_stdin, ignored } = *beside;
    let mut init = Init::default();
    init.stage(StepKind::EnterNamespaces, argv.first().cloned().unwrap_or_default());
    init.by_hand(format!("nsenter --target PID --mount{} --net --pid", container::words_of(of_host)));
    init.call(privileges::not_dumpable());
    privileges::oom_score(&mut init, privileges);
    container::join(&mut init, join);
    let all = [
        libc::CLONE_NEWNS,
        libc::CLONE_NEWUTS,
        libc::CLONE_NEWIPC,
        libc::CLONE_NEWNET,
        libc::CLONE_NEWCGROUP,
        libc::CLONE_NEWPID,
    ];
    let flags = all.iter().fold(0, |flags, flag| flags | u64::from(flag.cast_unsigned()));
    init.main(Call::Setns { fd: Fd::Number(FIRST), flags: flags & !of_host });
    init.perhaps(Call::JoinSessionKeyring, None);
    let root = init.open(container::root());
    if tty {
        init.stage(StepKind::MountInside, "/dev/pts");
        let pts = init.open(dir(root, "dev/pts", false));
        let multiplexer = dev::multiplexer(&mut init, pts);
        dev::terminal(&mut init, multiplexer);
    } else if !open_stdin {
        null_input(&mut init, root);
    }
    privileges::prepare(&mut init, privileges);
    let cwd = if cwd.is_empty() { "/" } else { cwd };
    init.about(About::WorkingDir(cwd.to_owned()));
    let at = init.open(dir(root, cwd, true));
    container::enter(&mut init, Some(at));
    let own = if tty { vec![0] } else { container::own(open_stdin) };
    privileges::drop(&mut init, privileges, &own);
    init.stage(StepKind::ForkInside, argv.first().cloned().unwrap_or_default());
    init.by_hand("nsenter --target PID --pid");
    init.main(Call::Clone);
    init.call(Call::Setsid);
    if tty {
        dev::control(&mut init);
    }
    init.look(Look::Process);
    init.look(Look::WorkingDir);
    init.look(Look::Credentials);
    exec::execute(&mut init, argv, env, ignored);
    init
}

/// A directory in the container; with `links` the container's own links count, and lead nowhere but into the container.
fn dir(root: Fd, path: &str, links: bool) -> Call {
    let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
    Call::Openat2 { dir: root, path: path.to_owned(), flags, links }
}

/// The container's `/dev/null` as standard input, if it is one. If not, it stays what it is: a pipe that is at its end.
fn null_input(init: &mut Init, root: Fd) {
    let flags = libc::O_RDONLY | libc::O_NONBLOCK | libc::O_CLOEXEC;
    let null = init.perhaps(Call::Openat2 { dir: root, path: "dev/null".into(), flags, links: false }, None);
    let checked = init.perhaps(Call::Statx { fd: Fd::From(null), device: (1, 3) }, Some(null));
    init.perhaps(Call::Dup3 { from: Fd::From(null), to: 0 }, Some(checked));
}

/// The init of a command on the lab host: the engine's mounts, the lab's network, which is the descriptor [`FIRST`].
pub fn on_host(argv: &[String], env: &[String], cwd: &str, tty: bool, ignored: &[i32]) -> Init {
    let mut init = Init::default();
    init.stage(StepKind::EnterNamespaces, argv.first().cloned().unwrap_or_default());
    init.by_hand("nsenter --net=…");
    let kill = libc::SIGKILL.cast_unsigned().into();
    init.call(Call::Prctl { option: (libc::PR_SET_PDEATHSIG, "PR_SET_PDEATHSIG"), argument: (kill, "SIGKILL".into()) });
    init.call(Call::Setsid);
    init.main(Call::Setns { fd: Fd::Number(FIRST), flags: libc::CLONE_NEWNET.cast_unsigned().into() });
    init.look(Look::Process);
    if tty {
        dev::terminal(&mut init, Call::Open { path: "/dev/ptmx".into(), flags: dev::TERMINAL });
        dev::control(&mut init);
    }
    init.look_here();
    init.tolerant(Call::Chdir { path: cwd.to_owned() }, &[libc::ENOENT, libc::EACCES]);
    init.call(Call::CloseRange { first: OWN.cast_unsigned(), on_exec: false });
    exec::execute(&mut init, argv, env, ignored);
    init
}
