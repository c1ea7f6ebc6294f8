//! Health checks: run in the container, counted, shown, told.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};
use std::time::Duration;

/// Healthy as long as the file is there.
const CHECK: &str = "echo looked; test -e /well";

pub fn area(side: &Side<'_>) {
    judged(side);
    outputs(side);
    images(side);
    refused(side);
}

fn soon(what: &str, reached: impl Fn() -> bool) {
    for _ in 0..1000 {
        if reached() {
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    panic!("{what}");
}

/// Runs in the background with that check, each tenth of a second.
fn run(side: &Side<'_>, name: &str, check: &str, more: &[&str]) {
    let flags = ["run", "-d", "--name", name, "--health-cmd", check, "--health-interval", "100ms"];
    good(side.args(&[&flags, more, &[IMAGE, "sleep", "600"]].concat()));
}

fn health(side: &Side<'_>, name: &str) -> Value {
    side.get(&format!("/containers/{name}/json"))["State"]["Health"].clone()
}

fn becomes(side: &Side<'_>, name: &str, status: &str) {
    soon(&format!("{name} becomes {status}"), || health(side, name)["Status"] == status);
}

fn judged(side: &Side<'_>) {
    let begin = jiff::Timestamp::now().as_second();
    run(side, "box", CHECK, &["--health-retries", "2", "--health-start-period", "0s"]);
    let listed = |filter: &str| side.good(&format!("ps -a -q -f name=box -f health={filter}")).lines().count();
    becomes(side, "box", "unhealthy");
    let shown = health(side, "box");
    assert!(shown["FailingStreak"].as_i64().unwrap() >= 2, "{shown}");
    assert!(side.good("ps -f name=box").contains("(unhealthy)"));
    assert_eq!((listed("unhealthy"), listed("healthy"), listed("none"), listed("starting")), (1, 0, 0, 0));
    side.good("exec box touch /well");
    becomes(side, "box", "healthy");
    assert!(side.good("ps -f name=box").contains("(healthy)"));
    assert_eq!((listed("healthy"), listed("unhealthy")), (1, 0));
    soon("five are kept", || health(side, "box")["Log"].as_array().unwrap().len() == 5);
    let shown = health(side, "box");
    let last = &shown["Log"][4];
    assert_eq!(
        (&shown["FailingStreak"], &last["ExitCode"], &last["Output"]),
        (&0.into(), &0.into(), &"looked\n".into())
    );
    assert!(last["Start"].as_str().unwrap() < last["End"].as_str().unwrap(), "{last}");

    // Nobody looks after who stands still, or has ended.
    if side.output(&["pause", "box"]).status.success() {
        let first = health(side, "box")["Log"][4].clone();
        std::thread::sleep(Duration::from_millis(400));
        let shown = health(side, "box");
        assert_eq!((&shown["Status"], &shown["Log"][4]["Start"]), (&"unhealthy".into(), &first["Start"]), "{shown}");
        assert!(side.good("ps -f name=box").contains("(Paused)"));
        side.good("unpause box");
        becomes(side, "box", "healthy");
    }
    side.good("kill box");
    side.good("wait box");
    let shown = health(side, "box");
    assert_eq!((&shown["Status"], shown["Log"].as_array().unwrap().len()), (&"unhealthy".into(), 5));
    assert_eq!(listed("unhealthy"), 1);
    assert!(side.good("ps -a -f name=box").contains("Exited (137)"));
    let end = jiff::Timestamp::now().as_second() + 1;
    let events = |filter: &str| {
        let line = format!("events --since {begin} --until {end} -f container=box -f event={filter}");
        side.good(&line).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let said = events("health_status");
    assert!(said.len() >= 2 && said[0].contains("health_status: unhealthy"), "{said:?}");
    assert!(said[1].contains("health_status: healthy") && said[1].contains("name=box"), "{said:?}");
    let begun = events("exec_create");
    assert!(
        begun[0].contains(&format!("exec_create: /bin/sh -c {CHECK}")) && begun[0].contains("execID="),
        "{begun:?}"
    );
    assert!(events("exec_die").iter().any(|line| line.contains("exitCode=1")));
    side.good("start box");
    assert_eq!(health(side, "box")["Status"], "starting");
    assert!(side.good("ps -f name=box").contains("(health: starting)"));
    becomes(side, "box", "healthy");
    side.good("rm -f box");
}

/// What is printed is kept up to an end; who takes too long is killed; and who has time to start is not counted.
fn outputs(side: &Side<'_>) {
    run(side, "long", "head -c 5000 /dev/zero | tr '\\0' x; echo err >&2", &[]);
    becomes(side, "long", "healthy");
    let output = health(side, "long")["Log"][0]["Output"].as_str().unwrap().to_owned();
    assert_eq!((output.len(), output.ends_with("x...")), (4099, true));
    run(side, "late", "sleep 605", &["--health-timeout", "200ms", "--health-retries", "1"]);
    becomes(side, "late", "unhealthy");
    let probe = health(side, "late")["Log"][0].clone();
    assert_eq!((&probe["ExitCode"], &probe["Output"]), (&(-1).into(), &"Health check exceeded timeout (200ms)".into()));
    run(side, "early", "false", &["--health-start-period", "1h", "--health-retries", "1"]);
    soon("a probe", || health(side, "early")["Log"].as_array().unwrap().len() > 2);
    let shown = health(side, "early");
    assert_eq!((&shown["Status"], &shown["FailingStreak"]), (&"starting".into(), &0.into()), "{shown}");
    side.good("rm -f long late early");
}

/// Of an image: its own, another, none.
fn images(side: &Side<'_>) {
    side.image("lab/well:1", "HEALTHCHECK --interval=100ms --retries=1 CMD [\"cat\", \"/etc/hostname\"]");
    for (name, flags, status) in [
        ("own", &[][..], "healthy"),
        ("other", &["--health-cmd", "exit 1"], "unhealthy"),
        ("nobody", &["--no-healthcheck"], ""),
    ] {
        let run = [&["run", "-d", "--name", name], flags, &["lab/well:1", "sleep", "600"]].concat();
        good(side.args(&run));
        if status.is_empty() {
            assert_eq!(health(side, name), Value::Null);
            assert_eq!(side.good(&format!("ps -q -f name={name} -f health=none")).lines().count(), 1);
        } else {
            becomes(side, name, status);
        }
    }
    // It goes into an image that is made of the container.
    side.good("commit other lab/other:1");
    let kept = side.get("/images/lab/other:1/json")["Config"]["Healthcheck"].clone();
    assert_eq!((&kept["Test"], &kept["Retries"]), (&json!(["CMD-SHELL", "exit 1"]), &1.into()), "{kept}");
    side.good("rm -f own other nobody");
    side.good("rmi lab/well:1 lab/other:1");
    // A program that is not there is as good as one that fails.
    let body = json!({"Image": IMAGE, "Cmd": ["sleep", "600"],
        "Healthcheck": {"Test": ["CMD", "/no/such"], "Interval": 100_000_000, "Retries": 1}});
    let (status, said) = side.post("/containers/create?name=missing", &body.to_string());
    assert_eq!(status, 201, "{}", text(&said));
    assert_eq!(health(side, "missing"), Value::Null, "it has not started");
    side.good("start missing");
    becomes(side, "missing", "unhealthy");
    assert_ne!(health(side, "missing")["Log"][0]["ExitCode"], 0);
    side.good("rm -f missing");
}

fn refused(side: &Side<'_>) {
    for flags in [
        "--no-healthcheck --health-cmd true",
        "--health-interval -1s --health-cmd true",
        "--health-timeout 5 --health-cmd true",
        "--health-retries -1 --health-cmd true",
        "--health-start-period 1ns --health-cmd true",
    ] {
        let said = side.output(&format!("create {flags} {IMAGE}").split(' ').collect::<Vec<_>>());
        assert!(!said.status.success(), "{flags}");
    }
}
