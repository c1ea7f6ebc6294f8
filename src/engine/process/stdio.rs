use super::channel::pipe;
use super::{Fault, Io, Result};
use std::fs::File;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// Both sides of a process's standard input, output and error.
#[derive(Debug)]
pub struct Stdio {
    /// The engine's side.
    pub ours: Io,
    /// The process's side: input, output, error. The engine closes its copies after the clone.
    pub theirs: [OwnedFd; 3],
}

/// Pipes; without an open standard input that is `/dev/null`.
pub fn pipes(open_stdin: bool) -> Result<Stdio> {
    let ((stdout, out), (stderr, err)) = (pipe()?, pipe()?);
    let (stdin, input) = if open_stdin {
        let (input, stdin) = pipe()?;
        (Some(File::from(stdin)), input)
    } else {
        let null = File::open("/dev/null").map_err(|e| Fault::io("open", "/dev/null", &e))?;
        (None, null.into())
    };
    let ours = Io::Pipes { stdin, stdout: stdout.into(), stderr: stderr.into() };
    Ok(Stdio { ours, theirs: [input, out, err] })
}

impl Stdio {
    /// The numbers of the process's side.
    pub fn numbers(&self) -> [RawFd; 3] {
        self.theirs.each_ref().map(AsRawFd::as_raw_fd)
    }
}
