//! What went wrong in a child, in words.

use super::call::Call;
use super::init::{About, Prepared};
use super::{Fault, FaultKind};
use crate::engine::sys::outcome;
use nix::errno::Errno;

/// A call of the set-up was refused, or answered otherwise than it must.
pub fn call(prepared: &Prepared, text: &str, errno: i32) -> Fault {
    let refused = errno == outcome::REFUSED;
    let error = Errno::from_raw(errno);
    let reason = if refused { "" } else { error.desc() };
    match (&prepared.call, &prepared.about) {
        (Call::Setresuid { uid: id } | Call::Setresgid { gid: id }, _) if error == Errno::EINVAL => {
            Fault::failed("id-not-mapped").with("id", id)
        }
        (Call::OpenTree { path, .. }, _) if error == Errno::ENOENT => {
            Fault::new(FaultKind::BadRequest, "bind-source-missing").with("path", path)
        }
        (Call::Fstatfs { .. }, About::Mount(target)) if refused => {
            Fault::new(FaultKind::BadRequest, "mount-into-proc").with("target", target)
        }
        (_, About::Mount(target)) => Fault::failed("mount-refused").with("target", target).with("reason", reason),
        // A link in /proc is not followed (ELOOP), and whose it would be is not asked.
        (_, About::WorkingDir(path)) if refused || path.starts_with("/proc/") => {
            Fault::new(FaultKind::BadRequest, "workdir-outside").with("path", path)
        }
        (_, About::WorkingDir(path)) => Fault::failed("workdir-refused").with("path", path).with("reason", reason),
        _ => Fault::failed("call-refused").with("call", text).with("reason", if refused { "EPERM" } else { reason }),
    }
}

/// The helper could not be executed.
pub fn no_helper(errno: i32) -> Fault {
    Fault::failed("helper-not-executed").with("reason", Errno::from_raw(errno).desc())
}

/// The program was executed at none of the places where it may be.
pub fn execution(argv: &[String], image: &str, errors: impl Iterator<Item = i32>) -> Fault {
    let command = argv.first().map_or("", String::as_str);
    // As a shell has it: one that is there but may not be executed counts for more than those that are not there.
    let is_lack = |errno: &i32| matches!(*errno, libc::ENOENT | libc::ENOTDIR);
    let errors: Vec<_> = errors.filter(|errno| *errno != 0).collect();
    match errors.iter().rfind(|errno| !is_lack(errno)) {
        Some(errno) => Fault::new(FaultKind::BadRequest, "command-not-executable")
            .with("command", command)
            .with("image", image)
            .with("reason", Errno::from_raw(*errno).desc()),
        None => Fault::new(FaultKind::BadRequest, "command-not-found").with("command", command).with("image", image),
    }
}
