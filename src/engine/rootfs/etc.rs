//! What Docker writes to `/etc/hosts` and `/etc/resolv.conf`.

use super::Dns;
use std::fmt::Write;
use std::fs;
use std::net::{IpAddr, Ipv4Addr};

/// `/etc/hosts`
pub fn hosts((hostname, domainname): (&str, &str), addresses: &[IpAddr], extra: &[(String, String)]) -> String {
    let mut text = String::from(
        "127.0.0.1\tlocalhost\n\
         ::1\tlocalhost ip6-localhost ip6-loopback\n\
         fe00::0\tip6-localnet\n\
         ff00::0\tip6-mcastprefix\n\
         ff02::1\tip6-allnodes\n\
         ff02::2\tip6-allrouters\n",
    );
    let names = own_names(hostname, domainname);
    let own = addresses.iter().map(|address| (names.clone(), address.to_string()));
    for (name, address) in extra.iter().cloned().chain(own) {
        // Writing to a String cannot fail.
        writeln!(text, "{address}\t{name}").unwrap_or_default();
    }
    text
}

/// A container's own name; one with a domain goes with the one before its first dot.
fn own_names(hostname: &str, domainname: &str) -> String {
    let full = if domainname.is_empty() { hostname.to_owned() } else { format!("{hostname}.{domainname}") };
    match full.split_once('.') {
        Some((short, _)) => format!("{full} {short}"),
        None => full,
    }
}

/// The same with one more address of the container's own.
pub fn with_address(text: &str, hostname: &str, domainname: &str, address: IpAddr) -> String {
    format!("{text}{address}\t{}\n", own_names(hostname, domainname))
}

/// The same without that address.
pub fn without_address(text: &str, address: IpAddr) -> String {
    let address = address.to_string();
    let other = |line: &&str| line.split_whitespace().next() != Some(address.as_str());
    text.lines().filter(other).map(|line| format!("{line}\n")).collect()
}

/// The same where who is called `alias` has another address. All else is as the container has it.
pub fn moved(text: &str, alias: &str, address: Ipv4Addr) -> String {
    let line = |line: &str| match line.find(char::is_whitespace) {
        Some(end) if is_about(line, alias) => format!("{address}{}\n", &line[end..]),
        _ => format!("{line}\n"),
    };
    text.lines().map(line).collect()
}

/// The same without who is called `alias`.
pub fn without(text: &str, alias: &str) -> String {
    text.lines().filter(|line| !is_about(line, alias)).map(|line| format!("{line}\n")).collect()
}

