//! The part of a container's endpoint that is of IPv6, and of its bridge.
//!
//! As Docker's: IPv6 is off in a container (`net.ipv6.conf.all.disable_ipv6`) but on the links of networks that have it and on `lo`
//! then; nobody is asked whether an address is free (`nodad`), and what a router announces is not heard (`accept_ra`).

use super::bridge::Bridge;
use super::host::{FORWARDS6, Host, SETTING6, forwarding_rule};
use super::request;
use super::sandbox::{Keys, Sandbox, inner_link, inside};
use super::six::{Endpoint6, Segment6};
use super::sysctl::{FORWARDING6, forwarding6_now, hearing_routers, setting6, write_sysctl};
use super::*;
use crate::engine::conductor::Why;
use crate::engine::evidence;
use crate::trace::{Book, Change, Code, Problem};
use std::collections::BTreeSet;
use std::net::Ipv6Addr;
use std::path::Path;

impl Bridge {
    /// Its address on the bridge, and IPv6 through the host.
    pub(super) fn give_address6(&self, cx: &Cx, host: &Host, index: u32) -> Result<()> {
        let (Some(Segment6 { subnet, gateway, .. }), bridge) = (&self.segment.six, &self.segment.bridge) else {
            return Ok(());
        };
        let (prefix, off) = (subnet.prefix(), setting6(bridge, "disable_ipv6"));
        let address = request::add_address6(bridge, index, *gateway, prefix);
        let plan = Plan::new(StepKind::AddressBridge, bridge)
            .call(format!("write({off:?}, \"0\"); {}", address.text))
            .by_hand(format!("ip addr add {gateway}/{prefix} dev {bridge} nodad"));
        cx.step(plan, |cx| {
            // The lab's host has it off, as this machine may have it.
            write_sysctl(&host.netns(), &off, "0")?;
            message(cx, address, |cx, it| host.act(cx, it))
        })?;
        host.forwarding6(cx)
    }

    /// An address of IPv6 of the network's, if it has any.
    pub(super) fn attach6(
        &self,
        cx: &Cx,
        container: &ContainerId,
        sandbox: &Mutex<Sandbox>,
        keys: &Keys,
        wish: Option<Ipv6Addr>,
    ) -> Result<Option<Endpoint6>> {
        let Some((segment, pool)) = self.segment.six.as_ref().zip(self.pool6.as_ref()) else { return Ok(None) };
        let Segment6 { subnet, gateway, .. } = segment;
        let range = segment.range.unwrap_or(*subnet);
        let call = wish.map_or_else(
            || format!("reserve(lowest free address of {range})"),
            |address| format!("reserve({address})"),
        );
        let address = cx.step(Plan::new(StepKind::AllocateAddress, subnet).call(call), |cx| {
            let address = match wish {
                None => {
                    let none = || {
                        let fault = Fault::failed(Code::AddressesUsedUp).with("subnet", range).with("version", "IPv6");
                        fault.with("network", &self.network.name).with("id", &self.network.id)
                    };
                    pool.lock().reserve().ok_or_else(none)?
                }
                Some(address) if !subnet.has(address) => {
                    let fault = Fault::failed(Code::AddressOutside).with("address", address);
                    return Err(fault.with("network", &self.network.name).with("subnet", subnet));
                }
                Some(address) if pool.lock().take(address) => address,
                Some(address) => {
                    let fault = Fault::new(FaultKind::Denied, Code::NetworkAddressTaken).with("address", address);
                    return Err(fault.with("network", &self.network.name).with("flag", "--ip6"));
                }
            };
            self.note(sandbox, |endpoint| endpoint.address6 = Some(address));
            let given = vec![format!("{gateway} {}", self.segment.bridge), format!("{address} {}", container.short())];
            let (network, address_text) = (self.network.id.clone(), address.to_string());
            cx.observe(
                Change::AddressReserved { network, container: container.clone(), address: address_text },
                vec![evidence::own(Book::Addresses, given)],
            );
            Ok(address)
        })?;
        self.configure6(cx, sandbox, keys, address, subnet.prefix())?;
        Ok(Some(Endpoint6 { address, prefix: subnet.prefix(), gateway: *gateway }))
    }

    fn configure6(&self, cx: &Cx, sandbox: &Mutex<Sandbox>, keys: &Keys, address: Ipv6Addr, prefix: u8) -> Result<()> {
        let name = &keys.name;
        let (index, netns) = (inner_link(sandbox, &keys.inner)?, sandbox.lock().observer.netns().clone());
        let request = request::add_address6(name, index, address, prefix);
        let writes = [
            (setting6("lo", "disable_ipv6"), "0"),
            (setting6(name, "accept_ra"), "0"),
            (setting6(name, "disable_ipv6"), "0"),
        ];
        let calls = writes.iter().map(|(path, value)| format!("write({path:?}, {value:?})"));
        let call = calls.chain([request.text.clone()]).collect::<Vec<_>>().join("; ");
        let by_hand =
            format!("sysctl -w net.ipv6.conf.{name}.disable_ipv6=0 && ip addr add {address}/{prefix} dev {name} nodad");
        let plan =
            Plan::new(StepKind::AddAddress, name).call(call).by_hand(inside(&netns, &format!("sh -c '{by_hand}'")));
        cx.step(plan, |cx| {
            for (path, value) in &writes {
                write_sysctl(&netns, path, value)?;
            }
            message(cx, request, |cx, it| sandbox.lock().observer.act(cx, it))
        })
    }

