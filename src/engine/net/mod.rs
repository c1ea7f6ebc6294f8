//! Networks: the default bridge `docker0`, `host`, `none`, and further bridges; what each has on the host, and what leads from
//! it into a container.
//!
//! ```text
//! host namespace                          container's namespace (sandbox)
//!   lo                                      lo
//!   eth0 ◀─ default ─ uplink (slirp4netns)
//!   docker0 172.17.0.1/16
//!     └─ vethXXXXXXX ═════════════════════ eth0 172.17.0.2/16, default via 172.17.0.1    (endpoint)
//!   br-0123456789ab 172.18.0.1/16
//!     └─ vethXXXXXXX ═════════════════════ eth1 172.18.0.2/16                            (endpoint)
//! ```
//!
//! A network is made by its driver (`driver`): to add one, write a type that is a [`Driver`] and name it in `drivers::of`; what
//! it changes on the host it journals as a [`NetInverse`] before. `tests/net/conformance.rs` runs the same cases over all of
//! them.
//!
//! Every change goes to the kernel as one netlink message and is read back from it, on both sides (`observer`). IPv4 only, as
//! Docker's default bridge. Does not know what runs in a container.

mod bridge;
mod driver;
mod drivers;
mod endpoint;
mod faults;
mod filter;
mod host;
mod netlink;
mod network;
mod nft;
mod observer;
mod plain;
mod pool;
mod request;
mod ruleset;
mod sandbox;
mod sandboxes;
mod settle;
mod sysctl;
mod table;
mod undo;
mod uplink;

pub use driver::Driver;
pub use faults::Faults;
pub use host::Host;
pub use network::{Network, Segment, Subnet};
pub use undo::{NetInverse, undo};

use super::fault::{Fault, FaultKind, Result};
use super::lab::{Lab, Netns};
use super::{Cx, random};
use crate::spec::{ContainerId, NetworkId};
use crate::trace::{Code, Mode, NetworkDriver, NetworkMode, Plan, StepKind};
use parking_lot::Mutex;
use request::Request;
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::sync::Arc;

/// The uplink's name.
pub const UPLINK: &str = "eth0";
/// What the host's part is journaled under.
const SCOPE: &str = "engine";

/// A container's place in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSettings {
    /// The network.
    pub network: NetworkId,
    /// The container's address.
    pub address: Ipv4Addr,
    /// The length of the network's prefix.
    pub prefix: u8,
    /// Where its default route goes.
    pub gateway: Ipv4Addr,
    /// The hardware address of its `eth0`.
    pub mac: String,
    /// The other end of its veth pair: the name of a link on the host.
    pub host_link: String,
}

/// The engine's networks.
#[derive(Debug)]
pub struct Net {
    host: Host,
    /// In the order in which they were made: the default bridge, host and none first.
    drivers: Mutex<Vec<Arc<dyn Driver>>>,
    uplink: Mutex<Option<uplink::Uplink>>,
}

impl Net {
    /// Prepares the host: loopback, uplink, and the networks that are always there.
    ///
    /// What could not be undone after a failure is in the journal, under `engine`.
    pub fn start(cx: &Cx, lab: &Lab) -> Result<Self> {
        let default = Network::default_bridge()?;
        let name = default.segment.as_ref().map(|segment| segment.bridge.clone()).unwrap_or_default();
        let net = Self { host: Host::open(lab)?, drivers: Mutex::default(), uplink: Mutex::default() };
        let default = net.register(default)?;
        for driver in [NetworkDriver::Host, NetworkDriver::None] {
            net.register(Network::plain(driver))?;
        }
        cx.step(Plan::new(StepKind::PrepareHost, name), |cx| {
            net.host.look_around(cx)?;
            net.host.loopback(cx)?;
            if lab.mode == Mode::Lab {
                net.make_uplink(cx)?;
            }
            default.set_up(cx, &net.host)
        })?;
        Ok(net)
    }

    fn make_uplink(&self, cx: &Cx) -> Result<()> {
        let helper = uplink::Helper::find();
        let command = helper.as_ref().ok().map(|helper| helper.command(&self.host.netns())).unwrap_or_default();
        let plan = Plan::new(StepKind::MakeUplink, UPLINK).call(&command).by_hand(&command);
        let uplink = cx.step(plan, |cx| uplink::start(cx, &self.host.observer, helper))?;
        *self.uplink.lock() = uplink;
        Ok(())
    }

    /// A network takes its place among the others, if it can be beside them.
    fn register(&self, network: Network) -> Result<Arc<dyn Driver>> {
        let driver = drivers::of(network)?;
        let mut drivers = self.drivers.lock();
        let others: Vec<Network> = drivers.iter().map(|driver| driver.network().clone()).collect();
        driver.validate(&self.host, &others)?;
        drivers.push(Arc::clone(&driver));
        Ok(driver)
    }

    fn unregister(&self, id: &NetworkId) {
        self.drivers.lock().retain(|driver| driver.network().id != *id);
    }

    /// Makes a further network. When it fails, all that was made is undone.
    pub fn add(&self, cx: &Cx, network: Network) -> Result<Arc<dyn Driver>> {
        let driver = self.register(network)?;
        if let Err(fault) = driver.set_up(cx, &self.host) {
            if let Err(fault) = driver.tear_down(cx, &self.host).into_result() {
                tracing::warn!(%fault, network = driver.network().name, "left to the journal");
            }
            self.unregister(&driver.network().id);
            return Err(fault);
        }
        Ok(driver)
    }

