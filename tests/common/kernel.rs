//! Holds the World of an engine, at its trace's head, against what `ip`, `bridge` and `nft` show in each network namespace that it names.
#![allow(dead_code, reason = "each test file uses a part of it")]

use super::engine::Engine;
use dockwalk::client::{Client, Events, Incoming};
use dockwalk::trace::{Link, LinkKey, NamespaceKind, Trace, World};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// How long the kernel's state and the trace may differ: a carrier that goes is told a second later (linkwatch), and then looked for.
const PATIENCE: Duration = Duration::from_secs(10);
/// What one shell asks in a namespace, and what parts the answers.
const QUESTIONS: [&str; 7] = [
    "ip -j -d link",
    "ip -j addr",
    "ip -j -4 route",
    "ip -j -6 route",
    "bridge -j fdb",
    "nft list ruleset",
    "cat /proc/sys/net/ipv4/ip_forward",
];
const PARTS: &str = "\n%%%\n";

/// The rows of one network namespace, each in words, by kind.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub struct Rows {
    pub links: BTreeSet<String>,
    pub addresses: BTreeSet<String>,
    pub routes: BTreeSet<String>,
    pub macs: BTreeSet<String>,
    /// By chain, in their order.
    pub rules: BTreeMap<String, Vec<String>>,
    pub forwards: Option<String>,
}

