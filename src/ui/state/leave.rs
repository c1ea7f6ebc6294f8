//! Leaving what is under way. A live lesson's recording would be lost with its engine, so that is asked first.

use super::*;
use crate::trace::OpKind;

/// Where one goes from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leave {
    /// To the page on which a lesson or a recording is chosen.
    StartPage,
    /// To the beginning of the lesson, on an engine in which nothing is left of this try.
    Again,
    /// To the lesson of that folder, played as this one.
    Lesson(String),
}

/// What a lesson is played on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum On {
    /// An engine of its own.
    Engine,
    /// That recording.
    Recording(PathBuf),
    /// The recording that is part of the lesson.
    Own,
}

impl WindowState {
    /// A recording that was saved nowhere would be lost: the engine of a lesson ends with it.
    pub fn would_lose(&self) -> bool {
        let done = |state: &crate::trace::OpState| !matches!(state.op.kind, OpKind::EngineStart | OpKind::Recover);
        let lesson = self.is_live() && self.course.is_some();
        lesson && self.trace.len() > self.saved && self.trace.head().ops.values().any(|state| done(state))
    }

    /// Something was predicted in this try.
    fn has_predicted(&self) -> bool {
        self.course.as_ref().is_some_and(|course| course.runner().predictions().next().is_some())
    }

    /// Where one wants to go, while that is asked about.
    pub fn leaving(&self) -> Option<&Leave> {
        self.leaving.as_ref()
    }

    /// Goes there, or asks first.
    pub(super) fn leave(&mut self, leave: Leave) -> Option<Effect> {
        if self.would_lose() || leave == Leave::Again && self.has_predicted() {
            (self.leaving, self.overlay) = (Some(leave), Some(Overlay::Leave));
            return None;
        }
        self.go_off(leave)
    }

    /// Goes where it was asked about.
    pub(super) fn leave_now(&mut self) -> Option<Effect> {
        self.overlay = None;
        let leave = self.leaving.take()?;
        self.go_off(leave)
    }

    /// The recording was saved: what it was asked for goes on.
    pub fn was_saved(&mut self) -> Option<Effect> {
        self.saved = self.trace.len();
        self.leave_now()
    }

    /// Nothing is loaded any more.
    pub fn start_page(&mut self) {
        *self = self.emptied();
    }

    fn go_off(&mut self, leave: Leave) -> Option<Effect> {
        match leave {
            Leave::StartPage => {
                self.start_page();
                Some(Effect::Disconnect)
            }
            Leave::Again => {
                let folder = self.course.as_ref()?.lesson().folder.clone();
                self.progress.again(&folder);
                if self.is_live() || !self.has_trace() {
                    return Some(Effect::OpenLesson { name: folder, on: On::Engine });
                }
                let mut course = self.course.take()?.restarted();
                course.plays(&self.trace);
                self.course = Some(course);
                (self.until, self.asks) = (None, None);
                self.cursor.seek(&self.trace, 0);
                self.shown = None;
                self.refresh();
                self.attend();
                None
            }
            Leave::Lesson(name) => {
                let on = if self.is_live() { On::Engine } else { On::Own };
                Some(Effect::OpenLesson { name, on })
            }
        }
    }
}
