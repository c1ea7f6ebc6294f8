//! Terminals: real ones on PTYs, the past of a trace, read-only, and the field in which commands are typed.

mod field;
mod keys;
mod past;
mod pty;
mod screen;

pub use field::{Field, List};
pub use past::{Past, created};
pub use screen::{Life, Line, MARGIN, Screen, Shown, cell};

use super::live;
use crate::i18n::Lang;
use crate::spec::ContainerId;
use crate::trace::Problem;
use std::path::Path;

/// Asks for something of the terminals.
#[derive(Debug, Clone, PartialEq)]
pub enum TerminalCommand {
    /// Gives the keys to the terminal (and opens it), or takes them back.
    Focus,
    /// Opens or closes the terminals.
    Dock,
    /// Puts them beside the picture, or below it again.
    Place,
    /// Gives the keys to the command field.
    Field,
    /// Runs a command line (`docker run …`, or `host …`) in a new terminal.
    Run(String),
    /// Opens a shell on the lab host.
    HostShell,
    /// Shows that terminal.
    Show(usize),
    /// Ends that terminal.
    Close(usize),
}

/// So many seconds after a command that went well its tab is gone, when another one is looked at.
const STAYS: f64 = 4.0;
/// Who was typing when the program ended has stopped when no key was pressed for so many seconds.
const PAUSE: f64 = 0.7;

/// The terminals of the window.
#[derive(Debug, Default)]
pub struct Terminals {
    list: Vec<Terminal>,
    /// Which is shown.
    pub current: usize,
    /// The dock is open.
    pub open: bool,
    /// It stands beside the picture, not below it.
    pub side: bool,
    /// How high it may become below the picture, when the user has said so.
    pub height: Option<f32>,
    /// Give the keys to the shown terminal in the next frame.
    pub take_focus: bool,
    /// The shown terminal has the keys.
    pub has_keys: bool,
    /// The command field.
    pub field: Field,
    /// Give the keys to it in the next frame.
    pub to_field: bool,
    /// What terminals printed up to the cursor.
    pub past: Past,
    /// Which past terminal is shown.
    pub past_current: Option<ContainerId>,
    /// How many rows of past terminals were seen at most: what is shown does not become less while one steps.
    pub past_rows: u16,
    /// Rows and columns there was room for when a terminal was shown last: what the next one begins with.
    pub room: Option<(u16, u16)>,
}

/// A program on a PTY.
#[derive(Debug)]
pub struct Terminal {
    /// What its tab says.
    pub title: String,
    /// What it shows.
    pub screen: Screen,
    pty: pty::Pty,
    /// Its exit status, once it ended.
    pub ended: Option<u32>,
    /// It was run from the command field, which was not told yet that it ended.
    of_field: bool,
    /// A lesson ran it, and was not told yet how it ended.
    for_lesson: bool,
    /// When that was seen, in the window's seconds.
    since: Option<f64>,
    /// It takes the keys as soon as it says something: a shell that waits at the gate has no use for them.
    wants_keys: bool,
    /// How many rows were in use at most.
    rows: u16,
    /// It was clicked since it ended: it keeps the keys, which nobody reads, until the user leaves it.
    pub clicked_dead: bool,
    /// It had the keys when it ended, or a key was pressed there since: when, in the window's seconds.
    last_key: Option<f64>,
}

/// What becomes of the keys of a terminal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Keys {
    /// They stay where they are.
    Kept,
    /// They are the window's in so many seconds, when none is pressed until then.
    BackIn(f64),
    /// They are the window's since now.
    Back,
}

impl Terminals {
    /// None open, with that field.
    pub fn new(field: Field) -> Self {
        Self { field, ..Self::default() }
    }

    /// Ends all; what is the user's own choice stays.
    pub fn clear(&mut self) {
        let old = std::mem::take(self);
        (self.side, self.height, self.field) = (old.side, old.height, old.field);
    }

    /// All, in the order they were opened.
    pub fn list(&self) -> &[Terminal] {
        &self.list
    }

    /// The processes that were started in them and run.
    pub fn processes(&self) -> Vec<u32> {
        self.list.iter().filter(|one| one.ended.is_none()).filter_map(|one| one.pty.process()).collect()
    }

