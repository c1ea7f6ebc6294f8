//! The layers as a column, the highest on top, with the instructions that made them.

use super::super::PanelContext;
use crate::i18n::size;
use crate::spec::Digest;
use crate::trace::Family;
use crate::ui::command::FilesCommand;
use crate::ui::files::{Act, LayerInfo, Opened};
use crate::ui::widgets;
use crate::ui::{fonts, theme::Theme};
use egui::{Align2, CornerRadius, Rect, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

const CARD: f32 = 74.0;
const THIN: f32 = 22.0;
const GAP: f32 = 6.0;

/// Shows them in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let files = &cx.state.files;
    ui.spacing_mut().item_spacing.y = GAP;
    let choices = [(false, cx.say("files-up-to")), (true, cx.say("files-only"))];
    if let Some(only) = widgets::segmented(ui, "files-scope", &choices, files.part.only) {
        cx.want(FilesCommand::Do(Act::Only(only)));
    }
    ui.add_space(2.0);
    let largest = image.layers.iter().map(|layer| layer.size).max().unwrap_or(0).max(1);
    ScrollArea::vertical().id_salt("files-layers").auto_shrink([false, false]).show(ui, |ui| {
        if image.layers.last().is_some_and(LayerInfo::is_writable) {
            card(ui, cx, image, image.layers.len() - 1, largest);
        }
        for made in image.history.iter().rev() {
            match made.layer {
                Some(layer) => card(ui, cx, image, layer, largest),
                None => thin(ui, cx, &made.text),
            }
        }
        ui.add_space(8.0);
    });
}

fn card(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened, number: usize, largest: u64) {
    let theme = cx.theme;
    let view = cx.state.files.part;
    let Some(layer) = image.layers.get(number) else { return };
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CARD), Sense::click());
    let chosen = view.layer == number;
    let title = title(cx, layer, number);
    let what = if layer.is_writable() { cx.say("files-writable-text") } else { instruction(&layer.made_by) };
    response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, format!("{title}: {what}")));
    if ui.is_rect_visible(rect) {
        let inside = number < view.layer && !view.only;
        plate(ui, &theme, rect, layer, Lit { chosen, inside, hovered: response.hovered() || response.has_focus() });
        let family = theme.family(family(layer));
        let faded = !(chosen || inside);
        let ink = if faded { theme.weak } else { theme.text };
        let painter = ui.painter().with_clip_rect(rect.shrink(1.0));
        let (left, right) = (rect.left() + 12.0, rect.right() - 12.0);
        let size = painter.layout_no_wrap(size(layer.size), fonts::mono(12.0), ink);
        let room = right - left - size.size().x - 10.0;
        painter.galley(pos2(right - size.size().x, rect.top() + 10.0), size, ink);
        widgets::line(&painter, pos2(left, rect.top() + 8.0), room, &title, fonts::bold(13.5), ink);
        let font = if layer.is_writable() { fonts::regular(12.0) } else { fonts::mono(11.5) };
        widgets::line(&painter, pos2(left, rect.top() + 29.0), right - left, &what, font, ink);
        let shared = shared_by(cx, layer, image);
        let ids = ids(cx, layer);
        let mut width = right - left;
        if !shared.is_empty() {
            let text = cx.words.say_with("files-shared", &[("count", shared.len().to_string().as_str())]);
            let galley = painter.layout_no_wrap(text, fonts::regular(11.0), theme.family(Family::Image));
            width -= galley.size().x + 8.0;
            let at = pos2(right - galley.size().x, rect.top() + 46.0);
            painter.galley(at, galley, theme.weak);
        }
        let font = if layer.is_writable() { fonts::regular(11.5) } else { fonts::mono(11.0) };
        widgets::line(&painter, pos2(left, rect.top() + 46.0), width, &ids, font, theme.weak);
        // To scale: the largest layer fills the line.
        let track = Rect::from_min_max(pos2(left, rect.bottom() - 10.0), pos2(right, rect.bottom() - 6.0));
        painter.rect_filled(track, 2.0, theme.line);
        let share = (layer.size as f64 / largest as f64) as f32;
        let bar = Rect::from_min_size(
            track.min,
            vec2((track.width() * share).max(if layer.size > 0 { 2.0 } else { 0.0 }), 4.0),
        );
        painter.rect_filled(bar, 2.0, if faded { family.gamma_multiply(0.45) } else { family });
    }
    if response.clicked() {
        cx.want(FilesCommand::Do(Act::Layer(number)));
    }
    response.on_hover_ui(|ui| tip(ui, cx, layer, image));
}

#[derive(Clone, Copy)]
struct Lit {
    chosen: bool,
    inside: bool,
    hovered: bool,
}

fn plate(ui: &Ui, theme: &Theme, rect: Rect, layer: &LayerInfo, lit: Lit) {
    let family = family(layer);
    let fill = match (lit.chosen, lit.inside) {
        (true, _) => theme.family_fill(family),
        (_, true) => theme.canvas.lerp_to_gamma(theme.family(family), 0.07),
        _ => theme.card,
    };
    let fill = if lit.hovered { fill.lerp_to_gamma(theme.text, 0.05) } else { fill };
    let line = match (lit.chosen, lit.inside) {
        (true, _) => Stroke::new(1.8, theme.family(family)),
        (_, true) => Stroke::new(1.0, theme.family(family).gamma_multiply(0.5)),
        _ => Stroke::new(1.0, theme.line),
    };
    ui.painter().rect(rect, CornerRadius::same(8), fill, line, StrokeKind::Inside);
}

