//! A packet in a line, in the words of the field (tcpdump), which are the same in each language.

use super::{Decoded, Difference, Dns, Field, Hop, Icmp, WalkPacket};
use std::net::Ipv4Addr;

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
        let Some(ip) = &self.ipv4 else {
            return self.ethernet.as_ref().map_or_else(String::new, |it| format!("ethertype 0x{:04x}", it.kind));
        };
        let at = |address: Ipv4Addr, port: Option<u16>| match port {
            Some(port) => format!("{address}:{port}"),
            None => address.to_string(),
        };
        let (source, destination) = self.ports().unzip();
        let what = if let Some(icmp) = &self.icmp {
            icmp.line()
        } else if let Some(tcp) = &self.tcp {
            format!("TCP {}", tcp.flags)
        } else if let Some(dns) = &self.dns {
            dns.line()
        } else if self.udp.is_some() {
            "UDP".to_owned()
        } else {
            format!("protocol {}", ip.protocol)
        };
        format!("{} > {}: {what}, ttl {}", at(ip.source, source), at(ip.destination, destination), ip.ttl)
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
        match (self.id, self.sequence) {
            (Some(id), Some(sequence)) => format!("ICMP {what}, id {id}, seq {sequence}"),
            _ => format!("ICMP {what}"),
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
            other => other.as_str(),
        }
    }
}

impl WalkPacket {
    /// `ICMP echo`, `TCP 80`
    pub fn line(&self) -> String {
        match self {
            Self::Echo => "ICMP echo".to_owned(),
            Self::Tcp { port } => format!("TCP SYN, port {port}"),
            Self::Udp { port } => format!("UDP, port {port}"),
            Self::Name { name } => format!("DNS A? {name}"),
        }
    }
}
