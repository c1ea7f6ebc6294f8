//! The kernel tells which rules a packet meets (`meta nftrace set 1`, `nft monitor trace`): a table of the engine's own asks it to, for
//! the packets that are followed alone, and is there only while they are.
//!
//! ```text
//! NFT_MSG_TRACE: id, table, chain, rule's handle, verdict │ of each chain's first: links, headers of network and transport
//! ```

use super::multicast::{Multicast, TRACES};
use super::nft_told::{GENERAL, HEAD, NFTABLES, attributes, family, text_of, word};
use super::ruleset::{FAMILY, FAMILY6, TABLE, delete_table, run, trace_tables};
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::evidence;
use crate::engine::program;
use crate::packet::{Flow, Mark, Met, decode_ip, is_same};
use crate::reach::IpVersion;
use crate::trace::{Decoded, Place, Problem, RuleVerdict, World};
use std::os::fd::{AsFd, BorrowedFd};

/// NFT_MSG_TRACE.
const TRACE: u16 = 17;
/// How many rules that packets met are kept.
const KEPT: usize = 256;

/// It is told, until [`RuleTrace::close`].
#[derive(Debug)]
pub struct RuleTrace {
    socket: Multicast,
    family: &'static str,
    /// Its name.
    table: String,
    netns: Netns,
    entry: Option<EntryId>,
    rules: BTreeMap<Rank, Known>,
    /// What the chain that the kernel called last saw, by the packet's number: those that it jumps to see the same.
    chains: BTreeMap<u32, (Option<u32>, Decoded)>,
    /// What the engine's own table saw, which is before all others. A number is used again for a later packet, which begins there anew.
    began: BTreeMap<u32, (Option<u32>, Decoded)>,
    told: Vec<Met>,
}

/// Family, table and handle of a rule.
type Rank = (String, String, u64);

/// A rule that there was when it began.
#[derive(Debug, Clone)]
struct Known {
    text: String,
    /// In the World.
    key: Option<String>,
}

impl RuleTrace {
    /// Has the kernel tell of these packets, or says why it does not. The evidence is of either.
    pub fn open(
        cx: &Cx,
        netns: &Netns,
        version: IpVersion,
        flow: &Flow,
    ) -> Result<(Result<Self, Problem>, Vec<Evidence>)> {
        let refused = |reason: String| Problem::new(Code::WalkRulesNotTold).with("reason", reason);
        let nft = match program::search("nft") {
            Ok(nft) => nft,
            Err(looks) => return Ok((Err(refused("nft: ENOENT".to_owned())), looks)),
        };
        let socket = match Multicast::of_traces(netns) {
            Ok(socket) => socket,
            Err(fault) => {
                let facts = evidence::own(crate::trace::Book::Decision, [format!("{}: {fault}", TRACES[0].1)]);
                return Ok((Err(refused(fault.to_string())), vec![facts]));
            }
        };
        let family = family_of(version);
        // One that somebody else has made is let alone.
        let listed = run(netns, &nft, &["-j", "list", "tables"], "")?;
        let taken = match (listed.failure(), nft::tables(&listed.stdout)) {
            (None, Ok(taken)) => taken,
            (reason, _) => return Ok((Err(refused(reason.unwrap_or_default())), vec![listed.evidence])),
        };
        let is_taken = |name: &String| taken.iter().any(|(of, it)| (of.as_str(), it) == (family, name));
        let Some(table) = trace_tables().find(|name| !is_taken(name)) else {
            return Ok((Err(refused("dockwalk_walk: EEXIST".to_owned())), vec![listed.evidence]));
        };
        let name = table.clone();
        let inverse = NetInverse::DeleteNftTable { netns: netns.inode(), family: family.to_owned(), name };
        let mut trace = Self {
            socket,
            family,
            table,
            netns: netns.clone(),
            entry: Some(cx.journal(SCOPE, &inverse)?),
            rules: BTreeMap::new(),
            chains: BTreeMap::new(),
            began: BTreeMap::new(),
            told: Vec::new(),
        };
        let made = match run(netns, &nft, &["-f", "-"], &script(flow, version, &trace.table)) {
            Ok(made) => made,
            Err(fault) => return trace.close(cx).and(Err(fault)),
        };
        if let Some(reason) = made.failure() {
            // All of it is done or nothing: a table that has come meanwhile is another's.
            if let Some(entry) = trace.entry.take() {
                cx.undone(entry)?;
            }
            return Ok((Err(refused(reason)), vec![made.evidence]));
        }
        // What the rules that are met say. Without it they are told by their numbers.
        let listed = run(netns, &nft, &["-j", "list", "ruleset"], "");
        trace.rules = listed.map(|listed| known(&listed.stdout, &cx.world(), netns.inode())).unwrap_or_default();
        Ok((Ok(trace), vec![made.evidence]))
    }

