//! The eframe application: one frame is news in, painting, commands out.

use super::command::Command;
use super::diagrams::Diagrams;
use super::effects::Outside;
use super::panels::{
    self, Look, ask, dock, files, help, inspector, lesson, outline, stage, start, steps, timeline, top,
};
use super::state::{Overlay, Shell};
use super::terminal::Terminals;
use super::{Open, Options, StartError, fence, keys, settings, style, theme::Theme};
use crate::i18n::Lang;
use crate::lesson::Lesson;
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
    pub shell: Shell,
    /// Its terminals.
    pub terminals: Terminals,
    diagrams: Diagrams,
    lessons: Vec<Arc<Lesson>>,
    outside: Outside,
    /// What is typed where a path is asked for.
    path: String,
    /// A terminal had the keys in the last frame.
    typing: bool,
    dressed: Option<(bool, bool)>,
    time: Option<f64>,
}

impl App {
    /// A window that is about to open.
    fn new(creation: &eframe::CreationContext<'_>, options: Options) -> Self {
        let mut app = Self::with(&creation.egui_ctx, options.clone());
        if let Some(stored) = creation.storage {
            settings::load(stored, &mut app.shell);
        }
        app.shell.lang = options.lang.unwrap_or(app.shell.lang);
        app
    }

    /// The same without a window of the system's, for tests.
    pub fn with(ctx: &egui::Context, options: Options) -> Self {
        style::install(ctx);
        fence::raise(ctx);
        let lang = options.lang.unwrap_or_else(Lang::of_user);
        let lessons = crate::lesson::embedded().into_iter().filter_map(|source| Lesson::parse(&source).ok());
        let mut app = Self {
            shell: Shell::new(lang),
            terminals: Terminals::default(),
            diagrams: Diagrams::new(),
            lessons: lessons.map(Arc::new).collect(),
            path: String::new(),
            typing: false,
            dressed: None,
            time: None,
            outside: Outside::new(options.socket, options.root),
        };
        let first = match options.open {
            Open::Start => None,
            Open::Engine => Some(Command::StartEngine),
            Open::Recording(path) => Some(Command::Open(path)),
            Open::Lesson(name) => Some(Command::Lesson(name)),
            Open::LessonOn(name, path) => Some(Command::LessonOn(name, path)),
        };
        first.into_iter().for_each(|command| app.command(ctx, command));
        app
    }

    /// Does what the user wants.
    pub fn command(&mut self, ctx: &egui::Context, command: Command) {
        if let Some(effect) = self.shell.apply(command) {
            self.outside.act(ctx, effect, &mut self.shell, &mut self.terminals, &self.lessons, &mut self.path);
        }
    }

    /// Takes news, lets time pass. Paints nothing.
    fn hear(&mut self, ctx: &egui::Context) {
        self.outside.hear(ctx, &mut self.shell);
        self.terminals.poll();
        let asked = self.outside.asked();
        asked.into_iter().for_each(|command| self.command(ctx, command));
        let now = ctx.input(|input| input.time);
        let passed = now - self.time.replace(now).unwrap_or(now);
        let effect = self.shell.tick(Duration::from_secs_f64(passed.clamp(0.0, 1.0)));
        if let Some(effect) = effect {
            self.outside.act(ctx, effect, &mut self.shell, &mut self.terminals, &self.lessons, &mut self.path);
        }
        if self.shell.is_playing() {
            // Often enough to be on time for the next step; what moves in between asks for its own frames.
            ctx.request_repaint_after(Duration::from_secs_f32((0.5 / self.shell.speed).clamp(0.033, 0.25)));
        }
        if self.shell.has_trace() {
            self.terminals.past.seek(&self.shell.trace, self.shell.cursor.position());
        } else {
            self.terminals.past.clear();
        }
    }

    /// Colours and size as chosen.
    fn dress(&mut self, ctx: &egui::Context) {
        let wanted = (self.shell.dark, self.shell.presenter);
        if self.dressed != Some(wanted) {
            ctx.set_theme(if self.shell.dark { egui::Theme::Dark } else { egui::Theme::Light });
            ctx.set_zoom_factor(if self.shell.presenter { 1.6 } else { 1.0 });
            self.dressed = Some(wanted);
            // This frame was begun in the old clothes.
            ctx.request_repaint();
        }
    }

