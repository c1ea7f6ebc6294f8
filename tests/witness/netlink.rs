//! Netlink messages in the log. strace decodes their headers; the sockets are in other network namespaces than strace is,
//! which keeps it from decoding the rest: that is done here, by another hand than the engine's.

use super::strace::{Call, Log};
use super::value::{Value, arguments};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;

/// A message: its type, flags and number, and what follows the header.
#[derive(Debug)]
struct Message {
    kind: u64,
    flags: Vec<String>,
    seq: String,
    /// `error` of an acknowledgement.
    error: Option<String>,
    body: Vec<u8>,
}

/// A request, and all that came back on that socket before the next.
#[derive(Debug)]
pub struct Exchange {
    pub at: f64,
    request: Message,
    replies: Vec<Message>,
}

/// All exchanges of the engine.
pub fn exchanges(log: &Log) -> Vec<Exchange> {
    let (mut open, mut done): (BTreeMap<String, Exchange>, Vec<Exchange>) = (BTreeMap::new(), Vec::new());
    for call in log.calls.iter().filter(|call| log.engine.contains(&call.tid) && call.text.contains("nlmsg_len=")) {
        let fd = call.text.split(',').next().unwrap_or_default().to_owned();
        if call.name == "sendto" {
            for request in messages(call) {
                let exchange = Exchange { at: call.at, request, replies: Vec::new() };
                done.extend(open.insert(fd.clone(), exchange));
            }
        } else if let Some(exchange) = open.get_mut(&fd)
            && !call.text.contains("MSG_PEEK")
        {
            exchange.replies.extend(messages(call));
        }
    }
    done.extend(open.into_values());
    done
}

/// A message that came without having been asked for.
#[derive(Debug)]
pub struct Told {
    pub at: f64,
    message: Message,
}

/// All of them.
pub fn told(log: &Log) -> Vec<Told> {
    let received = |call: &&Call| {
        log.engine.contains(&call.tid)
            && call.name.starts_with("recv")
            && call.text.contains("nlmsg_len=")
            && !call.text.contains("MSG_PEEK")
    };
    let of = |call: &Call| messages(call).into_iter().map(|message| Told { at: call.at, message }).collect::<Vec<_>>();
    let all = log.calls.iter().filter(received).flat_map(of);
    all.filter(|told| !told.message.flags.iter().any(|flag| flag == "NLM_F_MULTI")).collect()
}

impl Told {
    /// It is that line of a claim: `RTM_DELADDR inet 10.9.0.1/24 scope global eth0`.
    pub fn is(&self, row: &str) -> bool {
        let Some((name, row)) = row.split_once(' ') else { return false };
        KINDS.iter().any(|(known, kind)| *known == name && *kind == self.message.kind)
            && shows(&self.message, row, None)
    }
}

fn messages(call: &Call) -> Vec<Message> {
    let args = arguments(&call.text);
    let Some(Value::List(list)) = args.get(1) else { return Vec::new() };
    // One message is printed without the list around it.
    let single = matches!(list.first(), Some(Value::Struct(_)));
    let one = [Value::List(list.clone())];
    let all = if single { &one[..] } else { list.as_slice() };
    all.iter().filter_map(message).collect()
}

fn message(value: &Value) -> Option<Message> {
    let Value::List(parts) = value else { return None };
    let Some(Value::Struct(header)) = parts.first() else { return None };
    let field = |name: &str| header.iter().find(|(key, _)| key.as_deref() == Some(name)).map(|(_, value)| value);
    let word = |name: &str| match field(name) {
        Some(Value::Word(parts)) => parts.clone(),
        _ => Vec::new(),
    };
    let kind = word("nlmsg_type").first().map_or(0, |kind| match kind.as_str() {
        "NLMSG_ERROR" => 2,
        "NLMSG_DONE" => 3,
        number => number.parse().unwrap_or(0),
    });
    let error = match parts.get(1) {
        Some(Value::Struct(fields)) => fields.iter().find_map(|(key, value)| match (key.as_deref(), value) {
            (Some("error"), Value::Word(parts)) => parts.first().cloned(),
            _ => None,
        }),
        _ => None,
    };
    let body = if let Some(Value::Text(bytes)) = parts.get(1) { bytes.clone() } else { Vec::new() };
    Some(Message { kind, flags: word("nlmsg_flags"), seq: word("nlmsg_seq").join("|"), error, body })
}

impl Message {
    /// `NLM_F_DUMP`, which strace prints as a number where it does not know the protocol.
    fn is_dump(&self) -> bool {
        self.flags.iter().any(|flag| flag == "768" || flag == "NLM_F_DUMP")
    }
}

