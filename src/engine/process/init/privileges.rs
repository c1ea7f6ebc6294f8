use super::*;
use crate::engine::process::{caps, seccomp::Filter, user::Identity};
use std::os::fd::RawFd;

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
}

/// Gives up what the program must not have.
///
/// The filter comes first: to load it without `no_new_privs` takes CAP_SYS_ADMIN, and it allows all that follows.
///
/// `own` are the pipes and the terminal that become the user's; never a device of the host's.
pub fn drop(init: &mut Init, privileges: &Privileges, own: &[RawFd]) {
    let Privileges { identity, capabilities, .. } = privileges;
    init.stage(StepKind::DropPrivileges, format!("{}:{}", identity.uid, identity.gid));
    init.look_here();
    // Until it has become the user's program nobody in the container may look into this copy of the engine.
    let prctl = |option: i32, name, number: u64, shown: String| Call::Prctl {
        option: (option, name),
        argument: (number, shown),
    };
    init.call(prctl(libc::PR_SET_DUMPABLE, "PR_SET_DUMPABLE", 0, "0".into()));
    init.by_hand("setpriv --reuid … --regid … --bounding-set …");
    if identity.uid != 0 {
        // The program must be able to open its own /dev/stdin and /dev/stdout again. A terminal keeps its group (`tty`).
        for fd in own {
            let gid = if *fd == 0 { u32::MAX } else { identity.gid };
            init.call(Call::Fchown { fd: Fd::Number(*fd), uid: identity.uid, gid });
        }
    }
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
    // A change of credentials clears it.
    init.call(exec::die_with_parent());
    init.look(Look::Credentials);
}
