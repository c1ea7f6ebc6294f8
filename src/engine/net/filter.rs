//! The rules of nftables(8): packets that leave a network get the host's address, and packets through it are let through.
//!
//! All bridges have their rules in one table. It is made anew, in one transaction, when a network comes or goes, and read
//! back as JSON: what is recorded is how that differs from what was there.

use super::multicast::Multicast;
use super::nft::{self, RuleRow};
use super::ruleset::{FAMILY, Ran, TABLE, TRACE_TABLE, delete_table, run};
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::program;
use crate::trace::{Change, Code, Evidence, Problem, Rule, RuleAction, Transport};
use std::fmt::Write;
use std::net::SocketAddrV4;
use std::path::Path;

/// The chain that keeps bridges apart: what comes from one and is to leave by another is dropped (Docker's
/// `DOCKER-ISOLATION-STAGE-2`).
const BETWEEN: &str = "between";

/// The table as it was last seen.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Whose rules are in it.
    networks: Vec<Ruled>,
    /// The ports that lead to containers.
    ports: Vec<PortRule>,
    /// Nothing else is forwarded: this machine forwards for its containers alone, as after Docker's `iptables -P FORWARD DROP`.
    narrow: bool,
    /// What is journaled for it.
    entry: Option<EntryId>,
    seen: BTreeMap<String, Rule>,
    /// Rules in tables that somebody else made in the lab's host, as they were last seen.
    others: BTreeMap<String, Rule>,
    /// In the real host other tables are not looked at.
    lab: bool,
    /// Where the kernel tells that rules were changed.
    pub(super) multicast: Option<Multicast>,
}

/// How many rules of others are recorded.
const OTHERS: usize = 256;

impl Rules {
    /// Hears of changes from now on, where the kernel knows rules.
    pub(super) fn open(netns: &Netns, mode: Mode) -> Self {
        let multicast = Multicast::of_rules(netns);
        let multicast = multicast.inspect_err(|fault| tracing::debug!(%fault, "rules are not watched")).ok();
        Self { lab: mode == Mode::Lab, multicast, ..Self::default() }
    }

    /// Records how the rules differ if the kernel has told of anything, and watches on.
    pub(super) fn news(&mut self, netns: &Netns, record: Recorded<'_>) -> Result<()> {
        let Some(told) = self.multicast.as_ref().map(nft_told::drain) else { return Ok(()) };
        let looked = told.map_or(Ok(()), |told| self.look(netns, told, record));
        if let Some(multicast) = &self.multicast {
            multicast.rearm();
        }
        looked
    }

    fn look(&mut self, netns: &Netns, mut told: nft_told::Told, record: Recorded<'_>) -> Result<()> {
        let Some(nft) = program::find("nft") else { return Ok(()) };
        let mut listed = self.list(netns, &nft)?;
        let later = |of: &Self| of.multicast.as_ref().and_then(nft_told::drain);
        // What is listed was told before. If it changes too fast for that, it is looked at again later.
        if let Some(more) = later(self) {
            told.append(more);
            listed = self.list(netns, &nft)?;
        }
        if let (Some(more), Some(multicast)) = (later(self), &self.multicast) {
            told.append(more);
            multicast.again();
        }
        self.compare(netns, &told, &listed, record)
    }

    fn list(&self, netns: &Netns, nft: &Path) -> Result<Ran> {
        let own = ["-j", "list", "table", FAMILY, TABLE];
        let mut listed = run(netns, nft, if self.lab { &["-j", "list", "ruleset"] } else { &own }, "")?;
        if listed.failure().is_some() && !self.lab {
            // It may be gone: of the tables that there are, none is the engine's.
            listed = run(netns, nft, &["-j", "list", "tables"], "")?;
        }
        Ok(listed)
    }

