//! The networks that a container is to be on, and its places on them while it runs.
//!
//! ```text
//! create ─▶ places, by network ─ start ─▶ endpoints, in Docker's order ─ end ─▶ places again
//!               ▲ connect, disconnect ─▶ one place more or less, and one endpoint where it runs
//! ```

use super::place::{Place, Places};
use super::request::{self, Request};
use super::state::Linkless;
use super::{Container, Phase, tuning};
use crate::docker::EndpointConfig;
use crate::engine::net::{Driver, EndpointSettings, Network, Wish};
use crate::engine::{Asked, Cancel, Cx, Engine, Fault, FaultKind, Result, random, rootfs};
use crate::spec::NetworkId;
use crate::trace::{Code, NetworkDriver, NetworkMode, OpKind};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

impl Engine {
    /// What a request says of networks: Docker's `default` is `bridge`, and a network that is there is called by its name.
    pub(super) fn places(&self, request: &Request, mode: &NetworkMode) -> Places {
        let named = |name: &str| match NetworkMode::from(name) {
            NetworkMode::Named(name) => self.net.find(&name).map_or(name, |driver| driver.network().name.clone()),
            mode => mode.to_string(),
        };
        if matches!(mode, NetworkMode::Container(_)) {
            return Places::new();
        }
        let place = |asked: &EndpointConfig| Place { asked: asked.clone(), network: None };
        if request.networks.is_empty() {
            return [(named(&mode.to_string()), Place::default())].into();
        }
        request.networks.iter().map(|(name, asked)| (named(name), place(asked))).collect()
    }

    /// The driver of a place's network, and what the network is asked for.
    pub(super) fn wish(&self, container: &Container, name: &str, place: &Place) -> Result<(Arc<dyn Driver>, Wish)> {
        let driver = self.net.find(name)?;
        let mode = container.merged.network.network();
        let first = mode.is_some_and(|mode| mode == name || driver.network().id.as_str().starts_with(mode));
        let wish = wish(driver.as_ref(), &place.asked)?;
        // Docker's older field is of the network that the container was created on.
        let of_container = tuning::mac(&container.request.mac_address)?.filter(|_| first);
        Ok((driver, Wish { mac: wish.mac.or(of_container), ..wish }))
    }

    /// The networks that a container is to be on, as Docker puts a container on them that starts: that by which its default route
    /// leads first (see `turn_of`), whatever network it was created on.
    pub(super) fn in_order(&self, container: &Container) -> Vec<(String, Place)> {
        let mut all: Vec<_> = container.networks().into_iter().collect();
        all.sort_by_cached_key(|(name, _)| {
            let of = |is: fn(&Network) -> bool| self.net.find(name).is_ok_and(|driver| is(driver.network()));
            (of(Network::is_internal), !of(Network::has_six), name.clone())
        });
        all
    }
}

impl Engine {
    /// Puts a container on one more network: at once where it runs, else when it is started. `cancel` ends waiting for who changes it now.
    pub fn connect(
        self: &Arc<Self>,
        container: &Container,
        network: &str,
        asked: EndpointConfig,
        line: &Asked,
        cancel: &Cancel,
    ) -> Result<()> {
        request::endpoint(&asked)?;
        let _turn = container.turn(cancel)?;
        let refused = |code| Fault::new(FaultKind::BadRequest, code).with("container", &container.name);
        if matches!(container.merged.network, NetworkMode::Host | NetworkMode::Container(_)) {
            return Err(refused(Code::NetworkSharedAlone));
        }
        let driver = self.net.find(network)?;
        let name = driver.network().name.clone();
        if driver.network().driver == NetworkDriver::Host {
            return Err(refused(Code::NetworkHostFixed));
        }
        let wish = wish(driver.as_ref(), &asked)?;
        let running = container.state().phase == Phase::Running;
        let places = container.networks();
        if places.contains_key(&name) {
            let fault = Fault::new(FaultKind::Denied, Code::NetworkConnected).with("name", &name);
            // As Docker: of one that does not run what was said first counts.
            return if running { Err(fault.with("container", &container.name)) } else { Ok(()) };
        }
        if places.contains_key("none") || driver.network().driver == NetworkDriver::None && !places.is_empty() {
            return Err(refused(Code::NetworkNoneAlone));
        }
        fits(driver.as_ref(), &wish)?;
        let place = Place { asked, network: None };
        self.wiring(container, OpKind::NetworkConnect, line, |cx| {
            container.places.lock().insert(name.clone(), place);
            if !driver.network().is_predefined() {
                container.known_by_itself(&name);
            }
            let done = if running { self.put_on(cx, container, driver.as_ref(), wish) } else { Ok(()) };
            done.and_then(|()| self.keep(container)).inspect_err(|_not_connected| {
                container.places.lock().remove(&name);
                self.taken_off_again(cx, container, driver.as_ref());
            })?;
            if running {
                container.update(|state| state.told.0.push(name.clone()));
                self.tell_network(container, &name, "connect")?;
            }
            Ok(())
        })
    }

