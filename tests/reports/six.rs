//! Networks that are asked to have IPv6: addresses, routes, names, what is refused, and that they lead nowhere else.

use crate::side::{IMAGE, Side};
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    side.good("network create --ipv6 --subnet fd00:77::/64 --subnet 10.177.0.0/24 six-a");
    side.good("network create --subnet 10.178.0.0/24 six-four");
    made(side);
    addresses(side);
    names(side);
    connected(side);
    refused(side);
    apart(side);
    restarted(side);
    side.good("rm -f six-one six-two six-plain");
    side.good("network rm six-a six-four");
}

const WAITS: &str = "echo ready; exec sleep 600";

fn place(side: &Side<'_>, name: &str, network: &str) -> Value {
    side.get(&format!("/containers/{name}/json"))["NetworkSettings"]["Networks"][network].clone()
}

fn made(side: &Side<'_>) {
    let shown = side.get("/networks/six-a");
    assert_eq!(shown["EnableIPv6"], json!(true));
    let pools = [json!({"Subnet": "10.177.0.0/24"}), json!({"Subnet": "fd00:77::/64"})];
    assert_eq!(shown["IPAM"]["Config"], json!(pools), "that of IPv4 first");
    assert_eq!(side.good("network ls -f name=six-a --format {{.IPv6}}"), "true");
    // Of IPv4 there are pools to choose from; a subnet of IPv6 that is not asked for is shown, and that is all.
    side.good("network create --ipv6 --subnet fd00:78::/64 --gateway fd00:78::7 six-b");
    let shown = side.get("/networks/six-b")["IPAM"]["Config"].clone();
    assert!(shown[0]["Subnet"].as_str().unwrap().ends_with("/16"), "{shown}");
    assert_eq!(shown[1], json!({"Subnet": "fd00:78::/64", "Gateway": "fd00:78::7"}));
    side.good("network rm six-b");
    side.good("network create --subnet fd00:78::/64 six-b");
    assert_eq!(side.get("/networks/six-b")["EnableIPv6"], json!(false));
    side.good("network rm six-b");
}

fn addresses(side: &Side<'_>) {
    side.start("six-one", "--network six-a", "busybox httpd -p [::]:80 -h /etc; echo ready; exec sleep 600");
    side.start("six-two", "--network six-a --ip6 fd00:77::9", WAITS);
    side.start("six-plain", "--network six-four", WAITS);
    for (name, address) in [("six-one", "fd00:77::2"), ("six-two", "fd00:77::9")] {
        let shown = place(side, name, "six-a");
        assert_eq!(
            (&shown["GlobalIPv6Address"], &shown["GlobalIPv6PrefixLen"], &shown["IPv6Gateway"]),
            (&json!(address), &json!(64), &json!("fd00:77::1")),
            "{name}"
        );
        let id = side.good(&format!("inspect -f {{{{.Id}}}} {name}"));
        assert_eq!(side.get("/networks/six-a")["Containers"][&id]["IPv6Address"], format!("{address}/64"));
        let all = side.good(&format!("exec {name} ip -6 addr"));
        assert!(all.contains(&format!("inet6 {address}/64 scope global")) && all.contains("inet6 ::1/128"), "{all}");
        let routes = side.good(&format!("exec {name} ip -6 route"));
        assert!(
            routes.contains("default via fd00:77::1 dev eth0") && routes.contains("fd00:77::/64 dev eth0"),
            "{routes}"
        );
    }
    assert_eq!(place(side, "six-two", "six-a")["IPAMConfig"], json!({"IPv6Address": "fd00:77::9"}));
    for (from, to) in [("six-one", "fd00:77::9"), ("six-two", "fd00:77::2"), ("six-one", "fd00:77::1")] {
        assert!(reaches(side, from, to), "{from} {to}");
    }
    // Without it there is none, not even on lo.
    assert_eq!(side.good("exec six-plain cat /proc/sys/net/ipv6/conf/all/disable_ipv6"), "1");
    assert_eq!(side.good("exec six-plain ip -6 addr"), "");
    assert_eq!(place(side, "six-plain", "six-four")["GlobalIPv6Address"], json!(""));
    assert_eq!(side.run("", "ip -6 addr"), "");
    assert_eq!(side.run("--network none", "ip -6 addr"), "");
}

fn reaches(side: &Side<'_>, from: &str, to: &str) -> bool {
    side.output(&["exec", from, "busybox", "ping6", "-c", "1", "-W", "1", to]).status.success()
}

