//! Looks for the witness of a claim: the same call with the same arguments and the same result, by the same process, and not
//! at another time.

use super::claims::{Caller, Claim};
use super::netlink::{Exchange, Told, exchanges, told};
use super::strace::{Call, Log};
use super::value::{Value, arguments, number, same};
use dockwalk::trace::{Body, Event, Evidence};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What was written down by others than the engine.
pub struct Witness {
    log: Log,
    calls: BTreeMap<String, Vec<usize>>,
    netlink: Vec<Exchange>,
    told: Vec<Told>,
    /// `GET /v2/ 200` of a registry's access log, by its address.
    access: BTreeMap<String, Vec<String>>,
    /// Seconds since 1970 when the trace began.
    begun: f64,
}

/// The groups that the engine listens to in each network namespace, and in the host's.
const GROUPS: [&str; 2] =
    ["RTNLGRP_LINK|RTNLGRP_IPV4_IFADDR|RTNLGRP_IPV4_ROUTE|RTNLGRP_IPV6_IFADDR|RTNLGRP_IPV6_ROUTE", "RTNLGRP_NEIGH"];
/// Seconds by which the clocks of a trace and of strace may be apart: a trace's is read off requests, which are handled a
/// little after they came.
const APART: f64 = 0.5;

impl Witness {
    /// Of an engine's log and its trace.
    pub fn new(log: Log, events: &[Arc<Event>], access: BTreeMap<String, Vec<String>>) -> Self {
        let begun = begun(&log, events);
        let mut calls: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, call) in log.calls.iter().enumerate() {
            calls.entry(call.name.clone()).or_default().push(index);
        }
        let (netlink, told) = (exchanges(&log), told(&log));
        Self { log, calls, netlink, told, access, begun }
    }

    /// Somebody else saw it, too.
    pub fn saw(&self, claim: &Claim) -> bool {
        match &claim.evidence {
            Evidence::Syscall { call, result } => self.call(claim, call, result),
            Evidence::File { path, content } => self.file(claim, path, content),
            Evidence::Mountinfo { path, line } => self.file(claim, path, line),
            // What the kernel told by itself.
            Evidence::Netlink { request, reply } if request.starts_with("RTNLGRP_") => {
                GROUPS.contains(&request.as_str())
                    && !reply.is_empty()
                    && reply.iter().all(|row| self.told.iter().any(|it| self.at_the_time(claim, it.at) && it.is(row)))
            }
            Evidence::Netlink { request, reply } => {
                self.netlink.iter().any(|exchange| self.at_the_time(claim, exchange.at) && exchange.is(request, reply))
            }
            Evidence::Http { method, url, status, .. } => self.http(claim, method, url, *status),
            Evidence::Command { argv, stdin, status, .. } => self.command(claim, argv, stdin, *status),
            Evidence::Request { line, .. } => self.request(claim, line),
            Evidence::Hash { .. } | Evidence::Own { .. } => false,
        }
    }

    fn named(&self, name: &str) -> impl Iterator<Item = &Call> {
        self.calls.get(name).into_iter().flatten().filter_map(|index| self.log.calls.get(*index))
    }

    /// Not before the operation in which it is claimed, and not after the claim.
    fn at_the_time(&self, claim: &Claim, at: f64) -> bool {
        let seconds = |nanos: u64| self.begun + nanos as f64 / 1e9;
        at <= seconds(claim.until) + APART && claim.since.is_none_or(|since| at >= seconds(since) - APART)
    }

    fn by_whom(&self, claim: &Claim, call: &Call) -> bool {
        match claim.caller {
            Caller::Engine => self.log.engine.contains(&call.tid),
            Caller::Process(pid) => pid == call.tid,
            Caller::EngineOr(pid) => {
                let (engine, children) = (&self.log.engine, &self.log.children);
                engine.contains(&call.tid) || children.contains(&call.tid) || pid == call.tid
            }
        }
    }

    fn call(&self, claim: &Claim, text: &str, result: &str) -> bool {
        let Some((name, args)) = text.split_once('(').and_then(|(name, rest)| Some((name, rest.strip_suffix(')')?)))
        else {
            return false;
        };
        let claimed = arguments(args);
        let found = |call: &&Call| {
            self.at_the_time(claim, call.at)
                && self.by_whom(claim, call)
                && returned(result, call)
                && arguments_are(&claimed, call)
        };
        self.named(name).any(|call| found(&call))
    }

    fn file(&self, claim: &Claim, path: &str, content: &str) -> bool {
        let wanted: Vec<&str> = content.trim_end_matches('\n').lines().collect();
        self.log.reads.iter().filter(|read| read.path == path && self.at_the_time(claim, read.at)).any(|read| {
            let read = String::from_utf8_lossy(&read.content).into_owned();
            let words = path.ends_with("/cmdline").then(|| read.trim_end_matches('\0').replace('\0', " "));
            // All of it, or some of its lines in their order.
            let mut lines = read.lines();
            read == content || words.as_deref() == Some(content) || {
                !wanted.is_empty() && wanted.iter().all(|wanted| lines.any(|line| line == *wanted))
            }
        })
    }

    fn http(&self, claim: &Claim, method: &str, url: &str, status: u16) -> bool {
        let Some((host, path)) = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')) else { return false };
        if status == 0 {
            // No answer came: but it was tried.
            let (host, port) = host.rsplit_once(':').unwrap_or((host, "443"));
            let to = format!("sin_port=htons({port}), sin_addr=inet_addr(\"{host}\")");
            return self
                .named("connect")
                .any(|call| self.at_the_time(claim, call.at) && self.by_whom(claim, call) && call.text.contains(&to));
        }
        // What is hidden in the trace is not known here either.
        let line = match path.split_once('•') {
            Some((before, _)) => format!("{method} /{before}"),
            None => format!("{method} /{path} "),
        };
        if let Some(access) = self.access.get(host) {
            return access.iter().any(|known| known.starts_with(&line) && known.ends_with(&format!(" {status}")));
        }
        // A registry without such a log: the bytes that went over the wire.
        let sent = |call: &&Call| {
            self.at_the_time(claim, call.at) && self.by_whom(claim, call) && call.text.contains(&format!("\"{line}"))
        };
        let answered = |asked: &Call| {
            let fd = asked.text.split(',').next().unwrap_or_default();
            let answer = format!("{fd}, \"HTTP/1.1 {status} ");
            self.named("recvfrom").any(|call| call.at >= asked.at && call.text.starts_with(&answer))
        };
        self.named("sendto").filter(sent).any(answered)
    }

    fn command(&self, claim: &Claim, argv: &[String], stdin: &str, status: i32) -> bool {
        let claimed: Vec<_> = argv.iter().map(|arg| Value::Text(arg.clone().into_bytes())).collect();
        let ran = |call: &&Call| {
            self.at_the_time(claim, call.at)
                && call.result == "0"
                && arguments(&call.text).get(1).is_some_and(|seen| Value::List(claimed.clone()).is(seen))
                && self.log.exits.get(&call.tid).is_some_and(|end| *end == format!("exited with {status}"))
        };
        let given = stdin.is_empty()
            || self.named("write").any(|call| {
                self.by_whom(claim, call)
                    && arguments(&call.text).get(1) == Some(&Value::Text(stdin.as_bytes().to_vec()))
            });
        given && self.named("execve").any(|call| ran(&call))
    }

    fn request(&self, claim: &Claim, line: &str) -> bool {
        let came = |call: &&Call| {
            // The version in front of the path is left out in the trace.
            let (method, path) = line.split_once(' ').unwrap_or((line, ""));
            let first = call.text.split_once('"').map_or("", |(_, text)| text.split(" HTTP/1.1").next().unwrap_or(""));
            self.at_the_time(claim, call.at)
                && first.starts_with(method)
                && first.trim_end_matches('?').ends_with(path.trim_end_matches('?'))
        };
        ["recvfrom", "read"].iter().any(|name| self.named(name).any(|call| self.by_whom(claim, call) && came(&call)))
    }
}

