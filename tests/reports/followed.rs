//! `logs -f` ends where nothing more comes; `--details` puts something before each line.

use crate::side::{IMAGE, Side};

pub fn area(side: &Side<'_>) {
    let create = |name: &str, script: &str| {
        crate::engine::good(side.args(&["create", "--name", name, IMAGE, "sh", "-c", script]))
    };
    create("made", "echo said; sleep 1; echo more");
    assert_eq!(side.good("logs -f made"), "");
    side.good("start made");
    side.soon("made", "said");
    assert_eq!(side.good("logs -f made"), "said\nmore", "to its end");
    assert_eq!(side.good("logs -f made"), "said\nmore", "and after it");
    side.good("start made");
    side.good("stop -t 0 made");
    assert!(side.good("logs -f made").starts_with("said\nmore"));
    side.fails(&format!("run --name never {IMAGE} no-such-program"), 127);
    assert_eq!(side.good("logs -f never"), "");
    // A tail of nothing, and one who follows by the other stream alone.
    assert_eq!(side.good("logs -f --tail 0 made"), "");

    create("plain", "echo one; printf two");
    side.good("start -a plain");
    let detailed = String::from_utf8(side.output(&["logs", "--details", "plain"]).stdout).unwrap();
    assert_eq!(detailed, " one\n two");
    for line in side.good("logs -t --details plain").lines() {
        let (stamp, text) = line.split_once(' ').unwrap();
        assert!(stamp.ends_with('Z') && [" one", " two"].contains(&text), "{line}");
    }
    let flags = ["--log-opt", "labels=tier,none", "--log-opt", "env=A", "-l", "tier=db, main", "-e", "A=1"];
    let line = [&["create", "--name", "told"][..], &flags, &[IMAGE, "echo", "one"]].concat();
    crate::engine::good(side.args(&line));
    side.good("start -a told");
    assert_eq!(side.good("logs --details told"), "A=1,tier=db%2C+main one");
    assert_eq!(side.good("logs told"), "one");
}
