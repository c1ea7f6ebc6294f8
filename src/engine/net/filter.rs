//! The rules of nftables(8): packets that leave a network get the host's address, and packets through it are let through.
//!
//! All bridges have their rules in one table. It is made anew, in one transaction, when a network comes or goes, and read
//! back as JSON: what is recorded is how that differs from what was there.

use super::multicast::Multicast;
use super::nft::{self, RuleRow};
use super::ruleset::{FAMILY, FAMILY6, Ran, TABLE, TRACE_TABLE, delete_table, run};
use super::script::{BETWEEN, PortRule, Ruled, script, script6};
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::{evidence, program};
use crate::trace::{Book, Change, Code, Evidence, Problem, Rule, RuleAction};
use std::path::Path;

/// The table as it was last seen.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Whose rules are in it.
    networks: Vec<Ruled>,
    /// The ports that lead to containers.
    ports: Vec<PortRule>,
    /// Nothing else is forwarded: this machine forwards for its containers alone, as after Docker's `iptables -P FORWARD DROP`.
    narrow: bool,
    /// The same of IPv6.
    narrow6: bool,
    /// What is journaled for it, and for that of IPv6.
    entry: Option<EntryId>,
    entry6: Option<EntryId>,
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
/// Bytes of a listing that is shown with each rule that changed. Of a longer one, which many rules make, the first shows all of it.
const SHOWN: usize = 16 << 10;

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
        if !self.lab && self.has_six() && listed.failure().is_none() {
            listed = run(netns, nft, &["-j", "list", "ruleset"], "")?;
        }
        if listed.failure().is_some() && !self.lab {
            // It may be gone: of the tables that there are, none is the engine's.
            listed = run(netns, nft, &["-j", "list", "tables"], "")?;
        }
        Ok(listed)
    }

    /// There is something to write for IPv6.
    fn has_six(&self) -> bool {
        self.narrow6 || self.networks.iter().any(|of| of.segment.six.is_some())
    }

    fn script(&self) -> String {
        let six = if self.entry6.is_some() { script6(&self.networks, self.narrow6) } else { String::new() };
        format!("{}{six}", script(&self.networks, &self.ports, self.narrow))
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
        let rows = rows.into_iter().filter(|row| !(row.table.starts_with(TRACE_TABLE) && row.asks_to_be_told()));
        let (own, others): (Vec<_>, Vec<_>) =
            rows.partition(|row| row.table == TABLE && [FAMILY, FAMILY6].contains(&row.family.as_str()));
        let others = if self.lab { others } else { Vec::new() };
        let looked: Vec<_> = told.evidence().into_iter().chain([listed.evidence.clone()]).collect();
        // Before it is made, and after it is deleted, it is nobody's.
        if self.entry.is_some() {
            let found = named(&own, &self.networks, &self.seen, netns.inode());
            differ(&mut self.seen, found, record, &Looked { rows: &own, evidence: &looked });
        }
        let found = of_others(&others, netns.inode());
        differ(&mut self.others, found, record, &Looked { rows: &others, evidence: &looked });
        Ok(())
    }
}

/// How rules were looked at.
struct Looked<'a> {
    rows: &'a [RuleRow],
    evidence: &'a [Evidence],
}

impl Looked<'_> {
    /// The rows as they were printed, by family, chain and words.
    fn printed(&self) -> BTreeMap<(&str, &str, String), &str> {
        let rows = self.rows.iter();
        rows.map(|row| ((row.family.as_str(), row.chain.as_str(), row.to_string()), row.printed.as_str())).collect()
    }
}

