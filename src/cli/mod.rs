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
pub mod docker_commands;
pub mod doctor;
mod engine_of;
#[cfg(feature = "engine")]
mod host;
mod image;
pub mod image_args;
mod lesson;
mod manual;
pub mod out;
#[cfg(feature = "engine")]
mod reach;
mod registry;
mod report;
#[cfg(feature = "engine")]
mod speed;
mod spoken;
#[cfg(feature = "engine")]
mod template;
#[cfg(feature = "engine")]
mod terminal;
mod trace;
#[cfg(feature = "engine")]
mod volume;
#[cfg(feature = "engine")]
mod waits;
#[cfg(feature = "engine")]
mod walk;

pub use args::{AppOptions, Args, Command};
pub use lesson::of_directory as lessons_of;
pub use report::complain;
pub use spoken::grammar;

use crate::client::ClientError;
use crate::docker::Feature;
use crate::i18n::{Lang, Words};
use crate::line;
use crate::spec::visible;
use crate::trace::{Code, Problem};
use args::LangName;
use clap::builder::Styles;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, FromArgMatches, ValueEnum};
use std::ffi::{OsStr, OsString};
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

/// The command line. Ends the program where it asks for help, or is none.
pub fn parse() -> Args {
    std::panic::set_hook(Box::new(out::panicked));
    let args: Vec<OsString> = std::env::args_os().collect();
    understood(&args).unwrap_or_else(|error| match error.kind() {
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand if below_docker() => {
            // As docker: help, and nothing is wrong.
            let asked: Vec<OsString> = args.into_iter().chain(["--help".into()]).collect();
            understood(&asked).unwrap_or_else(|help| refuse(&help, &asked))
        }
        ErrorKind::InvalidSubcommand if below_docker() => {
            match docker_words(&args).and_then(|words| Feature::commanded(&words)) {
                Some(feature) => not_built(&args, feature),
                None => refuse(&error, &args),
            }
        }
        _ => refuse(&error, &args),
    })
}

/// What these words say, the program's name first.
fn understood(args: &[OsString]) -> Result<Args, clap::Error> {
    let is_empty =
        |(name, value): (OsString, OsString)| value.is_empty() && name.as_encoded_bytes().starts_with(b"DOCKWALK_");
    let grammar = Args::command();
    let grammar = if std::env::vars_os().any(is_empty) { without_empty_variables(grammar) } else { grammar };
    Args::from_arg_matches(&line::with_values(grammar).try_get_matches_from(args)?)
}

