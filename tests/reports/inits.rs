//! `--init`: a first process that hands signals on, collects who ends without a parent, and ends as the command does.

use crate::engine::{good, output};
use crate::side::{IMAGE, Side, text};

pub fn area(side: &Side<'_>) {
    let said = side.run("--init", "cat /proc/1/comm; cat /proc/1/cmdline | tr '\\0' ' '");
    assert!(said.starts_with("docker-init\n/sbin/docker-init -- sh -c cat /proc/1"), "{said}");
    // It is not there unless it is asked for, cannot be written to, and keeps what it was asked to run to itself.
    assert_eq!(side.run("", "test -e /sbin/docker-init || echo none"), "none");
    let said =
        side.run("--init --read-only", "echo x > /sbin/docker-init || echo refused; grep docker-init /proc/mounts");
    assert!(said.contains("refused") && said.contains(" ro,"), "{said}");
    side.good(&format!("create --name box --init {IMAGE} sh -c true"));
    let shown = side.get("/containers/box/json");
    assert_eq!((&shown["Path"], &shown["HostConfig"]["Init"]), (&"sh".into(), &true.into()));
    assert_eq!(shown["Mounts"], serde_json::json!([]));
    side.good("rm box");

    // It ends as the command does, also where that is not executed.
    for (command, status, words) in [
        (&["sh", "-c", "exit 3"][..], 3, ""),
        (&["sh", "-c", "kill -9 $$"], 137, ""),
        (&["nope"], 127, "exec nope failed: No such file or directory"),
        (&["/etc/passwd"], 126, "exec /etc/passwd failed: Permission denied"),
        (&["/"], 126, "exec / failed: Permission denied"),
    ] {
        let args: Vec<_> = ["run", "--rm", "--init", IMAGE].iter().chain(command).copied().collect();
        let said = output(side.args(&args));
        assert_eq!(said.status.code(), Some(status), "{command:?}: {}", text(&said.stderr));
        assert!(text(&said.stderr).contains(words), "{command:?}: {}", text(&said.stderr));
    }
    // A script without a first line is one of the shell's.
    let script = "echo 'echo plain $1' > /bin/plain; chmod +x /bin/plain; echo ready; sleep 600";
    side.start("box", "", script);
    side.good("commit box lab/plain:1");
    side.good("rm -f box");
    assert_eq!(good(side.args(&["run", "--rm", "--init", "lab/plain:1", "plain", "x"])), "plain x");
    side.good("rmi lab/plain:1");

    // Who is orphaned is collected.
    let orphans =
        "for n in 1 2 3; do sh -c 'sleep 0.01 &'; done; sleep 0.3; grep -l 'Z (zombie)' /proc/[0-9]*/status | wc -l";
    assert_eq!(side.run("--init", orphans).trim(), "0");

    // The command hears of the end; without an init the first process hears of nothing that it has no ears for.
    side.start("box", "--init", "trap 'echo heard; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
    side.good("stop -t 30 box");
    assert_eq!((side.good("wait box").as_str(), side.good("logs box").as_str()), ("5", "ready\nheard"));
    side.good("rm box");
    for (flags, status) in [("--init", "143"), ("", "137")] {
        let run = ["run", "-d", "--name", "box"].into_iter().chain(flags.split(' ').filter(|flag| !flag.is_empty()));
        good(side.args(&run.chain([IMAGE, "sleep", "600"]).collect::<Vec<_>>()));
        side.good("stop -t 1 box");
        assert_eq!(side.good("wait box"), status, "{flags}");
        side.good("rm box");
    }
    // It has a terminal, and is in front there.
    let said = output(side.args(&["run", "--rm", "--init", "-t", IMAGE, "sh", "-c", "cat /proc/self/stat"]));
    let said = text(&said.stdout);
    let after: Vec<_> = said.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    // Process group, session, terminal, and the group that is in front there.
    assert!(after.get(2).is_some_and(|group| Some(group) == after.get(5) && *group != "1"), "{said}");
    // A mount of the user's in its place is what counts.
    let dir = crate::side::shared();
    std::fs::write(dir.path().join("own"), "#!/bin/sh\necho own \"$@\"\n").unwrap();
    std::fs::set_permissions(dir.path().join("own"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let bind = format!("{}/own:/sbin/docker-init", dir.path().display());
    assert_eq!(good(side.args(&["run", "--rm", "--init", "-v", &bind, IMAGE, "true"])), "own -- true");
}
