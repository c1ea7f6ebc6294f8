//! What came of a packet: what the kernel said of it, and where it said nothing, what was computed.

use super::path::Path;
use super::send::Sent;
use crate::reach::{Answer, Cell, Why};
use crate::trace::{
    Decoded, Entity, Heading, Hop, Known, LinkKind, Missed, Passing, Place, ProbeReply, RuleVerdict, Stopped,
    WalkOutcome, World,
};
use nix::errno::Errno;
use std::collections::BTreeSet;
use std::net::IpAddr;

/// Types by which somebody says that a packet cannot be delivered: destination unreachable, time exceeded, of ICMP and of ICMPv6.
const UNDELIVERED: [u8; 2] = [3, 11];
const UNDELIVERED6: [u8; 2] = [1, 3];

/// What is known of a packet that was followed.
pub(super) struct Case<'a> {
    pub world: &'a World,
    /// None of a published port.
    pub cell: Option<&'a Cell>,
    pub path: &'a Path,
    /// The host's address, where a published port is asked.
    pub published: Option<IpAddr>,
    /// A name was asked for first: only what comes after that is the question.
    pub of_name: bool,
    pub sent: &'a Sent,
    pub hops: &'a [Hop],
    /// That something was not seen says nothing where anything was missed.
    pub missed: Missed,
}

/// Where a packet has to be seen so that it is known who got it.
struct Goal {
    /// None: beyond the uplink.
    netns: Option<u64>,
    addresses: BTreeSet<IpAddr>,
}

