//! Break the digest by clicks, in a window on a real engine: what is damaged is found out by the document that promised it,
//! never enters the store, and is fetched once it is mended.

use crate::common::{Window, click, open, tell};
use crate::engine::{Engine, everyone, output};
use dockwalk::i18n::Lang;
use dockwalk::spec::Digest;
use dockwalk::trace::{Content, Entity, Promise, World};
use dockwalk::ui::command::{PlaybackCommand, ViewCommand};
use dockwalk::ui::{Open, Options};
use egui_kittest::kittest::Queryable;
use std::process::Output;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

const IMAGE: &str = "lab/shell:1";
const REFERENCE: &str = "docker.io/lab/shell:1";

fn window(engine: &Engine) -> Window {
    let (socket, root) = (Some(engine.socket()), Some(engine.root()));
    let options = Options { lang: Some(Lang::Ko), open: Open::Engine, socket, root, ..Options::default() };
    open(options, (1440.0, 900.0))
}

fn world(window: &Window) -> &World {
    window.state().as_ref().unwrap().state.world()
}

/// Lets every step go that waits at the gate, until the World is so. The limit is for what hangs.
fn until(window: &mut Window, what: &str, so: impl Fn(&World) -> bool) {
    let begun = Instant::now();
    while !so(world(window)) {
        assert!(begun.elapsed() < Duration::from_secs(60), "never: {what}");
        window.step();
        if !window.state().as_ref().unwrap().state.waiting.is_empty() {
            tell(window, PlaybackCommand::Continue);
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    window.run_steps(3);
}

fn run(window: &mut Window, engine: &Engine, line: &[&str]) -> Output {
    let command = engine.dockwalk(line);
    let done: JoinHandle<Output> = std::thread::spawn(move || output(command));
    while !done.is_finished() {
        let ended = |world: &World| world.ops.values().all(|op| op.outcome.is_some());
        until(window, "the operation ends", ended);
    }
    done.join().unwrap()
}

fn pull(window: &mut Window, engine: &Engine) -> Output {
    let output = run(window, engine, &["docker", "pull", IMAGE]);
    // What the engine did is heard a moment after the command has ended.
    window.run_steps(2);
    output
}

#[test]
fn one_click_breaks_it_the_promise_catches_it_and_one_click_mends_it() {
    let Some(who) = everyone().first().copied() else { return };
    let engine = Engine::start(who);
    let mut window = window(&engine);
    until(&mut window, "a live engine", |world| world.host.is_some());
    let pulled = pull(&mut window, &engine);
    assert!(pulled.status.success(), "{}", String::from_utf8_lossy(&pulled.stderr));
    until(&mut window, "the image is here", |world| world.tags.contains_key(REFERENCE));

    let seen = world(&window).clone();
    let index = seen.remote_tags[REFERENCE].target.digest.clone();
    let manifest = seen.chosen[&index].clone();
    let document = seen.manifests[&manifest].clone();
    let (config, layer) = (document.config.digest.clone(), document.layers[1].digest.clone());
    let table = [
        (Content::Blob, layer, Promise::Manifest(manifest.clone()), "매니페스트의 디스크립터"),
        (Content::Config, config, Promise::Manifest(manifest.clone()), "매니페스트의 디스크립터"),
        (Content::Manifest, manifest, Promise::Index(index.clone()), "인덱스의 디스크립터"),
        (Content::Index, index, Promise::Header, "Docker-Content-Digest"),
    ];
    for (content, digest, by, said) in table {
        breaks(&mut window, &engine, content, &digest, &by, said);
    }
}

fn breaks(window: &mut Window, engine: &Engine, content: Content, digest: &Digest, by: &Promise, said: &str) {
    let in_store = || engine.root().join("blobs/sha256").join(digest.hex());
    tell(window, ViewCommand::Tab(0));
    tell(window, ViewCommand::Select(Some(content.entity(digest))));
    assert!(in_store().exists(), "{content:?} is in the store at first");
    click(window, "비트 하나 뒤집기");
    until(window, "damaged", |world| world.damaged.contains_key(digest));
    assert!(window.get_all_by_label_contains("레지스트리에서 깨짐").next().is_some(), "{content:?} is drawn broken");
    // What is here already would not be fetched: that is offered to be removed first, as commands.
    window.get_by_label("실행: docker rmi lab/shell:1");
    window.get_by_label("실행: docker pull lab/shell:1");

    let removed = run(window, engine, &["docker", "rmi", IMAGE]);
    assert!(removed.status.success(), "{}", String::from_utf8_lossy(&removed.stderr));
    let failed = pull(window, engine);
    assert!(!failed.status.success(), "{content:?}: what is broken was accepted");
    until(window, "rejected", |world| world.rejected.contains_key(digest));
    assert_eq!(world(window).rejected[digest].by, *by);
    assert!(!in_store().exists(), "{content:?}: bytes that are not what was promised are in the store");
    assert!(!world(window).tags.contains_key(REFERENCE));

    let caught = format!("잡아낸 것: {said}");
    assert!(window.get_all_by_label_contains(&caught).next().is_some(), "{content:?}: {caught}");
    let problem = world(window).rejected[digest].problem.clone();
    for name in ["expected", "computed"] {
        assert!(window.get_all_by_label_contains(&problem.args[name]).next().is_some(), "{content:?}: {name}");
    }
    assert_ne!(problem.args["expected"], problem.args["computed"]);

    tell(window, ViewCommand::Select(Some(content.entity(digest))));
    click(window, "고치기");
    until(window, "mended", |world| world.damaged.is_empty());
    let again = pull(window, engine);
    assert!(again.status.success(), "{}", String::from_utf8_lossy(&again.stderr));
    until(window, "here again", |world| world.tags.contains_key(REFERENCE));
    assert!(in_store().exists() && !world(window).rejected.contains_key(digest));
    assert!(world(window).has(&content.entity(digest)) || matches!(content.entity(digest), Entity::Blob(_)));
}