    /// Takes a network away that [`Net::add`] made, if no container is on it.
    pub fn remove(&self, cx: &Cx, id: &NetworkId) -> Result<()> {
        let driver = self.drivers().into_iter().find(|driver| driver.network().id == *id);
        let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", id);
        let driver = driver.ok_or_else(missing)?;
        let name = &driver.network().name;
        if driver.network().is_predefined() {
            return Err(Fault::new(FaultKind::Denied, Code::NetworkPredefined).with("name", name));
        }
        let users = self.host.users(id);
        if !users.is_empty() {
            let users = users.iter().map(ContainerId::short).collect::<Vec<_>>().join(", ");
            return Err(Fault::new(FaultKind::Conflict, Code::NetworkInUse)
                .with("name", name)
                .with("containers", users));
        }
        driver.tear_down(cx, &self.host).into_result()?;
        self.unregister(id);
        Ok(())
    }

    /// All networks' drivers.
    pub fn drivers(&self) -> Vec<Arc<dyn Driver>> {
        self.drivers.lock().clone()
    }

    /// The driver of the network that a container is to be on.
    pub fn driver(&self, mode: &NetworkMode) -> Result<Arc<dyn Driver>> {
        let asked = |driver: &Arc<dyn Driver>| {
            let network = driver.network();
            mode.network().is_some_and(|name| network.name == name || network.id.as_str() == name)
        };
        let missing = || Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", mode);
        self.drivers().into_iter().find(asked).ok_or_else(missing)
    }

    /// All networks.
    pub fn networks(&self) -> Vec<Network> {
        self.drivers().iter().map(|driver| driver.network().clone()).collect()
    }

    /// The host's part.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// Makes a container's network namespace, in which there is nothing but a `lo` that is down.
    pub fn make_netns(&self, cx: &Cx, container: &ContainerId) -> Result<Netns> {
        self.host.make_netns(cx, container)
    }

    /// The hardware address that its next endpoint is to have, if another than Docker would give it.
    pub fn ask_mac(&self, container: &ContainerId, mac: Option<[u8; 6]>) {
        if let Some(sandbox) = self.host.sandbox_of(container) {
            sandbox.lock().mac = mac;
        }
    }

    /// Connects a container to the network of its mode; none when it gets no address there. After a failure
    /// [`Net::disconnect`] takes off what there is.
    pub fn connect(
        &self,
        cx: &Cx,
        mode: &NetworkMode,
        container: &ContainerId,
        netns: &Netns,
    ) -> Result<Option<EndpointSettings>> {
        let driver = self.driver(mode)?;
        let plan = Plan::new(StepKind::WireNetwork, container.short());
        cx.step(plan, |cx| driver.connect(cx, &self.host, container, netns))
    }

    /// Takes a container off all networks. One that is on none is no error.
    ///
    /// Its processes should have ended before: the namespace is gone when nothing is in it any more.
    pub fn disconnect(&self, cx: &Cx, container: &ContainerId) -> Result<()> {
        let mut faults = Faults::default();
        for driver in self.drivers() {
            faults.note_all(driver.disconnect(cx, &self.host, container));
        }
        if faults.is_empty() {
            self.host.leave(cx, container);
        }
        faults.into_result()
    }

    /// Takes every container off and undoes what [`Net::start`] and [`Net::add`] did. What fails does not keep the rest.
    pub fn stop(&self, cx: &Cx) -> Result<()> {
        let mut faults = Faults::default();
        for container in self.host.containers() {
            faults.note(self.disconnect(cx, &container));
        }
        let drivers = self.drivers();
        let bridge = drivers.iter().find_map(|driver| driver.network().segment.as_ref());
        let name = bridge.map(|segment| segment.bridge.clone()).unwrap_or_default();
        let torn_down = cx.step(Plan::new(StepKind::TearDown, name), |cx| {
            let mut faults = Faults::default();
            let uplink = self.uplink.lock().take();
            if let Some(uplink) = uplink {
                faults.note(uplink.stop(cx));
            }
            for driver in drivers.iter().rev() {
                faults.note_all(driver.tear_down(cx, &self.host));
            }
            faults.note_all(self.host.tear_down(cx));
            faults.into_result()
        });
        faults.note(torn_down);
        faults.into_result()
    }

    /// Name servers that containers of a bridge can reach.
    pub fn dns(&self) -> Vec<String> {
        if self.uplink.lock().is_some() {
            return vec![uplink::DNS.to_owned()];
        }
        let resolv_conf = std::fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
        let servers = resolv_conf.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
        // A name server on the host's own loopback cannot be reached from another namespace.
        let outside = |server: &String| server.parse::<Ipv4Addr>().is_ok_and(|address| !address.is_loopback());
        servers.map(|server| server.trim().to_owned()).filter(outside).collect()
    }

    /// The address that containers know the host by (`host-gateway`): the default bridge's, as Docker has it.
    pub fn host_gateway(&self) -> Option<Ipv4Addr> {
        self.networks().into_iter().find_map(|network| network.segment.map(|segment| segment.gateway))
    }
}

/// A stage that is one netlink message.
fn stage<T>(
    cx: &Cx,
    kind: StepKind,
    by_hand: impl ToString,
    request: Request,
    act: impl FnOnce(&Cx, Request) -> Result<T>,
) -> Result<T> {
    let plan = Plan::new(kind, &request.subject).call(&request.text).by_hand(by_hand);
    cx.step(plan, |cx| message(cx, request, act))
}

/// One netlink message.
fn message<T>(cx: &Cx, request: Request, act: impl FnOnce(&Cx, Request) -> Result<T>) -> Result<T> {
    cx.step(observer::message_plan(&request), |cx| act(cx, request))
}
