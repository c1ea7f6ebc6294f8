//! Files and directories of the host: writable or not, made or not, and how far what is mounted below them reaches.

use crate::engine::good;
use crate::side::{IMAGE, Side, shared, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;

pub fn area(side: &Side<'_>) {
    let dir = shared();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let here = dir.path().display().to_string();
    fs::create_dir(dir.path().join("d")).unwrap();
    fs::set_permissions(dir.path().join("d"), fs::Permissions::from_mode(0o777)).unwrap();
    fs::write(dir.path().join("f"), "file\n").unwrap();
    written(side, &here);
    missing(side, &here);
    spelled(side, &here);
    shown(side, &here);
}

fn written(side: &Side<'_>, here: &str) {
    side.run(&format!("-v {here}/d:/d"), "echo x > /d/x");
    assert_eq!(fs::read_to_string(format!("{here}/d/x")).unwrap(), "x\n");
    let write = "echo y > /d/x 2>/dev/null; echo $?";
    assert_eq!(side.run(&format!("-v {here}/d:/d:ro"), write), "1");
    assert_eq!(side.run(&format!("-v {here}/d:/d:ro,z"), write), "1");
    assert_eq!(side.run(&format!("--mount type=bind,src={here}/d,dst=/d,readonly"), write), "1");
    assert_eq!(side.run(&format!("-v {here}/f:/made/for/it:ro"), "cat /made/for/it"), "file");
    assert_eq!(fs::read_to_string(format!("{here}/d/x")).unwrap(), "x\n");
    // What says why it cannot be written to.
    let said = side.output(&["run", "--rm", "-v", &format!("{here}/d:/d:ro"), IMAGE, "touch", "/d/y"]);
    assert!(!said.status.success() && text(&said.stderr).contains("Read-only file system"), "{}", text(&said.stderr));
}

/// `-v` makes what is not there; `--mount` does not.
fn missing(side: &Side<'_>, here: &str) {
    side.run(&format!("-v {here}/made/deep:/d"), "ls /d");
    assert!(fs::metadata(format!("{here}/made/deep")).unwrap().is_dir());
    let mount = format!("type=bind,source={here}/none,target=/d");
    let said = side.output(&["run", "--rm", "--mount", &mount, IMAGE, "true"]);
    let words = format!("bind source path does not exist: {here}/none");
    assert!(said.status.code() == Some(125) && text(&said.stderr).contains(&words), "{}", text(&said.stderr));
    assert!(!fs::exists(format!("{here}/none")).unwrap());
}

fn spelled(side: &Side<'_>, here: &str) {
    let bind = format!("{here}/d:/d");
    for mode in ["z", "Z", "rw", "private", "rprivate", "cached", "delegated", "consistent", "rw,z,private,cached"] {
        side.run(&format!("-v {bind}:{mode}"), "true");
    }
    for mode in ["foo", "Ro", "ro,rw", "ro,ro", "z,Z", "private,rslave", "nocopy", "volume-nocopy"] {
        side.fails(&format!("run --rm -v {bind}:{mode} {IMAGE} true"), 125);
    }
    for bad in [format!("{bind}:"), ":/d".to_owned(), "data:".to_owned(), "a:b:c:d".to_owned(), "data:/".to_owned()] {
        side.fails(&format!("run --rm -v {bad} {IMAGE} true"), 125);
    }
    let mount = format!("type=bind,src={here}/d,dst=/d");
    for option in [
        "ro",
        "readonly=true",
        "readonly=0",
        "bind-propagation=private",
        "bind-propagation=rprivate",
        "bind-recursive=enabled",
        "bind-recursive=disabled",
        "consistency=cached",
    ] {
        side.run(&format!("--mount {mount},{option}"), "true");
    }
    for option in ["bind-propagation=foo", "bind-recursive=maybe", "readonly=", "readonly=yes", "foo"] {
        side.fails(&format!("run --rm --mount {mount},{option} {IMAGE} true"), 125);
    }
    // The mount that the source lies in tells nobody of others.
    for flags in [
        format!("-v {bind}:rshared"),
        format!("-v {bind}:ro,shared"),
        format!("--mount {mount},bind-propagation=rshared"),
    ] {
        let said = side.fails(&format!("run --rm {flags} {IMAGE} true"), 125);
        assert!(said.contains("is mounted on") && said.contains("not a shared mount"), "{flags}: {said}");
    }
}

fn shown(side: &Side<'_>, here: &str) {
    let mount = format!("type=bind,src={here}/d,dst=/b,bind-propagation=private,bind-recursive=disabled");
    let bind = format!("{here}/d:/a:private,ro");
    good(side.args(&["create", "--name", "box", "-v", &bind, "--mount", &mount, IMAGE]));
    let found = side.get("/containers/box/json");
    let mut all: Vec<_> = found["Mounts"].as_array().unwrap().iter().collect();
    all.sort_by_key(|mount| mount["Destination"].to_string());
    for (mount, destination, mode, writable) in [(all[0], "/a", "private,ro", false), (all[1], "/b", "", true)] {
        assert_eq!(mount["Destination"], destination);
        assert_eq!((&mount["Propagation"], &mount["RW"]), (&"private".into(), &writable.into()), "{mount}");
        assert_eq!((&mount["Mode"], &mount["Source"]), (&mode.into(), &format!("{here}/d").into()), "{mount}");
    }
    let options = &found["HostConfig"]["Mounts"][0]["BindOptions"];
    assert_eq!((&options["Propagation"], &options["NonRecursive"]), (&"private".into(), &true.into()));
    for wanted in [format!("{here}/d"), "/a".to_owned()] {
        assert_eq!(side.good(&format!("ps -a --no-trunc -q -f volume={wanted}")), found["Id"].as_str().unwrap());
    }
    assert_eq!(side.good("ps -aq -f volume=/tmp/none"), "");
}
