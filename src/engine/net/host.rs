//! The host's part of the network: made when the engine starts, undone when it stops.

use super::observer::NamespaceObserver;
use super::*;
use crate::trace::{Change, Evidence, Rule};
use std::path::Path;

pub(super) const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";

impl Net {
    /// Prepares the host: loopback, uplink, `docker0`, forwarding, masquerade.
    ///
    /// What could not be undone after a failure is in the journal, under `engine`.
    pub fn start(cx: &Cx, lab: &Lab) -> Result<Self> {
        let host = NamespaceObserver::open(&lab.host, None, lab.mode == Mode::Lab)?;
        if host.find(BRIDGE)?.is_some() {
            return Err(Fault::new(FaultKind::Conflict, "docker0-foreign").with("name", BRIDGE));
        }
        let net = Self {
            host: Arc::new(Mutex::new(host)),
            endpoints: Mutex::default(),
            pool: Mutex::new(pool::Pool::new(GATEWAY, PREFIX)),
            network: NetworkId::from(random::hex(64)?.as_str()),
            mode: lab.mode,
            uplink: Mutex::default(),
            entries: Mutex::default(),
        };
        cx.step(Plan::new(StepKind::PrepareHost, BRIDGE), |cx| {
            net.look_around(cx)?;
            net.loopback(cx)?;
            net.make_uplink(cx)?;
            net.make_bridge(cx)?;
            net.forwarding(cx)?;
            net.masquerade(cx)
        })?;
        Ok(net)
    }

    /// Records what is there before anything is made.
    fn look_around(&self, cx: &Cx) -> Result<()> {
        lock(&self.host)
            .look("RTM_GETLINK, RTM_GETADDR, RTM_GETROUTE", &|change, evidence| cx.observe(change, evidence))
    }

    fn on_host(&self, cx: &Cx, request: Request) -> Result<()> {
        lock(&self.host).act(cx, request)
    }

    pub(super) fn journal(&self, cx: &Cx, inverse: &NetInverse) -> Result<()> {
        let entry = cx.journal(SCOPE, inverse)?;
        lock(&self.entries).push(entry);
        Ok(())
    }

    fn loopback(&self, cx: &Cx) -> Result<()> {
        let index =
            lock(&self.host).links().find(|link| link.name == "lo").filter(|link| !link.up).map(|lo| lo.ifindex);
        match index {
            Some(index) => {
                stage(cx, StepKind::LoopbackUp, "ip link set lo up", request::link_up("lo", index), |cx, it| {
                    self.on_host(cx, it)
                })
            }
            None => Ok(()), // the real host's is up
        }
    }

    fn make_uplink(&self, cx: &Cx) -> Result<()> {
        if self.mode == Mode::Host {
            return Ok(());
        }
        let helper = uplink::Helper::find();
        let command = helper.as_ref().map(|helper| helper.command(lock(&self.host).netns())).unwrap_or_default();
        let plan = Plan::new(StepKind::MakeUplink, UPLINK).call(&command).by_hand(&command);
        let uplink = cx.step(plan, |cx| uplink::start(cx, &self.host, helper))?;
        *lock(&self.uplink) = uplink;
        Ok(())
    }

    fn make_bridge(&self, cx: &Cx) -> Result<()> {
        let netns = lock(&self.host).netns().inode();
        self.journal(cx, &NetInverse::DeleteLink { netns, name: BRIDGE.to_owned() })?;
        let request = request::make_bridge(BRIDGE, request::mac_of(GATEWAY));
        let by_hand = format!("ip link add {BRIDGE} type bridge");
        stage(cx, StepKind::MakeBridge, by_hand, request, |cx, request| {
            let text = request.text.clone();
            self.on_host(cx, request)?;
            let reply = vec![format!("{BRIDGE}: subnet {}, gateway {GATEWAY}", lock(&self.pool).subnet())];
            cx.observe(Change::NetworkSeen(self.bridge()), vec![Evidence::Netlink { request: text, reply }]);
            Ok(())
        })?;
        let index = self.bridge_index()?;
        let address = request::add_address(BRIDGE, index, GATEWAY, PREFIX);
        let up = request::link_up(BRIDGE, index);
        let plan = Plan::new(StepKind::AddressBridge, BRIDGE)
            .call(format!("{}; {}", address.text, up.text))
            .by_hand(format!("ip addr add {GATEWAY}/{PREFIX} brd + dev {BRIDGE} && ip link set {BRIDGE} up"));
        cx.step(plan, |cx| {
            message(cx, address, |cx, it| self.on_host(cx, it))?;
            message(cx, up, |cx, it| self.on_host(cx, it))
        })
    }

    /// The bridge's index, as it was last seen.
    pub(super) fn bridge_index(&self) -> Result<u32> {
        let host = lock(&self.host);
        host.link(&BRIDGE.into()).map(|link| link.ifindex).ok_or_else(|| Fault::failed("docker0-gone"))
    }

