//! The eframe application: one frame is news in, painting, commands out.

use super::command::{Ask, Command, PathCommand, SourceCommand, ViewCommand};
use super::diagrams::{Diagrams, Seen, Tab};
use super::effects::EffectRunner;
use super::panels::{
    self, PanelContext, ask, dock, ending, field, files, find, help, inspector, lesson, narration, outline, presenter,
    stage, start, steps, timeline, top,
};
use super::room::Room;
use super::state::{Overlay, WindowState};
use super::terminal::{Field, Keys, Terminals};
use super::{Open, Options, StartError, fence, keys, room, settings, style, theme::Theme};
use crate::i18n::Lang;
use crate::lesson::{Lesson, Terminal as Typed};
use egui::{CentralPanel, Frame, Margin, Panel, Ui};
use std::sync::Arc;
use std::time::Duration;

/// Opens the window and runs until it is closed.
pub(super) fn run(options: Options) -> Result<(), StartError> {
    if cfg!(target_os = "linux") && !has_display() {
        return Err(StartError::NoDisplay);
    }
    let native = eframe::NativeOptions {
        renderer: eframe::Renderer::Glow,
        viewport: egui::ViewportBuilder::default()
            .with_title("dockwalk")
            .with_app_id("dockwalk")
            .with_inner_size([1440.0, 900.0])
            .with_min_inner_size([960.0, 640.0]),
        ..Default::default()
    };
    let create: eframe::AppCreator<'_> = Box::new(move |creation| Ok(Box::new(App::new(creation, options))));
    eframe::run_native("dockwalk", native, create).map_err(|error| StartError::Window(error.to_string()))
}

fn has_display() -> bool {
    ["WAYLAND_DISPLAY", "WAYLAND_SOCKET", "DISPLAY"].iter().any(|v| std::env::var_os(v).is_some_and(|v| !v.is_empty()))
}

/// The window.
#[derive(Debug)]
pub struct App {
    /// What it shows.
    pub state: WindowState,
    /// Its terminals.
    pub terminals: Terminals,
    diagrams: Diagrams,
    /// Those of the window on the second screen.
    class: Diagrams,
    lessons: Vec<Arc<Lesson>>,
    effects: EffectRunner,
    /// What is typed where a path is asked for.
    path: String,
    /// The page of a recorded lesson for which the terminals were opened.
    opened_for: String,
    /// A terminal had the keys in the last frame.
    typing: bool,
    styled: Option<bool>,
    time: Option<f64>,
}

impl App {
    /// A window that is about to open.
    fn new(creation: &eframe::CreationContext<'_>, options: Options) -> Self {
        let mut app = Self::with(&creation.egui_ctx, options.clone());
        if let Some(stored) = creation.storage {
            settings::load(stored, &mut app.state, &mut app.terminals);
        }
        app.state.lang = options.lang.unwrap_or(app.state.lang);
        app
    }

    /// The same without a window of the system's, for tests.
    pub fn with(ctx: &egui::Context, options: Options) -> Self {
        style::install(ctx);
        fence::raise(ctx);
        let lang = options.lang.unwrap_or_else(Lang::of_user);
        let embedded =
            || crate::lesson::embedded().iter().filter_map(|it| Lesson::parse(it).ok()).map(Arc::new).collect();
        let mut app = Self {
            state: WindowState::new(lang),
            terminals: Terminals::new(Field::new(options.grammar, lang)),
            diagrams: Diagrams::new(),
            class: Diagrams::new(),
            lessons: options.lessons.unwrap_or_else(embedded),
            path: String::new(),
            opened_for: String::new(),
            typing: false,
            styled: None,
            time: None,
            effects: EffectRunner::new(options.socket, options.root),
        };
        app.state.progress = options.progress.map(|path| app.effects.keep_progress(path)).unwrap_or_default();
        let first: Option<Command> = match options.open {
            Open::Start => None,
            Open::Engine => Some(SourceCommand::StartEngine.into()),
            Open::Recording(path) => Some(PathCommand::Chosen(Ask::Open, path).into()),
            Open::Lesson(name) => Some(SourceCommand::Lesson(name).into()),
            Open::LessonOn(name, path) => Some(SourceCommand::LessonOn(name, path).into()),
        };
        first.into_iter().for_each(|command| app.command(ctx, command));
        app.state.second = options.present;
        app
    }