const KINDS: [(&str, u64); 13] = [
    ("RTM_NEWLINK", 16),
    ("RTM_DELLINK", 17),
    ("RTM_GETLINK", 18),
    ("RTM_SETLINK", 19),
    ("RTM_NEWADDR", 20),
    ("RTM_DELADDR", 21),
    ("RTM_GETADDR", 22),
    ("RTM_NEWROUTE", 24),
    ("RTM_DELROUTE", 25),
    ("RTM_GETROUTE", 26),
    ("RTM_NEWNEIGH", 28),
    ("RTM_DELNEIGH", 29),
    ("RTM_GETNEIGH", 30),
];

impl Exchange {
    /// It is what a trace claims that was asked and answered.
    pub fn is(&self, request: &str, reply: &[String]) -> bool {
        let mut words = request.split(' ');
        let kind = words.next().and_then(|name| KINDS.iter().find(|(known, _)| *known == name));
        let dump = request.ends_with(" NLM_F_DUMP");
        if kind.is_none_or(|(_, kind)| *kind != self.request.kind) || dump != self.request.is_dump() {
            return false;
        }
        if dump {
            // What is shown of a dump was in it; where nothing is shown, there was none of the kind.
            return reply.iter().all(|row| self.replies.iter().any(|reply| shows(reply, row, Some(&self.replies))));
        }
        let claimed: Vec<_> = request.split([' ', '(', ')']).skip(1).filter(|word| !word.is_empty()).collect();
        let sent = tokens(&self.request);
        let acked = || {
            let good = |m: &Message| m.kind == 2 && m.seq == self.request.seq && m.error.as_deref() == Some("0");
            self.replies.iter().any(good)
        };
        claimed.iter().filter(|word| **word != "peer=").all(|word| sent.iter().any(|token| token == word))
            && match reply {
                [] => true,
                [ack] if ack == "NLMSG_ERROR error=0" => acked(),
                [object] => self.replies.iter().any(|reply| reply.kind != 2 && shows(reply, object, None)),
                _ => false,
            }
    }
}

/// Attributes: type and content (`struct rtattr`).
fn attributes(mut bytes: &[u8]) -> Vec<(u16, &[u8])> {
    let mut found = Vec::new();
    while let (Some(length), Some(kind)) = (half(bytes, 0), half(bytes, 2)) {
        let length = usize::from(length);
        let Some(content) = bytes.get(4..length) else { break };
        found.push((kind & 0x3fff, content));
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    found
}

fn half(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_ne_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_ne_bytes)
}

fn name(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
}

fn mac(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}

fn ip(bytes: &[u8]) -> String {
    <[u8; 4]>::try_from(bytes).map_or_else(|_| String::new(), |bytes| Ipv4Addr::from(bytes).to_string())
}

/// What a request says, in the words of a claim.
fn tokens(message: &Message) -> Vec<String> {
    let body = message.body.as_slice();
    match message.kind {
        16..=19 => link_tokens(body),
        20 => {
            let prefix = body.get(1).copied().unwrap_or(0);
            let mut tokens = vec![format!("index={}", word(body, 4))];
            for (kind, content) in attributes(body.get(8..).unwrap_or_default()) {
                match kind {
                    2 => tokens.push(format!("local={}/{prefix}", ip(content))),
                    4 => tokens.push(format!("broadcast={}", ip(content))),
                    _ => {}
                }
            }
            tokens
        }
        24 => {
            let prefix = body.get(1).copied().unwrap_or(0);
            let mut tokens = if prefix == 0 { vec!["dst=default".to_owned()] } else { Vec::new() };
            for (kind, content) in attributes(body.get(12..).unwrap_or_default()) {
                match kind {
                    1 => tokens.push(format!("dst={}/{prefix}", ip(content))),
                    4 => tokens.push(format!("oif={}", word(content, 0))),
                    5 => tokens.push(format!("gateway={}", ip(content))),
                    _ => {}
                }
            }
            tokens
        }
        _ => Vec::new(),
    }
}

