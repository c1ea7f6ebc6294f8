//! What a line speaks of that a program printed in a terminal: the links, addresses, routes, rules and containers of the World that it
//! names, as `ip`, `ifconfig`, `route`, `bridge`, `nft`, `ping` and `docker` write them.
//!
//! A name means what it means where it was printed: `eth0` is that container's. Words are compared whole, so that 172.17.0.2 is not
//! found in 172.17.0.20; and of what could be several things none is named.

use crate::spec::ContainerId;
use crate::trace::{Entity, Link, LinkKind, Route, Rule, World};
use std::net::IpAddr;
use std::sync::Arc;

/// Where a line was printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// At the host's prompt.
    Host,
    /// In a container.
    Container(ContainerId),
    /// By `docker`, or nobody knows where: no name of a link means anything there.
    Docker,
}

/// Longer lines are not read.
const LONGEST: usize = 2048;
/// So many hexadecimal digits of an id are one.
const ID: usize = 12;

/// The things that a line speaks of.
pub fn entities(world: &World, whose: &Whose, line: &str) -> Vec<Entity> {
    let line = line.trim();
    if line.is_empty() || line.len() > LONGEST {
        return Vec::new();
    }
    let reader = Reader { world, netns: netns(world, whose), whose };
    if *whose == Whose::Host
        && let Some(rule) = reader.rule(line)
    {
        return vec![Entity::Rule(rule.key.clone())];
    }
    let words = words(line);
    let found = match reader.route(line, &words) {
        // Of another table than that of here.
        Some(route) if route.is_empty() => reader.addresses(&words),
        Some(route) => route,
        None => reader.others(line, &words),
    };
    let mut once = Vec::new();
    found.into_iter().for_each(|entity| {
        if !once.contains(&entity) {
            once.push(entity)
        }
    });
    once
}

/// Does a line that speaks of `things` speak of that one, or of what is a part of it?
pub fn is_about(world: &World, things: &[Entity], entity: &Entity) -> bool {
    let is_part = |thing: &Entity| match (thing, entity) {
        (Entity::Link(key), Entity::Container(id)) => {
            world.links.get(key).is_some_and(|link| link.container.as_ref() == Some(id) && world.is_inner(link))
        }
        (Entity::Link(key), Entity::Network(id)) => {
            world.networks.get(id).is_some_and(|network| network.bridge.as_ref() == Some(key))
        }
        _ => false,
    };
    things.iter().any(|thing| thing == entity || is_part(thing))
}

/// The network namespace that names of links are of.
fn netns(world: &World, whose: &Whose) -> Option<u64> {
    match whose {
        Whose::Host => world.host.as_ref().map(|host| host.netns),
        Whose::Container(id) => world.netns_of(id),
        Whose::Docker => None,
    }
}

/// A word, and what stands around it.
#[derive(Debug, Clone, Copy)]
struct Word<'l> {
    text: &'l str,
    /// The word before it.
    after: &'l str,
    first: bool,
    last: bool,
}

/// Runs of what can be part of an address or a name; what ends a sentence is none of it.
fn words(line: &str) -> Vec<Word<'_>> {
    let is_part = |c: char| c.is_alphanumeric() || "._-:/@%".contains(c);
    let trimmed = |word: &str| {
        let word = word.trim_end_matches(['.', '-']);
        match word.strip_suffix(':') {
            Some(cut) if !cut.ends_with(':') => cut.len(),
            _ => word.len(),
        }
    };
    let all: Vec<&str> =
        line.split(|c| !is_part(c)).filter(|word| !word.is_empty()).map(|word| &word[..trimmed(word)]).collect();
    let word = |nth: usize| Word {
        text: all[nth],
        after: nth.checked_sub(1).map_or("", |before| all[before]),
        first: nth == 0,
        last: nth + 1 == all.len(),
    };
    (0..all.len()).map(word).collect()
}

struct Reader<'w> {
    world: &'w World,
    netns: Option<u64>,
    whose: &'w Whose,
}

