//! Names in networks that somebody made: who is found by which. Whom others are asked of: `tests/net.rs`.

use crate::side::Side;

pub fn area(side: &Side<'_>) {
    side.good("network create --subnet 10.170.0.0/24 names-a");
    side.good("network create --subnet 10.171.0.0/24 names-b");
    for (name, flags) in [
        ("names-one", "--network names-a --network-alias svc --ip 10.170.0.11"),
        ("names-two", "--network names-a --network-alias svc --ip 10.170.0.12"),
        ("names-far", "--network names-b --ip 10.171.0.11"),
        ("names-not", ""),
    ] {
        side.start(name, flags, "echo ready; exec sleep 600");
    }
    files(side);
    names(side);
    changes(side);
    side.good("rm -f names-one names-two names-far names-not");
    side.good("network rm names-a names-b");
}

/// The addresses that a container has for a name, sorted; none where it has none.
fn found(side: &Side<'_>, from: &str, name: &str) -> Vec<String> {
    let mut all = answers(side, from, name);
    all.sort();
    all
}

/// The same as they come.
fn answers(side: &Side<'_>, from: &str, name: &str) -> Vec<String> {
    let said = side.output(&["exec", from, "nslookup", "-type=a", name]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    // The first is the server's own.
    let answers = text.split("\n\n").skip(1).flat_map(str::lines);
    answers.filter_map(|line| line.strip_prefix("Address: ").map(str::to_owned)).collect()
}

fn files(side: &Side<'_>) {
    let text = side.good("exec names-one cat /etc/resolv.conf");
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.contains(&"nameserver 127.0.0.11"), "{text}");
    assert!(lines.iter().any(|line| line.starts_with("options ") && line.contains("ndots:0")), "{text}");
    assert_eq!(text.matches("nameserver").count(), 1, "{text}");
    assert!(!side.good("exec names-not cat /etc/resolv.conf").contains("127.0.0.11"), "not on the default bridge");
    let flags = "--network names-a --dns 10.9.9.9 --dns-search a.b --dns-option ndots:3";
    let text = side.run(flags, "cat /etc/resolv.conf");
    assert_eq!(text, "search a.b\nnameserver 127.0.0.11\noptions ndots:3");
    let sockets = side.good("exec names-one netstat -anut");
    assert!(sockets.contains("127.0.0.11:") && !sockets.contains(":53 "), "port 53 is the container's: {sockets}");
}

fn names(side: &Side<'_>) {
    let id = side.good("inspect -f {{.Id}} names-two");
    for (name, addresses) in [
        ("names-two", "10.170.0.12"),
        ("NAMES-Two", "10.170.0.12"),
        ("names-two.names-a", "10.170.0.12"),
        ("names-one", "10.170.0.11"),
        (&id[..12], "10.170.0.12"),
        ("svc", "10.170.0.11 10.170.0.12"),
    ] {
        assert_eq!(found(side, "names-one", name).join(" "), addresses, "{name}");
    }
    let said = side.good("exec names-one nslookup 10.170.0.12");
    assert!(said.contains("12.0.170.10.in-addr.arpa") && said.contains("names-two.names-a"), "{said}");
    assert!(side.good("exec names-one ping -c 1 names-two").contains("10.170.0.12"));
    // By turns.
    let first = || answers(side, "names-one", "svc").remove(0);
    let one = first();
    assert!((0..100).any(|_| first() != one), "always {one}");
}

/// What a name means follows who is there.
fn changes(side: &Side<'_>) {
    side.good("network connect --alias beside names-b names-one");
    assert_eq!(found(side, "names-one", "names-far"), ["10.171.0.11"]);
    assert_eq!(found(side, "names-far", "beside"), ["10.171.0.2"]);
    assert_eq!(found(side, "names-two", "names-one"), ["10.170.0.11"], "by the network that they share");
    side.good("rename names-two names-new");
    assert_eq!(found(side, "names-one", "names-new"), ["10.170.0.12"]);
    side.good("rename names-new names-two");
    side.good("stop -t 0 names-two");
    assert_eq!(found(side, "names-one", "svc"), ["10.170.0.11"]);
    side.good("start names-two");
    assert_eq!(found(side, "names-one", "svc").len(), 2);
    side.good("network disconnect names-b names-one");
    // From the default bridge to one with names.
    side.good("network connect names-a names-not");
    assert_eq!(found(side, "names-not", "names-two"), ["10.170.0.12"]);
}
