//! System calls that may be tried in a container, each with arguments that do nothing: addresses that are none, numbers that mean
//! nothing. Whoever makes one is a process that was made for it and ends after it.

use crate::client::protocol::TRIED_CALLS;
use crate::engine::sys::Operand;

/// A call with its arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trial {
    /// Its name, one of [`TRIED_CALLS`].
    pub name: &'static str,
    number: libc::c_long,
    arguments: &'static [i64],
    /// The arguments as strace prints them.
    pub shown: &'static str,
}

const fn trial(name: &'static str, number: libc::c_long, arguments: &'static [i64], shown: &'static str) -> Trial {
    Trial { name, number, arguments, shown }
}

/// What is safe is said with each: the kernel gets no further than to look at what it was given.
const TRIALS: &[Trial] = &[
    trial("add_key", libc::SYS_add_key, &[0, 0, 0, 0, 0], "NULL, NULL, NULL, 0, 0"),
    trial("bpf", libc::SYS_bpf, &[-1, 0, 0], "-1, NULL, 0"),
    trial("chroot", libc::SYS_chroot, &[0], "NULL"),
    trial("clock_settime", libc::SYS_clock_settime, &[0, 0], "CLOCK_REALTIME, NULL"),
    trial("clone3", libc::SYS_clone3, &[0, 0], "NULL, 0"),
    trial("delete_module", libc::SYS_delete_module, &[0, 0], "NULL, 0"),
    trial("getpid", libc::SYS_getpid, &[], ""),
    trial("init_module", libc::SYS_init_module, &[0, 0, 0], "NULL, 0, NULL"),
    trial("io_uring_setup", libc::SYS_io_uring_setup, &[0, 0], "0, NULL"),
    // Flags that there are not: the image that is loaded stays.
    trial("kexec_load", libc::SYS_kexec_load, &[0, 0, 0, -1], "0, 0, NULL, ~0"),
    // An operation that there is not.
    trial("keyctl", libc::SYS_keyctl, &[-1, 0, 0, 0, 0], "-1, 0, 0, 0, 0"),
    trial("mount", libc::SYS_mount, &[0, 0, 0, 0, 0], "NULL, NULL, NULL, 0, NULL"),
    trial("open_by_handle_at", libc::SYS_open_by_handle_at, &[-1, 0, 0], "-1, NULL, 0"),
    trial("perf_event_open", libc::SYS_perf_event_open, &[0, 0, -1, -1, 0], "NULL, 0, -1, -1, 0"),
    // Only asks what it is.
    trial("personality", libc::SYS_personality, &[0xffff_ffff], "0xffffffff"),
    trial("pivot_root", libc::SYS_pivot_root, &[0, 0], "NULL, NULL"),
    // A request that there is not, of no process.
    trial("ptrace", libc::SYS_ptrace, &[-1, 0, 0, 0], "-1, 0, NULL, NULL"),
    // Without the magic numbers that it asks for.
    trial("reboot", libc::SYS_reboot, &[0, 0, 0, 0], "0, 0, 0, NULL"),
    trial("sethostname", libc::SYS_sethostname, &[0, -1], "NULL, -1"),
    trial("setns", libc::SYS_setns, &[-1, 0], "-1, 0"),
    trial("swapon", libc::SYS_swapon, &[0, 0], "NULL, 0"),
    trial("umount2", libc::SYS_umount2, &[0, 0], "NULL, 0"),
    // Of the process that ends after it.
    trial("unshare", libc::SYS_unshare, &[libc::CLONE_NEWUSER as i64], "CLONE_NEWUSER"),
    trial("userfaultfd", libc::SYS_userfaultfd, &[-1], "~0"),
];

impl Trial {
    /// The call of that name; none of others.
    pub fn named(name: &str) -> Option<Self> {
        TRIED_CALLS.contains(&name).then(|| TRIALS.iter().find(|trial| trial.name == name).copied()).flatten()
    }

    /// As the helper makes it.
    pub(super) fn raw(&self) -> (libc::c_long, Vec<Operand>) {
        (self.number, self.arguments.iter().map(|number| Operand::Int(*number)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_clients_may_ask_for_is_what_there_is() {
        let names: Vec<_> = TRIALS.iter().map(|trial| trial.name).collect();
        assert_eq!(names, TRIED_CALLS);
        assert_eq!(Trial::named("mount").unwrap().name, "mount");
        assert_eq!(Trial::named("exit_group"), None);
    }

    #[test]
    fn no_argument_is_an_address() {
        for trial in TRIALS {
            let numbers = trial.shown.split(", ").filter(|shown| !shown.is_empty()).count();
            assert_eq!(trial.arguments.len(), numbers, "{trial:?}");
            assert!(trial.arguments.iter().all(|number| *number <= 0xffff_ffff), "{trial:?}");
        }
    }
}
