//! A container's endpoint on a bridge: its address and its veth pair.

use super::bridge::Bridge;
use super::faults::Faults;
use super::host::Host;
use super::request::mac_text;
use super::sandbox::{Endpoint, Keys, Sandbox, Veth, Way, inner_link, inside, missing};
use super::settle::Settling;
use super::*;
use crate::engine::evidence;
use crate::trace::{Book, Change, Code, Evidence, Link, LinkKey};

impl Bridge {
    /// Address, veth pair, the bridge's port, the link inside.
    pub(super) fn attach(
        &self,
        cx: &Cx,
        host: &Host,
        container: &ContainerId,
        sandbox: &Arc<Mutex<Sandbox>>,
        wish: &Wish,
    ) -> Result<EndpointSettings> {
        let segment = &self.segment;
        let connected = || {
            let fault = Fault::new(FaultKind::Conflict, Code::NetworkConnected).with("name", &self.network.name);
            fault.with("container", container.short())
        };
        let keys = sandbox.lock().place(&self.network.id, container).ok_or_else(connected)?;
        let address = self.allocate(cx, host, container, sandbox, wish.address)?;
        let mac = wish.mac.unwrap_or_else(|| request::mac_of(address));
        let veth = self.create_veth(cx, host, container, sandbox, mac, &keys)?;
        self.join(cx, host, &veth, &keys)?;
        self.configure(cx, host, sandbox, &keys, address)?;
        let six = self.attach6(cx, container, sandbox, &keys, wish.address6)?;
        let (internal, network, gateway) = (segment.internal, self.network.name.clone(), segment.gateway);
        let gateway6 = six.map(|six| six.gateway);
        let way = Way { internal, four_alone: gateway6.is_none(), network, gateway, gateway6 };
        self.note(sandbox, |endpoint| endpoint.way = Some(way));
        sandbox::way_out(cx, sandbox, container)?;
        let seen = sandbox.lock().observer.link(&keys.inner).map(|link| link.mac.clone());
        Ok(EndpointSettings {
            id: random::hex(64)?,
            network: self.network.id.clone(),
            name: self.network.name.clone(),
            address,
            prefix: segment.subnet.prefix(),
            gateway: segment.gateway,
            six,
            mac: seen.unwrap_or_else(|| mac_text(&mac)),
            host_link: veth.name,
        })
    }

    /// What of the endpoint there is, is taken away.
    pub(super) fn detach(&self, cx: &Cx, host: &Host, container: &ContainerId, sandbox: &Mutex<Sandbox>) -> Faults {
        let mut faults = Faults::default();
        let Some(endpoint) = sandbox.lock().endpoints.get(&self.network.id).cloned() else { return faults };
        self.note(sandbox, |endpoint| endpoint.way = None);
        if let Some(veth) = &endpoint.veth {
            faults.note(self.cut(cx, host, container, sandbox, veth));
        }
        if let Some(address) = endpoint.address {
            faults.note(self.release(cx, host, sandbox, address));
        }
        if let Some(address) = endpoint.address6 {
            faults.note(self.release6(cx, sandbox, address));
        }
        if faults.is_empty() {
            sandbox.lock().endpoints.remove(&self.network.id);
        }
        faults
    }

    /// Changes what is known of the endpoint.
    pub(super) fn note(&self, sandbox: &Mutex<Sandbox>, change: impl FnOnce(&mut Endpoint)) {
        if let Some(endpoint) = sandbox.lock().endpoints.get_mut(&self.network.id) {
            change(endpoint);
        }
    }

