//! `dockwalk lesson list` and `dockwalk lesson check`: where lessons come from, and what is wrong with them.

use crate::cli::Args;
use crate::i18n::{Lang, Words};
use crate::lesson::{Lesson, Source, embedded, is_called, lint, play, recording};
use crate::line::OWN;
use crate::spec::visible;
use crate::trace::{Code, Problem, log};
use clap::Parser;
use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The lessons of a directory (`--lessons`), else those that are part of the program.
pub fn sources(dir: Option<&Path>) -> Result<Vec<Source>, Problem> {
    let Some(dir) = dir else { return Ok(embedded()) };
    let entries = std::fs::read_dir(dir).map_err(|e| unreadable(dir, &e))?;
    let folders = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>();
    let mut folders: Vec<_> = folders.map_err(|e| unreadable(dir, &e))?.into_iter().filter(|p| p.is_dir()).collect();
    folders.sort();
    folders.iter().map(|folder| read(folder)).collect()
}

/// The lessons of a directory, ready to be played; all that is wrong with them when something is.
pub fn of_directory(dir: &Path) -> Result<Vec<Arc<Lesson>>, Vec<Problem>> {
    let sources = sources(Some(dir)).map_err(|problem| vec![problem])?;
    let (mut lessons, mut problems) = (Vec::new(), Vec::new());
    for source in &sources {
        match Lesson::parse(source) {
            Ok(lesson) => lessons.push(Arc::new(lesson)),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(lessons) } else { Err(problems) }
}

fn read(folder: &Path) -> Result<Source, Problem> {
    let text = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map(Cow::Owned).map_err(|e| unreadable(&path, &e))
    };
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Source { folder: name.into(), script: text("lesson.toml")?, ko: text("ko.md")?, en: text("en.md")? })
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    Problem::new(Code::LessonUnreadable).with("file", visible::path(path)).with("reason", error)
}

/// The lesson of that name (`01-pull-and-run`), number (`1`, `01`) or slug (`pull-and-run`).
pub fn find(dir: Option<&Path>, name: &str) -> Result<Arc<Lesson>, Vec<Problem>> {
    let sources = sources(dir).map_err(|problem| vec![problem])?;
    let source = sources.iter().find(|source| is_called(&source.folder, name));
    let source = source.ok_or_else(|| vec![Problem::new(Code::LessonUnknown).with("name", name)])?;
    Lesson::parse(source).map(Arc::new)
}

/// Prints each lesson's name, length and title.
pub fn list(dir: Option<&Path>, lang: Lang, out: &mut dyn Write) -> Result<(), Vec<Problem>> {
    let words = Words::new(lang);
    for source in sources(dir).map_err(|problem| vec![problem])? {
        let lesson = Lesson::parse(&source)?;
        let count = lesson.script.steps.len().to_string();
        let title = lesson.title(lang);
        say(
            out,
            &words.say_with("lesson-list-line", &[("name", &lesson.folder), ("count", &count), ("title", title)]),
        )?;
    }
    Ok(())
}

/// Lints these lessons, or all. Prints every problem; true when there is none.
pub fn check(dir: Option<&Path>, names: &[String], lang: Lang, out: &mut dyn Write) -> Result<bool, Vec<Problem>> {
    let words = Words::new(lang);
    let sources = sources(dir).map_err(|problem| vec![problem])?;
    if let Some(unknown) = names.iter().find(|name| !sources.iter().any(|source| is_called(&source.folder, name))) {
        return Err(vec![Problem::new(Code::LessonUnknown).with("name", unknown)]);
    }
    let mut good = true;
    for source in sources {
        if !names.is_empty() && !names.iter().any(|name| is_called(&source.folder, name)) {
            continue;
        }
        let problems = problems_of(&source, dir);
        for problem in &problems {
            say(out, &words.problem(problem))?;
        }
        let count = problems.len().to_string();
        let key = if problems.is_empty() { "lesson-check-good" } else { "lesson-check-bad" };
        say(out, &words.say_with(key, &[("name", &source.folder), ("count", &count)]))?;
        good &= problems.is_empty();
    }
    Ok(good)
}

/// All that is wrong with a lesson: its form, its words, its commands, and its recording.
fn problems_of(source: &Source, dir: Option<&Path>) -> Vec<Problem> {
    let lesson = match Lesson::parse(source) {
        Ok(lesson) => Arc::new(lesson),
        Err(problems) => return problems,
    };
    let mut problems = lint(&lesson, &command_parses);
    match load_recording(&lesson, dir) {
        Ok(trace) => problems.extend(play(&lesson, &trace)),
        Err(problem) => problems.push(problem),
    }
    problems
}