/// Result against result. What an answer was is written behind it, as `(f_type=…)`: then strace's arguments say it, too.
fn returned(claimed: &str, call: &Call) -> bool {
    let (value, answer) = match claimed.split_once(" (") {
        Some((value, rest)) if !claimed.starts_with('-') => (value, rest.strip_suffix(')').unwrap_or(rest)),
        _ => (claimed, ""),
    };
    let words = |text: &str| {
        let mut words = text.split(' ').map(number);
        (words.next(), words.next().filter(|_| text.starts_with('-')))
    };
    words(value) == words(&call.result) && answer.split(", ").all(|field| answered(field, call))
}

fn answered(field: &str, call: &Call) -> bool {
    let Some((key, value)) = field.split_once('=') else { return field.is_empty() };
    // Super blocks that strace knows by name (linux/magic.h).
    const MAGIC: [(&str, u64); 5] = [
        ("PROC_SUPER_MAGIC", 0x9fa0),
        ("OVERLAYFS_SUPER_MAGIC", 0x794c_7630),
        ("TMPFS_MAGIC", 0x0102_1994),
        ("EXT2_SUPER_MAGIC", 0xef53),
        ("SYSFS_MAGIC", 0x6265_6572),
    ];
    let seen = find(&arguments(&call.text), key);
    let seen = seen.map(|word| MAGIC.iter().find(|(name, _)| *name == word).map_or(word, |(_, n)| n.to_string()));
    seen == Some(number(value))
}

