//! Registries that want to know who asks: Basic by htpasswd, Bearer by a token server of our own.

use crate::{lab, pulled::pull};
use base64::Engine as _;
use dockwalk::engine::registry::Credentials;
use dockwalk::engine::{FaultKind, IdRange};
use dockwalk::trace::Code;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

const NEEDED: [&str; 5] = ["docker-registry", "skopeo", "htpasswd", "openssl", "unshare"];

fn credentials(password: &str) -> Credentials {
    Credentials::Basic { username: "student".into(), password: password.into() }
}

/// The built-in registry's images are what is pushed: no Docker is needed here.
fn push(dir: &Path, to: &str, user: &str) {
    let builtin = dockwalk::engine::registry::Builtin::serve(([127, 0, 0, 1], 0).into(), &dir.join("assets"))
        .expect("the built-in registry");
    let from = format!("docker://{}/lab/busybox:1", builtin.addr());
    let to = format!("docker://{to}");
    lab::run(
        "skopeo",
        &["copy", "-q", "--src-tls-verify=false", "--dest-tls-verify=false", "--dest-creds", user, &from, &to],
    );
}

#[test]
fn a_registry_with_basic_auth_is_pulled_from() {
    lab::inside("auth::a_registry_with_basic_auth_is_pulled_from", &NEEDED, |dir| {
        let passwords = dir.join("htpasswd");
        let line = lab::run("htpasswd", &["-Bbn", "student", "geheim"]);
        std::fs::write(&passwords, line).expect("a file");
        let auth = format!("auth: {{htpasswd: {{realm: test, path: {}}}}}", passwords.display());
        let _registry = lab::registry(dir, 5001, &auth);
        let name = "localhost:5001/private/busybox:1";
        push(dir, name, "student:geheim");

        let fault = pull(&dir.join("none"), IdRange::ALL, false, name, None).expect_err("no password");
        assert_eq!((fault.kind, &fault.problem.code), (FaultKind::Denied, &Code::RegistryRefused));
        let wrong = credentials("falsch");
        let fault = pull(&dir.join("wrong"), IdRange::ALL, false, name, Some(&wrong)).expect_err("a wrong password");
        assert_eq!((fault.kind, &fault.problem.code), (FaultKind::Denied, &Code::RegistryRefused));
        let right = credentials("geheim");
        let (image, conductor) = pull(&dir.join("right"), IdRange::ALL, false, name, Some(&right)).expect("a pull");
        assert_eq!(image.chain_ids.len(), 1);
        assert_eq!(conductor.world().registries["localhost:5001"].auth, "basic");
        let secret = base64::engine::general_purpose::STANDARD.encode("student:geheim");
        let trace = conductor
            .recorder()
            .with(|trace| serde_json::to_string(&trace.events().collect::<Vec<_>>()).expect("json"));
        assert!(!trace.contains(&secret) && !trace.contains("geheim") && trace.contains("Basic •••"));
    });
}

#[test]
fn a_registry_with_token_auth_is_pulled_from() {
    lab::inside("auth::a_registry_with_token_auth_is_pulled_from", &NEEDED, |dir| {
        let path = |name: &str| dir.join(name).display().to_string();
        let (key, certificate) = (path("key.pem"), path("cert.pem"));
        let subject = ["-subj", "/CN=token"];
        lab::run(
            "openssl",
            &[&["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &certificate][..], &subject]
                .concat(),
        );
        let realm = token_server(dir, &key, &certificate);
        let auth = format!(
            "auth: {{token: {{realm: \"{realm}\", service: test-registry, issuer: test-issuer, rootcertbundle: {certificate}}}}}"
        );
        let _registry = lab::registry(dir, 5002, &auth);
        let name = "127.0.0.1:5002/private/busybox:1";
        push(dir, name, "student:geheim");
        let (image, conductor) =
            pull(&dir.join("right"), IdRange::ALL, false, name, Some(&credentials("geheim"))).expect("a pull");
        assert_eq!(image.chain_ids.len(), 1);
        assert_eq!(conductor.world().registries["127.0.0.1:5002"].auth, "bearer");
        let trace = conductor
            .recorder()
            .with(|trace| serde_json::to_string(&trace.events().collect::<Vec<_>>()).expect("json"));
        assert!(
            trace.contains("fetch_token") && trace.contains("Bearer •••") && !trace.contains("eyJ"),
            "no token in it"
        );
        let fault =
            pull(&dir.join("wrong"), IdRange::ALL, false, name, Some(&credentials("falsch"))).expect_err("refused");
        assert_eq!(fault.problem.code, Code::RegistryRefused);
    });
}

/// Grants what is asked for to `student:geheim`, in tokens that the registry accepts (distribution: spec/auth/jwt.md).
fn token_server(dir: &Path, key: &str, certificate: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let realm = format!("http://{}/token", listener.local_addr().expect("an address"));
    let pem = std::fs::read_to_string(certificate).expect("a certificate");
    let chain: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let (dir, key) = (dir.to_owned(), key.to_owned());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.expect("a connection");
            let mut lines = BufReader::new(stream.try_clone().expect("a stream")).lines().map_while(Result::ok);
            let request = lines.next().unwrap_or_default();
            let headers: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let wanted = base64::engine::general_purpose::STANDARD.encode("student:geheim");
            let known = headers.iter().any(|line| line.ends_with(&format!("Basic {wanted}")));
            let (status, body) = if known {
                ("200 OK", format!("{{\"token\": \"{}\"}}", token(&dir, &key, &chain, &request)))
            } else {
                ("401 Unauthorized", "{}".to_owned())
            };
            write!(stream, "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
                .expect("an answer");
        }
    });
    realm
}

fn token(dir: &Path, key: &str, chain: &str, request: &str) -> String {
    let query = request.split(['?', ' ']).find(|part| part.contains("scope=")).unwrap_or_default();
    let access: Vec<_> = query
        .split('&')
        .filter_map(|pair| pair.strip_prefix("scope="))
        .map(|scope| scope.replace("%3A", ":").replace("%2F", "/").replace("%2C", ","))
        .filter_map(|scope| {
            let mut parts = scope.splitn(3, ':').map(str::to_owned);
            let (kind, name, actions) = (parts.next()?, parts.next()?, parts.next()?);
            let actions: Vec<_> = actions.split(',').collect();
            Some(serde_json::json!({ "type": kind, "name": name, "actions": actions }))
        })
        .collect();
    let claims = serde_json::json!({
        "iss": "test-issuer", "sub": "student", "aud": "test-registry", "jti": "1",
        "nbf": 0, "iat": 0, "exp": 4_000_000_000u64, "access": access,
    });
    let header = serde_json::json!({ "typ": "JWT", "alg": "RS256", "x5c": [chain] });
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let signed = format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
    let (text, signature) = (dir.join("signed"), dir.join("signature"));
    std::fs::write(&text, &signed).expect("a file");
    lab::output(Command::new("openssl").args(["dgst", "-sha256", "-sign", key, "-out"]).arg(&signature).arg(&text));
    format!("{signed}.{}", encode(&std::fs::read(signature).expect("a signature")))
}
