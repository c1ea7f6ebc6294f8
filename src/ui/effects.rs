//! What lies outside the window's data: files, dialogs, the engine, programs in terminals, the clipboard.

use super::command::{Ask, Command};
use super::course::Course;
use super::files::work::Bench;
use super::live::{self, Link, Wanted};
use super::source::{self, News};
use super::state::{Effect, Notice, Origin, WindowState};
use super::terminal::{Terminals, split};
use super::{export, theme::Theme};
use crate::client::protocol::GateCommand;
use crate::client::{Client, ClientError, StartOptions, place};
use crate::lesson::{self, Lesson};
use crate::spec::visible;
use crate::trace::{Problem, StepKind};
use egui::{Context, Rect};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// Performs the window's effects: holds the link to the engine, the files and dialogs under way, the inspector's threads.
#[derive(Debug)]
pub struct EffectRunner {
    options: StartOptions,
    privileged: String,
    reading: Option<Receiver<News>>,
    link: Option<Link>,
    asked: Option<Receiver<Option<Command>>>,
    bench: Bench,
    told: Option<Receiver<Problem>>,
    shot: Option<Shot>,
    diagram: Rect,
}

/// A picture of the window that was asked for.
#[derive(Debug)]
struct Shot {
    path: PathBuf,
    taken: Option<Receiver<Arc<egui::ColorImage>>>,
}

