//! The terminals under the diagram: containers, the lab host, and a bar to type a command into.

use super::PanelContext;
use crate::spec::ContainerId;
use crate::trace::{Body, Change, Entity};
use crate::ui::command::{TerminalCommand, ViewCommand};
use crate::ui::fonts;
use crate::ui::icons::Icon;
use crate::ui::terminal::Terminals;
use crate::ui::widgets::{self, Loudness};
use egui::{Align2, Layout, Rect, RichText, Role, Sense, TextEdit, Ui, WidgetInfo, pos2, vec2};

/// How high its bar is; all of it when the dock is closed.
pub const BAR: f32 = 38.0;

/// Shows the bar and, when open, the terminal, in all the room there is. True when a terminal has the keys.
pub fn show(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals) -> bool {
    let past = is_past(cx);
    let bar = Rect::from_min_size(ui.max_rect().min, vec2(ui.max_rect().width(), BAR));
    ui.scope_builder(egui::UiBuilder::new().max_rect(bar), |ui| head(ui, cx, terminals, past));
    ui.advance_cursor_after_rect(bar);
    if !terminals.open {
        return false;
    }
    // A panel shrinks to what is in it: its height is the user's, whatever it shows.
    ui.set_min_height(ui.available_height());
    if past { past_body(ui, cx, terminals) } else { live_body(ui, cx, terminals) }
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
            if past && !terminals.open {
                return;
            }
            if past {
                let key = if cx.state.is_live() { "dock-past-live" } else { "dock-past" };
                let text = RichText::new(cx.say(key)).size(12.5).color(cx.theme.warn);
                ui.add(egui::Label::new(text).truncate().selectable(false));
            } else {
                command_bar(ui, cx, terminals);
            }
        });
    });
}

/// A tab; true when it was clicked.
fn tab(ui: &mut Ui, cx: &PanelContext<'_>, text: &str, chosen: bool) -> bool {
    let (theme, text) = (&cx.theme, &*fonts::shown(text));
    let galley = ui.painter().layout_no_wrap(text.to_owned(), fonts::mono(12.5), theme.text);
    let width = galley.size().x.min(170.0) + 20.0;
    let (rect, response) = ui.allocate_exact_size(vec2(width, 26.0), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, chosen, text));
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
    response.clicked()
}

fn live_tabs(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &Terminals) {
    for (number, terminal) in terminals.list().iter().enumerate() {
        let chosen = number == terminals.current;
        let title = match terminal.ended {
            None => terminal.title.clone(),
            Some(status) => format!("{} ({status})", terminal.title),
        };
        if tab(ui, cx, &title, chosen && terminals.open) {
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
    for of in &all {
        let name = past_name(cx, of.as_ref());
        if tab(ui, cx, &name, terminals.open && Some(of) == shown.as_ref()) {
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
            let entity = Entity::Container(id.clone());
            let mut names = cx.state.trace.touching(&entity, u64::MAX).filter_map(|event| match &event.body {
                Body::Observed { change, .. } => match &**change {
                    Change::ContainerCreated(container) => Some(container.name.clone()),
                    _ => None,
                },
                _ => None,
            });
            let before = || cx.state.trace.base().world.containers.get(id).map(|container| container.name.clone());
            names.next().or_else(before).unwrap_or_else(|| id.short().to_owned())
        }
    }
}

/// From right to left: a field and its button.
fn command_bar(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals) {
    let label = cx.say("dock-run");
    let run = widgets::icon_button(ui, Icon::Play, &label, "Enter", Loudness::Plain, 26.0);
    let width = (ui.available_width() - 8.0).clamp(60.0, 380.0);
    let hint = RichText::new("docker run -it lab/shell:1").font(fonts::mono(12.5)).color(cx.theme.weak);
    let field = TextEdit::singleline(&mut terminals.line)
        .font(fonts::mono(12.5))
        .hint_text(hint)
        .desired_width(width)
        .margin(egui::Margin::symmetric(8, 4));
    let response = ui.add(field).accessible_name(cx.say("dock-line"));
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
    if (run.clicked() || entered) && !terminals.line.trim().is_empty() {
        cx.want(TerminalCommand::Run(std::mem::take(&mut terminals.line)));
    }
}

fn live_body(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals) -> bool {
    let take = std::mem::take(&mut terminals.take_focus);
    let Some(terminal) = terminals.shown() else {
        empty(ui, cx, "dock-empty");
        return false;
    };
    let label = format!("{} {}", cx.say("dock-terminal"), terminal.title);
    let shown = terminal.screen.show(ui, &label, true);
    if take {
        shown.response.request_focus();
    }
    terminal.resize(shown.room.0, shown.room.1);
    let room = shown.room;
    if shown.focused {
        let events = ui.input(|input| input.events.clone());
        if let Some(text) = terminal.type_events(&events) {
            cx.want(ViewCommand::Copy(text));
        }
    }
    terminals.room = Some(room);
    shown.focused || take
}

fn past_body(ui: &mut Ui, cx: &mut PanelContext<'_>, terminals: &mut Terminals) -> bool {
    let all: Vec<_> = terminals.past.terminals().cloned().collect();
    let Some(shown) = shown_past(&all, terminals.past_current.as_ref()) else {
        empty(ui, cx, "dock-past-empty");
        return false;
    };
    let name = past_name(cx, shown.as_ref());
    let label = format!("{} {name}", cx.say("dock-terminal"));
    if let Some(screen) = terminals.past.screen(&cx.state.trace, &shown) {
        // Columns stay as printed; rows are as many as there is room for, so that the latest lines are seen.
        let columns = screen.size().1;
        let shown = screen.show(ui, &label, false);
        screen.resize(shown.room.0, columns);
        if let Some(text) = screen.selected_text()
            && ui.input(|input| input.events.contains(&egui::Event::Copy))
        {
            cx.want(ViewCommand::Copy(text));
        }
    }
    false
}

fn empty(ui: &mut Ui, cx: &PanelContext<'_>, key: &str) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, cx.theme.well);
    ui.scope_builder(egui::UiBuilder::new().max_rect(rect.shrink(16.0)), |ui| {
        ui.label(RichText::new(cx.say(key)).color(cx.theme.weak));
    });
}
