//! `/.dockerenv`: by it programs know where they are.

use crate::engine::good;
use crate::side::{IMAGE, Side};

pub fn area(side: &Side<'_>) {
    assert_eq!(side.run("", "stat -c '%s %a %u:%g' /.dockerenv"), "0 755 0:0");
    assert_eq!(side.run("--read-only", "stat -c %s /.dockerenv"), "0");
    assert_eq!(side.run("-u 1000", "[ -r /.dockerenv ] && echo seen"), "seen");
    // It is no change of the container's, and no part of an image.
    good(side.args(&["run", "--name", "box", IMAGE, "sh", "-c", "echo x > /mine"]));
    assert_eq!(side.good("diff box"), "A /mine");
    side.good("commit box lab/mine:1");
    assert_eq!(side.good("run --rm lab/mine:1 cat /mine"), "x");
    assert_eq!(good(side.args(&["run", "--rm", "lab/mine:1", "stat", "-c", "%s", "/.dockerenv"])), "0");
    // What is deleted stays away.
    let script = "[ -e /.dockerenv ] && echo there || echo away; rm -f /.dockerenv";
    good(side.args(&["run", "--name", "again", IMAGE, "sh", "-c", script]));
    side.good("start -a again");
    assert_eq!(side.good("logs again"), "there\naway");
}
