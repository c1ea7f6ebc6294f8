//! The types of `src/docker/` say what Docker's own model says (bollard-stubs, made from Docker's OpenAPI document): for every
//! endpoint that is served, each field has the model's name and the model's type, and nothing that is sent is unknown to it.
#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it should be")]

#[path = "docker_types/case.rs"]
mod case;
#[cfg(feature = "engine")]
#[path = "common/engine.rs"]
mod engine;
#[cfg(feature = "engine")]
#[path = "docker_types/live.rs"]
mod live;
#[path = "docker_types/paths.rs"]
mod paths;
#[path = "docker_types/query.rs"]
mod query;
#[path = "docker_types/same.rs"]
mod same;
#[path = "docker_types/sample.rs"]
mod sample;
#[path = "docker_types/usage.rs"]
mod usage;

use bollard_stubs::models;
use dockwalk::docker::{Endpoint, Id};
use same::{same, same_but};

/// What `docker` 20.10 and docker-py read and the model, which is of a later API, has dropped, or has never had.
mod older {
    /// The place in the first network, at the top (gone with API 1.52).
    pub const INSPECT: &[&str] = &[
        "Config.MacAddress",
        "HostConfig.KernelMemory",
        "HostConfig.KernelMemoryTCP",
        "NetworkSettings.Bridge",
        "NetworkSettings.EndpointID",
        "NetworkSettings.Gateway",
        "NetworkSettings.GlobalIPv6Address",
        "NetworkSettings.GlobalIPv6PrefixLen",
        "NetworkSettings.HairpinMode",
        "NetworkSettings.IPAddress",
        "NetworkSettings.IPPrefixLen",
        "NetworkSettings.IPv6Gateway",
        "NetworkSettings.LinkLocalIPv6Address",
        "NetworkSettings.LinkLocalIPv6PrefixLen",
        "NetworkSettings.MacAddress",
        "NetworkSettings.SecondaryIPAddresses",
        "NetworkSettings.SecondaryIPv6Addresses",
    ];
    /// Gone with API 1.42.
    pub const CREATE: &[&str] = &["HostConfig.KernelMemory", "MacAddress"];
    pub const UPDATE: &[&str] = &["KernelMemory"];
    /// Gone with API 1.42 (`KernelMemory`) and 1.50.
    pub const INFO: &[&str] = &["BridgeNfIp6tables", "BridgeNfIptables", "KernelMemory"];
    /// Gone with API 1.44 (`VirtualSize`) and 1.52.
    pub const IMAGE: &[&str] = &["DockerVersion", "Parent", "VirtualSize"];
    pub const IMAGE_SUMMARY: &[&str] = &["VirtualSize"];
    /// The drawn bar and the message a second time (gone with API 1.52).
    pub const LINE: &[&str] = &["error", "progress"];
    /// The same, and what was made of it, which the model leaves open.
    pub const PUSH: &[&str] = &["aux", "error", "id", "progress"];
    /// What was done to what, a second time (gone with API 1.52).
    pub const EVENT: &[&str] = &["from", "id", "status"];
    /// A login by token: in the header `X-Registry-Auth` only, which the model describes in words.
    pub const AUTH: &[&str] = &["identitytoken", "registrytoken"];
}

