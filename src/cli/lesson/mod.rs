//! `dockwalk lesson …`

mod files;
mod follow;
mod pty;
mod report;
mod run;

pub use files::of_directory;

use super::args::LessonCommand;
use super::{Args, Done, Failure, complain, engine_of, out};
use crate::i18n::Words;
use crate::trace::{Code, Problem};
use run::{RunOptions, run_headless};

pub(super) fn run(args: &Args, command: &LessonCommand, words: &Words) -> Done {
    let (dir, lang) = (args.lessons.as_deref(), words.lang());
    let print = &mut out::writer();
    let good = match command {
        LessonCommand::List => files::list(dir, lang, print).map(|()| true),
        LessonCommand::Check { names } => files::check(dir, names, lang, print),
        LessonCommand::Run { lesson, headless: false, .. } => {
            Err(vec![Problem::new(Code::LessonRunWindow).with("lesson", lesson)])
        }
        LessonCommand::Run { lesson, headless: true, record } => {
            let options = RunOptions {
                lesson: lesson.clone(),
                lessons: args.lessons.clone(),
                record: record.clone(),
                engine: crate::client::StartOptions { ends_with_us: true, ..engine_of::options(args) },
            };
            run_headless(&options, lang, print)
        }
    };
    match good {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::Status(1)),
        Err(problems) => {
            problems.iter().for_each(|problem| complain(words, problem));
            // No containers here: the lesson can still be watched.
            let locked = |problem: &Problem| matches!(problem.code, Code::UsernsRefused | Code::RootIsLimited);
            if let (LessonCommand::Run { lesson, .. }, true) = (command, problems.iter().any(locked)) {
                out::complaint(words.say_with("cli-play-recording", &[("lesson", lesson)]));
            }
            Err(Failure::Status(1))
        }
    }
}
