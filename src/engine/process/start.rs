use super::environment::{self, environment};
use super::init::{self, Beside, Privileges, Shape};
use super::interpreter::Inside;
use super::launch::{Given, Launch, Launched, launch};
use super::running::{Past, Profile};
use super::spawner::{Nest, Thread};
use super::stdio::{self, Stdio};
use super::*;
use crate::docker::typed::Line;
use crate::engine::evidence;
use crate::engine::lab::grant::{self, Kind};
use crate::engine::rootfs;
use crate::spec::shell;
use crate::trace::{Answered, Code, Dir, DirRole, Evidence, Tried};
use parking_lot::Mutex;
use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

/// Starts processes: those of containers below a keeper, so that none of them outlives the engine.
#[derive(Debug)]
pub struct Spawner {
    cgroups: Cgroups,
    shortages: Shortages,
    nest: Mutex<Arc<Nest>>,
    /// Clones what runs on the lab host.
    host: Thread,
    ids: Ids,
    ignored: Vec<i32>,
}

/// What the engine itself may do and give.
#[derive(Debug, Clone, Copy)]
struct Ids {
    uids: u32,
    gids: u32,
    may_set_groups: bool,
    may_mknod: bool,
    capabilities: u64,
    last_capability: u32,
}

impl Spawner {
    /// Starts the threads and the keeper and finds out about control groups, ids and capabilities. To be called in the lab.
    pub fn new() -> Result<Self> {
        Ok(Self {
            cgroups: Cgroups::detect(),
            shortages: Shortages::default(),
            nest: Mutex::new(Arc::new(Nest::start()?)),
            host: Thread::start()?,
            ids: Ids::of_this_process(),
            ignored: ignored(),
        })
    }

    /// Where containers' processes are born; made anew when somebody has killed the keeper.
    fn nest(&self) -> Result<Arc<Nest>> {
        let mut nest = self.nest.lock();
        if !nest.holds() {
            tracing::warn!("the keeper of the containers was killed, and they with it");
            *nest = Arc::new(Nest::start()?);
        }
        Ok(Arc::clone(&nest))
    }

    /// The control groups that containers are put in.
    pub fn cgroups(&self) -> &Cgroups {
        &self.cgroups
    }

    /// Who is told when the kernel kills for want of memory.
    pub fn shortages(&self) -> &Shortages {
        &self.shortages
    }

    /// Starts a container's main process: the story step `StartProcess` with its cgroup, clone, mounts, pivot_root,
    /// protected paths, hostname, privileges and exec. When it fails nothing of it is left.
    pub fn start(&self, cx: &Cx, spec: &ProcessSpec) -> Result<Running> {
        let plan = Plan::new(StepKind::StartProcess, spec.argv.join(" "));
        cx.step(plan.by_hand(format!("docker start {}", spec.container.short())), |cx| {
            bind_sources(cx, spec)?;
            let group = self.cgroups.create(cx, &spec.container, &spec.limits)?;
            self.start_in(cx, spec, group).inspect_err(|_| {
                if let Err(fault) = self.cgroups.remove(cx, &spec.container) {
                    tracing::warn!(%fault, "a control group is left");
                }
            })
        })
    }

    fn start_in(&self, cx: &Cx, spec: &ProcessSpec, group: Option<Group>) -> Result<Running> {
        let mut join = self.cgroups.join(group.as_ref())?;
        let have = self.ids.capabilities;
        let capabilities = caps::wanted(&spec.cap_add, &spec.cap_drop, spec.privileged, have)?;
        let filter = match &spec.seccomp {
            _ if spec.privileged => None,
            Seccomp::Default => Some(seccomp::default_profile(capabilities)?),
            Seccomp::Unconfined => None,
            Seccomp::Profile(json) => seccomp::profile(json, capabilities)?,
        };
        let privileges = Privileges {
            identity: self.identity(&spec.rootfs.merged, &spec.user, &spec.group_add)?,
            capabilities,
            last_capability: self.ids.last_capability,
            filter,
            no_new_privs: spec.no_new_privs,
            may_set_groups: self.ids.may_set_groups,
            ulimits: spec.ulimits.clone(),
            oom_score_adj: spec.oom_score_adj,
        };
        let env = environment(&[&spec.env], &spec.hostname, spec.tty, &privileges.identity.home)?;
        let born_in = join.born_in.take();
        let shape = Shape {
            privileges: &privileges,
            env: &env,
            join: &join,
            tty_group: self.ids.gids > 5,
            may_mknod: self.ids.may_mknod,
            in_group: born_in.is_some(),
            ignored: &self.ignored,
        };
        let init = init::container(spec, &shape)?;
        let (ours, stdio) = streams(spec.tty, spec.open_stdin)?;
        let launched = launch(
            cx,
            &self.nest()?.thread,
            Launch {
                init: &init,
                given: Some(Given { stdio, extra: copy(spec.netns.as_fd())?, born_in }),
                container: Some(spec.container.clone()),
                main: true,
                argv: &spec.argv,
                image: Some(&spec.image),
                inside: Some(Inside { root: &spec.rootfs.merged, mounts: &spec.mounts, cwd: &spec.cwd }),
                size: spec.console_size,
            },
        )?;
        let (merged, cwd, mounts) = (spec.rootfs.merged.clone(), spec.cwd.clone(), spec.mounts.clone());
        let (env, hostname, group_add) = (spec.env.clone(), spec.hostname.clone(), spec.group_add.clone());
        let group = Mutex::new(group);
        let of_host = spec.of_host;
        let profile = Profile { privileges, group_add, env, hostname, cwd, merged, mounts, group, of_host, have };
        finish(cx, launched, ours, Past::Profile(Box::new(profile)))
    }

