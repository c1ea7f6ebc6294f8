//! `docker volume create -o`: volumes in memory, and of a directory of the host; and what no volume can be made of.

use crate::engine::good;
use crate::side::{IMAGE, Side, shared, text};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;

const MEMORY: &str = "-o type=tmpfs -o device=tmpfs";

pub fn area(side: &Side<'_>) {
    let dir = shared();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let here = dir.path().display().to_string();
    refused(side);
    memory(side);
    bound(side, &here);
    by_mount(side);
}

fn refused(side: &Side<'_>) {
    for (options, words) in [
        ("-o foo=bar", "invalid option: \"foo\""),
        ("-o type=tmpfs", "missing required option: \"device\""),
        ("-o device=tmpfs", "missing required option: \"type\""),
        ("-o o=size=1m", "missing required option: \"device\""),
        ("-o size=10m", "no quota support"),
        ("-d nosuch", "plugin \"nosuch\" not found"),
    ] {
        let said = side.fails(&format!("volume create {options} bad"), 1);
        assert!(said.contains(words), "{options}: {said}");
    }
    for (body, status) in [
        (r#"{"Name":"bad","Driver":"nosuch"}"#, 404),
        (r#"{"Name":"bad","DriverOpts":{"foo":"x"}}"#, 400),
        (r#"{"Name":"bad","DriverOpts":{"type":"tmpfs"}}"#, 400),
        (r#"{"Name":"taken","DriverOpts":{"type":"tmpfs","device":"tmpfs","o":"size=1m"},"Labels":{"x":"y"}}"#, 201),
        // It is there already, and stays as it is.
        (r#"{"Name":"taken"}"#, 201),
    ] {
        let (found, said) = side.post("/volumes/create", body);
        assert_eq!(found, status, "{body}: {}", text(&said));
    }
    let taken = side.get("/volumes/taken");
    assert_eq!(taken["Options"], json!({"type": "tmpfs", "device": "tmpfs", "o": "size=1m"}));
    assert_eq!(taken["Labels"], json!({"x": "y"}));
    if !side.is_docker() {
        // Docker makes a volume that nothing can be started with.
        for (options, words) in [
            ("-o type=nfs -o device=:/x -o o=addr=10.0.0.1", "\"nfs\""),
            ("-o type=none -o device=/tmp", "o=bind"),
            ("-o type=tmpfs -o device=tmpfs -o o=foo", "\"foo\""),
            ("-o type=none -o device=tmp -o o=bind", "absolute"),
        ] {
            let said = side.fails(&format!("volume create {options} bad"), 1);
            assert!(said.contains(words), "{options}: {said}");
        }
    }
    assert!(!side.good("volume ls -q").contains("bad"));
}

fn memory(side: &Side<'_>) {
    side.good(&format!("volume create -d local {MEMORY} -o o=size=1m,uid=1000 mem"));
    let found = side.good("volume inspect mem");
    assert!(found.contains("\"o\": \"size=1m,uid=1000\""), "{found}");
    let look = "grep ' /d ' /proc/mounts | cut -d' ' -f3; df -k /d | tail -n 1 | awk '{print $2}'; stat -c %u /d";
    assert_eq!(side.run("-v mem:/d", look), "tmpfs\n1024\n1000");
    side.start("one", "-v mem:/d", "echo mine > /d/f; echo ready; sleep 600");
    assert_eq!(side.run("-v mem:/d -v mem:/again", "cat /d/f /again/f"), "mine\nmine", "one memory for all");
    side.good("create --name two -v mem:/d lab/shell:1");
    let said = side.fails("volume rm mem", 1);
    for name in ["one", "two"] {
        let id = side.good(&format!("inspect -f {{{{.Id}}}} {name}"));
        assert!(said.contains("volume is in use") && said.contains(&id), "{said}");
    }
    assert_eq!(side.request("DELETE", "/volumes/mem").0, 409);
    side.good("exec one cat /d/f");
    side.good("rm -f one");
    assert_eq!(side.run("-v mem:/d", "ls /d"), "", "gone with the last that used it");
    assert_eq!(side.run("-v mem:/notes", "ls /notes"), "", "begins with nothing, whatever the image has there");
    side.good("rm two");
    side.good("volume rm mem");
    // What it may take is all that it takes.
    side.good(&format!("volume create {MEMORY} -o o=size=64k small"));
    let said = side.run("-v small:/d", "head -c 100000 /dev/zero > /d/x; echo $?");
    assert_eq!(said, "1");
}

fn bound(side: &Side<'_>, here: &str) {
    let of = |o: &str, device: &str, name: &str| {
        side.good(&format!("volume create -o type=none -o device={device} -o o={o} {name}"));
    };
    of("bind", here, "there");
    side.run("-v there:/d", "echo in > /d/in");
    assert_eq!(fs::read_to_string(format!("{here}/in")).unwrap(), "in\n");
    of("bind,ro", here, "fixed");
    assert_eq!(side.run("-v fixed:/d", "cat /d/in; touch /d/x 2>/dev/null; echo $?"), "in\n1");
    // Who does not run has it as well.
    side.good(&format!("create --name still -v there:/d {IMAGE}"));
    fs::write(format!("{here}/put"), "put\n").unwrap();
    side.good(&format!("cp {here}/put still:/d/copied"));
    assert_eq!(fs::read_to_string(format!("{here}/copied")).unwrap(), "put\n");
    side.good("rm still");
    // An empty one is filled from the image.
    // Its owner is the engine's own user, who may give it away.
    side.run(&format!("-v {here}/empty:/d"), "true");
    of("bind", &format!("{here}/empty"), "filled");
    let image = side.run("", "ls /notes");
    assert_eq!(side.run("-v filled:/notes", "ls /notes"), image);
    assert!(!image.is_empty());
    side.good("volume rm there fixed filled");
    for name in ["in", "put", "copied", "empty"] {
        assert!(fs::exists(format!("{here}/{name}")).unwrap(), "{name} is the host's, not the volume's");
    }
    // What is not there fails when it is needed, and leaves nothing mounted.
    of("bind", &format!("{here}/none"), "none");
    let said = side.output(&["run", "--rm", "-v", "none:/d", IMAGE, "true"]);
    let text = text(&said.stderr).to_lowercase();
    assert!(!said.status.success() && text.contains("failed to mount local volume"), "{text}");
    assert!(text.contains("no such file or directory") && text.contains("/none"), "{text}");
    fs::create_dir(format!("{here}/none")).unwrap();
    side.run("-v none:/d", "ls /d");
    side.good("volume rm none");
}

fn by_mount(side: &Side<'_>) {
    let mount = "type=volume,src=asked,dst=/d,volume-driver=local,\"volume-opt=o=size=1m,uid=7\",volume-opt=type=tmpfs,\
                 volume-opt=device=tmpfs,volume-label=a=b,volume-label=c";
    let made = good(side.args(&["run", "--name", "box", "--mount", mount, IMAGE, "stat", "-c", "%u", "/d"]));
    assert_eq!(made, "7");
    let volume = side.get("/volumes/asked");
    assert_eq!(volume["Labels"], json!({"a": "b", "c": ""}));
    assert_eq!(volume["Options"], json!({"o": "size=1m,uid=7", "type": "tmpfs", "device": "tmpfs"}));
    let asked = side.get("/containers/box/json")["HostConfig"]["Mounts"][0]["VolumeOptions"].clone();
    assert_eq!(asked["Labels"], json!({"a": "b", "c": ""}));
    assert_eq!(asked["DriverConfig"], json!({"Name": "local", "Options": volume["Options"]}));
    side.good("rm box");
    // One of nobody's name goes with its container, and what it was made of with it.
    let anonymous = "type=volume,dst=/d,volume-opt=type=tmpfs,volume-opt=device=tmpfs,volume-label=own=1";
    let before = side.good("volume ls -q");
    let kind = good(side.args(&["run", "--rm", "--mount", anonymous, IMAGE, "stat", "-f", "-c", "%T", "/d"]));
    assert_eq!((kind.as_str(), side.good("volume ls -q")), ("tmpfs", before));
    for (mount, words) in [
        ("type=volume,src=bad,dst=/d,volume-opt=foo=bar", "invalid option: \"foo\""),
        ("type=volumne,source=myvolume01,target=/d", "invalid mount config for type \"volumne\": mount type unknown"),
        ("type=volume, source=bad,target=/d", "for \"--mount\" flag"),
        ("type=bind,src=/tmp,dst=/d,volume-nocopy", "volume-"),
        ("type=tmpfs,dst=/d,bind-propagation=shared", "bind-"),
        ("type=volume,src=bad,dst=/d,tmpfs-size=1m", "tmpfs-"),
        ("type=bind,src=/tmp,dst=/d,nosuch=1", "nosuch"),
        ("type=bind,src=/tmp,dst=/d,readonly=yes", "readonly"),
    ] {
        let said = side.output(&["run", "--rm", "--mount", mount, IMAGE, "true"]);
        let text = text(&said.stderr);
        assert!(said.status.code() == Some(125) && text.contains(words), "{mount}: {text}");
    }
    side.good("volume rm asked");
}
