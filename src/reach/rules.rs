//! What the rules of nft(8) in a World do with a packet. Only the forms that engines write are read, and some that people write by
//! hand; a rule in other words is not read, and says so when a packet may be meant by it.

use super::packet::{Block, IpVersion, Packet, Protocol};
use crate::trace::{Rule, RuleAction, World};
use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

/// The rules that say whether the host forwards; none of nft.
const FORWARDS: &str = "ip_forward";
const FORWARDS6: &str = "ip6_forward";
/// Before the name of a chain of the engine's own table of IPv6; those of IPv4 stand by their names alone.
const OWN6: &str = "ip6 dockwalk ";

/// The key of the one of that version.
pub(super) fn forwards(version: IpVersion) -> &'static str {
    match version {
        IpVersion::V4 => FORWARDS,
        IpVersion::V6 => FORWARDS6,
    }
}

/// The chain that a rule stands in, as packets of that version come by it; none of one that is for others alone. Those of other
/// tables stand by family, table and name.
pub(super) fn chain(rule: &Rule, version: IpVersion) -> Option<&str> {
    let chain = rule.chain.as_str();
    let family = chain.split_once(' ').map(|(family, _)| family);
    match (version, family) {
        _ if [FORWARDS, FORWARDS6].contains(&&*rule.key) => None,
        (IpVersion::V4, Some("ip6")) | (IpVersion::V6, None | Some("ip" | "arp")) => None,
        (IpVersion::V6, Some("ip6")) => Some(chain.strip_prefix(OWN6).unwrap_or(chain)),
        _ => Some(chain),
    }
}
/// Chains that the kernel calls by itself; the others are jumped to.
const HOOKED: [&str; 5] = ["prerouting", "input", "forward", "output", "postrouting"];
/// How deep jumps go in the kernel (NFT_JUMP_STACK_SIZE).
const DEEPEST: usize = 16;

/// The rules of a namespace by chain, in order.
type Chains = HashMap<String, Vec<(Arc<Rule>, Read)>>;

/// All rules of a World, by namespace.
pub(super) struct Rules {
    chains: HashMap<u64, Chains>,
    /// Those of which it is not known where they stand.
    unplaced: HashMap<u64, Vec<(Arc<Rule>, Read)>>,
}

/// A rule as far as its words are known.
#[derive(Debug, Clone, PartialEq)]
struct Read {
    matches: Vec<Match>,
    verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq)]
enum Match {
    /// `iifname`, `oifname`
    ComesBy(bool, String),
    LeavesBy(bool, String),
    /// `ip saddr`, `ip daddr`, `ip6 saddr`, `ip6 daddr`
    From(bool, Block),
    To(bool, Block),
    /// `tcp dport 80`
    Port(bool, Protocol),
    /// `ip protocol icmp`, `ip6 nexthdr tcp`, `meta l4proto ipv6-icmp`, which is of both versions
    Protocol(bool, String, Option<IpVersion>),
    /// `fib daddr type local`
    ToItself,
    /// `ct state established,related`, `ct state new`: whether it is met by a packet that answers, and by a first one.
    State {
        answers: bool,
        first: bool,
    },
}

#[derive(Debug, Clone, PartialEq)]
enum Verdict {
    Accept,
    Drop,
    Masquerade,
    Jump(String),
    Goto(String),
    Return,
    Dnat(IpAddr, Option<u16>),
    /// It only counts.
    Nothing,
    NotRead,
}

/// What a packet looks like to the rules of one hook.
pub(super) struct Seen<'a> {
    pub netns: u64,
    pub packet: Packet,
    /// The link it came by; none for what is made here.
    pub comes_by: Option<&'a str>,
    /// The link it leaves by; none for what stays, or whose way is not looked for yet.
    pub leaves_by: Option<&'a str>,
    /// Its address is one of this namespace.
    pub to_itself: bool,
}

/// What becomes of it.
pub(super) enum Fate {
    /// Nothing of it is changed. The rule that accepted it, where one did.
    Passes(Option<Arc<Rule>>),
    Dropped(Arc<Rule>),
    Masqueraded(Arc<Rule>),
    Sent(Arc<Rule>, IpAddr, Option<u16>),
    NotKnown(Arc<Rule>),
}

enum Step {
    On,
    Back,
    Done(Fate),
}

