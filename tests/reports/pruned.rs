//! What `prune` takes away, and how it says so: scripts read it.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};

pub fn area(side: &Side<'_>) {
    nothing_by_mistake(side);
    containers(side);
    networks(side);
    volumes(side);
    images(side);
    for kind in ["container", "network", "volume", "image"] {
        side.fails(&format!("{kind} prune -f --filter bogus=1"), 1);
        side.fails(&format!("{kind} prune -f --bogus"), 125);
    }
}

/// What stands between the head and the sum, which is as long as that of docker.
fn said(side: &Side<'_>, line: &str, head: &str) -> (Vec<String>, String) {
    let out = side.good(line);
    let mut lines: Vec<_> = out.lines().map(str::to_owned).collect();
    let sum = lines.pop().unwrap();
    if !lines.is_empty() {
        assert_eq!((lines.remove(0).as_str(), lines.pop().as_deref()), (head, Some("")), "{out}");
    }
    lines.sort();
    (lines, sum)
}

fn containers(side: &Side<'_>) {
    let prune = |filter: &str| said(side, &format!("container prune -f{filter}"), "Deleted Containers:");
    let none = (Vec::new(), "Total reclaimed space: 0B".to_owned());
    assert_eq!(prune(""), none);
    let make = |name: &str, label: &str| {
        side.good(&format!("create --name {name} --label {label} {IMAGE}"));
        side.get(&format!("/containers/{name}/json"))["Id"].as_str().unwrap().to_owned()
    };
    let (one, two) = (make("one", "a=1"), make("two", "a=2"));
    good(side.args(&["run", "--name", "full", IMAGE, "sh", "-c", "head -c 5000 /dev/zero > /x"]));
    let full = side.get("/containers/full/json")["Id"].as_str().unwrap().to_owned();
    side.start("runs", "-v kept:/v", "echo ready; sleep 600");
    assert_eq!(prune(" --filter label=b"), none);
    assert_eq!(prune(" --filter until=24h"), none);
    assert_eq!(prune(" --filter label=a=1"), (vec![one], none.1.clone()));
    let mut both = vec![two, full];
    both.sort();
    assert_eq!(prune(" --filter until=2100-01-01 --filter label!=b"), (both, "Total reclaimed space: 5kB".to_owned()));
    assert_eq!(prune(""), none);
    assert_eq!(side.good("ps -a --format json").lines().count(), 1, "what runs stays");
    side.good("rm -f runs");
    assert!(side.good("volume ls -q").contains("kept"), "volumes stay");
    let (status, body) = side.post("/containers/prune", "");
    assert_eq!((status, text(&body).trim()), (200, r#"{"ContainersDeleted":null,"SpaceReclaimed":0}"#));
}

fn networks(side: &Side<'_>) {
    for line in ["network prune -f", "network prune -f --filter until=24h", "network prune -f --filter label=a"] {
        assert_eq!(side.good(line), "");
    }
    let (status, body) = side.post("/networks/prune", "");
    assert_eq!((status, text(&body).trim()), (200, r#"{"NetworksDeleted":null}"#));
}

fn volumes(side: &Side<'_>) {
    let prune = || said(side, "volume prune -f", "Deleted Volumes:");
    prune();
    assert_eq!(prune(), (Vec::new(), "Total reclaimed space: 0B".to_owned()));
    good(side.args(&["run", "--name", "filled", "-v", "/v", IMAGE, "sh", "-c", "head -c 5000 /dev/zero > /v/a"]));
    let volume = side.get("/containers/filled/json")["Mounts"][0]["Name"].as_str().unwrap().to_owned();
    assert_eq!(prune().0, Vec::<String>::new(), "it is used");
    side.good("rm filled");
    assert_eq!(prune(), (vec![volume], "Total reclaimed space: 5kB".to_owned()));
    // To whoever speaks as 20.10 does all are meant, those with a name, too.
    assert_eq!(side.post("/volumes/prune", "").0, 200);
    side.good("volume create named");
    let (status, body) = side.post("/volumes/prune", "");
    assert_eq!((status, text(&body).trim()), (200, r#"{"VolumesDeleted":["named"],"SpaceReclaimed":0}"#));
}

fn images(side: &Side<'_>) {
    let prune = || said(side, "image prune -f", "Deleted Images:");
    prune();
    assert_eq!(prune(), (Vec::new(), "Total reclaimed space: 0B".to_owned()));
    side.image("lab/pruned:1", "ENV A=1");
    side.image("lab/pruned:1", "ENV A=2");
    let (lines, _) = prune();
    assert!(!lines.is_empty() && lines.iter().all(|line| line.starts_with("deleted: sha256:")), "{lines:?}");
    side.good("rmi lab/pruned:1");
}

/// A moment that is none takes nothing away.
fn nothing_by_mistake(side: &Side<'_>) {
    side.good("create --name kept lab/shell:1");
    for until in ["99999999999999999999", "1e3", "-1", "yesterday", "1e999h", "1\",\"2"] {
        for kind in ["containers", "networks", "images"] {
            let filters = format!("{{\"until\":[\"{until}\"]}}").replace('"', "%22").replace(['{', '}', '[', ']'], "");
            let filters = format!("%7B{}%7D", filters.replacen("%22until%22:", "%22until%22:%5B", 1) + "%5D");
            let (status, body) = side.post(&format!("/{kind}/prune?filters={filters}"), "");
            assert!(status >= 400, "{kind} {until}: {status} {}", String::from_utf8_lossy(&body));
        }
    }
    assert_eq!(side.good("ps -aq --filter name=kept").lines().count(), 1);
    side.good("rm kept");
}
