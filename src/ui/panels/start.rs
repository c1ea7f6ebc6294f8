//! When there is nothing to look at yet: choosing a lesson or a recording, waiting for the engine, and what to do when
//! it cannot start.

use super::PanelContext;
use crate::i18n::Lang;
use crate::lesson::Lesson;
use crate::trace::{Code, Problem};
use crate::ui::command::{Ask, PathCommand, SourceCommand, ViewCommand};
use crate::ui::icons::Icon;
use crate::ui::progress::Taken;
use crate::ui::prose::{self, Ink};
use crate::ui::state::Origin;
use crate::ui::widgets::{self, Loudness};
use crate::ui::{evidence, fonts};
use egui::{Align2, CornerRadius, RichText, Role, ScrollArea, Sense, Stroke, TextEdit, Ui, WidgetInfo, vec2};
use std::path::PathBuf;
use std::sync::Arc;

const WIDTH: f32 = 640.0;

/// What the page shows that is not in the window's state.
pub struct Page<'a> {
    /// The lessons of the program.
    pub lessons: &'a [Arc<Lesson>],
    /// The command that starts the engine with privileges.
    pub privileged: &'a str,
    /// What is typed into the path field.
    pub path: &'a mut String,
    /// The recording of the lesson that was wanted is part of the program.
    pub has_recording: bool,
}

/// Shows the page in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, page: Page<'_>) {
    let left = ((ui.available_width() - WIDTH) / 2.0).max(24.0);
    let width = WIDTH.min(ui.available_width() - 48.0);
    ScrollArea::vertical().auto_shrink([false, false]).show(ui, |ui| {
        ui.horizontal_top(|ui| {
            ui.add_space(left);
            ui.vertical(|ui| {
                ui.set_width(width);
                ui.add_space((ui.ctx().content_rect().height() * 0.10).min(90.0));
                match &cx.state.origin {
                    Origin::Connecting => busy(ui, cx, "start-connecting", "start-connecting-text"),
                    Origin::Reading(path) => {
                        let path = crate::spec::visible::path(path);
                        busy(ui, cx, "start-reading", &path);
                    }
                    Origin::Failed(problem) => failed(ui, cx, problem, page),
                    _ => choose(ui, cx, page),
                }
                ui.add_space(24.0);
            });
        });
    });
}

fn busy(ui: &mut Ui, cx: &mut PanelContext<'_>, title: &str, text: &str) {
    ui.horizontal(|ui| {
        ui.add(egui::Spinner::new().size(22.0).color(cx.theme.accent));
        ui.label(RichText::new(cx.say(title)).font(fonts::bold(20.0)));
    });
    ui.add_space(6.0);
    let text = if text.starts_with("start-") { cx.say(text) } else { text.to_owned() };
    ui.label(RichText::new(text).color(cx.theme.weak));
    ui.add_space(16.0);
    let label = cx.say("cancel");
    if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
        cx.want(SourceCommand::StartPage);
    }
}

fn choose(ui: &mut Ui, cx: &mut PanelContext<'_>, page: Page<'_>) {
    let theme = cx.theme;
    ui.label(RichText::new("dockwalk").font(fonts::bold(34.0)));
    ui.label(RichText::new(cx.say("start-what")).size(16.0).color(theme.weak));
    ui.add_space(26.0);
    super::engines::show(ui, cx);
    widgets::caption(ui, &cx.say("start-lessons"));
    ui.add_space(4.0);
    if page.lessons.is_empty() {
        ui.label(RichText::new(cx.say("start-no-lessons")).color(theme.weak));
    }
    let done = |lesson: &Lesson| cx.state.progress.of(&lesson.folder).is_some_and(|taken| taken.done);
    let next = page.lessons.iter().find(|lesson| !done(lesson)).map(|lesson| lesson.folder.clone());
    for lesson in page.lessons {
        lesson_card(ui, cx, lesson, next.as_ref() == Some(&lesson.folder));
    }
    ui.add_space(20.0);
    widgets::caption(ui, &cx.say("start-otherwise"));
    ui.add_space(6.0);
    ui.horizontal(|ui| {
        let live = cx.say("start-engine");
        if widgets::text_button(ui, &live, Loudness::Plain).clicked() {
            cx.want(SourceCommand::StartEngine);
        }
        let open = cx.say("start-open");
        if widgets::text_button(ui, &open, Loudness::Plain).on_hover_text(widgets::tip(&open, "Ctrl+O")).clicked() {
            cx.want(PathCommand::Ask(Ask::Open));
        }
    });
    ui.add_space(8.0);
    path_field(ui, cx, page.path);
}

