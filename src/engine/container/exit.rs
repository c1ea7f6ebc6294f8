use super::{Container, Phase, Still};
use crate::docker::RestartPolicy;
use crate::engine::cgroup::{Group, Watched};
use crate::engine::evidence;
use crate::engine::moment::Moment;
use crate::engine::process::{MountSource, Running};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, Result, rootfs};
use crate::trace::{Book, Change, Code, ContainerState, Home, OpKind, Plan, Problem, StepKind};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long output may trickle in after the process has ended. It ends with it, unless an attached client reads nothing.
const LAST_WORDS: Duration = Duration::from_secs(3);

impl Engine {
    /// Watches a container's main process on a thread of its own, and undoes after its end what its start made.
    pub(super) fn watch(
        self: &Arc<Self>,
        container: Arc<Container>,
        running: Arc<Running>,
        output: Vec<JoinHandle<()>>,
    ) -> Result<()> {
        let engine = Arc::clone(self);
        let watched = self.watch_memory(&container, &running);
        let watch = move || {
            let status = running.wait();
            drop(watched);
            drain(output);
            container.update(|state| {
                (state.phase, state.status, state.finished) = (Phase::Ending, status, Some(Moment::now()));
                state.end_checks();
            });
            // First of all: how it ended is not lost with the engine.
            engine.keep_or_say(&container);
            container.streams.disconnect();
            container.nobody_beside(&running);
            container.rewired();
            engine.ended(&container, &running, status);
            drop(running);
            let policy = container.settings().restart_policy.clone();
            if container.state().oom_killed {
                engine.keep_or_say(&container);
            }
            let ending = *engine.ending.borrow();
            let (wait, stays) = container.update(|state| {
                let wait = state.again(&policy).filter(|_| !ending);
                state.phase = if wait.is_some() { Phase::Restarting } else { Phase::Exited };
                state.running = None;
                state.off_networks();
                state.closed();
                (state.still, state.still_for_commit) = (Still::No, false);
                state.settled += 1;
                if let Some(wait) = wait {
                    engine.waits_to_start(&container, status, &policy, wait);
                }
                (wait, state.restarting > 0)
            });
            if let Some(wait) = wait {
                engine.keep_or_say(&container);
                engine.start_again(&container, wait);
            }
            if container.request.host_config.auto_remove && !stays {
                engine.remove_ended(&container);
            }
        };
        super::streams::thread("watch", watch).map(drop)
    }

    /// That the kernel kills for want of memory is told while the container runs, too.
    fn watch_memory(self: &Arc<Self>, container: &Arc<Container>, running: &Running) -> Option<Watched> {
        container.update(|state| state.told_killed = 0);
        let (engine, of) = (Arc::clone(self), Arc::clone(container));
        let watched = self.spawner.shortages().watch(&running.group()?, move |killed| engine.tell_killed(&of, killed));
        watched.unwrap_or_else(|error| {
            tracing::warn!(%error, container = %container.id, "that it runs short of memory is told at its end");
            None
        })
    }

    /// Tells it once, whoever has counted so many first.
    fn tell_killed(&self, container: &Container, killed: u64) {
        let more = container.update(|state| {
            let before = state.told_killed;
            state.told_killed = killed.max(before);
            killed > before
        });
        if more {
            self.tell(container, "oom", &[]);
        }
    }

    fn ended(&self, container: &Container, running: &Running, status: i32) {
        let (subject, _room) = (&container.name, self.reserve.give());
        // What it wrote last comes before its end.
        self.uppers.settle(&container.id);
        self.leave_homes(container);
        let result = self.conductor.operate(OpKind::ContainerExit, subject, "", &Cancel::new(), |cx| {
            let plan = Plan::new(StepKind::ProcessEnds, subject).call(format!("exit status {status}"));
            let reaped = cx.step(plan, |cx| {
                let reaped = running.reaped(cx);
                self.short_of_memory(cx, container, running);
                let state = ContainerState::Exited { status };
                let change = Change::ContainerState { id: container.id.clone(), state };
                cx.observe(change, running.end().into_iter().collect());
                self.tell(container, "die", &[("exitCode", status.to_string())]);
                reaped
            });
            self.tear_down(cx, container).and(reaped)
        });
        if let Err(fault) = result {
            tracing::warn!(%fault, container = %container.id, "the end of a container was not clean");
        }
    }

    /// Whether the kernel has killed any of its processes for want of memory. Its group says so as long as it is there.
    fn short_of_memory(&self, cx: &Cx, container: &Container, running: &Running) {
        let counted = running.group().as_ref().and_then(Group::killed_for_memory).filter(|(killed, _)| *killed > 0);
        container.update(|state| state.oom_killed = counted.is_some());
        if let Some((killed, evidence)) = counted {
            let problem = Problem::new(Code::CgroupOutOfMemory).with("container", &container.name);
            cx.observe(Change::Remark(problem.with("killed", killed)), vec![evidence]);
            self.tell_killed(container, killed);
        }
    }

