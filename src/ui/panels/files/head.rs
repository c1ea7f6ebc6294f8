//! The bar above: whose files, which page, and what can be done with the image.

use super::super::{PanelContext, volumes};
use crate::ui::command::{Ask, Command, FilesCommand, PathCommand};
use crate::ui::files::{Act, Page, Subject, subject};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{Align, ComboBox, Layout, RichText, Ui};

/// How high it is.
pub const HEIGHT: f32 = 46.0;

/// Shows it.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let now = cx.state.files.subject.clone();
        if let Some(chosen) = picker(ui, cx, "files-subject", now.as_ref(), 220.0) {
            cx.want(FilesCommand::Do(Act::Open(chosen, None)));
        }
        let choices = [
            (Page::Tree, cx.say("files-page-tree")),
            (Page::Waste, cx.say("files-page-waste")),
            (Page::Compare, cx.say("files-page-compare")),
        ];
        if cx.state.files.image().is_some()
            && let Some(page) = widgets::segmented(ui, "files-page", &choices, cx.state.files.page)
        {
            cx.want(FilesCommand::Do(Act::Page(page)));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| tools(ui, cx));
    });
}

/// Chooses an image or a container.
pub fn picker(ui: &mut Ui, cx: &PanelContext<'_>, id: &str, now: Option<&Subject>, width: f32) -> Option<Subject> {
    let world = cx.state.world();
    let title = now.map_or_else(|| cx.say("files-choose"), |subject| subject.title(world));
    let mut chosen = None;
    let shown = ComboBox::from_id_salt(id)
        .width(width.min(ui.available_width() * 0.34))
        .height(420.0)
        .truncate()
        .selected_text(RichText::new(title).font(fonts::bold(13.5)))
        .show_ui(ui, |ui| {
            let known = subject::known(world);
            if known.is_empty() {
                ui.label(RichText::new(cx.say("files-none-known")).color(cx.theme.weak));
            }
            let mut containers = false;
            for subject in known {
                if matches!(subject, Subject::Container(_)) && !std::mem::replace(&mut containers, true) {
                    ui.separator();
                    widgets::caption(ui, &cx.say("files-containers"));
                }
                let text = RichText::new(subject.title(world)).font(fonts::mono(13.0));
                if ui.selectable_label(now == Some(&subject), text).clicked() {
                    chosen = Some(subject);
                }
            }
        });
    shown.response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::ComboBox, true, cx.say("files-choose")));
    chosen
}

/// From right to left.
fn tools(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let files = &cx.state.files;
    let is_image = files.image().is_some_and(|image| matches!(image.subject, Subject::Image(_)));
    let export = cx.say("files-export");
    let button = |ui: &mut Ui| widgets::icon_button(ui, Icon::Braces, &export, "", Loudness::Quiet, 28.0);
    if ui.add_enabled_ui(files.can_export(), button).inner.clicked() {
        cx.want(PathCommand::Ask(Ask::ExportFiles));
    }
    let tools = [
        (Icon::Save, "files-save-image", "", Command::from(PathCommand::Ask(Ask::SaveImage)), is_image),
        (Icon::Folder, "key-load", "Ctrl+Shift+O", Command::from(PathCommand::Ask(Ask::Load)), cx.state.is_live()),
        (Icon::Loop, "files-again", "", Command::from(FilesCommand::Do(Act::Again)), files.image().is_some()),
    ];
    // The bar above has icons for recordings that look alike: where there is room, words say which is which.
    let worded = ui.available_width() > 330.0 && files.transfer.is_none();
    // What failed to be read is read again by a button in the middle.
    let tools = tools.into_iter().filter(|(icon, .., enabled)| *enabled || *icon != Icon::Loop);
    for (icon, key, hint, command, enabled) in tools {
        let label = cx.say(key);
        let button = |ui: &mut Ui| match icon {
            Icon::Loop => widgets::icon_button(ui, icon, &label, hint, Loudness::Quiet, 28.0),
            _ if worded => widgets::text_button(ui, &label, Loudness::Quiet).on_hover_text(widgets::tip(&label, hint)),
            _ => widgets::icon_button(ui, icon, &label, hint, Loudness::Quiet, 28.0),
        };
        if ui.add_enabled_ui(enabled, button).inner.clicked() {
            cx.want(command);
        }
    }
    if let Some(transfer) = files.transfer.clone() {
        volumes::under_way(ui, cx, &transfer);
    }
}
