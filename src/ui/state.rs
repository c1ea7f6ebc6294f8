//! What the window shows, as data, and how commands change it. No window is needed to test it.

use super::command::{Ask, Command};
use super::course::Course;
use super::diagrams::Tab;
use super::marks::Marks;
use super::source::{News, Recording};
use crate::i18n::{Lang, Words};
use crate::trace::{
    Body, Cursor, Direction, Entity, Event, Level, Problem, Step, StepKind, StepRecord, Trace, TraceError, World,
    log::Torn,
};
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
    /// A path is asked for.
    Ask(Ask),
}

/// What a command asks of the world outside the window's own data.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Tell the engine's gate.
    Gate(Command),
    /// Read a recording.
    Read(PathBuf),
    /// Show the system's file dialog.
    Browse(Ask),
    /// Prepare to ask for a path.
    Asking(Ask),
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
    /// Open a lesson on that recording.
    LessonOn(String, PathBuf),
    /// Play the lesson's recording.
    LessonRecording,
    /// Run a lesson's command, and rest before that kind.
    LessonRun {
        /// The command.
        line: String,
        /// Where it rests.
        until: Option<StepKind>,
    },
    /// Type into a lesson's terminal.
    LessonType {
        /// Which.
        terminal: crate::lesson::Terminal,
        /// What.
        text: String,
    },
    /// Run this in a terminal.
    Run(String),
    /// Open a shell on the lab host.
    HostShell,
    /// Focus the terminal, or not.
    Terminal,
    /// Show or hide the terminals.
    Dock,
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
    /// It says that the engine does not answer, until it does.
    pub lost: bool,
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
    /// The lesson.
    pub course: Option<Course>,
    /// Steps the engine by itself: the time since the last step.
    stepping: Option<Duration>,
    /// Plays until that position.
    until: Option<u64>,
    world: World,
    changed: Vec<Entity>,
    /// The last observation before the cursor, and the World it was applied to.
    happened: Option<(Arc<Event>, World)>,
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
            course: None,
            stepping: None,
            until: None,
            world: World::default(),
            changed: Vec::new(),
            happened: None,
            shown: None,
        }
    }
}

