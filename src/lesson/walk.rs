//! Leads a runner through a recording, event by event.

use super::*;
use crate::trace::{Body, StepKind, Trace, World};
use std::sync::Arc;

/// Walks a trace event by event with its World and console.
pub(super) struct Walk<'a> {
    trace: &'a Trace,
    position: u64,
    world: World,
    console: Console,
}

impl<'a> Walk<'a> {
    fn new(trace: &'a Trace) -> Self {
        Self { trace, position: trace.start(), world: trace.base().world.clone(), console: Console::default() }
    }

    pub(super) fn trace(&self) -> &'a Trace {
        self.trace
    }

    pub(super) fn position(&self) -> u64 {
        self.position
    }

    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// One event on. False at the end.
    fn step(&mut self) -> bool {
        let Some(event) = self.trace.event(self.position + 1) else { return false };
        // It was applied once when it was pushed to the trace.
        let applied = self.world.apply_event(&event).is_ok();
        self.console.push(&event, &self.world);
        self.position += 1;
        applied
    }

    fn is_before(&self, kind: StepKind) -> bool {
        is_next(self.trace, self.position, kind)
    }

    fn is_inside_op(&self) -> bool {
        is_inside_op(self.trace, self.position, &self.world)
    }
}

/// True when a step of this kind comes next.
pub(super) fn is_next(trace: &Trace, position: u64, kind: StepKind) -> bool {
    trace.next_mark(position).is_some_and(|mark| mark.kind == kind)
}

/// True when an operation is under way and the next event does not begin another.
pub(super) fn is_inside_op(trace: &Trace, position: u64, world: &World) -> bool {
    let begins = trace.event(position + 1).is_some_and(|event| matches!(event.body, Body::OpBegan { .. }));
    !begins && world.ops.values().any(|state| state.outcome.is_none())
}

/// When the machine tells, and what.
pub(super) fn first_answer(query: &Query, from: &Walk<'_>) -> Option<(u64, Answer)> {
    let mut walk =
        Walk { trace: from.trace, position: from.position, world: from.world.clone(), console: Console::default() };
    loop {
        match query.answer(&walk.world) {
            Some(answer) => return Some((walk.position, answer)),
            None if walk.step() => {}
            None => return None,
        }
    }
}

/// Leads a runner through the trace, and calls `rest` where each step rests.
pub(super) fn walk(lesson: &Arc<Lesson>, trace: &Trace, mut rest: impl FnMut(&LessonStep, &Walk<'_>, &Runner)) {
    let mut walk = Walk::new(trace);
    let mut runner = Runner::new(Arc::clone(lesson));
    for (i, step) in lesson.script.steps.iter().enumerate() {
        runner.go_to(i);
        let begun = (walk.position, walk.world.clone(), walk.console.clone());
        runner.observe(&walk.world, &walk.console);
        let mut at_stop = step.stop_at.is_none_or(|kind| walk.is_before(kind));
        while !(at_stop && runner.step_is_done()) {
            if !walk.step() {
                break;
            }
            runner.observe(&walk.world, &walk.console);
            at_stop = step.stop_at.is_none_or(|kind| walk.is_before(kind));
        }
        if !(at_stop && runner.step_is_done()) {
            // Nothing of the step is in the trace: stay, so that the steps after it have a chance.
            (walk.position, walk.world, walk.console) = begun;
        } else if step.stop_at.is_none() && !step.goals.is_empty() {
            while walk.is_inside_op() && walk.step() {
                runner.observe(&walk.world, &walk.console);
            }
        }
        rest(step, &walk, &runner);
    }
}