impl Case<'_> {
    pub fn outcome(&self) -> WalkOutcome {
        let refused = match self.sent.reply {
            ProbeReply::Answered => false,
            ProbeReply::Refused => true,
            ProbeReply::NoSuchName => return WalkOutcome::NoSuchName,
            ProbeReply::Unreachable | ProbeReply::Silent | ProbeReply::NotSent | ProbeReply::Other(_) => {
                return self.nothing_came();
            }
        };
        if self.answered(&self.goal(), refused) {
            return if refused { WalkOutcome::Refused } else { WalkOutcome::Answered };
        }
        // To a published port, by a host that does not turn it.
        let host = self.published.map(|address| Goal {
            netns: self.world.host.as_ref().map(|host| host.netns),
            addresses: [address].into(),
        });
        if host.is_some_and(|host| !refused && host.netns.is_some() && self.answered(&host, false)) {
            return WalkOutcome::AnsweredByHost;
        }
        // `reject` answers, too.
        let there = self.hops.iter().filter(|hop| hop.heading == Heading::There);
        match there.filter_map(dropped).next() {
            Some((by, hop)) => WalkOutcome::Dropped { by, known: Known::Observed, hop: Some(hop) },
            None if self.missed.is_nothing() => WalkOutcome::AnsweredElsewhere,
            None => WalkOutcome::Unclear,
        }
    }

    fn nothing_came(&self) -> WalkOutcome {
        let Self { world, cell, sent, hops, .. } = self;
        let computed = cell.filter(|cell| cell.answer == Answer::DoesNot).and_then(|cell| computed(world, cell));
        let all = self.missed.is_nothing();
        let last = hops.iter().rev().find(|hop| all && hop.frame.is_some()).map(|hop| hop.number);
        let seen = |by, hop| WalkOutcome::Dropped { by, known: Known::Observed, hop };
        if let Some((by, hop)) = hops.iter().find_map(dropped) {
            return seen(by, Some(hop));
        }
        // A question that nobody answers is what a link that is cut looks like from afar.
        if let Some(by @ (Stopped::LinkDown { .. } | Stopped::PortBlocked { .. })) = computed {
            return WalkOutcome::Dropped { by, known: Known::Computed, hop: last };
        }
        if let Some((address, hop)) = unanswered(hops).filter(|_| all) {
            return seen(Stopped::NobodyAnswers { address }, Some(hop));
        }
        if let Some((by, hop)) = hops.iter().find_map(reported) {
            return seen(by, Some(hop));
        }
        if let (Some(Errno::ENETUNREACH), Some(to)) = (sent.errno, sent.address) {
            return seen(Stopped::NoRoute { to }, None);
        }
        let goal = self.goal();
        if goal.netns.is_some() && hops.iter().any(|hop| self.arrives(hop, &goal)) {
            return match computed {
                Some(by @ Stopped::NoRoute { .. }) => WalkOutcome::Dropped { by, known: Known::Computed, hop: last },
                _ => WalkOutcome::Arrived,
            };
        }
        match computed {
            Some(by) => WalkOutcome::Dropped { by, known: Known::Computed, hop: last },
            None => WalkOutcome::Silent,
        }
    }

    /// Whoever was asked, by the addresses at its own links.
    fn goal(&self) -> Goal {
        let netns = self.path.goal;
        let addresses = match netns {
            Some(netns) => {
                let links = self.world.links.values().filter(|link| link.netns == netns);
                let addresses = links.flat_map(|link| self.world.addresses_of(&link.key));
                let addresses = addresses.filter_map(|cidr| cidr.split('/').next()?.parse::<IpAddr>().ok());
                addresses.filter(|address| !address.is_loopback()).collect()
            }
            None => self.sent.address.into_iter().collect(),
        };
        Goal { netns, addresses }
    }

    /// The request was seen to arrive there, and after it the answer to leave.
    fn answered(&self, goal: &Goal, refused: bool) -> bool {
        let Some(arrived) = self.hops.iter().position(|hop| self.arrives(hop, goal)) else { return false };
        self.hops[arrived..].iter().any(|hop| self.leaves(hop, goal, refused))
    }

    fn arrives(&self, hop: &Hop, goal: &Goal) -> bool {
        let towards = if goal.netns.is_some() { Passing::In } else { Passing::Out };
        let packet = &hop.packet;
        let to = packet.addresses().is_some_and(|(_, to)| goal.addresses.contains(&to));
        let question = packet.quoted.is_none() && (!self.of_name || is_icmp(packet));
        hop.heading == Heading::There && question && to && self.is_at(hop, goal, towards)
    }

    fn leaves(&self, hop: &Hop, goal: &Goal, refused: bool) -> bool {
        let towards = if goal.netns.is_some() { Passing::Out } else { Passing::In };
        let packet = &hop.packet;
        let from = packet.addresses().is_some_and(|(from, _)| goal.addresses.contains(&from));
        let error = packet.quoted.is_some() || packet.tcp.as_ref().is_some_and(|tcp| tcp.flags.contains("RST"));
        let answer = !self.of_name || is_icmp(packet);
        hop.heading == Heading::Back && from && answer && error == refused && self.is_at(hop, goal, towards)
    }

    /// At a link of that namespace, and no frame that is for somebody else's hardware; at the uplink of what is beyond. What goes by
    /// loopback has left nobody, and counts where both ends are one.
    fn is_at(&self, hop: &Hop, goal: &Goal, towards: Passing) -> bool {
        let Place::Link { netns, passing, link, .. } = &hop.place else { return false };
        let Some(link) = self.world.links.get(link).filter(|_| *passing == towards) else { return false };
        match goal.netns {
            Some(goal) => {
                let local = link.kind == LinkKind::Loopback && self.path.from != Some(goal);
                let to = hop.packet.ethernet.as_ref().map(|header| &header.destination);
                let meant = towards == Passing::Out || link.mac.is_empty() || to == Some(&link.mac);
                *netns == goal && !local && meant
            }
            None => {
                let inside = matches!(link.kind, LinkKind::Loopback | LinkKind::Bridge) || link.container.is_some();
                self.world.host.as_ref().is_some_and(|host| host.netns == *netns) && !inside
            }
        }
    }
}

