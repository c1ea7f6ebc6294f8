//! `docker pause`, `docker unpause`: all processes stand still, and go on.

use super::state::Still;
use super::{Container, Phase, State, refused};
use crate::engine::cgroup::Freezer;
use crate::engine::process::{Running, members};
use crate::engine::{Asked, Cancel, Cx, Engine, Result};
use crate::trace::{Change, Code, ContainerState, OpKind, Plan, StepKind};

impl Engine {
    /// Lets all processes of a container stand still. `cancel` ends waiting for who changes it now.
    pub fn pause(&self, container: &Container, line: &Asked, cancel: &Cancel) -> Result<()> {
        let _turn = container.turn(cancel)?;
        let running = container.main_process()?;
        if container.state().is_still() {
            return Err(refused(container, Code::ContainerAlreadyPaused));
        }
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

    /// Lets them go on. `cancel` as with [`Engine::pause`].
    pub fn resume(&self, container: &Container, line: &Asked, cancel: &Cancel) -> Result<()> {
        container.settled(cancel)?;
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
        let _turn = container.turn_of_running()?;
        let state = container.state();
        let runs = state.phase == Phase::Running && !state.is_still();
        let Some(running) = state.running.filter(|_| runs) else { return Ok(()) };
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
        let _turn = container.turn_of_running()?;
        let state = container.state();
        let freezer = match &state.still {
            Still::Yes(freezer) if wanted(&state) => freezer,
            _ => return Ok(false),
        };
        thaw(freezer)?;
        container.update(|state| (state.still, state.still_for_commit) = (Still::No, false));
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
