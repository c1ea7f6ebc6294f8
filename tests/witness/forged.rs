//! The matcher must be able to fail: what was never asked, or was answered otherwise, finds no witness.

use super::claims::{Caller, Claim};
use super::matcher::Witness;
use super::strace::Log;
use dockwalk::trace::{Body, Event, Evidence, Op, OpKind};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Real claims, each changed in one place.
pub fn are_refused(witness: &Witness, claims: &[Claim]) {
    let (mut tried, mut believed) = (0, Vec::new());
    for claim in claims.iter().filter(|claim| !claim.is_own()) {
        for evidence in forgeries(&claim.evidence) {
            tried += 1;
            let forged = Claim { evidence, ..claim.clone() };
            if witness.saw(&forged) {
                believed.push(forged);
            }
        }
    }
    println!("{tried} forged claims, {} of them believed", believed.len());
    assert!(tried > 1000 && believed.is_empty(), "believed: {:#?}", believed.iter().take(10).collect::<Vec<_>>());
}

fn forgeries(evidence: &Evidence) -> Vec<Evidence> {
    match evidence.clone() {
        Evidence::Syscall { call, result } => {
            let other = if result.starts_with('-') { "987654" } else { "-1 EPERM (Operation not permitted)" };
            let elsewhere = call.replacen('"', "\"/forged", 1);
            let mut forged = vec![Evidence::Syscall { call: call.clone(), result: other.to_owned() }];
            if elsewhere != call {
                forged.push(Evidence::Syscall { call: elsewhere, result });
            }
            forged
        }
        Evidence::File { path, content } => vec![
            Evidence::File { path: format!("{path}.forged"), content: content.clone() },
            Evidence::File { path, content: format!("forged\n{content}") },
        ],
        Evidence::Mountinfo { path, line } => {
            vec![Evidence::Mountinfo { path, line: line.replacen("rw", "ro", 1) + "x" }]
        }
        Evidence::Netlink { request, mut reply } => {
            let mut forged = vec![Evidence::Netlink { request: format!("{request} index=4711"), reply: reply.clone() }];
            reply.push("7: forged0: <UP> mtu 1500 state UP link/ether 00:00:00:00:00:01".to_owned());
            forged.push(Evidence::Netlink { request, reply });
            forged
        }
        Evidence::Http { method, url, status, request_headers, headers, bytes, body } => {
            let status = status + 100;
            vec![Evidence::Http { method, url, status, request_headers, headers, bytes, body }]
        }
        Evidence::Command { argv, stdin, status, output } => vec![
            Evidence::Command { argv: argv.clone(), stdin: stdin.clone(), status: status + 1, output: output.clone() },
            Evidence::Command { argv: [argv, vec!["--forged".to_owned()]].concat(), stdin, status, output },
        ],
        Evidence::Request { line, body } => vec![Evidence::Request { line: format!("{line}&forged=1"), body }],
        _ => Vec::new(),
    }
}

const LOG: &str = r#"7 100.000000 execve("/bin/engine", ["engine"], 0x1 /* 1 var */) = 0
7 100.100000 recvfrom(3, "POST /v1.43/volumes/create HTTP/1.1\r\n\r\n", 8192, 0, NULL, NULL) = 40
7 100.200000 newfstatat(AT_FDCWD, "/v/x", 0x7ffc0, AT_SYMLINK_NOFOLLOW) = -1 ENOENT (No such file or directory)
7 100.300000 openat(AT_FDCWD, "/v", O_RDONLY|O_CLOEXEC|O_DIRECTORY) = 5
7 100.310000 newfstatat(5, "x", {st_ino=9, st_mode=S_IFDIR|0755, st_size=40}, AT_SYMLINK_NOFOLLOW <unfinished ...>
8 100.315000 rmdir("/other") = 0
7 100.320000 <... newfstatat resumed>) = 0
7 100.400000 close(5)                     = 0
7 900.000000 recvfrom(3, "DELETE /v1.43/volumes/x HTTP/1.1\r\n\r\n", 8192, 0, NULL, NULL) = 40
7 900.100000 rmdir("/v/x")              = 0
7 900.200000 exit_group(0)              = ?
7 900.300000 +++ exited with 0 +++
"#;

fn operation(seq: u64, at: u64, request: &str) -> Arc<Event> {
    let request = request.to_owned();
    let op = Op { id: seq, kind: OpKind::VolumeCreate, subject: "x".to_owned(), request };
    Arc::new(Event { seq, at, body: Body::OpBegan { op } })
}

#[test]
fn an_invented_claim_finds_no_witness() {
    let log = Log::parse(LOG, |args| args.starts_with("\"/bin/engine\""));
    let events = [operation(1, 0, "POST /volumes/create"), operation(2, 800_000_000_000, "DELETE /volumes/x")];
    let witness = Witness::new(log, &events, BTreeMap::new());
    let saw = |seconds: (u64, u64), call: &str, result: &str| {
        let evidence = Evidence::Syscall { call: call.to_owned(), result: result.to_owned() };
        let (since, until) = (Some(seconds.0 * 1_000_000_000), seconds.1 * 1_000_000_000);
        witness.saw(&Claim { seq: 1, since, until, caller: Caller::Engine, evidence })
    };
    let (first, second) = ((0, 1), (800, 801));
    let gone = r#"newfstatat(AT_FDCWD, "/v/x", …, AT_SYMLINK_NOFOLLOW)"#;
    let absent = "-1 ENOENT (No such file or directory)";
    assert!(saw(first, gone, absent));
    assert!(!saw(second, gone, absent), "it was looked for before it was made, never after it was removed");
    assert!(!saw(first, gone, "0") && !saw(first, gone, "-1 EACCES (Permission denied)"));
    assert!(!saw(first, r#"newfstatat(AT_FDCWD, "/v/y", …, AT_SYMLINK_NOFOLLOW)"#, absent));
    assert!(!saw(first, r#"newfstatat(AT_FDCWD, "/v/x", …, 0)"#, absent), "other flags");
    assert!(saw(first, r#"newfstatat(5</v>, "x", {st_ino=9, st_mode=S_IFDIR|0755, …}, AT_SYMLINK_NOFOLLOW)"#, "0"));
    assert!(!saw(first, r#"newfstatat(5</w>, "x", {st_ino=9, …}, AT_SYMLINK_NOFOLLOW)"#, "0"), "it led elsewhere");
    assert!(!saw(first, r#"newfstatat(5</v>, "x", {st_ino=8, …}, AT_SYMLINK_NOFOLLOW)"#, "0"), "another file");
    assert!(!saw(first, r#"newfstatat(5</v>, "x", {st_ino=9}, AT_SYMLINK_NOFOLLOW)"#, "0"), "it showed more");
    assert!(saw(second, r#"rmdir("/v/x")"#, "0"));
    assert!(!saw(first, r#"rmdir("/other")"#, "0"), "another process did that");
    assert!(!saw(first, "close(6)", "0") && saw(first, "close(5)", "0"));
    assert!(!saw(first, "stat(\"ns/user\")", "user:[1]") && !saw(first, "read(inotify)", "{mask=IN_CREATE}"));
}
