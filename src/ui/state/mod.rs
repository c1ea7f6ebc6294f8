//! What the window shows, as data, and how commands and news change it. No window is needed to test it.

mod apply;
mod command;
mod face;
mod files;
mod follow;
mod gate;
mod leave;
mod lesson;
mod mover;
mod notice;
mod paths;
mod places;
mod playback;
mod prune;
mod reach;
mod resume;
mod source;
mod view;

pub use command::Command;
pub use face::Face;
pub use files::FilesCommand;
pub use follow::dropped;
pub use gate::{By, GateNote, GateState, Mode};
pub use leave::{Leave, On};
pub use lesson::LessonCommand;
pub use mover::{Mover, Place};
pub use notice::Notice;
pub use paths::{Ask, PathCommand};
pub use playback::PlaybackCommand;
pub use source::SourceCommand;
pub use view::ViewCommand;

use super::breaking::BreakingCommand;
use super::course::Course;
use super::diagrams::{Reaching, StorageView, Tab};
use super::engines::Running;
use super::files::{Files, Order};
use super::isolation::IsolationCommand;
use super::marks::StopMarks;
use super::progress::Progress;
use super::source::{News, Recording};
use super::terminal::TerminalCommand;
use super::traffic::Traffic;
use crate::client::protocol::{Caller, GateCommand};
use crate::i18n::{Lang, Veil, Words};
use crate::spool::Spool;
use crate::survival::prune::Prune;
use crate::trace::{
    Base, Body, Code, Cursor, Direction, Entity, Event, Level, OpId, OpKind, Outcome, Problem, Step, StepKind,
    StepRecord, Trace, TraceError, World, log::Torn,
};
use std::collections::{BTreeMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How fast playback can be, in steps a second.
pub const SPEEDS: [f32; 6] = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0];

/// Where the events come from.
#[derive(Debug, Clone, PartialEq)]
pub enum Origin {
    /// Nothing is loaded: the start page.
    Nothing,
    /// A recording is being read.
    Reading(PathBuf),
    /// The engine is looked for, or started.
    Connecting,
    /// An engine.
    Live,
    /// A recording.
    Recorded {
        /// The file.
        path: PathBuf,
        /// Its last line, when it was cut off.
        torn: Option<Torn>,
    },
    /// It could not be had.
    Failed(Problem),
}

/// What lies over the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// The keys.
    Help,
    /// Operations, steps and breakpoints.
    Steps,
    /// A thing is looked for.
    Find,
    /// A path is asked for.
    Ask(Ask),
    /// Whether a recording may be lost.
    Leave,
}

impl Overlay {
    /// The command that opens it and closes it again; a question of the window has none.
    pub fn opened_by(self) -> Option<ViewCommand> {
        match self {
            Self::Help => Some(ViewCommand::Help),
            Self::Steps => Some(ViewCommand::Steps),
            Self::Find => Some(ViewCommand::Find),
            Self::Ask(_) | Self::Leave => None,
        }
    }
}

/// What the application must do that reaches beyond the window's own data.
#[derive(Debug)]
pub enum Effect {
    /// Tell the engine's gate.
    Gate(GateCommand),
    /// Do these jobs of the inspector.
    Inspect(Vec<Order>),
    /// Read a recording.
    ReadTrace(PathBuf),
    /// Read the recording that is part of the lesson.
    ReadEmbedded,
    /// Write the trace there.
    WriteTrace(PathBuf),
    /// Write the diagram there.
    WriteDiagram(PathBuf),
    /// Write the packet that is looked at there.
    WritePacket(PathBuf),
    /// Put a path into the field that asks for one.
    SuggestPath(Ask),
    /// Show the system's file dialog.
    FileDialog(Ask),
    /// Connect to the engine.
    Connect {
        /// Start it with privileges.
        privileged: bool,
    },
    /// Connect to the engine that listens there.
    Attach(PathBuf),
    /// Leave the source.
    Disconnect,
    /// Find a lesson, and what it is played on.
    OpenLesson {
        /// Its folder, number or slug.
        name: String,
        /// What it is played on.
        on: On,
    },
    /// Run a lesson's command line, and have the gate rest before that kind.
    RunFor {
        /// The command.
        line: String,
        /// Where it rests.
        until: Option<StepKind>,
    },
    /// Type into a lesson's terminal.
    TypeInto {
        /// Which.
        terminal: crate::lesson::Terminal,
        /// What.
        text: String,
    },
    /// Terminals hold programs: what is wanted of them is nothing that the state knows.
    Terminal(TerminalCommand),
    /// The built-in registry is the engine's.
    Breaking(BreakingCommand),
    /// The container is the engine's.
    Isolation(IsolationCommand),
    /// Ask the engine's kernel who reaches whom; of one pair where one is named.
    Prove(crate::client::protocol::ReachCommand),
    /// Have the engine count what is on the disk.
    MeasureDisk,
    /// Have the engine send a packet and follow it.
    Walk(crate::client::protocol::WalkCommand),
    /// Give the keys back to the window.
    Unfocus,
    /// Put text on the clipboard.
    Clipboard(String),
    /// Show a page in the browser.
    OpenPage(String),
}

