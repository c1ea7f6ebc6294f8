//! The parts of the window. Each reads the [`Shell`] and says what the user wants; none changes anything.

pub mod ask;
pub mod breaking;
pub mod dock;
pub mod files;
pub mod help;
pub mod inspector;
pub mod lesson;
pub mod outline;
pub mod stage;
pub mod start;
pub mod steps;
pub mod timeline;
pub mod top;

use super::command::Command;
use super::diagrams::Tab;
use super::state::{Origin, Shell};
use super::theme::Theme;
use crate::i18n::Words;

/// What a panel is given.
pub struct Look<'a> {
    /// What the window shows.
    pub shell: &'a Shell,
    /// The window's words.
    pub words: &'a Words,
    /// The palette.
    pub theme: Theme,
    /// What the user wants.
    pub commands: &'a mut Vec<Command>,
}

impl Look<'_> {
    /// The user wants this.
    pub fn want(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// A message of the window.
    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }
}

/// The title of what is shown without a lesson: a recording's file name.
pub fn source_title(shell: &Shell) -> String {
    match &shell.origin {
        Origin::Recorded { path, .. } => path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A live engine that has no images and no containers yet: there is nothing to draw, and something to do.
pub fn is_idle(shell: &Shell) -> bool {
    let world = shell.world();
    let bare = world.remote_tags.is_empty() && world.tags.is_empty() && world.containers.is_empty();
    shell.is_live() && bare && shell.waiting.is_empty() && shell.tab != Tab::Network
}
