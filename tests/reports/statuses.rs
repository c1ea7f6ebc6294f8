//! Requests that mean nothing, over the wire: each is refused, by a status that says whose fault it is. Where Docker 20.10 has its own
//! error for it (500 for numbers, filters and bodies it cannot read), the engine says what later versions do: 400.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};

/// Method, path, body; what this engine answers, and what Docker 20.10 does.
const TABLE: &[(&str, &str, u16, u16)] = &[
    ("POST", "/containers/tty/resize?h=70000&w=10", 200, 200),
    ("POST", "/containers/tty/resize?h=10&w=70000", 200, 200),
    ("POST", "/containers/tty/resize?h=65535&w=65535", 200, 200),
    ("POST", "/containers/tty/resize?h=0&w=0", 200, 200),
    ("POST", "/containers/tty/resize?h=x&w=10", 400, 400),
    ("POST", "/containers/tty/resize?h=&w=10", 400, 400),
    ("POST", "/containers/tty/resize?h=10", 400, 400),
    ("POST", "/containers/tty/resize", 400, 400),
    ("POST", "/containers/none/resize?h=10&w=10", 404, 404),
    ("POST", "/containers/made/resize?h=10&w=10", 409, 409),
    ("POST", "/containers/none/start", 404, 404),
    ("POST", "/containers/tty/start", 304, 304),
    ("POST", "/containers/made/stop", 304, 304),
    ("POST", "/containers/none/stop", 404, 404),
    ("POST", "/containers/made/stop?t=x", 400, 500),
    ("POST", "/containers/tty/restart?t=x", 400, 500),
    ("POST", "/containers/made/kill", 409, 409),
    ("POST", "/containers/none/kill", 404, 404),
    ("POST", "/containers/tty/kill?signal=FOO", 400, 400),
    ("POST", "/containers/none/wait", 404, 404),
    ("GET", "/containers/none/json", 404, 404),
    ("GET", "/containers/none/changes", 404, 404),
    ("GET", "/containers/tty/logs", 400, 400),
    ("GET", "/containers/tty/logs?stdout=1&since=x", 400, 500),
    ("GET", "/containers/json?limit=x", 400, 500),
    ("GET", "/containers/json?filters=x", 400, 500),
    ("GET", "/containers/json?filters=%7B%22x%22:%5B%22y%22%5D%7D", 400, 400),
    ("DELETE", "/containers/none", 404, 404),
    ("DELETE", "/containers/tty", 409, 409),
    ("POST", "/containers/prune?filters=%7B%22x%22:%5B%22y%22%5D%7D", 400, 400),
    ("POST", "/containers/prune?filters=%7B%22until%22:%5B%22y%22%5D%7D", 400, 500),
    ("POST", "/networks/prune?filters=%7B%22x%22:%5B%22y%22%5D%7D", 400, 400),
    ("POST", "/volumes/prune?filters=%7B%22x%22:%5B%22y%22%5D%7D", 400, 400),
    ("POST", "/images/prune?filters=%7B%22x%22:%5B%22y%22%5D%7D", 400, 400),
    ("GET", "/exec/none/json", 404, 404),
    ("GET", "/images/none/json", 404, 404),
    ("GET", "/images/none/history", 404, 404),
    ("DELETE", "/images/none", 404, 404),
    ("POST", "/images/none/tag?repo=a", 404, 404),
    ("POST", "/images/lab/shell:1/tag?repo=UPPER", 400, 500),
    ("POST", "/commit?container=none", 404, 404),
    ("GET", "/volumes/none", 404, 404),
    ("DELETE", "/volumes/none", 404, 404),
    ("DELETE", "/volumes/none?force=1", 204, 204),
    ("GET", "/networks/no-such", 404, 404),
    ("GET", "/events?since=x", 400, 500),
];

pub fn area(side: &Side<'_>) {
    good(side.args(&["run", "-d", "-t", "--name", "tty", IMAGE, "sleep", "600"]));
    side.good(&format!("create --name made {IMAGE}"));
    for (method, path, ours, dockers) in TABLE {
        let (status, said) = side.request(method, path);
        let wanted = if side.is_docker() { dockers } else { ours };
        assert_eq!(status, *wanted, "{method} {path}: {}", text(&said));
    }
    // An empty name is seen in what is said of it.
    for (method, path) in [("POST", "/commit?container="), ("POST", "/images/none/tag?repo=a")] {
        let (status, said) = side.request(method, path);
        assert!(status >= 400 && !text(&said).contains(": ."), "{}", text(&said));
    }
    // Two words for one thing are none, whatever each of them means.
    for mode in ["rshared,slave", "private,rprivate", "ro,shared,shared"] {
        side.fails(&format!("create -v /tmp:/b:{mode} {IMAGE}"), 1);
    }
}