/// So many events take longer to read than a person notices.
const MUCH: u64 = 1000;

/// What the window shows.
#[derive(Debug)]
pub struct WindowState {
    /// Where the events come from.
    pub origin: Origin,
    /// All events so far.
    pub trace: Trace,
    /// Where one looks.
    pub cursor: Cursor,
    /// The timeline's index.
    pub marks: StopMarks,
    /// The selected thing.
    pub selection: Option<Entity>,
    /// What the lesson selected, until the next step.
    pointed: Option<Entity>,
    /// The language.
    pub lang: Lang,
    /// Dark or light.
    pub dark: bool,
    /// The picture alone and large, before a class.
    pub presenter: bool,
    /// The same in a window of its own, for a second screen.
    pub second: bool,
    /// The diagram.
    pub tab: Tab,
    /// What is looked at where it is asked who reaches whom.
    pub reaching: Reaching,
    /// How the storage picture shows it.
    pub storage: StorageView,
    /// The prune that was chosen, to see what it would take away; none where none is looked at.
    prune: Option<Prune>,
    /// The operation at the gate that prunes otherwise than what was chosen.
    unlike: Option<OpId>,
    /// Shows the diagram that the step changes.
    pub follow: bool,
    /// Steps a second.
    pub speed: f32,
    /// Begins anew at the end.
    pub looped: bool,
    /// What lies over the window.
    pub overlay: Option<Overlay>,
    /// What is looked for.
    pub finding: String,
    /// A short message.
    pub notice: Option<Notice>,
    /// The failures that were told, the latest first.
    pub failures: VecDeque<Notice>,
    /// Steps that wait at the engine's gate, oldest first.
    pub waiting: Vec<Step>,
    /// The engine's gate, beside what waits at it.
    pub gate: GateState,
    /// The live engine does not answer now; it is asked again and again.
    pub lost: bool,
    /// Where the live engine listens.
    pub socket: Option<PathBuf>,
    /// What passes links now, while the network picture of a live engine is looked at.
    pub traffic: Option<Traffic>,
    /// What the line of a terminal that is pointed at speaks of.
    pub told: Vec<Entity>,
    /// The shape that is pointed at, or has the keys.
    pub touched: Option<Entity>,
    /// Engines that run on this machine, while it is of interest.
    pub engines: Vec<Running>,
    /// The lesson.
    pub course: Option<Course>,
    /// The layer inspector.
    pub files: Files,
    /// What is being stopped or deleted at the cursor, or was last, and before that.
    survival: Vec<places::Survivors>,
    /// What was predicted of it: of which operation, and which of its places.
    foretold: BTreeMap<(OpId, usize), bool>,
    /// Steps the engine by itself: the time since the last step.
    stepping: Option<Duration>,
    /// Plays until that position.
    until: Option<u64>,
    /// The lesson's question that stands in the way.
    pub asks: Option<String>,
    /// How far lessons were taken.
    pub progress: Progress,
    /// How long the trace was when it was saved last.
    saved: u64,
    /// Where one wants to go, and was asked whether the recording may be lost.
    leaving: Option<Leave>,
    /// The lesson is taken up at that page: those before it are being done again.
    forward_to: Option<usize>,
    world: World,
    changed: Vec<Entity>,
    /// The last observation before the cursor, and the World it was applied to.
    happened: Option<(Arc<Event>, World)>,
    /// What failed in the step before the cursor.
    failed: Option<Problem>,
    /// The engine's past has been read: what comes now happens now.
    caught_up: bool,
    shown: Option<u64>,
    /// The latest packet that was followed, at the cursor.
    walked: Option<crate::trace::WalkId>,
}

