//! The rules of nftables(8): packets that leave a network get the host's address, and packets through it are let through.
//!
//! All bridges have their rules in one table. It is made anew, in one transaction, when a network comes or goes, and read
//! back as JSON: what is recorded is how that differs from what was there.

use super::nft::{self, RuleRow};
use super::ruleset::{FAMILY, TABLE, delete_table, run};
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::program;
use crate::trace::{Change, Code, Evidence, Problem, Rule, RuleAction};
use std::fmt::Write;

/// The chain that keeps bridges apart: what comes from one and is to leave by another is dropped (Docker's
/// `DOCKER-ISOLATION-STAGE-2`).
const BETWEEN: &str = "between";

/// The table as it was last seen.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Whose rules are in it.
    networks: Vec<Ruled>,
    /// What is journaled for it.
    entry: Option<EntryId>,
    seen: BTreeMap<String, Rule>,
}

/// A network with rules.
#[derive(Debug, Clone)]
struct Ruled {
    id: NetworkId,
    name: String,
    segment: Segment,
}

/// The commands that make the table anew, in one transaction.
fn script(networks: &[Ruled]) -> String {
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
    for Ruled { segment: Segment { bridge, subnet, masquerade, internal, .. }, .. } in networks {
        if *masquerade && !internal {
            writeln!(nat, "\t\tip saddr {subnet} oifname != \"{bridge}\" masquerade").unwrap_or_default();
        }
        writeln!(forward, "\t\tiifname \"{bridge}\" accept\n\t\toifname \"{bridge}\" accept").unwrap_or_default();
    }
    // What a chain jumps to stands before it.
    let between = if between.is_empty() { between } else { format!("\tchain {BETWEEN} {{\n{between}\t}}\n") };
    format!(
        "add table {FAMILY} {TABLE}
delete table {FAMILY} {TABLE}
table {FAMILY} {TABLE} {{
{between}\tchain postrouting {{
\t\ttype nat hook postrouting priority srcnat; policy accept;
{nat}\t}}
\tchain forward {{
\t\ttype filter hook forward priority filter; policy accept;
{forward}\t}}
}}
"
    )
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
        script(&rules.networks)
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
    let made = run(netns, &nft, &["-f", "-"], &script(&rules.networks))?;
    if let Some(reason) = made.failure() {
        return remark(Problem::new(Code::NatRefused).with("reason", reason), vec![made.evidence]);
    }
    let listed = run(netns, &nft, &["-j", "list", "table", FAMILY, TABLE], "")?;
    let read = match listed.failure() {
        Some(reason) => Err(reason),
        None => nft::rules(&listed.stdout).map_err(|error| error.to_string()),
    };
    let found = match read {
        Ok(found) => named(&found, &rules.networks, netns.inode()),
        Err(reason) => {
            let problem = Problem::new(Code::NatNotRead).with("reason", reason);
            return remark(problem, vec![made.evidence, listed.evidence]);
        }
    };
    let evidence = || vec![made.evidence.clone(), listed.evidence.clone()];
    for key in rules.seen.keys().filter(|key| !found.contains_key(*key)) {
        cx.observe(Change::RuleGone { key: key.clone() }, evidence());
    }
    for rule in found.values().filter(|rule| rules.seen.get(&rule.key) != Some(rule)) {
        cx.observe(Change::RuleSeen(rule.clone()), evidence());
    }
    rules.seen = found;
    Ok(())
}

/// Each rule with its key, and the network that it serves.
fn named(found: &[RuleRow], networks: &[Ruled], netns: u64) -> BTreeMap<String, Rule> {
    let mut rules = BTreeMap::new();
    for row in found {
        let of = |link: Option<&str>| networks.iter().find(|network| link == Some(network.segment.bridge.as_str()));
        let from = row.comes_from();
        let by_subnet = networks.iter().find(|network| from == Some(network.segment.subnet.to_string()));
        let (key, action, network) = match row.verdict() {
            Some("masquerade") => (by_subnet.map(|network| network.name.clone()), RuleAction::Masquerade, by_subnet),
            Some("drop" | "jump") => {
                let network = of(row.comes_by()).or_else(|| of(row.leaves_by()));
                let side = if row.comes_by().is_some() { "iif" } else { "oif" };
                (network.map(|network| format!("{}/{side}", network.name)), RuleAction::Drop, network)
            }
            Some("accept") => {
                let (comes, leaves) = (of(row.comes_by()), of(row.leaves_by()));
                let side = if comes.is_some() { "iif" } else { "oif" };
                let network = comes.or(leaves);
                (network.map(|network| format!("{}/{side}", network.name)), RuleAction::Forward, network)
            }
            other => (None, RuleAction::from(other.unwrap_or("other")), None),
        };
        let mut key = match key {
            Some(key) => format!("{action}/{key}"),
            None => format!("{action}/{}", row.handle),
        };
        if rules.contains_key(&key) {
            key = format!("{key}/{}", row.handle);
        }
        let network = network.map(|network| network.id.clone());
        rules.insert(
            key.clone(),
            Rule { key, netns, network, action, chain: String::new(), place: 0, text: row.to_string() },
        );
    }
    rules
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
        let json = format!(r#"{{"nftables": [{{"rule": {{"handle": {handle}, "expr": [{expr}]}}}}]}}"#);
        nft::rules(&json).unwrap().remove(0)
    }

    #[test]
    fn each_network_has_its_rules_in_one_table() {
        let script = script(&[ruled("bridge", "docker0", 17), ruled("lab_net", "br-0123456789ab", 18)]);
        for rule in [
            "\t\tip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade\n",
            "\t\tip saddr 172.18.0.0/16 oifname != \"br-0123456789ab\" masquerade\n",
            "\t\tiifname \"docker0\" accept\n\t\toifname \"docker0\" accept\n",
            "\t\tiifname \"br-0123456789ab\" accept\n\t\toifname \"br-0123456789ab\" accept\n",
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
        let script = script(&[ruled("bridge", "docker0", 17), inner]);
        assert!(!script.contains("172.18.0.0/16 oifname"), "{script}");
        for rule in
            ["iifname \"br-0123456789ab\" ip daddr != 172.18.0.0/16 drop", "oifname \"br-0123456789ab\" ip saddr"]
        {
            assert!(script.contains(rule), "{script}");
        }
        assert_eq!(super::script(&[ruled("bridge", "docker0", 17)]).matches("chain").count(), 2);
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
        let named = named(&found, &networks, 7);
        let of = |rule: &Rule| (rule.network.as_ref().map(NetworkId::to_string), rule.action.to_string());
        let all: Vec<_> = named.iter().map(|(key, rule)| (key.as_str(), of(rule))).collect();
        let network = |name: &str| Some(name.to_owned());
        let expected = [
            ("drop/8", (None, "drop".to_owned())),
            ("forward/6", (None, "forward".to_owned())),
            ("forward/bridge/iif", (network("bridge"), "forward".to_owned())),
            ("forward/bridge/iif/7", (network("bridge"), "forward".to_owned())),
            ("forward/lab_net/oif", (network("lab_net"), "forward".to_owned())),
            ("masquerade/lab_net", (network("lab_net"), "masquerade".to_owned())),
        ];
        assert_eq!(all, expected);
    }
}
