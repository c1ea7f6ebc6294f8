//! `--tmpfs`, `--mount type=tmpfs`: what of a file system in memory can be chosen.

use crate::side::{IMAGE, Side};

/// Options, and what mountinfo says of it then: of the mount, and of the file system.
const OPTIONS: &[(&str, &str, &str)] = &[
    ("", "rw,nosuid,nodev,noexec,relatime", "rw"),
    ("size=1m", "rw,nosuid,nodev,noexec,relatime", "size=1024k"),
    ("size=1m,size=2m", "rw,nosuid,nodev,noexec,relatime", "size=2048k"),
    ("mode=700,nr_inodes=10", "rw,nosuid,nodev,noexec,relatime", "nr_inodes=10"),
    ("nr_blocks=10", "rw,nosuid,nodev,noexec,relatime", "size=40k"),
    ("exec,suid", "rw,nodev,relatime", "rw"),
    ("ro", "ro,nosuid,nodev,noexec,relatime", "rw"),
    ("ro,rw,defaults", "rw,nosuid,nodev,noexec,relatime", "rw"),
    ("noatime", "rw,nosuid,nodev,noexec,noatime", "rw"),
    ("noatime,relatime", "rw,nosuid,nodev,noexec,noatime", "rw"),
    ("noatime,atime", "rw,nosuid,nodev,noexec,relatime", "rw"),
    ("strictatime,noatime", "rw,nosuid,nodev,noexec", "rw"),
    ("strictatime", "rw,nosuid,nodev,noexec", "rw"),
    ("sync", "rw,nosuid,nodev,noexec,relatime", "sync"),
    ("private", "rw,nosuid,nodev,noexec,relatime", "rw"),
];

pub fn area(side: &Side<'_>) {
    let lines = OPTIONS.iter().enumerate().map(|(n, (options, ..))| match *options {
        "" => format!("--tmpfs /t{n}"),
        options => format!("--tmpfs /t{n}:{options}"),
    });
    let said = side.run(&lines.collect::<Vec<_>>().join(" "), "grep ' /t[0-9]' /proc/self/mountinfo");
    for (n, (options, mount, system)) in OPTIONS.iter().enumerate() {
        let line = said.lines().find(|line| line.split(' ').nth(4) == Some(&format!("/t{n}"))).unwrap();
        assert_eq!(line.split(' ').nth(5), Some(*mount), "{options}: {line}");
        let last = line.rsplit(' ').next().unwrap();
        assert!(last.split(',').any(|option| option == *system), "{options}: {line}");
    }
    let stat = "stat -c '%u %g %a' /t";
    for (flags, expected) in [
        ("--tmpfs /t", "0 0 1777"),
        ("--tmpfs /t:mode=700,uid=5,gid=6", "5 6 700"),
        ("--mount type=tmpfs,dst=/t,tmpfs-mode=0770", "0 0 770"),
        ("--mount type=tmpfs,dst=/t", "0 0 1777"),
        // That of the directory that it covers.
        ("--tmpfs /notes", ""),
    ] {
        let script = if expected.is_empty() { "stat -c %a /notes" } else { stat };
        let expected = if expected.is_empty() { side.run("", "stat -c %a /notes") } else { expected.to_owned() };
        assert_eq!(side.run(flags, script), expected, "{flags}");
    }
    let size = "df -k /t | tail -n 1 | awk '{print $2}'";
    for (size_of, expected) in [("1m", "1024"), ("1.5m", "1536"), ("1", "4")] {
        assert_eq!(side.run(&format!("--mount type=tmpfs,dst=/t,tmpfs-size={size_of}"), size), expected);
    }
    // Another one at each start.
    side.start("box", "--tmpfs /t", "ls /t; touch /t/x; echo ready; sleep 600");
    side.good("restart -t 0 box");
    side.soon("box", "ready\nready");
    for bad in ["foo", "huge=never", "Size=1m"] {
        side.fails(&format!("run --rm --tmpfs /t:{bad} {IMAGE} true"), 125);
    }
    for bad in ["size=foo", "mode=abc", "uid=x"] {
        side.fails(&format!("run --rm --tmpfs /t:{bad} {IMAGE} true"), 125);
    }
    for bad in ["tmpfs-size=-1", "tmpfs-size=foo", "tmpfs-mode=9"] {
        side.fails(&format!("run --rm --mount type=tmpfs,dst=/t,{bad} {IMAGE} true"), 125);
    }
    for bad in ["--tmpfs t", "--tmpfs /", "--tmpfs /t -v data:/t"] {
        side.fails(&format!("run --rm {bad} {IMAGE} true"), 125);
    }
}