    /// Starts a process beside a container's main process: the story step `ExecProcess`.
    pub fn exec(&self, cx: &Cx, target: &Running, spec: &ExecSpec) -> Result<Running> {
        self.beside(cx, target, spec, StepKind::ExecProcess)
    }

    /// The same of a health check's command, which is no part of the story: the step `ProbeHealth`.
    pub fn probe(&self, cx: &Cx, target: &Running, spec: &ExecSpec) -> Result<Running> {
        self.beside(cx, target, spec, StepKind::ProbeHealth)
    }

    fn beside(&self, cx: &Cx, target: &Running, spec: &ExecSpec, kind: StepKind) -> Result<Running> {
        let gone = || not_running(&spec.container);
        let profile = target.profile().filter(|_| target.ended().is_none()).ok_or_else(gone)?;
        let plan = Plan::new(kind, spec.argv.join(" "));
        cx.step(plan.by_hand(by_hand(spec)), |cx| {
            let mut privileges = profile.privileges.clone();
            if !spec.user.is_empty() {
                privileges.identity = self.identity(&profile.merged, &spec.user, &profile.group_add)?;
            }
            if spec.privileged {
                // As Docker: all capabilities, and still the container's own filter.
                privileges.capabilities = profile.have;
            }
            let given = [profile.env.as_slice(), &spec.env];
            let env = environment(&given, &profile.hostname, spec.tty, &privileges.identity.home)?;
            let mut join = self.cgroups.join(profile.group.lock().as_ref())?;
            let born_in = join.born_in.take();
            let cwd = match spec.cwd.as_str() {
                "" if profile.cwd.is_empty() => "/",
                "" => &profile.cwd,
                cwd => cwd,
            };
            let init = init::beside(&Beside {
                argv: &spec.argv,
                env: &env,
                cwd,
                privileges: &privileges,
                of_host: profile.of_host,
                join: &join,
                tty: spec.tty,
                open_stdin: spec.open_stdin,
                ignored: &self.ignored,
            });
            let (ours, stdio) = streams(spec.tty, spec.open_stdin)?;
            let launched = launch(
                cx,
                &self.nest()?.thread,
                Launch {
                    init: &init,
                    given: Some(Given { stdio, extra: copy(target.pidfd().as_fd())?, born_in }),
                    container: Some(spec.container.clone()),
                    main: false,
                    argv: &spec.argv,
                    image: Some(&spec.image),
                    inside: Some(Inside { root: &profile.merged, mounts: &profile.mounts, cwd }),
                    size: spec.console_size,
                },
            )?;
            finish(cx, launched, ours, target.beside())
        })
    }

    /// Tries a system call in a container, below its filter and, where it has one, also without: the story step `TryCall`.
    pub fn try_call(&self, cx: &Cx, target: &Running, id: &ContainerId, trial: Trial) -> Result<Tried> {
        let profile = target.profile().filter(|_| target.ended().is_none()).ok_or_else(|| not_running(id))?;
        cx.step(Plan::new(StepKind::TryCall, trial.name), |cx| {
            let filtered = profile.privileges.filter.is_some();
            let (answered, evidence) = self.attempt(cx, target, profile, id, trial, profile.privileges.clone())?;
            let mut all = vec![evidence];
            let mut bare = None;
            if filtered {
                let privileges = Privileges { filter: None, ..profile.privileges.clone() };
                let (answered, evidence) = self.attempt(cx, target, profile, id, trial, privileges)?;
                bare = Some(answered);
                all.push(evidence);
            }
            let tried = Tried { container: id.clone(), call: trial.name.to_owned(), filtered: answered, bare };
            cx.observe(Change::CallTried(tried.clone()), all);
            Ok(tried)
        })
    }

