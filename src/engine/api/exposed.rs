//! What a container says that it can be asked at, and how it is seen that it does its work: of the request and of its image.

use crate::docker::{ContainerConfig, Empty, HealthConfig, Port, PortBinding, PortSummary};
use crate::engine::container::{Container, State};
use std::collections::{BTreeMap, BTreeSet};

/// What `Config.ExposedPorts` has.
pub(super) fn asked(container: &Container) -> BTreeMap<String, Empty> {
    with_images(&container.request.exposed_ports, &container.image.config.exposed_ports)
}

/// What was asked for, and what the image has beside it.
pub(super) fn with_images(asked: &BTreeMap<String, Empty>, image: &[String]) -> BTreeMap<String, Empty> {
    let image = image.iter().map(|name| (name.clone(), Empty::default()));
    image.chain(asked.clone()).collect()
}

/// The ports of its place in a network, as long as it has one. None of them is published here.
fn open(container: &Container, state: &State) -> BTreeSet<Port> {
    let names = state.endpoint.as_ref().map(|_| asked(container)).unwrap_or_default();
    names.keys().filter_map(|name| Port::of(name)).collect()
}

/// As `docker ps` has them.
pub(super) fn listed(container: &Container, state: &State) -> Vec<PortSummary> {
    let line = |port: Port| PortSummary { private_port: port.number, kind: port.protocol, ..PortSummary::default() };
    open(container, state).into_iter().map(line).collect()
}

/// As `NetworkSettings.Ports` has them.
pub(super) fn bound(container: &Container, state: &State) -> BTreeMap<String, Option<Vec<PortBinding>>> {
    open(container, state).into_iter().map(|port| (port.to_string(), None)).collect()
}

/// The request's, with what the image says where that says nothing (moby `daemon/commit.go`, `merge`).
pub(super) fn health(container: &Container) -> Option<HealthConfig> {
    let image = container.image.raw_config.get("config");
    let image = image.and_then(|config| serde_json::from_value::<ContainerConfig>(config.clone()).ok());
    let image = image.and_then(|config| config.healthcheck);
    let (asked, image) = match (container.request.healthcheck.clone(), image) {
        (Some(asked), Some(image)) => (asked, image),
        (asked, image) => return asked.or(image),
    };
    let or = |asked: i64, image: i64| if asked == 0 { image } else { asked };
    Some(HealthConfig {
        test: if asked.test.is_empty() { image.test } else { asked.test },
        interval: or(asked.interval, image.interval),
        timeout: or(asked.timeout, image.timeout),
        start_period: or(asked.start_period, image.start_period),
        start_interval: or(asked.start_interval, image.start_interval),
        retries: or(asked.retries, image.retries),
        rest: asked.rest,
    })
}
