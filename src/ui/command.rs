//! Everything the window can be told, and the keys that say it.

pub use super::breaking::BreakingCommand;
pub use super::isolation::IsolationCommand;
pub use super::reach::ReachingCommand;
pub use super::state::{
    Ask, Command, FilesCommand, LessonCommand, PathCommand, PlaybackCommand, SourceCommand, ViewCommand,
};
pub use super::terminal::TerminalCommand;
use crate::trace::{Family, Level};
use egui::{Key, KeyboardShortcut, Modifiers};

/// A key, what it does, and the message that says so (`key-<name>`).
#[derive(Debug, Clone)]
pub struct Binding {
    /// The keys that do the same; the first is the one that is shown.
    pub keys: &'static [KeyboardShortcut],
    /// The part of the Fluent key after `key-`.
    pub name: &'static str,
    /// What it does.
    pub command: Command,
}

/// What a key is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum About {
    /// Going through what happens.
    Moving,
    /// Looking closer, and stopping where one wants to look.
    Closer,
    /// Which picture is seen.
    Pictures,
    /// The window before others: how it looks and speaks.
    Class,
    /// Files, recordings, commands.
    Files,
}

impl About {
    /// The message that names it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Moving => "help-moving",
            Self::Closer => "help-closer",
            Self::Pictures => "help-pictures",
            Self::Class => "help-class",
            Self::Files => "help-files",
        }
    }

    /// The family that lends it its colour.
    pub fn family(self) -> Family {
        match self {
            Self::Moving => Family::Network,
            Self::Closer => Family::Image,
            Self::Pictures => Family::Layer,
            Self::Class => Family::Process,
            Self::Files => Family::Storage,
        }
    }
}

impl Binding {
    /// What it is about.
    pub fn about(&self) -> About {
        use PlaybackCommand as P;
        match &self.command {
            Command::Playback(P::Level(_) | P::Into | P::Out | P::BreakpointHere | P::RunToSame | P::Continue)
            | Command::View(ViewCommand::Steps | ViewCommand::Find) => About::Closer,
            Command::Playback(_) | Command::Lesson(_) => About::Moving,
            Command::View(ViewCommand::Tab(_)) | Command::Path(PathCommand::Ask(Ask::Export)) => About::Pictures,
            Command::View(_) => About::Class,
            Command::Reaching(_) => About::Closer,
            Command::Files(_)
            | Command::Path(_)
            | Command::Source(_)
            | Command::Terminal(_)
            | Command::Breaking(_)
            | Command::Isolation(_) => About::Files,
        }
    }
}

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn alt(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::ALT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

macro_rules! bindings {
    ($([$($shortcut:expr),+] $name:literal => $command:expr;)*) => {
        vec![$(Binding { keys: const { &[$($shortcut),+] }, name: $name, command: $command.into() },)*]
    };
}

/// The keyboard. A digit alone is none of it: it answers a question, and does nothing once that is answered, or a student who
/// presses one late would get another window. Keys with modifiers come before the same keys without, because a shortcut matches additional Shift.
pub fn bindings() -> Vec<Binding> {
    bindings! {
        [shift(Key::ArrowRight), key(Key::F10)] "over" => PlaybackCommand::Over;
        [key(Key::Space), key(Key::PageDown)] "onward" => LessonCommand::Onward;
        [key(Key::ArrowRight)] "step" => PlaybackCommand::Step;
        [key(Key::ArrowLeft), key(Key::PageUp)] "back" => PlaybackCommand::Back;
        [key(Key::ArrowUp), shift(Key::F11)] "out" => PlaybackCommand::Out;
        [key(Key::ArrowDown), key(Key::F11)] "into" => PlaybackCommand::Into;
        [key(Key::C), key(Key::F5)] "continue" => PlaybackCommand::Continue;
        [key(Key::R)] "run-to-same" => PlaybackCommand::RunToSame;
        [key(Key::B), key(Key::F9)] "breakpoint" => PlaybackCommand::BreakpointHere;
        [key(Key::Home)] "home" => PlaybackCommand::Home;
        [key(Key::End)] "end" => PlaybackCommand::End;
        [key(Key::L)] "live" => PlaybackCommand::Live;
        [key(Key::P)] "play" => PlaybackCommand::PlayPause;
        [key(Key::Plus), key(Key::Equals)] "faster" => PlaybackCommand::Speed(true);
        [key(Key::Minus)] "slower" => PlaybackCommand::Speed(false);
        [ctrl(Key::Num1)] "tab-1" => ViewCommand::Tab(0);
        [ctrl(Key::Num2)] "tab-2" => ViewCommand::Tab(1);
        [ctrl(Key::Num3)] "tab-3" => ViewCommand::Tab(2);
        [ctrl(Key::Num4)] "tab-4" => ViewCommand::Tab(3);
        [ctrl(Key::Num5)] "tab-5" => ViewCommand::Tab(4);
        [ctrl(Key::Num6)] "tab-6" => ViewCommand::Tab(5);
        [ctrl(Key::Num7), key(Key::I)] "files" => FilesCommand::ShowOrHide;
        [alt(Key::Num1)] "level-story" => PlaybackCommand::Level(Level::Story);
        [alt(Key::Num2)] "level-stage" => PlaybackCommand::Level(Level::Stage);
        [alt(Key::Num3)] "level-kernel" => PlaybackCommand::Level(Level::Kernel);
        [key(Key::S)] "steps" => ViewCommand::Steps;
        [KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::O)] "load" => PathCommand::Ask(Ask::Load);
        [ctrl(Key::O)] "open" => PathCommand::Ask(Ask::Open);
        [ctrl(Key::S)] "save" => PathCommand::Ask(Ask::Save);
        [ctrl(Key::E)] "export" => PathCommand::Ask(Ask::Export);
        [ctrl(Key::Backtick)] "terminal" => TerminalCommand::Focus;
        [ctrl(Key::F)] "find" => ViewCommand::Find;
        [shift(Key::F)] "second" => ViewCommand::Second;
        [key(Key::F)] "presenter" => ViewCommand::Presenter;
        [key(Key::T)] "theme" => ViewCommand::OtherTheme;
        [key(Key::G)] "language" => ViewCommand::OtherLanguage;
        [key(Key::Questionmark), key(Key::F1), shift(Key::Slash)] "help" => ViewCommand::Help;
        [key(Key::Slash)] "command-line" => TerminalCommand::Field;
        [key(Key::Escape)] "escape" => ViewCommand::Escape;
    }
}