    fn forwarding(&self, cx: &Cx) -> Result<()> {
        let netns = lock(&self.host).netns().clone();
        let plan = Plan::new(StepKind::EnableForwarding, "net.ipv4.ip_forward")
            .call(format!("write({FORWARDING:?}, \"1\")"))
            .by_hand("sysctl -w net.ipv4.ip_forward=1");
        cx.step(plan, |cx| {
            let read = || std::fs::read_to_string(FORWARDING).map_err(|e| Fault::io("read", FORWARDING, &e));
            let old = netns.run(read)?;
            if old.trim() != "1" {
                let (path, value) = (FORWARDING.into(), old.trim().to_owned());
                self.journal(cx, &NetInverse::RestoreSysctl { netns: netns.inode(), path, value })?;
                write_sysctl(&netns, Path::new(FORWARDING), "1")?;
            }
            let now = netns.run(read)?;
            let text = format!("net.ipv4.ip_forward = {}", now.trim());
            let evidence = vec![Evidence::file(FORWARDING, now)];
            let (key, action) = ("ip_forward".to_owned(), "forward".to_owned());
            cx.observe(Change::RuleSeen(Rule { key, netns: netns.inode(), network: None, action, text }), evidence);
            Ok(())
        })
    }

    fn masquerade(&self, cx: &Cx) -> Result<()> {
        let netns = lock(&self.host).netns().clone();
        let subnet = lock(&self.pool).subnet();
        let (family, name) = (filter::FAMILY.to_owned(), filter::TABLE.to_owned());
        self.journal(cx, &NetInverse::DeleteNftTable { netns: netns.inode(), family, name })?;
        let plan = Plan::new(StepKind::Masquerade, &subnet)
            .call("nft -f -")
            .by_hand(format!("nft -f - <<'EOF'\n{}EOF", filter::script(&subnet)));
        cx.step(plan, |cx| filter::make(cx, &netns, &self.network, &subnet))
    }

    /// Takes every container off and undoes what [`Net::start`] did.
    pub fn stop(&self, cx: &Cx) -> Result<()> {
        let ids: Vec<ContainerId> = lock(&self.endpoints).keys().cloned().collect();
        for id in &ids {
            self.disconnect(cx, id)?;
        }
        let netns = lock(&self.host).netns().clone();
        cx.step(Plan::new(StepKind::TearDown, BRIDGE), |cx| {
            if let Some(uplink) = lock(&self.uplink).take() {
                uplink.stop(cx)?;
            }
            let bridge = lock(&self.host).find(BRIDGE)?;
            if let Some(bridge) = bridge {
                let request = request::delete_link(BRIDGE, bridge.index);
                let by_hand = format!("ip link delete {BRIDGE}");
                stage(cx, StepKind::DeleteLink, by_hand, request, |cx, it| self.on_host(cx, it))?;
            }
            self.look_around(cx)?;
            self.forget_rules(cx, &netns)
        })
    }

    fn forget_rules(&self, cx: &Cx, netns: &Netns) -> Result<()> {
        let deleted = filter::delete_table(netns, filter::FAMILY, filter::TABLE)?;
        let entries = std::mem::take(&mut *lock(&self.entries));
        let pending = cx.conductor().journal().pending_of(SCOPE);
        for (_, inverse) in pending.iter().filter(|(id, _)| entries.contains(id)) {
            if let NetInverse::RestoreSysctl { path, value, .. } = inverse {
                write_sysctl(netns, path, value)?;
            }
        }
        entries.into_iter().try_for_each(|entry| cx.undone(entry))?;
        let forwarding =
            netns.run(|| std::fs::read_to_string(FORWARDING).map_err(|e| Fault::io("read", FORWARDING, &e)))?;
        let world = cx.world();
        for (key, rule) in world.rules.iter().filter(|(_, rule)| rule.netns == netns.inode()) {
            let evidence = match (&deleted, rule.network.is_some()) {
                (Some(deleted), true) => deleted.clone(),
                _ => Evidence::file(FORWARDING, forwarding.trim()),
            };
            cx.observe(Change::RuleGone { key: key.clone() }, vec![evidence]);
        }
        if world.networks.contains_key(&self.network) {
            let host = lock(&self.host);
            let reply = host.links().map(|link| format!("{}: {}", link.ifindex, link.name)).collect();
            let evidence = Evidence::Netlink { request: "RTM_GETLINK".to_owned(), reply };
            cx.observe(Change::NetworkGone { id: self.network.clone() }, vec![evidence]);
        }
        Ok(())
    }
}

/// Writes a sysctl of a network namespace.
pub(super) fn write_sysctl(netns: &Netns, path: &Path, value: &str) -> Result<()> {
    netns.run(|| std::fs::write(path, value).map_err(|e| Fault::io("write", path.display(), &e)))
}

/// Deletes a link. One that is not there is no error.
pub(super) fn delete_link(netns: &Netns, name: &str) -> Result<()> {
    let observer = NamespaceObserver::open(netns, None, false)?;
    let Some(row) = observer.find(name)? else { return Ok(()) };
    let deleted = observer.send(&request::delete_link(name, row.index));
    // Its other end may have been deleted at this moment, and this one with it.
    if observer.find(name)?.is_none() { Ok(()) } else { deleted }
}
