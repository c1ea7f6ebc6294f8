//! What belongs elsewhere, and what there is not: refused as Docker does it, and said to be what it is.

use crate::archives::{Entry::Link, Place, root};
use crate::engine::good;
use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    mounts(side);
    endpoints(side);
    started(side);
    kinds(side);
    words(side);
    numbers(side);
    empty(side);
    filters(side);
}

fn create(side: &Side<'_>, fields: &Value) -> (u16, String) {
    let mut body = json!({"Image": IMAGE, "Cmd": ["true"]});
    body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    let (status, said) = side.post("/containers/create", &body.to_string());
    (status, text(&said))
}

/// Each type with what belongs to another: whether Docker takes it.
fn mounts(side: &Side<'_>) {
    let mount = |kind: &str, source: &str, field: &str, good: bool| {
        let mut mount = json!({"Type": kind, "Target": "/m"});
        if !source.is_empty() {
            mount["Source"] = json!(source);
        }
        match field {
            "" => {}
            "ReadOnly" => mount[field] = json!(true),
            _ => mount[field] = json!({}),
        }
        let (status, said) = create(side, &json!({"HostConfig": {"Mounts": [mount]}}));
        assert_eq!(status, if good { 201 } else { 400 }, "{kind} {source} {field}: {said}");
        let named = !field.ends_with("Options") || said.contains(&format!("field {field} must not be specified"));
        assert!(good || named || source.is_empty() || kind == "npipe", "{kind} {source} {field}: {said}");
    };
    for (kind, source, fields) in [
        ("bind", "/tmp", &[("", true), ("BindOptions", true), ("VolumeOptions", false), ("TmpfsOptions", true)][..]),
        ("volume", "foreign", &[("", true), ("BindOptions", false), ("VolumeOptions", true), ("TmpfsOptions", true)]),
        ("volume", "foreign", &[("ReadOnly", true)]),
        ("volume", "", &[("", true), ("BindOptions", false), ("VolumeOptions", true), ("ReadOnly", false)]),
        ("tmpfs", "", &[("", true), ("BindOptions", false), ("VolumeOptions", true), ("TmpfsOptions", true)]),
        ("tmpfs", "", &[("ReadOnly", true)]),
        ("tmpfs", "/tmp", &[("", false), ("TmpfsOptions", false)]),
        ("bind", "", &[("", false), ("BindOptions", false)]),
        ("npipe", "/tmp", &[("", false)]),
        ("foo", "", &[("", false)]),
        ("", "/tmp", &[("", false)]),
    ] {
        for (field, good) in fields {
            // Of two that are wrong, either is named.
            if (kind, source, *field) != ("tmpfs", "/tmp", "TmpfsOptions") {
                mount(kind, source, field, *good);
            }
        }
    }
    // The same of `-v`, where Docker answers 500.
    for bind in ["/tmp:/m:nocopy", "foreign:/m:shared", "foreign:/m:rprivate", "/tmp:/m:foo", "/tmp:/m:ro,foo"] {
        let (status, said) = create(side, &json!({"HostConfig": {"Binds": [bind]}}));
        assert_eq!(status, if side.is_docker() { 500 } else { 400 }, "{bind}: {said}");
    }
}

fn endpoints(side: &Side<'_>) {
    for (endpoints, good, names) in [
        (json!({"none": null, "host": null}), false, "none"),
        (json!({"none": {}, "host": {}}), false, "host"),
        (json!({"bridge": {}, "none": {}, "host": null}), false, "bridge"),
        (json!({"none": null}), false, "no EndpointSettings for none"),
        (json!({"bridge": null}), false, "no EndpointSettings for bridge"),
        (json!({"bridge": {}}), true, ""),
        (json!({}), true, ""),
        (json!(null), true, ""),
    ] {
        let (status, said) = create(side, &json!({"NetworkingConfig": {"EndpointsConfig": endpoints}}));
        assert_eq!(status, if good { 201 } else { 400 }, "{endpoints}: {said}");
        assert!(said.contains(names), "{endpoints}: {said}");
    }
}

