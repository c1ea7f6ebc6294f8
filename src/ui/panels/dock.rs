//! The terminals below or beside the picture: containers, the lab host, and what was printed in the past.

use super::{PanelContext, lines, speaks};
use crate::spec::ContainerId;
use crate::ui::command::{TerminalCommand, ViewCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::lines::Whose;
use crate::ui::terminal::{self, Life, Terminals};
use crate::ui::widgets::{self, Loudness};
use egui::{Align2, CursorIcon, Layout, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

/// How high its bar is; all of it when the dock is closed.
pub const BAR: f32 = 34.0;
/// How high the line is that says that a program has ended.
const ENDED: f32 = 24.0;
/// It is never lower: three lines.
const ROWS: u16 = 3;
/// How high it becomes by itself, and what it then leaves to the picture and its sentence: every picture of a lesson can be laid
/// out for that.
const HEIGHT: f32 = 230.0;
const LEFT: f32 = 417.0;
/// The picture keeps that much of the height, whatever the user wants.
const PICTURE: f32 = 200.0;
/// Beside the picture it has at least this width, and leaves as much.
const SIDE: f32 = 300.0;

/// Whether there is room for it beside the picture, and it is wanted there.
pub fn is_beside(ui: &Ui, terminals: &Terminals) -> bool {
    terminals.side && terminals.open && ui.available_width() >= 2.0 * SIDE + 20.0
}

/// How wide it may be beside the picture.
pub fn widths(ui: &Ui) -> std::ops::RangeInclusive<f32> {
    SIDE..=(ui.available_width() - SIDE).max(SIDE)
}

/// How high it is below the picture: three lines, more when there is more to show, never more than the user wants.
pub fn height(ui: &Ui, cx: &PanelContext<'_>, terminals: &Terminals) -> f32 {
    if !terminals.open {
        return BAR;
    }
    let past = is_past(cx);
    let used = if past { terminals.past_rows } else { terminals.rows() };
    let shown = terminals.list().get(terminals.current).filter(|_| !past);
    let ended = if shown.is_some_and(|shown| shown.ended.is_some()) { ENDED } else { 0.0 };
    high(ui, used.clamp(ROWS, most_rows(ui, terminals))) + ended
}

/// How many rows it may have.
fn most_rows(ui: &Ui, terminals: &Terminals) -> u16 {
    let wanted = terminals.height.unwrap_or_else(|| HEIGHT.min(ui.available_height() - LEFT));
    let room = wanted.min(ui.available_height() - PICTURE) - BAR - 2.0 * terminal::MARGIN;
    ((room / terminal::cell(ui.ctx()).y).floor() as u16).max(ROWS)
}

fn high(ui: &Ui, rows: u16) -> f32 {
    // The line above it is a point.
    1.0 + BAR + 2.0 * terminal::MARGIN + f32::from(rows) * terminal::cell(ui.ctx()).y
}

/// Shows the bar and, when open, the terminal, in all the room there is.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals, rows: Option<u16>) {
    let past = is_past(cx);
    ui.spacing_mut().item_spacing.y = 0.0;
    if rows.is_some() && terminals.open {
        edge(ui, cx, terminals);
    }
    let bar = Rect::from_min_size(ui.max_rect().min, vec2(ui.max_rect().width(), BAR));
    ui.scope_builder(egui::UiBuilder::new().max_rect(bar), |ui| head(ui, cx, terminals, past));
    ui.advance_cursor_after_rect(bar);
    terminals.has_keys = false;
    if !terminals.open {
        speaks::nothing(cx);
        return;
    }
    // A panel shrinks to what is in it.
    ui.set_min_height(ui.available_height());
    if past { past_body(ui, cx, terminals, rows) } else { live_body(ui, cx, terminals, rows) }
}

/// How many rows a terminal below the picture has, whatever is seen of them: so that it does not change while it grows.
pub fn rows(ui: &Ui, terminals: &Terminals) -> u16 {
    most_rows(ui, terminals)
}

/// The upper edge is dragged to where it is to reach at most.
fn edge(ui: &Ui, cx: &PanelContext<'_>, terminals: &mut Terminals) {
    let all = ui.max_rect();
    let grip = Rect::from_min_max(all.min - vec2(0.0, 3.0), pos2(all.right(), all.top() + 4.0));
    let response =
        ui.interact(grip, ui.scope_id().with("edge"), Sense::drag()).on_hover_cursor(CursorIcon::ResizeVertical);
    let label = cx.say("dock-edge");
    response.widget_info(|| WidgetInfo::labeled(Role::Splitter, true, &label));
    if response.hovered() || response.dragged() {
        let line = egui::Stroke::new(1.5, cx.theme.accent);
        ui.painter().hline(all.x_range(), all.top() + 0.5, line);
    }
    if let Some(at) = response.interact_pointer_pos().filter(|_| response.dragged()) {
        terminals.height = Some((all.bottom() - at.y).clamp(high(ui, ROWS), 900.0));
        terminals.stretch();
    }
}

/// The cursor is not where the engine is: terminals are shown as they were.
fn is_past(cx: &PanelContext<'_>) -> bool {
    !(cx.state.is_live() && cx.state.at_end())
}

fn head(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals, past: bool) {
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        ui.add_space(14.0);
        let icon = if terminals.open { Icon::Down } else { Icon::Up };
        let label = cx.say(if terminals.open { "dock-close" } else { "dock-open" });
        if widgets::icon_button(ui, icon, &label, "Ctrl+`", Loudness::Quiet, 26.0).clicked() {
            cx.want(TerminalCommand::Dock);
        }
        let count = if past { terminals.past.terminals().count() } else { terminals.list().len() };
        if count == 0 {
            let name = RichText::new(cx.say("dock-terminal")).size(13.0).color(cx.theme.weak);
            ui.add(egui::Label::new(name).selectable(false));
        }
        if past {
            past_tabs(ui, cx, terminals);
        } else {
            live_tabs(ui, cx, terminals);
        }
        ui.with_layout(Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add_space(12.0);
            if !terminals.open {
                return;
            }
            place(ui, cx, terminals);
            let waits = !past && terminals.rows() > 0 && !cx.state.waiting.is_empty();
            if waits && let Some(key) = cx.key_of_next() {
                let text = RichText::new(format!("{} {key}", cx.say("dock-waits"))).size(12.5).color(cx.theme.warn);
                ui.add(egui::Label::new(text).truncate().selectable(false));
            }
            if past {
                let key = if cx.state.is_live() { "dock-past-live" } else { "dock-past" };
                let text = RichText::new(cx.say(key)).size(12.5).color(cx.theme.warn);
                ui.add(egui::Label::new(text).truncate().selectable(false));
            }
        });
    });
}

