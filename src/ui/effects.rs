//! What lies outside the window's data: files, dialogs, the engine, programs in terminals, the clipboard.

use super::command::{Ask, Command};
use super::course::Course;
use super::files::work::Bench;
use super::live::{self, BATCHES, Link, Wanted};
use super::source::{self, News};
use super::state::{Effect, Notice, Origin, Shell};
use super::terminal::{Terminals, split};
use super::{export, theme::Theme};
use crate::cli::lesson_run::bind_dir;
use crate::client::protocol::GateCommand;
use crate::client::{Client, ClientError, StartOptions};
use crate::lesson::{self, Lesson};
use crate::spec::visible;
use crate::trace::{Problem, StepKind};
use egui::{Context, Rect};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

/// Connections to what is outside.
#[derive(Debug)]
pub struct Outside {
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

impl Outside {
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
    pub fn lesson_recording(&self, shell: &Shell) -> Option<(String, &'static [u8])> {
        let name = &shell.course.as_ref()?.lesson().script.recording;
        lesson::recording(name).map(|bytes| (name.clone(), bytes))
    }

    /// What was chosen in a file dialog.
    pub fn asked(&mut self) -> Option<Command> {
        let answer = self.asked.as_ref()?.try_recv().ok()?;
        self.asked = None;
        answer
    }

    /// Takes news from wherever events come from.
    pub fn hear(&mut self, ctx: &Context, shell: &mut Shell) {
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
            shell.hear(one);
        }
        self.inspect(ctx, shell);
        if let Some(problem) = self.told.as_ref().and_then(|told| told.try_recv().ok()) {
            fail(shell, &problem);
        }
        self.picture(ctx, shell);
    }

    /// Takes what became of the inspector's jobs, and begins those that follow.
    fn inspect(&mut self, ctx: &Context, shell: &mut Shell) {
        for (ticket, done) in self.bench.done() {
            shell.told(ticket, &done);
            let orders = shell.files.hear(ticket, done);
            self.bench.begin(orders, shell.socket.as_deref(), waker(ctx));
        }
    }

