//! A packet that was sent to be followed: where it was seen, as what, and how that ended.

use super::words::words;
use super::{IpVersion, LinkKey, ProbeReply};
use crate::spec::ContainerId;
use crate::trace::Problem;
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Names a walk within a trace; the first is 1.
pub type WalkId = u64;

/// A packet that is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Its number.
    pub id: WalkId,
    /// Who sends it.
    pub from: WalkEndpoint,
    /// Whom it is for.
    pub to: WalkEndpoint,
    /// The network namespace of whoever sends, by inode.
    pub from_netns: u64,
    /// That of whom it is for; none of what is outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_netns: Option<u64>,
    /// What it is.
    pub packet: WalkPacket,
    /// By which version of IP.
    #[serde(default, skip_serializing_if = "IpVersion::is_default")]
    pub version: IpVersion,
    /// The address that it is sent to; none where a name is to be looked up first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
    /// The links at which it is looked for.
    pub watched: Vec<WatchedLink>,
    /// Whether the kernel tells which rules it meets.
    pub rules: RuleTrace,
}

/// Who sends a packet, or whom it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "endpoint")]
pub enum WalkEndpoint {
    /// A container.
    Container {
        /// Which.
        id: ContainerId,
        /// What it was called.
        name: String,
    },
    /// The host that the containers' bridges are on.
    Host,
    /// What is beyond the host's uplink.
    Outside,
}

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "packet")]
pub enum WalkPacket {
    /// An ICMP echo request (RFC 792), by IPv6 one of ICMPv6 (RFC 4443).
    Echo,
    /// The beginning of a connection (RFC 9293).
    Tcp {
        /// To which port.
        port: u16,
    },
    /// A datagram (RFC 768).
    Udp {
        /// To which port.
        port: u16,
    },
    /// A question for a name's address (RFC 1035), then an echo request to that.
    Name {
        /// Which name.
        name: String,
    },
}

/// A link at which frames were captured (packet(7)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchedLink {
    /// The network namespace it is in, by inode.
    pub netns: u64,
    /// Its index there.
    pub ifindex: u32,
    /// Its name there.
    pub name: String,
    /// Its key in the World.
    pub link: LinkKey,
}

/// Whether the kernel tells of the rules that a packet meets (`meta nftrace`, nft(8)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "trace", content = "problem")]
pub enum RuleTrace {
    /// It does.
    On,
    /// It does not, and why.
    Off(Problem),
}

/// A place at which a packet of a walk was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// 1, 2, 3, … in the order of time.
    pub number: u32,
    /// Nanoseconds since the first frame was seen, by the kernel's own timestamps; none at a rule, of which the kernel says no time: it is
    /// met after the frame before it and before the one behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<u64>,
    /// Which way it goes.
    pub heading: Heading,
    /// Where.
    pub place: Place,
    /// As it was captured; none at a rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frame: Option<Frame>,
    /// What its bytes say; at a rule, what the packet said as the rule saw it.
    #[serde(default)]
    pub packet: Decoded,
    /// How it differs from the same packet at the hop before that it was captured at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<Difference>,
}

/// Which way a packet of a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Heading {
    /// From whoever sends to whoever is asked.
    There,
    /// An answer, or an error that tells of the packet.
    Back,
    /// A question for a hardware address, or its answer (ARP, RFC 826; NDP, RFC 4861): it goes no further than its own link.
    Neighbour,
}

/// Where a packet was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "place")]
pub enum Place {
    /// At a link.
    Link {
        /// The network namespace, by inode.
        netns: u64,
        /// The link's index there.
        ifindex: u32,
        /// Its name there.
        name: String,
        /// Its key in the World.
        link: LinkKey,
        /// Which way through the link.
        passing: Passing,
    },
    /// At a rule of nft, or at the policy of a chain.
    Rule {
        /// The network namespace, by inode.
        netns: u64,
        /// `ip`, `ip6`, `inet`
        family: String,
        /// The table.
        table: String,
        /// The chain.
        chain: String,
        /// The rule's number in its table; none for a policy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handle: Option<u64>,
        /// What it says of the packet.
        verdict: RuleVerdict,
        /// Its key in the World, where it is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// In nft's words; empty where they are not known.
        text: String,
    },
}