    /// How a picture was seen last.
    pub fn seen(&self, tab: Tab) -> Option<Seen<'_>> {
        self.diagrams.seen(tab)
    }

    /// Does what the user wants.
    pub fn command(&mut self, ctx: &egui::Context, command: impl Into<Command>) {
        if let Some(effect) = self.state.apply(command.into()) {
            self.effects.act(ctx, effect, &mut self.state, &mut self.terminals, &self.lessons, &mut self.path);
        }
    }

    /// Takes news, lets time pass. Paints nothing.
    fn receive(&mut self, ctx: &egui::Context) {
        self.effects.receive(ctx, &mut self.state);
        self.terminals.poll();
        if self.terminals.list().iter().all(|terminal| terminal.ended.is_some()) {
            self.state.settle();
        }
        if let Some((line, status)) = self.terminals.ended_for_lesson() {
            self.state.lesson_command_ended(&line, status);
        }
        if let Some(effect) = self.state.give_gate_back() {
            self.effects.act(ctx, effect, &mut self.state, &mut self.terminals, &self.lessons, &mut self.path);
        }
        let asked = self.effects.asked();
        asked.into_iter().for_each(|command| self.command(ctx, command));
        let now = ctx.input(|input| input.time);
        if let Some(seconds) = self.terminals.tidy(now) {
            ctx.request_repaint_after(Duration::from_secs_f64(seconds));
        }
        match self.terminals.gives_back_keys(now, keys::is_typing(ctx)) {
            Keys::Kept => {}
            Keys::BackIn(seconds) => ctx.request_repaint_after(Duration::from_secs_f64(seconds)),
            Keys::Back => {
                self.typing = false;
                self.command(ctx, ViewCommand::Unfocus);
            }
        }
        // The next key steps what a command began. Where nothing waits for a step, the next command can be typed.
        let free = self.state.course.is_none() && self.state.waiting.is_empty() && self.state.overlay.is_none();
        if self.terminals.ended_of_field() && free && ctx.memory(|memory| memory.focused().is_none()) {
            self.terminals.to_field = true;
        }
        let passed = now - self.time.replace(now).unwrap_or(now);
        let effect = self.state.tick(Duration::from_secs_f64(passed.clamp(0.0, 1.0)));
        if let Some(effect) = effect {
            self.effects.act(ctx, effect, &mut self.state, &mut self.terminals, &self.lessons, &mut self.path);
        }
        if self.state.is_playing() {
            // Often enough to be on time for the next step; what moves in between asks for its own frames.
            ctx.request_repaint_after(Duration::from_secs_f32((0.5 / self.state.speed).clamp(0.033, 0.25)));
        }
        if self.state.has_trace() {
            self.terminals.past.seek(&self.state.trace, self.state.cursor.position());
            self.show_what_was_typed();
        } else {
            self.terminals.past.clear();
        }
    }

    /// A page of the lesson that is about a terminal has it in front, once: what was printed is what the page speaks of. Where it types or
    /// waits for what is printed the terminals are opened as well.
    fn show_what_was_typed(&mut self) {
        let Some(step) = self.state.course.as_ref().map(|course| course.runner().step()) else { return };
        if self.opened_for == step.id {
            return;
        }
        let watched = step.watches();
        // What a learner runs comes in front by itself.
        if self.state.is_live() && self.state.at_end() {
            let host = self.state.words().say("dock-host-name");
            if let Some(number) = watched.and_then(|typed| self.terminals.running(typed, &host)) {
                self.opened_for.clone_from(&step.id);
                (self.terminals.current, self.terminals.open) = (number, true);
            }
            return;
        }
        let of = match watched {
            Some(Typed::Host) => None,
            Some(Typed::Container(name)) => match self.state.world().container_named(name) {
                Some(container) => Some(container.id.clone()),
                None => return,
            },
            None => match self.state.worked_in() {
                Some(container) => Some(container),
                None => return,
            },
        };
        if self.terminals.past.terminals().any(|one| *one == of) {
            self.opened_for.clone_from(&step.id);
            self.terminals.open |= watched.is_some();
            self.terminals.past_current = of;
        }
    }

    /// Colours and size as chosen.
    fn apply_style(&mut self, ctx: &egui::Context) {
        if self.styled != Some(self.state.dark) {
            ctx.set_theme(if self.state.dark { egui::Theme::Dark } else { egui::Theme::Light });
            self.styled = Some(self.state.dark);
            // This frame was begun in the old style.
            ctx.request_repaint();
        }
    }

    /// One frame.
    pub fn show(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.receive(&ctx);
        self.apply_style(&ctx);
        self.terminals.field.speak(self.state.lang);
        let overlay = self.state.overlay;
        let holds = keys::Holds {
            terminal: self.typing,
            list: files::has_keys(&ctx) || overlay.is_some(),
            closes: overlay.and_then(Overlay::opened_by).map(Into::into),
            question: self.state.open_question(),
        };
        let mut commands = keys::pressed(&ctx, &holds);
        commands.extend(keys::dropped(&ctx, self.state.is_live()));
        let words = self.state.words();
        let theme = if self.state.dark { Theme::DARK } else { Theme::LIGHT };
        let mut cx = PanelContext { state: &self.state, words: &words, theme, commands: &mut commands };
        let parts = Parts {
            diagrams: &mut self.diagrams,
            terminals: &mut self.terminals,
            lessons: &self.lessons,
            effects: &mut self.effects,
            path: &mut self.path,
        };
        self.typing = window(ui, &mut cx, parts);
        if self.state.second && self.state.has_trace() {
            second(&ctx, &mut cx, &mut self.class);
        }
        room::ring(&ctx, &theme);
        commands.into_iter().for_each(|command| self.command(&ctx, command));
        self.effects.keep_stops(&self.state);
        self.effects.finish(&ctx, &mut self.state);
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        settings::save(storage, &self.state, &self.terminals);
    }

    fn persist_egui_memory(&self) -> bool {
        // Panels have their sizes; a scroll position of last week helps nobody.
        false
    }
}

