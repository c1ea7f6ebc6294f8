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
    /// Plays the lesson's own recording.
    LessonRecording,
}

impl WindowState {
    pub(super) fn source(&mut self, command: SourceCommand) -> Effect {
        match command {
            SourceCommand::StartPage => {
                *self = self.emptied();
                Effect::Disconnect
            }
            SourceCommand::StartEngine => self.connect(false),
            SourceCommand::Attach(socket) => {
                self.origin = Origin::Connecting;
                Effect::Attach(socket)
            }
            SourceCommand::StartPrivileged => self.connect(true),
            SourceCommand::Lesson(name) => Effect::OpenLesson { name, recording: None },
            SourceCommand::LessonOn(name, path) => Effect::OpenLesson { name, recording: Some(path) },
            SourceCommand::LessonRecording => Effect::ReadEmbedded,
        }
    }

    fn connect(&mut self, privileged: bool) -> Effect {
        self.origin = Origin::Connecting;
        Effect::Connect { privileged }
    }
}
