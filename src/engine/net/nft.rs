//! What `nft -j list table` prints (libnftables-json(5)), as types, and a rule in the words of `nft`.

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::fmt;

/// A rule.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct RuleRow {
    /// Its number in the table.
    pub(super) handle: u64,
    /// Where it stands: `ip`, `inet`, …; the table; the chain.
    #[serde(default)]
    pub(super) family: String,
    #[serde(default)]
    pub(super) table: String,
    #[serde(default)]
    pub(super) chain: String,
    expr: Vec<Statement>,
    /// It as it was printed.
    #[serde(skip)]
    pub(super) printed: String,
}

/// The rules of a listing, in their order.
pub(super) fn rules(json: &str) -> serde_json::Result<Vec<RuleRow>> {
    #[derive(Deserialize)]
    struct Listing {
        nftables: Vec<Object>,
    }
    /// What is no rule (a table, a chain) is passed over.
    #[derive(Deserialize)]
    struct Object {
        rule: Option<Box<RawValue>>,
    }
    let listing: Listing = serde_json::from_str(json)?;
    let read = |printed: Box<RawValue>| {
        let row: RuleRow = serde_json::from_str(printed.get())?;
        Ok(RuleRow { printed: printed.get().to_owned(), ..row })
    };
    listing.nftables.into_iter().filter_map(|object| object.rule).map(read).collect()
}

/// The tables of a listing: family and name.
pub(super) fn tables(json: &str) -> serde_json::Result<Vec<(String, String)>> {
    #[derive(Deserialize)]
    struct Listing {
        nftables: Vec<Object>,
    }
    #[derive(Deserialize)]
    struct Object {
        table: Option<Table>,
    }
    #[derive(Deserialize)]
    struct Table {
        family: String,
        name: String,
    }
    let listing: Listing = serde_json::from_str(json)?;
    Ok(listing.nftables.into_iter().filter_map(|object| object.table).map(|it| (it.family, it.name)).collect())
}

