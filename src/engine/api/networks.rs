//! Networks: the three that are always there, and those that somebody made.

use super::answer::{Answer, blocking, cancellable, json, nothing, with_status};
use super::filter::{Wanted, flag, labels, one_of, refuse_unknown};
use super::{Shared, prune, query};
use crate::docker::{
    self, FilterQuery, Ipam, IpamConfig, Network, NetworkConnect, NetworkCreate, NetworkCreated, NetworkDisconnect,
    NetworkInspectQuery, NetworkedContainer, NetworksPruned,
};
use crate::engine::container::bounds;
use crate::engine::moment::{Moment, NEVER};
use crate::engine::net::{self, Segment};
use crate::engine::news::Subject;
use crate::engine::{Engine, Fault, FaultKind, Result};
use crate::trace::Code;
use axum::extract::{Path, Request};
use axum::http::StatusCode;
use axum::response::IntoResponse;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// Docker's two kinds of networks.
const BUILT_IN: &str = "builtin";
const CUSTOM: &str = "custom";
/// Where all of them are known.
const LOCAL: &str = "local";

pub(super) async fn list(engine: Shared, request: Request) -> Answer {
    let FilterQuery { filters } = query::read(&request)?;
    refuse_unknown(&filters, &["name", "id", "driver", "type", "scope", "label", "dangling"])?;
    one_of(&filters, "type", &[BUILT_IN, CUSTOM])?;
    let dangling = flag(&filters, "dangling")?;
    let (names, ids) = (Wanted::of(&filters, "name")?, Wanted::of(&filters, "id")?);
    let fits = |(network, shown): &(net::Network, Network)| {
        let built_in = network.is_predefined();
        let unused = !built_in && shown.containers.is_empty();
        names.allow(&shown.name)
            && ids.allow(&shown.id)
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

/// As Docker's: of a network of this host `verbose` says nothing more.
pub(super) async fn one(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let NetworkInspectQuery { verbose, scope } = query::read(&request)?;
    if !verbose.is_empty() && docker::bool_of(&verbose).is_none() {
        let fault = Fault::new(FaultKind::BadRequest, Code::InvalidValue).with("option", "verbose");
        return Err(fault.with("value", bounds::short(&verbose)).with("wanted", "flag").into());
    }
    let driver = engine.net.find(&name)?;
    if !matches!(scope.as_str(), "" | LOCAL) {
        return Err(Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", name).into());
    }
    Ok(json(&describe(&engine, driver.network())))
}

pub(super) async fn create(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let asked: NetworkCreate = super::json::asked(request).await?;
    let engine = Arc::clone(&engine);
    let network = cancellable(move |cancel| engine.create_network(asked, &line, cancel)).await?;
    let created = NetworkCreated { id: network.id.to_string(), warning: String::new() };
    Ok(with_status(StatusCode::CREATED, &created))
}

pub(super) async fn remove(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let engine = Arc::clone(&engine);
    blocking(move || {
        let driver = engine.net.find(&name)?;
        engine.remove_network(&driver, &line)
    })
    .await?;
    Ok(nothing())
}

/// Takes the networks away that somebody made and no container is on.
pub(super) async fn prune(engine: Shared, request: Request) -> Answer {
    let line = super::line(&request);
    let FilterQuery { filters } = query::read(&request)?;
    let before = prune::moment(&filters)?;
    let engine = Arc::clone(&engine);
    let pruned = blocking(move || {
        let mut pruned = NetworksPruned::default();
        for driver in engine.net.drivers() {
            let network = driver.network();
            let made = network.created.map_or(i64::MAX, Moment::unix);
            let wanted = !network.is_predefined()
                && before.is_none_or(|before| made <= before)
                && labels(&filters, &network.labels)
                && engine.net.removable(network, &|id| engine.containers.called(id)).is_ok();
            if !wanted {
                continue;
            }
            match engine.remove_network(&driver, &line) {
                Ok(()) => pruned.networks_deleted.push(network.name.clone()),
                // As Docker: one that a container is on by now keeps none of the others.
                Err(fault) => tracing::warn!(%fault, network = network.name, "not pruned"),
            }
        }
        engine.tell_pruned(Subject::Network, 0);
        Ok(pruned)
    });
    Ok(json(&pruned.await?))
}

pub(super) async fn connect(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let asked: NetworkConnect = said(request).await?;
    let container = engine.containers.find(named_container(&asked.container)?)?;
    let engine = Arc::clone(&engine);
    let endpoint = asked.endpoint_config.unwrap_or_default();
    cancellable(move |cancel| engine.connect(&container, &name, endpoint, &line, cancel)).await?;
    Ok(StatusCode::OK.into_response())
}

pub(super) async fn disconnect(engine: Shared, Path(name): Path<String>, request: Request) -> Answer {
    let line = super::line(&request);
    let asked: NetworkDisconnect = said(request).await?;
    let container = engine.containers.find(named_container(&asked.container)?)?;
    let engine = Arc::clone(&engine);
    cancellable(move |cancel| engine.disconnect(&container, &name, &line, cancel)).await?;
    Ok(StatusCode::OK.into_response())
}

/// A body that must say something.
async fn said<T: serde::de::DeserializeOwned + Default + docker::Request>(request: Request) -> Result<T> {
    Ok(docker::from_json(&super::json::first(request).await?)?)
}

fn named_container(name: &str) -> Result<&str> {
    let nothing = || Fault::new(FaultKind::BadRequest, Code::InvalidContainerName).with("name", name);
    if name.is_empty() { Err(nothing()) } else { Ok(name) }
}

fn describe(engine: &Engine, network: &net::Network) -> Network {
    let mut containers = BTreeMap::new();
    for container in engine.containers.all() {
        let state = container.state();
        let endpoint = state.endpoints.into_iter().find(|e| e.network == network.id);
        let linkless = state.linkless.filter(|linkless| linkless.network == network.id);
        let name = container.name.get();
        let place = match (endpoint, linkless) {
            (Some(endpoint), _) => NetworkedContainer {
                name,
                endpoint_id: endpoint.id,
                mac_address: endpoint.mac,
                ipv4_address: format!("{}/{}", endpoint.address, endpoint.prefix),
                ipv6_address: endpoint.six.map_or_else(String::new, |six| format!("{}/{}", six.address, six.prefix)),
            },
            (None, Some(linkless)) => {
                NetworkedContainer { name, endpoint_id: linkless.id, ..NetworkedContainer::default() }
            }
            (None, None) => continue,
        };
        containers.insert(container.id.to_string(), place);
    }
    let segment = network.segment.as_ref();
    let pool = |of: &Segment| {
        let (subnet, gateway) = (of.subnet.to_string(), of.gateway.to_string());
        IpamConfig { subnet, gateway, ..IpamConfig::default() }
    };
    let default = || {
        let config = segment.map(pool).into_iter().collect();
        Ipam { driver: "default".to_owned(), config, ..Ipam::default() }
    };
    // The bridge of one that somebody made is an option only where it was chosen.
    let bridge = segment.filter(|_| network.is_predefined());
    Network {
        name: network.name.clone(),
        id: network.id.to_string(),
        created: network.created.map_or_else(|| NEVER.to_owned(), Moment::rfc3339),
        scope: LOCAL.to_owned(),
        driver: network.driver_name().to_owned(),
        enable_ipv6: segment.is_some_and(|of| of.six.is_some()),
        ipam: network.ipam.clone().unwrap_or_else(default),
        internal: segment.is_some_and(|of| of.internal),
        attachable: network.attachable,
        containers,
        options: bridge.into_iter().flat_map(of_default_bridge).chain(network.options.clone()).collect(),
        labels: network.labels.clone(),
        ..Network::default()
    }
}

/// What Docker says of the bridge that is always there.
fn of_default_bridge(of: &Segment) -> Vec<(String, String)> {
    let binding = of.binding.unwrap_or(Ipv4Addr::UNSPECIFIED).to_string();
    [
        ("com.docker.network.bridge.default_bridge", true.to_string()),
        (net::BRIDGE_ICC, true.to_string()),
        (net::BRIDGE_MASQUERADE, of.masquerade.to_string()),
        (net::BINDING, binding),
        (net::BRIDGE_NAME, of.bridge.clone()),
        (net::MTU_OPTION, of.mtu.unwrap_or(net::ETHERNET).to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
