//! Networks that somebody makes: their addresses, who is on them, what is refused, and that they outlive who serves.

use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    made(side);
    refused(side);
    run(side);
    places(side);
    connected(side);
    stopped(side);
    apart(side);
    raced(side);
    restarted(side);
}

fn network(side: &Side<'_>, name: &str) -> Value {
    side.get(&format!("/networks/{name}"))
}

/// The places of a container, by network.
fn networks(side: &Side<'_>, name: &str) -> Value {
    side.get(&format!("/containers/{name}/json"))["NetworkSettings"]["Networks"].clone()
}

fn made(side: &Side<'_>) {
    let id = side.good("network create --label a=b --label c net-a");
    assert_eq!(id.len(), 64, "{id}");
    let shown = network(side, "net-a");
    assert_eq!(
        (shown["Id"].as_str(), &shown["Driver"], &shown["Scope"]),
        (Some(&*id), &json!("bridge"), &json!("local"))
    );
    assert_eq!((&shown["Labels"], &shown["Options"]), (&json!({"a": "b", "c": ""}), &json!({})));
    let pool = &shown["IPAM"]["Config"][0];
    let subnet = pool["Subnet"].as_str().unwrap();
    assert!(subnet.starts_with("172.") && subnet.ends_with(".0.0/16") && subnet != "172.17.0.0/16", "{shown}");
    assert_eq!(pool["Gateway"], subnet.replace(".0.0/16", ".0.1"));
    // As it was asked for.
    side.good("network create --subnet 10.105.0.5/24 net-b");
    let shown = network(side, "net-b");
    assert_eq!(shown["IPAM"], json!({"Driver": "default", "Options": {}, "Config": [{"Subnet": "10.105.0.5/24"}]}));
    side.good(
        "network create --internal --attachable --subnet 10.106.0.0/16 --ip-range 10.106.5.0/24 --gateway 10.106.0.9 \
         --aux-address h=10.106.5.0 -o com.docker.network.bridge.name=dwtest0 -o com.docker.network.driver.mtu=1400 net-c",
    );
    let shown = network(side, &network(side, "net-c")["Id"].as_str().unwrap()[..12]);
    assert_eq!(
        (&shown["Internal"], &shown["Attachable"], &shown["Containers"]),
        (&json!(true), &json!(true), &json!({}))
    );
    let pool = json!({"Subnet": "10.106.0.0/16", "IPRange": "10.106.5.0/24", "Gateway": "10.106.0.9",
        "AuxiliaryAddresses": {"h": "10.106.5.0"}});
    assert_eq!(shown["IPAM"]["Config"][0], pool);
    assert_eq!(shown["Options"]["com.docker.network.bridge.name"], "dwtest0");
    for (filter, found) in [
        ("type=custom", "net-a net-b net-c"),
        ("name=net-a", "net-a"),
        ("label=a", "net-a"),
        ("label=a=b", "net-a"),
        ("dangling=true", "net-a net-b net-c"),
        ("type=builtin", "bridge host none"),
        ("driver=null", "none"),
    ] {
        let names = side.good(&format!("network ls -f {filter} --format {{{{.Name}}}}"));
        assert_eq!(names.lines().collect::<Vec<_>>().join(" "), found, "{filter}");
    }
    assert_eq!(side.good("network ls -q -f name=net-a"), id[..12]);
    assert!(
        side.good("network ls --no-trunc -f name=net-c --format {{.ID}},{{.Internal}},{{.Labels}}").ends_with(",true,")
    );
    assert_eq!(side.good("network rm net-a"), "net-a");
    side.good("network create net-a");
    let line = "network prune -f --filter label=no";
    assert_eq!(side.good(line), "");
    let pruned = side.good("network prune -f");
    assert!(["net-a", "net-b", "net-c"].iter().all(|name| pruned.contains(name)), "{pruned}");
    assert_eq!(side.good("network ls -q -f type=custom"), "");
}

