//! Signals without a meaning of their own (signal(7), SIGRTMIN), by name and number, from an image, a flag and a command.

use crate::side::Side;

/// Ends with 7 on that signal, and on no other.
fn waits_for(number: i32) -> String {
    format!("trap 'exit 7' {number}; echo ready; while :; do sleep 0.05; done")
}

pub fn area(side: &Side<'_>) {
    // Docker 20.10 has the instruction in a build alone.
    if !side.is_docker() {
        side.image("lab/rtmin:1", "STOPSIGNAL SIGRTMIN+3");
        crate::engine::good(side.args(&["run", "-d", "--name", "image", "lab/rtmin:1", "sh", "-c", &waits_for(37)]));
        side.soon("image", "ready");
        side.good("stop -t 30 image");
        assert_eq!(side.good("wait image"), "7", "the image's signal");
    }

    side.start("flag", "--stop-signal RTMAX-1", &waits_for(63));
    side.good("stop -t 30 flag");
    assert_eq!(side.good("wait flag"), "7", "the flag's signal");
    // Docker 20.10 does not know this flag yet.
    if !side.is_docker() {
        side.start("asked", "", &waits_for(64));
        side.good("stop -s SIGRTMAX -t 30 asked");
        assert_eq!(side.good("wait asked"), "7", "the signal of the command");
    }
    for (at, (name, number)) in
        [("RTMIN+3", 37), ("SIGRTMIN", 34), ("rtmin+15", 49), ("SIGRTMAX-14", 50), ("40", 40)].into_iter().enumerate()
    {
        let container = format!("killed{at}");
        side.start(&container, "", &waits_for(number));
        side.good(&format!("kill -s {name} {container}"));
        assert_eq!(side.good(&format!("wait {container}")), "7", "{name}");
    }
    side.start("left", "", &waits_for(34));
    for bad in ["RTMIN+16", "RTMAX-15", "RTMIN-1", "RTMAX+1", "65", "0", "32", "33", "NOPE"] {
        side.fails(&format!("kill -s {bad} left"), 1);
    }
    side.fails("create --stop-signal RTMIN+16 lab/shell:1", 1);
    side.fails("run --stop-signal RTMIN+16 lab/shell:1", 125);
}
