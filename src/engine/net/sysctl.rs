use super::*;
use crate::engine::evidence;
use std::path::{Component, Path, PathBuf};

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

/// Whether IPv6 is forwarded between links.
pub(super) const FORWARDING6: &str = "/proc/sys/net/ipv6/conf/all/forwarding";

/// What it says now.
pub(super) fn forwarding6_now() -> Result<evidence::Text> {
    evidence::read(Path::new(FORWARDING6)).map_err(|e| Fault::io("read", FORWARDING6, &e.error))
}

/// A setting of IPv6, of a link or of all.
pub(super) fn setting6(link: &str, name: &str) -> PathBuf {
    Path::new("/proc/sys/net/ipv6/conf").join(link).join(name)
}

/// Where the settings of IPv6 of all links are.
const SETTINGS6: &str = "/proc/sys/net/ipv6/conf";
/// At so many links it is looked whether they hear routers.
const LINKS: usize = 256;

/// `/proc/sys/net/ipv6/conf/eth0/accept_ra`
pub(super) fn is_of_routers(path: &Path) -> bool {
    let Ok(relative) = path.strip_prefix(SETTINGS6) else { return false };
    let mut parts = relative.components();
    let of_link = matches!(parts.next(), Some(Component::Normal(_)));
    of_link && parts.next() == Some(Component::Normal(OF_ROUTERS[0].as_ref())) && parts.next().is_none()
}

/// The settings of links that hear routers as long as the host does not forward: with 2 they go on to, and keep what was announced.
pub(super) fn hearing_routers(netns: &Netns) -> Result<Vec<(String, PathBuf)>> {
    netns.run(|| {
        let Ok(links) = std::fs::read_dir(SETTINGS6) else { return Ok(Vec::new()) };
        let names = links.filter_map(|link| link.ok()?.file_name().into_string().ok()).take(LINKS);
        let settings = names.map(|link| {
            let path = setting6(&link, OF_ROUTERS[0]);
            (link, path)
        });
        let of_link =
            settings.filter(|(link, path)| !["all", "default", "lo"].contains(&&**link) && is_of_routers(path));
        let hears = |path: &Path| std::fs::read_to_string(path).is_ok_and(|value| value.trim() == "1");
        Ok(of_link.filter(|(_, path)| hears(path)).collect())
    })
}

/// What a link does with what a router announces, and with the prefixes in it.
pub(super) const OF_ROUTERS: [&str; 2] = ["accept_ra", "autoconf"];

/// No router is heard on that link: whoever is at the other end does not decide where this namespace sends its IPv6. A kernel
/// without IPv6 hears none.
pub(super) fn hear_no_router(netns: &Netns, link: &str) -> Result<()> {
    for path in OF_ROUTERS.map(|name| setting6(link, name)) {
        let written = netns.run(|| Ok(std::fs::write(&path, "0")))?;
        let there = |e: &std::io::Error| e.kind() != std::io::ErrorKind::NotFound;
        if let Some(error) = written.err().filter(there) {
            return Err(Fault::io("write", path.display(), &error));
        }
    }
    Ok(())
}

/// IPv6 off on all links that there are and will be. Where `/proc/sys` is read-only or IPv6 is not built in there is nothing to switch off,
/// or no way to.
pub(super) fn switch_off6(netns: &Netns) {
    if let Err(fault) = write_sysctl(netns, &setting6("all", "disable_ipv6"), "1") {
        tracing::debug!(%fault, "IPv6 is left as it is");
    }
}
