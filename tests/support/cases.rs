//! Runs each case of a test program in a process of its own that has one thread, as root and as an ordinary user: a user
//! namespace can be entered in no other way. The parent speaks libtest's language to `cargo test` and `cargo nextest`.
//!
//! What this machine lacks is said and passed over; with `DOCKWALK_TEST_REQUIRE=1` it is a failure.

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};
use std::time::{Duration, Instant};

/// The user that cases run as when this program runs as root; made when it is not there, with subordinate ids.
const USER: &str = "dockwalk-test";
/// Set for the process that runs one case.
const CASE: &str = "DOCKWALK_TEST_CASE";
/// The exit status that says: this machine lacks something.
const LACKING: i32 = 77;
/// Comes before what is lacking in what such a case prints.
const LACKS: &str = "lacking: ";
/// Distributions let everyone open /dev/net/tun; where this machine does not, the user's cases see one that is so.
const OPEN_TUN: &str = r#"
    if [ -e /dev/net/tun ]; then
        mount -t tmpfs -o size=64k tun /mnt && mknod -m 0666 /mnt/tun c 10 200 && mount --bind /mnt/tun /dev/net/tun &&
            umount /mnt
    fi
    exec "$0" "$@"
"#;
/// How long a case may take. (The case itself must not have a thread that watches the time.)
const LIMIT: Duration = Duration::from_secs(120);

/// A case: its name, and what it does.
pub type Case = (&'static str, fn());

/// Whom a case runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Root,
    User,
}

/// Lists or runs what the arguments ask for: `cases` as root and as an ordinary user, `user_only` as the latter alone.
pub fn main(cases: &[Case], user_only: &[Case]) -> ExitCode {
    if let Ok(name) = std::env::var(CASE) {
        let (_, run) = cases.iter().chain(user_only).find(|(case, _)| *case == name).expect("a case of that name");
        run();
        return ExitCode::SUCCESS;
    }
    let mut arguments = Arguments::from_args();
    // They share one kernel, and some look at all of it.
    arguments.test_threads = arguments.test_threads.or(Some(1));
    let both = cases.iter().flat_map(|(case, _)| [(Who::Root, *case), (Who::User, *case)]);
    let all = both.chain(user_only.iter().map(|(case, _)| (Who::User, *case)));
    let trials = all.map(|(who, case)| {
        let name = format!("{}::{case}", if who == Who::Root { "root" } else { "user" });
        Trial::ignorable_test(name, move || run_as(who, case))
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Ends this case: the machine lacks something.
pub fn lacking(what: &str) -> ! {
    eprintln!("{LACKS}{what}");
    std::process::exit(LACKING);
}

/// Ends this case unless a program is there.
#[allow(dead_code, reason = "not every test program asks")]
pub fn needs(program: &str) {
    if !is_there(program) {
        lacking(program);
    }
}

fn is_there(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("PATH=$PATH:/usr/sbin:/sbin command -v {program}")]).output();
    found.is_ok_and(|output| output.status.success())
}

fn run_as(who: Who, case: &str) -> Result<Completion, Failed> {
    let this = std::env::current_exe()?;
    let mut command = match (who, nix::unistd::getuid().is_root()) {
        (Who::Root, true) | (Who::User, false) => Command::new(&this),
        (Who::Root, false) => return passed_over("root"),
        (Who::User, true) => {
            if let Some(lacks) = make_user()? {
                return passed_over(&lacks);
            }
            as_user(&readable_copy(&this)?)
        }
    };
    let said = tempfile::tempfile()?;
    command.env(CASE, case).stdout(said.try_clone()?).stderr(said.try_clone()?);
    let status = wait(command)?;
    let mut text = Vec::new();
    std::io::Seek::rewind(&mut &said)?;
    std::io::Read::read_to_end(&mut &said, &mut text)?;
    let text = String::from_utf8_lossy(&text);
    match status.and_then(|status| status.code()) {
        Some(0) => Ok(Completion::Completed),
        Some(LACKING) => passed_over(text.lines().rev().find_map(|line| line.strip_prefix(LACKS)).unwrap_or(&text)),
        _ => {
            let how = status.map_or_else(|| format!("not done after {LIMIT:?}"), |status| status.to_string());
            Err(format!("{text}{how}").into())
        }
    }
}

/// Runs it to its end; none when that took too long.
fn wait(mut command: Command) -> std::io::Result<Option<ExitStatus>> {
    let mut child = command.spawn()?;
    let began = Instant::now();
    loop {
        match child.try_wait()? {
            Some(status) => return Ok(Some(status)),
            None if began.elapsed() > LIMIT => {
                child.kill()?;
                child.wait()?;
                return Ok(None);
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    }
}

fn passed_over(what: &str) -> Result<Completion, Failed> {
    match std::env::var("DOCKWALK_TEST_REQUIRE").as_deref() {
        Ok("1") => Err(format!("nothing may be passed over here, and this machine lacks: {what}").into()),
        _ => Ok(Completion::ignored_with(format!("this machine lacks: {what}"))),
    }
}

fn as_user(program: &Path) -> Command {
    let mut command = Command::new("unshare");
    command.args(["--mount", "sh", "-c", OPEN_TUN, "setpriv"]);
    command.args([format!("--reuid={USER}"), format!("--regid={USER}")]);
    command.args(["--init-groups", "--inh-caps=-all", "--"]).arg(program);
    command.current_dir("/").env("HOME", "/tmp").env_remove("XDG_RUNTIME_DIR");
    command
}

/// Makes the user, and gives them subordinate ids; says what of that is lacking. Other tests may be doing the same at this
/// moment.
fn make_user() -> Result<Option<String>, Failed> {
    if let Some(lacks) = ["setpriv", "unshare", "useradd", "newuidmap"].iter().find(|program| !is_there(program)) {
        return Ok(Some((*lacks).to_owned()));
    }
    let script = format!(
        "set -e; PATH=$PATH:/usr/sbin:/sbin; exec 9>/tmp/.{USER}.lock; flock 9
         touch /etc/subuid /etc/subgid
         id {USER} >/dev/null 2>&1 || useradd --system --no-create-home --shell /bin/sh --user-group {USER}
         grep -q '^{USER}:' /etc/subuid || usermod --add-subuids 700000-765535 {USER}
         grep -q '^{USER}:' /etc/subgid || usermod --add-subgids 700000-765535 {USER}"
    );
    let made = Command::new("sh").args(["-c", &script]).output()?;
    if made.status.success() { Ok(None) } else { Err(String::from_utf8_lossy(&made.stderr).into()) }
}

/// This program where anybody may run it: a home directory often keeps others out.
fn readable_copy(program: &Path) -> Result<PathBuf, Failed> {
    let open = |dir: &Path| fs::metadata(dir).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    if program.ancestors().skip(1).all(open) {
        return Ok(program.to_owned());
    }
    let dir = std::env::temp_dir().join(format!(".{USER}-bin"));
    let copy = dir.join(program.file_name().ok_or("no name")?);
    let newer = |a: &Path, b: &Path| Some(a.metadata().ok()?.modified().ok()? >= b.metadata().ok()?.modified().ok()?);
    if newer(&copy, program) != Some(true) {
        fs::create_dir_all(&dir)?;
        fs::set_permissions(&dir, PermissionsExt::from_mode(0o755))?;
        let part = copy.with_extension(std::process::id().to_string());
        fs::copy(program, &part)?;
        fs::rename(&part, &copy)?;
    }
    Ok(copy)
}
