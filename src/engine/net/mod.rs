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
//! Every change goes to the kernel as one netlink message and is read back from it, on both sides (`observer`). IPv6 where a
//! network is asked to have it (`endpoint6`). Does not know what runs in a container.

mod bridge;
mod counters;
mod difference;
mod driver;
mod drivers;
mod endpoint;
mod endpoint6;
mod faults;
mod filter;
mod host;
mod legible;
mod mac_table;

mod monitor;
mod multicast;
mod neighbours;
mod netlink;
mod network;
mod nft;
mod nft_told;
mod observer;
mod plain;
mod pool;
mod publish;
mod registry;
mod request;
mod resolver;
mod ruleset;
mod sandbox;
mod sandboxes;
mod script;
mod settle;
mod six;
mod sysctl;
mod table;
mod traced;
mod undo;
mod uplink;

pub use driver::Driver;
pub use faults::Faults;
pub use host::Host;
pub use network::{
    BINDING, BRIDGE_NAME, BRIDGE_OPTIONS, MTU_OPTION, Network, Segment, Subnet, bridge_of, is_link_name, random_id,
};
pub use publish::{Machine, Wanted};
pub use resolver::{ADDRESS as NAMES_AT, Kind, Names, Question, Record, Reply, Resolver, reversed};
pub use six::{Endpoint6, Segment6, Subnet6};
pub use traced::RuleTrace;
pub use undo::{NetInverse, undo};

use super::fault::{Fault, FaultKind, Result};
use super::lab::{Lab, Netns};
use super::{Conductor, Cx, random};
use crate::spec::{ContainerId, NetworkId};
use crate::trace::{Change, Code, Evidence, Mode, NetworkDriver, NetworkMode, Plan, StepKind};
use parking_lot::Mutex;
use request::Request;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

/// Where changes go: into a step, or past all steps.
type Recorded<'a> = &'a dyn Fn(Change, Vec<Evidence>);

/// The uplink's name.
pub const UPLINK: &str = "eth0";
/// What the host's part is journaled under.
const SCOPE: &str = "engine";

/// What a container is called, to whoever reads why a network stays.
pub type Called<'a> = &'a dyn Fn(&ContainerId) -> String;

/// What is asked of a container's place in a network; what is not is as the network has it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wish {
    /// Its address.
    pub address: Option<Ipv4Addr>,
    /// Its address of IPv6.
    pub address6: Option<Ipv6Addr>,
    /// The hardware address of its link.
    pub mac: Option<[u8; 6]>,
}

/// A container's place in a network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSettings {
    /// Its id: 64 hexadecimal digits.
    pub id: String,
    /// The network.
    pub network: NetworkId,
    /// What that is called.
    pub name: String,
    /// The container's address.
    pub address: Ipv4Addr,
    /// The length of the network's prefix.
    pub prefix: u8,
    /// Where its default route goes.
    pub gateway: Ipv4Addr,
    /// The same of IPv6, where the network has that.
    pub six: Option<Endpoint6>,
    /// The hardware address of its `eth0`.
    pub mac: String,
    /// The other end of its veth pair: the name of a link on the host.
    pub host_link: String,
}

/// The engine's networks.
#[derive(Debug)]
pub struct Net {
    host: Host,
    /// The default bridge, host and none first.
    registry: registry::Registry,
    uplink: Mutex<Option<uplink::Uplink>>,
    ports: publish::Ports,
    /// Somebody follows a packet.
    following: Mutex<()>,
}

/// Refuses a subnet that the lab's uplink is in: its addresses would be looked for behind the bridge.
fn beside_uplink(network: &Network, others: &[Network], reached: &[Subnet]) -> Result<()> {
    let of = |network: &Network| network.segment.as_ref().map(|segment| segment.subnet);
    let Some(subnet) = of(network).filter(|subnet| subnet.overlaps(uplink::subnet())) else { return Ok(()) };
    let taken: Vec<_> = others.iter().filter_map(of).chain(reached.iter().copied()).collect();
    let all = (17..=31).map(|n| [172, n, 0, 0]).chain((16..=255).map(|n| [10, n, 0, 0]));
    let mut all = all.map(|address| Subnet::around(address.into(), 16));
    let free = all.find(|one| !taken.iter().any(|other| one.overlaps(*other)));
    let fault = Fault::new(FaultKind::Denied, Code::NetworkOverlapsUplink).with("name", &network.name);
    let fault = fault.with("subnet", subnet).with("uplink", uplink::subnet());
    Err(fault.with("free", free.map_or_else(|| "none".to_owned(), |free| free.to_string())))
}

