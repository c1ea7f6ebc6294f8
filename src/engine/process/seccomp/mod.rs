//! Docker's default seccomp profile (moby/profiles, `seccomp/default.json`) as a filter for this architecture.
//!
//! Everything that is not allowed fails with EPERM, `clone3` with ENOSYS, so that a libc falls back to `clone`, whose flags
//! can be looked at. Profiles of users are read and made into filters beside it.

mod allowed;
mod profile;
mod program;

pub use profile::compile as profile;

use super::{Fault, Result, caps};
use crate::trace::Code;
use libc::c_long;
use parking_lot::Mutex;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Len, SeccompCmpOp as Op, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

/// A filter in the kernel's form.
pub type Filter = Arc<Vec<libc::sock_filter>>;

/// How many compiled filters are kept.
const KEPT: usize = 16;

/// Compiled filters by capability set: almost always one, but whoever asks for containers chooses.
static COMPILED: LazyLock<Mutex<BTreeMap<u64, Filter>>> = LazyLock::new(Mutex::default);

/// Every namespace flag that `clone` must not have.
const NEW_NAMESPACES: u64 = 0x7e02_0000;

/// The default profile for a container with these capabilities.
pub fn default_profile(capabilities: u64) -> Result<Filter> {
    let mut compiled = COMPILED.lock();
    if let Some(filter) = compiled.get(&capabilities) {
        return Ok(Arc::clone(filter));
    }
    let failed = |e: seccompiler::BackendError| Fault::failed(Code::SeccompNotBuilt).with("reason", e);
    let filter = Arc::new(compile(capabilities).map_err(failed)?);
    if compiled.len() >= KEPT {
        compiled.clear();
    }
    compiled.insert(capabilities, Arc::clone(&filter));
    Ok(filter)
}

fn compile(capabilities: u64) -> std::result::Result<Vec<libc::sock_filter>, seccompiler::BackendError> {
    let has = |name: &str| caps::bit(name).is_some_and(|bit| capabilities & bit != 0);
    let always = allowed::EVERYWHERE.iter().chain(allowed::NEW).chain(allowed::HERE);
    let with_caps = BY_CAPABILITY.iter().filter(|(cap, _)| has(cap)).flat_map(|(_, calls)| calls.iter());
    let mut rules: BTreeMap<c_long, Vec<SeccompRule>> =
        always.chain(with_caps).map(|call| (*call, Vec::new())).collect();

    // Address families: neither AF_ALG (38) nor AF_VSOCK (40).
    let family = |op, value| argument(Len::Dword, op, value);
    let socket = vec![family(Op::Lt, 38)?, family(Op::Eq, 39)?, family(Op::Gt, 40)?];
    rules.insert(libc::SYS_socket, socket);
    // PER_LINUX, PER_LINUX32, UNAME26, both, and the question which it is.
    let personas = [0, 8, 0x2_0000, 0x2_0008, 0xffff_ffff];
    let personality: std::result::Result<_, _> =
        personas.into_iter().map(|persona| argument(Len::Dword, Op::Eq, persona)).collect();
    rules.insert(libc::SYS_personality, personality?);
    let admin = has("SYS_ADMIN");
    if !admin {
        let clone = argument(Len::Qword, Op::MaskedEq(NEW_NAMESPACES), 0)?;
        rules.insert(libc::SYS_clone, vec![clone]);
    }

    let refused = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let arch = TargetArch::try_from(std::env::consts::ARCH)?;
    let profile: BpfProgram = SeccompFilter::new(rules, refused, SeccompAction::Allow, arch)?.try_into()?;
    let rest = profile.into_iter().map(|i| libc::sock_filter { code: i.code, jt: i.jt, jf: i.jf, k: i.k });
    Ok(if admin { rest.collect() } else { no_clone3().into_iter().chain(rest).collect() })
}

/// `clone3` has its flags in memory, where a filter cannot look, so it is as if the kernel did not know it. On every
/// architecture it is number 435, so this may come before the architecture is looked at.
fn no_clone3() -> [libc::sock_filter; 3] {
    const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
    const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;
    let enosys = libc::SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned();
    [
        libc::sock_filter { code: LOAD, jt: 0, jf: 0, k: 0 },
        libc::sock_filter { code: JUMP, jt: 0, jf: 1, k: 435 },
        libc::sock_filter { code: RETURN, jt: 0, jf: 0, k: enosys },
    ]
}

/// A rule on the first argument.
fn argument(len: Len, op: Op, value: u64) -> std::result::Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(0, len, op, value)?])
}