    /// It is another's from now on.
    pub(super) fn release6(&self, cx: &Cx, sandbox: &Mutex<Sandbox>, given: Ipv6Addr) -> Result<()> {
        let Some(pool) = &self.pool6 else { return Ok(()) };
        cx.step(Plan::new(StepKind::ReleaseAddress, given).call(format!("release({given})")), |cx| {
            self.note(sandbox, |endpoint| endpoint.address6 = None);
            let (network, address) = (self.network.id.clone(), given.to_string());
            let left = evidence::own(Book::Addresses, [format!("{given}: released")]);
            if cx.world().leases.contains_key(&(network.clone(), address.clone())) {
                cx.observe(Change::AddressReleased { network, address }, vec![left]);
            }
            pool.lock().release(given);
            Ok(())
        })
    }
}

impl Host {
    /// Lets IPv6 through the host: once, for all bridges that have it.
    pub(super) fn forwarding6(&self, cx: &Cx) -> Result<()> {
        let netns = self.netns();
        let off = netns.run(forwarding6_now)?.content().trim() != "1";
        // In the lab there are no routers. Elsewhere this machine's own way out is not taken from it: who forwards hears no router, and
        // the kernel forgets the default routes that were announced.
        let mut hearing = if off && !self.observer.lock().lab { hearing_routers(&netns)? } else { Vec::new() };
        let observer = self.observer.lock();
        let ports: BTreeSet<&str> =
            observer.links().filter(|it| it.master.is_some()).map(|it| it.name.as_str()).collect();
        hearing.retain(|(link, _)| !ports.contains(link.as_str()));
        drop(observer);
        let writes = hearing.iter().map(|(_, path)| (path.as_path(), "2")).chain([(Path::new(FORWARDING6), "1")]);
        let call = writes.map(|(path, value)| format!("write({path:?}, {value:?})")).collect::<Vec<_>>().join("; ");
        let by_hand = hearing.iter().map(|(link, _)| format!("net/ipv6/conf/{link}/accept_ra=2"));
        let by_hand = by_hand.chain(["net/ipv6/conf/all/forwarding=1".to_owned()]).collect::<Vec<_>>().join(" ");
        let plan = Plan::new(StepKind::EnableForwarding, SETTING6).call(&call);
        cx.step(plan.by_hand(format!("sysctl -w {by_hand}")), |cx| {
            let old = netns.run(forwarding6_now)?;
            let mut inverses = self.forwarding6.lock();
            let mut change = |cx: &Cx, path: &Path, from: &str, to: &str| {
                let (path_back, value) = (path.into(), from.to_owned());
                let back = NetInverse::RestoreSysctl { netns: netns.inode(), path: path_back, value };
                inverses.insert(0, (cx.journal(SCOPE, &back)?, back));
                write_sysctl(&netns, path, to)
            };
            if old.content().trim() == "1" {
                cx.not_made(&call, Why::There, vec![old.evidence()]);
            } else {
                for (_, path) in &hearing {
                    change(cx, path, "1", "2")?;
                }
                change(cx, Path::new(FORWARDING6), old.content().trim(), "1")?;
                if !hearing.is_empty() {
                    let read =
                        |path: &Path| evidence::read(path).map_err(|e| Fault::io("read", path.display(), &e.error));
                    let now = hearing.iter().map(|(_, path)| Ok(netns.run(|| read(path))?.evidence()));
                    let now = now.collect::<Result<Vec<_>>>()?;
                    let links = hearing.iter().map(|(link, _)| link.as_str()).collect::<Vec<_>>().join(", ");
                    cx.observe(Change::Remark(Problem::new(Code::RoutersStillHeard).with("links", links)), now);
                }
                if !self.observer.lock().lab {
                    filter::narrow6(&self.rules);
                }
            }
            let now = netns.run(forwarding6_now)?;
            let rule = forwarding_rule(&netns, FORWARDS6, SETTING6, &now);
            if cx.world().rules.get(FORWARDS6).is_none_or(|seen| **seen != rule) {
                cx.observe(Change::RuleSeen(rule), vec![now.evidence()]);
            }
            Ok(())
        })
    }

    /// After the last network.
    pub(super) fn forward6_as_before(&self, cx: &Cx) -> Result<()> {
        let netns = self.netns();
        let mut inverses = self.forwarding6.lock();
        while let Some((entry, inverse)) = inverses.first() {
            undo(inverse, Some(&netns))?;
            cx.undone(*entry)?;
            inverses.remove(0);
        }
        if cx.world().rules.contains_key(FORWARDS6) {
            let now = netns.run(forwarding6_now)?;
            cx.observe(Change::RuleGone { key: FORWARDS6.to_owned() }, vec![now.evidence()]);
        }
        Ok(())
    }
}
