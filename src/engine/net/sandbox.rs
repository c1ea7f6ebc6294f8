//! A container's network namespace, and its endpoints: what leads into it from each network that it is on.

use super::host::Host;
use super::observer::NamespaceObserver;
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::evidence;
use crate::trace::{Book, Change, LinkKey, Namespace, NamespaceKind};

/// A container's network namespace.
#[derive(Debug)]
pub(super) struct Sandbox {
    pub(super) observer: NamespaceObserver,
    pub(super) endpoints: BTreeMap<NetworkId, Endpoint>,
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

impl Host {
    /// Makes a container's network namespace, in which there is nothing but a `lo` that is down.
    pub(super) fn make_netns(&self, cx: &Cx, container: &ContainerId) -> Result<Netns> {
        cx.step(netns_plan(container), |cx| {
            let netns = Netns::create()?;
            self.adopt(cx, container, &netns)?;
            Ok(netns)
        })
    }

    /// The container's sandbox, when it has one.
    pub(super) fn sandbox_of(&self, container: &ContainerId) -> Option<Arc<Mutex<Sandbox>>> {
        lock(&self.sandboxes).get(container).cloned()
    }

    /// The container's sandbox; a namespace that was made elsewhere is recorded first.
    pub(super) fn sandbox(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<Arc<Mutex<Sandbox>>> {
        let known = self.sandbox_of(container);
        if let Some(sandbox) = known.filter(|sandbox| lock(sandbox).observer.netns().inode() == netns.inode()) {
            return Ok(sandbox);
        }
        let mut made = None;
        cx.past_step(netns_plan(container), std::time::Duration::ZERO, crate::trace::Outcome::Done, |cx| {
            made = Some(self.adopt(cx, container, netns));
        });
        made.unwrap_or_else(|| Err(Fault::cancelled()))
    }

    fn adopt(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<Arc<Mutex<Sandbox>>> {
        let (inode, kind) = (netns.inode(), NamespaceKind::Net);
        let namespace = Namespace { inode, kind, container: Some(container.clone()) };
        cx.observe(Change::NamespaceSeen(namespace), netns.evidence());
        let mut observer = NamespaceObserver::open(netns, Some(container), true)?;
        observer.look(None, &|change, evidence| cx.observe(change, evidence))?;
        let sandbox = Arc::new(Mutex::new(Sandbox { observer, endpoints: BTreeMap::new() }));
        lock(&self.sandboxes).insert(container.clone(), Arc::clone(&sandbox));
        Ok(sandbox)
    }

    /// The addresses that containers have on a network, each with its container.
    pub(super) fn addresses(&self, network: &NetworkId) -> Vec<(Ipv4Addr, ContainerId)> {
        let sandboxes = lock(&self.sandboxes);
        let address = |(id, sandbox): (&ContainerId, &Arc<Mutex<Sandbox>>)| {
            // One that another thread connects is locked by it only for a moment.
            let sandbox = lock(sandbox);
            Some((sandbox.endpoints.get(network)?.address?, id.clone()))
        };
        sandboxes.iter().filter_map(address).collect()
    }

    /// The containers that have a place on a network.
    pub(super) fn users(&self, network: &NetworkId) -> Vec<ContainerId> {
        let sandboxes = lock(&self.sandboxes);
        let on_it = sandboxes.iter().filter(|(_, sandbox)| lock(sandbox).endpoints.contains_key(network));
        on_it.map(|(id, _)| id.clone()).collect()
    }

    /// The containers that have a sandbox.
    pub(super) fn containers(&self) -> Vec<ContainerId> {
        lock(&self.sandboxes).keys().cloned().collect()
    }

    /// A container is on no network any more. Its processes should have ended before: the namespace is gone when nothing is
    /// in it.
    pub(super) fn leave(&self, cx: &Cx, container: &ContainerId) {
        let left = lock(&self.sandboxes).remove(container);
        if let Some(sandbox) = left {
            gone(cx, &lock(&sandbox).observer);
        }
    }
}

fn netns_plan(container: &ContainerId) -> Plan {
    Plan::new(StepKind::MakeNetns, container.short()).call("unshare(CLONE_NEWNET)").by_hand("unshare --net bash")
}

/// A command for a person to type, in that namespace.
pub(super) fn inside(netns: &Netns, command: &str) -> String {
    format!("nsenter --net={} {command}", netns.path())
}

pub(super) fn missing(name: &str) -> Fault {
    Fault::failed("link-gone").with("name", name)
}

/// The index of a link in the container.
pub(super) fn inner_link(sandbox: &Mutex<Sandbox>, key: &LinkKey) -> Result<u32> {
    lock(sandbox).observer.link(key).map(|link| link.ifindex).ok_or_else(|| missing(&key.0))
}

/// Its `lo` up, if it is not yet.
pub(super) fn loopback(cx: &Cx, sandbox: &Mutex<Sandbox>, container: &ContainerId) -> Result<()> {
    let lo = key(container, "lo");
    let index = inner_link(sandbox, &lo)?;
    if lock(sandbox).observer.link(&lo).is_some_and(|link| link.up) {
        return Ok(());
    }
    let by_hand = inside(lock(sandbox).observer.netns(), "ip link set lo up");
    stage(cx, StepKind::LoopbackUp, by_hand, request::link_up("lo", index), |cx, it| lock(sandbox).observer.act(cx, it))
}

/// Records that a container's network namespace is gone with what was in it, when no process is in it any more.
fn gone(cx: &Cx, observer: &NamespaceObserver) {
    let inode = observer.netns().inode();
    let (holders, looked_at) = processes_in(inode);
    let world = cx.world();
    let used = world.processes.values().any(|process| process.process.namespaces.values().any(|n| *n == inode));
    if used || !holders.is_empty() {
        return;
    }
    let looked = format!("stat /proc/<pid>/ns/net: none of {looked_at} processes is in net:[{inode}]");
    let evidence = || vec![evidence::own(Book::Search, [&looked])];
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