impl EffectRunner {
    /// Nothing connected.
    pub fn new(socket: Option<PathBuf>, root: Option<PathBuf>) -> Self {
        let options = StartOptions { root, socket, mode: None, ends_with_us: true };
        let privileged = live::privileged_command(&options).join(" ");
        Self {
            options,
            privileged,
            reading: None,
            link: None,
            asked: None,
            bench: Bench::default(),
            told: None,
            shot: None,
            diagram: Rect::NOTHING,
        }
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
            news.extend(link.news.try_iter());
        }
        for one in news {
            if matches!(one, News::Loaded(_) | News::Failed(_)) {
                self.reading = None;
            }
            state.receive(one);
        }
        self.inspect(ctx, state);
        if let Some(problem) = self.told.as_ref().and_then(|told| told.try_recv().ok()) {
            fail(state, &problem);
        }
        self.picture(ctx, state);
    }

    /// Takes what became of the inspector's jobs, and begins those that follow.
    fn inspect(&mut self, ctx: &Context, state: &mut WindowState) {
        for (ticket, done) in self.bench.done() {
            state.told(ticket, &done);
            let orders = state.files.receive(ticket, done);
            self.bench.begin(orders, state.socket.as_deref(), waker(ctx));
        }
    }

    /// A picture is taken in the frame after the question for its path, which would else be in it.
    fn picture(&mut self, ctx: &Context, state: &mut WindowState) {
        let wake = waker(ctx);
        match &mut self.shot {
            None => {}
            Some(Shot { taken: Some(taken), path }) => {
                let Ok(image) = taken.try_recv() else { return };
                let part = image.region(&self.diagram, Some(ctx.pixels_per_point()));
                say(state, export::png(path, &part), "notice-exported", &path.clone());
                self.shot = None;
            }
            Some(Shot { taken, .. }) => {
                let (sender, receiver) = channel();
                *taken = Some(receiver);
                ctx.request_screenshot(move |image| {
                    // The window may have been closed meanwhile.
                    sender.send(image).ok();
                    wake();
                });
            }
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
        path: &mut String,
    ) {
        match effect {
            Effect::Gate(command) => self.gate(state, &command),
            Effect::Inspect(orders) => self.bench.begin(orders, state.socket.as_deref(), waker(ctx)),
            Effect::Read(path) => {
                self.link = None;
                self.reading = Some(source::read(path, waker(ctx)));
            }
            Effect::Asking(ask) => *path = suggestion(ask, state),
            Effect::Browse(ask) => self.browse(ctx, ask, state, path),
            Effect::Save(path) => {
                let result = source::save(&state.trace, &path);
                say(state, result, "notice-saved", &path);
            }
            Effect::Export(path) => self.export(ctx, state, path),
            Effect::Connect { privileged } => self.connect(ctx, state, privileged),
            Effect::Disconnect => {
                (self.link, self.reading) = (None, None);
                *terminals = Terminals::default();
            }
            Effect::Lesson(name) => {
                if begin(state, lessons, &name) {
                    self.connect(ctx, state, false);
                }
            }
            Effect::LessonOn(name, path) => {
                if begin(state, lessons, &name) {
                    state.origin = Origin::Reading(path.clone());
                    self.reading = Some(source::read(path, waker(ctx)));
                }
            }
            Effect::LessonRecording => {
                if let Some((name, bytes)) = self.lesson_recording(state) {
                    state.origin = Origin::Reading(PathBuf::from(&name));
                    self.reading = Some(source::read_embedded(name, bytes, waker(ctx)));
                }
            }
            Effect::LessonRun { line, until } => self.lesson_run(ctx, state, terminals, &line, until),
            Effect::LessonType { terminal, text } => self.lesson_type(ctx, state, terminals, &terminal, &text),
            Effect::Run(line) => self.run(ctx, state, terminals, &line),
            Effect::Damage(digest) => self.tamper(ctx, state, move |client| client.damage(&digest, None).map(drop)),
            Effect::Mend(digest) => self.tamper(ctx, state, move |client| client.mend(Some(&digest)).map(drop)),
            Effect::HostShell => {
                self.run(ctx, state, terminals, "host");
                terminals.take_focus = true;
            }
            Effect::Dock => terminals.open = !terminals.open,
            Effect::Terminal => {
                let focused = ctx.memory(|memory| memory.focused());
                match focused {
                    Some(id) if terminals.open => ctx.memory_mut(|memory| memory.surrender_focus(id)),
                    _ => (terminals.open, terminals.take_focus) = (true, true),
                }
            }
            Effect::ShowTerminal(number) => {
                (terminals.current, terminals.open, terminals.take_focus) = (number, true, true);
            }
            Effect::CloseTerminal(number) => terminals.close(number),
            Effect::Unfocus => {
                if let Some(id) = ctx.memory(|memory| memory.focused()) {
                    ctx.memory_mut(|memory| memory.surrender_focus(id));
                }
            }
            Effect::Copy(text) => {
                ctx.copy_text(text);
                state.notice = Some(Notice::good(state.words().say("notice-copied")));
            }
        }
    }

    /// After a frame.
    pub fn finish(&mut self, ctx: &Context, state: &mut WindowState) {
        if state.notice.as_ref().is_some_and(|notice| !notice.bad) {
            // Good news goes by itself.
            let id = egui::Id::unique("notice-since");
            let now = ctx.input(|input| input.time);
            let text = state.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
            let since = ctx.data_mut(|data| {
                let entry = data.get_temp_mut_or_insert_with(id, || (text.clone(), now));
                if entry.0 != text {
                    *entry = (text.clone(), now);
                }
                entry.1
            });
            if now - since > 2.5 {
                state.notice = None;
                ctx.data_mut(|data| data.remove::<(String, f64)>(id));
            } else {
                ctx.request_repaint_after_secs((2.6 - (now - since)) as f32);
            }
        }
    }

    fn gate(&self, state: &WindowState, command: &Command) {
        let Some(link) = &self.link else { return };
        let level = state.cursor.level();
        let order = match command {
            Command::Step => GateCommand::Step { level },
            Command::Over => GateCommand::Over { level },
            Command::Out => GateCommand::Out { level },
            Command::Continue => GateCommand::Continue,
            Command::RunTo(kind) => GateCommand::RunTo { kind: *kind },
            Command::Level(level) => GateCommand::Pause { level: *level },
            Command::Breakpoint(_) => GateCommand::Breakpoints { kinds: state.cursor.breakpoints().clone() },
            _ => return,
        };
        link.order(order);
    }

    fn browse(&mut self, ctx: &Context, ask: Ask, state: &WindowState, path: &str) {
        let (sender, receiver) = channel();
        self.asked = Some(receiver);
        let wake = waker(ctx);
        let words = state.words();
        let dialog = rfd::FileDialog::new().set_title(words.say(ask.key()));
        let name = Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // The dialog runs its own loop, so it has its own thread.
        std::thread::spawn(move || {
            let chosen = match ask {
                Ask::Open => dialog.add_filter("dockwalk", &["ndjson", "json"]).pick_file(),
                Ask::Save => dialog.add_filter("dockwalk", &["ndjson"]).set_file_name(name).save_file(),
                Ask::Export => dialog.add_filter("SVG, PNG", &["svg", "png"]).set_file_name(name).save_file(),
                Ask::Load => dialog.add_filter("tar", &["tar", "gz", "tgz", "zst"]).pick_file(),
                Ask::SaveImage => dialog.add_filter("tar", &["tar"]).set_file_name(name).save_file(),
                Ask::ExportFiles => dialog.add_filter("JSON", &["json"]).set_file_name(name).save_file(),
            };
            sender.send(chosen.map(|path| ask.with(path))).ok();
            wake();
        });
    }

    /// Tells the engine on a thread: it may have to wait at the gate.
    fn tamper(
        &mut self,
        ctx: &Context,
        state: &mut WindowState,
        tell: impl FnOnce(&Client) -> Result<(), ClientError> + Send + 'static,
    ) {
        let Some(socket) = state.socket.clone() else {
            fail(state, &Problem::new("terminal-no-engine"));
            return;
        };
        let (sender, receiver) = channel();
        self.told = Some(receiver);
        let wake = waker(ctx);
        std::thread::spawn(move || {
            if let Err(error) = Client::connect(&socket).and_then(|client| tell(&client)) {
                // The window may have been closed meanwhile.
                sender.send(error.problem).ok();
                wake();
            }
        });
    }

    fn export(&mut self, ctx: &Context, state: &mut WindowState, path: PathBuf) {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
            self.shot = Some(Shot { path, taken: None });
            ctx.request_repaint();
            return;
        }
        let theme = if state.dark { Theme::DARK } else { Theme::LIGHT };
        let result = export::svg(&path, state.tab, state.world(), &state.words(), &theme);
        say(state, result, "notice-exported", &path);
    }

    fn connect(&mut self, ctx: &Context, state: &mut WindowState, privileged: bool) {
        state.origin = Origin::Connecting;
        let wanted = Wanted { options: self.options.clone(), privileged };
        self.link = Some(live::connect(wanted, waker(ctx)));
    }

    /// Runs a command line in a new terminal: docker's with this program, anything else on the lab host.
    fn run(&mut self, ctx: &Context, state: &mut WindowState, terminals: &mut Terminals, line: &str) {
        let Some(socket) = state.socket.clone() else {
            fail(state, &Problem::new("terminal-no-engine"));
            return;
        };
        let Some(words) = split(line) else {
            fail(state, &Problem::new("terminal-quote").with("command", line));
            return;
        };
        let program = match std::env::current_exe() {
            Ok(program) => program.display().to_string(),
            Err(error) => {
                let problem = Problem::new("terminal-not-started").with("command", line).with("reason", error);
                fail(state, &problem);
                return;
            }
        };
        let words = if words.first().is_some_and(|word| word == "dockwalk") { &words[1..] } else { &words[..] };
        let own = words.first().is_some_and(|word| word == "docker" || word == "host");
        let host = (!own).then(|| "host".to_owned());
        let argv: Vec<String> = std::iter::once(program).chain(host).chain(words.iter().cloned()).collect();
        let title = if line == "host" { state.words().say("dock-host-name") } else { line.trim().to_owned() };
        if let Some(id) = ctx.memory(|memory| memory.focused()) {
            ctx.memory_mut(|memory| memory.surrender_focus(id));
        }
        if let Err(problem) = terminals.run(&title, &argv, &socket, waker(ctx)) {
            fail(state, &problem);
        }
    }

    fn lesson_run(
        &mut self,
        ctx: &Context,
        state: &mut WindowState,
        terminals: &mut Terminals,
        line: &str,
        until: Option<StepKind>,
    ) {
        let line = match self.with_bind(state, line) {
            Ok(line) => line,
            Err(problem) => return fail(state, &problem),
        };
        if let (Some(kind), Some(link)) = (until, &self.link) {
            link.order(GateCommand::RunTo { kind });
        }
        self.run(ctx, state, terminals, &line);
    }

    /// Replaces `{{bind}}` by a directory made for the lesson.
    fn with_bind(&mut self, state: &WindowState, line: &str) -> Result<String, Problem> {
        let (Some(course), Some(host)) = (&state.course, &state.world().host) else { return Ok(line.to_owned()) };
        if !line.contains("{{bind}}") {
            return Ok(line.to_owned());
        }
        let lesson = course.lesson();
        let dir = place::lesson_bind(&lesson::bind_directory(&host.root, lesson), &lesson.script.id)?;
        Ok(line.replace("{{bind}}", &dir))
    }

    fn lesson_type(
        &mut self,
        ctx: &Context,
        state: &mut WindowState,
        terminals: &mut Terminals,
        terminal: &lesson::Terminal,
        text: &str,
    ) {
        let host = state.words().say("dock-host-name");
        let running = |terminals: &Terminals| {
            terminals.list().iter().rposition(|one| {
                one.ended.is_none()
                    && match terminal {
                        lesson::Terminal::Host => one.title == host,
                        lesson::Terminal::Container(name) => one.title.contains(name.as_str()) && one.title != host,
                    }
            })
        };
        if running(terminals).is_none() && *terminal == lesson::Terminal::Host {
            self.run(ctx, state, terminals, "host");
        }
        match running(terminals) {
            Some(number) => {
                (terminals.current, terminals.open, terminals.take_focus) = (number, true, true);
                if let (Some(shown), Ok(text)) = (terminals.shown(), self.with_bind(state, text)) {
                    shown.write(text.replace('\n', "\r").as_bytes());
                }
            }
            None => fail(state, &Problem::new("terminal-none")),
        }
    }
}

