//! What the kernel kills for want of memory: said of the container, and told.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};

/// Numbers below 0 over the wire, which no flag of a client lets through: some mean no limit, the rest nothing.
fn less_than_nothing(side: &Side<'_>) {
    for (field, good) in [
        ("\"Memory\":-5", false),
        ("\"Memory\":33554432,\"MemorySwap\":-5", true),
        ("\"MemorySwap\":-5", true),
        ("\"MemoryReservation\":-5", true),
        ("\"KernelMemory\":-5", true),
        ("\"NanoCpus\":-5", false),
        ("\"CpuPeriod\":-5", false),
        ("\"CpuQuota\":-5", true),
        ("\"PidsLimit\":-5", true),
        ("\"MemorySwappiness\":-5", false),
        ("\"ShmSize\":-5", false),
        ("\"BlkioWeight\":-5", false),
    ] {
        let body = format!("{{\"Image\":\"{IMAGE}\",\"Cmd\":[\"true\"],\"HostConfig\":{{{field}}}}}");
        let (status, said) = side.post("/containers/create?name=less", &body);
        let said = text(&said);
        assert_eq!(status == 201, good, "{field}: {status} {said}");
        if good {
            let (status, said) = side.post("/containers/less/start", "");
            assert_eq!(status, 204, "{field}: {}", text(&said));
            side.good("rm -f less");
        }
    }
}

/// Takes memory until there is none left.
const TAKES: &str = "busybox tail /dev/zero";
const LITTLE: &str = "-m 20m --memory-swap 20m";

pub fn area(side: &Side<'_>) {
    less_than_nothing(side);
    if !can_limit(side) {
        return;
    }
    for (flags, script, status, killed) in [
        // Its first process, one beside it, and a file in memory.
        (LITTLE, format!("exec {TAKES}"), 137, true),
        (LITTLE, format!("{TAKES}; echo $?; exit 3"), 3, true),
        (LITTLE, "exec busybox dd if=/dev/zero of=/dev/shm/x bs=1M count=40".to_owned(), 137, true),
        // The same status, and enough memory; or none is counted.
        (LITTLE, "exit 137".to_owned(), 137, false),
        ("", "exit 137".to_owned(), 137, false),
    ] {
        let flags: Vec<_> = flags.split(' ').filter(|flag| !flag.is_empty()).collect();
        let run = ["run", "-d", "--name", "little"].into_iter().chain(flags).chain([IMAGE, "sh", "-c", &script]);
        good(side.args(&run.collect::<Vec<_>>()));
        assert_eq!(side.good("wait little"), status.to_string(), "{script}");
        // Docker hears of it by a word of its own, which may come later than the end, and then too late.
        if side.is_docker() && killed {
            side.good("rm little");
            continue;
        }
        let state = &side.get("/containers/little/json")["State"];
        assert_eq!((&state["OOMKilled"], &state["ExitCode"]), (&killed.into(), &status.into()), "{script}");
        let told = told(side);
        let wanted: &[&str] = if killed { &["oom", "die"] } else { &["die"] };
        assert_eq!(told, wanted, "{script}");
        side.good("rm little");
    }
    // What is killed beside its first process is told while that runs; inspect says so when it has ended.
    // Who tells it to go on has ended before it does: where that one takes long to die, the kernel kills both.
    let go_on = "read its < /go; while kill -0 $its 2>/dev/null; do busybox usleep 2000; done";
    let script = format!("{TAKES}; echo first; {go_on}; {TAKES}; echo second; {go_on}; exit 3");
    let fifo = format!("mkfifo /go; {script}");
    good(side.args(&["run", "-d", "--name", "little", "-m", "20m", "--memory-swap", "20m", IMAGE, "sh", "-c", &fifo]));
    for (word, times) in [("first", 1), ("second", 2)] {
        side.soon("little", word);
        soon_told(side, &vec!["oom"; times]);
        assert_eq!(side.get("/containers/little/json")["State"]["OOMKilled"], false, "it runs");
        good(side.args(&["exec", "little", "sh", "-c", "echo $$ > /go"]));
    }
    assert_eq!(side.good("wait little"), "3");
    soon_told(side, &["oom", "oom", "die"]);
    side.good("rm little");
    // Of the latest run that has ended.
    let script = format!("test -e /again && exit 0; : > /again; exec {TAKES}");
    let run = ["run", "--name", "little", "-m", "20m", "--memory-swap", "20m", IMAGE, "sh", "-c", &script];
    crate::engine::fails(side.args(&run), 137);
    side.good("start little");
    assert_eq!(side.good("wait little"), "0");
    assert_eq!(side.get("/containers/little/json")["State"]["OOMKilled"], false);
    side.good("rm little");
}

/// Without control groups there is no limit, and nothing to be killed for.
fn can_limit(side: &Side<'_>) -> bool {
    side.get("/info")["MemoryLimit"] == true
}

/// Waits until that is told, and no more.
fn soon_told(side: &Side<'_>, wanted: &[&str]) {
    for _ in 0..500 {
        if told(side).len() >= wanted.len() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(told(side), wanted);
}

fn told(side: &Side<'_>) -> Vec<String> {
    let id = side.get("/containers/little/json")["Id"].as_str().unwrap().to_owned();
    let until = (jiff::Timestamp::now().as_second() + 1).to_string();
    let container = format!("container={id}");
    let words =
        ["events", "--since", "0", "--until", &until, "--format", "{{json .}}", "-f", "event=oom", "-f", "event=die"];
    let said = good(side.args(&words.into_iter().chain(["-f", &container]).collect::<Vec<_>>()));
    let action = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).unwrap();
        event["Action"].as_str().unwrap().to_owned()
    };
    said.lines().map(action).collect()
}
