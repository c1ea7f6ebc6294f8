//! A container's ports on the host: what was asked of them, and by which network they are published.
//!
//! As Docker's, they are published by the network that the container's default route leads by: the first of those that are not
//! internal, one with IPv6 before one without, then by name. Where that becomes another they move with it.

use super::{Container, State};
use crate::docker::{Empty, Port, host_ports};
use crate::engine::net::{EndpointSettings, Wanted};
use crate::engine::{Cx, Engine, Fault, Result};
use crate::trace::{Code, Transport};
use std::collections::BTreeMap;
use std::net::IpAddr;

impl Engine {
    /// Publishes a container's ports by the network that its default route leads by, where they are not yet.
    pub(super) fn publish(&self, cx: &Cx, container: &Container) -> Result<()> {
        let state = container.state();
        let endpoint = self.way_out(&state.endpoints);
        if state.way == endpoint.map(|endpoint| endpoint.network.clone()) {
            return Ok(());
        }
        self.withdraw(cx, container)?;
        let Some(endpoint) = endpoint else { return Ok(()) };
        let driver = self.net.find(endpoint.network.as_str())?;
        let binding = driver.network().segment.as_ref().and_then(|segment| segment.binding);
        let wanted = wanted(container, endpoint, binding.map(IpAddr::from))?;
        self.net.publish(cx, &container.id, &container.name.get(), endpoint, &wanted)?;
        let published = self.net.published(&container.id);
        container.update(|state| (state.way, state.published) = (Some(endpoint.network.clone()), published));
        Ok(())
    }

    /// Its ports are the host's own again.
    pub(super) fn withdraw(&self, cx: &Cx, container: &Container) -> Result<()> {
        container.update(State::closed);
        self.net.withdraw(cx, &container.id)
    }

    /// The place on a network that its default route leads by.
    fn way_out<'a>(&self, endpoints: &'a [EndpointSettings]) -> Option<&'a EndpointSettings> {
        let leads_out = |endpoint: &&EndpointSettings| {
            let driver = self.net.find(endpoint.network.as_str());
            driver.is_ok_and(|driver| driver.network().segment.as_ref().is_some_and(|segment| !segment.internal))
        };
        endpoints.iter().filter(leads_out).min_by_key(|endpoint| self.turn_of(endpoint))
    }

    /// In which order Docker takes the networks of a container (libnetwork `sandbox.go`, `Less`): one with IPv6 before one without,
    /// then by name; those that are internal last.
    pub(super) fn turn_of(&self, endpoint: &EndpointSettings) -> (bool, bool, String) {
        let internal = self.net.find(endpoint.network.as_str()).is_ok_and(|driver| driver.network().is_internal());
        (internal, endpoint.six.is_none(), endpoint.name.clone())
    }
}

impl State {
    /// Nothing of it is published.
    pub(super) fn closed(&mut self) {
        (self.way, self.published) = (None, Vec::new());
    }
}

impl Container {
    /// The ports that it says it has: of the request and of its image.
    pub fn exposed(&self) -> BTreeMap<String, Empty> {
        with_images(&self.request.exposed_ports, &self.image.config.exposed_ports)
    }
}

/// What was asked for, and what the image has beside it.
pub fn with_images(asked: &BTreeMap<String, Empty>, image: &[String]) -> BTreeMap<String, Empty> {
    let image = image.iter().map(|name| (name.clone(), Empty::default()));
    image.chain(asked.clone()).collect()
}

/// What is to be published. As Docker: of ports that the container does not say it has, nothing.
/// `usual`: at which of the host's addresses, where nothing is said.
fn wanted(container: &Container, endpoint: &EndpointSettings, usual: Option<IpAddr>) -> Result<Vec<Wanted>> {
    let host = &container.request.host_config;
    let mut all = Vec::new();
    // As in Docker, a place is one of a port that is written in the same way.
    for (name, _) in container.exposed() {
        let Some(port) = Port::of(&name) else { continue };
        let bindings: Vec<_> = host.port_bindings.get(&name).into_iter().flatten().flatten().collect();
        let anywhere = host.publish_all_ports && bindings.is_empty();
        if bindings.is_empty() && !anywhere {
            continue;
        }
        let transport = match port.protocol.as_str() {
            "tcp" => Transport::Tcp,
            "udp" => Transport::Udp,
            other => {
                let fault = Fault::failed(Code::PortTransport).with("transport", other);
                return Err(fault.with("name", &container.name).with("endpoint", &endpoint.id));
            }
        };
        let one = |at, ports| Wanted { inside: port.number, transport: transport.clone(), at, ports };
        all.extend(anywhere.then(|| one(usual, None)));
        for binding in bindings {
            // What is no address is each of the host's, as in Docker; 0 is any that is free.
            let at = if binding.host_ip.is_empty() { usual } else { binding.host_ip.parse().ok() };
            let ports = host_ports(&binding.host_port).filter(|(first, _)| *first > 0);
            all.push(one(at, ports.map(|(first, last)| first..=last)));
        }
    }
    Ok(all)
}
