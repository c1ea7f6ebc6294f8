//! The layer inspector's place in the window.

use super::*;
use crate::ui::files::{Act, Done, Order, Ticket, subject};

/// Asks the layer inspector for something.
#[derive(Debug, Clone, PartialEq)]
pub enum FilesCommand {
    /// Shows the files of what is selected, or of an image; a diagram again when they are shown.
    ShowOrHide,
    /// In the inspector.
    Do(Act),
}

/// What the inspector wants done.
pub(super) fn inspect(orders: impl IntoIterator<Item = Order>) -> Option<Effect> {
    let orders: Vec<Order> = orders.into_iter().collect();
    (!orders.is_empty()).then_some(Effect::Inspect(orders))
}

impl WindowState {
    pub(super) fn inspector(&mut self, command: FilesCommand) -> Option<Effect> {
        match command {
            FilesCommand::ShowOrHide => self.show_files(),
            FilesCommand::Do(act) => inspect(self.files.apply(act)),
        }
    }

    /// Shows the files of what is selected, else what was shown last, else those of the first image; or a diagram again.
    fn show_files(&mut self) -> Option<Effect> {
        if !self.has_trace() {
            return None;
        }
        if self.files.shown {
            return inspect(self.files.apply(Act::Show(false)));
        }
        let selected = self.selection.as_ref().and_then(|entity| subject::of_entity(entity, &self.world));
        let before = self.files.subject.is_some();
        let act = match selected {
            Some((subject, layer)) => Act::Open(subject, layer),
            None if before => Act::Show(true),
            None => match subject::known(&self.world).into_iter().next() {
                Some(subject) if self.is_live() => Act::Open(subject, None),
                _ => Act::Show(true),
            },
        };
        inspect(self.files.apply(act))
    }

    /// Says what became of a job where nothing else shows it.
    pub fn told(&mut self, ticket: Ticket, done: &Done) {
        use crate::ui::files::Slot;
        let words = self.words();
        let path = |key: &str, path: &PathBuf| {
            let path = crate::spec::visible::path(path);
            Notice::good(words.say_with(key, &[("path", path.as_str())]))
        };
        let notice = match done {
            Done::Exported(to) => path("notice-files-exported", to),
            Done::Saved(to) => path("notice-image-saved", to),
            Done::Loaded(names) => Notice::good(words.say_with("notice-image-loaded", &[("names", names.as_str())])),
            Done::VolumeExported(to, remarks) => with(&words, path("notice-volume-exported", to), remarks),
            Done::VolumeImported(name, remarks) => {
                let said = Notice::good(words.say_with("notice-volume-imported", &[("name", name.as_str())]));
                with(&words, said, remarks)
            }
            Done::Failed(problem) if matches!(ticket.slot, Slot::Export | Slot::Transfer) => {
                Notice::failure(&words, problem)
            }
            _ => return,
        };
        self.notify(notice);
    }
}

/// What was done, and what of it is worth saying.
fn with(words: &Words, done: Notice, remarks: &[Problem]) -> Notice {
    let text = remarks.iter().fold(done.text, |text, remark| format!("{text} {}", words.problem(remark)));
    Notice { text, ..done }
}
