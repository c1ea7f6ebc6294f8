//! Networks: the three that are always there.

use super::Shared;
use super::answer::{Answer, json};
use crate::docker::{Ipam, IpamConfig, Network, NetworkedContainer};
use crate::engine::net::{self, Segment};
use crate::engine::{Engine, Fault, FaultKind};
use crate::trace::NetworkDriver;
use axum::extract::Path;
use axum::response::Response;
use std::collections::BTreeMap;

pub(super) async fn list(engine: Shared) -> Response {
    let all: Vec<_> = engine.net.networks().iter().map(|network| describe(&engine, network)).collect();
    json(&all)
}

pub(super) async fn one(engine: Shared, Path(name): Path<String>) -> Answer {
    let all = engine.net.networks();
    let found = all.iter().find(|n| n.name == name || n.id.as_str() == name || n.id.as_str().starts_with(&name));
    let missing = || Fault::new(FaultKind::NotFound, "no-such-network").with("network", &name);
    Ok(json(&describe(&engine, found.ok_or_else(missing)?)))
}

fn describe(engine: &Engine, network: &net::Network) -> Network {
    let mut containers = BTreeMap::new();
    for container in engine.containers.all() {
        let Some(endpoint) = container.state().endpoint.filter(|e| e.network == network.id) else { continue };
        let place = NetworkedContainer {
            name: container.name.clone(),
            endpoint_id: container.id.to_string(),
            mac_address: endpoint.mac,
            ipv4_address: format!("{}/{}", endpoint.address, endpoint.prefix),
            ipv6_address: String::new(),
        };
        containers.insert(container.id.to_string(), place);
    }
    let segment = network.segment.as_ref();
    let pool = |of: &Segment| IpamConfig { subnet: of.subnet.to_string(), gateway: of.gateway.to_string() };
    let bridge = segment.map(|of| ("com.docker.network.bridge.name".to_owned(), of.bridge.clone()));
    Network {
        name: network.name.clone(),
        id: network.id.to_string(),
        created: crate::engine::container::time::NEVER.to_owned(),
        scope: "local".to_owned(),
        driver: match &network.driver {
            NetworkDriver::None => "null".to_owned(),
            driver => driver.to_string(),
        },
        ipam: Ipam { driver: "default".to_owned(), config: segment.map(pool).into_iter().collect(), ..Ipam::default() },
        containers,
        options: bridge.into_iter().chain(network.options.clone()).collect(),
        ..Network::default()
    }
}