    fn attempt(
        &self,
        cx: &Cx,
        target: &Running,
        profile: &Profile,
        id: &ContainerId,
        trial: Trial,
        privileges: Privileges,
    ) -> Result<(Answered, Evidence)> {
        let mut join = self.cgroups.join(profile.group.lock().as_ref())?;
        let born_in = join.born_in.take();
        let argv = [trial.name.to_owned()];
        let init = init::tried(
            &Beside {
                argv: &argv,
                env: &[],
                cwd: "/",
                privileges: &privileges,
                of_host: profile.of_host,
                join: &join,
                tty: false,
                open_stdin: false,
                ignored: &self.ignored,
            },
            trial,
        );
        let given = Given { stdio: stdio::nothing()?, extra: copy(target.pidfd().as_fd())?, born_in };
        let launched = launch(
            cx,
            &self.nest()?.thread,
            Launch {
                init: &init,
                given: Some(given),
                container: Some(id.clone()),
                main: false,
                argv: &argv,
                image: None,
                inside: None,
                size: None,
            },
        )?;
        // It ends by itself after its last call.
        let ended = evidence::wait(launched.pidfd.as_fd());
        reap::observe(cx, &launched.subject, &ended);
        cx.undone(launched.entry)?;
        let (errno, evidence) = launched.answer.ok_or_else(|| Fault::failed(Code::InitDied))?;
        let said = evidence::result_of(&evidence).unwrap_or_default().to_owned();
        Ok((Answered { errno, said }, evidence))
    }

    /// Starts a process on the lab host: the engine's mounts, the lab's network.
    pub fn on_host(&self, cx: &Cx, lab: &Lab, argv: &[String], env: &[String], tty: bool) -> Result<Running> {
        let plan = Plan::new(StepKind::ExecProcess, argv.join(" ")).by_hand(shell::line(argv));
        cx.step(plan, |cx| {
            let home = env.iter().find_map(|entry| entry.strip_prefix("HOME=")).unwrap_or("/").to_owned();
            let mut env = env.to_vec();
            environment::default(&mut env, environment::PATH);
            if tty {
                environment::default(&mut env, "TERM=xterm");
            }
            let init = init::on_host(argv, &env, &home, tty, &self.ignored);
            let (ours, stdio) = streams(tty, true)?;
            let launched = launch(
                cx,
                &self.host,
                Launch {
                    init: &init,
                    given: Some(Given { stdio, extra: copy(lab.host.as_fd())?, born_in: None }),
                    container: None,
                    main: false,
                    argv,
                    image: None,
                    inside: None,
                    size: None,
                },
            )?;
            finish(cx, launched, ours, Past::Nothing)
        })
    }

    /// Who a process is, as the engine's user namespace knows it. A group that was asked for must be in that; of the others that
    /// `/etc/group` names those are left out that are not.
    fn identity(&self, root: &Path, user: &str, group_add: &[String]) -> Result<user::Identity> {
        let (identity, added) = look_up(root, user, group_add)?;
        let (users, groups) = (self.ids.uids, self.ids.gids);
        let own = [(Kind::Users, identity.uid, users), (Kind::Groups, identity.gid, groups)];
        for (kind, id, count) in own.into_iter().chain(added.iter().map(|gid| (Kind::Groups, *gid, groups))) {
            if id >= count {
                let fault = Fault::new(FaultKind::BadRequest, Code::IdNotMapped);
                return Err(grant::advise(fault, kind, id.into(), count));
            }
        }
        let groups = identity.groups.iter().copied().filter(|gid| *gid < self.ids.gids).collect();
        Ok(user::Identity { groups, ..identity })
    }
}

fn not_running(container: &ContainerId) -> Fault {
    let fault = Fault::new(FaultKind::Conflict, Code::ContainerNotRunning).with("container", container.short());
    fault.with("state", "exited")
}

impl Ids {
    fn of_this_process() -> Self {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let effective = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
        let last = fs::read_to_string("/proc/sys/kernel/cap_last_cap").ok().and_then(|text| text.trim().parse().ok());
        let groups = fs::read_to_string("/proc/self/setgroups").unwrap_or_default();
        Self {
            uids: count("/proc/self/uid_map"),
            gids: count("/proc/self/gid_map"),
            may_set_groups: groups.trim() != "deny",
            may_mknod: initial_user_namespace(),
            capabilities: effective.and_then(|set| u64::from_str_radix(set.trim(), 16).ok()).unwrap_or(0),
            last_capability: last.unwrap_or(40),
        }
    }
}

