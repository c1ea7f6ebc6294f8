//! This process's own terminal, handed to a container for a while: raw mode, size, signals; and back, however it ends.
//!
//! ```text
//! stdin ─thread─▶ connection ─▶ process          SIGWINCH ─▶ resize
//! stdout, stderr ◀─ frames or raw ◀─ process     other signals ─▶ kill (without a terminal), or restore and go
//! ```

use super::out::{self, Raw as Own};
use super::{Done, Failure};
use crate::client::{Client, ClientError, Hijacked};
use crate::docker::{ContainerKillQuery, ExecInspect, ExecStart, ResizeQuery, with_query};
use crate::i18n::Words;
use crate::trace::Code;
use hyper::Method;
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use parking_lot::Mutex;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;
use tokio::signal::unix::{SignalKind, signal};

/// `-t` with a standard input that is no terminal cannot work.
pub(super) fn check(tty: bool, interactive: bool) -> Result<(), ClientError> {
    let fine = !tty || !interactive || io::stdin().is_terminal();
    fine.then_some(()).ok_or_else(|| ClientError::new(Code::NotATerminal))
}

/// The terminal in raw mode: keys go through as they are typed. Restored when dropped.
struct Raw(libc::termios);

impl Raw {
    fn enter() -> Result<Self, ClientError> {
        let fail = |e: nix::Error| ClientError::new(Code::TerminalRefused).with("reason", e);
        let before = tcgetattr(io::stdin()).map_err(fail)?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        tcsetattr(io::stdin(), SetArg::TCSANOW, &raw).map_err(fail)?;
        Ok(Self(before.into()))
    }

    fn leave(&self) {
        // A terminal that is gone cannot be restored, and need not be.
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &Termios::from(self.0)).ok();
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.leave();
    }
}

/// A conversation with a process.
pub(super) struct Talk<'a> {
    pub client: &'a Client,
    pub hijacked: Hijacked,
    pub tty: bool,
    pub stdin: bool,
    /// Where a new size is told.
    pub resize: String,
    /// Where signals go; none when they are for this process.
    pub signals: Option<String>,
}

impl Talk<'_> {
    /// Holds it until the other side ends it. What was to be printed and could not be is a failure, as with Docker, but for a reader
    /// that has gone.
    pub fn hold(self) -> Result<(), ClientError> {
        let raw = (self.tty && self.stdin).then(Raw::enter).transpose()?.map(Arc::new);
        // For the signal handler, which outlives this function.
        let shared = Arc::new(Mutex::new(raw.clone()));
        self.watch(&shared);
        if self.stdin {
            let mut to = self.hijacked.clone();
            let tty = self.tty;
            // Left behind in its read when the conversation ends; it ends with the process.
            std::thread::spawn(move || {
                let sent = io::copy(&mut Unbuffered, &mut to);
                if sent.is_ok() && !tty {
                    // The other side may have closed it already.
                    to.close_write().ok();
                }
            });
        }
        let mut demux = Demux::new(self.hijacked.multiplexed);
        let mut from = self.hijacked.clone();
        let mut buffer = vec![0; 32 * 1024];
        let mut printed = Ok(());
        while printed.is_ok() {
            match from.read(&mut buffer) {
                Ok(0) => break,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(_broken) => break,
                Ok(n) => printed = demux.take(&buffer[..n]),
            }
        }
        shared.lock().take();
        if let Some(raw) = raw {
            raw.leave();
        }
        printed.or_else(not_printed)
    }

    /// Passes on the terminal's size, now and whenever it changes, and signals.
    fn watch(&self, raw: &Arc<Mutex<Option<Arc<Raw>>>>) {
        let (client, resize) = (self.client.clone(), self.resize.clone());
        let (tty, proxy, raw) = (self.tty, self.signals.clone(), Arc::clone(raw));
        std::thread::spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
            if tty {
                tell_size(&client, &resize);
            }
            loop {
                match runtime.block_on(next_signal()) {
                    Some(SIGWINCH) if tty => tell_size(&client, &resize),
                    Some(SIGWINCH) | None => {}
                    Some(number) => match &proxy {
                        Some(kill) if !tty => {
                            // It may have ended just now.
                            let query = ContainerKillQuery { signal: Some(number.to_string()) };
                            client.call(Method::POST, &with_query(kill, &query), None::<&()>).ok();
                        }
                        _ => {
                            if let Some(raw) = raw.lock().take() {
                                raw.leave();
                            }
                            std::process::exit(128 + number);
                        }
                    },
                }
            }
        });
    }
}

const SIGWINCH: i32 = nix::sys::signal::Signal::SIGWINCH as i32;