impl Rows {
    /// As the programs show them.
    fn shown(answers: &[&str]) -> Result<Self, String> {
        let [link, addr, four, six, fdb, rules, forward] = answers else { return Err(format!("{answers:?}")) };
        let links = array(link)?;
        let index_of: BTreeMap<&str, u64> = links.iter().map(|link| (text(&link["ifname"]), number(link))).collect();
        let index_of = |value: &Value| value.as_str().and_then(|name| index_of.get(name).copied());
        let mut rows = Self {
            links: links.iter().map(|link| shown_link(link, &index_of)).collect(),
            rules: chains(rules),
            forwards: Some(forward.trim().to_owned()),
            ..Self::default()
        };
        for link in array(addr)? {
            for address in link["addr_info"].as_array().into_iter().flatten() {
                let local = text(&address["local"]);
                if !local.is_empty() && !by_itself(local) {
                    rows.addresses.insert(format!("{} {local}/{}", text(&link["ifname"]), address["prefixlen"]));
                }
            }
        }
        for (routes, any) in [(four, "default"), (six, "::/0")] {
            for route in array(routes)?.iter().filter(|route| !by_itself(text(&route["dst"]))) {
                let to = Some(text(&route["dst"])).filter(|to| *to != "default").unwrap_or(any);
                rows.routes.insert(route_row(to, route["gateway"].as_str(), text(&route["dev"])));
            }
        }
        for row in array(fdb)? {
            let learned = row["state"].as_str().is_none_or(|state| !["permanent", "static"].contains(&state));
            let own = row["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == "self"));
            if let (true, false, Some(bridge)) = (learned, own, row["master"].as_str()) {
                rows.macs.insert(format!("{bridge} {} {}", text(&row["mac"]), text(&row["ifname"])));
            }
        }
        Ok(rows)
    }

    /// As the World has them.
    fn known(world: &World, netns: u64) -> Self {
        let links = world.links_in(netns);
        let name = |key: &LinkKey| world.links.get(key).map_or("?", |link| link.name.as_str());
        let here = |key: &LinkKey| world.links.get(key).is_some_and(|link| link.netns == netns);
        let address = |(key, cidr): &(LinkKey, String)| here(key).then(|| format!("{} {cidr}", name(key)));
        let route = world.routes.iter().filter(|route| route.netns == netns);
        let mut rules: Vec<_> = world.rules.values().filter(|rule| rule.netns == netns).collect();
        rules.sort_by_key(|rule| rule.place);
        // That of IPv6 is there once a network had it.
        rules.retain(|rule| rule.key != "ip6_forward");
        let (forwards, rules): (Vec<_>, Vec<_>) = rules.into_iter().partition(|rule| rule.key == "ip_forward");
        let mut chains: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for rule in rules {
            // A chain without a table is of the engine's own.
            let own = !rule.chain.contains(' ');
            let chain = if own { format!("ip dockwalk {}", rule.chain) } else { rule.chain.clone() };
            chains.entry(chain).or_default().push(rule.text.clone());
        }
        Self {
            links: links.iter().map(|link| known_link(link)).collect(),
            addresses: world.addresses.iter().filter_map(address).collect(),
            routes: route.map(|it| route_row(&it.destination, it.via.as_deref(), &it.dev)).collect(),
            macs: (world.macs.iter().filter(|((bridge, _), _)| here(bridge)))
                .map(|((bridge, mac), port)| format!("{} {mac} {}", name(bridge), name(port)))
                .collect(),
            rules: chains,
            forwards: forwards.first().map(|_| "1".to_owned()),
        }
    }
}

fn array(json: &str) -> Result<Vec<Value>, String> {
    let json = if json.trim().is_empty() { "[]" } else { json };
    serde_json::from_str(json).map_err(|error| format!("{error}: {json}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn number(link: &Value) -> u64 {
    link["ifindex"].as_u64().unwrap_or_default()
}

/// What of IPv6 each link has by itself, which the World does not say.
fn by_itself(text: &str) -> bool {
    ["fe80:", "ff00:", "::1/", "multicast"].iter().any(|begin| text.starts_with(begin)) || text == "::1"
}

fn route_row(to: &str, via: Option<&str>, dev: &str) -> String {
    format!("{to} via {} dev {dev}", via.unwrap_or("-"))
}

fn shown_link(link: &Value, index_of: &impl Fn(&Value) -> Option<u64>) -> String {
    let flag = |name: &str| link["flags"].as_array().is_some_and(|flags| flags.iter().any(|flag| flag == name));
    let veth = link["linkinfo"]["info_kind"] == "veth";
    let peer = index_of(&link["link"]).or_else(|| link["link_index"].as_u64()).filter(|_| veth);
    let mac = if link["link_type"] == "loopback" { "" } else { text(&link["address"]) };
    let (master, port) = (index_of(&link["master"]), link["linkinfo"]["info_slave_data"]["state"].as_str());
    let (up, carrier, state) = (flag("UP"), flag("LOWER_UP"), text(&link["operstate"]));
    let (index, name, mtu) = (number(link), text(&link["ifname"]), &link["mtu"]);
    link_row([&index.to_string(), name, mac, &mtu.to_string(), state], [up, carrier], [master, peer], port)
}

fn known_link(link: &Link) -> String {
    let state = link.state.as_ref().map(ToString::to_string).unwrap_or_default();
    let (index, mtu) = (link.ifindex.to_string(), link.mtu.to_string());
    let peers = [link.master.map(u64::from), link.peer_ifindex.map(u64::from)];
    let port = link.port.as_ref().map(|port| port.as_str());
    let flags = [link.up, link.carrier.unwrap_or_default()];
    link_row([&index, &link.name, &link.mac, &mtu, &state], flags, peers, port)
}

fn link_row(words: [&str; 5], [up, carrier]: [bool; 2], peers: [Option<u64>; 2], port: Option<&str>) -> String {
    let ([index, name, mac, mtu, state], [master, peer]) = (words, peers);
    format!(
        "{index}: {name} {mac} mtu {mtu} up {up} carrier {carrier} {state} master {master:?} {port:?} peer {peer:?}"
    )
}

/// The rules of `nft list ruleset` by family, table and chain, without those that are there only while a packet is followed.
fn chains(listing: &str) -> BTreeMap<String, Vec<String>> {
    let (mut table, mut chain, mut chains) = (String::new(), None, BTreeMap::new());
    for line in listing.lines().map(str::trim) {
        let opened = line.strip_suffix(" {");
        if let Some(name) = opened.and_then(|line| line.strip_prefix("table ")) {
            name.clone_into(&mut table);
        } else if let Some(name) = opened.and_then(|line| line.strip_prefix("chain ")) {
            chain = Some(format!("{table} {name}"));
        } else if line == "}" {
            chain = None;
        } else if let Some(chain) = &chain
            && !line.is_empty()
            && !line.starts_with("type ")
            && !table.ends_with(" dockwalk_walk")
        {
            chains.entry(chain.clone()).or_insert_with(Vec::new).push(line.to_owned());
        }
    }
    chains
}

/// A look at the kernel: the rows of each network namespace, by inode; an error where it cannot be entered.
pub type Shown = BTreeMap<u64, Result<Rows, String>>;

/// How the World differs from what is shown, in words.
pub fn differences(world: &World, shown: &Shown) -> Vec<String> {
    let mut all = Vec::new();
    for (netns, shown) in shown {
        let whose = world.namespaces.get(netns).and_then(|of| of.container.clone());
        let place = whose.as_ref().map_or_else(|| "the host's".to_owned(), |id| id.short().to_owned());
        let mut known = Rows::known(world, *netns);
        let mut shown = match shown {
            Ok(shown) => shown.clone(),
            Err(reason) => {
                all.push(format!("net:[{netns}] ({place}): {reason}; known is {known:#?}"));
                continue;
            }
        };
        if whose.is_some() {
            // Of containers it says nothing of rules and sysctls.
            (shown.rules, shown.forwards) = (known.rules.clone(), known.forwards.clone());
        }
        if known.forwards.is_none() {
            known.forwards.clone_from(&shown.forwards);
        }
        let sets = [
            ("links", &known.links, &shown.links),
            ("addresses", &known.addresses, &shown.addresses),
            ("routes", &known.routes, &shown.routes),
            ("learned MACs", &known.macs, &shown.macs),
        ];
        for (what, known, shown) in sets.into_iter().filter(|(_, known, shown)| known != shown) {
            let (known, shown): (Vec<_>, Vec<_>) =
                (known.difference(shown).collect(), shown.difference(known).collect());
            all.push(format!("net:[{netns}] ({place}), {what}: known {known:#?}, shown {shown:#?}"));
        }
        if (&known.rules, &known.forwards) != (&shown.rules, &shown.forwards) {
            let (known, shown) = ((&known.rules, &known.forwards), (&shown.rules, &shown.forwards));
            all.push(format!("net:[{netns}] ({place}), rules: known {known:#?}, shown {shown:#?}"));
        }
    }
    all
}

/// Follows an engine's trace, and looks at the kernel beside it.
pub struct Checker {
    client: Client,
    events: Events,
    trace: Trace,
    engine: u32,
    /// How many times it has agreed.
    pub agreed: usize,
}

impl Checker {
    pub fn of(engine: &Engine) -> Self {
        let client = engine.client();
        let events = client.events(0, false);
        Self { client, events, trace: Trace::default(), engine: engine.pid(), agreed: 0 }
    }

    /// All that the trace holds by now.
    pub fn world(&mut self) -> World {
        let length = self.client.info().unwrap().trace_length;
        while self.trace.len() < length {
            match self.events.next_within(Duration::from_secs(20)) {
                Some(Incoming::Event(event)) => self.trace.push(event).unwrap(),
                Some(Incoming::Dropped(_)) => panic!("the trace does not begin at its beginning any more"),
                Some(_) => {}
                None => panic!("{} of {length} events", self.trace.len()),
            }
        }
        self.trace.head().clone()
    }

    /// Waits until the World is what the kernel shows and the trace stands still; a difference that stays is an error.
    #[track_caller]
    pub fn agrees(&mut self, when: &str) -> World {
        let begun = Instant::now();
        loop {
            let world = self.world();
            let shown = look(&world, self.engine);
            let differences = differences(&world, &shown);
            let stands = self.client.info().unwrap().trace_length == self.trace.len();
            if differences.is_empty() && stands {
                self.agreed += 1;
                return world;
            }
            let over = begun.elapsed() > PATIENCE;
            assert!(!over, "{when}: the World (event {}) differs:\n{}", self.trace.len(), differences.join("\n"));
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// What the programs show in all network namespaces that the World names.
pub fn look(world: &World, engine: u32) -> Shown {
    let named = world.namespaces.values().filter(|of| of.kind == NamespaceKind::Net).map(|of| of.inode);
    let links = world.links.values().map(|link| link.netns);
    let others = world.routes.iter().map(|it| it.netns).chain(world.rules.values().map(|it| it.netns));
    let all: BTreeSet<u64> = named.chain(links).chain(others).collect();
    let places = places(engine);
    let look = |netns: u64| places.get(&netns).map_or_else(|| Err("nobody is in it".to_owned()), |place| ask(place));
    all.into_iter().map(|netns| (netns, look(netns))).collect()
}

/// Network namespaces by inode: those that processes are in, and those that the engine holds.
pub fn places(engine: u32) -> BTreeMap<u64, PathBuf> {
    let processes = std::fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let processes = processes.map(|dir| dir.join("ns/net"));
    let held =
        std::fs::read_dir(format!("/proc/{engine}/fd")).into_iter().flatten().flatten().map(|entry| entry.path());
    held.chain(processes).filter_map(|path| Some((inode(&path)?, path))).collect()
}

/// The number in `net:[4026531840]`.
fn inode(path: &Path) -> Option<u64> {
    let target = std::fs::read_link(path).ok()?;
    target.to_str()?.strip_prefix("net:[")?.strip_suffix(']')?.parse().ok()
}

/// Runs a line in a network namespace; what it printed, or why it did not go well.
pub fn inside(place: &Path, line: &str) -> Result<String, String> {
    let mut command = Command::new("nsenter");
    if !nix::unistd::geteuid().is_root() {
        let user = place.parent().filter(|dir| dir.ends_with("ns")).map(|dir| dir.join("user"));
        command.args(user.map(|user| format!("--user={}", user.display()))).arg("--preserve-credentials");
    }
    command.arg(format!("--net={}", place.display())).args(["--", "sh", "-c", line]);
    command.env("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin");
    let output = command.output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() { Ok(said) } else { Err(format!("{line}: {}", String::from_utf8_lossy(&output.stderr))) }
}

fn ask(place: &Path) -> Result<Rows, String> {
    let said = inside(place, &QUESTIONS.join(" && printf '\\n%%%%%%\\n' && "))?;
    Rows::shown(&said.split(PARTS).collect::<Vec<_>>())
}