fn refused(side: &Side<'_>) {
    side.good("network create --subnet 10.110.0.0/24 net-a");
    for (line, said) in [
        ("network create net-a", "network with name net-a already exists"),
        ("network create bridge", "operation is not permitted on predefined bridge network"),
        ("network create default", "operation is not permitted on predefined default network"),
        ("network create -d host net-x", "only one instance of \"host\" network is allowed"),
        ("network create --subnet 10.110.0.128/25 net-x", "Pool overlaps with other one on this address space"),
        ("network create --subnet 172.17.9.0/24 net-x", "Pool overlaps with other one on this address space"),
        ("network create --subnet foo net-x", "Invalid subnet foo : invalid CIDR address: foo"),
        ("network create --subnet 10.111.0.0/31 net-x", "failed to allocate gateway (): No available addresses"),
        ("network create --subnet 10.111.0.0/24 --gateway 10.111.0.0 net-x", "(10.111.0.0): Address already in use"),
        ("network create --subnet 10.111.0.0/24 --gateway 10.112.0.1 net-x", "no matching subnet for"),
        (
            "network create --subnet 10.111.0.0/24 --aux-address a=10.111.0.1 net-x",
            "failed to allocate secondary ip address (a:10.111.0.1): Address already in use",
        ),
        ("network create --gateway 10.112.0.1 net-x", "must have a corresponding subnet"),
        ("network create --subnet 10.111.0.0/24 --subnet 10.112.0.0/24 net-x", "doesn't support multiple subnets"),
        ("network create -o com.docker.network.driver.mtu=abc net-x", "failed to parse com.docker.network.driver.mtu"),
        ("network rm bridge", "bridge is a pre-defined network and cannot be removed"),
        ("network rm no-such", "network no-such not found"),
        ("network inspect no-such", "network no-such not found"),
        ("network connect no-such no-such", "No such container: no-such"),
    ] {
        let all = side.fails(line, 1);
        assert!(all.contains(said), "{line}: {all}");
    }
    side.good("network rm -f no-such");
    for (method, path, body, status) in [
        ("POST", "/networks/create", json!({"Name": "net-a", "CheckDuplicate": true}), 409),
        ("POST", "/networks/create", json!({"Name": "host"}), 403),
        ("POST", "/networks/create", json!({"Name": "net-x", "Driver": "null"}), 403),
        ("POST", "/networks/create", json!({"Name": "net-x", "IPAM": {"Config": [{"Subnet": "10.110.0.0/16"}]}}), 403),
        ("POST", "/networks/create", json!({"Name": "net-x", "IPAM": {"Config": [{"Subnet": "x"}]}}), 500),
        (
            "POST",
            "/networks/create",
            json!({"Name": "net-x", "IPAM": {"Config": [{"Subnet": "10.111.0.0/24", "Gateway": "10.112.0.1"}]}}),
            500,
        ),
        ("POST", "/networks/net-a/connect", json!({"Container": "no-such"}), 404),
        ("POST", "/networks/net-a/connect", json!({}), 400),
        ("POST", "/networks/net-a/disconnect", json!({"Container": "no-such"}), 404),
    ] {
        assert_eq!(method, "POST");
        let (found, said) = side.post(path, &body.to_string());
        assert_eq!(found, status, "{path} {body}: {}", text(&said));
    }
    for (path, status) in [("/networks/bridge", 403), ("/networks/no-such", 404), ("/networks/net-a", 204)] {
        assert_eq!(side.request("DELETE", path).0, status, "{path}");
    }
}