/// Which way a frame goes through a link, seen from the namespace that the link is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Passing {
    /// It comes in.
    In,
    /// It goes out: PACKET_OUTGOING.
    Out,
}

words! {
    /// What a rule says of a packet, as `nft monitor trace` names it.
    RuleVerdict {
        /// It is let through this chain.
        Accept = "accept",
        /// It ends here.
        Drop = "drop",
        /// The next rule is asked.
        Continue = "continue",
        /// Another chain is asked, and then the next rule.
        Jump = "jump",
        /// Another chain is asked instead.
        Goto = "goto",
        /// Back to where the chain was called from.
        Return = "return",
    }
}

/// A frame as it was captured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// Nanoseconds since 1970-01-01 UTC at which the kernel saw it (SO_TIMESTAMPNS).
    pub time: u64,
    /// How many bytes it had.
    pub length: u32,
    /// The first of them, at most [`Frame::KEPT`]; hexadecimal digits in recordings.
    #[serde(with = "hex")]
    pub bytes: Vec<u8>,
}

impl Frame {
    /// How many bytes of a frame are kept.
    pub const KEPT: usize = 256;
}

/// What the bytes of a frame say, layer by layer, as far as they are known. Addresses and names in it are whatever who sent it wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Decoded {
    /// IEEE 802.3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ethernet: Option<Ethernet>,
    /// RFC 826.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arp: Option<Arp>,
    /// RFC 791.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv4: Option<Ipv4>,
    /// RFC 8200.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<Ipv6>,
    /// RFC 792.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmp: Option<Icmp>,
    /// RFC 4443, but for what is `ndp`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub icmpv6: Option<Icmp>,
    /// RFC 4861.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ndp: Option<Ndp>,
    /// RFC 9293.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tcp: Option<Tcp>,
    /// RFC 768.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub udp: Option<Udp>,
    /// RFC 1035.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dns: Option<Dns>,
    /// The packet that an ICMP error tells of, as far as it quotes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quoted: Option<Box<Decoded>>,
}

/// The header of a frame.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ethernet {
    /// `02:42:ac:11:00:02`
    pub source: String,
    /// `02:42:ac:11:00:01`, `ff:ff:ff:ff:ff:ff`
    pub destination: String,
    /// EtherType: 0x0800 is IPv4, 0x0806 ARP, 0x86dd IPv6.
    pub kind: u16,
}

/// A question for a hardware address, or its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arp {
    /// It is an answer ("is at"); else a question ("who has").
    pub answers: bool,
    /// Who says it.
    pub sender: Ipv4Addr,
    /// That one's hardware address.
    pub sender_mac: String,
    /// Who is asked for, or whom it answers.
    pub target: Ipv4Addr,
    /// That one's hardware address; zeros in a question.
    pub target_mac: String,
}

/// The header of a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ipv4 {
    /// From.
    pub source: Ipv4Addr,
    /// To.
    pub destination: Ipv4Addr,
    /// Through how many more hosts it may go.
    pub ttl: u8,
    /// Its number.
    pub id: u16,
    /// What it carries: 1 ICMP, 6 TCP, 17 UDP.
    pub protocol: u8,
    /// Bytes, with the header.
    pub length: u16,
}

/// The header of a packet of IPv6.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ipv6 {
    /// From.
    pub source: Ipv6Addr,
    /// To.
    pub destination: Ipv6Addr,
    /// Through how many more hosts it may go.
    pub hop_limit: u8,
    /// By what the packets of a conversation are known (RFC 6437).
    pub flow_label: u32,
    /// What it carries behind the headers of extensions: 6 TCP, 17 UDP, 58 ICMPv6.
    pub protocol: u8,
    /// Bytes behind this header.
    pub length: u16,
}

/// A question for the hardware address of a neighbour of IPv6 (neighbour solicitation), or its answer (neighbour advertisement).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ndp {
    /// It is an answer.
    pub answers: bool,
    /// Whose hardware address it is about.
    pub target: Ipv6Addr,
    /// The hardware address that it says: in a question that of who asks, in an answer that of the target.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mac: Option<String>,
}

