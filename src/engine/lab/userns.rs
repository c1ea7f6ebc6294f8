//! A user namespace for an engine that was started without root.
//!
//! ```text
//! engine                                   sh (started before, so it stays in the parent namespace)
//! unshare(CLONE_NEWUSER) ── "go" ────────▶ newuidmap, newgidmap: setuid programs that know /etc/subuid
//!                        ◀─ exit status ──
//! ```
//!
//! Without them only the user's own id can be mapped; then every file of an image belongs to root.

use super::subids::{SubordinateIds, subordinate_ids};
use super::*;
use crate::engine::program;
use crate::trace::Code;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// What keeps an ordinary user from making user namespaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The switch: `kernel.apparmor_restrict_unprivileged_userns`; `unknown` when no switch says so.
    pub switch: &'static str,
    /// The command that mends it; empty when there is none that is known.
    pub mend: String,
}

const SWITCHES: [(&str, &str, &str); 3] = [
    ("kernel.unprivileged_userns_clone", "0", "1"),
    ("user.max_user_namespaces", "0", "28633"),
    ("kernel.apparmor_restrict_unprivileged_userns", "1", "0"),
];

/// The switch of this host that keeps an ordinary user from making user namespaces; none when all are set right.
pub fn refusal() -> Option<Refusal> {
    SWITCHES.iter().find_map(|(switch, bad, good)| {
        let path = format!("/proc/sys/{}", switch.replace('.', "/"));
        let value = fs::read_to_string(path).ok()?;
        (value.trim() == *bad).then(|| Refusal { switch, mend: format!("sudo sysctl -w {switch}={good}") })
    })
}

pub(super) fn refused(errno: nix::Error) -> Fault {
    let found = refusal().unwrap_or(Refusal { switch: "unknown", mend: String::new() });
    Fault::new(FaultKind::Denied, Code::UsernsRefused)
        // A Fluent variant cannot hold a dot.
        .with("switch", found.switch.replace('.', "-"))
        .with("mend", found.mend)
        .with("reason", errno.desc())
}

/// Makes a user namespace and enters it as its root.
pub(super) fn enter(entry: &mut LabEntry) -> Result<()> {
    let (uid, gid) = (nix::unistd::geteuid().as_raw(), nix::unistd::getegid().as_raw());
    let mapper = Mapper::prepare(uid, gid)?;
    entry.calls.push(evidence::unshare(CloneFlags::CLONE_NEWUSER).map_err(refused)?);
    let all = match mapper {
        Ok(mapper) => mapper.map(),
        Err(remark) => Err(remark),
    };
    match all {
        Ok(evidence) => entry.calls.push(evidence),
        Err(remark) => {
            entry.remarks.push(remark);
            map_one(uid, gid)?;
        }
    }
    for file in ["/proc/self/uid_map", "/proc/self/gid_map"] {
        let map = evidence::read(Path::new(file)).map_err(|e| Fault::io("read", file, &e.error))?;
        entry.calls.push(map.evidence());
    }
    Ok(())
}

/// Maps the user's own id to root's, which needs nobody's leave.
fn map_one(uid: u32, gid: u32) -> Result<()> {
    let lines = [
        ("/proc/self/setgroups", "deny".to_owned()),
        ("/proc/self/uid_map", format!("0 {uid} 1")),
        ("/proc/self/gid_map", format!("0 {gid} 1")),
    ];
    lines.into_iter().try_for_each(|(file, text)| fs::write(file, text).map_err(|e| Fault::io("write", file, &e)))
}

/// A shell outside, which waits for the word to map this process's ids.
struct Mapper {
    shell: Child,
    command: Command,
}

const MAP: &str = r#"read -r go && "$1" "$3" $4 && "$2" "$3" $5"#;

impl Mapper {
    /// `Ok(Err(…))` says why only one id can be mapped.
    fn prepare(uid: u32, gid: u32) -> Result<std::result::Result<Self, Problem>> {
        let programs = (program::find("newuidmap"), program::find("newgidmap"));
        let (Some(newuidmap), Some(newgidmap)) = programs else {
            return Ok(Err(Problem::new(Code::NewuidmapMissing)));
        };
        let (uids, gids) = (subordinate_ids("/etc/subuid", uid), subordinate_ids("/etc/subgid", uid));
        if uids.is_empty() || gids.is_empty() {
            let user = nix::unistd::User::from_uid(uid.into()).ok().flatten();
            let user = user.map_or_else(|| uid.to_string(), |user| user.name);
            let files = match (uids.is_empty(), gids.is_empty()) {
                (true, false) => "/etc/subuid",
                (false, true) => "/etc/subgid",
                _ => "/etc/subuid, /etc/subgid",
            };
            let problem = Problem::new(Code::SubidsMissing).with("files", files);
            return Ok(Err(problem.with("grant", grant::usual(&user)).with("user", user)));
        }
        let argv = vec![
            newuidmap.display().to_string(),
            newgidmap.display().to_string(),
            std::process::id().to_string(),
            map_line(uid, &uids),
            map_line(gid, &gids),
        ];
        let mut command = program::command(Path::new("/bin/sh"));
        command.args(["-c", MAP, "sh"]).args(&argv);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let shell = command.spawn().map_err(|e| Fault::io("run", "/bin/sh", &e))?;
        Ok(Ok(Self { shell, command }))
    }

    fn map(self) -> std::result::Result<Evidence, Problem> {
        const GO: &[u8] = b"go\n";
        let output = program::finish(self.shell, GO, program::PATIENCE);
        let output = output.map_err(|e| Problem::new(Code::NewuidmapFailed).with("reason", e))?;
        if !output.status.success() {
            return Err(Problem::new(Code::NewuidmapFailed).with("reason", output.stderr.trim()));
        }
        Ok(evidence::command(&self.command, GO, output.status, &output.stdout))
    }
}

/// `0 1000 1 1 100000 65536`: root is the user, what follows are their subordinate ids.
fn map_line(own: u32, ranges: &[SubordinateIds]) -> String {
    let (mut line, mut next) = (format!("0 {own} 1"), 1_u32);
    for range in ranges {
        let count = range.count.min(u32::MAX - next);
        line.push_str(&format!(" {next} {} {count}", range.start));
        next += count;
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_put_the_user_first_and_the_rest_after() {
        let ranges = [(100_000, 65_536), (300_000, 10)].map(|(start, count)| SubordinateIds { start, count });
        assert_eq!(map_line(1000, &ranges), "0 1000 1 1 100000 65536 65537 300000 10");
    }
}
