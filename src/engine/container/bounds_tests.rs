use super::*;
use crate::engine::container::request::parse;
use serde_json::{Value, json};

fn refused(field: &str, value: Value) -> String {
    refused_body(json!({"Image": "x", field: value}))
}

fn refused_host(field: &str, value: Value) -> String {
    refused_body(json!({"Image": "x", "HostConfig": {field: value}}))
}

fn refused_body(body: Value) -> String {
    parse(&body).map(|request| panic!("{request:?} was accepted")).unwrap_or_else(|fault| fault.problem.code)
}

#[test]
fn a_text_that_the_kernel_would_cut_is_refused_wherever_it_stands() {
    for field in ["Image", "User", "WorkingDir"] {
        assert_eq!(refused(field, json!("/a\0b")), "value-with-nul", "{field}");
    }
    for field in ["Env", "Cmd", "Entrypoint"] {
        assert_eq!(refused(field, json!(["a", "b=c\0d"])), "value-with-nul", "{field}");
    }
    assert_eq!(refused("Labels", json!({"a\0": "b"})), "value-with-nul");
    assert_eq!(refused("Labels", json!({"a": "b\0"})), "value-with-nul");
    assert_eq!(refused("Hostname", json!("a\0b")), "invalid-hostname");
    assert_eq!(refused_host("Tmpfs", json!({"/t": "size=1\0"})), "value-with-nul");
}

#[test]
fn a_hostname_is_what_docker_and_the_kernel_take_for_one() {
    for good in ["a", "box-1", "a_b", "a.b.c", "1", &"x".repeat(64)] {
        parse(&json!({"Image": "x", "Hostname": good})).unwrap();
    }
    for bad in ["a\nb", "-a", "a..b", "a b", "한글", ".", &"x".repeat(65)] {
        assert_eq!(refused("Hostname", json!(bad)), "invalid-hostname", "{bad:?}");
    }
}

#[test]
fn a_path_is_no_longer_than_the_kernel_takes() {
    let deep = |length: usize| "/aaaaaaa".repeat(length / 8 + 1)[..length].to_owned();
    parse(&json!({"Image": "x", "WorkingDir": deep(PATH)})).unwrap();
    assert_eq!(refused("WorkingDir", json!(deep(PATH + 1))), "value-too-long");
    assert_eq!(refused("WorkingDir", json!(deep(100_000))), "value-too-long");
    assert_eq!(refused("WorkingDir", json!(format!("/{}", "a".repeat(NAME + 1)))), "value-too-long");
    assert_eq!(refused("WorkingDir", json!("relative")), "working-dir-relative");
}

#[test]
fn there_is_an_end_to_each_list_and_to_all_texts_together() {
    assert_eq!(refused("Env", json!(vec!["A=1"; VARIABLES + 1])), "too-many-values");
    assert_eq!(refused("Cmd", json!(vec!["a"; ARGUMENTS + 1])), "too-many-values");
    assert_eq!(refused("Cmd", json!(["a".repeat(TEXT + 1)])), "value-too-long");
    assert_eq!(refused_host("Binds", json!(vec!["a:/b"; MOUNTS + 1])), "too-many-values");
    assert_eq!(refused_host("ExtraHosts", json!(vec!["a:1.1.1.1"; LIST + 1])), "too-many-values");
    let label = |n: usize| (format!("{n}"), Value::from("x".repeat(TEXT)));
    assert_eq!(refused("Labels", Value::Object((0..9).map(label).collect())), "value-too-long");
    let merged = Merged { cmd: vec!["a".repeat(TEXT); 16], ..Merged::default() };
    assert_eq!(super::merged(&merged, "x").unwrap_err().problem.args["what"], "Cmd + Env");
}

#[test]
fn what_an_image_says_is_checked_as_what_is_asked_for_and_named_as_the_images() {
    let of = |merged: Merged| super::merged(&merged, "lab/shell:1").unwrap_err().problem;
    let problem = of(Merged { cwd: "/a".repeat(50_000), ..Merged::default() });
    assert_eq!(
        (problem.code.as_str(), problem.args["what"].as_str()),
        ("value-too-long", "WorkingDir (image lab/shell:1)")
    );
    assert_eq!(of(Merged { env: vec!["A=\0".into()], ..Merged::default() }).code, "value-with-nul");
    assert_eq!(of(Merged { user: "a\nb".into(), ..Merged::default() }).code, "invalid-user");
}

#[test]
fn a_command_in_a_container_is_checked_as_the_containers_own() {
    let code = |request: ExecCreate| session(&request).unwrap_err().problem.code;
    let list = |text: &str| Some(vec![text.to_owned()]);
    assert_eq!(code(ExecCreate { cmd: list("a\0"), ..ExecCreate::default() }), "value-with-nul");
    assert_eq!(code(ExecCreate { env: list("=a"), ..ExecCreate::default() }), "invalid-variable");
    assert_eq!(code(ExecCreate { working_dir: Some("/a".repeat(50_000)), ..ExecCreate::default() }), "value-too-long");
    assert_eq!(code(ExecCreate { user: Some("a\u{1b}".into()), ..ExecCreate::default() }), "invalid-user");
}

#[test]
fn nothing_that_becomes_a_line_of_a_file_can_be_two() {
    assert_eq!(refused_host("Dns", json!(["1.1.1.1\nnameserver 6.6.6.6"])), "invalid-dns");
    assert_eq!(refused_host("ExtraHosts", json!(["a\n6.6.6.6 b:1.1.1.1"])), "invalid-extra-host");
    parse(&json!({"Image": "x", "HostConfig": {"Dns": ["::1"], "ExtraHosts": ["a.b:host-gateway", "c=[::1]"]}}))
        .unwrap();
}

#[test]
fn a_document_is_counted_before_it_is_read() {
    document(br#"{"a": ["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\\"]}"#).unwrap();
    let code = |text: String| document(text.as_bytes()).unwrap_err().problem.code;
    assert_eq!(code("[".repeat(DEPTH + 1)), "json-too-deep");
    assert_eq!(code(format!("[{}]", "0,".repeat(VALUES))), "too-many-values");
}
