//! The parts of the window. Each reads the [`WindowState`] and says what the user wants; none changes anything.

pub mod answers;
pub mod ask;
pub mod breaking;
mod disk;
pub mod dock;
pub mod ending;
pub mod engines;
pub mod field;
pub mod files;
pub mod find;
pub mod gate;
pub mod help;
pub mod inspector;
pub mod isolation;
pub mod lately;
pub mod lesson;
mod lines;
pub mod narration;
pub mod next;
pub mod outline;
pub mod presenter;
mod printed;
pub mod reach;
mod speaks;
pub mod stage;
pub mod start;
pub mod steps;
mod table;
pub mod timeline;
pub mod top;
mod volumes;

use super::command::Command;
use super::diagrams::Tab;
use super::state::{Mover, Origin, WindowState};
use super::theme::Theme;
use super::widgets::Loudness;
use crate::i18n::Words;

/// What a panel is given.
pub struct PanelContext<'a> {
    /// What the window shows.
    pub state: &'a WindowState,
    /// The window's words.
    pub words: &'a Words,
    /// The palette.
    pub theme: Theme,
    /// What the user wants.
    pub commands: &'a mut Vec<Command>,
}

impl PanelContext<'_> {
    /// The user wants this.
    pub fn want(&mut self, command: impl Into<Command>) {
        self.commands.push(command.into());
    }

    /// How loud a button is beside the one next action: the one thing to do where there is none.
    pub fn loudness(&self) -> Loudness {
        let alone = self.state.course.is_none() && self.state.mover() == Mover::Idle;
        if alone { Loudness::Primary } else { Loudness::Plain }
    }

    /// What the key of the next action does now, named with the key; none when it does nothing. The one place where it is said.
    pub fn key_of_next(&self) -> Option<String> {
        let mover = self.state.mover();
        if let Some(choices) = self.state.choices_of(&mover) {
            return Some(self.words.say_with("next-choose", &[("last", &choices.min(9).to_string())]));
        }
        let action = lesson::mover_label(self, &mover);
        mover.acts().then(|| self.words.say_with("next-key", &[("action", &action)]))
    }

    /// A message of the window.
    pub fn say(&self, key: &str) -> String {
        self.words.say(key)
    }
}

/// The title of what is shown without a lesson: a recording's file name.
pub fn source_title(state: &WindowState) -> String {
    match &state.origin {
        Origin::Recorded { path, .. } => path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        _ => String::new(),
    }
}

/// A live engine that has no images and no containers yet: there is nothing to draw, and something to do.
pub fn is_idle(state: &WindowState) -> bool {
    let world = state.world();
    let bare = world.remote_tags.is_empty() && world.tags.is_empty() && world.containers.is_empty();
    state.is_reading() || state.is_live() && bare && state.waiting.is_empty() && state.tab != Tab::Network
}
