//! What may stand where a line ends: commands, flags, values, names.

use super::{Names, split};
use crate::trace::World;
use clap::{Arg, Command};

/// One word that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// The whole word.
    pub text: String,
    /// What it is, in the grammar's own words; empty for a name.
    pub about: String,
}

/// What fits, and where.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fits {
    /// The word that is being typed begins at this byte of the line.
    pub from: usize,
    /// Commands and names by the alphabet, flags in the grammar's order.
    pub all: Vec<Fit>,
}

/// What may stand at the end of the line. `grammar` is the whole program's, built.
pub fn fits(grammar: &Command, line: &str, world: &World) -> Fits {
    let from = line.char_indices().rev().find(|(_, c)| c.is_whitespace()).map_or(0, |(at, c)| at + c.len_utf8());
    let (before, begun) = line.split_at(from);
    let (Some(words), Some(docker)) = (split(before), grammar.find_subcommand("docker")) else {
        return Fits::default();
    };
    let words = words.strip_prefix(&["dockwalk".to_owned()]).unwrap_or(&words);
    let first = words.is_empty();
    let words = words.strip_prefix(&["docker".to_owned()]).unwrap_or(words);
    let place = Place::behind(docker, words);
    let mut all = place.map(|place| place.fits(begun, world)).unwrap_or_default();
    if first && !begun.is_empty() && "docker".starts_with(begun) {
        all.insert(0, Fit { text: "docker".to_owned(), about: about(docker.get_about()) });
    }
    // What stands there already is nothing to offer.
    all.retain(|fit| fit.text != begun);
    Fits { from, all }
}

/// Where a line has come to in the grammar.
struct Place<'g> {
    path: Vec<&'g str>,
    command: &'g Command,
    /// How many arguments have been given that are no flags.
    given: usize,
    /// The flag whose value comes next.
    value_of: Option<&'g Arg>,
    flags: Vec<&'g str>,
}

impl<'g> Place<'g> {
    /// None where nothing of the grammar can follow: within the command of a container.
    fn behind(docker: &'g Command, words: &[String]) -> Option<Self> {
        let mut place = Self { path: Vec::new(), command: docker, given: 0, value_of: None, flags: Vec::new() };
        for word in words {
            place.go(word)?;
        }
        let program =
            |(arg, begun): (&Arg, bool)| arg.is_trailing_var_arg_set() && (begun || arg.is_allow_hyphen_values_set());
        let rest = place.positional().is_some_and(program);
        (!rest).then_some(place)
    }

    fn go(&mut self, word: &str) -> Option<()> {
        if self.value_of.take().is_some() {
            return Some(());
        }
        if word.starts_with('-') && word != "-" {
            self.flag(word);
            return Some(());
        }
        if let Some(below) = self.command.find_subcommand(word).filter(|_| self.given == 0) {
            self.path.push(below.get_name());
            (self.command, self.flags) = (below, Vec::new());
            return Some(());
        }
        // A word that is no command, where one has to stand.
        if self.command.has_subcommands() {
            return None;
        }
        self.given += 1;
        Some(())
    }

    fn flag(&mut self, word: &str) {
        let (name, value) = word.split_once('=').map_or((word, None), |(name, value)| (name, Some(value)));
        if let Some(long) = name.strip_prefix("--") {
            let arg = self.command.get_arguments().find(|arg| is_long(arg, long));
            self.flags.extend(arg.map(|arg| arg.get_id().as_str()));
            self.value_of = arg.filter(|arg| value.is_none() && wants_value(arg));
            return;
        }
        let letters = name.trim_start_matches('-');
        for (at, letter) in letters.char_indices() {
            let Some(arg) = self.command.get_arguments().find(|arg| arg.get_short() == Some(letter)) else { return };
            self.flags.push(arg.get_id().as_str());
            if wants_value(arg) {
                let last = at + letter.len_utf8() == letters.len();
                self.value_of = (last && value.is_none()).then_some(arg);
                return;
            }
        }
    }

