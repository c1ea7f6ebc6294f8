//! The command line: docker's grammar and dockwalk's own, turned into requests to an engine.
//!
//! ```text
//! argv ─clap─▶ Args ─▶ docker/… ─▶ Client ─▶ tables, bars, terminals on stdout; problems on stderr in the user's language
//! ```
//!
//! Used by `dockwalk docker …`, by lessons and by the window's command bar. Does not know how an engine does anything.

pub mod args;
#[cfg(feature = "engine")]
mod docker;
pub mod docker_args;
pub mod doctor;
mod engine_of;
#[cfg(feature = "engine")]
mod host;
mod image;
pub mod image_args;
mod lesson;
pub mod lesson_files;
mod lesson_follow;
mod lesson_pty;
mod lesson_report;
pub mod lesson_run;
mod registry;
mod tell;
#[cfg(feature = "engine")]
mod terminal;
mod trace;

pub use args::{AppOptions, Args, Command};
pub use tell::complain;

use crate::client::ClientError;
use crate::i18n::Words;
use clap::Parser;
use std::process::ExitCode;

/// Why a command did not do what it should.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Something to be said; the exit status is 1, or the one given.
    Said(ClientError, u8),
    /// Nothing to be said: the exit status says it.
    Status(u8),
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        Self::Said(error, 1)
    }
}

/// The command line. A reader of our output that goes away (`… | head`) ends the program quietly, as it ends others:
/// with the status of SIGPIPE.
pub fn parse() -> Args {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let said = info.payload_as_str().unwrap_or_default();
        if said.starts_with("failed printing to") && said.contains("Broken pipe") {
            std::process::exit(128 + 13);
        }
        usual(info);
    }));
    Args::parse()
}

/// What a command's code returns.
pub(crate) type Done = Result<(), Failure>;

/// Does what the command line says, but for the window and the engine themselves.
pub fn run(args: &Args, words: &Words) -> ExitCode {
    let done = match &args.command {
        #[cfg(feature = "engine")]
        Some(Command::Docker { command }) => docker::dispatch(args, command, words),
        #[cfg(feature = "engine")]
        Some(Command::Host { argv }) => host::run(args, argv, words),
        Some(Command::Image { command }) => image::dispatch(args, command, words),
        Some(Command::Registry { command: Some(command), .. }) => registry::run(args, command, words),
        Some(Command::Doctor { json }) => doctor::remote(args, *json, words),
        Some(Command::Lesson { command }) => lesson::run(args, command, words),
        Some(Command::Trace { command }) => trace::run(args, command, words),
        _ => Err(ClientError::new("not-in-this-build").into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Status(status)) => ExitCode::from(status),
        Err(Failure::Said(error, status)) => {
            match &args.command {
                Some(Command::Docker { .. }) => tell::as_docker(words, &error.problem),
                _ => complain(words, &error.problem),
            }
            ExitCode::from(status)
        }
    }
}