/// An ICMP message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icmp {
    /// 0 echo reply, 3 destination unreachable, 8 echo request, 11 time exceeded. Of ICMPv6: 1 destination unreachable, 3 time exceeded,
    /// 128 echo request, 129 echo reply.
    pub kind: u8,
    /// What exactly: of 3, 0 network, 1 host, 3 port unreachable; of 1 of ICMPv6, 0 no route, 3 address, 4 port unreachable.
    pub code: u8,
    /// Of an echo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<u16>,
    /// Of an echo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u16>,
}

/// The header of a TCP segment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tcp {
    /// From.
    pub source: u16,
    /// To.
    pub destination: u16,
    /// `SYN`, `SYN,ACK`, `RST,ACK`, `ACK`
    pub flags: String,
    /// The number of its first byte.
    pub sequence: u32,
    /// The byte that is expected next, where ACK is set.
    pub acknowledges: u32,
}

/// The header of a datagram.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Udp {
    /// From.
    pub source: u16,
    /// To.
    pub destination: u16,
    /// Bytes, with the header.
    pub length: u16,
}

/// A question for a name, or its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dns {
    /// Its number.
    pub id: u16,
    /// It is an answer.
    pub answers: bool,
    /// `web.`; what is no printable character is escaped.
    pub question: String,
    /// 1 is A, 28 AAAA.
    pub kind: u16,
    /// RCODE of an answer: 0 no error, 2 server failure, 3 no such name.
    pub code: u8,
    /// The addresses of an answer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub addresses: Vec<IpAddr>,
}

/// A field that is another than at the hop before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// Which.
    pub field: Field,
    /// What it was.
    pub before: String,
    /// What it is.
    pub now: String,
    /// What did that, where it was observed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<ChangedBy>,
}

words! {
    /// A field of a packet that hosts on its way change.
    Field {
        /// The frame's source.
        SourceMac = "source_mac",
        /// The frame's destination.
        DestinationMac = "destination_mac",
        /// Time to live.
        Ttl = "ttl",
        /// The same of IPv6.
        HopLimit = "hop_limit",
        /// The source's address.
        Source = "source",
        /// The destination's address.
        Destination = "destination",
        /// The source's port.
        SourcePort = "source_port",
        /// The destination's port.
        DestinationPort = "destination_port",
    }
}

/// What changed a packet between two hops.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "by")]
pub enum ChangedBy {
    /// A rule that it met between them, by the kernel's own word: masquerade, dnat.
    Rule {
        /// Its key in the World, where it is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// In nft's words.
        text: String,
    },
    /// A host has forwarded it: it came in by one of its links, and goes out by another.
    Forwarding {
        /// The network namespace, by inode.
        netns: u64,
    },
    /// Connection tracking has put back in an answer what was rewritten on the way there.
    Tracking {
        /// The network namespace, by inode.
        netns: u64,
    },
}

/// How a walk ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalkEnd {
    /// Which.
    pub walk: WalkId,
    /// What the socket that sent it was told.
    pub reply: ProbeReply,
    /// What came of the packet.
    pub outcome: WalkOutcome,
    /// One command after which it is another, as computed; none where no single one does that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// What was not looked at.
    #[serde(default, skip_serializing_if = "Missed::is_nothing")]
    pub missed: Missed,
}

/// What a walk has not kept of all that came by: where anything is missing, that a packet was not seen says nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Missed {
    /// Frames that overran a socket's buffer (PACKET_STATISTICS), or that were too many to be kept.
    pub frames: u64,
    /// Places behind the last one that is kept.
    pub hops: u64,
}

