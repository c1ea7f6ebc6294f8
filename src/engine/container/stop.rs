use super::{Container, Phase, signal};
use crate::engine::process::Running;
use crate::engine::{Asked, Cancel, Engine, Result};
use crate::trace::{OpKind, Plan, StepKind};
use std::sync::Arc;
use std::time::Duration;

/// How long Docker waits before it kills.
const PATIENCE: i64 = 10;

/// How long it waits when the signal that asks is refused, whatever the patience, unless that has no end: the process may be
/// about to end.
const UNASKED: Duration = Duration::from_secs(2);

/// How long a killed process may take to be gone. It waits for nobody, but its teardown may wait at the gate.
const GONE: Duration = Duration::from_secs(10);

impl Engine {
    /// Asks a container to end, and kills it when it does not within `seconds` (negative: never). False when it did not
    /// run. Returns when all that its start made is undone.
    pub fn stop(&self, container: &Container, line: &Asked, asked: Option<i32>, seconds: Option<i64>) -> Result<bool> {
        let stopped = self.end_process(container, line, asked, seconds)?;
        if stopped {
            self.tell(container, "stop", &[]);
        }
        Ok(stopped)
    }

    /// The same, of which nobody is told that it was asked for.
    pub(super) fn end_process(
        &self,
        container: &Container,
        line: &Asked,
        asked: Option<i32>,
        seconds: Option<i64>,
    ) -> Result<bool> {
        container.started_or_given_up();
        let by_hand = !*self.ending.borrow();
        if self.call_off(container, by_hand) {
            self.keep_or_say(container);
            return Ok(true);
        }
        let state = container.state();
        let Some(running) = state.running.filter(|_| state.phase == Phase::Running) else { return Ok(false) };
        let run = state.settled;
        let first = asked.unwrap_or(container.merged.stop_signal);
        let seconds = seconds.or(container.request.stop_timeout).unwrap_or(PATIENCE);
        self.conductor.operate(OpKind::ContainerStop, &container.name, line, &Cancel::new(), |cx| {
            let limit = u64::try_from(seconds).ok().map(Duration::from_secs);
            let asked = cx.step(plan(container, &running, first), |_| self.send(container, &running, first));
            // Who stands still hears of nothing.
            self.let_go_on(container, &Asked::default())?;
            // What is no signal the kernel refuses: then it is ended without being asked, as Docker does.
            let limit = if signal::is_signal(first) { asked.map(|()| limit)? } else { limit.map(|_| UNASKED) };
            let ended = |state: &super::State| state.phase != Phase::Running || state.settled > run;
            if !container.wait_until(limit, ended) {
                // Once is enough.
                if first != 9 {
                    cx.step(plan(container, &running, 9), |_| self.send(container, &running, 9))?;
                }
                // Nor does who was paused since then.
                self.let_go_on(container, &Asked::default())?;
                container.wait_until(Some(GONE), ended);
            }
            Ok(())
        })?;
        drop(running);
        container.wait_until(None, |state| state.settled > run || state.phase == Phase::Removed);
        Ok(true)
    }

    /// A container is not started again; true of one that waits for that, and has ended so.
    fn call_off(&self, container: &Container, by_hand: bool) -> bool {
        container.update(|state| {
            state.again.called_off = true;
            state.again.by_hand |= by_hand;
            let waits = state.phase == Phase::Restarting;
            if waits {
                state.phase = Phase::Exited;
                self.starts_no_more(container, state.status, "restart=called off");
            }
            waits
        })
    }

    fn send(&self, container: &Container, running: &Running, number: i32) -> Result<()> {
        running.signal(number)?;
        self.tell(container, "kill", &[("signal", number.to_string())]);
        Ok(())
    }

    /// Ends a container and starts it again; one that is to be deleted at its end is not, as in Docker.
    pub fn restart(
        self: &Arc<Self>,
        container: &Arc<Container>,
        line: &Asked,
        (asked, seconds): (Option<i32>, Option<i64>),
        cancel: &Cancel,
    ) -> Result<()> {
        container.update(|state| state.restarting += 1);
        let result = self.stop(container, line, asked, seconds).and_then(|_| self.start(container, line, cancel));
        let ended = container.update(|state| {
            state.restarting -= 1;
            state.phase == Phase::Exited
        });
        if result.is_err() && ended && container.request.host_config.auto_remove {
            self.remove_ended(container);
        }
        result?;
        self.tell(container, "restart", &[]);
        Ok(())
    }

    /// Sends a signal to a container's main process. `cancel` ends waiting for its start, where the signal does not ask it to end.
    pub fn kill(&self, container: &Container, line: &Asked, number: i32, cancel: &Cancel) -> Result<()> {
        // As Docker (moby `daemon/kill.go`).
        let asked_to_end =
            number == 9 || container.request.stop_signal.is_none() || number == container.merged.stop_signal;
        if asked_to_end {
            container.started_or_given_up();
        } else {
            container.settled(cancel)?;
        }
        // One that waits to be started again has no process that could be told.
        if container.state().phase == Phase::Restarting && (!asked_to_end || self.call_off(container, true)) {
            self.keep_or_say(container);
            return Ok(());
        }
        let running = container.main_process()?;
        let run = container.state().settled;
        let first = container.update(|state| {
            state.again.called_off |= asked_to_end;
            !std::mem::replace(&mut state.again.by_hand, true)
        });
        if first {
            self.keep_or_say(container);
        }
        self.conductor.operate(OpKind::ContainerStop, &container.name, line, &Cancel::new(), |cx| {
            cx.step(plan(container, &running, number), |_| self.send(container, &running, number))
        })?;
        // Who stands still hears of nothing.
        if asked_to_end {
            self.let_go_on(container, &Asked::default())?;
        }
        drop(running);
        // As Docker: `kill` with SIGKILL returns when the container has ended.
        if number == 9 {
            let ended = |state: &super::State| state.settled > run || state.phase == Phase::Removed;
            container.wait_until(Some(GONE), ended);
        }
        Ok(())
    }
}

fn plan(container: &Container, running: &Running, number: i32) -> Plan {
    let name = signal::name(number);
    Plan::new(StepKind::SendSignal, &container.name)
        .call(format!("pidfd_send_signal(pidfd of {}, {name})", running.pid))
        .by_hand(format!("kill -s {} {}", name.strip_prefix("SIG").unwrap_or(&number.to_string()), running.pid))
}
