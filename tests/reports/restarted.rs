//! The daemon ends in order and starts again: what is there afterwards, how it is shown, what can be done with it, and who is started.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::Value;
use std::collections::BTreeSet;

/// Ends as it is asked to.
const OBEYS: &str = "trap 'exit 3' TERM; echo ready; while :; do sleep 0.05; done";

pub fn area(side: &Side<'_>) {
    make(side);
    let before = Before::look(side);
    side.restart();
    unchanged(side, &before);
    ended(side);
    started(side);
    usable(side);
}

fn make(side: &Side<'_>) {
    let script = "echo one; echo two >&2; echo x > /x; rm /etc/passwd; echo y > /data/y; exit 7";
    let flags =
        "--name ended -v data:/data -v /own -l label=value -e A=1 -h name -w /tmp --stop-signal INT --cap-drop all";
    let run: Vec<_> = ["run"].into_iter().chain(flags.split(' ')).chain([IMAGE, "sh", "-c", script]).collect();
    assert_eq!(side.output(&run).status.code(), Some(7));
    side.good("create --name made --label other=1 --log-opt max-size=1m --mount type=tmpfs,target=/t lab/shell:1 true");
    side.good("rename made named");
    side.good("update --restart on-failure:4 named");
    side.start("obeys", "", OBEYS);
    side.start("obstinate", "--stop-timeout 1", "echo ready; sleep 600");
    side.start("goes", "--rm -v /own --stop-timeout 1", "echo ready; sleep 600");
    for (name, policy) in [("always", "always"), ("unless", "unless-stopped")] {
        side.start(name, &format!("--restart {policy}"), OBEYS);
        let stopped = format!("{name}-stopped");
        side.start(&stopped, &format!("--restart {policy}"), OBEYS);
        side.good(&format!("stop {stopped}"));
    }
    side.start("failed", "--restart on-failure", OBEYS);
    side.start("fine", "--restart on-failure", "trap 'exit 0' TERM; echo ready; while :; do sleep 0.05; done");
}

/// What is shown of those that do not run.
struct Before {
    ended: Value,
    named: Value,
    logs: (String, String),
    diff: BTreeSet<String>,
}

impl Before {
    fn look(side: &Side<'_>) -> Self {
        let logs = side.output(&["logs", "-t", "ended"]);
        Self {
            ended: inspect(side, "ended"),
            named: inspect(side, "named"),
            logs: (text(&logs.stdout), text(&logs.stderr)),
            // In no order, as Docker says it.
            diff: side.good("diff ended").lines().map(str::to_owned).collect(),
        }
    }
}

fn inspect(side: &Side<'_>, name: &str) -> Value {
    let mut shown = side.get(&format!("/containers/{name}/json"));
    // In no order, as Docker has them.
    if let Some(mounts) = shown["Mounts"].as_array_mut() {
        mounts.sort_by_key(|mount| mount["Destination"].to_string());
    }
    shown
}

fn unchanged(side: &Side<'_>, before: &Before) {
    let now = Before::look(side);
    for (now, before) in [(now.ended, &before.ended), (now.named, &before.named)] {
        for (field, value) in before.as_object().unwrap() {
            let mut now = now[field].clone();
            if field == "NetworkSettings" {
                // Each daemon makes its bridge network anew.
                now["Networks"]["bridge"]["NetworkID"] = value["Networks"]["bridge"]["NetworkID"].clone();
            }
            assert_eq!(now, *value, "{field}");
        }
    }
    assert_eq!((now.logs, now.diff), (before.logs.clone(), before.diff.clone()));
    assert_eq!(before.logs.0.lines().count() + before.logs.1.lines().count(), 2);
    assert_eq!(before.ended["State"]["ExitCode"], 7);
    assert_eq!(before.named["HostConfig"]["RestartPolicy"]["MaximumRetryCount"], 4);
}

/// What ran has ended, as it was asked to or not, and who goes with its end is gone.
fn ended(side: &Side<'_>) {
    for (name, status) in [("obeys", 3), ("obstinate", 137), ("fine", 0)] {
        let state = inspect(side, name)["State"].clone();
        let shown = ["Status", "Running", "Pid", "ExitCode", "Error", "Restarting", "OOMKilled", "Dead"];
        let shown: Vec<_> = shown.into_iter().map(|name| state[name].clone()).collect();
        let wanted = serde_json::json!(["exited", false, 0, status, "", false, false, false]);
        assert_eq!(Value::from(shown), wanted, "{name}");
        assert!(state["StartedAt"].as_str().unwrap() < state["FinishedAt"].as_str().unwrap(), "{name}: {state}");
        assert!(side.good(&format!("ps -a -f name={name}")).contains(&format!("Exited ({status})")));
    }
    side.fails("inspect goes", 1);
    // Docker forgets the volume of one that it ended itself.
    let own = side.good("volume ls -q").lines().filter(|name| name.len() == 64).count();
    assert!(own == 1 || side.is_docker(), "the other went with its container: {own}");
}

/// Policies act when the daemon starts.
fn started(side: &Side<'_>) {
    for (name, runs) in [
        ("always", true),
        ("always-stopped", true),
        ("unless", true),
        ("unless-stopped", false),
        ("failed", true),
        ("fine", false),
        ("named", false),
    ] {
        let now = inspect(side, name);
        assert_eq!((&now["State"]["Running"], &now["RestartCount"]), (&runs.into(), &0.into()), "{name}");
    }
    let address = inspect(side, "always")["NetworkSettings"]["Networks"]["bridge"]["IPAddress"].clone();
    assert!(address.as_str().unwrap().starts_with("172."), "{address}");
    assert!(side.good("exec always echo here").contains("here"));
    side.good("rm -f always always-stopped unless unless-stopped failed fine obeys obstinate");
}

/// As before, all can be done with what was there.
fn usable(side: &Side<'_>) {
    let copied = side.output(&["cp", "ended:/x", "-"]);
    assert!(copied.status.success() && copied.stdout.windows(2).any(|two| two == b"x\n"), "{copied:?}");
    assert!(text(&side.output(&["volume", "rm", "data"]).stderr).contains("in use"));
    assert!(text(&side.output(&["rmi", IMAGE]).stderr).contains("force"), "it is in use");
    side.fails("create --name ended lab/shell:1", 1);
    side.good("commit ended kept:1");
    assert_eq!(side.good("run --rm kept:1 cat /x"), "x");
    side.good("rmi kept:1");
    let again = side.output(&["start", "-a", "ended"]);
    assert_eq!(again.status.code(), Some(7), "{again:?}");
    assert_eq!(text(&again.stdout), "one\n");
    assert_eq!(good(side.line("logs ended")), "one\none");
    assert_eq!(side.good("wait ended"), "7");
    let own = side.good("volume ls -q");
    side.good("rm -v ended");
    let left = side.good("volume ls -q");
    assert_eq!(left.lines().count() + 1, own.lines().count(), "its own goes: {left}");
    assert!(left.contains("data"), "the other stays: {left}");
    side.good("rm named");
    side.good("volume rm data");
}
