//! Runs each case of a test program in a process of its own that has one thread, as root and as an ordinary user: a user
//! namespace can be entered in no other way. Speaks enough of libtest's language for `cargo test` and `cargo nextest`.
//!
//! What this machine lacks is said and passed over; with `DOCKWALK_TEST_REQUIRE=1` it is a failure.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// The user that cases run as when this program runs as root; made when it is not there, with subordinate ids.
const USER: &str = "dockwalk-test";
/// Set for the process that runs one case.
const CASE: &str = "DOCKWALK_TEST_CASE";
/// The exit status that says: this machine lacks something.
const LACKING: i32 = 77;
/// Distributions let everyone open /dev/net/tun; where this machine does not, the user's cases see one that is so.
const OPEN_TUN: &str = r#"
    if [ -e /dev/net/tun ]; then
        mount -t tmpfs -o size=64k tun /mnt && mknod -m 0666 /mnt/tun c 10 200 && mount --bind /mnt/tun /dev/net/tun &&
            umount /mnt
    fi
    exec "$0" "$@"
"#;
/// How long a case may take. (The case itself must not have a thread that watches the time.)
const LIMIT: Duration = Duration::from_secs(60);

/// A case: its name, and whom it may be run as.
pub type Case = (&'static str, fn());

/// Lists or runs what the arguments ask for: `cases` as root and as an ordinary user, `user_only` as the latter alone.
pub fn main(cases: &[Case], user_only: &[Case]) -> ExitCode {
    if let Ok(name) = std::env::var(CASE) {
        let (_, run) = cases.iter().chain(user_only).find(|(case, _)| *case == name).expect("a case of that name");
        run();
        return ExitCode::SUCCESS;
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    let wanted: Vec<&String> = args.iter().filter(|arg| !arg.starts_with('-') && *arg != "terse").collect();
    let all = cases.iter().flat_map(|case| [("root", case), ("user", case)]);
    let all = all.chain(user_only.iter().map(|case| ("user", case)));
    let named = all.map(|(who, case)| (format!("{who}::{}", case.0), who, case));
    let chosen = named.filter(|(name, ..)| {
        let fits = |want: &&String| if has("--exact") { *name == **want } else { name.contains(want.as_str()) };
        wanted.is_empty() || wanted.iter().any(fits)
    });
    if has("--list") {
        chosen.filter(|_| !has("--ignored")).for_each(|(name, ..)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    let mut failed = Vec::new();
    for (name, who, case) in chosen {
        match run_as(who, case.0) {
            Ok(()) => println!("test {name} ... ok"),
            Err(why) => {
                println!("test {name} ... FAILED: {why}");
                failed.push(name);
            }
        }
    }
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(101) }
}

/// Ends this case: the machine lacks something.
pub fn lacking(what: &str) -> ! {
    eprintln!("lacking: {what}");
    std::process::exit(LACKING);
}

/// Ends this case unless a program is there.
pub fn needs(program: &str) {
    let found = Command::new("sh").args(["-c", &format!("PATH=$PATH:/usr/sbin:/sbin command -v {program}")]).output();
    if !found.is_ok_and(|output| output.status.success()) {
        lacking(program);
    }
}

fn run_as(who: &str, case: &str) -> Result<(), String> {
    let this = std::env::current_exe().map_err(|e| e.to_string())?;
    let root = is_root();
    let mut command = match (who, root) {
        ("root", true) | ("user", false) => Command::new(&this),
        ("root", false) => return lack("root"),
        _ => {
            make_user()?;
            let mut command = Command::new("unshare");
            command.args(["--mount", "sh", "-c", OPEN_TUN]);
            let ids = [format!("--reuid={USER}"), format!("--regid={USER}")];
            command
                .arg("setpriv")
                .args(ids)
                .args(["--init-groups", "--inh-caps=-all", "--"])
                .arg(readable_copy(&this)?);
            command.current_dir("/").env("HOME", "/tmp").env_remove("XDG_RUNTIME_DIR");
            command
        }
    };
    let mut child = command.env(CASE, case).spawn().map_err(|e| e.to_string())?;
    let began = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|e| e.to_string())? {
            Some(status) => break status,
            None if began.elapsed() > LIMIT => {
                child.kill().and_then(|()| child.wait()).map_err(|e| e.to_string())?;
                return Err(format!("not done after {LIMIT:?}"));
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    match status.code() {
        Some(0) => Ok(()),
        Some(LACKING) => lack("see above"),
        _ => Err(status.to_string()),
    }
}

fn lack(what: &str) -> Result<(), String> {
    println!("passed over, this machine lacks: {what}");
    if std::env::var_os("DOCKWALK_TEST_REQUIRE").is_some() { Err(format!("{what} is required")) } else { Ok(()) }
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:")).unwrap();
    uid.split_whitespace().nth(1) == Some("0")
}

/// Makes the user, and gives them subordinate ids. Other tests may be doing the same at this moment.
fn make_user() -> Result<(), String> {
    let script = format!(
        "set -e; PATH=$PATH:/usr/sbin:/sbin; exec 9>/tmp/.{USER}.lock; flock 9
         touch /etc/subuid /etc/subgid
         id {USER} >/dev/null 2>&1 || useradd --system --no-create-home --shell /bin/sh --user-group {USER}
         grep -q '^{USER}:' /etc/subuid || usermod --add-subuids 700000-765535 {USER}
         grep -q '^{USER}:' /etc/subgid || usermod --add-subgids 700000-765535 {USER}"
    );
    let made = Command::new("sh").args(["-c", &script]).output().map_err(|e| e.to_string())?;
    if made.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&made.stderr).into_owned()) }
}

/// This program where anybody may run it: a home directory often keeps others out.
fn readable_copy(program: &Path) -> Result<PathBuf, String> {
    let open = |dir: &Path| std::fs::metadata(dir).is_ok_and(|meta| meta.permissions().mode() & 0o001 != 0);
    if program.ancestors().skip(1).all(open) {
        return Ok(program.to_owned());
    }
    let dir = std::env::temp_dir().join(format!(".{USER}-bin"));
    let copy = dir.join(program.file_name().ok_or("no name")?);
    let newer = |a: &Path, b: &Path| Some(a.metadata().ok()?.modified().ok()? >= b.metadata().ok()?.modified().ok()?);
    if newer(&copy, program) != Some(true) {
        std::fs::create_dir_all(&dir).map_err(|e| e.to_string())?;
        std::fs::set_permissions(&dir, PermissionsExt::from_mode(0o755)).map_err(|e| e.to_string())?;
        let part = copy.with_extension(std::process::id().to_string());
        std::fs::copy(program, &part).and_then(|_| std::fs::rename(&part, &copy)).map_err(|e| e.to_string())?;
    }
    Ok(copy)
}
