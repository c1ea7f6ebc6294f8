//! What lies outside the window's data: files, dialogs, the engine, programs in terminals, the clipboard.

mod breaking;
mod isolation;
mod paths;
mod terminals;
mod traffic;

use super::command::Command;
use super::course::Course;
use super::engines::Engines;
use super::files::work::Bench;
use super::live::{self, BATCHES, Link, Wanted, Way};
use super::progress::Progress;
use super::source::{self, News};
use super::state::{Effect, Notice, On, Origin, WindowState};
use super::terminal::Terminals;
use crate::client::protocol::GateCommand;
use crate::client::{Client, ClientError, StartOptions};
use crate::docker::DiskUsage;
use crate::lesson::{self, Lesson};
use crate::spec::visible;
use crate::trace::{Code, Problem, StepKind};
use egui::{Context, Rect};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

/// How many seconds a message stays that nobody closes.
const GOOD_STAYS: f64 = 2.5;
const BAD_STAYS: f64 = 12.0;

/// Performs the window's effects: holds the link to the engine, the files and dialogs under way, the inspector's threads.
#[derive(Debug)]
pub struct EffectRunner {
    options: StartOptions,
    privileged: String,
    engines: Engines,
    reading: Option<Receiver<News>>,
    link: Option<Link>,
    asked: Option<Receiver<Option<Command>>>,
    bench: Bench,
    /// Why the engine did not do what it was told.
    refused: (Sender<Problem>, Receiver<Problem>),
    /// When it was looked last what a container uses, and who does that now.
    measuring: isolation::Measuring,
    /// Who asks for the counters of links.
    counting: traffic::Counting,
    shot: Option<paths::Shot>,
    diagram: Rect,
    /// Where the engine's gate was told to stop.
    stops: BTreeSet<StepKind>,
    /// Where it is kept how far lessons were taken, and what was kept there last.
    progress: Option<(PathBuf, Progress)>,
}

impl EffectRunner {
    /// Nothing connected.
    pub fn new(socket: Option<PathBuf>, root: Option<PathBuf>) -> Self {
        let options = StartOptions { root, socket, ends_with_us: true, ..StartOptions::default() };
        let privileged = live::privileged_command(&options).join(" ");
        Self {
            options,
            privileged,
            engines: Engines::default(),
            reading: None,
            link: None,
            asked: None,
            bench: Bench::default(),
            refused: channel(),
            measuring: isolation::Measuring::default(),
            counting: traffic::Counting::default(),
            shot: None,
            diagram: Rect::NOTHING,
            stops: BTreeSet::new(),
            progress: None,
        }
    }

    /// From now on it is kept there how far lessons were taken. Returns what is known from before.
    pub fn keep_progress(&mut self, path: PathBuf) -> Progress {
        let known = Progress::load(&path);
        self.progress = Some((path, known.clone()));
        known
    }

    /// The command that starts the engine with privileges.
    pub fn privileged(&self) -> &str {
        &self.privileged
    }

    /// Where the diagram is in the window.
    pub fn diagram_is_at(&mut self, rect: Rect) {
        self.diagram = rect;
    }

    /// The recording of the lesson, when it is part of the program.
    pub fn lesson_recording(&self, state: &WindowState) -> Option<(String, &'static [u8])> {
        let name = &state.course.as_ref()?.lesson().script.recording;
        lesson::recording(name).map(|bytes| (name.clone(), bytes))
    }

    /// What was chosen in a file dialog.
    pub fn asked(&mut self) -> Option<Command> {
        let answer = self.asked.as_ref()?.try_recv().ok()?;
        self.asked = None;
        answer
    }

    /// Takes news from wherever events come from.
    pub fn receive(&mut self, ctx: &Context, state: &mut WindowState) {
        let mut news = Vec::new();
        if let Some(reading) = &self.reading {
            news.extend(reading.try_iter());
        }
        if let Some(link) = &self.link {
            news.extend(link.news.try_iter().take(BATCHES));
        }
        for one in news {
            if matches!(one, News::Loaded(_) | News::Failed(_)) {
                self.reading = None;
            }
            state.receive(one);
        }
        let choosing = matches!(state.origin, Origin::Nothing | Origin::Failed(_));
        if let Some(engines) = self.engines.receive(choosing, &self.options, waker(ctx)) {
            state.engines = engines;
        }
        self.inspect(ctx, state);
        if let Ok(problem) = self.refused.1.try_recv() {
            fail(state, &problem);
        }
        self.picture(ctx, state);
        self.count(ctx, state);
    }