    fn compare(&mut self, netns: &Netns, told: &nft_told::Told, listed: &Ran, record: Recorded<'_>) -> Result<()> {
        let unread = |reason: String| Err(Fault::failed(Code::NftFailed).with("table", TABLE).with("reason", reason));
        if let Some(reason) = listed.failure() {
            return unread(reason);
        }
        let rows = match nft::rules(&listed.stdout) {
            Ok(rows) => rows,
            Err(error) => return unread(error.to_string()),
        };
        // What is there only while a packet is followed decides nothing.
        let rows = rows.into_iter().filter(|row| row.table != TRACE_TABLE);
        let (own, others): (Vec<_>, Vec<_>) = rows.partition(|row| row.family == FAMILY && row.table == TABLE);
        let evidence = || told.evidence().into_iter().chain([listed.evidence.clone()]).collect::<Vec<_>>();
        // Before it is made, and after it is deleted, it is nobody's.
        if self.entry.is_some() {
            let found = named(&own, &self.networks, &self.seen, netns.inode());
            differ(&mut self.seen, found, record, evidence);
        }
        differ(&mut self.others, of_others(&others, netns.inode()), record, evidence);
        Ok(())
    }
}

/// Records how what is found differs from what was seen.
fn differ(
    seen: &mut BTreeMap<String, Rule>,
    found: BTreeMap<String, Rule>,
    record: Recorded<'_>,
    evidence: impl Fn() -> Vec<Evidence>,
) {
    for key in seen.keys().filter(|key| !found.contains_key(*key)) {
        record(Change::RuleGone { key: key.clone() }, evidence());
    }
    for rule in found.values().filter(|rule| seen.get(&rule.key) != Some(rule)) {
        record(Change::RuleSeen(rule.clone()), evidence());
    }
    *seen = found;
}

/// Rules in tables of others, by where they stand.
fn of_others(rows: &[RuleRow], netns: u64) -> BTreeMap<String, Rule> {
    let rule = |(at, row): (usize, &RuleRow)| {
        let chain = format!("{} {} {}", row.family, row.table, row.chain);
        let key = format!("{chain} {}", row.handle);
        let action = match row.verdict() {
            Some("drop" | "reject") => RuleAction::Drop,
            Some("masquerade") => RuleAction::Masquerade,
            Some("accept") => RuleAction::Forward,
            Some("dnat") => RuleAction::Publish,
            other => RuleAction::from(other.unwrap_or("other")),
        };
        let place = u32::try_from(at + 1).unwrap_or(u32::MAX).saturating_mul(APART);
        (key.clone(), Rule { key, netns, network: None, action, text: row.to_string(), chain, place })
    };
    rows.iter().take(OTHERS).enumerate().map(rule).collect()
}

/// A network with rules.
#[derive(Debug, Clone)]
struct Ruled {
    id: NetworkId,
    name: String,
    segment: Segment,
}

/// A port of the host's that leads to a container's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PortRule {
    pub(super) container: ContainerId,
    /// The network by which the container is reached.
    pub(super) network: NetworkId,
    pub(super) transport: Transport,
    /// On which of the host's addresses; none: on each.
    pub(super) at: Option<Ipv4Addr>,
    pub(super) port: u16,
    pub(super) to: SocketAddrV4,
}

