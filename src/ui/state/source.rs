//! Where events come from: an engine, a recording, a lesson of either.

use super::*;

/// Chooses what is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum SourceCommand {
    /// Back to the page on which a lesson or a recording is chosen.
    StartPage,
    /// Connects to the engine, and starts one when none runs.
    StartEngine,
    /// Connects to the engine that listens there, and starts none.
    Attach(PathBuf),
    /// Starts an engine with privileges (pkexec).
    StartPrivileged,
    /// Opens that lesson, by its folder's name: live where this machine can.
    Lesson(String),
    /// Opens that lesson on that recording.
    LessonOn(String, PathBuf),
    /// Opens that lesson from its beginning, whatever was reached before.
    LessonAfresh(String),
    /// Plays the lesson's own recording.
    LessonRecording,
    /// The lesson that is under way, from its beginning.
    Again,
    /// Goes where it was asked about, though a recording is lost.
    LeaveNow,
}

impl WindowState {
    pub(super) fn source(&mut self, command: SourceCommand) -> Option<Effect> {
        match command {
            SourceCommand::StartPage => self.leave(Leave::StartPage),
            SourceCommand::StartEngine => Some(self.connect(false)),
            SourceCommand::Attach(socket) => {
                self.origin = Origin::Connecting;
                Some(Effect::Attach(socket))
            }
            SourceCommand::StartPrivileged => Some(self.connect(true)),
            SourceCommand::Lesson(name) => Some(Effect::OpenLesson { name, on: On::Engine }),
            SourceCommand::LessonAfresh(name) => {
                self.progress.again(&name);
                Some(Effect::OpenLesson { name, on: On::Engine })
            }
            SourceCommand::LessonOn(name, path) => Some(Effect::OpenLesson { name, on: On::Recording(path) }),
            SourceCommand::LessonRecording => Some(Effect::ReadEmbedded),
            SourceCommand::Again => self.leave(Leave::Again),
            SourceCommand::LeaveNow => self.leave_now(),
        }
    }

    fn connect(&mut self, privileged: bool) -> Effect {
        self.origin = Origin::Connecting;
        Effect::Connect { privileged }
    }
}
