use super::*;
use crate::engine::evidence;
use std::path::Path;

/// Whether the kernel forwards packets between its links.
pub(super) const FORWARDING: &str = "/proc/sys/net/ipv4/ip_forward";

/// What it says now.
pub(super) fn forwarding_now() -> Result<evidence::Text> {
    evidence::read(Path::new(FORWARDING)).map_err(|e| Fault::io("read", FORWARDING, &e.error))
}

/// Writes a sysctl of a network namespace.
pub(super) fn write_sysctl(netns: &Netns, path: &Path, value: &str) -> Result<()> {
    netns.run(|| std::fs::write(path, value).map_err(|e| Fault::io("write", path.display(), &e)))
}