/// The commands that make the table anew, in one transaction.
fn script(networks: &[Ruled], ports: &[PortRule], narrow: bool) -> String {
    let (mut nat, mut forward, mut between) = (String::new(), String::new(), String::new());
    // Writing to a string does not fail.
    for Ruled { segment: Segment { bridge, subnet, internal, .. }, .. } in networks {
        if *internal {
            writeln!(forward, "\t\tiifname \"{bridge}\" ip daddr != {subnet} drop").unwrap_or_default();
            writeln!(forward, "\t\toifname \"{bridge}\" ip saddr != {subnet} drop").unwrap_or_default();
        } else if networks.len() > 1 {
            writeln!(forward, "\t\tiifname \"{bridge}\" oifname != \"{bridge}\" jump {BETWEEN}").unwrap_or_default();
        }
        if networks.len() > 1 {
            writeln!(between, "\t\toifname \"{bridge}\" drop").unwrap_or_default();
        }
    }
    for Ruled { id, segment: Segment { bridge, subnet, masquerade, internal, .. }, .. } in networks {
        if *masquerade && !internal {
            writeln!(nat, "\t\tip saddr {subnet} oifname != \"{bridge}\" masquerade").unwrap_or_default();
        }
        if *internal {
            writeln!(forward, "\t\tiifname \"{bridge}\" accept").unwrap_or_default();
            continue;
        }
        writeln!(forward, "\t\toifname \"{bridge}\" ct state established,related accept").unwrap_or_default();
        writeln!(forward, "\t\tiifname \"{bridge}\" accept").unwrap_or_default();
        for PortRule { transport, to, .. } in ports.iter().filter(|port| port.network == *id) {
            let (address, port) = (to.ip(), to.port());
            let meant = format!("ip daddr {address} {transport} dport {port}");
            writeln!(forward, "\t\tiifname != \"{bridge}\" oifname \"{bridge}\" {meant} accept").unwrap_or_default();
            writeln!(nat, "\t\tip saddr {address} {meant} masquerade").unwrap_or_default();
        }
        // Who comes from elsewhere to what nobody published (Docker: the policy of FORWARD).
        writeln!(forward, "\t\toifname \"{bridge}\" drop").unwrap_or_default();
    }
    if narrow {
        forward.push_str("\t\tdrop\n");
    }
    // What a chain jumps to stands before it.
    let between = if between.is_empty() { between } else { format!("\tchain {BETWEEN} {{\n{between}\t}}\n") };
    let redirect = redirect(networks, ports);
    format!(
        "add table {FAMILY} {TABLE}
delete table {FAMILY} {TABLE}
table {FAMILY} {TABLE} {{
{between}{redirect}\tchain postrouting {{
\t\ttype nat hook postrouting priority srcnat; policy accept;
{nat}\t}}
\tchain forward {{
\t\ttype filter hook forward priority filter; policy accept;
{forward}\t}}
}}
"
    )
}

/// The chains that turn packets to published ports to containers. What comes from a container is not turned, but asks the socket on
/// the host, as with Docker's `docker-proxy`; nor is what the host asks of its own loopback.
fn redirect(networks: &[Ruled], ports: &[PortRule]) -> String {
    if ports.is_empty() {
        return String::new();
    }
    let (mut comes, mut begins) = (String::new(), String::new());
    for Ruled { segment: Segment { bridge, .. }, .. } in networks {
        writeln!(comes, "\t\tiifname \"{bridge}\" return").unwrap_or_default();
    }
    for PortRule { network, transport, at, port, to, .. } in ports {
        let Some(of) = networks.iter().find(|of| of.id == *network) else { continue };
        let bridge = &of.segment.bridge;
        let meant = at.map_or_else(|| "fib daddr type local".to_owned(), |at| format!("ip daddr {at}"));
        let turned = format!("{meant} {transport} dport {port} dnat to {to}");
        writeln!(comes, "\t\tiifname != \"{bridge}\" {turned}").unwrap_or_default();
        let but_loopback = if at.is_none() { "ip daddr != 127.0.0.0/8 " } else { "" };
        writeln!(begins, "\t\t{but_loopback}{turned}").unwrap_or_default();
    }
    format!(
        "\tchain prerouting {{
\t\ttype nat hook prerouting priority dstnat; policy accept;
{comes}\t}}
\tchain output {{
\t\ttype nat hook output priority -100; policy accept;
{begins}\t}}
"
    )
}

/// From now on nothing is forwarded but what concerns containers.
pub(super) fn narrow(rules: &Mutex<Rules>) {
    rules.lock().narrow = true;
}

