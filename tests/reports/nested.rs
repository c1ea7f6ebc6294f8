//! Mounts within each other in any order, and those that a container has from others.

use crate::side::{IMAGE, Side, shared};
use std::fs;

pub fn area(side: &Side<'_>) {
    within(side);
    from_others(side);
    at_once(side);
}

fn within(side: &Side<'_>) {
    let dir = shared();
    fs::write(dir.path().join("f"), "f\n").unwrap();
    let here = dir.path().display();
    side.run("-v inner:/d", "echo inner > /d/own");
    let each = [
        "-v outer:/d".to_owned(),
        "-v inner:/d/e".to_owned(),
        format!("-v {here}:/d/e/g"),
        "--tmpfs /d/e/t".to_owned(),
    ];
    let look = "ls /d /d/e /d/e/g /d/e/t; cat /d/e/own";
    let seen = "/d:\ne\n\n/d/e:\ng\nown\nt\n\n/d/e/g:\nf\n\n/d/e/t:\ninner";
    let backwards: Vec<_> = each.iter().rev().map(String::as_str).collect();
    for flags in [each.join(" "), backwards.join(" ")] {
        assert_eq!(side.run(&flags, look), seen, "{flags}");
    }
    // Where to mount was made in what lies above.
    assert_eq!(side.run("-v outer:/d", "ls -R /d"), "/d:\ne\n\n/d/e:");
    for flags in ["--tmpfs /d -v inner:/d/e", "-v inner:/d/e --tmpfs /d"] {
        assert_eq!(side.run(flags, "cat /d/e/own; grep -c ' /d' /proc/self/mountinfo > /dev/null; ls /d"), "inner\ne");
    }
    // A file over a file of a volume, and a directory of one over a bind.
    assert_eq!(side.run(&format!("-v {here}/f:/d/own -v inner:/d"), "cat /d/own"), "f");
    assert_eq!(side.run("-v inner:/d", "cat /d/own"), "inner");
    // Nothing can be made in what cannot be written to, and what is there is mounted on.
    side.fails(&format!("run --rm -v inner:/d:ro -v other:/d/new {IMAGE} true"), 125);
    assert_eq!(
        side.run("-v outer:/d:ro -v inner:/d/e", "cat /d/e/own; touch /d/e/x; touch /d/x 2>/dev/null; echo $?"),
        "inner\n1"
    );
}

fn from_others(side: &Side<'_>) {
    let dir = shared();
    let here = dir.path().display();
    side.image("lab/kept:1", "VOLUME /kept");
    side.good(&format!("run -d --name one -v named:/a -v {here}:/b -v /c --tmpfs /t lab/kept:1 sleep 600"));
    side.good("exec one touch /c/x");
    side.good(&format!("run -d --name two --volumes-from one {IMAGE} sleep 600"));
    side.good(&format!("run -d --name three --volumes-from two:ro {IMAGE} sleep 600"));
    side.good(&format!("run -d --name four --volumes-from three --volumes-from one -v {here}:/a {IMAGE} sleep 600"));
    let mounts = |name: &str| {
        let found = side.get(&format!("/containers/{name}/json"));
        let line = |mount: &serde_json::Value| {
            let mode = if mount["RW"] == true { "rw" } else { "ro" };
            format!("{} {} {mode}", mount["Type"].as_str().unwrap(), mount["Destination"].as_str().unwrap())
        };
        let mut all: Vec<_> = found["Mounts"].as_array().unwrap().iter().map(line).collect();
        all.sort_by_key(|line| line.split(' ').nth(1).map(str::to_owned));
        all.join(", ")
    };
    let all = |mode: &str| format!("volume /a {mode}, bind /b {mode}, volume /c {mode}, volume /kept {mode}");
    assert_eq!((mounts("two"), mounts("three")), (all("rw"), all("ro")));
    assert_eq!(mounts("four"), all("rw").replace("volume /a", "bind /a"), "the later counts, and what is said itself");
    assert_eq!(side.good("exec three ls /c"), "x");
    side.fails("exec three touch /c/y", 1);
    side.good("rm -f -v one");
    assert_eq!(side.good("exec two ls /c"), "x", "who has it from another keeps it");
    for bad in ["two:foo", "two:ro:rw", "two:nocopy", "two:rshared", "nosuch"] {
        side.fails(&format!("run --rm --volumes-from {bad} {IMAGE} true"), 125);
    }
    side.good("rm -f -v two three four");
    let left = side.good("volume ls -q");
    assert!(left.lines().all(|name| name.len() < 64), "{left}");
    side.good("rmi -f lab/kept:1");
}

/// The last of those that share an anonymous volume takes it along, however they go.
fn at_once(side: &Side<'_>) {
    side.good(&format!("create --name aa -v /v {IMAGE}"));
    for name in ["bb", "cc", "dd", "ee"] {
        side.good(&format!("create --name {name} --volumes-from aa {IMAGE}"));
    }
    std::thread::scope(|scope| {
        for name in ["aa", "bb", "cc", "dd", "ee"] {
            scope.spawn(move || side.good(&format!("rm -v {name}")));
        }
    });
    let left = side.good("volume ls -q");
    assert!(left.lines().all(|name| name.len() < 64), "{left}");
}
