use super::names::dir_scope;
use super::{Container, ContainerInverse, Phase, whole};
use crate::engine::process::MountSource;
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result, evidence, rootfs};
use crate::trace::{Change, Code, OpKind, Plan, StepKind};

impl Engine {
    /// Deletes a container; `force` ends it first, `volumes` deletes its anonymous volumes too.
    pub fn remove(&self, container: &Container, line: &Asked, force: bool, volumes: bool) -> Result<()> {
        let _room = self.reserve.give();
        if !self.claim(container, line, force)? {
            return Ok(());
        }
        let result = self.conductor.operate(OpKind::ContainerRemove, &container.name, line, &Cancel::new(), |cx| {
            self.removing(cx, container, volumes)
        });
        if result.is_err() {
            container.update(|state| state.phase = Phase::Exited);
        }
        result
    }

    /// `--rm`: deletes a container that has ended. A failure is told to whoever waits for it to be gone.
    pub(super) fn remove_ended(&self, container: &Container) {
        match self.remove(container, &Asked::default(), false, true) {
            Err(fault) if !matches!(fault.problem.code, Code::ContainerBeingRemoved) => {
                tracing::warn!(%fault, container = %container.id, "not removed");
                container.update(|state| state.left = Some(fault.problem));
            }
            _ => {}
        }
    }

    /// Takes the right to delete it. False when it is deleted already.
    fn claim(&self, container: &Container, line: &Asked, force: bool) -> Result<bool> {
        let mut ended = false;
        loop {
            container
                .wait_until(None, |state| !matches!(state.phase, Phase::Created | Phase::Exited) || !state.borrowed);
            let (busy, claimed) = container.update(|state| {
                let before = state.phase;
                if matches!(before, Phase::Created | Phase::Exited) && !state.borrowed {
                    state.phase = Phase::Removing;
                    state.left = None;
                }
                (before, state.phase == Phase::Removing && before != Phase::Removing)
            });
            match busy {
                Phase::Created | Phase::Exited if claimed => return Ok(true),
                // Somebody looks at its files: waited for.
                Phase::Created | Phase::Exited => {}
                Phase::Ending => {
                    container.wait_until(None, |state| state.phase != Phase::Ending);
                }
                Phase::Starting | Phase::Running | Phase::Restarting if force => {
                    self.end_process(container, line, Some(9), Some(0))?;
                    ended = true;
                }
                Phase::Restarting => {
                    let fault = Fault::new(FaultKind::Conflict, Code::ContainerRestarting);
                    return Err(fault.with("container", &container.name));
                }
                Phase::Starting | Phase::Running => {
                    let fault = Fault::new(FaultKind::Conflict, Code::ContainerRunning);
                    return Err(fault.with("container", &container.name).with("id", &container.id));
                }
                Phase::Removed => return Ok(false),
                // `--rm` was quicker, and at work only because this ended the container.
                Phase::Removing if ended => {
                    container.wait_until(None, |state| state.phase != Phase::Removing);
                }
                Phase::Removing => {
                    let fault = Fault::new(FaultKind::Conflict, Code::ContainerBeingRemoved);
                    return Err(fault.with("container", &container.name));
                }
            }
        }
    }

    fn removing(&self, cx: &Cx, container: &Container, volumes: bool) -> Result<()> {
        let plan =
            Plan::new(StepKind::RemoveContainer, &container.name).by_hand(format!("docker rm {}", container.name));
        cx.step(plan, |cx| {
            self.uppers.forget(&container.id);
            // As Docker: one that another container has from this one stays for that.
            let unused = |name: &&String| self.volume_user(name, Some(container)).is_none();
            let doomed: Vec<_> = container.anonymous.iter().filter(|_| volumes).filter(unused).collect();
            let dirs = doomed.iter().map(|name| self.volumes.dir(name)).collect();
            // An engine that is killed from here on takes away the rest when it starts again.
            let removal = ContainerInverse::RemoveContainer { path: container.dir.clone(), volumes: dirs };
            cx.journal(&dir_scope(&container.id), &removal)?;
            // Whoever writes down how it is does so no more.
            drop(container.keeping.lock());
            whole::forget(&container.dir)?;
            rootfs::remove(cx, &container.id, &container.dir)?;
            drop(container.hold.lock().take());
            self.store.let_go(cx, &container.image)?;
            // What its end could not undo is tried once more, and stays in the journal if it cannot be even now.
            self.unwind(container.id.as_str());
            for name in doomed {
                self.volumes.remove(cx, name, &|name| self.volume_user(name, Some(container)))?;
                self.tell_volume(name, "destroy", &[]);
            }
            for (entry, _) in self.conductor.journal().pending(Some(&dir_scope(&container.id))) {
                cx.undone(entry)?;
            }
            cx.observe(Change::ContainerGone { id: container.id.clone() }, vec![evidence::absent(&container.dir)]);
            Ok(())
        })?;
        self.containers.forget(&container.id);
        self.tell(container, "destroy", &[]);
        container.update(|state| state.phase = Phase::Removed);
        Ok(())
    }

    /// The container that uses a volume, `but` aside.
    pub fn volume_user(&self, name: &str, but: Option<&Container>) -> Option<String> {
        let all = self.containers.all();
        let mut others = all.iter().filter(|c| but.is_none_or(|but| but.id != c.id));
        others.find(|c| c.has_volume(name)).map(|c| c.id.to_string())
    }
}

impl Container {
    /// Whether a volume is one of its mounts.
    pub fn has_volume(&self, name: &str) -> bool {
        let is = |source: &MountSource| matches!(source, MountSource::Volume { name: of, .. } if of == name);
        self.mounts.iter().any(|mount| is(&mount.source))
    }
}
