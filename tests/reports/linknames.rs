//! Links on networks that somebody made: names that one container alone has for others. And what a network is told besides.

use crate::side::{IMAGE, Side, text};
use serde_json::{Value, json};

pub fn area(side: &Side<'_>) {
    side.good("network create --subnet 10.175.0.0/24 ln-a");
    side.good("network create --subnet 10.176.0.0/24 ln-b");
    side.start("ln-db", "--network ln-a --ip 10.175.0.11", "echo ready; exec sleep 600");
    side.start("ln-other", "--network ln-a --ip 10.175.0.12", "echo ready; exec sleep 600");
    side.start("ln-far", "--network ln-b --ip 10.176.0.11", "echo ready; exec sleep 600");
    links(side);
    refused(side);
    side.good("rm -f ln-db ln-other ln-far");
    side.good("network rm ln-a ln-b");
    verbose(side);
    binding(side);
}

/// The address that a container has for a name; none where it has none.
fn found(side: &Side<'_>, from: &str, name: &str) -> Vec<String> {
    let said = side.output(&["exec", from, "nslookup", "-type=a", name]);
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    // The first is the server's own.
    let answers = text.split("\n\n").skip(1).flat_map(str::lines);
    answers.filter_map(|line| line.strip_prefix("Address: ").map(str::to_owned)).collect()
}

fn place(side: &Side<'_>, name: &str, network: &str) -> Value {
    side.get(&format!("/containers/{name}/json"))["NetworkSettings"]["Networks"][network].clone()
}

fn links(side: &Side<'_>) {
    // Whether anybody is called so is seen when somebody asks. A name that is another's means whom the link means.
    let flags = "--network ln-a --link ln-db:db --link ln-db:ln-other --link no-such:gone";
    side.start("ln-web", flags, "echo ready; exec sleep 600");
    for (from, name, addresses) in [
        ("ln-web", "db", "10.175.0.11"),
        ("ln-web", "db.ln-a", "10.175.0.11"),
        ("ln-web", "ln-db", "10.175.0.11"),
        ("ln-web", "ln-other", "10.175.0.11"),
        ("ln-db", "ln-other", "10.175.0.12"),
        ("ln-db", "db", ""),
        ("ln-other", "db", ""),
        ("ln-web", "far", ""),
    ] {
        assert_eq!(found(side, from, name).join(" "), addresses, "{from} {name}");
    }
    assert!(side.good("exec ln-web ping -c 1 db").contains("10.175.0.11"));
    assert_eq!(place(side, "ln-web", "ln-a")["Links"], json!(["ln-db:db", "ln-db:ln-other", "no-such:gone"]));
    assert_eq!(side.get("/containers/ln-web/json")["HostConfig"]["Links"], json!(null));
    let said = side.good("exec ln-web env") + &side.good("exec ln-web cat /etc/hosts");
    assert!(!said.contains("DB_") && !said.contains("10.175.0.11"), "{said}");
    side.good("network connect --link ln-far:far ln-b ln-web");
    assert_eq!(found(side, "ln-web", "far"), ["10.176.0.11"]);
    assert_eq!(place(side, "ln-web", "ln-b")["Links"], json!(["ln-far:far"]));
    // Of whoever is called so now.
    side.good("rm -f ln-far");
    side.start("ln-far", "--network ln-b --ip 10.176.0.22", "echo ready; exec sleep 600");
    assert_eq!(found(side, "ln-web", "far"), ["10.176.0.22"]);
    side.good("restart -t 0 ln-web");
    assert_eq!(found(side, "ln-web", "db"), ["10.175.0.11"]);
    side.good("rm -f ln-web");
}

fn refused(side: &Side<'_>) {
    let said = side.fails(&format!("run --rm --network ln-a --link a:b:c {IMAGE} true"), 125);
    assert!(said.contains("bad format for links: a:b:c"), "{said}");
    // On the default bridge a link is to somebody who is there.
    let said = side.fails(&format!("run --rm --link no-such:x {IMAGE} true"), 125);
    assert!(said.contains("no-such"), "{said}");
}

/// Of a network of this host it says nothing more.
fn verbose(side: &Side<'_>) {
    let plain: Value = serde_json::from_str(&side.good("network inspect bridge")).unwrap();
    for flag in ["-v", "--verbose"] {
        let said: Value = serde_json::from_str(&side.good(&format!("network inspect {flag} bridge"))).unwrap();
        assert_eq!(said, plain, "{flag}");
    }
    for (query, status) in
        [("verbose=1", 200), ("verbose=f", 200), ("verbose=foo", 400), ("scope=local", 200), ("scope=swarm", 404)]
    {
        let (found, said) = side.request("GET", &format!("/networks/bridge?{query}"));
        assert_eq!(found, status, "{query}: {}", text(&said));
    }
}

/// Where ports are published if nobody says.
fn binding(side: &Side<'_>) {
    let option = "com.docker.network.bridge.host_binding_ipv4";
    side.good(&format!("network create -o {option}=127.0.0.1 ln-a"));
    assert_eq!(side.get("/networks/ln-a")["Options"], json!({(option): "127.0.0.1"}));
    side.start("ln-web", "--network ln-a -p 80 -p 0.0.0.0::81", "echo ready; exec sleep 600");
    let port = side.good("port ln-web 80");
    assert!(port.starts_with("127.0.0.1:") && port.lines().count() == 1, "{port}");
    assert!(side.good("port ln-web 81").starts_with("0.0.0.0:"));
    side.good("rm -f ln-web");
    side.good("network rm ln-a");
    let said = side.fails(&format!("network create -o {option}=foo ln-a"), 1);
    assert!(said.contains(&format!("failed to parse {option} value: foo")), "{said}");
    if !side.is_docker() {
        let said = side.fails("network create -o com.docker.network.bridge.enable_icc=false ln-a", 1);
        assert!(said.contains("com.docker.network.bridge.enable_icc"), "{said}");
    }
}