/// The addresses of a kind that a container has for a name.
fn found(side: &Side<'_>, kind: &str, name: &str) -> String {
    let said = side.output(&["exec", "six-one", "nslookup", &format!("-type={kind}"), name]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    // The first is the server's own.
    let answers = text.split("\n\n").skip(1).flat_map(str::lines);
    answers.filter_map(|line| line.strip_prefix("Address: ")).collect::<Vec<_>>().join(" ")
}

fn names(side: &Side<'_>) {
    let four = place(side, "six-two", "six-a")["IPAddress"].as_str().unwrap().to_owned();
    assert_eq!((found(side, "aaaa", "six-two"), found(side, "a", "six-two")), ("fd00:77::9".to_owned(), four));
    let said = side.good("exec six-one nslookup fd00:77::9");
    assert!(said.contains("ip6.arpa") && said.contains("six-two.six-a"), "{said}");
}

fn connected(side: &Side<'_>) {
    side.good("network create --ipv6 --subnet fd00:79::/64 six-b");
    side.good("network connect --ip6 fd00:79::5 six-b six-one");
    assert_eq!(place(side, "six-one", "six-b")["GlobalIPv6Address"], json!("fd00:79::5"));
    assert!(side.good("exec six-one ip -6 addr show dev eth1").contains("fd00:79::5/64"));
    // The gateway's address is asked about by Docker, which takes a moment.
    assert!((0..5).any(|_| reaches(side, "six-one", "fd00:79::1")));
    // The way out is that of the first by name among those with IPv6.
    let routes = side.good("exec six-one ip -6 route");
    assert!(routes.contains("default via fd00:77::1") && routes.matches("default").count() == 1, "{routes}");
    side.good("network disconnect six-b six-one");
    assert!(!side.good("exec six-one ip -6 addr").contains("fd00:79:"));
    side.good("network connect six-b six-plain");
    let all = side.good("exec six-plain ip -6 addr");
    assert!(all.contains("fd00:79::2/64") && all.contains("::1/128"), "{all}");
    side.good("network disconnect six-b six-plain");
    side.good("network rm six-b");
}

fn refused(side: &Side<'_>) {
    for (line, said) in [
        ("network create --ipv6 six-x", "could not find an available, non-overlapping IPv6 address pool"),
        (
            "network create --ipv6 --subnet fd00:77::8000:0:0:0/65 six-x",
            "Pool overlaps with other one on this address space",
        ),
        (
            "network create --ipv6 --subnet fd00:7a::/64 --subnet fd00:7b::/64 six-x",
            "bridge driver doesn't support multiple subnets",
        ),
        ("network create --ipv6 --subnet fd00:7a::/64 --gateway fd00:7b::1 six-x", "no matching subnet for"),
        ("network create --ipv6 --subnet fd00:7a::/129 six-x", "invalid CIDR address"),
    ] {
        let all = side.fails(line, 1);
        assert!(all.contains(said), "{line}: {all}");
    }
    for (flags, said) in [
        ("--network six-a --ip6 fd00:77::9", "Address already in use"),
        ("--network six-a --ip6 fd00:77::1", "Address already in use"),
        (
            "--network six-a --ip6 fd00:78::9",
            "Invalid address fd00:78::9: It does not belong to any of this network's subnets",
        ),
        ("--network six-a --ip6 foo", "invalid IPv6 address: foo"),
        (
            "--network six-four --ip6 fd00:77::9",
            "supported only when connecting to networks with user configured subnets",
        ),
        ("--ip6 fd00:77::9", "user specified IP address is supported on user defined networks only"),
    ] {
        let all = side.fails(&format!("run --rm {flags} {IMAGE} true"), 125);
        assert!(all.contains(said), "{flags}: {all}");
    }
}

/// From one bridge none leads to another, from what is internal none leads out, and none to this machine. The dockerd of these tests
/// makes no rules, and by itself Docker makes none of IPv6.
fn apart(side: &Side<'_>) {
    if side.is_docker() {
        return;
    }
    side.good("network create --ipv6 --subnet fd00:7c::/64 six-b");
    side.good("network create --internal --ipv6 --subnet fd00:7d::/64 six-c");
    side.start("six-far", "--network six-b", WAITS);
    side.start("six-in", "--network six-c", WAITS);
    for (from, to) in [
        ("six-one", "fd00:7c::2"),
        ("six-far", "fd00:77::2"),
        ("six-one", "fd00:7d::2"),
        ("six-in", "fd00:77::2"),
        ("six-far", "fd00:7d::2"),
    ] {
        assert!(!reaches(side, from, to), "{from} reaches {to}");
    }
    assert!(reaches(side, "six-in", "fd00:7d::1"), "its own bridge");
    // What listens on all addresses of this machine.
    let service = std::net::TcpListener::bind("[::]:0").unwrap();
    let port = service.local_addr().unwrap().port().to_string();
    let answers = |host: &str, port: &str| {
        side.output(&["exec", "six-two", "busybox", "nc", "-w", "1", host, port]).status.success()
    };
    assert!(answers("fd00:77::2", "80"), "who listens on the same network");
    for host in ["fd00:77::1", "::1"] {
        assert!(!answers(host, &port), "{host}");
    }
    side.good("rm -f six-far six-in");
    side.good("network rm six-b six-c");
}

fn restarted(side: &Side<'_>) {
    let before = side.get("/networks/six-a");
    side.good("stop -t 0 six-one six-two six-plain");
    side.restart();
    let after = side.get("/networks/six-a");
    for field in ["Id", "EnableIPv6"] {
        assert_eq!(after[field], before[field]);
    }
    side.good("start six-two six-one");
    assert_eq!(place(side, "six-two", "six-a")["GlobalIPv6Address"], json!("fd00:77::9"));
    assert_eq!(place(side, "six-one", "six-a")["GlobalIPv6Address"], json!("fd00:77::2"));
    assert!(reaches(side, "six-one", "fd00:77::9"));
}
