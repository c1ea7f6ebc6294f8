//! What went wrong in a child, in words.

use super::call::Call;
use super::{Fault, FaultKind};
use nix::errno::Errno;

/// `0`, `5`, `-1 ENOENT (No such file or directory)`
pub fn result(value: i64, errno: i32) -> String {
    if errno == 0 {
        return value.to_string();
    }
    let errno = Errno::from_raw(errno);
    format!("-1 {errno:?} ({})", errno.desc())
}

/// A call of the set-up was refused.
pub fn call(call: &Call, text: &str, errno: i32) -> Fault {
    let error = Errno::from_raw(errno);
    match (call, error) {
        (Call::Setresuid { uid: id } | Call::Setresgid { gid: id }, Errno::EINVAL) => {
            Fault::failed("id-not-mapped").with("id", id)
        }
        (Call::OpenTree { path, .. }, Errno::ENOENT) => {
            Fault::new(FaultKind::BadRequest, "bind-source-missing").with("path", path)
        }
        (Call::MoveMount { target, .. }, _) => {
            Fault::failed("mount-refused").with("target", target).with("reason", error.desc())
        }
        (Call::Chdir { path }, _) => Fault::failed("workdir-refused").with("path", path).with("reason", error.desc()),
        _ => Fault::failed("call-refused").with("call", text).with("reason", error.desc()),
    }
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
