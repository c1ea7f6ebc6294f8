//! The debugger: where one looks in the trace, and what the engine's gate lets through.

use super::*;
use crate::trace::{StepFate, StepId};

/// Moves, and where they stop.
#[derive(Debug, Clone, PartialEq)]
pub enum PlaybackCommand {
    /// To the next step of the level. At the end of a live trace: let the waiting step go.
    Step,
    /// To the step before. Moves over the trace, never over the kernel.
    Back,
    /// Past the next step with all that is inside it.
    Over,
    /// One level finer, and into the next step.
    Into,
    /// Past the end of the step that the next one is part of.
    Out,
    /// To the next breakpoint, else to the end.
    Continue,
    /// To the next step of that kind.
    RunTo(StepKind),
    /// To the next step of the same kind as the one that comes next.
    RunToSame,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// To the end, and on with it as the trace grows.
    Live,
    /// Moves by itself, or stops doing so.
    PlayPause,
    /// Plays faster (or, with false, slower).
    Speed(bool),
    /// Begins anew at the end, or not.
    Loop,
    /// To that position of the trace: the playhead was dragged.
    Seek(u64),
    /// Stops at that level from now on.
    Level(Level),
    /// Opens the engine's gate for everything, or closes it again.
    Gate,
    /// Stops before that kind, or does so no longer.
    Breakpoint(StepKind),
    /// The same for the kind of the step that comes next.
    BreakpointHere,
}

impl WindowState {
    /// What has come of a step by now.
    pub fn fate(&self, step: StepId) -> StepFate {
        let mark = self.trace.mark(step);
        let over = mark.filter(|mark| mark.ended.is_some_and(|ended| ended <= self.cursor.position()));
        over.map(|mark| mark.fate).unwrap_or_default()
    }

    pub(super) fn play(&mut self, command: PlaybackCommand) -> Option<Effect> {
        use PlaybackCommand as C;
        let engine = self.steps_the_engine();
        let onward = matches!(command, C::Step | C::Over | C::Into | C::Out | C::Continue | C::RunTo(_) | C::RunToSame);
        let plays = command == C::PlayPause && !self.is_playing();
        // What a question asks would be seen there.
        let beyond = match command {
            C::End | C::Live => self.trace.len() > self.cursor.position(),
            C::Seek(position) => position > self.cursor.position(),
            _ => onward || plays,
        };
        if beyond && !engine && self.asks_first() {
            return self.onward();
        }
        if (onward || plays) && self.is_held_by_lesson() {
            return self.onward();
        }
        let from = self.cursor.position();
        let effect = self.go(command.clone(), engine);
        match command {
            C::End | C::Live if !engine => self.stop_at_question(from),
            _ if onward => self.stop_at_lesson(from),
            _ => {}
        }
        effect
    }

    fn go(&mut self, command: PlaybackCommand, engine: bool) -> Option<Effect> {
        use PlaybackCommand as C;
        match command {
            C::Step if engine => return self.let_go(|level| GateCommand::Step { level }),
            C::Over if engine => return self.let_go(|level| GateCommand::Over { level }),
            C::Out if engine => return self.let_go(|level| GateCommand::Out { level }),
            C::Continue if engine => return self.let_go(|_| GateCommand::Continue),
            C::RunTo(kind) if engine => return self.let_go(|_| GateCommand::RunTo { kind }),
            C::Into => {
                self.cursor.set_level(finer(self.cursor.level()));
                return self.play(C::Step);
            }
            C::Step => drop(self.cursor.step(&self.trace)),
            C::Back => drop(self.cursor.back(&self.trace)),
            C::Over => drop(self.cursor.over(&self.trace)),
            C::Out => drop(self.cursor.out(&self.trace)),
            C::Continue => drop(self.cursor.run(&self.trace)),
            C::RunTo(kind) => drop(self.cursor.run_to(&self.trace, kind)),
            C::RunToSame => {
                let kind = self.next().map(|record| record.step.plan.kind)?;
                return self.play(C::RunTo(kind));
            }
            C::Home => drop(self.cursor.seek(&self.trace, 0)),
            C::End => drop(self.cursor.seek(&self.trace, u64::MAX)),
            C::Live => self.cursor.jump_to_live(&self.trace),
            C::Seek(position) => drop(self.cursor.seek(&self.trace, position)),
            C::PlayPause => self.play_or_pause(),
            C::Speed(faster) => self.change_speed(faster),
            C::Loop => {
                self.looped = !self.looped;
                if self.cursor.playback().is_some() {
                    self.cursor.play(Direction::Forward, self.speed, self.looped);
                }
            }
            C::Level(level) => {
                self.cursor.set_level(level);
                return engine.then_some(Effect::Gate(GateCommand::Pause { level }));
            }
            C::Gate => {
                let order = if self.gate.open || self.gate.passing { GateCommand::Close } else { GateCommand::Open };
                return self.answers().then_some(Effect::Gate(order));
            }
            C::Breakpoint(kind) => self.cursor.toggle_breakpoint(kind),
            C::BreakpointHere => {
                let kind = self.next().map(|record| record.step.plan.kind)?;
                self.cursor.toggle_breakpoint(kind);
            }
        }
        None
    }

    /// The step that waits at the engine's gate goes on, and the cursor with it. Where nothing is under way there is nothing to
    /// let go: the next command would run through unasked.
    fn let_go(&mut self, order: impl FnOnce(Level) -> GateCommand) -> Option<Effect> {
        if self.waiting.is_empty() && !self.is_busy() {
            return None;
        }
        self.cursor.jump_to_live(&self.trace);
        Some(Effect::Gate(order(self.cursor.level())))
    }

    fn play_or_pause(&mut self) {
        self.until = None;
        if self.stepping.take().is_some() {
            return;
        }
        if self.cursor.playback().is_some() {
            self.cursor.pause();
            return;
        }
        if self.steps_the_engine() {
            self.cursor.jump_to_live(&self.trace);
            self.stepping = Some(Duration::ZERO);
            return;
        }
        if self.at_end() && !self.is_live() {
            self.cursor.seek(&self.trace, 0);
        }
        self.cursor.play(Direction::Forward, self.speed, self.looped);
    }

    fn change_speed(&mut self, faster: bool) {
        let at = SPEEDS.iter().position(|s| *s >= self.speed).unwrap_or(0);
        let to = if faster { at + 1 } else { at.saturating_sub(1) };
        self.speed = SPEEDS[to.min(SPEEDS.len() - 1)];
        if self.cursor.playback().is_some() {
            self.cursor.play(Direction::Forward, self.speed, self.looped);
        }
    }

    /// A jump over pages ends where the next one rests that asks: beyond it, its answer would be seen.
    fn stop_at_question(&mut self, from: u64) {
        let asks = self.course.as_ref().filter(|course| !course.is_ended()).and_then(Course::next_question);
        if let Some(asks) = asks.filter(|asks| from < *asks && *asks < self.cursor.position()) {
            self.cursor.seek(&self.trace, asks);
        }
    }

    /// Moving through the trace ends where the lesson's step rests, when it would lead past it.
    pub(super) fn stop_at_lesson(&mut self, from: u64) {
        let stops = self.course.as_ref().filter(|course| course.runner().step().stop_at.is_some());
        let rest = stops.and_then(Course::rest).filter(|rest| from < *rest && *rest < self.cursor.position());
        if let Some(rest) = rest {
            self.cursor.seek(&self.trace, rest);
        }
    }
}

fn finer(level: Level) -> Level {
    match level {
        Level::Story => Level::Stage,
        Level::Stage | Level::Kernel => Level::Kernel,
    }
}