    /// Undoes all that a start made, but for the writable layer. Goes on where something fails; what the journal still
    /// holds then is undone by it.
    pub(super) fn tear_down(&self, cx: &Cx, container: &Container) -> Result<()> {
        let id = &container.id;
        self.uppers.rest(id);
        container.no_names();
        let result = cx.step(Plan::new(StepKind::TearDown, &container.name), |cx| {
            let parts = [
                self.net.disconnect(cx, id),
                self.spawner.cgroups().remove(cx, id),
                rootfs::unstack(cx, id, &container.dir),
                self.let_go_of_volumes(cx, container),
            ];
            parts.into_iter().fold(Ok(()), Result::and)
        });
        let left = self.unwind(id.as_str());
        let (connected, mounted) = container.update(|state| std::mem::take(&mut state.told));
        for network in connected {
            self.tell_network(container, &network, "disconnect")?;
        }
        if mounted {
            self.tell_mounts(container, false);
        }
        match left.into_iter().next() {
            Some((_, fault)) => result.and(Err(fault)),
            None => result,
        }
    }

    /// What volumes are made of is unmounted after the last container that uses them.
    fn let_go_of_volumes(&self, cx: &Cx, container: &Container) -> Result<()> {
        let volumes = container.mounts.iter().filter_map(|mount| match &mount.source {
            MountSource::Volume { name, .. } => Some(name),
            _ => None,
        });
        volumes
            .map(|name| {
                let unmounted = self.volumes.unmount(cx, name, &container.id);
                // What was in memory is gone with it.
                self.contents.settle(&Home::Volume { name: name.clone() });
                unmounted
            })
            .fold(Ok(()), Result::and)
    }

    /// A start has failed: undoes what it made, however far it came.
    pub(super) fn undo_start(&self, container: &Container) {
        let made = !self.conductor.journal().pending(Some(container.id.as_str())).is_empty();
        if !made {
            return;
        }
        let _room = self.reserve.give();
        let undo = |cx: &Cx| self.tear_down(cx, container);
        let result = self.conductor.operate(OpKind::Recover, &container.name, "", &Cancel::new(), undo);
        if let Err(fault) = result {
            tracing::warn!(%fault, container = %container.id, "a start that failed was not undone whole");
        }
    }
}

impl Engine {
    /// Says that a container will be started again. Said while its state is held, so that whoever calls it off says so later.
    fn waits_to_start(&self, container: &Container, status: i32, policy: &RestartPolicy, wait: Duration) {
        let (id, state) = (container.id.clone(), ContainerState::Restarting { status });
        let facts = [format!("restart={}", policy.name), format!("wait={} ms", wait.as_millis())];
        self.conductor.notice(Change::ContainerState { id, state }, vec![evidence::own(Book::Decision, facts)]);
    }

    /// Says that it will not, and why.
    pub(super) fn starts_no_more(&self, container: &Container, status: i32, why: &str) {
        let (id, state) = (container.id.clone(), ContainerState::Exited { status });
        self.conductor.notice(Change::ContainerState { id, state }, vec![evidence::own(Book::Decision, [why])]);
    }

    /// Waits, and starts a container that is `Restarting`, unless somebody has asked for something else meanwhile.
    fn start_again(self: &Arc<Self>, container: &Arc<Container>, wait: Duration) {
        if container.wait_until(Some(wait), |state| state.phase != Phase::Restarting) || *self.ending.borrow() {
            return;
        }
        if let Err(fault) = self.start_by(container, &Asked::default(), &Cancel::new(), true) {
            tracing::info!(%fault, container = %container.id, "a container was not started again");
            container.update(|state| {
                if state.phase == Phase::Restarting {
                    state.phase = Phase::Exited;
                }
                if state.phase == Phase::Exited {
                    self.starts_no_more(container, state.status, "start=failed");
                }
            });
        }
    }
}

/// Waits for the threads that read the output.
fn drain(output: Vec<JoinHandle<()>>) {
    let begun = Instant::now();
    while output.iter().any(|thread| !thread.is_finished()) && begun.elapsed() < LAST_WORDS {
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// The exit status that Docker gives a container that could not be started.
pub(super) fn status_of(fault: &Fault) -> i32 {
    match (&fault.problem.code, fault.problem.code.not_executed()) {
        (_, Some(status)) => status.into(),
        (Code::PlatformNotRunnable, _) => 126,
        _ => 128,
    }
}

/// The same of a command beside a container's main process: whatever kept it from being executed (moby `daemon/exec.go`).
pub(super) fn status_of_command(fault: &Fault) -> i32 {
    fault.problem.code.not_executed().unwrap_or(126).into()
}
