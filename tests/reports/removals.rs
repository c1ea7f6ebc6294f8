//! `rm -f` of a container that is deleted when it ends; and what is said while it is being deleted. Options of `-v` that mean
//! something elsewhere.

use crate::engine::good;
use crate::side::{IMAGE, Side, shared};
use std::io::Write;
use std::os::unix::net::UnixStream;

pub fn area(side: &Side<'_>) {
    for _ in 0..10 {
        side.good(&format!("run -d --rm --name box {IMAGE} sleep 600"));
        side.good("rm -f box");
        assert!(side.fails("rm box", 1).to_lowercase().contains("no such container"));
    }
    side.good(&format!("run -d --rm --name box -v /v {IMAGE} sleep 600"));
    side.good("rm -f -v box");
    assert_eq!(side.good("volume ls -q"), "");
    modes(side);
    let Side::Dockwalk(bench) = side else { return };

    // Who steps holds it at the gate, in the middle of being deleted.
    side.good(&format!("create --name box {IMAGE}"));
    let mut hold = UnixStream::connect(bench.engine.socket()).unwrap();
    hold.write_all(b"GET /dockwalk/v1/trace?hold=true HTTP/1.1\r\nHost: dockwalk\r\n\r\n").unwrap();
    std::io::Read::read(&mut hold, &mut [0; 16]).unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| side.output(&["rm", "box"]));
        let status = || side.get("/containers/box/json")["State"]["Status"].as_str().unwrap().to_owned();
        assert!((0..1000).any(|_| status() == "removing" || {
            std::thread::sleep(std::time::Duration::from_millis(10));
            false
        }));
        for force in ["", "-f "] {
            let said = side.fails(&format!("rm {force}box"), 1);
            assert!(said.contains("removal of container box is already in progress"), "{said}");
        }
        drop(hold);
        assert!(first.join().unwrap().status.success());
    });
}

/// How a Mac keeps files in step is nothing here, and no fault.
fn modes(side: &Side<'_>) {
    let dir = shared();
    std::fs::write(dir.path().join("file"), "bound").unwrap();
    let run = |mode: &str, script: &str| {
        let bind = format!("{}:/d:{mode}", dir.path().display());
        good(side.args(&["run", "--rm", "-v", &bind, IMAGE, "sh", "-c", script]))
    };
    for mode in ["cached", "delegated", "consistent", "rw,cached", "delegated,z"] {
        assert_eq!(run(mode, "cat /d/file"), "bound", "{mode}");
    }
    assert_eq!(run("ro,cached", "touch /d/x 2>/dev/null || echo read-only"), "read-only");
    good(side.args(&["run", "--rm", "-v", "data:/d:cached", IMAGE, "sh", "-c", "echo kept > /d/x"]));
    assert_eq!(good(side.args(&["run", "--rm", "-v", "data:/d:delegated,ro", IMAGE, "cat", "/d/x"])), "kept");
    for bad in ["cached,delegated", "ro,rw", "Cached", "bogus", "z,Z"] {
        side.fails(&format!("run --rm -v data:/d:{bad} {IMAGE} true"), 125);
    }
    side.good("volume rm data");
}
