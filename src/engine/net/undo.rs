//! How the host's part of the network is undone.

use super::*;
use crate::engine::conductor::{Undo, Undone};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// How a change of the host's network namespace is undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "undo")]
pub enum NetInverse {
    /// Delete a link.
    DeleteLink {
        /// The network namespace's inode: if the engine is in none of that inode, it is gone.
        netns: u64,
        /// Its name.
        name: String,
    },
    /// Delete a bridge, whatever somebody calls it.
    DeleteBridge {
        /// The network namespace's inode.
        netns: u64,
        /// The name that it was made with.
        name: String,
        /// Its hardware address, by which it is known under another name, and from another of that name.
        mac: String,
    },
    /// Delete an nft table with all that is in it.
    DeleteNftTable {
        /// The network namespace's inode.
        netns: u64,
        /// `ip`, `inet`, …
        family: String,
        /// Its name.
        name: String,
    },
    /// Write a sysctl back.
    RestoreSysctl {
        /// The network namespace's inode.
        netns: u64,
        /// `/proc/sys/net/ipv4/ip_forward`
        path: PathBuf,
        /// What it held.
        value: String,
    },
}

impl Undo for NetInverse {
    fn allowed(&self, _root: &Path) -> bool {
        match self {
            Self::DeleteLink { name, .. } => network::is_bridge(name) || is_veth(name),
            Self::DeleteBridge { name, mac, .. } => {
                (is_link_name(name) || network::is_bridge(name)) && mac.starts_with("02:42:")
            }
            Self::DeleteNftTable { family, name, .. } => {
                let own = name == ruleset::TABLE || ruleset::trace_tables().any(|own| own == *name);
                own && [ruleset::FAMILY, ruleset::FAMILY6].contains(&family.as_str())
            }
            Self::RestoreSysctl { path, value, .. } => {
                let ours = [sysctl::FORWARDING, sysctl::FORWARDING6].iter().any(|own| path == Path::new(own));
                (ours && matches!(value.as_str(), "0" | "1")) || (value == "1" && sysctl::is_of_routers(path))
            }
        }
    }

    fn words(&self) -> (String, String) {
        match self {
            Self::DeleteLink { name, .. } | Self::DeleteBridge { name, .. } => {
                (name.clone(), format!("RTM_DELLINK name={name}"))
            }
            Self::DeleteNftTable { family, name, .. } => (name.clone(), format!("nft delete table {family} {name}")),
            Self::RestoreSysctl { path, value, .. } => {
                (path.display().to_string(), format!("write({path:?}, {value:?})"))
            }
        }
    }
}

/// `veth` and seven hexadecimal digits.
fn is_veth(name: &str) -> bool {
    name.strip_prefix("veth").is_some_and(|rest| rest.len() == 7 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Undoes it in the network namespace that plays the host. Without one, or in another than the one that was changed, it is
/// gone already.
pub fn undo(inverse: &NetInverse, host: Option<&Netns>) -> Result<Undone> {
    let (NetInverse::DeleteLink { netns, .. }
    | NetInverse::DeleteBridge { netns, .. }
    | NetInverse::DeleteNftTable { netns, .. }
    | NetInverse::RestoreSysctl { netns, .. }) = inverse;
    let Some(host) = host.filter(|host| host.inode() == *netns) else { return Ok(Undone::Gone) };
    match inverse {
        NetInverse::DeleteLink { name, .. } => observer::delete_link(host, name, None),
        NetInverse::DeleteBridge { name, mac, .. } => observer::delete_link(host, name, Some(mac)),
        NetInverse::DeleteNftTable { family, name, .. } => {
            ruleset::delete_table(host, family, name).map(|deleted| deleted.map_or(Undone::Gone, |_| Undone::Done))
        }
        // With a link go its settings.
        NetInverse::RestoreSysctl { path, .. } if !host.run(|| Ok(path.exists()))? => Ok(Undone::Gone),
        NetInverse::RestoreSysctl { path, value, .. } => sysctl::write_sysctl(host, path, value).map(|()| Undone::Done),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: bool, inverse: NetInverse) {
        assert_eq!(inverse.allowed(Path::new("/e/root")), expected, "{inverse:?}");
    }

    #[test]
    fn links_tables_and_sysctls_are_the_engines_own() {
        let link = |name: &str| NetInverse::DeleteLink { netns: 1, name: name.into() };
        check(true, link("docker0"));
        check(true, link("br-0123456789ab"));
        check(true, link("veth0a1b2c3"));
        ["eth0", "lo", "veth", "vethernet", "wlan0", "br0", "br-lan", "br-0123456789abc", ""]
            .into_iter()
            .for_each(|name| check(false, link(name)));
        let bridge =
            |name: &str| NetInverse::DeleteBridge { netns: 1, name: name.into(), mac: "02:42:0a:00:00:01".into() };
        check(true, bridge("mybr"));
        check(true, bridge("docker0"));
        ["eth0", "lo", "veth0a1b2c3", "", "..", "a/b", "a b", "sixteen-letters-"]
            .into_iter()
            .for_each(|name| check(false, bridge(name)));
        let table = |family: &str, name: &str| NetInverse::DeleteNftTable {
            netns: 1,
            family: family.into(),
            name: name.into(),
        };
        check(true, table("ip", "dockwalk"));
        check(true, table("ip", "dockwalk_walk"));
        check(true, table("ip6", "dockwalk_walk"));
        check(true, table("ip", "dockwalk_walk9"));
        check(false, table("ip", "dockwalk_walk10"));
        check(false, table("inet", "dockwalk_walk"));
        check(false, table("ip", "dockwalk_walks"));
        check(true, table("ip6", "dockwalk"));
        check(false, table("inet", "filter"));
        check(false, table("ip", "dockwalk; flush ruleset"));
        let sysctl =
            |path: &str, value: &str| NetInverse::RestoreSysctl { netns: 1, path: path.into(), value: value.into() };
        check(true, sysctl("/proc/sys/net/ipv4/ip_forward", "0"));
        check(true, sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "0"));
        check(true, sysctl("/proc/sys/net/ipv6/conf/eth0/accept_ra", "1"));
        check(false, sysctl("/proc/sys/net/ipv6/conf/eth0/accept_ra", "0"));
        check(false, sysctl("/proc/sys/net/ipv6/conf/../accept_ra", "1"));
        check(false, sysctl("/proc/sys/net/ipv6/conf/eth0/../all/accept_ra", "1"));
        check(false, sysctl("/proc/sys/net/ipv6/conf/eth0/autoconf", "1"));
        check(false, sysctl("/proc/sys/kernel/core_pattern", "|/tmp/x"));
        check(false, sysctl("/proc/sys/net/ipv4/ip_forward", "0\n1"));
    }

    #[test]
    fn what_another_namespace_had_is_gone() {
        let current = Netns::current().unwrap();
        for host in [None, Some(&current)] {
            for inverse in [
                NetInverse::DeleteLink { netns: 1, name: "docker0".into() },
                NetInverse::DeleteBridge { netns: 1, name: "mybr".into(), mac: "02:42:0a:00:00:01".into() },
                NetInverse::DeleteNftTable { netns: 1, family: "ip".into(), name: "dockwalk".into() },
                NetInverse::RestoreSysctl { netns: 1, path: "/no/such".into(), value: "0".into() },
            ] {
                undo(&inverse, host).unwrap_or_else(|fault| panic!("{inverse:?}: {fault}"));
            }
        }
    }
}
