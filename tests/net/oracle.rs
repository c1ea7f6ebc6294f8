//! What other programs say of a network namespace.

use dockwalk::engine::lab::Netns;
use dockwalk::trace::{Link, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// Runs a shell command in a network namespace; it must go well.
pub fn in_netns(netns: &Netns, command: &str) -> String {
    let run = || {
        let mut shell = Command::new("sh");
        shell.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin").args(["-c", command]);
        Ok(shell.output().unwrap())
    };
    // An ordinary user may not enter the real one, but is in it.
    let here = Netns::current().unwrap().inode() == netns.inode();
    let output = if here { run() } else { netns.run(run) }.unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{command}: {said}");
    said
}

/// All links, addresses, routes and rules of a namespace, without whether something is at a link's other end just now.
pub fn dump(netns: &Netns) -> String {
    let links = "ip link | sed -E 's/ state [A-Z]+//; s/ qdisc [a-z_]+//; s/NO-CARRIER,|,LOWER_UP//g'";
    in_netns(
        netns,
        &format!(
            "{links}; ip -4 -o addr; ip -4 route | sed 's/ linkdown//'; ip -6 -o addr show scope global; \
             cat /proc/sys/net/ipv6/conf/all/forwarding; nft list ruleset 2>/dev/null || true"
        ),
    )
}

fn json(netns: &Netns, command: &str) -> Vec<Value> {
    let text = in_netns(netns, command);
    serde_json::from_str(if text.trim().is_empty() { "[]" } else { &text }).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// What each link of a namespace is: its flags UP and LOWER_UP, and its state.
pub type States = BTreeMap<String, ([bool; 2], String)>;

/// As `ip` shows them.
pub fn states_shown(netns: &Netns) -> States {
    let flag = |link: &Value, name: &str| link["flags"].as_array().unwrap().iter().any(|flag| flag == name);
    let of =
        |link: &Value| (["UP", "LOWER_UP"].map(|it| flag(link, it)), link["operstate"].as_str().unwrap().to_owned());
    json(netns, "ip -j link").iter().map(|link| (link["ifname"].as_str().unwrap().to_owned(), of(link))).collect()
}

/// As the World has them.
pub fn states_known(world: &World, netns: &Netns) -> States {
    let links = world.links_in(netns.inode());
    let of = |link: &Link| ([link.up, link.carrier.unwrap()], link.state.as_ref().unwrap().to_string());
    links.iter().map(|link| (link.name.clone(), of(link))).collect()
}

/// What of IPv6 each link has by itself, which the World does not say.
fn by_itself(text: &str) -> bool {
    ["fe80:", "ff00:", "::1/", "multicast"].iter().any(|begin| text.starts_with(begin)) || text == "::1"
}

/// The links, addresses and routes of the World in a namespace are those that `ip` shows there.
pub fn assert_world_is_what_ip_shows(world: &World, netns: &Netns) {
    let shown = json(netns, "ip -j -d link");
    let index_of: BTreeMap<&str, u64> =
        shown.iter().map(|link| (link["ifname"].as_str().unwrap(), link["ifindex"].as_u64().unwrap())).collect();
    let by_name = |value: &Value| value.as_str().map(|name| index_of[name]);
    let shown_links: BTreeSet<_> = shown
        .iter()
        .map(|link| {
            let veth = link["linkinfo"]["info_kind"] == "veth";
            let peer = by_name(&link["link"]).or_else(|| link["link_index"].as_u64()).filter(|_| veth);
            let mac = link["address"].as_str().unwrap_or_default();
            (
                link["ifindex"].as_u64().unwrap(),
                link["ifname"].as_str().unwrap().to_owned(),
                if link["link_type"] == "loopback" { String::new() } else { mac.to_owned() },
                link["mtu"].as_u64().unwrap(),
                link["flags"].as_array().unwrap().iter().any(|flag| flag == "UP"),
                by_name(&link["master"]),
                peer,
            )
        })
        .collect();
    let links = world.links_in(netns.inode());
    let known_links: BTreeSet<_> = links
        .iter()
        .map(|link| {
            let (index, mtu) = (link.ifindex.into(), link.mtu.into());
            let (master, peer) = (link.master.map(u64::from), link.peer_ifindex.map(u64::from));
            (index, link.name.clone(), link.mac.clone(), mtu, link.up, master, peer)
        })
        .collect();
    assert_eq!(known_links, shown_links, "links");

    let mut shown_addresses = BTreeSet::new();
    for link in json(netns, "ip -j addr") {
        let all = link["addr_info"].as_array().into_iter().flatten();
        for address in all.filter(|address| !address["local"].as_str().is_none_or(by_itself)) {
            let cidr = format!("{}/{}", address["local"].as_str().unwrap(), address["prefixlen"]);
            shown_addresses.insert((link["ifname"].as_str().unwrap().to_owned(), cidr));
        }
    }
    let known_addresses: BTreeSet<_> = links
        .iter()
        .flat_map(|link| world.addresses_of(&link.key).map(|cidr| (link.name.clone(), cidr.to_owned())))
        .collect();
    assert_eq!(known_addresses, shown_addresses, "addresses");

    let text = |value: &Value| value.as_str().map(str::to_owned);
    let row = |route: &Value, any: &str| {
        let to = text(&route["dst"]).unwrap();
        (if to == "default" { any.to_owned() } else { to }, text(&route["gateway"]), text(&route["dev"]).unwrap())
    };
    let mut shown_routes: BTreeSet<_> =
        json(netns, "ip -j -4 route").iter().map(|route| row(route, "default")).collect();
    let six = json(netns, "ip -j -6 route").into_iter().filter(|route| !by_itself(route["dst"].as_str().unwrap()));
    shown_routes.extend(six.map(|route| row(&route, "::/0")));
    let known_routes: BTreeSet<_> = world
        .routes
        .iter()
        .filter(|route| route.netns == netns.inode())
        .map(|route| (route.destination.clone(), route.via.clone(), route.dev.clone()))
        .collect();
    assert_eq!(known_routes, shown_routes, "routes");
}