/// What a capability allows besides.
const BY_CAPABILITY: &[(&str, &[c_long])] = &[
    ("DAC_READ_SEARCH", &[libc::SYS_open_by_handle_at]),
    (
        "SYS_ADMIN",
        &[
            libc::SYS_bpf,
            libc::SYS_clone,
            libc::SYS_clone3,
            libc::SYS_fanotify_init,
            libc::SYS_fsconfig,
            libc::SYS_fsmount,
            libc::SYS_fsopen,
            libc::SYS_fspick,
            libc::SYS_lookup_dcookie,
            libc::SYS_mount,
            libc::SYS_mount_setattr,
            libc::SYS_move_mount,
            libc::SYS_open_tree,
            libc::SYS_perf_event_open,
            libc::SYS_quotactl,
            libc::SYS_setdomainname,
            libc::SYS_sethostname,
            libc::SYS_setns,
            libc::SYS_syslog,
            libc::SYS_umount2,
            libc::SYS_unshare,
            // quotactl_fd, lsm_get_self_attr, lsm_set_self_attr, lsm_list_modules
            443,
            459,
            460,
            461,
        ],
    ),
    ("SYS_BOOT", &[libc::SYS_reboot]),
    ("SYS_CHROOT", &[libc::SYS_chroot]),
    ("SYS_MODULE", &[libc::SYS_delete_module, libc::SYS_init_module, libc::SYS_finit_module]),
    ("SYS_PACCT", &[libc::SYS_acct]),
    ("SYS_PTRACE", &[libc::SYS_kcmp, libc::SYS_pidfd_getfd, libc::SYS_process_madvise]),
    #[cfg(target_arch = "x86_64")]
    ("SYS_RAWIO", &[libc::SYS_iopl, libc::SYS_ioperm]),
    ("SYS_TIME", &[libc::SYS_settimeofday, libc::SYS_clock_settime]),
    ("SYS_TTY_CONFIG", &[libc::SYS_vhangup]),
    ("SYS_NICE", &[libc::SYS_get_mempolicy, libc::SYS_mbind, libc::SYS_set_mempolicy, 450]),
    ("SYSLOG", &[libc::SYS_syslog]),
    ("BPF", &[libc::SYS_bpf]),
    ("PERFMON", &[libc::SYS_perf_event_open]),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(filter: &[libc::sock_filter], call: c_long, first: u64) -> u32 {
        verdict_of(filter, call, [first, 0, 0, 0, 0, 0])
    }

    /// Runs a filter over one call, as the kernel does (bpf of seccomp_data: nr, arch, ip, args).
    pub(super) fn verdict_of(filter: &[libc::sock_filter], call: c_long, arguments: [u64; 6]) -> u32 {
        let arch = if cfg!(target_arch = "x86_64") { 0xc000_003e_u32 } else { 0xc000_00b7 };
        let mut data = [0_u32; 16];
        (data[0], data[1]) = (u32::try_from(call).unwrap(), arch);
        for (at, argument) in arguments.into_iter().enumerate() {
            (data[4 + 2 * at], data[5 + 2 * at]) = ((argument & 0xffff_ffff) as u32, (argument >> 32) as u32);
        }
        let (mut at, mut acc) = (0_usize, 0_u32);
        loop {
            let i = filter[at];
            at += 1;
            let jump = |yes: bool| usize::from(if yes { i.jt } else { i.jf });
            match i.code {
                0x20 => acc = data[i.k as usize / 4],
                0x54 => acc &= i.k,
                0x05 => at += i.k as usize,
                0x15 => at += jump(acc == i.k),
                0x25 => at += jump(acc > i.k),
                0x35 => at += jump(acc >= i.k),
                0x06 => return i.k,
                code => panic!("instruction {code:#x}"),
            }
        }
    }

    #[test]
    fn the_default_profile_decides_as_dockers() {
        let filter = default_profile(0xa804_25fb).unwrap();
        let (allow, eperm, enosys) = (0x7fff_0000, 0x0005_0001, 0x0005_0026);
        let flags = |namespaces: i32| namespaces.cast_unsigned().into();
        for (call, first, wanted) in [
            (libc::SYS_read, 0, allow),
            (libc::SYS_execve, 0, allow),
            (libc::SYS_chroot, 0, allow),
            (libc::SYS_mount, 0, eperm),
            (libc::SYS_unshare, 0, eperm),
            (libc::SYS_reboot, 0, eperm),
            (libc::SYS_clone3, 0, enosys),
            (libc::SYS_clone, flags(libc::CLONE_VM), allow),
            (libc::SYS_clone, flags(libc::CLONE_NEWUSER), eperm),
            (libc::SYS_personality, 0x2_0000, allow),
            (libc::SYS_personality, 0x4_0000, eperm),
            (libc::SYS_socket, flags(libc::AF_INET), allow),
            (libc::SYS_socket, flags(libc::AF_ALG), eperm),
            (libc::SYS_socket, flags(libc::AF_VSOCK), eperm),
            (libc::SYS_socket, 41, allow),
        ] {
            assert_eq!(verdict(&filter, call, first), wanted, "call {call} with {first:#x}");
        }
    }

    #[test]
    fn capabilities_open_what_they_are_for() {
        let filter = default_profile(caps::bit("SYS_ADMIN").unwrap()).unwrap();
        assert_eq!(verdict(&filter, libc::SYS_mount, 0), 0x7fff_0000);
        assert_eq!(verdict(&filter, libc::SYS_clone3, 0), 0x7fff_0000);
        assert_eq!(verdict(&filter, libc::SYS_chroot, 0), 0x0005_0001);
    }
}
