use super::{FilesCommand, LessonCommand, PathCommand, PlaybackCommand, SourceCommand, ViewCommand};
use crate::ui::breaking::BreakingCommand;
use crate::ui::isolation::IsolationCommand;
use crate::ui::reach::ReachingCommand;
use crate::ui::terminal::TerminalCommand;

/// Something the user wants. Painting only collects these; they are applied after it. Each area's stand beside the code that
/// does them.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// The debugger.
    Playback(PlaybackCommand),
    /// What is shown, and how.
    View(ViewCommand),
    /// The layer inspector.
    Files(FilesCommand),
    /// Files that are opened and written.
    Path(PathCommand),
    /// Where events come from.
    Source(SourceCommand),
    /// The lesson.
    Lesson(LessonCommand),
    /// Terminals.
    Terminal(TerminalCommand),
    /// What the built-in registry serves damaged.
    Breaking(BreakingCommand),
    /// What is asked of a container's kernel.
    Isolation(IsolationCommand),
    /// Who reaches whom.
    Reaching(ReachingCommand),
}

macro_rules! areas {
    ($($area:ident($commands:ident)),*) => {
        $(impl From<$commands> for Command {
            fn from(command: $commands) -> Self {
                Self::$area(command)
            }
        })*
    };
}

areas! {
    Playback(PlaybackCommand), View(ViewCommand), Files(FilesCommand), Path(PathCommand), Source(SourceCommand),
    Lesson(LessonCommand), Terminal(TerminalCommand), Breaking(BreakingCommand), Isolation(IsolationCommand),
    Reaching(ReachingCommand)
}
