//! Flags that are on or off take their value behind `=`, as docker's do: `--rm=false`, `-i=0`, `-it`. Help and completion show them
//! without one.

use crate::docker::bool_of;
use clap::builder::ValueParser;
use clap::{Arg, ArgAction, Command};

/// The same grammar, in which each flag of `docker` without a value may be followed by `=true` or `=false`. It is what is parsed with.
pub fn with_values(grammar: Command) -> Command {
    match grammar.find_subcommand("docker") {
        Some(_) => grammar.mut_subcommand("docker", below),
        None => grammar,
    }
}

fn below(command: Command) -> Command {
    command.mut_args(valued).mut_subcommands(below)
}

fn valued(arg: Arg) -> Arg {
    let id = arg.get_id().clone();
    match arg.get_action() {
        ArgAction::SetTrue if !arg.is_global_set() => arg
            .action(ArgAction::Set)
            .num_args(0..=1)
            .require_equals(true)
            .default_value("false")
            .default_missing_value("true")
            .overrides_with(id)
            .value_parser(ValueParser::new(read)),
        // On where nothing is said.
        ArgAction::Set if arg.is_require_equals_set() => arg.overrides_with(id).value_parser(ValueParser::new(read)),
        _ => arg,
    }
}

fn read(text: &str) -> Result<bool, String> {
    bool_of(text).ok_or_else(|| "invalid syntax".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(line: &str) -> Result<[bool; 3], clap::Error> {
        let on = |name: &'static str| Arg::new(name).long(name).action(ArgAction::SetTrue);
        let run = Command::new("run").args([on("rm"), on("tty").short('t'), on("interactive").short('i')]);
        let words = Arg::new("words").num_args(0..).trailing_var_arg(true);
        let grammar = Command::new("x").subcommand(Command::new("docker").subcommand(run.arg(words)));
        let matches = with_values(grammar).try_get_matches_from(format!("x docker run {line}").split(' '))?;
        let run = matches.subcommand().and_then(|(_, docker)| docker.subcommand()).unwrap().1;
        Ok(["rm", "tty", "interactive"].map(|name| run.get_flag(name)))
    }

    #[test]
    fn what_is_on_or_off_may_be_said() {
        for (line, expected) in [
            ("image", [false, false, false]),
            ("--rm image", [true, false, false]),
            ("--rm=false -it image", [false, true, true]),
            ("-i=false -t=1 image", [false, true, false]),
            ("-ti=F --rm=TRUE image", [true, true, false]),
            ("--rm --rm=false image", [false, false, false]),
            ("--rm=false --rm image", [true, false, false]),
            ("image --rm=maybe -i", [false, false, false]),
        ] {
            assert_eq!(said(line).unwrap(), expected, "{line}");
        }
        for line in ["--rm=maybe image", "--rm= image", "-i=no image"] {
            said(line).unwrap_err();
        }
    }
}
