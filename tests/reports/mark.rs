//! `/.dockerenv`: by it programs know where they are.

use crate::archives::Entry::{File, Link};
use crate::archives::{Place, root};
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
    changed(side);
    instead(side);
}

/// What a container does to it is told of, as of a file that lies in a layer below.
fn changed(side: &Side<'_>) {
    for (script, told) in [
        ("true", ""),
        ("rm /.dockerenv", "D /.dockerenv"),
        ("echo x > /.dockerenv", "C /.dockerenv"),
        ("touch /.dockerenv", "C /.dockerenv"),
        ("chmod 600 /.dockerenv", "C /.dockerenv"),
        ("rm /.dockerenv; echo x > /.dockerenv", "C /.dockerenv"),
        ("readlink /etc/mtab", ""),
    ] {
        good(side.args(&["run", "--name", "changed", IMAGE, "sh", "-c", script]));
        assert_eq!(side.good("diff changed"), told, "{script}");
        side.good("rm changed");
    }
}

/// What an image has in place of what all containers have gives way to it, but for directories.
fn instead(side: &Side<'_>) {
    assert_eq!(side.run("", "readlink /etc/mtab; grep -c ' / ' /etc/mtab"), "/proc/mounts\n1");
    assert_eq!(side.run("--read-only", "readlink /etc/mtab"), "/proc/mounts");
    let place = Place::new(side);
    let look = "readlink /etc/mtab; cat /etc/hosts > /dev/null && ls -d /etc; ls -A /.dockerenv; cat /.dockerenv; cat /elsewhere";
    let plain = "/proc/mounts\n/etc\n/.dockerenv\nkept";
    for (what, said) in [
        (&[][..], plain),
        (&[Link("etc", "/sys")], plain),
        (&[Link("etc", "/proc")], plain),
        (&[Link("etc", "none/where")], plain),
        (&[File("etc", b"a file")], plain),
        (&[Link(".dockerenv", "/elsewhere")], plain),
        (&[File(".dockerenv", b"of the image")], plain),
        (&[Link("etc/mtab", "/elsewhere")], plain),
        (&[File("etc/mtab", b"of the image")], plain),
    ] {
        let files = root(&[what, &[File("elsewhere", b"kept")]].concat());
        good(side.args(&["import", &place.file("instead.tar", &files), "lab/instead:1"]));
        let run = side.args(&["run", "--rm", "lab/instead:1", "/bin/sh", "-c", look]);
        assert_eq!(good(run), said);
        side.good("rmi lab/instead:1");
    }
}