/// Puts a network's rules in force, beside those of the others. Without `nft` the bridge works all the same; what is lacking
/// is said.
pub(super) fn add(cx: &Cx, netns: &Netns, rules: &Mutex<Rules>, network: &Network, segment: &Segment) -> Result<()> {
    let script = {
        let mut rules = rules.lock();
        if rules.entry.is_none() {
            let (family, name) = (FAMILY.to_owned(), TABLE.to_owned());
            let inverse = NetInverse::DeleteNftTable { netns: netns.inode(), family, name };
            rules.entry = Some(cx.journal(SCOPE, &inverse)?);
        }
        let (id, name, segment) = (network.id.clone(), network.name.clone(), segment.clone());
        rules.networks.push(Ruled { id, name, segment });
        script(&rules.networks, &rules.ports, rules.narrow)
    };
    let plan = Plan::new(StepKind::Masquerade, segment.subnet)
        .call("nft -f -")
        .by_hand(format!("nft -f - <<'EOF'\n{script}EOF"));
    cx.step(plan, |cx| put(cx, netns, &mut rules.lock()))
}

/// Takes a network's rules out of force; with the last network goes the table.
pub(super) fn remove(cx: &Cx, netns: &Netns, rules: &Mutex<Rules>, network: &NetworkId) -> Result<()> {
    let mut rules = rules.lock();
    let before = rules.networks.len();
    rules.networks.retain(|of| of.id != *network);
    rules.ports.retain(|port| port.network != *network);
    if !rules.networks.is_empty() {
        return if rules.networks.len() < before { put(cx, netns, &mut rules) } else { Ok(()) };
    }
    let Some(entry) = rules.entry else { return Ok(()) };
    let deleted = delete_table(netns, FAMILY, TABLE)?;
    rules.entry = None;
    for key in std::mem::take(&mut rules.seen).into_keys() {
        cx.observe(Change::RuleGone { key }, deleted.iter().cloned().collect());
    }
    cx.undone(entry)
}

/// Has ports lead to a container, beside those that lead there already.
pub(super) fn publish(cx: &Cx, netns: &Netns, rules: &Mutex<Rules>, ports: Vec<PortRule>) -> Result<()> {
    let Some(first) = ports.first() else { return Ok(()) };
    let subject = first.container.short().to_owned();
    let script = {
        let mut rules = rules.lock();
        rules.ports.extend(ports);
        script(&rules.networks, &rules.ports, rules.narrow)
    };
    let plan = Plan::new(StepKind::PublishRules, subject).call("nft -f -");
    let plan = plan.by_hand(format!("nft -f - <<'EOF'\n{script}EOF"));
    cx.step(plan, |cx| put(cx, netns, &mut rules.lock()))
}

/// No port leads to that container any more.
pub(super) fn withdraw(cx: &Cx, netns: &Netns, rules: &Mutex<Rules>, container: &ContainerId) -> Result<()> {
    let mut rules = rules.lock();
    let before = rules.ports.len();
    rules.ports.retain(|port| port.container != *container);
    if rules.ports.len() == before || rules.networks.is_empty() {
        return Ok(());
    }
    put(cx, netns, &mut rules)
}

