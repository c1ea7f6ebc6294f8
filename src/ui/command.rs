//! Everything the window can be told, and the keys that say it.

use super::files::Act;
use crate::i18n::Lang;
use crate::spec::Digest;
use crate::trace::{Entity, Level, StepKind};
use egui::{Key, KeyboardShortcut, Modifiers};
use std::path::PathBuf;

/// Something the user wants. Painting only collects these; they are applied after it.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    // ── the debugger ──
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
    /// Stops before that kind, or does so no longer.
    Breakpoint(StepKind),
    /// The same for the kind of the step that comes next.
    BreakpointHere,

    // ── the view ──
    /// Selects a thing, or nothing.
    Select(Option<Entity>),
    /// Shows that diagram, by its number.
    Tab(usize),
    /// Shows the next diagram (or, with false, the one before).
    NextTab(bool),
    /// Shows the diagram that each step changes, or stays on the chosen one.
    Follow,
    /// Says everything in that language.
    Language(Lang),
    /// The other language.
    OtherLanguage,
    /// Dark to light and back.
    OtherTheme,
    /// Large, without side panels, for a class.
    Presenter,
    /// Shows the keys, or hides them.
    Help,
    /// Shows the list of operations, steps and breakpoints, or hides it.
    Steps,
    /// Closes what is open: the overlay, the selection, the terminal's focus.
    Escape,

    // ── the layer inspector ──
    /// Shows the files of what is selected, or of an image; a diagram again when they are shown.
    Files,
    /// In the layer inspector.
    Inspect(Act),
    /// Asks for an image archive to open.
    LoadDialog,
    /// Gives that archive to the engine.
    Load(PathBuf),
    /// Asks where to save the inspected image.
    SaveImageDialog,
    /// Saves it there, as an archive.
    SaveImage(PathBuf),
    /// Asks where to write what the inspector shows.
    ExportFilesDialog,
    /// Writes it there, as JSON.
    ExportFiles(PathBuf),

    // ── sources ──
    /// Back to the page on which a lesson or a recording is chosen.
    StartPage,
    /// Shows the system's file dialog.
    Browse(Ask),
    /// Asks for a recording to open.
    OpenDialog,
    /// Opens that recording.
    Open(PathBuf),
    /// Asks where to save the trace.
    SaveDialog,
    /// Saves the trace there.
    Save(PathBuf),
    /// Asks where to save the diagram (`.svg` or `.png`).
    ExportDialog,
    /// Saves the diagram there.
    Export(PathBuf),
    /// Connects to the engine, and starts one when none runs.
    StartEngine,
    /// Starts an engine with privileges (pkexec).
    StartPrivileged,
    /// Opens that lesson, by its folder's name: live where this machine can.
    Lesson(String),
    /// Opens that lesson on that recording.
    LessonOn(String, PathBuf),
    /// Plays the lesson's own recording.
    LessonRecording,

    // ── the lesson ──
    /// To that step of the lesson, from 0.
    LessonGo(usize),
    /// Runs the step's command; in a recording, plays what it did.
    LessonRun,
    /// Types what the step says into its terminal; in a recording, plays what it did.
    LessonType,
    /// Goes on to where the step rests.
    LessonGoOn,
    /// Predicts: question and choice.
    Predict(String, usize),
    /// Would rather be told the answer to that question.
    Tell(String),

    // ── terminals ──
    /// Gives the keys to the terminal (and opens it), or takes them back.
    Terminal,
    /// Opens or closes the terminals.
    Dock,
    /// Runs a command line (`docker run …`, or `host …`) in a new terminal.
    Run(String),
    /// Flips a bit of what the built-in registry serves for that digest.
    Damage(Digest),
    /// Puts it right again.
    Mend(Digest),
    /// Opens a shell on the lab host.
    HostShell,
    /// Shows that terminal.
    ShowTerminal(usize),
    /// Ends that terminal.
    CloseTerminal(usize),
    /// Puts text on the clipboard.
    Copy(String),
}

