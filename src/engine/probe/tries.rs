use crate::engine::program;
use std::process::Command;

/// With what rights things are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Root of the real host.
    Root,
    /// An ordinary user.
    User(u32),
    /// In a user namespace that maps so many ids: a running engine's.
    Inside(u32),
}

impl Who {
    pub(super) fn find() -> Self {
        let ids = crate::engine::ids::mapped_ids();
        match (nix::unistd::geteuid().as_raw(), ids) {
            (0, u32::MAX) => Self::Root,
            (0, ids) => Self::Inside(ids),
            (uid, _) => Self::User(uid),
        }
    }

    /// Makes a shell of a new mount and network namespace, as root of it.
    fn unshare(self) -> Command {
        let unshare = program::find("unshare").unwrap_or_else(|| "/usr/bin/unshare".into());
        let mut command = program::command(&unshare);
        if let Self::User(_) = self {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "--net", "--", "sh", "-c"]);
        command
    }
}

/// Runs a script in namespaces of its own; what it complained of when it fails.
pub(super) fn in_namespaces(who: Who, script: &str, args: &[&str]) -> Result<String, String> {
    run(who.unshare().arg(script).arg("sh").args(args))
}

/// Runs a program; what it said, or what it complained of.
pub(super) fn run(command: &mut Command) -> Result<String, String> {
    let output = program::run(command, b"", program::PATIENCE).map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(output.stdout.trim().to_owned());
    }
    let complaint = output.stderr.trim().to_owned();
    Err(if complaint.is_empty() { output.status.to_string() } else { complaint })
}