    /// Tells the engine something on a thread: it may have to wait at the gate.
    fn tell_engine<T>(
        &self,
        ctx: &Context,
        state: &mut WindowState,
        tell: impl FnOnce(&Client) -> Result<T, ClientError> + Send + 'static,
    ) {
        let Some(socket) = state.socket.clone() else {
            fail(state, &Problem::new(Code::TerminalNoEngine));
            return;
        };
        let refused = self.refused.0.clone();
        let wake = waker(ctx);
        std::thread::spawn(move || {
            if let Err(error) = Client::connect(&socket).and_then(|client| tell(&client)) {
                // The window may have been closed meanwhile.
                refused.send(error.problem).ok();
                wake();
            }
        });
    }

    /// Takes what became of the inspector's jobs, and begins those that follow.
    fn inspect(&mut self, ctx: &Context, state: &mut WindowState) {
        for (ticket, done) in self.bench.done() {
            state.told(ticket, &done);
            let orders = state.files.receive(ticket, done);
            self.bench.begin(orders, state.socket.as_deref(), waker(ctx));
        }
    }

    /// Tells the engine's gate where to stop, when that has changed.
    pub fn keep_stops(&mut self, state: &WindowState) {
        let Some(link) = self.link.as_ref().filter(|_| state.is_live()) else { return };
        let stops = state.stops();
        if stops != self.stops {
            self.stops.clone_from(&stops);
            link.order(GateCommand::Breakpoints { kinds: stops });
        }
    }

    /// Does it.
    pub fn act(
        &mut self,
        ctx: &Context,
        effect: Effect,
        state: &mut WindowState,
        terminals: &mut Terminals,
        lessons: &[Arc<Lesson>],
        typed: &mut String,
    ) {
        match effect {
            Effect::Gate(order) => {
                if let Some(link) = &self.link {
                    link.order(order);
                }
            }
            Effect::Inspect(orders) => self.bench.begin(orders, state.socket.as_deref(), waker(ctx)),
            Effect::ReadTrace(path) => {
                self.link = None;
                self.reading = Some(source::read(path, waker(ctx)));
            }
            Effect::ReadEmbedded => {
                if let Some((name, bytes)) = self.lesson_recording(state) {
                    state.origin = Origin::Reading(PathBuf::from(&name));
                    self.reading = Some(source::read_embedded(name, bytes, waker(ctx)));
                }
            }
            Effect::WriteTrace(path) => {
                let result = source::save(&state.trace, &path);
                let saved = result.is_ok();
                say(state, result, "notice-saved", &path);
                if let Some(next) = saved.then(|| state.was_saved()).flatten() {
                    self.act(ctx, next, state, terminals, lessons, typed);
                }
            }
            Effect::WriteDiagram(path) => self.export(ctx, state, path),
            Effect::SuggestPath(ask) => *typed = paths::suggestion(ask, state),
            Effect::FileDialog(ask) => self.browse(ctx, ask, state, typed),
            Effect::Connect { privileged } => self.connect(ctx, state, privileged),
            Effect::Attach(socket) => {
                let options = StartOptions { socket: Some(socket), lesson: None, ..self.options.clone() };
                self.begin(ctx, state, Wanted { options, way: Way::Attach });
            }
            Effect::Disconnect => {
                (self.link, self.reading) = (None, None);
                terminals.clear();
                terminals.field.empty();
            }
            Effect::OpenLesson { name, on } => {
                // Who steps through the engine of an earlier try lets go of it.
                (self.link, self.reading) = (None, None);
                terminals.clear();
                terminals.field.empty();
                if begin(state, lessons, &name) {
                    match on {
                        On::Engine => self.connect(ctx, state, false),
                        On::Recording(path) => {
                            state.origin = Origin::Reading(path.clone());
                            self.reading = Some(source::read(path, waker(ctx)));
                        }
                        On::Own => self.act(ctx, Effect::ReadEmbedded, state, terminals, lessons, typed),
                    }
                }
            }
            Effect::RunFor { line, until } => self.run_for(ctx, state, terminals, &line, until),
            Effect::TypeInto { terminal, text } => self.type_into(ctx, state, terminals, &terminal, &text),
            Effect::Terminal(command) => self.terminal(ctx, state, terminals, command),
            Effect::Breaking(command) => self.tamper(ctx, state, command),
            Effect::Isolation(command) => self.ask_container(ctx, state, command),
            // What comes of it comes with the trace.
            Effect::Walk(command) => self.tell_engine(ctx, state, move |client| client.walk(&command)),
            Effect::MeasureDisk => self.tell_engine(ctx, state, |client| client.get::<DiskUsage>("/system/df")),
            Effect::WritePacket(path) => paths::save_packet(state, &path),
            Effect::Prove(command) => self.tell_engine(ctx, state, move |client| client.reach(&command)),
            Effect::Unfocus => unfocus(ctx),
            Effect::Clipboard(text) => {
                ctx.copy_text(text);
                state.notify(Notice::good(state.words().say("notice-copied")));
            }
            Effect::OpenPage(url) => ctx.open_url(egui::OpenUrl::new_tab(url)),
        }
    }

