//! The keys, over everything: as a picture of a keyboard, and in words by what they are about.

mod keyboard;

use super::PanelContext;
use crate::ui::command::{self, About, Binding, ViewCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{Color32, KeyboardShortcut, Label, ModifierNames, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2};

/// How wide all of it is where there is room.
const WIDTH: f32 = 1150.0;
/// The columns of words.
const COLUMNS: [&[About]; 4] = [&[About::Moving], &[About::Closer], &[About::Pictures, About::Class], &[About::Files]];
/// How wide the names of keys are.
const KEYS: f32 = 98.0;

/// Shows the keys.
pub fn show(ctx: &egui::Context, cx: &mut PanelContext<'_>) {
    let bindings = command::bindings();
    let frame = widgets::card(&cx.theme).inner_margin(18.0);
    let room = ctx.content_rect().size() - vec2(60.0, 44.0);
    let modal = egui::Modal::new(egui::Id::unique("help")).frame(frame).show(ctx, |ui| {
        let width = WIDTH.min(room.x);
        ui.set_width(width);
        ui.horizontal(|ui| {
            ui.label(RichText::new(cx.say("help-title")).font(fonts::bold(18.0)));
            ui.add_space(8.0);
            ui.label(RichText::new(cx.say("help-bar")).size(12.5).color(cx.theme.weak));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let label = cx.say("close");
                if widgets::icon_button(ui, Icon::Close, &label, "Esc", Loudness::Quiet, 26.0).clicked() {
                    cx.want(ViewCommand::Help);
                }
            });
        });
        // In a low window the keyboard gives way to the words.
        let drawn = keyboard::size((width * 0.82).min((room.y - 360.0).max(190.0) * 4.5));
        ui.vertical_centered(|ui| {
            let (rect, response) = ui.allocate_exact_size(drawn, Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, cx.say("help-picture")));
            keyboard::paint(ui.painter(), rect, &bindings, &cx.theme);
        });
        ui.add_space(6.0);
        let high = room.y - drawn.y - 120.0;
        let words = ScrollArea::vertical().max_height(high).min_scrolled_height(high).auto_shrink([false, true]);
        words.show(ui, |ui| {
            ui.columns(COLUMNS.len(), |columns| {
                for (column, parts) in columns.iter_mut().zip(COLUMNS) {
                    column.spacing_mut().item_spacing.y = 2.0;
                    for about in parts {
                        group(column, cx, *about, &bindings);
                    }
                }
                if let Some(last) = columns.last_mut() {
                    more(last, cx);
                }
            });
        });
        ui.label(RichText::new(cx.say("help-terminal")).size(12.5).color(cx.theme.weak));
    });
    if modal.should_close() {
        cx.want(ViewCommand::Help);
    }
}

/// A heading, and each key with what it does.
fn group(ui: &mut Ui, cx: &PanelContext<'_>, about: About, bindings: &[Binding]) {
    let color = cx.theme.family(about.family());
    heading(ui, &cx.say(about.key()), color);
    let mut own: Vec<_> = bindings.iter().filter(|binding| binding.about() == about).collect();
    // What is pressed with one finger comes first.
    own.sort_by_key(|binding| binding.keys.first().is_some_and(|first| first.modifiers.any()));
    for binding in own {
        let names: Vec<_> = binding.keys.iter().map(name).collect();
        let both = names.iter().take(2).cloned().collect::<Vec<_>>().join("  ");
        let keys = if both.chars().count() <= 13 { &both } else { &names[0] };
        row(ui, cx, keys, &cx.say(&format!("key-{}", binding.name)), color);
    }
    ui.add_space(6.0);
}

/// Keys that are no binding of their own.
fn more(ui: &mut Ui, cx: &PanelContext<'_>) {
    heading(ui, &cx.say("help-more"), cx.theme.weak);
    for (keys, key) in [("1 – 9", "help-answers"), ("PgDn  PgUp", "help-clicker"), ("Tab  Enter", "help-tab")] {
        row(ui, cx, keys, &cx.say(key), cx.theme.weak);
    }
}

fn heading(ui: &mut Ui, text: &str, color: Color32) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 7.0;
        let (dot, _) = ui.allocate_exact_size(vec2(10.0, 10.0), Sense::hover());
        ui.painter().rect_filled(dot, 3.0, color);
        ui.label(RichText::new(text).font(fonts::bold(13.5)));
    });
}

fn row(ui: &mut Ui, cx: &PanelContext<'_>, keys: &str, words: &str, color: Color32) {
    let room = ui.available_width() - KEYS - 14.0;
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let (rect, _) = ui.allocate_exact_size(vec2(KEYS, 17.0), Sense::hover());
        ui.painter().text(rect.left_center(), egui::Align2::LEFT_CENTER, keys, fonts::mono(12.0), color);
        ui.vertical(|ui| {
            ui.set_width(room);
            ui.add(Label::new(RichText::new(words).size(12.5).color(cx.theme.text)).wrap());
        });
    });
}

/// `Ctrl+O`, `Shift+→`, `?`
pub fn name(shortcut: &KeyboardShortcut) -> String {
    let key = match shortcut.logical_key {
        egui::Key::Backtick => "`",
        egui::Key::Space => "Space",
        egui::Key::Escape => "Esc",
        egui::Key::Slash => "/",
        egui::Key::ArrowLeft => "←",
        egui::Key::ArrowRight => "→",
        egui::Key::ArrowUp => "↑",
        egui::Key::ArrowDown => "↓",
        egui::Key::PageUp => "PgUp",
        egui::Key::PageDown => "PgDn",
        key => key.symbol_or_name(),
    };
    let names = ModifierNames::NAMES.format(&shortcut.modifiers, false);
    if names.is_empty() { key.to_owned() } else { format!("{names}+{key}") }
}

/// The key that does that, as it is written beside what it does; the name is that of the binding.
pub fn key_of(binding: &str) -> String {
    let all = command::bindings();
    let found = all.iter().find(|one| one.name == binding).and_then(|one| one.keys.first());
    found.map(name).unwrap_or_default()
}
