//! Networks: the three that are always there.

use super::Shared;
use super::answer::{Answer, json};
use crate::engine::net::{Network, Segment};
use crate::engine::{Engine, Fault, FaultKind};
use crate::trace::NetworkDriver;
use axum::extract::Path;
use axum::response::Response;
use serde_json::{Map, Value, json as value};

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

fn describe(engine: &Engine, network: &Network) -> Value {
    let mut containers = Map::new();
    for container in engine.containers.all() {
        let Some(endpoint) = container.state().endpoint.filter(|e| e.network == network.id) else { continue };
        let entry = value!({
            "Name": container.name, "EndpointID": container.id, "MacAddress": endpoint.mac,
            "IPv4Address": format!("{}/{}", endpoint.address, endpoint.prefix), "IPv6Address": ""
        });
        containers.insert(container.id.to_string(), entry);
    }
    let segment = network.segment.as_ref();
    let pool = |of: &Segment| value!({"Subnet": of.subnet.to_string(), "Gateway": of.gateway.to_string()});
    let pools: Vec<_> = segment.map(pool).into_iter().collect();
    let driver = if network.driver == NetworkDriver::None { "null" } else { network.driver.as_str() };
    let named = segment.map(|segment| ("com.docker.network.bridge.name", &segment.bridge));
    let given = network.options.iter().map(|(name, value)| (name.as_str(), value));
    let options: Map<_, _> = named.into_iter().chain(given).map(|(name, to)| (name.to_owned(), value!(to))).collect();
    value!({
        "Name": network.name, "Id": network.id, "Created": crate::engine::container::time::NEVER, "Scope": "local",
        "Driver": driver, "EnableIPv6": false, "IPAM": {"Driver": "default", "Options": null, "Config": pools},
        "Internal": false, "Attachable": false, "Ingress": false, "ConfigFrom": {"Network": ""}, "ConfigOnly": false,
        "Containers": containers, "Options": options, "Labels": {}
    })
}
