//! What is known of the chosen path: who serves it, what hides beneath, its metadata, its bytes.

use super::super::PanelContext;
use super::{beneath, content, mark, words};
use crate::spec::visible;
use crate::tree::{Kind, LayerEntry, PathBytes, Version};
use crate::ui::command::{FilesCommand, ViewCommand};
use crate::ui::files::{Act, Opened, Page};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::widgets::{self, Loudness};
use egui::{Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

/// With less room than this, the bytes have no place of their own.
const LEAST: f32 = 330.0;
/// How high they are then.
const BYTES: f32 = 210.0;

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let Some(path) = cx.state.files.path().cloned() else {
        ui.label(RichText::new(cx.say("files-details")).font(fonts::bold(16.0)));
        ui.add_space(4.0);
        ui.label(RichText::new(cx.say("files-details-nothing")).color(cx.theme.weak));
        return;
    };
    let is_file = matches!(version(cx, image).map(|(_, entry)| entry.kind), Some(Kind::File { .. }));
    title(ui, cx, &path);
    crumbs(ui, cx, &path);
    ui.add_space(6.0);
    if cx.state.files.large {
        return content::show(ui, cx, image);
    }
    // What is above the bytes may scroll; the bytes keep the rest of the room.
    let room = ui.available_height();
    // Where that would leave too little of both, all of it scrolls.
    let apart = is_file && room >= LEAST;
    let above = if apart { room * 0.58 } else { room };
    ScrollArea::vertical()
        .id_salt("files-details")
        .max_height(above)
        .min_scrolled_height(0.0)
        .auto_shrink([false, apart])
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            match cx.state.files.page {
                Page::Compare => sides(ui, cx),
                Page::Tree | Page::Waste => beneath::show(ui, cx, image),
            }
            ui.add_space(8.0);
            if cx.state.files.page != Page::Compare {
                metadata(ui, cx, image);
            }
            if is_file && !apart {
                ui.add_space(8.0);
                let place = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), BYTES));
                ui.scope_builder(UiBuilder::new().max_rect(place), |ui| content::show(ui, cx, image));
            }
            crate::ui::room::follow_focus(ui);
        });
    if apart {
        ui.add_space(8.0);
        content::show(ui, cx, image);
    }
}

/// The version that is shown.
fn version(cx: &PanelContext<'_>, image: &Opened) -> Option<(Version, LayerEntry)> {
    let version = cx.state.files.shown_version()?;
    Some((version, image.entry(version)))
}

fn title(ui: &mut Ui, cx: &mut PanelContext<'_>, path: &PathBytes) {
    ui.horizontal(|ui| {
        let name = if path.as_bytes().is_empty() { "/".to_owned() } else { words::name(path.name()) };
        let width = ui.available_width() - 62.0;
        ui.allocate_ui(vec2(width, 24.0), |ui| {
            ui.set_width(width);
            ui.add(Label::new(RichText::new(name).font(fonts::mono(17.0))).truncate());
        });
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            let label = cx.say("files-copy-path");
            if widgets::icon_button(ui, Icon::Copy, &label, "", Loudness::Quiet, 24.0).clicked() {
                cx.want(ViewCommand::Copy(format!("/{path}")));
            }
            if cx.state.files.large {
                let label = cx.say("files-small");
                if widgets::icon_button(ui, Icon::Close, &label, "Enter", Loudness::Quiet, 24.0).clicked() {
                    cx.want(FilesCommand::Do(Act::Large(false)));
                }
            }
        });
    });
}

/// The directories on the way, to be gone to.
fn crumbs(ui: &mut Ui, cx: &mut PanelContext<'_>, path: &PathBytes) {
    let theme = cx.theme;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(1.0, 0.0);
        let bytes = path.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'/').map(|(at, _)| at);
        for end in std::iter::once(0).chain(ends) {
            let directory = PathBytes::from(&bytes[..end]);
            let text = if end == 0 { "/".to_owned() } else { format!("{}/", words::name(directory.name())) };
            let text = RichText::new(text).font(fonts::mono(12.0)).color(theme.weak);
            let response = ui.add(Label::new(text).selectable(false).sense(Sense::click()));
            if response.hovered() {
                ui.painter().hline(
                    response.rect.x_range(),
                    response.rect.bottom() - 1.0,
                    egui::Stroke::new(1.0, theme.weak),
                );
            }
            if response.clicked() {
                cx.want(FilesCommand::Do(Act::GoTo(directory)));
            }
        }
    });
}

fn metadata(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let Some((version, entry)) = version(cx, image) else { return };
    let inode = image.inode(version);
    let kind = if inode.opaque { cx.say("files-kind-opaque") } else { cx.say(mark::kind_key(&entry.kind)) };
    fact(ui, cx, "files-fact-kind", &kind);
    if matches!(entry.kind, Kind::Whiteout) {
        return;
    }
    if inode.implied {
        ui.add(Label::new(RichText::new(cx.say("files-implied")).size(12.5).color(cx.theme.weak)).wrap());
        return;
    }
    match &entry.kind {
        Kind::File { size } => fact(ui, cx, "files-column-size", &exact(*size)),
        Kind::Symlink { target } => fact(ui, cx, "files-fact-target", &words::name(target.as_bytes())),
        Kind::Char { major, minor } | Kind::Block { major, minor } => {
            fact(ui, cx, "files-fact-device", &format!("{major}:{minor}"));
        }
        _ => {}
    }
    let mode = format!("{}  {:04o}", entry.kind.with_mode(entry.mode), entry.mode);
    fact(ui, cx, "files-column-mode", &mode);
    fact(ui, cx, "files-column-owner", &format!("{}:{}", entry.uid, entry.gid));
    fact(ui, cx, "files-column-time", &words::instant(entry.mtime));
    for name in &cx.state.files.other_names.clone() {
        fact(ui, cx, "files-fact-hardlink", &format!("/{}", words::name(name.as_bytes())));
    }
    for (name, value) in &entry.xattrs {
        attribute(ui, cx, name, value);
    }
}

