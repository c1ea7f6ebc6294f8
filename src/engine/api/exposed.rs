//! What is shown of a container's ports: those that it says it has, and where they are on the host.

use crate::docker::{Port, PortBinding, PortSummary};
use crate::engine::container::{Container, State};
use crate::trace::Publication;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;

/// The ports of its place in a network, as long as it has one that leads out.
fn open(container: &Container, state: &State) -> BTreeSet<Port> {
    let names = if state.way.is_none() { BTreeMap::new() } else { container.exposed() };
    names.keys().filter_map(|name| Port::of(name)).collect()
}

/// Where a port is on the host.
fn places(state: &State, port: &Port) -> Vec<SocketAddr> {
    let of = |it: &&Publication| it.to.port() == port.number && it.transport.as_str() == port.protocol;
    state.published.iter().filter(of).flat_map(|it| it.host.clone()).collect()
}

/// As `docker ps` has them.
pub(super) fn listed(container: &Container, state: &State) -> Vec<PortSummary> {
    let mut all = Vec::new();
    for port in open(container, state) {
        let line = |ip: String, public_port| PortSummary {
            ip,
            private_port: port.number,
            public_port,
            kind: port.protocol.clone(),
        };
        let places = places(state, &port);
        if places.is_empty() {
            all.push(line(String::new(), None));
        }
        all.extend(places.iter().map(|at| line(at.ip().to_string(), Some(at.port()))));
    }
    all
}

/// As `NetworkSettings.Ports` has them.
pub(super) fn bound(container: &Container, state: &State) -> BTreeMap<String, Option<Vec<PortBinding>>> {
    let one = |at: SocketAddr| PortBinding { host_ip: at.ip().to_string(), host_port: at.port().to_string() };
    let all = open(container, state).into_iter();
    let places = all.map(|port| {
        let places: Vec<_> = places(state, &port).into_iter().map(one).collect();
        (port.to_string(), Some(places).filter(|places| !places.is_empty()))
    });
    places.collect()
}
