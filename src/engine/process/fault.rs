//! What went wrong in a child, in words.

use super::call::Call;
use super::init::{About, Prepared};
use super::{Fault, FaultKind};
use crate::engine::sys::outcome;
use crate::trace::Code;
use nix::errno::Errno;

/// A call of the set-up was refused, or answered otherwise than it must.
pub fn call(prepared: &Prepared, text: &str, errno: i32) -> Fault {
    let refused = errno == outcome::REFUSED;
    let error = Errno::from_raw(errno);
    let reason = if refused { "" } else { error.desc() };
    match (&prepared.call, &prepared.about) {
        (Call::Setresuid { uid: id } | Call::Setresgid { gid: id }, _) if error == Errno::EINVAL => {
            Fault::failed(Code::IdNotMapped).with("id", id)
        }
        (Call::OpenTree { path, .. }, _) if error == Errno::ENOENT => {
            Fault::new(FaultKind::BadRequest, Code::BindSourceMissing).with("path", path)
        }
        (Call::Fstatfs { .. }, About::Mount(target)) if refused => {
            Fault::new(FaultKind::BadRequest, Code::MountIntoProc).with("target", target)
        }
        (_, About::Mount(target)) => Fault::failed(Code::MountRefused).with("target", target).with("reason", reason),
        // A link in /proc is not followed (ELOOP), and whose it would be is not asked.
        (_, About::WorkingDir(path)) if refused || path.starts_with("/proc/") => {
            Fault::new(FaultKind::BadRequest, Code::WorkdirOutside).with("path", path)
        }
        (_, About::WorkingDir(path)) => Fault::failed(Code::WorkdirRefused).with("path", path).with("reason", reason),
        _ => Fault::failed(Code::CallRefused).with("call", text).with("reason", if refused { "EPERM" } else { reason }),
    }
}

/// The helper could not be executed.
pub fn no_helper(errno: i32) -> Fault {
    Fault::failed(Code::HelperNotExecuted).with("reason", Errno::from_raw(errno).desc())
}

/// The program was executed at none of the places where it may be.
pub fn execution(argv: &[String], image: Option<&str>, errors: impl Iterator<Item = i32>) -> Fault {
    let command = argv.first().map_or("", String::as_str);
    // As a shell has it: one that is there but may not be executed counts for more than those that are not there.
    let is_lack = |errno: &i32| matches!(*errno, libc::ENOENT | libc::ENOTDIR);
    let errors: Vec<_> = errors.filter(|errno| *errno != 0).collect();
    let of = |in_image, on_host| match image {
        Some(image) => Fault::new(FaultKind::BadRequest, in_image).with("command", command).with("image", image),
        None => Fault::new(FaultKind::BadRequest, on_host).with("command", command),
    };
    match errors.iter().rfind(|errno| !is_lack(errno)) {
        Some(errno) => of(Code::CommandNotExecutable, Code::HostCommandNotExecutable)
            .with("reason", Errno::from_raw(*errno).desc()),
        None => of(Code::CommandNotFound, Code::HostCommandNotFound),
    }
}
