//! From what was captured in several namespaces to the hops of one packet, in the order of time.

use super::decode::{decode, decode_names};
use super::flow::{Flow, Identity, identity};
use crate::trace::{
    ChangedBy, Decoded, Difference, Evidence, Field, Frame, Heading, Hop, Passing, Place, RuleVerdict, WatchedLink,
};

/// A frame as a namespace's packet socket gave it. Those of one namespace stand in the order in which it gave them.
#[derive(Debug, Clone)]
pub struct Captured {
    /// At which link.
    pub at: WatchedLink,
    /// Which way.
    pub passing: Passing,
    /// Its bytes.
    pub frame: Frame,
    /// How it is known.
    pub evidence: Evidence,
}

/// A rule that a packet met, as the kernel told it. They stand in the order in which it told them.
#[derive(Debug, Clone)]
pub struct Met {
    /// Where: a [`Place::Rule`].
    pub place: Place,
    /// What it said of the packet.
    pub verdict: RuleVerdict,
    /// In nft's words.
    pub text: String,
    /// The namespace.
    pub netns: u64,
    /// The link that it came in by, by index; none of a packet that was made here.
    pub came_by: Option<u32>,
    /// The packet's headers as the chain saw them.
    pub packet: Decoded,
    /// They and the link as the first chain saw them, before anything was rewritten.
    pub began: (Option<u32>, Decoded),
    /// How it is known.
    pub evidence: Evidence,
}

/// A frame or a rule, on its way to be a hop.
struct Seen {
    /// Its place in the order: even ones are frames.
    order: usize,
    time: Option<u64>,
    heading: Heading,
    identity: Identity,
    packet: Decoded,
    what: What,
}

enum What {
    Frame(Box<Captured>),
    Rule(Box<Met>),
}

/// The hops of these packets, each with how it is known, at most `most`, the first ones; and how many more there would be.
pub fn hops(flow: &Flow, mut captured: Vec<Captured>, met: Vec<Met>, most: usize) -> (Vec<(Hop, Evidence)>, usize) {
    // The kernel gives a bridge a frame with the time at which its port got it: of one time, the order of the socket is right.
    captured.sort_by_key(|captured| captured.frame.time);
    let mut seen = frames(flow, captured);
    let rules: Vec<_> = met.into_iter().filter_map(|met| rule(flow, &seen, met)).collect();
    seen.extend(rules);
    seen.sort_by_key(|seen| seen.order);
    let first = seen.iter().find_map(|seen| seen.time).unwrap_or(0);
    let differences: Vec<_> = (0..seen.len().min(most)).map(|at| differences(&seen[..=at])).collect();
    let mut past: Vec<(Heading, Difference)> = Vec::new();
    let cut = seen.len().saturating_sub(most);
    let hops = seen.into_iter().zip(differences).zip(1..).map(|((seen, mut differs), number)| {
        for one in &mut differs {
            if let Some(netns) = tracked(&past, seen.heading, one).and_then(|()| seen.netns()) {
                one.by.get_or_insert(ChangedBy::Tracking { netns });
            }
        }
        past.extend(differs.iter().map(|one| (seen.heading, one.clone())));
        hop(seen, number, first, differs)
    });
    (hops.collect(), cut)
}

impl Seen {
    fn netns(&self) -> Option<u64> {
        match &self.what {
            What::Frame(captured) => Some(captured.at.netns),
            What::Rule(met) => Some(met.netns),
        }
    }
}

