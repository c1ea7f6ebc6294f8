//! Whose IPC namespace and shared memory a container has: its own, another's, the host's.

use crate::engine::good;
use crate::side::{IMAGE, Side};

const LENDS: &str = "echo lent > /dev/shm/note; echo ready; sleep 600";

pub fn area(side: &Side<'_>) {
    lent(side);
    hosts(side);
    refused(side);
}

fn ns(side: &Side<'_>, name: &str) -> String {
    good(side.args(&["exec", name, "readlink", "/proc/self/ns/ipc"]))
}

fn lent(side: &Side<'_>) {
    side.start("lender", "--ipc shareable --shm-size 2m", LENDS);
    side.start(
        "user",
        "--ipc container:lender",
        "cat /dev/shm/note; echo mine > /dev/shm/other; echo ready; sleep 600",
    );
    assert!(side.good("logs user").starts_with("lent"));
    assert_eq!(side.good("exec lender cat /dev/shm/other"), "mine");
    assert_eq!(ns(side, "lender"), ns(side, "user"));
    assert_eq!(
        side.run("--ipc container:user", "cat /dev/shm/note; readlink /proc/self/ns/ipc"),
        format!("lent\n{}", ns(side, "user"))
    );
    let id = side.good("inspect -f {{.Id}} lender");
    assert_eq!(side.good("inspect -f {{.HostConfig.IpcMode}} user"), format!("container:{id}"));
    assert_eq!(side.good("inspect -f {{.HostConfig.IpcMode}} lender"), "shareable");
    // Two megabytes are all that there is, for both together.
    let fill = "busybox head -c 3000000 /dev/zero > /dev/shm/full; busybox wc -c < /dev/shm/full";
    assert!(side.good("exec user sh -c echo").is_empty());
    let filled: u64 = good(side.args(&["exec", "user", "sh", "-c", fill])).trim().parse().unwrap();
    assert!(filled <= 2 << 20, "{filled}");
    // It is anew with each start.
    side.good("restart -t 0 lender");
    side.soon("lender", "ready");
    assert_eq!(side.good("exec lender cat /dev/shm/note"), "lent");
    side.good("rm -f lender user");
}

fn hosts(side: &Side<'_>) {
    let of_host = std::fs::read_link("/proc/self/ns/ipc").unwrap().display().to_string();
    side.start("box", "--ipc host", "echo ready; sleep 600");
    assert_eq!(ns(side, "box"), of_host);
    let count =
        |path: &str| good(side.args(&["exec", "box", "sh", "-c", &format!("grep -c ' {path} ' /proc/mounts || true")]));
    assert_eq!(count("/dev/shm"), "1");
    assert_eq!(side.good("inspect -f {{.HostConfig.IpcMode}} box"), "host");
    side.good("rm -f box");
}

fn refused(side: &Side<'_>) {
    side.start("private", "", "echo ready; sleep 600");
    side.good(&format!("create --name made --ipc shareable {IMAGE}"));
    for (mode, words) in [
        ("container:private", "non-shareable IPC (hint: use IpcMode:shareable for the donor container)"),
        ("container:made", "is not running"),
        ("container:nosuch", "No such container: nosuch"),
        ("container:", ""),
        ("nosuch", ""),
    ] {
        let said = side.fails(&format!("run --rm --ipc {mode} {IMAGE} true"), 125);
        assert!(said.contains(words), "{mode}: {said}");
    }
    side.good("rm -f private made");
}