/// `1.2 MB (1,234,567 B)`.
fn exact(size: u64) -> String {
    let short = crate::i18n::size(size);
    if size < 10_000 {
        return short;
    }
    let all = super::search::grouped(usize::try_from(size).unwrap_or(usize::MAX));
    format!("{short} ({all} B)")
}

/// A line of the table: name at the left, value at the right.
pub fn fact(ui: &mut Ui, cx: &PanelContext<'_>, key: &str, value: &str) {
    line(ui, cx, &cx.say(key), value);
}

fn line(ui: &mut Ui, cx: &PanelContext<'_>, name: &str, value: &str) {
    let theme = cx.theme;
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, 25.0), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {value}")));
    let painter = ui.painter();
    let at = rect.left_top() + vec2(0.0, 5.0);
    let label = widgets::line(painter, at, width * 0.5, name, fonts::regular(12.5), theme.weak);
    let room = (rect.right() - label.right() - 12.0).max(20.0);
    // Words are words, also at the right; what a layer says is in the machine's face.
    let word = value.chars().next().is_some_and(|c| ('가'..='힣').contains(&c));
    let font = if word { fonts::regular(12.5) } else { fonts::mono(12.5) };
    let galley = painter.layout_no_wrap(value.to_owned(), font.clone(), theme.text);
    let left = rect.right() - galley.size().x.min(room);
    widgets::line(painter, pos2(left, at.y), room, value, font, theme.text);
    painter.hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, theme.line));
    response.on_hover_text(format!("{name}  {value}"));
}

/// An extended attribute: its value as text where it is some, else in hexadecimal.
fn attribute(ui: &mut Ui, cx: &PanelContext<'_>, name: &PathBytes, value: &PathBytes) {
    let bytes = value.as_bytes();
    let text = std::str::from_utf8(bytes).ok().filter(|text| visible::is_line(text));
    let value = text.map_or_else(
        || bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>(),
        |text| format!("\"{text}\""),
    );
    line(ui, cx, &name.to_string(), &value);
}

/// The two sides of a comparison, line by line; what differs stands out.
fn sides(ui: &mut Ui, cx: &mut PanelContext<'_>) {
    let tree = cx.state.files.shown_tree();
    let (Some(view), Some(id)) = (&tree.view, tree.selected()) else {
        ui.label(RichText::new(cx.say("files-same-here")).color(cx.theme.weak));
        return;
    };
    let stack = view.stack();
    let both = crate::ui::files::compare::sides(stack, id).map(|version| version.map(|version| stack.inode(version)));
    let theme = cx.theme;
    let width = ui.available_width();
    let column = (width - 74.0) / 2.0;
    let row = |ui: &mut Ui, name: &str, values: [String; 2]| {
        let (rect, response) = ui.allocate_exact_size(vec2(width, 25.0), Sense::hover());
        response
            .widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{name}: {} → {}", values[0], values[1])));
        let differs = values[0] != values[1];
        let painter = ui.painter();
        let at = rect.left_top() + vec2(0.0, 5.0);
        widgets::line(painter, at, 68.0, name, fonts::regular(12.0), theme.weak);
        for (i, value) in values.iter().enumerate() {
            let ink = if differs { [theme.bad, theme.good][i] } else { theme.text };
            let at = at + vec2(74.0 + column * i as f32, 0.0);
            widgets::line(painter, at, column - 8.0, value, fonts::mono(12.0), ink);
        }
        painter.hline(rect.x_range(), rect.bottom() - 0.5, egui::Stroke::new(1.0, theme.line));
        response.on_hover_text(format!("{}\n{}", values[0], values[1]));
    };
    row(ui, "", [cx.say("files-before"), cx.say("files-after")]);
    let of = |f: &dyn Fn(&crate::tree::Inode) -> String| both.map(|inode| inode.map_or_else(|| "–".to_owned(), f));
    row(ui, &cx.say("files-fact-kind"), of(&|inode| cx.say(mark::kind_key(&inode.kind))));
    row(ui, &cx.say("files-column-size"), of(&|inode| exact(inode.size())));
    row(ui, &cx.say("files-column-mode"), of(&|inode| inode.kind.with_mode(inode.mode)));
    row(ui, &cx.say("files-column-owner"), of(&|inode| format!("{}:{}", inode.uid, inode.gid)));
    row(ui, &cx.say("files-fact-time"), of(&|inode| words::instant(inode.mtime)));
    if both.iter().flatten().any(|inode| matches!(inode.kind, Kind::Symlink { .. })) {
        row(
            ui,
            &cx.say("files-fact-target"),
            of(&|inode| match &inode.kind {
                Kind::Symlink { target } => words::name(target.as_bytes()),
                _ => String::new(),
            }),
        );
    }
    ui.add_space(6.0);
    let label = cx.say("files-see-layers");
    if widgets::text_button(ui, &label, Loudness::Plain).clicked() {
        cx.want(FilesCommand::Do(Act::Page(Page::Tree)));
    }
}
