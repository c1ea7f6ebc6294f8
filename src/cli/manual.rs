//! `dockwalk manual` and `dockwalk completions`: what a package brings beside the program, made from the grammar itself,
//! so that neither can say what the program does not do.

use super::{Args, Done, grammar, out};
use crate::client::ClientError;
use crate::i18n::Lang;
use crate::spec::visible;
use crate::trace::Code;
use clap::CommandFactory;
use clap_complete::Shell;
use clap_mangen::Man;
use std::io::{self, Write};
use std::path::Path;

/// What the grammar does not know: environment, files, exit status. The Korean page says it in full, by hand.
const SECTIONS: &str = include_str!("../../packaging/sections.1");

/// Prints what makes `shell` complete dockwalk's command lines, and say in that language what they do.
pub(super) fn completions(shell: Shell, lang: Lang) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut grammar(lang), "dockwalk", &mut script);
    let mut to = out::writer();
    match to.write_all(&script).and_then(|()| to.flush()) {
        Err(e) if e.kind() != io::ErrorKind::BrokenPipe => {
            Err(ClientError::new(Code::OutputNotWritten).with("reason", e).into())
        }
        _ => Ok(()),
    }
}

/// Writes a manual page for each command into a directory: `dockwalk.1`, `dockwalk-docker-run.1`, …
pub(super) fn manual(dir: &Path) -> Done {
    write(dir)
        .map_err(|e| ClientError::new(Code::FileUnwritable).with("file", visible::path(dir)).with("reason", e).into())
}

fn write(dir: &Path) -> io::Result<()> {
    clap_mangen::generate_to(Args::command(), dir)?;
    let mut page = Vec::new();
    let mut command = Args::command();
    // So that the names of subcommands' pages are known.
    command.build();
    let man = Man::new(command).manual("User Commands");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    man.render_subcommands_section(&mut page)?;
    page.extend(SECTIONS.as_bytes());
    std::fs::write(dir.join("dockwalk.1"), page)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KOREAN: &str = include_str!("../../packaging/dockwalk.ko.1");

    #[test]
    fn every_command_has_a_page_and_every_page_is_a_commands() {
        let dir = tempfile::tempdir().unwrap();
        write(dir.path()).unwrap();
        let pages: Vec<_> = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        for name in ["dockwalk.1", "dockwalk-docker-run.1", "dockwalk-lesson-check.1"] {
            assert!(pages.iter().any(|page| page == name), "{name}: {pages:?}");
        }
        assert!(!pages.iter().any(|page| page == "dockwalk-manual.1"), "hidden commands are for packagers");
        let first = std::fs::read_to_string(dir.path().join("dockwalk.1")).unwrap();
        for words in [".SH SYNOPSIS", "dockwalk\\-doctor(1)", ".SH ENVIRONMENT"] {
            assert!(first.contains(words), "{words}:\n{first}");
        }
    }

    #[test]
    fn the_korean_page_names_every_command_and_no_other() {
        let named = |line: &str| line.strip_prefix(".B ").map(str::to_owned);
        let commands = KOREAN.split(".SH 명령\n").nth(1).unwrap().split(".SH ").next().unwrap();
        let mut inside: Vec<_> =
            commands.split(".TP\n").skip(1).filter_map(|part| named(part.lines().next()?)).collect();
        let command = Args::command();
        let visible = command.get_subcommands().filter(|c| !c.is_hide_set());
        let mut expected: Vec<_> = visible.map(|c| c.get_name().to_owned()).collect();
        inside.sort();
        expected.sort();
        assert_eq!(inside, expected);
        for option in command.get_arguments().filter_map(|argument| argument.get_long()) {
            assert!(KOREAN.contains(&format!("\\-\\-{option}")) || ["help", "version"].contains(&option), "--{option}");
        }
    }

    #[test]
    fn completions_know_the_commands_of_docker() {
        for (shell, lang) in
            [Shell::Bash, Shell::Zsh, Shell::Fish].into_iter().flat_map(|it| Lang::ALL.map(|lang| (it, lang)))
        {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut grammar(lang), "dockwalk", &mut script);
            let script = String::from_utf8(script).unwrap();
            assert!(script.contains("doctor") && script.contains("volume"), "{shell}");
            let says = script.contains("컨테이너를 나열합니다");
            assert_eq!(says, lang == Lang::Ko && shell != Shell::Bash, "{shell} says what commands do");
            let unchanged = visible::lines(&script).into_owned();
            assert_eq!(unchanged, script, "what makes text visible must not change a script");
        }
    }
}