impl Net {
    /// Prepares the host: loopback, uplink, and the networks that are always there.
    ///
    /// What could not be undone after a failure is in the journal, under `engine`.
    /// `machine`: whether published ports are this machine's as well.
    pub fn start(cx: &Cx, lab: &Lab, machine: Machine) -> Result<Self> {
        let default = Network::default_bridge()?;
        let name = default.segment.as_ref().map(|segment| segment.bridge.clone()).unwrap_or_default();
        let net = Self {
            host: Host::open(cx, lab)?,
            registry: registry::Registry::default(),
            uplink: Mutex::default(),
            ports: publish::Ports::new(machine),
            following: Mutex::new(()),
        };
        let default = net.registry.register(&net.host, |_| Ok(default))?;
        for driver in [NetworkDriver::Host, NetworkDriver::None] {
            net.registry.register(&net.host, |_| Ok(Network::plain(driver)))?;
        }
        net.registry.all().iter().for_each(|driver| net.registry.is_there(&driver.network().id));
        cx.step(Plan::new(StepKind::PrepareHost, name), |cx| {
            net.host.look_around(cx)?;
            net.host.loopback(cx)?;
            if lab.mode == Mode::Lab {
                net.make_uplink(cx)?;
            }
            default.set_up(cx, &net.host)
        })?;
        net.host.watch();
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

    /// Makes a further network. When it fails, all that was made is undone.
    pub fn add(&self, cx: &Cx, network: Network) -> Result<Arc<dyn Driver>> {
        self.add_beside(cx, |_| Ok(network), |_| Ok(()))
    }

    /// The same of one that is made with an eye on those that there are, and written down by `keep` before anybody finds it.
    pub fn add_beside(
        &self,
        cx: &Cx,
        make: impl FnOnce(&[Network]) -> Result<Network>,
        keep: impl FnOnce(&Network) -> Result<()>,
    ) -> Result<Arc<dyn Driver>> {
        let reached = self.uplink.lock().is_some().then(|| self.reached());
        let made = |others: &[Network]| {
            let network = make(others)?;
            reached.as_ref().map_or(Ok(()), |reached| beside_uplink(&network, others, reached))?;
            Ok(network)
        };
        let driver = self.registry.register(&self.host, made)?;
        if let Err(fault) = driver.set_up(cx, &self.host).and_then(|()| keep(driver.network())) {
            if let Err(fault) = driver.tear_down(cx, &self.host).into_result() {
                tracing::warn!(%fault, network = driver.network().name, "left to the journal");
            }
            self.registry.unregister(&driver.network().id);
            return Err(fault);
        }
        self.registry.is_there(&driver.network().id);
        Ok(driver)
    }

    /// Refuses to take a network away that stays, or that a container is on.
    pub fn removable(&self, network: &Network, called: Called<'_>) -> Result<()> {
        self.unused(network, &self.registry.comers(&network.id), called)
    }

    /// The same. `coming`: who is being put on it.
    fn unused(&self, network: &Network, coming: &[ContainerId], called: Called<'_>) -> Result<()> {
        let name = &network.name;
        if network.is_predefined() {
            return Err(Fault::new(FaultKind::Denied, Code::NetworkPredefined).with("name", name));
        }
        let mut users = self.host.users(&network.id);
        users.extend(coming.iter().filter(|id| !users.contains(id)).cloned().collect::<Vec<_>>());
        if users.is_empty() {
            return Ok(());
        }
        let users = users.iter().map(called).collect::<Vec<_>>().join(", ");
        let fault = Fault::new(FaultKind::Denied, Code::NetworkInUse).with("name", name).with("id", &network.id);
        Err(fault.with("containers", users))
    }

    /// Takes a network away that [`Net::add`] made, if no container is on it; `forget` strikes it off what is written down. When it fails
    /// it is there again, to be taken away once more.
    pub fn remove(
        &self,
        cx: &Cx,
        id: &NetworkId,
        called: Called<'_>,
        forget: impl FnOnce(&Network) -> Result<()>,
    ) -> Result<()> {
        let driver = self.find(id.as_str())?;
        let network = driver.network();
        self.registry.going(network, |coming| self.unused(network, coming, called))?;
        let gone = forget(network).and_then(|()| driver.tear_down(cx, &self.host).into_result());
        match gone {
            Ok(()) => self.registry.unregister(id),
            Err(_) => self.registry.is_there(id),
        }
        gone
    }

    /// The drivers of the networks that are whole.
    pub fn drivers(&self) -> Vec<Arc<dyn Driver>> {
        self.registry.there()
    }

    /// The driver of the network that a container is to be on.
    pub fn driver(&self, mode: &NetworkMode) -> Result<Arc<dyn Driver>> {
        match mode.network() {
            Some(name) => self.find(name),
            None => Err(Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", mode)),
        }
    }

    /// The driver of the network of that id, name, or beginning of an id.
    pub fn find(&self, name: &str) -> Result<Arc<dyn Driver>> {
        let drivers = self.drivers();
        let exact = |driver: &&Arc<dyn Driver>| driver.network().id.as_str() == name || driver.network().name == name;
        if let Some(found) = drivers.iter().find(exact) {
            return Ok(Arc::clone(found));
        }
        let begins = |driver: &&Arc<dyn Driver>| !name.is_empty() && driver.network().id.as_str().starts_with(name);
        let mut hits = drivers.iter().filter(begins);
        match (hits.next(), hits.next()) {
            (Some(found), None) => Ok(Arc::clone(found)),
            (Some(_), Some(_)) => Err(Fault::new(FaultKind::BadRequest, Code::AmbiguousId).with("id", name)),
            (None, _) => Err(Fault::new(FaultKind::NotFound, Code::NoSuchNetwork).with("network", name)),
        }
    }

    /// The subnets that the host reaches, and the real host: none of them is a network's unless somebody asks for it.
    pub fn reached(&self) -> Vec<Subnet> {
        let mut all: Vec<_> = self.host.observer.lock().reached().collect();
        all.extend(real_routes());
        all
    }

    /// All networks.
    pub fn networks(&self) -> Vec<Network> {
        self.drivers().iter().map(|driver| driver.network().clone()).collect()
    }

    /// The host's part.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// The network namespace of that inode: the host's, or a container's.
    pub fn netns(&self, inode: u64) -> Option<Netns> {
        let of_containers = self.host.sandboxes.lock().values().cloned().collect::<Vec<_>>();
        let of_containers = of_containers.iter().map(|sandbox| sandbox.lock().observer.netns().clone());
        std::iter::once(self.host.netns()).chain(of_containers).find(|netns| netns.inode() == inode)
    }

    /// To be held by whoever follows a packet; none while somebody does.
    pub fn follow(&self) -> Option<parking_lot::MutexGuard<'_, ()>> {
        self.following.try_lock()
    }

    /// Records what differs from what was last seen, in the host's namespace and in those of containers: what somebody did by hand.
    pub fn look_again(&self, conductor: &Conductor) {
        let record = |change: Change, evidence: Vec<Evidence>| conductor.notice(change, evidence);
        let said = |looked: Result<()>| {
            if let Err(fault) = looked {
                tracing::warn!(%fault, "a network namespace is not looked at");
            }
        };
        let whole = |observer: &mut observer::NamespaceObserver| {
            observer.table = None;
            observer.look(None, &record)
        };
        said(whole(&mut self.host.observer.lock()));
        said(self.host.look_at_forwarding(&conductor.world(), &record));
        let sandboxes = self.host.sandboxes.lock().values().cloned().collect::<Vec<_>>();
        sandboxes.iter().for_each(|sandbox| said(whole(&mut sandbox.lock().observer)));
    }

    /// Makes a container's network namespace, in which there is nothing but a `lo` that is down.
    pub fn make_netns(&self, cx: &Cx, container: &ContainerId) -> Result<Netns> {
        self.host.make_netns(cx, container)
    }

    /// Connects a container to a network; none when it gets no address there. After a failure [`Net::disconnect`] takes off what there
    /// is.
    pub fn connect(
        &self,
        cx: &Cx,
        driver: &dyn Driver,
        container: &ContainerId,
        netns: &Netns,
        wish: &Wish,
    ) -> Result<Option<EndpointSettings>> {
        let _coming = self.registry.coming(driver.network(), container)?;
        let plan = Plan::new(StepKind::WireNetwork, container.short());
        cx.step(plan, |cx| driver.connect(cx, &self.host, container, netns, wish))
    }

    /// A container that is on no network has its loopback.
    pub fn alone(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<()> {
        let sandbox = self.host.sandbox(cx, container, netns)?;
        sandbox::loopback(cx, &sandbox, container)
    }

    /// Takes a container off one network; the others stay, and its default route leads by one of them.
    pub fn take_off(&self, cx: &Cx, driver: &dyn Driver, container: &ContainerId) -> Result<()> {
        let plan = Plan::new(StepKind::UnwireNetwork, container.short());
        cx.step(plan, |cx| {
            driver.disconnect(cx, &self.host, container).into_result()?;
            self.host.sandbox_of(container).map_or(Ok(()), |sandbox| sandbox::way_out(cx, &sandbox, container))
        })
    }

    /// Takes a container off all networks. One that is on none is no error.
    ///
    /// Its processes should have ended before: the namespace is gone when nothing is in it any more.
    pub fn disconnect(&self, cx: &Cx, container: &ContainerId) -> Result<()> {
        let mut faults = Faults::default();
        faults.note(self.withdraw(cx, container));
        for driver in self.registry.all() {
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
        let drivers = self.registry.all();
        let bridge = drivers.iter().find_map(|driver| driver.network().segment.as_ref());
        let name = bridge.map(|segment| segment.bridge.clone()).unwrap_or_default();
        let torn_down = cx.step(Plan::new(StepKind::TearDown, name), |cx| {
            let mut faults = Faults::default();
            let uplink = self.uplink.lock().take();
            if let Some(uplink) = uplink {
                faults.note(uplink.stop(cx, &self.host));
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

/// What the real host reaches (`/proc/net/route`: hexadecimal, each number as this machine has it in memory).
fn real_routes() -> Vec<Subnet> {
    let table = std::fs::read_to_string("/proc/self/net/route").unwrap_or_default();
    let row = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let number = |text: Option<&str>| u32::from_str_radix(text?, 16).ok().map(u32::from_be);
        let (destination, mask) = (number(columns.next())?, number(columns.nth(5))?);
        let prefix = u8::try_from(mask.leading_ones()).ok().filter(|prefix| *prefix > 0)?;
        Some(Subnet::around(destination.into(), prefix))
    };
    table.lines().skip(1).filter_map(row).collect()
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
