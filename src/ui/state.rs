//! What the window shows, as data, and how commands change it. No window is needed to test it.

use super::command::Command;
use super::diagrams::Tab;
use super::marks::Marks;
use super::source::{News, Recording};
use crate::i18n::{Lang, Words};
use crate::trace::{
    Body, Cursor, Direction, Entity, Level, Problem, Step, StepKind, StepRecord, Trace, TraceError, World, log::Torn,
};
use std::path::PathBuf;
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
}

/// What a command asks of the world outside the window's own data.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the engine's gate.
    Gate(Command),
    /// Read a recording.
    Read(PathBuf),
    /// Ask for a recording to open.
    AskOpen,
    /// Ask where to save the recording.
    AskSave,
    /// Ask where to save the diagram.
    AskExport,
    /// Save the recording.
    Save(PathBuf),
    /// Save the diagram.
    Export(PathBuf),
    /// Connect to the engine.
    Connect {
        /// Start it with privileges.
        privileged: bool,
    },
    /// Leave the source.
    Disconnect,
    /// Open a lesson.
    Lesson(String),
    /// Run this in a terminal.
    Run(String),
    /// Open a shell on the lab host.
    HostShell,
    /// Show, hide or focus the terminals.
    Terminal,
    /// Show that terminal.
    ShowTerminal(usize),
    /// End that terminal.
    CloseTerminal(usize),
    /// Give the keys back to the window.
    Unfocus,
    /// Put text on the clipboard.
    Copy(String),
}

/// A short message over the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Notice {
    /// What it says.
    pub text: String,
    /// It says that something failed.
    pub bad: bool,
}

/// What the window shows.
#[derive(Debug)]
pub struct Shell {
    /// Where the events come from.
    pub origin: Origin,
    /// All events so far.
    pub trace: Trace,
    /// Where one looks.
    pub cursor: Cursor,
    /// The timeline's index.
    pub marks: Marks,
    /// The selected thing.
    pub selection: Option<Entity>,
    /// The language.
    pub lang: Lang,
    /// Dark or light.
    pub dark: bool,
    /// Large, for a class.
    pub presenter: bool,
    /// The diagram.
    pub tab: Tab,
    /// Shows the diagram that the step changes.
    pub follow: bool,
    /// Steps a second.
    pub speed: f32,
    /// Begins anew at the end.
    pub looped: bool,
    /// What lies over the window.
    pub overlay: Option<Overlay>,
    /// A short message.
    pub notice: Option<Notice>,
    /// Steps that wait at the engine's gate, oldest first.
    pub waiting: Vec<Step>,
    /// Where the live engine listens.
    pub socket: Option<PathBuf>,
    world: World,
    changed: Vec<Entity>,
    shown: Option<u64>,
}

impl Default for Shell {
    fn default() -> Self {
        Self {
            origin: Origin::Nothing,
            trace: Trace::default(),
            cursor: Cursor::default(),
            marks: Marks::default(),
            selection: None,
            lang: Lang::Ko,
            dark: true,
            presenter: false,
            tab: Tab::default(),
            follow: true,
            speed: 1.0,
            looped: false,
            overlay: None,
            notice: None,
            waiting: Vec::new(),
            socket: None,
            world: World::default(),
            changed: Vec::new(),
            shown: None,
        }
    }
}

impl Shell {
    /// The World at the cursor.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// What the step before the cursor changed.
    pub fn changed(&self) -> &[Entity] {
        &self.changed
    }

    /// The window's words.
    pub fn words(&self) -> Words {
        Words::new(self.lang)
    }

