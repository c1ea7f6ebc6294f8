//! A port of a container: `80/tcp`.

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
        let (first, last) = numbers.split_once('-').unwrap_or((numbers, numbers));
        let (first, last) = (of_digits(first)?, of_digits(last)?);
        let protocol = protocol.to_owned();
        (first <= last).then(|| (first..=last).map(move |number| Self { number, protocol: protocol.clone() }))
    }
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
}