    /// Takes what was told so far.
    pub fn drain(&mut self) {
        let mut all = Vec::new();
        let lost = self.socket.datagrams(|bytes| all.push(bytes.to_vec()));
        if lost.is_some_and(|lost| lost.0.is_some()) {
            tracing::warn!("of the rules that a packet met, some were not told");
        }
        all.iter().for_each(|bytes| self.take(bytes));
    }

    /// What was told, in its order.
    pub fn told(&mut self) -> Vec<Met> {
        std::mem::take(&mut self.told)
    }

    /// Has the kernel tell no more. A second time is no error.
    pub fn close(&mut self, cx: &Cx) -> Result<Option<Evidence>> {
        let Some(entry) = self.entry else { return Ok(None) };
        let deleted = delete_table(&self.netns, self.family, &self.table)?;
        self.entry = None;
        cx.undone(entry)?;
        Ok(deleted)
    }

    fn take(&mut self, mut bytes: &[u8]) {
        while let Some(length) = word(bytes, 0, u32::from_ne_bytes).map(|length| length as usize) {
            let Some(message) = bytes.get(..length).filter(|_| length >= HEAD + GENERAL) else { return };
            if let Some(met) = self.met(message).filter(|_| self.told.len() < KEPT) {
                self.told.push(met);
            }
            bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        }
    }

    /// A rule that a packet met, or a policy that dropped it. What else is told says nothing of itself.
    fn met(&mut self, message: &[u8]) -> Option<Met> {
        let told = Told::read(message)?;
        if (told.family, &told.table) == (self.family, &self.table) {
            if let Some(packet) = told.packet {
                if self.began.len() >= KEPT {
                    self.began.clear();
                }
                self.began.insert(told.id, (told.came_by, packet));
            }
            return None;
        }
        if let Some(packet) = &told.packet {
            if self.chains.len() >= KEPT {
                self.chains.clear();
            }
            self.chains.insert(told.id, (told.came_by, packet.clone()));
        }
        let (came_by, packet) = self.chains.get(&told.id).cloned()?;
        // From hook to hook the kernel may number it anew: then it is known by its headers.
        let same = |(by, first): &&(Option<u32>, Decoded)| *by == came_by && is_same(first, &packet);
        let began = self.began.get(&told.id).or_else(|| self.began.values().find(same)).cloned()?;
        // That a chain is through is told as a rule without a number.
        let counts = match told.kind {
            Kind::Policy => told.verdict == RuleVerdict::Drop,
            Kind::Return => false,
            Kind::Rule => told.handle.is_some(),
        };
        if !counts {
            return None;
        }
        let known =
            told.handle.and_then(|handle| self.rules.get(&(told.family.to_owned(), told.table.clone(), handle)));
        let text = known.map_or_else(|| told.unknown(), |known| known.text.clone());
        let place = Place::Rule {
            netns: self.netns.inode(),
            family: told.family.to_owned(),
            table: told.table.clone(),
            chain: told.chain.clone(),
            handle: told.handle,
            verdict: told.verdict.clone(),
            key: known.and_then(|known| known.key.clone()),
            text: text.clone(),
        };
        let evidence = evidence::netlink::told(TRACES[0].1, vec![told.row()]);
        Some(Met { place, verdict: told.verdict, text, netns: self.netns.inode(), came_by, packet, began, evidence })
    }
}

impl AsFd for RuleTrace {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn family_of(version: IpVersion) -> &'static str {
    match version {
        IpVersion::V4 => FAMILY,
        IpVersion::V6 => FAMILY6,
    }
}