/// Puts a lesson at its beginning. False when there is none of that name.
fn begin(state: &mut WindowState, lessons: &[Arc<Lesson>], name: &str) -> bool {
    match lessons.iter().find(|lesson| lesson::is_called(&lesson.folder, name)) {
        None => state.receive(News::Failed(Problem::new("lesson-unknown").with("name", name))),
        Some(lesson) => {
            state.course = Some(Course::new(Arc::clone(lesson)));
            return true;
        }
    }
    false
}

fn waker(ctx: &Context) -> impl Fn() + Clone + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}

fn fail(state: &mut WindowState, problem: &Problem) {
    state.notice = Some(Notice::failure(&state.words(), problem));
}

fn say(state: &mut WindowState, result: Result<(), Problem>, key: &str, path: &Path) {
    match result {
        Ok(()) => {
            let path = visible::path(path);
            let text = state.words().say_with(key, &[("path", path.as_str())]);
            state.notice = Some(Notice::good(text));
        }
        Err(problem) => fail(state, &problem),
    }
}

/// What stands in the field at first.
fn suggestion(ask: Ask, state: &WindowState) -> String {
    let home = directories::UserDirs::new();
    let dir = home
        .as_ref()
        .map_or_else(std::env::temp_dir, |dirs| dirs.document_dir().unwrap_or_else(|| dirs.home_dir()).to_owned());
    let name = match ask {
        Ask::Open | Ask::Load => return String::new(),
        Ask::Save => "dockwalk.ndjson".to_owned(),
        Ask::Export => format!("dockwalk-{:?}.svg", state.tab).to_lowercase(),
        Ask::SaveImage => format!("{}.tar", file_name(state)),
        Ask::ExportFiles => format!("{}.json", file_name(state)),
    };
    dir.join(name).display().to_string()
}

/// A name for a file that is about what the inspector shows.
fn file_name(state: &WindowState) -> String {
    let title = state.files.subject.as_ref().map_or_else(String::new, |subject| subject.title(state.world()));
    title.replace(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-'), "-")
}