/// For a desktop without a file dialog.
fn path_field(ui: &mut Ui, cx: &mut PanelContext<'_>, path: &mut String) {
    ui.horizontal(|ui| {
        let hint = RichText::new(cx.say("start-path-hint")).size(13.0).color(cx.theme.weak);
        let field =
            TextEdit::singleline(path).hint_text(hint).desired_width(420.0).margin(egui::Margin::symmetric(10, 6));
        let response = ui.add(field).accessible_name(cx.say("start-path"));
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
        let label = cx.say("open");
        let clicked = widgets::icon_button(ui, Icon::Folder, &label, "Enter", Loudness::Plain, 30.0).clicked();
        if (entered || clicked) && !path.trim().is_empty() {
            cx.want(PathCommand::Chosen(Ask::Open, PathBuf::from(path.trim())));
        }
    });
}

/// `is_next`: it is what a beginner clicks.
fn lesson_card(ui: &mut Ui, cx: &mut PanelContext<'_>, lesson: &Lesson, is_next: bool) {
    let theme = cx.theme;
    let lang: Lang = cx.state.lang;
    let prose = lesson.prose(lang);
    let taken = cx.state.progress.of(&lesson.folder);
    // All of what it is about: a card is as high as that needs.
    let summary = fonts::shown(&prose.summary.split("\n\n").next().unwrap_or_default().replace(['*', '`'], ""));
    let summary = ui.painter().layout(summary, fonts::regular(13.0), theme.weak, ui.available_width() - 80.0);
    let high = 36.0 + summary.size().y + 28.0;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), high), Sense::click());
    let name = format!("{} · {}", lesson.script.id, prose.title);
    let (of, page) = (lesson.script.steps.len(), taken.map(|taken| taken.page));
    let minutes = lesson.script.minutes.to_string();
    let minutes = cx.words.say_with("start-minutes", &[("minutes", minutes.as_str())]);
    let said = format!("{name} · {minutes} · {}", reached(cx, of, taken).0);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &said));
    let lit = response.hovered() || response.has_focus();
    let line = if lit || is_next { theme.accent } else { theme.line };
    let wide = if is_next { 2.0 } else { 1.0 };
    ui.painter().rect(rect, CornerRadius::same(10), theme.card, Stroke::new(wide, line), egui::StrokeKind::Inside);
    let number = rect.left_center() + vec2(30.0, 0.0);
    ui.painter().text(number, Align2::CENTER_CENTER, &lesson.script.id, fonts::bold(22.0), theme.accent);
    let at = rect.left_top() + vec2(60.0, 12.0);
    let end = widgets::line(ui.painter(), at, rect.width() - 190.0, &prose.title, fonts::bold(16.0), theme.text);
    let at = rect.right_top() + vec2(-16.0, 14.0);
    ui.painter().text(at, Align2::RIGHT_TOP, minutes, fonts::regular(12.5), theme.weak);
    ui.painter().galley(end.left_bottom() + vec2(0.0, 3.0), summary, theme.weak);
    bar(ui, cx, rect, of, taken);
    let again = page.is_some_and(|page| page > 0) && afresh(ui, cx, rect, &name);
    if again {
        cx.want(SourceCommand::LessonAfresh(lesson.folder.clone()));
    } else if response.clicked() {
        cx.want(SourceCommand::Lesson(lesson.folder.clone()));
    }
}

/// How far the lesson was taken, in words with what a click on the card does, and in pages.
fn reached(cx: &PanelContext<'_>, of: usize, taken: Option<&Taken>) -> (String, usize) {
    let pages = taken.filter(|taken| taken.page > 0).map_or(0, |taken| taken.page + 1).min(of);
    let done = taken.is_some_and(|taken| taken.done);
    let said = cx.say(match (done, pages) {
        (true, 0) => "start-done",
        (_, 0) => "start-begin",
        (true, _) if pages == of => "start-done",
        _ => "start-resume",
    });
    (format!("{pages}/{of} · {said}"), pages)
}

/// The same with a bar.
fn bar(ui: &Ui, cx: &PanelContext<'_>, card: egui::Rect, of: usize, taken: Option<&Taken>) {
    let theme = &cx.theme;
    let (text, pages) = reached(cx, of, taken);
    let done = taken.is_some_and(|taken| taken.done);
    let bar = egui::Rect::from_min_size(card.left_bottom() + vec2(60.0, -17.0), vec2(200.0, 4.0));
    ui.painter().rect_filled(bar, 2.0, theme.line);
    let share = bar.width() * pages as f32 / of.max(1) as f32;
    let color = if done { theme.good } else { theme.accent };
    ui.painter().rect_filled(egui::Rect::from_min_size(bar.min, vec2(share, bar.height())), 2.0, color);
    let at = bar.right_center() + vec2(12.0, 0.0);
    let color = if done { theme.good } else { theme.weak };
    ui.painter().text(at, Align2::LEFT_CENTER, text, fonts::regular(12.5), color);
}