/// Makes the table anew and records how it differs from what was seen.
fn put(cx: &Cx, netns: &Netns, rules: &mut Rules) -> Result<()> {
    let nft = match program::search("nft") {
        Ok(nft) => nft,
        Err(looks) => {
            cx.observe(Change::Remark(Problem::new(Code::NatNotHere)), looks);
            return Ok(());
        }
    };
    let remark = |problem: Problem, evidence: Vec<Evidence>| {
        cx.observe(Change::Remark(problem), evidence);
        Ok(())
    };
    let mut made = run(netns, &nft, &["-f", "-"], &script(&rules.networks, &rules.ports, rules.narrow))?;
    if made.failure().is_some() && !rules.ports.is_empty() {
        // A kernel without `fib` or `dnat`: the sockets carry what comes, and the rest is as without ports.
        let refused =
            std::mem::replace(&mut made, run(netns, &nft, &["-f", "-"], &script(&rules.networks, &[], rules.narrow))?);
        let reason = refused.failure().unwrap_or_default();
        remark(Problem::new(Code::PublishRulesRefused).with("reason", reason), vec![refused.evidence])?;
    }
    if let Some(reason) = made.failure() {
        return remark(Problem::new(Code::NatRefused).with("reason", reason), vec![made.evidence]);
    }
    let listed = run(netns, &nft, &["-j", "list", "table", FAMILY, TABLE], "")?;
    let read = match listed.failure() {
        Some(reason) => Err(reason),
        None => nft::rules(&listed.stdout).map_err(|error| error.to_string()),
    };
    let found = match read {
        Ok(found) => named(&found, &rules.networks, &rules.seen, netns.inode()),
        Err(reason) => {
            let problem = Problem::new(Code::NatNotRead).with("reason", reason);
            return remark(problem, vec![made.evidence, listed.evidence]);
        }
    };
    let evidence = || vec![made.evidence.clone(), listed.evidence.clone()];
    differ(&mut rules.seen, found, &|change, evidence| cx.observe(change, evidence), evidence);
    Ok(())
}

/// How far two rules are apart that were never anything but neighbours.
const APART: u32 = 1 << 12;

/// Each rule with its key, its place, and the network that it serves. One that was seen before keeps its place as long as it is between
/// the same others.
fn named(found: &[RuleRow], networks: &[Ruled], seen: &BTreeMap<String, Rule>, netns: u64) -> BTreeMap<String, Rule> {
    let mut rules = BTreeMap::new();
    let mut order: Vec<String> = Vec::new();
    for row in found {
        let (key, action, network) = known(row, networks);
        let mut key = match key {
            Some(key) => format!("{action}/{key}"),
            None => format!("{action}/{}", row.handle),
        };
        if rules.contains_key(&key) {
            key = format!("{key}/{}", row.handle);
        }
        let network = network.map(|network| network.id.clone());
        let (text, chain) = (row.to_string(), row.chain.clone());
        order.push(key.clone());
        rules.insert(key.clone(), Rule { key, netns, network, action, text, chain, place: 0 });
    }
    let old: Vec<_> = order.iter().map(|key| seen.get(key).map(|rule| rule.place)).collect();
    for (key, place) in order.iter().zip(places(&old)) {
        if let Some(rule) = rules.get_mut(key) {
            rule.place = place;
        }
    }
    rules
}

/// Ascending places: the old ones where there are some that ascend, and others between them.
fn places(old: &[Option<u32>]) -> Vec<u32> {
    let mut places = Vec::with_capacity(old.len());
    let mut last = 0_u32;
    for (at, own) in old.iter().enumerate() {
        let next = old[at..].iter().flatten().copied().find(|place| *place > last);
        last = match own {
            Some(place) if *place > last => *place,
            _ => next.map_or(last.saturating_add(APART), |next| last + ((next - last) / 2).max(1)),
        };
        places.push(last);
    }
    places
}