/// Those that are of these packets.
fn frames(flow: &Flow, captured: Vec<Captured>) -> Vec<Seen> {
    let decoded: Vec<_> = captured.iter().map(|captured| decode(&captured.frame.bytes)).collect();
    let known: Vec<Option<Identity>> = decoded.iter().map(identity).collect();
    // Who sends it has it first, on its way out; what came in there before that, or never was there, somebody else has made up.
    let sent = |of: &Identity| {
        let mut at = captured.iter().zip(&known).filter(|(captured, _)| flow.from == Some(captured.at.netns));
        let first = at.find(|(_, known)| known.as_ref() == Some(of));
        flow.from.is_none() || first.is_some_and(|(captured, _)| captured.passing == Passing::Out)
    };
    let made_up = |(packet, of): (&Decoded, &Option<Identity>)| {
        flow.heading(packet) == Some(Heading::There) && of.as_ref().is_some_and(|of| !sent(of))
    };
    let made_up: Vec<bool> = decoded.iter().zip(&known).map(made_up).collect();
    let own = decoded.iter().zip(&made_up).filter(|(_, made_up)| !**made_up);
    let own = own.filter_map(|(packet, _)| Some((flow.heading(packet)?, identity(packet)?)));
    let own: Vec<(Heading, Identity)> = own.collect();
    // A masquerade may have given it another port: then it is known by the rest.
    let again = |packet: &Decoded, of: &Identity| {
        own.iter().find(|(_, known)| known == of && flow.knows_both(packet)).map(|(heading, _)| *heading)
    };
    let meant = captured.into_iter().zip(decoded).zip(made_up).filter(|(_, made_up)| !made_up);
    let seen = meant.filter_map(|((captured, packet), _)| {
        let identity = identity(&packet)?;
        let heading = flow.heading(&packet).or_else(|| again(&packet, &identity))?;
        let packet = if flow.is_name(&packet) { decode_names(&captured.frame.bytes) } else { packet };
        Some((captured, packet, heading, identity))
    });
    let seen = seen.enumerate().map(|(at, (captured, packet, heading, identity))| Seen {
        order: 2 * at + 2,
        time: Some(captured.frame.time),
        heading,
        identity,
        packet,
        what: What::Frame(Box::new(captured)),
    });
    seen.collect()
}

/// A rule's place is behind the frame that came in, or before the one that goes out; of one that was never seen, at the end.
fn rule(flow: &Flow, frames: &[Seen], met: Met) -> Option<Seen> {
    let identity = identity(&met.packet)?;
    let same = |seen: &&Seen| seen.identity == identity && seen.netns() == Some(met.netns);
    let heading = flow.heading(&met.packet).or_else(|| frames.iter().find(same).map(|seen| seen.heading))?;
    if !is_ours(flow, frames, heading, &met) {
        return None;
    }
    let passes = |seen: &Seen, passing: Passing, link: Option<u32>| match &seen.what {
        What::Frame(captured) => captured.passing == passing && link.is_none_or(|link| captured.at.ifindex == link),
        What::Rule(_) => false,
    };
    let came =
        |link| frames.iter().filter(same).rfind(|seen| passes(seen, Passing::In, link)).map(|seen| seen.order + 1);
    let order = match met.came_by {
        Some(link) => came(Some(link)).or_else(|| came(None)),
        None => frames.iter().filter(same).find(|seen| passes(seen, Passing::Out, None)).map(|seen| seen.order - 1),
    };
    let order = order.unwrap_or(2 * frames.len() + 3);
    Some(Seen { order, time: None, heading, identity, packet: met.packet.clone(), what: What::Rule(Box::new(met)) })
}

/// Whether the packet that met the rule is one that was captured: came in by that very link, or by a port of that bridge, with the same
/// addresses and ports. One that was made there is whoever's the namespace is.
fn is_ours(flow: &Flow, frames: &[Seen], heading: Heading, met: &Met) -> bool {
    let (came_by, packet) = &met.began;
    let Some(link) = *came_by else {
        return heading != Heading::There || flow.from.is_none_or(|from| from == met.netns);
    };
    let of = identity(packet);
    frames.iter().any(|seen| match &seen.what {
        What::Frame(captured) => {
            let at = (captured.at.netns, captured.at.ifindex);
            let by = at.1 == link || flow.ports.get(&at) == Some(&link);
            at.0 == met.netns
                && by
                && captured.passing == Passing::In
                && of.as_ref() == Some(&seen.identity)
                && (packet.addresses(), packet.ports()) == (seen.packet.addresses(), seen.packet.ports())
        }
        What::Rule(_) => false,
    })
}

