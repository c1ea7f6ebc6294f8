//! Children: how they were made, what they did, how they ended.

use super::call;
use crate::engine::sys::{Cloned, FsContext, Record, outcome};
use crate::trace::Evidence;
use nix::errno::Errno;
use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
use std::os::fd::{AsRawFd, BorrowedFd, RawFd};

/// A child that the engine cloned. `flags` are the names of what it was cloned with.
pub fn cloned(made: &Cloned, flags: &str) -> Evidence {
    let pidfd = made.pidfd.as_raw_fd();
    let args = [format!("{{flags={flags}, exit_signal=SIGCHLD, …}} => {{pidfd=[{pidfd}]}}"), "88".to_owned()];
    call::made("clone3", &args, &Ok(made.pid), u32::to_string)
}

/// The calls that configured and mounted a file system.
pub fn configured(context: &FsContext) -> Vec<Evidence> {
    let made = context.made().iter();
    made.map(|(call, returned)| Evidence::Syscall { call: call.clone(), result: returned.to_string() }).collect()
}

/// A call that a child made, as its record says: `text` is the prepared call, `returned` how the value in its record is written,
/// `answer` what its record says it found.
pub fn by_helper(text: &str, record: &Record, returned: String, answer: Option<String>) -> Evidence {
    Evidence::Syscall { call: text.to_owned(), result: answered(record, returned, answer) }
}

/// `0`, `5`, `0 (f_type=0x1cd1)`, `-1 ENOENT (No such file or directory)`
pub fn answered(record: &Record, returned: String, answer: Option<String>) -> String {
    match record.errno {
        0 | outcome::REFUSED => match answer {
            Some(answer) => format!("{returned} ({answer})"),
            None => returned,
        },
        errno => call::refused(Errno::from_raw(errno)),
    }
}

/// The `execve` of a child that has become its program. Nobody is left to send a record of it: that its socket was closed
/// by the kernel is the record.
pub fn executed(text: &str) -> Evidence {
    Evidence::Syscall { call: text.to_owned(), result: "0".to_owned() }
}

/// The end of a child, as waitid(2) told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    pidfd: RawFd,
    said: Result<WaitStatus, Errno>,
}

/// Waits for the end of a child and collects it.
pub fn wait(pidfd: BorrowedFd<'_>) -> Ended {
    loop {
        match waitid(Id::PIDFd(pidfd), WaitPidFlag::WEXITED) {
            Err(Errno::EINTR) => {}
            said => return Ended { pidfd: pidfd.as_raw_fd(), said },
        }
    }
}

impl Ended {
    /// 0–255, or 128 + the signal that killed it.
    pub fn status(&self) -> i32 {
        match self.said {
            Ok(WaitStatus::Exited(_, status)) => status,
            Ok(WaitStatus::Signaled(_, signal, _)) => 128 + signal as i32,
            // Somebody else has collected it, which nobody does; its status is lost.
            _ => 255,
        }
    }

    /// How it is known.
    pub fn evidence(&self) -> Evidence {
        let info = match self.said {
            Ok(WaitStatus::Exited(pid, status)) => exited(pid.as_raw(), "CLD_EXITED", &status.to_string()),
            Ok(WaitStatus::Signaled(pid, signal, dumped)) => {
                let code = if dumped { "CLD_DUMPED" } else { "CLD_KILLED" };
                exited(pid.as_raw(), code, signal.as_str())
            }
            _ => "…".to_owned(),
        };
        let args = ["P_PIDFD".to_owned(), self.pidfd.to_string(), info, "WEXITED".to_owned(), "NULL".to_owned()];
        call::done("waitid", &args, &self.said)
    }
}

fn exited(pid: i32, code: &str, status: &str) -> String {
    format!("{{si_signo=SIGCHLD, si_code={code}, si_pid={pid}, si_status={status}, …}}")
}
