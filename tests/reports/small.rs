//! Small things that Docker takes, or tells by another word.

use crate::side::{IMAGE, Side, text};
use serde_json::json;

pub fn area(side: &Side<'_>) {
    stop_signals(side);
    volumes(side);
    networks(side);
    users(side);
    logs(side);
    flags(side);
    paths(side);
    gone(side);
}

/// A number that is no signal is one all the same, until it is sent; of an image's nobody looks at it before that.
fn stop_signals(side: &Side<'_>) {
    for signal in ["65", "1000"] {
        assert_eq!(side.run(&format!("--stop-signal {signal}"), "echo runs"), "runs");
    }
    for bad in ["NOPE", "SIGRTMIN+16"] {
        side.fails(&format!("run --stop-signal {bad} {IMAGE} true"), 125);
    }
    side.good(&format!("run -d --name unasked --stop-signal 65 {IMAGE} sleep 600"));
    assert_eq!(side.get("/containers/unasked/json")["Config"]["StopSignal"], "65");
    side.good("stop -t 30 unasked");
    assert_eq!(side.good("wait unasked"), "137");
    // Docker 20.10 has the instruction in a build alone.
    if !side.is_docker() {
        for signal in ["NOPE", "65", "SIGRTMIN+16"] {
            side.image("lab/signal:1", &format!("STOPSIGNAL {signal}"));
            assert_eq!(side.good("run --rm lab/signal:1 echo runs"), "runs");
            side.good("rmi lab/signal:1");
        }
    }
}

/// Where an anonymous volume is begins at the root, however it is written.
fn volumes(side: &Side<'_>) {
    for (path, place) in [("rel", "/rel"), ("a/b", "/a/b"), ("./c", "/c"), ("../d", "/d"), ("//e//f/", "/e/f")] {
        let body = json!({"Image": IMAGE, "Cmd": ["sh", "-c", format!("grep -c ' {place} ' /proc/mounts")], "Volumes": {path: {}}});
        let (status, said) = side.post("/containers/create?name=volumes", &body.to_string());
        assert_eq!(status, 201, "{path}: {}", text(&said));
        let shown = side.get("/containers/volumes/json");
        assert_eq!(shown["Config"]["Volumes"], json!({path: {}}));
        assert!(shown["Mounts"][0]["Destination"] == place || side.is_docker(), "{path}");
        assert_eq!(side.good("start -a volumes"), "1", "{path}");
        side.good("rm -v volumes");
    }
    assert_eq!(side.run("-v rel", "grep -c ' /rel ' /proc/mounts"), "1");
    side.fails(&format!("run --rm -v named:rel {IMAGE} true"), 125);
}