    fn allocate(
        &self,
        cx: &Cx,
        host: &Host,
        container: &ContainerId,
        sandbox: &Mutex<Sandbox>,
        wish: Option<Ipv4Addr>,
    ) -> Result<Ipv4Addr> {
        let Segment { bridge, subnet, gateway, .. } = &self.segment;
        let range = self.segment.range.unwrap_or(*subnet);
        let call = wish.map_or_else(
            || format!("reserve(lowest free address of {range})"),
            |address| format!("reserve({address})"),
        );
        cx.step(Plan::new(StepKind::AllocateAddress, subnet).call(call), |cx| {
            let address = match wish {
                None => {
                    let none = || {
                        let fault = Fault::failed(Code::AddressesUsedUp).with("subnet", range).with("version", "IPv4");
                        fault.with("network", &self.network.name).with("id", &self.network.id)
                    };
                    self.pool.lock().reserve().ok_or_else(none)?
                }
                Some(address) if !subnet.has(address) => {
                    let fault = Fault::failed(Code::AddressOutside).with("address", address);
                    return Err(fault.with("network", &self.network.name).with("subnet", subnet));
                }
                Some(address) if self.pool.lock().take(address) => address,
                Some(address) => {
                    let fault = Fault::new(FaultKind::Denied, Code::NetworkAddressTaken).with("address", address);
                    return Err(fault.with("network", &self.network.name).with("flag", "--ip"));
                }
            };
            self.note(sandbox, |endpoint| endpoint.address = Some(address));
            let mut given = vec![format!("{gateway} {bridge}")];
            let others = host.addresses(&self.network.id).into_iter();
            given.extend(others.map(|(address, id)| format!("{address} {}", id.short())));
            let (network, address_text) = (self.network.id.clone(), address.to_string());
            cx.observe(
                Change::AddressReserved { network, container: container.clone(), address: address_text },
                vec![evidence::own(Book::Addresses, given)],
            );
            Ok(address)
        })
    }

    /// Makes a pair of links: one end on the host, the other where it belongs, as Docker does since 28. One that is moved there later is
    /// waited for by the kernel (`dev_change_net_namespace`, tens of milliseconds).
    fn create_veth(
        &self,
        cx: &Cx,
        host: &Host,
        container: &ContainerId,
        sandbox: &Mutex<Sandbox>,
        mac: request::Mac,
        keys: &Keys,
    ) -> Result<Veth> {
        let (name, peer) = (format!("veth{}", random::hex(7)?), &keys.name);
        let netns = sandbox.lock().observer.netns().clone();
        let request = request::make_veth(&name, peer, mac, &netns, self.segment.mtu);
        let bytes = self.segment.mtu.map_or_else(String::new, |mtu| format!(" mtu {mtu}"));
        let (mac_of_peer, path) = (mac_text(&mac), netns.path());
        let by_hand =
            format!("ip link add {name}{bytes} type veth peer name {peer}{bytes} address {mac_of_peer} netns {path}");
        stage(cx, StepKind::CreateVeth, by_hand, request, |cx, request| {
            let inverse = NetInverse::DeleteLink { netns: host.netns().inode(), name: name.clone() };
            let veth = Veth { name: name.clone(), entry: cx.journal(container.as_str(), &inverse)? };
            self.note(sandbox, |endpoint| endpoint.veth = Some(veth.clone()));
            let (mut host, mut sandbox) = (host.observer.lock(), sandbox.lock());
            host.expect(&name, keys.host_end.clone(), Some(container));
            sandbox.observer.expect(peer, keys.inner.clone(), Some(container));
            let sent = host.send(&request).inspect_err(|_| {
                // Somebody in the container may have that name: theirs is not the engine's.
                host.expect_no_more(&name);
                sandbox.observer.expect_no_more(peer);
            })?;
            let record = |change: Change, evidence: Vec<Evidence>| cx.observe(change, evidence);
            host.look(Some(&sent), &record)?;
            sandbox.observer.look(Some(&sent), &record)?;
            Ok(veth)
        })
    }

    /// Joins the host's end to the bridge.
    fn join(&self, cx: &Cx, host: &Host, veth: &Veth, keys: &Keys) -> Result<()> {
        let (name, bridge) = (&veth.name, &self.segment.bridge);
        let index = host_link(host, &keys.host_end)?.ifindex;
        let join = request::join_bridge(name, index, bridge, self.index(host)?);
        let by_hand = format!("ip link set {name} master {bridge}");
        stage(cx, StepKind::JoinBridge, by_hand, join, |cx, it| host.act(cx, it))?;
        let by_hand = format!("ip link set {name} up");
        stage(cx, StepKind::HostEndUp, by_hand, request::link_up(name, index), |cx, it| host.act(cx, it))
    }

