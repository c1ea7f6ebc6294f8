//! The engine's gate as the window knows it, and who changed it when it was not the user's own click.

use super::*;

/// The gate of a live engine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateState {
    /// It lets everything through.
    pub open: bool,
    /// It lets everything through up to a breakpoint.
    pub passing: bool,
    /// Who asked for what waits at it.
    pub callers: BTreeMap<OpId, Caller>,
    /// How it was changed last, when nobody clicked it.
    pub note: Option<GateNote>,
    /// It was told something from here, and by whom; what comes of it is not known yet.
    told: Option<By>,
    /// The lesson had it opened up to its stop for a command that failed before.
    owed: bool,
    /// The user opened it by a click, and has not closed it since.
    wanted_open: bool,
}

/// A change that is told beside the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateNote {
    /// Who did it.
    pub by: By,
    /// What it is since then.
    pub mode: Mode,
    /// Which change it is, counted.
    pub number: u64,
}

/// What the gate does with what comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It stops before each step.
    Closed,
    /// It lets everything through up to a breakpoint.
    Passing,
    /// It lets everything through.
    Open,
}

/// Who changed the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A click on it: that needs not be told.
    Click,
    /// A command of the window's that goes on through several steps: continue, run to, play.
    Window,
    /// The lesson.
    Lesson,
    /// Nobody: what went on came to where it was to stop.
    Arrival,
    /// Somebody else who looks at the same engine.
    Other,
}

impl GateState {
    fn mode(&self) -> Mode {
        match (self.open, self.passing) {
            (true, _) => Mode::Open,
            (false, true) => Mode::Passing,
            (false, false) => Mode::Closed,
        }
    }

    /// The engine says how it is.
    pub(super) fn heard(&mut self, open: bool, passing: bool, callers: BTreeMap<OpId, Caller>, first: bool) {
        let before = self.mode();
        (self.open, self.passing, self.callers) = (open, passing, callers);
        if before == self.mode() || first {
            return;
        }
        let arrived = before == Mode::Passing && self.mode() == Mode::Closed;
        let by = self.told.take().unwrap_or(if arrived { By::Arrival } else { By::Other });
        let number = self.note.map_or(0, |note| note.number) + 1;
        self.note = (by != By::Click).then_some(GateNote { by, mode: self.mode(), number });
    }
}

impl WindowState {
    /// The gate is about to be told something.
    pub(super) fn tells_gate(&mut self, by: By, order: &GateCommand) {
        match order {
            GateCommand::Breakpoints { .. } => return,
            GateCommand::Open => self.gate.wanted_open = true,
            GateCommand::Close => self.gate.wanted_open = false,
            _ => {}
        }
        // Whoever tells it something now wants that.
        self.gate.owed = false;
        self.gate.told = Some(by);
    }

    /// A lesson's command has ended. One that failed before the lesson's stop leaves a gate that lets through whatever comes next.
    pub fn lesson_command_ended(&mut self, line: &str, status: u32) {
        // That it fails may be what the page shows; its stop comes with the trace.
        let is_meant = self.course.as_ref().is_some_and(|course| course.runner().step().fails);
        if status == 0 || is_meant || !matches!(self.place(), Some(Place::Before | Place::Moving)) {
            return;
        }
        self.nothing_came_of_it();
        let problem = Problem::new(Code::LessonRunFailed).with("command", line).with("status", status);
        self.notify(Notice::failure(&self.words(), &problem));
    }

    /// What the lesson wanted to run did not run, or not to its stop: it can be run again, and the gate is to be as it was.
    pub fn nothing_came_of_it(&mut self) {
        self.settle();
        self.gate.owed = true;
    }

    /// The gate as it was before the lesson's command, as soon as the engine says that it lets things through up to the stop. Its
    /// word for that may come after the command's end.
    pub fn give_gate_back(&mut self) -> Option<Effect> {
        if !self.gate.owed || self.gate.mode() != Mode::Passing || self.is_busy() {
            return None;
        }
        let effect = self.restore_gate()?;
        if let Effect::Gate(order) = &effect {
            self.tells_gate(By::Lesson, order);
        }
        Some(effect)
    }

    /// At the end of a lesson the gate is what the user had made it, not what the lesson left.
    pub fn restore_gate(&self) -> Option<Effect> {
        let order = match (self.gate.wanted_open, self.gate.mode()) {
            (true, Mode::Closed | Mode::Passing) => GateCommand::Open,
            (false, Mode::Passing) => GateCommand::Close,
            _ => return None,
        };
        self.answers().then_some(Effect::Gate(order))
    }
}