impl Rules {
    /// Those that a packet of that version may meet.
    pub fn of(world: &World, version: IpVersion) -> Self {
        let of_version = |rule: &Arc<Rule>| chain(rule, version).is_some();
        let filters = world.rules.values().filter(|rule| of_version(rule));
        let mut all: Vec<_> = filters.map(|rule| (Arc::clone(rule), Read::parse(&rule.text))).collect();
        all.sort_by_key(|(rule, _)| rule.place);
        let jumped_to: HashSet<String> = all
            .iter()
            .filter_map(|(_, read)| match &read.verdict {
                Verdict::Jump(to) | Verdict::Goto(to) => Some(to.clone()),
                _ => None,
            })
            .collect();
        let mut rules = Self { chains: HashMap::new(), unplaced: HashMap::new() };
        for (rule, read) in all {
            let chain = chain(&rule, version).unwrap_or_default().to_owned();
            if !HOOKED.contains(&&*chain) && (chain.is_empty() || !jumped_to.contains(&chain)) {
                rules.unplaced.entry(rule.netns).or_default().push((Arc::clone(&rule), read.clone()));
            }
            let chains = rules.chains.entry(rule.netns).or_default();
            chains.entry(chain).or_default().push((rule, read));
        }
        rules
    }

    /// What the rules of a hook do with it.
    pub fn decide(&self, hook: &str, seen: &Seen<'_>) -> Fate {
        if let Some(fate) = self.out_of_order(hook, seen) {
            return fate;
        }
        match self.chain(hook, seen, 0) {
            Step::Done(fate) => fate,
            Step::On | Step::Back => Fate::Passes(None),
        }
    }

    fn chain(&self, name: &str, seen: &Seen<'_>, depth: usize) -> Step {
        let rules = self.chains.get(&seen.netns).and_then(|chains| chains.get(name));
        for (rule, read) in rules.into_iter().flatten() {
            match read.meets(seen) {
                Some(false) => continue,
                None => return Step::Done(Fate::NotKnown(Arc::clone(rule))),
                Some(true) => {}
            }
            let done = |fate| Step::Done(fate);
            let step = match &read.verdict {
                Verdict::Accept => done(Fate::Passes(Some(Arc::clone(rule)))),
                Verdict::Drop => done(Fate::Dropped(Arc::clone(rule))),
                Verdict::Masquerade => done(Fate::Masqueraded(Arc::clone(rule))),
                Verdict::Dnat(address, port) => done(Fate::Sent(Arc::clone(rule), *address, *port)),
                Verdict::Return => Step::Back,
                Verdict::Nothing => Step::On,
                Verdict::NotRead => done(Fate::NotKnown(Arc::clone(rule))),
                Verdict::Jump(_) | Verdict::Goto(_) if depth >= DEEPEST => done(Fate::NotKnown(Arc::clone(rule))),
                Verdict::Jump(to) => match self.chain(to, seen, depth + 1) {
                    Step::Done(fate) => Step::Done(fate),
                    Step::On | Step::Back => Step::On,
                },
                Verdict::Goto(to) => match self.chain(to, seen, depth + 1) {
                    Step::Done(fate) => Step::Done(fate),
                    Step::On | Step::Back => Step::Back,
                },
            };
            match step {
                Step::On => {}
                step => return step,
            }
        }
        Step::On
    }

    /// A rule of which it is not known where it stands – of a recording of before that was told, or in a chain that the kernel may call
    /// at a place of its own – and that does not let the packet through.
    fn out_of_order(&self, hook: &str, seen: &Seen<'_>) -> Option<Fate> {
        // A masquerade is valid in no other hook.
        let of_hook =
            |rule: &Rule| !rule.chain.is_empty() || (hook == "postrouting") == (rule.action == RuleAction::Masquerade);
        let here = self.unplaced.get(&seen.netns)?.iter().filter(|(rule, _)| of_hook(rule));
        for (rule, read) in here.filter(|(_, read)| read.meets(seen) != Some(false)) {
            match read.verdict {
                Verdict::Accept | Verdict::Nothing | Verdict::Return => {}
                Verdict::Masquerade if rule.chain.is_empty() => return Some(Fate::Masqueraded(Arc::clone(rule))),
                _ => return Some(Fate::NotKnown(Arc::clone(rule))),
            }
        }
        None
    }
}

impl Read {
    fn parse(text: &str) -> Self {
        let mut words = Words { words: text.split_whitespace().collect(), at: 0 };
        let mut matches = Vec::new();
        loop {
            match words.part() {
                Some(Part::Match(found)) => matches.push(found),
                Some(Part::Counter) => {}
                Some(Part::Verdict(verdict)) if words.is_over() => return Self { matches, verdict },
                None if words.is_over() => return Self { matches, verdict: Verdict::Nothing },
                Some(Part::Verdict(_)) | None => return Self { matches, verdict: Verdict::NotRead },
            }
        }
    }