    /// Takes a container off a network. `cancel` ends waiting for who changes it now.
    pub fn disconnect(&self, container: &Container, network: &str, line: &Asked, cancel: &Cancel) -> Result<()> {
        let _turn = container.turn(cancel)?;
        let driver = self.net.find(network);
        let name = driver.as_ref().map_or_else(|_gone| network.to_owned(), |driver| driver.network().name.clone());
        let there = container.networks().contains_key(&name);
        if there && matches!(container.merged.network, NetworkMode::Host) {
            let fault = Fault::new(FaultKind::BadRequest, Code::NetworkHostFixed);
            return Err(fault.with("container", &container.name));
        }
        if !there {
            let fault = Fault::failed(Code::NetworkNotConnected).with("container", &container.name);
            return Err(driver.err().unwrap_or_else(|| fault.with("id", &container.id).with("network", &name)));
        }
        let running = container.state().phase == Phase::Running;
        let done = self.wiring(container, OpKind::NetworkDisconnect, line, |cx| {
            // Written first: a full disk refuses it while nothing has changed.
            let place = container.places.lock().remove(&name);
            let again = |place: Option<Place>| drop(place.map(|it| container.places.lock().insert(name.clone(), it)));
            if let Err(fault) = self.keep(container) {
                again(place);
                return Err(fault);
            }
            let (true, Ok(driver)) = (running, &driver) else { return Ok(()) };
            self.take_off(cx, container, driver.as_ref()).inspect_err(|_not_all_undone| {
                if container.is_on(&driver.network().id) {
                    again(place);
                    if let Err(fault) = self.keep(container) {
                        tracing::warn!(%fault, container = %container.id, "that it is on the network still");
                    }
                }
            })
        });
        if container.networks().contains_key(&name) {
            return done;
        }
        let told = |state: &mut super::State| {
            let before = state.told.0.len();
            state.told.0.retain(|told| *told != name);
            state.told.0.len() < before
        };
        if container.update(told) {
            self.tell_network(container, &name, "disconnect")?;
        }
        done
    }

    /// What changes the cables of a container. Its end waits for that, and gives up what stands at the gate.
    fn wiring(
        &self,
        container: &Container,
        kind: OpKind,
        line: &Asked,
        act: impl FnOnce(&Cx) -> Result<()>,
    ) -> Result<()> {
        let cancel = Cancel::new();
        container.update(|state| state.wiring = Some(cancel.clone()));
        let result = self.conductor.operate(kind, container.name.get(), line, &cancel, |cx| {
            if container.state().phase == Phase::Ending { Err(Fault::cancelled()) } else { act(cx) }
        });
        container.update(|state| state.wiring = None);
        result
    }

    fn put_on(self: &Arc<Self>, cx: &Cx, container: &Container, driver: &dyn Driver, wish: Wish) -> Result<()> {
        let Some(netns) = container.state().network else { return Ok(()) };
        let Some(endpoint) = self.net.connect(cx, driver, &container.id, &netns, &wish)? else {
            return container.on_linkless(driver.network());
        };
        container.took(&endpoint);
        let addresses: Vec<_> = endpoint.addresses().collect();
        container.update(|state| state.endpoints.push(endpoint));
        let (hostname, domainname) = (&container.merged.hostname, &container.request.domainname);
        let with = |text: String, address| rootfs::with_address(&text, hostname, domainname, address);
        rootfs::change_hosts(cx, &container.dir, |text| addresses.into_iter().fold(text.to_owned(), with))?;
        let before = container.resolver.lock().is_some();
        self.serve_names(cx, container, &netns)?;
        let asks = !before && container.resolver.lock().is_some();
        if asks {
            self.tell_where_to_ask(cx, container)?;
        }
        self.publish(cx, container)
    }

    fn take_off(&self, cx: &Cx, container: &Container, driver: &dyn Driver) -> Result<()> {
        let id = &driver.network().id;
        if container.state().way.as_ref() == Some(id) {
            self.withdraw(cx, container)?;
        }
        self.net.take_off(cx, driver, &container.id)?;
        let gone = container.update(|state| {
            state.linkless.take_if(|linkless| linkless.network == *id);
            let at = state.endpoints.iter().position(|endpoint| endpoint.network == *id)?;
            Some(state.endpoints.remove(at))
        });
        let Some(endpoint) = gone else { return Ok(()) };
        let without = |text: String, address| rootfs::without_address(&text, address);
        // The link is gone, whatever becomes of the file.
        let hosts =
            rootfs::change_hosts(cx, &container.dir, |text| endpoint.addresses().fold(text.to_owned(), without));
        self.publish(cx, container).and(hosts)
    }

