//! Which layer serves the chosen path, and what hides beneath: a small picture of the layers, the highest on top.

use super::super::PanelContext;
use super::layers;
use crate::tree::{Hidden, Kind};
use crate::ui::command::FilesCommand;
use crate::ui::files::{Act, LayerInfo, Opened, Said, Say};
use crate::ui::{fonts, theme::Theme, widgets};
use egui::{Color32, CornerRadius, Rect, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

const ROW: f32 = 38.0;
const THIN: f32 = 15.0;

/// Shows it.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let said = cx.state.files.said();
    let serving = said.iter().find(|one| one.say == Say::Serves).map(|one| one.layer);
    let (text, good) = match serving {
        Some(layer) => {
            let title = layers::title(cx, &image.layers[layer], layer);
            (cx.words.say_with("files-served-by", &[("layer", title.as_str())]), true)
        }
        None => (cx.say("files-served-by-none"), false),
    };
    let theme = cx.theme;
    let color = if good { theme.good } else { theme.bad };
    ui.add(egui::Label::new(egui::RichText::new(text).font(fonts::bold(14.0)).color(color)).wrap());
    ui.add_space(2.0);
    ui.spacing_mut().item_spacing.y = 3.0;
    let shown = cx.state.files.shown_version().map(|version| usize::from(version.layer));
    let mut silent: Vec<&Said> = Vec::new();
    for one in &said {
        if one.say == Say::Nothing {
            silent.push(one);
            continue;
        }
        quiet(ui, cx, image, &mut silent);
        layer(ui, cx, image, one, shown == Some(one.layer));
    }
    quiet(ui, cx, image, &mut silent);
}

/// Layers that say nothing stand together in a thin line.
fn quiet(ui: &mut Ui, cx: &PanelContext<'_>, image: &Opened, silent: &mut Vec<&Said>) {
    let (Some(first), Some(last)) = (silent.first(), silent.last()) else { return };
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), THIN + 3.0), Sense::hover());
    let number = |layer: usize| match image.layers.get(layer) {
        Some(info) if info.is_writable() => "RW".to_owned(),
        _ => (layer + 1).to_string(),
    };
    let (low, high) = (number(last.layer), number(first.layer));
    let numbers = if low == high { low } else { format!("{low}–{high}") };
    let writable = |said: &Said| image.layers.get(said.layer).is_some_and(LayerInfo::is_writable);
    let text = match (silent.len(), writable(first)) {
        (1, true) => cx.say("files-say-nothing-writable"),
        _ => cx.words.say_with("files-say-nothing", &[("layers", numbers.as_str())]),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    let line = Rect::from_min_max(pos2(rect.left(), rect.top() + 2.0), pos2(rect.right(), rect.top() + THIN));
    dashed(ui, line, theme.line);
    widgets::line(
        ui.painter(),
        pos2(line.left() + 12.0, line.top() - 0.5),
        line.width() - 20.0,
        &text,
        fonts::regular(11.0),
        theme.weak,
    );
    silent.clear();
}

fn dashed(ui: &Ui, rect: Rect, color: Color32) {
    let corners = [rect.left_top(), rect.right_top(), rect.right_bottom(), rect.left_bottom(), rect.left_top()];
    ui.painter().extend(Shape::dashed_line(&corners, Stroke::new(1.0, color), 3.0, 3.0));
}

