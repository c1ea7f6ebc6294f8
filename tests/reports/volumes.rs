//! Labels of volumes.

use crate::side::Side;

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
    side.start("box", "-v data:/d", "echo ready; sleep 600");
    assert_eq!(list("-f dangling=false"), "data");
}
