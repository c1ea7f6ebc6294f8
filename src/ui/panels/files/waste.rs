//! Bytes that the image carries and nobody sees, by path.

use super::super::PanelContext;
use super::{layers, words};
use crate::i18n::size;
use crate::tree::{Hidden, Waste, WastedPath};
use crate::ui::command::FilesCommand;
use crate::ui::files::{Act, Load, Opened, Slot};
use crate::ui::widgets::{self, Loudness};
use crate::ui::{fonts, theme::Theme};
use egui::{Align2, Rect, RichText, Role, ScrollArea, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 40.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let room = ui.available_rect_before_wrap();
    match &cx.state.files.waste {
        Load::Ready(waste) => table(ui, cx, image, waste),
        Load::Failed(problem) => {
            ui.label(RichText::new(cx.words.problem(problem)).color(cx.theme.bad));
        }
        Load::Busy(_) => {
            super::boxed(ui, room, &cx.theme);
            super::empty::in_tree(ui, cx, room, "files-busy");
            ui.add_space(room.height() * 0.3 + 30.0);
            let cancel = cx.say("cancel");
            ui.vertical_centered(|ui| {
                if super::empty::since(ui, "files-busy", true) > 0.5
                    && widgets::text_button(ui, &cancel, Loudness::Quiet).clicked()
                {
                    cx.want(FilesCommand::Do(Act::Cancel(Slot::Waste)));
                }
            });
        }
        Load::Nothing => {
            let label = cx.say("files-page-waste");
            if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
                cx.want(FilesCommand::Do(Act::Page(crate::ui::files::Page::Waste)));
            }
        }
    }
}

fn table(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened, waste: &Waste) {
    super::empty::since(ui, "files-busy", false);
    let theme = cx.theme;
    summary(ui, cx, waste);
    let room = ui.available_rect_before_wrap();
    super::boxed(ui, room, &theme);
    if waste.paths.is_empty() {
        return super::empty::in_tree(ui, cx, room, "files-waste-none");
    }
    let most = waste.paths.first().map_or(1, |path| path.bytes).max(1);
    ui.scope_builder(egui::UiBuilder::new().max_rect(room.shrink2(vec2(1.0, 4.0))), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let area = ScrollArea::vertical().id_salt("files-waste").auto_shrink([false, false]);
        area.show_rows(ui, ROW, waste.paths.len(), |ui, rows| {
            waste.paths[rows].iter().for_each(|path| row(ui, cx, image, path, most));
        });
    });
}

/// The sum in large type, and the share as a bar.
fn summary(ui: &mut Ui, cx: &PanelContext<'_>, waste: &Waste) {
    let theme = cx.theme;
    let all = (waste.seen + waste.hidden).max(1);
    let share = waste.hidden as f64 / all as f64;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 62.0), Sense::hover());
    let sum = size(waste.hidden);
    let percent = match share * 100.0 {
        small if small > 0.0 && small < 0.1 => "< 0.1 %".to_owned(),
        percent => format!("{percent:.1} %"),
    };
    let (of, count) = (size(all), super::search::grouped(waste.paths.len()));
    let vars = [("sum", sum.as_str()), ("percent", percent.as_str()), ("of", of.as_str()), ("count", count.as_str())];
    let said = cx.words.say_with("files-waste-sum", &vars);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &said));
    let painter = ui.painter();
    let end = widgets::line(painter, rect.min, rect.width() * 0.5, &sum, fonts::bold(24.0), theme.text);
    let at = pos2(end.right() + 10.0, end.bottom() - 21.0);
    let end =
        widgets::line(painter, at, 120.0, &percent, fonts::bold(15.0), theme.family(crate::trace::Family::Storage));
    let at = pos2(end.right() + 14.0, end.top() + 2.0);
    let rest = cx.words.say_with("files-waste-rest", &vars);
    widgets::line(painter, at, rect.right() - at.x, &rest, fonts::regular(13.0), theme.weak);
    let track = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 22.0), pos2(rect.right(), rect.bottom() - 14.0));
    painter.rect_filled(track, 4.0, theme.family(crate::trace::Family::Layer).gamma_multiply(0.55));
    let wasted = Rect::from_min_max(pos2(track.right() - track.width() * share as f32, track.top()), track.max);
    painter.rect_filled(wasted, 4.0, theme.family(crate::trace::Family::Storage));
}

