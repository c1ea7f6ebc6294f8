//! A signal to end a container with that is none: nothing is sent, the process has a moment to end by itself, and is then killed.

use crate::engine::good;
use crate::made;
use crate::side::{IMAGE, Side};
use serde_json::json;

/// Says what it was asked by.
const ASKED: &str =
    "for s in TERM USR1 HUP; do trap \"echo $s; exit 5\" $s; done; echo ready; while :; do busybox sleep 0.05; done";
/// Ends by itself a moment after it was started.
const ENDS: &str = "echo ready; busybox sleep 1; exit 9";

pub fn area(side: &Side<'_>) {
    // Of an image's nobody has looked at it.
    for signal in ["FOO", "0", " USR1"] {
        made::image(side, "lab/unasked:1", &[], json!({"Env": ["PATH=/bin"], "StopSignal": signal}));
        unasked(side, "lab/unasked:1", "", "-t 30");
        side.good("rmi lab/unasked:1");
    }
    unasked(side, IMAGE, "--stop-signal -1", "-t 30");
    // However patient; but not when that has no end.
    unasked(side, IMAGE, "--stop-signal 65", "-t 0");
    start(side, IMAGE, "--stop-signal 65 --stop-timeout -1", "echo ready; busybox sleep 4; exit 9");
    side.good("stop box");
    assert_eq!(side.good("wait box"), "9", "there is no haste");
    side.good("rm box");
    start(side, IMAGE, "--stop-signal 65", ENDS);
    side.good("stop -t 0 box");
    assert_eq!(side.good("wait box"), "9", "it had its moment");
    side.good("rm box");
    // The kernel is told 32 bits of a number.
    start(side, IMAGE, "--stop-signal 4294967311", ASKED);
    side.good("stop box");
    assert_eq!(side.good("wait box"), "5");
    side.good("rm box");
    // What is one is sent, at once after that comes the end when there is no patience.
    for (signal, number) in [("", 15), ("--stop-signal USR1", 10)] {
        start(side, IMAGE, signal, "trap '' TERM USR1; echo ready; while :; do busybox sleep 0.05; done");
        side.good("stop -t 0 box");
        assert_eq!(side.good("wait box"), "137");
        assert_eq!(sent(side), [number, 9], "{signal}");
        side.good("rm box");
    }
    made::image(side, "lab/unasked:2", &[], json!({"Env": ["PATH=/bin"], "StopSignal": ""}));
    start(side, "lab/unasked:2", "", ASKED);
    side.good("stop -t 30 box");
    assert_eq!((side.good("wait box").as_str(), side.good("logs box").as_str()), ("5", "ready\nTERM"));
    side.good("rm box");
    // A negative patience is none that ends.
    start(side, IMAGE, "--stop-timeout -1", ASKED);
    side.good("stop box");
    assert_eq!(side.good("wait box"), "5");
    side.good("rm box");
    commands(side);
}

fn start(side: &Side<'_>, image: &str, flags: &str, script: &str) {
    let flags = flags.split(' ').filter(|flag| !flag.is_empty());
    let args = ["run", "-d", "--name", "box"].into_iter().chain(flags).chain([image, "sh", "-c", script]);
    good(side.args(&args.collect::<Vec<_>>()));
    side.soon("box", "ready");
}

fn unasked(side: &Side<'_>, image: &str, flags: &str, patience: &str) {
    let stop = ["stop", patience, "box"].into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    start(side, image, flags, ASKED);
    side.good(&stop);
    assert_eq!(side.good("wait box"), "137", "{image} {flags}");
    assert_eq!(side.good("logs box"), "ready", "{image} {flags}: it was asked");
    assert_eq!(sent(side), [9], "{image} {flags}");
    side.good("rm box");
}

/// The signals that `box` was sent, as they were told.
fn sent(side: &Side<'_>) -> Vec<u64> {
    let id = side.get("/containers/box/json")["Id"].as_str().unwrap().to_owned();
    let until = jiff::Timestamp::now().as_second() + 1;
    let filters = ["-f", "event=kill", "-f", &format!("container={id}")].map(str::to_owned);
    let words = ["events", "--since", "0", "--until", &until.to_string(), "--format", "{{json .}}"].map(str::to_owned);
    let words: Vec<_> = words.into_iter().chain(filters).collect();
    let said = good(side.args(&words.iter().map(String::as_str).collect::<Vec<_>>()));
    let signal = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["Actor"]["Attributes"]["signal"].as_str().unwrap().parse().unwrap()
    };
    said.lines().map(signal).collect()
}

/// `kill -s`
fn commands(side: &Side<'_>) {
    start(side, IMAGE, "", ASKED);
    for bad in ["FOO", "0", " USR1", "0xa", "SIGSIGUSR1", "-1", "-9", "65", "32", "33", "UNUSED", "4294967305"] {
        crate::engine::fails(side.args(&["kill", "-s", bad, "box"]), 1);
        assert_eq!(side.get("/containers/box/json")["State"]["Running"], true, "{bad}");
    }
    for (signal, number) in [("CLD", 17), ("chld", 17), ("SIGURG", 23)] {
        side.good(&format!("kill -s {signal} box"));
        assert_eq!(sent(side).last(), Some(&number), "{signal}");
    }
    side.good("kill -s +15 box");
    assert_eq!(side.good("wait box"), "5");
    side.good("rm box");
    // None is the one that ends.
    start(side, IMAGE, "", ASKED);
    good(side.args(&["kill", "-s", "", "box"]));
    assert_eq!(side.good("wait box"), "137");
    side.good("rm box");
}
