use super::{Said, Sentence, Words, container, sentence};
use crate::trace::{
    ChangedBy, Decoded, Difference, Hop, Known, Missed, Passing, Place, ProbeReply, RuleTrace, Stopped, Walk, WalkEnd,
    WalkEndpoint, WalkOutcome, WalkPacket, World,
};

/// The types of ICMP and ICMPv6 by which it is told that a packet came by too many hosts.
const EXPIRED: u8 = 11;
const EXPIRED6: u8 = 3;

pub(super) fn began(walk: &Walk, before: &World) -> Sentence {
    let key = match walk.rules {
        RuleTrace::On => "change-walk-began",
        RuleTrace::Off(_) => "change-walk-began-no-rules",
    };
    let told = sentence(key).with("packet", walk.line()).with("links", walk.watched.len());
    told.said("from", endpoint(&walk.from, before)).said("to", endpoint(&walk.to, before))
}

/// What was seen is said in the words of the field (tcpdump, nft), which are the same in each language.
pub(super) fn seen(hop: &Hop) -> Sentence {
    match &hop.place {
        Place::Link { name, passing, .. } => {
            let key = match (passing, hop.differs.is_empty()) {
                (Passing::In, true) => "change-packet-seen-in",
                (Passing::Out, true) => "change-packet-seen-out",
                (Passing::In, false) => "change-packet-seen-in-changed",
                (Passing::Out, false) => "change-packet-seen-out-changed",
            };
            let changes = hop.differs.iter().map(Difference::line).collect::<Vec<_>>().join(", ");
            sentence(key).with("link", name).with("packet", Decoded::line(&hop.packet)).with("changes", changes)
        }
        Place::Rule { chain, handle: None, verdict, .. } => {
            sentence("change-packet-seen-at-policy").with("chain", chain).with("verdict", verdict)
        }
        Place::Rule { chain, verdict, text, .. } => {
            sentence("change-packet-seen-at-rule").with("chain", chain).with("rule", text).with("verdict", verdict)
        }
    }
}

pub(super) fn ended(end: &WalkEnd, before: &World) -> Sentence {
    let walk = before.walk(end.walk).map(|state| &state.walk);
    let to = match walk {
        Some(walk) => asked(walk, &end.outcome).unwrap_or_else(|| endpoint(&walk.to, before)),
        None => Said::Text(end.walk.to_string()),
    };
    outcome(&end.outcome).said("to", to)
}

/// A name that nobody knows is who was asked.
fn asked(walk: &Walk, outcome: &WalkOutcome) -> Option<Said> {
    match &walk.packet {
        WalkPacket::Name { name } if *outcome == WalkOutcome::NoSuchName => Some(Said::Text(name.clone())),
        _ => None,
    }
}

fn outcome(outcome: &WalkOutcome) -> Sentence {
    match outcome {
        WalkOutcome::Answered => sentence("change-walk-ended-answered"),
        WalkOutcome::AnsweredByHost => sentence("change-walk-ended-answered-by-host"),
        WalkOutcome::Refused => sentence("change-walk-ended-refused"),
        WalkOutcome::AnsweredElsewhere => sentence("change-walk-ended-answered-elsewhere"),
        WalkOutcome::Unclear => sentence("change-walk-ended-unclear"),
        WalkOutcome::Arrived => sentence("change-walk-ended-arrived"),
        WalkOutcome::NoSuchName => sentence("change-walk-ended-no-such-name"),
        WalkOutcome::Silent => sentence("change-walk-ended-silent"),
        WalkOutcome::Dropped { by, known, .. } => stopped(by, known),
    }
}

impl Words {
    /// What came back of a probe, in a word or two.
    pub fn probe_reply(&self, reply: &ProbeReply) -> String {
        self.say(match reply {
            ProbeReply::Answered => "reach-reply-answered",
            ProbeReply::Refused => "reach-reply-refused",
            ProbeReply::Unreachable => "reach-reply-unreachable",
            ProbeReply::NoSuchName => "reach-reply-no-such-name",
            ProbeReply::NotSent => "reach-reply-not-sent",
            ProbeReply::Silent | ProbeReply::Other(_) => "reach-reply-silent",
        })
    }

