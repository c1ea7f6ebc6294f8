//! Other names, other limits, the processes of a container, and what becomes of it when it ends.

use crate::side::{Side, until};
use std::time::Duration;

pub fn area(side: &Side<'_>) {
    names(side);
    processes(side);
    policies(side);
    limits(side);
}

fn names(side: &Side<'_>) {
    side.start("one", "", "echo ready; sleep 600");
    side.good("create --name other lab/shell:1");
    let id = side.good("inspect -f {{.Id}} one");
    assert_eq!(side.good("rename one two"), "");
    assert_eq!(side.good("inspect -f {{.Id}},{{.Name}} two"), format!("{id},/two"));
    side.fails("inspect one", 1);
    assert_eq!(side.good("ps --format {{.Names}}"), "two");
    for (line, words) in [
        ("rename two other", "is already in use by container"),
        ("rename two two", "same name as its current name"),
        ("rename two -bad", "Invalid container name"),
        ("rename nosuch three", "No such container"),
    ] {
        let said = side.output(&line.split(' ').collect::<Vec<_>>());
        let text = String::from_utf8_lossy(&said.stderr).into_owned();
        assert!(!said.status.success(), "{line}");
        // Before the name stands what both clients say, or only the engine.
        assert!(text.contains(words) || line.contains("-bad"), "{line}: {text}");
    }
    // The old name is free again, and a stopped one can be renamed.
    side.good("rename other one");
    side.good("rename one other");
    side.good("rename two one");
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + 1;
    let said = side.good(&format!("events --since 0 --until {now} --filter event=rename --filter container={id}"));
    assert!(said.lines().count() == 2 && said.contains("oldName=/one") && said.contains("name=two"), "{said}");
    side.good("rm -f one other");
}

fn processes(side: &Side<'_>) {
    side.start("box", "", "echo ready; sleep 601 & sleep 602");
    let all = side.good("top box");
    let lines: Vec<&str> = all.lines().collect();
    assert!(lines[0].starts_with("UID                 PID                 PPID"), "{all}");
    // The shell becomes its last command.
    assert_eq!(lines.len(), 3, "{all}");
    assert!(all.contains("sleep 601") && all.contains("sleep 602"), "{all}");
    let pid = side.good("inspect -f {{.State.Pid}} box");
    let own = side.good("top box -o pid,args");
    assert!(own.lines().any(|line| line.split_whitespace().next() == Some(&pid)), "{own}");
    assert!(side.good("top box aux").starts_with("USER"));
    for line in ["top box -o args", "top box -o user=PID", "top box -o nosuch", "top nosuch"] {
        side.fails(line, 1);
    }
    side.good("rm -f box");
    side.good("create --name made lab/shell:1");
    let said = side.fails("top made", 1);
    assert!(said.contains("is not running"), "{said}");
    side.good("rm made");
}

fn policies(side: &Side<'_>) {
    let show = |name: &str, format: &str| side.good(&format!("inspect -f {format} {name}"));
    let run = |name: &str, policy: &str, script: &str| {
        let args = ["run", "-d", "--name", name, "--restart", policy, "lab/shell:1", "sh", "-c", script];
        crate::engine::good(side.args(&args));
    };
    run("twice", "on-failure:2", "echo run; exit 3");
    until("three runs", || show("twice", "{{.RestartCount}},{{.State.Status}},{{.State.ExitCode}}") == "2,exited,3");
    assert_eq!(side.good("logs twice").lines().count(), 3);
    assert_eq!(
        show("twice", "{{.HostConfig.RestartPolicy.Name}},{{.HostConfig.RestartPolicy.MaximumRetryCount}}"),
        "on-failure,2"
    );
    // Who starts it begins anew.
    side.good("start twice");
    until("three more", || side.good("logs twice").lines().count() == 6);
    run("fine", "on-failure", "exit 0");
    until("its end", || show("fine", "{{.State.Status}},{{.RestartCount}}") == "exited,0");

    run("always", "always", "echo run; sleep 0.1");
    until("runs", || side.good("logs always").lines().count() > 2);
    side.good("stop -t 1 always");
    assert_eq!(show("always", "{{.State.Status}},{{.State.Restarting}}"), "exited,false");
    let runs = side.good("logs always").lines().count();
    std::thread::sleep(Duration::from_millis(600));
    assert_eq!(side.good("logs always").lines().count(), runs, "who was stopped stays so");
    side.good("rm always");

    // While it waits it is told from one that runs, and can be taken away.
    run("waits", "always", "exit 1");
    until("a long wait", || show("waits", "{{.State.Status}},{{.State.Running}}") == "restarting,true");
    until("longer", || show("waits", "{{.RestartCount}}").parse::<u32>().unwrap() > 3);
    until("shown", || side.good("ps --filter name=waits").contains("Restarting (1)"));
    until("exec", || {
        let said = side.output(&["exec", "waits", "true"]);
        String::from_utf8_lossy(&said.stderr).contains("restarting")
    });
    // Docker's daemon may look for the process between two of them, and says so ("task … not found").
    until("updated", || side.output(&["update", "--restart", "no", "waits"]).status.success() || !side.is_docker());
    until("no more", || show("waits", "{{.State.Status}}") == "exited");
    side.good("rm waits");
    run("killed", "unless-stopped", "sleep 600");
    side.good("kill killed");
    assert_eq!(side.good("wait killed"), "137");
    assert_eq!(show("killed", "{{.State.Status}}"), "exited");

    for line in ["create --restart sometimes lab/shell:1", "create --restart always:3 lab/shell:1"] {
        side.fails(line, 1);
    }
    for line in ["create --restart on-failure:x lab/shell:1", "create --rm --restart always lab/shell:1"] {
        assert!(!side.output(&line.split(' ').collect::<Vec<_>>()).status.success(), "{line}");
    }
    side.good("rm -f twice fine killed");
}

fn limits(side: &Side<'_>) {
    side.start("box", "-m 32m --pids-limit 50", "echo ready; sleep 600");
    let show = |format: &str| side.good(&format!("inspect -f {format} box"));
    let said = side.output(&["update", "-m", "128m", "box"]);
    let words = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(!said.status.success() && words.contains("update the memoryswap at the same time"), "{words}");
    // What cannot be limited here is said beside the name.
    assert!(side.good("update -m 64m --memory-swap 128m --cpus 0.5 --pids-limit 20 box").starts_with("box"));
    let shown = "{{.HostConfig.Memory}},{{.HostConfig.MemorySwap}},{{.HostConfig.NanoCpus}},{{.HostConfig.PidsLimit}}";
    assert_eq!(show(shown), "67108864,134217728,500000000,20");
    side.good("update -m 48m box");
    assert_eq!(show("{{.HostConfig.Memory}}"), "50331648");
    // What a command started now may do, the kernel says.
    let script = "n=0; for i in $(seq 40); do sleep 5 & n=$((n+1)); done 2>/dev/null; echo $n";
    let started = side.output(&["exec", "box", "sh", "-c", script]);
    if side.is_docker() || side.good("info -f {{.PidsLimit}}") == "true" {
        assert_ne!(String::from_utf8_lossy(&started.stdout).trim(), "40", "twenty processes at most");
    }
    for line in ["update -m 1m box", "update --cpus -1 box", "update nosuch", "update --restart nosuch box"] {
        assert!(!side.output(&line.split(' ').collect::<Vec<_>>()).status.success(), "{line}");
    }
    side.good("rm -f box");
}