    /// Whether the packet is meant; none when that is not known.
    fn meets(&self, seen: &Seen<'_>) -> Option<bool> {
        if self.matches.iter().any(|it| !it.meets(seen)) {
            return Some(false);
        }
        (self.verdict != Verdict::NotRead).then_some(true)
    }
}

impl Match {
    fn meets(&self, seen: &Seen<'_>) -> bool {
        let packet = &seen.packet;
        let version = IpVersion::of(packet.to);
        match self {
            Self::ComesBy(not, name) => (seen.comes_by == Some(name)) != *not,
            Self::LeavesBy(not, name) => (seen.leaves_by == Some(name)) != *not,
            // What is said of addresses of one version is said of none of the other.
            Self::From(not, block) => block.version == version && block.has(packet.from) != *not,
            Self::To(not, block) => block.version == version && block.has(packet.to) != *not,
            Self::Port(not, protocol) => {
                let (same, port) = (protocol.name() == packet.protocol.name(), protocol.port());
                // What answers goes to a port that was made up: none that a rule names.
                same && ((!packet.answers && port == packet.protocol.port()) != *not)
            }
            Self::Protocol(not, name, of) => of.is_none_or(|of| of == version) && (name == packet.carries()) != *not,
            Self::ToItself => seen.to_itself,
            Self::State { answers, first } => {
                if packet.answers {
                    *answers
                } else {
                    *first
                }
            }
        }
    }
}

enum Part {
    Match(Match),
    Verdict(Verdict),
    Counter,
}

struct Words<'a> {
    words: Vec<&'a str>,
    at: usize,
}

impl<'a> Words<'a> {
    fn is_over(&self) -> bool {
        self.at == self.words.len()
    }