/// Containers on one of them.
fn run(side: &Side<'_>) {
    side.good("network create --subnet 10.120.0.0/24 net-a");
    side.start("nets-a", "--network net-a --network-alias al --ip 10.120.0.9", "echo ready; exec sleep 600");
    let id = side.good("inspect -f {{.Id}} nets-a");
    let place = networks(side, "nets-a")["net-a"].clone();
    assert_eq!(place["IPAMConfig"], json!({"IPv4Address": "10.120.0.9"}));
    assert_eq!(place["Aliases"], json!(["al", id[..12]]));
    assert_eq!(place["NetworkID"], network(side, "net-a")["Id"]);
    let of = |field: &str| place[field].as_str().unwrap().to_owned();
    assert_eq!(
        (of("Gateway"), of("IPAddress"), of("MacAddress")),
        ("10.120.0.1".into(), "10.120.0.9".into(), "02:42:0a:78:00:09".into())
    );
    assert_eq!((&place["IPPrefixLen"], of("EndpointID").len()), (&json!(24), 64));
    let settings = side.get("/containers/nets-a/json")["NetworkSettings"].clone();
    assert_eq!(
        (&settings["IPAddress"], &settings["Gateway"]),
        (&json!(""), &json!("")),
        "those are of the default bridge"
    );
    let seen = &network(side, "net-a")["Containers"][&id];
    assert_eq!(seen["IPv4Address"], "10.120.0.9/24");
    assert_eq!((&seen["Name"], &seen["EndpointID"]), (&json!("nets-a"), &place["EndpointID"]));
    let hosts = side.good("exec nets-a cat /etc/hosts");
    assert!(hosts.ends_with(&format!("10.120.0.9\t{}", &id[..12])), "{hosts}");
    // By the beginning of its id, too; another gets the lowest address that is free.
    let short = network(side, "net-a")["Id"].as_str().unwrap()[..12].to_owned();
    let shown = side.run(&format!("--network {short}"), "hostname -i; ip route");
    assert!(shown.starts_with("10.120.0.2") && shown.contains("default via 10.120.0.1 dev eth0"), "{shown}");
    assert_eq!(side.good(&format!("ps -q -f network={short}")), id[..12]);
    assert_eq!(side.good("ps -q -f network=net-a"), id[..12]);
    assert_eq!(side.good("ps -q -f network=bridge"), "");
    for (flags, said) in [
        ("--network net-a --ip 10.120.0.9", "Address already in use"),
        ("--network net-a --ip 10.120.0.1", "Address already in use"),
        ("--network net-a --ip 10.120.0.255", "Address already in use"),
        (
            "--network net-a --ip 10.121.0.9",
            "Invalid address 10.121.0.9: It does not belong to any of this network's subnets",
        ),
        ("--network net-a --ip foo", "invalid IPv4 address: foo"),
        ("--ip 172.17.0.77", "user specified IP address is supported on user defined networks only"),
        ("--network-alias x", "network-scoped aliases are only supported for user-defined networks"),
        ("--network no-such", "network no-such not found"),
    ] {
        let all = side.fails(&format!("run --rm {flags} {IMAGE} true"), 125);
        assert!(all.contains(said), "{flags}: {all}");
    }
    assert_eq!(side.good("ps -aq").lines().count(), 1, "nothing is left of them");
    let said = side.fails("network rm net-a", 1);
    assert!(
        said.contains("error while removing network: network net-a id")
            && said.contains("has active endpoints")
            && (side.is_docker() || said.contains("on it: nets-a.")),
        "{said}"
    );
    assert_eq!(side.request("DELETE", "/networks/net-a").0, 403);
    assert_eq!(side.good("network prune -f"), "");
    side.good("rm -f nets-a");
    side.good("network rm net-a");
}