/// The key of a rule that the engine writes, what it does, and its network.
fn known<'a>(row: &RuleRow, networks: &'a [Ruled]) -> (Option<String>, RuleAction, Option<&'a Ruled>) {
    let of = |link: Option<&str>| networks.iter().find(|network| link == Some(network.segment.bridge.as_str()));
    let at = |address: Option<String>| {
        let address: Ipv4Addr = address?.parse().ok()?;
        networks.iter().find(|network| network.segment.subnet.has(address))
    };
    let key = |network: Option<&Ruled>, what: &str| network.map(|network| format!("{}/{what}", network.name));
    let from = row.comes_from();
    match row.verdict() {
        Some("masquerade") => match row.port() {
            Some(port) => {
                let network = at(from);
                (key(network, &port), RuleAction::Masquerade, network)
            }
            None => {
                let network = networks.iter().find(|network| from == Some(network.segment.subnet.to_string()));
                (network.map(|network| network.name.clone()), RuleAction::Masquerade, network)
            }
        },
        Some("dnat") => {
            let network = at(row.turns_to().map(str::to_owned));
            (row.port().map(|port| format!("{}/{port}", row.chain)), RuleAction::Publish, network)
        }
        Some("drop") if row.asks_nothing() => (Some("rest".to_owned()), RuleAction::Drop, None),
        Some("drop" | "jump") => {
            let network = of(row.comes_by()).or_else(|| of(row.leaves_by()));
            let what = match row.comes_by() {
                Some(_) => "iif",
                None if row.chain == BETWEEN => BETWEEN,
                None if row.asks_where_it_leaves_alone() => "unpublished",
                None => "oif",
            };
            (key(network, what), RuleAction::Drop, network)
        }
        Some("accept") => {
            let network = of(row.comes_by()).or_else(|| of(row.leaves_by()));
            let what = match row.port() {
                Some(port) => port,
                None if row.is_of_the_way_back() => "back".to_owned(),
                None if row.comes_by().is_some() => "iif".to_owned(),
                None => "oif".to_owned(),
            };
            (key(network, &what), RuleAction::Forward, network)
        }
        Some("return") => {
            let network = of(row.comes_by());
            (network.map(|network| network.name.clone()), "return".into(), network)
        }
        other => (None, RuleAction::from(other.unwrap_or("other")), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ruled(name: &str, bridge: &str, net: u8) -> Ruled {
        let gateway = Ipv4Addr::new(172, net, 0, 1);
        let segment = Segment::new(bridge.into(), Subnet::around(gateway, 16), gateway);
        Ruled { id: NetworkId::from(name), name: name.into(), segment }
    }

    fn row(handle: u64, expr: &str) -> RuleRow {
        let json =
            format!(r#"{{"nftables": [{{"rule": {{"handle": {handle}, "chain": "forward", "expr": [{expr}]}}}}]}}"#);
        nft::rules(&json).unwrap().remove(0)
    }

    #[test]
    fn each_network_has_its_rules_in_one_table() {
        let script = script(&[ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)], &[], false);
        for rule in [
            "\t\tip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade\n",
            "\t\tip saddr 172.18.0.0/16 oifname != \"br-0123456789ab\" masquerade\n",
            "\t\toifname \"docker0\" ct state established,related accept\n\t\tiifname \"docker0\" accept\n",
            "\t\tiifname \"br-0123456789ab\" accept\n\t\toifname \"br-0123456789ab\" drop\n",
            "\t\tiifname \"docker0\" oifname != \"docker0\" jump between\n",
            "\t\toifname \"docker0\" drop\n\t\toifname \"br-0123456789ab\" drop\n",
        ] {
            assert!(script.contains(rule), "{script}");
        }
        assert_eq!(script.matches("chain").count(), 3);
    }

    #[test]
    fn what_is_internal_leads_nowhere() {
        let mut inner = ruled("inner", "br-0123456789ab", 18);
        inner.segment.internal = true;
        let script = script(&[ruled("bridge", "docker0", 17), inner], &[], false);
        assert!(!script.contains("172.18.0.0/16 oifname"), "{script}");
        for rule in
            ["iifname \"br-0123456789ab\" ip daddr != 172.18.0.0/16 drop", "oifname \"br-0123456789ab\" ip saddr"]
        {
            assert!(script.contains(rule), "{script}");
        }
        assert_eq!(super::script(&[ruled("bridge", "docker0", 17)], &[], false).matches("chain").count(), 2);
    }

    #[test]
    fn rules_are_known_by_the_network_that_they_serve() {
        let networks = [ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)];
        let link = |which: &str, name: &str| {
            format!(r#"{{"match": {{"op": "==", "left": {{"meta": {{"key": "{which}"}}}}, "right": "{name}"}}}}"#)
        };
        let from = r#"{"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}},
            "right": {"prefix": {"addr": "172.18.0.0", "len": 16}}}}"#;
        let accept = r#"{"accept": null}"#;
        let found = [
            row(3, &format!(r#"{from}, {{"masquerade": null}}"#)),
            row(4, &format!("{}, {accept}", link("iifname", "docker0"))),
            row(5, &format!("{}, {accept}", link("oifname", "br-0123456789ab"))),
            row(6, &format!("{}, {accept}", link("iifname", "eth0"))),
            row(7, &format!("{}, {accept}", link("iifname", "docker0"))),
            row(8, r#"{"drop": null}"#),
        ];
        let named = named(&found, &networks, &BTreeMap::new(), 7);
        let of = |rule: &Rule| (rule.network.as_ref().map(NetworkId::to_string), rule.action.to_string());
        let all: Vec<_> = named.iter().map(|(key, rule)| (key.as_str(), of(rule))).collect();
        let network = |name: &str| Some(name.to_owned());
        let expected = [
            ("drop/rest", (None, "drop".to_owned())),
            ("forward/6", (None, "forward".to_owned())),
            ("forward/bridge/iif", (network("bridge"), "forward".to_owned())),
            ("forward/bridge/iif/7", (network("bridge"), "forward".to_owned())),
            ("forward/lab_net/oif", (network("lab_net"), "forward".to_owned())),
            ("masquerade/lab_net", (network("lab_net"), "masquerade".to_owned())),
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn a_port_is_turned_to_its_container_and_let_through() {
        let port = |at: Option<Ipv4Addr>, port| PortRule {
            container: ContainerId::from("c"),
            network: "bridge".into(),
            transport: Transport::Tcp,
            at,
            port,
            to: SocketAddrV4::new([172, 17, 0, 2].into(), 80),
        };
        let networks = [ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)];
        let ports = [port(None, 8080), port(Some([10, 0, 2, 100].into()), 82)];
        let narrow = script(&networks, &ports, true);
        assert!(narrow.contains("drop\n\t\tdrop\n\t}\n"), "the last of all: {narrow}");
        let script = script(&networks, &ports, false);
        let to = "dnat to 172.17.0.2:80\n";
        for rule in [
            "iifname \"docker0\" return\n\t\tiifname \"br-0123456789ab\" return\n".to_owned(),
            format!("\t\tiifname != \"docker0\" fib daddr type local tcp dport 8080 {to}"),
            format!("\t\tip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 {to}"),
            format!("\t\tiifname != \"docker0\" ip daddr 10.0.2.100 tcp dport 82 {to}"),
            format!(
                "accept;\n\t\tip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 {to}\t\tip daddr 10.0.2.100"
            ),
            "\t\tiifname != \"docker0\" oifname \"docker0\" ip daddr 172.17.0.2 tcp dport 80 accept\n".to_owned(),
            "\t\tip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 80 masquerade\n".to_owned(),
        ] {
            assert!(script.contains(&rule), "{rule} in {script}");
        }
        assert!(!script.contains("br-0123456789ab\" fib"), "{script}");
    }

    #[test]
    fn a_rule_keeps_its_place_among_the_others() {
        assert_eq!(places(&[None, None]), [APART, 2 * APART]);
        assert_eq!(places(&[Some(4), None, Some(8)]), [4, 6, 8]);
        assert_eq!(places(&[None, Some(4), None]), [2, 4, 4 + APART]);
        assert_eq!(places(&[Some(8), Some(4), None]), [8, 8 + APART, 8 + 2 * APART], "one that moved gets another");
        let crowded = places(&[Some(1), None, None, Some(2)]);
        assert!(crowded.is_sorted() && crowded.windows(2).all(|two| two[0] < two[1]), "{crowded:?}");
    }
}
