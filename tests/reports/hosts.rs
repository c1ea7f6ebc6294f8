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
    for network in ["host", "none"] {
        let flags = format!("--network {network} -h web.example.org");
        assert_eq!(side.run(&flags, "hostname; grep -c web.example.org /etc/hosts || true"), "web.example.org\n0");
    }
}
