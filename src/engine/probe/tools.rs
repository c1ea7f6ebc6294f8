//! What programs and devices there are.

use super::tries::{Who, in_namespaces};
use super::*;
use crate::engine::program::find as find_program;
use std::fs;
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(super) fn newuidmap(who: &Who) -> Finding {
    const ID: &str = "newuidmap";
    if *who == Who::Root {
        return good(ID, "root");
    }
    let Some(path) = find_program(ID).filter(|_| find_program("newgidmap").is_some()) else {
        return limited(ID, "none").mend("sudo apt install uidmap");
    };
    // Setuid root, or the capability as a file attribute, as Fedora has it.
    let setuid = path.metadata().is_ok_and(|meta| meta.permissions().mode() & 0o4000 != 0);
    let capable = xattr::get(&path, "security.capability").is_ok_and(|value| value.is_some());
    if setuid || capable {
        return good(ID, "found").with("path", path.display());
    }
    limited(ID, "powerless").with("path", path.display()).mend("sudo apt install --reinstall uidmap")
}

/// A masquerade rule in a namespace of its own.
const NFT: &str = "nft -f - <<'EOF'
table ip doctor {
  chain out { type nat hook postrouting priority srcnat; policy accept; ip saddr 192.0.2.0/24 masquerade; }
}
EOF";

pub(super) fn nft(who: &Who) -> Finding {
    if find_program("nft").is_none() {
        return limited("nft", "none").mend("sudo apt install nftables");
    }
    match in_namespaces(*who, NFT, &[]) {
        Ok(_) => good("nft", "works"),
        Err(reason) => limited("nft", "refused").with("reason", reason).mend("sudo modprobe -a nf_tables nft_masq"),
    }
}

pub(super) fn uplink(_: &Who) -> Finding {
    match ["slirp4netns", "pasta"].iter().find_map(|name| find_program(name)) {
        Some(path) => good("uplink", "found").with("program", path.display()),
        None => limited("uplink", "none").mend("sudo apt install slirp4netns"),
    }
}

pub(super) fn tun(_: &Who) -> Finding {
    let path = "/dev/net/tun";
    match fs::OpenOptions::new().read(true).write(true).open(path) {
        Ok(_) => good("tun", "works"),
        Err(error) => {
            limited("tun", "refused").with("reason", error).mend("sudo modprobe tun && sudo chmod 0666 /dev/net/tun")
        }
    }
}

pub(super) fn busybox(_: &Who) -> Finding {
    const ID: &str = "busybox";
    const MEND: &str = "sudo apt install busybox-static";
    let Some(path) = find_program(ID) else { return limited(ID, "none").mend(MEND) };
    match fs::read(&path).ok().and_then(|bytes| interpreter(&bytes)) {
        Some(false) => good(ID, "found").with("path", path.display()),
        _ => limited(ID, "dynamic").with("path", path.display()).mend(MEND),
    }
}

/// Does a 64-bit ELF program ask for a dynamic loader (program header PT_INTERP)? None when it is no such program.
fn interpreter(elf: &[u8]) -> Option<bool> {
    const PT_INTERP: u32 = 3;
    let number = |at: usize, size: usize| {
        let bytes = elf.get(at..at + size)?;
        Some(bytes.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte)))
    };
    // Class 64, least significant byte first.
    if elf.get(..6)? != b"\x7fELF\x02\x01" {
        return None;
    }
    let (table, size, count) = (number(32, 8)?, number(54, 2)?, number(56, 2)?);
    for index in 0..count {
        let header = usize::try_from(table + index * size).ok()?;
        if number(header, 4)? == u64::from(PT_INTERP) {
            return Some(true);
        }
    }
    Some(false)
}

pub(super) fn display(_: &Who) -> Finding {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (wayland, x11) = (variable("WAYLAND_DISPLAY"), variable("DISPLAY"));
    if let Some(name) = &wayland {
        let dir = PathBuf::from(variable("XDG_RUNTIME_DIR").unwrap_or_default());
        if UnixStream::connect(dir.join(name)).is_ok() {
            return good("display", "found").with("name", name);
        }
    }
    if let Some(name) = x11.as_ref().filter(|name| answers(name)) {
        return good("display", "found").with("name", name);
    }
    match wayland.or(x11) {
        Some(name) => limited("display", "silent").with("name", name),
        None => limited("display", "none"),
    }
}

/// Does an X server listen at `host:number.screen`?
fn answers(display: &str) -> bool {
    let Some((host, number)) = display.rsplit_once(':') else { return false };
    let Ok(number) = number.split('.').next().unwrap_or_default().parse::<u16>() else { return false };
    if host.is_empty() || host == "unix" {
        return UnixStream::connect(Path::new("/tmp/.X11-unix").join(format!("X{number}"))).is_ok();
    }
    use std::net::ToSocketAddrs;
    let addresses = (host, 6000 + number).to_socket_addrs();
    addresses.is_ok_and(|mut all| all.any(|addr| TcpStream::connect_timeout(&addr, Duration::from_secs(1)).is_ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_asks_for_a_loader_is_told_from_one_that_does_not() {
        // A header, and one program header after it.
        let program = |kind: u8| {
            let mut elf = vec![0; 64 + 56];
            elf[..6].copy_from_slice(b"\x7fELF\x02\x01");
            (elf[32], elf[54], elf[56], elf[64]) = (64, 56, 1, kind);
            elf
        };
        assert_eq!(interpreter(&program(3)), Some(true));
        assert_eq!(interpreter(&program(1)), Some(false));
        assert_eq!(interpreter(b"#!/bin/sh"), None);
        assert_eq!(interpreter(b"\x7fELF\x02\x01"), None, "cut off");
    }
}
