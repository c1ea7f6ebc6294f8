//! What a container has from another one, or from the host: volumes, a network with its names, namespaces. And logs that are not kept.

use crate::engine::good;
use crate::side::{IMAGE, Side, shared, text};
use serde_json::json;

pub fn area(side: &Side<'_>) {
    volumes(side);
    network(side);
    outlived(side);
    links(side);
    namespaces(side);
    logs(side);
}

fn volumes(side: &Side<'_>) {
    let dir = shared();
    std::fs::write(dir.path().join("said"), "of the host").unwrap();
    let bind = format!("{}:/bound:ro", dir.path().display());
    good(side.args(&[
        "create",
        "--name",
        "src",
        "-v",
        "data:/data",
        "-v",
        &bind,
        "-v",
        "/anon",
        "--tmpfs",
        "/tm",
        IMAGE,
    ]));
    let write = "cat /bound/said; echo x > /bound/said || echo bound-ro; echo 1 > /data/a; echo 2 > /anon/b; ls -d /tm || echo no-tmpfs";
    let said = side.run("--volumes-from src", write);
    assert_eq!(said, "of the hostbound-ro\nno-tmpfs", "{said}");
    assert_eq!(side.run("--volumes-from src", "cat /data/a /anon/b"), "1\n2");
    let refused =
        side.run("--volumes-from src:ro", "cat /data/a; echo 3 > /data/a || echo ro; echo 4 > /anon/b || echo ro");
    assert_eq!(refused, "1\nro\nro");
    // What is asked for in the same place is what counts.
    assert_eq!(side.run("--volumes-from src -v other:/data", "ls /data; cat /anon/b"), "2");
    side.good(&format!("create --name box --volumes-from src:ro {IMAGE}"));
    let shown = side.get("/containers/box/json");
    assert_eq!(shown["HostConfig"]["VolumesFrom"], json!(["src:ro"]));
    let mut mounts: Vec<_> =
        shown["Mounts"].as_array().unwrap().iter().map(|it| (it["Destination"].clone(), it["RW"].clone())).collect();
    mounts.sort_by_key(|(target, _)| target.to_string());
    assert_eq!(json!(mounts), json!([["/anon", false], ["/bound", false], ["/data", false]]));
    // It has them still when the other is gone; what is nobody's by name goes with the last.
    side.good("rm -v src");
    assert_eq!(side.good("start box"), "box");
    side.good("wait box");
    let before = side.good("volume ls -q").lines().count();
    side.good("rm -v box");
    assert_eq!(side.good("volume ls -q").lines().count(), before - 1);
    for (flag, words) in [("none", "No such container"), ("none:foo", "")] {
        let said = side.fails(&format!("create --volumes-from {flag} {IMAGE}"), 1);
        assert!(said.contains(words) && !said.contains("Unable to find image"), "{flag}: {said}");
    }
}

