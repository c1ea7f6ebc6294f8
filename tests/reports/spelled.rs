//! The same said in another way: letters that fold into others, one word for a list, paths, moments and names that can be shorter.

use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    fields(side);
    mounts(side);
    entrypoints(side);
    moments(side);
    waited(side);
    tagged(side);
    paths(side);
}

/// A container with these fields: what is shown of it.
fn created(side: &Side<'_>, image: &str, fields: &str) -> Value {
    let (status, said) = side.post("/containers/create", &format!(r#"{{"Image":"{image}",{fields}}}"#));
    assert_eq!(status, 201, "{fields}: {}", text(&said));
    let id: Value = serde_json::from_slice(&said).unwrap();
    side.get(&format!("/containers/{}/json", id["Id"].as_str().unwrap()))
}

fn fields(side: &Side<'_>) {
    for (fields, pointer, expected) in [
        // Go folds these into an s and a k.
        (r#""hoſtname":"x""#, "/Config/Hostname", json!("x")),
        ("\"Wor\u{212a}ingDir\":\"/k\"", "/Config/WorkingDir", json!("/k")),
        (r#""HoſtConfig":{"ſhmſize":1000000}"#, "/HostConfig/ShmSize", json!(1_000_000)),
        // What is read over a list leaves in it what it does not say.
        (r#""OnBuild":["A","B"],"onbuild":[null]"#, "/Config/OnBuild", json!(["A"])),
        (r#""HostConfig":{"Binds":["/tmp:/x","/tmp:/y"],"binds":[null]}"#, "/HostConfig/Binds", json!(["/tmp:/x"])),
        (
            r#""HostConfig":{"Mounts":[{"Type":"bind","Source":"/tmp","Target":"/a"}],"mounts":[{"Target":"/b"}]}"#,
            "/HostConfig/Mounts",
            json!([{"Type": "bind", "Source": "/tmp", "Target": "/b"}]),
        ),
        (r#""Cmd":["a","b"],"cmd":[null]"#, "/Config/Cmd", json!([""])),
        // These are lists of one, the others are not.
        (r#""HostConfig":{"CapAdd":"NET_ADMIN"}"#, "/HostConfig/CapAdd", json!(["NET_ADMIN"])),
        (r#""HostConfig":{"capdrop":"all"}"#, "/HostConfig/CapDrop", json!(["all"])),
        (r#""Entrypoint":"a b""#, "/Config/Entrypoint", json!(["a b"])),
        (r#""Shell":"a b""#, "/Config/Shell", json!(["a b"])),
        // A port without a place on the host.
        (r#""HostConfig":{"PortBindings":{"80/tcp":null}}"#, "/HostConfig/PortBindings", json!({"80/tcp": null})),
        (r#""HostConfig":{"PortBindings":{"80":[]}}"#, "/HostConfig/PortBindings", json!({"80": []})),
        (r#""WorkingDir":"/a/../b//c/""#, "/Config/WorkingDir", json!("/b/c")),
        (r#""WorkingDir":"/""#, "/Config/WorkingDir", json!("/")),
        (r#""WorkingDir":"/../.""#, "/Config/WorkingDir", json!("/")),
        (r#""HostConfig":{"PidsLimit":-1}"#, "/HostConfig/PidsLimit", json!(null)),
        (r#""HostConfig":{"PidsLimit":-5}"#, "/HostConfig/PidsLimit", json!(null)),
        (r#""HostConfig":{"PidsLimit":0}"#, "/HostConfig/PidsLimit", json!(null)),
        (r#""HostConfig":{"PidsLimit":5}"#, "/HostConfig/PidsLimit", json!(5)),
    ] {
        let shown = created(side, IMAGE, fields);
        assert_eq!(*shown.pointer(pointer).unwrap_or(&Value::Null), expected, "{fields}");
    }
    let env = created(side, IMAGE, r#""Env":["A=1","B=2"],"env":[null]"#);
    let env = env["Config"]["Env"].as_array().unwrap();
    assert!(env.contains(&json!("A=1")) && !env.contains(&json!("B=2")), "{env:?}");
    for bad in [
        r#""Env":["A=1"],"env":[null,null]"#,
        r#""Env":"A=1""#,
        r#""OnBuild":"x""#,
        r#""HostConfig":{"Dns":"1.1.1.1"}"#,
        r#""HostConfig":{"SecurityOpt":"label:disable"}"#,
        r#""HostConfig":{"CapAdd":""}"#,
        r#""HostConfig":{"CapAdd":["SYS_ADMIN"],"capadd":[null]}"#,
        r#""HostConfig":{"PortBindings":{"foo":[]}}"#,
    ] {
        let (status, said) = side.post("/containers/create", &format!(r#"{{"Image":"{IMAGE}",{bad}}}"#));
        assert!([400, if side.is_docker() { 500 } else { 400 }].contains(&status), "{bad}: {}", text(&said));
    }
}

fn mounts(side: &Side<'_>) {
    let shown = created(
        side,
        IMAGE,
        r#""Volumes":{"/anon":{}},"HostConfig":{"Tmpfs":{"/t":""},
        "Binds":["spelled-a:/a","spelled-b:/b:ro","spelled-c:/c:nocopy","/tmp:/d/:ro","/tmp:/e:z","/tmp:/f","/g"],
        "Mounts":[{"Type":"volume","Source":"spelled-h","Target":"/h"},{"Type":"volume","Target":"/i"},
        {"Type":"bind","Source":"/tmp","Target":"/j","ReadOnly":true},{"Type":"tmpfs","Target":"/k","ReadOnly":true}]}"#,
    );
    let line = |mount: &Value| {
        format!(
            "{} {} {} {}",
            mount["Destination"].as_str().unwrap(),
            mount["Type"].as_str().unwrap(),
            mount["Mode"].as_str().unwrap(),
            mount["RW"]
        )
    };
    let mut lines: Vec<_> = shown["Mounts"].as_array().unwrap().iter().map(line).collect();
    lines.sort();
    assert_eq!(
        lines,
        [
            "/a volume z true",
            "/anon volume  true",
            "/b volume ro false",
            "/c volume nocopy true",
            "/d bind ro false",
            "/e bind z true",
            "/f bind  true",
            "/g volume z true",
            "/h volume z true",
            "/i volume z true",
            "/j bind  false",
            "/k tmpfs  false"
        ]
    );
    assert_eq!(shown["HostConfig"]["Tmpfs"], json!({"/t": ""}));
}

/// One that has no words takes the image's away.
fn entrypoints(side: &Side<'_>) {
    side.image("lab/spelled:1", r#"ENTRYPOINT ["/bin/echo", "E"]"#);
    side.good("create --name spelled-image lab/spelled:1 c");
    side.good("commit spelled-image lab/spelled:2");
    for (fields, entrypoint, cmd) in [
        (r#""Entrypoint":[]"#, json!([]), json!(["c"])),
        (r#""Entrypoint":[],"Cmd":["z"]"#, json!([]), json!(["z"])),
        (r#""Entrypoint":null"#, json!(["/bin/echo", "E"]), json!(["c"])),
        (r#""Entrypoint":null,"Cmd":["z"]"#, json!(["/bin/echo", "E"]), json!(["z"])),
        (r#""Entrypoint":["a"]"#, json!(["a"]), json!(null)),
    ] {
        let shown = created(side, "lab/spelled:2", fields);
        assert_eq!((&shown["Config"]["Entrypoint"], &shown["Config"]["Cmd"]), (&entrypoint, &cmd), "{fields}");
    }
    side.clear();
    side.good("rmi lab/spelled:2 lab/spelled:1");
}

fn moments(side: &Side<'_>) {
    side.good(&format!("run --name spelled-m {IMAGE} echo hi"));
    for (query, good) in [
        ("since=99999999999999", true),
        ("since=-5", true),
        ("until=99999999999999", true),
        ("since=-99999999999999.5", true),
        ("since=1.5", true),
        ("since=x", false),
        ("since=1e3", false),
        ("since=1.x", false),
        ("since=99999999999999999999", false),
    ] {
        for path in ["/containers/spelled-m/logs?stdout=1", "/events?until=1"] {
            if path.starts_with("/events") && query.contains("until") {
                continue;
            }
            let (status, said) = side.request("GET", &format!("{path}&{query}"));
            // It is after `until`.
            let backwards = path.starts_with("/events") && matches!(query, "since=99999999999999" | "since=1.5");
            let expected = match (good, backwards) {
                (true, false) => 200,
                (false, _) if side.is_docker() => 500,
                _ => 400,
            };
            assert_eq!(status, expected, "{path} {query}: {}", text(&said));
        }
    }
    let log = |query: &str| text(&side.request("GET", &format!("/containers/spelled-m/logs?stdout=1&{query}")).1);
    assert!(log("since=-5").contains("hi") && log("until=99999999999999").contains("hi"));
    assert!(!log("since=99999999999999").contains("hi") && !log("until=-5").contains("hi"));
    side.good("rm spelled-m");
}

/// What nobody knows is the first of the conditions; where nothing went wrong that is said.
fn waited(side: &Side<'_>) {
    side.good(&format!("run --name spelled-w {IMAGE} true"));
    for condition in
        ["", "condition=", "condition=not-running", "condition=NOT-RUNNING", "condition=foo", "condition=next-exitt"]
    {
        let (status, said) = side.post(&format!("/containers/spelled-w/wait?{condition}"), "");
        let said: Value = serde_json::from_slice(&said).unwrap();
        assert_eq!((status, said), (200, json!({"Error": null, "StatusCode": 0})), "{condition}");
    }
}

/// A tag of its own counts before that of the name.
fn tagged(side: &Side<'_>) {
    let digest = format!("lab/spelled@sha256:{}", "0".repeat(64));
    for (query, name) in [
        ("repo=lab/spelled:b&tag=c", "lab/spelled:c"),
        ("repo=lab/spelled:b", "lab/spelled:b"),
        ("repo=lab/spelled:b&tag=", "lab/spelled:b"),
        ("repo=lab/spelled&tag=", "lab/spelled:latest"),
        ("repo=localhost:5000/spelled&tag=c", "localhost:5000/spelled:c"),
        ("repo=localhost:5000/spelled:x&tag=c", "localhost:5000/spelled:c"),
        (&format!("repo={digest}&tag=c"), "lab/spelled:c"),
    ] {
        for path in [&format!("/images/{IMAGE}/tag?"), "/commit?container=spelled-w&"] {
            let (status, said) = side.post(&format!("{path}{query}"), "");
            assert_eq!(status, 201, "{path}{query}: {}", text(&said));
            side.good(&format!("rmi {name}"));
        }
    }
    for query in ["repo=lab/spelled&tag=b:c", "repo=lab/spelled&tag=b@c", "repo=LAB&tag=c", "tag=c"] {
        let (status, said) = side.post(&format!("/images/{IMAGE}/tag?{query}"), "");
        assert_eq!(status, if side.is_docker() { 500 } else { 400 }, "{query}: {}", text(&said));
    }
    side.good("rm spelled-w");
}

/// Whoever asks by a longer path is sent to the shortest.
fn paths(side: &Side<'_>) {
    for path in ["//info", "/containers//json", "/./info", "/x/../info", "//containers/create"] {
        for method in ["GET", "POST", "DELETE"] {
            assert_eq!(side.request(method, path).0, 301, "{method} {path}");
        }
    }
    for path in ["/info/", "/containers/json/", "/nothing"] {
        assert_eq!(side.request("GET", path).0, 404, "{path}");
    }
}
