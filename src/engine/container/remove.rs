use super::names::dir_scope;
use super::{Container, ContainerInverse, Phase, State, refused, whole};
use crate::engine::process::MountSource;
use crate::engine::{Asked, Cancel, Cx, Engine, Result, evidence, rootfs};
use crate::trace::{Change, Code, OpKind, Plan, StepKind};

impl Engine {
    /// Deletes a container; `force` ends it first, `volumes` deletes its anonymous volumes too. `cancel` ends waiting for who has it now.
    pub fn remove(
        &self,
        container: &Container,
        line: &Asked,
        (force, volumes): (bool, bool),
        cancel: &Cancel,
    ) -> Result<()> {
        let _room = self.reserve.give();
        if !self.claim(container, line, force, cancel)? {
            return Ok(());
        }
        let result = self.conductor.operate(OpKind::ContainerRemove, &container.name, line, &Cancel::new(), |cx| {
            self.removing(cx, container, volumes)
        });
        if result.is_err() {
            container.update(|state| (state.phase, state.going, state.parted) = (Phase::Exited, false, false));
        }
        result
    }

    /// Its anonymous volumes that nobody else has, when they are to go with it. As Docker: one that another container has from this one
    /// stays for that; of several that go at once the last takes it.
    fn volumes_left<'a>(&self, container: &'a Container, volumes: bool) -> Vec<&'a String> {
        let _one_at_a_time = self.volumes.parting.lock();
        container.update(|state| state.parted = true);
        let unused = |name: &&String| self.volume_users(name, Some(container)).is_empty();
        container.anonymous.iter().filter(|_| volumes).filter(unused).collect()
    }

    /// `--rm`: deletes a container that has ended. A failure is told to whoever waits for it to be gone.
    pub(super) fn remove_ended(&self, container: &Container) {
        match self.remove(container, &Asked::default(), (false, true), &Cancel::new()) {
            Err(fault) if !matches!(fault.problem.code, Code::ContainerBeingRemoved) => {
                tracing::warn!(%fault, container = %container.id, "not removed");
                container.update(|state| state.left = Some(fault.problem));
            }
            _ => {}
        }
    }

    /// Takes the right to delete it, as soon as nobody has its files or changes it. False when it is deleted already.
    fn claim(&self, container: &Container, line: &Asked, force: bool, cancel: &Cancel) -> Result<bool> {
        if !force {
            container.settled(cancel)?;
        }
        let there = container.update(|state| match state.phase {
            Phase::Removed => Ok(false),
            _ if state.going => Err(refused(container, Code::ContainerBeingRemoved)),
            Phase::Restarting if !force => Err(refused(container, Code::ContainerRestarting)),
            Phase::Starting | Phase::Running if !force => Err(refused(container, Code::ContainerRunning)),
            _ => {
                state.going = true;
                Ok(true)
            }
        })?;
        let result = if there { self.claim_ended(container, line, cancel) } else { Ok(()) };
        if result.is_err() {
            container.update(|state| state.going = false);
        }
        result.map(|()| there)
    }

    /// It is not started any more: ends it, and takes the right to delete it.
    fn claim_ended(&self, container: &Container, line: &Asked, cancel: &Cancel) -> Result<()> {
        self.end_process(container, line, Some(9), Some(0))?;
        loop {
            container.wait_for(cancel, free)?;
            let claimed = container.update(|state| {
                let claimed = free(state);
                if claimed {
                    (state.phase, state.left) = (Phase::Removing, None);
                }
                claimed
            });
            if claimed {
                return Ok(());
            }
        }
    }

    fn removing(&self, cx: &Cx, container: &Container, volumes: bool) -> Result<()> {
        let with_volumes = if volumes { " -v" } else { "" };
        let by_hand = format!("docker rm{with_volumes} {}", container.name);
        let plan = Plan::new(StepKind::RemoveContainer, &container.name).by_hand(by_hand);
        cx.step(plan, |cx| {
            self.uppers.forget(&container.id);
            let doomed = self.volumes_left(container, volumes);
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
                self.volumes.remove(cx, name, &|name| self.volume_users(name, Some(container)))?;
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

    /// The containers that use a volume, `but` and those that are being deleted aside.
    pub fn volume_users(&self, name: &str, but: Option<&Container>) -> Vec<String> {
        let all = self.containers.all();
        let others = all.iter().filter(|c| but.is_none_or(|but| but.id != c.id));
        let users = others.filter(|c| c.has_volume(name) && !c.state().parted).map(|c| c.id.clone());
        // Those that are being created are in no list yet.
        users.chain(self.containers.claimers(name)).map(|id| id.to_string()).collect()
    }
}

/// It does not run, and nobody has its files or changes it.
fn free(state: &State) -> bool {
    matches!(state.phase, Phase::Created | Phase::Exited) && !state.borrowed && !state.changing
}

impl Container {
    /// Whether a volume is one of its mounts.
    pub fn has_volume(&self, name: &str) -> bool {
        let is = |source: &MountSource| matches!(source, MountSource::Volume { name: of, .. } if of == name);
        self.mounts.iter().any(|mount| is(&mount.source))
    }
}
