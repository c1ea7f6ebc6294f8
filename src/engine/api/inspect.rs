//! Containers as Docker's API shows them.

use super::{exposed, images};
use crate::docker::{
    ContainerConfig, ContainerInspect, ContainerState, ContainerSummary, EndpointAddresses, EndpointSettings,
    GraphDriver, HealthProbe, HealthState, HostConfigOther, HostConfigShown, MountPoint, NetworkSettings,
    SummaryHostConfig, SummaryNetworks,
};
use crate::engine::Engine;
use crate::engine::container::{Checked, Container, Link, Phase, Place, SHM, State, mount_mode, with_images};
use crate::engine::moment::{Moment, NEVER};
use crate::engine::net;
use crate::engine::process::{MASKED, MountSource, MountSpec, READ_ONLY};
use crate::trace::Health;
use std::collections::BTreeMap;

/// A line of `docker ps`.
pub(super) fn summary(container: &Container, engine: &Engine) -> ContainerSummary {
    let state = container.state();
    let networks = networks(container, &state);
    ContainerSummary {
        id: container.id.to_string(),
        names: names(container, engine),
        image: image(container, engine),
        image_id: container.image.id.to_string(),
        command: command(&container.merged.argv()),
        created: container.created.unix(),
        ports: exposed::listed(container, &state),
        labels: container.merged.labels.clone(),
        size_rw: None,
        size_root_fs: None,
        state: state.name().to_owned(),
        status: status(&state),
        host_config: SummaryHostConfig { network_mode: network_mode(container) },
        network_settings: SummaryNetworks { networks },
        mounts: mounts(container),
    }
}

/// Its own and those by which others are linked to it, in Docker's order.
fn names(container: &Container, engine: &Engine) -> Vec<String> {
    let own = format!("/{}", container.name);
    let mut names: Vec<_> = engine.containers.names_by_links(&container.id).into_iter().chain([own]).collect();
    names.sort();
    names
}

/// The image by the name it was asked for; by its id once that name has gone, or means another image.
fn image(container: &Container, engine: &Engine) -> String {
    let (asked, id) = (&container.request.image, &container.image.id);
    let still = engine.store.id(asked).is_ok_and(|now| now == *id);
    if still { asked.clone() } else { id.to_string() }
}

/// Entry point and arguments as a shell would take them, nearly: an argument with a space in it stands in quotes (moby
/// `container/view.go`).
fn command(argv: &[String]) -> String {
    let Some((program, arguments)) = argv.split_first() else { return String::new() };
    let quoted = |word: &String| if word.contains(' ') { format!("'{word}'") } else { word.clone() };
    std::iter::once(program.clone()).chain(arguments.iter().map(quoted)).collect::<Vec<_>>().join(" ")
}

/// `Up 3 minutes`, `Exited (0) 2 seconds ago`
fn status(state: &State) -> String {
    match (state.phase, state.started, state.finished) {
        (Phase::Running, Some(since), _) if state.is_still() => format!("Up {} (Paused)", since.ago()),
        (Phase::Running, Some(since), _) => match state.health.as_ref().map(|health| health.status) {
            None => format!("Up {}", since.ago()),
            Some(Health::Starting) => format!("Up {} (health: starting)", since.ago()),
            Some(health) => format!("Up {} ({})", since.ago(), health.name()),
        },
        (Phase::Restarting, _, Some(since)) => format!("Restarting ({}) {} ago", state.status, since.ago()),
        (Phase::Ending | Phase::Exited, _, Some(since)) => format!("Exited ({}) {} ago", state.status, since.ago()),
        (Phase::Removing | Phase::Removed, ..) => "Removal In Progress".to_owned(),
        _ => "Created".to_owned(),
    }
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
        log_path: log_path(container),
        name: format!("/{}", container.name),
        restart_count: state.again.count.try_into().unwrap_or(i64::MAX),
        driver: "overlay2".to_owned(),
        platform: "linux".to_owned(),
        host_config: host_config(container, engine),
        graph_driver: GraphDriver {
            name: "overlay2".to_owned(),
            data: layers.map(|(name, path)| (name.to_owned(), path)).into(),
        },
        mounts: mounts(container),
        config: config(container),
        network_settings: network_settings(container, &state),
        ..ContainerInspect::default()
    }
}

