//! Containers that stand still: what runs in them, what is asked of them meanwhile, and how they go on and end.

use crate::side::Side;

/// Counts in a file as long as it moves.
const COUNTS: &str = "echo ready; n=0; while :; do n=$((n+1)); echo $n > /count; sleep 0.02; done";

pub fn area(side: &Side<'_>) {
    side.start("box", "", COUNTS);
    // Where no control group can be made nothing can be held, and that is said.
    let refused = side.output(&["pause", "box"]);
    if !refused.status.success() {
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!side.is_docker() && (said.contains("control group") || said.contains("cgroup")), "{said}");
        assert_eq!(side.good("inspect -f {{.State.Status}} box").len(), "running".len());
        side.good("rm -f box");
        return;
    }
    let state = || side.good("inspect -f {{.State.Status}},{{.State.Running}},{{.State.Paused}} box");
    assert_eq!(state(), "paused,true,true");
    assert!(side.good("ps --filter name=box").contains("(Paused)"));
    assert_eq!(side.good("ps -q -f status=paused").lines().count(), 1);
    assert_eq!(side.good("ps -q -f status=running"), "", "it is one or the other");
    let count = || side.good("diff box").len() + side.good("logs box").len();
    assert_eq!(count(), count());
    let said = side.fails("pause box", 1);
    assert!(said.contains("already paused"), "{said}");
    for line in ["exec box true", "exec -d box true"] {
        let said = side.fails(line, 1);
        assert!(said.contains("is paused, unpause the container before"), "{line}: {said}");
    }
    let said = side.fails("start box", 1);
    assert!(said.contains("paused"), "{said}");
    // Its files and its processes can be looked at.
    assert!(side.good("top box").contains("while :"));
    side.good("unpause box");
    assert_eq!(state(), "running,true,false");
    let said = side.fails("unpause box", 1);
    assert!(said.contains("is not paused"), "{said}");
    let seen = side.good("exec box cat /count");
    assert!((0..500).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(10));
        side.good("exec box cat /count") != seen
    }));

    // A commit holds it, and lets it go on.
    side.good("commit box lab/held:1");
    assert_eq!(state(), "running,true,false");
    side.good("pause box");
    side.good("commit box lab/held:1");
    assert_eq!(state(), "paused,true,true", "who stood still before stands still");
    side.good("rmi -f lab/held:1");

    // However it is to end, it hears of it.
    side.good("kill box");
    assert_eq!(side.good("inspect -f {{.State.Status}},{{.State.Paused}},{{.State.ExitCode}} box"), "exited,false,137");
    for (name, flags, line) in [
        ("stopped", "", "stop -t 1 stopped"),
        ("asked", "", "kill -s TERM asked"),
        ("again", "", "restart -t 1 again"),
        ("gone", "", "rm -f gone"),
    ] {
        side.start(name, flags, "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done");
        side.good(&format!("pause {name}"));
        side.good(line);
        match name {
            "gone" => drop(side.fails("inspect gone", 1)),
            "again" => {
                assert_eq!(side.good("inspect -f {{.State.Status}},{{.State.Paused}} again"), "running,false");
            }
            _ => assert_eq!(side.good(&format!("wait {name}")), "7", "{name}"),
        }
    }
    let said = side.fails("pause box", 1);
    assert!(said.contains("is not running"), "{said}");
    side.fails("pause nosuch", 1);
    side.good("rm -f box stopped asked again");
}
