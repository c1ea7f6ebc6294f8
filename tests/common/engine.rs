//! A real engine for a test: its own directory, its own socket, as root or as an ordinary user.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// The real docker CLI.
pub const DOCKER: &str = "docker";
/// Our own binary.
pub const DOCKWALK: &str = env!("CARGO_BIN_EXE_dockwalk");
/// An ordinary user for the tests, with ids to give away.
const USER: &str = "dwtest";

/// Who starts the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    Root,
    User,
}

/// A running engine. Ended when dropped.
pub struct Engine {
    child: Mutex<Option<Child>>,
    who: Who,
    dir: tempfile::TempDir,
    /// What is put before the engine's command line: a program that prepares its surroundings and becomes it.
    before: Vec<String>,
}

/// This machine lacks something: the test is skipped, and says so; or fails where nothing may be skipped.
pub fn lack(what: &str) {
    println!("skipped: {what}");
    assert!(std::env::var("DOCKWALK_TEST_REQUIRE").as_deref() != Ok("1"), "nothing may be skipped here: {what}");
}

/// The ways in which engines can be started here.
pub fn everyone() -> Vec<Who> {
    if !nix::unistd::getuid().is_root() {
        lack("not root: the tests as root");
        return vec![Who::User];
    }
    if user_is_there() {
        return vec![Who::Root, Who::User];
    }
    lack("no ordinary user with subordinate ids, and none could be made");
    vec![Who::Root]
}

/// Does it for each of them at once: what waits for a process or for the kernel leaves its core to the other.
pub fn for_everyone(test: impl Fn(Who) + Sync) {
    std::thread::scope(|scope| {
        let test = &test;
        for who in everyone() {
            scope.spawn(move || test(who));
        }
    });
}

/// Makes the user where there is none; tests run beside each other, and two `useradd` at once give a home to one uid and the name to another.
fn user_is_there() -> bool {
    let script = format!(
        "set -e; exec 9>/tmp/.{USER}.lock; flock 9
         id -u {USER} >/dev/null 2>&1 || useradd --create-home --shell /bin/sh {USER}
         for file in /etc/subuid /etc/subgid; do grep -q '^{USER}:' $file || echo '{USER}:800000:65536' >> $file; done"
    );
    let made = Command::new("sh").args(["-c", &script]).status().is_ok_and(|status| status.success());
    made && Path::new("/usr/bin/newuidmap").exists()
}

impl Engine {
    /// Starts one and waits until it listens.
    pub fn start(who: Who) -> Self {
        Self::start_in(who, |_| Vec::new())
    }

    /// The same behind a program, run as the test's own user, that gets the engine's root directory, prepares something
    /// and becomes what its last arguments name.
    pub fn start_in(who: Who, before: impl FnOnce(&Path) -> Vec<String>) -> Self {
        let dir = tempfile::Builder::new().prefix("dw").tempdir_in("/tmp").unwrap();
        if who == Who::User && nix::unistd::getuid().is_root() {
            let user = nix::unistd::User::from_name(USER).unwrap().unwrap();
            std::os::unix::fs::chown(dir.path(), Some(user.uid.as_raw()), Some(user.gid.as_raw())).unwrap();
        }
        let before = before(&dir.path().join("root"));
        let mut engine = Self { child: Mutex::default(), who, dir, before };
        engine.start_again();
        engine
    }

    /// Starts it in the same directory.
    pub fn start_again(&mut self) {
        *self.child() = Some(self.launch());
    }

    /// Ends it, and starts it in the same directory.
    pub fn restart(&self) {
        let child = self.child().take();
        self.end_in_order(child);
        *self.child() = Some(self.launch());
    }

    fn child(&self) -> MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    fn launch(&self) -> Child {
        let mut command = self.command(&["engine", "--root"]);
        command.arg(self.root()).arg("--socket").arg(self.socket());
        if let Some((program, args)) = self.before.split_first() {
            let mut outer = Command::new(program);
            outer.args(args).arg(command.get_program()).args(command.get_args());
            for (name, value) in command.get_envs() {
                match value {
                    Some(value) => outer.env(name, value),
                    None => outer.env_remove(name),
                };
            }
            command = outer;
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let begun = Instant::now();
        while std::os::unix::net::UnixStream::connect(self.socket()).is_err() {
            if child.try_wait().unwrap().is_some() {
                let mut said = String::new();
                child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("the engine ({:?}) did not start: {said}", self.who);
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "the engine does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        // What it says is shown when a test fails.
        let mut said = child.stderr.take().unwrap();
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::stderr()));
        child
    }

    /// Our binary as the user of this engine.
    fn command(&self, args: &[&str]) -> Command {
        let mut command = if self.who == Who::User && nix::unistd::getuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", USER, "--regid", USER, "--init-groups", "--inh-caps=-all", "--", DOCKWALK]);
            command.env("HOME", format!("/home/{USER}")).env_remove("XDG_RUNTIME_DIR");
            command
        } else {
            Command::new(DOCKWALK)
        };
        command.args(args).env("DOCKWALK_LANG", "en").env_remove("DOCKER_HOST");
        command
    }