/// What is shown before it starts and after its end; a network that is gone by then.
fn places(side: &Side<'_>) {
    side.good("network create --subnet 10.125.0.0/24 net-a");
    side.good(&format!("create --name nets-a --network net-a --ip 10.125.0.7 {IMAGE} sleep 600"));
    let place = networks(side, "nets-a")["net-a"].clone();
    assert_eq!((&place["IPAMConfig"], &place["Aliases"]), (&json!({"IPv4Address": "10.125.0.7"}), &json!(null)));
    for empty in ["NetworkID", "EndpointID", "IPAddress", "MacAddress", "Gateway"] {
        assert_eq!(place[empty], "", "{empty}");
    }
    side.good("network rm net-a");
    let said = side.fails("start nets-a", 1);
    assert!(said.contains("network net-a not found"), "{said}");
    side.good("network create --subnet 10.125.0.0/24 net-a");
    side.good("start nets-a");
    assert_eq!(networks(side, "nets-a")["net-a"]["IPAddress"], "10.125.0.7");
    side.good("stop -t 0 nets-a");
    let place = networks(side, "nets-a")["net-a"].clone();
    assert_eq!((&place["EndpointID"], &place["IPAddress"]), (&json!(""), &json!("")));
    assert_eq!(place["NetworkID"], network(side, "net-a")["Id"]);
    // A name that nobody has is no reason not to create a container.
    let body = json!({"Image": IMAGE, "Cmd": ["true"], "HostConfig": {"NetworkMode": "no-such"}}).to_string();
    assert_eq!(side.post("/containers/create?name=nets-b", &body).0, 201);
    assert_eq!(side.post("/containers/nets-b/start", "").0, 404);
    for (body, status) in [
        (json!({"net-a": {"IPAMConfig": {"IPv4Address": "10.126.0.7"}}}), 500),
        (json!({"net-a": {"IPAMConfig": {"IPv4Address": "10.125.0.1"}}}), 403),
    ] {
        let mode = json!({"NetworkMode": "net-a"});
        let body =
            json!({"Image": IMAGE, "HostConfig": mode, "NetworkingConfig": {"EndpointsConfig": body}}).to_string();
        side.good("rm nets-b");
        assert_eq!(side.post("/containers/create?name=nets-b", &body).0, 201);
        assert_eq!(side.post("/containers/nets-b/start", "").0, status, "{body}");
    }
    side.good("rm nets-a nets-b");
    side.good("network rm net-a");
}

/// On and off while it runs.
fn connected(side: &Side<'_>) {
    side.good("network create --subnet 10.130.0.0/24 net-b");
    side.good("network create --subnet 10.131.0.0/24 net-c");
    side.good("network create --subnet 10.132.0.0/24 net-a");
    side.start("nets-a", "--network net-b", "echo ready; exec sleep 600");
    let id = side.good("inspect -f {{.Id}} nets-a");
    side.good("network connect --ip 10.131.0.77 --alias two net-c nets-a");
    let shown = || side.good("exec nets-a ip -4 addr") + &side.good("exec nets-a ip route");
    let hosts = || side.good("exec nets-a cat /etc/hosts");
    let all = shown();
    assert!(all.contains("10.130.0.2/24") && all.contains("10.131.0.77/24") && all.contains("eth1"), "{all}");
    assert!(all.contains("default via 10.130.0.1 dev eth0"), "{all}");
    assert!(hosts().ends_with(&format!("10.130.0.2\t{0}\n10.131.0.77\t{0}", &id[..12])), "{}", hosts());
    let place = networks(side, "nets-a")["net-c"].clone();
    assert_eq!(
        (&place["Aliases"], &place["IPAMConfig"]),
        (&json!(["two", id[..12]]), &json!({"IPv4Address": "10.131.0.77"}))
    );
    let said = side.fails("network connect net-c nets-a", 1);
    assert!(said.contains("endpoint with name nets-a already exists in network net-c"), "{said}");
    // The first by name is the way out.
    side.good("network connect net-a nets-a");
    let all = shown();
    assert!(all.contains("default via 10.132.0.1 dev eth2") && all.matches("default").count() == 1, "{all}");
    side.good("network disconnect net-a nets-a");
    side.good("network disconnect net-b nets-a");
    let all = shown();
    assert!(!all.contains("10.130.") && !all.contains("eth0") && !all.contains("eth2"), "{all}");
    assert!(all.contains("default via 10.131.0.1 dev eth1"), "{all}");
    // This Docker takes the lines of the other addresses away, too.
    let left = format!("ff02::2\tip6-allrouters\n10.131.0.77\t{}", &id[..12]);
    assert!(side.is_docker() || hosts().ends_with(&left), "{}", hosts());
    assert!(networks(side, "nets-a")["net-b"].is_null());
    for line in ["network disconnect net-b nets-a", "network disconnect -f net-b nets-a"] {
        let said = side.fails(line, 1);
        assert!(said.contains(&format!("container {id} is not connected to network net-b")), "{said}");
    }
    // A name of a link is not given twice.
    side.good("network connect net-b nets-a");
    assert!(shown().contains("eth3"), "{}", shown());
    for (line, said) in [
        ("network connect host nets-a", "cannot be disconnected from host network or connected to host network"),
        ("network connect none nets-a", "with one of the networks in private (none) mode"),
        ("network connect no-such nets-a", "network no-such not found"),
        ("network disconnect no-such nets-a", "network no-such not found"),
        ("network connect --ip 10.1.1.1 net-a nets-a", "It does not belong to any of this network's subnets"),
        ("network connect --ip foo net-a nets-a", "foo"),
    ] {
        let all = side.fails(line, 1);
        assert!(all.contains(said), "{line}: {all}");
    }
    side.start("nets-b", "--network host", "echo ready; exec sleep 600");
    let said = side.fails("network connect net-a nets-b", 1);
    assert!(said.contains("sharing network namespace with another container or host"), "{said}");
    let said = side.fails("network disconnect host nets-b", 1);
    assert!(said.contains("cannot be disconnected from host network"), "{said}");
    side.start("nets-c", "--network none", "echo ready; exec sleep 600");
    let said = side.fails("network connect net-a nets-c", 1);
    assert!(said.contains("private (none) mode"), "{said}");
    side.good("network disconnect none nets-c");
    side.good("network connect net-a nets-c");
    assert!(side.good("exec nets-c ip -4 addr").contains("10.132.0.2/24"));
    side.start("nets-d", "--network container:nets-a", "echo ready; exec sleep 600");
    let said = side.fails("network connect net-a nets-d", 1);
    assert!(said.contains("sharing network namespace with another container or host"), "{said}");
    side.good("rm -f nets-a nets-b nets-c nets-d");
    side.good("network rm net-a net-b net-c");
}

