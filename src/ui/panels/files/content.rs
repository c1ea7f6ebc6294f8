//! The bytes of a file: lines, a picture, or hexadecimal.

use super::super::PanelContext;
use super::layers;
use crate::i18n::size;
use crate::ui::command::FilesCommand;
use crate::ui::files::content::{Body, PAGE, Picture, Text, hex_line};
use crate::ui::files::{Act, Face, Load, Opened, Slot};
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use crate::ui::{fonts, theme::Theme};
use egui::{Align, Align2, Layout, Rect, RichText, ScrollArea, TextureHandle, Ui, Vec2, pos2, vec2};
use std::sync::Arc;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    head(ui, cx, image);
    ui.add_space(2.0);
    let room = ui.available_rect_before_wrap();
    let room = Rect::from_min_max(room.min, pos2(room.right(), room.bottom() - 10.0));
    ui.painter().rect(room, 8.0, cx.theme.well, egui::Stroke::new(1.0, cx.theme.line), egui::StrokeKind::Inside);
    let inner = room.shrink2(vec2(10.0, 8.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner), |ui| {
        ui.set_clip_rect(inner.intersect(ui.clip_rect()));
        match &cx.state.files.content {
            Load::Nothing => {}
            Load::Busy(_) => busy(ui, cx),
            Load::Failed(problem) => {
                let text = cx.words.problem(problem);
                ScrollArea::vertical().show(ui, |ui| ui.label(RichText::new(text).size(13.0).color(cx.theme.bad)));
            }
            Load::Ready(body) => bytes(ui, cx, body),
        }
    });
    ui.advance_cursor_after_rect(room);
}

fn head(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 28.0), Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if !cx.state.files.large {
            let label = cx.say("files-large");
            if widgets::icon_button(ui, Icon::Screen, &label, "Enter", Loudness::Quiet, 24.0).clicked() {
                cx.want(FilesCommand::Do(Act::Large(true)));
            }
        }
        if let Load::Ready(body) = &cx.state.files.content {
            faces(ui, cx, body);
        }
        let layer = cx.state.files.shown_version().map(|version| usize::from(version.layer));
        let title = layer.and_then(|layer| Some(layers::title(cx, image.layers.get(layer)?, layer)));
        let title = title.unwrap_or_default();
        let text = cx.words.say_with("files-content-of", &[("layer", title.as_str())]);
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let text = RichText::new(text).size(12.5).color(cx.theme.weak);
            ui.add(egui::Label::new(text).truncate().selectable(false));
        });
    });
}

fn faces(ui: &mut Ui, cx: &mut PanelContext<'_>, body: &Body) {
    let mut choices = Vec::new();
    if matches!(body.picture, Picture::Yes(..)) {
        choices.push((Face::Picture, cx.say("files-face-picture")));
    }
    if body.text.is_some() {
        choices.push((Face::Text, cx.say("files-face-text")));
    }
    choices.push((Face::Hex, cx.say("files-face-hex")));
    let now = cx.state.files.face.unwrap_or(body.face());
    if choices.len() > 1
        && let Some(face) = widgets::segmented(ui, "files-face", &choices, now)
    {
        cx.want(FilesCommand::Do(Act::Face(face)));
    }
}

/// Nothing blinks for what takes less than half a second.
fn busy(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    if super::empty::since(ui, "files-content", true) < 0.5 {
        return;
    }
    ui.horizontal(|ui| {
        ui.add(egui::Spinner::new().size(16.0).color(cx.theme.accent));
        ui.label(RichText::new(cx.say("files-reading")).size(13.0).color(cx.theme.weak));
        let cancel = cx.say("cancel");
        if widgets::text_button(ui, &cancel, Loudness::Quiet).clicked() {
            cx.want(FilesCommand::Do(Act::Cancel(Slot::Content)));
        }
    });
}