    /// `dockwalk …` as a client of this engine.
    pub fn dockwalk(&self, args: &[&str]) -> Command {
        let mut command = self.command(args);
        command.env("DOCKWALK_SOCKET", self.socket());
        command
    }

    /// The same in this process: the test may be root's, and the engine an ordinary user's.
    pub fn client(&self) -> dockwalk::client::Client {
        let user = nix::unistd::User::from_name(USER).unwrap().map(|user| user.uid.as_raw());
        let whose = user.filter(|_| self.who == Who::User).unwrap_or_else(|| nix::unistd::getuid().as_raw());
        dockwalk::client::Client::connect_to(&self.socket(), whose).unwrap()
    }

    /// The real `docker …` as a client of this engine.
    pub fn docker(&self, args: &[&str]) -> Command {
        let mut command = Command::new(DOCKER);
        let config = self.dir.path().join("docker-config");
        command.args(["-H", &format!("unix://{}", self.socket().display())]).args(args).env("DOCKER_CONFIG", config);
        command
    }

    pub fn who(&self) -> Who {
        self.who
    }

    pub fn root(&self) -> PathBuf {
        self.dir.path().join("root")
    }

    pub fn socket(&self) -> PathBuf {
        self.dir.path().join("e.sock")
    }

    /// The engine's process.
    pub fn pid(&self) -> u32 {
        self.child().as_ref().unwrap().id()
    }

    /// `kill -9`
    pub fn kill(&mut self) {
        let mut child = self.child().take().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
    }

    /// SIGTERM, and its end.
    pub fn end(&mut self) {
        let child = self.child().take();
        self.end_in_order(child);
    }

    fn end_in_order(&self, child: Option<Child>) {
        let Some(mut child) = child else { return };
        let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
        nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
        let begun = Instant::now();
        while child.try_wait().unwrap().is_none() {
            if begun.elapsed() > Duration::from_secs(20) {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("the engine did not end on SIGTERM");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let child = self.child().take();
        if let Some(mut child) = child {
            let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap_or(0));
            for _ in 0..500 {
                // Asked more than once it does not wait for its containers.
                nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).ok();
                if !matches!(child.try_wait(), Ok(None)) {
                    return;
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// Processes that see a mount of an engine's directory, those of its containers among them: numbers and command lines.
pub fn processes_of(root: &Path) -> std::collections::BTreeSet<String> {
    let below = format!("{}/", root.display());
    let mut found = std::collections::BTreeSet::new();
    for entry in std::fs::read_dir("/proc").unwrap().flatten() {
        let Ok(mountinfo) = std::fs::read_to_string(entry.path().join("mountinfo")) else { continue };
        let argv = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default().replace('\0', " ");
        if mountinfo.contains(&below) {
            found.insert(format!("{} {argv}", entry.file_name().to_string_lossy()));
        }
    }
    found
}

/// Runs it, for a minute at most.
pub fn output(mut command: Command) -> Output {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).unwrap());
    let (done, finished) = std::sync::mpsc::channel::<()>();
    std::thread::spawn(move || {
        if finished.recv_timeout(Duration::from_secs(60)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout) {
            nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL).ok();
        }
    });
    let output = child.wait_with_output().unwrap();
    done.send(()).ok();
    output
}

/// Runs it, wants it to go well, and returns what it printed.
pub fn good(command: Command) -> String {
    let said = format!("{command:?}");
    let output = output(command);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}: {}\n{out}\n{err}", output.status);
    out.trim_end().to_owned()
}

/// Runs it and wants that exit status; returns what it complained about.
pub fn fails(command: Command, status: i32) -> String {
    let said = format!("{command:?}");
    let output = output(command);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(status), "{said}\n{out}\n{err}");
    err.into_owned()
}