/// The same of one that does not run.
fn stopped(side: &Side<'_>) {
    side.good("network create --subnet 10.140.0.0/24 net-a");
    side.good("network create --subnet 10.141.0.0/24 net-b");
    side.good(&format!("create --name nets-a --network net-a {IMAGE} sleep 600"));
    side.good("network connect --ip 10.141.0.5 --alias zz net-b nets-a");
    side.good("network connect net-b nets-a");
    let place = networks(side, "nets-a")["net-b"].clone();
    assert_eq!(
        (&place["IPAMConfig"], &place["Aliases"][0], &place["IPAddress"]),
        (&json!({"IPv4Address": "10.141.0.5"}), &json!("zz"), &json!(""))
    );
    side.good("start nets-a");
    let all = side.good("exec nets-a ip -4 addr");
    assert!(all.contains("10.140.0.2/24") && all.contains("10.141.0.5/24"), "{all}");
    side.good("stop -t 0 nets-a");
    side.good("network disconnect net-a nets-a");
    side.good("start nets-a");
    let all = side.good("exec nets-a ip -4 addr");
    assert!(!all.contains("10.140.") && all.contains("10.141.0.5/24") && all.contains("eth0"), "{all}");
    side.good("stop -t 0 nets-a");
    side.good("network disconnect net-b nets-a");
    assert_eq!(networks(side, "nets-a"), json!({}));
    side.good("start nets-a");
    assert!(!side.good("exec nets-a ip -4 addr").contains("eth"));
    side.good("rm -f nets-a");
    side.good("network rm net-a net-b");
}

