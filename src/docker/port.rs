//! A port of a container: `80/tcp`.

use super::container::PortBinding;
use std::fmt;

/// A number and its protocol.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Port {
    pub number: u16,
    /// `tcp`, `udp`, `sctp`
    pub protocol: String,
}

impl fmt::Display for Port {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(to, "{}/{}", self.number, self.protocol)
    }
}

impl Port {
    /// A name in `ExposedPorts`, of which Docker takes any: `80`, `53/udp`, `80/TCP`. None where no port of the network is meant.
    pub fn of(name: &str) -> Option<Self> {
        let (number, protocol) = split(name);
        let protocol = protocol.to_ascii_lowercase();
        let known = matches!(protocol.as_str(), "tcp" | "udp" | "sctp");
        Some(Self { number: of_digits(number).filter(|number| known && *number > 0)?, protocol })
    }

    /// What `--expose` means, as the docker CLI reads it: `80`, `8000-8010/udp`.
    pub fn range(text: &str) -> Option<impl Iterator<Item = Self>> {
        let (numbers, protocol) = split(text);
        let ((first, last), protocol) = (range_of(numbers)?, protocol.to_owned());
        Some((first..=last).map(move |number| Self { number, protocol: protocol.clone() }))
    }
}

/// What `-p` means: the container's port, and where on the host.
pub type Published = (Port, PortBinding);

/// What is wrong with a `-p`, as the docker CLI tells it, and the part that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPublish {
    /// `host-port`, `container-port`, `ranges`, `protocol`, `address`, `format`, `empty`
    pub what: &'static str,
    pub value: String,
}

/// `[[address:][port[-port]]:]port[-port][/protocol]`, or `published=8080,target=80,protocol=udp`, as the docker CLI reads it
/// (go-connections `nat.ParsePortSpec`).
pub fn published(text: &str) -> Result<Vec<Published>, BadPublish> {
    let long = text.contains('=').then(|| from_fields(text)).transpose()?;
    let text = long.as_deref().unwrap_or(text);
    let bad = |what, value: &str| BadPublish { what, value: value.to_owned() };
    let (before, inside) = text.rsplit_once(':').unwrap_or(("", text));
    let (address, outside) = before.rsplit_once(':').unwrap_or(("", before));
    let (numbers, protocol) = split(inside);
    let bare = address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address);
    if !bare.is_empty() && bare.parse::<std::net::IpAddr>().is_err() {
        return Err(bad("address", address));
    }
    if numbers.is_empty() {
        return Err(bad("empty", text));
    }
    let (first, last) = range_of(numbers).ok_or_else(|| bad("container-port", numbers))?;
    let host = match outside {
        "" => None,
        named => Some(range_of(named).ok_or_else(|| bad("host-port", named))?),
    };
    if host.is_some_and(|(from, to)| first != last && to - from != last - first) {
        let value = format!("{numbers} and {outside}");
        return Err(BadPublish { what: "ranges", value });
    }
    let protocol = protocol.to_ascii_lowercase();
    if !matches!(protocol.as_str(), "tcp" | "udp" | "sctp") {
        return Err(bad("protocol", &protocol));
    }
    let one = |number: u16| {
        let host_port = match host {
            None => String::new(),
            Some((from, to)) if first == last && from != to => format!("{from}-{to}"),
            Some((from, _)) => (from + (number - first)).to_string(),
        };
        let binding = PortBinding { host_ip: bare.to_owned(), host_port };
        (Port { number, protocol: protocol.clone() }, binding)
    };
    Ok((first..=last).map(one).collect())
}

/// The long way to say it in the short one.
fn from_fields(text: &str) -> Result<String, BadPublish> {
    let (mut published, mut target, mut protocol) = ("", "", "tcp");
    for field in text.split(',') {
        match field.split_once('=') {
            Some(("published", value)) => published = value,
            Some(("target", value)) => target = value,
            Some(("protocol", value)) => protocol = value,
            Some((name, _)) if !name.is_empty() => {}
            _ => return Err(BadPublish { what: "format", value: field.to_owned() }),
        }
    }
    Ok(format!("{published}:{target}/{protocol}"))
}

