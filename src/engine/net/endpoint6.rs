//! The part of a container's endpoint that is of IPv6, and of its bridge.
//!
//! As Docker's: IPv6 is off in a container (`net.ipv6.conf.all.disable_ipv6`) but on the links of networks that have it and on `lo`
//! then; nobody is asked whether an address is free (`nodad`), and what a router announces is not heard (`accept_ra`).

use super::bridge::Bridge;
use super::host::{FORWARDS6, Host, SETTING6, forwarding_rule};
use super::request;
use super::sandbox::{Keys, Sandbox, inner_link, inside};
use super::six::{Endpoint6, Segment6};
use super::sysctl::{FORWARDING6, forwarding6_now, setting6, write_sysctl};
use super::*;
use crate::engine::conductor::Why;
use crate::engine::evidence;
use crate::trace::{Book, Change, Code};
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
                    let none = || Fault::failed(Code::AddressesUsedUp).with("subnet", range);
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
        let call = format!("write({FORWARDING6:?}, \"1\")");
        let plan = Plan::new(StepKind::EnableForwarding, "net.ipv6.conf.all.forwarding").call(&call);
        cx.step(plan.by_hand("sysctl -w net.ipv6.conf.all.forwarding=1"), |cx| {
            let old = netns.run(forwarding6_now)?;
            let mut inverse = self.forwarding6.lock();
            if old.content().trim() == "1" {
                cx.not_made(&call, Why::There, vec![old.evidence()]);
            } else {
                let (path, value) = (FORWARDING6.into(), old.content().trim().to_owned());
                let back = NetInverse::RestoreSysctl { netns: netns.inode(), path, value };
                *inverse = Some((cx.journal(SCOPE, &back)?, back));
                write_sysctl(&netns, Path::new(FORWARDING6), "1")?;
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
        if let Some((entry, inverse)) = self.forwarding6.lock().take() {
            undo(&inverse, Some(&netns))?;
            cx.undone(entry)?;
        }
        if cx.world().rules.contains_key(FORWARDS6) {
            let now = netns.run(forwarding6_now)?;
            cx.observe(Change::RuleGone { key: FORWARDS6.to_owned() }, vec![now.evidence()]);
        }
        Ok(())
    }
}
