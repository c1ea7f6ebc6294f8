//! Containers as JSON.

use super::images;
use super::query::Filters;
use crate::engine::Engine;
use crate::engine::container::{Container, Phase, State, time};
use crate::engine::process::{MountSource, MountSpec};
use serde_json::{Map, Value, json as value};

/// A line of `docker ps`.
pub(super) fn summary(container: &Container) -> Value {
    let state = container.state();
    let mut network = Map::new();
    network.insert(container.merged.network.to_string(), endpoint(&state));
    value!({
        "Id": container.id, "Names": [format!("/{}", container.name)], "Image": container.request.image,
        "ImageID": container.image.id, "Command": container.merged.argv().join(" "), "Created": container.created.unix(),
        "Ports": [], "Labels": container.merged.labels, "State": state.phase.name(), "Status": status(&state),
        "HostConfig": {"NetworkMode": container.merged.network}, "NetworkSettings": {"Networks": network},
        "Mounts": container.mounts.iter().map(mount).collect::<Vec<_>>()
    })
}

/// `Up 3 minutes`, `Exited (0) 2 seconds ago`
fn status(state: &State) -> String {
    match (state.phase, state.started, state.finished) {
        (Phase::Running, Some(since), _) => format!("Up {}", since.ago()),
        (Phase::Ending | Phase::Exited, _, Some(since)) => format!("Exited ({}) {} ago", state.status, since.ago()),
        (Phase::Removing | Phase::Removed, ..) => "Removal In Progress".to_owned(),
        _ => "Created".to_owned(),
    }
}

/// Does it pass the filters of `docker ps`?
pub(super) fn fits(container: &Container, filters: &Filters) -> bool {
    let state = container.state();
    let exited = matches!(state.phase, Phase::Exited | Phase::Ending);
    let volume = |wanted: &str| {
        container
            .mounts
            .iter()
            .any(|m| m.target == wanted || matches!(&m.source, MountSource::Volume { name, .. } if name == wanted))
    };
    filters.allow("name", |name| container.name.contains(name.trim_start_matches(['/', '^']).trim_end_matches('$')))
        && filters.allow("id", |id| container.id.as_str().starts_with(id))
        && filters.allow("status", |status| state.phase.name() == status)
        && filters.allow("exited", |code| exited && code.parse() == Ok(state.status))
        && filters.allow("label", |label| labelled(container, label))
        && filters.allow("ancestor", |image| ancestor(container, image))
        && filters.allow("network", |network| container.merged.network.network() == Some(network))
        && filters.allow("volume", volume)
}

fn labelled(container: &Container, label: &str) -> bool {
    match label.split_once('=') {
        Some((name, wanted)) => container.merged.labels.get(name).is_some_and(|value| value == wanted),
        None => container.merged.labels.contains_key(label),
    }
}

fn ancestor(container: &Container, image: &str) -> bool {
    let id = container.image.id.as_str();
    let named = container.image.tags.iter().any(|tag| tag.familiar() == image || tag.familiar_name() == image);
    named || container.request.image == image || id == image || container.image.id.hex().starts_with(image)
}

/// `docker inspect`
pub(super) fn inspect(container: &Container, engine: &Engine) -> Value {
    let state = container.state();
    let argv = container.merged.argv();
    let running = state.phase == Phase::Running;
    let moment = |at: Option<time::Moment>| at.map_or_else(|| time::NEVER.to_owned(), time::Moment::rfc3339);
    let dir = &container.dir;
    value!({
        "Id": container.id, "Created": container.created.rfc3339(),
        "Path": argv.first(), "Args": argv.get(1..).unwrap_or_default(),
        "State": {
            "Status": state.phase.name(), "Running": running, "Paused": false, "Restarting": false, "OOMKilled": false,
            "Dead": false, "Pid": state.running.as_ref().filter(|_| running).map_or(0, |r| r.pid),
            "ExitCode": state.status, "Error": state.error, "StartedAt": moment(state.started),
            "FinishedAt": moment(state.finished)
        },
        "Image": container.image.id, "ResolvConfPath": dir.join("etc/resolv.conf"),
        "HostnamePath": dir.join("etc/hostname"), "HostsPath": dir.join("etc/hosts"), "LogPath": dir.join("log.json"),
        "Name": format!("/{}", container.name), "RestartCount": 0, "Driver": "overlay2", "Platform": "linux",
        "MountLabel": "", "ProcessLabel": "", "AppArmorProfile": "", "ExecIDs": null,
        "HostConfig": host_config(container),
        "GraphDriver": {"Name": "overlay2", "Data": {
            "LowerDir": images::lower(&container.image), "UpperDir": dir.join("upper"), "WorkDir": dir.join("work"),
            "MergedDir": dir.join("merged")
        }},
        "Mounts": container.mounts.iter().map(mount).collect::<Vec<_>>(),
        "Config": config(container),
        "NetworkSettings": network_settings(container, &state, engine)
    })
}