    /// What differs at a place, and what did that.
    pub fn walk_change(&self, one: &Difference) -> String {
        let line = one.line();
        let key = match &one.by {
            None => return line,
            Some(ChangedBy::Forwarding { .. }) => "walk-by-forwarding",
            Some(ChangedBy::Tracking { .. }) => "walk-by-tracking",
            Some(ChangedBy::Rule { .. }) => "walk-by-rule",
        };
        self.say_with(key, &[("change", &line)])
    }

    /// What came of a packet that was followed, and what was not looked at.
    pub fn walk_outcome(&self, walk: &Walk, end: &WalkEnd) -> String {
        let came = &end.outcome;
        let to = asked(walk, came).unwrap_or_else(|| match &walk.to {
            WalkEndpoint::Container { name, .. } => Said::Text(name.clone()),
            WalkEndpoint::Host => HOST,
            WalkEndpoint::Outside => OUTSIDE,
        });
        self.with_missed(self.speak(&outcome(came).said("to", to)), &end.missed)
    }

    /// Says what was not looked at, too.
    pub(super) fn with_missed(&self, said: String, missed: &Missed) -> String {
        if missed.is_nothing() {
            return said;
        }
        let Missed { frames, hops } = missed;
        let vars = [("frames", &*frames.to_string()), ("hops", &hops.to_string())];
        format!("{said} {}", self.say_with("walk-missed", &vars))
    }
}

fn stopped(by: &Stopped, known: &Known) -> Sentence {
    match by {
        Stopped::Rule { text, family, table, chain, .. } => {
            let known = match known {
                Known::Observed => "change-walk-ended-rule",
                _ => "change-walk-ended-rule-computed",
            };
            let place = ["nft", family, table, chain].map(String::from);
            let place = place.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            sentence(known).with("place", place).with("rule", text)
        }
        Stopped::NoRoute { to } => sentence("change-walk-ended-no-route").with("address", to),
        Stopped::DeadRoute { route } => sentence("change-walk-ended-dead-route").with("route", route),
        Stopped::PortBlocked { name, .. } => sentence("change-walk-ended-port-blocked").with("link", name),
        Stopped::LinkDown { name, .. } => sentence("change-walk-ended-link-down").with("link", name),
        Stopped::NobodyAnswers { address } => {
            let asked = if address.is_ipv6() { "NDP" } else { "ARP" };
            sentence("change-walk-ended-nobody-answers").with("address", address).with("asked", asked)
        }
        Stopped::Reported { by, kind, code } => {
            let (protocol, expired) = if by.is_ipv6() { ("ICMPv6", EXPIRED6) } else { ("ICMP", EXPIRED) };
            let told = if *kind == expired {
                sentence("change-walk-ended-expired")
            } else {
                sentence("change-walk-ended-reported").with("kind", kind)
            };
            told.with("by", by).with("protocol", protocol).with("code", code)
        }
        Stopped::NoForwarding => sentence("change-walk-ended-no-forwarding"),
        Stopped::NoForwardingSix => sentence("change-walk-ended-no-forwarding-six"),
        Stopped::NoMasquerade => sentence("change-walk-ended-no-masquerade"),
        Stopped::NoUplink => sentence("change-walk-ended-no-uplink"),
        Stopped::NoUplinkSix => sentence("change-walk-ended-no-uplink-six"),
    }
}

/// The host, in a sentence.
pub(super) const HOST: Said = Said::Word("end-host");
/// What is beyond the uplink, in a sentence.
const OUTSIDE: Said = Said::Word("end-outside");

fn endpoint(end: &WalkEndpoint, before: &World) -> Said {
    match end {
        WalkEndpoint::Container { id, name } => {
            Said::Text(before.containers.get(id).map_or_else(|| name.clone(), |_| container(before, id)))
        }
        WalkEndpoint::Host => HOST,
        WalkEndpoint::Outside => OUTSIDE,
    }
}