/// The commands that make the table: before all others (-350; `raw` is -300, NAT comes later), each packet with a mark between
/// these addresses is traced from there on.
fn script(flow: &Flow, version: IpVersion, name: &str) -> String {
    let of_version = flow.addresses.iter().filter(|address| IpVersion::of(**address) == version);
    let all = of_version.map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let family = family_of(version);
    let icmp = match version {
        IpVersion::V4 => "icmp",
        IpVersion::V6 => "icmpv6",
    };
    let both = |mark: &Mark| match *mark {
        Mark::Echo { id, sequence } => vec![format!("{icmp} id {id} {icmp} sequence {sequence}")],
        // Names are asked for by IPv4.
        Mark::Name { .. } if version == IpVersion::V6 => Vec::new(),
        Mark::Tcp { from } => vec![format!("tcp sport {from}"), format!("tcp dport {from}")],
        Mark::Udp { from } | Mark::Name { from } => vec![format!("udp sport {from}"), format!("udp dport {from}")],
    };
    let traced =
        |meant| format!("\t\t{family} saddr {{ {all} }} {family} daddr {{ {all} }} {meant} meta nftrace set 1\n");
    let rules: String = flow.marks.iter().flat_map(both).map(traced).collect();
    let chain = |hook: &str| {
        format!("\tchain {hook} {{\n\t\ttype filter hook {hook} priority -350; policy accept;\n{rules}\t}}\n")
    };
    let (comes, begins) = (chain("prerouting"), chain("output"));
    // `create`: not one that there is already.
    format!("create table {family} {name}\ntable {family} {name} {{\n{comes}{begins}}}\n")
}

/// The rules of a listing, and which of them are in the World.
fn known(listing: &str, world: &World, netns: u64) -> BTreeMap<Rank, Known> {
    let Ok(rows) = nft::rules(listing) else { return BTreeMap::new() };
    let rows = rows.into_iter().map(|row| {
        let text = row.to_string();
        let own = row.family == FAMILY && row.table == TABLE;
        let chain = if own { row.chain } else { format!("{} {} {}", row.family, row.table, row.chain) };
        let same = |rule: &&Arc<crate::trace::Rule>| rule.netns == netns && rule.chain == chain && rule.text == text;
        let key = world.rules.values().find(same).map(|rule| rule.key.clone());
        ((row.family, row.table, row.handle), Known { text, key })
    });
    rows.collect()
}

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Policy,
    Return,
    Rule,
}

/// A message (`enum nft_trace_attributes`).
#[derive(Debug, PartialEq)]
struct Told {
    id: u32,
    family: &'static str,
    table: String,
    chain: String,
    handle: Option<u64>,
    kind: Kind,
    verdict: RuleVerdict,
    came_by: Option<u32>,
    packet: Option<Decoded>,
}

impl Told {
    fn read(message: &[u8]) -> Option<Self> {
        if word(message, 4, u16::from_ne_bytes)? != (NFTABLES << 8 | TRACE) {
            return None;
        }
        let attributes = attributes(message.get(HEAD + GENERAL..)?);
        let get = |kind: u16| attributes.iter().find(|(of, _)| *of == kind).map(|(_, content)| *content);
        let number = |kind: u16| get(kind).and_then(|content| word(content, 0, u32::from_be_bytes));
        let kind = match number(4)? {
            1 => Kind::Policy,
            2 => Kind::Return,
            3 => Kind::Rule,
            _ => return None,
        };
        let code = match kind {
            Kind::Policy => number(16),
            _ => get(5).and_then(verdict),
        };
        let headers = get(8).map(|network| [network, get(9).unwrap_or_default()].concat());
        Some(Self {
            id: number(6)?,
            family: family(*message.get(HEAD)?),
            table: text_of(get(1)?),
            chain: text_of(get(2)?),
            handle: get(3).and_then(|content| word(content, 0, u64::from_be_bytes)),
            kind,
            verdict: named(code?),
            came_by: number(10),
            packet: headers.map(|headers| decode_ip(&headers)).filter(|packet| packet.addresses().is_some()),
        })
    }

    /// A rule that was not there when it began, or a policy.
    fn unknown(&self) -> String {
        match self.handle {
            Some(handle) => format!("handle {handle}"),
            None => format!("policy {}", self.verdict),
        }
    }

    fn row(&self) -> String {
        let Self { id, family, table, chain, verdict, .. } = self;
        let what = self.handle.map_or_else(|| "policy".to_owned(), |handle| format!("rule handle {handle}"));
        format!("NFT_MSG_TRACE id {id:08x} {family} {table} {chain} {what} verdict {verdict}")
    }
}

/// NFTA_VERDICT_CODE of a nested attribute.
fn verdict(content: &[u8]) -> Option<u32> {
    attributes(content).iter().find(|(of, _)| *of == 1).and_then(|(_, code)| word(code, 0, u32::from_be_bytes))
}

