//! What a journal may ask for: nothing but what engines do make, in the places where they make it.
//!
//! A journal is a list of things to delete, unmount and kill. Its owner is checked when it is opened; that each entry is
//! one this engine's own directory could have led to is checked here, when it is written and when it is read again.

use super::Inverse;
use crate::engine::net::{BRIDGE, FAMILY, FORWARDING, TABLE};
use std::ffi::OsStr;
use std::io::ErrorKind::NotFound;
use std::path::{Component, Path};

/// True when an engine of that root directory could have made what this undoes.
pub fn allowed(inverse: &Inverse, root: &Path) -> bool {
    match inverse {
        Inverse::KillProcess { pid, .. } => *pid > 1 && i32::try_from(*pid).is_ok() && *pid != std::process::id(),
        Inverse::Unmount { path, .. } => {
            matches!(below(root, path).as_deref(), Some([containers, _, merged]) if *containers == "containers" && *merged == "merged")
        }
        Inverse::DeleteLink { name, .. } => name == BRIDGE || is_veth(name),
        Inverse::DeleteNftTable { family, name, .. } => family == FAMILY && name == TABLE,
        Inverse::RestoreSysctl { path, value, .. } => {
            path == Path::new(FORWARDING) && matches!(value.as_str(), "0" | "1")
        }
        Inverse::RemoveCgroup { path } => is_our_group(path),
        Inverse::RemoveDir { path } => match below(root, path).as_deref() {
            Some([containers, _]) => *containers == "containers",
            // A layer that has its name is nobody's to undo.
            Some([layers, sha256, name]) => {
                *layers == "layers" && *sha256 == "sha256" && name.as_encoded_bytes().starts_with(b".")
            }
            _ => false,
        },
        Inverse::RemoveFile { path } => matches!(below(root, path).as_deref(), Some([_])),
    }
}

/// What lies elsewhere and is not there any more needs no undoing: the directory was moved since.
pub fn is_gone(inverse: &Inverse) -> bool {
    match inverse {
        Inverse::RemoveDir { path }
        | Inverse::RemoveFile { path }
        | Inverse::RemoveCgroup { path }
        | Inverse::Unmount { path, .. } => std::fs::symlink_metadata(path).is_err_and(|e| e.kind() == NotFound),
        _ => false,
    }
}

/// The names that lead from the root directory to a path; none where it lies elsewhere, or says `..` on the way.
fn below<'a>(root: &Path, path: &'a Path) -> Option<Vec<&'a OsStr>> {
    let rest = path.strip_prefix(root).ok()?;
    let names = rest.components().map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    names.collect()
}

/// `veth` and seven hexadecimal digits.
fn is_veth(name: &str) -> bool {
    name.strip_prefix("veth").is_some_and(|rest| rest.len() == 7 && rest.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// `…/dockwalk-<pid>`, or a container's below that. That it is a control group and nothing else is seen when it is opened.
fn is_our_group(path: &Path) -> bool {
    let plain = path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)));
    let is_engine = |name: Option<&OsStr>| {
        let pid = name.and_then(OsStr::to_str).and_then(|name| name.strip_prefix("dockwalk-"));
        pid.is_some_and(|pid| !pid.is_empty() && pid.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_container = |name: Option<&OsStr>| {
        name.and_then(OsStr::to_str).is_some_and(|id| id.len() == 64 && id.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    let above = path.parent().and_then(Path::file_name);
    path.is_absolute() && plain && (is_engine(path.file_name()) || is_container(path.file_name()) && is_engine(above))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(expected: bool, inverse: Inverse) {
        assert_eq!(allowed(&inverse, Path::new("/e/root")), expected, "{inverse:?}");
    }

    #[test]
    fn directories_are_containers_and_layers_under_way() {
        let dir = |path: &str| Inverse::RemoveDir { path: path.into() };
        check(true, dir("/e/root/containers/abc"));
        check(true, dir("/e/root/layers/sha256/.abc.1"));
        for path in [
            "/",
            "/home",
            "/e/root",
            "/e/root/",
            "/e/rooted/containers/a",
            "/e/root/containers",
            "/e/root/containers/..",
            "/e/root/containers/../../home",
            "/e/root/containers/a/upper",
            "/e/root/volumes/a",
            "/e/root/layers/sha256/abc",
            "containers/a",
            "",
        ] {
            check(false, dir(path));
        }
    }

    #[test]
    fn mounts_are_those_of_containers() {
        let mount = |path: &str| Inverse::Unmount { path: path.into(), mntns: 1 };
        check(true, mount("/e/root/containers/abc/merged"));
        ["/", "/e/root", "/e/root/containers/abc", "/e/root/containers/abc/../merged", "/proc"]
            .into_iter()
            .for_each(|path| check(false, mount(path)));
    }

    #[test]
    fn control_groups_are_named_after_an_engine() {
        let group = |path: String| Inverse::RemoveCgroup { path: path.into() };
        let id = "a1".repeat(32);
        check(true, group("/sys/fs/cgroup/dockwalk-7".into()));
        check(true, group(format!("/sys/fs/cgroup/pids/dockwalk-7/{id}")));
        for path in ["/sys/fs/cgroup", "/sys/fs/cgroup/user.slice", "/sys/fs/cgroup/dockwalk-", "dockwalk-7"] {
            check(false, group(path.into()));
        }
        check(false, group(format!("/sys/fs/cgroup/other/{id}")));
        check(false, group("/sys/fs/cgroup/dockwalk-7/../../dockwalk-7".into()));
    }

    #[test]
    fn links_tables_and_sysctls_are_the_engines_own() {
        let link = |name: &str| Inverse::DeleteLink { netns: 1, name: name.into() };
        check(true, link("docker0"));
        check(true, link("veth0a1b2c3"));
        ["eth0", "lo", "veth", "vethernet", "wlan0", ""].into_iter().for_each(|name| check(false, link(name)));
        let table =
            |family: &str, name: &str| Inverse::DeleteNftTable { netns: 1, family: family.into(), name: name.into() };
        check(true, table("ip", "dockwalk"));
        check(false, table("inet", "filter"));
        check(false, table("ip", "dockwalk; flush ruleset"));
        let sysctl =
            |path: &str, value: &str| Inverse::RestoreSysctl { netns: 1, path: path.into(), value: value.into() };
        check(true, sysctl("/proc/sys/net/ipv4/ip_forward", "0"));
        check(false, sysctl("/proc/sys/kernel/core_pattern", "|/tmp/x"));
        check(false, sysctl("/proc/sys/net/ipv4/ip_forward", "0\n1"));
    }

    #[test]
    fn neither_init_nor_the_engine_itself_is_killed() {
        let kill = |pid: u32| Inverse::KillProcess { pid, start_time: 1 };
        check(true, kill(u32::from(std::process::id() == 2) + 2));
        [0, 1, u32::MAX, std::process::id()].into_iter().for_each(|pid| check(false, kill(pid)));
    }

    #[test]
    fn files_lie_in_the_root_directory_itself() {
        let file = |path: &str| Inverse::RemoveFile { path: path.into() };
        check(true, file("/e/root/engine.sock"));
        ["/etc/passwd", "/e/root/containers/a/upper/link", "/e/root/..", "/e/root"]
            .into_iter()
            .for_each(|path| check(false, file(path)));
    }
}