/// The kernel lets nobody make device nodes in another user namespace than the first, whose map has every id.
fn initial_user_namespace() -> bool {
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    map.split_whitespace().eq(["0", "0", "4294967295"])
}

/// How many ids from 0 on a map has: the sum of its third fields, as far as they follow one another.
fn count(map: &str) -> u32 {
    let text = fs::read_to_string(map).unwrap_or_default();
    let lines =
        text.lines().map(|line| line.split_whitespace().filter_map(|n| n.parse::<u32>().ok()).collect::<Vec<_>>());
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines.iter().fold(0, |next, line| match line.as_slice() {
        [inside, _, length] if *inside == next => next.saturating_add(*length),
        _ => next,
    })
}

/// Sources of binds: `-v` makes what is not there, `--mount` refuses it.
fn bind_sources(cx: &Cx, spec: &ProcessSpec) -> Result<()> {
    for mount in &spec.mounts {
        let MountSource::Bind { path, create, propagation, .. } = &mount.source else { continue };
        let there = path.exists();
        if !there && !create {
            return Err(Fault::new(FaultKind::BadRequest, Code::BindSourceMissing).with("path", path.display()));
        }
        if !there {
            fs::create_dir_all(path).map_err(|e| Fault::io("make", path.display(), &e))?;
        }
        reaches(path, *propagation)?;
        let dir = Dir { path: path.display().to_string(), role: DirRole::BindSource, container: None };
        let (found, evidence) = evidence::stat(path);
        found.map_err(|e| Fault::io("look at", path.display(), &e.into()))?;
        cx.observe(Change::DirSeen(dir), vec![evidence]);
    }
    Ok(())
}

/// Fails where a bind is to hear of mounts that its source's own mount tells nobody of, as in Docker.
fn reaches(path: &Path, propagation: Propagation) -> Result<()> {
    let needs = match propagation {
        Propagation::Private | Propagation::Rprivate => return Ok(()),
        Propagation::Shared | Propagation::Rshared => "shared",
        Propagation::Slave | Propagation::Rslave => "slave",
    };
    let over = rootfs::mount_over(path)?;
    let good = over.as_ref().is_none_or(|mount| mount.shared || (needs == "slave" && mount.slave));
    let fault = || {
        let mount = over.as_ref().map_or("/", |mount| mount.target.as_str());
        let fault = Fault::failed(Code::BindPropagation).with("path", path.display()).with("mount", mount);
        fault.with("needs", needs).with("propagation", propagation.name())
    };
    if good { Ok(()) } else { Err(fault()) }
}

/// The engine's side of the streams, none with a terminal; and the process's.
fn streams(tty: bool, open_stdin: bool) -> Result<(Option<Io>, [OwnedFd; 3])> {
    if tty {
        return Ok((None, stdio::nothing()?));
    }
    let Stdio { ours, theirs } = stdio::pipes(open_stdin)?;
    Ok((Some(ours), theirs))
}

fn copy(fd: std::os::fd::BorrowedFd<'_>) -> Result<OwnedFd> {
    fd.try_clone_to_owned().map_err(|e| Fault::io("copy", "a descriptor", &e))
}

/// Signals that whoever started the engine told it to ignore (nohup(1)), and those that Rust ignores.
fn ignored() -> Vec<i32> {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    (1..=64).filter(|signal| mask & (1 << (signal - 1)) != 0).collect()
}

fn finish(cx: &Cx, mut launched: Launched, ours: Option<Io>, past: Past) -> Result<Running> {
    let io = ours.or_else(|| launched.master.take().map(|master| Io::Tty(master.into())));
    Running::new(cx, launched, io, past)
}

/// The same command by `docker exec`, with what was asked for beside it.
fn by_hand(spec: &ExecSpec) -> String {
    let mut line = Line::of(&["docker", "exec"]);
    line.flag("-i", spec.open_stdin);
    line.flag("-t", spec.tty);
    line.flag("--privileged", spec.privileged);
    // A name alone would take the value that whoever types it has.
    line.needs(spec.env.iter().all(|variable| variable.contains('=')));
    line.options("-e", &spec.env);
    line.option("-w", &spec.cwd);
    line.option("-u", &spec.user);
    line.name(spec.container.short());
    spec.argv.iter().for_each(|word| line.word(word));
    line.done().unwrap_or_default()
}
