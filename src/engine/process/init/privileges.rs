use super::*;
use crate::engine::process::{caps, seccomp::Filter, ulimit::Ulimit, user::Identity};

/// What a process may do.
#[derive(Debug, Clone)]
pub struct Privileges {
    /// User and groups.
    pub identity: Identity,
    /// Bounding set, and for root the effective one as well.
    pub capabilities: u64,
    /// The kernel's last capability.
    pub last_capability: u32,
    /// What filters its system calls.
    pub filter: Option<Filter>,
    /// `no_new_privs`
    pub no_new_privs: bool,
    /// The user namespace lets groups be set: not without `newgidmap`.
    pub may_set_groups: bool,
    /// Limits, as far as others are asked for than the engine's own.
    pub ulimits: Vec<Ulimit>,
    /// From -1000 to 1000; 0 is left as it is.
    pub oom_score_adj: i64,
}

/// Nobody in the container may look into this process until it has become the user's program.
pub fn not_dumpable() -> Call {
    prctl(libc::PR_SET_DUMPABLE, "PR_SET_DUMPABLE", 0, "SUID_DUMP_DISABLE".into())
}

fn prctl(option: i32, name: &'static str, number: u64, shown: String) -> Call {
    Call::Prctl { option: (option, name), argument: (number, shown) }
}

/// Who is killed first for want of memory. The file is the host's, so that comes before all that is a container's own.
pub fn oom_score(init: &mut Init, privileges: &Privileges) {
    let score = privileges.oom_score_adj;
    if score != 0 {
        init.about(About::OomScore(score));
        let flags = libc::O_WRONLY | libc::O_CLOEXEC;
        let fd = init.open(Call::Open { path: "/proc/self/oom_score_adj".into(), flags });
        init.call(Call::Write { fd, text: score.to_string() });
        init.about(About::Itself);
    }
}

/// Begins the stage.
pub fn prepare(init: &mut Init, privileges: &Privileges) {
    init.stage(StepKind::DropPrivileges, format!("{}:{}", privileges.identity.uid, privileges.identity.gid));
}

/// Gives up what the program must not have.
///
/// The filter comes first: to load it without `no_new_privs` takes CAP_SYS_ADMIN, and it allows all that follows.
///
/// `own` are those of the three streams that are the process's own: its pipes or its terminal, and no device.
pub fn drop(init: &mut Init, privileges: &Privileges, own: &[i32]) {
    let Privileges { identity, capabilities, .. } = privileges;
    init.by_hand("setpriv --reuid … --regid … --bounding-set …");
    if identity.uid != 0 {
        // The program must be able to open its own /dev/stdin and /dev/stdout again. A terminal keeps its group (`tty`).
        for fd in own {
            let gid = if *fd == 0 { u32::MAX } else { identity.gid };
            init.call(Call::Fchown { fd: Fd::Number(*fd), uid: identity.uid, gid });
        }
    }
    // Nothing is opened any more, and to raise one takes a privilege.
    for limit in &privileges.ulimits {
        init.about(About::Ulimit(limit.resource.0));
        init.call(Call::Setrlimit { limit: *limit });
    }
    init.about(About::Itself);
    if privileges.no_new_privs {
        init.call(prctl(libc::PR_SET_NO_NEW_PRIVS, "PR_SET_NO_NEW_PRIVS", 1, "1".into()));
    }
    if let Some(filter) = &privileges.filter {
        init.call(Call::Seccomp { filter: filter.clone() });
    }
    for (number, name) in caps::outside(*capabilities, privileges.last_capability) {
        init.call(prctl(libc::PR_CAPBSET_DROP, "PR_CAPBSET_DROP", number, name));
    }
    if privileges.may_set_groups {
        init.call(Call::Setgroups { groups: identity.groups.clone() });
    }
    init.call(Call::Setresgid { gid: identity.gid });
    init.main(Call::Setresuid { uid: identity.uid });
    init.call(Call::Capset { effective: if identity.uid == 0 { *capabilities } else { 0 } });
}