/// The widest a tab becomes, and the narrowest when there are many.
const TAB: std::ops::RangeInclusive<f32> = 60.0..=260.0;
/// What stands beside the tabs in the bar.
const BESIDE: f32 = 150.0;

/// How wide the name in a tab may be where there are that many.
fn tab_room(ui: &Ui, count: usize) -> f32 {
    let all = ui.max_rect().width() - BESIDE;
    (all / count.max(1) as f32 - 50.0).clamp(*TAB.start(), *TAB.end())
}

/// A tab; true when it was clicked. Its name is the command without the word that all of them begin with; all of it is its tooltip.
fn tab(ui: &mut Ui, cx: &PanelContext<'_>, text: &str, chosen: bool, room: f32) -> bool {
    let (theme, whole) = (&cx.theme, &*fonts::shown(text));
    let text = whole.strip_prefix("docker ").unwrap_or(whole);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::mono(12.5), theme.text);
    let width = galley.size().x.min(room) + 20.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, whole));
    let lit = chosen || response.hovered() || response.has_focus();
    if lit {
        ui.painter().rect_filled(rect, 6.0, theme.card);
    }
    let color = if lit { theme.text } else { theme.weak };
    let at = Align2::LEFT_CENTER.anchor_size(rect.left_center() + vec2(10.0, 0.0), galley.size()).min;
    widgets::line(ui.painter(), at, width - 16.0, text, fonts::mono(12.5), color);
    if chosen {
        ui.painter().rect_filled(
            Rect::from_min_max(pos2(rect.left() + 8.0, rect.bottom() - 2.0), rect.max - vec2(8.0, 0.0)),
            1.0,
            theme.accent,
        );
    }
    response.on_hover_text(whole).clicked()
}

fn live_tabs(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &Terminals) {
    let room = tab_room(ui, terminals.list().len());
    for (number, terminal) in terminals.list().iter().enumerate() {
        let chosen = number == terminals.current;
        let title = match terminal.ended {
            None | Some(0) => terminal.title.clone(),
            Some(_) => cx.words.say_with("dock-tab-failed", &[("name", terminal.title.as_str())]),
        };
        if tab(ui, cx, &title, chosen && terminals.open, room) {
            cx.want(TerminalCommand::Show(number));
        }
        if chosen && terminals.open {
            let label = cx.words.say_with("dock-end", &[("name", terminal.title.as_str())]);
            if widgets::icon_button(ui, Icon::Close, &label, "", Loudness::Quiet, 22.0).clicked() {
                cx.want(TerminalCommand::Close(number));
            }
        }
    }
    let label = cx.say("dock-host");
    if widgets::icon_button(ui, Icon::Plus, &label, "", Loudness::Quiet, 26.0).clicked() {
        cx.want(TerminalCommand::HostShell);
    }
}

