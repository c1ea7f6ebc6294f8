//! The file tree: only the rows that are seen are laid out and painted.

use super::super::PanelContext;
use super::{layers, mark, words};
use crate::i18n::size;
use crate::tree::{Kind, PathChange, Row};
use crate::ui::command::{FilesCommand, ViewCommand};
use crate::ui::files::{Act, Motion, Opened, Page};
use crate::ui::{fonts, theme::Theme, widgets};
use egui::{
    Align2, EventFilter, Id, Key, Modifiers, Painter, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, WidgetInfo,
    pos2, vec2,
};

/// How high a row is: a whole number, so that the 200,000th is where it should be.
const ROW: f32 = 22.0;
const HEAD: f32 = 26.0;
/// The list as a control: it has the keys while it has the focus.
pub const ID: &str = "files-list";

/// Where the columns are. What there is no room for is left out, the least needed first.
#[derive(Debug, Clone, Copy)]
struct Columns {
    mode: Option<f32>,
    owner: Option<f32>,
    size: f32,
    time: Option<f32>,
    layer: Option<f32>,
    name: f32,
}

impl Columns {
    fn of(width: f32, layer: bool) -> Self {
        let mut x = 34.0;
        let mut take = |wide: f32, at_least: f32| {
            (width >= at_least).then(|| {
                x += wide;
                x - wide
            })
        };
        let mode = take(80.0, 430.0);
        let owner = take(74.0, 560.0);
        let size = take(78.0, 0.0).unwrap_or(0.0);
        let time = take(124.0, 660.0);
        let layer = if layer { take(36.0, 0.0) } else { None };
        Self { mode, owner, size, time, layer, name: x + 6.0 }
    }
}

/// Shows it in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened) {
    let theme = cx.theme;
    let files = &cx.state.files;
    let tree = files.shown_tree();
    let room = ui.available_rect_before_wrap();
    super::boxed(ui, room, &theme);
    let inner = room.shrink2(vec2(1.0, 1.0));
    let by_layer = files.page == Page::Tree && !files.part.only;
    let columns = Columns::of(inner.width(), by_layer);
    head(ui, cx, Rect::from_min_size(inner.min, vec2(inner.width(), HEAD)), columns);
    let body = Rect::from_min_max(pos2(inner.left(), inner.top() + HEAD), inner.max);
    let Some(view) = &tree.view else {
        let busy = files.listing.is_busy() || files.comparing.is_busy();
        super::empty::in_tree(ui, cx, body, if busy { "files-busy" } else { "files-nothing-compared" });
        return;
    };
    if view.len() <= 1 {
        let key = match (tree.is_searched(), files.page) {
            (true, _) => "files-nothing-found",
            (_, Page::Compare) => "files-no-difference",
            _ => "files-empty-layer",
        };
        super::empty::in_tree(ui, cx, body, key);
        return;
    }
    let id = Id::unique(ID);
    let focus = ui.interact(body, id, Sense::click());
    focus.widget_info(|| WidgetInfo::labeled(Role::Tree, true, cx.say("files-list")));
    let focused = focus.has_focus();
    if focus.clicked() {
        focus.request_focus();
    }
    if focused {
        keys(ui, cx, id, body.height());
        ui.painter().rect_stroke(room, 8.0, Stroke::new(1.0, theme.accent), egui::StrokeKind::Inside);
    }
    let offset = scroll_to(ui, cx, body.height());
    ui.scope_builder(egui::UiBuilder::new().max_rect(body), |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut area = ScrollArea::vertical().id_salt((ID, files.page == Page::Compare)).auto_shrink([false, false]);
        if let Some(offset) = offset {
            area = area.vertical_scroll_offset(offset);
        }
        let output = area.show_rows(ui, ROW, view.len(), |ui, rows| {
            for at in rows {
                row(ui, cx, image, at, &view.row(at), columns, id);
            }
        });
        ui.ctx().data_mut(|data| data.insert_temp(id.with("offset"), output.state.clamped_offset().y));
    });
}

/// Where to scroll to, when something was chosen that is out of view.
fn scroll_to(ui: &Ui, cx: &PanelContext<'_>, height: f32) -> Option<f32> {
    let tree = cx.state.files.shown_tree();
    let id = Id::unique(ID);
    let key = id.with("reveals");
    let seen = ui.ctx().data(|data| data.get_temp::<u64>(key)).unwrap_or(0);
    if seen == tree.reveals {
        return None;
    }
    ui.ctx().data_mut(|data| data.insert_temp(key, tree.reveals));
    let top = tree.selected_row()? as f32 * ROW;
    let now = ui.ctx().data(|data| data.get_temp::<f32>(id.with("offset"))).unwrap_or(0.0);
    match () {
        () if top < now + ROW => Some((top - ROW * 2.0).max(0.0)),
        () if top + ROW * 2.0 > now + height => Some(top + ROW * 3.0 - height),
        () => None,
    }
}

