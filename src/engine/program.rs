//! Programs of the host that the engine starts: `nft`, `slirp4netns`, `newuidmap`, …
//!
//! Each is looked for where nobody but its owner can put another, gets an environment of its own (no `LD_PRELOAD` of whoever
//! started the engine, nothing of a container's), no descriptor but its three streams (see [`crate::engine::sys`]), so much
//! time, and so much of what it says. Does not know what they do.

use super::evidence;
use crate::trace::{Book, Evidence};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Where administrators' programs are, which the `PATH` of an ordinary user leaves out.
const PLACES: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/bin"];
/// How long a program that does one thing may take.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How often a program that has ended is listened to once more: who was started by it may go on talking.
const LAST_ROUNDS: usize = 64;
/// Bytes of each stream that are kept.
const MUCH: usize = 1 << 20;

/// What came of a program.
#[derive(Debug)]
pub struct Output {
    /// How it ended.
    pub status: ExitStatus,
    /// What it wrote, without anything that a terminal would obey.
    pub stdout: String,
    /// The same of its complaints.
    pub stderr: String,
}

/// A program in `PATH`, or where administrators' programs are. What others than its owner and root could have put there is
/// not taken.
pub fn find(name: &str) -> Option<PathBuf> {
    search(name).ok()
}

/// The same, or how it is known that it is nowhere.
pub fn search(name: &str) -> Result<PathBuf, Vec<Evidence>> {
    let mut looks = Vec::new();
    for path in places().into_iter().map(|dir| dir.join(name)) {
        let (usable, look) = evidence::access(&path);
        looks.push(look);
        match usable {
            Ok(()) if is_trusted(&path) => return Ok(path),
            Ok(()) => looks.push(evidence::own(Book::Decision, [format!("{}: not trusted", path.display())])),
            Err(_) => {}
        }
    }
    Err(looks)
}

/// A command with a clean environment, at the root directory, without streams.
pub fn command(program: &Path) -> Command {
    let path = std::env::join_paths(places()).unwrap_or_else(|_colon| OsString::from("/usr/sbin:/usr/bin:/sbin:/bin"));
    let mut command = Command::new(program);
    command.env_clear().env("PATH", path).env("LC_ALL", "C").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs a program to its end, which comes within `patience`.
pub fn run(command: &mut Command, stdin: &[u8], patience: Duration) -> io::Result<Output> {
    finish(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?, stdin, patience)
}

/// Gives a program that was started with three pipes its input, and waits for its end. After `patience` it is killed.
pub fn finish(mut child: Child, stdin: &[u8], patience: Duration) -> io::Result<Output> {
    let end = Instant::now() + patience;
    if let Some(mut pipe) = child.stdin.take() {
        match pipe.write_all(stdin) {
            // It may end without having read all.
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return killed(child, error),
            _ => {}
        }
    }
    let mut streams = [
        (child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Stream>), Vec::new()),
        (child.stderr.take().map(|pipe| Box::new(pipe) as Box<dyn Stream>), Vec::new()),
    ];
    let status = loop {
        let heard = match listen(&mut streams) {
            Ok(heard) => heard,
            Err(error) => return killed(child, error),
        };
        // Who was started by it may hold the pipes open for long.
        if let (false, Some(status)) = (heard, child.try_wait()?) {
            // What it said last may have come between these two looks.
            for _ in 0..LAST_ROUNDS {
                if !listen(&mut streams)? {
                    break;
                }
            }
            break status;
        }
        if Instant::now() > end {
            let said = format!("not done after {} s, and killed", patience.as_secs());
            return killed(child, io::Error::new(io::ErrorKind::TimedOut, said));
        }
    };
    let [(_, stdout), (_, stderr)] = streams;
    Ok(Output { status, stdout: shown(&stdout), stderr: shown(&stderr) })
}

trait Stream: Read + AsFd {}

impl<T: Read + AsFd> Stream for T {}

/// A stream until its end, and what came of it.
type Heard = (Option<Box<dyn Stream>>, Vec<u8>);

