//! Labels of volumes.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};

pub fn area(side: &Side<'_>) {
    side.good("volume create --label tier=db --label empty data");
    let labels = |name: &str| side.get(&format!("/volumes/{name}"))["Labels"].clone();
    assert_eq!(labels("data"), serde_json::json!({"tier": "db", "empty": ""}));
    // It is there already.
    side.good("volume create --label tier=web data");
    assert_eq!(labels("data")["tier"], "db");
    assert!(side.good("volume inspect data").contains("\"tier\": \"db\""));
    side.good("volume create --label tier=web --label empty other");
    side.good("volume create plain");
    let list = |filters: &str| {
        let mut names: Vec<_> = side.good(&format!("volume ls -q {filters}")).lines().map(str::to_owned).collect();
        names.sort();
        names.join(" ")
    };
    for (filters, names) in [
        ("-f label=tier", "data other"),
        ("-f label=tier=db", "data"),
        ("-f label=tier -f label=empty", "data other"),
        ("-f label=tier=db -f label=tier=web", ""),
        ("-f label=none", ""),
        ("-f name=da", "data"),
        ("-f name=^da", "data"),
        ("-f name=ta$", "data"),
        ("-f name=data -f name=plain", "data plain"),
        ("-f driver=local", "data other plain"),
        ("-f driver=nfs", ""),
        ("-f dangling=true -f label=tier", "data other"),
        ("-f dangling=false", ""),
    ] {
        assert_eq!(list(filters), names, "{filters}");
    }
    side.fails("volume ls -f dangling=maybe", 1);
    side.fails("volume ls -f bogus=1", 1);
    pruned(side);
    side.start("box", "-v data:/d", "echo ready; sleep 600");
    assert_eq!(list("-f dangling=false"), "data");
}

/// What is removed is counted: as Docker does, each file by its length and once.
fn pruned(side: &Side<'_>) {
    let prune = || {
        let (status, said) = side.post("/volumes/prune", "");
        assert_eq!(status, 200, "{}", text(&said));
        serde_json::from_slice::<serde_json::Value>(&said).unwrap()["SpaceReclaimed"].as_u64().unwrap()
    };
    let fill = |script: &str| {
        good(side.args(&["run", "--name", "filled", "-v", "/v", IMAGE, "sh", "-c", script]));
        side.good("rm filled");
    };
    prune();
    assert_eq!(prune(), 0, "there is nothing");
    for (script, bytes) in [
        ("head -c 5000 /dev/zero > /v/a", 5000),
        ("head -c 2000 /dev/zero > /v/a; ln /v/a /v/b; mkdir /v/d; echo 123 > /v/d/c", 2004),
        ("dd of=/v/sparse bs=1 seek=3000000 count=0 2>/dev/null", 3_000_000),
        ("mkdir -p /v/a/b/c", 0),
    ] {
        fill(script);
        assert_eq!(prune(), bytes, "{script}");
    }
}