/// A variable of the environment that is empty is one that is not set, as everywhere else.
fn without_empty_variables(command: clap::Command) -> clap::Command {
    let is_empty = |arg: &clap::Arg| arg.get_env().and_then(std::env::var_os).is_some_and(|value| value.is_empty());
    let command = command.mut_args(|arg| if is_empty(&arg) { arg.env(None::<&'static str>) } else { arg });
    command.mut_subcommands(without_empty_variables)
}

/// The words behind `docker`.
fn docker_words(args: &[OsString]) -> Option<Vec<&str>> {
    let at = args.iter().position(|arg| arg == "docker")?;
    Some(args[at + 1..].iter().map_while(|arg| arg.to_str()).collect())
}

/// Docker has it and dockwalk does not: it says so as the engine does, and ends.
fn not_built(args: &[OsString], feature: Feature) -> ! {
    let problem = Problem::new(Code::NotBuilt).with("feature", feature.name());
    report::as_docker(&Words::new(language_of(args)), &problem);
    std::process::exit(1)
}

/// Says it in words of our own, with how the command is used. Clap has only English ones.
fn refuse_in(words: &Words, error: &clap::Error, problem: &Problem) -> ! {
    let usage = error.get(ContextKind::Usage).map(ToString::to_string).unwrap_or_default();
    let usage = usage.lines().next().unwrap_or_default().trim_start_matches("Usage:").trim();
    if below_docker() {
        report::as_docker(words, problem);
    } else {
        complain(words, problem);
    }
    if !usage.is_empty() {
        out::complaint(words.say_with("cli-usage", &[("usage", usage)]));
    }
    std::process::exit(status(error))
}

/// The language that is spoken to whoever typed this, be it understood or not: `--lang` counts as far as the words are
/// commands and their options. `args` begins with the program's name.
fn language_of(args: &[OsString]) -> Lang {
    let grammar = Args::command();
    let (mut command, mut lang) = (&grammar, None);
    let mut args = args.iter().skip(1).map_while(|arg| arg.to_str());
    while let Some(arg) = args.next().filter(|arg| *arg != "--") {
        if let Some(value) = arg.strip_prefix("--lang=") {
            lang = Some(value);
        } else if arg == "--lang" {
            lang = args.next();
        } else if arg.starts_with('-') {
            let is_meant = |it: &&clap::Arg| {
                let short = it.get_short().is_some_and(|letter| arg == format!("-{letter}"));
                short || arg.strip_prefix("--").is_some_and(|long| it.get_long() == Some(long))
            };
            let mut known = command.get_arguments().chain(grammar.get_arguments());
            if known.find(is_meant).is_some_and(|it| it.get_action().takes_values()) {
                args.next();
            }
        } else {
            match command.find_subcommand(arg) {
                Some(below) => command = below,
                None => break,
            }
        }
    }
    lang.and_then(|lang| LangName::from_str(lang, false).ok()).map_or_else(Lang::of_user, Into::into)
}

/// Says what clap says of these words, the program's name first. Clap repeats what it does not understand: where there is
/// something in the command line that must not reach the terminal as it is, clap is asked again about a command line that was
/// made visible, and without colours.
fn refuse(error: &clap::Error, args: &[OsString]) -> ! {
    if error.kind() == ErrorKind::DisplayVersion {
        // The same in all languages.
        error.print().unwrap_or_default();
        std::process::exit(0);
    }
    let lang = language_of(args);
    if lang == Lang::Ko && error.use_stderr() {
        let mut grammar = Args::command();
        grammar.build();
        let words: Vec<String> = args.iter().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
        if let Some(problem) = line::refused(error, &grammar, &words) {
            refuse_in(&Words::new(lang), error, &problem)
        }
    }
    let again = |styles, args: &mut dyn Iterator<Item = OsString>| {
        let again = spoken::help(lang, styles).try_get_matches_from(args).err();
        again.filter(|again| again.kind() == error.kind())
    };
    let is_strange = |text: &OsStr| !text.to_str().is_some_and(visible::is_line);
    let named = std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("DOCKWALK_"));
    let strange: Vec<OsString> = named.map(|(_, value)| value).filter(|value| is_strange(value)).collect();
    if strange.is_empty() && !args.iter().any(|arg| is_strange(arg)) {
        let spoken = (lang != Lang::En).then(|| again(Styles::styled(), &mut args.iter().cloned())).flatten();
        spoken.as_ref().unwrap_or(error).print().unwrap_or_default();
        std::process::exit(status(error));
    }
    let seen = &mut args.iter().map(|arg| visible::bytes(arg.as_encoded_bytes()).into());
    let mut text = match again(Styles::plain(), seen) {
        Some(again) => again.render().ansi().to_string(),
        // What was refused is not there any more.
        None => visible::line(&error.render().to_string()).into_owned(),
    };
    for value in strange {
        text = text.replace(&*value.to_string_lossy(), &visible::bytes(value.as_encoded_bytes()));
    }
    if error.use_stderr() {
        out::complaint_lines(text.trim_end())
    } else {
        out::lines(text.trim_end())
    }
    std::process::exit(status(error))
}

/// The exit status for a command line that was not understood. Below `docker` it is docker's own: 125 for a flag, 1 for what is
/// too much or too little beside them.
fn status(error: &clap::Error) -> i32 {
    if !below_docker() {
        return error.exit_code();
    }
    let about = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.as_str(),
        _ => "",
    };
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => 0,
        ErrorKind::MissingRequiredArgument | ErrorKind::TooFewValues | ErrorKind::InvalidSubcommand => 1,
        ErrorKind::UnknownArgument if !about(ContextKind::InvalidArg).starts_with('-') => 1,
        _ => i32::from(REFUSED),
    }
}

