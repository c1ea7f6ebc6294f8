//! What Docker writes to `/etc/hosts` and `/etc/resolv.conf`.

use std::fmt::Write;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};

/// `/etc/hosts`
pub fn hosts(hostname: &str, address: Option<Ipv4Addr>, extra: &[(String, String)]) -> String {
    let mut text = String::from(
        "127.0.0.1\tlocalhost\n\
         ::1\tlocalhost ip6-localhost ip6-loopback\n\
         fe00::\tip6-localnet\n\
         ff00::\tip6-mcastprefix\n\
         ff02::1\tip6-allnodes\n\
         ff02::2\tip6-allrouters\n",
    );
    // A name with a domain goes with the one before its first dot.
    let names = match hostname.split_once('.') {
        Some((short, _)) => format!("{hostname} {short}"),
        None => hostname.to_owned(),
    };
    let own = address.map(|address| (names, address.to_string()));
    for (name, address) in extra.iter().chain(own.as_ref()) {
        // Writing to a String cannot fail.
        writeln!(text, "{address}\t{name}").unwrap_or_default();
    }
    text
}

/// The host's own, as it is; nothing where it has none.
pub fn hosts_of_host() -> String {
    String::from_utf8_lossy(&fs::read("/etc/hosts").unwrap_or_default()).into_owned()
}

/// The same of its resolver configuration.
pub fn resolv_conf_of_host() -> String {
    String::from_utf8_lossy(&fs::read("/etc/resolv.conf").unwrap_or_default()).into_owned()
}

/// The host's resolver configuration; that of systemd-resolved's upstream where the host itself asks a local stub.
pub fn of_host() -> String {
    let text = fs::read_to_string("/etc/resolv.conf").unwrap_or_default();
    if !text.contains("127.0.0.53") {
        return text;
    }
    fs::read_to_string("/run/systemd/resolve/resolv.conf").unwrap_or(text)
}

/// `/etc/resolv.conf`: the host's without name servers on its loopback, which is not the container's. When none is left,
/// Docker takes Google's.
pub fn resolv_conf(host: &str, dns: &[String]) -> String {
    let lines = host.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let (servers, others): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("nameserver"));
    let reachable = servers.into_iter().filter_map(|line| line.split_whitespace().nth(1)).filter(|server| {
        let plain = server.split('%').next().unwrap_or_default();
        plain.parse::<IpAddr>().is_ok_and(|address| !address.is_loopback())
    });
    let mut servers: Vec<String> = if dns.is_empty() { reachable.map(str::to_owned).collect() } else { dns.to_vec() };
    if servers.is_empty() {
        servers = ["8.8.8.8", "8.8.4.4"].map(str::to_owned).to_vec();
    }
    let servers = servers.into_iter().map(|server| format!("nameserver {server}\n"));
    servers.chain(others.into_iter().map(|line| format!("{line}\n"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_knows_its_own_name() {
        let extra = [("db".to_owned(), "10.0.0.5".to_owned())];
        let text = hosts("box", Some(Ipv4Addr::new(172, 17, 0, 2)), &extra);
        assert!(text.starts_with("127.0.0.1\tlocalhost\n"));
        assert!(text.ends_with("10.0.0.5\tdb\n172.17.0.2\tbox\n"));
    }

    #[test]
    fn a_name_with_a_domain_has_a_short_one_beside_it() {
        let address = Ipv4Addr::new(172, 17, 0, 2);
        let own = |hostname| hosts(hostname, Some(address), &[]).lines().last().map(str::to_owned);
        assert_eq!(own("web.example.org").as_deref(), Some("172.17.0.2\tweb.example.org web"));
        assert_eq!(own("a.b").as_deref(), Some("172.17.0.2\ta.b a"));
        assert_eq!(own("web").as_deref(), Some("172.17.0.2\tweb"));
        assert!(!hosts("web.example.org", None, &[]).contains("web"), "nothing is said of one that has no address");
    }

    #[test]
    fn name_servers_of_the_hosts_loopback_are_left_out() {
        let host = "# by hand\nnameserver 127.0.0.53\nnameserver 10.0.0.1\nnameserver ::1\nsearch lab\n";
        assert_eq!(resolv_conf(host, &[]), "nameserver 10.0.0.1\nsearch lab\n");
        assert_eq!(resolv_conf("nameserver 127.0.0.1\n", &[]), "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
        assert_eq!(resolv_conf(host, &["1.1.1.1".into()]), "nameserver 1.1.1.1\nsearch lab\n");
    }
}
