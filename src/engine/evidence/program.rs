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

/// Of programs that were run the last that was to list a table of that family, or all, and of what it printed this part.
pub fn printed(of: &[Evidence], family: &str, part: &str) -> Option<Evidence> {
    let mut listings = of.iter().rev().filter_map(|evidence| match evidence {
        Evidence::Command { argv, status, .. } if argv.iter().any(|arg| arg == "list") => Some((argv, *status)),
        _ => None,
    });
    let (argv, status) =
        listings.clone().find(|(argv, _)| argv.iter().any(|arg| arg == family)).or(listings.next_back())?;
    Some(Evidence::Command { argv: argv.clone(), stdin: String::new(), status, output: part.to_owned() })
}

/// Bytes of what programs were given and printed.
pub fn bytes(of: &[Evidence]) -> usize {
    let of = of.iter().map(|evidence| match evidence {
        Evidence::Command { stdin, output, .. } => stdin.len() + output.len(),
        _ => 0,
    });
    of.sum()
}