fn networks(side: &Side<'_>) {
    for (host_config, shown) in [
        ("{}", "default"),
        (r#"{"NetworkMode":""}"#, "default"),
        (r#"{"NetworkMode":"default"}"#, "default"),
        (r#"{"NetworkMode":"bridge"}"#, "bridge"),
        (r#"{"NetworkMode":"none"}"#, "none"),
    ] {
        let body = format!(r#"{{"Image":"{IMAGE}","HostConfig":{host_config}}}"#);
        assert_eq!(side.post("/containers/create?name=networks", &body).0, 201);
        let network = if shown == "default" { "bridge" } else { shown };
        let one = side.get("/containers/networks/json");
        assert_eq!(one["HostConfig"]["NetworkMode"], shown, "{host_config}");
        assert!(one["NetworkSettings"]["Networks"][network].is_object(), "{one}");
        let list = side.get("/containers/json?all=1");
        assert_eq!(list[0]["HostConfig"]["NetworkMode"], shown, "{host_config}");
        side.good("rm networks");
    }
}

fn users(side: &Side<'_>) {
    for (user, shown) in [("1:2:3", "1:2"), ("1:2:", "1:2"), ("1::3", "1:0"), (":2:3", "0:2"), ("1:", "1:0")] {
        assert_eq!(side.run(&format!("-u {user}"), "echo $(id -u):$(id -g)"), shown, "{user}");
    }
}

fn logs(side: &Side<'_>) {
    let lines = |flags: &str| {
        let said = side.good(&format!("logs {flags} logged"));
        said.lines().count()
    };
    side.start("logged", "", "echo one; echo two; echo ready; sleep 600");
    for (tail, count) in [("x", 3), ("all", 3), ("-1", 3), ("1.5", 3), ("2", 2), ("0", 0), ("+1", 1)] {
        assert_eq!(lines(&format!("--tail {tail}")), count, "{tail}");
    }
    for (since, count) in [
        ("2020-01-01", 3),
        ("2020-01-01T00:00", 3),
        ("2020-01-01T00:00:00.5", 3),
        ("2020-01-01T00:00:00Z", 3),
        ("2020-01-01T00:00:00+09:00", 3),
        ("2120-01-01", 0),
        ("1h", 3),
    ] {
        assert_eq!(lines(&format!("--since {since}")), count, "{since}");
        assert_eq!(lines(&format!("--until {since}")), if since == "1h" { 0 } else { 3 - count }, "{since}");
    }
    for bad in ["x", "2020-13-01"] {
        side.fails(&format!("logs --since {bad} logged"), 1);
    }
    assert_eq!(side.good("events --since 2020-01-01 --until 2020-01-02T10:00"), "");
}

fn flags(side: &Side<'_>) {
    assert_eq!(side.run("-h -a", "hostname"), "-a");
    assert_eq!(side.run("--hostname -web.example.org", "hostname"), "-web.example.org");
    // Behind the container nothing is a flag any more.
    side.start("flags", "", "echo ready; sleep 600");
    let missing = if side.is_docker() { 126 } else { 127 };
    for program in ["-x", "--help", "-e"] {
        assert!(side.fails(&format!("exec flags {program}"), missing).contains(program) || side.is_docker());
    }
    assert_eq!(side.good("exec flags echo -e --help -x"), "--help -x");
    assert_eq!(side.good("exec -e A=1 flags sh -c env").lines().filter(|line| *line == "A=1").count(), 1);
}

/// What is said of a program that is not there: a path was not looked for in the PATH; of a chain of scripts the one that is wrong.
fn paths(side: &Side<'_>) {
    let scripts = r"printf '#!/b\n' > /a; printf '#!/none\n' > /b; printf '#!/b\n' > /deep; printf '\000\001' > /junk
        printf '#!/bin/sh\r\n' > /crlf; printf '#!/crlf\n' > /to-crlf; chmod +x /a /b /deep /junk /crlf /to-crlf; echo ready; sleep 600";
    side.start("paths", "", scripts);
    side.good("commit paths lab/paths:1");
    for (program, said, never) in [
        ("/none", "no such file", "PATH"),
        ("./none", "no such file", "PATH"),
        ("bin/none", "no such file", "PATH"),
        ("none", "PATH", "no such file"),
    ] {
        let complaint = side.fails(&format!("run --rm lab/paths:1 {program}"), 127);
        assert!(complaint.contains(program), "{complaint}");
        assert!(complaint.contains(said) && !complaint.contains(never) || side.is_docker(), "{complaint}");
    }
    // Docker starts these: what is wrong is then in their output.
    if side.is_docker() {
        return;
    }
    for (program, said) in [
        ("/a", "the first line of /b, which runs it, asks for the interpreter /none"),
        ("/b", "its first line asks for the interpreter /none"),
        ("/deep", "the first line of /b, which runs it, asks for the interpreter /none"),
        ("/to-crlf", "the lines of /crlf, which runs it, end as on Windows"),
        ("/crlf", "its lines end as on Windows"),
    ] {
        let complaint = side.fails(&format!("run --rm lab/paths:1 {program}"), 127).replace('\n', " ");
        let complaint = complaint.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(complaint.contains(said), "{program}: {complaint}");
    }
    let complaint = side.fails("run --rm lab/paths:1 /junk", 126);
    assert!(complaint.contains("Exec format error") && !complaint.contains("(permission denied)"), "{complaint}");
}

/// A container whose image was removed runs on, and cannot become an image. It is said what is lacking.
fn gone(side: &Side<'_>) {
    side.image("lab/gone:1", "LABEL a=b");
    side.good("create --name orphan lab/gone:1 true");
    side.good("rmi -f lab/gone:1");
    let said = side.fails("commit orphan lab/other:1", 1);
    assert!(side.is_docker() || said.contains("lab/gone:1") && !said.contains("docker pull sha256:"), "{said}");
    side.good("start -a orphan");
    side.good("rm orphan");
}
