//! Keys and dropped files of a frame, as commands.

use super::command::{self, Command};
use egui::{Context, Key};

/// What was pressed. While a terminal has the keys, only the one that leaves it is the window's.
pub fn pressed(ctx: &Context, in_terminal: bool) -> Vec<Command> {
    let in_field = ctx.text_edit_focused();
    let on_control = ctx.memory(|memory| memory.focused().is_some()) && !in_field && !in_terminal;
    let mut wanted = Vec::new();
    for binding in command::bindings() {
        for shortcut in binding.keys {
            let leaves = binding.command == Command::Terminal;
            let own = match shortcut.logical_key {
                // They press and choose the control that has the focus.
                Key::Space | Key::ArrowLeft | Key::ArrowRight | Key::ArrowUp | Key::ArrowDown => on_control,
                _ => false,
            };
            let free = match (in_terminal, in_field) {
                (true, _) => leaves,
                (_, true) => leaves || shortcut.logical_key == Key::Escape,
                _ => !own,
            };
            if free && ctx.input_mut(|input| input.consume_shortcut(shortcut)) {
                wanted.push(binding.command.clone());
            }
        }
    }
    wanted
}

/// A recording that was dropped on the window.
pub fn dropped(ctx: &Context) -> Option<Command> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    files.first().map(|file| Command::Open(file.path().to_owned()))
}