    /// A picture is taken in the frame after the question for its path, which would else be in it.
    fn picture(&mut self, ctx: &Context, shell: &mut Shell) {
        let wake = waker(ctx);
        match &mut self.shot {
            None => {}
            Some(Shot { taken: Some(taken), path }) => {
                let Ok(image) = taken.try_recv() else { return };
                let part = image.region(&self.diagram, Some(ctx.pixels_per_point()));
                say(shell, export::png(path, &part), "notice-exported", &path.clone());
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
        shell: &mut Shell,
        terminals: &mut Terminals,
        lessons: &[Arc<Lesson>],
        path: &mut String,
    ) {
        match effect {
            Effect::Gate(command) => self.gate(shell, &command),
            Effect::Inspect(orders) => self.bench.begin(orders, shell.socket.as_deref(), waker(ctx)),
            Effect::Read(path) => {
                self.link = None;
                self.reading = Some(source::read(path, waker(ctx)));
            }
            Effect::Asking(ask) => *path = suggestion(ask, shell),
            Effect::Browse(ask) => self.browse(ctx, ask, shell, path),
            Effect::Save(path) => {
                let result = source::save(&shell.trace, &path);
                say(shell, result, "notice-saved", &path);
            }
            Effect::Export(path) => self.export(ctx, shell, path),
            Effect::Connect { privileged } => self.connect(ctx, shell, privileged),
            Effect::Disconnect => {
                (self.link, self.reading) = (None, None);
                *terminals = Terminals::default();
            }
            Effect::Lesson(name) => {
                if begin(shell, lessons, &name) {
                    self.connect(ctx, shell, false);
                }
            }
            Effect::LessonOn(name, path) => {
                if begin(shell, lessons, &name) {
                    shell.origin = Origin::Reading(path.clone());
                    self.reading = Some(source::read(path, waker(ctx)));
                }
            }
            Effect::LessonRecording => {
                if let Some((name, bytes)) = self.lesson_recording(shell) {
                    shell.origin = Origin::Reading(PathBuf::from(&name));
                    self.reading = Some(source::read_embedded(name, bytes, waker(ctx)));
                }
            }
            Effect::LessonRun { line, until } => self.lesson_run(ctx, shell, terminals, &line, until),
            Effect::LessonType { terminal, text } => self.lesson_type(ctx, shell, terminals, &terminal, &text),
            Effect::Run(line) => self.run(ctx, shell, terminals, &line),
            Effect::Damage(digest) => self.tamper(ctx, shell, move |client| client.damage(&digest, None).map(drop)),
            Effect::Mend(digest) => self.tamper(ctx, shell, move |client| client.mend(Some(&digest)).map(drop)),
            Effect::HostShell => {
                self.run(ctx, shell, terminals, "host");
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
                shell.notice = Some(Notice::good(shell.words().say("notice-copied")));
            }
        }
    }

    /// After a frame.
    pub fn finish(&mut self, ctx: &Context, shell: &mut Shell) {
        if shell.notice.as_ref().is_some_and(|notice| !notice.bad) {
            // Good news goes by itself.
            let id = egui::Id::unique("notice-since");
            let now = ctx.input(|input| input.time);
            let text = shell.notice.as_ref().map(|notice| notice.text.clone()).unwrap_or_default();
            let since = ctx.data_mut(|data| {
                let entry = data.get_temp_mut_or_insert_with(id, || (text.clone(), now));
                if entry.0 != text {
                    *entry = (text.clone(), now);
                }
                entry.1
            });
            if now - since > 2.5 {
                shell.notice = None;
                ctx.data_mut(|data| data.remove::<(String, f64)>(id));
            } else {
                ctx.request_repaint_after_secs((2.6 - (now - since)) as f32);
            }
        }
    }

    fn gate(&self, shell: &Shell, command: &Command) {
        let Some(link) = &self.link else { return };
        let level = shell.cursor.level();
        let order = match command {
            Command::Step => GateCommand::Step { level },
            Command::Over => GateCommand::Over { level },
            Command::Out => GateCommand::Out { level },
            Command::Continue => GateCommand::Continue,
            Command::RunTo(kind) => GateCommand::RunTo { kind: *kind },
            Command::Level(level) => GateCommand::Pause { level: *level },
            Command::Breakpoint(_) => GateCommand::Breakpoints { kinds: shell.cursor.breakpoints().clone() },
            _ => return,
        };
        link.order(order);
    }

    fn browse(&mut self, ctx: &Context, ask: Ask, shell: &Shell, path: &str) {
        let (sender, receiver) = channel();
        self.asked = Some(receiver);
        let wake = waker(ctx);
        let words = shell.words();
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
        shell: &mut Shell,
        tell: impl FnOnce(&Client) -> Result<(), ClientError> + Send + 'static,
    ) {
        let Some(socket) = shell.socket.clone() else {
            fail(shell, &Problem::new("terminal-no-engine"));
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

    fn export(&mut self, ctx: &Context, shell: &mut Shell, path: PathBuf) {
        if path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("png")) {
            self.shot = Some(Shot { path, taken: None });
            ctx.request_repaint();
            return;
        }
        let theme = if shell.dark { Theme::DARK } else { Theme::LIGHT };
        let result = export::svg(&path, shell.tab, shell.world(), &shell.words(), &theme);
        say(shell, result, "notice-exported", &path);
    }

    fn connect(&mut self, ctx: &Context, shell: &mut Shell, privileged: bool) {
        shell.origin = Origin::Connecting;
        let wanted = Wanted { options: self.options.clone(), privileged };
        self.link = Some(live::connect(wanted, waker(ctx)));
    }

    /// Runs a command line in a new terminal: docker's with this program, anything else on the lab host.
    fn run(&mut self, ctx: &Context, shell: &mut Shell, terminals: &mut Terminals, line: &str) {
        let Some(socket) = shell.socket.clone() else {
            fail(shell, &Problem::new("terminal-no-engine"));
            return;
        };
        let Some(words) = split(line) else {
            fail(shell, &Problem::new("terminal-quote").with("command", line));
            return;
        };
        let program = match std::env::current_exe() {
            Ok(program) => program.display().to_string(),
            Err(error) => {
                let problem = Problem::new("terminal-not-started").with("command", line).with("reason", error);
                fail(shell, &problem);
                return;
            }
        };
        let words = if words.first().is_some_and(|word| word == "dockwalk") { &words[1..] } else { &words[..] };
        let own = words.first().is_some_and(|word| word == "docker" || word == "host");
        let host = (!own).then(|| "host".to_owned());
        let argv: Vec<String> = std::iter::once(program).chain(host).chain(words.iter().cloned()).collect();
        let title = if line == "host" { shell.words().say("dock-host-name") } else { line.trim().to_owned() };
        if let Some(id) = ctx.memory(|memory| memory.focused()) {
            ctx.memory_mut(|memory| memory.surrender_focus(id));
        }
        if let Err(problem) = terminals.run(&title, &argv, &socket, waker(ctx)) {
            fail(shell, &problem);
        }
    }

    fn lesson_run(
        &mut self,
        ctx: &Context,
        shell: &mut Shell,
        terminals: &mut Terminals,
        line: &str,
        until: Option<StepKind>,
    ) {
        let line = match self.with_bind(shell, line) {
            Ok(line) => line,
            Err(problem) => return fail(shell, &problem),
        };
        if let (Some(kind), Some(link)) = (until, &self.link) {
            link.order(GateCommand::RunTo { kind });
        }
        self.run(ctx, shell, terminals, &line);
    }

    /// Replaces `{{bind}}` by a directory made for the lesson.
    fn with_bind(&mut self, shell: &Shell, line: &str) -> Result<String, Problem> {
        let (Some(course), Some(host)) = (&shell.course, &shell.world().host) else { return Ok(line.to_owned()) };
        if !line.contains("{{bind}}") {
            return Ok(line.to_owned());
        }
        let mut made = bind_dir(&host.root, course.lesson());
        made.as_mut().map_err(|problems| problems.swap_remove(0)).map(|dir| line.replace("{{bind}}", dir))
    }

    fn lesson_type(
        &mut self,
        ctx: &Context,
        shell: &mut Shell,
        terminals: &mut Terminals,
        terminal: &lesson::Terminal,
        text: &str,
    ) {
        let host = shell.words().say("dock-host-name");
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
            self.run(ctx, shell, terminals, "host");
        }
        match running(terminals) {
            Some(number) => {
                (terminals.current, terminals.open, terminals.take_focus) = (number, true, true);
                if let (Some(shown), Ok(text)) = (terminals.shown(), self.with_bind(shell, text)) {
                    shown.write(text.replace('\n', "\r").as_bytes());
                }
            }
            None => fail(shell, &Problem::new("terminal-none")),
        }
    }
}

/// Puts a lesson at its beginning. False when there is none of that name.
fn begin(shell: &mut Shell, lessons: &[Arc<Lesson>], name: &str) -> bool {
    let named = |lesson: &&Arc<Lesson>| lesson.folder == name || lesson.script.id == name || lesson.script.slug == name;
    match lessons.iter().find(named) {
        None => shell.hear(News::Failed(Problem::new("lesson-unknown").with("name", name))),
        Some(lesson) => {
            shell.course = Some(Course::new(Arc::clone(lesson)));
            return true;
        }
    }
    false
}

fn waker(ctx: &Context) -> impl Fn() + Clone + Send + 'static {
    let ctx = ctx.clone();
    move || ctx.request_repaint()
}

fn fail(shell: &mut Shell, problem: &Problem) {
    shell.notice = Some(Notice::failure(&shell.words(), problem));
}

fn say(shell: &mut Shell, result: Result<(), Problem>, key: &str, path: &Path) {
    match result {
        Ok(()) => {
            let path = visible::path(path);
            let text = shell.words().say_with(key, &[("path", path.as_str())]);
            shell.notice = Some(Notice::good(text));
        }
        Err(problem) => fail(shell, &problem),
    }
}

/// What stands in the field at first.
fn suggestion(ask: Ask, shell: &Shell) -> String {
    let home = directories::UserDirs::new();
    let dir = home
        .as_ref()
        .map_or_else(std::env::temp_dir, |dirs| dirs.document_dir().unwrap_or_else(|| dirs.home_dir()).to_owned());
    let name = match ask {
        Ask::Open | Ask::Load => return String::new(),
        Ask::Save => "dockwalk.ndjson".to_owned(),
        Ask::Export => format!("dockwalk-{:?}.svg", shell.tab).to_lowercase(),
        Ask::SaveImage => format!("{}.tar", file_name(shell)),
        Ask::ExportFiles => format!("{}.json", file_name(shell)),
    };
    dir.join(name).display().to_string()
}

/// A name for a file that is about what the inspector shows.
fn file_name(shell: &Shell) -> String {
    let title = shell.files.subject.as_ref().map_or_else(String::new, |subject| subject.title(shell.world()));
    title.replace(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '_' | '-'), "-")
}