fn head(ui: &Ui, cx: &PanelContext<'_>, rect: Rect, columns: Columns) {
    let painter = ui.painter();
    let color = cx.theme.weak;
    let label = |x: f32, key: &str| {
        let at = pos2(rect.left() + x, rect.top() + 5.0);
        widgets::line(painter, at, 120.0, &cx.say(key), fonts::regular(11.5), color);
    };
    columns.mode.into_iter().for_each(|x| label(x, "files-column-mode"));
    columns.owner.into_iter().for_each(|x| label(x, "files-column-owner"));
    let size = cx.say("files-column-size");
    let right = pos2(rect.left() + columns.size + 64.0, rect.top() + 5.0);
    painter.text(right, Align2::RIGHT_TOP, size, fonts::regular(11.5), color);
    columns.time.into_iter().for_each(|x| label(x + 4.0, "files-column-time"));
    columns.layer.into_iter().for_each(|x| label(x, "files-column-layer"));
    label(columns.name + 16.0, "files-column-name");
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, cx.theme.line));
}

fn row(ui: &mut Ui, cx: &mut PanelContext<'_>, image: &Opened, at: usize, row: &Row<'_>, columns: Columns, list: Id) {
    let theme = cx.theme;
    let tree = cx.state.files.shown_tree();
    let chosen = tree.selected() == Some(row.id);
    let width = ui.available_width();
    let (rect, _) = ui.allocate_exact_size(vec2(width, ROW), Sense::hover());
    let response = ui.interact(rect, list.with(("row", row.id)), Sense::CLICK);
    let name = if row.id == 0 { "/".to_owned() } else { words::name(row.name) };
    response.widget_info(|| {
        let mark =
            if row.mark == PathChange::Same { String::new() } else { format!(" {}", cx.say(mark::key(row.mark))) };
        WidgetInfo::selected(Role::TreeItem, true, chosen, format!("{name}{mark}"))
    });
    let behind = match (chosen, response.hovered()) {
        (true, _) => theme.panel.lerp_to_gamma(theme.accent, if theme.dark { 0.22 } else { 0.14 }),
        (_, true) => theme.card,
        _ => theme.panel,
    };
    let painter = ui.painter();
    if behind != theme.panel {
        painter.rect_filled(rect, 0.0, behind);
    }
    let gone = matches!(row.mark, PathChange::Deleted | PathChange::NoEffect);
    let now = done_now(cx, row);
    let ink = match (gone, row.mark) {
        (true, _) => theme.weak,
        (_, PathChange::Same) => theme.text,
        _ if !now => theme.text,
        (_, other) => theme.text.lerp_to_gamma(mark::color(other, &theme), 0.65),
    };
    mark::paint(painter, pos2(rect.left() + 18.0, rect.center().y), row.mark, &theme, behind, !now);
    facts_of(painter, rect, row, columns, &theme);
    if let Some(x) = columns.layer {
        let number = usize::from(row.version.layer);
        layers::badge(painter, pos2(rect.left() + x + 14.0, rect.center().y), image.layers.get(number), number, &theme);
    }
    let indent = columns.name + f32::from(row.depth.min(40)) * 14.0;
    if row.expandable {
        chevron(painter, pos2(rect.left() + indent + 6.0, rect.center().y), row.expanded, theme.weak);
    }
    let start = pos2(rect.left() + indent + 16.0, rect.top() + 3.0);
    let room = rect.right() - start.x - 12.0;
    let font = fonts::mono(13.0);
    let directory = matches!(row.inode.kind, Kind::Directory);
    let shown = if directory && row.id != 0 { format!("{name}/") } else { name };
    let end = widgets::line(painter, start, room, &shown, font, ink);
    if gone {
        painter.hline(end.x_range(), end.center().y, Stroke::new(1.0, theme.weak));
    }
    if let Kind::Symlink { target } = &row.inode.kind {
        let at = pos2(end.right() + 8.0, start.y + 0.5);
        let text = format!("→ {}", words::name(target.as_bytes()));
        widgets::line(painter, at, rect.right() - at.x - 12.0, &text, fonts::mono(12.0), theme.weak);
    }
    if response.clicked() {
        ui.memory_mut(|memory| memory.request_focus(list));
        let on_chevron = response.interact_pointer_pos().is_some_and(|p| p.x < start.x && p.x > start.x - 22.0);
        cx.want(FilesCommand::Do(if on_chevron && row.expandable { Act::Toggle(at) } else { Act::Choose(row.id) }));
    }
    if response.double_clicked() && row.expandable {
        cx.want(FilesCommand::Do(Act::Toggle(at)));
    }
    response.context_menu(|ui| menu(ui, cx, image, row));
}

/// The chosen layer made it what it is; else one below did, and the mark stands back.
fn done_now(cx: &PanelContext<'_>, row: &Row<'_>) -> bool {
    let files = &cx.state.files;
    let top = files.part.layer;
    if files.page != Page::Tree || files.part.only {
        return true;
    }
    match (row.mark, &files.tree.view) {
        (PathChange::Deleted, Some(view)) => {
            let hidden = view.stack().hidden(row.id, row.version, crate::ui::files::opened::number(top));
            hidden.is_some_and(|hidden| usize::from(hidden.layer()) == top)
        }
        _ => usize::from(row.version.layer) == top,
    }
}

