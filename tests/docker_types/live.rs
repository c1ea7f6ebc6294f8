//! The same of a real engine's answers: as root and as an ordinary user.

use crate::engine::{Engine, everyone, good};
use crate::{older, same};
use bollard_stubs::models;
use dockwalk::docker::{AuthConfig, ContainerCreate, ContainerCreated, Endpoint, HostConfig, Id};
use dockwalk::trace::Code;
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// What the model does not know of an answer is what it is known not to know.
fn known<Model: Serialize + DeserializeOwned>(answer: &Value, gone: &[&str]) {
    let lost = same::lost::<Model>(answer).unwrap_or_else(|error| panic!("{error}\n{answer:#}"));
    let new: Vec<_> = lost.iter().filter(|field| !gone.contains(&field.as_str())).collect();
    assert!(new.is_empty(), "{} does not know {new:?}\n{answer:#}", std::any::type_name::<Model>());
}

fn each<Model: Serialize + DeserializeOwned>(answer: &Value, gone: &[&str]) {
    let all = answer.as_array().unwrap();
    assert!(!all.is_empty());
    all.iter().for_each(|one| known::<Model>(one, gone));
}

#[test]
fn what_an_engine_answers_is_known_to_dockers_model() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        good(engine.dockwalk(&[
            "docker",
            "run",
            "-d",
            "--name",
            "box",
            "-v",
            "data:/d",
            "lab/shell:1",
            "sleep",
            "600",
        ]));
        good(engine.dockwalk(&["docker", "exec", "box", "touch", "/new"]));
        let client = engine.client();
        let get = |path: &str| client.get::<Value>(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        known::<models::SystemVersion>(&get("/version"), &[]);
        known::<models::SystemInfo>(&get("/info"), older::INFO);
        each::<models::ImageSummary>(&get("/images/json"), older::IMAGE_SUMMARY);
        known::<models::ImageInspect>(&get("/images/lab/shell:1/json"), older::IMAGE);
        each::<models::ImageHistoryResponseItem>(&get("/images/lab/shell:1/history"), &[]);
        each::<models::ContainerSummary>(&get("/containers/json"), &[]);
        known::<models::ContainerInspectResponse>(&get("/containers/box/json"), older::INSPECT);
        each::<models::FilesystemChange>(&get("/containers/box/changes"), &[]);
        known::<models::VolumeListResponse>(&get("/volumes"), &[]);
        known::<models::Volume>(&get("/volumes/data"), &[]);
        each::<models::Network>(&get("/networks"), &["Containers"]);
        known::<models::NetworkInspect>(&get("/networks/bridge"), &[]);
        let exec = dockwalk::docker::ExecCreate { cmd: Some(vec!["true".into()]), ..Default::default() };
        let Id { id } = client.post("/containers/box/exec", &exec).unwrap();
        known::<models::ExecInspectResponse>(&get(&format!("/exec/{id}/json")), &[]);
        engine.end();
    }
}

#[test]
fn what_was_asked_for_is_what_is_shown() {
    for who in everyone() {
        let mut engine = Engine::start(who);
        good(engine.dockwalk(&["docker", "pull", "-q", "lab/shell:1"]));
        let client = engine.client();
        let host_config = HostConfig { readonly_rootfs: true, network_mode: "none".into(), ..HostConfig::default() };
        let mut asked = ContainerCreate { host_config, ..ContainerCreate::default() };
        asked.config.image = "lab/shell:1".into();
        asked.config.labels.insert("a".into(), "b".into());
        let ContainerCreated { id, .. } = client.post("/containers/create", &asked).unwrap();
        let shown: dockwalk::docker::ContainerInspect = client.get(&format!("/containers/{id}/json")).unwrap();
        let shown_host = &shown.host_config.asked;
        assert_eq!((shown_host.readonly_rootfs, shown_host.network_mode.as_str()), (true, "none"));
        assert_eq!((shown.config.image.as_str(), shown.config.labels["a"].as_str()), ("lab/shell:1", "b"));
        assert!(!shown.config.cmd.is_empty(), "the image's command");
        engine.end();
    }
}

#[test]
fn every_endpoint_of_the_list_is_served() {
    let who = everyone()[0];
    let mut engine = Engine::start(who);
    let client = engine.client();
    // Refused at once wherever something is done with it.
    let body = AuthConfig { serveraddress: "127.0.0.1:1".into(), ..AuthConfig::default() };
    let mut unserved = Vec::new();
    for endpoint in Endpoint::ALL {
        let name = if endpoint.of_one_image().is_some() { "nothing/at-all" } else { "nothing" };
        let path = endpoint.path().replace("{id}", name).replace("{name}", name);
        let method: Method = endpoint.method().parse().unwrap();
        let body = Some(&body).filter(|_| method == Method::POST);
        let answer = client.open(method, &path, body, &[]);
        if answer.is_err_and(|error| is_unserved(&error)) {
            unserved.push(endpoint);
        }
    }
    assert!(unserved.is_empty(), "{unserved:?}");
    assert!(is_unserved(&client.open(Method::GET, "/swarm", None::<&()>, &[]).unwrap_err()));
    assert!(is_unserved(&client.open(Method::GET, "/images/a/b/nothing", None::<&()>, &[]).unwrap_err()));
    engine.end();
}

/// The engine's word for a path that it does not serve, be it Docker's or nobody's.
fn is_unserved(error: &dockwalk::client::ClientError) -> bool {
    matches!(error.problem.code, Code::NoSuchEndpoint | Code::NotBuilt)
}
