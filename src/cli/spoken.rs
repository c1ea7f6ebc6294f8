//! The grammar in the user's language: what help and completion say of commands and arguments.
//!
//! ```text
//! Args (English beside each command and argument) ─▶ grammar(lang): about, help ─▶ with_labels: headings, defaults ─▶ --help
//!                                                     src/i18n/ko/help.ftl          clap has only English ones
//! ```
//!
//! Nothing that is parsed differs: neither names nor values are translated.

use super::Args;
use crate::i18n::{Lang, Words};
use crate::spec::visible;
use clap::builder::{PossibleValue, Resettable, Styles};
use clap::{Arg, Command, CommandFactory};
use std::fmt::Write;

/// The whole program's grammar; what it says of itself is in that language.
pub fn grammar(lang: Lang) -> Command {
    said(Args::command(), lang)
}

/// The same for `--help`: all of what clap prints is in that language.
pub(super) fn help(lang: Lang, styles: Styles) -> Command {
    let grammar = said(Args::command().styles(styles), lang);
    match Words::of_grammar(lang) {
        Some(words) => with_labels(grammar, &words, &mut Vec::new()),
        None => grammar,
    }
}

fn said(mut grammar: Command, lang: Lang) -> Command {
    let Some(words) = Words::of_grammar(lang) else { return grammar };
    // What clap adds by itself is there then.
    grammar.build();
    translate(grammar, &words, &mut Vec::new())
}

/// `path` are the words behind `dockwalk` with which the command is called.
fn translate(command: Command, words: &Words, path: &mut Vec<String>) -> Command {
    let command = match text(words, command_keys(&command, path)) {
        Some(about) => match command.get_long_about() {
            Some(_) => {
                let more = text(words, vec![format!("{}--more", command_key(path))]).unwrap_or_default();
                command.long_about(format!("{about}\n\n{more}")).about(about)
            }
            None => command.about(about),
        },
        None => command,
    };
    let command = command.mut_args(|arg| match text(words, argument_keys(path, arg.get_id().as_str())) {
        // Clap's own has two texts where it prints two helps.
        Some(_) if arg.get_id() == "help" && arg.get_long_help().is_some() => {
            arg.help(words.say("any--help-more")).long_help(words.say("any--help-less"))
        }
        Some(help) => arg.help(help),
        None => arg,
    });
    each_below(command, path, |below, path| translate(below, words, path))
}

/// Clap's headings, and what it says of an argument by itself.
fn with_labels(command: Command, words: &Words, path: &mut Vec<String>) -> Command {
    let styles = command.get_styles().clone();
    let (header, usage) = (styles.get_header(), styles.get_usage());
    let mut template =
        format!("{{before-help}}{{about-with-newline}}\n{usage}{}{usage:#} {{usage}}", words.say("label-usage"));
    for (label, tag, is_there) in [
        ("label-commands", "subcommands", command.has_subcommands()),
        ("label-arguments", "positionals", command.get_positionals().next().is_some()),
        ("label-options", "options", true),
    ] {
        if is_there {
            // A String takes whatever is written to it.
            write!(template, "\n\n{header}{}{header:#}\n{{{tag}}}", words.say(label)).unwrap_or_default();
        }
    }
    let command = command.help_template(template + "{after-help}");
    let command = command.mut_args(|arg| labelled(arg, words, &styles, path));
    each_below(command, path, |below, path| with_labels(below, words, path))
}

