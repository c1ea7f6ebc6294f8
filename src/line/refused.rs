//! What is wrong with a command line, as a problem that both languages have words for, with a better word where there is one.

use super::near::nearest;
use super::{split, with_values};
use crate::docker::Feature;
use crate::trace::{Code, Problem};
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// What is this program's own and no command of docker's, with `dockwalk` before it.
pub const OWN: [&str; 4] = ["registry", "reach", "walk", "speed"];

/// The words with which this program is called for a line that a person typed: docker's commands with and without `docker`, `host …`
/// or one of its [`OWN`]. `grammar` is the whole program's, built; without one every word is taken for a command.
pub fn command(grammar: Option<&Command>, line: &str) -> Result<Vec<String>, Problem> {
    let words = split(line).ok_or_else(|| Problem::new(Code::TerminalQuote).with("command", line))?;
    let named = words.strip_prefix(&["dockwalk".to_owned()]);
    let (named, words) = (named.is_some(), named.unwrap_or(&words).to_vec());
    let first = words.first().map(String::as_str).unwrap_or_default();
    if first == "host" {
        return Ok(words);
    }
    if named && OWN.contains(&first) {
        let wrong = grammar.and_then(|grammar| refused(&parse(grammar, &words).err()?, grammar, &words));
        return wrong.map_or(Ok(words), Err);
    }
    let below = if first == "docker" { &words[1..] } else { &words[..] };
    let argv: Vec<String> = std::iter::once("docker".to_owned()).chain(below.iter().cloned()).collect();
    // Whoever runs it says what Docker has and dockwalk has not.
    let unbuilt = Feature::commanded(&below.iter().map(String::as_str).collect::<Vec<_>>()).is_some();
    let Some(grammar) = grammar.filter(|_| !unbuilt) else { return Ok(argv) };
    let docker = grammar.find_subcommand("docker");
    let known =
        |word: &str| word.starts_with('-') || docker.is_some_and(|docker| docker.find_subcommand(word).is_some());
    if first != "docker" && !known(first) {
        return Err(no_command(grammar, &words));
    }
    match parse(grammar, &argv) {
        Err(error) => refused(&error, grammar, &argv).map_or(Ok(argv), Err),
        Ok(()) => Ok(argv),
    }
}

fn parse(grammar: &Command, argv: &[String]) -> Result<(), clap::Error> {
    let words = std::iter::once("dockwalk").chain(argv.iter().map(String::as_str));
    with_values(grammar.clone()).try_get_matches_from(words).map(drop)
}

/// The first word is neither `docker` nor a command of it: `dokcer run` as well as `rnu`.
fn no_command(grammar: &Command, words: &[String]) -> Problem {
    let first = words.first().map(String::as_str).unwrap_or_default();
    let below = grammar.find_subcommand("docker").map(commands).unwrap_or_default();
    match nearest(first, ["docker", "host"].into_iter().chain(below)) {
        Some(meant) => Problem::new(Code::CommandMistyped).with("command", first).with("suggestion", meant),
        None => Problem::new(Code::CommandNotDocker).with("command", first),
    }
}

fn commands(command: &Command) -> Vec<&str> {
    command.get_subcommands().filter(|it| !it.is_hide_set()).map(Command::get_name).collect()
}

/// The command that the words lead to, as far as they lead to one.
fn command_of<'g>(grammar: &'g Command, words: &[String]) -> &'g Command {
    let (mut command, mut words) = (grammar, words.iter());
    while let Some(word) = words.next() {
        if let Some(long) = word.strip_prefix("--") {
            // Its value is no command.
            let valued = |arg: &&clap::Arg| arg.get_long() == Some(long) && arg.get_action().takes_values();
            if command.get_arguments().any(|arg| valued(&arg)) {
                words.next();
            }
        } else if !word.starts_with('-') {
            match command.find_subcommand(word) {
                Some(below) => command = below,
                None => break,
            }
        }
    }
    command
}

/// What clap refuses of these words behind the program's name; none for what is no fault: help that was asked for, or shown where
/// a command is missing. `grammar` is the whole program's, built.
pub fn refused(error: &clap::Error, grammar: &Command, words: &[String]) -> Option<Problem> {
    let command = command_of(grammar, words);
    let about = |kind| text(error, kind).unwrap_or_default();
    let with = |code, names: &[(&str, ContextKind)]| {
        names.iter().fold(Problem::new(code), |problem, (name, kind)| problem.with(name, about(*kind)))
    };
    let argument = ("argument", ContextKind::InvalidArg);
    Some(match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            return None;
        }
        ErrorKind::MissingSubcommand => with(Code::CommandMissing, &[("allowed", ContextKind::ValidSubcommand)]),
        ErrorKind::InvalidSubcommand => {
            let typed = about(ContextKind::InvalidSubcommand);
            let meant = nearest(&typed, commands(command).into_iter()).map(str::to_owned);
            better(Problem::new(Code::CommandUnknown).with("command", typed), Code::CommandMistyped, meant)
        }
        ErrorKind::UnknownArgument if about(ContextKind::InvalidArg).starts_with('-') => {
            let problem = with(Code::FlagUnknown, &[argument]);
            let flags: Vec<String> =
                command.get_arguments().filter_map(|it| Some(format!("--{}", it.get_long()?))).collect();
            let meant = nearest(&about(ContextKind::InvalidArg), flags.iter().map(String::as_str)).map(str::to_owned);
            better(problem, Code::FlagMistyped, meant)
        }
        ErrorKind::UnknownArgument | ErrorKind::TooManyValues => with(Code::ArgumentTooMany, &[argument]),
        ErrorKind::InvalidValue if about(ContextKind::InvalidValue).is_empty() => {
            with(Code::FlagWithoutValue, &[argument])
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let value = ("value", ContextKind::InvalidValue);
            let allowed = about(ContextKind::ValidValue);
            if allowed.is_empty() {
                with(Code::FlagValueInvalid, &[argument, value])
            } else {
                with(Code::FlagValueOther, &[argument, value]).with("allowed", allowed)
            }
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            with(Code::FlagWithoutValue, &[argument])
        }
        ErrorKind::MissingRequiredArgument => with(Code::ArgumentMissing, &[argument]),
        ErrorKind::ArgumentConflict => match about(ContextKind::PriorArg) {
            other if other.is_empty() || other == about(ContextKind::InvalidArg) => with(Code::FlagTwice, &[argument]),
            _ => with(Code::FlagsTogether, &[argument, ("other", ContextKind::PriorArg)]),
        },
        _ => Problem::new(Code::LineNotUnderstood).with("reason", first_line(&error.to_string())),
    })
}

fn better(problem: Problem, code: Code, suggestion: Option<String>) -> Problem {
    match suggestion {
        Some(suggestion) => Problem { code, ..problem }.with("suggestion", suggestion),
        None => problem,
    }
}

fn text(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(all) => Some(all.join(", ")),
        other => Some(other.to_string()),
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
}
