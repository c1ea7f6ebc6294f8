//! The command field, in a row of its own below the picture and the terminals.

use super::PanelContext;
use crate::line::Fit;
use crate::ui::command::{PlaybackCommand, TerminalCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::terminal::{Field, Terminals};
use crate::ui::widgets::{self, Loudness};
use egui::text::{CCursor, CCursorRange};
use egui::{
    Align2, CornerRadius, EventFilter, Id, Key, Layout, Modifiers, Rect, Response, RichText, Role, ScrollArea, Sense,
    Stroke, StrokeKind, TextEdit, Ui, WidgetInfo, pos2, vec2,
};

/// How high its row is.
const ROW: f32 = 42.0;
/// How high a line below it is that says why something was not run.
const REFUSED: f32 = 22.0;
const SIZE: f32 = 13.5;

/// How much room it needs.
pub fn height(terminals: &Terminals) -> f32 {
    if terminals.field.refused.is_some() { ROW + REFUSED } else { ROW }
}

/// Where it is in egui's books.
pub fn id() -> Id {
    Id::unique("command-field")
}

/// Shows it in all the room there is. True when something is shown beside it that Escape closes: then all keys are the field's.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals) -> bool {
    let all = ui.max_rect();
    let row = Rect::from_min_size(all.min, vec2(all.width(), ROW));
    if std::mem::take(&mut terminals.to_field) {
        ui.memory_mut(|memory| memory.request_focus(id()));
    }
    let run = ui.scope_builder(egui::UiBuilder::new().max_rect(row), |ui| line(ui, cx, &mut terminals.field)).inner;
    if let Some(line) = run {
        if !cx.state.at_end() {
            // What it does is seen where it happens.
            cx.want(PlaybackCommand::Live);
        }
        cx.want(TerminalCommand::Run(line));
    }
    if let Some(problem) = &terminals.field.refused {
        let text = cx.words.problem(problem);
        let below = Rect::from_min_max(pos2(all.left() + 38.0, row.bottom() - 2.0), all.max - vec2(16.0, 0.0));
        ui.scope_builder(egui::UiBuilder::new().max_rect(below), |ui| {
            let label = RichText::new(fonts::shown(&text)).size(12.5).color(cx.theme.bad);
            ui.add(egui::Label::new(label).truncate()).on_hover_text(fonts::shown(&text));
        });
    }
    (terminals.field.list().is_some() || terminals.field.refused.is_some())
        && ui.memory(|memory| memory.has_focus(id()))
}

/// The row itself; what is to be run.
fn line(ui: &mut Ui, cx: &mut PanelContext<'_>, field: &mut Field) -> Option<String> {
    let theme = cx.theme;
    let focused = ui.memory(|memory| memory.has_focus(id()));
    let moved = focused && keys(ui, cx, field);
    let frame = ui.max_rect().shrink2(vec2(14.0, 5.0));
    let line = Stroke::new(1.0, if focused { theme.accent } else { theme.line });
    ui.painter().rect(frame, CornerRadius::same(7), theme.well, line, StrokeKind::Inside);
    let inner = frame.shrink2(vec2(10.0, 0.0));
    ui.scope_builder(egui::UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(egui::Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(RichText::new("$").font(fonts::mono(SIZE)).color(theme.good));
        let label = cx.say("dock-run");
        let width = ui.available_width() - 34.0;
        let response = text(ui, cx, field, width);
        if moved {
            to_end(ui, &field.text);
        }
        if response.changed() {
            field.edited(cx.state.world());
        }
        let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        let clicked = widgets::icon_button(ui, Icon::Play, &label, "Enter", Loudness::Quiet, 26.0).clicked();
        let (chosen, over) = list(ui, cx, field, &response);
        if let Some(number) = chosen {
            field.choose(Some(number));
            // What was clicked takes the keys at the end of the frame.
            cx.want(TerminalCommand::Field);
            to_end(ui, &field.text);
        } else if entered && field.choose(None) {
            response.request_focus();
            to_end(ui, &field.text);
        } else if entered || clicked {
            let run = field.enter();
            if run.is_none() && !field.text.is_empty() {
                response.request_focus();
                // What is typed next takes its place.
                select_all(ui, &field.text);
            }
            return run;
        } else if !response.has_focus() && !over {
            field.close_list();
        }
        None
    })
    .inner
}

fn text(ui: &mut Ui, cx: &PanelContext<'_>, field: &mut Field, width: f32) -> Response {
    let hint = RichText::new(cx.say("dock-line-hint")).font(fonts::mono(SIZE)).color(cx.theme.weak);
    let escape = field.list().is_some() || field.refused.is_some();
    let filter = EventFilter { tab: true, horizontal_arrows: true, vertical_arrows: true, escape };
    let edit = TextEdit::singleline(&mut field.text)
        .id(id())
        .font(fonts::mono(SIZE))
        .hint_text(hint)
        .desired_width(width)
        .align(Align2::LEFT_CENTER)
        .frame(egui::Frame::NONE)
        .event_filter(filter);
    ui.add(edit).accessible_name(cx.say("dock-line"))
}

