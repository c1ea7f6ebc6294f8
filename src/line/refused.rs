//! What is wrong with a command line, as a problem that both languages have words for, with a better word where there is one.

use super::split;
use crate::docker::Feature;
use crate::trace::{Code, Problem};
use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The words with which this program is called for a line that a person typed: docker's commands with and without `docker`, `host …`
/// or `dockwalk registry …`. `grammar` is the whole program's, built; without one every word is taken for a command.
pub fn command(grammar: Option<&Command>, line: &str) -> Result<Vec<String>, Problem> {
    let words = split(line).ok_or_else(|| Problem::new(Code::TerminalQuote).with("command", line))?;
    let named = words.strip_prefix(&["dockwalk".to_owned()]);
    let (named, words) = (named.is_some(), named.unwrap_or(&words).to_vec());
    let first = words.first().map(String::as_str).unwrap_or_default();
    if first == "host" {
        return Ok(words);
    }
    if named && first == "registry" {
        let wrong = grammar.and_then(|grammar| parse(grammar, &words).err()).and_then(|error| refused(&error));
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
        return Err(no_command(grammar, &words, &argv));
    }
    match parse(grammar, &argv) {
        Err(error) => refused(&error).map_or(Ok(argv), Err),
        Ok(()) => Ok(argv),
    }
}

fn parse(grammar: &Command, argv: &[String]) -> Result<(), clap::Error> {
    let words = std::iter::once("dockwalk").chain(argv.iter().map(String::as_str));
    grammar.clone().try_get_matches_from(words).map(drop)
}

/// The first word is neither `docker` nor a command of it.
fn no_command(grammar: &Command, words: &[String], below: &[String]) -> Problem {
    let first = words.first().map(String::as_str).unwrap_or_default();
    let meant = |argv: &[String]| {
        parse(grammar, argv).err().and_then(|error| suggested(&error, ContextKind::SuggestedSubcommand))
    };
    // `dokcer run` as well as `rnu`.
    let program = meant(words).filter(|word| word == "docker" || word == "host");
    match program.or_else(|| meant(below)) {
        Some(suggestion) => Problem::new(Code::CommandMistyped).with("command", first).with("suggestion", suggestion),
        None => Problem::new(Code::CommandNotDocker).with("command", first),
    }
}

/// What clap refuses; none for what is no fault: help that was asked for, or shown where a command is missing.
pub fn refused(error: &clap::Error) -> Option<Problem> {
    let about = |kind| text(error, kind).unwrap_or_default();
    let with = |code, names: &[(&str, ContextKind)]| {
        names.iter().fold(Problem::new(code), |problem, (name, kind)| problem.with(name, about(*kind)))
    };
    let argument = ("argument", ContextKind::InvalidArg);
    Some(match error.kind() {
        ErrorKind::DisplayHelp
        | ErrorKind::DisplayVersion
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => return None,
        ErrorKind::InvalidSubcommand => {
            let problem = with(Code::CommandUnknown, &[("command", ContextKind::InvalidSubcommand)]);
            better(problem, Code::CommandMistyped, suggested(error, ContextKind::SuggestedSubcommand))
        }
        ErrorKind::UnknownArgument if about(ContextKind::InvalidArg).starts_with('-') => {
            let problem = with(Code::FlagUnknown, &[argument]);
            better(problem, Code::FlagMistyped, suggested(error, ContextKind::SuggestedArg))
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

fn suggested(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        // The likeliest is the last.
        ContextValue::Strings(all) => all.last().cloned(),
        ContextValue::String(one) => Some(one.clone()),
        _ => None,
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
