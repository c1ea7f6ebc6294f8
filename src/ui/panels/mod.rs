//! The parts of the window. Each reads the [`Shell`] and says what the user wants; none changes anything.

pub mod help;
pub mod inspector;
pub mod timeline;
pub mod top;

use super::command::Command;
use super::state::Shell;
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
