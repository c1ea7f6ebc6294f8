//! A container's network namespace, and its endpoints: what leads into it from each network that it is on.

use super::observer::NamespaceObserver;
use super::*;
use crate::engine::conductor::EntryId;
use crate::trace::{Code, LinkKey};

/// A container's network namespace.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub(super) observer: NamespaceObserver,
    pub(super) endpoints: BTreeMap<NetworkId, Endpoint>,
    /// The hardware address that was asked for.
    pub(super) mac: Option<request::Mac>,
}

/// A container's place on one network, as far as it has been made.
#[derive(Debug, Clone, Default)]
pub(super) struct Endpoint {
    /// Its link inside is `eth<nth>`.
    nth: usize,
    pub(super) address: Option<Ipv4Addr>,
    pub(super) veth: Option<Veth>,
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
        let taken = |nth: &usize| self.endpoints.values().any(|endpoint| endpoint.nth == *nth);
        let nth = (0..=self.endpoints.len()).find(|nth| !taken(nth)).unwrap_or_default();
        self.endpoints.insert(network.clone(), Endpoint { nth, ..Endpoint::default() });
        Some(Keys::of(container, nth))
    }

    /// The keys of the endpoint on a network.
    pub(super) fn keys(&self, network: &NetworkId, container: &ContainerId) -> Option<Keys> {
        self.endpoints.get(network).map(|endpoint| Keys::of(container, endpoint.nth))
    }
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
    let lo = key(container, "lo");
    let index = inner_link(sandbox, &lo)?;
    if sandbox.lock().observer.link(&lo).is_some_and(|link| link.up) {
        return Ok(());
    }
    let by_hand = inside(sandbox.lock().observer.netns(), "ip link set lo up");
    stage(cx, StepKind::LoopbackUp, by_hand, request::link_up("lo", index), |cx, it| {
        sandbox.lock().observer.act(cx, it)
    })
}
