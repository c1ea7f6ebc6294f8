//! Engines that come and go: found on the start page, attached to by a click, waited for when they die.

use crate::common::{Window, app, click, open};
use crate::engine::{Engine, everyone, good, output};
use dockwalk::client::StartOptions;
use dockwalk::i18n::Lang;
use dockwalk::trace::Code;
use dockwalk::ui::engines::{Place, look};
use dockwalk::ui::live::{self, Wanted, Way};
use dockwalk::ui::source::News;
use dockwalk::ui::state::Origin;
use dockwalk::ui::{Open, Options};
use egui_kittest::kittest::Queryable;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn window(engine: &Engine, start: Open) -> Window {
    let (socket, root) = (Some(engine.socket()), Some(engine.root()));
    open(Options { lang: Some(Lang::Ko), open: start, socket, root, ..Options::default() }, (1440.0, 900.0))
}

/// Frames until it is so. The limit is for what hangs.
fn until(window: &mut Window, what: &str, so: impl Fn(&Window) -> bool) {
    let begun = Instant::now();
    while !so(window) {
        assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}");
        std::thread::sleep(Duration::from_millis(10));
        window.step();
    }
    window.run_steps(2);
}

fn says(window: &Window, text: &str) -> bool {
    window.query_all_by_label_contains(text).next().is_some()
}

#[test]
fn the_start_page_lists_the_engines_and_what_they_hold_and_a_click_attaches() {
    let Some(who) = everyone().into_iter().next() else { return };
    let engine = Engine::start(who);
    good(engine.dockwalk(&["docker", "create", "lab/shell:1"]));
    let mut window = window(&engine, Open::Start);
    until(&mut window, "the engine is listed", |window| says(window, "지정한 엔진 보기"));
    assert!(says(&window, "컨테이너 1개(실행 중 0개) · 이미지 1개"));
    let label = "지정한 엔진 보기";
    window.get_all_by_label_contains(label).next().unwrap().click();
    until(&mut window, "it is looked at", |window| app(window).state.is_live());
    until(&mut window, "its container is there", |window| app(window).state.world().containers.len() == 1);
}

#[test]
fn an_engine_is_found_once_however_it_is_named() {
    let Some(who) = everyone().into_iter().next() else { return };
    let engine = Engine::start(who);
    let options = StartOptions { socket: Some(engine.socket()), root: Some(engine.root()), ..StartOptions::default() };
    let found = look(&options);
    let here: Vec<_> = found.iter().filter(|it| it.socket == engine.socket()).collect();
    assert_eq!(here.len(), 1, "{found:?}");
    assert_eq!((here[0].place, here[0].containers, here[0].images), (Place::Named, 0, 0));
    assert!(here[0].info.steps > 3, "what it did at its start: {:?}", here[0].info);
}

#[test]
fn an_engine_that_dies_is_said_to_be_gone_and_looked_at_again_when_it_is_back() {
    let Some(who) = everyone().into_iter().next() else { return };
    let mut engine = Engine::start(who);
    let mut window = window(&engine, Open::Engine);
    until(&mut window, "live", |window| says(window, "실시간") && !app(window).state.trace.is_empty());
    engine.kill();
    until(&mut window, "gone", |window| says(window, "엔진이 응답하지 않음"));
    assert!(!says(&window, "실시간"));
    // Long enough for a window that takes no news to have its queue full.
    std::thread::sleep(Duration::from_secs(5));
    engine.start_again();
    until(&mut window, "back", |window| says(window, "실시간"));
    assert!(!says(&window, "엔진이 응답하지 않음"));
    until(&mut window, "its trace", |window| !app(window).state.trace.is_empty());
}

#[test]
fn a_click_on_the_gate_opens_it_for_commands_from_outside_and_another_closes_it() {
    for who in everyone() {
        let engine = Engine::start(who);
        if nix::unistd::getuid().is_root() && engine.client().info().unwrap().rootless {
            continue;
        }
        let mut window = window(&engine, Open::Engine);
        until(&mut window, "closed", |window| says(window, "게이트 닫힘"));
        let mut child = engine.dockwalk(&["docker", "volume", "create", "notes"]).spawn().unwrap();
        until(&mut window, "who waits", |window| says(window, &format!("밖의 dockwalk(PID {}) 대기 중", child.id())));
        let closed = "게이트 닫힘";
        window.get_all_by_label_contains(closed).next().unwrap().click();
        until(&mut window, "open", |window| says(window, "게이트 열림"));
        assert!(child.wait().unwrap().success(), "what waited goes on");
        good(engine.dockwalk(&["docker", "volume", "create", "more"]));
        click(&mut window, "게이트 열림");
        until(&mut window, "closed again", |window| says(window, "게이트 닫힘"));
        assert!(engine.client().gate().unwrap().held);
        assert!(!engine.client().gate().unwrap().open);
    }
}