/// `80`, `8000-8010`
pub fn range_of(numbers: &str) -> Option<(u16, u16)> {
    let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
    let (first, last) = (of_digits(first)?, of_digits(last)?);
    (first <= last).then_some((first, last))
}

/// Ports of the host: `8080`, `8000-8010`. As in Docker, nobody reads a protocol that stands behind them.
pub fn host_ports(text: &str) -> Option<(u16, u16)> {
    range_of(text.split('/').next().unwrap_or_default())
}

/// As Go, which takes no sign.
fn of_digits(text: &str) -> Option<u16> {
    text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()))
}

/// What stands before the first slash, and behind it; nothing is `tcp`.
fn split(text: &str) -> (&str, &str) {
    let mut parts = text.split('/');
    let number = parts.next().unwrap_or_default();
    (number, parts.next().filter(|protocol| !protocol.is_empty()).unwrap_or("tcp"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_port_is_read_as_docker_reads_it() {
        for (name, port) in
            [("80", "80/tcp"), ("80/TCP", "80/tcp"), ("80/", "80/tcp"), ("53/udp", "53/udp"), ("7/sctp/x", "7/sctp")]
        {
            assert_eq!(Port::of(name).unwrap().to_string(), port, "{name}");
        }
        for none in ["", "foo", "80/foo", "80-82/tcp", "70000/tcp", "0/tcp", "/tcp", "+80", " 80", "-1"] {
            assert_eq!(Port::of(none), None, "{none}");
        }
    }

    #[test]
    fn a_range_is_each_of_its_ports() {
        let all =
            |text| Port::range(text).map(|ports| ports.map(|port| port.to_string()).collect::<Vec<_>>().join(" "));
        for (text, ports) in [
            ("80", "80/tcp"),
            ("80-81/udp", "80/udp 81/udp"),
            ("80/", "80/tcp"),
            ("7/sctp", "7/sctp"),
            ("65535-65535", "65535/tcp"),
        ] {
            assert_eq!(all(text).as_deref(), Some(ports), "{text}");
        }
        for none in ["", "/", "/tcp", "a", "80-", "90-80", "70000", "80:90", " 80", "+80", "-80"] {
            assert_eq!(all(none), None, "{none}");
        }
    }

    #[test]
    fn what_is_published_is_read_as_docker_reads_it() {
        let said = |text: &str| {
            let one = |(port, at): Published| format!("{port} {}:{}", at.host_ip, at.host_port);
            published(text).unwrap_or_else(|bad| panic!("{text}: {bad:?}")).into_iter().map(one).collect::<Vec<_>>()
        };
        for (text, one) in [
            ("80", "80/tcp :"),
            (":80", "80/tcp :"),
            ("8080:80/UDP", "80/udp :8080"),
            ("0:80", "80/tcp :0"),
            ("127.0.0.1:8080:80", "80/tcp 127.0.0.1:8080"),
            ("127.0.0.1::80", "80/tcp 127.0.0.1:"),
            ("::1:80:81", "81/tcp ::1:80"),
            ("[::1]:80:81", "81/tcp ::1:80"),
            ("9000-9002:90", "90/tcp :9000-9002"),
            ("published=8080,target=80", "80/tcp :8080"),
            ("target=53,protocol=udp", "53/udp :"),
        ] {
            assert_eq!(said(text), [one], "{text}");
        }
        assert_eq!(said("7000-7001:8000-8001/udp"), ["8000/udp :7000", "8001/udp :7001"]);
        assert_eq!(said("8000-8001"), ["8000/tcp :", "8001/tcp :"]);
        for (text, what, value) in [
            ("99999:80", "host-port", "99999"),
            ("a:80", "host-port", "a"),
            ("80:b", "container-port", "b"),
            ("1-3:80-81", "ranges", "80-81 and 1-3"),
            ("80:80/foo", "protocol", "foo"),
            ("1.2.3:80:80", "address", "1.2.3"),
            ("80:80:80", "address", "80"),
            ("80:", "empty", "80:"),
            ("", "empty", ""),
            ("5-4:80", "host-port", "5-4"),
            ("published=80,", "format", ""),
        ] {
            assert_eq!(published(text), Err(BadPublish { what, value: value.to_owned() }), "{text}");
        }
    }
}
