//! The lab's way out: a tap `eth0` whose other end is a program that speaks TCP/IP with ordinary sockets of the real host
//! (slirp4netns(1), passt(1)). Needs no right on the real host, and ends with the engine.

use super::side::{Record, Side};
use super::*;
use crate::engine::conductor::EntryId;
use crate::engine::lab::find_program;
use crate::trace::{Change, Evidence, Problem};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How long the engine's start waits for the uplink; it usually takes a tenth of that.
const PATIENCE: Duration = Duration::from_millis(200);
/// How long the uplink is looked for after that.
const GIVE_UP: Duration = Duration::from_secs(15);

/// A running helper.
#[derive(Debug)]
pub(super) struct Uplink {
    child: Child,
    program: Program,
    entry: Option<EntryId>,
    ended: Arc<AtomicBool>,
    watcher: Option<JoinHandle<()>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Program {
    Slirp4netns,
    Pasta,
}

impl Program {
    fn find() -> Option<(Self, PathBuf)> {
        let slirp = find_program("slirp4netns").map(|path| (Self::Slirp4netns, path));
        slirp.or_else(|| find_program("pasta").map(|path| (Self::Pasta, path)))
    }

    /// What it is told: `netns` is the path of the lab's network namespace.
    fn args(self, netns: &str) -> Vec<String> {
        let args: &[&str] = match self {
            // Its standard input is a pipe whose other end only the engine has: it ends when the engine does.
            Self::Slirp4netns => &[
                "--configure",
                "--mtu=1500",
                "--disable-host-loopback",
                "--exit-fd=0",
                "--netns-type=path",
                netns,
                UPLINK,
            ],
            Self::Pasta => &["--foreground", "--quiet", "--config-net", "--ipv4-only", "--no-map-gw", "--mtu", "1500"],
        };
        let mut args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        if self == Self::Pasta {
            let ports = ["-t", "none", "-u", "none", "-T", "none", "-U", "none"];
            args.extend(ports.map(str::to_owned));
            args.extend(["--dns-forward", DNS, "--ns-ifname", UPLINK, "--netns", netns].map(str::to_owned));
        }
        args
    }
}

/// What both helpers make their link with.
const TUN: &str = "/dev/net/tun";
/// Where both helpers answer DNS.
pub(super) const DNS: &str = "10.0.2.3";

/// Announces the command that [`start`] runs; empty when there is none to run.
pub(super) fn command(netns: &Netns) -> String {
    Program::find().map_or(String::new(), |(program, path)| {
        format!("{} {}", path.display(), program.args(&netns.path()).join(" "))
    })
}

/// Starts the helper and waits a little for its link. None when there is no helper, or it failed: that is said.
pub(super) fn start(cx: &Cx, host: &Arc<Mutex<Side>>) -> Result<Option<Uplink>> {
    let record = |change: Change, evidence: Vec<Evidence>| cx.observe(change, evidence);
    let netns = lock(host).netns().clone();
    let Some((program, path)) = Program::find() else {
        let searched = std::env::var("PATH").unwrap_or_default();
        let evidence =
            Evidence::syscall("execvp(\"slirp4netns\"), execvp(\"pasta\")", format!("-1 ENOENT ({searched})"));
        record(Change::Remark(Problem::new("uplink-not-here")), vec![evidence]);
        return Ok(None);
    };
    if let Err(error) = std::fs::OpenOptions::new().read(true).write(true).open(TUN) {
        let evidence = Evidence::syscall(format!("open({TUN:?}, O_RDWR)"), format!("-1 ({error})"));
        record(Change::Remark(Problem::new("tun-refused").with("reason", error)), vec![evidence]);
        return Ok(None);
    }
    let args = program.args(&netns.path());
    let mut command = match (program, find_program("setpriv")) {
        // pasta has nothing like --exit-fd. The signal comes when the thread that started it ends, so it is started by
        // the engine's main thread or one that lives as long.
        (Program::Pasta, Some(setpriv)) => {
            let mut command = Command::new(setpriv);
            command.args(["--pdeathsig", "KILL", "--"]).arg(&path);
            command
        }
        _ => Command::new(&path),
    };
    let spawned = command.args(&args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = spawned.map_err(|e| Fault::io("run", path.display(), &e))?;
    let entry = start_time(child.id())
        .map(|start_time| cx.journal(SCOPE, Inverse::KillProcess { pid: child.id(), start_time }))
        .transpose()?;
    let cause = format!("{} {}", path.display(), args.join(" "));
    let began = Instant::now();
    while began.elapsed() < PATIENCE {
        if look(host, &cause, &record)? {
            return Ok(Some(Uplink { child, program, entry, ended: Arc::default(), watcher: None }));
        }
        if let Some(status) = child.try_wait().map_err(|e| Fault::io("wait for", path.display(), &e))? {
            let problem = Problem::new("uplink-failed").with("program", path.display()).with("reason", status);
            let argv = std::iter::once(path.display().to_string()).chain(args).collect();
            let (stdin, output) = (String::new(), status.to_string());
            let evidence = Evidence::Command { argv, stdin, status: status.code().unwrap_or(-1), output };
            record(Change::Remark(problem), vec![evidence]);
            entry.map_or(Ok(()), |entry| cx.undone(entry))?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let ended = Arc::new(AtomicBool::new(false));
    let watcher = watch(cx, host, cause, Arc::clone(&ended))?;
    Ok(Some(Uplink { child, program, entry, ended, watcher: Some(watcher) }))
}

/// Goes on looking on a thread of its own.
fn watch(cx: &Cx, host: &Arc<Mutex<Side>>, cause: String, ended: Arc<AtomicBool>) -> Result<JoinHandle<()>> {
    let (conductor, host) = (Arc::clone(cx.conductor()), Arc::clone(host));
    let thread = std::thread::Builder::new().name("uplink".into());
    let body = move || {
        let began = Instant::now();
        while began.elapsed() < GIVE_UP && !ended.load(Ordering::Acquire) {
            match look(&host, &cause, &|change, evidence| conductor.notice(change, evidence)) {
                Ok(false) => std::thread::sleep(Duration::from_millis(20)),
                Ok(true) => return,
                Err(fault) => return tracing::warn!(%fault, "the uplink cannot be looked at"),
            }
        }
    };
    thread.spawn(body).map_err(|e| Fault::io("start", "a thread", &e))
}

/// True once the link leads somewhere.
fn look(host: &Arc<Mutex<Side>>, cause: &str, record: Record<'_>) -> Result<bool> {
    let mut host = lock(host);
    host.look(cause, record)?;
    Ok(host.way_out())
}

fn lock(host: &Arc<Mutex<Side>>) -> MutexGuard<'_, Side> {
    host.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Uplink {
    /// Ends the helper; its link goes with it.
    pub(super) fn stop(mut self, cx: &Cx) -> Result<()> {
        self.ended.store(true, Ordering::Release);
        if let Some(watcher) = self.watcher.take() {
            watcher.join().unwrap_or_else(|_panic| tracing::warn!("the uplink's watcher panicked"));
        }
        drop(self.child.stdin.take());
        let began = Instant::now();
        let gone = |child: &mut Child| child.try_wait().is_ok_and(|status| status.is_some());
        while self.program == Program::Slirp4netns && began.elapsed() < PATIENCE && !gone(&mut self.child) {
            std::thread::sleep(Duration::from_millis(2));
        }
        if !gone(&mut self.child) {
            self.child.kill().map_err(|e| Fault::io("kill", "the uplink's helper", &e))?;
            self.child.wait().map_err(|e| Fault::io("wait for", "the uplink's helper", &e))?;
        }
        self.entry.map_or(Ok(()), |entry| cx.undone(entry))
    }
}

/// Field 22 of `/proc/<pid>/stat`.
fn start_time(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}