/// Records how what is found differs from what was seen.
fn differ(seen: &mut BTreeMap<String, Rule>, found: BTreeMap<String, Rule>, record: Recorded<'_>, looked: &Looked<'_>) {
    let short = evidence::bytes(looked.evidence) <= SHOWN;
    let printed = if short { BTreeMap::new() } else { looked.printed() };
    let mut first = true;
    // What shows that one rule is there, or that it is not.
    let mut shown = |own: &dyn Fn() -> Option<Evidence>| {
        let own = if short || std::mem::take(&mut first) { None } else { own() };
        own.map_or_else(|| looked.evidence.to_vec(), |own| vec![own])
    };
    for key in seen.keys().filter(|key| !found.contains_key(*key)) {
        let none = || Some(evidence::own(Book::Search, [format!("none of {} rules is {key}", found.len())]));
        record(Change::RuleGone { key: key.clone() }, shown(&none));
    }
    for rule in found.values().filter(|rule| seen.get(&rule.key) != Some(rule)) {
        let mut chain = rule.chain.split(' ');
        let (family, last) = (chain.next().unwrap_or_default(), chain.next_back());
        let (family, chain) = last.map_or((FAMILY, family), |chain| (family, chain));
        let row = || {
            let row = printed.get(&(family, chain, rule.text.clone()))?;
            evidence::printed(looked.evidence, family, row)
        };
        record(Change::RuleSeen(rule.clone()), shown(&row));
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

/// From now on nothing is forwarded but what concerns containers.
pub(super) fn narrow(rules: &Mutex<Rules>) {
    rules.lock().narrow = true;
}

/// The same of IPv6.
pub(super) fn narrow6(rules: &Mutex<Rules>) {
    rules.lock().narrow6 = true;
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
        if rules.entry6.is_none() && segment.six.is_some() {
            let (family, name) = (FAMILY6.to_owned(), TABLE.to_owned());
            let inverse = NetInverse::DeleteNftTable { netns: netns.inode(), family, name };
            rules.entry6 = Some(cx.journal(SCOPE, &inverse)?);
        }
        let (id, name, segment) = (network.id.clone(), network.name.clone(), segment.clone());
        rules.networks.push(Ruled { id, name, segment });
        rules.script()
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
        if rules.networks.len() < before {
            put(cx, netns, &mut rules)?;
        }
        return without_six(cx, netns, &mut rules);
    }
    let Some(entry) = rules.entry else { return Ok(()) };
    let deleted = delete_table(netns, FAMILY, TABLE)?;
    if let Some(entry) = rules.entry6 {
        delete_table(netns, FAMILY6, TABLE)?;
        rules.entry6 = None;
        cx.undone(entry)?;
    }
    rules.entry = None;
    for key in std::mem::take(&mut rules.seen).into_keys() {
        cx.observe(Change::RuleGone { key }, deleted.iter().cloned().collect());
    }
    cx.undone(entry)
}

/// With the last network that has IPv6 goes the table of IPv6.
fn without_six(cx: &Cx, netns: &Netns, rules: &mut Rules) -> Result<()> {
    let Some(entry) = rules.entry6.filter(|_| !rules.has_six()) else { return Ok(()) };
    delete_table(netns, FAMILY6, TABLE)?;
    rules.entry6 = None;
    cx.undone(entry)
}

/// Has ports lead to a container, beside those that lead there already.
pub(super) fn publish(cx: &Cx, netns: &Netns, rules: &Mutex<Rules>, ports: Vec<PortRule>) -> Result<()> {
    let Some(first) = ports.first() else { return Ok(()) };
    let subject = first.container.short().to_owned();
    let script = {
        let mut rules = rules.lock();
        rules.ports.extend(ports);
        rules.script()
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
    let four = |ports: &[PortRule]| script(&rules.networks, ports, rules.narrow);
    let mut made = run(netns, &nft, &["-f", "-"], &four(&rules.ports))?;
    if made.failure().is_some() && !rules.ports.is_empty() {
        // A kernel without `fib` or `dnat`: the sockets carry what comes, and the rest is as without ports.
        let refused = std::mem::replace(&mut made, run(netns, &nft, &["-f", "-"], &four(&[]))?);
        let reason = refused.failure().unwrap_or_default();
        remark(Problem::new(Code::PublishRulesRefused).with("reason", reason), vec![refused.evidence])?;
    }
    if let Some(reason) = made.failure() {
        return remark(Problem::new(Code::NatRefused).with("reason", reason), vec![made.evidence]);
    }
    let mut looked = vec![made.evidence];
    let mut read = listing(netns, &nft, FAMILY, &mut looked)?;
    if rules.entry6.is_some() {
        let made = run(netns, &nft, &["-f", "-"], &script6(&rules.networks, rules.narrow6))?;
        match made.failure() {
            Some(reason) => remark(Problem::new(Code::NatRefused).with("reason", reason), vec![made.evidence])?,
            None if rules.has_six() => {
                looked.push(made.evidence);
                let six = listing(netns, &nft, FAMILY6, &mut looked)?;
                read = read.and_then(|four| Ok(four.into_iter().chain(six?).collect()));
            }
            None => looked.push(made.evidence),
        }
    }
    let rows = match read {
        Ok(rows) => rows,
        Err(reason) => return remark(Problem::new(Code::NatNotRead).with("reason", reason), looked),
    };
    let found = named(&rows, &rules.networks, &rules.seen, netns.inode());
    let looked = Looked { rows: &rows, evidence: &looked };
    differ(&mut rules.seen, found, &|change, evidence| cx.observe(change, evidence), &looked);
    Ok(())
}

/// The rules of the engine's table of a family, or why they cannot be read.
fn listing(
    netns: &Netns,
    nft: &Path,
    family: &str,
    looked: &mut Vec<Evidence>,
) -> Result<std::result::Result<Vec<RuleRow>, String>> {
    let listed = run(netns, nft, &["-j", "list", "table", family, TABLE], "")?;
    looked.push(listed.evidence.clone());
    Ok(match listed.failure() {
        Some(reason) => Err(reason),
        None => nft::rules(&listed.stdout).map_err(|error| error.to_string()),
    })
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
        let six = row.family == FAMILY6;
        if six {
            key = format!("{FAMILY6}/{key}");
        }
        if rules.contains_key(&key) {
            key = format!("{key}/{}", row.handle);
        }
        let network = network.map(|network| network.id.clone());
        // Those of the other family are told by their table, as those of others are.
        let chain = if six { format!("{FAMILY6} {TABLE} {}", row.chain) } else { row.chain.clone() };
        let text = row.to_string();
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
            let what = match (row.comes_by(), row.port()) {
                (Some(_), Some(port)) => format!("published/{port}"),
                (Some(_), None) => "iif".to_owned(),
                (None, _) if row.chain == BETWEEN => BETWEEN.to_owned(),
                (None, _) if row.asks_where_it_leaves_alone() => "unpublished".to_owned(),
                (None, _) => "oif".to_owned(),
            };
            (key(network, &what), RuleAction::Drop, network)
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
    fn a_rule_keeps_its_place_among_the_others() {
        assert_eq!(places(&[None, None]), [APART, 2 * APART]);
        assert_eq!(places(&[Some(4), None, Some(8)]), [4, 6, 8]);
        assert_eq!(places(&[None, Some(4), None]), [2, 4, 4 + APART]);
        assert_eq!(places(&[Some(8), Some(4), None]), [8, 8 + APART, 8 + 2 * APART], "one that moved gets another");
        let crowded = places(&[Some(1), None, None, Some(2)]);
        assert!(crowded.is_sorted() && crowded.windows(2).all(|two| two[0] < two[1]), "{crowded:?}");
    }
}
