//! `--group-add`: by the names of the container's own `/etc/group`, and by numbers.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::json;

/// The groups of a shell, in the order of their numbers.
const GROUPS: &str = "id -G | tr ' ' '\\n' | sort -n | tr '\\n' ' '";

pub fn area(side: &Side<'_>) {
    for (flags, groups) in [
        ("--group-add student", "0 1000"),
        ("--group-add 77", "0 77"),
        ("--group-add +78", "0 78"),
        ("--group-add 77 --group-add student --group-add 5", "0 5 77 1000"),
        ("--group-add 0", "0"),
        ("-u student --group-add 77", "77 1000"),
        ("-u student --group-add nogroup", "1000 65534"),
        ("-u student:5 --group-add student", "5 1000"),
        ("-u 7:8 --group-add 8", "8"),
    ] {
        assert_eq!(side.run(flags, GROUPS).trim(), groups, "{flags}");
    }
    for group in ["nobody-here", "", "77,78", "77:78", "-5", "2147483648", "-"] {
        crate::engine::fails(side.args(&["run", "--rm", "--group-add", group, IMAGE, "true"]), 125);
        // Which groups there are is known when it starts.
        good(side.args(&["create", "--group-add", group, IMAGE]));
    }
    // All processes of the container are in it, whoever they are.
    side.start("grouped", "--group-add 77 --group-add student", "echo ready; sleep 600");
    for (user, groups) in [("root", "0 77 1000"), ("student", "77 1000"), ("7", "0 77 1000"), ("7:8", "8 77 1000")] {
        assert_eq!(good(side.args(&["exec", "-u", user, "grouped", "sh", "-c", GROUPS])).trim(), groups, "{user}");
    }
    let shown = |name: &str| side.get(&format!("/containers/{name}/json"))["HostConfig"]["GroupAdd"].clone();
    assert_eq!(shown("grouped"), json!(["77", "student"]));
    for (asked, status) in [(r#"["7","7"]"#, 201), ("null", 201), (r#""7""#, 0), ("[7]", 0)] {
        let body = format!(r#"{{"Image":"{IMAGE}","HostConfig":{{"GroupAdd":{asked}}}}}"#);
        let (found, said) = side.post("/containers/create", &body);
        assert!(found == status || status == 0 && found >= 400, "{asked}: {found} {}", text(&said));
    }
}
