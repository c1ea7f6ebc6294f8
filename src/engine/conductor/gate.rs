use super::*;
use crate::client::protocol::{Caller, GateCommand, GateView};
use crate::trace::{Level, OpId, Step, StepId, StepKind};
use parking_lot::{Condvar, Mutex};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Where steps wait until a learner lets them go. Open, and free of cost, while nobody [holds](Conductor::hold) it.
#[derive(Debug, Default)]
pub struct Gate {
    held: AtomicBool,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug)]
struct State {
    holders: usize,
    /// Whoever holds it lets everything through, for now.
    open: bool,
    level: Level,
    stop: StopBefore,
    breakpoints: BTreeSet<StepKind>,
    waiting: BTreeMap<StepId, Waiting>,
    /// Who asked for what is being done.
    callers: BTreeMap<OpId, Caller>,
}

#[derive(Debug)]
struct Waiting {
    step: Step,
    path: Vec<StepId>,
    released: bool,
}

/// Before which step to stop, breakpoints aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum StopBefore {
    Never,
    /// The next one of the level.
    Next,
    /// The next one of the level that is not inside this one.
    Outside(StepId),
    /// The next one of this kind.
    At(StepKind),
}

/// Keeps the gate closed. When the last one is dropped the gate opens, so that a window that dies stops nobody.
#[derive(Debug)]
pub struct Hold(Arc<Conductor>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.gate.release();
    }
}

impl Default for State {
    fn default() -> Self {
        Self {
            holders: 0,
            open: false,
            level: Level::Stage,
            stop: StopBefore::Next,
            breakpoints: BTreeSet::new(),
            waiting: BTreeMap::new(),
            callers: BTreeMap::new(),
        }
    }
}

impl Conductor {
    /// Closes the gate for as long as the result lives.
    pub fn hold(self: &Arc<Self>) -> Hold {
        self.gate.locked(|state| {
            if state.holders == 0 {
                (state.open, state.stop) = (false, StopBefore::Next);
            }
            state.holders += 1;
        });
        self.gate.held.store(true, Ordering::Release);
        Hold(Arc::clone(self))
    }
}

impl Gate {
    /// True while somebody steps through.
    pub fn held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    /// What it looks like now.
    pub fn view(&self) -> GateView {
        self.locked(|state| {
            let waiting: Vec<Step> = state.waiting.values().filter(|w| !w.released).map(|w| w.step.clone()).collect();
            let called = waiting.iter().filter_map(|step| Some((step.op, state.callers.get(&step.op)?.clone())));
            GateView {
                held: state.holders > 0,
                open: state.open,
                passing: matches!(state.stop, StopBefore::Never | StopBefore::At(_)),
                level: state.level,
                breakpoints: state.breakpoints.clone(),
                callers: called.collect(),
                waiting,
            }
        })
    }

    /// That process asked for that operation; none once it is over.
    pub(super) fn called(&self, op: OpId, by: Option<Caller>) {
        self.locked(|state| match by {
            Some(by) => drop(state.callers.insert(op, by)),
            None => drop(state.callers.remove(&op)),
        });
    }

    /// Does what the learner says. The oldest waiting step is the one that goes.
    pub fn command(&self, command: &GateCommand) {
        self.locked(|state| {
            let oldest = state.waiting.iter().find(|(_, w)| !w.released).map(|(id, w)| (*id, w.path.last().copied()));
            let (level, stop) = match command {
                GateCommand::Breakpoints { kinds } => {
                    state.breakpoints.clone_from(kinds);
                    return;
                }
                GateCommand::Open => {
                    state.open = true;
                    state.waiting.values_mut().for_each(|w| w.released = true);
                    return;
                }
                GateCommand::Close => {
                    (state.open, state.stop) = (false, StopBefore::Next);
                    return;
                }
                GateCommand::Pause { level } => {
                    (state.level, state.stop) = (*level, StopBefore::Next);
                    return;
                }
                GateCommand::Step { level } => (*level, StopBefore::Next),
                GateCommand::Over { level } => {
                    (*level, oldest.map_or(StopBefore::Next, |(id, _)| StopBefore::Outside(id)))
                }
                GateCommand::Out { level } => {
                    (*level, oldest.and_then(|(_, parent)| parent).map_or(StopBefore::Next, StopBefore::Outside))
                }
                GateCommand::Continue => (state.level, StopBefore::Never),
                GateCommand::RunTo { kind } => (state.level, StopBefore::At(*kind)),
            };
            // Whoever says where to stop next wants to stop.
            state.open &= stop == StopBefore::Never;
            (state.level, state.stop) = (level, stop);
            let all = matches!(stop, StopBefore::Never | StopBefore::At(_));
            let go = state.waiting.values_mut().filter(|w| !w.released);
            go.take(if all { usize::MAX } else { 1 }).for_each(|w| w.released = true);
        });
        self.changed.notify_all();
    }

    /// Waits until the step may go, which is seen at that level. True when it had to wait.
    pub(super) fn wait(&self, (step, level): (&Step, Level), path: &[StepId], cancel: &Cancel) -> Result<bool> {
        if !self.held() {
            return Ok(false);
        }
        let mut state = self.state.lock();
        // Else nobody could look how it is before what stands here is done.
        if step.plan.kind.only_looks() && state.waiting.values().any(|other| !other.released) {
            return Ok(false);
        }
        if !state.stops_before((step, level), path) {
            return Ok(false);
        }
        // From here on others stop too: one step goes at a time.
        state.stop = StopBefore::Next;
        let waiting = Waiting { step: step.clone(), path: path.to_vec(), released: false };
        state.waiting.insert(step.id, waiting);
        cancel.at_gate(|| {
            loop {
                let free = state.holders == 0 || state.waiting.get(&step.id).is_none_or(|w| w.released);
                if free || cancel.is_cancelled() {
                    state.waiting.remove(&step.id);
                    return if cancel.is_cancelled() { Err(Fault::cancelled()) } else { Ok(true) };
                }
                // A cancel does not know this condition variable, so it is looked for twenty times a second.
                let tick = Duration::from_millis(50);
                self.changed.wait_for(&mut state, tick);
            }
        })
    }

    fn release(&self) {
        self.locked(|state| {
            state.holders -= 1;
            self.held.store(state.holders > 0, Ordering::Release);
        });
        self.changed.notify_all();
    }

    fn locked<T>(&self, f: impl FnOnce(&mut State) -> T) -> T {
        f(&mut self.state.lock())
    }
}

impl State {
    fn stops_before(&self, (step, level): (&Step, Level), path: &[StepId]) -> bool {
        let shown = level <= self.level;
        let wanted = match self.stop {
            StopBefore::Never => false,
            StopBefore::Next => shown,
            StopBefore::Outside(id) => shown && step.id != id && !path.contains(&id),
            StopBefore::At(kind) => step.plan.kind == kind,
        };
        self.holders > 0 && !self.open && (wanted || self.breakpoints.contains(&step.plan.kind))
    }
}
