//! Volumes kept as a tar by a container, and made of one, as Docker's documentation has it ("Back up, restore, or migrate data
//! volumes"): what they hold is the same after it.

use crate::engine::good;
use crate::side::{IMAGE, Side, shared};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// Owners, modes, times, a hard link, symbolic links, a pipe, an empty directory, a name that is odd.
const FILL: &str = "umask 022; cd /dbdata; mkdir -p d/empty; echo content > d/file; ln d/file again; ln -s ../etc/passwd d/link; \
    ln -s nowhere dangling; mkfifo pipe; echo odd > 'two words'; : > empty; chown 1000:50 d/file; chown -h 12:34 d/link; chmod 4751 d/file; \
    chmod 700 d; chown 7:8 d; touch -h -d '2001-02-03 04:05:06' d/link dangling 2>/dev/null; \
    touch -d '2001-02-03 04:05:06' d/file empty pipe 'two words' d/empty d; chmod 1775 .; chown 3:4 .; touch -d '2002-03-04 05:06:07' .";
/// A line for each: what it is, whose, how many names, how large, when. Busybox's tar restores neither whose a symbolic link is nor
/// when a directory was changed.
const LOOK: &str = "cd /dbdata; find . | sort | while read -r name; do if [ -L \"$name\" ]; then stat -c '%n %F' \"$name\"; readlink \"$name\"; \
    elif [ -d \"$name\" ]; then stat -c '%n %F %a %u:%g' \"$name\"; else stat -c '%n %F %a %u:%g %h %s %Y' \"$name\"; fi; done; \
    cat d/file 'two words'; [ again -ef d/file ] && echo one";

pub fn area(side: &Side<'_>) {
    let dir = shared();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let backup = format!("-v {}:/backup", dir.path().display());
    let create = |name: &str, volume: &str| {
        good(side.args(&["create", "-v", volume, "--name", name, IMAGE, "true"]));
    };
    // By the container that has it.
    create("dbstore", "/dbdata");
    side.run("--volumes-from dbstore", FILL);
    let before = side.run("--volumes-from dbstore", LOOK);
    assert!(
        before.ends_with("content\nodd\none") && before.contains("./d/file regular file 4751 1000:50 2 8 981173106"),
        "{before}"
    );
    side.run(&format!("--volumes-from dbstore {backup}"), "tar cf /backup/backup.tar /dbdata");
    create("dbstore2", "/dbdata");
    side.run(&format!("--volumes-from dbstore2 {backup}"), "cd / && tar xf /backup/backup.tar");
    assert_eq!(side.run("--volumes-from dbstore2", LOOK), before);
    // By its name, from one into another; compressed.
    side.good("volume create kept");
    side.run("--volumes-from dbstore -v kept:/kept", "cp -a /dbdata/. /kept");
    side.run(&format!("-v kept:/v:ro {backup}"), "tar czf /backup/kept.tgz -C /v .");
    side.run(&format!("-v restored:/v {backup}:ro"), "tar xzf /backup/kept.tgz -C /v");
    assert_eq!(side.run("-v restored:/dbdata", LOOK), side.run("-v kept:/dbdata", LOOK));
    // Straight from one into the other, without a file.
    side.run("-v kept:/from:ro -v moved:/to", "tar cf - -C /from . | tar xf - -C /to");
    assert_eq!(side.run("-v moved:/dbdata", LOOK), side.run("-v kept:/dbdata", LOOK));
    // What is restored upon what is there takes its place, and leaves the rest.
    side.run("-v restored:/v", "echo later > /v/more; echo other > /v/d/file");
    side.run(&format!("-v restored:/v {backup}:ro"), "tar xzf /backup/kept.tgz -C /v");
    assert_eq!(side.run("-v restored:/v", "cat /v/more /v/d/file"), "later\ncontent");
}
