//! The command line of dockwalk: finds out what is wanted and hands it on.

use dockwalk::cli::{self, Args, out};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args = cli::parse();
    let words = dockwalk::i18n::Words::new(args.language());
    match &args.command {
        None => window(&args, &words),
        #[cfg(feature = "engine")]
        Some(cli::Command::Engine { mode, while_stdin, registry_mirror, insecure_registry, trace_limit, lesson }) => {
            let asked = engine::Asked {
                mode: *mode,
                while_stdin: *while_stdin,
                mirrors: registry_mirror,
                insecure: insecure_registry,
                trace_limit,
                lesson: lesson.as_deref(),
            };
            engine::run(&args, &asked, &words)
        }
        #[cfg(feature = "engine")]
        Some(cli::Command::Registry { listen, command: None }) => engine::registry(&args, *listen, &words),
        #[cfg(feature = "engine")]
        Some(cli::Command::Doctor { json }) => cli::doctor::report(&dockwalk::engine::probe::examine(), *json, &words),
        Some(_) => cli::run(&args, &words),
    }
}

#[cfg(feature = "gui")]
fn window(args: &Args, words: &dockwalk::i18n::Words) -> ExitCode {
    use dockwalk::ui::{Open, Options, run};
    let app = args.app_options();
    let open = match (app.trace, app.lesson) {
        (Some(file), Some(lesson)) => Open::LessonOn(lesson, file),
        (Some(file), None) => Open::Recording(file),
        (None, Some(lesson)) => Open::Lesson(lesson),
        (None, None) => Open::Start,
    };
    let lessons = match app.lessons.as_deref().map(cli::lessons_of).transpose() {
        Ok(lessons) => lessons,
        Err(problems) => {
            problems.iter().for_each(|problem| cli::complain(words, problem));
            return ExitCode::FAILURE;
        }
    };
    let progress = Some(dockwalk::client::place::root(app.root.as_deref()).join("progress.json"));
    let grammar = Some(cli::grammar as fn(_) -> _);
    let (lang, socket, root, present) = (app.lang, app.socket, app.root, app.present);
    match run(Options { open, lang, socket, root, present, lessons, progress, grammar }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            cli::complain(words, &error.problem());
            out::complaint(words.say("cli-without-window"));
            ExitCode::from(2)
        }
    }
}

#[cfg(not(feature = "gui"))]
fn window(_args: &Args, words: &dockwalk::i18n::Words) -> ExitCode {
    out::complaint(words.say("cli-built-without-window"));
    out::complaint(words.say("cli-without-window"));
    ExitCode::from(2)
}

#[cfg(feature = "engine")]
mod engine {
    use super::{Args, ExitCode, cli, out};
    use dockwalk::cli::args::ModeName;
    use dockwalk::client::{place, protocol::EngineInfo, trust};
    use dockwalk::engine::conductor::Limit;
    use dockwalk::engine::{Fault, registry::Builtin, run};
    use dockwalk::i18n::{Lang, Words};
    use tracing_subscriber::filter::Targets;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::util::SubscriberInitExt;

    /// What the command line says of an engine.
    pub struct Asked<'a> {
        pub mode: ModeName,
        pub while_stdin: bool,
        pub trace_limit: &'a str,
        pub mirrors: &'a [String],
        pub insecure: &'a [String],
        pub lesson: Option<&'a str>,
    }

    /// Runs the engine in the foreground.
    pub fn run(args: &Args, asked: &Asked<'_>, words: &Words) -> ExitCode {
        log();
        let root = args.root.as_deref();
        let socket = place::socket(args.socket.as_deref(), root);
        // An empty variable of the environment is a list of one empty name.
        let named = |names: &[String]| names.iter().filter(|name| !name.is_empty()).cloned().collect();
        let (mirrors, insecure) = (named(asked.mirrors), named(asked.insecure));
        let (root, mode, while_stdin) = (place::root(root), asked.mode.into(), asked.while_stdin);
        let (root, emptied) = match asked.lesson {
            Some(id) => (place::lesson_root(&root, id), true),
            None => (root, false),
        };
        let trace_limit = match Limit::parse(asked.trace_limit) {
            Ok(limit) => limit,
            Err(fault) => return fail(&fault, words),
        };
        let options = run::Options { root, socket, mode, while_stdin, mirrors, insecure, trace_limit, emptied };
        let ready = |info: &EngineInfo| {
            let socket = dockwalk::spec::visible::path(&info.socket);
            for words in Lang::ALL.map(Words::new) {
                out::line(words.say_with("cli-engine-listens", &[("socket", &socket)]));
            }
        };
        match run::run(&options, ready) {
            Ok(()) => ExitCode::SUCCESS,
            Err(fault) => fail(&fault, words),
        }
    }

    /// Runs the built-in registry alone, until it is killed.
    pub fn registry(args: &Args, listen: std::net::SocketAddr, words: &Words) -> ExitCode {
        log();
        let root = match trust::claim(&place::root(args.root.as_deref())) {
            Ok(root) => root,
            Err(problem) => {
                cli::complain(words, &problem);
                return ExitCode::FAILURE;
            }
        };
        match Builtin::serve(listen, &root.join("builtin")) {
            Err(fault) => fail(&fault, words),
            Ok(registry) => {
                let addr = registry.addr().to_string();
                out::line(words.say_with("cli-registry-listens", &[("addr", &addr)]));
                loop {
                    std::thread::park();
                }
            }
        }
    }

    fn fail(fault: &Fault, words: &Words) -> ExitCode {
        cli::complain(words, &fault.problem);
        ExitCode::FAILURE
    }

    fn log() {
        let filter = std::env::var("DOCKWALK_LOG").ok().and_then(|filter| filter.parse::<Targets>().ok());
        let filter = filter.unwrap_or_else(|| Targets::new().with_default(tracing::Level::WARN));
        // No colours: an escape sequence in the log would be somebody else's.
        let log = tracing_subscriber::fmt::layer().with_ansi(false).with_writer(out::LogWriter::default);
        tracing_subscriber::registry().with(log).with(filter).init();
    }
}