/// What panels change by themselves: how things are drawn, never what is so.
struct Parts<'a> {
    diagrams: &'a mut Diagrams,
    terminals: &'a mut Terminals,
    lessons: &'a [Arc<Lesson>],
    effects: &'a mut EffectRunner,
    path: &'a mut String,
}

/// Paints everything. True when a terminal has the keys.
fn window(ui: &mut Ui, cx: &mut PanelContext<'_>, mut parts: Parts<'_>) -> bool {
    let theme = cx.theme;
    let ctx = ui.ctx().clone();
    if cx.state.presenter && cx.state.has_trace() {
        presenter::show(ui, cx, parts.diagrams);
        over(&ctx, cx, parts.path);
        return false;
    }
    let panel = Frame::new().fill(theme.panel);
    let title = cx.state.course.as_ref().map_or_else(
        || panels::source_title(cx.state),
        |course| format!("{} · {}", course.lesson().script.id, course.lesson().title(cx.state.lang)),
    );
    let bar = Room::of(ui, Panel::top("top").exact_size(top::HEIGHT).frame(panel));
    let typing = if cx.state.has_trace() {
        workspace(ui, cx, &mut parts)
    } else {
        let frame = Frame::new().fill(theme.canvas);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let page = start::Page {
                lessons: parts.lessons,
                privileged: parts.effects.privileged(),
                path: parts.path,
                has_recording: parts.effects.lesson_recording(cx.state).is_some(),
            };
            start::show(ui, cx, page);
        });
        false
    };
    // What one came for is read first, and reached first by Tab.
    bar.show(ui, |ui| top::show(ui, cx, &title, &parts.terminals.processes()));
    over(&ctx, cx, parts.path);
    typing
}

/// The window for the second screen. Its keys are those of the first.
fn second(ctx: &egui::Context, cx: &mut PanelContext<'_>, diagrams: &mut Diagrams) {
    let title = format!("dockwalk · {}", cx.say("key-second"));
    let builder = egui::ViewportBuilder::default().with_title(title).with_inner_size([1280.0, 720.0]);
    ctx.show_viewport_immediate(egui::ViewportId::from_hash_of("second"), builder, |ui, class| {
        if class != egui::ViewportClass::EmbeddedWindow {
            cx.commands.extend(keys::pressed(ui.ctx(), &keys::Holds::default()));
        }
        if ui.input(|input| input.viewport().close_requested()) {
            cx.want(ViewCommand::Second);
        }
        presenter::show(ui, cx, diagrams);
    });
}

/// What lies over the window.
fn over(ctx: &egui::Context, cx: &mut PanelContext<'_>, path: &mut String) {
    match cx.state.overlay {
        Some(Overlay::Help) => help::show(ctx, cx),
        Some(Overlay::Steps) => steps::show(ctx, cx),
        Some(Overlay::Find) => find::show(ctx, cx),
        Some(Overlay::Ask(what)) => ask::show(ctx, cx, what, path),
        Some(Overlay::Leave) => ask::leave(ctx, cx),
        None => {}
    }
    steps::notice(ctx, cx);
}