/// NF_DROP, NF_ACCEPT, NFT_CONTINUE, …
fn named(code: u32) -> RuleVerdict {
    match code.cast_signed() {
        0 => RuleVerdict::Drop,
        1 => RuleVerdict::Accept,
        -1 | -2 => RuleVerdict::Continue,
        -3 => RuleVerdict::Jump,
        -4 => RuleVerdict::Goto,
        -5 => RuleVerdict::Return,
        other => RuleVerdict::Other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::nft_told::tests::attribute;
    use super::*;

    fn message(attributes: &[Vec<u8>]) -> Vec<u8> {
        let body: Vec<u8> = attributes.concat();
        let length = u32::try_from(HEAD + GENERAL + body.len()).unwrap();
        let mut bytes = length.to_ne_bytes().to_vec();
        bytes.extend((NFTABLES << 8 | TRACE).to_ne_bytes());
        bytes.extend([0; 10]);
        bytes.extend([2, 0, 0, 0]);
        bytes.extend(body);
        bytes
    }

    fn dropped() -> Vec<u8> {
        let mut network = vec![0x45, 0, 0, 29, 0, 9, 0, 0, 63, 1, 0, 0];
        network.extend([172, 17, 0, 2, 172, 18, 0, 2]);
        let number = |kind: u16, value: u32| attribute(kind, &value.to_be_bytes());
        let verdict = attribute(0x8005, &attribute(1, &0_u32.to_be_bytes()));
        let texts = [attribute(1, b"dockwalk\0"), attribute(2, b"between\0"), attribute(3, &12_u64.to_be_bytes())];
        let rest = [number(4, 3), verdict, number(6, 0xabcd), number(10, 4)];
        message(&[&texts[..], &rest, &[attribute(8, &network), attribute(9, &[8, 0, 0, 0, 0, 7, 0, 1])]].concat())
    }

    #[test]
    fn a_rule_that_dropped_a_packet_is_told_with_the_packet() {
        let told = Told::read(&dropped()).unwrap();
        assert_eq!(told.row(), "NFT_MSG_TRACE id 0000abcd ip dockwalk between rule handle 12 verdict drop");
        assert_eq!((told.came_by, told.kind, told.verdict), (Some(4), Kind::Rule, RuleVerdict::Drop));
        let read = told.packet.unwrap().line();
        assert_eq!(read, "172.17.0.2 > 172.18.0.2: ICMP echo request, id 7, seq 1, ttl 63");
    }

    #[test]
    fn what_is_cut_off_says_no_more_than_is_there() {
        let whole = dropped();
        for length in 0..whole.len() {
            assert_ne!(Told::read(&whole[..length]), Told::read(&whole), "{length}");
        }
    }

    #[test]
    fn only_what_is_followed_is_told() {
        let marks = vec![Mark::Echo { id: 7, sequence: 1 }, Mark::Tcp { from: 40_000 }];
        let six = "fd00::2".parse().unwrap();
        let addresses = [[172, 17, 0, 2].into(), [172, 17, 0, 3].into(), six].into();
        let flow = Flow { marks, addresses, ..Flow::default() };
        let six = script(&flow, IpVersion::V6, "dockwalk_walk");
        let meant = "ip6 saddr { fd00::2 } ip6 daddr { fd00::2 } icmpv6 id 7 icmpv6 sequence 1 meta nftrace set 1";
        assert!(six.contains("table ip6 dockwalk_walk {") && six.contains(meant), "{six}");
        let script = script(&flow, IpVersion::V4, "dockwalk_walk1");
        assert!(script.starts_with("create table ip dockwalk_walk1\n"), "{script}");
        assert_eq!(script.matches("ip daddr { 172.17.0.2, 172.17.0.3 } icmp id 7").count(), 2, "{script}");
        assert_eq!(script.matches("icmp id 7 icmp sequence 1 meta nftrace set 1").count(), 2, "{script}");
        assert_eq!(script.matches("tcp dport 40000 meta nftrace set 1").count(), 2, "{script}");
        assert_eq!(script.matches("hook").count(), 2, "{script}");
    }

    #[test]
    fn codes_are_named_as_nft_names_them() {
        let names: Vec<_> = [0, 1, u32::MAX, u32::MAX - 2, 7].map(named).iter().map(ToString::to_string).collect();
        assert_eq!(names, ["drop", "accept", "continue", "jump", "7"]);
    }
}