/// In the corner of a card: from the beginning, whatever was reached. True when it was clicked.
fn afresh(ui: &mut Ui, cx: &PanelContext<'_>, card: egui::Rect, name: &str) -> bool {
    let label = cx.say("start-afresh");
    let place = egui::Rect::from_min_max(card.right_bottom() - vec2(130.0, 36.0), card.right_bottom() - vec2(8.0, 4.0));
    let builder = egui::UiBuilder::new().max_rect(place).layout(egui::Layout::right_to_left(egui::Align::Center));
    let mut inner = ui.new_child(builder.id_salt(name));
    widgets::text_button(&mut inner, &label, Loudness::Quiet).on_hover_text(format!("{name} · {label}")).clicked()
}

fn failed(ui: &mut Ui, cx: &mut PanelContext<'_>, problem: &Problem, page: Page<'_>) {
    let theme = cx.theme;
    let wanted = wanted(&problem.code);
    let title = cx.say(match wanted {
        Wanted::Recording => "failed-recording",
        Wanted::Lesson => "failed-lesson",
        Wanted::Engine => "failed-engine",
    });
    ui.label(RichText::new(title).font(fonts::bold(22.0)).color(theme.bad));
    ui.add_space(4.0);
    prose::show(ui, &cx.words.problem(problem), Ink { size: 15.0, color: theme.text });
    ui.add_space(18.0);
    match wanted {
        Wanted::Recording => path_field(ui, cx, page.path),
        Wanted::Lesson => {}
        Wanted::Engine => ways_on(ui, cx, &page),
    }
    ui.add_space(14.0);
    ui.horizontal(|ui| {
        if wanted == Wanted::Engine {
            let label = cx.say("failed-again");
            if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
                cx.want(SourceCommand::StartEngine);
            }
        }
        let label = cx.say("failed-back");
        if widgets::text_button(ui, &label, Loudness::Quiet).clicked() {
            cx.want(SourceCommand::StartPage);
        }
    });
}

/// What was to be opened and could not be.
#[derive(PartialEq, Eq)]
enum Wanted {
    Recording,
    Lesson,
    Engine,
}

fn wanted(code: &Code) -> Wanted {
    match code {
        Code::RecordingDamaged
        | Code::RecordingLater
        | Code::RecordingNoTrace
        | Code::RecordingUnknown
        | Code::RecordingUnreadable => Wanted::Recording,
        Code::LessonUnknown => Wanted::Lesson,
        _ => Wanted::Engine,
    }
}

fn ways_on(ui: &mut Ui, cx: &mut PanelContext<'_>, page: &Page<'_>) {
    let theme = cx.theme;
    widgets::card(&theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(cx.say("failed-privileged")).font(fonts::bold(15.0)));
        ui.label(RichText::new(cx.say("failed-privileged-text")).size(13.5).color(theme.weak));
        ui.add_space(2.0);
        widgets::well(&theme).show(ui, |ui| {
            ui.set_width(ui.available_width());
            let line = format!("sudo {}", page.privileged);
            ui.horizontal_top(|ui| {
                let width = ui.available_width() - 34.0;
                ui.allocate_ui(vec2(width, 0.0), |ui| {
                    ui.set_width(width);
                    ui.add(egui::Label::new(evidence::command(&line, &theme, width, 13.0)).wrap());
                });
                let label = cx.say("copy-command");
                if widgets::icon_button(ui, Icon::Copy, &label, "", Loudness::Quiet, 24.0).clicked() {
                    cx.want(ViewCommand::Copy(line.clone()));
                }
            });
        });
        ui.add_space(2.0);
        let label = cx.say("failed-privileged-start");
        if widgets::text_button(ui, &label, Loudness::Primary).clicked() {
            cx.want(SourceCommand::StartPrivileged);
        }
    });
    ui.add_space(8.0);
    widgets::card(&theme).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.label(RichText::new(cx.say("failed-play")).font(fonts::bold(15.0)));
        ui.label(RichText::new(cx.say("failed-play-text")).size(13.5).color(theme.weak));
        ui.add_space(2.0);
        ui.horizontal(|ui| {
            if page.has_recording {
                let label = cx.say("failed-play-start");
                if widgets::text_button(ui, &label, Loudness::Primary).clicked() {
                    cx.want(SourceCommand::LessonRecording);
                }
            }
            let label = cx.say("start-open");
            let button = widgets::text_button(ui, &label, Loudness::Plain);
            if button.on_hover_text(widgets::tip(&label, "Ctrl+O")).clicked() {
                cx.want(PathCommand::Ask(Ask::Open));
            }
        });
    });
}
