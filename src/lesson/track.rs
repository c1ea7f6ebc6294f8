use super::playback::Rest;
use super::walk::{is_inside_op, is_next};
use super::*;
use crate::trace::{Trace, World};
use std::sync::Arc;

/// Where the steps of a lesson rest in a trace that still grows: what [`rests`] says of a whole recording, event by event.
#[derive(Debug, Clone)]
pub struct Track {
    runner: Runner,
    rests: Vec<Rest>,
}

impl Track {
    /// At the lesson's first step.
    pub fn new(lesson: Arc<Lesson>) -> Self {
        Self { runner: Runner::new(lesson), rests: Vec::new() }
    }

    /// The steps that were reached, in order.
    pub fn rests(&self) -> &[Rest] {
        &self.rests
    }

    /// Looks at one position; `world` and `console` are what is true there. Positions come in order.
    pub fn look(&mut self, trace: &Trace, position: u64, world: &World, console: &Console) {
        while self.runner.go_to(self.rests.len()) {
            self.runner.observe(world, console);
            let step = self.runner.step();
            let there = match step.stop_at {
                Some(kind) => is_next(trace, position, kind),
                None => step.goals.is_empty() || !is_inside_op(trace, position, world),
            };
            if !(there && self.runner.step_is_done()) {
                break;
            }
            self.rests.push(Rest { step: step.id.clone(), position, missed: Vec::new() });
        }
    }
}
