//! `--ulimit`: limits of a process and of all that come from it (getrlimit(2)).

/// One limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ulimit {
    /// `RLIMIT_NOFILE`, and the kernel's number for it.
    pub resource: (&'static str, u32),
    /// What holds, in the resource's own unit; [`u64::MAX`] is no limit.
    pub soft: u64,
    /// As far as whoever has no privilege may raise it.
    pub hard: u64,
}

/// Docker's names (go-units `ulimit.go`) and the kernel's.
const RESOURCES: &[(&str, &str, u32)] = &[
    ("core", "RLIMIT_CORE", libc::RLIMIT_CORE),
    ("cpu", "RLIMIT_CPU", libc::RLIMIT_CPU),
    ("data", "RLIMIT_DATA", libc::RLIMIT_DATA),
    ("fsize", "RLIMIT_FSIZE", libc::RLIMIT_FSIZE),
    ("locks", "RLIMIT_LOCKS", libc::RLIMIT_LOCKS),
    ("memlock", "RLIMIT_MEMLOCK", libc::RLIMIT_MEMLOCK),
    ("msgqueue", "RLIMIT_MSGQUEUE", libc::RLIMIT_MSGQUEUE),
    ("nice", "RLIMIT_NICE", libc::RLIMIT_NICE),
    ("nofile", "RLIMIT_NOFILE", libc::RLIMIT_NOFILE),
    ("nproc", "RLIMIT_NPROC", libc::RLIMIT_NPROC),
    ("rss", "RLIMIT_RSS", libc::RLIMIT_RSS),
    ("rtprio", "RLIMIT_RTPRIO", libc::RLIMIT_RTPRIO),
    ("rttime", "RLIMIT_RTTIME", libc::RLIMIT_RTTIME),
    ("sigpending", "RLIMIT_SIGPENDING", libc::RLIMIT_SIGPENDING),
    ("stack", "RLIMIT_STACK", libc::RLIMIT_STACK),
];

/// The resource of a name, and the kernel's number for it.
pub fn resource(name: &str) -> Option<(&'static str, u32)> {
    RESOURCES.iter().find(|(known, ..)| *known == name).map(|(_, resource, number)| (*resource, *number))
}
