use super::*;
use crate::engine::container::Merged;
use crate::engine::container::merge::bounded;
use crate::engine::container::request::{self, Request};
use crate::trace::Code;
use serde_json::{Value, json};

fn parse(body: &Value) -> Result<Request> {
    request::parse(&body.into())
}

fn refused(field: &str, value: Value) -> Code {
    refused_body(json!({"Image": "x", field: value}))
}

fn refused_host(field: &str, value: Value) -> Code {
    refused_body(json!({"Image": "x", "HostConfig": {field: value}}))
}

fn refused_body(body: Value) -> Code {
    parse(&body).map(|request| panic!("{request:?} was accepted")).unwrap_or_else(|fault| fault.problem.code)
}

#[test]
fn a_text_that_the_kernel_would_cut_is_refused_wherever_it_stands() {
    for field in ["Image", "User", "WorkingDir"] {
        assert_eq!(refused(field, json!("/a\0b")), Code::ValueWithNul, "{field}");
    }
    for field in ["Env", "Cmd", "Entrypoint"] {
        assert_eq!(refused(field, json!(["a", "b=c\0d"])), Code::ValueWithNul, "{field}");
    }
    assert_eq!(refused("Hostname", json!("a\0b")), Code::InvalidHostname);
    assert_eq!(refused_host("Tmpfs", json!({"/t": "size=1\0"})), Code::ValueWithNul);
}

#[test]
fn a_hostname_is_what_docker_and_the_kernel_take_for_one() {
    for good in ["a", "-a", "-a.b", "box-1", "a_b", "a.b.c", "1", &"x".repeat(64)] {
        parse(&json!({"Image": "x", "Hostname": good})).unwrap();
    }
    for bad in ["a\nb", "a..b", "-", "a.-b", "a b", "한글", ".", &"x".repeat(65)] {
        assert_eq!(refused("Hostname", json!(bad)), Code::InvalidHostname, "{bad:?}");
    }
}

#[test]
fn a_path_is_no_longer_than_the_kernel_takes() {
    let deep = |length: usize| "/aaaaaaa".repeat(length / 8 + 1)[..length].to_owned();
    parse(&json!({"Image": "x", "WorkingDir": deep(PATH)})).unwrap();
    assert_eq!(refused("WorkingDir", json!(deep(PATH + 1))), Code::ValueTooLong);
    assert_eq!(refused("WorkingDir", json!(deep(100_000))), Code::ValueTooLong);
    assert_eq!(refused("WorkingDir", json!(format!("/{}", "a".repeat(NAME + 1)))), Code::ValueTooLong);
    assert_eq!(refused("WorkingDir", json!("relative")), Code::WorkingDirRelative);
}

#[test]
fn there_is_an_end_to_each_list_and_to_all_texts_together() {
    assert_eq!(refused("Env", json!(vec!["A=1"; VARIABLES + 1])), Code::TooManyValues);
    assert_eq!(refused("Cmd", json!(vec!["a"; ARGUMENTS + 1])), Code::TooManyValues);
    assert_eq!(refused("Cmd", json!(["a".repeat(TEXT + 1)])), Code::ValueTooLong);
    assert_eq!(refused_host("Binds", json!(vec!["a:/b"; MOUNTS + 1])), Code::TooManyValues);
    assert_eq!(refused_host("ExtraHosts", json!(vec!["a:1.1.1.1"; LIST + 1])), Code::TooManyValues);
    let label = |n: usize| (format!("{n}"), Value::from("x".repeat(TEXT)));
    assert_eq!(refused("Labels", Value::Object((0..9).map(label).collect())), Code::ValueTooLong);
    let merged = Merged { cmd: vec!["a".repeat(TEXT); 16], ..Merged::default() };
    assert_eq!(bounded(&merged, "x").unwrap_err().problem.args["what"], "Cmd + Env");
}

#[test]
fn what_an_image_says_is_checked_as_what_is_asked_for_and_named_as_the_images() {
    let of = |merged: Merged| bounded(&merged, "lab/shell:1").unwrap_err().problem;
    let problem = of(Merged { cwd: "/a".repeat(50_000), ..Merged::default() });
    assert_eq!((&problem.code, problem.args["what"].as_str()), (&Code::ValueTooLong, "WorkingDir (image lab/shell:1)"));
    assert_eq!(of(Merged { env: vec!["A=\0".into()], ..Merged::default() }).code, Code::ValueWithNul);
    assert_eq!(of(Merged { user: "a\nb".into(), ..Merged::default() }).code, Code::InvalidUser);
}

#[test]
fn a_command_in_a_container_is_checked_as_the_containers_own() {
    let code = |request: ExecCreate| session(&request).unwrap_err().problem.code;
    let list = |text: &str| Some(vec![text.to_owned()]);
    assert_eq!(code(ExecCreate { cmd: list("a\0"), ..ExecCreate::default() }), Code::ValueWithNul);
    assert_eq!(code(ExecCreate { env: list("=a"), ..ExecCreate::default() }), Code::InvalidVariable);
    assert_eq!(
        code(ExecCreate { working_dir: Some("/a".repeat(50_000)), ..ExecCreate::default() }),
        Code::ValueTooLong
    );
    assert_eq!(code(ExecCreate { user: Some("a\u{1b}".into()), ..ExecCreate::default() }), Code::InvalidUser);
}

#[test]
fn nothing_that_becomes_a_line_of_a_file_can_be_two() {
    assert_eq!(refused_host("Dns", json!(["1.1.1.1\nnameserver 6.6.6.6"])), Code::InvalidDns);
    assert_eq!(refused_host("ExtraHosts", json!(["a\n6.6.6.6 b:1.1.1.1"])), Code::InvalidExtraHost);
    parse(&json!({"Image": "x", "HostConfig": {"Dns": ["::1"], "ExtraHosts": ["a.b:host-gateway", "c=[::1]"]}}))
        .unwrap();
}

#[test]
fn a_document_is_counted_before_it_is_read() {
    document(br#"{"a": ["\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[", "\\"]}"#).unwrap();
    let code = |text: String| document(text.as_bytes()).unwrap_err().problem.code;
    assert_eq!(code("[".repeat(DEPTH + 1)), Code::JsonTooDeep);
    assert_eq!(code(format!("[{}]", "0,".repeat(VALUES))), Code::TooManyValues);
}