fn layer(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened, said: &Said, shown: bool) {
    let theme = cx.theme;
    let info = &image.layers[said.layer];
    let entry = said.version.map(|version| image.inode(version));
    let clickable = said.version.is_some();
    let sense = if clickable { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), sense);
    let what = what(cx, image, &said.say);
    let title = layers::title(cx, info, said.layer);
    response.widget_info(|| {
        let role = if clickable { Role::RadioButton } else { Role::Label };
        WidgetInfo::selected(role, true, shown, format!("{title}: {what}"))
    });
    let tone = tone(&said.say, info, &theme);
    let solid = said.say == Say::Serves;
    let fill = match (solid, response.hovered() && clickable) {
        (true, _) => theme.panel.lerp_to_gamma(tone, 0.18),
        (false, true) => theme.card.lerp_to_gamma(theme.text, 0.05),
        (false, false) => theme.card,
    };
    let painter = ui.painter();
    if clickable {
        let line = Stroke::new(if shown { 1.8 } else { 1.0 }, if shown || solid { tone } else { theme.line });
        painter.rect(rect, CornerRadius::same(6), fill, line, StrokeKind::Inside);
    } else {
        dashed(ui, rect.shrink(0.5), tone.gamma_multiply(0.7));
    }
    painter.rect_filled(Rect::from_min_size(rect.min + vec2(0.0, 6.0), vec2(3.0, ROW - 12.0)), 1.5, tone);
    layers::badge(painter, pos2(rect.left() + 24.0, rect.top() + 12.0), Some(info), said.layer, &theme);
    let left = rect.left() + 42.0;
    let size = match entry.map(|inode| &inode.kind) {
        Some(Kind::File { size }) => crate::i18n::size(*size),
        _ => String::new(),
    };
    let galley = painter.layout_no_wrap(size, fonts::mono(11.5), theme.weak);
    let room = rect.right() - 10.0 - left - galley.size().x - 6.0;
    painter.galley(pos2(rect.right() - 10.0 - galley.size().x, rect.top() + 5.0), galley, theme.weak);
    let ink = if solid { theme.text } else { tone };
    widgets::line(painter, pos2(left, rect.top() + 4.0), room, &what, fonts::bold(12.0), ink);
    let made = if info.is_writable() { cx.say("files-writable-text") } else { layers::instruction(&info.made_by) };
    let made_at = pos2(left, rect.top() + 20.0);
    let font = if info.is_writable() { fonts::regular(11.5) } else { fonts::mono(11.0) };
    widgets::line(painter, made_at, rect.right() - 10.0 - left, &made, font, theme.weak);
    if clickable && response.clicked() {
        cx.want(FilesCommand::Do(Act::Version(said.layer)));
    }
    response.on_hover_text(format!("{title}\n{what}\n{made}"));
}

fn tone(say: &Say, info: &LayerInfo, theme: &Theme) -> Color32 {
    match say {
        Say::Serves => theme.good,
        Say::Hidden(Hidden::Merged { .. }) => theme.family(layers::family(info)),
        Say::Hidden(_) | Say::Nothing => theme.weak,
        Say::Whiteout | Say::Covers(_) => theme.bad,
    }
}

/// What a layer says, in words.
fn what(cx: &PanelContext<'_>, image: &Opened, say: &Say) -> String {
    let name = |layer: u16| {
        let number = usize::from(layer);
        image.layers.get(number).map(|info| layers::title(cx, info, number)).unwrap_or_default()
    };
    let told =
        |key: &str, layer: u16, at: &str| cx.words.say_with(key, &[("layer", name(layer).as_str()), ("path", at)]);
    match say {
        Say::Serves => cx.say("files-say-serves"),
        Say::Whiteout => cx.say("files-say-whiteout"),
        Say::Nothing => String::new(),
        Say::Hidden(Hidden::Replaced { layer }) => told("files-say-replaced", *layer, ""),
        Say::Hidden(Hidden::Merged { layer }) => told("files-say-merged", *layer, ""),
        Say::Hidden(Hidden::Deleted { layer, at }) => told("files-say-deleted", *layer, &format!("/{at}")),
        Say::Hidden(Hidden::Opaque { layer, at }) => told("files-say-opaque", *layer, &format!("/{at}")),
        Say::Hidden(Hidden::NotADirectory { layer, at }) => told("files-say-no-directory", *layer, &format!("/{at}")),
        Say::Covers(Hidden::Deleted { at, .. }) => {
            cx.words.say_with("files-covers-deleted", &[("path", format!("/{at}").as_str())])
        }
        Say::Covers(Hidden::Opaque { at, .. }) => {
            cx.words.say_with("files-covers-opaque", &[("path", format!("/{at}").as_str())])
        }
        Say::Covers(hidden) => {
            let at = match hidden {
                Hidden::NotADirectory { at, .. } => format!("/{at}"),
                _ => String::new(),
            };
            cx.words.say_with("files-covers-no-directory", &[("path", at.as_str())])
        }
    }
}
