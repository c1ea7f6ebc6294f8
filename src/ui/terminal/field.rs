//! The command field: what is typed, what was typed before, what Tab offers, and why a line was not run.

use crate::i18n::Lang;
use crate::line::{self, Fit, Fits};
use crate::trace::{Problem, World};
use clap::Command;

/// How many lines it remembers.
const REMEMBERED: usize = 200;

/// The field and its memory.
#[derive(Debug, Default)]
pub struct Field {
    /// What is typed.
    pub text: String,
    /// Why the line that was entered last was not run; until something is typed.
    pub refused: Option<Problem>,
    /// What fits, while it is shown.
    list: Option<List>,
    /// Docker's commands, as `dockwalk docker` has them; without it every line is run.
    grammar: Option<Grammar>,
    /// Oldest first.
    history: Vec<String>,
    /// Which of these is shown, and what had been typed before.
    back: Option<(usize, String)>,
}

/// The program's grammar, built, and the language in which it says what commands do.
#[derive(Debug)]
struct Grammar {
    make: fn(Lang) -> Command,
    lang: Lang,
    command: Command,
}

impl Grammar {
    fn new(make: fn(Lang) -> Command, lang: Lang) -> Self {
        let mut command = make(lang);
        command.build();
        Self { make, lang, command }
    }
}

/// What Tab offers.
#[derive(Debug)]
pub struct List {
    from: usize,
    all: Vec<Fit>,
    chosen: Option<usize>,
}

impl List {
    /// All that fit.
    pub fn all(&self) -> &[Fit] {
        &self.all
    }

    /// The one that stands in the field.
    pub fn chosen(&self) -> Option<usize> {
        self.chosen
    }
}

impl Field {
    /// One that knows the grammar which `make` makes, and speaks that language.
    pub fn new(make: Option<fn(Lang) -> Command>, lang: Lang) -> Self {
        Self { grammar: make.map(|make| Grammar::new(make, lang)), ..Self::default() }
    }

    /// From now on it says in that language what commands do.
    pub fn speak(&mut self, lang: Lang) {
        if let Some(grammar) = self.grammar.as_mut().filter(|grammar| grammar.lang != lang) {
            *grammar = Grammar::new(grammar.make, lang);
            // It speaks the other one.
            self.list = None;
        }
    }

    /// What is offered now.
    pub fn list(&self) -> Option<&List> {
        self.list.as_ref()
    }

    /// What was run, oldest first.
    pub fn history(&self) -> &[String] {
        &self.history
    }

    /// Takes over what was run earlier.
    pub fn remember(&mut self, history: Vec<String>) {
        history.into_iter().for_each(|line| self.ran(&line));
    }

    /// This was run, here or by a button.
    pub fn ran(&mut self, line: &str) {
        let line = line.trim();
        // It is a line of its own among what was typed, not once for each time.
        self.history.retain(|before| before != line);
        if !line.is_empty() {
            self.history.push(line.to_owned());
        }
        let more = self.history.len().saturating_sub(REMEMBERED);
        self.history.drain(..more);
        self.back = None;
    }

    /// Nothing is typed; what was run is remembered.
    pub fn empty(&mut self) {
        self.text.clear();
        (self.list, self.refused, self.back) = (None, None, None);
    }

    /// Something was typed or pasted.
    pub fn edited(&mut self, world: &World) {
        (self.refused, self.back) = (None, None);
        if self.list.is_some() {
            let fits = self.fits(world);
            self.list = (!fits.all.is_empty()).then_some(List { from: fits.from, all: fits.all, chosen: None });
        }
    }

    /// To the line before.
    pub fn up(&mut self) {
        let (at, typed) = self.back.take().unwrap_or_else(|| (self.history.len(), self.text.clone()));
        let at = at.saturating_sub(1);
        if let Some(line) = self.history.get(at) {
            self.text.clone_from(line);
            self.back = Some((at, typed));
        }
        (self.list, self.refused) = (None, None);
    }

    /// To the line after, at last to what had been typed.
    pub fn down(&mut self) {
        let Some((at, typed)) = self.back.take() else { return };
        match self.history.get(at + 1) {
            Some(line) => {
                self.text.clone_from(line);
                self.back = Some((at + 1, typed));
            }
            None => self.text = typed,
        }
    }

    fn fits(&self, world: &World) -> Fits {
        self.grammar.as_ref().map(|grammar| line::fits(&grammar.command, &self.text, world)).unwrap_or_default()
    }

    /// Tab: what all that fit begin with; from then on one after the other.
    pub fn next(&mut self, forward: bool, world: &World) {
        self.refused = None;
        if let Some(list) = &mut self.list {
            let count = list.all.len();
            let next = match list.chosen {
                None if forward => 0,
                None => count - 1,
                Some(at) if forward => (at + 1) % count,
                Some(at) => (at + count - 1) % count,
            };
            list.chosen = Some(next);
            let (from, text) = (list.from, list.all[next].text.clone());
            self.put(from, &text);
            return;
        }
        let Fits { from, all } = self.fits(world);
        match all.as_slice() {
            [] => {}
            [one] => self.take(from, &one.text.clone()),
            _ => {
                let common = common(&all);
                if common.len() > self.text.len() - from {
                    self.put(from, &common);
                }
                self.list = Some(List { from, all, chosen: None });
            }
        }
    }

    /// That one of the list was meant. False when there is no list, or none of it was chosen.
    pub fn choose(&mut self, number: Option<usize>) -> bool {
        let Some(list) = self.list.take() else { return false };
        let Some(fit) = number.or(list.chosen).and_then(|number| list.all.get(number)) else { return false };
        let text = fit.text.clone();
        self.take(list.from, &text);
        true
    }

    /// Nothing of the list was meant.
    pub fn close_list(&mut self) {
        self.list = None;
    }

    /// Closes what is shown beside it. False when there was nothing.
    pub fn close(&mut self) -> bool {
        let (list, refused) = (self.list.take(), self.refused.take());
        list.is_some() || refused.is_some()
    }

    /// The line that is typed, if it can be run: it is gone from the field then. Else the field says why not.
    pub fn enter(&mut self) -> Option<String> {
        self.list = None;
        let line = self.text.trim().to_owned();
        if line.is_empty() {
            return None;
        }
        if let Err(problem) = self.understand(&line) {
            self.refused = Some(problem);
            return None;
        }
        self.text.clear();
        Some(line)
    }

    /// The words behind the program's name for that line.
    pub fn understand(&self, text: &str) -> Result<Vec<String>, Problem> {
        line::command(self.grammar.as_ref().map(|grammar| &grammar.command), text)
    }

    fn put(&mut self, from: usize, text: &str) {
        self.text.truncate(from);
        self.text.push_str(text);
    }

    /// A word that is whole, and room for the next. What is to be written on has none.
    fn take(&mut self, from: usize, text: &str) {
        self.put(from, text);
        if !text.ends_with([':', '=']) {
            self.text.push(' ');
        }
    }
}

fn common(all: &[Fit]) -> String {
    let first = all.first().map(|fit| fit.text.as_str()).unwrap_or_default();
    let fits = |end: &usize| all.iter().all(|fit| fit.text.starts_with(&first[..*end]));
    let ends = first.char_indices().map(|(at, c)| at + c.len_utf8());
    ends.take_while(fits).last().map(|end| first[..end].to_owned()).unwrap_or_default()
}