    /// How many rows the shown one has had in use.
    pub fn rows(&self) -> u16 {
        self.list.get(self.current).map_or(0, Terminal::rows)
    }

    /// As high as it may be, however little it shows: the user pulls at its edge.
    pub fn stretch(&mut self) {
        self.past_rows = u16::MAX;
        self.list.iter_mut().for_each(|one| one.rows = u16::MAX);
    }

    /// The shown one.
    pub fn shown(&mut self) -> Option<&mut Terminal> {
        self.list.get_mut(self.current)
    }

    /// Where the last one that runs of those a lesson means is in the list; the host's shell has the title `host`.
    pub fn running(&self, meant: &crate::lesson::Terminal, host: &str) -> Option<usize> {
        use crate::lesson::Terminal as Meant;
        let is = |one: &Terminal| match meant {
            Meant::Host => one.title == host,
            Meant::Container(name) => one.title.contains(name.as_str()) && one.title != host,
        };
        self.list.iter().rposition(|one| one.ended.is_none() && is(one))
    }

    /// Runs this program with these arguments in a new terminal, and shows it.
    pub fn run(
        &mut self,
        title: &str,
        argv: &[String],
        socket: &Path,
        lang: Lang,
        wake: impl Fn() + Send + 'static,
    ) -> Result<(), Problem> {
        let (rows, columns) = self.room.unwrap_or((11, 100));
        let screen = Screen::new(rows, columns);
        let pty = pty::Pty::spawn(argv, &live::environment(socket, lang), screen.size(), wake)?;
        let title = title.to_owned();
        self.list.push(Terminal {
            title,
            screen,
            pty,
            ended: None,
            of_field: false,
            for_lesson: false,
            since: None,
            wants_keys: false,
            rows: 0,
            clicked_dead: false,
            last_key: None,
        });
        self.current = self.list.len() - 1;
        // It does not take the keys: what was begun waits at the gate, and the next key is to step it.
        self.open = true;
        Ok(())
    }

    /// Takes what the programs printed. True when anything changed.
    pub fn poll(&mut self) -> bool {
        let changed = self.list.iter_mut().map(Terminal::poll).fold(false, |any, one| any | one);
        if let Some(shown) = self.list.get_mut(self.current)
            && shown.wants_keys
            && shown.rows > 0
        {
            shown.wants_keys = false;
            self.take_focus = shown.ended.is_none();
        }
        changed
    }

    /// Closes what nobody needs any more: commands that went well, but the one that is shown, whose output may be read for as
    /// long as no other is chosen. Returns in how many seconds there will be something to close.
    pub fn tidy(&mut self, now: f64) -> Option<f64> {
        let mut next = None;
        for number in (0..self.list.len()).rev() {
            let one = &mut self.list[number];
            if one.ended.is_none() {
                continue;
            }
            let over = now - *one.since.get_or_insert(now);
            if one.ended != Some(0) || number == self.current {
                continue;
            }
            if over >= STAYS {
                self.close(number);
            } else {
                next = Some(next.unwrap_or(STAYS).min(STAYS - over));
            }
        }
        next
    }

    /// The program that had the keys has ended. Who is typing does not see that at once: the keys are the window's again at the
    /// first pause, so that no half-typed word drives the lesson.
    pub fn gives_back_keys(&mut self, now: f64, typed: bool) -> Keys {
        let Some(shown) = self.list.get_mut(self.current).filter(|shown| shown.ended.is_some()) else {
            return Keys::Kept;
        };
        if !self.has_keys || shown.clicked_dead {
            return Keys::Kept;
        }
        let last = if typed { now } else { shown.last_key.unwrap_or(now) };
        shown.last_key = Some(last);
        if now - last < PAUSE {
            return Keys::BackIn(PAUSE - (now - last));
        }
        self.has_keys = false;
        Keys::Back
    }

    /// The one that was opened last was run from the command field.
    pub fn last_is_of_field(&mut self) {
        self.list.iter_mut().last().into_iter().for_each(|last| last.of_field = true);
    }

    /// The last command of the command field has ended since this was asked last, and nothing else is shown.
    pub fn ended_of_field(&mut self) -> bool {
        let shown = self.list.get_mut(self.current).filter(|shown| shown.ended.is_some());
        shown.is_some_and(|shown| std::mem::take(&mut shown.of_field))
    }

