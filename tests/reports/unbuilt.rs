//! What Docker has and dockwalk does not: its name and what to do instead, in one line.

use crate::side::{IMAGE, Side, shared, text};

/// Command lines, and a word of what is said.
const LINES: &[(&str, &str)] = &[
    ("search shell", "by name"),
    ("swarm init", "swarm mode"),
    ("node ls", "swarm mode"),
    ("service ls", "swarm mode"),
    ("secret ls", "/run/secrets"),
    ("config ls", "/run/secrets"),
    ("plugin ls", "Plugins"),
];

/// What a host answers that is in no swarm, Docker's as well.
const OF_SWARMS: [(&str, &str); 9] = [
    ("GET", "/swarm"),
    ("GET", "/swarm/unlockkey"),
    ("GET", "/nodes"),
    ("GET", "/services"),
    ("GET", "/services/x"),
    ("GET", "/tasks"),
    ("GET", "/secrets"),
    ("GET", "/configs"),
    ("DELETE", "/services/x"),
];

pub fn area(side: &Side<'_>) {
    for (method, path) in OF_SWARMS {
        let (status, body) = side.request(method, path);
        assert!(status == 503 && text(&body).contains("This node is not a swarm manager"), "{method} {path}: {status}");
    }
    if side.is_docker() {
        // It has them.
        return;
    }
    side.good(&format!("create --name box {IMAGE}"));
    for (line, word) in LINES {
        let said = side.output(&line.split(' ').collect::<Vec<_>>());
        let err = text(&said.stderr);
        assert!(said.status.code().is_some_and(|code| code > 0), "{line}: {err}");
        // The CLI may say something of its own below.
        let whole = |line: &str| line.contains("not part of dockwalk") && line.contains(word);
        assert!(err.lines().any(whole), "{line}: {err}");
    }
    // Who looks for a name goes on where it is not, and finds nothing.
    let said = side.fails("inspect no-such-thing", 1);
    assert!(said.to_lowercase().contains("no such") && !said.contains("part of dockwalk"), "{said}");
    let dir = shared();
    std::fs::write(dir.path().join("Dockerfile"), "FROM scratch\n").unwrap();
    let mut build = side.args(&["build", &dir.path().display().to_string()]);
    build.env("DOCKER_BUILDKIT", "0");
    let said = crate::engine::fails(build, 1);
    assert!(
        said.contains("not part of dockwalk") && said.contains("docker save IMAGE | dockwalk docker load"),
        "{said}"
    );
    // Over the wire, by a status that says so; and what nobody has is a page that is not there.
    for (method, path, status, word) in [
        ("GET", "/distribution/lab/shell:1/json", 501, "registry"),
        ("GET", "/images/search?term=x", 501, "Searching"),
        ("PUT", "/volumes/data", 503, "swarm mode"),
        ("POST", "/swarm/init", 501, "swarm mode"),
        ("POST", "/plugins/pull", 501, "Plugins"),
        ("GET", "/plugins/a/b:1/json", 404, "Plugins"),
        ("GET", "/containers/box/attach/ws", 501, "web socket"),
        ("GET", "/nothing", 404, "page not found: GET /v1.41/nothing"),
        ("POST", "/containers/box/nothing", 404, "page not found"),
        ("DELETE", "/info", 404, "page not found"),
        ("GET", "/images/lab/shell:1/nothing", 404, "page not found"),
    ] {
        let (found, body) = side.request(method, path);
        assert!(found == status && text(&body).contains(word), "{method} {path}: {found} {}", text(&body));
    }
}