impl Shell {
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
        self.happened.as_ref().map(|(event, before)| words.narrate(event, before))
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
        let position = self.cursor.position();
        // Between two stops (at the very beginning, say) the next stop's step is what comes.
        let later = || self.trace.step(self.marks.stops().get(self.marks.reached(position))?.step);
        self.trace.next_step(position).or_else(later)
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
                let course = self.course.as_ref().map(Course::restarted);
                *self = Self { origin: Origin::Live, socket: Some(socket), course, ..self.emptied() };
                self.attend();
            }
            News::Lost(problem) => {
                self.waiting.clear();
                self.notice = Some(Notice { text: self.words().problem(&problem), bad: true, lost: true });
            }
            News::Nothing => return,
            News::Events(events) => {
                self.notice = self.notice.take().filter(|notice| !notice.lost);
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
        let mut course = self.course.as_ref().map(Course::restarted);
        if let Some(course) = &mut course {
            course.plays(&trace);
        }
        *self = Self { origin: Origin::Recorded { path, torn }, trace, course, ..self.emptied() };
        self.cursor.seek(&self.trace, 0);
        if self.course.is_none() {
            // A recording is met at its first step, not before everything.
            self.cursor.step(&self.trace);
        }
        self.refresh();
        self.attend();
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

    /// It moves by itself.
    pub fn is_playing(&self) -> bool {
        self.cursor.playback().is_some() || self.stepping.is_some()
    }

    /// Time passes.
    pub fn tick(&mut self, passed: Duration) -> Option<Effect> {
        if let Some(since) = &mut self.stepping {
            *since += passed;
            if since.as_secs_f32() * self.speed >= 1.0 && !self.waiting.is_empty() {
                *since = Duration::ZERO;
                return Some(Effect::Gate(Command::Step));
            }
        }
        if self.cursor.tick(&self.trace, passed) {
            if let Some(until) = self.until.filter(|until| self.cursor.position() >= *until) {
                self.cursor.seek(&self.trace, until);
                self.until = None;
                self.refresh();
                self.attend();
            }
            self.refresh();
        }
        None
    }

    /// Shows what the lesson's step is about.
    fn attend(&mut self) {
        let Some(course) = &self.course else { return };
        let view = course.view(self.lang);
        if let Some(tab) = view.tab {
            self.tab = diagram_of(tab);
        }
        let focus = view.focus.and_then(|focus| focus.entity(&self.world));
        self.selection = focus.or(self.selection.take());
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
            C::Step | C::Over | C::Out | C::Continue | C::RunTo(_) if engine => {
                self.cursor.jump_to_live(&self.trace);
                return Some(Effect::Gate(command));
            }
            C::Into => {
                self.cursor.set_level(finer(self.cursor.level()));
                if engine {
                    self.cursor.jump_to_live(&self.trace);
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
                self.overlay = None;
                self.course = None;
                self.origin = Origin::Reading(path.clone());
                return Some(Effect::Read(path));
            }
            C::StartEngine => return self.connect(false),
            C::StartPrivileged => return self.connect(true),
            C::OpenDialog => return self.ask(Ask::Open),
            C::SaveDialog if self.has_trace() => return self.ask(Ask::Save),
            C::ExportDialog if self.has_trace() => return self.ask(Ask::Export),
            C::SaveDialog | C::ExportDialog => {}
            C::Browse(ask) => return Some(Effect::Browse(ask)),
            C::Save(path) => {
                self.overlay = None;
                return Some(Effect::Save(path));
            }
            C::Export(path) => {
                self.overlay = None;
                return Some(Effect::Export(path));
            }
            C::Lesson(folder) => return Some(Effect::Lesson(folder)),
            C::LessonOn(folder, path) => return Some(Effect::LessonOn(folder, path)),
            C::LessonRecording => return Some(Effect::LessonRecording),
            C::LessonGo(_) | C::LessonRun | C::LessonType | C::LessonGoOn | C::Predict(..) | C::Tell(_) => {
                return self.teach(command);
            }
            C::Dock => return Some(Effect::Dock),
            C::Terminal => return Some(Effect::Terminal),
            C::Run(line) => return Some(Effect::Run(line)),
            C::HostShell => return Some(Effect::HostShell),
            C::ShowTerminal(number) => return Some(Effect::ShowTerminal(number)),
            C::CloseTerminal(number) => return Some(Effect::CloseTerminal(number)),
            C::Copy(text) => return Some(Effect::Copy(text)),
        }
        None
    }

    fn connect(&mut self, privileged: bool) -> Option<Effect> {
        self.origin = Origin::Connecting;
        Some(Effect::Connect { privileged })
    }

    fn ask(&mut self, ask: Ask) -> Option<Effect> {
        self.overlay = Some(Overlay::Ask(ask));
        Some(Effect::Asking(ask))
    }

    fn teach(&mut self, command: Command) -> Option<Effect> {
        let live = self.is_live();
        let course = self.course.as_mut()?;
        let step = course.runner().step().clone();
        match command {
            Command::LessonGo(number) => {
                let before = number.checked_sub(1).filter(|_| !live);
                let begins = before.map_or(0, |before| {
                    course.go_to(before);
                    course.rest().unwrap_or(0)
                });
                course.go_to(number);
                if !live {
                    self.until = None;
                    self.cursor.seek(&self.trace, begins);
                }
                self.refresh();
                self.look();
                self.attend();
            }
            Command::Predict(question, choice) => course.predict(&question, choice),
            Command::Tell(question) => course.tell(&question, &self.world),
            Command::LessonRun | Command::LessonType | Command::LessonGoOn if !live => {
                self.until = course.rest().filter(|rest| *rest > self.cursor.position());
                if self.until.is_some() {
                    self.cursor.play(Direction::Forward, self.speed.max(2.0), false);
                }
            }
            Command::LessonRun => return Some(Effect::LessonRun { line: step.run?, until: step.stop_at }),
            Command::LessonType => {
                return Some(Effect::LessonType { terminal: step.terminal?, text: step.types? });
            }
            Command::LessonGoOn => {
                self.cursor.jump_to_live(&self.trace);
                return Some(Effect::Gate(Command::RunTo(step.stop_at?)));
            }
            _ => {}
        }
        None
    }

    fn look(&mut self) {
        if let Some(course) = &mut self.course {
            course.look(&self.trace, self.cursor.position(), &self.world);
        }
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
        self.look();
    }

    /// Collects what the events of `from..=to` changed, and finds the diagram on which it is seen best.
    fn look_at_changes(&mut self, from: u64, to: u64) -> Option<Tab> {
        self.changed.clear();
        self.happened = None;
        let (mut tab, mut last) = (None, None);
        let range = usize::try_from(from).unwrap_or(0)..usize::try_from(to).unwrap_or(0);
        for event in self.trace.events().get(range).unwrap_or_default() {
            let Body::Observed { step, change, .. } = &event.body else { continue };
            last = Some(event);
            let entity = change.entity();
            if !self.changed.contains(&entity) {
                self.changed.push(entity);
            }
            let kind = step.and_then(|id| self.trace.step(id)).map(|record| record.step.plan.kind);
            tab = kind.and_then(Tab::for_step).or(tab);
        }
        self.happened = last.map(|event| (Arc::clone(event), self.trace.seek(event.seq - 1)));
        tab
    }
}

/// The diagram that a lesson names.
fn diagram_of(tab: crate::lesson::Tab) -> Tab {
    use crate::lesson::Tab as Named;
    match tab {
        Named::Image => Tab::Image,
        Named::Layers => Tab::Layers,
        Named::Network => Tab::Network,
        Named::Storage => Tab::Storage,
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