/// What goes over the wire at an endpoint. A new endpoint does not compile until it has its line here.
fn check(endpoint: Endpoint) {
    use Endpoint as E;
    match endpoint {
        E::ContainerCreate => {
            same_but::<_, models::ContainerCreateBody>(&sample::container_create(), older::CREATE);
            same::<_, models::ContainerCreateResponse>(&sample::container_created());
        }
        E::ContainerList => same::<_, models::ContainerSummary>(&sample::container_summary()),
        E::ContainerInspect => {
            same_but::<_, models::ContainerInspectResponse>(&sample::container_inspect(), older::INSPECT);
        }
        E::ContainerPrune => same::<_, models::ContainerPruneResponse>(&sample::containers_pruned()),
        E::ContainerChanges => same::<_, models::FilesystemChange>(&sample::container_change()),
        E::ContainerStats => same::<_, models::ContainerStatsResponse>(&usage::container_stats()),
        E::ContainerTop => same::<_, models::ContainerTopResponse>(&sample::container_top()),
        E::ContainerUpdate => {
            same_but::<_, models::ContainerUpdateBody>(&sample::container_update(), older::UPDATE);
            same::<_, models::ContainerUpdateResponse>(&sample::container_updated());
        }
        E::ContainerWait => same::<_, models::ContainerWaitResponse>(&sample::container_ended()),
        E::ExecCreate => {
            same::<_, models::ExecConfig>(&sample::exec_create());
            id();
        }
        E::ExecStart => same::<_, models::ExecStartConfig>(&sample::exec_start()),
        E::ExecInspect => same::<_, models::ExecInspectResponse>(&sample::exec_inspect()),
        E::ImageList => same_but::<_, models::ImageSummary>(&sample::image_summary(), older::IMAGE_SUMMARY),
        E::ImageInspect => same_but::<_, models::ImageInspect>(&sample::image_inspect(), older::IMAGE),
        E::ImageHistory => same::<_, models::ImageHistoryResponseItem>(&sample::image_history_line()),
        E::ImageRemove => {
            sample::images_removed().iter().for_each(same::<_, models::ImageDeleteResponseItem>);
        }
        E::ImagePrune => same::<_, models::ImagePruneResponse>(&sample::images_pruned()),
        E::ImageCommit => id(),
        E::ImageCreate => same_but::<_, models::CreateImageInfo>(&sample::progress(), older::LINE),
        E::ImagePush => same_but::<_, models::PushImageInfo>(&sample::pushed(), older::PUSH),
        E::ImageLoad => load(),
        E::VolumeCreate => {
            same::<_, models::VolumeCreateRequest>(&sample::volume_create());
            same::<_, models::Volume>(&sample::volume());
        }
        E::VolumeInspect => same::<_, models::Volume>(&sample::volume()),
        E::VolumeList => same::<_, models::VolumeListResponse>(&sample::volume_list()),
        E::NetworkCreate => {
            same_but::<_, models::NetworkCreateRequest>(&sample::network_create(), &["CheckDuplicate"]);
            same::<_, models::NetworkCreateResponse>(&sample::network_created());
        }
        E::NetworkConnect => same::<_, models::NetworkConnectRequest>(&sample::network_connect()),
        E::NetworkDisconnect => same::<_, models::NetworkDisconnectRequest>(&sample::network_disconnect()),
        E::NetworkPrune => same::<_, models::NetworkPruneResponse>(&sample::networks_pruned()),
        E::VolumePrune => same::<_, models::VolumePruneResponse>(&sample::volumes_pruned()),
        E::NetworkInspect => same::<_, models::NetworkInspect>(&sample::network()),
        // The model has them without the containers, which dockwalk tells there as well.
        E::NetworkList => same_but::<_, models::Network>(&sample::network(), &["Containers"]),
        E::Version => same::<_, models::SystemVersion>(&sample::version()),
        E::Info => same_but::<_, models::SystemInfo>(&sample::info(), older::INFO),
        E::Events => same_but::<_, models::EventMessage>(&sample::event(), older::EVENT),
        // The model's is of a later API; what it is made of is the same.
        E::DiskUsage => {
            let usage = usage::disk_usage();
            usage.images.iter().for_each(|image| same_but::<_, models::ImageSummary>(image, older::IMAGE_SUMMARY));
            usage.containers.iter().for_each(same::<_, models::ContainerSummary>);
            usage.volumes.iter().for_each(same::<_, models::Volume>);
        }
        E::BuildPrune => same::<_, models::BuildPruneResponse>(&usage::builds_pruned()),
        E::Auth => {
            same_but::<_, models::AuthConfig>(&sample::auth_config(), older::AUTH);
            same::<_, models::AuthResponse>(&sample::auth_answer());
        }
        // Text; a tar; a terminal's bytes; a status alone.
        E::Ping
        | E::ContainerLogs
        | E::ContainerAttach
        | E::ContainerExport
        | E::ContainerArchiveStat
        | E::ContainerArchiveGet
        | E::ContainerArchivePut
        | E::ImageSave
        | E::ImageSaveAll => {}
        E::ContainerStart
        | E::ContainerStop
        | E::ContainerRestart
        | E::ContainerKill
        | E::ContainerPause
        | E::ContainerUnpause
        | E::ContainerRename
        | E::ContainerRemove
        | E::ContainerResize
        | E::ExecResize
        | E::ImageTag
        | E::NetworkRemove
        | E::VolumeRemove => {}
    }
}

/// `{"Id": …}`: the model reads that, and writes it small.
fn id() {
    let ours = serde_json::to_value(Id { id: "sha256:1".into() }).unwrap();
    assert_eq!(serde_json::from_value::<models::IdResponse>(ours).unwrap().id, "sha256:1");
}

/// The model of these lines is one of a build, which it reads only.
fn load() {
    let read = |line| serde_json::from_value::<models::BuildInfo>(serde_json::to_value(line).unwrap()).unwrap();
    let (layer, said) = (read(sample::progress()), read(sample::loaded()));
    assert_eq!((layer.status, layer.id), (sample::progress().status, sample::progress().id));
    assert_eq!(layer.progress_detail.and_then(|detail| detail.total), Some(2));
    assert_eq!(layer.error_detail.and_then(|detail| detail.message).as_deref(), Some("no"));
    assert_eq!(said.stream, sample::loaded().stream);
}

#[test]
fn every_endpoint_says_what_dockers_model_says() {
    Endpoint::ALL.iter().for_each(|endpoint| check(*endpoint));
}

#[test]
fn a_refusal_is_dockers() {
    same::<_, models::ErrorResponse>(&sample::refusal());
}

#[test]
fn a_wrong_name_or_type_is_seen() {
    let told = |sent: serde_json::Value| same::lost::<models::ContainerWaitResponse>(&sent);
    assert_eq!(told(serde_json::json!({"StatusCode": 1})), Ok(vec![]));
    assert_eq!(told(serde_json::json!({"StatusCode": 1, "Statuscode": 1})), Ok(vec!["Statuscode".to_owned()]));
    assert!(told(serde_json::json!({"StatusCode": "1"})).is_err());
    assert_eq!(same::unset(&serde_json::json!({"a": [{"b": 0}], "c": "x"})), ["a.0.b"]);
}