/// Where other programs find a log of Docker's form; as with Docker, that of another driver is its own.
fn log_path(container: &Container) -> std::path::PathBuf {
    let kind = container.request.host_config.log_config.kind.as_str();
    if matches!(kind, "" | "json-file") { container.dir.join("log.json") } else { std::path::PathBuf::new() }
}

/// As it was asked for; Docker's word for nothing is `default`.
fn network_mode(container: &Container) -> String {
    match container.request.host_config.network_mode.as_str() {
        "" => "default".to_owned(),
        asked => asked.to_owned(),
    }
}

/// What was asked for, with what Docker fills in where nothing was.
fn host_config(container: &Container, engine: &Engine) -> HostConfigShown {
    let mut asked = container.host_config();
    let masked = |paths: &[&str]| {
        if container.request.host_config.privileged {
            Vec::new()
        } else {
            paths.iter().map(ToString::to_string).collect()
        }
    };
    let other = HostConfigOther {
        runtime: "dockwalk".to_owned(),
        masked_paths: masked(&MASKED),
        readonly_paths: masked(&READ_ONLY),
        ..HostConfigOther::default()
    };
    asked.network_mode = network_mode(container);
    if asked.log_config.kind.is_empty() {
        "json-file".clone_into(&mut asked.log_config.kind);
    }
    for mode in [&mut asked.cgroupns_mode, &mut asked.ipc_mode] {
        if mode.is_empty() {
            "private".clone_into(mode);
        }
    }
    asked.oom_kill_disable.get_or_insert_default();
    let link = |link: &Link| {
        let other = engine.containers.find(link.other.as_str()).map(|other| other.name.get());
        // One that is gone is told by what it was called when the link was asked for.
        let other = other.unwrap_or_else(|_gone| container.asked_link(&link.alias).unwrap_or_default().to_owned());
        format!("/{other}:/{}/{}", container.name, link.alias)
    };
    asked.links = container.links().iter().map(link).collect();
    // As good as nothing.
    asked.memory_swappiness = asked.memory_swappiness.filter(|percent| *percent >= 0);
    // Less than one is no limit.
    asked.pids_limit = asked.pids_limit.max(0);
    if asked.shm_size == 0 {
        asked.shm_size = SHM;
    }
    if asked.console_size.is_empty() {
        asked.console_size = vec![0, 0];
    }
    // It says what `other` says: all else was refused.
    asked.rest.clear();
    HostConfigShown { other, asked }
}

fn life(state: &State) -> ContainerState {
    let restarting = state.phase == Phase::Restarting;
    let running = state.phase == Phase::Running || restarting;
    let moment = |at: Option<Moment>| at.map_or_else(|| NEVER.to_owned(), Moment::rfc3339);
    ContainerState {
        status: state.name().to_owned(),
        running,
        restarting,
        paused: state.is_still(),
        pid: state.running.as_ref().filter(|_| running).map_or(0, |r| r.pid),
        exit_code: state.status.into(),
        oom_killed: state.oom_killed,
        error: state.error.clone(),
        started_at: moment(state.started),
        finished_at: moment(state.finished),
        health: state.health.as_ref().map(health),
        ..ContainerState::default()
    }
}

fn health(checked: &Checked) -> HealthState {
    let probes = checked.log.iter().map(|probe| HealthProbe {
        start: probe.start.rfc3339(),
        end: probe.end.rfc3339(),
        exit_code: probe.exit_code.into(),
        output: probe.output.clone(),
    });
    HealthState { status: checked.status.name().to_owned(), failing_streak: checked.streak, log: probes.collect() }
}

/// What was asked for, with what became of it.
fn config(container: &Container) -> ContainerConfig {
    let merged = &container.merged;
    ContainerConfig {
        hostname: merged.hostname.clone(),
        user: merged.user.clone(),
        env: merged.env.clone(),
        cmd: merged.cmd.clone(),
        // One that is there and has no words is shown so.
        entrypoint: Some(merged.entrypoint.clone()).filter(|words| {
            !words.is_empty() || matches!(&container.request.entrypoint, Some(asked) if asked.is_empty())
        }),
        working_dir: merged.cwd.clone(),
        labels: merged.labels.clone(),
        exposed_ports: container.exposed(),
        healthcheck: container.health_check(),
        volumes: with_images(&container.request.volumes, &container.image.config.volumes),
        stop_signal: [&container.request.stop_signal, &container.image.config.stop_signal]
            .into_iter()
            .flatten()
            .find(|signal| !signal.is_empty())
            .cloned(),
        ..ContainerConfig::clone(&container.request)
    }
}