async fn next_signal() -> Option<i32> {
    let mut winch = signal(SignalKind::window_change()).ok()?;
    let mut interrupt = signal(SignalKind::interrupt()).ok()?;
    let mut terminate = signal(SignalKind::terminate()).ok()?;
    let mut hangup = signal(SignalKind::hangup()).ok()?;
    let mut quit = signal(SignalKind::quit()).ok()?;
    let kind = tokio::select! {
        _ = winch.recv() => SignalKind::window_change(),
        _ = interrupt.recv() => SignalKind::interrupt(),
        _ = terminate.recv() => SignalKind::terminate(),
        _ = hangup.recv() => SignalKind::hangup(),
        _ = quit.recv() => SignalKind::quit(),
    };
    Some(kind.as_raw_value())
}

/// A process that is still being started does not have its terminal yet: it is told again until it has.
fn tell_size(client: &Client, resize: &str) {
    let Some((rows, cols)) = out::size() else { return };
    let path = with_query(resize, &ResizeQuery { rows: Some(rows.into()), cols: Some(cols.into()) });
    for _ in 0..10 {
        if client.call(Method::POST, &path, None::<&()>).is_ok() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

/// Standard input without Rust's buffer, so that each key goes out when it is pressed.
struct Unbuffered;

impl Read for Unbuffered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        nix::unistd::read(io::stdin(), buffer).map_err(Into::into)
    }
}

/// What is said of output that was not taken: nothing where a reader has gone (`… | head`).
pub(super) fn not_printed(error: io::Error) -> Result<(), ClientError> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(ClientError::new(Code::OutputNotWritten).with("reason", error))
}

/// Output to standard output and standard error: a terminal's bytes, or frames.
pub(super) struct Demux {
    framed: bool,
    head: Vec<u8>,
    left: usize,
}

impl Demux {
    pub fn new(framed: bool) -> Self {
        Self { framed, head: Vec::new(), left: 0 }
    }

    /// Prints what came: a program's own bytes, as Docker does.
    pub fn take(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.split(bytes, &mut |channel, part| match channel {
            2 => Own::of_container_error().write_all(part),
            _ => {
                let mut out = Own::of_container();
                out.write_all(part)?;
                out.flush()
            }
        })
    }

    fn split(&mut self, mut bytes: &[u8], print: &mut dyn FnMut(u8, &[u8]) -> io::Result<()>) -> io::Result<()> {
        if !self.framed {
            return print(1, bytes);
        }
        while !bytes.is_empty() {
            if self.left == 0 {
                let wanted = (8 - self.head.len()).min(bytes.len());
                self.head.extend_from_slice(&bytes[..wanted]);
                bytes = &bytes[wanted..];
                if let [_, _, _, _, a, b, c, d] = self.head[..] {
                    self.left = u32::from_be_bytes([a, b, c, d]) as usize;
                    if self.left == 0 {
                        self.head.clear();
                    }
                }
                continue;
            }
            let n = self.left.min(bytes.len());
            print(self.head[0], &bytes[..n])?;
            (bytes, self.left) = (&bytes[n..], self.left - n);
            if self.left == 0 {
                self.head.clear();
            }
        }
        Ok(())
    }
}

/// Starts a prepared command, talks to it, and ends with its status.
pub(super) fn command(client: &Client, id: &str, tty: bool, stdin: bool, words: &Words) -> Done {
    let body = ExecStart { detach: false, tty };
    let hijacked = client.hijack_in(&format!("/exec/{id}/start"), Some(&body), words.lang())?;
    let (resize, signals) = (format!("/exec/{id}/resize"), None);
    Talk { client, hijacked, tty, stdin, resize, signals }.hold()?;
    let ended: ExecInspect = client.get(&format!("/exec/{id}/json"))?;
    match ended.exit_code {
        None if tty && stdin => Err(left(words)),
        None | Some(0) => Ok(()),
        Some(status) => Err(Failure::Status(u8::try_from(status).unwrap_or(255))),
    }
}

/// The user typed the detach keys, and it goes on. As docker, which has a word for it, and status 1, for `attach` and `exec`.
pub(super) fn left(words: &Words) -> Failure {
    out::complaint(words.say("cli-left"));
    Failure::Status(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_apart_however_they_are_cut() {
        let stream = b"\x01\0\0\0\0\0\0\x02hi\x02\0\0\0\0\0\0\x03oh!\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\x01.";
        for size in 1..stream.len() {
            let (mut demux, mut out, mut err) = (Demux::new(true), Vec::new(), Vec::new());
            for piece in stream.chunks(size) {
                let mut print = |channel: u8, part: &[u8]| {
                    if channel == 2 {
                        err.extend_from_slice(part)
                    } else {
                        out.extend_from_slice(part)
                    }
                    Ok(())
                };
                demux.split(piece, &mut print).unwrap();
            }
            assert_eq!((out.as_slice(), err.as_slice()), (&b"hi."[..], &b"oh!"[..]), "in pieces of {size}");
        }
    }
}
