//! What a learner types wrong, what a registry sends wrong, what a machine does not allow: each has a message that names
//! the thing, the cause and the way out, in both languages, and leaves nothing behind.
//!
//! A message is compared with what [`Words`] make of the problem that the engine recorded, so a message that lost its
//! variables, its language or its way to the user is found.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]
#![cfg(feature = "engine")]

#[path = "common/engine.rs"]
mod engine;
#[path = "bad_input/files.rs"]
mod files;
#[path = "bad_input/kept.rs"]
mod kept;
#[path = "bad_input/left.rs"]
mod left;
#[path = "bad_input/locked.rs"]
mod locked;
#[path = "bad_input/not_made.rs"]
mod not_made;
#[path = "bad_input/output.rs"]
mod output;
#[path = "bad_input/owners.rs"]
mod owners;
#[path = "bad_input/pulling.rs"]
mod pulling;
#[path = "bad_input/registry.rs"]
#[allow(dead_code, reason = "each test file uses a part of it")]
mod registry;
#[path = "bad_input/running.rs"]
mod running;

use dockwalk::i18n::{Lang, Words};
use dockwalk::trace::{Body, Code, Outcome, Problem, log};
use engine::{Engine, Who, everyone, fails, good, lack};
use left::Left;
use std::process::Command;

/// `dockwalk docker …` in that language.
fn ours(engine: &Engine, lang: Lang, args: &[&str]) -> Command {
    let mut command = engine.dockwalk(&[&["docker"], args].concat());
    command.env("DOCKWALK_LANG", code(lang));
    command
}

fn code(lang: Lang) -> &'static str {
    match lang {
        Lang::Ko => "ko",
        Lang::En => "en",
    }
}

fn has_docker() -> bool {
    let there = Command::new(engine::DOCKER).arg("--version").output().is_ok_and(|out| out.status.success());
    if !there {
        lack("no docker CLI");
    }
    there
}

/// The failure that the engine recorded last.
fn recorded(engine: &Engine) -> Problem {
    let text = good(engine.dockwalk(&["trace", "export", "-"]));
    let trace = log::read(text.as_bytes()).unwrap().trace;
    let failed = trace.events().rev().find_map(|event| match &event.body {
        Body::OpEnded { outcome: Outcome::Failed(problem), .. } => Some(problem.clone()),
        _ => None,
    });
    failed.expect("an operation that failed is in the trace")
}

/// The line in which `dockwalk docker` says it.
fn line(lang: Lang, problem: &Problem) -> String {
    let text = Words::new(lang).problem(problem);
    assert!(!text.starts_with(problem.code.name()), "{lang:?} has no words for {problem:?}");
    format!("docker: {text}\n")
}

/// Runs that command in both languages and with the real docker CLI. Each must end with `status`, and say as its last
/// words the problem that the engine recorded, which is returned. Nothing may be left but what was there before.
fn refuses(engine: &Engine, args: &[&str], status: i32, code: Code) -> Problem {
    let before = Left::by(engine);
    let mut problem = None;
    for lang in Lang::ALL {
        let said = fails(ours(engine, lang, args), status);
        let found = recorded(engine);
        assert_eq!(found.code, code, "{found:?}");
        assert!(said.ends_with(&line(lang, &found)), "{lang:?}: {said}\nis not about {found:?}");
        problem = Some(found);
        before.is_all_there_is(engine);
    }
    if has_docker() {
        let said = fails(engine.docker(args), status);
        let text = Words::new(Lang::En).problem(&recorded(engine));
        assert!(said.contains(&text), "{said}\nlacks {text}");
        before.is_all_there_is(engine);
    }
    problem.unwrap()
}

/// Does it with an engine of everyone who can start one here.
fn check(test: impl Fn(&Engine)) {
    for who in everyone() {
        println!("{who:?}");
        test(&Engine::start(who));
    }
}

/// The value of a variable of the message.
fn arg<'a>(problem: &'a Problem, name: &str) -> &'a str {
    problem.args.get(name).unwrap_or_else(|| panic!("{problem:?} has no {name}"))
}

/// Root is needed for what follows.
fn root_is_there() -> bool {
    let root = everyone().contains(&Who::Root);
    if !root {
        println!("skipped: only root can do this");
    }
    root
}