impl Default for WindowState {
    fn default() -> Self {
        Self {
            origin: Origin::Nothing,
            trace: Trace::default(),
            cursor: Cursor::default(),
            marks: StopMarks::default(),
            selection: None,
            pointed: None,
            lang: Lang::Ko,
            dark: true,
            presenter: false,
            second: false,
            tab: Tab::default(),
            reaching: Reaching::default(),
            storage: StorageView::default(),
            prune: None,
            unlike: None,
            follow: true,
            speed: 1.0,
            looped: false,
            overlay: None,
            finding: String::new(),
            notice: None,
            failures: VecDeque::new(),
            traffic: None,
            told: Vec::new(),
            touched: None,
            waiting: Vec::new(),
            gate: GateState::default(),
            lost: false,
            socket: None,
            engines: Vec::new(),
            course: None,
            files: Files::default(),
            survival: Vec::new(),
            foretold: BTreeMap::new(),
            stepping: None,
            until: None,
            asks: None,
            progress: Progress::default(),
            saved: 0,
            leaving: None,
            forward_to: None,
            world: World::default(),
            changed: Vec::new(),
            happened: None,
            failed: None,
            caught_up: false,
            shown: None,
            walked: None,
        }
    }
}

impl WindowState {
    /// Nothing loaded, in that language.
    pub fn new(lang: Lang) -> Self {
        Self { lang, ..Self::default() }
    }

    /// The World at the cursor.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the step before the cursor changed.
    pub fn changed(&self) -> &[Entity] {
        &self.changed
    }

    /// What happened last before the cursor, in a sentence.
    pub fn happened(&self, words: &Words) -> Option<String> {
        let (event, before) = self.happened.as_ref()?;
        self.probed(event, words).or_else(|| Some(words.narrate(event, before)))
    }

    /// What failed in the step before the cursor.
    pub fn failed(&self) -> Option<&Problem> {
        self.failed.as_ref()
    }

    /// The window's words.
    pub fn words(&self) -> Words {
        Words::new(self.lang).veiling(self.veiled())
    }

    /// Events come from an engine.
    pub fn is_live(&self) -> bool {
        self.origin == Origin::Live
    }

    /// An engine, and it answers.
    pub fn answers(&self) -> bool {
        self.is_live() && !self.lost
    }

    /// An engine is telling what has happened since it began, and that is much: no moment of it is worth a picture.
    pub fn is_reading(&self) -> bool {
        self.is_live() && !self.caught_up && self.trace.len() - self.trace.start() > MUCH
    }

    /// There is something to look at.
    pub fn has_trace(&self) -> bool {
        matches!(self.origin, Origin::Live | Origin::Recorded { .. })
    }

    /// The cursor stands at the end.
    pub fn at_end(&self) -> bool {
        self.cursor.position() >= self.trace.len()
    }

    /// A step that moves on has to go through the engine's gate.
    pub fn steps_the_engine(&self) -> bool {
        self.is_live() && self.at_end()
    }

    /// The step that comes next at the cursor.
    pub fn next(&self) -> Option<StepRecord> {
        if self.steps_the_engine()
            && let Some(step) = self.waiting.first()
        {
            return self.trace.step(step.id);
        }
        let position = self.cursor.position();
        // Between two stops (at the very beginning, say) the next stop's step is what comes.
        let later = || self.trace.step(self.marks.stops().get(self.marks.reached(position))?.step);
        self.trace.next_step(position).or_else(later)
    }

    /// The step that the cursor has just come past.
    pub fn last(&self) -> Option<StepRecord> {
        let before = self.marks.reached(self.cursor.position().saturating_sub(u64::from(!self.at_end_of_all())));
        self.trace.step(self.marks.stops().get(before.checked_sub(1)?)?.step)
    }

    fn at_end_of_all(&self) -> bool {
        self.at_end() && self.trace.next_step(self.cursor.position()).is_none()
    }

    /// Nanoseconds since the trace began.
    pub fn time(&self) -> u64 {
        let position = self.cursor.position();
        // The event before the first that is kept is gone, and its time with it.
        let event = if position == self.trace.start() && position > 0 { position + 1 } else { position };
        self.trace.event(event).map_or(0, |event| event.at)
    }
}