fn config(container: &Container) -> Value {
    let merged = &container.merged;
    let mut config = container.raw.clone();
    if let Some(fields) = config.as_object_mut() {
        fields.remove("HostConfig");
        fields.remove("NetworkingConfig");
        fields.insert("Hostname".into(), merged.hostname.as_str().into());
        fields.insert("User".into(), merged.user.as_str().into());
        fields.insert("Env".into(), value!(merged.env));
        fields.insert("Cmd".into(), if merged.cmd.is_empty() { Value::Null } else { value!(merged.cmd) });
        let entrypoint = if merged.entrypoint.is_empty() { Value::Null } else { value!(merged.entrypoint) };
        fields.insert("Entrypoint".into(), entrypoint);
        fields.insert("WorkingDir".into(), merged.cwd.as_str().into());
        fields.insert("Labels".into(), value!(merged.labels));
    }
    config
}

fn host_config(container: &Container) -> Value {
    let mut config = container.raw.get("HostConfig").filter(|c| c.is_object()).cloned().unwrap_or_else(|| value!({}));
    if let Some(fields) = config.as_object_mut() {
        fields.insert("NetworkMode".into(), container.merged.network.to_string().into());
    }
    config
}

fn endpoint(state: &State) -> Value {
    match &state.endpoint {
        Some(endpoint) => value!({
            "IPAMConfig": null, "Links": null, "Aliases": null, "NetworkID": endpoint.network, "EndpointID": "",
            "Gateway": endpoint.gateway.to_string(), "IPAddress": endpoint.address.to_string(),
            "IPPrefixLen": endpoint.prefix, "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
            "MacAddress": endpoint.mac, "DriverOpts": null
        }),
        None => value!({
            "IPAMConfig": null, "Links": null, "Aliases": null, "NetworkID": "", "EndpointID": "", "Gateway": "",
            "IPAddress": "", "IPPrefixLen": 0, "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
            "MacAddress": "", "DriverOpts": null
        }),
    }
}

fn network_settings(container: &Container, state: &State, engine: &Engine) -> Value {
    let place = endpoint(state);
    let mut networks = Map::new();
    let mut of = place.clone();
    if let Some(network) = engine.net.driver(&container.merged.network).ok() {
        of["NetworkID"] = value!(network.network().id);
    }
    networks.insert(container.merged.network.to_string(), of);
    let sandbox = state.netns.map_or_else(String::new, |inode| format!("net:[{inode}]"));
    value!({
        "Bridge": "", "SandboxID": "", "SandboxKey": sandbox, "HairpinMode": false, "Ports": {},
        "EndpointID": "", "Gateway": place["Gateway"], "IPAddress": place["IPAddress"],
        "IPPrefixLen": place["IPPrefixLen"], "MacAddress": place["MacAddress"], "IPv6Gateway": "",
        "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0, "Networks": networks
    })
}

/// An entry of `Mounts`.
fn mount(mount: &MountSpec) -> Value {
    let mode = if mount.read_only { "ro" } else { "" };
    let writable = !mount.read_only;
    match &mount.source {
        MountSource::Volume { name, path, .. } => value!({
            "Type": "volume", "Name": name, "Source": path, "Destination": mount.target, "Driver": "local", "Mode": mode,
            "RW": writable, "Propagation": ""
        }),
        MountSource::Bind { path, .. } => value!({
            "Type": "bind", "Source": path, "Destination": mount.target, "Mode": mode, "RW": writable,
            "Propagation": "rprivate"
        }),
        MountSource::Tmpfs { .. } => value!({
            "Type": "tmpfs", "Source": "", "Destination": mount.target, "Mode": mode, "RW": writable, "Propagation": ""
        }),
    }
}
