//! What containers use.

use crate::side::{Side, text};
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

/// A processor is busy, memory is held, and something comes over the network's own interface.
const BUSY: &str = "echo ready; x=$(head -c 8000000 /dev/zero | tr '\\0' x); while :; do :; done";

pub fn area(side: &Side<'_>) {
    side.start("busy", "", BUSY);
    side.start("idle", "--network none", "echo ready; sleep 600");
    side.good("create --name made lab/shell:1");
    table(side);
    documents(side);
    streams(side);
    side.good("rm -f busy idle made");
}

fn table(side: &Side<'_>) {
    let heads = "CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT     MEM %     NET I/O       BLOCK I/O   PIDS";
    let words = |line: &str| line.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let said = side.good("stats --no-stream");
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(words(lines[0]), words(heads), "{said}");
    assert_eq!(lines.len(), 3, "those that run: {said}");
    let line = lines.iter().find(|line| line.contains("busy")).unwrap();
    // CONTAINER ID, NAME, CPU %, used / limit, MEM %, NET I/O, BLOCK I/O, PIDS
    let cells = words(line);
    assert_eq!((cells.len(), cells[4].as_str(), cells[8].as_str(), cells[11].as_str()), (14, "/", "/", "/"), "{line}");
    assert!(cells[2].ends_with('%') && cells[5].ends_with("iB") && cells[13] == "1", "{line}");
    assert!(cells[2].trim_end_matches('%').parse::<f64>().unwrap() > 1.0, "it is busy: {line}");
    assert!(side.good("stats --no-stream --all").contains("made"));
    let id = side.good("inspect -f {{.Id}} made");
    let nothing =
        "--format={{.ID}}|{{.Name}}|{{.CPUPerc}}|{{.MemUsage}}|{{.MemPerc}}|{{.NetIO}}|{{.BlockIO}}|{{.PIDs}}";
    let said = crate::engine::good(side.args(&["stats", "--no-stream", "--no-trunc", nothing, "made"]));
    assert_eq!(said, format!("{id}|made|0.00%|0B / 0B|0.00%|0B / 0B|0B / 0B|0"));
    let json = side.good("stats --no-stream --format json made");
    let json: Value = serde_json::from_str(&json).unwrap();
    let fields: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    let known = ["BlockIO", "CPUPerc", "Container", "ID", "MemPerc", "MemUsage", "Name", "NetIO", "PIDs"];
    assert_eq!(fields, known, "{json}");
    let said = side.fails("stats --no-stream nosuch", 1);
    assert!(said.contains("No such container: nosuch"), "{said}");
    assert!(side.fails("stats --no-stream busy nosuch", 1).contains("No such container: nosuch"));
}

fn documents(side: &Side<'_>) {
    let ask = |name: &str, query: &str| side.get(&format!("/containers/{name}/stats?{query}"));
    let busy = ask("busy", "stream=false");
    let number = |of: &Value, path: &str| of.pointer(path).and_then(Value::as_u64).unwrap_or_default();
    let used = |now: &Value| number(now, "/cpu_stats/cpu_usage/total_usage");
    assert_eq!(busy["name"], "/busy");
    assert!(used(&busy) > number(&busy, "/precpu_stats/cpu_usage/total_usage"), "{busy}");
    assert!(number(&busy, "/precpu_stats/cpu_usage/total_usage") > 0, "{busy}");
    let between = number(&busy, "/cpu_stats/system_cpu_usage") - number(&busy, "/precpu_stats/system_cpu_usage");
    // A second of each processor, as far as the machine is not slow.
    assert!(between > 500_000_000 && number(&busy, "/cpu_stats/online_cpus") > 0, "{busy}");
    assert_ne!(busy["preread"], "0001-01-01T00:00:00Z");
    assert!(number(&busy, "/memory_stats/usage") > 7_000_000, "{busy}");
    assert!(number(&busy, "/memory_stats/limit") > 1 << 28, "{busy}");
    assert_eq!(number(&busy, "/pids_stats/current"), 1);
    assert!(busy.pointer("/networks/eth0/rx_bytes").is_some(), "{busy}");
    assert_eq!(ask("idle", "stream=false").get("networks"), None);
    let once = ask("busy", "stream=false&one-shot=true");
    assert_eq!((&once["preread"], used(&once) > 0), (&"0001-01-01T00:00:00Z".into(), true), "{once}");
    let made = ask("made", "stream=false");
    let id = side.good("inspect -f {{.Id}} made");
    assert_eq!((&made["read"], &made["id"]), (&"0001-01-01T00:00:00Z".into(), &id.into()), "{made}");
    assert_eq!((used(&made), made["memory_stats"].as_object().unwrap().len()), (0, 0), "{made}");
    assert!(made["blkio_stats"]["io_service_bytes_recursive"].is_null() && made.get("networks").is_none(), "{made}");
    let (status, said) = side.request("GET", "/containers/nosuch/stats?stream=false");
    assert_eq!(status, 404, "{}", text(&said));
    // A limit is shown where there is one.
    let limited = side.output(&["run", "-d", "--name", "limited", "-m", "64m", "lab/shell:1", "sleep", "600"]);
    assert!(limited.status.success());
    if side.is_docker() || side.good("info -f {{.MemoryLimit}}") == "true" {
        assert_eq!(number(&ask("limited", "stream=false&one-shot=1"), "/memory_stats/limit"), 64 << 20);
    }
    side.good("rm -f limited");
}

fn streams(side: &Side<'_>) {
    let mut live = side.args(&["stats", "--format", "{{.Name}} {{.PIDs}}", "busy"]);
    let mut live = live.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let lines = BufReader::new(live.stdout.take().unwrap()).lines().map_while(Result::ok);
    // Docker's begin with what clears a screen.
    let seen: Vec<_> = lines.filter(|line| line.contains("busy 1")).take(2).collect();
    live.kill().unwrap();
    live.wait().unwrap();
    assert_eq!(seen.len(), 2, "one a second");
}