/// Keys that are not text. True when the text is another.
fn keys(ui: &Ui, cx: &PanelContext<'_>, field: &mut Field) -> bool {
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let before = field.text.clone();
    if pressed(Modifiers::SHIFT, Key::Tab) {
        field.next(false, cx.state.world());
    } else if pressed(Modifiers::NONE, Key::Tab) {
        field.next(true, cx.state.world());
    } else if pressed(Modifiers::NONE, Key::ArrowUp) {
        if field.list().is_some() { field.next(false, cx.state.world()) } else { field.up() }
    } else if pressed(Modifiers::NONE, Key::ArrowDown) {
        if field.list().is_some() { field.next(true, cx.state.world()) } else { field.down() }
    } else if (field.list().is_some() || field.refused.is_some()) && pressed(Modifiers::NONE, Key::Escape) {
        field.close();
    }
    field.text != before
}

fn to_end(ui: &Ui, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), id()).unwrap_or_default();
    let end = CCursor::new(text.chars().count());
    state.cursor.set_char_range(Some(CCursorRange::one(end)));
    TextEdit::store_state(ui.ctx(), id(), state);
}

fn select_all(ui: &Ui, text: &str) {
    let mut state = TextEdit::load_state(ui.ctx(), id()).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::two(CCursor::new(0), CCursor::new(text.chars().count()))));
    TextEdit::store_state(ui.ctx(), id(), state);
}

const LINE: f32 = 24.0;
/// So many lines of the list are seen at once.
const SEEN: usize = 8;

/// What fits, above the field; which of it was clicked, and whether the pointer is over it.
fn list(ui: &mut Ui, cx: &PanelContext<'_>, field: &Field, response: &Response) -> (Option<usize>, bool) {
    let Some(list) = field.list() else { return (None, false) };
    let theme = cx.theme;
    let (all, chosen) = (list.all(), list.chosen());
    let widest = |part: &dyn Fn(&Fit) -> f32| all.iter().map(part).fold(0.0, f32::max);
    let measure = |text: &str, font| ui.painter().layout_no_wrap(text.to_owned(), font, theme.text).size().x;
    let name = widest(&|fit| measure(&fonts::shown(&fit.text), fonts::mono(SIZE))).min(320.0);
    let about = widest(&|fit| measure(&fit.about, fonts::regular(12.5))).min(420.0);
    let keys = cx.say("dock-fits");
    let width = (name + about + 48.0).max(measure(&keys, fonts::regular(11.5)) + 16.0);
    let height = all.len().min(SEEN) as f32 * LINE;
    let mut clicked = None;
    let at = response.rect.left_top() - vec2(10.0, 10.0);
    let area = egui::Area::new(Id::unique("command-fits")).order(egui::Order::Foreground);
    let shown = area.pivot(Align2::LEFT_BOTTOM).fixed_pos(at).show(ui.ctx(), |ui| {
        widgets::card(&theme).inner_margin(6.0).show(ui, |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing.y = 0.0;
            ScrollArea::vertical().max_height(height).auto_shrink([false, true]).show(ui, |ui| {
                for (number, fit) in all.iter().enumerate() {
                    let (rect, line) = ui.allocate_exact_size(vec2(ui.available_width(), LINE), Sense::click());
                    let now = chosen == Some(number);
                    line.widget_info(|| WidgetInfo::selected(Role::ListBoxOption, true, now, fonts::shown(&fit.text)));
                    if now {
                        line.scroll_to_me(None);
                    }
                    if now || line.hovered() {
                        let fill = theme.card.lerp_to_gamma(theme.accent, if now { 0.30 } else { 0.12 });
                        ui.painter().rect_filled(rect, 5.0, fill);
                    }
                    let at = rect.left_top() + vec2(8.0, 4.0);
                    widgets::line(ui.painter(), at, name + 4.0, &fit.text, fonts::mono(SIZE), theme.text);
                    let at = at + vec2(name + 20.0, 0.5);
                    widgets::line(ui.painter(), at, about + 8.0, &fit.about, fonts::regular(12.5), theme.weak);
                    if line.clicked() {
                        clicked = Some(number);
                    }
                }
            });
            ui.add_space(4.0);
            let keys = RichText::new(keys).size(11.5).color(theme.weak);
            ui.add(egui::Label::new(keys).selectable(false));
        });
    });
    (clicked, shown.response.contains_pointer())
}
