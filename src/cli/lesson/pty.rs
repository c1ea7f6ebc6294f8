//! A terminal that a lesson types into: dockwalk's own command line on a PTY, as in the window.

use crate::trace::Problem;
use parking_lot::Mutex;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::fmt::Display;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// A program of ours on a terminal of its own. Killed when dropped.
pub(super) struct Pty {
    /// What was typed to start it, for messages.
    pub command: String,
    child: Box<dyn Child + Send + Sync>,
    keyboard: Box<dyn Write + Send>,
    printed: Arc<Mutex<Vec<u8>>>,
    /// Closing it hangs the terminal up.
    _master: Box<dyn MasterPty + Send>,
}

const SIZE: PtySize = PtySize { rows: 40, cols: 120, pixel_width: 0, pixel_height: 0 };

impl Pty {
    /// Runs `dockwalk --socket SOCKET ARGS…`.
    pub fn open(command: &str, socket: &Path, args: &[String]) -> Result<Self, Problem> {
        let refused = |reason: &dyn Display| {
            Problem::new("lesson-terminal-failed").with("command", command).with("reason", reason)
        };
        let program = std::env::current_exe().map_err(|e| refused(&e))?;
        let mut builder = CommandBuilder::new(program);
        builder.arg("--socket");
        builder.arg(socket);
        builder.args(args);
        // Another engine that the user works with is not the lesson's.
        builder.env_remove("DOCKER_HOST");
        builder.env("TERM", "xterm-256color");
        if let Ok(here) = std::env::current_dir() {
            builder.cwd(here);
        }
        let pair = native_pty_system().openpty(SIZE).map_err(|e| refused(&e))?;
        let child = pair.slave.spawn_command(builder).map_err(|e| refused(&e))?;
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().map_err(|e| refused(&e))?;
        let keyboard = pair.master.take_writer().map_err(|e| refused(&e))?;
        let printed = Arc::new(Mutex::new(Vec::new()));
        let screen = Arc::clone(&printed);
        std::thread::spawn(move || copy(reader, &screen));
        Ok(Self { command: command.to_owned(), child, keyboard, printed, _master: pair.master })
    }

    /// Types.
    pub fn type_in(&mut self, text: &str) -> Result<(), Problem> {
        let typed = self.keyboard.write_all(text.as_bytes()).and_then(|()| self.keyboard.flush());
        typed.map_err(|e| Problem::new("lesson-terminal-failed").with("command", &self.command).with("reason", e))
    }

    /// What it printed so far, for messages, which are one line: without escape sequences, its last lines.
    pub fn printed(&self) -> String {
        let printed = self.printed.lock();
        let text = crate::lesson::plain(&String::from_utf8_lossy(&printed));
        let lines: Vec<_> = text.lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
        lines[lines.len().saturating_sub(12)..].join(" ⏎ ")
    }

    /// True when it printed anything.
    pub fn has_printed(&self) -> bool {
        !self.printed.lock().is_empty()
    }

    /// Its exit status; none while it runs.
    pub fn status(&mut self) -> Option<u32> {
        self.child.try_wait().ok().flatten().map(|status| status.exit_code())
    }

    /// Waits for its end, `meanwhile` doing something else; none when it did not end in time.
    pub fn wait(&mut self, limit: Duration, mut meanwhile: impl FnMut()) -> Option<u32> {
        let begun = Instant::now();
        while begun.elapsed() < limit {
            if let Some(status) = self.status() {
                return Some(status);
            }
            meanwhile();
        }
        None
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        if self.status().is_none() {
            // It may have ended in between; then there is nothing to kill and nothing to say.
            self.child.kill().and_then(|()| self.child.wait().map(drop)).ok();
        }
    }
}

fn copy(mut from: Box<dyn Read + Send>, to: &Mutex<Vec<u8>>) {
    let mut buffer = [0; 4096];
    // The terminal ends with an error (EIO) when its program has closed it.
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        to.lock().extend_from_slice(&buffer[..count]);
    }
}