/// An argument whose default, variable, other names and values are part of its help, instead of what clap adds to it.
fn labelled(arg: Arg, words: &Words, styles: &Styles, path: &[String]) -> Arg {
    let context = styles.get_context();
    let label = |name: &str, value: &str| format!("{context}[{} {value}]{context:#}", words.say(name));
    let mut notes = Vec::new();
    if let Some(name) = arg.get_env() {
        let value = std::env::var_os(name).map(|value| visible::bytes(value.as_encoded_bytes())).unwrap_or_default();
        notes.push(label("label-env", &format!("{}={value}", name.to_string_lossy())));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let defaults = defaults.join(" ");
    if arg.get_action().takes_values() && !defaults.is_empty() {
        notes.push(label("label-default", &defaults));
    }
    let aliases: Vec<_> =
        arg.get_visible_aliases().unwrap_or_default().iter().map(|name| format!("--{name}")).collect();
    if !aliases.is_empty() {
        notes.push(label("label-alias", &aliases.join(", ")));
    }
    let values: Vec<_> = arg.get_possible_values().into_iter().filter(|value| !value.is_hide_set()).collect();
    let names = || values.iter().map(PossibleValue::get_name).collect::<Vec<_>>().join(", ");
    let help = arg.get_help().map(|help| help.ansi().to_string()).unwrap_or_default();
    let (mut short, mut long) = (notes.clone(), Vec::new());
    if !values.is_empty() {
        short.push(label("label-values", &names()));
    }
    if values.iter().any(|value| value.get_help().is_some()) {
        long.push(listed(&arg, &values, words, path));
    } else if !values.is_empty() {
        notes.push(label("label-values", &names()));
    }
    if !notes.is_empty() {
        long.push(notes.join("\n"));
    }
    let own = arg.get_long_help().map_or_else(|| help.clone(), |long| long.ansi().to_string());
    // What clap would add is English.
    let arg = arg.hide_env(true).hide_default_value(true).hide_possible_values(true);
    let arg = if aliases.is_empty() { arg } else { arg.visible_alias(Resettable::Reset) };
    arg.help([vec![help], short].concat().join(" ")).long_help([vec![own], long].concat().join("\n\n"))
}

/// The values that an argument takes, a line each.
fn listed(arg: &Arg, values: &[PossibleValue], words: &Words, path: &[String]) -> String {
    let mut lines = words.say("label-values");
    for value in values {
        let keys = argument_keys(path, arg.get_id().as_str());
        let keys = keys.into_iter().map(|key| format!("{key}--{}", value.get_name())).collect();
        let about = text(words, keys).unwrap_or_default();
        write!(lines, "\n- {}: {about}", value.get_name()).unwrap_or_default();
    }
    lines
}

fn each_below(
    command: Command,
    path: &mut Vec<String>,
    mut say: impl FnMut(Command, &mut Vec<String>) -> Command,
) -> Command {
    command.mut_subcommands(|below| {
        // `docker help run` says what `docker run` is.
        if below.get_name() == "help" {
            return say(below, path);
        }
        path.push(below.get_name().to_owned());
        let below = say(below, path);
        path.pop();
        below
    })
}

/// The first of these messages that there is.
fn text(words: &Words, keys: Vec<String>) -> Option<String> {
    keys.into_iter().find(|key| words.knows(key)).map(|key| words.say(&key))
}

/// Where the words for a command may stand: by how it is called, and by how docker calls it as well, `docker run` for
/// `docker container run`.
fn command_keys(command: &Command, path: &[String]) -> Vec<String> {
    if command.get_name() == "help" {
        return vec!["help".to_owned()];
    }
    let short = shortened(path).map(|path| command_key(&path));
    [Some(command_key(path)), short].into_iter().flatten().collect()
}

/// Where the words for an argument may stand: with its command, or with `any` if they say the same everywhere.
fn argument_keys(path: &[String], id: &str) -> Vec<String> {
    let id = id.replace('_', "-");
    let short = shortened(path).map(|path| command_key(&path));
    let places = [Some(command_key(path)), short, Some("any".to_owned())];
    places.into_iter().flatten().map(|place| format!("{place}--{id}")).collect()
}

fn command_key(path: &[String]) -> String {
    if path.is_empty() { "dockwalk".to_owned() } else { path.join("-") }
}

fn shortened(path: &[String]) -> Option<[String; 2]> {
    match path {
        [docker, group, name] if docker == "docker" && ["container", "image"].contains(&group.as_str()) => {
            Some([docker.clone(), name.clone()])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    const KOREAN: &str = include_str!("../i18n/ko/help.ftl");

    /// Says of each command and argument that is shown: where its words may stand, and what it says in English.
    fn each(command: &Command, path: &mut Vec<String>, say: &mut impl FnMut(Vec<String>, String)) {
        let english = |short: Option<&clap::builder::StyledStr>, long: Option<&clap::builder::StyledStr>| {
            [short, long].into_iter().flatten().map(ToString::to_string).collect::<Vec<_>>().join(" · ")
        };
        say(command_keys(command, path), english(command.get_about(), command.get_long_about()));
        if command.get_long_about().is_some() {
            say(vec![format!("{}--more", command_key(path))], String::new());
        }
        for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
            let keys = argument_keys(path, arg.get_id().as_str());
            // Clap's own has two texts where it prints two helps.
            let help = if arg.get_id() == "help" { None } else { arg.get_long_help() };
            say(keys.clone(), english(arg.get_help().filter(|_| arg.get_id() != "help"), help));
            let values = arg.get_possible_values();
            for value in values.iter().filter(|value| value.get_help().is_some()) {
                let keys = keys.iter().map(|key| format!("{key}--{}", value.get_name())).collect();
                say(keys, english(value.get_help(), None));
            }
        }
        for below in command.get_subcommands().filter(|below| !below.is_hide_set() && below.get_name() != "help") {
            path.push(below.get_name().to_owned());
            each(below, path, say);
            path.pop();
        }
    }

    #[test]
    fn each_command_and_argument_has_korean_words_and_no_words_are_left_over() {
        let words = Words::of_grammar(Lang::Ko).unwrap();
        let mut grammar = Args::command();
        grammar.build();
        let (mut missing, mut used) = (Vec::new(), BTreeMap::<String, BTreeSet<String>>::new());
        each(&grammar, &mut Vec::new(), &mut |keys, english| match keys.iter().find(|key| words.knows(key)) {
            Some(key) => _ = used.entry(key.clone()).or_default().insert(english),
            None => missing.push(format!("{keys:?}: {english}")),
        });
        assert!(missing.is_empty(), "no Korean for\n{}", missing.join("\n"));
        let differ: Vec<_> = used.iter().filter(|(_, english)| english.len() > 1).collect();
        assert!(differ.is_empty(), "one text in Korean, several in English: {differ:#?}");
        let own = ["help", "any--help-more", "any--help-less"];
        let keys = KOREAN.lines().filter_map(|line| line.split_once(" = ")).map(|(key, _)| key);
        let left: Vec<_> =
            keys.filter(|key| !used.contains_key(*key) && !own.contains(key) && !key.starts_with("label-")).collect();
        assert!(left.is_empty(), "said of nothing: {left:?}");
    }

    /// Each help that can be asked for, short and long.
    fn helps(command: &mut Command, said: &mut Vec<(String, String)>) {
        let name = command.get_bin_name().unwrap_or(command.get_name()).to_owned();
        said.push((name.clone(), command.render_help().to_string()));
        said.push((name, command.render_long_help().to_string()));
        command.get_subcommands_mut().filter(|below| !below.is_hide_set()).for_each(|below| helps(below, said));
    }

    #[test]
    fn a_help_is_korean_from_its_first_line_to_its_last() {
        let mut grammar = help(Lang::Ko, Styles::plain());
        let mut said = Vec::new();
        helps(&mut grammar, &mut said);
        assert!(said.len() > 100, "{}", said.len());
        for (name, text) in said {
            assert!(text.contains("사용법: ") && text.contains("옵션:"), "{name}:\n{text}");
            for english in
                ["Usage", "Options:", "Commands:", "Arguments:", "Print", "[default", "[env", "[alias", "ossible"]
            {
                assert!(!text.contains(english), "{name}: {english}\n{text}");
            }
            assert!(!text.contains('⟨'), "{name}:\n{text}");
        }
    }

    #[test]
    fn what_clap_adds_to_an_argument_is_said_in_korean() {
        let mut grammar = help(Lang::Ko, Styles::plain());
        let mut below = |path: &[&str]| {
            let command = path.iter().fold(&mut grammar, |command, name| command.find_subcommand_mut(name).unwrap());
            (command.render_help().to_string(), command.render_long_help().to_string())
        };
        let (short, long) = below(&["docker", "run"]);
        for text in
            ["[기본값: missing]", "[쓸 수 있는 값: always, missing, never]", "사용법: dockwalk docker run [OPTIONS]"]
        {
            // Wherever a line ends.
            let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(flat(&short).contains(text) && flat(&long).contains(text), "{text}\n{short}\n{long}");
        }
        assert!(below(&["docker", "stop"]).1.contains("[다른 이름: --timeout]"));
        let engine = below(&["engine"]).1;
        assert!(engine.contains("- lab: ") && engine.contains("[환경 변수: DOCKWALK_TRACE_LIMIT="), "{engine}");
        assert!(below(&["docker", "help"]).1.contains("컨테이너를 나열합니다"));
    }

    #[test]
    fn a_line_is_parsed_alike_in_both_languages() {
        for line in
            ["dockwalk docker network ls -q", "dockwalk docker run --net none x", "dockwalk docker stop --timeout 1 x"]
        {
            for grammar in [grammar(Lang::Ko), help(Lang::Ko, Styles::plain()), Args::command()] {
                assert!(grammar.try_get_matches_from(line.split(' ')).is_ok(), "{line}");
            }
        }
    }
}