/// Waits a little for something to read. False when nothing came.
fn listen(streams: &mut [Heard; 2]) -> io::Result<bool> {
    const LITTLE: u16 = 5;
    let mut heard = false;
    for (stream, kept) in &mut *streams {
        let Some(open) = stream else { continue };
        let mut polled = [PollFd::new(open.as_fd(), PollFlags::POLLIN)];
        match poll(&mut polled, PollTimeout::from(LITTLE)) {
            Ok(0) | Err(nix::errno::Errno::EINTR) => continue,
            other => other?,
        };
        let mut block = [0; 8192];
        match open.read(&mut block)? {
            0 => *stream = None,
            n => {
                heard = true;
                kept.extend_from_slice(&block[..n.min(MUCH - kept.len())]);
            }
        }
    }
    if streams.iter().all(|(stream, _)| stream.is_none()) {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(heard)
}

fn killed(mut child: Child, error: io::Error) -> io::Result<Output> {
    // It may have ended just now.
    child.kill().and_then(|()| child.wait().map(drop)).unwrap_or_else(|error| tracing::debug!(%error, "not killed"));
    Err(error)
}

/// Text with what moves a cursor or worse made visible.
fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let plain = |c: char| matches!(c, '\n' | '\t') || !c.is_control();
    text.chars().map(|c| if plain(c) { c.to_string() } else { c.escape_default().to_string() }).collect()
}

/// The directories of `PATH` in which nobody else can put a program, then the usual ones.
fn places() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let asked = std::env::split_paths(&path).filter(|dir| dir.is_absolute() && is_trusted(dir));
    asked.chain(PLACES.map(PathBuf::from)).collect()
}

/// It, and the directory that it is in, belong to root or to us, and others cannot write to them.
fn is_trusted(path: &Path) -> bool {
    // In a user namespace all whom it does not know have this one; which of them it is cannot be told.
    const UNKNOWN: u32 = 65_534;
    let own = nix::unistd::geteuid().as_raw();
    let inside = super::lab::mapped_ids() != u32::MAX;
    let good = |path: &Path| {
        let Ok(meta) = path.metadata() else { return false };
        let owner = meta.uid() == 0 || meta.uid() == own || (inside && meta.uid() == UNKNOWN);
        owner && meta.mode() & 0o002 == 0
    };
    let Ok(real) = path.canonicalize() else { return false };
    good(&real) && real.parent().is_none_or(good)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn sh(script: &str, stdin: &[u8], patience: Duration) -> io::Result<Output> {
        run(command(Path::new("/bin/sh")).args(["-c", script]), stdin, patience)
    }

    #[test]
    fn a_program_gets_nothing_of_ours_but_what_it_is_given() {
        let said = sh("cat; pwd; env; echo oops >&2", b"given\n", PATIENCE).unwrap();
        assert!(said.status.success());
        let mut lines: Vec<_> = said.stdout.lines().filter(|line| !line.starts_with("PATH=")).collect();
        lines.retain(|line| !line.starts_with("PWD=") && !line.starts_with("_=") && !line.starts_with("SHLVL="));
        assert_eq!(lines, ["given", "/", "LC_ALL=C"]);
        assert_eq!(said.stderr, "oops\n");
    }

    #[test]
    fn one_that_does_not_end_is_killed_and_one_whose_child_holds_the_pipe_is_not_waited_for() {
        let late = sh("exec sleep 1000", b"", Duration::from_millis(50)).unwrap_err();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        let said = sh("sleep 3 & echo $!", b"", Duration::from_secs(600)).unwrap();
        assert!(said.stdout.trim().parse::<u32>().is_ok());
    }

    #[test]
    fn what_it_says_is_bounded_and_moves_no_cursor() {
        let said = sh("printf 'a\\033[2Jb\\n'; head -c 5000000 /dev/zero | tr '\\0' x >&2", b"", PATIENCE).unwrap();
        assert_eq!(said.stdout, "a\\u{1b}[2Jb\n");
        assert_eq!(said.stderr.len(), MUCH);
    }

    #[test]
    fn what_anybody_could_have_put_there_is_not_taken() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("program");
        fs::write(&program, "").unwrap();
        let check = |of_dir: u32, of_program: u32, trusted: bool| {
            fs::set_permissions(dir.path(), fs::Permissions::from_mode(of_dir)).unwrap();
            fs::set_permissions(&program, fs::Permissions::from_mode(of_program)).unwrap();
            assert_eq!(is_trusted(&program), trusted, "{of_dir:o} {of_program:o}");
        };
        check(0o755, 0o755, true);
        check(0o757, 0o755, false);
        check(0o1777, 0o755, false);
        check(0o755, 0o757, false);
        assert!(!is_trusted(&dir.path().join("missing")));
        assert_eq!(find("sh").and_then(|path| path.file_name().map(|name| name.to_owned())), Some("sh".into()));
    }
}