fn menu(ui: &mut Ui, cx: &mut PanelContext<'_>, _image: &Opened, row: &Row<'_>) {
    let tree = cx.state.files.shown_tree();
    let Some(view) = &tree.view else { return };
    if ui.button(cx.say("files-copy-path")).clicked() {
        cx.want(ViewCommand::Copy(format!("/{}", view.stack().path(row.id))));
        ui.close();
    }
}

/// The columns between mark and name.
fn facts_of(painter: &Painter, rect: Rect, row: &Row<'_>, columns: Columns, theme: &Theme) {
    if matches!(row.inode.kind, Kind::Whiteout) {
        return;
    }
    let font = fonts::mono(12.0);
    let y = rect.top() + 4.0;
    let ink = if row.inode.implied { theme.weak.gamma_multiply(0.6) } else { theme.weak };
    let put = |x: f32, text: String| painter.text(pos2(rect.left() + x, y), Align2::LEFT_TOP, text, font.clone(), ink);
    if let Some(x) = columns.mode {
        put(x, row.inode.kind.with_mode(row.inode.mode));
    }
    if let Some(x) = columns.owner {
        put(x, format!("{}:{}", row.inode.uid, row.inode.gid));
    }
    let size = match row.inode.kind {
        Kind::File { .. } | Kind::Directory if row.total > 0 || !row.inode.is_directory() => {
            size(if row.inode.is_directory() { row.total } else { row.inode.size() })
        }
        Kind::Char { major, minor } | Kind::Block { major, minor } => format!("{major},{minor}"),
        _ => String::new(),
    };
    let strong = if row.total >= 1_000_000 { theme.text } else { ink };
    painter.text(pos2(rect.left() + columns.size + 64.0, y), Align2::RIGHT_TOP, size, font.clone(), strong);
    if let (Some(x), false) = (columns.time, row.inode.implied) {
        put(x + 4.0, words::minute(row.inode.mtime));
    }
}

fn chevron(painter: &Painter, center: egui::Pos2, open: bool, color: egui::Color32) {
    let points = if open {
        [vec2(-4.0, -2.0), vec2(0.0, 2.5), vec2(4.0, -2.0)]
    } else {
        [vec2(-2.0, -4.0), vec2(2.5, 0.0), vec2(-2.0, 4.0)]
    };
    painter.add(Shape::line(points.map(|v| center + v).to_vec(), Stroke::new(1.5, color)));
}

/// The list's own keys.
fn keys(ui: &Ui, cx: &mut PanelContext<'_>, id: Id, height: f32) {
    let filter = EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    let page = ((height / ROW) as i32 - 2).max(1);
    let motions = [
        (Key::ArrowDown, Motion::Lines(1)),
        (Key::ArrowUp, Motion::Lines(-1)),
        (Key::PageDown, Motion::Lines(page)),
        (Key::PageUp, Motion::Lines(-page)),
        (Key::Home, Motion::First),
        (Key::End, Motion::Last),
        (Key::ArrowRight, Motion::Into),
        (Key::ArrowLeft, Motion::Out),
    ];
    for (key, motion) in motions {
        let presses = ui.input_mut(|input| input.count_and_consume_key(Modifiers::NONE, key));
        if presses > 0 {
            ui.ctx().data_mut(|data| data.remove_temp::<(String, f64)>(id.with("typed")));
        }
        (0..presses).for_each(|_| cx.want(FilesCommand::Do(Act::Move(motion))));
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Enter)) {
        let tree = cx.state.files.shown_tree();
        let row = tree.selected_row();
        let expandable = row.is_some_and(|row| tree.view.as_ref().is_some_and(|view| view.row(row).expandable));
        match row {
            Some(row) if expandable => cx.want(FilesCommand::Do(Act::Toggle(row))),
            _ => cx.want(FilesCommand::Do(Act::Large(!cx.state.files.large))),
        }
    }
    type_ahead(ui, cx, id);
}

/// Letters that follow each other within a second are one beginning of a name.
fn type_ahead(ui: &Ui, cx: &mut PanelContext<'_>, id: Id) {
    let (typed, now) = ui.input(|input| {
        let text: String = input
            .events
            .iter()
            .filter_map(|event| match event {
                egui::Event::Text(text) if !text.trim().is_empty() => Some(text.as_str()),
                _ => None,
            })
            .collect();
        (text, input.time)
    });
    if typed.is_empty() {
        return;
    }
    let key = id.with("typed");
    let (before, at) = ui.ctx().data(|data| data.get_temp::<(String, f64)>(key)).unwrap_or_default();
    let same_letter = before.chars().all(|c| typed.starts_with(c)) && before.chars().count() == 1;
    let prefix = if now - at < 1.0 && !same_letter { before + &typed } else { typed };
    ui.ctx().data_mut(|data| data.insert_temp(key, (prefix.clone(), now)));
    cx.want(FilesCommand::Do(Act::TypeAhead(prefix)));
}