fn addresses(endpoint: &net::EndpointSettings) -> EndpointAddresses {
    EndpointAddresses {
        endpoint_id: endpoint.id.clone(),
        gateway: endpoint.gateway.to_string(),
        ip_address: endpoint.address.to_string(),
        ip_prefix_len: endpoint.prefix,
        ipv6_gateway: endpoint.six.map_or_else(String::new, |six| six.gateway.to_string()),
        global_ipv6_address: endpoint.six.map_or_else(String::new, |six| six.address.to_string()),
        global_ipv6_prefix_len: endpoint.six.map_or(0, |six| six.prefix),
        mac_address: endpoint.mac.clone(),
    }
}

/// Its networks by name, with its places on them as long as it runs. Who shares another's network is on none itself.
fn networks(container: &Container, state: &State) -> BTreeMap<String, EndpointSettings> {
    let one = |(name, place): (String, Place)| {
        let endpoint = state.endpoints.iter().find(|endpoint| endpoint.name == name);
        let linkless = state.linkless.as_ref().filter(|linkless| place.network.as_ref() == Some(&linkless.network));
        let alone = |id: &String| EndpointAddresses { endpoint_id: id.clone(), ..EndpointAddresses::default() };
        let shown = EndpointSettings {
            ipam_config: place.asked.ipam_config,
            aliases: place.asked.aliases,
            links: place.asked.links,
            network_id: place.network.map(|id| id.to_string()).unwrap_or_default(),
            addresses: endpoint.map(addresses).or(linkless.map(|it| alone(&it.id))).unwrap_or_default(),
            ..EndpointSettings::default()
        };
        (name, shown)
    };
    container.networks().into_iter().map(one).collect()
}

fn network_settings(container: &Container, state: &State) -> NetworkSettings {
    let running = state.running.as_ref().filter(|_| !state.sandbox.is_empty());
    NetworkSettings {
        ports: exposed::bound(container, state),
        // As Docker's a path that `nsenter --net=` takes.
        sandbox_key: running.map_or_else(String::new, |running| format!("/proc/{}/ns/net", running.pid)),
        sandbox_id: state.sandbox.clone(),
        addresses: state.on_bridge().map(addresses).unwrap_or_default(),
        networks: networks(container, state),
        ..NetworkSettings::default()
    }
}

fn mounts(container: &Container) -> Vec<MountPoint> {
    let shown = |of: &MountSpec| mount_mode(&container.request, of).map(|mode| mount(of, mode));
    container.mounts.iter().filter_map(shown).collect()
}

/// An entry of `Mounts`.
fn mount(mount: &MountSpec, mode: String) -> MountPoint {
    let of =
        MountPoint { destination: mount.target.clone(), mode, writable: !mount.read_only, ..MountPoint::default() };
    match &mount.source {
        MountSource::Volume { name, path, .. } => MountPoint {
            kind: "volume".to_owned(),
            name: name.clone(),
            source: path.clone(),
            driver: "local".to_owned(),
            ..of
        },
        MountSource::Bind { path, propagation, .. } => MountPoint {
            kind: "bind".to_owned(),
            source: path.clone(),
            propagation: propagation.name().to_owned(),
            ..of
        },
        MountSource::Tmpfs { .. } => MountPoint { kind: "tmpfs".to_owned(), ..of },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_with_quotes_where_docker_has_them() {
        for (argv, shown) in [
            (&["sh", "-c", "echo hi"][..], "sh -c 'echo hi'"),
            (&["sh"], "sh"),
            (&["my program", "a b", "c"], "my program 'a b' c"),
            (&["sh", "-c", "it's"], "sh -c it's"),
            (&["sh", "", "tab\there"], "sh  tab\there"),
            (&[], ""),
        ] {
            let argv: Vec<_> = argv.iter().map(ToString::to_string).collect();
            assert_eq!(command(&argv), shown);
        }
    }
}
