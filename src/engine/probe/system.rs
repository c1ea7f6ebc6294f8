//! What the kernel allows.

use super::tries::{Who, in_namespaces};
use super::*;
use crate::client::place;
use crate::engine::lab::{self, grant};
use crate::trace::CgroupVersion;
use std::fs;
use std::path::{Path, PathBuf};

/// Overlay in a user namespace, which rootless engines need.
const ROOTLESS_SINCE: (u32, u32) = (5, 11);
/// clone3 and pidfds.
const NEEDED: (u32, u32) = (5, 3);

pub(super) fn kernel(_: &Who) -> Finding {
    let release = release();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    let version = (numbers.next().unwrap_or_default(), numbers.next().unwrap_or_default());
    let found = match version {
        version if version >= ROOTLESS_SINCE => good("kernel", "found"),
        version if version >= NEEDED => limited("kernel", "old"),
        _ => missing("kernel", "too-old"),
    };
    found.with("version", release)
}

fn release() -> String {
    fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned()
}

pub(super) fn user_namespaces(who: &Who) -> Finding {
    const ID: &str = "user-namespaces";
    if *who == Who::Root {
        return good(ID, "root");
    }
    match in_namespaces(*who, "true", &[]) {
        Ok(_) => good(ID, "yes"),
        Err(reason) => {
            let refusal = lab::refusal();
            let switch = refusal.as_ref().map_or("-", |refusal| refusal.switch);
            let mend = refusal.as_ref().map_or("sudo dockwalk engine", |refusal| &refusal.mend);
            missing(ID, "refused").with("switch", switch).with("reason", reason).mend(mend)
        }
    }
}

pub(super) fn subordinate_ids(who: &Who) -> Finding {
    const ID: &str = "subordinate-ids";
    match *who {
        Who::Root => good(ID, "root"),
        Who::Inside(0 | 1) => {
            let (_, user) = grant::outside();
            limited(ID, "none").with("user", &user).mend(grant::usual(&user))
        }
        Who::Inside(count) => good(ID, "found").with("count", count - 1),
        Who::User(uid) => {
            let count =
                |file: &str| lab::subordinate_ids(file, uid).iter().map(|ids| u64::from(ids.count)).sum::<u64>();
            let least = count("/etc/subuid").min(count("/etc/subgid"));
            let user = nix::unistd::User::from_uid(uid.into()).ok().flatten();
            let user = user.map_or_else(|| uid.to_string(), |user| user.name);
            match least {
                0 => limited(ID, "none").with("user", &user).mend(grant::usual(&user)),
                // Images give files to ids up to nobody's.
                1..65_535 => limited(ID, "few").with("count", least).mend(grant::usual(&user)),
                _ => good(ID, "found").with("count", least),
            }
        }
    }
}

/// A file is read through the layers, changed above and deleted, as in a container.
const OVERLAY: &str = "set -e
mount -t tmpfs tmpfs \"$1\" && cd \"$1\" && mkdir lower upper work merged && echo below > lower/file
mount -t overlay overlay -o \"$2lowerdir=lower,upperdir=upper,workdir=work\" merged
test \"$(cat merged/file)\" = below && rm merged/file && mkdir merged/dir && test ! -e merged/file && test -e lower/file";

pub(super) fn overlay(who: &Who) -> Finding {
    const ID: &str = "overlay";
    let options = if *who == Who::Root { "" } else { "userxattr," };
    // Mounted in the child's own mount namespace, so that any directory will do.
    match in_namespaces(*who, OVERLAY, &["/tmp", options]) {
        Ok(_) => good(ID, "works"),
        Err(reason) => missing(ID, "refused").with("reason", reason).mend("sudo modprobe overlay"),
    }
}

pub(super) fn cgroup(who: &Who) -> Finding {
    const ID: &str = "cgroup";
    let version = lab::cgroup_version();
    let (name, dir) = match version {
        CgroupVersion::None => return missing(ID, "none"),
        CgroupVersion::V2 => ("2", own_group("0::").map(|group| below("/sys/fs/cgroup", &group))),
        CgroupVersion::V1 | CgroupVersion::Hybrid => {
            let name = if version == CgroupVersion::V1 { "1" } else { "1 + 2" };
            (name, controller_group("pids").map(|group| below("/sys/fs/cgroup/pids", &group)))
        }
    };
    let made = dir.ok_or_else(|| "-".to_owned()).and_then(|dir| try_group(&dir).map_err(|e| e.to_string()));
    match (made, who) {
        (Ok(()), _) => good(ID, "delegated").with("version", name),
        (Err(reason), Who::Root) => limited(ID, "refused").with("version", name).with("reason", reason),
        (Err(reason), _) => limited(ID, "refused")
            .with("version", name)
            .with("reason", reason)
            .mend("systemd-run --user --scope -p Delegate=yes dockwalk engine"),
    }
}

/// This process's group in the version 2 hierarchy.
fn own_group(prefix: &str) -> Option<String> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().find_map(|line| line.strip_prefix(prefix)).map(str::to_owned)
}

/// This process's group in a version 1 hierarchy.
fn controller_group(controller: &str) -> Option<String> {
    let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
    let mut lines = groups.lines().map(|line| line.splitn(3, ':').skip(1));
    lines.find_map(|mut fields| {
        let (controllers, path) = (fields.next()?, fields.next()?);
        controllers.split(',').any(|name| name == controller).then(|| path.to_owned())
    })
}

fn below(mount: &str, group: &str) -> PathBuf {
    Path::new(mount).join(group.trim_start_matches('/'))
}

/// Makes a group below and removes it.
fn try_group(dir: &Path) -> std::io::Result<()> {
    let group = dir.join(format!("dockwalk-doctor-{}", std::process::id()));
    fs::create_dir(&group)?;
    fs::remove_dir(&group)
}

pub(super) fn wsl(_: &Who) -> Finding {
    let release = release();
    // Version 1 says `4.4.0-19041-Microsoft`, version 2 `5.15.90.1-microsoft-standard-WSL2`.
    if release.contains("Microsoft") {
        missing("wsl", "one").mend("wsl.exe --set-version \"$WSL_DISTRO_NAME\" 2")
    } else if release.contains("microsoft") {
        good("wsl", "two")
    } else {
        good("wsl", "no")
    }
}

pub(super) fn disk(_: &Who) -> Finding {
    let root = place::root(None);
    let there = root.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("/"));
    let free = nix::sys::statvfs::statvfs(there).map(|fs| fs.blocks_available() * fs.fragment_size());
    let gib = |bytes: u64| format!("{}.{}", bytes >> 30, ((bytes >> 20) % 1024) * 10 / 1024);
    let (found, free) = match free {
        Ok(free) if free >= 2 << 30 => (good("disk", "free"), gib(free)),
        Ok(free) if free >= 256 << 20 => (limited("disk", "little"), gib(free)),
        Ok(free) => (missing("disk", "full"), gib(free)),
        Err(error) => (limited("disk", "unknown"), error.desc().to_owned()),
    };
    let mend = if found.state == Condition::Good { "" } else { "dockwalk engine --root DIR" };
    found.with("path", root.display()).with("free", free).mend(mend)
}