fn bytes(ui: &mut Ui, cx: &mut PanelContext<'_>, body: &Body) {
    super::empty::since(ui, "files-content", false);
    if body.size == 0 {
        ui.label(RichText::new(cx.say("files-content-empty")).size(13.0).color(cx.theme.weak));
        return;
    }
    if body.is_paged() {
        parts(ui, cx, body);
    }
    match &body.picture {
        Picture::TooLarge => note(ui, cx, &cx.say("files-picture-too-large")),
        Picture::Broken(reason) => {
            let text = cx.words.say_with("files-picture-broken", &[("reason", reason.as_str())]);
            note(ui, cx, &text);
        }
        Picture::No | Picture::Yes(..) => {}
    }
    match (cx.state.files.face.unwrap_or(body.face()), &body.picture, &body.text) {
        (Face::Picture, Picture::Yes(pixels, full), _) => picture(ui, cx, pixels, *full),
        (Face::Text, _, Some(text)) => lines(ui, &cx.theme, text, body),
        _ => hex(ui, &cx.theme, body),
    }
}

fn note(ui: &mut Ui, cx: &PanelContext<'_>, text: &str) {
    ui.add(egui::Label::new(RichText::new(text).size(12.0).color(cx.theme.warn)).wrap());
}

/// Which part of a large file is shown, and the way to the others.
fn parts(ui: &mut Ui, cx: &mut PanelContext<'_>, body: &Body) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let last = (body.size - 1) / PAGE * PAGE;
        let steps = [
            ("files-part-first", "⏮", 0, body.offset > 0),
            ("files-part-before", "◀", body.offset.saturating_sub(PAGE), body.offset > 0),
            ("files-part-after", "▶", body.offset + PAGE, body.offset < last),
            ("files-part-last", "⏭", last, body.offset < last),
        ];
        for (key, text, to, enabled) in steps {
            let label = cx.say(key);
            let button = egui::Button::new(RichText::new(text).size(11.0)).min_size(vec2(24.0, 20.0));
            let response = ui.add_enabled(enabled, button);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, enabled, &label));
            if response.on_hover_text(label).clicked() {
                cx.want(FilesCommand::Do(Act::Part(to)));
            }
        }
        let end = body.offset + body.bytes.len() as u64;
        let text = format!("{} – {} / {}", size(body.offset), size(end), size(body.size));
        ui.add(egui::Label::new(RichText::new(text).font(fonts::mono(11.5)).color(cx.theme.weak)).truncate());
    });
}

fn lines(ui: &mut Ui, theme: &Theme, text: &Text, body: &Body) {
    const LINE: f32 = 17.0;
    let numbered = body.offset == 0;
    let digits = text.lines().to_string().len().max(2);
    let gutter = if numbered { digits as f32 * 6.6 + 12.0 } else { 0.0 };
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::both()
        .id_salt(("files-text", body.offset))
        .auto_shrink([false, false])
        .min_scrolled_height(0.0)
        .show_rows(ui, LINE, text.lines(), |ui, rows| {
            let font = fonts::mono(12.5);
            for number in rows {
                // A line may be as long as the file: what no screen can show is not laid out.
                let line: String = text.line(number).replace('\t', "    ").chars().take(2000).collect();
                let line = fonts::shown(&line);
                let galley = ui.painter().layout_no_wrap(line, font.clone(), theme.text);
                let size = vec2(gutter + galley.size().x + 8.0, LINE);
                let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
                response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Label, true, galley.text()));
                ui.painter().galley(pos2(rect.left() + gutter, rect.top() + 1.0), galley, theme.text);
                if numbered {
                    let at = pos2(rect.left() + gutter - 10.0, rect.top() + 1.0);
                    let ink = theme.weak.gamma_multiply(0.7);
                    ui.painter().text(at, Align2::RIGHT_TOP, number + 1, fonts::mono(12.0), ink);
                }
            }
        });
}

