//! Bodies of requests as Go's decoder reads them: order, case, `null`, and what is behind them.

use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    // Of a field that is there twice the later one counts, whatever its case; maps and objects grow, `null` takes away.
    for (fields, pointer, expected) in [
        (r#""Hostname":"a","hostname":"b""#, "/Config/Hostname", json!("b")),
        (r#""hostname":"b","Hostname":"a""#, "/Config/Hostname", json!("a")),
        (r#""Hostname":"a","hostname":null"#, "/Config/Hostname", json!("a")),
        (r#""Env":["A=1","B=2"],"env":["C=3"],"ENV":["D=4"]"#, "/Config/Env/0", json!("D=4")),
        (r#""Labels":{"a":"1"},"labels":{"b":"2"}"#, "/Config/Labels", json!({"a": "1", "b": "2"})),
        (r#""Labels":{"a":"1"},"labels":{"a":"2"}"#, "/Config/Labels", json!({"a": "2"})),
        (r#""Labels":{"a":"1"},"labels":null"#, "/Config/Labels", json!({})),
        (r#""cmd":"ls""#, "/Config/Cmd", json!(["ls"])),
        (r#""StopTimeout":3,"stoptimeout":null"#, "/Config/StopTimeout", json!(null)),
        (
            r#""HostConfig":{"Memory":67108864},"hostconfig":{"ReadonlyRootfs":true}"#,
            "/HostConfig/Memory",
            json!(67_108_864),
        ),
        (
            r#""HostConfig":{"Memory":67108864},"hostconfig":{"ReadonlyRootfs":true}"#,
            "/HostConfig/ReadonlyRootfs",
            json!(true),
        ),
        (r#""HostConfig":{"Memory":67108864},"hostconfig":null"#, "/HostConfig/Memory", json!(0)),
        (
            r#""HostConfig":{"LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}},"logconfig":{"config":{"max-file":"2"}}}"#,
            "/HostConfig/LogConfig/Config",
            json!({"max-size": "1m", "max-file": "2"}),
        ),
        // `null` among a map's members or in a list is what is empty.
        (r#""Volumes":{"/a":null,"/b":{}}"#, "/Config/Volumes", json!({"/a": {}, "/b": {}})),
        (r#""Labels":{"a":null}"#, "/Config/Labels", json!({"a": ""})),
        (r#""ExposedPorts":{"1/tcp":null}"#, "/Config/ExposedPorts", json!({"1/tcp": {}})),
        (r#""cmd":["ls",null]"#, "/Config/Cmd", json!(["ls", ""])),
        (r#""HostConfig":{"Tmpfs":{"/a":null}}"#, "/HostConfig/Tmpfs", json!({"/a": ""})),
    ] {
        let shown = created(side, &format!(r#"{{"Image":"{IMAGE}","Cmd":["true"],{fields}}}"#));
        let shown = shown.pointer(pointer).unwrap_or(&Value::Null);
        // What is empty may be nothing.
        let shown = if *shown == json!(null) && expected == json!({}) { &expected } else { shown };
        assert_eq!(*shown, expected, "{fields}");
    }
    // What is behind the first value is not looked at.
    for behind in [" more", "{}", "\n\n", "]"] {
        created(side, &format!(r#"{{"Image":"{IMAGE}","Cmd":["true"]}}{behind}"#));
    }
    let (status, said) = side.post("/volumes/create", r#"{"Name":"one","name":"two","Labels":{"a":null}} more"#);
    assert_eq!(status, 201, "{}", text(&said));
    assert_eq!(side.get("/volumes/two")["Labels"], json!({"a": ""}));
    unfit(side);
}

fn created(side: &Side<'_>, body: &str) -> Value {
    let (status, said) = side.post("/containers/create", body);
    assert_eq!(status, 201, "{body}: {}", text(&said));
    let id: Value = serde_json::from_slice(&said).unwrap();
    side.get(&format!("/containers/{}/json", id["Id"].as_str().unwrap()))
}

/// What does not fit is said by its name, and what is needed. Docker 20.10 answers a create with 500.
fn unfit(side: &Side<'_>) {
    for (body, names) in [
        (r#"{"Image":"x","Cmd":[1]}"#, &["Cmd", "number", "string"][..]),
        (r#"{"Image":"x","cmd":{"a":1}}"#, &["Cmd", "object"]),
        (r#"{"Image":"x","Tty":"true"}"#, &["Tty", "string", "bool"]),
        (r#"{"Image":"x","Env":"A=1"}"#, &["Env", "string"]),
        (r#"{"Image":"x","HostConfig":{"Memory":1.5}}"#, &["Memory", "1.5"]),
        (r#"{"Image":"x","HostConfig":{"ConsoleSize":[-1,2]}}"#, &["ConsoleSize", "-1"]),
        (r#"{"Image":"x","Labels":{"a":1}}"#, &["Labels", "number", "string"]),
        ("[]", &["array"]),
        (r#"{"Image":"#, &[]),
    ] {
        let (status, said) = side.post("/containers/create", body);
        let said = text(&said);
        assert_eq!(status, if side.is_docker() { 500 } else { 400 }, "{body}: {said}");
        assert!(side.is_docker() || names.iter().all(|name| said.contains(name)), "{body}: {said}");
        assert!(
            !["untagged", "OneOrMany", "struct ContainerCreate", "sequence"].iter().any(|word| said.contains(word)),
            "{said}"
        );
    }
    let (status, said) = side.post("/volumes/create", r#"{"Name":7}"#);
    assert!(status == 400 && text(&said).contains("Name"), "{}", text(&said));
}