fn below_docker() -> bool {
    is_docker(std::env::args_os().skip(1))
}

/// The first that is no option: each of dockwalk's own has a value.
fn is_docker(mut args: impl Iterator<Item = OsString>) -> bool {
    while let Some(arg) = args.next() {
        let arg = arg.as_encoded_bytes();
        if !arg.starts_with(b"--") {
            return arg == b"docker";
        }
        if !arg.contains(&b'=') {
            args.next();
        }
    }
    false
}

/// docker's exit status for a flag that cannot be meant, and of `docker run` when there is no container whose status it could be.
const REFUSED: u8 = 125;

/// What a command's code returns.
pub(crate) type Done = Result<(), Failure>;

/// `dockwalk docker …`. `docker run` has a status of its own for a container that could not be made.
#[cfg(feature = "engine")]
fn on_engine(args: &Args, command: &docker_commands::DockerCommand, words: &Words) -> Done {
    let client = engine_of::any(args, words).map_err(|failure| match failure {
        Failure::Said(error, _) if command.is_run() => Failure::Said(error, REFUSED),
        failure => failure,
    })?;
    waits::watch(&client, words);
    docker::act(client, words, command)
}

/// Does what the command line says, but for the window and the engine themselves.
pub fn run(args: &Args, words: &Words) -> ExitCode {
    let done = match &args.command {
        #[cfg(feature = "engine")]
        Some(Command::Docker { command }) => on_engine(args, command, words),
        #[cfg(feature = "engine")]
        Some(Command::Host { argv }) => host::run(args, argv, words),
        #[cfg(feature = "engine")]
        Some(Command::Reach(asked)) => reach::run(args, asked, words),
        #[cfg(feature = "engine")]
        Some(Command::Walk(asked)) => walk::run(args, asked, words),
        #[cfg(feature = "engine")]
        Some(Command::Speed(asked)) => speed::run(args, asked, words),
        #[cfg(feature = "engine")]
        Some(Command::Volume { command }) => volume::run(args, command, words),
        Some(Command::Image { command }) => image::dispatch(args, command, words),
        Some(Command::Registry { command: Some(command), .. }) => registry::run(args, command, words),
        Some(Command::Doctor { json }) => doctor::remote(args, *json, words),
        Some(Command::Lesson { command }) => lesson::run(args, command, words),
        Some(Command::Completions { shell }) => manual::completions(*shell, words.lang()),
        Some(Command::Manual { dir }) => manual::manual(dir),
        Some(Command::Trace { command }) => trace::run(args, command, words),
        _ => Err(ClientError::new(Code::NotInThisBuild).into()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Status(status)) => ExitCode::from(status),
        Err(Failure::Said(error, status)) => {
            match &args.command {
                Some(Command::Docker { .. }) => report::as_docker(words, &error.problem),
                _ => complain(words, &error.problem),
            }
            ExitCode::from(status)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_docker_is_known_before_it_is_understood() {
        let docker = |line: &str| is_docker(line.split(' ').map(OsString::from));
        assert!(docker("docker run --bogus") && docker("--root /x docker ps") && docker("--root=/x docker"));
        assert!(!docker("image docker") && !docker("--root docker image") && !docker("--help"));
    }

    #[test]
    fn the_language_is_heard_wherever_it_may_be_said() {
        let lang = |line: &str| language_of(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in [
            "dockwalk --lang ko",
            "dockwalk --help --lang=ko",
            "dockwalk docker --lang ko run --help",
            "dockwalk --root /x docker run --lang ko --nonsense",
            "dockwalk docker run --name x -v a:b -it --lang ko --help",
        ] {
            assert_eq!(lang(line), Lang::Ko, "{line}");
            assert_eq!(lang(&line.replace("ko", "en")), Lang::En, "{line}");
        }
        for theirs in ["dockwalk docker run x --lang ko", "dockwalk docker run --name --lang x", "dockwalk --lang xx"] {
            assert_eq!(lang(theirs), Lang::of_user(), "{theirs}");
        }
    }
}
