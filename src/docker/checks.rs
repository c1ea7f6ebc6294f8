//! Values that the docker CLI looks at before it asks for anything (docker/cli `opts`), and that an engine looks at once more.

/// Sysctls of namespaces that a container has of its own (`opts.ValidateSysctl`): all that begin so …
const PREFIXES: [&str; 2] = ["net.", "fs.mqueue."];
/// … and these.
const SYSCTLS: [&str; 8] = [
    "kernel.msgmax",
    "kernel.msgmnb",
    "kernel.msgmni",
    "kernel.sem",
    "kernel.shm_rmid_forced",
    "kernel.shmall",
    "kernel.shmmax",
    "kernel.shmmni",
];
/// Bytes of a domain.
const DOMAIN: usize = 255;

/// Whether a sysctl is one of a container's own.
pub fn is_own_sysctl(name: &str) -> bool {
    PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || SYSCTLS.contains(&name)
}

/// `02:42:ac:11:00:02`, or with dashes.
pub fn mac(text: &str) -> Option<[u8; 6]> {
    let sign = if text.contains('-') { '-' } else { ':' };
    let byte = |part: &str| {
        let digits = part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| u8::from_str_radix(part, 16).ok()).flatten()
    };
    text.split(sign).map(byte).collect::<Option<Vec<u8>>>()?.try_into().ok()
}

/// Names between dots: letters, digits, `-` and `_`.
pub fn is_host_name(text: &str) -> bool {
    let part = |part: &str| {
        part.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric())
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    text.split('.').all(part)
}

/// A domain to look in for names (`opts.ValidateDNSSearch`); a dot alone is none, which may be meant.
pub fn is_search_domain(text: &str) -> bool {
    let domain = text.strip_suffix('.').unwrap_or(text);
    text == "." || text.len() <= DOMAIN && is_host_name(domain) && domain.bytes().any(|b| b.is_ascii_alphabetic())
}
