//! Names in networks that somebody made: who is called what there, and who answers for it (`net::Resolver`).
//!
//! A container is found by its name, its aliases and its short id, alone or with the network's name behind it, by those that are on
//! the network with it; by the names that another's links have for it, by that one alone. Of several networks that it shares with who asks the one tells by which
//! the default route would lead; of several on that network that have a name each is told, by turns the first (round robin).

use super::{Container, Phase, names};
use crate::engine::lab::Netns;
use crate::engine::net::{EndpointSettings, Kind, NAMES_AT, Names, Question, Record, Reply, Resolver, reversed};
use crate::engine::{Cx, Engine, Result, random};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Whom Docker asks where the host has nobody.
const PUBLIC: [Ipv4Addr; 2] = [Ipv4Addr::new(8, 8, 8, 8), Ipv4Addr::new(8, 8, 4, 4)];

impl Engine {
    /// Whether it is on a network in which there are names, or is to be.
    pub(super) fn has_names(&self, container: &Container) -> bool {
        let named = |name: &String| self.net.find(name).is_ok_and(|driver| !driver.network().is_predefined());
        container.networks().keys().any(named)
    }

    /// Answers for names in that container, from now on until it ends.
    pub(super) fn serve_names(self: &Arc<Self>, cx: &Cx, container: &Container, netns: &Netns) -> Result<()> {
        if container.resolver.lock().is_some() || !self.has_names(container) {
            return Ok(());
        }
        let (engine, id) = (Arc::downgrade(self), container.id.clone());
        let names: Names = Arc::new(move |question| {
            let engine = engine.upgrade();
            let asker = engine.as_ref().and_then(|engine| engine.containers.find(id.as_str()).ok());
            engine.zip(asker).map_or(Reply::Nobody, |(engine, asker)| engine.reply(&asker, question))
        });
        let asked = container.request.host_config.dns.iter().filter_map(|server| server.parse().ok());
        let mut servers: Vec<IpAddr> = asked.collect();
        if servers.is_empty() {
            let hosts = self.net.dns().into_iter().chain(self.dns6_of(container));
            servers = hosts.filter_map(|server| server.parse().ok()).collect();
        }
        if servers.is_empty() {
            servers = PUBLIC.map(IpAddr::from).to_vec();
        }
        let resolver = Resolver::start(cx, &container.id, netns, &servers, names)?;
        *container.resolver.lock() = Some(resolver);
        Ok(())
    }

    /// Whom it asks for names that is on a network with such: dockwalk, and the name servers of IPv6, as in Docker's resolv.conf.
    pub(super) fn asked_for_names(&self, container: &Container) -> Vec<String> {
        let asked = container.request.host_config.dns.as_slice();
        let is_six = |server: &&String| server.parse::<Ipv6Addr>().is_ok();
        let six = match asked {
            [] => self.dns6_of(container),
            asked => asked.iter().filter(is_six).cloned().collect(),
        };
        std::iter::once(NAMES_AT.to_string()).chain(six).collect()
    }

    /// The host's name servers of IPv6, where it is on a network with IPv6.
    fn dns6_of(&self, container: &Container) -> Vec<String> {
        let has_six = |name: &String| self.net.find(name).is_ok_and(|driver| driver.network().has_six());
        if container.networks().keys().any(has_six) { self.net.dns6() } else { Vec::new() }
    }