fn find(values: &[Value], key: &str) -> Option<String> {
    values.iter().find_map(|value| match value {
        Value::Struct(fields) => fields.iter().find_map(|(name, value)| match value {
            Value::Word(parts) if name.as_deref() == Some(key) => parts.first().cloned(),
            _ => None,
        }),
        _ => None,
    })
}

fn arguments_are(claimed: &[Value], call: &Call) -> bool {
    let mut seen = arguments(&call.text);
    // Notifications are bytes for strace.
    if let (Some(Value::List(_)), Some(Value::Text(bytes))) = (claimed.get(1), seen.get(1)) {
        let notices = notices(bytes);
        if call.name == "read" {
            seen[1] = notices;
        }
    }
    let claimed: Vec<_> = claimed.iter().map(|value| without_path(value, call)).collect();
    same(&claimed, &seen)
}

/// `17</upper/etc>` is 17, if that is where it led.
fn without_path(value: &Value, call: &Call) -> Value {
    match value {
        Value::Handle(fd, leads) if call.leads.as_deref() == Some(leads) => Value::Word(vec![fd.to_string()]),
        other => other.clone(),
    }
}

/// inotify(7): wd, mask, cookie, length, name.
fn notices(mut bytes: &[u8]) -> Value {
    const NAMES: [(u32, &str); 9] = [
        (0x2, "IN_MODIFY"),
        (0x4, "IN_ATTRIB"),
        (0x8, "IN_CLOSE_WRITE"),
        (0x40, "IN_MOVED_FROM"),
        (0x80, "IN_MOVED_TO"),
        (0x100, "IN_CREATE"),
        (0x200, "IN_DELETE"),
        (0x8000, "IN_IGNORED"),
        (0x4000_0000, "IN_ISDIR"),
    ];
    let mut all = Vec::new();
    while let Some((head, rest)) = bytes.split_at_checked(16) {
        let word = |at: usize| u32::from_ne_bytes(head[at..at + 4].try_into().unwrap());
        let Some((name, next)) = rest.split_at_checked(word(12) as usize) else { break };
        let mut mask: Vec<_> =
            NAMES.iter().filter(|(bit, _)| word(4) & bit != 0).map(|(_, name)| (*name).to_owned()).collect();
        mask.sort();
        let name = name.split(|byte| *byte == 0).next().unwrap_or_default().to_vec();
        let number = |n: u32| Value::Word(vec![n.to_string()]);
        let mut fields = vec![
            (Some("wd".to_owned()), number(word(0))),
            (Some("mask".to_owned()), Value::Word(mask)),
            (Some("cookie".to_owned()), number(word(8))),
        ];
        if !name.is_empty() {
            fields.push((Some("name".to_owned()), Value::Text(name)));
        }
        all.push(Value::Struct(fields));
        bytes = next;
    }
    Value::List(all)
}

/// When the trace began, on strace's clock: no request can have begun an operation before it came.
fn begun(log: &Log, events: &[Arc<Event>]) -> f64 {
    let mut begun: f64 = 0.0;
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for event in events {
        let Body::OpBegan { op } = &event.body else { continue };
        let Some((method, path)) = op.request.split_once(' ') else { continue };
        let came = log.calls.iter().filter(|call| {
            let first = call.text.split_once('"').map_or("", |(_, text)| text.split(" HTTP/1.1").next().unwrap_or(""));
            matches!(call.name.as_str(), "recvfrom" | "read")
                && log.engine.contains(&call.tid)
                && first.starts_with(method)
                && first.trim_end_matches('?').ends_with(path.trim_end_matches('?'))
        });
        let nth = seen.entry(op.request.as_str()).or_default();
        if let Some(call) = came.clone().nth(*nth) {
            begun = begun.max(call.at - event.at as f64 / 1e9);
        }
        *nth += 1;
    }
    begun
}