impl Reader<'_> {
    /// `ip saddr 172.17.0.0/16 oifname != "docker0" counter packets 0 bytes 0 masquerade # handle 2`
    fn rule(&self, line: &str) -> Option<&Arc<Rule>> {
        let plain = |text: &str| {
            let text = text.split(" # handle ").next().unwrap_or_default();
            let mut words = text.split_whitespace().peekable();
            let mut kept = Vec::new();
            while let Some(word) = words.next() {
                if word == "packets" || word == "bytes" {
                    words.next();
                } else if word != "counter" {
                    kept.push(word.replace('"', ""));
                }
            }
            kept.join(" ")
        };
        let said = plain(line);
        let mut all =
            self.world.rules.values().filter(|rule| Some(rule.netns) == self.netns && plain(&rule.text) == said);
        all.next().filter(|_| !said.is_empty() && all.next().is_none())
    }

    /// `default via 172.17.0.1 dev eth0`, `172.17.0.0/16 dev eth0 …`, or a row of `route -n`; nothing of a route that is not known here,
    /// none of a line that is no route.
    fn route(&self, line: &str, words: &[Word<'_>]) -> Option<Vec<Entity>> {
        let after = |name: &str| words.iter().find(|word| word.after == name).map(|word| word.text);
        let columns: Vec<&str> = line.split_whitespace().collect();
        let (to, via, dev) = if let [to, gateway, mask, flags, _, _, _, dev] = columns[..]
            && flags.starts_with('U')
        {
            let prefix = mask.parse::<std::net::Ipv4Addr>().map(|mask| u32::from(mask).leading_ones());
            let prefix = prefix.ok()?;
            let to = if prefix == 0 { "default".to_owned() } else { format!("{to}/{prefix}") };
            (to, Some(gateway).filter(|gateway| *gateway != "0.0.0.0"), dev)
        } else if let [refuses @ ("blackhole" | "unreachable" | "prohibit"), to, ..] = columns[..] {
            let is_it = |route: &&Route| {
                let refused = route.refuses.as_ref().is_some_and(|it| it.as_str() == refuses);
                Some(route.netns) == self.netns && refused && is_to(route, to)
            };
            let route = self.world.routes.iter().find(is_it);
            return Some(route.map(|it| Entity::Route(it.netns, it.destination.clone())).into_iter().collect());
        } else {
            let (first, dev) = (columns.first()?, after("dev")?);
            let is_route =
                *first == "default" || first.split('/').next().is_some_and(|it| it.parse::<IpAddr>().is_ok());
            if !is_route {
                return None;
            }
            ((*first).to_owned(), after("via"), dev)
        };
        let is_it = |route: &&Route| {
            Some(route.netns) == self.netns && is_to(route, &to) && route.dev == dev && route.via.as_deref() == via
        };
        let Some(route) = self.world.routes.iter().find(is_it) else { return Some(Vec::new()) };
        let link = self.named(dev).map(|link| Entity::Link(link.key.clone()));
        let gateway = via.and_then(|via| self.has_address(via));
        let route = Entity::Route(route.netns, route.destination.clone());
        Some(std::iter::once(route).chain(link).chain(gateway).collect())
    }

    /// What a line speaks of that is neither a rule nor a route.
    fn others(&self, line: &str, words: &[Word<'_>]) -> Vec<Entity> {
        let ids = self.ids(words);
        if !ids.is_empty() {
            return ids;
        }
        let mut found = self.addresses(words);
        found.extend(self.macs(words));
        let links = self.links(line, words, &found);
        found.into_iter().chain(links).chain(self.quoted(line)).collect()
    }

    /// The id of a container or of a network, or its beginning: then the line is about that, whatever else is in it.
    fn ids(&self, words: &[Word<'_>]) -> Vec<Entity> {
        let is_id = |word: &&Word<'_>| word.text.len() >= ID && word.text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let entity = |word: &Word<'_>| {
            let containers = self.world.containers.keys().filter(|id| id.as_str().starts_with(word.text));
            let networks = self.world.networks.keys().filter(|id| id.as_str().starts_with(word.text));
            let mut all = containers.cloned().map(Entity::Container).chain(networks.cloned().map(Entity::Network));
            all.next().filter(|_| all.next().is_none())
        };
        words.iter().filter(is_id).filter_map(entity).collect()
    }

    fn addresses(&self, words: &[Word<'_>]) -> Vec<Entity> {
        let of = |word: &Word<'_>| {
            // `addr:172.17.0.2` of ifconfig.
            let text = word.text.strip_prefix("addr:").unwrap_or(word.text);
            self.has_address(text).or_else(|| self.has_subnet(text)).or_else(|| self.has_port(text))
        };
        words.iter().filter_map(of).collect()
    }

    /// The link of an address, with or without its prefix: that of here before those of elsewhere.
    fn has_address(&self, text: &str) -> Option<Entity> {
        let bare = text.split_once('/').map_or(text, |(address, _)| address);
        let wanted: IpAddr = bare.parse().ok()?;
        let has = |cidr: &str| {
            let address = cidr.split('/').next().and_then(|it| it.parse::<IpAddr>().ok());
            if bare == text { address == Some(wanted) } else { cidr == text }
        };
        let links = self.world.links.values().filter(|link| self.world.addresses_of(&link.key).any(has));
        self.one_of(links)
    }

    /// The bridge of a network's subnet.
    fn has_subnet(&self, text: &str) -> Option<Entity> {
        let network = self.world.networks.values().find(|it| !it.subnet.is_empty() && it.subnet == text)?;
        network.bridge.clone().map(Entity::Link)
    }

    /// A published port, by where the host listens or where that leads.
    fn has_port(&self, text: &str) -> Option<Entity> {
        let socket: std::net::SocketAddr = text.parse().ok()?;
        let mut all = self.world.publications.values().filter(|it| it.host.contains(&socket) || it.to == socket);
        all.next().filter(|_| all.next().is_none()).map(|it| Entity::Port(it.key.clone()))
    }

    fn macs(&self, words: &[Word<'_>]) -> Vec<Entity> {
        let of = |word: &Word<'_>| {
            let pairs: Vec<&str> = word.text.split(':').collect();
            let is_mac = pairs.len() == 6
                && pairs.iter().all(|pair| pair.len() == 2 && pair.bytes().all(|byte| byte.is_ascii_hexdigit()));
            let mac = Some(word.text.to_ascii_lowercase()).filter(|_| is_mac)?;
            self.one_of(self.world.links.values().filter(|link| link.mac == mac))
        };
        words.iter().filter_map(of).collect()
    }

    /// Names of links, where a link's name stands in what those programs print: at the beginning, after a word that says so, at the end
    /// of `inet …`, in quotation marks.
    fn links(&self, line: &str, words: &[Word<'_>], others: &[Entity]) -> Vec<Entity> {
        let number = words.first().and_then(|word| word.text.parse::<u32>().ok());
        let announces = ["dev", "master", "iif", "oif", "iifname", "oifname", "interface", "bridge"];
        let is_place = |word: &Word<'_>| {
            word.first
                || word.last && line.starts_with("inet")
                || number.is_some() && word.after.parse::<u32>().is_ok()
                || announces.contains(&word.after)
                || line.contains(&format!("\"{}\"", word.text))
        };
        let mut found = Vec::new();
        for word in words.iter().filter(|word| is_place(word)) {
            let (name, peer) = word.text.split_once('@').map_or((word.text, None), |(name, peer)| (name, Some(peer)));
            // Said of a link that the line has named by its address already.
            let is_said = |entity: &Entity| match entity {
                Entity::Link(key) => self.world.links.get(key).is_some_and(|link| link.name == name),
                _ => false,
            };
            if others.iter().any(is_said) {
                continue;
            }
            let numbered = number.filter(|_| words.get(1).is_some_and(|second| second.text == word.text));
            let link = match numbered {
                Some(index) => self.numbered(index, name, peer),
                None => self.named(name),
            };
            found.extend(link.map(|link| Entity::Link(link.key.clone())));
        }
        found
    }

    /// The link of that name here; at `docker`'s, a bridge of the host's.
    fn named(&self, name: &str) -> Option<&Arc<Link>> {
        let host = self.world.host.as_ref().map(|host| host.netns);
        let is_here = |link: &&Arc<Link>| match self.netns {
            Some(netns) => link.netns == netns,
            None => Some(link.netns) == host && link.kind == LinkKind::Bridge,
        };
        self.world.links.values().filter(is_here).find(|link| link.name == name)
    }

    /// `8: eth0@if9`: the link of that number and name here, else the only one anywhere, as after `nsenter`.
    fn numbered(&self, index: u32, name: &str, peer: Option<&str>) -> Option<&Arc<Link>> {
        let has_peer = |link: &Link| match peer.and_then(|peer| peer.strip_prefix("if")?.parse::<u32>().ok()) {
            Some(peer) => link.peer_ifindex == Some(peer),
            None => true,
        };
        let is_it = |link: &&Arc<Link>| link.ifindex == index && link.name == name && has_peer(link);
        let here = self.world.links.values().filter(|link| Some(link.netns) == self.netns).find(is_it);
        here.or_else(|| {
            let mut all = self.world.links.values().filter(is_it);
            all.next().filter(|_| *self.whose == Whose::Host && all.next().is_none())
        })
    }

    /// `"Name": "web"`: a container's or a network's name, as `docker inspect` has it.
    fn quoted(&self, line: &str) -> Vec<Entity> {
        let Some(name) = line.strip_prefix("\"Name\": \"").and_then(|rest| rest.split('"').next()) else {
            return Vec::new();
        };
        let name = name.strip_prefix('/').unwrap_or(name);
        let container =
            self.world.containers.values().find(|it| it.name == name).map(|it| Entity::Container(it.id.clone()));
        let network =
            || self.world.networks.values().find(|it| it.name == name).map(|it| Entity::Network(it.id.clone()));
        container.or_else(network).into_iter().collect()
    }

    /// The one of here, else the only one there is.
    fn one_of<'l>(&self, links: impl Iterator<Item = &'l Arc<Link>>) -> Option<Entity> {
        let all: Vec<_> = links.collect();
        let here = all.iter().find(|link| Some(link.netns) == self.netns);
        let only = || if let [only] = all[..] { Some(only) } else { None };
        here.copied().or_else(only).map(|link| Entity::Link(link.key.clone()))
    }
}

/// The route is to there, which `ip` writes without a prefix where it is one address.
fn is_to(route: &Route, to: &str) -> bool {
    let one = || ["/32", "/128"].iter().find_map(|all| route.destination.strip_suffix(all));
    route.destination == to || one() == Some(to)
}

#[cfg(test)]
#[path = "lines_tests.rs"]
mod tests;
