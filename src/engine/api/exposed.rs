//! What a container says that it can be asked at: of the request and of its image.

use crate::docker::{Empty, Port, PortBinding, PortSummary};
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
    let names = if state.endpoints.is_empty() { BTreeMap::new() } else { asked(container) };
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
