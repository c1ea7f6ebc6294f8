//! Chooses what the image is compared with.

use super::super::PanelContext;
use super::{head, layers, search};
use crate::ui::command::FilesCommand;
use crate::ui::files::{Act, Against, Opened};
use crate::ui::{fonts, widgets};
use egui::{ComboBox, RichText, Ui, vec2};

/// Shows it, with the search.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    ui.allocate_ui(vec2(ui.available_width(), 30.0), |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 6.0;
            sides(ui, cx, image);
        });
    });
    ui.add_space(2.0);
    search::show(ui, cx);
}

fn sides(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let theme = cx.theme;
    let against = cx.state.files.against.clone();
    let subject = against.as_ref().map(|against| against.subject.clone());
    widgets::caption(ui, &cx.say("files-before"));
    if let Some(subject) = head::picker(ui, cx, "files-against", subject.as_ref(), 190.0) {
        cx.want(FilesCommand::Do(Act::Compare(Against { subject, layer: None })));
    }
    if let Some(against) = against {
        layer_of(ui, cx, image, &against);
    }
    ui.add(egui::Label::new(RichText::new("→").font(fonts::bold(15.0)).color(theme.accent)).selectable(false));
    widgets::caption(ui, &cx.say("files-after"));
    let layer = cx.state.files.part.layer;
    let up_to = image.layers.get(layer).map(|info| layers::title(cx, info, layer)).unwrap_or_default();
    let title = image.subject.title(cx.state.world());
    let text = cx.words.say_with("files-up-to-layer", &[("name", title.as_str()), ("layer", up_to.as_str())]);
    ui.add(egui::Label::new(RichText::new(text).font(fonts::bold(13.0))).truncate());
}

/// Up to which layer of the other side.
fn layer_of(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened, against: &Against) {
    let files = &cx.state.files;
    let own = against.subject == image.subject;
    let other = files.other.as_ref().filter(|other| other.subject == against.subject);
    let all: Vec<String> = match (own, other) {
        (true, _) => image.layers.iter().enumerate().map(|(n, info)| layers::title(cx, info, n)).collect(),
        (_, Some(other)) => other.layers.iter().enumerate().map(|(n, info)| layers::title(cx, info, n)).collect(),
        _ => return,
    };
    let now = against.layer.unwrap_or(all.len().saturating_sub(1));
    let text = RichText::new(all.get(now).cloned().unwrap_or_default()).size(12.5);
    let shown = ComboBox::from_id_salt("files-against-layer").width(92.0).selected_text(text).show_ui(ui, |ui| {
        for (number, title) in all.iter().enumerate().rev() {
            if ui.selectable_label(number == now, title).clicked() {
                let subject = against.subject.clone();
                cx.want(FilesCommand::Do(Act::Compare(Against { subject, layer: Some(number) })));
            }
        }
    });
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, cx.say("files-against-layer")));
}