#[test]
fn a_window_that_sleeps_is_woken_by_what_happens_and_by_nothing_else() {
    let Some(who) = everyone().into_iter().next() else { return };
    let mut engine = Engine::start(who);
    let woken = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&woken);
    let options = StartOptions { socket: Some(engine.socket()), ..StartOptions::default() };
    let wake = move || {
        counted.fetch_add(1, Ordering::SeqCst);
    };
    let link = live::connect(Wanted { options, way: Way::Attach }, wake);
    let hears = |what: &str, so: &dyn Fn(&News) -> bool| {
        let begun = Instant::now();
        loop {
            match link.news.recv_timeout(Duration::from_secs(20)) {
                Ok(news) if so(&news) => return,
                Ok(_) => assert!(begun.elapsed() < Duration::from_secs(30), "never: {what}"),
                Err(error) => panic!("never: {what}: {error}"),
            }
        }
    };
    hears("connected", &|news| matches!(news, News::Connected { .. }));
    hears("the gate", &|news| matches!(news, News::Gate(_)));
    // A window in which nothing happens takes nothing, and is not woken.
    std::thread::sleep(Duration::from_secs(6));
    let before = woken.load(Ordering::SeqCst);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(woken.load(Ordering::SeqCst), before, "nothing happened: nobody is woken");
    // It takes something only when it is woken.
    let wakes = |what: &str, before: usize| {
        let begun = Instant::now();
        while woken.load(Ordering::SeqCst) == before {
            assert!(begun.elapsed() < Duration::from_secs(20), "nobody is woken: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    };
    let client = engine.client();
    client.command(&dockwalk::client::GateCommand::Open).unwrap();
    wakes("another opened the gate", before);
    good(engine.dockwalk(&["docker", "volume", "create", "notes"]));
    hears("what happened", &|news| matches!(news, News::Events(_)));
    std::thread::sleep(Duration::from_secs(6));
    link.news.try_iter().for_each(drop);
    let before = woken.load(Ordering::SeqCst);
    engine.kill();
    wakes("it is gone", before);
    hears("it is gone", &|news| matches!(news, News::Lost(_)));
    // First that it broke off, then that nobody answers.
    std::thread::sleep(Duration::from_secs(1));
    let before = woken.load(Ordering::SeqCst);
    std::thread::sleep(Duration::from_secs(3));
    assert_eq!(woken.load(Ordering::SeqCst), before, "it is asked for, and nobody is woken for that");
    engine.start_again();
    wakes("it is back", before);
    hears("it is another", &|news| matches!(news, News::Connected { .. }));
}

#[test]
fn attaching_starts_no_engine() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("engine.sock");
    let mut window = open(Options { lang: Some(Lang::Ko), ..Options::default() }, (1024.0, 700.0));
    crate::common::tell(&mut window, dockwalk::ui::command::SourceCommand::Attach(socket.clone()));
    until(&mut window, "an answer", |window| matches!(app(window).state.origin, Origin::Failed(_)));
    assert!(!socket.exists());
    click(&mut window, "시작 화면으로");
}

const INSIDE: &str = "DOCKWALK_TEST_INSIDE";

/// Runs the test of that name in a process of its own, with that `DOCKER_HOST`.
fn with_docker_host(name: &str, host: &str) {
    let me = std::env::current_exe().unwrap();
    let mut again = std::process::Command::new(me);
    again.args(["--exact", name, "--nocapture"]).env(INSIDE, "1").env("DOCKER_HOST", host);
    let out = output(again);
    assert!(out.status.success(), "{host}: {}", String::from_utf8_lossy(&out.stdout));
}

#[test]
fn the_window_looks_at_the_engine_that_docker_host_names() {
    if std::env::var_os(INSIDE).is_some() {
        let options = Options { lang: Some(Lang::Ko), open: Open::Engine, ..Options::default() };
        let mut window = open(options, (1024.0, 700.0));
        until(&mut window, "live", |window| app(window).state.is_live());
        let host = std::env::var("DOCKER_HOST").unwrap();
        let socket = app(&window).state.socket.clone().unwrap();
        assert_eq!(format!("unix://{}", socket.display()), host);
        let found = look(&StartOptions::default());
        assert!(found.iter().any(|it| it.place == Place::DockerHost && it.socket == socket), "{found:?}");
        return;
    }
    let Some(who) = everyone().into_iter().next() else { return };
    let engine = Engine::start(who);
    let name = "engines::the_window_looks_at_the_engine_that_docker_host_names";
    with_docker_host(name, &format!("unix://{}", engine.socket().display()));
}

#[test]
fn a_docker_host_that_is_no_engine_of_ours_is_said_and_none_is_started() {
    if std::env::var_os(INSIDE).is_some() {
        let options = Options { lang: Some(Lang::Ko), open: Open::Engine, ..Options::default() };
        let mut window = open(options, (1024.0, 700.0));
        until(&mut window, "an answer", |window| matches!(app(window).state.origin, Origin::Failed(_)));
        let Origin::Failed(problem) = &app(&window).state.origin else { unreachable!() };
        let expected = std::env::var("DOCKER_HOST").unwrap();
        let code = match expected.as_str() {
            "tcp://127.0.0.1:2375" => Code::DockerHostNotUnix,
            "unix:///no/such.sock" => Code::EngineUnreachable,
            _ => Code::EngineNotDockwalk,
        };
        assert_eq!(problem.code, code);
        return;
    }
    let name = "engines::a_docker_host_that_is_no_engine_of_ours_is_said_and_none_is_started";
    with_docker_host(name, "tcp://127.0.0.1:2375");
    with_docker_host(name, "unix:///no/such.sock");
    // One that answers as Docker does, and knows nothing of dockwalk.
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("docker.sock");
    let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = [0; 4096];
            let read = stream.read(&mut head).unwrap();
            let ping = String::from_utf8_lossy(&head[..read]).contains("/_ping");
            let (status, body) =
                if ping { ("200 OK", "OK") } else { ("404 Not Found", r#"{"message":"page not found"}"#) };
            let length = body.len();
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}").unwrap();
        }
    });
    with_docker_host(name, &format!("unix://{}", socket.display()));
}
