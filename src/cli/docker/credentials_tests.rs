use super::*;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;

fn config(whole: Value) -> Config {
    Config { path: PathBuf::new(), whole: serde_json::from_value(whole).expect("a config") }
}

fn password(username: &str, password: &str) -> Option<Login> {
    Some(Login::Password { username: username.into(), password: password.into() })
}

#[test]
fn logins_are_found_under_all_the_names_docker_has_used() {
    let auth = |text: &str| json!({ "auth": STANDARD.encode(text) });
    let config = config(json!({ "auths": {
        "https://index.docker.io/v1/": auth("hub:one"),
        "localhost:5000": auth("here:two:with:colons"),
        "https://old.example/v1/": auth("old:three"),
        "token.example": { "auth": "", "identitytoken": "four" },
        "plain.example": { "username": "five", "password": "six" },
        "broken.example": { "auth": "%%%" },
        "nothing.example": {}
    }}));
    let login = |registry: &str| config.login(registry).expect("readable");
    assert_eq!(login("docker.io"), password("hub", "one"));
    assert_eq!(login("localhost:5000"), password("here", "two:with:colons"));
    assert_eq!(login("old.example"), password("old", "three"));
    assert_eq!(login("token.example"), Some(Login::Identity("four".into())));
    assert_eq!(login("plain.example"), password("five", "six"));
    for none in ["broken.example", "nothing.example", "unknown.example", "localhost:5001"] {
        assert_eq!(login(none), None, "{none}");
    }
}

#[test]
fn the_header_is_what_docker_sends() {
    let header = password("me", "geheim").expect("a login").header("docker.io");
    let value: Value = serde_json::from_slice(&URL_SAFE.decode(header).expect("base64")).expect("json");
    assert_eq!(value, json!({"username": "me", "password": "geheim", "serveraddress": HUB}));
    let header = Login::Identity("t".into()).header("a.example");
    let value: Value = serde_json::from_slice(&URL_SAFE.decode(header).expect("base64")).expect("json");
    assert_eq!(value, json!({"identitytoken": "t", "serveraddress": "a.example"}));
}

#[test]
fn what_is_kept_is_read_again_by_nobody_else_and_other_keys_stay() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("sub/config.json");
    std::fs::create_dir(dir.path().join("sub")).expect("a directory");
    std::fs::write(&path, r#"{"HttpHeaders": {"A": "b"}, "auths": {"x.example": {}}}"#).expect("a file");
    let mut config = Config::load_from(path.clone()).expect("readable");
    let login = password("me", "geheim").expect("a login");
    config.keep("docker.io", &login).expect("kept");
    let again = Config::load_from(path.clone()).expect("readable");
    assert_eq!(again.login("docker.io").expect("readable"), Some(login));
    assert_eq!(again.whole.rest["HttpHeaders"]["A"], "b");
    assert_eq!(std::fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
    assert!(config.forget("docker.io").expect("forgotten") && !config.forget("docker.io").expect("nothing there"));
    assert_eq!(Config::load_from(path).expect("readable").login("docker.io").expect("readable"), None);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_one_that_is_not_there_is_empty() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("config.json");
    assert_eq!(Config::load_from(path.clone()).expect("empty").login("docker.io").expect("readable"), None);
    std::fs::write(&path, "{").expect("a file");
    assert_eq!(Config::load_from(path).expect_err("no json").problem.code, "docker-config-unreadable");
}

#[test]
fn a_helper_that_is_not_there_or_is_a_path_is_named() {
    for helper in ["no-such-helper-here", "../../bin/sh"] {
        let config = config(json!({ "credsStore": helper, "auths": {} }));
        let error = config.login("a.example").expect_err("no helper");
        assert_eq!(error.problem.code, "credential-helper-failed");
        assert_eq!(error.problem.args["program"], format!("docker-credential-{helper}"));
    }
}

#[test]
fn one_registry_may_have_a_helper_of_its_own() {
    let config = config(json!({
        "credHelpers": { "ecr.example": "ecr", "https://index.docker.io/v1/": "hub" }, "credsStore": "desktop"
    }));
    assert_eq!(config.helper("ecr.example").as_deref(), Some("ecr"));
    assert_eq!(config.helper("docker.io").as_deref(), Some("hub"));
    assert_eq!(config.helper("other.example").as_deref(), Some("desktop"));
}