fn past_tabs(ui: &mut Ui, cx: &PanelContext<'_>, terminals: &mut Terminals) {
    let all: Vec<_> = terminals.past.terminals().cloned().collect();
    let shown = shown_past(&all, terminals.past_current.as_ref());
    let room = tab_room(ui, all.len());
    for of in &all {
        let name = past_name(cx, of.as_ref());
        let is_gone = of.as_ref().is_some_and(|id| !cx.state.world().containers.contains_key(id));
        let name = if is_gone { cx.words.say_with("dock-tab-removed", &[("name", &name)]) } else { name };
        if tab(ui, cx, &name, terminals.open && Some(of) == shown.as_ref(), room) {
            terminals.past_current.clone_from(of);
            terminals.open = true;
        }
    }
}

/// The chosen one, else the first.
fn shown_past(all: &[Option<ContainerId>], chosen: Option<&ContainerId>) -> Option<Option<ContainerId>> {
    all.iter().find(|of| of.as_ref() == chosen).or(all.first()).cloned()
}

fn past_name(cx: &PanelContext<'_>, of: Option<&ContainerId>) -> String {
    match of {
        None => cx.say("dock-host-name"),
        Some(id) => {
            let container = terminal::created(&cx.state.trace, id);
            container.map_or_else(|| id.short().to_owned(), |container| container.name.clone())
        }
    }
}

/// Where it stands.
fn place(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &Terminals) {
    let (icon, key) = if terminals.side { (Icon::Below, "dock-below") } else { (Icon::Beside, "dock-beside") };
    let label = cx.say(key);
    if widgets::icon_button(ui, icon, &label, "", Loudness::Quiet, 26.0).clicked() {
        cx.want(TerminalCommand::Place);
    }
}

fn live_body(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals, rows: Option<u16>) {
    let take = std::mem::take(&mut terminals.take_focus);
    let Some(terminal) = terminals.shown() else {
        return empty(ui, cx, "dock-empty");
    };
    let label = format!("{} {}", cx.say("dock-terminal"), terminal.title);
    let runs = terminal.ended.is_none();
    let all = ui.available_rect_before_wrap();
    let line =
        terminal.ended.map(|status| (status, Rect::from_min_max(pos2(all.left(), all.bottom() - ENDED), all.max)));
    let room = Rect::from_min_max(all.min, line.as_ref().map_or(all.max, |(_, line)| line.right_top()));
    terminal.screen.point_at(pointed(cx));
    let whose = speaks::whose(cx, &terminal.title);
    speaks::mark(cx, &mut terminal.screen, &whose);
    lines::show(ui, cx, &mut terminal.screen, &whose, room);
    let screen = |ui: &mut Ui| terminal.screen.show(ui, &label, if runs { Life::Runs } else { Life::Ended });
    let shown = ui.scope_builder(egui::UiBuilder::new().max_rect(room), screen).inner;
    ui.advance_cursor_after_rect(all);
    speaks::tell(cx, &terminal.screen, &whose);
    if take && runs {
        shown.response.request_focus();
    }
    // Space and Enter click what has the keys, too.
    let clicked = shown.response.clicked_by(egui::PointerButton::Primary);
    terminal.clicked_dead = shown.focused && !runs && (terminal.clicked_dead || clicked);
    if let Some((status, line)) = line {
        ended(ui, cx, line, status, shown.focused);
    }
    let room = (rows.unwrap_or(shown.room.0), shown.room.1);
    terminal.resize(room.0, room.1);
    if shown.focused && runs {
        let events = ui.input(|input| input.events.clone());
        if let Some(text) = terminal.type_events(&events) {
            cx.want(ViewCommand::Copy(text));
        }
    } else if !runs
        && let Some(text) = terminal.screen.selected_text()
        && ui.input(|input| input.events.contains(&egui::Event::Copy))
    {
        cx.want(ViewCommand::Copy(text));
    }
    if terminal.rows() == 0 && runs && !cx.state.waiting.is_empty() {
        let at = shown.response.rect.left_top() + vec2(28.0, terminal::MARGIN);
        let how = if shown.focused { Some(cx.say("dock-waits-leave")) } else { cx.key_of_next() };
        let text = [Some(cx.say("dock-waits")), how].into_iter().flatten().collect::<Vec<_>>().join(" ");
        let width = shown.response.rect.right() - at.x - 10.0;
        let end = widgets::line(ui.painter(), at, width, &text, fonts::regular(13.0), cx.theme.warn);
        let response = ui.interact(end, ui.scope_id().with("waits"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
    }
    terminals.has_keys = shown.focused || take && runs;
    terminals.room = Some(room);
}

/// What the page of the lesson is about in what was printed.
fn pointed(cx: &PanelContext<'_>) -> Vec<String> {
    cx.state.course.as_ref().map(|course| course.runner().printed()).unwrap_or_default()
}

/// What an exit code says of how it ended: Docker's own, a shell's, and 128 and a signal.
fn how_ended(status: u32) -> &'static str {
    match status {
        0 => "dock-ended-well",
        125 => "dock-ended-not-started",
        126 => "dock-ended-not-runnable",
        127 => "dock-ended-not-found",
        130 => "dock-ended-interrupted",
        137 => "dock-ended-killed",
        143 => "dock-ended-told",
        _ => "dock-ended-failed",
    }
}

/// Below a screen whose program has ended: that it has, and how one goes on while keys are swallowed here.
fn ended(ui: &Ui, cx: &PanelContext<'_>, line: Rect, status: u32, focused: bool) {
    let (theme, painter) = (&cx.theme, ui.painter());
    painter.rect_filled(line, 0.0, theme.well);
    let mut text = cx.words.say_with(how_ended(status), &[("status", &status.to_string())]);
    if focused {
        text = format!("{text} · {}", cx.say("dock-ended-keys"));
    }
    let response = ui.interact(line, ui.scope_id().with("ended"), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, &text));
    let color = if status == 0 { theme.weak } else { theme.bad };
    let at = pos2(line.left() + 10.0, line.top() + 1.0);
    widgets::line(painter, at, line.width() - 20.0, &text, fonts::regular(13.0), color);
}

