//! Files on the client's side: where a container's id is written, and where its labels are read.

use crate::engine::{fails, good};
use crate::side::{IMAGE, Side, shared};
use serde_json::json;

pub fn area(side: &Side<'_>) {
    let dir = shared();
    // The client is whoever it is.
    std::fs::set_permissions(dir.path(), std::os::unix::fs::PermissionsExt::from_mode(0o777)).unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    let cid = path("cid");
    let id = good(side.args(&["create", "--cidfile", &cid, "--name", "box", IMAGE]));
    assert_eq!(std::fs::read_to_string(&cid).unwrap(), id);
    assert_eq!(side.get("/containers/box/json")["HostConfig"]["ContainerIDFile"], cid.as_str());
    let said = fails(side.args(&["run", "--rm", "--cidfile", &cid, IMAGE, "true"]), 125);
    assert!(said.contains("container ID file found, make sure the other container isn't running"), "{said}");
    fails(side.args(&["create", "--cidfile", &cid, IMAGE]), 1);
    assert_eq!(std::fs::read_to_string(&cid).unwrap(), id);
    std::fs::remove_file(&cid).unwrap();
    // Where there is no container there is no file; where one could not be started there is.
    fails(side.args(&["run", "--cidfile", &cid, "--name", "a/b", IMAGE, "true"]), 125);
    assert!(!std::path::Path::new(&cid).exists());
    fails(side.args(&["run", "--cidfile", &cid, IMAGE, "nope"]), 127);
    let nowhere = path("none/cid");
    for (command, status) in [("run", 127), ("create", 1)] {
        let said = fails(side.args(&[command, "--cidfile", &nowhere, IMAGE, "true"]), status);
        assert!(said.contains("failed to create the container ID file: open"), "{command}: {said}");
        assert!(said.contains("no such file or directory"), "{command}: {said}");
    }
    assert_eq!(std::fs::read_to_string(&cid).unwrap().len(), 64);
    side.good("rm box");

    let labels = path("labels");
    std::fs::write(&labels, "# said\na=1\n\n  b=2 \nc\nd=x=y\n").unwrap();
    good(side.args(&["create", "--name", "box", "--label-file", &labels, "-l", "a=9", IMAGE]));
    assert_eq!(side.get("/containers/box/json")["Config"]["Labels"], json!({"a": "9", "b": "2 ", "d": "x=y"}));
    for (line, words) in [("a b=1\n", "contains whitespaces"), ("=1\n", "no variable name on line '=1'")] {
        std::fs::write(&labels, line).unwrap();
        for flag in ["--label-file", "--env-file"] {
            let said = fails(side.args(&["create", flag, &labels, IMAGE]), 125);
            assert!(said.contains(words), "{flag} {line}: {said}");
        }
    }
    fails(side.args(&["create", "--label-file", &path("none"), IMAGE]), 125);
}