    fn next(&mut self) -> Option<&'a str> {
        let word = self.words.get(self.at)?;
        self.at += 1;
        Some(word)
    }

    fn is(&mut self, wanted: &str) -> Option<()> {
        (self.next()? == wanted).then_some(())
    }

    /// `!=`, `==` or nothing.
    fn negated(&mut self) -> bool {
        match self.words.get(self.at) {
            Some(&"!=") => {
                self.at += 1;
                true
            }
            Some(&"==") => {
                self.at += 1;
                false
            }
            _ => false,
        }
    }

    /// The next part; where there is none that is known, none, and it stands before it.
    fn part(&mut self) -> Option<Part> {
        let before = self.at;
        let part = self.try_part();
        if part.is_none() {
            self.at = before;
        }
        part
    }

    fn try_part(&mut self) -> Option<Part> {
        let verdict = |verdict| Some(Part::Verdict(verdict));
        let found = match self.next()? {
            "accept" => return verdict(Verdict::Accept),
            "drop" => return verdict(Verdict::Drop),
            "return" => return verdict(Verdict::Return),
            "masquerade" => return verdict(Verdict::Masquerade),
            "jump" => return verdict(Verdict::Jump(self.next()?.to_owned())),
            "goto" => return verdict(Verdict::Goto(self.next()?.to_owned())),
            "dnat" => {
                self.is("to")?;
                let to = self.next()?;
                return verdict(match to.parse::<SocketAddr>() {
                    Ok(to) => Verdict::Dnat(to.ip(), Some(to.port())),
                    Err(_) => Verdict::Dnat(to.parse().ok()?, None),
                });
            }
            "counter" => {
                if self.words.get(self.at) == Some(&"packets") {
                    self.at += 4;
                }
                return (self.at <= self.words.len()).then_some(Part::Counter);
            }
            "iifname" => Match::ComesBy(self.negated(), self.name()?),
            "oifname" => Match::LeavesBy(self.negated(), self.name()?),
            "ip" => match self.next()? {
                "saddr" => Match::From(self.negated(), Block::parse(self.next()?)?),
                "daddr" => Match::To(self.negated(), Block::parse(self.next()?)?),
                "protocol" => Match::Protocol(self.negated(), self.protocol()?, Some(IpVersion::V4)),
                _ => return None,
            },
            "ip6" => match self.next()? {
                "saddr" => Match::From(self.negated(), Block::parse(self.next()?)?),
                "daddr" => Match::To(self.negated(), Block::parse(self.next()?)?),
                "nexthdr" => Match::Protocol(self.negated(), self.protocol()?, Some(IpVersion::V6)),
                _ => return None,
            },
            "meta" => {
                self.is("l4proto")?;
                Match::Protocol(self.negated(), self.protocol()?, None)
            }
            protocol @ ("tcp" | "udp") => {
                self.is("dport")?;
                let (not, port) = (self.negated(), self.next()?.parse().ok()?);
                Match::Port(not, if protocol == "tcp" { Protocol::Tcp(port) } else { Protocol::Udp(port) })
            }
            "fib" => {
                ["daddr", "type", "local"].into_iter().try_for_each(|word| self.is(word))?;
                Match::ToItself
            }
            "ct" => {
                self.is("state")?;
                let states: Vec<&str> = self.next()?.split(',').collect();
                let known = ["established", "related", "new", "invalid", "untracked"];
                states.iter().all(|state| known.contains(state)).then_some(())?;
                Match::State { answers: states.contains(&"established"), first: states.contains(&"new") }
            }
            _ => return None,
        };
        Some(Part::Match(found))
    }

    /// What a packet carries, by its name in `/etc/protocols`. One by its number is not read, nor a set.
    fn protocol(&mut self) -> Option<String> {
        let name = match self.next()? {
            "icmpv6" => "ipv6-icmp",
            name => name,
        };
        name.starts_with(|c: char| c.is_ascii_lowercase()).then(|| name.to_owned())
    }

    /// A link's name, between quotes. One with a pattern in it is not read.
    fn name(&mut self) -> Option<String> {
        let word = self.next()?;
        let name = word.strip_prefix('"').and_then(|word| word.strip_suffix('"')).unwrap_or(word);
        let plain = !name.is_empty() && !name.contains(['*', '{', '"', '@', '$']);
        plain.then(|| name.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Read {
        Read::parse(text)
    }

    #[test]
    fn the_forms_that_engines_write_are_read() {
        for text in [
            "oifname \"docker0\" drop",
            "iifname != \"docker0\" fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80",
            "iifname != \"docker0\" ip daddr 1.2.3.4 udp dport 53 dnat to 172.17.0.2:53",
            "ip daddr != 127.0.0.0/8 fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80",
            "ip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade",
            "ip saddr 172.17.0.2 ip daddr 172.17.0.2 tcp dport 80 masquerade",
            "iifname \"br-int\" ip daddr != 172.19.0.0/16 drop",
            "iifname \"br-int\" fib daddr type local tcp dport 8080 drop",
            "iifname \"docker0\" oifname != \"docker0\" jump between",
            "oifname \"docker0\" ct state established,related accept",
            "iifname != \"docker0\" oifname \"docker0\" ip daddr 172.17.0.2 tcp dport 80 accept",
            "iifname \"docker0\" counter packets 3 bytes 180 accept",
        ] {
            assert_ne!(parsed(text).verdict, Verdict::NotRead, "{text}");
        }
        assert_eq!(parsed("counter packets 0 bytes 0").verdict, Verdict::Nothing);
    }

    #[test]
    fn a_rule_in_other_words_is_not_read_and_what_is_known_of_it_counts() {
        for text in [
            "iifname \"docker0\" meta mark 1 accept",
            "iifname { \"a\", \"b\" } drop",
            "tcp dport 80-90 drop",
            "reject with icmp type port-unreachable",
            "accept drop",
            "iifname \"veth*\" drop",
            "iifname",
            "{\"xt\":null} accept",
        ] {
            assert_eq!(parsed(text).verdict, Verdict::NotRead, "{text}");
        }
        let packet = Packet {
            from: IpAddr::from([172, 17, 0, 2]),
            to: IpAddr::from([172, 17, 0, 3]),
            protocol: Protocol::Tcp(80),
            answers: false,
        };
        let seen = Seen { netns: 1, packet, comes_by: Some("docker0"), leaves_by: Some("eth0"), to_itself: false };
        let meets = |text: &str| parsed(text).meets(&seen);
        assert_eq!(
            meets("iifname \"br-1\" meta mark 1 accept"),
            Some(false),
            "whatever follows, this packet is not meant"
        );
        assert_eq!(meets("iifname \"docker0\" meta mark 1 accept"), None);
        assert_eq!(meets("tcp dport 80 drop"), Some(true));
        assert_eq!(meets("udp dport 80 drop"), Some(false));
        assert_eq!(meets("udp dport != 80 drop"), Some(false));
        assert_eq!(meets("ct state established,related accept"), Some(false));
        assert_eq!(meets("ct state new accept"), Some(true));
    }
}