/// What a path is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// A recording to open.
    Open,
    /// Where to save the trace.
    Save,
    /// Where to save the diagram.
    Export,
    /// An image archive to open.
    Load,
    /// Where to save an image.
    SaveImage,
    /// Where to write what the inspector shows.
    ExportFiles,
}

impl Ask {
    /// The message that asks.
    pub fn key(self) -> &'static str {
        match self {
            Self::Open => "ask-open",
            Self::Save => "ask-save",
            Self::Export => "ask-export",
            Self::Load => "ask-load",
            Self::SaveImage => "ask-save-image",
            Self::ExportFiles => "ask-export-files",
        }
    }

    /// A file that is there is asked for.
    pub fn opens(self) -> bool {
        matches!(self, Self::Open | Self::Load)
    }

    /// What to do with the path.
    pub fn with(self, path: PathBuf) -> Command {
        match self {
            Self::Open => Command::Open(path),
            Self::Save => Command::Save(path),
            Self::Export => Command::Export(path),
            Self::Load => Command::Load(path),
            Self::SaveImage => Command::SaveImage(path),
            Self::ExportFiles => Command::ExportFiles(path),
        }
    }
}

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

const fn key(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::NONE, key)
}

const fn shift(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::SHIFT, key)
}

const fn ctrl(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

macro_rules! bindings {
    ($([$($shortcut:expr),+] $name:literal => $command:expr;)*) => {
        vec![$(Binding { keys: const { &[$($shortcut),+] }, name: $name, command: $command },)*]
    };
}

/// The keyboard. Keys with modifiers come before the same keys without, because a shortcut matches additional Shift.
pub fn bindings() -> Vec<Binding> {
    bindings! {
        [shift(Key::ArrowRight), key(Key::F10)] "over" => Command::Over;
        [key(Key::Space), key(Key::ArrowRight)] "step" => Command::Step;
        [key(Key::ArrowLeft)] "back" => Command::Back;
        [key(Key::ArrowDown), key(Key::F11)] "into" => Command::Into;
        [key(Key::ArrowUp), shift(Key::F11)] "out" => Command::Out;
        [key(Key::C), key(Key::F5)] "continue" => Command::Continue;
        [key(Key::R)] "run-to-same" => Command::RunToSame;
        [key(Key::B), key(Key::F9)] "breakpoint" => Command::BreakpointHere;
        [key(Key::Home)] "home" => Command::Home;
        [key(Key::End)] "end" => Command::End;
        [key(Key::L)] "live" => Command::Live;
        [key(Key::P)] "play" => Command::PlayPause;
        [key(Key::Plus), key(Key::Equals)] "faster" => Command::Speed(true);
        [key(Key::Minus)] "slower" => Command::Speed(false);
        [ctrl(Key::Num1)] "tab-1" => Command::Tab(0);
        [ctrl(Key::Num2)] "tab-2" => Command::Tab(1);
        [ctrl(Key::Num3)] "tab-3" => Command::Tab(2);
        [ctrl(Key::Num4)] "tab-4" => Command::Tab(3);
        [ctrl(Key::Num5), key(Key::I)] "files" => Command::Files;
        [key(Key::Num1)] "level-story" => Command::Level(Level::Story);
        [key(Key::Num2)] "level-stage" => Command::Level(Level::Stage);
        [key(Key::Num3)] "level-kernel" => Command::Level(Level::Kernel);
        [key(Key::S)] "steps" => Command::Steps;
        [KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::O)] "load" => Command::LoadDialog;
        [ctrl(Key::O)] "open" => Command::OpenDialog;
        [ctrl(Key::S)] "save" => Command::SaveDialog;
        [ctrl(Key::E)] "export" => Command::ExportDialog;
        [ctrl(Key::Backtick)] "terminal" => Command::Terminal;
        [key(Key::F)] "presenter" => Command::Presenter;
        [key(Key::T)] "theme" => Command::OtherTheme;
        [key(Key::G)] "language" => Command::OtherLanguage;
        [key(Key::Questionmark), key(Key::F1), shift(Key::Slash)] "help" => Command::Help;
        [key(Key::Escape)] "escape" => Command::Escape;
    }
}
