//! The rules of all bridges as nft(8) is told them: one table of IPv4, and one of IPv6 where a network has that.

use super::ruleset::{FAMILY, FAMILY6, TABLE};
use super::*;
use crate::trace::Transport;
use std::fmt::Write;
use std::net::SocketAddrV4;

/// The chain that keeps bridges apart: what comes from one and is to leave by another is dropped (Docker's
/// `DOCKER-ISOLATION-STAGE-2`).
pub(super) const BETWEEN: &str = "between";

/// A network with rules.
#[derive(Debug, Clone)]
pub(super) struct Ruled {
    pub(super) id: NetworkId,
    pub(super) name: String,
    pub(super) segment: Segment,
}

/// A port of the host's that leads to a container's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PortRule {
    pub(super) container: ContainerId,
    /// The network by which the container is reached.
    pub(super) network: NetworkId,
    pub(super) transport: Transport,
    /// On which of the host's addresses; none: on each.
    pub(super) at: Option<Ipv4Addr>,
    pub(super) port: u16,
    pub(super) to: SocketAddrV4,
}

/// The commands that make the table anew, in one transaction.
pub(super) fn script(networks: &[Ruled], ports: &[PortRule], narrow: bool) -> String {
    let (mut nat, mut forward, mut between) = (String::new(), String::new(), String::new());
    // Writing to a string does not fail.
    for Ruled { segment: Segment { bridge, subnet, internal, .. }, .. } in networks {
        if *internal {
            writeln!(forward, "\t\tiifname \"{bridge}\" ip daddr != {subnet} drop").unwrap_or_default();
            writeln!(forward, "\t\toifname \"{bridge}\" ip saddr != {subnet} drop").unwrap_or_default();
        } else if networks.len() > 1 {
            writeln!(forward, "\t\tiifname \"{bridge}\" oifname != \"{bridge}\" jump {BETWEEN}").unwrap_or_default();
        }
        if networks.len() > 1 {
            writeln!(between, "\t\toifname \"{bridge}\" drop").unwrap_or_default();
        }
    }
    for Ruled { id, segment: Segment { bridge, subnet, masquerade, internal, .. }, .. } in networks {
        if *masquerade && !internal {
            writeln!(nat, "\t\tip saddr {subnet} oifname != \"{bridge}\" masquerade").unwrap_or_default();
        }
        if *internal {
            writeln!(forward, "\t\tiifname \"{bridge}\" accept").unwrap_or_default();
            continue;
        }
        writeln!(forward, "\t\toifname \"{bridge}\" ct state established,related accept").unwrap_or_default();
        writeln!(forward, "\t\tiifname \"{bridge}\" accept").unwrap_or_default();
        for PortRule { transport, to, .. } in ports.iter().filter(|port| port.network == *id) {
            let (address, port) = (to.ip(), to.port());
            let meant = format!("ip daddr {address} {transport} dport {port}");
            writeln!(forward, "\t\tiifname != \"{bridge}\" oifname \"{bridge}\" {meant} accept").unwrap_or_default();
            writeln!(nat, "\t\tip saddr {address} {meant} masquerade").unwrap_or_default();
        }
        // Who comes from elsewhere to what nobody published (Docker: the policy of FORWARD).
        writeln!(forward, "\t\toifname \"{bridge}\" drop").unwrap_or_default();
    }
    if narrow {
        forward.push_str("\t\tdrop\n");
    }
    // What a chain jumps to stands before it.
    let between = if between.is_empty() { between } else { format!("\tchain {BETWEEN} {{\n{between}\t}}\n") };
    let redirect = redirect(networks, ports);
    format!(
        "add table {FAMILY} {TABLE}
delete table {FAMILY} {TABLE}
table {FAMILY} {TABLE} {{
{between}{redirect}\tchain postrouting {{
\t\ttype nat hook postrouting priority srcnat; policy accept;
{nat}\t}}
\tchain forward {{
\t\ttype filter hook forward priority filter; policy accept;
{forward}\t}}
}}
"
    )
}

