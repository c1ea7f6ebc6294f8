//! What went wrong in a child, in words.

use super::call::Call;
use super::init::{About, Prepared};
use super::interpreter::{Lack, Lacking};
use super::{Fault, FaultKind};
use crate::engine::ids;
use crate::engine::lab::grant::{self, Kind};
use crate::engine::sys::outcome;
use crate::trace::Code;
use nix::errno::Errno;

/// A call of the set-up was refused, or answered otherwise than it must.
pub fn call(prepared: &Prepared, text: &str, errno: i32) -> Fault {
    let refused = errno == outcome::REFUSED;
    let error = Errno::from_raw(errno);
    let reason = if refused { "" } else { error.desc() };
    match (&prepared.call, &prepared.about) {
        (Call::Setresuid { uid: id }, _) if error == Errno::EINVAL => not_mapped(Kind::Users, *id),
        (Call::Setresgid { gid: id }, _) if error == Errno::EINVAL => not_mapped(Kind::Groups, *id),
        (Call::OpenTree { path, .. }, _) if error == Errno::ENOENT => {
            Fault::new(FaultKind::BadRequest, Code::BindSourceMissing).with("path", path)
        }
        (Call::Fstatfs { .. }, About::Mount(target)) if refused => {
            Fault::new(FaultKind::BadRequest, Code::MountIntoProc).with("target", target)
        }
        (_, About::Sysctl(name, value)) => {
            let fault = Fault::new(FaultKind::BadRequest, Code::SysctlRefused).with("sysctl", name);
            fault.with("value", value).with("reason", reason)
        }
        (_, About::Ulimit(name)) => Fault::failed(Code::UlimitRefused).with("name", name).with("reason", reason),
        (_, About::OomScore(score)) => Fault::failed(Code::OomScoreRefused).with("score", score).with("reason", reason),
        (_, About::Mount(target)) => Fault::failed(Code::MountRefused).with("target", target).with("reason", reason),
        // A link in /proc is not followed (ELOOP), and whose it would be is not asked.
        (_, About::WorkingDir(path)) if refused || path.starts_with("/proc/") => {
            Fault::new(FaultKind::BadRequest, Code::WorkdirOutside).with("path", path)
        }
        // The same where a link of the image leads into it.
        (Call::Openat2 { path: there, .. }, About::WorkingDir(path)) if there.starts_with("proc/") => {
            Fault::new(FaultKind::BadRequest, Code::WorkdirOutside).with("path", path)
        }
        (_, About::WorkingDir(path)) => Fault::failed(Code::WorkdirRefused).with("path", path).with("reason", reason),
        _ => Fault::failed(Code::CallRefused).with("call", text).with("reason", if refused { "EPERM" } else { reason }),
    }
}

fn not_mapped(kind: Kind, id: u32) -> Fault {
    let mapped = ids::mapped().map_or(1, |(ids, _)| if kind == Kind::Users { ids.uids } else { ids.gids });
    grant::advise(Fault::failed(Code::IdNotMapped), kind, id.into(), mapped)
}

/// The helper could not be executed.
pub fn no_helper(errno: i32) -> Fault {
    Fault::failed(Code::HelperNotExecuted).with("reason", Errno::from_raw(errno).desc())
}

/// What counts of all that `execve` said. As a shell has it: one that is there but may not be executed counts for more than those
/// that are not there.
pub fn decisive(errors: impl Iterator<Item = i32>) -> Errno {
    let refused = errors.filter(|errno| !matches!(*errno, 0 | libc::ENOENT | libc::ENOTDIR));
    refused.last().map_or(Errno::ENOENT, Errno::from_raw)
}

/// The program was executed at none of the places where it may be.
pub fn execution(argv: &[String], image: Option<&str>, errno: Errno, lacking: Option<Lacking>) -> Fault {
    let command = argv.first().map_or("", String::as_str);
    let (lack, to) = lacking.map_or((None, None), |lacking| (Some(lacking.what), lacking.to));
    let (in_image, on_host) = match (&lack, errno) {
        (Some(Lack::Interpreter(_)), _) => (Code::CommandInterpreterMissing, Code::HostCommandNotFound),
        (Some(Lack::LineEnd(_)), _) => (Code::CommandLineEnds, Code::HostCommandNotFound),
        (Some(Lack::Loader(_)), _) => (Code::CommandLoaderMissing, Code::HostCommandNotFound),
        (Some(Lack::NotExecutable(_)), _) => (Code::CommandInterpreterRefused, Code::HostCommandNotExecutable),
        // A path is looked for nowhere but where it leads.
        (None, Errno::ENOENT) if command.contains('/') => (Code::CommandPathMissing, Code::HostCommandNotFound),
        (None, Errno::ENOENT) => (Code::CommandNotFound, Code::HostCommandNotFound),
        (None, _) => (Code::CommandNotExecutable, Code::HostCommandNotExecutable),
    };
    let fault = match image {
        Some(image) => Fault::new(FaultKind::BadRequest, in_image).with("command", command).with("image", image),
        None => Fault::new(FaultKind::BadRequest, on_host).with("command", command),
    };
    let asking = to.unwrap_or_else(|| "itself".to_owned());
    let fault = if lack.is_some() && image.is_some() { fault.with("asking", asking) } else { fault };
    match (lack, errno) {
        (Some(Lack::Interpreter(path) | Lack::Loader(path)), _) => fault.with("interpreter", path),
        // It is to be seen.
        (Some(Lack::LineEnd(path)), _) => fault.with("interpreter", path.escape_debug()),
        (Some(Lack::NotExecutable(path)), errno) => fault.with("interpreter", path).with("reason", errno.desc()),
        (None, Errno::ENOENT) => fault,
        (None, errno) => fault.with("reason", errno.desc()),
    }
}
