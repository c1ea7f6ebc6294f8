use super::index::StepMark;
use super::{Level, StepKind, Trace};
use std::collections::BTreeSet;
use std::time::Duration;

/// Where in a trace one looks, and how it moves by itself. Plain data; moving it never touches the kernel.
///
/// A **position** is a number of events, `trace.start()..=trace.len()`. A cursor rests on *boundaries*: the beginning, the end,
/// and each position just after a step of the chosen level (or a coarser one) was announced – so that the step is known and has not
/// acted yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    position: u64,
    level: Level,
    live: bool,
    playback: Option<Playback>,
    breakpoints: BTreeSet<StepKind>,
}

/// A cursor that moves by itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Playback {
    /// Which way.
    pub direction: Direction,
    /// Boundaries a second.
    pub speed: f32,
    /// Begin anew at the end.
    pub looped: bool,
    /// Part of the next boundary's time that is over, `0.0..1.0`.
    elapsed: f32,
}

/// Which way a cursor moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// Towards the end.
    Forward,
    /// Towards the beginning.
    Backward,
}

impl Default for Cursor {
    fn default() -> Self {
        Self { position: 0, level: Level::Stage, live: true, playback: None, breakpoints: BTreeSet::new() }
    }
}

impl Cursor {
    /// How many events lie behind it.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// The finest level it stops at.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Stops at this level from now on.
    pub fn set_level(&mut self, level: Level) {
        self.level = level;
    }

    /// True when it follows the end of a growing trace.
    pub fn is_live(&self) -> bool {
        self.live
    }

    /// How it moves by itself, if it does.
    pub fn playback(&self) -> Option<&Playback> {
        self.playback.as_ref()
    }

    /// The kinds it stops before when it plays or continues.
    pub fn breakpoints(&self) -> &BTreeSet<StepKind> {
        &self.breakpoints
    }

    /// Sets or clears a breakpoint.
    pub fn toggle_breakpoint(&mut self, kind: StepKind) {
        if !self.breakpoints.remove(&kind) {
            self.breakpoints.insert(kind);
        }
    }

    /// To the next boundary. False at the end.
    pub fn step(&mut self, trace: &Trace) -> bool {
        let next = boundary_after(trace, self.position, self.level);
        self.move_to(next, trace)
    }

    /// To the boundary before. False at the beginning.
    pub fn back(&mut self, trace: &Trace) -> bool {
        let before = boundary_before(trace, self.position, self.level);
        self.move_to(before, trace)
    }

    /// Past the step that comes next with all that is inside it.
    pub fn over(&mut self, trace: &Trace) -> bool {
        let end = trace.next_mark(self.position).map(|mark| mark.ended);
        self.past(trace, end)
    }

    /// Past the end of the step that the one that comes next is part of.
    pub fn out(&mut self, trace: &Trace) -> bool {
        let parent = match trace.next_mark(self.position) {
            Some(mark) => mark.parent.and_then(|id| trace.mark(id)),
            None => trace.current_step(self.position),
        };
        self.past(trace, parent.map(|mark| mark.ended))
    }

    fn past(&mut self, trace: &Trace, end: Option<Option<u64>>) -> bool {
        let target = match end {
            None => return self.step(trace),
            Some(None) => trace.len(),
            Some(Some(end)) => boundary_after(trace, end, self.level),
        };
        self.move_to(target, trace)
    }

    /// To the next boundary whose step is a breakpoint, else to the end.
    pub fn run(&mut self, trace: &Trace) -> bool {
        let stops = self.breakpoints.clone();
        self.run_until(trace, |mark| stops.contains(&mark.kind))
    }

    /// To the next step of this kind, of whatever level, else to the end.
    pub fn run_to(&mut self, trace: &Trace, kind: StepKind) -> bool {
        self.run_until(trace, |mark| mark.kind == kind)
    }

    fn run_until(&mut self, trace: &Trace, stop: impl Fn(&StepMark) -> bool) -> bool {
        let hit = trace.steps(trace.steps_before(self.position)).find(|mark| stop(mark));
        self.move_to(hit.map_or(trace.len(), |mark| mark.announced), trace)
    }

    /// To any position; beyond the end means the end. Stops following and playing.
    pub fn seek(&mut self, trace: &Trace, position: u64) -> bool {
        self.playback = None;
        self.move_to(position, trace)
    }

    /// To the end, and on with it as the trace grows.
    pub fn jump_to_live(&mut self, trace: &Trace) {
        self.playback = None;
        self.position = trace.len();
        self.live = true;
    }

    /// The trace has grown: follow it when live. What it stood at may have been dropped: then it stands at the beginning.
    pub fn follow(&mut self, trace: &Trace) {
        self.position = if self.live { trace.len() } else { self.position.max(trace.start()) };
    }

    /// Moves by itself from now on.
    pub fn play(&mut self, direction: Direction, speed: f32, looped: bool) {
        self.playback = Some(Playback { direction, speed, looped, elapsed: 0.0 });
    }

    /// Stops moving by itself.
    pub fn pause(&mut self) {
        self.playback = None;
    }

    /// Time passes. True when the position changed.
    pub fn tick(&mut self, trace: &Trace, passed: Duration) -> bool {
        let Some(mut playback) = self.playback.take() else { return false };
        playback.elapsed += passed.as_secs_f32() * playback.speed;
        let mut moved = false;
        while playback.elapsed >= 1.0 {
            playback.elapsed -= 1.0;
            let went = match playback.direction {
                Direction::Forward => self.step(trace),
                Direction::Backward => self.back(trace),
            };
            moved |= went;
            let stopped = trace.next_mark(self.position).is_some_and(|mark| self.breakpoints.contains(&mark.kind));
            if stopped && went {
                return true;
            }
            if !went {
                if !playback.looped || trace.is_empty() {
                    return moved;
                }
                let start = if playback.direction == Direction::Forward { trace.start() } else { trace.len() };
                moved |= self.move_to(start, trace);
            }
        }
        self.playback = Some(playback);
        moved
    }

    fn move_to(&mut self, position: u64, trace: &Trace) -> bool {
        let position = position.clamp(trace.start(), trace.len());
        let moved = position != self.position;
        self.position = position;
        if moved {
            self.live = false;
        }
        moved
    }
}

/// The first boundary after `position`; the end when there is none.
pub(super) fn boundary_after(trace: &Trace, position: u64, level: Level) -> u64 {
    let next = trace.steps(trace.steps_before(position)).find(|mark| mark.level() <= level);
    next.map_or(trace.len(), |mark| mark.announced)
}

/// The last boundary before `position`; the beginning when there is none.
pub(super) fn boundary_before(trace: &Trace, position: u64, level: Level) -> u64 {
    let earlier = trace.steps(0).take(trace.steps_before(position.saturating_sub(1)));
    let before = earlier.rev().find(|mark| mark.level() <= level);
    before.map_or(trace.start(), |mark| mark.announced)
}