fn workspace(ui: &mut Ui, cx: &mut PanelContext<'_>, parts: &mut Parts<'_>) -> bool {
    let panel = Frame::new().fill(cx.theme.panel);
    let padded = panel.inner_margin(Margin { left: 20, right: 16, top: 16, bottom: 8 });
    let time = Room::of(ui, Panel::bottom("timeline").exact_size(timeline::HEIGHT).frame(panel));
    let width = ui.available_width();
    // Files need the room: they bring details of their own, and only a lesson stays beside them.
    let files = cx.state.files.shown;
    let side = (width * 0.235).clamp(250.0, 400.0);
    let left = !files || cx.state.course.is_some();
    let left = left.then(|| Room::of(ui, Panel::left("lesson").exact_size(side).frame(padded)));
    let side = (width * 0.22).clamp(240.0, 380.0);
    let right = (!files).then(|| Room::of(ui, Panel::right("inspector").exact_size(side).frame(padded)));
    let middle = Middle::of(ui, cx, parts.terminals);
    // In the order in which Tab leads through the window and a screen reader reads it.
    if let Some(left) = left {
        left.show(ui, |ui| match &cx.state.course {
            Some(course) if course.is_ended() => ending::show(ui, cx, course),
            Some(course) => lesson::show(ui, cx, course),
            None => outline::show(ui, cx),
        });
    }
    middle.picture(ui, cx, parts);
    if let Some(right) = right {
        right.show(ui, |ui| inspector::show(ui, cx));
    }
    let typing = middle.terminal(ui, cx, parts.terminals);
    time.show(ui, |ui| timeline::show(ui, cx));
    typing
}

/// The parts of the middle.
struct Middle {
    tabs: Room,
    field: Option<Room>,
    dock: Room,
    /// How many rows a terminal below the picture has; none beside it.
    rows: Option<u16>,
    narration: Option<Room>,
    picture: Room,
}

impl Middle {
    /// In all the room there is.
    fn of(ui: &mut Ui, cx: &PanelContext<'_>, terminals: &Terminals) -> Self {
        let panel = Frame::new().fill(cx.theme.panel);
        let canvas = Frame::new().fill(cx.theme.canvas);
        ui.painter().rect_filled(ui.available_rect_before_wrap(), 0.0, cx.theme.canvas);
        let tabs = Room::of(ui, Panel::top("tabs").exact_size(stage::TABS).frame(canvas));
        let field = cx.state.is_live().then(|| {
            let height = field::height(terminals);
            Room::of(ui, Panel::bottom("command").exact_size(height).frame(panel))
        });
        let (dock, rows) = if dock::is_beside(ui, terminals) {
            let side = Panel::right("dock-beside").resizable(true).default_size(440.0).size_range(dock::widths(ui));
            (Room::of(ui, side.frame(panel)), None)
        } else {
            let (height, rows) = (dock::height(ui, cx, terminals), dock::rows(ui, terminals));
            (Room::of(ui, Panel::bottom("dock").exact_size(height).frame(panel)), Some(rows))
        };
        let narration = (!cx.state.files.shown)
            .then(|| Room::of(ui, Panel::bottom("narration").exact_size(narration::HEIGHT).frame(panel)));
        Self { tabs, field, dock, rows, narration, picture: Room::rest(ui) }
    }

    /// Which picture, the picture, and the sentence below it.
    fn picture(&self, ui: &mut Ui, cx: &mut PanelContext<'_>, parts: &mut Parts<'_>) {
        self.tabs.show(ui, |ui| stage::tabs(ui, cx, parts.diagrams));
        parts.effects.diagram_is_at(self.picture.inner);
        self.picture.show(ui, |ui| match () {
            () if cx.state.files.shown => files::show(ui, cx),
            () if panels::is_idle(cx.state) => stage::idle(ui, cx),
            () => stage::diagram(ui, cx, parts.diagrams),
        });
        if let Some(row) = &self.narration {
            row.show(ui, |ui| narration::show(ui, cx));
        }
    }

    /// What is typed into. True when one of them has all keys.
    fn terminal(&self, ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals) -> bool {
        self.dock.show(ui, |ui| dock::show(ui, cx, terminals, self.rows));
        let listing = self.field.as_ref().is_some_and(|row| row.show(ui, |ui| field::show(ui, cx, terminals)));
        terminals.has_keys || listing
    }
}