impl Missed {
    /// All that came by was looked at.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What came of a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum WalkOutcome {
    /// Whoever was asked has answered.
    Answered,
    /// The host's own socket at a published port has answered: the engine carries on from there by a connection of its own, which is not
    /// followed.
    AnsweredByHost,
    /// Whoever was asked is there, and nobody listens at that port: RST, or "port unreachable".
    Refused,
    /// An answer came, and was not seen to leave whoever was asked by any link: somebody else gave it.
    AnsweredElsewhere,
    /// An answer came; whose it is is not known, for not all frames were seen.
    Unclear,
    /// It was seen at a link of whoever was asked, and no answer was.
    Arrived,
    /// It came no further.
    Dropped {
        /// What stopped it.
        by: Stopped,
        /// How that is known.
        known: Known,
        /// The last hop at which it was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        hop: Option<u32>,
    },
    /// The name has no address, or nobody answers for names.
    NoSuchName,
    /// Nothing came back, and what stopped it is not known.
    Silent,
}

/// What stops a packet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "stopped")]
pub enum Stopped {
    /// A rule, or a policy.
    Rule {
        /// Its key in the World, where it is there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        /// In nft's words.
        text: String,
        /// Its table's family: `ip`, `inet`. It, the table and the chain are empty where they are not known.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        family: String,
        /// The table.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        table: String,
        /// The chain.
        chain: String,
    },
    /// No route leads there.
    NoRoute {
        /// Where to.
        to: IpAddr,
    },
    /// The route to there leads nowhere.
    DeadRoute {
        /// In the words of `ip route`: `unreachable 10.0.0.0/8`.
        route: String,
    },
    /// A bridge lets it not through at a port: by the port's state, or because both ports are isolated.
    PortBlocked {
        /// Its name.
        name: String,
        /// Its key in the World.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<LinkKey>,
    },
    /// A link is switched off, or what it leads to is.
    LinkDown {
        /// Its name.
        name: String,
        /// Its key in the World, where it is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<LinkKey>,
    },
    /// Nobody answers for that address (ARP, NDP).
    NobodyAnswers {
        /// Which.
        address: IpAddr,
    },
    /// A host on the way said that it cannot be delivered (ICMP).
    Reported {
        /// Who.
        by: IpAddr,
        /// The type: 3 destination unreachable, 11 time exceeded; of ICMPv6 1 and 3.
        #[serde(default = "unreachable")]
        kind: u8,
        /// The code of that type.
        code: u8,
    },
    /// The host forwards nothing (`net.ipv4.ip_forward`).
    NoForwarding,
    /// The host forwards nothing of IPv6 (`net.ipv6.conf.all.forwarding`).
    NoForwardingSix,
    /// It left with an address that nobody outside can answer: no rule gave it the host's.
    NoMasquerade,
    /// The lab has no way out.
    NoUplink,
    /// The host has no way out by IPv6.
    NoUplinkSix,
}

/// The type of errors in recordings of before others were told.
fn unreachable() -> u8 {
    3
}

words! {
    /// How it is known what stopped a packet.
    Known {
        /// The kernel said so of this very packet: its trace, an error of the socket, a question nobody answered.
        Observed = "observed",
        /// It was computed from the World.
        Computed = "computed",
    }
}

/// Bytes as hexadecimal digits.
mod hex {
    use super::Frame;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::fmt::Write;

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        let text = bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap_or_default();
            text
        });
        to.serialize_str(&text)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        if text.len() > 2 * Frame::KEPT || !text.len().is_multiple_of(2) {
            return Err(D::Error::custom("a frame of a length that is never kept"));
        }
        let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let pairs = text.as_bytes().chunks_exact(2).map(|pair| Some(digit(&pair[0])? << 4 | digit(&pair[1])?));
        pairs.collect::<Option<_>>().ok_or_else(|| D::Error::custom("no hexadecimal digit"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_frame_are_digits_in_a_recording() {
        let frame = Frame { time: 1, length: 60, bytes: vec![0, 0xab, 0xff] };
        let json = serde_json::to_string(&frame).unwrap();
        assert_eq!(json, r#"{"time":1,"length":60,"bytes":"00abff"}"#);
        assert_eq!(serde_json::from_str::<Frame>(&json).unwrap(), frame);
        let long = "00".repeat(Frame::KEPT + 1);
        for bad in ["0", "0g", "한", &long] {
            let json = format!(r#"{{"time":1,"length":60,"bytes":"{bad}"}}"#);
            assert!(serde_json::from_str::<Frame>(&json).is_err(), "{bad}");
        }
    }
}
