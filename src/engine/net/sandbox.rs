//! A container's network namespace, and its endpoints: what leads into it from each network that it is on.

use super::observer::NamespaceObserver;
use super::*;
use crate::engine::conductor::EntryId;
use crate::trace::{Code, LinkKey, LinkKind};

/// A container's network namespace.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub(super) observer: NamespaceObserver,
    pub(super) endpoints: BTreeMap<NetworkId, Endpoint>,
    /// How many endpoints there have been: as in Docker's, a link's name is not given twice.
    pub(super) made: usize,
    /// By which of them the default route was last led.
    pub(super) led: Option<Way>,
}

/// A container's place on one network, as far as it has been made.
#[derive(Debug, Clone, Default)]
pub(super) struct Endpoint {
    /// Its link inside is `eth<nth>`.
    nth: usize,
    /// Of its network: internal or not, what it is called, and where it leads out.
    pub(super) way: Option<Way>,
    pub(super) address: Option<Ipv4Addr>,
    pub(super) address6: Option<Ipv6Addr>,
    pub(super) veth: Option<Veth>,
}

/// A way out of a container's network. The default route goes the first of them: none of an internal network before one that is not,
/// one with IPv6 before one without, then by name, as in Docker's (libnetwork `sandbox.go`, `Less`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Way {
    pub(super) internal: bool,
    /// There is no IPv6 on it.
    pub(super) four_alone: bool,
    pub(super) network: String,
    pub(super) gateway: Ipv4Addr,
    pub(super) gateway6: Option<Ipv6Addr>,
}

/// A veth pair, by the name of the host's end.
#[derive(Debug, Clone)]
pub(super) struct Veth {
    pub(super) name: String,
    pub(super) entry: EntryId,
}

/// The keys of an endpoint's links, and what the one inside is called there.
pub(super) struct Keys {
    pub(super) host_end: LinkKey,
    pub(super) inner: LinkKey,
    pub(super) name: String,
}

impl Keys {
    /// Of the endpoint that the container has or will have as `eth<nth>`.
    fn of(id: &ContainerId, nth: usize) -> Self {
        let name = format!("eth{nth}");
        let host_end = if nth == 0 { "veth".to_owned() } else { format!("veth{nth}") };
        Self { host_end: key(id, &host_end), inner: key(id, &name), name }
    }
}

fn key(id: &ContainerId, name: &str) -> LinkKey {
    LinkKey::from(format!("{}/{name}", id.short()).as_str())
}

impl Sandbox {
    /// A place for an endpoint on a network; none when there is one already.
    pub(super) fn place(&mut self, network: &NetworkId, container: &ContainerId) -> Option<Keys> {
        if self.endpoints.contains_key(network) {
            return None;
        }
        let nth = self.made;
        self.made += 1;
        self.endpoints.insert(network.clone(), Endpoint { nth, ..Endpoint::default() });
        Some(Keys::of(container, nth))
    }

    /// The keys of the endpoint on a network.
    pub(super) fn keys(&self, network: &NetworkId, container: &ContainerId) -> Option<Keys> {
        self.endpoints.get(network).map(|endpoint| Keys::of(container, endpoint.nth))
    }
}

/// The default route leads by the first way that there is, once the endpoint is one.
///
/// Only when that is another than before, as with Docker (libnetwork `sandbox.go`, `populateNetworkResources`): what somebody did to the
/// route or its link by hand stays.
pub(super) fn way_out(cx: &Cx, sandbox: &Mutex<Sandbox>, container: &ContainerId) -> Result<()> {
    let (wanted, led, now, netns) = {
        let mut sandbox = sandbox.lock();
        sandbox.observer.look(None, &|change, evidence| cx.observe(change, evidence))?;
        let ways = sandbox.endpoints.values().filter_map(|endpoint| Some((endpoint.way.clone()?, endpoint.nth)));
        let now = sandbox.observer.way_out().and_then(|route| route.via.clone());
        (ways.min(), sandbox.led.clone(), now, sandbox.observer.netns().clone())
    };
    let way = wanted.as_ref().map(|(way, _)| way.clone());
    if way != led
        && let Some((way, nth)) = &wanted
    {
        let keys = Keys::of(container, *nth);
        let link = inner_link(sandbox, &keys.inner)?;
        // By a link that somebody switched off leads no route.
        if sandbox.lock().observer.link(&keys.inner).is_some_and(|link| link.up) {
            lead(cx, sandbox, &netns, now, way.gateway, (&keys.name, link))?;
            way_out6(cx, sandbox, container, way, *nth)?;
        }
    }
    sandbox.lock().led = way;
    Ok(())
}

