use super::*;
use std::fs::File;
use std::os::fd::OwnedFd;

/// A process of a container, or one on the lab host.
#[derive(Debug)]
pub struct Running {
    /// In the engine's pid namespace.
    pub pid: u32,
    /// What it reads and writes. Taken once.
    pub io: Option<Io>,
    pidfd: OwnedFd,
}

/// The engine's ends of a process's terminal or pipes.
#[derive(Debug)]
pub enum Io {
    /// The master of its terminal.
    Tty(File),
    /// Its three pipes.
    Pipes {
        /// None when standard input is not kept open.
        stdin: Option<File>,
        /// What it prints.
        stdout: File,
        /// What it complains about.
        stderr: File,
    },
}

impl Running {
    /// Tells the terminal its size. Without a terminal nothing happens.
    pub fn resize(&self, _rows: u16, _cols: u16) -> Result<()> {
        Err(Fault::failed("not-built-yet").with("fd", format!("{:?}", self.pidfd)))
    }

    /// Sends a signal to that very process, by its pidfd.
    pub fn signal(&self, _signal: i32) -> Result<()> {
        Err(Fault::failed("not-built-yet"))
    }

    /// Waits for its end. The status is 0–255, or 128 + the signal that killed it. Any thread, any number of times.
    pub fn wait(&self) -> i32 {
        255
    }

    /// Records that it is gone, with the mounts and namespaces that went with it: the step `ReapProcess`.
    pub fn reaped(&self, _cx: &Cx, _status: i32) -> Result<()> {
        Err(Fault::failed("not-built-yet"))
    }
}
