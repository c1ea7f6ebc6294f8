//! Volumes whose path goes through a link of the image to a place that is not like others.

use crate::archives::Entry::Link;
use crate::made;
use crate::side::Side;
use serde_json::json;

const SHELL: &str = "PATH=/bin";

pub fn area(side: &Side<'_>) {
    let load = |name: &str, to: &str, volume: bool| {
        let volumes = if volume { json!({"/v": {}}) } else { json!({}) };
        made::image(side, name, &[Link("v", to)], json!({"Env": [SHELL], "Volumes": volumes}));
    };
    let ways = |image: &str| -> Vec<Vec<String>> {
        let line = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        vec![
            line(&format!("run --rm {image}-v")),
            line(&format!("run --rm -v linked:/v {image}")),
            line(&format!("run --rm --mount type=volume,dst=/v {image}")),
            line(&format!("run --rm --tmpfs /v {image}")),
        ]
    };
    let run = |line: &[String], script: &str| {
        let words: Vec<_> = line.iter().map(String::as_str).chain(["sh", "-c", script]).collect();
        side.output(&words)
    };
    // It is there, and what is written to the one path is at the other.
    for to in ["/sys", "/dev/pts", "/dev/shm", "dev/mqueue", "/etc", "../lib/new"] {
        load("lab/linked:1", to, false);
        load("lab/linked:1-v", to, true);
        let place = format!("/{}", to.trim_start_matches("../").trim_start_matches('/'));
        for line in ways("lab/linked:1") {
            let script =
                format!("echo text > /v/x && cat {place}/x && busybox grep -c ' {place} ' /proc/mounts > /dev/null");
            let out = run(&line, &script);
            assert_eq!(String::from_utf8_lossy(&out.stdout).trim(), "text", "{to} {line:?}: {out:?}");
        }
    }
    // The root would be hidden, and /proc must be the kernel's.
    for to in ["/", "..", "/proc", "proc/self", "/proc/1/root"] {
        load("lab/linked:2", to, false);
        load("lab/linked:2-v", to, true);
        for line in ways("lab/linked:2") {
            assert!(!run(&line, "echo ran").status.success(), "{to} {line:?}");
        }
    }
    // runc makes the nodes in the volume; nothing makes any in one here, so that it says what it does not do.
    if side.is_docker() {
        return;
    }
    for to in ["/dev", "../dev", "/a/../dev"] {
        load("lab/linked:3", to, false);
        load("lab/linked:3-v", to, true);
        for line in ways("lab/linked:3") {
            let out = run(&line, "echo ran");
            let said = String::from_utf8_lossy(&out.stderr);
            assert!(out.status.code() == Some(125) && said.contains("/v → /dev"), "{to} {line:?}: {said}");
        }
    }
}
