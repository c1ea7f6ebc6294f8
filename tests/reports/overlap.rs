//! What is asked of one container at the same time: one waits for the other, and finds what has become of it.

use crate::side::{IMAGE, Side, text};
use std::process::{Child, Output, Stdio};

/// How often the same is asked at once.
const CROWD: usize = 3;

/// Hears that it is to end, says so and goes on.
const DEAF: &str = "trap 'echo asked' TERM; echo ready; while :; do sleep 0.05; done";
const HEARS: &str = "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done";

pub fn area(side: &Side<'_>) {
    starts(side);
    ends(side);
    restarts(side);
    pauses(side);
    changes(side);
    files(side);
    removals(side);
}

fn begin(side: &Side<'_>, line: &str) -> Child {
    side.line(line).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// All at once: what became of each.
fn together(side: &Side<'_>, lines: &[&str]) -> Vec<Output> {
    let all: Vec<_> = lines.iter().map(|line| begin(side, line)).collect();
    all.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

/// The same, where each goes well or says one of these; how many went well.
fn race(side: &Side<'_>, lines: &[&str], words: &[&str]) -> usize {
    let ended = together(side, lines);
    for (line, one) in lines.iter().zip(&ended) {
        let said = text(&one.stderr);
        assert!(one.status.success() || words.iter().any(|words| said.contains(words)), "{line}: {said}");
    }
    ended.iter().filter(|one| one.status.success()).count()
}

fn show(side: &Side<'_>, format: &str) -> String {
    side.good(&format!("inspect -f {format} box"))
}

fn starts(side: &Side<'_>) {
    side.good(&format!("create --name box {IMAGE} sleep 600"));
    assert_eq!(race(side, &["start box"; CROWD], &[]), CROWD, "who comes second finds it running");
    assert_eq!(show(side, "{{.State.Status}},{{.RestartCount}}"), "running,0");
    side.good("kill box");
    race(side, &["start box", "exec box true", "top box", "kill -s WINCH box"], &["is not running"]);
    race(side, &["restart -t 0 box", "start box", "kill -s WINCH box"], &["is not running"]);
    assert_eq!(show(side, "{{.State.Status}}"), "running");
    side.good("kill box");
    // Whichever is first: it is ended, or was not there yet.
    race(side, &["start box", "kill box", "start box"], &["is not running"]);
    race(side, &["start box", "stop -t 0 box", "stop -t 0 box"], &[]);
    side.good("rm -f box");
}

/// One that waits for the end of a container that does not want to end holds nobody up.
fn ends(side: &Side<'_>) {
    let stopping = |flags: &str| {
        side.start("box", flags, DEAF);
        let waits = begin(side, "stop -t 600 box");
        side.soon("box", "asked");
        waits
    };
    let waits = stopping("");
    side.good("kill box");
    assert!(waits.wait_with_output().unwrap().status.success());
    assert_eq!(side.good("wait box"), "137");
    side.good("rm box");
    for line in ["rm -f box", "restart -t 0 box"] {
        let waits = stopping("");
        race(side, &["exec box true", "update --restart no box"], &[]);
        side.good(line);
        assert!(waits.wait_with_output().unwrap().status.success(), "{line}");
        race(side, &["rm -f box"], &[]);
    }
    // Who goes away leaves nobody waiting.
    let mut waits = stopping("");
    waits.kill().unwrap();
    waits.wait().unwrap();
    side.good("rm -f box");

    side.start("box", "", HEARS);
    assert_eq!(race(side, &["stop box"; CROWD], &[]), CROWD);
    assert_eq!(show(side, "{{.State.Status}},{{.State.ExitCode}}"), "exited,7");
    side.good("start box");
    assert_eq!(race(side, &["kill box"; CROWD], &["is not running"]).min(1), 1);
    side.good("rm -f box");
}

fn restarts(side: &Side<'_>) {
    side.start("box", "--rm", HEARS);
    let id = show(side, "{{.Id}}");
    side.good("restart box");
    assert_eq!(show(side, "{{.Id}},{{.State.Status}}"), format!("{id},running"), "it is not over yet");
    // Docker's second may find it being taken away, as if the end that the first one made were its last; ours never does.
    let lost: &[&str] = if side.is_docker() { &["marked for removal", "No such container"] } else { &[] };
    if race(side, &["restart -t 0 box"; 2], lost) == 2 {
        assert_eq!(show(side, "{{.Id}},{{.State.Status}}"), format!("{id},running"));
    }
    race(side, &["rm -f box"], &["No such container", "is already in progress"]);
    crate::side::until("its end", || !side.good("ps -aq").contains(&id[..12]));
    side.start("box", "", HEARS);
    let gone = ["marked for removal", "No such container", "is already in progress", "is not running", "is dead"];
    race(side, &["rm -f box", "restart -t 0 box", "start box", "update --restart no box"], &gone);
    race(side, &["rm -f box"], &["No such container"]);

    // What waits to be started again can be ended by each of these.
    for line in ["stop box", "kill box"] {
        side.good(&format!("run -d --name box --restart always {IMAGE} false"));
        crate::side::until("a long wait", || {
            show(side, "{{.RestartCount}}").parse::<u32>().unwrap() > 1
                && show(side, "{{.State.Status}}") == "restarting"
        });
        side.good(line);
        crate::side::until("its end", || show(side, "{{.State.Status}}") == "exited");
        side.good("rm box");
    }
}

fn pauses(side: &Side<'_>) {
    side.start("box", "", "echo ready; sleep 600");
    if !side.output(&["pause", "box"]).status.success() {
        // Where no control group can be made: `paused` looks at what is said then.
        side.good("rm -f box");
        return;
    }
    side.good("unpause box");
    assert_eq!(race(side, &["pause box"; CROWD], &["is already paused"]), 1);
    assert_eq!(show(side, "{{.State.Status}}"), "paused");
    assert_eq!(race(side, &["unpause box"; CROWD], &["is not paused"]), 1);
    assert_eq!(show(side, "{{.State.Status}}"), "running");
    race(side, &["pause box", "top box", "update --memory-reservation 64m box", "unpause box"], &["is not paused"]);
    race(side, &["unpause box"], &["is not paused"]);
    // Prepared while it moved, begun while it does not.
    let (status, body) = side.post("/containers/box/exec", "{\"Cmd\":[\"true\"]}");
    assert_eq!(status, 201);
    let id = serde_json::from_slice::<serde_json::Value>(&body).unwrap()["Id"].as_str().unwrap().to_owned();
    side.good("pause box");
    let (status, body) = side.post(&format!("/exec/{id}/start"), "{\"Detach\":true}");
    assert!(status == 409 && text(&body).contains("is paused"), "{status} {}", text(&body));
    race(side, &["unpause box", "kill box"], &["is not paused", "cannot resume a stopped container"]);
    let said = side.fails("unpause box", 1);
    assert!(said.contains("is not paused"), "{said}");
    side.good("rm -f box");
}

fn changes(side: &Side<'_>) {
    side.good(&format!("create --name box {IMAGE} sleep 600"));
    let lines = ["update --cpu-shares 512 box", "update --restart on-failure:3 box", "update --cpuset-cpus 0 box"];
    for lines in [&lines[..], &["start box", lines[0], lines[1], lines[2]]] {
        assert_eq!(race(side, lines, &[]), lines.len());
        let shown = "{{.HostConfig.CpuShares}},{{.HostConfig.RestartPolicy.Name}},{{.HostConfig.CpusetCpus}}";
        assert_eq!(show(side, shown), "512,on-failure,0", "none undoes another's");
    }
    let id = show(side, "{{.Id}}");
    let lines = [format!("rename {id} one"), format!("rename {id} two"), format!("rename {id} three")];
    assert_eq!(race(side, &lines.each_ref().map(String::as_str), &[]), 3);
    let name = side.good(&format!("inspect -f {{{{.Name}}}} {id}"));
    for free in ["one", "two", "three"].iter().filter(|free| format!("/{free}") != name) {
        side.good(&format!("create --name {free} {IMAGE}"));
    }
    side.good("rm -f one two three");
}

/// Its files are there for each, whether it is started or ended meanwhile.
fn files(side: &Side<'_>) {
    let out = crate::side::shared();
    // The client is whoever it is.
    std::fs::set_permissions(out.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let to = |name: &str| format!("cp box:/bin {}", out.path().join(name).display());
    side.good(&format!("create --name box {IMAGE} sleep 600"));
    let (one, two, three) = (to("one"), to("two"), to("three"));
    assert_eq!(race(side, &[&one, "start box", &two, "diff box"], &[]), 4);
    assert_eq!(race(side, &["kill box", &three], &[]), 2);
    side.good("rm box");
}

fn removals(side: &Side<'_>) {
    let gone = ["is already in progress", "No such container"];
    side.good(&format!("create --name box {IMAGE} sleep 600"));
    assert!(race(side, &["rm box"; CROWD], &gone) > 0);
    side.fails("inspect box", 1);
    side.start("box", "", "echo ready; sleep 600");
    let running = [gone[0], gone[1], "cannot remove a running container"];
    assert!(race(side, &["rm box", "rm -f box", "rm -f box", "rm box"], &running) > 0);
    side.fails("inspect box", 1);
    side.good(&format!("create --name box {IMAGE} sleep 600"));
    let begun = ["marked for removal", gone[0], gone[1], running[2], "is not running"];
    race(side, &["rm box", "start box", "exec box true"], &begun);
    race(side, &["rm -f box"], &gone);
}