fn past_body(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals, rows: Option<u16>) {
    let all: Vec<_> = terminals.past.terminals().cloned().collect();
    let Some(shown) = shown_past(&all, terminals.past_current.as_ref()) else {
        return empty(ui, cx, "dock-past-empty");
    };
    let name = past_name(cx, shown.as_ref());
    let label = format!("{} {name}", cx.say("dock-terminal"));
    if let Some(screen) = terminals.past.screen(&cx.state.trace, &shown) {
        // Columns stay as printed; rows are as many as there is room for, so that the latest lines are seen.
        let columns = screen.size().1;
        screen.point_at(pointed(cx));
        let whose = shown.map_or(Whose::Host, Whose::Container);
        speaks::mark(cx, screen, &whose);
        lines::show(ui, cx, screen, &whose, ui.available_rect_before_wrap());
        let shown = screen.show(ui, &label, Life::Past);
        speaks::tell(cx, screen, &whose);
        screen.resize(rows.unwrap_or(shown.room.0), columns);
        if let Some(text) = screen.selected_text()
            && ui.input(|input| input.events.contains(&egui::Event::Copy))
        {
            cx.want(ViewCommand::Copy(text));
        }
        let used = screen.used();
        if used > terminals.past_rows {
            terminals.past_rows = used;
            ui.ctx().request_repaint();
        }
    }
}

fn empty(ui: &mut Ui, cx: &PanelContext<'_>, key: &str) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, cx.theme.well);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect.shrink(16.0)), |ui| {
        ui.label(RichText::new(cx.say(key)).color(cx.theme.weak));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::{Lang, Words};

    /// A number alone says nothing to who has not learned it.
    #[test]
    fn an_exit_code_is_said_in_words_of_its_own() {
        for lang in Lang::ALL {
            let words = Words::new(lang);
            let codes = [0_u32, 1, 125, 126, 127, 130, 137, 143];
            let said = codes.map(|status| words.say_with(how_ended(status), &[("status", &status.to_string())]));
            for (status, text) in codes.iter().zip(&said) {
                assert!(words.knows(how_ended(*status)) && text.contains(&status.to_string()), "{lang:?} {text}");
                assert_eq!(said.iter().filter(|one| *one == text).count(), 1, "{text}");
            }
            assert_eq!(how_ended(3), how_ended(1));
        }
    }
}
