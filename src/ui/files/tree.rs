//! A file tree as one looks at it: its rows, what is searched for, what is chosen. Pure.

use crate::tree::{PathBytes, PathId, Query, View};

/// Where the keyboard moves to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// So many lines down; up where it is negative.
    Lines(i32),
    /// To the first line.
    First,
    /// To the last line.
    Last,
    /// Opens the directory, or goes to the first thing in it.
    Into,
    /// Closes the directory, or goes to the one that it is in.
    Out,
}

/// A tree on the screen.
#[derive(Debug, Default)]
pub struct Tree {
    /// Its rows; none before they are there.
    pub view: Option<View>,
    /// What is searched for.
    pub query: Query,
    /// How many paths the search found; none while it runs.
    pub hits: Option<usize>,
    /// The path that is chosen, also while the tree that has it is on its way.
    wanted: Option<PathBytes>,
    selected: Option<PathId>,
    /// Counts what should be scrolled to, so that each is scrolled to once.
    pub reveals: u64,
}

impl Tree {
    /// The chosen path's number.
    pub fn selected(&self) -> Option<PathId> {
        self.selected
    }

    /// The chosen path.
    pub fn path(&self) -> Option<&PathBytes> {
        self.wanted.as_ref()
    }

    /// The row of the chosen path.
    pub fn selected_row(&self) -> Option<usize> {
        self.view.as_ref()?.position(self.selected?)
    }

    /// A search chose what is shown.
    pub fn is_searched(&self) -> bool {
        self.query != Query::default()
    }

    /// Other rows. What was chosen stays chosen where it is.
    pub fn set(&mut self, view: View) {
        self.selected = self.wanted.as_ref().and_then(|path| view.stack().find(path.as_bytes()));
        self.view = Some(view);
    }

    /// Ends the search.
    pub fn end_search(&mut self) {
        (self.query, self.hits) = (Query::default(), None);
        if let Some(view) = &mut self.view {
            view.show(None);
            self.selected.and_then(|id| view.reveal(id));
            self.reveals += 1;
        }
    }

    /// Chooses a path by its number.
    pub fn choose(&mut self, id: PathId) {
        if let Some(view) = &self.view {
            self.selected = Some(id);
            self.wanted = Some(view.stack().path(id));
        }
    }

    /// Chooses a path, opens the way to it, and has it scrolled to.
    pub fn go_to(&mut self, path: PathBytes) {
        if let Some(view) = &mut self.view {
            self.selected = view.stack().find(path.as_bytes());
            if let Some(id) = self.selected
                && view.reveal(id).is_none()
                && self.query != Query::default()
            {
                self.end_search();
            }
        }
        self.wanted = Some(path);
        self.reveals += 1;
    }

    /// Opens or closes the directory in that row.
    pub fn toggle(&mut self, row: usize) {
        if let Some(view) = self.view.as_mut().filter(|view| row < view.len()) {
            view.toggle(row);
        }
    }

    /// Moves the choice.
    pub fn go(&mut self, motion: Motion) {
        let Some(view) = self.view.as_ref().filter(|view| !view.is_empty()) else { return };
        let last = view.len() - 1;
        let Some(row) = self.selected_row() else {
            return self.choose_row(if motion == Motion::Last { last } else { 0 });
        };
        let here = view.row(row);
        match motion {
            Motion::Lines(lines) => self.choose_row(row.saturating_add_signed(lines as isize).min(last)),
            Motion::First => self.choose_row(0),
            Motion::Last => self.choose_row(last),
            Motion::Into if here.expandable && !here.expanded => self.toggle(row),
            Motion::Into if here.expanded => self.choose_row((row + 1).min(last)),
            Motion::Out if here.expanded => self.toggle(row),
            Motion::Out => {
                let outer = view.position(view.stack().parent(here.id));
                outer.into_iter().for_each(|outer| self.choose_row(outer));
            }
            Motion::Into => {}
        }
    }

    fn choose_row(&mut self, row: usize) {
        if let Some(id) = self.view.as_ref().map(|view| view.row(row).id) {
            self.choose(id);
            self.reveals += 1;
        }
    }

    /// Chooses the next row whose name begins so.
    pub fn type_ahead(&mut self, prefix: &str) {
        let Some(view) = &self.view else { return };
        let from = self.selected_row().unwrap_or(0);
        let begins = |row: &usize| {
            let start = view.row(*row).name.get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        // One letter again and again goes from one to the next; a longer beginning stays where it fits.
        let start = if prefix.chars().count() == 1 { from + 1 } else { from };
        let found = (start..view.len()).chain(0..start.min(view.len())).find(begins);
        found.into_iter().for_each(|row| self.choose_row(row));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Kind, Layer, LayerEntry, Scope, Stack};
    use std::sync::Arc;

    fn sample(files: &[&str]) -> Tree {
        let file = |path: &&str| LayerEntry { kind: Kind::File { size: 1 }, ..LayerEntry::directory(path) };
        let stack = Arc::new(Stack::new(vec![Arc::new(Layer::build(files.iter().map(file)))]));
        let visible = Arc::new(stack.visible(Scope::UpTo(0)));
        let mut tree = Tree::default();
        tree.set(View::new(stack, visible));
        tree
    }

    fn at(tree: &Tree) -> String {
        tree.path().map(ToString::to_string).unwrap_or_default()
    }

    #[test]
    fn arrows_walk_the_tree_as_lists_do() {
        let mut tree = sample(&["bin/bash", "bin/busybox", "etc/motd"]);
        tree.go_to("bin".into());
        let mut walked = Vec::new();
        let (down, up) = (Motion::Lines(1), Motion::Lines(-1));
        for motion in [Motion::Into, Motion::Into, down, Motion::Out, Motion::Out, down, up, Motion::Last] {
            tree.go(motion);
            walked.push(at(&tree));
        }
        assert_eq!(walked, ["bin", "bin/bash", "bin/busybox", "bin", "bin", "etc", "bin", "etc"]);
        tree.go(Motion::Lines(1000));
        assert_eq!(at(&tree), "etc");
        tree.go(Motion::Out);
        assert_eq!(at(&tree), "");
    }

    #[test]
    fn letters_go_to_names_that_begin_so() {
        let mut tree = sample(&["bin/bash", "bin/busybox", "etc/motd"]);
        tree.view.as_mut().unwrap().expand_all();
        let mut found = Vec::new();
        for letters in ["b", "b", "b", "bu", "m", "nothing"] {
            tree.type_ahead(letters);
            found.push(at(&tree));
        }
        assert_eq!(found, ["bin", "bin/bash", "bin/busybox", "bin/busybox", "etc/motd", "etc/motd"]);
    }

    #[test]
    fn the_choice_survives_another_tree() {
        let mut tree = sample(&["etc/motd"]);
        tree.go_to("etc/motd".into());
        assert_eq!(tree.selected_row(), Some(2));
        let other = sample(&["a", "etc/motd"]).view.unwrap();
        tree.set(other);
        assert_eq!((tree.selected(), at(&tree).as_str()), (Some(3), "etc/motd"));
        tree.set(sample(&["a"]).view.unwrap());
        assert_eq!((tree.selected(), at(&tree).as_str()), (None, "etc/motd"));
    }
}
