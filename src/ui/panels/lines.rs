//! The lines of a terminal by key: Tab leads to them, arrows from one to the next, and the one that has the keys lights its shapes as the
//! one that is pointed at does.

use super::{PanelContext, narration, speaks};
use crate::trace::Entity;
use crate::ui::command::ViewCommand;
use crate::ui::facts;
use crate::ui::lines::Whose;
use crate::ui::terminal::{Line, Screen};
use egui::{Event, EventFilter, Key, Response, Role, Sense, Ui, WidgetInfo};

/// Beside the terminal that was shown, and after it in the order of Tab.
pub fn show(ui: &Ui, cx: &mut PanelContext<'_>, screen: &mut Screen, whose: &Whose, terminal: &Response) {
    let mut lines = screen.lines();
    lines.retain(|line| {
        let place = screen.place_of(&line.rows);
        !line.text.trim().is_empty() && place.is_some_and(|place| terminal.rect.contains_rect(place))
    });
    let read = screen.read().and_then(|row| lines.iter().position(|line| line.rows.contains(&row)));
    let id = terminal.id.with("lines");
    let at = read.unwrap_or(lines.len().saturating_sub(1));
    let Some((line, place)) = lines.get(at).and_then(|line| Some((line, screen.place_of(&line.rows)?))) else {
        return screen.read_at(None);
    };
    let response = ui.interact(place, id, Sense::focusable_noninteractive());
    let things = speaks::things(cx, whose, line);
    let label = said(cx, line, &things);
    response.widget_info(|| WidgetInfo::labeled(Role::ListItem, true, &label));
    if !response.has_focus() {
        return screen.read_at(None);
    }
    narration::live(ui, &response);
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    screen.read_at(Some(line.rows.start));
    match pressed(ui) {
        Some(Key::ArrowUp) if at == 0 => drop(screen.scroll_line(true)),
        Some(Key::ArrowUp) => screen.read_at(Some(lines[at - 1].rows.start)),
        Some(Key::ArrowDown) if at + 1 == lines.len() => drop(screen.scroll_line(false)),
        Some(Key::ArrowDown) => screen.read_at(Some(lines[at + 1].rows.start)),
        Some(Key::Enter) => things.first().into_iter().for_each(|it| cx.want(ViewCommand::Select(Some(it.clone())))),
        _ => {}
    }
}

/// The line as it was printed, and what it speaks of.
fn said(cx: &PanelContext<'_>, line: &Line, things: &[Entity]) -> String {
    let names = things.iter().filter_map(|thing| facts::of(thing, cx.state.world(), cx.words));
    let names: Vec<_> = names.map(|facts| format!("{} {}", cx.say(facts.kind), facts.title)).collect();
    let text = line.text.trim();
    match names.is_empty() {
        true => cx.words.say_with("dock-printed", &[("text", text)]),
        false => cx.words.say_with("dock-printed-of", &[("text", text), ("things", &names.join(", "))]),
    }
}

fn pressed(ui: &Ui) -> Option<Key> {
    ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Key { key, pressed: true, modifiers, .. } if modifiers.is_none() => Some(*key),
            _ => None,
        })
    })
}