/// How a container is to be is not said when it is started.
fn started(side: &Side<'_>) {
    side.good(&format!("create --name foreign-a {IMAGE} true"));
    for body in [r#"{"Binds":["/tmp:/x"]}"#, r#"{"HostConfig":{}}"#, "12345678"] {
        let (status, said) = side.post("/containers/foreign-a/start", body);
        assert_eq!(status, 400, "{body}: {}", text(&said));
        assert!(text(&said).contains("1.24"), "{}", text(&said));
    }
    for body in ["", "{}", "null", "junk"] {
        side.good(&format!("create --name foreign-b {IMAGE} true"));
        let (status, said) = side.post("/containers/foreign-b/start", body);
        assert_eq!(status, 204, "{body}: {}", text(&said));
        side.good("rm -f foreign-b");
    }
}

/// A body says that it is JSON.
fn kinds(side: &Side<'_>) {
    side.start("foreign-c", "", "echo ready; sleep 600");
    let bodies = [
        ("/containers/create", format!(r#"{{"Image":"{IMAGE}","Cmd":["true"]}}"#)),
        ("/volumes/create", r#"{"Name":"foreign"}"#.to_owned()),
        ("/containers/foreign-c/exec", r#"{"Cmd":["true"]}"#.to_owned()),
        ("/commit?container=foreign-c&repo=lab/foreign", "{}".to_owned()),
    ];
    for (path, body) in &bodies {
        for kind in ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json;"] {
            let (status, said) = side.post_as(path, body, kind);
            assert_eq!(status, 201, "{path} {kind}: {}", text(&said));
        }
        for kind in ["text/plain", "application/x-www-form-urlencoded", "", "json", "application/vnd.json"] {
            let (status, said) = side.post_as(path, body, kind);
            assert_eq!(status, 400, "{path} {kind}: {}", text(&said));
            assert!(text(&said).contains("Content-Type"), "{}", text(&said));
        }
    }
    side.good("rmi -f lab/foreign");
    side.good("rm -f foreign-c");
}

/// What Docker has and is not built is told from what never was. Docker takes many of either.
fn words(side: &Side<'_>) {
    looped(side);
    if side.is_docker() {
        return;
    }
    let said = |host: Value| {
        let (status, said) = create(side, &json!({"HostConfig": host}));
        assert_eq!(status, 400, "{said}");
        said
    };
    for host in [
        json!({"PidMode": "container:x"}),
        json!({"LogConfig": {"Type": "syslog"}}),
        json!({"Mounts": [{"Type": "volume", "Target": "/m", "VolumeOptions": {"Subpath": "x"}}]}),
        json!({"Runtime": "runc"}),
    ] {
        assert!(said(host.clone()).contains("cannot do this yet"), "{host}");
    }
    for (host, names) in [
        (json!({"IpcMode": "foo"}), "shareable"),
        (json!({"PidMode": "foo"}), "container:"),
        (json!({"UTSMode": "foo"}), "host"),
        (json!({"UsernsMode": "foo"}), "host"),
        (json!({"CgroupnsMode": "foo"}), "private"),
        (json!({"Isolation": "hyperv"}), "default"),
        (json!({"RestartPolicy": {"Name": "sometimes"}}), "unless-stopped"),
        (json!({"RestartPolicy": {"Name": "no", "MaximumRetryCount": 3}}), "MaximumRetryCount"),
        (json!({"RestartPolicy": {"Name": "on-failure", "MaximumRetryCount": -3}}), "MaximumRetryCount"),
        (json!({"LogConfig": {"Type": "foo"}}), "json-file"),
        (json!({"LogConfig": {"Type": "json-file", "Config": {"foo": "x"}}}), "foo"),
        (json!({"SecurityOpt": ["foo"]}), "seccomp"),
        (json!({"SecurityOpt": ["no-new-privileges:maybe"]}), "no-new-privileges"),
        (json!({"Binds": ["/tmp:/m:foo"]}), "rslave"),
        (json!({"Mounts": [{"Type": "npipe", "Target": "/m"}]}), "tmpfs"),
        (json!({"NetworkMode": "container:x"}), "No such container"),
        (json!({"PortBindings": {"foo": []}}), "foo"),
        (json!({"Foo": 1}), "no option of that name"),
    ] {
        let said = said(host.clone());
        assert!(said.contains(names) && !said.contains("cannot do this yet"), "{host}: {said}");
    }
    let said = side.fails(&format!("run --rm --network nonet {IMAGE} true"), 125);
    assert!(said.contains("network nonet not found"), "{said}");
    side.image("lab/foreign:1", "VOLUME /");
    let said = side.fails("run --rm lab/foreign:1 true", 125);
    assert!(said.contains("'/'") && !said.contains("//"), "{said}");
    side.good("rmi -f lab/foreign:1");
}

/// What leads in a circle is said to be what was wanted of it.
fn looped(side: &Side<'_>) {
    let place = Place::new(side);
    let tar = root(&[Link("loop", "loop"), Link("a", "b"), Link("b", "/a/c")]);
    good(side.args(&["import", &place.file("looped.tar", &tar), "lab/looped:1"]));
    let told = |said: &str, what: &str, dir: &str| side.is_docker() || said.contains(what) && said.contains(dir);
    for dir in ["/loop", "/loop/below", "/a", "/b/x"] {
        let said = side.fails(&format!("run --rm -w {dir} lab/looped:1 /bin/true"), 125);
        assert!(told(&said, "working directory", dir) && !said.contains("mounted"), "{dir}: {said}");
        let said = side.fails(&format!("run --rm -v foreign:{dir} lab/looped:1 /bin/true"), 125);
        assert!(told(&said, "mounted", dir), "{dir}: {said}");
    }
    // What is there and is none.
    let said = side.fails("run --rm -w /bin/busybox lab/looped:1 /bin/true", 125);
    assert!(told(&said, "working directory", "/bin/busybox"), "{said}");
    side.good("rmi -f lab/looped:1");
}

/// As they stand there.
fn numbers(side: &Side<'_>) {
    for number in ["65000000.0", "1e20", "6.5E7", "-1.5", "100000000000000000000000000"] {
        let body = format!(r#"{{"Image":"{IMAGE}","Labels":{{"a":"-1e5"}},"HostConfig":{{"Memory":{number}}}}}"#);
        let (status, said) = side.post("/containers/create", &body);
        assert_eq!(status, if side.is_docker() { 500 } else { 400 });
        assert!(text(&said).contains(&format!("number {number}")), "{}", text(&said));
    }
}

fn empty(side: &Side<'_>) {
    side.start("foreign-d", "", "echo ready; sleep 600");
    for path in ["/volumes/create", "/containers/foreign-d/exec", "/exec/none/start"] {
        for body in ["", " \n"] {
            let (status, said) = side.post(path, body);
            assert_eq!(status, 400, "{path}: {}", text(&said));
        }
    }
    for body in ["{}", "null"] {
        let (status, said) = side.post("/containers/create", body);
        assert!(status == 400 && text(&said).contains("empty"), "{body}: {}", text(&said));
    }
    let (status, said) = side.post("/containers/create", "");
    assert_eq!(status, if side.is_docker() { 500 } else { 400 }, "{}", text(&said));
    side.good("rm -f foreign-d");
}

fn filters(side: &Side<'_>) {
    for path in ["/containers/json", "/images/json", "/volumes", "/networks", "/events?since=0&until=1"] {
        let get = |filters: &str| {
            let sign = if path.contains('?') { '&' } else { '?' };
            let (status, said) = side.request("GET", &format!("{path}{sign}filters={filters}"));
            (status, text(&said))
        };
        for good in ["null", "{}", "", "%7B%22label%22:null%7D", "%7B%22label%22:%5Bnull%5D%7D"] {
            assert_eq!(get(good).0, 200, "{path} {good}");
        }
        for bad in
            ["junk", "%5B%5D", "%22x%22", "%7B%22label%22:%22x%22%7D", "%7B%22label%22:%7B%22x%22:1%7D%7D", "%7B%7Dx"]
        {
            let (status, said) = get(bad);
            let refused = if side.is_docker() { [400, 500].contains(&status) } else { status == 400 };
            assert!(refused && (side.is_docker() || said.contains("cannot be read")), "{path} {bad}: {status} {said}");
        }
    }
}
