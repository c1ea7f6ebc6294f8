//! A program that is there and cannot be executed for the lack of something else: its interpreter, its loader.

use crate::side::{IMAGE, Side, shared};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// A program of 64 bits for this machine that wants a loader which is nowhere.
fn linked() -> Vec<u8> {
    let mut program = fs::read("/proc/self/exe").unwrap();
    let loader = b"/lib64/ld-linux-x86-64.so.2\0";
    let at = program.windows(loader.len()).position(|bytes| bytes == loader).expect("a program with a loader");
    program[at..at + loader.len()].copy_from_slice(b"/lib64/ld-nowhere-64-2.so.2\0");
    program
}

pub fn area(side: &Side<'_>) {
    let dir = shared();
    let file = |name: &str, content: &[u8], mode: u32| {
        fs::write(dir.path().join(name), content).unwrap();
        fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    file("missing", b"#!/usr/bin/python9 -u\nprint()\n", 0o755);
    file("chained", b"#!/s/missing\n", 0o755);
    file("crlf", b"#!/bin/sh\r\necho hi\r\n", 0o755);
    file("data", b"no program\n", 0o644);
    file("refused", b"#!/s/data\n", 0o755);
    file("good", b"#!/bin/sh\necho fine\n", 0o755);
    let bind = format!("{}:/s", dir.path().display());
    let run = |program: &str| side.args(&["run", "--rm", "-v", &bind, IMAGE, program]);
    assert_eq!(crate::engine::good(run("/s/good")), "fine");
    // runc 1.1 tells of a program that execve refuses by status 1 and "exec /s/missing: no such file or directory" in the
    // container's own output; runc 1.2 by 255. Here the start has failed, and says why.
    let status = |ours| if side.is_docker() { 1 } else { ours };
    let check = |program: &str, wanted: i32, named: &str| {
        let said = crate::engine::fails(run(program), status(wanted));
        assert!(side.is_docker() || said.contains(named), "{program}: {said}");
        assert!(!said.contains("PATH"), "{said}");
    };
    check("/s/missing", 127, "/usr/bin/python9");
    check("/s/chained", 127, "/usr/bin/python9");
    check("/s/crlf", 127, "/bin/sh\\r");
    check("/s/refused", 126, "/s/data");
    if cfg!(target_arch = "x86_64") {
        file("linked", &linked(), 0o755);
        check("/s/linked", 127, "/lib64/ld-nowhere-64-2.so.2");
    }
    let flags = format!("-v {bind}");
    side.start("box", &flags, "printf '#!/gone\\n' > /script; chmod +x /script; echo ready; sleep 600");
    if !side.is_docker() {
        for (program, status, named) in
            [("/script", 127, "/gone"), ("/s/missing", 127, "python9"), ("/s/refused", 126, "data")]
        {
            let said = side.fails(&format!("exec box {program}"), status);
            assert!(said.contains(named), "{program}: {said}");
        }
    }
    // Docker 20.10 forgets that it had set 127.
    side.fails("exec box /s/none", if side.is_docker() { 126 } else { 127 });
}