/// The same of IPv6, as far as there is any: bridges are kept apart, and nothing is translated – as Docker's by itself does not.
pub(super) fn script6(networks: &[Ruled], narrow: bool) -> String {
    let (mut forward, mut between) = (String::new(), String::new());
    for Ruled { segment, .. } in networks {
        let bridge = &segment.bridge;
        if let (true, Some(six)) = (segment.internal, &segment.six) {
            let subnet = six.subnet;
            // What stays on the bridge comes by here, too, where bridges call nft (br_netfilter): questions for neighbours among it, which
            // go to groups of no subnet.
            for (this, other, of) in [("iifname", "oifname", "daddr"), ("oifname", "iifname", "saddr")] {
                let apart = format!("{this} \"{bridge}\" {other} != \"{bridge}\" ip6 {of} != {subnet} drop");
                writeln!(forward, "\t\t{apart}").unwrap_or_default();
            }
        } else {
            writeln!(forward, "\t\tiifname \"{bridge}\" oifname != \"{bridge}\" jump {BETWEEN}").unwrap_or_default();
        }
        writeln!(between, "\t\toifname \"{bridge}\" drop").unwrap_or_default();
    }
    for Ruled { segment: Segment { bridge, .. }, .. } in networks {
        writeln!(forward, "\t\toifname \"{bridge}\" ct state established,related accept").unwrap_or_default();
        writeln!(forward, "\t\tiifname \"{bridge}\" accept").unwrap_or_default();
        writeln!(forward, "\t\toifname \"{bridge}\" drop").unwrap_or_default();
    }
    if narrow {
        forward.push_str("\t\tdrop\n");
    }
    let rules = format!(
        "table {FAMILY6} {TABLE} {{
\tchain {BETWEEN} {{
{between}\t}}
\tchain forward {{
\t\ttype filter hook forward priority filter; policy accept;
{forward}\t}}
}}
"
    );
    // Without a network that has IPv6 the host may forward still, until the engine ends: for nobody, if it did not before.
    let there = narrow || networks.iter().any(|of| of.segment.six.is_some());
    let rules = if there { rules } else { String::new() };
    format!("add table {FAMILY6} {TABLE}\ndelete table {FAMILY6} {TABLE}\n{rules}")
}