/// A rule that dropped it, or its answer.
fn dropped(hop: &Hop) -> Option<(Stopped, u32)> {
    match &hop.place {
        Place::Rule { verdict: RuleVerdict::Drop, key, text, family, table, chain, .. } => {
            let (key, text, family) = (key.clone(), text.clone(), family.clone());
            let (table, chain) = (table.clone(), chain.clone());
            Some((Stopped::Rule { key, text, family, table, chain }, hop.number))
        }
        _ => None,
    }
}

/// Somebody on the way says that it cannot be delivered.
fn reported(hop: &Hop) -> Option<(Stopped, u32)> {
    let (icmp, undelivered) = match (&hop.packet.icmp, &hop.packet.icmpv6) {
        (Some(icmp), _) => (icmp, UNDELIVERED),
        (None, icmp) => (icmp.as_ref()?, UNDELIVERED6),
    };
    let (by, _) = hop.packet.addresses()?;
    let stopped = Stopped::Reported { by, kind: icmp.kind, code: icmp.code };
    undelivered.contains(&icmp.kind).then_some((stopped, hop.number))
}

fn is_icmp(packet: &Decoded) -> bool {
    packet.icmp.is_some() || packet.icmpv6.is_some()
}

/// An address that was asked for (ARP, NDP), and that nobody said to have.
fn unanswered(hops: &[Hop]) -> Option<(IpAddr, u32)> {
    let asked = || {
        hops.iter().filter_map(|hop| {
            let (answers, whose) = match (&hop.packet.arp, &hop.packet.ndp) {
                (Some(arp), _) if arp.answers => (true, arp.sender.into()),
                (Some(arp), _) => (false, arp.target.into()),
                (None, ndp) => ndp.as_ref().map(|ndp| (ndp.answers, ndp.target.into()))?,
            };
            Some((answers, whose, hop.number))
        })
    };
    let answered = |address: IpAddr| asked().any(|(answers, whose, _)| answers && whose == address);
    let unanswered = asked().filter(|(answers, whose, _)| !answers && !answered(*whose));
    unanswered.map(|(_, whose, number)| (whose, number)).next_back()
}

/// What stops it as computed, where that is one of these things.
fn computed(world: &World, cell: &Cell) -> Option<Stopped> {
    let link = || match &cell.because {
        Some(Entity::Link(key)) => Some(key.clone()),
        _ => None,
    };
    let rule = match &cell.because {
        Some(Entity::Rule(key)) => world.rules.get(key),
        _ => None,
    };
    match (&cell.why, rule) {
        (Why::PortBlocked { link: name } | Why::Isolated { link: name }, _) => {
            Some(Stopped::PortBlocked { name: name.clone(), link: link() })
        }
        (Why::LinkDown { link: name } | Why::NoCarrier { link: name }, _) => {
            Some(Stopped::LinkDown { name: name.clone(), link: link() })
        }
        (Why::NoForwarding, _) => Some(Stopped::NoForwarding),
        (Why::NoForwardingSix, _) => Some(Stopped::NoForwardingSix),
        (_, Some(rule)) => {
            let (key, text) = (Some(rule.key.clone()), rule.text.clone());
            let [family, table, chain] = rule.place_in_nft().map(ToOwned::to_owned);
            Some(Stopped::Rule { key, text, family, table, chain })
        }
        (Why::NoRoute { to, .. }, _) => Some(Stopped::NoRoute { to: *to }),
        (Why::RouteRefuses { route, .. }, _) => Some(Stopped::DeadRoute { route: route.clone() }),
        (Why::NoNetwork | Why::Unplugged | Why::LeftBehind | Why::NoSix { asks: true }, _) => {
            cell.address.map(|to| Stopped::NoRoute { to })
        }
        (Why::NobodyThere { address }, _) => Some(Stopped::NobodyAnswers { address: *address }),
        (Why::NoMasquerade, _) => Some(Stopped::NoMasquerade),
        (Why::NoUplink, _) => Some(Stopped::NoUplink),
        (Why::NoUplinkSix, _) => Some(Stopped::NoUplinkSix),
        _ => None,
    }
}
