use super::*;
use crate::engine::Cx;
use crate::spec::Platform;
use crate::trace::{CgroupVersion, Change, Host, Namespace, NamespaceKind, Outcome, Plan, StepKind};
use std::fs;
use std::path::Path;

/// Records the host as it was found, the namespaces that were entered, and what was lacking on the way.
pub fn observe(cx: &Cx, lab: &Lab, root: &Path) -> Result<()> {
    let (uname, named) = evidence::uname().map_err(|e| Fault::io("call", "uname", &e.into()))?;
    let text = |field: &std::ffi::OsStr| field.to_string_lossy().into_owned();
    let mounts = evidence::read(Path::new(MOUNTS)).map_err(|e| Fault::io("read", MOUNTS, &e.error))?;
    let os_release = evidence::read(Path::new(OS_RELEASE));
    let host = Host {
        kernel: text(uname.release()),
        hostname: text(uname.nodename()),
        os: os_release
            .as_ref()
            .ok()
            .and_then(|text| pretty_name(text.content()))
            .unwrap_or_else(|| text(uname.sysname())),
        mode: lab.mode,
        rootless: lab.rootless,
        cgroup: hierarchy(mounts.content()),
        root: root.display().to_string(),
        netns: lab.host.inode(),
        engine_pid: std::process::id(),
        platform: Some(Platform::host()),
    };
    let evidence = vec![
        named,
        os_release.map_or_else(|unread| unread.evidence, |text| text.evidence()),
        mounts.lines(|line| fstype(line).starts_with("cgroup")),
    ];
    let namespaces = [
        (NamespaceKind::User, inode_of("/proc/self/ns/user")?, link("/proc/self/ns/user")),
        (NamespaceKind::Mnt, lab.mntns, link("/proc/self/ns/mnt")),
        (NamespaceKind::Net, lab.host.inode(), link(&lab.host.path())),
        (NamespaceKind::Cgroup, inode_of("/proc/self/ns/cgroup")?, link("/proc/self/ns/cgroup")),
        (NamespaceKind::Ipc, inode_of("/proc/self/ns/ipc")?, link("/proc/self/ns/ipc")),
        (NamespaceKind::Pid, inode_of("/proc/self/ns/pid")?, link("/proc/self/ns/pid")),
        (NamespaceKind::Uts, inode_of("/proc/self/ns/uts")?, link("/proc/self/ns/uts")),
    ];
    let subject = if lab.mode == Mode::Lab { "lab" } else { "host" };
    let call = lab.entry.calls.iter().filter_map(evidence::call_of).filter(|call| !call.starts_with("readlink"));
    let by_hand = match (lab.mode, lab.rootless) {
        (Mode::Host, _) => "unshare --mount --propagation slave bash",
        (Mode::Lab, false) => "unshare --mount --net --propagation slave bash",
        (Mode::Lab, true) => "unshare --user --map-root-user --map-auto --mount --net --propagation slave bash",
    };
    let plan = Plan::new(StepKind::EnterLab, subject).call(call.collect::<Vec<_>>().join("; ")).by_hand(by_hand);
    cx.past_step(plan, lab.entry.took, Outcome::Done, |cx| {
        cx.observe(Change::HostSeen(host), evidence);
        for (kind, inode, link) in namespaces {
            let mut evidence = lab.entry.calls.clone();
            evidence.push(link);
            cx.observe(Change::NamespaceSeen(Namespace { inode, kind, container: None }), evidence);
        }
        for remark in &lab.entry.remarks {
            let maps = ["/proc/self/uid_map", "/proc/self/gid_map"].map(|file| {
                let read = evidence::read(Path::new(file));
                read.map_or_else(|unread| unread.evidence, |text| text.evidence())
            });
            cx.observe(Change::Remark(remark.clone()), maps.into());
        }
    });
    Ok(())
}

/// Where a link of `/proc` leads: `user:[4026531837]`.
fn link(path: &str) -> Evidence {
    evidence::readlink(Path::new(path)).1
}

const MOUNTS: &str = "/proc/self/mountinfo";
const OS_RELEASE: &str = "/etc/os-release";

/// Which control group hierarchy is mounted here.
pub fn cgroup_version() -> CgroupVersion {
    hierarchy(&read("/proc/self/mountinfo"))
}

/// What os-release(5) calls this system.
pub fn os_name() -> Option<String> {
    pretty_name(&read("/etc/os-release"))
}

fn hierarchy(mountinfo: &str) -> CgroupVersion {
    let has = |wanted: &str| mountinfo.lines().any(|line| fstype(line) == wanted);
    match (has("cgroup"), has("cgroup2")) {
        (true, false) => CgroupVersion::V1,
        (true, true) => CgroupVersion::Hybrid,
        (false, true) => CgroupVersion::V2,
        (false, false) => CgroupVersion::None,
    }
}

/// The file system type of a mountinfo line: the first field after the dash.
fn fstype(line: &str) -> &str {
    line.split_once(" - ").and_then(|(_, rest)| rest.split(' ').next()).unwrap_or_default()
}

fn pretty_name(os_release: &str) -> Option<String> {
    let value = os_release.lines().find_map(|line| line.strip_prefix("PRETTY_NAME="))?;
    Some(value.trim_matches(['"', '\'']).to_owned())
}

/// What is not there has nothing to say.
fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cgroup_hierarchy_is_read_from_mountinfo() {
        let v1 = "30 25 0:26 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu";
        let v2 = "31 25 0:27 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw";
        assert_eq!(hierarchy(v1), CgroupVersion::V1);
        assert_eq!(hierarchy(v2), CgroupVersion::V2);
        assert_eq!(hierarchy(&format!("{v1}\n{v2}\n")), CgroupVersion::Hybrid);
        assert_eq!(hierarchy("1 1 0:1 / / rw - ext4 /dev/cgroup rw"), CgroupVersion::None);
    }

    #[test]
    fn the_system_is_named_as_it_names_itself() {
        assert_eq!(pretty_name("NAME=x\nPRETTY_NAME=\"Debian 12\"\n").as_deref(), Some("Debian 12"));
        assert_eq!(pretty_name("NAME=x\n"), None);
    }
}