    /// Writes how far lessons were taken, when that has changed.
    fn write_progress(&mut self, state: &mut WindowState) {
        let Some((path, kept)) = &mut self.progress else { return };
        if *kept == state.progress {
            return;
        }
        let written = state.progress.save(path, kept);
        // Said once: it is tried again with the next change.
        kept.clone_from(&state.progress);
        if let Err(problem) = written {
            fail(state, &problem);
        }
    }

    /// After a frame.
    pub fn finish(&mut self, ctx: &Context, state: &mut WindowState) {
        self.write_progress(state);
        self.measure(ctx, state);
        forget_notice(ctx, state);
    }

    fn connect(&mut self, ctx: &Context, state: &mut WindowState, privileged: bool) {
        // A lesson has an engine of its own.
        self.options.lesson = state.course.as_ref().map(|course| course.lesson().script.id.clone());
        self.privileged = live::privileged_command(&self.options).join(" ");
        let way = if privileged { Way::StartPrivileged } else { Way::FindOrStart };
        self.begin(ctx, state, Wanted { options: self.options.clone(), way });
    }

    fn begin(&mut self, ctx: &Context, state: &mut WindowState, wanted: Wanted) {
        state.origin = Origin::Connecting;
        self.link = Some(live::connect(wanted, waker(ctx)));
        self.stops.clear();
    }
}

/// Puts a lesson at its beginning. False when there is none of that name.
fn begin(state: &mut WindowState, lessons: &[Arc<Lesson>], name: &str) -> bool {
    state.start_page();
    let Some(number) = lessons.iter().position(|lesson| lesson::is_called(&lesson.folder, name)) else {
        state.receive(News::Failed(Problem::new(Code::LessonUnknown).with("name", name)));
        return false;
    };
    let course = Course::new(Arc::clone(&lessons[number])).followed_by(lessons.get(number + 1).cloned());
    state.course = Some(course);
    true
}

fn waker(ctx: &Context) -> impl Fn() + Clone + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}

fn fail(state: &mut WindowState, problem: &Problem) {
    state.notify(Notice::failure(&state.words(), problem));
}

/// A message goes by itself: good news soon, a failure when it could be read twice, and never while the pointer rests on it. That
/// the engine does not answer stays until it does.
fn forget_notice(ctx: &Context, state: &mut WindowState) {
    let Some(notice) = state.notice.as_ref().filter(|notice| !notice.lost) else { return };
    let stays = if notice.bad { BAD_STAYS } else { GOOD_STAYS };
    let id = egui::Id::unique("notice-since");
    let now = ctx.input(|input| input.time);
    let read = super::panels::steps::is_read(ctx);
    let what = (notice.text.clone(), notice.times);
    let since = ctx.data_mut(|data| {
        let entry = data.get_temp_mut_or_insert_with(id, || (what.clone(), now));
        if entry.0 != what || read {
            *entry = (what.clone(), now);
        }
        entry.1
    });
    if now - since > stays {
        state.notice = None;
        ctx.data_mut(|data| data.remove::<((String, u32), f64)>(id));
    } else {
        ctx.request_repaint_after_secs((stays + 0.1 - (now - since)) as f32);
    }
}

fn say(state: &mut WindowState, result: Result<(), Problem>, key: &str, path: &Path) {
    match result {
        Ok(()) => {
            let path = visible::path(path);
            let text = state.words().say_with(key, &[("path", path.as_str())]);
            state.notify(Notice::good(text));
        }
        Err(problem) => fail(state, &problem),
    }
}

fn unfocus(ctx: &Context) {
    if let Some(id) = ctx.memory(|memory| memory.focused()) {
        ctx.memory_mut(|memory| memory.surrender_focus(id));
    }
}