    /// Address, up.
    fn configure(
        &self,
        cx: &Cx,
        host: &Host,
        sandbox: &Arc<Mutex<Sandbox>>,
        keys: &Keys,
        address: Ipv4Addr,
    ) -> Result<()> {
        let (name, prefix) = (&keys.name, self.segment.subnet.prefix());
        let index = inner_link(sandbox, &keys.inner)?;
        let netns = sandbox.lock().observer.netns().clone();
        let act = |cx: &Cx, it: Request| sandbox.lock().observer.act(cx, it);
        let by_hand = inside(&netns, &format!("ip addr add {address}/{prefix} brd + dev {name}"));
        stage(cx, StepKind::AddAddress, by_hand, request::add_address(name, index, address, prefix), act)?;
        let by_hand = inside(&netns, &format!("ip link set {name} up"));
        stage(cx, StepKind::LinkUp, by_hand, request::link_up(name, index), |cx, it| {
            let _acting = host.monitor.acting();
            act(cx, it)?;
            // Both ends are up now: the one on the host has a carrier, and so has the bridge.
            let links = vec![keys.host_end.clone(), keys.inner.clone(), self.segment.bridge.as_str().into()];
            Settling::new(host, Some(sandbox), links).come_up(cx)
        })
    }

    /// Deletes the veth pair: with one end the kernel deletes the other.
    fn cut(&self, cx: &Cx, host: &Host, container: &ContainerId, sandbox: &Mutex<Sandbox>, veth: &Veth) -> Result<()> {
        let row = host.observer.lock().find(&veth.name)?;
        let look = |cx: &Cx, cause: Option<&Evidence>| {
            let (mut host, mut sandbox) = (host.observer.lock(), sandbox.lock());
            let record = |change: Change, evidence: Vec<Evidence>| cx.observe(change, evidence);
            sandbox.observer.look(cause, &record)?;
            host.look(cause, &record)
        };
        match row {
            Some(row) => {
                let request = request::delete_link(&veth.name, row.index);
                let by_hand = format!("ip link delete {}", veth.name);
                stage(cx, StepKind::DeleteLink, by_hand, request, |cx, request| {
                    let _acting = host.monitor.acting();
                    let deleted = {
                        let (host, sandbox) = (host.observer.lock(), sandbox.lock());
                        let keys = sandbox.keys(&self.network.id, container);
                        let inner = keys.and_then(|keys| sandbox.observer.link(&keys.inner));
                        let inner = inner.map(|link| link.name.clone());
                        host.delete(&request, || {
                            let there = |name: &String| sandbox.observer.find(name).map(|found| found.is_some());
                            Ok(host.find(&veth.name)?.is_none() && !inner.as_ref().map_or(Ok(false), there)?)
                        })?
                    };
                    look(cx, Some(&deleted))?;
                    Settling::new(host, None, vec![self.segment.bridge.as_str().into()]).go_down(cx)
                })?;
            }
            // Never made, or deleted by somebody else.
            None => look(cx, None)?,
        }
        self.note(sandbox, |endpoint| endpoint.veth = None);
        cx.undone(veth.entry)
    }

    fn release(&self, cx: &Cx, host: &Host, sandbox: &Mutex<Sandbox>, given: Ipv4Addr) -> Result<()> {
        let plan = Plan::new(StepKind::ReleaseAddress, given).call(format!("release({given})"));
        cx.step(plan, |cx| {
            self.note(sandbox, |endpoint| endpoint.address = None);
            let leases = host.addresses(&self.network.id).into_iter().map(|(address, _)| address);
            let left = evidence::own(Book::Addresses, std::iter::once(self.segment.gateway).chain(leases));
            let (network, address) = (self.network.id.clone(), given.to_string());
            if cx.world().leases.contains_key(&(network.clone(), address.clone())) {
                cx.observe(Change::AddressReleased { network, address }, vec![left]);
            }
            // Not before it is recorded: another start takes it at once.
            self.pool.lock().release(given);
            Ok(())
        })
    }
}

fn host_link(host: &Host, key: &LinkKey) -> Result<Link> {
    host.observer.lock().link(key).cloned().ok_or_else(|| missing(&key.0))
}