/// Whom a probe asked, by its word: a container that is called so comes first.
pub(super) fn end_called(word: &str, before: &World) -> Said {
    match word {
        "host" if before.container(word).is_none() => HOST,
        "outside" if before.container(word).is_none() => OUTSIDE,
        _ => Said::Text(word.to_owned()),
    }
}

#[cfg(test)]
pub(in crate::i18n) fn samples() -> Vec<crate::trace::Change> {
    use crate::trace::{Change, Code, Field, Heading, IpVersion, ProbeReply, Problem, RuleVerdict};
    use std::net::{IpAddr, Ipv4Addr};
    let walk = |rules| Walk {
        id: 1,
        from: WalkEndpoint::Host,
        to: WalkEndpoint::Outside,
        from_netns: 1,
        to_netns: None,
        packet: WalkPacket::Tcp { port: 80 },
        version: IpVersion::V4,
        address: None,
        watched: Vec::new(),
        rules,
    };
    let hop = |place: Place, differs: Vec<Difference>| Change::PacketSeen {
        walk: 1,
        hop: Hop {
            number: 1,
            after: None,
            heading: Heading::There,
            place,
            frame: None,
            packet: Decoded::default(),
            differs,
        },
    };
    let link = |passing| Place::Link { netns: 1, ifindex: 2, name: "eth0".into(), link: "lab/eth0".into(), passing };
    let ttl = || Difference { field: Field::Ttl, before: "64".into(), now: "63".into(), by: None };
    let rule = |handle| Place::Rule {
        netns: 1,
        family: "ip".into(),
        table: "dockwalk".into(),
        chain: "forward".into(),
        handle,
        verdict: RuleVerdict::Drop,
        key: None,
        text: "drop".into(),
    };
    let end = |outcome| {
        Change::WalkEnded(WalkEnd { walk: 1, reply: ProbeReply::Silent, outcome, fix: None, missed: Missed::default() })
    };
    let (address, text) = (IpAddr::from(Ipv4Addr::LOCALHOST), || "drop".to_owned());
    let dropped = |by, known| end(WalkOutcome::Dropped { by, known, hop: None });
    let by_rule = || Stopped::Rule {
        key: None,
        text: text(),
        family: "ip".into(),
        table: "dockwalk".into(),
        chain: "forward".into(),
    };
    let mut all = vec![
        Change::WalkBegan(walk(RuleTrace::On)),
        Change::WalkBegan(walk(RuleTrace::Off(Problem::new(Code::NatNotHere)))),
        hop(link(Passing::In), Vec::new()),
        hop(link(Passing::Out), Vec::new()),
        hop(link(Passing::In), vec![ttl()]),
        hop(link(Passing::Out), vec![ttl()]),
        hop(rule(Some(7)), Vec::new()),
        hop(rule(None), Vec::new()),
        dropped(by_rule(), Known::Observed),
        dropped(by_rule(), Known::Computed),
    ];
    all.extend(
        [
            Stopped::NoRoute { to: address },
            Stopped::DeadRoute { route: "unreachable 10.0.0.0/8".into() },
            Stopped::PortBlocked { name: "veth1".into(), link: None },
            Stopped::LinkDown { name: "eth0".into(), link: None },
            Stopped::NobodyAnswers { address },
            Stopped::Reported { by: address, kind: 3, code: 1 },
            Stopped::Reported { by: address, kind: EXPIRED, code: 0 },
            Stopped::NoForwarding,
            Stopped::NoForwardingSix,
            Stopped::NoUplinkSix,
            Stopped::NoMasquerade,
            Stopped::NoUplink,
        ]
        .map(|by| dropped(by, Known::Computed)),
    );
    all.extend(
        [
            WalkOutcome::Answered,
            WalkOutcome::AnsweredByHost,
            WalkOutcome::Refused,
            WalkOutcome::AnsweredElsewhere,
            WalkOutcome::Unclear,
            WalkOutcome::Arrived,
            WalkOutcome::NoSuchName,
            WalkOutcome::Silent,
        ]
        .map(end),
    );
    all
}
