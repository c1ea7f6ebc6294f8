//! How much room things take, and taking away all at once what nobody needs.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use std::collections::BTreeMap;

pub fn area(side: &Side<'_>) {
    side.good("system prune -f --volumes");
    used(side);
    pruned(side);
}

fn used(side: &Side<'_>) {
    let script = "head -c 20000 /dev/zero > /x; head -c 100000 /dev/zero > /d/file; echo ready; sleep 600";
    side.start("runs", "-v data:/d", script);
    good(side.args(&["run", "--name", "ended", IMAGE, "sh", "-c", "head -c 5000 /dev/zero > /x"]));
    side.good("volume create idle");
    let table = side.good("system df");
    let rows = ["TYPE            TOTAL     ACTIVE    SIZE", "Containers      2         1         25kB      5kB (20%)"];
    assert!(rows.iter().all(|row| table.lines().any(|line| line.starts_with(row))), "{table}");
    assert_eq!(table.lines().next().unwrap().split_whitespace().collect::<Vec<_>>().join(" "), HEADS, "{table}");
    let format = "--format={{.Type}}|{{.TotalCount}}|{{.Active}}|{{.Size}}|{{.Reclaimable}}";
    let lines = good(side.args(&["system", "df", format]));
    let kinds: BTreeMap<&str, &str> = lines.lines().filter_map(|line| line.split_once('|')).collect();
    assert_eq!(kinds["Containers"], "2|1|25kB|5kB (20%)", "{lines}");
    assert_eq!(kinds["Local Volumes"], "2|1|100kB|0B (0%)", "{lines}");
    assert_eq!(kinds["Build Cache"], "0|0|0B|0B", "{lines}");
    let images = side.good("images -q").lines().count();
    assert!(kinds["Images"].starts_with(&format!("{images}|1|")), "{lines}");
    let json = side.good("system df --format json");
    assert!(json.lines().count() == 4 && json.contains(r#""Type":"Local Volumes""#), "{json}");

    let verbose = side.good("system df -v");
    for head in
        ["Images space usage:", "Containers space usage:", "Local Volumes space usage:", "Build cache usage: 0B"]
    {
        assert!(verbose.lines().any(|line| line == head), "{head}\n{verbose}");
    }
    let cells = |begin: &str| {
        let line = verbose
            .lines()
            .find(|line| line.starts_with(&format!("{begin} ")))
            .unwrap_or_else(|| panic!("{begin}\n{verbose}"));
        line.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!((cells("data").join(" "), cells("idle").join(" ")), ("data 1 100kB".into(), "idle 0 0B".into()));
    assert_eq!(cells("VOLUME NAME").join(" "), "VOLUME NAME LINKS SIZE");
    assert_eq!(cells("lab/shell").last().unwrap(), "2", "two containers: {verbose}");
    assert!(verbose.contains("CONTAINER ID   IMAGE") && verbose.contains("LOCAL VOLUMES"), "{verbose}");

    let usage = side.get("/system/df");
    let data = usage["Volumes"].as_array().unwrap().iter().find(|volume| volume["Name"] == "data").unwrap();
    assert_eq!((&data["UsageData"]["RefCount"], &data["UsageData"]["Size"]), (&1.into(), &100_000.into()), "{data}");
    assert!(usage["LayersSize"].as_u64().unwrap() > 0 && usage["BuildCache"].as_array().is_none_or(Vec::is_empty));
    let image = usage["Images"].as_array().unwrap().iter().find(|image| image["Containers"] == 2).unwrap();
    assert!(image["SharedSize"].as_i64().unwrap() >= 0, "{image}");
    reclaimed(side);
    side.good("rm -f runs");
    side.good("volume rm data");
}

/// What goes takes as much as was said before that nobody needs it.
fn reclaimed(side: &Side<'_>) {
    side.run("-v idle:/d", "head -c 3000 /dev/zero > /d/a; head -c 1000 /dev/zero > /d/b; ln /d/b /d/c");
    let said = |kind: &str| {
        let lines = good(side.args(&["system", "df", "--format={{.Type}}|{{.Reclaimable}}"]));
        let line = lines.lines().find_map(|line| line.strip_prefix(kind)).unwrap().trim_start_matches('|').to_owned();
        line.split(' ').next().unwrap().to_owned()
    };
    let (containers, volumes) = (said("Containers"), said("Local Volumes"));
    assert_eq!((containers.as_str(), volumes.as_str()), ("5kB", "4kB"));
    assert!(side.good("container prune -f").ends_with(&format!("Total reclaimed space: {containers}")));
    // As who speaks Docker 20.10's version asks for it: of all that nobody uses.
    let (_, body) = side.post("/volumes/prune", "");
    let pruned: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!((&pruned["VolumesDeleted"], &pruned["SpaceReclaimed"]), (&["idle"].into(), &4000.into()));
    assert_eq!((said("Containers"), said("Local Volumes")), ("0B".to_owned(), "0B".to_owned()));
}

const HEADS: &str = "TYPE TOTAL ACTIVE SIZE RECLAIMABLE";

fn pruned(side: &Side<'_>) {
    side.good(&format!("create --name kept -l keep {IMAGE}"));
    good(side.args(&["run", "--name", "filled", "-v", "/v", IMAGE, "sh", "-c", "head -c 5000 /dev/zero > /v/a"]));
    let volume = side.get("/containers/filled/json")["Mounts"][0]["Name"].as_str().unwrap().to_owned();
    let filled = side.get("/containers/filled/json")["Id"].as_str().unwrap().to_owned();
    side.image("lab/room:1", "LABEL room=1");
    // Nobody is there to say yes.
    let said = side.output(&["system", "prune"]);
    assert!([said.stdout, said.stderr].concat().ends_with(b"[y/N] "));
    assert_eq!(side.good("ps -aq").lines().count(), 2);
    let said = side.output(&["system", "prune", "-f", "--volumes", "--filter", "until=24h"]);
    assert!(!said.status.success() && text(&said.stderr).contains("\"until\""), "{}", text(&said.stderr));

    let said = side.good("system prune -f --filter label!=keep --filter until=1h");
    assert_eq!(said, "Total reclaimed space: 0B", "nothing is so old");
    let said = side.good("system prune -f --filter label!=keep");
    assert!(said.contains(&format!("Deleted Containers:\n{filled}\n")), "{said}");
    assert!(side.good("volume ls -q").contains(&volume), "volumes go only when that is said");
    let said = side.good("system prune -f --volumes --filter label!=keep");
    assert_eq!(said, format!("Deleted Volumes:\n{volume}\n\nTotal reclaimed space: 5kB"));
    // Images with a name go only when all are meant.
    assert_eq!(side.good("images -q lab/room:1").lines().count(), 1);
    let said = side.good("system prune -af --filter label=room");
    assert!(said.contains("Deleted Images:\nuntagged: lab/room:1\ndeleted: sha256:"), "{said}");
    assert_eq!((side.good("images -q lab/room:1"), side.good("ps -aq").lines().count()), (String::new(), 1));
    side.good("rm kept");
    side.fails("system prune -f --filter bogus=1", 1);
    let (status, body) = side.post("/build/prune", "");
    assert_eq!(status, 200, "{}", text(&body));
}