/// Bridges are kept apart, and what is internal leads nowhere. The dockerd of these tests makes no rules.
fn apart(side: &Side<'_>) {
    if side.is_docker() {
        return;
    }
    side.good("network create --subnet 10.150.0.0/24 net-a");
    side.good("network create --subnet 10.151.0.0/24 net-b");
    side.good("network create --internal --subnet 10.152.0.0/24 net-c");
    for (name, network) in [("nets-a", "net-a"), ("nets-b", "net-b"), ("nets-c", "net-c"), ("nets-d", "net-c")] {
        side.start(name, &format!("--network {network}"), "echo ready; exec sleep 600");
    }
    let reaches =
        |from: &str, to: &str| side.output(&["exec", from, "ping", "-c", "1", "-W", "1", to]).status.success();
    assert!(reaches("nets-a", "10.150.0.1") && reaches("nets-c", "10.152.0.3"), "its own network");
    for (from, to) in
        [("nets-a", "10.151.0.2"), ("nets-b", "10.150.0.2"), ("nets-a", "10.152.0.2"), ("nets-c", "10.150.0.2")]
    {
        assert!(!reaches(from, to), "{from} reaches {to}");
    }
    side.good("network connect net-a nets-b");
    assert!(reaches("nets-a", "10.150.0.3"), "by the network that they share");
    side.good("rm -f nets-a nets-b nets-c nets-d");
    side.good("network rm net-a net-b net-c");
}

/// Who takes a network away, makes one, or puts a container on it at the same time comes before or after, and nothing comes back.
fn raced(side: &Side<'_>) {
    let delete = || side.request("DELETE", "/networks/net-a").0;
    for _ in 0..5 {
        side.good("network create net-a");
        let mut both = std::thread::scope(|scope| {
            let other = scope.spawn(delete);
            [delete(), other.join().unwrap()]
        });
        both.sort_unstable();
        assert_eq!(both, [204, 404], "one takes it away, and the other does not find it");
    }
    for _ in 0..5 {
        std::thread::scope(|scope| {
            let created = scope.spawn(|| side.post("/networks/create", r#"{"Name": "net-a", "CheckDuplicate": true}"#));
            // Not before it is whole.
            while !created.is_finished() {
                let status = delete();
                assert!([204, 404].contains(&status), "{status}");
            }
            let (status, said) = created.join().unwrap();
            assert_eq!(status, 201, "{}", text(&said));
        });
        delete();
    }
    if side.is_docker() {
        return;
    }
    for _ in 0..5 {
        side.good("network create net-a");
        side.good(&format!("create --name nets-a --network net-a {IMAGE} sleep 600"));
        let (started, deleted) = std::thread::scope(|scope| {
            let started = scope.spawn(|| side.post("/containers/nets-a/start", "").0);
            (delete(), started.join().unwrap())
        });
        assert!([(204, 404), (403, 204)].contains(&(started, deleted)), "{started} {deleted}");
        side.good("rm -f nets-a");
        delete();
    }
}

/// Networks and places on them outlive who serves.
fn restarted(side: &Side<'_>) {
    side.good("network create --subnet 10.160.0.0/24 --label a=b net-a");
    side.good("network create net-b");
    side.good(&format!("create --name nets-a --network net-a --ip 10.160.0.9 {IMAGE} sleep 600"));
    side.good("network connect --alias zz net-b nets-a");
    let before = [network(side, "net-a"), network(side, "net-b"), networks(side, "nets-a")];
    side.restart();
    assert_eq!(side.good("network ls --filter type=custom --format {{.Name}} --filter name=net-"), "net-a\nnet-b");
    let after = [network(side, "net-a"), network(side, "net-b"), networks(side, "nets-a")];
    for (before, after) in before.iter().zip(&after) {
        // What Docker shows besides then is the gateway that it gave.
        for field in ["Id", "Name", "Created", "Labels", "Internal", "net-a", "net-b"] {
            assert_eq!(after[field], before[field], "{field}");
        }
    }
    side.good("start nets-a");
    assert_eq!(networks(side, "nets-a")["net-a"]["IPAddress"], "10.160.0.9");
    assert_eq!(networks(side, "nets-a")["net-b"]["Gateway"], after[1]["IPAM"]["Config"][0]["Gateway"]);
    side.good("rm -f nets-a");
    side.good("network rm net-a net-b");
}
