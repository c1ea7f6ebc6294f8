//! A program on a pseudo-terminal, read on a thread.

use crate::trace::{Code, Problem};
use portable_pty::{ChildKiller, CommandBuilder, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::sync::mpsc::{Receiver, Sender, channel};

/// The master's side. Dropping it hangs up: the program gets SIGHUP.
pub(super) struct Pty {
    master: Box<dyn MasterPty + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    process: Option<u32>,
    input: Sender<Vec<u8>>,
    output: Receiver<Output>,
}

/// What a program did.
pub(super) enum Output {
    /// It printed this.
    Bytes(Vec<u8>),
    /// It ended with this status.
    Ended(u32),
}

impl Pty {
    pub(super) fn spawn(
        argv: &[String],
        env: &[(&'static str, String)],
        (rows, cols): (u16, u16),
        wake: impl Fn() + Send + 'static,
    ) -> Result<Self, Problem> {
        let fail = |reason: anyhow::Error| {
            Problem::new(Code::TerminalNotStarted).with("command", argv.join(" ")).with("reason", format!("{reason:#}"))
        };
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(fail)?;
        let mut command = CommandBuilder::from_argv(argv.iter().map(Into::into).collect());
        command.env("TERM", "xterm-256color");
        env.iter().for_each(|(name, value)| command.env(name, value));
        if let Ok(dir) = std::env::current_dir() {
            command.cwd(dir);
        }
        let mut child = pair.slave.spawn_command(command).map_err(fail)?;
        // While we hold the slave, the end of the program would not be seen.
        drop(pair.slave);
        let mut reader = pair.master.try_clone_reader().map_err(fail)?;
        let mut writer = pair.master.take_writer().map_err(fail)?;
        let (killer, process) = (child.clone_killer(), child.process_id());
        let (say, output) = channel();
        let (input, typed) = channel::<Vec<u8>>();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 16 * 1024];
            // On Linux the end of the program is EIO, elsewhere 0 bytes.
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if say.send(Output::Bytes(buffer[..count].to_vec())).is_err() {
                    break;
                }
                wake();
            }
            let status = child.wait().map_or(255, |status| status.exit_code());
            say.send(Output::Ended(status)).ok();
            wake();
        });
        // A program that does not read must not stop the window: writing has a thread of its own.
        std::thread::spawn(move || {
            for bytes in typed {
                if writer.write_all(&bytes).and_then(|()| writer.flush()).is_err() {
                    break;
                }
            }
        });
        Ok(Self { master: pair.master, killer, process, input, output })
    }

    /// The program's process.
    pub(super) fn process(&self) -> Option<u32> {
        self.process
    }

    pub(super) fn output(&self) -> Option<Output> {
        self.output.try_recv().ok()
    }

    pub(super) fn write(&self, bytes: &[u8]) {
        // A program that has ended reads nothing.
        self.input.send(bytes.to_vec()).ok();
    }

    pub(super) fn resize(&self, rows: u16, cols: u16) {
        // A program that has ended has no size.
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).ok();
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.killer.kill().ok();
    }
}

impl std::fmt::Debug for Pty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pty")
    }
}