fn hex(ui: &mut Ui, theme: &Theme, body: &Body) {
    const LINE: f32 = 17.0;
    let wide = if ui.available_width() > 520.0 { 16 } else { 8 };
    let rows = body.bytes.len().div_ceil(wide);
    ui.spacing_mut().item_spacing.y = 0.0;
    ScrollArea::both()
        .id_salt(("files-hex", body.offset))
        .auto_shrink([false, false])
        .min_scrolled_height(0.0)
        .show_rows(ui, LINE, rows, |ui, rows| {
            let font = fonts::mono(12.0);
            let glyph = ui.painter().layout_no_wrap("0".into(), font.clone(), theme.text).size().x;
            for row in rows {
                let part = &body.bytes[row * wide..((row + 1) * wide).min(body.bytes.len())];
                let (offset, bytes, letters) = hex_line(part, body.offset + (row * wide) as u64, wide);
                let middle = (offset.len() as f32 + 2.0) * glyph;
                let right = middle + (wide as f32 * 3.0 + if wide == 16 { 2.0 } else { 1.0 }) * glyph;
                let size = vec2(right + wide as f32 * glyph + 4.0, LINE);
                let (rect, response) = ui.allocate_exact_size(size, egui::Sense::hover());
                response.widget_info(|| {
                    egui::WidgetInfo::labeled(egui::Role::Label, true, format!("{offset}  {bytes}  {letters}"))
                });
                let put = |x: f32, text: String, ink| {
                    ui.painter().text(rect.left_top() + vec2(x, 1.0), Align2::LEFT_TOP, text, font.clone(), ink)
                };
                put(0.0, offset, theme.weak.gamma_multiply(0.8));
                put(middle, bytes, theme.text);
                put(right, letters, theme.weak);
            }
        });
}

/// The picture as large as there is room, never larger than it is.
fn picture(ui: &mut Ui, cx: &PanelContext<'_>, pixels: &Arc<egui::ColorImage>, full: [u32; 2]) {
    let id = egui::Id::unique("files-picture");
    type Kept = (usize, TextureHandle);
    let address = Arc::as_ptr(pixels) as usize;
    let kept = ui.ctx().data(|data| data.get_temp::<Kept>(id)).filter(|(of, _)| *of == address);
    let (_, texture) = kept.unwrap_or_else(|| {
        let texture = ui.ctx().load_texture("files-picture", Arc::clone(pixels), egui::TextureOptions::LINEAR);
        ui.ctx().data_mut(|data| data.insert_temp(id, (address, texture.clone())));
        (address, texture)
    });
    let caption = format!("PNG  {} × {}", full[0], full[1]);
    let room = ui.available_size() - vec2(0.0, 22.0);
    let size = texture.size_vec2();
    let scale = (room.x / size.x).min(room.y / size.y).min((256.0 / size.max_elem()).max(1.0));
    let shown: Vec2 = (size * scale.max(0.01)).floor();
    let area = Rect::from_min_size(ui.cursor().min, room.max(vec2(1.0, 1.0)));
    let at = Rect::from_center_size(area.center(), shown);
    checkers(ui, &cx.theme, at);
    ui.painter().image(texture.id(), at, Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0)), egui::Color32::WHITE);
    let below = pos2(area.center().x, area.bottom() + 4.0);
    ui.painter().text(below, Align2::CENTER_TOP, &caption, fonts::mono(11.5), cx.theme.weak);
    let response = ui.interact(at, id, egui::Sense::hover());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &caption));
}

/// Squares behind what is transparent.
fn checkers(ui: &Ui, theme: &Theme, rect: Rect) {
    let side = 8.0;
    ui.painter().rect_filled(rect, 0.0, theme.card);
    let (columns, rows) = ((rect.width() / side) as usize + 1, (rect.height() / side) as usize + 1);
    for i in (0..columns * rows).filter(|i| (i % columns + i / columns) % 2 == 0) {
        let at = rect.min + vec2((i % columns) as f32, (i / columns) as f32) * side;
        let square = Rect::from_min_size(at, Vec2::splat(side)).intersect(rect);
        ui.painter().rect_filled(square, 0.0, theme.line);
    }
}
