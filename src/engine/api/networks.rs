//! Networks: the three that are always there.

use super::Shared;
use super::answer::{Answer, json};
use crate::engine::{Engine, Fault, FaultKind};
use crate::trace::{Code, Network};
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
    let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", &name);
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
    let pool = value!({"Subnet": network.subnet, "Gateway": network.gateway});
    let pools = if network.subnet.is_empty() { vec![] } else { vec![pool] };
    let driver = if network.name == "none" { "null" } else { network.driver.as_str() };
    let mut options = Map::new();
    if network.name == "bridge" {
        options.insert("com.docker.network.bridge.name".into(), "docker0".into());
    }
    value!({
        "Name": network.name, "Id": network.id, "Created": crate::engine::container::time::NEVER, "Scope": "local",
        "Driver": driver, "EnableIPv6": false, "IPAM": {"Driver": "default", "Options": null, "Config": pools},
        "Internal": false, "Attachable": false, "Ingress": false, "ConfigFrom": {"Network": ""}, "ConfigOnly": false,
        "Containers": containers, "Options": options, "Labels": {}
    })
}
