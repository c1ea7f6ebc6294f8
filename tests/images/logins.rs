//! Logins and pushes, with a real registry that wants a password, the real docker CLI, and skopeo as the judge.

use crate::engine::{Engine, Who, fails, good};
use crate::lab;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

const NEEDED: [&str; 6] = ["docker", "docker-registry", "htpasswd", "skopeo", "unshare", "busybox"];
const HOST: &str = "127.0.0.1:5001";
const PASSWORD: &str = "geheimes-wort";

/// Runs it with that on its standard input; true when it went well, and what it printed.
fn with_input(mut command: Command, input: &str) -> (bool, String) {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a program");
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// A registry with one user, `student`.
fn registry(dir: &Path) -> lab::Server {
    let passwords = dir.join("htpasswd");
    std::fs::write(&passwords, lab::run("htpasswd", &["-Bbn", "student", PASSWORD])).unwrap();
    lab::registry(dir, 5001, &format!("auth: {{htpasswd: {{realm: test, path: {}}}}}", passwords.display()))
}

/// The digest of what the registry has under that name, computed by skopeo.
fn digest(name: &str) -> String {
    let creds = format!("student:{PASSWORD}");
    let name = format!("docker://{name}");
    lab::run("skopeo", &["inspect", "--tls-verify=false", "--creds", &creds, "--format", "{{.Digest}}", &name])
        .trim()
        .to_owned()
}

fn ours(engine: &Engine, config: &Path, args: &[&str]) -> Command {
    let mut command = engine.dockwalk(&[&["docker"], args].concat());
    command.env("DOCKER_CONFIG", config);
    command
}

fn pushed_digest(said: &str) -> String {
    let at = said.find("digest: ").unwrap_or_else(|| panic!("no digest in {said}")) + "digest: ".len();
    said[at..].split(' ').next().unwrap().to_owned()
}

#[test]
fn docker_logs_in_pushes_and_pulls_back_what_it_pushed() {
    lab::inside("logins::docker_logs_in_pushes_and_pulls_back_what_it_pushed", &NEEDED, |dir| {
        let _registry = registry(dir);
        let engine = Engine::start(Who::Root);
        good(engine.docker(&["pull", "lab/busybox:1"]));
        let (private, other) = (format!("{HOST}/private/busybox:1"), format!("{HOST}/other/busybox:2"));
        good(engine.docker(&["tag", "lab/busybox:1", &private]));
        let said = fails(engine.docker(&["push", &private]), 1);
        assert!(said.contains("docker login"), "{said}");

        let login = ["login", "--username", "student", "--password-stdin", HOST];
        let (welcome, said) = with_input(engine.docker(&login), "falsch");
        assert!(!welcome, "{said}");
        let (welcome, said) = with_input(engine.docker(&login), PASSWORD);
        assert!(welcome && said.contains("Login Succeeded"), "{said}");

        let said = good(engine.docker(&["push", &private]));
        let digest_here = pushed_digest(&said);
        assert_eq!(digest(&private), digest_here);
        let layout = format!("dir:{}", dir.join("copy").display());
        let source = format!("docker://{private}");
        let creds = format!("student:{PASSWORD}");
        lab::run("skopeo", &["copy", "-q", "--src-tls-verify=false", "--src-creds", &creds, &source, &layout]);

        good(engine.docker(&["tag", "lab/busybox:1", &other]));
        let said = good(engine.docker(&["push", &other]));
        assert!(said.contains("Mounted from private/busybox"), "{said}");
        assert_eq!(digest(&other), digest_here);

        good(engine.docker(&["rmi", "--force", "lab/busybox:1", &private, &other]));
        let said = good(engine.docker(&["pull", &private]));
        assert!(said.contains(&digest_here), "{said}");
        let digests = good(engine.docker(&["image", "inspect", "--format", "{{json .RepoDigests}}", &private]));
        assert!(digests.contains(&format!("{HOST}/private/busybox@{digest_here}")), "{digests}");
        has_no_secret(&engine);
    });
}

#[test]
fn our_own_commands_read_and_keep_logins_as_docker_does() {
    lab::inside("logins::our_own_commands_read_and_keep_logins_as_docker_does", &NEEDED, |dir| {
        let _registry = registry(dir);
        let engine = Engine::start(Who::Root);
        let config = dir.join("docker-config");
        let name = format!("{HOST}/private/busybox:1");
        good(ours(&engine, &config, &["pull", "lab/busybox:1"]));
        good(ours(&engine, &config, &["tag", "lab/busybox:1", &name]));
        fails(ours(&engine, &config, &["push", &name]), 1);
        let login = ["login", "-u", "student", "--password-stdin", HOST];
        assert!(!with_input(ours(&engine, &config, &login), "falsch").0);
        assert!(!config.join("config.json").exists(), "a login that is refused is not kept");
        let (welcome, said) = with_input(ours(&engine, &config, &login), PASSWORD);
        assert!(welcome && said.contains("Login Succeeded"), "{said}");

        let said = good(ours(&engine, &config, &["push", &name]));
        assert_eq!(digest(&name), pushed_digest(&said));
        let mut docker = engine.docker(&["push", &name]);
        docker.env("DOCKER_CONFIG", &config);
        assert!(good(docker).contains("Layer already exists"), "docker reads the login that we kept");
        good(ours(&engine, &config, &["rmi", "--force", "lab/busybox:1", &name]));
        good(ours(&engine, &config, &["pull", &name]));
        good(ours(&engine, &config, &["logout", HOST]));
        fails(ours(&engine, &config, &["push", &name]), 1);
        has_no_secret(&engine);
    });
}

#[test]
fn a_credential_helper_is_asked_for_the_login() {
    lab::inside("logins::a_credential_helper_is_asked_for_the_login", &NEEDED, |dir| {
        let _registry = registry(dir);
        let engine = Engine::start(Who::Root);
        let (config, bin) = (dir.join("helped"), dir.join("bin"));
        std::fs::create_dir_all(&config).unwrap();
        std::fs::create_dir_all(&bin).unwrap();
        let program = bin.join("docker-credential-kept");
        // Knows one registry, and writes down what it was asked.
        let script = format!(
            "#!/bin/sh\nread server\necho \"$1 $server\" >> {}/asked\n[ \"$server\" = {HOST} ] || {{ echo 'credentials not found in native keychain'; exit 1; }}\n\
             echo '{{\"ServerURL\": \"{HOST}\", \"Username\": \"student\", \"Secret\": \"{PASSWORD}\"}}'\n",
            dir.display()
        );
        std::fs::write(&program, script).unwrap();
        std::fs::set_permissions(&program, PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::write(config.join("config.json"), r#"{"auths": {}, "credsStore": "kept"}"#).unwrap();
        let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
        let with_helper = |args: &[&str]| {
            let mut command = ours(&engine, &config, args);
            command.env("PATH", &path);
            command
        };
        let name = format!("{HOST}/private/busybox:1");
        good(with_helper(&["pull", "lab/busybox:1"]));
        good(with_helper(&["tag", "lab/busybox:1", &name]));
        good(with_helper(&["push", &name]));
        let asked = std::fs::read_to_string(dir.join("asked")).unwrap();
        assert_eq!(asked, format!("get https://index.docker.io/v1/\nget {HOST}\n"));
        let said = fails(ours(&engine, &config, &["push", &name]), 1);
        assert!(said.contains("docker-credential-kept"), "{said}");
        has_no_secret(&engine);
    });
}

#[test]
fn what_is_damaged_by_command_is_caught_and_mended() {
    lab::inside("logins::what_is_damaged_by_command_is_caught_and_mended", &["unshare", "busybox"], |_| {
        let engine = Engine::start(Who::Root);
        let config = engine.root().join("none");
        good(ours(&engine, &config, &["pull", "lab/base:1"]));
        let inspected = good(ours(&engine, &config, &["image", "inspect", "lab/base:1"]));
        let image: serde_json::Value = serde_json::from_str(&inspected).unwrap();
        let index = image[0]["RepoDigests"][0].as_str().unwrap().split('@').nth(1).unwrap().to_owned();
        let said = good(engine.dockwalk(&["registry", "damage", &index]));
        assert!(said.contains(&index) && said.contains("index"), "{said}");
        assert!(good(engine.dockwalk(&["registry", "damaged"])).contains(&index));
        let said = fails(ours(&engine, &config, &["pull", "lab/base:1"]), 1);
        assert!(said.contains("Docker-Content-Digest"), "{said}");
        assert!(good(engine.dockwalk(&["registry", "mend"])).contains(&index));
        assert_eq!(good(engine.dockwalk(&["registry", "damaged"])), "");
        good(ours(&engine, &config, &["pull", "lab/base:1"]));
        fails(engine.dockwalk(&["registry", "damage", "sha256:abc"]), 1);
    });
}

/// Neither the password nor what it is sent as is in the trace.
fn has_no_secret(engine: &Engine) {
    use base64::Engine as _;
    let trace = good(engine.dockwalk(&["trace", "export", "-"]));
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("student:{PASSWORD}"));
    assert!(trace.contains("Basic •••"), "there was a login");
    assert!(!trace.contains(PASSWORD) && !trace.contains(&basic));
}
