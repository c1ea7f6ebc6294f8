//! One change at a time, as Docker's lock of a container has it (moby `container/state.go`): who comes while a container is being
//! started, torn down, paused, updated or renamed waits, and finds what has become of it. Who ends a container waits for none of
//! these but its start, and for that only while it goes on: one that somebody steps through is given up.
//!
//! Nobody who has such a right waits for another one, but for a commit, which has lent the files by then; and who changes does not wait
//! for files that are lent while it has the right. So nobody waits for himself.

use super::{Container, Phase, State};
use crate::engine::cgroup::Group;
use crate::engine::process::Running;
use crate::engine::{Cancel, Fault, Result};
use crate::trace::Code;
use std::sync::Arc;
use std::time::Duration;

/// How often it is looked whether whoever waits has gone: a cancel does not know what is waited for here.
const TICK: Duration = Duration::from_millis(50);

/// The right to change a container, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn<'a>(&'a Container);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.update(|state| state.changing = false);
    }
}

/// Something is done beside a container's main process, until it is dropped.
#[derive(Debug)]
pub(super) struct Beside<'a> {
    container: &'a Container,
    cancel: Cancel,
}

impl Beside<'_> {
    /// Why it was not done: whatever the kernel says of a container that has ended meanwhile, that is why.
    pub(super) fn why(&self, running: &Running, fault: Fault) -> Fault {
        let refused = matches!(fault.problem.code, Code::CallRefused | Code::InitDied);
        let ended = if refused { running.is_ending() } else { running.has_exited() };
        if ended { self.container.not_running() } else { fault }
    }
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        self.container.update(|state| {
            let mine = state.beside.iter().position(|cancel| cancel.is(&self.cancel));
            mine.map(|at| state.beside.swap_remove(at))
        });
    }
}

impl Container {
    /// Waits until `reached` holds. A fault when whoever waits has gone.
    pub fn wait_for(&self, cancel: &Cancel, reached: impl Fn(&State) -> bool) -> Result<()> {
        while !self.wait_until(Some(TICK), &reached) {
            if cancel.is_cancelled() {
                return Err(Fault::cancelled());
            }
        }
        Ok(())
    }

    /// Waits as long as it is being started or torn down: afterwards it runs or does not.
    pub fn settled(&self, cancel: &Cancel) -> Result<()> {
        self.wait_for(cancel, State::is_settled)
    }

    /// The right to change it, once nobody else has that, and it is neither being started nor torn down.
    pub(super) fn turn(&self, cancel: &Cancel) -> Result<Turn<'_>> {
        self.turn_when(cancel, State::is_settled)
    }

    /// The same of one that runs, whatever becomes of it meanwhile.
    pub(super) fn turn_of_running(&self) -> Result<Turn<'_>> {
        self.turn_when(&Cancel::new(), |_| true)
    }

    fn turn_when(&self, cancel: &Cancel, ready: impl Fn(&State) -> bool) -> Result<Turn<'_>> {
        loop {
            let free = |state: &State| ready(state) && !state.changing;
            self.wait_for(cancel, free)?;
            let mine = self.update(|state| {
                let mine = free(state);
                state.changing |= mine;
                mine
            });
            if mine {
                return Ok(Turn(self));
            }
        }
    }

    /// Its main process, and the right to have something done beside it: what its end undoes is not undone before that is done. A fault
    /// where it does not run.
    pub(super) fn beside(&self, cancel: &Cancel) -> Result<(Arc<Running>, Beside<'_>)> {
        let running = self.update(|state| {
            let running = state.running.clone().filter(|_| state.phase == Phase::Running)?;
            state.beside.push(cancel.clone());
            Some(running)
        });
        match running {
            Some(running) => Ok((running, Beside { container: self, cancel: cancel.clone() })),
            None => Err(self.main_process().err().unwrap_or_else(|| self.not_running())),
        }
    }

    /// It has ended: waits until nobody does anything beside its main process any more, which cannot be begun now. What stands at the gate
    /// is given up; what a pause that came too late has stopped goes on, to hear that it is over.
    pub(super) fn nobody_beside(&self, running: &Running) {
        while !self.wait_until(Some(TICK), |state| state.beside.is_empty()) {
            running.group().iter().for_each(Group::let_go_on);
            self.state().beside.iter().filter(|cancel| cancel.stands_at_gate()).for_each(Cancel::cancel);
        }
    }

    /// Waits for a start that is under way, and for an end. A start that stands at the gate is given up: who wants the container to end
    /// does not wait for somebody who steps through its start.
    pub(super) fn started_or_given_up(&self) {
        while !self.wait_until(Some(TICK), State::is_settled) {
            if let Some(start) = self.state().starting.filter(Cancel::stands_at_gate) {
                start.cancel();
            }
        }
    }
}

impl Container {
    /// Waits for a change of its networks that is under way; one that stands at the gate is given up.
    pub(super) fn rewired(&self) {
        while !self.wait_until(Some(TICK), |state| state.wiring.is_none()) {
            if let Some(wiring) = self.state().wiring.filter(Cancel::stands_at_gate) {
                wiring.cancel();
            }
        }
    }
}

impl State {
    fn is_settled(&self) -> bool {
        !matches!(self.phase, Phase::Starting | Phase::Ending)
    }
}
