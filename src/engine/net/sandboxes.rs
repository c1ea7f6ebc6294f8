//! The sandboxes of the host's containers: made, looked up, left.

use super::host::Host;
use super::observer::NamespaceObserver;
use super::sandbox::Sandbox;
use super::*;
use crate::engine::evidence;
use crate::trace::{Book, Change, LinkKey, Namespace, NamespaceKind};
use std::collections::BTreeSet;
use std::os::fd::AsFd;

impl Host {
    /// Makes a container's network namespace, in which there is nothing but a `lo` that is down.
    pub(super) fn make_netns(&self, cx: &Cx, container: &ContainerId) -> Result<Netns> {
        let plan = netns_plan(container).call("unshare(CLONE_NEWNET); write(net.ipv6.conf.all.disable_ipv6, 1)");
        cx.step(plan, |cx| {
            let netns = Netns::create()?;
            sysctl::switch_off6(&netns);
            self.adopt(cx, container, &netns)?;
            Ok(netns)
        })
    }

    /// The container's sandbox, when it has one.
    pub(super) fn sandbox_of(&self, container: &ContainerId) -> Option<Arc<Mutex<Sandbox>>> {
        self.sandboxes.lock().get(container).cloned()
    }

    /// The container's sandbox; a namespace that was made elsewhere is recorded first.
    pub(super) fn sandbox(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<Arc<Mutex<Sandbox>>> {
        let known = self.sandbox_of(container);
        if let Some(sandbox) = known.filter(|sandbox| sandbox.lock().observer.netns().inode() == netns.inode()) {
            return Ok(sandbox);
        }
        let mut made = None;
        cx.past_step(netns_plan(container), std::time::Duration::ZERO, crate::trace::Outcome::Done, |cx| {
            made = Some(self.adopt(cx, container, netns));
        });
        made.unwrap_or_else(|| Err(Fault::cancelled()))
    }

    fn adopt(&self, cx: &Cx, container: &ContainerId, netns: &Netns) -> Result<Arc<Mutex<Sandbox>>> {
        self.let_go(cx);
        let (inode, kind) = (netns.inode(), NamespaceKind::Net);
        let namespace = Namespace { inode, kind, container: Some(container.clone()) };
        cx.observe(Change::NamespaceSeen(namespace), netns.evidence());
        let mut observer = NamespaceObserver::open(netns, Some(container), true)?;
        observer.elsewhere = self.left_of(container);
        observer.look(None, &|change, evidence| cx.observe(change, evidence))?;
        let sandbox = Arc::new(Mutex::new(Sandbox { observer, endpoints: BTreeMap::new(), made: 0, led: None }));
        self.sandboxes.lock().insert(container.clone(), Arc::clone(&sandbox));
        if let Some(multicast) = &mut sandbox.lock().observer.multicast {
            let (conductor, id, weak) = (Arc::clone(cx.conductor()), container.clone(), Arc::downgrade(&sandbox));
            let look = move |record: Recorded<'_>| {
                let sandbox = weak.upgrade()?;
                // What a removed container has left is nobody's.
                let known = conductor.world().containers.contains_key(&id);
                let looked = if known { sandbox.lock().observer.news(record) } else { Ok(()) };
                Some(looked)
            };
            multicast.watch = self.monitor.watch(multicast.as_fd(), Arc::new(look));
        }
        Ok(sandbox)
    }

    /// The addresses that containers have on a network, each with its container.
    pub(super) fn addresses(&self, network: &NetworkId) -> Vec<(Ipv4Addr, ContainerId)> {
        let sandboxes = self.sandboxes.lock();
        let address = |(id, sandbox): (&ContainerId, &Arc<Mutex<Sandbox>>)| {
            // One that another thread connects is locked by it only for a moment.
            let sandbox = sandbox.lock();
            Some((sandbox.endpoints.get(network)?.address?, id.clone()))
        };
        sandboxes.iter().filter_map(address).collect()
    }

    /// The containers that have a place on a network.
    pub(super) fn users(&self, network: &NetworkId) -> Vec<ContainerId> {
        let sandboxes = self.sandboxes.lock();
        let on_it = sandboxes.iter().filter(|(_, sandbox)| sandbox.lock().endpoints.contains_key(network));
        on_it.map(|(id, _)| id.clone()).collect()
    }

    /// The containers that have a sandbox.
    pub(super) fn containers(&self) -> Vec<ContainerId> {
        self.sandboxes.lock().keys().cloned().collect()
    }

    /// A container is on no network any more. Its processes should have ended before: the namespace is gone when nothing is
    /// in it.
    pub(super) fn leave(&self, cx: &Cx, container: &ContainerId) {
        let left = self.sandboxes.lock().remove(container);
        self.left.lock().extend(left);
        self.let_go(cx);
    }

    /// The links of namespaces that a container has left, and that are there still: another container shared them, and it was started
    /// again by itself.
    fn left_of(&self, container: &ContainerId) -> BTreeSet<LinkKey> {
        let left = self.left.lock();
        let of = |sandbox: &Arc<Mutex<Sandbox>>| {
            let sandbox = sandbox.lock();
            let own = sandbox.observer.container.as_ref() == Some(container);
            own.then(|| sandbox.observer.links().map(|link| link.key.clone()).collect::<Vec<_>>())
        };
        left.iter().filter_map(of).flatten().collect()
    }

    /// A namespace that its container has left is gone with the last process in it, which may be of another that joined it. Until then
    /// it is held on to, so that the kernel gives its number to no other.
    fn let_go(&self, cx: &Cx) {
        self.left.lock().retain(|sandbox| !gone(cx, &mut sandbox.lock().observer));
    }
}

fn netns_plan(container: &ContainerId) -> Plan {
    Plan::new(StepKind::MakeNetns, container.short()).call("unshare(CLONE_NEWNET)").by_hand("unshare --net bash")
}

/// Records that a container's network namespace is gone with what was in it, when no process is in it any more. False when there is.
fn gone(cx: &Cx, observer: &mut NamespaceObserver) -> bool {
    let inode = observer.netns().inode();
    let (holders, looked_at) = processes_in(inode);
    let world = cx.world();
    let used = world.processes.values().any(|process| process.process.namespaces.values().any(|n| *n == inode));
    if used || !holders.is_empty() {
        return false;
    }
    observer.close();
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
    true
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
