//! What is shown, and how.

use super::*;

/// Selection, diagrams, language, looks, and what lies over the window.
#[derive(Debug, Clone, PartialEq)]
pub enum ViewCommand {
    /// Selects a thing, or nothing.
    Select(Option<Entity>),
    /// Shows that diagram, by its number.
    Tab(usize),
    /// Shows the storage picture as a picture, as the table of one container's places, or as the disk.
    Storage(StorageView),
    /// Shows on the disk what that prune would take away, or nothing of that kind.
    Prune(Option<Prune>),
    /// Has the engine count what is on the disk.
    MeasureDisk,
    /// Shows the next diagram (or, with false, the one before).
    NextTab(bool),
    /// Shows the diagram that each step changes, or stays on the chosen one.
    Follow,
    /// Says everything in that language.
    Language(Lang),
    /// The other language.
    OtherLanguage,
    /// Dark to light and back.
    OtherTheme,
    /// The picture alone and large, before a class.
    Presenter,
    /// The same in a window of its own: prose and answers stay with the teacher.
    Second,
    /// Shows the keys, or hides them.
    Help,
    /// Shows the list of operations, steps and breakpoints, or hides it.
    Steps,
    /// Asks for a thing to look for, or no more.
    Find,
    /// What is looked for.
    Finding(String),
    /// Closes what is open: the overlay, the selection, the terminal's focus.
    Escape,
    /// Gives the keys back to the window.
    Unfocus,
    /// Puts text on the clipboard.
    Copy(String),
    /// Shows a page in the browser.
    OpenPage(String),
    /// Predicts of a place, where it is asked without a lesson, that it stays, or that it does not.
    Survives(String, bool),
    /// A line of a terminal is pointed at that speaks of these things.
    Tell(Vec<Entity>),
    /// The shape of this thing is pointed at, or has the keys; or none is.
    Touch(Option<Entity>),
}

impl WindowState {
    pub(super) fn view(&mut self, command: ViewCommand) -> Option<Effect> {
        use ViewCommand as C;
        match command {
            C::Select(entity) => self.selection = entity,
            C::Tab(index) => {
                self.tab = Tab::ALL.get(index).copied().unwrap_or(self.tab);
                self.follow = false;
                self.files.shown = false;
            }
            C::Storage(view) => self.storage = view,
            C::Prune(prune) => self.look_at_prune(prune),
            C::MeasureDisk => return self.now_or(Effect::MeasureDisk),
            C::NextTab(forward) => self.next_tab(forward),
            C::Follow => {
                self.follow = !self.follow;
                // The next refresh shows the diagram of the present step.
                self.shown = None;
            }
            C::Language(lang) => self.speak(lang),
            C::OtherLanguage => self.speak(if self.lang == Lang::Ko { Lang::En } else { Lang::Ko }),
            C::OtherTheme => self.dark = !self.dark,
            C::Presenter => self.presenter = !self.presenter,
            C::Second => self.second = !self.second,
            C::Help => self.toggle(Overlay::Help),
            C::Steps => self.toggle(Overlay::Steps),
            C::Find => {
                self.finding.clear();
                self.toggle(Overlay::Find);
            }
            C::Finding(text) => self.finding = text,
            C::Escape => return self.escape(),
            C::Unfocus => return Some(Effect::Unfocus),
            C::Copy(text) => return Some(Effect::Clipboard(text)),
            C::Survives(question, stays) => self.foretell(&question, stays),
            C::Tell(things) => self.told = things,
            C::Touch(thing) => self.touched = thing,
            C::OpenPage(url) => return Some(Effect::OpenPage(url)),
        }
        None
    }

    /// There is something to put into the other views of the storage picture.
    pub fn has_storage_views(&self) -> bool {
        !self.world.containers.is_empty() || self.storage == StorageView::Disk
    }

    /// From now on in that language, with what is on the screen.
    fn speak(&mut self, lang: Lang) {
        self.lang = lang;
        let words = self.words();
        self.notice.iter_mut().chain(&mut self.failures).for_each(|notice| notice.translate(&words));
    }

    fn next_tab(&mut self, forward: bool) {
        let at = Tab::ALL.iter().position(|tab| *tab == self.tab).unwrap_or(0);
        let step = if forward { 1 } else { Tab::ALL.len() - 1 };
        self.tab = Tab::ALL[(at + step) % Tab::ALL.len()];
        self.follow = false;
        self.files.shown = false;
    }

    fn toggle(&mut self, overlay: Overlay) {
        self.overlay = if self.overlay == Some(overlay) { None } else { Some(overlay) };
    }

    fn escape(&mut self) -> Option<Effect> {
        self.leaving = None;
        if self.forward_to.take().is_some() {
            return Some(Effect::Unfocus);
        }
        if self.overlay.take().is_none() && self.notice.take().is_none() {
            if self.presenter {
                self.presenter = false;
            } else {
                self.selection = None;
            }
        }
        Some(Effect::Unfocus)
    }
}