    /// The argument whose turn it is, and whether some of it has been given.
    fn positional(&self) -> Option<(&'g Arg, bool)> {
        let mut all: Vec<&Arg> = self.command.get_positionals().collect();
        all.sort_by_key(|arg| arg.get_index());
        let last = all.last().copied()?;
        match all.get(self.given) {
            Some(arg) => Some((arg, false)),
            None => many(last).then_some((last, true)),
        }
    }

    fn fits(&self, begun: &str, world: &World) -> Vec<Fit> {
        let names = |arg: &Arg| Names::of(&self.path, arg.get_id().as_str());
        if let Some(arg) = self.value_of {
            return values(arg, names(arg), world, "", begun);
        }
        if let Some((flag, value)) = begun.split_once('=').filter(|(flag, _)| flag.starts_with("--")) {
            let arg = self.command.get_arguments().find(|arg| is_long(arg, &flag[2..]));
            let fits = arg.map(|arg| values(arg, names(arg), world, &format!("{flag}="), value));
            return fits.unwrap_or_default();
        }
        if begun.starts_with('-') {
            return self
                .command
                .get_arguments()
                .filter(|arg| self.is_new(arg))
                .filter_map(|arg| flag(arg, begun))
                .collect();
        }
        if self.given == 0 && self.command.has_subcommands() {
            let shown = self.command.get_subcommands().filter(|it| !it.is_hide_set() && it.get_name() != "help");
            let fit = |it: &Command| Fit { text: it.get_name().to_owned(), about: about(it.get_about()) };
            let mut all: Vec<Fit> = shown.filter(|it| it.get_name().starts_with(begun)).map(fit).collect();
            all.sort_by(|a, b| a.text.cmp(&b.text));
            return all;
        }
        self.positional().map(|(arg, _)| values(arg, names(arg), world, "", begun)).unwrap_or_default()
    }

    /// It was not given yet, or may be given again.
    fn is_new(&self, arg: &Arg) -> bool {
        // Where the engine is and what language is spoken is said before `docker`.
        !arg.is_hide_set() && !arg.is_global_set() && (many(arg) || !self.flags.contains(&arg.get_id().as_str()))
    }
}

fn is_long(arg: &Arg, name: &str) -> bool {
    arg.get_long() == Some(name) || arg.get_all_aliases().is_some_and(|all| all.contains(&name))
}

/// A value follows as a word of its own.
fn wants_value(arg: &Arg) -> bool {
    let least = arg.get_num_args().map_or(1, |range| range.min_values());
    arg.get_action().takes_values() && least > 0
}

fn many(arg: &Arg) -> bool {
    let most = arg.get_num_args().map_or(1, |range| range.max_values());
    matches!(arg.get_action(), clap::ArgAction::Append) || most > 1
}

/// Long flags by their beginning; a letter where only that is there.
fn flag(arg: &Arg, begun: &str) -> Option<Fit> {
    let long = arg.get_long().map(|long| format!("--{long}"));
    let short = arg.get_short().map(|short| format!("-{short}"));
    let text = long.or_else(|| short.clone())?;
    let fit = text.starts_with(begun) || short.as_deref() == Some(begun);
    let help = about(arg.get_help());
    let letter = short.filter(|short| *short != text).map(|short| format!("{short}  ")).unwrap_or_default();
    fit.then(|| Fit { text, about: format!("{letter}{help}") })
}

fn values(arg: &Arg, names: Option<Names>, world: &World, before: &str, begun: &str) -> Vec<Fit> {
    let allowed = arg.get_possible_values();
    let allowed = allowed.iter().map(|value| Fit { text: value.get_name().to_owned(), about: about(value.get_help()) });
    let there = names.map(|names| names.there(world)).unwrap_or_default();
    let there = there.into_iter().map(|text| Fit { text, about: String::new() });
    let all = allowed.chain(there).filter(|fit| fit.text.starts_with(begun));
    all.map(|fit| Fit { text: format!("{before}{}", fit.text), ..fit }).collect()
}

fn about(text: Option<&clap::builder::StyledStr>) -> String {
    text.map(|text| text.to_string().lines().next().unwrap_or_default().to_owned()).unwrap_or_default()
}
