use std::process::{Command, Stdio};

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
        let ids = crate::engine::lab::mapped_ids();
        match (nix::unistd::geteuid().as_raw(), ids) {
            (0, u32::MAX) => Self::Root,
            (0, ids) => Self::Inside(ids),
            (uid, _) => Self::User(uid),
        }
    }

    /// Makes a shell of a new mount and network namespace, as root of it.
    fn unshare(self) -> Command {
        let mut command = Command::new("unshare");
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
    let path = std::env::var("PATH").unwrap_or_default();
    let output = command
        .env("PATH", format!("{path}:/usr/sbin:/sbin:/usr/bin:/bin"))
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let complaint = text(&output.stderr);
    Err(if complaint.is_empty() { output.status.to_string() } else { complaint })
}
