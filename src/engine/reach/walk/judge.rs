//! What came of a packet: what the kernel said of it, and where it said nothing, what was computed.

use super::send::Sent;
use crate::reach::{Answer, Cell, Why};
use crate::trace::{Entity, Heading, Hop, Known, Passing, Place, ProbeReply, RuleVerdict, Stopped, WalkOutcome, World};
use nix::errno::Errno;
use std::net::Ipv4Addr;

/// `cell`: none of a published port. `goal`: the network namespace of whoever is asked; none for what is outside.
pub(super) fn outcome(world: &World, cell: Option<&Cell>, goal: Option<u64>, sent: &Sent, hops: &[Hop]) -> WalkOutcome {
    match sent.reply {
        // To a published port, by a host that does not turn it.
        ProbeReply::Answered if cell.is_none() && !hops.iter().any(|hop| arrives(hop, goal)) => {
            return WalkOutcome::AnsweredByHost;
        }
        ProbeReply::Answered => return WalkOutcome::Answered,
        ProbeReply::Refused => return WalkOutcome::Refused,
        ProbeReply::NoSuchName => return WalkOutcome::NoSuchName,
        ProbeReply::Unreachable | ProbeReply::Silent | ProbeReply::NotSent | ProbeReply::Other(_) => {}
    }
    let computed = cell.filter(|cell| cell.answer == Answer::DoesNot).and_then(|cell| computed(world, cell));
    let last = hops.iter().rev().find(|hop| hop.frame.is_some()).map(|hop| hop.number);
    let seen = |by, hop| WalkOutcome::Dropped { by, known: Known::Observed, hop };
    if let Some((by, hop)) = hops.iter().find_map(dropped) {
        return seen(by, Some(hop));
    }
    // A question that nobody answers is what a link that is cut looks like from afar.
    if let Some(by @ Stopped::LinkDown { .. }) = computed {
        return WalkOutcome::Dropped { by, known: Known::Computed, hop: last };
    }
    if let Some((address, hop)) = unanswered(hops) {
        return seen(Stopped::NobodyAnswers { address }, Some(hop));
    }
    if let Some((by, hop)) = hops.iter().find_map(reported) {
        return seen(by, Some(hop));
    }
    if let (Some(Errno::ENETUNREACH), Some(to)) = (sent.errno, sent.address) {
        return seen(Stopped::NoRoute { to }, None);
    }
    if hops.iter().any(|hop| arrives(hop, goal)) {
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

fn arrives(hop: &Hop, goal: Option<u64>) -> bool {
    match hop.place {
        Place::Link { netns, passing: Passing::In, .. } => hop.heading == Heading::There && Some(netns) == goal,
        _ => false,
    }
}

/// A rule that dropped it, or its answer.
fn dropped(hop: &Hop) -> Option<(Stopped, u32)> {
    match &hop.place {
        Place::Rule { verdict: RuleVerdict::Drop, key, text, chain, .. } => {
            Some((Stopped::Rule { key: key.clone(), text: text.clone(), chain: chain.clone() }, hop.number))
        }
        _ => None,
    }
}

/// Somebody on the way says that it cannot be delivered.
fn reported(hop: &Hop) -> Option<(Stopped, u32)> {
    let (icmp, ip) = (hop.packet.icmp.as_ref()?, hop.packet.ipv4.as_ref()?);
    (icmp.kind == 3).then_some((Stopped::Reported { by: ip.source, code: icmp.code }, hop.number))
}

/// An address that was asked for (ARP), and that nobody said to have.
fn unanswered(hops: &[Hop]) -> Option<(Ipv4Addr, u32)> {
    let arps = || hops.iter().filter_map(|hop| Some((hop.packet.arp.as_ref()?, hop.number)));
    let answered = |address: Ipv4Addr| arps().any(|(arp, _)| arp.answers && arp.sender == address);
    arps()
        .filter(|(arp, _)| !arp.answers && !answered(arp.target))
        .map(|(arp, number)| (arp.target, number))
        .next_back()
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
        (Why::LinkDown { link: name } | Why::NoCarrier { link: name }, _) => {
            Some(Stopped::LinkDown { name: name.clone(), link: link() })
        }
        (Why::NoForwarding, _) => Some(Stopped::NoForwarding),
        (_, Some(rule)) => {
            let (key, text, chain) = (Some(rule.key.clone()), rule.text.clone(), rule.chain.clone());
            Some(Stopped::Rule { key, text, chain })
        }
        (Why::NoRoute { to, .. }, _) => Some(Stopped::NoRoute { to: *to }),
        (Why::NoNetwork, _) => cell.address.map(|to| Stopped::NoRoute { to }),
        (Why::NobodyThere { address }, _) => Some(Stopped::NobodyAnswers { address: *address }),
        (Why::NoMasquerade, _) => Some(Stopped::NoMasquerade),
        (Why::NoUplink, _) => Some(Stopped::NoUplink),
        _ => None,
    }
}