    /// After a connection that came half way.
    fn taken_off_again(&self, cx: &Cx, container: &Container, driver: &dyn Driver) {
        if let Err(fault) = self.take_off(cx, container, driver) {
            tracing::warn!(%fault, container = %container.id, "a connection that failed was not undone whole");
        }
    }
}

/// An address that lies in the network, looked at where nothing is taken yet.
fn fits(driver: &dyn Driver, wish: &Wish) -> Result<()> {
    let network = driver.network();
    match (&network.segment, wish.address) {
        (Some(segment), Some(address)) if !segment.subnet.has(address) => {
            let fault = Fault::failed(Code::AddressOutside).with("address", address);
            Err(fault.with("network", &network.name).with("subnet", segment.subnet))
        }
        _ => match (network.segment.as_ref().and_then(|segment| segment.six.as_ref()), wish.address6) {
            (Some(six), Some(address)) if !six.subnet.has(address) => {
                let fault = Fault::failed(Code::AddressOutside).with("address", address);
                Err(fault.with("network", &network.name).with("subnet", six.subnet))
            }
            _ => Ok(()),
        },
    }
}

/// What is asked of a place, if its network can have that.
fn wish(driver: &dyn Driver, asked: &EndpointConfig) -> Result<Wish> {
    let network = driver.network();
    let (address, address6) = (request::address(asked)?, request::address6(asked)?);
    let refused = |code| Fault::new(FaultKind::BadRequest, code).with("network", &network.name);
    let flag = address.map(|_| "--ip").or(address6.map(|_| "--ip6"));
    if let Some(flag) = flag.filter(|_| network.is_predefined()) {
        return Err(refused(Code::AddressUserOnly).with("flag", flag));
    }
    if network.is_predefined() && !asked.aliases.is_empty() {
        return Err(refused(Code::AliasUserOnly));
    }
    let (chosen, six) = network.segment.as_ref().map_or((false, false), |it| (it.chosen, it.six.is_some()));
    let none = |address: IpAddr, flag| {
        let version = if address.is_ipv6() { "six" } else { "four" };
        refused(Code::AddressNoSubnet).with("address", address).with("flag", flag).with("version", version)
    };
    match (address, address6) {
        (Some(address), _) if !chosen => return Err(none(address.into(), "--ip")),
        (_, Some(address)) if !six => return Err(none(address.into(), "--ip6")),
        _ => {}
    }
    Ok(Wish { address, address6, mac: tuning::mac(&asked.mac_address)? })
}

impl Container {
    /// The networks that it is on when it runs.
    pub fn networks(&self) -> Places {
        self.places.lock().clone()
    }

    /// Its places as a client would ask for them.
    pub(super) fn asked_places(&self) -> BTreeMap<String, Option<EndpointConfig>> {
        let places = self.places.lock();
        places.iter().map(|(name, place)| (name.clone(), Some(place.asked.clone()))).collect()
    }

    /// Of which network a place was taken.
    pub(super) fn took(&self, endpoint: &EndpointSettings) {
        if let Some(place) = self.places.lock().get_mut(&endpoint.name) {
            place.network = Some(endpoint.network.clone());
        }
    }

    /// It has a place on the network that works, or is one by name alone.
    fn is_on(&self, network: &NetworkId) -> bool {
        let state = self.state();
        let linkless = state.linkless.as_ref().is_some_and(|linkless| linkless.network == *network);
        linkless || state.endpoints.iter().any(|endpoint| endpoint.network == *network)
    }

    /// The same of a network that gives it no link.
    pub(super) fn on_linkless(&self, network: &Network) -> Result<()> {
        if let Some(place) = self.places.lock().get_mut(&network.name) {
            place.network = Some(network.id.clone());
        }
        let linkless = Linkless { network: network.id.clone(), id: random::hex(64)? };
        self.update(|state| state.linkless = Some(linkless));
        Ok(())
    }

    /// As Docker: on networks that somebody made it is found by its short id and its hostname, too, and that is shown.
    pub(super) fn known_by_itself(&self, network: &str) {
        if let Some(place) = self.places.lock().get_mut(network) {
            let aliases = &mut place.asked.aliases;
            for name in [self.id.short(), &self.merged.hostname] {
                if !name.is_empty() && !aliases.iter().any(|alias| alias == name) {
                    aliases.push(name.to_owned());
                }
            }
        }
    }
}