    /// One frame.
    pub fn show(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        self.hear(&ctx);
        self.dress(&ctx);
        let mut commands = keys::pressed(&ctx, self.typing, files::has_keys(&ctx));
        commands.extend(keys::dropped(&ctx, self.shell.is_live()));
        let words = self.shell.words();
        let theme = if self.shell.dark { Theme::DARK } else { Theme::LIGHT };
        let mut look = Look { shell: &self.shell, words: &words, theme, commands: &mut commands };
        let parts = Parts {
            diagrams: &mut self.diagrams,
            terminals: &mut self.terminals,
            lessons: &self.lessons,
            outside: &mut self.outside,
            path: &mut self.path,
        };
        self.typing = window(ui, &mut look, parts);
        commands.into_iter().for_each(|command| self.command(&ctx, command));
        self.outside.finish(&ctx, &mut self.shell);
    }
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        self.show(ui);
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        settings::save(storage, &self.shell);
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
    outside: &'a mut Outside,
    path: &'a mut String,
}

/// Paints everything. True when a terminal has the keys.
fn window(ui: &mut Ui, look: &mut Look<'_>, mut parts: Parts<'_>) -> bool {
    let theme = look.theme;
    let ctx = ui.ctx().clone();
    let panel = Frame::new().fill(theme.panel);
    let title = look.shell.course.as_ref().map_or_else(
        || panels::source_title(look.shell),
        |course| format!("{} · {}", course.lesson().script.id, course.lesson().title(look.shell.lang)),
    );
    Panel::top("top").exact_size(top::HEIGHT).frame(panel).show(ui, |ui| top::show(ui, look, &title));
    let typing = if look.shell.has_trace() {
        workspace(ui, look, &mut parts)
    } else {
        let frame = Frame::new().fill(theme.canvas);
        CentralPanel::default().frame(frame).show(ui, |ui| {
            let page = start::Page {
                lessons: parts.lessons,
                privileged: parts.outside.privileged(),
                path: parts.path,
                has_recording: parts.outside.lesson_recording(look.shell).is_some(),
            };
            start::show(ui, look, page);
        });
        false
    };
    match look.shell.overlay {
        Some(Overlay::Help) => help::show(&ctx, look),
        Some(Overlay::Steps) => steps::show(&ctx, look),
        Some(Overlay::Ask(what)) => ask::show(&ctx, look, what, parts.path),
        None => {}
    }
    steps::notice(&ctx, look);
    typing
}

fn workspace(ui: &mut Ui, look: &mut Look<'_>, parts: &mut Parts<'_>) -> bool {
    let theme = look.theme;
    let panel = Frame::new().fill(theme.panel);
    let padded = panel.inner_margin(Margin { left: 20, right: 16, top: 16, bottom: 8 });
    Panel::bottom("timeline").exact_size(timeline::HEIGHT).frame(panel).show(ui, |ui| timeline::show(ui, look));
    let width = ui.available_width();
    if !look.shell.presenter {
        // Files need the room: they bring details of their own, and only a lesson stays beside them.
        let files = look.shell.files.shown;
        let side = (width * 0.235).clamp(250.0, 400.0);
        if !files || look.shell.course.is_some() {
            Panel::left("lesson").exact_size(side).frame(padded).show(ui, |ui| {
                keep_size(ui);
                match &look.shell.course {
                    Some(course) => lesson::show(ui, look, course),
                    None => outline::show(ui, look),
                }
            });
        }
        if !files {
            let side = (width * 0.22).clamp(240.0, 380.0);
            Panel::right("inspector").exact_size(side).frame(padded).show(ui, |ui| {
                keep_size(ui);
                inspector::show(ui, look);
            });
        }
    }
    let canvas = Frame::new().fill(theme.canvas);
    CentralPanel::default().frame(canvas).show(ui, |ui| middle(ui, look, parts)).inner
}

/// A panel shrinks to what is in it; these stay as they are, so that nothing moves when something else is shown.
fn keep_size(ui: &mut Ui) {
    ui.set_min_size(ui.available_size());
}

fn middle(ui: &mut Ui, look: &mut Look<'_>, parts: &mut Parts<'_>) -> bool {
    let theme = look.theme;
    let panel = Frame::new().fill(theme.panel);
    Panel::top("tabs")
        .exact_size(stage::TABS)
        .frame(Frame::new().fill(theme.canvas))
        .show(ui, |ui| stage::tabs(ui, look));
    let most = (ui.available_height() - 160.0).max(120.0);
    let bottom = if parts.terminals.open {
        // Before a class the picture comes first.
        let (name, height) = if look.shell.presenter { ("dock-presenter", 130.0) } else { ("dock", 230.0) };
        Panel::bottom(name).resizable(true).default_size(height).size_range(110.0..=most)
    } else {
        Panel::bottom("dock-closed").exact_size(dock::BAR)
    };
    let typing = bottom.frame(panel).show(ui, |ui| dock::show(ui, look, parts.terminals)).inner;
    let room = ui.available_rect_before_wrap();
    parts.outside.diagram_is_at(room);
    ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| match () {
        () if look.shell.files.shown => files::show(ui, look),
        () if panels::is_idle(look.shell) => stage::idle(ui, look),
        () => stage::diagram(ui, look, parts.diagrams),
    });
    typing
}
