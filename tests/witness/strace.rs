//! The log of `strace -f -ttt -v -s …`: each call with its arguments, which process made it, and what its descriptors led to.

use super::value::{Value, arguments};
use std::collections::{BTreeMap, BTreeSet};

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// The thread that made it.
    pub tid: u32,
    /// Seconds since 1970, when it had returned, as far as that is known.
    pub at: f64,
    pub name: String,
    /// As strace prints them.
    pub text: String,
    /// `0`, `-1 ENOENT (No such file or directory)`
    pub result: String,
    /// Where the descriptor that is its first argument led to.
    pub leads: Option<String>,
}

/// A file that was opened and read.
#[derive(Debug, Clone)]
pub struct Read {
    pub path: String,
    pub at: f64,
    pub content: Vec<u8>,
}

/// A whole log.
#[derive(Debug, Default)]
pub struct Log {
    pub calls: Vec<Call>,
    /// Of the first process that was traced.
    pub reads: Vec<Read>,
    /// Threads of the first process that was traced.
    pub engine: BTreeSet<u32>,
    /// Processes that it has cloned.
    pub children: BTreeSet<u32>,
    /// How processes ended.
    pub exits: BTreeMap<u32, String>,
}

impl Log {
    /// Reads a log. `first` tells which `execve` is the engine's.
    pub fn parse(text: &str, first: impl Fn(&str) -> bool) -> Self {
        let mut log = Self::default();
        let mut begun: BTreeMap<u32, String> = BTreeMap::new();
        for line in text.lines() {
            let Some((tid, rest)) = line.trim_start().split_once(' ') else { continue };
            let Some((at, rest)) = rest.trim_start().split_once(' ') else { continue };
            let (Ok(tid), Ok(at)) = (tid.parse::<u32>(), at.parse::<f64>()) else { continue };
            if let Some(end) = rest.strip_prefix("+++ ") {
                log.exits.insert(tid, end.trim_end_matches(" +++").to_owned());
            } else if let Some(open) = rest.strip_suffix(" <unfinished ...>").filter(|open| !open.starts_with("<... "))
            {
                begun.insert(tid, open.to_owned());
            } else if let Some(resumed) = rest.strip_prefix("<... ") {
                let Some((_, rest)) = resumed.split_once(" resumed>") else { continue };
                if let Some(open) = begun.remove(&tid) {
                    log.take(tid, at, &format!("{open}{rest}"), &first);
                }
            } else {
                log.take(tid, at, rest, &first);
            }
        }
        log.follow();
        log
    }

    fn take(&mut self, tid: u32, at: f64, line: &str, first: &impl Fn(&str) -> bool) {
        let Some((name, rest)) = line.split_once('(') else { return };
        let Some((args, result)) = split_result(rest) else { return };
        if !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
            return;
        }
        if self.engine.is_empty() && name == "execve" && first(args) {
            self.engine.insert(tid);
        }
        let (name, text, result) = (name.to_owned(), args.to_owned(), result.trim().to_owned());
        self.calls.push(Call { tid, at, name, text, result, leads: None });
    }

    /// Goes through the calls in order: who are the engine's threads, and what its descriptors lead to.
    fn follow(&mut self) {
        let mut table: BTreeMap<i64, String> = BTreeMap::new();
        let mut reading: BTreeMap<i64, Read> = BTreeMap::new();
        // A thread may be heard of before the call that made it has returned: until no more are found.
        loop {
            let known = self.engine.len();
            let made = self.calls.iter().filter(|call| {
                matches!(call.name.as_str(), "clone3" | "clone")
                    && self.engine.contains(&call.tid)
                    && call.text.contains("CLONE_THREAD")
            });
            let threads: Vec<u32> = made.filter_map(|call| call.result.split(' ').next()?.parse().ok()).collect();
            self.engine.extend(threads);
            if self.engine.len() == known {
                break;
            }
        }
        for call in &mut self.calls {
            if !self.engine.contains(&call.tid) {
                continue;
            }
            if call.name == "clone3" && !call.text.contains("CLONE_THREAD") {
                self.children.extend(call.result.parse::<u32>());
            }
            let returned: i64 = call.result.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(-1);
            let fd = || call.text.split([',', ')']).next().and_then(|word| word.trim().parse::<i64>().ok());
            call.leads = fd().and_then(|fd| table.get(&fd).cloned());
            match call.name.as_str() {
                "openat" | "openat2" | "open" if returned >= 0 => {
                    let args = arguments(&call.text);
                    let path = args.iter().find_map(|arg| if let Value::Text(text) = arg { Some(text) } else { None });
                    let path = String::from_utf8_lossy(path.map_or(b"", Vec::as_slice)).into_owned();
                    let whole = match &call.leads {
                        Some(leads) if !path.starts_with('/') => format!("{leads}/{path}"),
                        _ => path,
                    };
                    table.insert(returned, whole.clone());
                    reading.insert(returned, Read { path: whole, at: call.at, content: Vec::new() });
                }
                "fcntl" if call.text.contains("F_DUPFD") && returned >= 0 => {
                    if let Some(leads) = &call.leads {
                        table.insert(returned, leads.clone());
                    }
                }
                "read" if returned > 0 => {
                    if let Some(read) = fd().and_then(|fd| reading.get_mut(&fd))
                        && let Some(Value::Text(bytes)) = arguments(&call.text).into_iter().nth(1)
                    {
                        read.content.extend(bytes);
                    }
                }
                "close" => {
                    if let Some(fd) = fd() {
                        table.remove(&fd);
                        self.reads.extend(reading.remove(&fd));
                    }
                }
                _ => {}
            }
        }
        self.reads.extend(reading.into_values());
    }
}

/// The arguments and the result, between which strace may pad: `umask(022)      = 022`.
fn split_result(rest: &str) -> Option<(&str, &str)> {
    let ends = rest.match_indices(')').rev();
    ends.map(|(at, _)| (&rest[..at], rest[at + 1..].trim_start()))
        .find_map(|(args, after)| after.strip_prefix("= ").map(|result| (args, result)))
}
