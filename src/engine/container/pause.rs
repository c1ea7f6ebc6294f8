//! `docker pause`, `docker unpause`: all processes stand still, and go on.

use super::state::Still;
use super::{Container, Phase, State};
use crate::engine::cgroup::Freezer;
use crate::engine::process::{Running, members};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result};
use crate::trace::{Change, Code, ContainerState, OpKind, Plan, StepKind};
use std::sync::Arc;

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
            if state.is_still() {
                state.end_checks();
            }
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
        let thaw = |freezer: &Freezer| {
            self.conductor.operate(OpKind::ContainerPause, container.name.get(), line, &Cancel::new(), |cx| {
                self.thaw(cx, container, freezer)
            })
        };
        self.turn(container, |_| true, thaw)
    }

    /// Lets a container stand still for as long as it is committed, by the same right as `pause`: who wants to pause it meanwhile
    /// hears that it is paused. Nothing is done where it stands still already.
    pub(super) fn hold_for_commit(&self, cx: &Cx, container: &Container) -> Result<()> {
        let claimed = loop {
            container.wait_until(None, |state| state.still != Still::Turning);
            let claimed = container.update(|state| match (&state.still, &state.running) {
                (Still::Turning, _) => None,
                (Still::No, Some(running)) if state.phase == Phase::Running => {
                    let running = Arc::clone(running);
                    state.still = Still::Turning;
                    Some(Some(running))
                }
                _ => Some(None),
            });
            if let Some(claimed) = claimed {
                break claimed;
            }
        };
        let Some(running) = claimed else { return Ok(()) };
        let result = self.freeze(cx, container, &running);
        let held = container.update(|state| {
            let freezer = result.as_ref().ok().cloned().filter(|_| state.phase == Phase::Running);
            state.still_for_commit = freezer.is_some();
            state.still = freezer.map_or(Still::No, Still::Yes);
            if state.still_for_commit {
                state.end_checks();
            }
            state.still_for_commit
        });
        if held {
            self.tell(container, "pause", &[]);
        }
        match result {
            // It has ended meanwhile.
            Err(_) if running.ended().is_some() => Ok(()),
            other => other.map(drop),
        }
    }

    /// Gives back what [`Engine::hold_for_commit`] took, unless somebody has let it go on before.
    pub(super) fn release_after_commit(&self, cx: &Cx, container: &Container) -> Result<()> {
        self.turn(container, |state| state.still_for_commit, |freezer| self.thaw(cx, container, freezer)).map(drop)
    }

    /// Lets a container go on by `thaw`, if it stands still and that is `wanted`. False when not.
    fn turn(
        &self,
        container: &Container,
        wanted: impl Fn(&State) -> bool,
        thaw: impl FnOnce(&Freezer) -> Result<()>,
    ) -> Result<bool> {
        container.wait_until(None, |state| state.still != Still::Turning);
        let claimed = container.update(|state| {
            let freezer = match &state.still {
                Still::Yes(freezer) if wanted(state) => freezer.clone(),
                _ => return None,
            };
            state.still = Still::Turning;
            Some((freezer, std::mem::take(&mut state.still_for_commit)))
        });
        let Some((freezer, for_commit)) = claimed else { return Ok(false) };
        let result = thaw(&freezer);
        container.update(|state| match result {
            Ok(()) => state.still = Still::No,
            Err(_) => (state.still, state.still_for_commit) = (Still::Yes(freezer), for_commit),
        });
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
