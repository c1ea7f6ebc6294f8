//! Networks: the three that are always there.

use super::Shared;
use super::answer::{Answer, json};
use super::filter::{flag, labels, named, one_of, refuse_unknown};
use super::query;
use crate::docker::{FilterQuery, Ipam, IpamConfig, Network, NetworkedContainer};
use crate::engine::net::{self, Segment};
use crate::engine::{Engine, Fault, FaultKind};
use crate::trace::{Code, NetworkDriver};
use axum::extract::{Path, Request};
use std::collections::BTreeMap;

/// Docker's two kinds of networks.
const BUILT_IN: &str = "builtin";
const CUSTOM: &str = "custom";

pub(super) async fn list(engine: Shared, request: Request) -> Answer {
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["name", "id", "driver", "type", "scope", "label", "dangling"])?;
    one_of(&filters, "type", &[BUILT_IN, CUSTOM])?;
    let dangling = flag(&filters, "dangling")?;
    let fits = |(network, shown): &(net::Network, Network)| {
        let built_in = network.is_predefined();
        let unused = !built_in && shown.containers.is_empty();
        filters.allow("name", |name| named(name, &shown.name))
            && filters.allow("id", |id| named(id, &shown.id))
            && filters.allow("driver", |driver| driver == shown.driver)
            && filters.allow("scope", |scope| scope == shown.scope)
            && filters.allow("type", |kind| kind == if built_in { BUILT_IN } else { CUSTOM })
            && labels(&filters, &shown.labels)
            && dangling.is_none_or(|asked| asked == unused)
    };
    let all = engine.net.networks().into_iter().map(|network| {
        let shown = describe(&engine, &network);
        (network, shown)
    });
    Ok(json(&all.filter(fits).map(|(_, shown)| shown).collect::<Vec<_>>()))
}

pub(super) async fn one(engine: Shared, Path(name): Path<String>) -> Answer {
    let all = engine.net.networks();
    let found = all.iter().find(|n| n.name == name || n.id.as_str() == name || n.id.as_str().starts_with(&name));
    let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", &name);
    Ok(json(&describe(&engine, found.ok_or_else(missing)?)))
}

fn describe(engine: &Engine, network: &net::Network) -> Network {
    let mut containers = BTreeMap::new();
    for container in engine.containers.all() {
        let Some(endpoint) = container.state().endpoint.filter(|e| e.network == network.id) else { continue };
        let place = NetworkedContainer {
            name: container.name.get(),
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
        created: crate::engine::moment::NEVER.to_owned(),
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
