//! Images whose config or whose `/etc/passwd` is odd.

use crate::archives::Entry::File;
use crate::engine::good;
use crate::made;
use crate::side::Side;
use serde_json::json;

const PASSWD: &[u8] =
    b"root:x:0:0:root:/root:/bin/sh\nshort:x:5\ncr:x:7:8::/cr:/bin/sh\r\n\t sp:x:18:18::/sp:/bin/sh\n\
    dup:x:10:11::/dup1:/bin/sh\ndup:x:12:13::/dup2:/bin/sh\nd2:x:14:15::/d2:/\nd3:x:14:16::/d3:/\nneg:x:-5:-6::/n:/\n\
    last:x:30:31::/last:/bin/sh";
const GROUP: &[u8] = b"ga:x:40:dup,last\r\ngdup:x:45:\ngdup:x:46:\ngneg:x:-41:sp\n";

pub fn area(side: &Side<'_>) {
    let load = |name: &str, of| {
        made::image(side, name, &[File("etc/passwd", PASSWD), File("etc/group", GROUP)], of);
    };
    load("lab/odd:1", json!({"Env": ["PATH=/bin"]}));
    for (user, who) in [
        ("short", "5 0 0 "),
        ("cr", "7 8 8 /cr"),
        ("7", "7 8 8 /cr"),
        ("dup", "10 11 11 40 /dup1"),
        ("12", "12 13 13 40 /dup2"),
        ("d3", "14 16 16 /d2"),
        ("last", "30 31 31 40 /last"),
        ("last:gdup", "30 45 45 /last"),
        (":ga", "0 40 40 /root"),
        ("+7", "7 8 8 /cr"),
        ("07:45", "7 45 45 /cr"),
    ] {
        let script = "set -- $(busybox grep -e ^Uid: -e ^Gid: /proc/self/status); \
            groups=$(busybox sed -n 's/^Groups:[ \t]*//p' /proc/self/status); echo $2 $7 $groups $HOME.";
        let said = good(side.args(&["run", "--rm", "-u", user, "lab/odd:1", "sh", "-c", script]));
        assert_eq!(said, format!("{who}."), "{user}");
    }
    for user in ["neg", " sp", "0x7", "0 ", "nobody", "last:none", "last:gneg", "-5", "ROOT"] {
        crate::engine::fails(side.args(&["run", "--rm", "-u", user, "lab/odd:1", "true"]), 125);
    }
    // A file to work in.
    for dir in ["/etc/passwd", "/etc/passwd/below"] {
        load("lab/odd:2", json!({"Env": ["PATH=/bin"], "WorkingDir": dir}));
        side.fails("run --rm lab/odd:2 true", 125);
        side.fails(&format!("run --rm -w {dir} lab/odd:1 true"), 125);
    }
    // Nothing is found from the working directory. Docker's tells of what it found there.
    for (path, dir, dockers) in [("bin", "/", 125), ("bin", "/etc", 127), (".", "/bin", 125), ("", "/bin", 127)] {
        load("lab/odd:3", json!({"Env": [format!("PATH={path}")]}));
        side.fails(&format!("run --rm -w {dir} lab/odd:3 true"), if side.is_docker() { dockers } else { 127 });
    }
    load("lab/odd:4", json!({"Env": ["PATH=:/bin"]}));
    assert_eq!(side.good("run --rm -w /etc lab/odd:4 echo found"), "found");
}
