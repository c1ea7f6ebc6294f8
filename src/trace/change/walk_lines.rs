//! A packet in a line, in the words of the field (tcpdump), which are the same in each language.

use super::{Decoded, Difference, Dns, Field, Hop, Icmp, IpVersion, Ipv4, Ipv6, Ndp, Walk, WalkPacket};
use std::net::{IpAddr, SocketAddr};

impl Decoded {
    /// All of it in a line, as tcpdump has it: `172.17.0.2 > 172.17.0.3: ICMP echo request, id 7, seq 1, ttl 64`.
    pub fn line(&self) -> String {
        if let Some(arp) = &self.arp {
            return if arp.answers {
                format!("ARP {} is-at {}", arp.sender, arp.sender_mac)
            } else {
                format!("ARP who-has {} tell {}", arp.target, arp.sender)
            };
        }
        let (protocol, lives) = match (&self.ipv4, &self.ipv6) {
            (Some(Ipv4 { protocol, ttl, .. }), _) => (protocol, format!("ttl {ttl}")),
            (None, Some(Ipv6 { protocol, hop_limit, .. })) => (protocol, format!("hlim {hop_limit}")),
            (None, None) => {
                return self.ethernet.as_ref().map_or_else(String::new, |it| format!("ethertype 0x{:04x}", it.kind));
            }
        };
        let at = |address: IpAddr, port: Option<u16>| match port {
            Some(port) => SocketAddr::new(address, port).to_string(),
            None => address.to_string(),
        };
        let (source, destination) = self.ports().unzip();
        let what = if let Some(icmp) = &self.icmp {
            icmp.line()
        } else if let Some(icmp) = &self.icmpv6 {
            icmp.line6()
        } else if let Some(ndp) = &self.ndp {
            ndp.line()
        } else if let Some(tcp) = &self.tcp {
            format!("TCP {}", tcp.flags)
        } else if let Some(dns) = &self.dns {
            dns.line()
        } else if self.udp.is_some() {
            "UDP".to_owned()
        } else {
            format!("protocol {protocol}")
        };
        let (from, to) = self.addresses().unzip();
        let (from, to) = (from.map(|it| at(it, source)), to.map(|it| at(it, destination)));
        format!("{} > {}: {what}, {lives}", from.unwrap_or_default(), to.unwrap_or_default())
    }

    /// From which address to which.
    pub fn addresses(&self) -> Option<(IpAddr, IpAddr)> {
        let four = self.ipv4.as_ref().map(|ip| (ip.source.into(), ip.destination.into()));
        four.or_else(|| self.ipv6.as_ref().map(|ip| (ip.source.into(), ip.destination.into())))
    }

    /// From which port to which.
    pub fn ports(&self) -> Option<(u16, u16)> {
        let tcp = self.tcp.as_ref().map(|tcp| (tcp.source, tcp.destination));
        tcp.or_else(|| self.udp.as_ref().map(|udp| (udp.source, udp.destination)))
    }
}

impl Icmp {
    fn line(&self) -> String {
        let what = match (self.kind, self.code) {
            (0, _) => "echo reply".to_owned(),
            (8, _) => "echo request".to_owned(),
            (3, 0) => "net unreachable".to_owned(),
            (3, 1) => "host unreachable".to_owned(),
            (3, 3) => "port unreachable".to_owned(),
            (3, 9 | 10 | 13) => "administratively prohibited".to_owned(),
            (11, _) => "time exceeded".to_owned(),
            (kind, code) => format!("type {kind} code {code}"),
        };
        self.named("ICMP", &what)
    }

    fn line6(&self) -> String {
        let what = match (self.kind, self.code) {
            (128, _) => "echo request".to_owned(),
            (129, _) => "echo reply".to_owned(),
            (1, 0) => "no route".to_owned(),
            (1, 1) => "administratively prohibited".to_owned(),
            (1, 3) => "address unreachable".to_owned(),
            (1, 4) => "port unreachable".to_owned(),
            (2, _) => "packet too big".to_owned(),
            (3, _) => "time exceeded".to_owned(),
            (kind, code) => format!("type {kind} code {code}"),
        };
        self.named("ICMPv6", &what)
    }

    fn named(&self, name: &str, what: &str) -> String {
        match (self.id, self.sequence) {
            (Some(id), Some(sequence)) => format!("{name} {what}, id {id}, seq {sequence}"),
            _ => format!("{name} {what}"),
        }
    }
}

impl Ndp {
    fn line(&self) -> String {
        let mac = self.mac.as_deref().unwrap_or("?");
        if self.answers {
            format!("NDP neighbor advertisement, {} is-at {mac}", self.target)
        } else {
            format!("NDP neighbor solicitation, who has {}", self.target)
        }
    }
}

impl Dns {
    fn line(&self) -> String {
        let kind = match self.kind {
            1 => "A".to_owned(),
            28 => "AAAA".to_owned(),
            other => format!("TYPE{other}"),
        };
        if !self.answers {
            return format!("DNS {kind}? {}", self.question);
        }
        let said = match (self.code, self.addresses.is_empty()) {
            (0, true) => "no address".to_owned(),
            (0, false) => self.addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            (3, _) => "NXDOMAIN".to_owned(),
            (2, _) => "SERVFAIL".to_owned(),
            (code, _) => format!("RCODE {code}"),
        };
        format!("DNS {kind} {} = {said}", self.question)
    }
}

impl Hop {
    /// When it was there since the first was seen: `+0.021 ms`; none at a rule.
    pub fn time(&self) -> Option<String> {
        let micros = self.after? / 1000;
        Some(format!("+{}.{:03} ms", micros / 1000, micros % 1000))
    }

    /// What differs, but that a frame has another sender on another link: its addressee says the same.
    pub fn told(&self) -> impl Iterator<Item = &Difference> {
        self.differs.iter().filter(|one| one.field != Field::SourceMac)
    }
}

impl Difference {
    /// `ttl 64 → 63`
    pub fn line(&self) -> String {
        format!("{} {} → {}", self.field.term(), self.before, self.now)
    }
}

impl Field {
    /// What it is called in the field.
    pub fn term(&self) -> &str {
        match self {
            Self::SourceMac => "source MAC",
            Self::DestinationMac => "destination MAC",
            Self::SourcePort => "source port",
            Self::DestinationPort => "destination port",
            Self::HopLimit => "hop limit",
            other => other.as_str(),
        }
    }
}

impl WalkPacket {
    /// `ICMP echo`, `TCP SYN, port 80`
    pub fn line(&self, version: IpVersion) -> String {
        match (self, version) {
            (Self::Echo, IpVersion::V4) => "ICMP echo".to_owned(),
            (Self::Echo, IpVersion::V6) => "ICMPv6 echo".to_owned(),
            (Self::Tcp { port }, _) => format!("TCP SYN, port {port}"),
            (Self::Udp { port }, _) => format!("UDP, port {port}"),
            (Self::Name { name }, IpVersion::V4) => format!("DNS A? {name}"),
            (Self::Name { name }, IpVersion::V6) => format!("DNS AAAA? {name}"),
        }
    }
}

impl Walk {
    /// What is sent, in a line.
    pub fn line(&self) -> String {
        self.packet.line(self.version)
    }
}
