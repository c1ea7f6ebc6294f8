//! Terminals: real ones on PTYs, and the past of a trace, read-only.

mod keys;
mod past;
mod pty;
mod screen;
mod words;

pub use past::Past;
pub use screen::{Screen, Shown};
pub use words::split;

use super::live;
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
    /// Runs a command line (`docker run …`, or `host …`) in a new terminal.
    Run(String),
    /// Opens a shell on the lab host.
    HostShell,
    /// Shows that terminal.
    Show(usize),
    /// Ends that terminal.
    Close(usize),
}

/// The terminals of the window.
#[derive(Debug, Default)]
pub struct Terminals {
    list: Vec<Terminal>,
    /// Which is shown.
    pub current: usize,
    /// The dock is open.
    pub open: bool,
    /// Give the keys to the shown terminal in the next frame.
    pub take_focus: bool,
    /// What is typed into the command bar.
    pub line: String,
    /// What terminals printed up to the cursor.
    pub past: Past,
    /// Which past terminal is shown.
    pub past_current: Option<ContainerId>,
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
}

impl Terminals {
    /// All, in the order they were opened.
    pub fn list(&self) -> &[Terminal] {
        &self.list
    }

    /// The shown one.
    pub fn shown(&mut self) -> Option<&mut Terminal> {
        self.list.get_mut(self.current)
    }

    /// Runs this program with these arguments in a new terminal, and shows it.
    pub fn run(
        &mut self,
        title: &str,
        argv: &[String],
        socket: &Path,
        wake: impl Fn() + Send + 'static,
    ) -> Result<(), Problem> {
        let (rows, columns) = self.room.unwrap_or((11, 100));
        let screen = Screen::new(rows, columns);
        let pty = pty::Pty::spawn(argv, &live::environment(socket), screen.size(), wake)?;
        self.list.push(Terminal { title: title.to_owned(), screen, pty, ended: None });
        self.current = self.list.len() - 1;
        // It does not take the keys: what was begun waits at the gate, and the next key is to step it.
        self.open = true;
        Ok(())
    }

    /// Takes what the programs printed. True when anything changed.
    pub fn poll(&mut self) -> bool {
        self.list.iter_mut().map(Terminal::poll).fold(false, |any, one| any | one)
    }

    /// Ends one.
    pub fn close(&mut self, number: usize) {
        if number < self.list.len() {
            self.list.remove(number);
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
        changed
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
        }
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
        terminals.run("title", &argv, Path::new("/nowhere"), || ()).unwrap();
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
