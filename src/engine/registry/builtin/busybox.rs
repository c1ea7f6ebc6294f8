use crate::engine::{Fault, Result, program};
use crate::trace::Code;
use std::collections::BTreeSet;
use std::path::Path;

/// The host's busybox: one program that is all the programs of the lab images.
#[derive(Debug, Clone)]
pub struct Busybox {
    pub bytes: Vec<u8>,
    /// The names it answers to, of those that the lab images have.
    pub applets: Vec<String>,
}

const PLACES: [&str; 3] = ["/bin/busybox", "/usr/bin/busybox", "/usr/bin/busybox.static"];

/// Without these the lessons cannot be followed.
const NEEDED: [&str; 24] = [
    "sh", "ls", "cat", "echo", "cp", "mv", "rm", "mkdir", "ps", "id", "hostname", "mount", "df", "ip", "ifconfig",
    "ping", "route", "touch", "ln", "env", "sleep", "grep", "head", "wc",
];

/// Good to have; fewer than a layer's list shows ([`Layer::SHOWN`](crate::trace::Layer::SHOWN)).
const WELCOME: [&str; 66] = [
    "[",
    "ash",
    "awk",
    "basename",
    "bunzip2",
    "chgrp",
    "chmod",
    "chown",
    "clear",
    "cmp",
    "cut",
    "date",
    "dd",
    "diff",
    "dirname",
    "dmesg",
    "du",
    "expr",
    "false",
    "find",
    "free",
    "getopt",
    "gunzip",
    "gzip",
    "hexdump",
    "httpd",
    "kill",
    "killall",
    "less",
    "mkfifo",
    "mknod",
    "more",
    "nc",
    "netstat",
    "nproc",
    "nslookup",
    "od",
    "pidof",
    "printf",
    "pwd",
    "readlink",
    "realpath",
    "rmdir",
    "sed",
    "seq",
    "sha256sum",
    "sort",
    "stat",
    "stty",
    "sync",
    "tail",
    "tar",
    "tee",
    "test",
    "time",
    "top",
    "tr",
    "true",
    "umount",
    "uname",
    "uniq",
    "uptime",
    "vi",
    "wget",
    "which",
    "whoami",
];

impl Busybox {
    /// The one of this host, checked: it is static, and has what is needed.
    pub fn of_host() -> Result<Self> {
        let place = PLACES.iter().map(Path::new).find(|path| path.is_file()).unwrap_or(Path::new(PLACES[0]));
        let missing =
            |reason: String| Fault::failed(Code::BusyboxMissing).with("path", place.display()).with("reason", reason);
        let bytes = std::fs::read(place).map_err(|e| missing(e.to_string()))?;
        is_static(&bytes).map_err(|reason| missing(reason.into()))?;
        let list = program::run(program::command(place).arg("--list"), b"", program::PATIENCE);
        let list = list.map_err(|e| missing(e.to_string()))?.stdout;
        let has: BTreeSet<&str> = list.lines().map(str::trim).collect();
        if let Some(applet) = NEEDED.iter().find(|name| !has.contains(**name)) {
            return Err(Fault::failed(Code::BusyboxLacks).with("path", place.display()).with("applet", applet));
        }
        let welcome = WELCOME.iter().filter(|name| has.contains(**name));
        let mut applets: Vec<String> = NEEDED.iter().chain(welcome).map(|name| (*name).to_owned()).collect();
        applets.sort();
        Ok(Self { bytes, applets })
    }
}

/// A program without an interpreter needs no library of any image (elf(5): a PT_INTERP program header names one).
fn is_static(elf: &[u8]) -> Result<(), &'static str> {
    let number = |at: usize, size: usize| -> Option<usize> {
        let bytes = elf.get(at..at + size)?;
        Some(bytes.iter().rev().fold(0, |n, byte| (n << 8) | usize::from(*byte)))
    };
    if !elf.starts_with(b"\x7fELF") {
        return Err("not an ELF program");
    }
    if elf.get(4) != Some(&2) || elf.get(5) != Some(&1) {
        return Err("not a 64-bit little-endian program");
    }
    let (Some(start), Some(size), Some(count)) = (number(32, 8), number(54, 2), number(56, 2)) else {
        return Err("cut off");
    };
    const PT_INTERP: usize = 3;
    let types = (0..count).map(|i| i.checked_mul(size).and_then(|o| o.checked_add(start)).and_then(|at| number(at, 4)));
    match types.collect::<Option<Vec<_>>>() {
        None => Err("cut off"),
        Some(types) if types.contains(&PT_INTERP) => Err("dynamically linked"),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_an_interpreter_is_not_static() {
        let me = std::fs::read("/bin/ls").expect("a host has ls");
        assert_eq!(is_static(&me), Err("dynamically linked"));
        assert_eq!(is_static(b"#!/bin/sh"), Err("not an ELF program"));
        assert_eq!(is_static(&me[..100]), Err("cut off"));
    }
}
