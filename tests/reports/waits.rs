//! Who waits for what of a container's end; and which ports it has.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::Value;

pub fn area(side: &Side<'_>) {
    conditions(side);
    ports(side);
}

/// Asks in the background, and tells what came.
fn waiting<'s>(scope: &'s std::thread::Scope<'s, '_>, side: &'s Side<'_>, of: &'s str) -> Waiting<'s> {
    Waiting(scope.spawn(move || {
        let (status, body) = side.post(&format!("/containers/{of}"), "");
        assert_eq!(status, 200, "{}", text(&body));
        serde_json::from_slice::<Value>(&body).unwrap()["StatusCode"].as_i64().unwrap()
    }))
}

struct Waiting<'s>(std::thread::ScopedJoinHandle<'s, i64>);

impl Waiting<'_> {
    fn status(self) -> i64 {
        self.0.join().unwrap()
    }
}

fn conditions(side: &Side<'_>) {
    side.good(&format!("create --name made {IMAGE} sh -c exit"));
    let ask = |query: &str| side.post(&format!("/containers/made/wait{query}"), "");
    // It does not run: nothing is waited for.
    for query in ["", "?condition=not-running", "?condition=nightfall"] {
        let (status, body) = ask(query);
        assert_eq!((status, text(&body).contains("\"StatusCode\":0")), (200, true), "{query}: {}", text(&body));
    }
    std::thread::scope(|scope| {
        good(side.args(&["create", "--name", "next", IMAGE, "sh", "-c", "exit 7"]));
        good(side.args(&["create", "--rm", "--name", "gone", IMAGE, "sh", "-c", "exit 8"]));
        let next = waiting(scope, side, "next/wait?condition=next-exit");
        let gone = waiting(scope, side, "gone/wait?condition=removed");
        // A request that has not arrived yet waits for an end that has been: so often does it end.
        while !next.0.is_finished() {
            side.good("start next");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert_eq!(next.status(), 7);
        assert_eq!(side.good("wait next"), "7");
        assert!(!gone.0.is_finished(), "it has not been started");
        side.good("start gone");
        assert_eq!(gone.status(), 8);
        side.fails("inspect gone", 1);
    });
    assert_eq!(side.request("POST", "/containers/gone/wait?condition=removed").0, 404);
    // Who waits to be started again has ended, and is waited for until the next end.
    good(side.args(&["run", "-d", "--name", "again", "--restart", "on-failure:1", IMAGE, "sh", "-c", "exit 3"]));
    assert_eq!(side.good("wait again"), "3");
    side.good("rm -f made next again");
}

/// Of ports that are not published there is nothing to say.
fn ports(side: &Side<'_>) {
    side.start("open", "--expose 80 --expose 53/udp", "echo ready; sleep 600");
    assert_eq!(side.good("port open"), "");
    for (port, words) in [("80", "No public port '80' published for open"), ("53/udp", "'53/udp'"), ("81/tcp", "'81")] {
        let said = side.fails(&format!("port open {port}"), 1);
        assert!(said.contains(words) && said.contains("No public port"), "{said}");
    }
    for bad in ["http", "80:81", "70000", "-1x"] {
        side.fails(&format!("port open {bad}").replace(" -", " -- -"), 1);
    }
    assert!(side.fails("port nosuch", 1).contains("No such container"));
    let list = |filter: &str| side.good(&format!("ps -a -q -f name=open -f {filter}")).lines().count();
    for (filter, found) in [
        ("expose=80", 1),
        ("expose=80/tcp", 1),
        ("expose=53", 0),
        ("expose=53/udp", 1),
        ("expose=70-90", 1),
        ("expose=81-90/tcp", 0),
        ("publish=80", 0),
        ("publish=80 -f expose=80", 1),
        ("expose=1 -f expose=80", 1),
    ] {
        assert_eq!(list(filter), found, "{filter}");
    }
    for bad in ["expose=80:80", "publish=x", "expose=90-80", "publish=1-"] {
        side.fails(&format!("ps -f {bad}"), 1);
    }
    side.good("stop -t 0 open");
    assert_eq!(list("expose=80"), 0, "it is on no network any more");
    assert_eq!(side.good("port open"), "");
    side.good("rm open");
}