    fn reply(&self, asker: &Container, question: &Question) -> Reply {
        let state = asker.state();
        let is_named = |endpoint: &&EndpointSettings| {
            self.net.find(endpoint.network.as_str()).is_ok_and(|driver| !driver.network().is_predefined())
        };
        let mut own: Vec<&EndpointSettings> = state.endpoints.iter().filter(is_named).collect();
        own.sort_by_cached_key(|endpoint| self.turn_of(endpoint));
        // All that are on these networks with it, itself among them.
        let mut neighbours = Vec::new();
        for container in self.containers.all() {
            let theirs = container.state();
            if !matches!(theirs.phase, Phase::Running | Phase::Starting) {
                continue;
            }
            let shared = theirs.endpoints.into_iter().filter(|it| own.iter().any(|mine| mine.network == it.network));
            neighbours.extend(shared.map(|endpoint| (Arc::clone(&container), endpoint)));
        }
        let mut known = false;
        let found = match question.kind {
            Kind::A | Kind::Aaaa | Kind::Other => {
                let linked = asker.linked_names(&question.name);
                let called = |(container, endpoint): &&(Arc<Container>, EndpointSettings)| {
                    // What is a link's name on a network is nobody's own name there.
                    let name = linked.get(&endpoint.name).unwrap_or(&question.name);
                    container.is_called(&endpoint.name, name)
                };
                let (by_link, by_name): (Vec<_>, Vec<_>) = neighbours
                    .iter()
                    .filter(called)
                    .map(|(_, endpoint)| endpoint)
                    .partition(|endpoint| linked.contains_key(&endpoint.name));
                let found = if by_link.is_empty() { by_name } else { by_link };
                known = !found.is_empty();
                let of_kind = |endpoint: &EndpointSettings| match question.kind {
                    Kind::A => Some(endpoint.address.into()),
                    Kind::Aaaa => endpoint.six.map(|six| six.address.into()),
                    Kind::Ptr | Kind::Other => None,
                };
                // As Docker (libnetwork `sandbox.go`, `resolveName`): the first network that has any tells its own, the others nothing.
                let on = |mine: &&EndpointSettings| {
                    let there = found.iter().filter(|endpoint| endpoint.network == mine.network);
                    addresses(there.filter_map(|endpoint| of_kind(endpoint)))
                };
                own.iter().map(on).find(|records| !records.is_empty()).unwrap_or_default()
            }
            Kind::Ptr => {
                let at = reversed(&question.name);
                let has = |endpoint: &EndpointSettings, at: IpAddr| {
                    at == endpoint.address || endpoint.six.is_some_and(|six| at == six.address)
                };
                let there = neighbours.iter().find(|(_, endpoint)| at.is_some_and(|at| has(endpoint, at)));
                there.map_or_else(Vec::new, |(container, endpoint)| {
                    vec![Record::Name(format!("{}.{}", container.name, endpoint.name))]
                })
            }
        };
        // Of one that is known nobody else is asked, though it may have none of these.
        match (known || !found.is_empty(), self.leads_out(&state.endpoints)) {
            (true, _) => Reply::Known(found),
            (false, true) => Reply::Elsewhere,
            (false, false) => Reply::Nobody,
        }
    }

    /// Not so where all its networks are internal.
    fn leads_out(&self, endpoints: &[EndpointSettings]) -> bool {
        let internal = |endpoint: &EndpointSettings| {
            let driver = self.net.find(endpoint.network.as_str()).ok();
            driver.is_none_or(|driver| driver.network().segment.as_ref().is_none_or(|segment| segment.internal))
        };
        !endpoints.iter().all(internal)
    }
}

/// Each once; which is the first is left to chance.
fn addresses(all: impl Iterator<Item = IpAddr>) -> Vec<Record> {
    let mut all: Vec<_> = all.collect();
    all.sort_unstable();
    all.dedup();
    if all.len() > 1 {
        let turn = random::bytes::<1>().map_or(0, |[byte]| usize::from(byte));
        let turn = turn % all.len();
        all.rotate_left(turn);
    }
    all.into_iter().map(Record::Address).collect()
}

impl Container {
    /// Whether it is found by that name, which is in small letters, on a network.
    fn is_called(&self, network: &str, name: &str) -> bool {
        let suffix = format!(".{}", network.to_lowercase());
        let is = |own: &str| {
            let own = own.to_lowercase();
            own == name || name.strip_suffix(&suffix) == Some(&own)
        };
        let aliases = self.places.lock().get(network).map(|place| place.asked.aliases.clone()).unwrap_or_default();
        is(&self.name.get()) || is(self.id.short()) || aliases.iter().any(|alias| is(alias))
    }

    /// The networks on which that name, which is in small letters, is one of a link's, each with whom it means there.
    fn linked_names(&self, name: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        for (network, place) in self.places.lock().iter() {
            let suffix = format!(".{}", network.to_lowercase());
            for (other, alias) in place.asked.links.iter().filter_map(|link| names::link(link).ok()) {
                let alias = alias.to_lowercase();
                if alias == name || name.strip_suffix(&suffix) == Some(&alias) {
                    found.insert(network.clone(), other.to_lowercase());
                }
            }
        }
        found
    }

    /// Nobody answers for names in it any more.
    pub(super) fn no_names(&self) {
        // Not while it is locked: who answers may be about to look.
        let ended = self.resolver.lock().take();
        drop(ended);
    }
}
