//! Containers as Docker's API shows them.

use super::images;
use crate::docker::{
    ContainerConfig, ContainerInspect, ContainerState, ContainerSummary, EndpointAddresses, EndpointSettings, Filters,
    GraphDriver, HostConfig, MountPoint, NetworkSettings, SummaryHostConfig, SummaryNetworks,
};
use crate::engine::Engine;
use crate::engine::container::{Container, Phase, State};
use crate::engine::moment::{Moment, NEVER};
use crate::engine::process::{MountSource, MountSpec};

/// A line of `docker ps`.
pub(super) fn summary(container: &Container) -> ContainerSummary {
    let state = container.state();
    let networks = [(container.merged.network.to_string(), endpoint(&state))].into();
    ContainerSummary {
        id: container.id.to_string(),
        names: vec![format!("/{}", container.name)],
        image: container.request.image.clone(),
        image_id: container.image.id.to_string(),
        command: container.merged.argv().join(" "),
        created: container.created.unix(),
        ports: Vec::new(),
        labels: container.merged.labels.clone(),
        state: state.phase.name().to_owned(),
        status: status(&state),
        host_config: SummaryHostConfig { network_mode: container.merged.network.to_string() },
        network_settings: SummaryNetworks { networks },
        mounts: container.mounts.iter().map(mount).collect(),
    }
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
pub(super) fn inspect(container: &Container, engine: &Engine) -> ContainerInspect {
    let state = container.state();
    let mut argv = container.merged.argv().into_iter();
    let dir = &container.dir;
    let place = |name: &str| dir.join(name).display().to_string();
    let layers = [
        ("LowerDir", images::lower(&container.image)),
        ("UpperDir", place("upper")),
        ("WorkDir", place("work")),
        ("MergedDir", place("merged")),
    ];
    ContainerInspect {
        id: container.id.to_string(),
        created: container.created.rfc3339(),
        path: argv.next().unwrap_or_default(),
        args: argv.collect(),
        state: life(&state),
        image: container.image.id.to_string(),
        resolv_conf_path: dir.join("etc/resolv.conf"),
        hostname_path: dir.join("etc/hostname"),
        hosts_path: dir.join("etc/hosts"),
        log_path: dir.join("log.json"),
        name: format!("/{}", container.name),
        driver: "overlay2".to_owned(),
        platform: "linux".to_owned(),
        host_config: HostConfig {
            network_mode: container.merged.network.to_string(),
            ..container.request.host_config.clone()
        },
        graph_driver: GraphDriver {
            name: "overlay2".to_owned(),
            data: layers.map(|(name, path)| (name.to_owned(), path)).into(),
        },
        mounts: container.mounts.iter().map(mount).collect(),
        config: config(container),
        network_settings: network_settings(container, &state, engine),
        ..ContainerInspect::default()
    }
}

fn life(state: &State) -> ContainerState {
    let running = state.phase == Phase::Running;
    let moment = |at: Option<Moment>| at.map_or_else(|| NEVER.to_owned(), Moment::rfc3339);
    ContainerState {
        status: state.phase.name().to_owned(),
        running,
        pid: state.running.as_ref().filter(|_| running).map_or(0, |r| r.pid),
        exit_code: state.status.into(),
        error: state.error.clone(),
        started_at: moment(state.started),
        finished_at: moment(state.finished),
        ..ContainerState::default()
    }
}

/// What was asked for, with what became of it.
fn config(container: &Container) -> ContainerConfig {
    let merged = &container.merged;
    ContainerConfig {
        hostname: merged.hostname.clone(),
        user: merged.user.clone(),
        env: merged.env.clone(),
        cmd: merged.cmd.clone(),
        entrypoint: Some(merged.entrypoint.clone()).filter(|words| !words.is_empty()),
        working_dir: merged.cwd.clone(),
        labels: merged.labels.clone(),
        ..ContainerConfig::clone(&container.request)
    }
}

fn endpoint(state: &State) -> EndpointSettings {
    state.endpoint.as_ref().map_or_else(EndpointSettings::default, |endpoint| EndpointSettings {
        network_id: endpoint.network.to_string(),
        addresses: EndpointAddresses {
            gateway: endpoint.gateway.to_string(),
            ip_address: endpoint.address.to_string(),
            ip_prefix_len: endpoint.prefix,
            mac_address: endpoint.mac.clone(),
            ..EndpointAddresses::default()
        },
        ..EndpointSettings::default()
    })
}

fn network_settings(container: &Container, state: &State, engine: &Engine) -> NetworkSettings {
    let mut place = endpoint(state);
    if let Ok(driver) = engine.net.driver(&container.merged.network) {
        place.network_id = driver.network().id.to_string();
    }
    NetworkSettings {
        sandbox_key: state.netns.map_or_else(String::new, |inode| format!("net:[{inode}]")),
        addresses: place.addresses.clone(),
        networks: [(container.merged.network.to_string(), place)].into(),
        ..NetworkSettings::default()
    }
}

/// An entry of `Mounts`.
fn mount(mount: &MountSpec) -> MountPoint {
    let of = MountPoint {
        destination: mount.target.clone(),
        mode: if mount.read_only { "ro".to_owned() } else { String::new() },
        writable: !mount.read_only,
        ..MountPoint::default()
    };
    match &mount.source {
        MountSource::Volume { name, path, .. } => MountPoint {
            kind: "volume".to_owned(),
            name: name.clone(),
            source: path.clone(),
            driver: "local".to_owned(),
            ..of
        },
        MountSource::Bind { path, .. } => {
            MountPoint { kind: "bind".to_owned(), source: path.clone(), propagation: "rprivate".to_owned(), ..of }
        }
        MountSource::Tmpfs { .. } => MountPoint { kind: "tmpfs".to_owned(), ..of },
    }
}
