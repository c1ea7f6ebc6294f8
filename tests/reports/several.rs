//! A container on several networks: who is found by a name that several have, where its routes lead, what it is called there, and
//! which addresses it may choose.

use crate::side::{IMAGE, Side};
use serde_json::{Value, json};

const WAITS: &str = "echo ready; exec sleep 600";

pub fn area(side: &Side<'_>) {
    side.good("network create --subnet 10.181.0.0/24 several-a");
    side.good("network create --subnet 10.182.0.0/24 several-b");
    side.good("network create --ipv6 --subnet 10.183.0.0/24 --subnet fd00:183::/64 several-six");
    for (name, flags) in [
        ("several-one", "--network several-a --ip 10.181.0.11"),
        ("several-two", "--network several-a --ip 10.181.0.12"),
        ("several-only-a", "--network several-a --ip 10.181.0.13 --network-alias same"),
        ("several-only-b", "--network several-b --ip 10.182.0.13 --network-alias same"),
    ] {
        side.start(name, flags, WAITS);
    }
    names(side);
    routes(side);
    own_names(side);
    chosen(side);
    joined(side);
    searched(side);
    linkless(side);
    words(side);
}

/// What a container is told of a name, sorted.
fn told(side: &Side<'_>, from: &str, kind: &str, name: &str) -> String {
    let said = side.output(&["exec", from, "nslookup", &format!("-type={kind}"), name]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    // The first is the server's own.
    let answers = text.split("\n\n").skip(1).flat_map(str::lines);
    let mut all: Vec<_> = answers.filter_map(|line| line.strip_prefix("Address: ")).collect();
    all.sort_unstable();
    all.join(" ")
}

/// The first network that knows a name tells it: those with IPv6 first, then by name.
fn names(side: &Side<'_>) {
    for name in ["several-one", "several-two"] {
        side.good(&format!("network connect several-b {name}"));
    }
    assert_eq!(told(side, "several-one", "a", "several-two"), "10.181.0.12");
    assert_eq!(told(side, "several-one", "a", "several-one"), "10.181.0.11");
    assert_eq!(told(side, "several-one", "a", "same"), "10.181.0.13", "another in each network");
    assert_eq!(told(side, "several-only-b", "a", "same"), "10.182.0.13");
    assert_eq!(told(side, "several-one", "a", "several-only-b"), "10.182.0.13");
    side.good("network connect --ip 10.183.0.11 --ip6 fd00:183::11 several-six several-one");
    side.good("network connect --ip 10.183.0.12 --ip6 fd00:183::12 several-six several-two");
    assert_eq!(told(side, "several-one", "a", "several-two"), "10.183.0.12", "with IPv6 first");
    assert_eq!(told(side, "several-one", "aaaa", "several-two"), "fd00:183::12");
    assert_eq!(told(side, "several-one", "a", "several-only-a"), "10.181.0.13");
    assert_eq!(told(side, "several-only-a", "a", "several-two"), "10.181.0.12", "by the network that they share");
    // Of another kind there is nothing, and that is no mistake of the name.
    let said = side.output(&["exec", "several-one", "nslookup", "-type=mx", "several-two"]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    assert!(!text.contains("NXDOMAIN"), "{text}");
}

/// The routes by which a container leads out: of IPv4 and of IPv6.
fn ways(side: &Side<'_>, name: &str) -> (String, String) {
    let of = |line: &str| {
        let all = side.good(&format!("exec {name} {line}"));
        let ways = all.lines().filter_map(|line| line.strip_prefix("default via "));
        ways.map(|way| way.split_whitespace().take(3).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(", ")
    };
    (of("ip route"), of("ip -6 route"))
}

fn routes(side: &Side<'_>) {
    let six = |link: &str| (format!("10.183.0.1 dev {link}"), format!("fd00:183::1 dev {link}"));
    assert_eq!(ways(side, "several-one"), six("eth2"));
    side.good("network disconnect several-six several-one");
    assert_eq!(ways(side, "several-one"), ("10.181.0.1 dev eth0".to_owned(), String::new()));
    // Who starts has its links in that order, too.
    side.good("restart -t 0 several-two");
    assert_eq!(ways(side, "several-two"), six("eth0"));
    assert!(side.good("exec several-two ip addr show eth1").contains("10.181.0.12/24"));
    assert!(side.good("exec several-two ip addr show eth2").contains("10.182.0"));
    // The default bridge is one of them.
    side.start("several-bridge", "-p 127.0.0.1::80", WAITS);
    side.good("network connect several-six several-bridge");
    assert_eq!(ways(side, "several-bridge"), six("eth1"));
    side.good("rm -f several-bridge");
}

/// In `/etc/hosts` and in names that others know.
fn own_names(side: &Side<'_>) {
    let text = side.run("--network several-six --ip 10.183.0.21 --ip6 fd00:183::21 -h box", "tail -n 2 /etc/hosts");
    assert_eq!(text, "10.183.0.21\tbox\nfd00:183::21\tbox");
    side.start("several-named", "--network several-a -h my.own.host", WAITS);
    side.good("network connect --ip 10.183.0.22 --ip6 fd00:183::22 several-six several-named");
    for _ in 0..2 {
        let hosts = side.good("exec several-named cat /etc/hosts");
        for line in ["10.183.0.22\tmy.own.host my", "fd00:183::22\tmy.own.host my"] {
            assert_eq!(hosts.lines().filter(|it| *it == line).count(), 1, "{hosts}");
        }
        let shown = side.get("/containers/several-named/json");
        let id = &shown["Id"].as_str().unwrap()[..12];
        for network in ["several-a", "several-six"] {
            let aliases = &shown["NetworkSettings"]["Networks"][network]["Aliases"];
            assert_eq!(*aliases, json!([id, "my.own.host"]), "{network}");
        }
        let address = shown["NetworkSettings"]["Networks"]["several-a"]["IPAddress"].as_str().unwrap().to_owned();
        assert_eq!(told(side, "several-only-a", "a", "my.own.host"), address);
        side.good("restart -t 0 several-named");
    }
    side.good("network disconnect several-six several-named");
    // This Docker leaves that of IPv6.
    assert!(side.is_docker() || !side.good("exec several-named cat /etc/hosts").contains("fd00:183::22"));
    // Without a name of its own it has its id alone; on the default bridge it has no such name.
    let aliases = |name: &str, network: &str| -> Value {
        side.get(&format!("/containers/{name}/json"))["NetworkSettings"]["Networks"][network]["Aliases"].clone()
    };
    assert_eq!(aliases("several-only-a", "several-a").as_array().unwrap().len(), 2);
    side.start("several-plain", "-h bare", WAITS);
    assert_eq!(aliases("several-plain", "bridge"), Value::Null);
    side.good("network connect --alias other several-a several-plain");
    let all = aliases("several-plain", "several-a");
    assert_eq!((&all[0], &all[2]), (&json!("other"), &json!("bare")));
    side.good("rm -f several-named several-plain");
}

/// An address can be chosen where the subnet was.
fn chosen(side: &Side<'_>) {
    const REFUSED: &str =
        "user specified IP address is supported only when connecting to networks with user configured subnets";
    side.good("network create several-given");
    let subnet = side.get("/networks/several-given")["IPAM"]["Config"][0]["Subnet"].as_str().unwrap().to_owned();
    let own = format!("{}77", subnet.split_once("0/").unwrap().0);
    for address in [own.as_str(), "10.9.9.9"] {
        let said = side.fails(&format!("run --rm --network several-given --ip {address} {IMAGE} true"), 125);
        assert!(said.contains(REFUSED), "{said}");
        side.good(&format!("create --name several-still {IMAGE} true"));
        for name in ["several-one", "several-still"] {
            let said = side.fails(&format!("network connect --ip {address} several-given {name}"), 1);
            assert!(said.contains(REFUSED), "{said}");
        }
        side.good("rm several-still");
    }
    side.good(&format!("run --rm --network several-given {IMAGE} true"));
    side.good("network rm several-given");
}

/// Who shares another's network has no ports and no address of its own.
fn joined(side: &Side<'_>) {
    let said = side.fails(&format!("run --rm --network container:several-one -P {IMAGE} true"), 125);
    let words = "conflicting options: port publishing and the container type network mode";
    assert!(said.contains(words), "{said}");
    let addresses = side.run("--network container:several-one --ip 172.17.0.9", "ip addr");
    assert!(addresses.contains("10.181.0.11/24") && !addresses.contains("172.17.0.9"), "{addresses}");
}

/// Names are found by regular expressions.
fn searched(side: &Side<'_>) {
    let list = |line: &str| {
        let all = side.good(line);
        let mut names: Vec<_> = all.lines().collect();
        names.sort_unstable();
        names.join(" ")
    };
    for (name, found) in [
        (r"^several-\w$", "several-a several-b"),
        ("(several-a|six)$", "several-a several-six"),
        ("several-[ab]", "several-a several-b"),
        ("^l-a", ""),
        ("l-a", "several-a"),
        ("^several.+x$", "several-six"),
        ("several-(", ""),
    ] {
        assert_eq!(list(&format!("network ls --format {{{{.Name}}}} -f name={name}")), found, "{name}");
    }
    for (name, found) in [
        ("^several-o", "several-one several-only-a several-only-b"),
        (r"^/several-only-\w", "several-only-a several-only-b"),
        ("(one|two)$", "several-one several-two"),
        ("several-[^o]", "several-two"),
        ("*one", ""),
    ] {
        assert_eq!(list(&format!("ps --format {{{{.Names}}}} -f name={name}")), found, "{name}");
    }
    let id = side.good("inspect -f {{.Id}} several-one");
    assert_eq!(list(&format!("ps --format {{{{.Names}}}} -f id={}", &id[..20])), "several-one");
}

/// Networks that give no link have containers, too.
fn linkless(side: &Side<'_>) {
    for network in ["host", "none"] {
        let name = format!("several-{network}");
        side.start(&name, &format!("--network {network}"), WAITS);
        let shown = side.get(&format!("/containers/{name}/json"));
        let (of, id) = (&shown["NetworkSettings"], shown["Id"].as_str().unwrap());
        let whole = |value: &Value| value.as_str().is_some_and(|text| text.len() == 64);
        let network_id = side.get(&format!("/networks/{network}"))["Id"].as_str().unwrap().to_owned();
        let place = &of["Networks"][network];
        assert_eq!(place["NetworkID"], json!(network_id));
        assert!(whole(&place["EndpointID"]) && whole(&of["SandboxID"]), "{of}");
        let there = &side.get(&format!("/networks/{network}"))["Containers"][id];
        let wanted = json!({"Name": name, "EndpointID": place["EndpointID"], "MacAddress": "", "IPv4Address": "", "IPv6Address": ""});
        assert_eq!(*there, wanted, "{network}");
        assert_eq!(side.good(&format!("ps --format {{{{.Names}}}} -f network={network_id}")), name);
        side.good(&format!("stop -t 0 {name}"));
        let stopped = side.get(&format!("/containers/{name}/json"))["NetworkSettings"].clone();
        // This Docker keeps what it has of the host's.
        if !side.is_docker() {
            assert_eq!((&stopped["SandboxID"], &stopped["SandboxKey"]), (&json!(""), &json!("")), "{network}");
            assert_eq!(stopped["Networks"][network]["EndpointID"], json!(""));
        }
        assert_eq!(side.get(&format!("/networks/{network}"))["Containers"].get(id), None);
        side.good(&format!("rm {name}"));
    }
    // Where it runs the key is a file that stands for its network.
    let key = side.good("inspect -f {{.NetworkSettings.SandboxKey}} several-one");
    assert!(std::path::Path::new(&key).exists(), "{key}");
    let options = side.get("/networks/bridge")["Options"].clone();
    let wanted = json!({
        "com.docker.network.bridge.default_bridge": "true",
        "com.docker.network.bridge.enable_icc": "true",
        // A Docker that is told to write no rules masquerades nothing.
        "com.docker.network.bridge.enable_ip_masquerade": (!side.is_docker()).to_string(),
        "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
        "com.docker.network.bridge.name": "docker0",
        "com.docker.network.driver.mtu": "1500",
    });
    assert_eq!(options, wanted);
}

/// What Docker says where something cannot be.
fn words(side: &Side<'_>) {
    let said = side.fails(&format!("run --rm --link several-only-a:db {IMAGE} true"), 125);
    assert!(said.contains("Cannot link to /several-only-a, as it does not belong to the default network"), "{said}");
    side.start("several-db", "", WAITS);
    side.start("several-web", "--link several-db:db", WAITS);
    side.good("rm -f several-db");
    let links = || side.get("/containers/several-web/json")["HostConfig"]["Links"].clone();
    assert_eq!(links(), json!(["/several-db:/several-web/db"]));
    let said = side.fails("restart -t 0 several-web", 1);
    assert!(said.contains("Cannot link to a non running container: /several-db AS /several-web/db"), "{said}");
    assert_eq!(links(), json!(["/several-db:/several-web/db"]));
    side.good("rm several-web");
    side.start("several-door", "-p 127.0.0.1::80", WAITS);
    let at = side.good("port several-door 80");
    let port = at.rsplit(':').next().unwrap();
    let said = side.fails(&format!("run --rm -p {port}:80 {IMAGE} true"), 125);
    assert!(said.contains("address already in use"), "{said}");
    assert!(side.is_docker() || said.contains("The container several-door has port"), "{said}");
    side.good("rm -f several-door");
    let refused = |pool: &str| {
        let body = format!(r#"{{"Name":"several-x","IPAM":{{"Config":[{{"Subnet":"10.185.0.0/24",{pool}}}]}}}}"#);
        let (status, said) = side.post("/networks/create", &body);
        assert_eq!(status, 500, "{pool}");
        String::from_utf8_lossy(&said).into_owned()
    };
    let said = refused(r#""AuxiliaryAddresses":{"a":"foo"}"#);
    assert!(said.contains("non parsable secondary ip address (a:foo) passed for network several-x"), "{said}");
    assert!(refused(r#""IPRange":"foo""#).contains("Invalid Address SubPool"));
    side.good("network create --subnet 10.184.0.0/30 several-small");
    let id = side.good("network inspect -f {{.Id}} several-small");
    side.start("several-full", "--network several-small", WAITS);
    let said = side.fails(&format!("run --rm --network several-small {IMAGE} true"), 125);
    let words = format!("no available IPv4 addresses on this network's address pools: several-small ({id})");
    assert!(said.contains(&words), "{said}");
    side.good("rm -f several-full");
    side.good("network rm several-small");
}
