//! The bridge driver: a switch on the host with a veth pair to each container, and the rules that let packets through.

use super::driver::Driver;
use super::faults::Faults;
use super::host::Host;
use super::pool::Pool;
use super::settle::Settling;
use super::six::Pool6;
use super::sysctl::{OF_ROUTERS, hear_no_router, setting6};
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::evidence;
use crate::trace::{Book, Change, Code};

/// A network that is a bridge.
#[derive(Debug)]
pub(super) struct Bridge {
    pub(super) network: Network,
    pub(super) segment: Segment,
    pub(super) pool: Mutex<Pool>,
    pub(super) pool6: Option<Mutex<Pool6>>,
    /// What is journaled for the link.
    entry: Mutex<Option<EntryId>>,
}

impl Bridge {
    pub(super) fn new(network: Network) -> Result<Self> {
        network.check_segment(&[])?;
        let segment = network.segment.clone().ok_or_else(|| Fault::failed(Code::NetworkSubnetInvalid))?;
        let pool = Mutex::new(Pool::new(&segment));
        let pool6 = segment.six.as_ref().map(|six| Mutex::new(Pool6::new(six)));
        Ok(Self { network, segment, pool, pool6, entry: Mutex::default() })
    }

    /// The bridge's index, as it was last seen.
    pub(super) fn index(&self, host: &Host) -> Result<u32> {
        let bridge = self.segment.bridge.as_str();
        let gone = || Fault::failed(Code::Docker0Gone).with("name", bridge);
        host.observer.lock().link(&bridge.into()).map(|link| link.ifindex).ok_or_else(gone)
    }

    fn make(&self, cx: &Cx, host: &Host) -> Result<()> {
        let Segment { bridge, subnet, gateway, .. } = &self.segment;
        let (netns, name) = (host.netns().inode(), bridge.clone());
        let mac = request::mac_text(&request::mac_of(*gateway));
        let inverse = NetInverse::DeleteBridge { netns, name, mac };
        *self.entry.lock() = Some(cx.journal(SCOPE, &inverse)?);
        let mac = request::mac_of(*gateway);
        let request = request::make_bridge(bridge, mac);
        let by_hand = format!("ip link add {bridge} address {} type bridge", request::mac_text(&mac));
        stage(cx, StepKind::MakeBridge, by_hand, request, |cx, request| {
            host.observer.lock().expect(bridge, bridge.as_str().into(), None);
            host.act(cx, request)?;
            let facts = [format!("{bridge}: subnet {subnet}, gateway {gateway}")];
            let dump = host.observer.lock().dump()?;
            cx.observe(Change::NetworkSeen(self.network.seen()), vec![dump, evidence::own(Book::Addresses, facts)]);
            Ok(())
        })
    }

    fn give_address(&self, cx: &Cx, host: &Host) -> Result<()> {
        let (Segment { bridge, subnet, gateway, .. }, index) = (&self.segment, self.index(host)?);
        let address = request::add_address(bridge, index, *gateway, subnet.prefix());
        let up = request::link_up(bridge, index);
        let prefix = subnet.prefix();
        let writes = OF_ROUTERS.map(|name| format!("write({:?}, \"0\")", setting6(bridge, name))).join("; ");
        let typed = OF_ROUTERS.map(|name| format!("sysctl -w net/ipv6/conf/{bridge}/{name}=0")).join(" && ");
        let plan = Plan::new(StepKind::AddressBridge, bridge)
            .call(format!("{}; {writes}; {}", address.text, up.text))
            .by_hand(format!(
                "ip addr add {gateway}/{prefix} brd + dev {bridge} && {typed} && ip link set {bridge} up"
            ));
        cx.step(plan, |cx| {
            message(cx, address, |cx, it| host.act(cx, it))?;
            // Before anything that is at a port can announce itself (CVE-2020-13401).
            match hear_no_router(&host.netns(), bridge) {
                // Where /proc/sys is read-only, nobody but the lab's own host could be led astray.
                Err(fault) if host.observer.lock().lab => tracing::debug!(%fault, bridge, "routers are heard"),
                heard => heard?,
            }
            message(cx, up, |cx, it| {
                let _acting = host.monitor.acting();
                host.act(cx, it)?;
                // Up, and without a port: the kernel says so a moment later.
                Settling::new(host, None, vec![bridge.as_str().into()]).go_down(cx)
            })
        })
    }

    fn delete(&self, cx: &Cx, host: &Host) -> Result<()> {
        let Segment { bridge, gateway, .. } = &self.segment;
        let mac = request::mac_text(&request::mac_of(*gateway));
        let row = host.observer.lock().find_bridge(bridge, &mac)?;
        if let Some(row) = row.filter(|_| self.entry.lock().is_some()) {
            let (name, request) = (&row.name, request::delete_link(&row.name, row.index));
            stage(cx, StepKind::DeleteLink, format!("ip link delete {name}"), request, |cx, it| host.act(cx, it))?;
        }
        host.look_around(cx)?;
        let entry = self.entry.lock().take();
        entry.map_or(Ok(()), |entry| cx.undone(entry))
    }
}

impl Driver for Bridge {
    fn network(&self) -> &Network {
        &self.network
    }

    fn validate(&self, host: &Host, others: &[Network]) -> Result<()> {
        self.network.check(others)?;
        self.network.check_segment(others)?;
        let bridge = &self.segment.bridge;
        let foreign = || Fault::new(FaultKind::Conflict, Code::Docker0Foreign).with("name", bridge);
        host.observer.lock().find(bridge)?.map_or(Ok(()), |_| Err(foreign()))
    }

    fn set_up(&self, cx: &Cx, host: &Host) -> Result<()> {
        self.make(cx, host)?;
        self.give_address(cx, host)?;
        host.forwarding(cx)?;
        self.give_address6(cx, host, self.index(host)?)?;
        filter::add(cx, &host.netns(), &host.rules, &self.network, &self.segment)
    }

    fn connect(
        &self,
        cx: &Cx,
        host: &Host,
        container: &ContainerId,
        netns: &Netns,
        wish: &Wish,
    ) -> Result<Option<EndpointSettings>> {
        let sandbox = host.sandbox(cx, container, netns)?;
        sandbox::loopback(cx, &sandbox, container)?;
        self.attach(cx, host, container, &sandbox, wish).map(Some)
    }

    fn disconnect(&self, cx: &Cx, host: &Host, container: &ContainerId) -> Faults {
        let sandbox = host.sandbox_of(container);
        sandbox.map_or_else(Faults::default, |sandbox| self.detach(cx, host, container, &sandbox))
    }

    fn tear_down(&self, cx: &Cx, host: &Host) -> Faults {
        let mut faults = Faults::default();
        faults.note(self.delete(cx, host));
        faults.note(filter::remove(cx, &host.netns(), &host.rules, &self.network.id));
        if faults.is_empty() && cx.world().networks.contains_key(&self.network.id) {
            let dump = host.observer.lock().dump();
            let gone = Change::NetworkGone { id: self.network.id.clone() };
            faults.note(dump.map(|dump| cx.observe(gone, vec![dump])));
        }
        faults
    }
}