/// The chains that turn packets to published ports to containers. What comes from a container is not turned, but asks the socket on
/// the host, as with Docker's `docker-proxy`; nor is what the host asks of its own loopback.
fn redirect(networks: &[Ruled], ports: &[PortRule]) -> String {
    if ports.is_empty() {
        return String::new();
    }
    let (mut comes, mut begins) = (String::new(), String::new());
    // Of whom it is asked: one of the host's addresses, or any.
    let asked =
        |at: &Option<Ipv4Addr>| at.map_or_else(|| "fib daddr type local".to_owned(), |at| format!("ip daddr {at}"));
    for Ruled { segment: Segment { bridge, internal, .. }, .. } in networks {
        // What is internal is no way to what others publish: with Docker it is turned, and then kept apart.
        for PortRule { transport, at, port, .. } in ports.iter().filter(|_| *internal) {
            let meant = format!("{} {transport} dport {port}", asked(at));
            writeln!(comes, "\t\tiifname \"{bridge}\" {meant} drop").unwrap_or_default();
        }
        writeln!(comes, "\t\tiifname \"{bridge}\" return").unwrap_or_default();
    }
    for PortRule { network, transport, at, port, to, .. } in ports {
        let Some(of) = networks.iter().find(|of| of.id == *network) else { continue };
        let bridge = &of.segment.bridge;
        let turned = format!("{} {transport} dport {port} dnat to {to}", asked(at));
        writeln!(comes, "\t\tiifname != \"{bridge}\" {turned}").unwrap_or_default();
        let but_loopback = if at.is_none() { "ip daddr != 127.0.0.0/8 " } else { "" };
        writeln!(begins, "\t\t{but_loopback}{turned}").unwrap_or_default();
    }
    format!(
        "\tchain prerouting {{
\t\ttype nat hook prerouting priority dstnat; policy accept;
{comes}\t}}
\tchain output {{
\t\ttype nat hook output priority -100; policy accept;
{begins}\t}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(name: &str, bridge: &str, net: u8) -> Ruled {
        let gateway = Ipv4Addr::new(172, net, 0, 1);
        let segment = Segment::new(bridge.into(), Subnet::around(gateway, 16), gateway);
        Ruled { id: NetworkId::from(name), name: name.into(), segment }
    }

    #[test]
    fn each_network_has_its_rules_in_one_table() {
        let script = script(&[ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)], &[], false);
        for rule in [
            "\t\tip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade\n",
            "\t\tip saddr 172.18.0.0/16 oifname != \"br-0123456789ab\" masquerade\n",
            "\t\toifname \"docker0\" ct state established,related accept\n\t\tiifname \"docker0\" accept\n",
            "\t\tiifname \"br-0123456789ab\" accept\n\t\toifname \"br-0123456789ab\" drop\n",
            "\t\tiifname \"docker0\" oifname != \"docker0\" jump between\n",
            "\t\toifname \"docker0\" drop\n\t\toifname \"br-0123456789ab\" drop\n",
        ] {
            assert!(script.contains(rule), "{script}");
        }
        assert_eq!(script.matches("chain").count(), 3);
    }

    #[test]
    fn what_is_internal_leads_nowhere() {
        let mut inner = ruled("inner", "br-0123456789ab", 18);
        inner.segment.internal = true;
        let script = script(&[ruled("bridge", "docker0", 17), inner], &[], false);
        assert!(!script.contains("172.18.0.0/16 oifname"), "{script}");
        for rule in
            ["iifname \"br-0123456789ab\" ip daddr != 172.18.0.0/16 drop", "oifname \"br-0123456789ab\" ip saddr"]
        {
            assert!(script.contains(rule), "{script}");
        }
        assert_eq!(super::script(&[ruled("bridge", "docker0", 17)], &[], false).matches("chain").count(), 2);
    }

    #[test]
    fn a_port_is_turned_to_its_container_and_let_through() {
        let port = |at: Option<Ipv4Addr>, port| PortRule {
            container: ContainerId::from("c"),
            network: "bridge".into(),
            transport: Transport::Tcp,
            at,
            port,
            to: SocketAddrV4::new([172, 17, 0, 2].into(), 80),
        };
        let networks = [ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)];
        let ports = [port(None, 8080), port(Some([10, 0, 2, 100].into()), 82)];
        let narrow = script(&networks, &ports, true);
        assert!(narrow.contains("drop\n\t\tdrop\n\t}\n"), "the last of all: {narrow}");
        let script = script(&networks, &ports, false);
        let to = "dnat to 172.17.0.2:80\n";
        for rule in [
            "iifname \"docker0\" return\n\t\tiifname \"br-0123456789ab\" return\n".to_owned(),
            format!("\t\tiifname != \"docker0\" fib daddr type local tcp dport 8080 {to}"),
            format!("\t\tip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 {to}"),
            format!("\t\tiifname != \"docker0\" ip daddr 10.0.2.100 tcp dport 82 {to}"),
            format!(
                "accept;\n\t\tip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 {to}\t\tip daddr 10.0.2.100"
            ),
            "\t\tiifname != \"docker0\" oifname \"docker0\" ip daddr 172.17.0.2 tcp dport 80 accept\n".to_owned(),
            "\t\tip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 80 masquerade\n".to_owned(),
        ] {
            assert!(script.contains(&rule), "{rule} in {script}");
        }
        assert!(!script.contains("br-0123456789ab\" fib"), "{script}");
    }

    #[test]
    fn what_is_internal_does_not_reach_what_others_publish() {
        let mut networks = [ruled("bridge", "docker0", 17), ruled("inner", "br-0123456789ab", 18)];
        networks[1].segment.internal = true;
        let ports = [(None, 8080), (Some(Ipv4Addr::new(172, 18, 0, 1)), 82)].map(|(at, port)| PortRule {
            container: ContainerId::from("c"),
            network: "bridge".into(),
            transport: Transport::Udp,
            at,
            port,
            to: SocketAddrV4::new([172, 17, 0, 2].into(), 80),
        });
        let script = script(&networks, &ports, false);
        let rules = "\t\tiifname \"br-0123456789ab\" fib daddr type local udp dport 8080 drop\n\
                     \t\tiifname \"br-0123456789ab\" ip daddr 172.18.0.1 udp dport 82 drop\n\
                     \t\tiifname \"br-0123456789ab\" return\n";
        assert!(script.contains(rules), "{script}");
        assert!(!script.contains("iifname \"docker0\" fib"), "{script}");
    }

    #[test]
    fn bridges_are_kept_apart_in_ipv6_where_one_has_it() {
        let mut networks = [ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)];
        assert_eq!(script6(&networks, false), "add table ip6 dockwalk\ndelete table ip6 dockwalk\n");
        let (subnet, gateway) = (Subnet6::parse("fd00::/64").unwrap(), "fd00::1".parse().unwrap());
        networks[1].segment.six = Some(Segment6 { subnet, gateway, range: None, auxiliary: Vec::new() });
        let open = script6(&networks, true);
        for rule in
            ["iifname \"docker0\" oifname != \"docker0\" jump between", "oifname \"br-0123456789ab\" drop\n\t\tdrop\n"]
        {
            assert!(open.contains(rule), "{open}");
        }
        assert!(!open.contains("masquerade"), "{open}");
        networks[1].segment.internal = true;
        let closed = script6(&networks, false);
        assert!(
            closed.contains("iifname \"br-0123456789ab\" oifname != \"br-0123456789ab\" ip6 daddr != fd00::/64 drop"),
            "{closed}"
        );
    }
}