/// The recording of a lesson: in `../fixtures/traces` beside a directory of lessons, else the program's own.
pub fn load_recording(lesson: &Lesson, dir: Option<&Path>) -> Result<crate::trace::Trace, Problem> {
    let name = &lesson.script.recording;
    let refused = |reason: &dyn std::fmt::Display| {
        Problem::new(Code::LessonRecording).with("lesson", &lesson.folder).with("name", name).with("reason", reason)
    };
    let beside = dir.map(|dir| recordings_beside(dir).join(name)).filter(|path| path.exists());
    let bytes = match (&beside, recording(name)) {
        (Some(path), _) => Cow::Owned(std::fs::read(path).map_err(|e| refused(&e))?),
        (None, Some(bytes)) => Cow::Borrowed(bytes),
        (None, None) => return Err(refused(&io::Error::from(io::ErrorKind::NotFound))),
    };
    let loaded = log::read(bytes.as_ref()).map_err(|e| refused(&e))?;
    match loaded.torn {
        None => Ok(loaded.trace),
        Some(torn) => Err(refused(&format!("line {} is cut off", torn.line))),
    }
}

fn recordings_beside(lessons: &Path) -> PathBuf {
    lessons.join("../fixtures/traces")
}

/// Does the command line's own grammar understand it? `{{bind}}` stands for a path.
fn command_parses(command: &str) -> Result<(), String> {
    let argv = argv(&command.replace("{{bind}}", "/bind")).ok_or("a quotation mark is not closed")?;
    let argv = own(argv);
    if !argv.first().is_some_and(|first| first == "docker" || OWN.contains(&first.as_str())) {
        return Err(format!("it begins neither with `docker` nor with `dockwalk` and one of {}", OWN.join(", ")));
    }
    Args::try_parse_from(std::iter::once("dockwalk".to_owned()).chain(argv)).map(drop).map_err(|error| {
        let text = error.to_string();
        text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned()
    })
}

/// The arguments of this program: `dockwalk registry …` is said by its whole name, `docker …` is below it.
pub(super) fn own(mut argv: Vec<String>) -> Vec<String> {
    if argv.first().is_some_and(|first| first == "dockwalk") {
        argv.remove(0);
    }
    argv
}

/// A command line in words, as a shell splits it, with `'…'` and `"…"`; none when a quotation mark is not closed.
pub(super) fn argv(line: &str) -> Option<Vec<String>> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None::<char>);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

pub(super) fn say(out: &mut dyn Write, line: &str) -> Result<(), Vec<Problem>> {
    let refused = |e: io::Error| vec![Problem::new(Code::LessonOutput).with("reason", e)];
    writeln!(out, "{}", visible::line(line)).map_err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lesson_is_found_by_name_number_and_slug() {
        for name in ["01-pull-and-run", "1", "01", "pull-and-run"] {
            assert_eq!(find(None, name).expect(name).folder, "01-pull-and-run");
        }
        assert_eq!(find(None, "99").expect_err("there is none")[0].code, Code::LessonUnknown);
    }

    #[test]
    fn command_lines_are_split_as_a_shell_does() {
        let words = |line: &str| argv(line).map(|words| words.join("|"));
        assert_eq!(words("docker run  -it x").as_deref(), Some("docker|run|-it|x"));
        assert_eq!(words("sh -c 'a \"b\"' \"\"").as_deref(), Some("sh|-c|a \"b\"|"));
        assert_eq!(words("sh -c 'a"), None);
    }

    #[test]
    fn every_command_of_the_lessons_is_one_that_docker_knows() {
        for source in embedded() {
            let lesson = Lesson::parse(&source).expect("lessons are well formed");
            let commands = lesson.script.steps.iter().filter_map(|step| Some((step.run.as_deref()?, step.refused)));
            for (command, refused) in commands.filter(|(command, _)| !command.contains("{{top}}")) {
                let command = command.replace("{{outside}}", "192.0.2.1");
                assert_eq!(command_parses(&command).is_err(), refused, "{command}");
            }
        }
        assert!(command_parses("docker runn x").is_err());
        assert!(command_parses("podman run x").is_err());
        assert!(command_parses("docker run --no-such-flag x").is_err());
    }

    #[test]
    fn lessons_of_a_directory_stand_in_for_those_of_the_program() {
        let dir = tempfile::tempdir().unwrap();
        let lesson = dir.path().join("07-mine");
        std::fs::create_dir(&lesson).unwrap();
        let files = [
            ("lesson.toml", "id = \"07\"\nslug = \"mine\"\nrecording = \"none\"\n[[step]]\nid = \"a\"\n"),
            ("ko.md", "# 제목\n## a: 하나\n본문\n"),
            ("en.md", "# Title\n## a: One\ntext\n### goal no\nsuch\n"),
        ];
        files.iter().for_each(|(name, text)| std::fs::write(lesson.join(name), text).unwrap());
        let mut out = Vec::new();
        list(Some(dir.path()), Lang::Ko, &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("제목"));

        let mut out = Vec::new();
        assert!(!check(Some(dir.path()), &[], Lang::En, &mut out).unwrap());
        let said = String::from_utf8(out).unwrap();
        assert!(said.contains("07-mine/en.md") && said.contains("### goal no"), "{said}");
        assert!(said.contains("`none` cannot be read"), "{said}");

        assert_eq!(of_directory(dir.path()).unwrap()[0].folder, "07-mine");
        std::fs::write(lesson.join("lesson.toml"), "id = 7").unwrap();
        let problems = of_directory(dir.path()).expect_err("a window must not open without it in silence");
        let said = Words::new(Lang::En).problem(&problems[0]);
        assert!(said.contains("07-mine/lesson.toml"), "{said}");
    }
}
