//! Lists tests and runs one, in the words that nextest uses: `--list --format terse`, `NAME --exact`.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, exit};

/// A name, and what it does.
#[derive(Clone, Copy)]
pub struct Test {
    pub name: &'static str,
    pub run: fn(),
}

/// Who runs a test.
const WHO: [&str; 2] = ["root", "user"];
/// An ordinary user for the tests, with ids to give away.
const USER: &str = "dockwalk-test";

pub fn main(tests: &[Test]) {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let names: Vec<String> =
        WHO.iter().flat_map(|who| tests.iter().map(move |test| format!("{who}::{}", test.name))).collect();
    if args.iter().any(|arg| arg == "--list") {
        if !args.iter().any(|arg| arg == "--ignored") {
            names.iter().for_each(|name| println!("{name}: test"));
        }
        return;
    }
    let filters: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-')).collect();
    let exact = args.iter().any(|arg| arg == "--exact");
    let wanted = |name: &&String| {
        filters.is_empty() || filters.iter().any(|f| if exact { *f == *name } else { name.contains(f.as_str()) })
    };
    let chosen: Vec<&String> = names.iter().filter(wanted).collect();
    match chosen.as_slice() {
        [name] if exact => run(tests, name),
        _ => run_each(&chosen),
    }
}

fn run_each(names: &[&String]) {
    let me = std::env::current_exe().expect("own path");
    let failed: Vec<_> = names
        .iter()
        .filter(|name| {
            let well = Command::new(&me).args([name.as_str(), "--exact"]).status().expect("run").success();
            println!("test {name} ... {}", if well { "ok" } else { "FAILED" });
            !well
        })
        .collect();
    if !failed.is_empty() {
        println!("failed: {failed:?}");
        exit(1);
    }
}

fn run(tests: &[Test], name: &str) {
    let (who, name) = name.split_once("::").expect("who::name");
    let test = tests.iter().find(|test| test.name == name).expect("a listed test");
    let root = nix::unistd::getuid().is_root();
    match (who, root) {
        ("root", false) => lack("not root"),
        ("user", true) => become_user(&format!("{who}::{name}")),
        _ => {}
    }
    (test.run)();
}

/// This machine lacks something: the test is skipped, and says so; or fails where nothing may be skipped.
fn lack(what: &str) -> ! {
    println!("skipped: {what}");
    exit(if std::env::var("DOCKWALK_TEST_REQUIRE").is_ok_and(|value| value == "1") { 1 } else { 0 })
}

/// Runs this test again as an ordinary user, made when there is none.
fn become_user(test: &str) -> ! {
    let sh = |line: &str| Command::new("sh").args(["-c", line]).status().is_ok_and(|status| status.success());
    if !sh(&format!("id -u {USER} >/dev/null 2>&1 || useradd --shell /bin/sh {USER}")) {
        lack("no ordinary user, and useradd does not make one");
    }
    for file in ["/etc/subuid", "/etc/subgid"] {
        if !sh(&format!("grep -q '^{USER}:' {file} || echo '{USER}:700000:65536' >> {file}")) {
            lack("no subordinate ids");
        }
    }
    if !Path::new("/usr/bin/newuidmap").exists() {
        lack("no newuidmap (package uidmap)");
    }
    let me = std::env::current_exe().expect("own path");
    let error = Command::new("setpriv")
        .args(["--reuid", USER, "--regid", USER, "--init-groups", "--inh-caps=-all", "--"])
        .arg(me)
        .args([test, "--exact"])
        .env("HOME", "/")
        .env_remove("XDG_RUNTIME_DIR")
        .exec();
    lack(&format!("setpriv: {error}"))
}
