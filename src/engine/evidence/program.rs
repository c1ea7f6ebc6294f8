//! Programs of the host that were run.

use crate::trace::Evidence;
use std::process::{Command, ExitStatus};

/// A program that was run to its end: the command as it was executed, what it was given, how it ended, what it said.
pub fn command(command: &Command, stdin: &[u8], status: ExitStatus, output: &str) -> Evidence {
    let argv = std::iter::once(command.get_program()).chain(command.get_args());
    Evidence::Command {
        argv: argv.map(|arg| arg.to_string_lossy().into_owned()).collect(),
        stdin: String::from_utf8_lossy(stdin).into_owned(),
        status: status.code().unwrap_or(-1),
        output: output.to_owned(),
    }
}