/// How the last of these differs from the same packet as it was captured before; where it was not, as the first rule saw it, which sees a
/// packet without its frame.
fn differences(seen: &[Seen]) -> Vec<Difference> {
    let Some((last, before)) = seen.split_last() else { return Vec::new() };
    let What::Frame(captured) = &last.what else { return Vec::new() };
    let same = || before.iter().rev().filter(|seen| seen.identity == last.identity);
    let frame = same().find(|seen| matches!(seen.what, What::Frame(_)));
    let Some(base) = frame.or_else(|| same().next_back()) else { return Vec::new() };
    let mut was = fields(&base.packet);
    was.extend(hardware(&base.packet));
    let forwarded = frame.is_some_and(|frame| match &frame.what {
        What::Frame(from) => {
            from.at.netns == captured.at.netns && (from.passing, captured.passing) == (Passing::In, Passing::Out)
        }
        What::Rule(_) => false,
    });
    let rules = || {
        let between = same().take_while(|seen| matches!(seen.what, What::Rule(_)));
        between.filter_map(|seen| match &seen.what {
            What::Rule(met) => Some(&**met),
            What::Frame(_) => None,
        })
    };
    let now = fields(&last.packet).into_iter().chain(hardware(&last.packet));
    let changed = now.filter_map(|(field, now)| {
        let before = was.iter().find(|(of, _)| *of == field).map(|(_, value)| value.clone())?;
        if before == now {
            return None;
        }
        let by = match field {
            Field::Ttl | Field::HopLimit | Field::SourceMac | Field::DestinationMac => {
                forwarded.then_some(ChangedBy::Forwarding { netns: captured.at.netns })
            }
            Field::Source | Field::SourcePort => rules().find_map(|met| by_rule(met, &["masquerade", "snat"])),
            _ => rules().find_map(|met| by_rule(met, &["dnat", "redirect"])),
        };
        Some(Difference { field, before, now, by })
    });
    changed.collect()
}

fn by_rule(met: &Met, words: &[&str]) -> Option<ChangedBy> {
    let does = met.text.split(' ').any(|word| words.contains(&word));
    let Place::Rule { key, .. } = &met.place else { return None };
    does.then(|| ChangedBy::Rule { key: key.clone(), text: met.text.clone() })
}

/// Whether that was done to the packet before, or the other way round to the one that this answers: then connection tracking does it.
fn tracked(past: &[(Heading, Difference)], heading: Heading, now: &Difference) -> Option<()> {
    let turned = match now.field {
        Field::Source => Field::Destination,
        Field::Destination => Field::Source,
        Field::SourcePort => Field::DestinationPort,
        Field::DestinationPort => Field::SourcePort,
        _ => return None,
    };
    let is = |(of, old): &(Heading, Difference)| {
        if *of == heading {
            (&old.field, &old.before, &old.now) == (&now.field, &now.before, &now.now)
        } else {
            (&old.field, &old.before, &old.now) == (&turned, &now.now, &now.before)
        }
    };
    past.iter().any(is).then_some(())
}

fn fields(packet: &Decoded) -> Vec<(Field, String)> {
    let mut all = Vec::new();
    if let Some(ip) = &packet.ipv4 {
        all.push((Field::Ttl, ip.ttl.to_string()));
    }
    if let Some(ip) = &packet.ipv6 {
        all.push((Field::HopLimit, ip.hop_limit.to_string()));
    }
    if let Some((source, destination)) = packet.addresses() {
        all.push((Field::Source, source.to_string()));
        all.push((Field::Destination, destination.to_string()));
    }
    if let Some((source, destination)) = packet.ports() {
        all.push((Field::SourcePort, source.to_string()));
        all.push((Field::DestinationPort, destination.to_string()));
    }
    all
}

fn hardware(packet: &Decoded) -> Vec<(Field, String)> {
    let Some(ethernet) = &packet.ethernet else { return Vec::new() };
    vec![(Field::SourceMac, ethernet.source.clone()), (Field::DestinationMac, ethernet.destination.clone())]
}

fn hop(seen: Seen, number: u32, first: u64, differs: Vec<Difference>) -> (Hop, Evidence) {
    let Seen { time, heading, packet, what, .. } = seen;
    let after = time.map(|time| time.saturating_sub(first));
    match what {
        What::Frame(captured) => {
            let Captured { at: WatchedLink { netns, ifindex, name, link }, passing, frame, evidence } = *captured;
            let place = Place::Link { netns, ifindex, name, link, passing };
            (Hop { number, after, heading, place, frame: Some(frame), packet, differs }, evidence)
        }
        What::Rule(met) => {
            let Met { place, evidence, .. } = *met;
            (Hop { number, after, heading, place, frame: None, packet, differs }, evidence)
        }
    }
}
