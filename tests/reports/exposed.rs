//! Ports that a container only says it has, and how its image would have it looked after.

use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn area(side: &Side<'_>) {
    side.image("lab/exposed:1", "EXPOSE 80 53/udp 8000-8002/TCP");
    ports(side);
    spelled(side);
    health(side);
    for image in ["lab/exposed:1", "lab/checked:1"] {
        side.good(&format!("rmi {image}"));
    }
}

/// As long as the container is on a network of its own.
fn ports(side: &Side<'_>) {
    let image = "53/udp 80/tcp 8000/tcp 8001/tcp 8002/tcp";
    for (flags, ports, listed) in [
        ("", image, "80/tcp, 53/udp, 8000-8002/tcp"),
        ("--expose 79", &*format!("{image} 79/tcp"), "79-80/tcp, 53/udp, 8000-8002/tcp"),
        ("--expose 54/udp", &*format!("{image} 54/udp"), "80/tcp, 53-54/udp, 8000-8002/tcp"),
        ("--expose 80 --expose 7-8/udp", &*format!("{image} 7/udp 8/udp"), "7-8/udp, 80/tcp, 53/udp, 8000-8002/tcp"),
        ("--network none", "", ""),
        ("--network host", "", ""),
    ] {
        let flags: Vec<_> = flags.split(' ').filter(|flag| !flag.is_empty()).collect();
        let run = ["run", "-d", "--name", "exposed"];
        good(side.args(&[&run, &flags[..], &["lab/exposed:1", "sleep", "600"]].concat()));
        assert_eq!(shown(side), (ports.split(' ').filter(|port| !port.is_empty()).map(str::to_owned).collect(), true));
        let table = side.good("ps");
        let line = table.lines().find(|line| line.ends_with("exposed")).unwrap();
        let column = |name: &str| table.find(name).unwrap();
        assert_eq!(line[column("PORTS")..column("NAMES")].trim(), listed, "{flags:?}");
        side.good("stop -t 0 exposed");
        assert_eq!(shown(side), (BTreeSet::new(), true), "{flags:?}: it is on no network any more");
        side.good("rm exposed");
    }
    for bad in ["", "/", "a", "80-", "90-80", "70000", "80:90", "+80"] {
        crate::engine::fails(side.args(&["create", "--expose", bad, IMAGE]), 125);
    }
}

/// The ports of `inspect` and of the list, which are the same, and whether none of them is published.
fn shown(side: &Side<'_>) -> (BTreeSet<String>, bool) {
    let one = side.get("/containers/exposed/json")["NetworkSettings"]["Ports"].clone();
    let ports = one.as_object().unwrap();
    let all = side.get(r#"/containers/json?all=1&filters=%7B%22name%22:%5B%22exposed%22%5D%7D"#);
    let line = |port: &Value| format!("{}/{}", port["PrivatePort"], port["Type"].as_str().unwrap());
    let listed: BTreeSet<_> = all[0]["Ports"].as_array().unwrap().iter().map(line).collect();
    let names: BTreeSet<_> = ports.keys().cloned().collect();
    assert_eq!(names, listed);
    (names, ports.values().all(Value::is_null))
}

/// As a client wrote it: it is kept so, and what it means is shown.
fn spelled(side: &Side<'_>) {
    for (asked, ports) in [
        (json!({"80": {}}), "80/tcp"),
        (json!({"80/TCP": {}, "81/": {}}), "80/tcp 81/tcp"),
        (json!({"80": {}, "80/tcp": null}), "80/tcp"),
        (json!({"9/sctp": {}}), "9/sctp"),
    ] {
        let body = json!({"Image": IMAGE, "Cmd": ["sleep", "600"], "ExposedPorts": asked}).to_string();
        let (status, said) = side.post("/containers/create?name=exposed", &body);
        assert_eq!(status, 201, "{}", text(&said));
        let kept = side.get("/containers/exposed/json")["Config"]["ExposedPorts"].clone();
        assert!(kept.as_object().unwrap().keys().eq(asked.as_object().unwrap().keys()), "{kept}");
        assert_eq!(shown(side).0, BTreeSet::new(), "it has not started");
        side.good("start exposed");
        assert_eq!(shown(side).0, ports.split(' ').map(str::to_owned).collect(), "{asked}");
        side.good("rm -f exposed");
    }
}

fn health(side: &Side<'_>) {
    side.image("lab/checked:1", "HEALTHCHECK --interval=5s --retries=2 CMD true");
    let image = json!({"Test": ["CMD-SHELL", "true"], "Interval": 5_000_000_000_u64, "Retries": 2});
    assert_eq!(side.get("/images/lab/checked:1/json")["Config"]["Healthcheck"], image);
    let with = |test: Value| {
        let mut with = image.clone();
        with["Test"] = test;
        with
    };
    for (of, asked, shown) in [
        ("lab/checked:1", json!(null), image.clone()),
        ("lab/checked:1", json!({}), image.clone()),
        ("lab/checked:1", json!({"Test": []}), image.clone()),
        ("lab/checked:1", json!({"Test": ["NONE"]}), with(json!(["NONE"]))),
        (IMAGE, json!({"Test": ["NONE"]}), json!({"Test": ["NONE"]})),
        (IMAGE, json!(null), json!(null)),
    ] {
        let body = json!({"Image": of, "Cmd": ["true"], "Healthcheck": asked}).to_string();
        let (status, said) = side.post("/containers/create?name=checked", &body);
        assert_eq!(status, 201, "{asked}: {}", text(&said));
        assert_eq!(side.get("/containers/checked/json")["Config"]["Healthcheck"], shown, "{asked}");
        side.good("rm checked");
    }
    side.good("create --name checked --no-healthcheck lab/checked:1 true");
    assert_eq!(side.get("/containers/checked/json")["Config"]["Healthcheck"]["Test"], json!(["NONE"]));
    side.good("rm checked");
    for bad in [json!({"Interval": 5}), json!({"Test": ["NONE"], "Timeout": 1}), json!({"Retries": -1})] {
        let (status, said) = side.post("/containers/create", &json!({"Image": IMAGE, "Healthcheck": bad}).to_string());
        assert_eq!(status, 400, "{bad}: {}", text(&said));
    }
}
