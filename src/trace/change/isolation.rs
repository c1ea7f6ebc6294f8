//! What containers use of the machine, and what the kernel answered when a system call was tried in one.

use crate::spec::ContainerId;
use serde::{Deserialize, Serialize};

/// What a container had used at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Used {
    /// When it was looked at: microseconds of a clock of the engine's that only goes forward.
    pub at: u64,
    /// Time of processors since it was started, in microseconds.
    pub processor: u64,
    /// Bytes of memory.
    pub memory: u64,
    /// Bytes that it may have at most; 0 without a limit.
    #[serde(default)]
    pub memory_limit: u64,
    /// Processes and threads.
    pub tasks: u64,
    /// How many it may have at most; 0 without a limit.
    #[serde(default)]
    pub tasks_limit: u64,
    /// How many processors there are.
    pub processors: u32,
}

impl Used {
    /// Thousandths of one processor that were used on average since that earlier moment; none where no time went by.
    pub fn processor_since(&self, before: &Self) -> Option<u64> {
        let time = self.at.checked_sub(before.at).filter(|time| *time > 0)?;
        Some(self.processor.saturating_sub(before.processor).saturating_mul(1000) / time)
    }
}

/// What the kernel answered to one system call, once below a container's filter and once without a filter, the rest being equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Where.
    pub container: ContainerId,
    /// Its name: `mount`.
    pub call: String,
    /// With the container's filter.
    pub filtered: Answered,
    /// Without it; none where the container has no filter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bare: Option<Answered>,
}

/// An answer of the kernel's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The error number; 0 when it did what was asked.
    pub errno: i32,
    /// As strace prints it: `-1 EPERM (Operation not permitted)`.
    pub said: String,
}

/// Who decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The filter refused it: without the filter the kernel answers otherwise.
    Filtered,
    /// The kernel refuses it without the filter as well, and with the same words: what the filter says of it is not to be told.
    Refused,
    /// The filter let it through, and the kernel did it.
    Done,
    /// There is no filter, and the kernel refused it.
    RefusedBare,
    /// There is no filter, and the kernel did it.
    DoneBare,
}

impl Tried {
    /// Who decided.
    pub fn verdict(&self) -> Verdict {
        match (&self.bare, self.filtered.errno) {
            (Some(bare), errno) if bare.errno != errno => Verdict::Filtered,
            (Some(_), 0) => Verdict::Done,
            (Some(_), _) => Verdict::Refused,
            (None, 0) => Verdict::DoneBare,
            (None, _) => Verdict::RefusedBare,
        }
    }
}

/// The capabilities that this kernel knows, by number (capabilities(7)).
pub const CAPABILITIES: [&str; 41] = [
    "CHOWN",
    "DAC_OVERRIDE",
    "DAC_READ_SEARCH",
    "FOWNER",
    "FSETID",
    "KILL",
    "SETGID",
    "SETUID",
    "SETPCAP",
    "LINUX_IMMUTABLE",
    "NET_BIND_SERVICE",
    "NET_BROADCAST",
    "NET_ADMIN",
    "NET_RAW",
    "IPC_LOCK",
    "IPC_OWNER",
    "SYS_MODULE",
    "SYS_RAWIO",
    "SYS_CHROOT",
    "SYS_PTRACE",
    "SYS_PACCT",
    "SYS_ADMIN",
    "SYS_BOOT",
    "SYS_NICE",
    "SYS_RESOURCE",
    "SYS_TIME",
    "SYS_TTY_CONFIG",
    "MKNOD",
    "LEASE",
    "AUDIT_WRITE",
    "AUDIT_CONTROL",
    "SETFCAP",
    "MAC_OVERRIDE",
    "MAC_ADMIN",
    "SYSLOG",
    "WAKE_ALARM",
    "BLOCK_SUSPEND",
    "AUDIT_READ",
    "PERFMON",
    "BPF",
    "CHECKPOINT_RESTORE",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decided_is_told_by_the_answer_without_the_filter() {
        let answered = |errno| Answered { errno, said: errno.to_string() };
        let verdict = |filtered, bare: Option<i32>| {
            let (filtered, bare) = (answered(filtered), bare.map(answered));
            Tried { container: "c".into(), call: "mount".into(), filtered, bare }.verdict()
        };
        assert_eq!(verdict(1, Some(14)), Verdict::Filtered);
        assert_eq!(verdict(1, Some(1)), Verdict::Refused);
        assert_eq!(verdict(0, Some(0)), Verdict::Done);
        assert_eq!((verdict(14, None), verdict(0, None)), (Verdict::RefusedBare, Verdict::DoneBare));
    }

    #[test]
    fn a_share_of_a_processor_needs_two_moments() {
        let at =
            |at, processor| Used { at, processor, memory: 0, memory_limit: 0, tasks: 1, tasks_limit: 0, processors: 2 };
        assert_eq!(at(2_000_000, 500_000).processor_since(&at(1_000_000, 0)), Some(500));
        assert_eq!(at(1, 1).processor_since(&at(1, 0)), None);
        assert_eq!(at(1, 1).processor_since(&at(2, 0)), None);
    }
}
