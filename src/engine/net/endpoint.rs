//! A container's attachment to the network: its namespace, its veth pair, its address.

use super::observer::NamespaceObserver;
use super::request::mac_text;
use super::*;
use crate::engine::conductor::EntryId;
use crate::trace::{Change, Evidence, Link, LinkKey, LinkKind, Namespace, NamespaceKind};

/// A container's network namespace and what leads into it.
#[derive(Debug)]
pub(super) struct Endpoint {
    observer: NamespaceObserver,
    address: Option<Ipv4Addr>,
    veth: Option<Veth>,
}

#[derive(Debug, Clone)]
struct Veth {
    /// The host's end.
    name: String,
    entry: EntryId,
}

/// The keys of a container's links.
struct Keys {
    host_end: LinkKey,
    eth0: LinkKey,
    lo: LinkKey,
}

impl Keys {
    fn of(id: &ContainerId) -> Self {
        let key = |name: &str| LinkKey::from(format!("{}/{name}", id.short()).as_str());
        Self { host_end: key("veth"), eth0: key(ETH0), lo: key("lo") }
    }
}

const ETH0: &str = "eth0";

impl Net {
    /// Makes a container's network namespace, in which there is nothing but a `lo` that is down.
    pub fn make_netns(&self, cx: &Cx, container: &ContainerId) -> Result<Netns> {
        cx.step(netns_plan(container), |cx| {
            let netns = Netns::create()?;
            self.adopt(cx, container, &netns)?;
            Ok(netns)
        })
    }

