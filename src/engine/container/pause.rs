//! `docker pause`, `docker unpause`: all processes stand still, and go on.

use super::state::Still;
use super::{Container, Phase};
use crate::engine::cgroup::Freezer;
use crate::engine::process::{Running, members};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result};
use crate::trace::{Change, Code, ContainerState, OpKind, Plan, StepKind};

impl Engine {
    /// Lets all processes of a container stand still.
    pub fn pause(&self, container: &Container, line: &Asked) -> Result<()> {
        let running = container.main_process()?;
        container.update(|state| match &state.still {
            Still::No => {
                state.still = Still::Turning;
                Ok(())
            }
            Still::Yes(_) => Err(refused(container, Code::ContainerAlreadyPaused)),
            Still::Turning => Err(turning(container)),
        })?;
        let result = self.conductor.operate(OpKind::ContainerPause, container.name.get(), line, &Cancel::new(), |cx| {
            self.freeze(cx, container, &running)
        });
        // It may have ended meanwhile: then nobody stands still.
        let freezer = result.as_ref().ok().cloned();
        container.update(|state| {
            let lives = state.phase == Phase::Running;
            state.still = freezer.filter(|_| lives).map_or(Still::No, Still::Yes);
        });
        result?;
        self.tell(container, "pause", &[]);
        Ok(())
    }

    /// Lets them go on.
    pub fn resume(&self, container: &Container, line: &Asked) -> Result<()> {
        container.main_process()?;
        if self.let_go_on(container, line)? { Ok(()) } else { Err(refused(container, Code::ContainerNotPaused)) }
    }

    /// The same where it is no fault that nobody stands still: who is to end must hear of it. False then.
    pub(super) fn let_go_on(&self, container: &Container, line: &Asked) -> Result<bool> {
        container.wait_until(None, |state| !matches!(state.still, Still::Turning));
        let freezer = container.update(|state| match std::mem::replace(&mut state.still, Still::Turning) {
            Still::Yes(freezer) => Some(freezer),
            other => {
                state.still = other;
                None
            }
        });
        let Some(freezer) = freezer else { return Ok(false) };
        let result = self.conductor.operate(OpKind::ContainerPause, container.name.get(), line, &Cancel::new(), |cx| {
            self.thaw(cx, container, &freezer)
        });
        container.update(|state| state.still = if result.is_ok() { Still::No } else { Still::Yes(freezer) });
        result?;
        self.tell(container, "unpause", &[]);
        Ok(true)
    }

    /// The step `PauseContainer`.
    pub(super) fn freeze(&self, cx: &Cx, container: &Container, running: &Running) -> Result<Freezer> {
        let group = running.group();
        let name = &container.name;
        let plan = Plan::new(StepKind::PauseContainer, name).by_hand(format!("docker pause {name}"));
        cx.step(plan, |cx| {
            let freezer = self.spawner.cgroups().freezer(cx, &container.id, group.as_ref(), &|| members(running.pid));
            let Some((freezer, mut evidence)) = freezer? else { return Err(refused(container, Code::PauseNotHere)) };
            running.is_in(freezer.dir());
            evidence.extend(freezer.freeze()?);
            if running.ended().is_none() {
                let state = ContainerState::Paused { pid: running.pid };
                cx.observe(Change::ContainerState { id: container.id.clone(), state }, evidence);
            }
            Ok(freezer)
        })
    }

    /// The step `ResumeContainer`.
    pub(super) fn thaw(&self, cx: &Cx, container: &Container, freezer: &Freezer) -> Result<()> {
        let (file, word) = freezer.thawing();
        let plan = Plan::new(StepKind::ResumeContainer, &container.name).call(format!("write({file:?}, {word:?})"));
        cx.step(plan.by_hand(format!("echo {word} > {}", file.display())), |cx| {
            let evidence = freezer.thaw()?;
            if let Some(running) = container.state().running.filter(|running| running.ended().is_none()) {
                let state = ContainerState::Running { pid: running.pid };
                cx.observe(Change::ContainerState { id: container.id.clone(), state }, evidence);
            }
            Ok(())
        })
    }
}

impl Container {
    /// A fault `container-paused` while its processes stand still.
    pub fn check_moving(&self) -> Result<()> {
        if self.state().is_still() { Err(refused(self, Code::ContainerPaused)) } else { Ok(()) }
    }
}

fn refused(container: &Container, code: Code) -> Fault {
    Fault::new(FaultKind::Conflict, code).with("container", &container.name)
}

fn turning(container: &Container) -> Fault {
    refused(container, Code::ContainerBusy).with("state", "being paused or resumed")
}