/// The default route of IPv4, by that link.
fn lead(
    cx: &Cx,
    sandbox: &Mutex<Sandbox>,
    netns: &Netns,
    now: Option<String>,
    gateway: Ipv4Addr,
    (name, index): (&str, u32),
) -> Result<()> {
    if now.as_ref() == Some(&gateway.to_string()) {
        return Ok(());
    }
    let verb = if now.is_some() { "replace" } else { "add" };
    let by_hand = inside(netns, &format!("ip route {verb} default via {gateway}"));
    let request = request::default_route(name, index, gateway, now.is_some());
    stage(cx, StepKind::AddRoute, by_hand, request, |cx, it| sandbox.lock().observer.act(cx, it))
}

/// The default route of IPv6 leads where that of IPv4 does, if there is IPv6.
fn way_out6(cx: &Cx, sandbox: &Mutex<Sandbox>, container: &ContainerId, way: &Way, nth: usize) -> Result<()> {
    let (now, netns) = {
        let sandbox = sandbox.lock();
        (sandbox.observer.way_out6().and_then(|route| route.via.clone()), sandbox.observer.netns().clone())
    };
    let wanted = way.gateway6.map(|gateway| gateway.to_string());
    if now == wanted {
        return Ok(());
    }
    let act = |cx: &Cx, it: Request| sandbox.lock().observer.act(cx, it);
    let keys = Keys::of(container, nth);
    let index = inner_link(sandbox, &keys.inner)?;
    // There may be one beside another: of IPv6 nothing is replaced by what leads elsewhere.
    if let Some(via) = now.and_then(|via| via.parse().ok()) {
        let by_hand = inside(&netns, &format!("ip -6 route del default via {via}"));
        stage(cx, StepKind::AddRoute, by_hand, request::no_default_route6(via), act)?;
    }
    let Some(gateway) = way.gateway6 else { return Ok(()) };
    let by_hand = inside(&netns, &format!("ip -6 route add default via {gateway}"));
    stage(cx, StepKind::AddRoute, by_hand, request::default_route6(&keys.name, index, gateway), act)
}

/// A command for a person to type, in that namespace.
pub(super) fn inside(netns: &Netns, command: &str) -> String {
    format!("nsenter --net={} {command}", netns.path())
}

pub(super) fn missing(name: &str) -> Fault {
    Fault::failed(Code::LinkGone).with("name", name)
}

/// The index of a link in the container.
pub(super) fn inner_link(sandbox: &Mutex<Sandbox>, key: &LinkKey) -> Result<u32> {
    sandbox.lock().observer.link(key).map(|link| link.ifindex).ok_or_else(|| missing(&key.0))
}

/// Its `lo` up, if it is not yet.
pub(super) fn loopback(cx: &Cx, sandbox: &Mutex<Sandbox>, container: &ContainerId) -> Result<()> {
    // Of whatever key: a namespace that the container has left may have one, too.
    let lo = sandbox.lock().observer.links().find(|link| link.kind == LinkKind::Loopback).cloned();
    let lo = lo.ok_or_else(|| missing(&key(container, "lo").0))?;
    let index = lo.ifindex;
    if lo.up {
        return Ok(());
    }
    let by_hand = inside(sandbox.lock().observer.netns(), "ip link set lo up");
    stage(cx, StepKind::LoopbackUp, by_hand, request::link_up("lo", index), |cx, it| {
        sandbox.lock().observer.act(cx, it)
    })
}