fn row(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened, path: &WastedPath, most: u64) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::click());
    let full = image.stack.path(path.id);
    let why = why(path);
    let text = cx.say(why.0);
    let sum = size(path.bytes);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("/{full}: {sum}, {text}")));
    let chosen = cx.state.files.path() == Some(&full);
    if chosen || response.hovered() || response.has_focus() {
        let fill = if chosen { theme.panel.lerp_to_gamma(theme.accent, 0.16) } else { theme.card };
        ui.painter().rect_filled(rect, 0.0, fill);
    }
    let painter = ui.painter();
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.line.gamma_multiply(0.6)));
    let right = rect.left() + 84.0;
    painter.text(pos2(right, rect.top() + 6.0), Align2::RIGHT_TOP, &sum, fonts::mono(13.0), theme.text);
    let bar = 64.0 * (path.bytes as f64 / most as f64) as f32;
    let bar = Rect::from_min_max(pos2(right - bar.max(2.0), rect.bottom() - 12.0), pos2(right, rect.bottom() - 8.0));
    painter.rect_filled(bar, 2.0, color(why.1, &theme));
    let left = rect.left() + 100.0;
    let name = format!("/{}", words::name(full.as_bytes()));
    widgets::line(
        painter,
        pos2(left, rect.top() + 4.0),
        rect.right() - left - 12.0,
        &name,
        fonts::mono(13.0),
        theme.text,
    );
    let mut at = pos2(left + 12.0, rect.bottom() - 10.0);
    let mut left = path.versions.len();
    for wasted in path.versions.iter().rev().take(8) {
        left -= 1;
        let carries = usize::from(wasted.version.layer);
        let hides = usize::from(wasted.hidden.layer());
        layers::badge(painter, at, image.layers.get(carries), carries, &theme);
        let arrow = pos2(at.x + 15.0, at.y);
        painter.text(arrow, Align2::LEFT_CENTER, "←", fonts::regular(11.0), theme.weak);
        layers::badge(painter, pos2(at.x + 42.0, at.y), image.layers.get(hides), hides, &theme);
        at.x += 74.0;
        if at.x > rect.right() - 120.0 {
            break;
        }
    }
    let text = if left > 0 {
        format!("{} · {text}", cx.words.say_with("scene-more", &[("n", &left.to_string())]))
    } else {
        text
    };
    painter.text(pos2(at.x - 8.0, at.y), Align2::LEFT_CENTER, &text, fonts::regular(12.0), color(why.1, &theme));
    if response.clicked() {
        cx.want(FilesCommand::Do(Act::GoTo(full)));
    }
    response.on_hover_text(cx.say(why.0.replace("files-waste-", "files-waste-tip-").as_str()));
}

/// Why nobody sees them, as the message that says so.
fn why(path: &WastedPath) -> (&'static str, Why) {
    let deleted = |hidden: &Hidden| !matches!(hidden, Hidden::Replaced { .. });
    match () {
        () if path.metadata_only => ("files-waste-metadata", Why::Metadata),
        () if path.versions.first().is_some_and(|version| deleted(&version.hidden)) => {
            ("files-waste-deleted", Why::Deleted)
        }
        () => ("files-waste-overwritten", Why::Overwritten),
    }
}

#[derive(Clone, Copy)]
enum Why {
    Metadata,
    Deleted,
    Overwritten,
}

fn color(why: Why, theme: &Theme) -> egui::Color32 {
    match why {
        Why::Metadata => theme.family(crate::trace::Family::Image),
        Why::Deleted => theme.bad,
        Why::Overwritten => theme.warn,
    }
}
