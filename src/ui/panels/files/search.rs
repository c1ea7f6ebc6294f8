//! The search over a tree: by name, mark, kind and size.

use super::super::PanelContext;
use super::mark;
use crate::tree::{KindFilter, PathChange, Query};
use crate::ui::command::FilesCommand;
use crate::ui::files::{Act, Page};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{
    Align, ComboBox, CornerRadius, Layout, RichText, Role, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo, vec2,
};

/// The marks that can be asked for, in the order of their buttons.
const MARKS: [PathChange; 5] =
    [PathChange::Added, PathChange::Changed, PathChange::Metadata, PathChange::Deleted, PathChange::Opaque];

/// Sizes that can be asked for: at least so many bytes.
const SIZES: [(u64, &str); 5] =
    [(0, ""), (10_000, "≥ 10 kB"), (100_000, "≥ 100 kB"), (1_000_000, "≥ 1 MB"), (10_000_000, "≥ 10 MB")];

const KINDS: [(KindFilter, &str); 5] = [
    (KindFilter::File, "files-kind-file"),
    (KindFilter::Directory, "files-kind-directory"),
    (KindFilter::Symlink, "files-kind-symlink"),
    (KindFilter::Special, "files-kind-special"),
    (KindFilter::Whiteout, "files-kind-whiteout"),
];

/// Shows it in one line.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let tree = cx.state.files.shown_tree();
    let mut query = tree.query.clone();
    ui.allocate_ui(vec2(ui.available_width(), 30.0), |ui| {
        ui.horizontal_centered(|ui| {
            ui.spacing_mut().item_spacing.x = 5.0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                arrange(ui, cx);
                ui.add_space(4.0);
                let wide = ui.available_width() > 420.0;
                if wide {
                    sizes(ui, cx, &mut query);
                    kinds(ui, cx, &mut query);
                }
                ui.add_space(2.0);
                MARKS.iter().rev().for_each(|mark| mark_button(ui, cx, *mark, &mut query));
                ui.add_space(2.0);
                field(ui, cx, &mut query);
            });
        });
    });
    if query != tree.query {
        cx.want(FilesCommand::Do(Act::Search(query)));
    }
    ui.add_space(4.0);
}

fn field(ui: &mut Ui, cx: &PanelContext<'_>, query: &mut Query) {
    let tree = cx.state.files.shown_tree();
    let hint = RichText::new(cx.say("files-search-hint")).size(13.0).color(cx.theme.weak);
    let count = tree.hits.map(|hits| cx.words.say_with("files-hits", &[("count", grouped(hits).as_str())]));
    let field = TextEdit::singleline(&mut query.text)
        .hint_text(hint)
        .desired_width(ui.available_width() - 4.0)
        .margin(egui::Margin::symmetric(10, 5));
    let response = ui.add(field).accessible_name(cx.say("files-search"));
    if ui.ctx().input(|input| input.key_pressed(egui::Key::Escape)) && response.has_focus() {
        *query = Query::default();
    }
    if let Some(count) = count.filter(|_| tree.is_searched()) {
        let galley = ui.painter().layout_no_wrap(count, fonts::regular(12.0), cx.theme.weak);
        let at = egui::pos2(
            response.rect.right() - galley.size().x - 10.0,
            response.rect.center().y - galley.size().y / 2.0,
        );
        if galley.size().x < response.rect.width() * 0.45 {
            ui.painter().rect_filled(egui::Rect::from_min_size(at, galley.size()).expand(3.0), 2.0, cx.theme.well);
            ui.painter().galley(at, galley, cx.theme.weak);
        }
    }
}

fn mark_button(ui: &mut Ui, cx: &PanelContext<'_>, mark: PathChange, query: &mut Query) {
    let theme = cx.theme;
    let on = query.marks.contains(&mark);
    let (rect, response) = ui.allocate_exact_size(vec2(26.0, 26.0), Sense::click());
    let label = cx.say(mark::key(mark));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, on, &label));
    let lit = response.hovered() || response.has_focus();
    let fill = if on { theme.canvas.lerp_to_gamma(mark::color(mark, &theme), 0.22) } else { theme.canvas };
    let line = if on || lit { mark::color(mark, &theme) } else { theme.line };
    ui.painter().rect(rect, CornerRadius::same(6), fill, Stroke::new(1.0, line), StrokeKind::Inside);
    mark::paint(ui.painter(), rect.center(), mark, &theme, fill, false);
    if response.clicked() && !query.marks.remove(&mark) {
        query.marks.insert(mark);
    }
    response.on_hover_text(label);
}

fn kinds(ui: &mut Ui, cx: &PanelContext<'_>, query: &mut Query) {
    let now = query.kinds.first().copied();
    let name = |kind: Option<KindFilter>| {
        let key =
            kind.and_then(|kind| KINDS.iter().find(|(one, _)| *one == kind)).map_or("files-kind-any", |(_, key)| key);
        cx.say(key)
    };
    let shown = ComboBox::from_id_salt("files-kind")
        .width(76.0)
        .selected_text(RichText::new(name(now)).size(12.5))
        .show_ui(ui, |ui| {
            for kind in std::iter::once(None).chain(KINDS.map(|(kind, _)| Some(kind))) {
                if ui.selectable_label(now == kind, name(kind)).clicked() {
                    query.kinds = kind.into_iter().collect();
                }
            }
        });
    shown.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, cx.say("files-kind")));
}

fn sizes(ui: &mut Ui, cx: &PanelContext<'_>, query: &mut Query) {
    let name = |least: u64| match SIZES.iter().find(|(size, _)| *size == least) {
        Some((1.., text)) => (*text).to_owned(),
        _ => cx.say("files-size-any"),
    };
    let shown = ComboBox::from_id_salt("files-size")
        .width(76.0)
        .selected_text(RichText::new(name(query.min_size)).size(12.5))
        .show_ui(ui, |ui| {
            for (least, _) in SIZES {
                if ui.selectable_label(query.min_size == least, name(least)).clicked() {
                    query.min_size = least;
                }
            }
        });
    shown.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, cx.say("files-size")));
}

/// Opens or closes all directories.
fn arrange(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    for (icon, key, open) in [(Icon::Up, "files-close-all", false), (Icon::Down, "files-open-all", true)] {
        let label = cx.say(key);
        if widgets::icon_button(ui, icon, &label, "", Loudness::Quiet, 26.0).clicked() {
            cx.want(FilesCommand::Do(Act::All(open)));
        }
    }
    debug_assert!(cx.state.files.page != Page::Waste);
}

/// `200,000`.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