/// `struct ifinfomsg` and its attributes.
fn link_tokens(body: &[u8]) -> Vec<String> {
    let (index, flags, change) = (word(body, 4), word(body, 8), word(body, 12));
    let mut tokens = Vec::new();
    if index != 0 {
        tokens.push(format!("index={index}"));
    }
    if change & 1 != 0 {
        tokens.extend([format!("flags={}", if flags & 1 != 0 { "UP" } else { "0" }), "change=UP".to_owned()]);
    }
    for (kind, content) in attributes(body.get(16..).unwrap_or_default()) {
        match kind {
            1 => tokens.push(format!("address={}", mac(content))),
            3 => tokens.push(format!("name={}", name(content))),
            10 => tokens.push(format!("master={}", word(content, 0))),
            28 => tokens.push(format!("netns_fd={}", word(content, 0))),
            18 => {
                for (kind, content) in attributes(content) {
                    match kind {
                        1 => tokens.push(format!("kind={}", name(content))),
                        2 => {
                            for (_, peer) in attributes(content).into_iter().filter(|(kind, _)| *kind == 1) {
                                tokens.extend(link_tokens(peer));
                            }
                        }
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    tokens
}

/// An object is the one that a row describes in `ip`'s words. `all`: the dump that it is of, in which other links have their names.
fn shows(message: &Message, row: &str, all: Option<&[Message]>) -> bool {
    let body = message.body.as_slice();
    match message.kind {
        16 | 17 => {
            let attributes = attributes(body.get(16..).unwrap_or_default());
            let get = |kind: u16| attributes.iter().find(|(k, _)| *k == kind).map(|(_, content)| *content);
            let (index, flags) = (word(body, 4), word(body, 8));
            let Some(called) = get(3).map(name) else { return false };
            let head = format!("{index}: {called}");
            let shown = row.split(['<', '>']).nth(1).unwrap_or_default();
            let up = shown.split(',').any(|flag| flag == "UP");
            let parts: Vec<_> = row.split(' ').collect();
            let after = |word: &str| parts.iter().position(|part| *part == word).and_then(|at| parts.get(at + 1));
            let master = get(10).map(|master| word(master, 0));
            let named = |index: u32| {
                let links = all.unwrap_or_default().iter().filter(|m| m.kind == 16 && word(&m.body, 4) == index);
                let names = links.flat_map(attributes_of).find(|(kind, _)| *kind == 3);
                names.map(|(_, content)| name(&content))
            };
            (row.starts_with(&format!("{head}: ")) || row.starts_with(&format!("{head}@")))
                && up == (flags & 1 != 0)
                && after("mtu").map(|mtu| (*mtu).to_owned()) == get(4).map(|mtu| word(mtu, 0).to_string())
                && match all {
                    Some(_) => after("master").map(|name| (*name).to_owned()) == master.and_then(named),
                    None => after("master").is_some() == master.is_some(),
                }
                && after("link/ether").is_none_or(|shown| get(1).map(mac).as_deref() == Some(*shown))
                && row
                    .split_once(" bridge_slave state ")
                    .is_none_or(|(_, state)| get(18).and_then(port_state) == Some(state))
                && (all.is_none() || peer_is(row, get(5).map(|peer| word(peer, 0)), &named))
        }
        20 | 21 => {
            let prefix = body.get(1).copied().unwrap_or(0);
            let attributes = attributes(body.get(8..).unwrap_or_default());
            let get = |kind: u16| attributes.iter().find(|(k, _)| *k == kind).map(|(_, content)| ip(content));
            let local = get(2).unwrap_or_default();
            row.starts_with(&format!("inet {local}/{prefix} "))
                && get(4).is_none_or(|broadcast| row.contains(&format!(" brd {broadcast} ")))
        }
        24 | 25 => {
            let prefix = body.get(1).copied().unwrap_or(0);
            let attributes = attributes(body.get(12..).unwrap_or_default());
            let get = |kind: u16| attributes.iter().find(|(k, _)| *k == kind).map(|(_, content)| ip(content));
            let to = get(1).map_or_else(|| "default".to_owned(), |to| format!("{to}/{prefix}"));
            row.starts_with(&format!("{to} "))
                && get(5).is_none_or(|via| row.contains(&format!(" via {via} ")))
                && row.contains(" via ") == get(5).is_some()
        }
        28 | 29 => {
            // AF_BRIDGE, learned.
            let attributes = attributes(body.get(12..).unwrap_or_default());
            let get = |kind: u16| attributes.iter().find(|(k, _)| *k == kind).map(|(_, content)| *content);
            let state = half(body, 8).unwrap_or(0);
            let address = get(2).map(mac).unwrap_or_default();
            body.first() == Some(&7)
                && state & 0xc0 == 0
                && get(9).is_some()
                && row.starts_with(&format!("{address} dev "))
                && row.contains(" master ")
        }
        _ => false,
    }
}

/// IFLA_INFO_SLAVE_DATA, IFLA_BRPORT_STATE.
fn port_state(info: &[u8]) -> Option<&'static str> {
    let port = attributes(info).into_iter().find(|(kind, _)| *kind == 5)?.1;
    let state = attributes(port).into_iter().find(|(kind, _)| *kind == 1)?.1;
    ["disabled", "listening", "learning", "forwarding", "blocking"].get(usize::from(*state.first()?)).copied()
}

fn attributes_of(message: &Message) -> Vec<(u16, Vec<u8>)> {
    let all = attributes(message.body.get(16..).unwrap_or_default());
    all.into_iter().map(|(kind, content)| (kind, content.to_vec())).collect()
}

/// `veth3f2a@if4:`, `veth3f2a@eth0:`
fn peer_is(row: &str, peer: Option<u32>, named: &dyn Fn(u32) -> Option<String>) -> bool {
    let shown = row.split(": ").nth(1).and_then(|name| name.split_once('@')).map(|(_, peer)| peer.to_owned());
    match (shown, peer.filter(|peer| *peer != 0)) {
        (None, None) => true,
        (Some(shown), Some(peer)) => shown == format!("if{peer}") || named(peer) == Some(shown),
        _ => false,
    }
}
