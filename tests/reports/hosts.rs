//! A container's own names in its `/etc/hosts`.

use crate::side::Side;

pub fn area(side: &Side<'_>) {
    let own = |name: &str| {
        let said = side.run(&format!("-h {name}"), "hostname; cat /etc/hostname; tail -n 1 /etc/hosts");
        let mut lines = said.lines();
        assert_eq!((lines.next(), lines.next()), (Some(name), Some(name)));
        let (address, names) = lines.next().unwrap().split_once('\t').unwrap();
        assert!(address.parse::<std::net::Ipv4Addr>().is_ok_and(|address| !address.is_loopback()), "{said}");
        names.to_owned()
    };
    assert_eq!(own("web.example.org"), "web.example.org web");
    assert_eq!(own("a.b.c"), "a.b.c a");
    assert_eq!(own("web"), "web");
    assert_eq!(side.run("-h web.example.org", "ping -c 1 -W 3 web | grep -c '1 packets received'"), "1");
    on_the_hosts_network(side);
    for network in ["host", "none"] {
        let flags = format!("--network {network} -h web.example.org");
        assert_eq!(side.run(&flags, "hostname; grep -c web.example.org /etc/hosts || true"), "web.example.org\n0");
    }
}

/// The host's own names, unless some are to be added.
fn on_the_hosts_network(side: &Side<'_>) {
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap();
    let name = nix::sys::utsname::uname().unwrap().nodename().to_string_lossy().into_owned();
    let file = |flags: &str| side.run(&format!("--network host {flags}"), "cat /etc/hosts");
    assert_eq!(side.run("--network host", "hostname; cat /etc/hostname"), format!("{name}\n{name}"));
    assert_eq!(file(""), hosts.trim_end());
    assert_eq!(file("-h web.example.org"), hosts.trim_end());
    assert_eq!(file("--dns 9.9.9.9"), hosts.trim_end());
    let added = file("--add-host db:10.0.0.5 --add-host cache:10.0.0.6");
    assert!(added.starts_with("127.0.0.1\tlocalhost\n") && added.ends_with("10.0.0.5\tdb\n10.0.0.6\tcache"), "{added}");
    // A copy: what a container writes to it stays there.
    side.run("--network host", "echo 10.0.0.7 mine >> /etc/hosts");
    assert_eq!(std::fs::read_to_string("/etc/hosts").unwrap(), hosts);
    assert_eq!(file(""), hosts.trim_end());
    assert_eq!(side.run("--network host --dns 9.9.9.9", "grep nameserver /etc/resolv.conf"), "nameserver 9.9.9.9");
}