/// A part of a rule: an object with one field, that names it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(from = "Map<String, Value>")]
enum Statement {
    Match(Match),
    /// To which chain it leads.
    Jump(String),
    /// To which address and port it turns a packet.
    Dnat(Dnat),
    /// `accept`, `drop`, `masquerade`, …: nothing more is said of it.
    Plain(String),
    /// What engines do not write.
    Other(Map<String, Value>),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Match {
    op: String,
    left: Left,
    right: Right,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Left {
    Payload { protocol: String, field: String },
    Meta { key: String },
    Ct { key: String },
    Fib { result: String, flags: Vec<String> },
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dnat {
    addr: String,
    port: Option<u16>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum Right {
    Prefix { prefix: Prefix },
    Text(String),
    Number(u64),
    Words(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Prefix {
    addr: String,
    len: u8,
}

impl From<Map<String, Value>> for Statement {
    fn from(fields: Map<String, Value>) -> Self {
        let mut named = fields.iter();
        match (named.next(), named.next()) {
            (Some((name, Value::Null)), None) => Self::Plain(name.clone()),
            (Some((name, value)), None) if name == "match" => match Match::deserialize(value) {
                Ok(found) => Self::Match(found),
                Err(_of_a_form_that_is_not_ours) => Self::Other(fields),
            },
            (Some((name, value)), None) if name == "dnat" => match Dnat::deserialize(value) {
                Ok(found) => Self::Dnat(found),
                Err(_of_a_form_that_is_not_ours) => Self::Other(fields),
            },
            (Some((name, value)), None) if name == "jump" => match value["target"].as_str() {
                Some(chain) => Self::Jump(chain.to_owned()),
                None => Self::Other(fields),
            },
            _ => Self::Other(fields),
        }
    }
}

impl RuleRow {
    /// What it does in the end: `masquerade`, `accept`; none when that is not said plainly.
    pub(super) fn verdict(&self) -> Option<&str> {
        match self.expr.last() {
            Some(Statement::Plain(verdict)) => Some(verdict),
            Some(Statement::Jump(_)) => Some("jump"),
            Some(Statement::Dnat(_)) => Some("dnat"),
            _ => None,
        }
    }

    /// It has the kernel tell of packets (`meta nftrace set 1`), and decides nothing.
    pub(super) fn asks_to_be_told(&self) -> bool {
        match self.expr.last() {
            Some(Statement::Other(fields)) => {
                fields.get("mangle").is_some_and(|mangle| mangle["key"]["meta"]["key"] == "nftrace")
            }
            _ => false,
        }
    }

    /// The link that a packet must come in by.
    pub(super) fn comes_by(&self) -> Option<&str> {
        self.link("iifname")
    }

    /// The link that a packet must leave by.
    pub(super) fn leaves_by(&self) -> Option<&str> {
        self.link("oifname")
    }

    /// Where a packet must come from: `172.17.0.0/16`.
    pub(super) fn comes_from(&self) -> Option<String> {
        self.matches().find_map(|found| match (&found.left, &found.right) {
            (Left::Payload { field, .. }, right) if field == "saddr" && found.op == "==" => Some(right.to_string()),
            _ => None,
        })
    }

    /// The one address and port that a packet must be on its way to, or is turned to: `172.17.0.2:80/tcp`.
    pub(super) fn port(&self) -> Option<String> {
        let to = |field: &str| {
            self.matches().find_map(|found| match (&found.left, &found.right) {
                (Left::Payload { protocol, field: of }, right) if of == field && found.op == "==" => {
                    Some((protocol.as_str(), right.to_string()))
                }
                _ => None,
            })
        };
        let (protocol, number) = to("dport")?;
        let address = to("daddr").map_or_else(String::new, |(_, address)| address);
        Some(format!("{address}:{number}/{protocol}"))
    }

    /// The address that a packet is turned to.
    pub(super) fn turns_to(&self) -> Option<&str> {
        self.expr.iter().find_map(|statement| match statement {
            Statement::Dnat(Dnat { addr, .. }) => Some(addr.as_str()),
            _ => None,
        })
    }

    /// Whether each packet is meant.
    pub(super) fn asks_nothing(&self) -> bool {
        self.expr.len() == 1
    }

    /// Whether all that it asks of a packet is by which link it leaves.
    pub(super) fn asks_where_it_leaves_alone(&self) -> bool {
        self.leaves_by().is_some() && self.matches().count() == 1
    }

    /// Whether it is about packets of connections that there are already.
    pub(super) fn is_of_the_way_back(&self) -> bool {
        self.matches().any(|found| matches!(&found.left, Left::Ct { key } if key == "state"))
    }

    fn link(&self, which: &str) -> Option<&str> {
        self.matches().find_map(|found| match (&found.left, &found.right) {
            (Left::Meta { key }, Right::Text(name)) if key == which && found.op == "==" => Some(name.as_str()),
            _ => None,
        })
    }

    fn matches(&self) -> impl Iterator<Item = &Match> {
        self.expr.iter().filter_map(|statement| match statement {
            Statement::Match(found) => Some(found),
            _ => None,
        })
    }
}

/// As `nft list` prints it.
impl fmt::Display for RuleRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, statement) in self.expr.iter().enumerate() {
            let blank = if at == 0 { "" } else { " " };
            write!(f, "{blank}{statement}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Match(found) => write!(f, "{found}"),
            Self::Jump(chain) => write!(f, "jump {chain}"),
            Self::Dnat(Dnat { addr, port: Some(port) }) => write!(f, "dnat to {addr}:{port}"),
            Self::Dnat(Dnat { addr, port: None }) => write!(f, "dnat to {addr}"),
            Self::Plain(name) => f.write_str(name),
            // What it has counted so far is no part of a rule.
            Self::Other(fields) if fields.len() == 1 && fields.contains_key("counter") => f.write_str("counter"),
            Self::Other(fields) => f.write_str(&serde_json::to_string(fields).map_err(|_not_text| fmt::Error)?),
        }
    }
}

impl fmt::Display for Match {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `in` is said of flags, of which one is enough.
        let op = if matches!(self.op.as_str(), "==" | "in") { String::new() } else { format!("{} ", self.op) };
        match (&self.left, &self.right) {
            // A link's name stands between quotes.
            (Left::Meta { key }, Right::Text(name)) => write!(f, "{key} {op}\"{name}\""),
            (Left::Meta { key }, right) => write!(f, "{key} {op}{right}"),
            (Left::Payload { protocol, field }, right) => write!(f, "{protocol} {field} {op}{right}"),
            (Left::Ct { key }, right) => write!(f, "ct {key} {op}{right}"),
            (Left::Fib { result, flags }, right) => write!(f, "fib {} {result} {op}{right}", flags.join(" . ")),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prefix { prefix: Prefix { addr, len } } => write!(f, "{addr}/{len}"),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Words(words) => f.write_str(&words.join(",")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As nftables 1.0.6 prints the engine's own table, and a rule that somebody else put there.
    const LISTING: &str = r#"{"nftables": [
        {"metainfo": {"version": "1.0.6", "release_name": "Lester Gooch #5", "json_schema_version": 1}},
        {"table": {"family": "ip", "name": "dockwalk", "handle": 1}},
        {"chain": {"family": "ip", "table": "dockwalk", "name": "forward", "handle": 2, "type": "filter", "hook": "forward",
            "prio": 0, "policy": "accept"}},
        {"rule": {"family": "ip", "table": "dockwalk", "chain": "postrouting", "handle": 3, "expr": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "saddr"}},
                "right": {"prefix": {"addr": "172.17.0.0", "len": 16}}}},
            {"match": {"op": "!=", "left": {"meta": {"key": "oifname"}}, "right": "docker0"}}, {"masquerade": null}]}},
        {"rule": {"family": "ip", "table": "dockwalk", "chain": "forward", "handle": 4, "expr": [
            {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "docker0"}}, {"accept": null}]}},
        {"rule": {"family": "ip", "table": "dockwalk", "chain": "forward", "handle": 9, "expr": [
            {"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["established", "related"]}},
            {"counter": {"packets": 0, "bytes": 0}}, {"accept": null}]}},
        {"rule": {"family": "ip", "table": "dockwalk", "chain": "forward", "handle": 11, "expr": [
            {"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": "docker0"}},
            {"jump": {"target": "between"}}]}},
        {"rule": {"family": "ip", "table": "dockwalk", "chain": "prerouting", "handle": 12, "expr": [
            {"match": {"op": "!=", "left": {"meta": {"key": "iifname"}}, "right": "docker0"}},
            {"match": {"op": "==", "left": {"fib": {"result": "type", "flags": ["daddr"]}}, "right": "local"}},
            {"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": 8080}},
            {"dnat": {"addr": "172.17.0.2", "port": 80}}]}},
        {"rule": {"family": "ip", "table": "dockwalk", "chain": "output", "handle": 13, "expr": [
            {"match": {"op": "==", "left": {"payload": {"protocol": "ip", "field": "daddr"}}, "right": "10.0.0.1"}},
            {"match": {"op": "==", "left": {"payload": {"protocol": "udp", "field": "dport"}}, "right": 53}},
            {"dnat": {"addr": {"map": {}}, "port": 53}}]}}]}"#;

    #[test]
    fn rules_are_read_and_said_as_nft_says_them() {
        let found = rules(LISTING).unwrap();
        let said: Vec<_> = found.iter().map(RuleRow::to_string).collect();
        assert_eq!(
            said[..2],
            ["ip saddr 172.17.0.0/16 oifname != \"docker0\" masquerade", "iifname \"docker0\" accept"]
        );
        let (nat, forward) = (&found[0], &found[1]);
        assert_eq!((nat.verdict(), nat.comes_from().as_deref()), (Some("masquerade"), Some("172.17.0.0/16")));
        assert_eq!((nat.comes_by(), nat.leaves_by()), (None, None), "`!=` is not where it leaves by");
        assert_eq!((forward.verdict(), forward.comes_by()), (Some("accept"), Some("docker0")));
    }

    #[test]
    fn what_engines_do_not_write_is_shown_as_it_stands() {
        let found = rules(LISTING).unwrap();
        assert_eq!((found[2].handle, found[2].verdict()), (9, Some("accept")));
        assert!(found[2].to_string().starts_with("ct state established,related counter accept"), "{}", found[2]);
        assert!(found[2].is_of_the_way_back() && !found[1].is_of_the_way_back());
        assert_eq!(
            (found[3].to_string().as_str(), found[3].verdict()),
            ("iifname \"docker0\" jump between", Some("jump"))
        );
        let turned = "iifname != \"docker0\" fib daddr type local tcp dport 8080 dnat to 172.17.0.2:80";
        assert_eq!((found[4].to_string().as_str(), found[4].verdict()), (turned, Some("dnat")));
        assert_eq!((found[4].port().as_deref(), found[4].chain.as_str()), (Some(":8080/tcp"), "prerouting"));
        assert_eq!(found[5].verdict(), None, "a way of dnat that engines do not write");
        assert_eq!(found[5].port().as_deref(), Some("10.0.0.1:53/udp"));
        rules("table ip dockwalk {").unwrap_err();
        rules("{}").unwrap_err();
        assert_eq!(rules(r#"{"nftables": []}"#).unwrap(), []);
    }
}