fn network(side: &Side<'_>) {
    side.start("web", "-h web", "echo ready; sleep 600");
    let own = side.good("exec web sh -c hostname").to_owned();
    let address = side.get("/containers/web/json")["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
        .as_str()
        .unwrap()
        .to_owned();
    let look =
        "hostname; echo $HOSTNAME; tail -n 1 /etc/hosts; ip addr show eth0 | grep -c inet; readlink /proc/self/ns/net";
    let said = side.run("--network container:web", look);
    let net = good(side.args(&["exec", "web", "readlink", "/proc/self/ns/net"]));
    assert_eq!(said, format!("{own}\n{own}\n{address}\tweb\n1\n{net}"));
    side.good(&format!("create --name box --network container:web {IMAGE} true"));
    let shown = side.get("/containers/box/json");
    let id = side.get("/containers/web/json")["Id"].as_str().unwrap().to_owned();
    assert_eq!(shown["HostConfig"]["NetworkMode"], format!("container:{id}"));
    assert_eq!(shown["NetworkSettings"]["Networks"], json!({}));
    for (flags, words) in [
        ("-h x", "conflicting options: hostname and the network mode"),
        ("--dns 1.1.1.1", "conflicting options: dns and the network mode"),
        ("--add-host a:1.1.1.1", "conflicting options: custom host-to-IP mapping and the network mode"),
        ("-p 80:80", "conflicting options: port publishing and the container type network mode"),
        ("--expose 80", "conflicting options: port exposing and the container type network mode"),
    ] {
        let said = side.fails(&format!("create --network container:web {flags} {IMAGE}"), 1);
        assert!(said.contains(words), "{flags}: {said}");
    }
    // It is there only as long as the other runs.
    side.good("stop -t 0 web");
    let said = side.fails("start box", 1);
    assert!(said.contains("cannot join network of a non running container"), "{said}");
    side.good("start web");
    side.good("start box");
    assert_eq!(side.good("wait box"), "0");
    side.good("rm -f web box");
    let said = side.fails(&format!("run --rm --network container:web {IMAGE} true"), 125);
    assert!(said.contains("No such container: web") && !said.contains("Unable to find image"), "{said}");
}

/// A network whose own container ends first is gone with the last that shares it, and what comes next is none of its business.
fn outlived(side: &Side<'_>) {
    for round in 0..2 {
        side.start("first", "", "echo ready; sleep 600");
        side.good(&format!("run -d --name second --network container:first {IMAGE} sleep 600"));
        side.good(if round == 0 { "stop -t 0 first" } else { "rm -f first" });
        side.good("rm -f second");
        for _ in 0..3 {
            assert_eq!(side.run("", "echo fine"), "fine");
        }
        if round == 0 {
            side.good("rm first");
        }
    }
}

/// `box` is linked to `web` as `db`: a name of `web`'s, as long as the link is there.
fn known_by_links(side: &Side<'_>) {
    let db = || side.good("exec box grep -w db /etc/hosts");
    let address = |name: &str| side.good(&format!("inspect -f {{{{.NetworkSettings.IPAddress}}}} {name}"));
    assert_eq!(side.good("inspect -f {{.Name}} box/db"), "/web");
    assert_eq!(side.good("exec box/db echo hi"), "hi");
    assert_eq!(side.good("ps --format {{.Names}} -f name=web"), "web");
    assert_eq!(side.good("ps --no-trunc --format {{.Names}} -f name=web"), "box/db,web");
    // It begins anew where another has its address by now.
    side.good("stop -t 0 box/db");
    let said = side.fails("exec box true", 1);
    assert!(said.contains("Cannot link to a non running container: /web AS /box/db"), "{said}");
    side.start("taken", "", "echo ready; sleep 600");
    side.good("start web");
    assert!(db().starts_with(&format!("{}\t", address("web"))), "{}", db());
    assert_eq!(side.good("exec box ping -c 1 -W 3 db").matches("1 packets received").count(), 1);
    side.good("rm -f taken");
    for (line, words) in [
        ("rm --link box", "cannot remove the default link name of the container"),
        ("rm -l box/none", "No such container: box/none"),
        ("rm -l web/box", "No such container: web/box"),
    ] {
        let said = side.fails(line, 1);
        assert!(said.contains(words), "{line}: {said}");
    }
    assert_eq!(side.good("rm -l box/db"), "box/db");
    assert_eq!(side.get("/containers/box/json")["HostConfig"]["Links"].as_array().map_or(0, Vec::len), 0);
    assert_eq!(text(&side.output(&["exec", "box", "grep", "-cw", "db", "/etc/hosts"]).stdout).trim(), "0");
    side.fails("rm -l box/db", 1);
    assert_eq!(side.good("ps -q -f name=box -f name=web").lines().count(), 2);
}

fn links(side: &Side<'_>) {
    side.start("web", "--expose 80 -e A=1", "echo ready; sleep 600");
    let address = side.get("/containers/web/json")["NetworkSettings"]["Networks"]["bridge"]["IPAddress"]
        .as_str()
        .unwrap()
        .to_owned();
    let id = side.get("/containers/web/json")["Id"].as_str().unwrap()[..12].to_owned();
    let said = side
        .run("--link web:the-db --name box", "env | grep ^THE_DB | grep -v _ENV_LAB | sort; grep the-db /etc/hosts");
    let wanted = format!(
        "THE_DB_ENV_A=1\nTHE_DB_NAME=/box/the-db\nTHE_DB_PORT=tcp://{address}:80\nTHE_DB_PORT_80_TCP=tcp://{address}:80\n\
         THE_DB_PORT_80_TCP_ADDR={address}\nTHE_DB_PORT_80_TCP_PORT=80\nTHE_DB_PORT_80_TCP_PROTO=tcp\n{address}\tthe-db {id} web"
    );
    assert_eq!(said, wanted);
    assert_eq!(
        side.run("--link web", "grep web /etc/hosts; ping -c 1 -W 3 web | grep -c '1 packets received'"),
        format!("{address}\tweb {id}\n1")
    );
    // Commands beside it have them, too; one's own counts before them.
    side.start("box", "--link web:db -e DB_NAME=own", "echo ready; sleep 600");
    assert_eq!(good(side.args(&["exec", "box", "sh", "-c", "echo $DB_PORT_80_TCP_PORT $DB_NAME"])), "80 own");
    assert_eq!(side.get("/containers/box/json")["HostConfig"]["Links"], json!(["/web:/box/db"]));
    known_by_links(side);
    side.good("rm -f box");
    let said = side.fails(&format!("run --rm --link none:a {IMAGE} true"), 125);
    assert!(said.contains("No such container: none") && !said.contains("Unable to find image"), "{said}");
    for (network, words) in [("host", "host type networking can't be used with links"), ("container:web", "links")] {
        let said = side.fails(&format!("create --network {network} --link web:a {IMAGE}"), 1);
        assert!(said.contains(words), "{network}: {said}");
    }
    assert_eq!(side.run("--network none --link web:db", "grep -c db /etc/hosts || true"), "0");
    side.good("stop -t 0 web");
    let said = side.fails(&format!("run --rm --link web:a {IMAGE} true"), 125);
    assert!(said.contains("Cannot link to a non running container: /web AS"), "{said}");
    side.good("rm -f web");
    if !side.is_docker() {
        side.good(&format!("create --name web {IMAGE}"));
        let body = format!(r#"{{"Image":"{IMAGE}","HostConfig":{{"Links":["web:a\\n6.6.6.6 b"]}}}}"#);
        let (status, said) = side.post("/containers/create", &body);
        assert_eq!(status, 400, "{}", text(&said));
        side.good("rm web");
    }
}

fn namespaces(side: &Side<'_>) {
    let name = nix::sys::utsname::uname().unwrap().nodename().to_string_lossy().into_owned();
    side.start("box", "--uts host --cgroupns host", "echo ready; sleep 600");
    let ns = |kind: &str| good(side.args(&["exec", "box", "readlink", &format!("/proc/1/ns/{kind}")]));
    let of_host = |kind: &str| std::fs::read_link(format!("/proc/self/ns/{kind}")).unwrap().display().to_string();
    assert_eq!(good(side.args(&["exec", "box", "hostname"])), name);
    assert_eq!(ns("uts"), of_host("uts"));
    assert_eq!(ns("cgroup"), of_host("cgroup"));
    assert_ne!(ns("ipc"), of_host("ipc"));
    let host = &side.get("/containers/box/json")["HostConfig"];
    assert_eq!((&host["UTSMode"], &host["CgroupnsMode"]), (&"host".into(), &"host".into()));
    side.good("rm -f box");
    let said = side.fails(&format!("create --uts host -h x {IMAGE}"), 1);
    assert!(said.contains("conflicting options: hostname and the UTS mode"), "{said}");
    assert_eq!(side.run("--cgroupns private --userns host --uts host", "echo $HOSTNAME").len(), 12);
    assert_eq!(side.run("--ipc none", "grep -c ' /dev/shm ' /proc/mounts || true"), "0");
    assert_eq!(side.run("--ipc private", "grep -c ' /dev/shm ' /proc/mounts"), "1");
    for flag in ["uts", "cgroupns", "userns"] {
        for command in ["create", "run --rm"] {
            let said = side.fails(&format!("{command} --{flag} foo {IMAGE}"), 125);
            assert!(said.contains(&format!("--{flag}")), "{said}");
        }
    }
    side.fails(&format!("run --rm --ipc foo {IMAGE}"), 125);
}

fn logs(side: &Side<'_>) {
    for (driver, path) in [("none", false), ("local", false), ("json-file", true)] {
        let said = side.output(&["run", "--name", "box", "--log-driver", driver, IMAGE, "echo", "hi"]);
        assert_eq!(text(&said.stdout), "hi\n", "{driver}");
        let shown = side.get("/containers/box/json");
        assert_eq!(shown["HostConfig"]["LogConfig"]["Type"], driver);
        assert_eq!(!shown["LogPath"].as_str().unwrap().is_empty(), path, "{driver}");
        if driver == "none" {
            let said = side.fails("logs box", 1);
            assert!(said.contains("configured logging driver does not support reading"), "{said}");
        } else {
            assert_eq!(side.good("logs box"), "hi");
        }
        side.good("rm box");
    }
    side.good(&format!("run --rm --log-driver local --log-opt max-size=1m --log-opt max-file=2 {IMAGE} true"));
    for (flags, words) in [
        ("--log-driver local --log-opt tag=x", "unknown log opt 'tag' for"),
        ("--log-driver none --log-opt max-size=1m", ""),
        ("--log-driver local --log-opt max-size=x", "max-size"),
        ("--log-driver syslogx", "syslogx"),
    ] {
        let said = side.fails(&format!("run --rm {flags} {IMAGE} true"), 125);
        assert!(said.contains(words), "{flags}: {said}");
    }
}