    /// The one that was opened last is a lesson's.
    pub fn last_is_for_lesson(&mut self) {
        self.list.iter_mut().last().into_iter().for_each(|last| last.for_lesson = true);
    }

    /// The command of a lesson that has ended since this was asked last, and its status.
    pub fn ended_for_lesson(&mut self) -> Option<(String, u32)> {
        let ended = self.list.iter_mut().find(|one| one.for_lesson && one.ended.is_some())?;
        ended.for_lesson = false;
        Some((ended.title.clone(), ended.ended?))
    }

    /// The one that was opened last takes the keys as soon as it says something.
    pub fn keys_when_ready(&mut self) {
        self.list.iter_mut().last().into_iter().for_each(|last| last.wants_keys = true);
    }

    /// Ends one. The one that is shown stays so.
    pub fn close(&mut self, number: usize) {
        if number < self.list.len() {
            self.list.remove(number);
            if number < self.current {
                self.current -= 1;
            }
            self.current = self.current.min(self.list.len().saturating_sub(1));
        }
    }
}

impl Terminal {
    fn poll(&mut self) -> bool {
        let mut changed = false;
        while let Some(output) = self.pty.output() {
            changed = true;
            match output {
                pty::Output::Bytes(bytes) => self.screen.feed(&bytes),
                pty::Output::Ended(status) => self.ended = Some(status),
            }
        }
        if changed {
            self.rows = self.rows.max(self.screen.used());
            self.begin_with_beginning();
        }
        changed
    }

    /// A help is read from its beginning.
    fn begin_with_beginning(&mut self) {
        let is_help = self.title.split_whitespace().any(|word| matches!(word, "--help" | "help"));
        if is_help && self.ended.is_some() {
            self.screen.scroll_to_start();
        }
    }

    /// How many rows have been in use.
    pub fn rows(&self) -> u16 {
        self.rows
    }

    /// Types into it.
    pub fn write(&mut self, bytes: &[u8]) {
        self.screen.scroll_to_end();
        self.pty.write(bytes);
    }

    /// Gives it that many rows and columns.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        if self.screen.resize(rows, columns) {
            self.pty.resize(rows, columns);
            self.begin_with_beginning();
        }
    }

    /// What it is to who looks at it.
    pub fn life(&self) -> Life {
        if self.ended.is_none() { Life::Runs } else { Life::Ended }
    }

    /// Lets egui's events of this frame act on it; true when it has the keys.
    pub fn type_events(&mut self, events: &[egui::Event]) -> Option<String> {
        let typed = keys::translate(events, &mut self.screen);
        if !typed.bytes.is_empty() {
            self.write(&typed.bytes);
        }
        typed.copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A title, a clipboard to be set and to be read, where the cursor is, what the terminal is, its title, a setting.
    const ASKS: &str =
        r#"\033]0;evil\007\033]52;c;ZXZpbA==\007\033]52;c;?\007\033[6n\033[c\033[>c\033[5n\033[21t\033P$q"p\033\\"#;

    #[test]
    fn a_program_that_asks_the_terminal_is_answered_by_nobody_but_who_types() {
        let script = format!(
            "stty raw -echo; printf '{ASKS}'; printf ready; x=$(dd bs=1 count=1 2>/dev/null | od -An -tx1); printf \" got$x.\"; read y"
        );
        let argv = ["sh", "-c", &script].map(str::to_owned);
        let mut terminals = Terminals::default();
        terminals.run("title", &argv, Path::new("/nowhere"), Lang::En, || ()).unwrap();
        let shows = |terminals: &mut Terminals, text: &str| {
            (0..2000).any(|_| {
                terminals.poll();
                std::thread::sleep(std::time::Duration::from_millis(5));
                terminals.list[0].screen.text().contains(text)
            })
        };
        assert!(shows(&mut terminals, "ready"), "{:?}", terminals.list[0].screen);
        // An answer would have been there before this letter.
        terminals.list[0].write(b"x");
        assert!(shows(&mut terminals, "got 78."), "{:?}", terminals.list[0].screen);
        assert_eq!(terminals.list[0].screen.text(), "ready got 78.");
        assert_eq!(terminals.list[0].title, "title");
    }
}
