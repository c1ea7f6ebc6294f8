use super::Result;
use super::channel::pipe;
use std::fs::File;
use std::os::fd::OwnedFd;

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

/// Both sides of a process's standard input, output and error.
#[derive(Debug)]
pub struct Stdio {
    /// The engine's side.
    pub ours: Io,
    /// The process's side: input, output, error. The engine closes its copies after the clone.
    pub theirs: [OwnedFd; 3],
}

/// Pipes. Without an open standard input that is a pipe at its end, until the container's own `/dev/null` takes its place:
/// through a descriptor of the host's a container could change the host's node.
pub fn pipes(open_stdin: bool) -> Result<Stdio> {
    let ((stdout, out), (stderr, err)) = (pipe()?, pipe()?);
    let (input, stdin) = pipe()?;
    let stdin = open_stdin.then(|| File::from(stdin));
    let ours = Io::Pipes { stdin, stdout: stdout.into(), stderr: stderr.into() };
    Ok(Stdio { ours, theirs: [input, out, err] })
}

/// What stands in the place of the three streams until there is a terminal: pipes that nobody reads or writes.
pub fn nothing() -> Result<[OwnedFd; 3]> {
    let ((input, _), (_, out), (_, err)) = (pipe()?, pipe()?, pipe()?);
    Ok([input, out, err])
}