    /// Events come from an engine.
    pub fn is_live(&self) -> bool {
        self.origin == Origin::Live
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
    pub fn next(&self) -> Option<&StepRecord> {
        if self.steps_the_engine()
            && let Some(step) = self.waiting.first()
        {
            return self.trace.step(step.id);
        }
        self.trace.next_step(self.cursor.position())
    }

    /// The step that the cursor has just come past.
    pub fn last(&self) -> Option<&StepRecord> {
        let before = self.marks.reached(self.cursor.position().saturating_sub(u64::from(!self.at_end_of_all())));
        self.trace.step(self.marks.stops().get(before.checked_sub(1)?)?.step)
    }

    fn at_end_of_all(&self) -> bool {
        self.at_end() && self.trace.next_step(self.cursor.position()).is_none()
    }

    /// Nanoseconds since the trace began.
    pub fn time(&self) -> u64 {
        self.trace.event(self.cursor.position()).map_or(0, |event| event.at)
    }

    /// Takes what a source says.
    pub fn hear(&mut self, news: News) {
        match news {
            News::Loaded(recording) => self.load(*recording),
            News::Connected { socket } => {
                *self = Self { origin: Origin::Live, socket: Some(socket), ..self.emptied() };
            }
            News::Lost(problem) => {
                self.waiting.clear();
                self.notice = Some(Notice { text: self.words().problem(&problem), bad: true });
            }
            News::Nothing => return,
            News::Events(events) => {
                if let Err(error) = events.into_iter().try_for_each(|event| self.trace.push(event)) {
                    self.origin = Origin::Failed(broken_stream(&error));
                }
                self.cursor.follow(&self.trace);
            }
            News::Waiting(steps) => self.waiting = steps,
            News::Failed(problem) => self.origin = Origin::Failed(problem),
        }
        self.refresh();
    }

    fn load(&mut self, recording: Recording) {
        let Recording { path, trace, torn } = recording;
        *self = Self { origin: Origin::Recorded { path, torn }, trace, ..self.emptied() };
        // A recording is met at its first step, not before everything.
        self.cursor.seek(&self.trace, 0);
        self.cursor.step(&self.trace);
    }

    /// The same settings, nothing loaded.
    fn emptied(&self) -> Self {
        let mut cursor = Cursor::default();
        cursor.set_level(self.cursor.level());
        self.cursor.breakpoints().iter().for_each(|kind| cursor.toggle_breakpoint(*kind));
        Self {
            cursor,
            lang: self.lang,
            dark: self.dark,
            presenter: self.presenter,
            tab: self.tab,
            follow: self.follow,
            speed: self.speed,
            looped: self.looped,
            ..Self::default()
        }
    }

    /// Time passes. True while it plays.
    pub fn tick(&mut self, passed: Duration) -> bool {
        if self.cursor.tick(&self.trace, passed) {
            self.refresh();
        }
        self.cursor.playback().is_some()
    }

    /// Does what the user wants; what reaches beyond the window's data is returned.
    pub fn apply(&mut self, command: Command) -> Option<Effect> {
        let effect = self.change(command);
        self.refresh();
        effect
    }

    fn change(&mut self, command: Command) -> Option<Effect> {
        use Command as C;
        let engine = self.steps_the_engine();
        match command {
            C::Step | C::Over | C::Out | C::Continue | C::RunTo(_) if engine => return Some(Effect::Gate(command)),
            C::Into => {
                self.cursor.set_level(finer(self.cursor.level()));
                if engine {
                    return Some(Effect::Gate(C::Step));
                }
                self.cursor.step(&self.trace);
            }
            C::Step => drop(self.cursor.step(&self.trace)),
            C::Back => drop(self.cursor.back(&self.trace)),
            C::Over => drop(self.cursor.over(&self.trace)),
            C::Out => drop(self.cursor.out(&self.trace)),
            C::Continue => drop(self.cursor.run(&self.trace)),
            C::RunTo(kind) => drop(self.cursor.run_to(&self.trace, kind)),
            C::RunToSame => {
                let kind = self.next().map(|record| record.step.plan.kind)?;
                return self.change(C::RunTo(kind));
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
                return engine.then_some(Effect::Gate(C::Level(level)));
            }
            C::Breakpoint(kind) => return self.toggle_breakpoint(kind),
            C::BreakpointHere => {
                let kind = self.next().map(|record| record.step.plan.kind)?;
                return self.toggle_breakpoint(kind);
            }
            C::Select(entity) => self.selection = entity,
            C::Tab(index) => {
                self.tab = Tab::ALL.get(index).copied().unwrap_or(self.tab);
                self.follow = false;
            }
            C::NextTab(forward) => self.next_tab(forward),
            C::Follow => {
                self.follow = !self.follow;
                // The next refresh shows the diagram of the present step.
                self.shown = None;
            }
            C::Language(lang) => self.lang = lang,
            C::OtherLanguage => self.lang = if self.lang == Lang::Ko { Lang::En } else { Lang::Ko },
            C::OtherTheme => self.dark = !self.dark,
            C::Presenter => self.presenter = !self.presenter,
            C::Help => self.toggle(Overlay::Help),
            C::Steps => self.toggle(Overlay::Steps),
            C::Escape => return self.escape(),
            C::StartPage => {
                *self = self.emptied();
                return Some(Effect::Disconnect);
            }
            C::Open(path) => {
                self.origin = Origin::Reading(path.clone());
                return Some(Effect::Read(path));
            }
            C::StartEngine | C::StartPrivileged => {
                self.origin = Origin::Connecting;
                return Some(Effect::Connect { privileged: command == C::StartPrivileged });
            }
            C::OpenDialog => return Some(Effect::AskOpen),
            C::SaveDialog => return self.has_trace().then_some(Effect::AskSave),
            C::ExportDialog => return self.has_trace().then_some(Effect::AskExport),
            C::Save(path) => return Some(Effect::Save(path)),
            C::Export(path) => return Some(Effect::Export(path)),
            C::Lesson(slug) => return Some(Effect::Lesson(slug)),
            C::Terminal => return Some(Effect::Terminal),
            C::Run(line) => return Some(Effect::Run(line)),
            C::HostShell => return Some(Effect::HostShell),
            C::ShowTerminal(number) => return Some(Effect::ShowTerminal(number)),
            C::CloseTerminal(number) => return Some(Effect::CloseTerminal(number)),
            C::Copy(text) => return Some(Effect::Copy(text)),
        }
        None
    }

    fn play_or_pause(&mut self) {
        if self.cursor.playback().is_some() {
            self.cursor.pause();
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

    fn toggle_breakpoint(&mut self, kind: StepKind) -> Option<Effect> {
        self.cursor.toggle_breakpoint(kind);
        self.is_live().then_some(Effect::Gate(Command::Breakpoint(kind)))
    }

    fn next_tab(&mut self, forward: bool) {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let step = if forward { 1 } else { Tab::ALL.len() - 1 };
        self.tab = Tab::ALL[(at + step) % Tab::ALL.len()];
        self.follow = false;
    }

    fn toggle(&mut self, overlay: Overlay) {
        self.overlay = if self.overlay == Some(overlay) { None } else { Some(overlay) };
    }

    fn escape(&mut self) -> Option<Effect> {
        if self.overlay.take().is_none() && self.notice.take().is_none() {
            if self.presenter {
                self.presenter = false;
            } else {
                self.selection = None;
            }
        }
        Some(Effect::Unfocus)
    }

    /// Brings everything that follows from trace and cursor up to date; free when neither moved.
    pub fn refresh(&mut self) {
        self.marks.update(&self.trace, self.cursor.level());
        let position = self.cursor.position();
        if self.shown == Some(position) {
            return;
        }
        self.world = self.trace.seek(position);
        let before = position.saturating_sub(u64::from(!self.at_end_of_all()));
        let from = match self.marks.reached(before) {
            0 => 0,
            reached => self.marks.stops()[reached - 1].seq,
        };
        let last_tab = self.look_at_changes(from, position);
        if self.follow {
            self.tab = last_tab.unwrap_or(self.tab);
        }
        self.shown = Some(position);
    }

    /// Collects what the events of `from..=to` changed, and finds the diagram on which it is seen best.
    fn look_at_changes(&mut self, from: u64, to: u64) -> Option<Tab> {
        self.changed.clear();
        let mut tab = None;
        let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
        for event in self.trace.events().get(range).unwrap_or_default() {
            let Body::Observed { step, change, .. } = &event.body else { continue };
            let entity = change.entity();
            if !self.changed.contains(&entity) {
                self.changed.push(entity);
            }
            let kind = step.and_then(|id| self.trace.step(id)).map(|record| record.step.plan.kind);
            tab = kind.and_then(Tab::for_step).or(tab);
        }
        tab
    }
}

fn finer(level: Level) -> Level {
    match level {
        Level::Story => Level::Stage,
        Level::Stage | Level::Kernel => Level::Kernel,
    }
}

fn broken_stream(error: &TraceError) -> Problem {
    Problem::new("stream-broken").with("reason", error)
}
