//! Keys and dropped files of a frame, as commands.

use super::command::{self, Ask, Command, LessonCommand, PathCommand, TerminalCommand};
use egui::{Context, Event, Key, Modifiers};

/// What has keys of its own, before the window has them.
#[derive(Debug, Clone, Default)]
pub struct Holds {
    /// A terminal: only the key that leaves it is the window's.
    pub terminal: bool,
    /// A list, or what lies over the window: the window has those that no list knows.
    pub list: bool,
    /// What lies over the window is closed by the key that opened it.
    pub closes: Option<Command>,
    /// A question that can be answered, and how many choices it has: digits are theirs.
    pub question: Option<(String, usize)>,
}

/// The digits, in the order of the choices they stand for.
const DIGITS: [Key; 9] =
    [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8, Key::Num9];

/// What was pressed.
pub fn pressed(ctx: &Context, holds: &Holds) -> Vec<Command> {
    let in_terminal = holds.terminal;
    let in_field = ctx.text_edit_focused();
    let on_control = ctx.memory(|memory| memory.focused().is_some()) && !in_field && !in_terminal;
    let mut wanted = Vec::new();
    if let Some((question, choices)) = holds.question.as_ref().filter(|_| !in_field && !in_terminal && !holds.list) {
        wanted.extend(chosen(ctx, *choices).map(|number| LessonCommand::Predict(question.clone(), number).into()));
    }
    for binding in command::bindings() {
        for shortcut in binding.keys {
            let leaves = binding.command == Command::from(TerminalCommand::Focus);
            let own = match shortcut.logical_key {
                // They press and choose the control that has the focus.
                Key::Space | Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown => on_control,
                _ => false,
            };
            let free = match (in_terminal, in_field) {
                (true, _) => leaves,
                // No digit with Ctrl is anything that is typed.
                (_, true) => {
                    let picture = shortcut.modifiers.command && DIGITS.contains(&shortcut.logical_key);
                    leaves || picture || shortcut.logical_key == Key::Escape
                }
                _ if holds.list => {
                    let function = (Key::F1..=Key::F35).contains(&shortcut.logical_key);
                    let closes = holds.closes.as_ref() == Some(&binding.command);
                    shortcut.modifiers.command || function || closes || shortcut.logical_key == Key::Escape
                }
                _ => !own,
            };
            if free && ctx.input_mut(|input| input.consume_shortcut(shortcut)) {
                wanted.push(binding.command.clone());
            }
        }
    }
    wanted
}

/// Text was typed, or a key was pressed, in this frame.
pub fn is_typing(ctx: &Context) -> bool {
    let typed = |event: &Event| matches!(event, Event::Text(_) | Event::Ime(_) | Event::Key { pressed: true, .. });
    ctx.input(|input| input.events.iter().any(typed))
}

/// The choice whose digit was pressed. A digit without one does nothing: it is a slip.
fn chosen(ctx: &Context, choices: usize) -> Option<usize> {
    let pressed =
        |key: &Key| ctx.input_mut(|input| input.modifiers.is_none() && input.consume_key(Modifiers::NONE, *key));
    DIGITS.iter().position(pressed).filter(|number| *number < choices)
}

/// A file that was dropped on the window: an image archive for a live engine, else a recording.
pub fn dropped(ctx: &Context, live: bool) -> Option<Command> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    let path = files.first()?.path().to_owned();
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let archive = [".tar", ".tar.gz", ".tgz", ".tar.zst"].iter().any(|end| name.ends_with(end)) || path.is_dir();
    let what = if live && archive { Ask::Load } else { Ask::Open };
    Some(PathCommand::Chosen(what, path).into())
}
