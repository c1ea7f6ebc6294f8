//! `docker port`: where a container's ports are on the host.

use super::{CommandSession, encode};
use crate::cli::docker_args::PortArgs;
use crate::cli::{Done, out};
use crate::client::ClientError;
use crate::docker::{ContainerInspect, PortBinding};
use crate::trace::Code;

pub(in crate::cli) fn port(session: &CommandSession<'_>, args: &PortArgs) -> Done {
    let container: ContainerInspect = session.client.get(&format!("/containers/{}/json", encode(&args.container)))?;
    let ports = container.network_settings.ports;
    let mut lines: Vec<String> = match args.private_port.as_deref().filter(|port| !port.is_empty()) {
        Some(asked) => {
            let (number, protocol) = asked.split_once('/').unwrap_or((asked, ""));
            let bad = |_no_number| ClientError::new(Code::InvalidPort).with("port", asked);
            number.parse::<u16>().map_err(bad)?;
            let protocol = if protocol.is_empty() { "tcp" } else { protocol };
            let bound = ports.get(&format!("{number}/{protocol}")).and_then(Option::as_ref);
            let bound = bound.filter(|bound| !bound.is_empty()).ok_or_else(|| {
                ClientError::new(Code::NoPublicPort).with("port", asked).with("container", &args.container)
            })?;
            bound.iter().map(place).collect()
        }
        None => {
            let all = ports.iter().flat_map(|(port, bound)| bound.iter().flatten().map(move |one| (port, one)));
            all.map(|(port, one)| format!("{port} -> {}", place(one))).collect()
        }
    };
    lines.sort_by_cached_key(|line| natural(line));
    lines.iter().for_each(out::line);
    Ok(())
}

/// `0.0.0.0:8080`, `[::]:8080`
fn place(bound: &PortBinding) -> String {
    let PortBinding { host_ip, host_port } = bound;
    if host_ip.contains(':') { format!("[{host_ip}]:{host_port}") } else { format!("{host_ip}:{host_port}") }
}

/// Texts and numbers by turns, so that 80 comes before 443.
fn natural(line: &str) -> Vec<(String, u64)> {
    let mut parts = Vec::new();
    let mut rest = line;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(digits);
        let end = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        parts.push((word.to_owned(), behind[..end].parse().unwrap_or(0)));
        rest = &behind[end..];
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_in_the_order_of_their_numbers() {
        let mut lines = ["443/tcp -> 0.0.0.0:8443", "80/tcp -> [::]:8080", "80/tcp -> 0.0.0.0:8080"];
        lines.sort_by_cached_key(|line| natural(line));
        assert_eq!(lines, ["80/tcp -> 0.0.0.0:8080", "80/tcp -> [::]:8080", "443/tcp -> 0.0.0.0:8443"]);
    }

    #[test]
    fn an_address_with_colons_stands_in_brackets() {
        let bound = |ip: &str| PortBinding { host_ip: ip.to_owned(), host_port: "80".to_owned() };
        assert_eq!((place(&bound("::")), place(&bound("127.0.0.1"))), ("[::]:80".into(), "127.0.0.1:80".into()));
    }
}
