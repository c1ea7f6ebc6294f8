//! Keys and dropped files of a frame, as commands.

use super::command::{self, Ask, Command, PathCommand, TerminalCommand};
use egui::{Context, Key};

/// What was pressed. While a terminal has the keys, only the one that leaves it is the window's; while a list has them,
/// those that no list knows are.
pub fn pressed(ctx: &Context, in_terminal: bool, in_list: bool) -> Vec<Command> {
    let in_field = ctx.text_edit_focused();
    let on_control = ctx.memory(|memory| memory.focused().is_some()) && !in_field && !in_terminal;
    let mut wanted = Vec::new();
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
                (_, true) => leaves || shortcut.logical_key == Key::Escape,
                _ if in_list => {
                    let function = (Key::F1..=Key::F35).contains(&shortcut.logical_key);
                    shortcut.modifiers.command || function || shortcut.logical_key == Key::Escape
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

/// A file that was dropped on the window: an image archive for a live engine, else a recording.
pub fn dropped(ctx: &Context, live: bool) -> Option<Command> {
    let files = ctx.input(|input| input.raw.dropped_files.clone());
    let path = files.first()?.path().to_owned();
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let archive = [".tar", ".tar.gz", ".tgz", ".tar.zst"].iter().any(|end| name.ends_with(end)) || path.is_dir();
    let what = if live && archive { Ask::Load } else { Ask::Open };
    Some(PathCommand::Chosen(what, path).into())
}