/// The first name of a line is that one.
fn is_about(line: &str, alias: &str) -> bool {
    line.split_whitespace().nth(1) == Some(alias)
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
/// Docker takes Google's. Where anything is asked for it is written anew, with what the host has for the rest.
pub fn resolv_conf(host: &str, dns: &Dns<'_>) -> String {
    let lines = host.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';']));
    let (servers, others): (Vec<_>, Vec<_>) = lines.partition(|line| line.starts_with("nameserver"));
    let reachable = servers.into_iter().filter_map(|line| line.split_whitespace().nth(1)).filter(|server| {
        let plain = server.split('%').next().unwrap_or_default();
        plain.parse::<IpAddr>().is_ok_and(|address| !address.is_loopback())
    });
    let mut servers: Vec<String> =
        if dns.servers.is_empty() { reachable.map(str::to_owned).collect() } else { dns.servers.to_vec() };
    if servers.is_empty() {
        servers = ["8.8.8.8", "8.8.4.4"].map(str::to_owned).to_vec();
    }
    let servers = servers.into_iter().map(|server| format!("nameserver {server}\n"));
    if dns.is_empty() {
        return servers.chain(others.into_iter().map(|line| format!("{line}\n"))).collect();
    }
    // Of several lines of a kind the last counts (resolv.conf(5)).
    let of_host = |word: &str| {
        let line = others.iter().rev().find_map(|line| line.strip_prefix(word)?.strip_prefix([' ', '\t']));
        line.map_or_else(Vec::new, |rest| rest.split_whitespace().map(str::to_owned).collect())
    };
    let said = |asked: &[String], word: &str| if asked.is_empty() { of_host(word) } else { asked.to_vec() };
    let line = |word: &str, said: Vec<String>, nothing: &str| {
        let said = said.join(" ");
        if said.trim() == nothing || said.is_empty() { String::new() } else { format!("{word} {said}\n") }
    };
    // A dot alone: in no domain, not even the host's.
    let search = line("search", said(dns.search, "search"), ".");
    let mut options = said(dns.options, "options");
    if dns.named && !options.iter().any(|option| option.starts_with("ndots:")) {
        options.push("ndots:0".to_owned());
    }
    let options = line("options", options, "");
    std::iter::once(search).chain(servers).chain([options]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_container_knows_its_own_name() {
        let extra = [("db".to_owned(), "10.0.0.5".to_owned())];
        let text = hosts(("box", ""), &[Ipv4Addr::new(172, 17, 0, 2).into()], &extra);
        assert!(text.starts_with("127.0.0.1\tlocalhost\n"));
        assert!(text.ends_with("10.0.0.5\tdb\n172.17.0.2\tbox\n"));
    }

    #[test]
    fn a_name_with_a_domain_has_a_short_one_beside_it() {
        let address = Ipv4Addr::new(172, 17, 0, 2);
        let own = |hostname| hosts((hostname, ""), &[address.into()], &[]).lines().last().map(str::to_owned);
        assert_eq!(own("web.example.org").as_deref(), Some("172.17.0.2\tweb.example.org web"));
        assert_eq!(own("a.b").as_deref(), Some("172.17.0.2\ta.b a"));
        assert_eq!(own("web").as_deref(), Some("172.17.0.2\tweb"));
        let with = hosts(("web", "example.org"), &[address.into()], &[]);
        assert!(with.ends_with("172.17.0.2\tweb.example.org web\n"), "{with}");
        assert!(
            !hosts(("web.example.org", ""), &[], &[]).contains("web"),
            "nothing is said of one that has no address"
        );
    }

    #[test]
    fn name_servers_of_the_hosts_loopback_are_left_out() {
        let host = "# by hand\nnameserver 127.0.0.53\nnameserver 10.0.0.1\nnameserver ::1\nsearch lab\n";
        let none = Dns::default();
        assert_eq!(resolv_conf(host, &none), "nameserver 10.0.0.1\nsearch lab\n");
        assert_eq!(resolv_conf("nameserver 127.0.0.1\n", &none), "nameserver 8.8.8.8\nnameserver 8.8.4.4\n");
        let (servers, domains, options) =
            (["1.1.1.1".to_owned()], ["a.org", "b"].map(str::to_owned), ["debug".to_owned()]);
        assert_eq!(resolv_conf(host, &Dns { servers: &servers, ..none }), "search lab\nnameserver 1.1.1.1\n");
        let asked = Dns { search: &domains, options: &options, ..none };
        assert_eq!(resolv_conf(host, &asked), "search a.org b\nnameserver 10.0.0.1\noptions debug\n");
        assert_eq!(resolv_conf(host, &Dns { search: &[".".to_owned()], ..none }), "nameserver 10.0.0.1\n");
        let own = ["127.0.0.11".to_owned()];
        let named = Dns { servers: &own, named: true, ..none };
        assert_eq!(resolv_conf("nameserver 1.1.1.1\n", &named), "nameserver 127.0.0.11\noptions ndots:0\n");
        let ndots = ["ndots:3".to_owned()];
        let named = Dns { options: &ndots, search: &domains, ..named };
        assert_eq!(resolv_conf(host, &named), "search a.org b\nnameserver 127.0.0.11\noptions ndots:3\n");
    }
}