    /// The container's endpoint; a namespace that was made elsewhere is recorded first.
    fn endpoint(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<Arc<Mutex<Endpoint>>> {
        let known = lock(&self.endpoints).get(container).cloned();
        if let Some(endpoint) = known.filter(|endpoint| lock(endpoint).observer.netns().inode() == netns.inode()) {
            return Ok(endpoint);
        }
        let mut made = None;
        cx.past_step(netns_plan(container), std::time::Duration::ZERO, crate::trace::Outcome::Done, |cx| {
            made = Some(self.adopt(cx, container, netns));
        });
        made.unwrap_or_else(|| Err(Fault::cancelled()))
    }

    fn adopt(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<Arc<Mutex<Endpoint>>> {
        let (inode, kind) = (netns.inode(), NamespaceKind::Net);
        let namespace = Namespace { inode, kind, container: Some(container.clone()) };
        cx.observe(Change::NamespaceSeen(namespace), netns.evidence());
        let mut observer = NamespaceObserver::open(netns, Some(container), true)?;
        observer.look("RTM_GETLINK", &|change, evidence| cx.observe(change, evidence))?;
        let endpoint = Arc::new(Mutex::new(Endpoint { observer, address: None, veth: None }));
        lock(&self.endpoints).insert(container.clone(), Arc::clone(&endpoint));
        Ok(endpoint)
    }

    /// Connects a container to the bridge. After a failure [`Net::disconnect`] takes off what there is.
    pub fn connect(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<EndpointSettings> {
        let keys = Keys::of(container);
        cx.step(Plan::new(StepKind::WireNetwork, container.short()), |cx| {
            let endpoint = self.endpoint(cx, container, netns)?;
            loopback(cx, &endpoint, &keys)?;
            let address = self.allocate(cx, container, &endpoint)?;
            let veth = self.create_veth(cx, container, &endpoint, address, &keys)?;
            self.join_bridge(cx, &veth, &keys)?;
            self.move_in(cx, container, &endpoint, &keys)?;
            configure(cx, &endpoint, &keys, address)?;
            let mac = lock(&endpoint).observer.link(&keys.eth0).map(|link| link.mac.clone());
            Ok(EndpointSettings {
                network: self.network.clone(),
                address,
                prefix: PREFIX,
                gateway: GATEWAY,
                mac: mac.unwrap_or_else(|| mac_text(&request::mac_of(address))),
                host_link: veth.name,
            })
        })
    }

    /// Gives a container of `--network none` its loopback.
    pub fn prepare_none(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<()> {
        cx.step(Plan::new(StepKind::WireNetwork, container.short()), |cx| {
            let endpoint = self.endpoint(cx, container, netns)?;
            loopback(cx, &endpoint, &Keys::of(container))
        })
    }

    fn allocate(&self, cx: &Cx, container: &ContainerId, endpoint: &Mutex<Endpoint>) -> Result<Ipv4Addr> {
        let subnet = lock(&self.pool).subnet();
        let plan =
            Plan::new(StepKind::AllocateAddress, &subnet).call(format!("reserve(lowest free address of {subnet})"));
        cx.step(plan, |cx| {
            let address =
                lock(&self.pool).reserve().ok_or_else(|| Fault::failed("addresses-used-up").with("subnet", &subnet))?;
            lock(endpoint).address = Some(address);
            let mut reply = vec![format!("{GATEWAY} {BRIDGE}")];
            for (id, other) in lock(&self.endpoints).iter() {
                // An endpoint that another thread connects is locked by it only for a moment.
                reply.extend(lock(other).address.map(|address| format!("{address} {}", id.short())));
            }
            let evidence = Evidence::Netlink { request: format!("addresses in use in {subnet}"), reply };
            let (network, address_text) = (self.network.clone(), address.to_string());
            cx.observe(
                Change::AddressReserved { network, container: container.clone(), address: address_text },
                vec![evidence],
            );
            Ok(address)
        })
    }

    /// Makes a pair of links. Both ends are on the host at first.
    fn create_veth(
        &self,
        cx: &Cx,
        container: &ContainerId,
        endpoint: &Mutex<Endpoint>,
        address: Ipv4Addr,
        keys: &Keys,
    ) -> Result<Veth> {
        let (name, peer) = (format!("veth{}", random::hex(7)?), format!("veth{}", random::hex(7)?));
        let request = request::make_veth(&name, &peer, request::mac_of(address));
        let by_hand = format!("ip link add {name} type veth peer name {peer}");
        stage(cx, StepKind::CreateVeth, by_hand, request, |cx, request| {
            let mut host = lock(&self.host);
            let inverse = NetInverse::DeleteLink { netns: host.netns().inode(), name: name.clone() };
            let veth = Veth { name: name.clone(), entry: cx.journal(container.as_str(), &inverse)? };
            lock(endpoint).veth = Some(veth.clone());
            host.expect(&name, keys.host_end.clone(), container);
            host.expect(&peer, keys.eth0.clone(), container);
            host.act(cx, request)
        })?;
        lock(endpoint).veth.clone().ok_or_else(|| missing(&name))
    }

    /// Joins the host's end to the bridge.
    fn join_bridge(&self, cx: &Cx, veth: &Veth, keys: &Keys) -> Result<()> {
        let (name, bridge) = (&veth.name, self.bridge_index()?);
        let index = self.host_link(&keys.host_end)?.ifindex;
        let join = request::join_bridge(name, index, BRIDGE, bridge);
        let by_hand = format!("ip link set {name} master {BRIDGE}");
        stage(cx, StepKind::JoinBridge, by_hand, join, |cx, it| lock(&self.host).act(cx, it))?;
        let by_hand = format!("ip link set {name} up");
        stage(cx, StepKind::HostEndUp, by_hand, request::link_up(name, index), |cx, it| lock(&self.host).act(cx, it))
    }

    fn host_link(&self, key: &LinkKey) -> Result<Link> {
        lock(&self.host).link(key).cloned().ok_or_else(|| missing(&key.0))
    }

    /// Moves the other end into the container's namespace and gives it the name that programs there expect.
    fn move_in(&self, cx: &Cx, container: &ContainerId, endpoint: &Mutex<Endpoint>, keys: &Keys) -> Result<()> {
        let peer = self.host_link(&keys.eth0)?;
        let name = peer.name.clone();
        let netns = lock(endpoint).observer.netns().clone();
        let request = request::move_link(&name, peer.ifindex, &netns);
        let by_hand = format!("ip link set {name} netns {}", netns.path());
        stage(cx, StepKind::MovePeer, by_hand, request, |cx, request| {
            let (mut host, mut endpoint) = (lock(&self.host), lock(endpoint));
            endpoint.observer.expect(&name, keys.eth0.clone(), container);
            host.send(&request)?;
            let record = |change: Change, evidence: Vec<Evidence>| cx.observe(change, evidence);
            endpoint.observer.look(&request.text, &record)?;
            host.forget(&keys.eth0);
            host.look(&request.text, &record)
        })?;
        let index = inner_link(endpoint, &keys.eth0)?;
        let by_hand = inside(&netns, &format!("ip link set {name} name {ETH0}"));
        stage(cx, StepKind::RenamePeer, by_hand, request::rename_link(&name, index, ETH0), |cx, it| {
            lock(endpoint).observer.act(cx, it)
        })
    }

    /// Takes a container off its network. One that is on none is no error.
    ///
    /// Its processes should have ended before: the namespace is gone when nothing is in it any more.
    pub fn disconnect(&self, cx: &Cx, container: &ContainerId) -> Result<()> {
        let Some(endpoint) = lock(&self.endpoints).get(container).cloned() else { return Ok(()) };
        let veth = lock(&endpoint).veth.clone();
        if let Some(veth) = veth {
            self.cut(cx, &endpoint, &veth)?;
        }
        let address = lock(&endpoint).address;
        if let Some(address) = address {
            self.release(cx, &endpoint, address)?;
        }
        lock(&self.endpoints).remove(container);
        leave(cx, &lock(&endpoint).observer);
        Ok(())
    }

    /// Deletes the veth pair: with one end the kernel deletes the other.
    fn cut(&self, cx: &Cx, endpoint: &Mutex<Endpoint>, veth: &Veth) -> Result<()> {
        let row = lock(&self.host).find(&veth.name)?;
        let look = |cx: &Cx, cause: &str| {
            let (mut host, mut endpoint) = (lock(&self.host), lock(endpoint));
            let record = |change: Change, evidence: Vec<Evidence>| cx.observe(change, evidence);
            endpoint.observer.look(cause, &record)?;
            host.look(cause, &record)
        };
        match row {
            Some(row) => {
                let request = request::delete_link(&veth.name, row.index);
                let by_hand = format!("ip link delete {}", veth.name);
                stage(cx, StepKind::DeleteLink, by_hand, request, |cx, request| {
                    {
                        let (host, endpoint) = (lock(&self.host), lock(endpoint));
                        let ends = endpoint.observer.links().filter(|link| link.kind == LinkKind::Veth);
                        let inside: Vec<String> = ends.map(|link| link.name.clone()).collect();
                        host.delete(&request, || {
                            let there = |name: &String| endpoint.observer.find(name).map(|found| found.is_some());
                            Ok(host.find(&veth.name)?.is_none()
                                && !inside.iter().map(there).collect::<Result<Vec<_>>>()?.contains(&true))
                        })?;
                    }
                    look(cx, &request.text)
                })?;
            }
            // Never made, or deleted by somebody else.
            None => look(cx, "RTM_GETLINK")?,
        }
        lock(endpoint).veth = None;
        cx.undone(veth.entry)
    }

    fn release(&self, cx: &Cx, endpoint: &Mutex<Endpoint>, address: Ipv4Addr) -> Result<()> {
        let (given, subnet) = (address, lock(&self.pool).subnet());
        let plan = Plan::new(StepKind::ReleaseAddress, address).call(format!("release({address})"));
        cx.step(plan, |cx| {
            lock(endpoint).address = None;
            let leases = lock(&self.endpoints).values().filter_map(|other| lock(other).address).collect::<Vec<_>>();
            let reply = std::iter::once(GATEWAY).chain(leases).map(|address| address.to_string()).collect();
            let evidence = Evidence::Netlink { request: format!("addresses in use in {subnet}"), reply };
            let (network, address) = (self.network.clone(), address.to_string());
            if cx.world().leases.contains_key(&(network.clone(), address.clone())) {
                cx.observe(Change::AddressReleased { network, address }, vec![evidence]);
            }
            // Not before it is recorded: another start takes it at once.
            lock(&self.pool).release(given);
            Ok(())
        })
    }
}

fn netns_plan(container: &ContainerId) -> Plan {
    Plan::new(StepKind::MakeNetns, container.short()).call("unshare(CLONE_NEWNET)").by_hand("unshare --net bash")
}

/// A command for a person to type, in that namespace.
fn inside(netns: &Netns, command: &str) -> String {
    format!("nsenter --net={} {command}", netns.path())
}

fn missing(name: &str) -> Fault {
    Fault::failed("link-gone").with("name", name)
}

/// The index of a link in the container.
fn inner_link(endpoint: &Mutex<Endpoint>, key: &LinkKey) -> Result<u32> {
    lock(endpoint).observer.link(key).map(|link| link.ifindex).ok_or_else(|| missing(&key.0))
}

fn loopback(cx: &Cx, endpoint: &Mutex<Endpoint>, keys: &Keys) -> Result<()> {
    let index = inner_link(endpoint, &keys.lo)?;
    let by_hand = inside(lock(endpoint).observer.netns(), "ip link set lo up");
    stage(cx, StepKind::LoopbackUp, by_hand, request::link_up("lo", index), |cx, it| {
        lock(endpoint).observer.act(cx, it)
    })
}

/// Address, up, default route.
fn configure(cx: &Cx, endpoint: &Mutex<Endpoint>, keys: &Keys, address: Ipv4Addr) -> Result<()> {
    let index = inner_link(endpoint, &keys.eth0)?;
    let netns = lock(endpoint).observer.netns().clone();
    let act = |cx: &Cx, it: Request| lock(endpoint).observer.act(cx, it);
    let by_hand = inside(&netns, &format!("ip addr add {address}/{PREFIX} brd + dev {ETH0}"));
    stage(cx, StepKind::AddAddress, by_hand, request::add_address(ETH0, index, address, PREFIX), act)?;
    let by_hand = inside(&netns, &format!("ip link set {ETH0} up"));
    stage(cx, StepKind::LinkUp, by_hand, request::link_up(ETH0, index), act)?;
    let by_hand = inside(&netns, &format!("ip route add default via {GATEWAY}"));
    stage(cx, StepKind::AddRoute, by_hand, request::default_route(ETH0, index, GATEWAY), act)
}

/// Records that a container's network namespace is gone with what was in it, when no process is in it any more.
fn leave(cx: &Cx, observer: &NamespaceObserver) {
    let (inode, path) = (observer.netns().inode(), observer.netns().path());
    let (holders, looked_at) = processes_in(inode);
    let world = cx.world();
    let used = world.processes.values().any(|process| process.process.namespaces.values().any(|n| *n == inode));
    if used || !holders.is_empty() {
        return;
    }
    let evidence = || {
        let looked = format!("none of {looked_at} processes is in net:[{inode}]");
        vec![Evidence::syscall("readlink(\"/proc/*/ns/net\")", looked), Evidence::syscall(format!("close({path})"), 0)]
    };
    for route in world.routes.iter().filter(|route| route.netns == inode) {
        cx.observe(Change::RouteGone(route.clone()), evidence());
    }
    for link in observer.links().filter(|link| world.links.contains_key(&link.key)) {
        cx.observe(Change::LinkGone { key: link.key.clone() }, evidence());
    }
    if world.namespaces.contains_key(&inode) {
        cx.observe(Change::NamespaceGone { inode }, evidence());
    }
}

/// The processes in a network namespace, and how many were looked at. Those of other users cannot be in it.
fn processes_in(inode: u64) -> (Vec<u32>, usize) {
    use std::os::unix::fs::MetadataExt;
    let pids: Vec<u32> = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    let inside = |pid: &u32| std::fs::metadata(format!("/proc/{pid}/ns/net")).is_ok_and(|ns| ns.ino() == inode);
    (pids.iter().copied().filter(inside).collect(), pids.len())
}