/// An instruction that made no layer.
fn thin(ui: &mut Ui, cx: &PanelContext<'_>, text: &str) {
    let theme = cx.theme;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), THIN), Sense::hover());
    let text = instruction(text);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &text));
    let painter = ui.painter();
    let middle = rect.center().y;
    painter.hline(rect.left() + 12.0..=rect.left() + 22.0, middle, Stroke::new(1.0, theme.line));
    let at = pos2(rect.left() + 30.0, middle - 7.0);
    widgets::line(painter, at, rect.right() - at.x - 4.0, &text, fonts::mono(11.0), theme.weak);
    response.on_hover_text(text);
}

/// The whole of what a card has no room for.
fn tip(ui: &mut Ui, cx: &PanelContext<'_>, layer: &LayerInfo, image: &Opened) {
    ui.set_max_width(460.0);
    if !layer.made_by.is_empty() {
        ui.label(egui::RichText::new(instruction(&layer.made_by)).font(fonts::mono(12.0)));
    }
    let row = |ui: &mut Ui, name: &str, value: String| {
        ui.label(egui::RichText::new(format!("{name}  {value}")).font(fonts::mono(11.5)).color(cx.theme.weak));
    };
    let digest = |digest: &Option<Digest>| digest.as_ref().map(ToString::to_string);
    digest(&layer.blob).into_iter().for_each(|text| row(ui, "blob", text));
    digest(&layer.diff).into_iter().for_each(|text| row(ui, "diffID", text));
    digest(&layer.chain).into_iter().for_each(|text| row(ui, "chainID", text));
    row(ui, &cx.say("files-entries"), layer.entries.to_string());
    if layer.blob_size > 0 {
        row(ui, &cx.say("files-compressed"), size(layer.blob_size));
    }
    let shared = shared_by(cx, layer, image);
    if !shared.is_empty() {
        row(ui, &cx.say("files-shared-with"), shared.join(", "));
    }
}

/// What a layer is called.
pub fn title(cx: &PanelContext<'_>, layer: &LayerInfo, number: usize) -> String {
    if layer.is_writable() {
        return cx.say("files-writable");
    }
    cx.words.say_with("files-layer", &[("number", (number + 1).to_string().as_str())])
}

/// The family whose colour a layer has: what a container writes is storage.
pub fn family(layer: &LayerInfo) -> Family {
    if layer.is_writable() { Family::Storage } else { Family::Layer }
}

/// The number of a layer in a small box.
pub fn badge(painter: &egui::Painter, center: egui::Pos2, layer: Option<&LayerInfo>, number: usize, theme: &Theme) {
    let color = layer.map_or(theme.weak, |layer| theme.family(family(layer)));
    let rect = Rect::from_center_size(center, vec2(24.0, 16.0));
    painter.rect_filled(rect, 4.0, theme.canvas.lerp_to_gamma(color, if theme.dark { 0.22 } else { 0.13 }));
    let text = if layer.is_some_and(LayerInfo::is_writable) { "RW".to_owned() } else { (number + 1).to_string() };
    painter.text(rect.center(), Align2::CENTER_CENTER, text, fonts::bold(10.5), color);
}

/// The beginning of its digests.
fn ids(cx: &PanelContext<'_>, layer: &LayerInfo) -> String {
    let short =
        |digest: &Digest| digest.to_string().split(':').nth(1).unwrap_or_default().chars().take(8).collect::<String>();
    match (&layer.blob, &layer.diff) {
        (Some(blob), Some(diff)) => format!("blob {}  diff {}", short(blob), short(diff)),
        (None, Some(diff)) => format!("diff {}", short(diff)),
        _ => cx.say("files-upper"),
    }
}

/// Other images with the same layer, by name.
fn shared_by(cx: &PanelContext<'_>, layer: &LayerInfo, image: &Opened) -> Vec<String> {
    let world = cx.state.world();
    let Some(diff) = &layer.diff else { return Vec::new() };
    let this = image.subject.title(world);
    let has = |image: &Digest| world.configs.get(image).is_some_and(|config| config.diff_ids.contains(diff));
    let tags = world.tags.iter().filter(|(_, tag)| has(&tag.image));
    let names = tags.map(|(name, _)| crate::ui::files::Subject::Image(name.clone()).title(world));
    names.filter(|name| *name != this).collect()
}

/// An instruction as a Dockerfile has it: what builders put around it is left out.
pub fn instruction(text: &str) -> String {
    let text = fonts::shown(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let text = text.strip_prefix("/bin/sh -c #(nop) ").map(str::trim_start).unwrap_or(&text);
    let text = text.strip_suffix(" # buildkit").unwrap_or(text);
    match text.strip_prefix("/bin/sh -c ") {
        Some(command) => format!("RUN {command}"),
        None => match text.strip_prefix("RUN /bin/sh -c ") {
            Some(command) => format!("RUN {command}"),
            None => text.to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::instruction;

    #[test]
    fn instructions_read_as_in_a_dockerfile() {
        assert_eq!(instruction("/bin/sh -c #(nop)  CMD [\"bash\"]"), "CMD [\"bash\"]");
        assert_eq!(instruction("RUN /bin/sh -c rm /etc/motd # buildkit"), "RUN rm /etc/motd");
        assert_eq!(
            instruction("/bin/sh -c apt-get update &&     apt-get install"),
            "RUN apt-get update && apt-get install"
        );
    }
}
